//! What is promised to whom, each attempt to keep it, and how it ends (CB-05, CB-10).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::slot::Due;
use crate::assign::Work;
use crate::id::{PromiseId, QueueId, ScheduleId, UserId};
use crate::judgement::Denial;
use crate::number::Number;
use crate::protocolo::Protocolo;

/// Somebody was promised a call.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Promise {
    pub id: PromiseId,
    pub kind: Kind,
    /// Grows with each write; who changes it says which one was on the screen.
    pub version: u32,
    pub schedule: ScheduleId,
    pub terms: Terms,
    pub protocolo: Option<Protocolo>,
    /// When it is tried next: the due time at first, later as attempts and rules say.
    pub next: DateTime<Utc>,
    /// Attempts that count.
    pub attempts: u8,
    /// Attempts that were stored, dialled or not: their numbers.
    pub tries: u32,
    /// Why it was not dialled, since the last attempt or change.
    pub denied: Option<Denial>,
}

/// What may be changed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Terms {
    pub recipient: String,
    /// A telephone or a ramal.
    pub number: Number,
    pub note: String,
    pub owner: Owner,
    pub due: Due,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A person promised it.
    Callback,
    /// Our side dropped an answered call (CB-13).
    Return,
}

/// Who is to keep it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Owner {
    Person(UserId),
    /// Anybody of it.
    Queue(QueueId),
}

/// One attempt, stored before it is dialled.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Attempt {
    /// Of this promise, from 1 on.
    pub number: u32,
    pub at: DateTime<Utc>,
    /// Of the rules that allowed it.
    pub version: u64,
}

/// What came of an attempt.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Outcome {
    Answered,
    NoAnswer,
    Busy,
    Failed,
    /// Between the write and the INVITE something spoke against it.
    NotDialled {
        why: String,
    },
    /// The daemon ended before it was written down: it may have rung.
    Unknown,
}

/// What of a promise outlives the daemon.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Phase {
    Open,
    /// This attempt is stored; without another write nobody knows what came of it.
    Trying(Attempt),
    /// A person decides whether this attempt reached anybody.
    Unknown(Attempt),
    Over(End),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum End {
    Done,
    Exhausted,
    Cancelled,
    /// Its hours were over and it had not been tried.
    Missed,
}

/// One write, whole: the same one twice leaves the same.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Row {
    pub promise: Promise,
    pub phase: Phase,
    /// A line of its history: an attempt that begins, or what came of it.
    pub attempt: Option<(Attempt, Option<Outcome>)>,
}

impl Promise {
    /// What `assign` knows it by.
    pub fn work(&self) -> Work {
        match self.kind {
            Kind::Callback => Work::Callback(self.id),
            Kind::Return => Work::Return(self.id),
        }
    }
}

impl Outcome {
    /// Whether it is one of the attempts that the escala allows. What may have rung does.
    pub fn counts(&self) -> bool {
        match self {
            Outcome::Answered | Outcome::NoAnswer | Outcome::Busy | Outcome::Failed | Outcome::Unknown => true,
            Outcome::NotDialled { .. } => false,
        }
    }
}
