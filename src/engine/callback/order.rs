//! What a promise is told, and what it wants done.

use serde::{Deserialize, Serialize};

use super::promise::{Attempt, End, Owner, Phase, Row, Terms};
use super::slot::Impossible;
use super::view::PromiseView;
use crate::assign::{Lease, Work, WorkItem};
use crate::id::{CommandId, PromiseId, UserId};
use crate::judgement::Denial;
use crate::number::Number;

/// What the room wants done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Order {
    /// To be answered with [`super::Callbacks::on_judged`] and the same `ask`.
    AskGate {
        promise: PromiseId,
        number: Number,
        ask: u32,
    },
    /// For `assign`.
    Offer(WorkItem),
    Withdraw(Work),
    /// To be answered with [`super::Callbacks::on_stored`] and the row's version.
    Store(Row),
    /// INVITE, for whom holds it; a lease is accepted with it. To be answered with [`super::Callbacks::on_ended`].
    Dial {
        promise: PromiseId,
        attempt: Attempt,
        number: Number,
        by: By,
    },
    /// Every screen shows it anew.
    Tell(PromiseView),
    /// Its owner and the supervisor are told.
    Alert(Alert),
    /// Of a wish; exactly one each.
    Answer(CommandId, Result<PromiseId, Refused>),
}

/// Who talks when the call is answered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum By {
    /// Reserved.
    Lease(Lease),
    /// Who has the record on the screen.
    Reader(UserId),
}

impl By {
    pub fn user(self) -> UserId {
        match self {
            By::Lease(lease) => lease.user,
            By::Reader(user) => user,
        }
    }
}

/// A promise that is not kept as it should be.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Alert {
    pub promise: PromiseId,
    pub owner: Owner,
    pub what: Wrong,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Wrong {
    /// All attempts were made.
    Exhausted,
    Missed,
    /// It may have rung; somebody is to find out, and say so.
    Unknown,
    /// Due, and nobody is free for it.
    NoAgent,
    /// Due, and its owner is not there (CB-11).
    OwnerAbsent,
    Denied(Denial),
    /// An attempt could not be written down, so it was not made.
    NotStored,
    /// Our side cut somebody off, and the hours are over: it is returned at the next opening (CB-13).
    ReturnLater,
}

/// Why a call that our side dropped is not returned (CB-13).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoReturn {
    /// It was no person's and no queue's.
    NobodysCall,
    /// The caller gave none that can be called.
    NoNumber,
    /// None returns dropped calls.
    NoSchedule,
    /// Its escala has none within a year.
    NoHours,
    /// It is, once the store works; not if the power fails before.
    NotWritten,
}

/// Why nothing is dialled by itself.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Doubt {
    /// It jumped, or was behind what is stored.
    Clock,
    /// Attempts could not be written down.
    Store,
    /// A copy that was restored: what was dialled since it was made is not in it, and nobody has confirmed it yet.
    Restored,
}

/// What a person wants changed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Change {
    Edit(Terms),
    Cancel,
    /// It was kept by other means; the end of an unknown attempt that reached somebody.
    Settle,
}

impl Change {
    /// How the promise ends by it.
    pub(super) fn end(&self) -> Option<End> {
        match self {
            Change::Edit(_) => None,
            Change::Cancel => Some(End::Cancelled),
            Change::Settle => Some(End::Done),
        }
    }

    /// What it leaves.
    pub(super) fn phase(&self) -> Phase {
        self.end().map_or(Phase::Open, Phase::Over)
    }
}

/// Why a wish is not carried out.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Refused {
    #[error("there is no such open promise")]
    NotFound,
    #[error("there is no such escala")]
    NoSchedule,
    #[error(transparent)]
    Impossible(Impossible),
    #[error("somebody has changed it since; look at it anew")]
    Outdated,
    #[error("it is being dialled; what comes of it is shown at once")]
    BeingDialled,
    #[error("all its attempts were made; make a new one")]
    Exhausted,
    #[error("it could not be written down; try again")]
    NotStored,
}
