//! One appointment at its time: asked, written, done, told (AG-04).
//!
//! ```text
//!         its time        none open          stored          opened          taken
//!   Open ────────> Asking ────────> Storing ───────> Opening ──────> Sending ───────> ended
//!    ^               │                 │                ^ │             │
//!    └── later <─────┴─────────────────┘   later: Again └─┴─────────────┘
//!        not said, not stored                  could not be done
//!
//!         somebody is to be told         stored            notified
//!   ended ──────────────────────> Deciding ─────> Telling ─────────> Over
//!     │                                            │  ^               ^
//!     │                          could not be kept v  │ later         │
//!     │                                        TellingAgain           │
//!     └───────────────────────────────────────────────────────────────┘
//!         nobody is to be told
//!
//!   Ended too: Open that only notifies; Open and Again too late; Asking and Opening where a case is open.
//!   Deciding that is not stored: to Open or Again, as it came.
//!   Changing: a person's change is being written; from Open or Asking, to Open or Over.
//! ```

use chrono::{DateTime, Utc};

use super::order::Change;
use super::record::{Appointment, End, Phase, Run};
use crate::id::CommandId;

/// Where an appointment is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum State {
    /// Till then: its time, or a little later where something could not be done.
    Open {
        look: DateTime<Utc>,
    },
    /// Whether a case of the contact is open.
    Asking {
        ask: u32,
    },
    /// What it is going to do is being written.
    Storing {
        run: Run,
    },
    Opening {
        run: Run,
    },
    Sending {
        run: Run,
    },
    /// Something could not be done: all of it once more.
    Again {
        run: Run,
        look: DateTime<Utc>,
    },
    /// How it ends is being written, before anybody is told.
    Deciding {
        end: End,
        run: Option<Run>,
    },
    Telling {
        end: End,
    },
    TellingAgain {
        end: End,
        look: DateTime<Utc>,
    },
    Changing {
        changed: Box<Appointment>,
        change: Change,
        command: CommandId,
    },
    Over {
        end: End,
    },
}

impl State {
    /// What of it is written down.
    pub fn phase(&self) -> Phase {
        match self {
            State::Open { .. } | State::Asking { .. } | State::Changing { .. } => Phase::Open,
            State::Storing { run } | State::Opening { run } | State::Sending { run } | State::Again { run, .. } => {
                Phase::Running(*run)
            }
            State::Deciding { end, .. } | State::Telling { end } | State::TellingAgain { end, .. } => {
                Phase::Telling { end: end.clone() }
            }
            State::Over { end } => Phase::Over { end: end.clone() },
        }
    }
}
