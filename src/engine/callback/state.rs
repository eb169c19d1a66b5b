//! One promise from its time on: an agent, the gate, the write, the gate again, the INVITE (CB-08).
//!
//! ```text
//!            shortly before its time        leased            its time       allowed
//!   Open ───────────────────────────> Waiting ────> Reserved ────────> Judging ────> Storing
//!    ^ ^                                ^  lease ended │ record taken     ^             │ stored
//!    │ │                                └──────────────┤ (preview)        │ dials       v
//!    │ │                                               └────> Reading ────┘       JudgingAgain
//!    │ │ not allowed, not stored: later                                                 │ allowed
//!    │ └──────────────────────────────── Judging, Storing, JudgingAgain                 v
//!    │ not reached: after the interval, at the next opening at the earliest          Dialling
//!    └─────────────────────────────────────────────────────────────────────────────────┤
//!                                                                                      v
//!   Over: Done (answered), Exhausted (all attempts), Missed (hours over), Cancelled   Over
//!
//!   Held (a doubt): whoever waits, is reserved or judged is Open again, and nothing leaves Open.
//!   Changing: a person's change is being written; from whatever is not being dialled, to Open or Over.
//!   Unknown:  a start found an attempt without what came of it; a person's change alone leads out.
//! ```

use chrono::{DateTime, Utc};

use super::order::{By, Change};
use super::promise::{Attempt, End, Phase, Promise};
use crate::assign::Lease;
use crate::id::CommandId;

/// Where a promise is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum State {
    /// Till its next time.
    Open,
    /// For an agent, while the hours last.
    Waiting {
        closes: DateTime<Utc>,
    },
    /// An agent holds it: till the time comes, or the record is taken.
    Reserved {
        lease: Lease,
        closes: DateTime<Utc>,
    },
    /// An agent has taken the record, and will dial.
    Reading {
        by: By,
    },
    /// The gate is asked.
    Judging {
        by: By,
        ask: u32,
    },
    /// The attempt is being written down. Nobody: the agent left meanwhile.
    Storing {
        by: Option<By>,
        attempt: Attempt,
    },
    /// The attempt is written, and the gate is asked again.
    JudgingAgain {
        by: Option<By>,
        attempt: Attempt,
        ask: u32,
    },
    Dialling {
        attempt: Attempt,
        by: By,
    },
    Unknown {
        attempt: Attempt,
    },
    Changing {
        rest: Rest,
        changed: Box<Promise>,
        change: Change,
        command: CommandId,
    },
    Over(End),
}

/// Where a promise can be changed from, and is again when the change cannot be written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Rest {
    Open,
    Unknown(Attempt),
}

impl State {
    /// What of it is written down. A reservation is not: after a restart there is none.
    pub fn phase(&self) -> Phase {
        match self {
            State::Open | State::Waiting { .. } | State::Reserved { .. } => Phase::Open,
            State::Reading { .. } | State::Judging { .. } => Phase::Open,
            State::Storing { attempt, .. } | State::JudgingAgain { attempt, .. } | State::Dialling { attempt, .. } => {
                Phase::Trying(attempt.clone())
            }
            State::Unknown { attempt } => Phase::Unknown(attempt.clone()),
            State::Changing { rest, .. } => rest.phase(),
            State::Over(end) => Phase::Over(*end),
        }
    }
}

impl Rest {
    pub fn phase(&self) -> Phase {
        match self {
            Rest::Open => Phase::Open,
            Rest::Unknown(attempt) => Phase::Unknown(attempt.clone()),
        }
    }

    pub fn state(self) -> State {
        match self {
            Rest::Open => State::Open,
            Rest::Unknown(attempt) => State::Unknown { attempt },
        }
    }
}
