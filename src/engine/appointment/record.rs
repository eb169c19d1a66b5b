//! One appointment, how far it is, how it ended, and what of it is written down (AG-04).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::terms::Terms;
use crate::id::{AppointmentId, CaseId, OutboxId, UserId};

/// The system acts once, at a date and time (AG-01, AG-02).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Appointment {
    pub id: AppointmentId,
    /// Grows with each write; who changes it says which one was on the screen.
    pub version: u32,
    pub creator: UserId,
    /// When it was last written.
    pub changed: DateTime<Utc>,
    pub terms: Terms,
}

/// What of an appointment outlives the daemon.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Phase {
    Open,
    /// It began; all of it may be done again, since these ids make it once.
    Running(Run),
    /// How it ends is decided, and somebody is being told.
    Telling {
        end: End,
    },
    Over {
        end: End,
    },
}

/// Chosen before anything is done, so that doing it again does nothing twice.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Run {
    pub case: CaseId,
    /// Of the message, where there is one.
    pub item: Option<OutboxId>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum End {
    /// *Concluído*.
    Done,
    Failed {
        failure: Failure,
    },
    /// The system was down, or the clock or the store in doubt, for longer than it may be late.
    Missed,
    Cancelled,
}

/// Why it did not do all it should.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Failure {
    /// "Pois o chamado já está aberto."
    #[error("a case of the contact is open already")]
    CaseOpen { case: CaseId },
    #[error("the case could not be opened: {why}")]
    Refused { why: String },
    /// It began, and could not go on till it was too late.
    #[error("it was interrupted for too long; see whether the case was opened and the message sent")]
    Interrupted,
}

/// One write, whole: the same one twice leaves the same.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Row {
    pub appointment: Appointment,
    pub phase: Phase,
}
