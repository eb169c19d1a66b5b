//! Where a lead in work is.
//!
//! ```text
//!             assign        Aceitar       Ligar         allowed      written          allowed
//!   Queued ──────────> Offered ────> Open ────> Judging ──────> Storing ──> JudgingAgain ──────> Dialling
//!    ^ │  push-preview    │           ^ │          ^                                            │    │ │
//!    │ │                  │Rejeitar   │ │decline   │                              not reached   │    │ │answered,
//!    │ └──────────────────┼───────────┘ │          │                        ┌───────────────────┘    │ │nobody held
//!    │   preview: asked   │             │          │                        v                answered│ v
//!    ├────────────────────┘             │          │          an agent has it: Open                  │ Answered
//!    │                                  v          │          else: (closed)                         v  │ taken
//!    │                               (closed) <────┼──Concluir── Open <───────────over──────────── Talking
//!    └── progressive: leased ──────────────────────┘                                                    │ 2 s
//!        predictive: when the pace says ───────────┘                                         (abandoned)┘
//! ```
//!
//! Preview, push-preview: Open before the first call, and again after each. Progressive: Open after a call that was answered.
//! A lead that is closed leaves with what follows from its attempts ([`super::retry`]).

use super::attempt::Attempt;
use super::order::By;
use crate::assign::Lease;
use crate::id::{CallId, UserId};
use crate::time::Moment;

#[derive(Clone, PartialEq, Debug)]
pub(super) enum State {
    /// `assign` looks for an agent.
    Queued,
    /// An agent is asked (GN-08).
    Offered(Lease),
    /// On an agent's screen, and nothing is dialled.
    Open {
        user: UserId,
    },
    /// The gate is asked about one of its numbers.
    Judging {
        by: By,
        phone: usize,
        ask: u32,
    },
    /// The attempt is being written. Nobody: the agent left meanwhile.
    Storing {
        by: Option<By>,
        phone: usize,
        attempt: Attempt,
    },
    /// It is written, and the gate is asked again.
    JudgingAgain {
        by: Option<By>,
        phone: usize,
        attempt: Attempt,
        ask: u32,
    },
    /// From the order on; the call is known soon after.
    Dialling {
        user: Option<UserId>,
        phone: usize,
        attempt: Attempt,
        call: Option<CallId>,
    },
    /// A person answered, and hears nobody yet.
    Answered {
        phone: usize,
        attempt: Attempt,
        call: CallId,
        since: Moment,
    },
    Talking {
        user: UserId,
        phone: usize,
        attempt: Attempt,
        call: CallId,
    },
}

impl State {
    /// Whose it is.
    pub fn user(&self) -> Option<UserId> {
        match self {
            State::Queued | State::Answered { .. } => None,
            State::Offered(lease) => Some(lease.user),
            State::Open { user } | State::Talking { user, .. } => Some(*user),
            State::Judging { by, .. } => by.user(),
            State::Storing { by, .. } | State::JudgingAgain { by, .. } => by.and_then(By::user),
            State::Dialling { user, .. } => *user,
        }
    }

    /// The call that it has.
    pub fn call(&self) -> Option<CallId> {
        match self {
            State::Dialling { call, .. } => *call,
            State::Answered { call, .. } | State::Talking { call, .. } => Some(*call),
            State::Queued | State::Offered(_) | State::Open { .. } => None,
            State::Judging { .. } | State::Storing { .. } | State::JudgingAgain { .. } => None,
        }
    }

    /// Whether a line is busy with it, or about to be.
    pub fn is_dialling(&self) -> bool {
        match self {
            State::Judging { .. } | State::Storing { .. } | State::JudgingAgain { .. } => true,
            State::Dialling { .. } | State::Answered { .. } => true,
            State::Queued | State::Offered(_) | State::Open { .. } | State::Talking { .. } => false,
        }
    }
}
