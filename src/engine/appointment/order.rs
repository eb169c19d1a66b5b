//! What an appointment is told, and what it wants done.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::record::{End, Row};
use super::space::{Line, TooClose};
use super::terms::{Action, Fault, Terms};
use crate::callback::Due;
use crate::id::{AppointmentId, CaseId, CommandId, ContactId, ItemId, UserId};
use crate::outbox::Letter;

/// What the room wants done. [`Order::OpenCase`], [`Order::Send`] and [`Order::Notify`] may come again after a crash or a failure, with
/// the same ids; what was done is not done twice.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Order {
    /// To be answered with [`super::Appointments::on_neighbours`]: the times of all appointments of the line from `from` to `until`,
    /// both included, that were not cancelled, but for `except`.
    AskNeighbours { ask: u64, line: Line, from: DateTime<Utc>, until: DateTime<Utc>, except: AppointmentId },
    /// To be answered with [`super::Appointments::on_case`]: whether a case of the contact is open now.
    AskCase { appointment: AppointmentId, contact: ContactId, ask: u32 },
    /// To be answered with [`super::Appointments::on_stored`] and the row's version.
    Store(Row),
    /// To be answered with [`super::Appointments::on_opened`] when it is written: a case of this id, unless there is one of this id, or
    /// another of the contact is open.
    OpenCase {
        appointment: AppointmentId,
        case: CaseId,
        contact: ContactId,
        department: ItemId,
        agent: Option<UserId>,
        comment: String,
    },
    /// For the outbox. To be answered with [`super::Appointments::on_sent`] when it took it.
    Send(Letter),
    /// One for each appointment. To be answered with [`super::Appointments::on_notified`] when it will be seen for sure.
    Notify(Notice),
    /// Every screen shows it anew.
    Tell(Row),
    /// Of a wish; exactly one each.
    Answer(CommandId, Result<AppointmentId, Refused>),
}

/// What is shown on the screen and in the top bar (AG-08).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Notice {
    pub appointment: AppointmentId,
    pub to: BTreeSet<To>,
    pub contact: ContactId,
    pub action: Action,
    pub end: End,
    pub comment: String,
    pub due: Due,
}

/// Who is notified.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum To {
    Person(UserId),
    /// All of it: no agent was chosen.
    Department(ItemId),
}

/// Whether a case of the contact is open.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Looked {
    Open(CaseId),
    /// Closed, or never was one.
    NoneOpen,
    /// The store could not say.
    Failed,
}

/// What came of opening a case.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Opened {
    /// Now, or by an earlier order with the same id.
    Yes,
    /// Another was opened in between.
    Other(CaseId),
    /// It never will be: the contact or the department is gone.
    Refused { why: String },
    /// It may be the next time.
    Failed,
}

/// What a person wants changed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Change {
    Edit(Terms),
    Cancel,
}

/// Why a wish is not carried out.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Refused {
    #[error("there is no such open appointment")]
    NotFound,
    #[error("{}", sentence(faults))]
    Impossible { faults: Vec<Fault> },
    #[error(transparent)]
    TooClose(TooClose),
    #[error("somebody has changed it since; look at it anew")]
    Outdated,
    #[error("it is being carried out; what comes of it is shown at once")]
    Running,
    #[error("the appointments around that time could not be looked up; try again")]
    NotLooked,
    #[error("it could not be written down; try again")]
    NotStored,
}

fn sentence(faults: &[Fault]) -> String {
    faults.iter().map(Fault::to_string).collect::<Vec<_>>().join("; ")
}
