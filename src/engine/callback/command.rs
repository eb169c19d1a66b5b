//! What can be wished of promises, as it is typed.

use chrono::{NaiveDate, NaiveDateTime};
use serde::{Deserialize, Serialize};

use super::promise::Owner;
use crate::id::{PromiseId, ScheduleId, UserId};
use crate::protocolo::Protocolo;

/// A wish about promises. `version` is the one that was on the screen.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Command {
    /// A look at an escala's days and what is free in them.
    Slots {
        schedule: ScheduleId,
        from: NaiveDate,
        days: u16,
    },
    Create {
        schedule: ScheduleId,
        form: Form,
        protocolo: Option<Protocolo>,
    },
    Edit {
        promise: PromiseId,
        version: u32,
        form: Form,
    },
    Cancel {
        promise: PromiseId,
        version: u32,
    },
    /// It was kept by other means, or the end of an unknown attempt is known.
    Settle {
        promise: PromiseId,
        version: u32,
    },
    /// Somebody else is to keep it.
    Reassign {
        promise: PromiseId,
        version: u32,
        owner: Owner,
    },
    /// The record that was offered to this person, onto the screen.
    Take {
        promise: PromiseId,
        user: UserId,
    },
    /// Who has the record dials.
    Dial {
        promise: PromiseId,
        user: UserId,
    },
    /// Not now, and not by this person: the offer, or the record.
    PutBack {
        promise: PromiseId,
        user: UserId,
    },
}

/// What an agent fills in (CB-05).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Form {
    pub recipient: String,
    /// A telephone or a ramal, in any spelling.
    pub number: String,
    pub note: String,
    pub owner: Owner,
    /// Date and time on the escala's wall.
    pub when: NaiveDateTime,
}

impl Command {
    /// The promise that is there already.
    pub fn promise(&self) -> Option<PromiseId> {
        match self {
            Command::Slots { .. } | Command::Create { .. } => None,
            Command::Edit { promise, .. }
            | Command::Cancel { promise, .. }
            | Command::Settle { promise, .. }
            | Command::Reassign { promise, .. }
            | Command::Take { promise, .. }
            | Command::Dial { promise, .. }
            | Command::PutBack { promise, .. } => Some(*promise),
        }
    }
}
