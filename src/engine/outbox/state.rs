//! One letter: written, tried, tried again, there or dead. A try is at least once where the other side knows repetitions, else
//! at most once.
//!
//! ```text
//!   handed in      stored          its turn           stored
//!  ──────────> Entering ──> Queued ────────> Storing ────────> Trying ──> Over: Done
//!                            ^ ^               │                 │
//!                            │ └───────────────┴─────────────────┤ failed: after a while, longer each time
//!                            │   not stored                      v
//!                            └──────────── Changing <────────── Dead: Exhausted, Refused, Unknown
//!                              tried again    │    a person
//!                                             └─────────────────────────> Over: Dropped
//! ```
//!
//! An event that finds too much waiting begins as Dead: Full.

use super::letter::{Dead, Phase};
use super::order::Change;
use crate::id::{CommandId, OutboxId};
use crate::time::Moment;

#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum State {
    /// Written for the first time; these wait for it.
    Entering {
        askers: Vec<OutboxId>,
    },
    /// Till then, and till its turn.
    Queued {
        from: Moment,
    },
    /// The try is being written down.
    Storing,
    /// Without news till then nobody knows.
    Trying {
        until: Moment,
    },
    Dead(Dead),
    /// A person's wish is being written.
    Changing {
        dead: Dead,
        change: Change,
        command: CommandId,
    },
    Over(Phase),
}

impl State {
    /// Why it waits for a person.
    pub fn dead(&self) -> Option<Dead> {
        match self {
            State::Dead(dead) | State::Changing { dead, .. } => Some(*dead),
            State::Entering { .. } | State::Queued { .. } | State::Storing => None,
            State::Trying { .. } | State::Over(_) => None,
        }
    }

    /// What of it is written down.
    pub fn phase(&self) -> Phase {
        match self {
            State::Entering { .. } | State::Queued { .. } => Phase::Queued,
            State::Storing | State::Trying { .. } => Phase::Trying,
            State::Dead(dead) => Phase::Dead(*dead),
            State::Changing { change: Change::Retry, .. } => Phase::Queued,
            State::Changing { change: Change::Drop, .. } => Phase::Dropped,
            State::Over(phase) => *phase,
        }
    }
}
