//! What the store is asked about appointments and their messages, what it answers, and a case as an appointment opens it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::record::Row;
use super::space::Line;
use crate::id::{AppointmentId, CaseId, ContactId, ItemId, OutboxId, UserId};
use crate::outbox;
use crate::protocolo::Protocolo;

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Question {
    /// Those that are not over and due before `until`.
    Near {
        until: DateTime<Utc>,
    },
    /// One, where it is not over.
    One {
        appointment: AppointmentId,
    },
    /// The times of a line, both ends included, but for the cancelled and `except`.
    Times {
        line: Line,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
        except: AppointmentId,
    },
    /// What is open of a contact; `case`: one that was perhaps opened.
    Case {
        contact: ContactId,
        case: Option<CaseId>,
    },
    /// Messages that are not there yet, and the latest dead ones, by their numbers.
    Letters,
    Letter {
        item: OutboxId,
    },
    /// Whose a key is.
    Key {
        key: String,
    },
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Facts {
    Rows(Vec<Row>),
    Times(Vec<DateTime<Utc>>),
    Case(CaseFacts),
    Letters(Vec<outbox::Row>),
    Key(Option<OutboxId>),
}

/// What is there of a contact.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct CaseFacts {
    pub contact_is_there: bool,
    /// The case that was asked about was written, whatever became of it since.
    pub is_opened: bool,
    /// The last that was opened and not closed.
    pub open: Option<CaseId>,
}

/// A case as an appointment opens it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CaseRow {
    pub case: CaseId,
    pub protocolo: Protocolo,
    pub contact: ContactId,
    /// The agent; without one, who made the appointment.
    pub owner: UserId,
    pub department: ItemId,
    /// Internal.
    pub notes: String,
    pub at: DateTime<Utc>,
}
