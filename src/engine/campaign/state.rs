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
//!    │                                  v          │          else: (closed)                         v  │ given │ 2 s
//!    │                               (closed) <────┼──Concluir── Open <───────────over──────────── Talking     v
//!    └── progressive: leased ──────────────────────┘                                  (closed) <─────────── Dismissed
//!        predictive: when the pace says ───────────┘                                            notice heard
//! ```
//!
//! Preview, push-preview: Open before the first call, and again after each. Progressive: Open after a call that was answered.
//! Predictive: nobody has it before it answers; who hangs up in Answered was abandoned too.
//! A lead that is closed leaves with what follows from its attempts ([`super::retry`]).

use chrono::{DateTime, Utc};

use super::attempt::Attempt;
use super::order::By;
use crate::assign::Lease;
use crate::id::{CallId, UserId};
use crate::time::Moment;

#[derive(Clone, PartialEq, Debug)]
pub(super) enum State {
    /// `assign` looks for an agent.
    Queued,
    /// An agent is asked until then (GN-08).
    Offered {
        lease: Lease,
        until: DateTime<Utc>,
    },
    /// On an agent's screen since then, and nothing is dialled.
    Open {
        user: UserId,
        since: Moment,
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
        since: Moment,
    },
    /// A person answered, and hears nobody until then at most.
    Answered {
        phone: usize,
        attempt: Attempt,
        call: CallId,
        until: Moment,
    },
    /// Nobody was free: the person hears who called.
    Dismissed {
        number: String,
        call: CallId,
        /// The person does not want to be called again.
        opted_out: bool,
    },
    Talking {
        user: UserId,
        phone: usize,
        attempt: Attempt,
        call: CallId,
        since: Moment,
    },
}

impl State {
    /// Whose it is.
    pub fn user(&self) -> Option<UserId> {
        match self {
            State::Queued | State::Answered { .. } | State::Dismissed { .. } => None,
            State::Offered { lease, .. } => Some(lease.user),
            State::Open { user, .. } | State::Talking { user, .. } => Some(*user),
            State::Judging { by, .. } => by.user(),
            State::Storing { by, .. } | State::JudgingAgain { by, .. } => by.and_then(By::user),
            State::Dialling { user, .. } => *user,
        }
    }

    /// Who has it on the screen, or is about to talk; who is only held for it has a lease and no more.
    pub fn handler(&self) -> Option<UserId> {
        match self {
            State::Queued | State::Offered { .. } | State::Answered { .. } | State::Dismissed { .. } => None,
            State::Judging { by, .. } => by.holder(),
            State::Storing { by, .. } | State::JudgingAgain { by, .. } => by.and_then(By::holder),
            State::Open { user, .. } | State::Talking { user, .. } => Some(*user),
            State::Dialling { user, .. } => *user,
        }
    }

    /// The call that it has.
    pub fn call(&self) -> Option<CallId> {
        match self {
            State::Dialling { call, .. } => *call,
            State::Answered { call, .. } | State::Dismissed { call, .. } | State::Talking { call, .. } => Some(*call),
            State::Queued | State::Offered { .. } | State::Open { .. } => None,
            State::Judging { .. } | State::Storing { .. } | State::JudgingAgain { .. } => None,
        }
    }

    /// Whether a line is busy with it, or about to be.
    pub fn is_dialling(&self) -> bool {
        match self {
            State::Judging { .. } | State::Storing { .. } | State::JudgingAgain { .. } => true,
            State::Dialling { .. } | State::Answered { .. } | State::Dismissed { .. } => true,
            State::Queued | State::Offered { .. } | State::Open { .. } | State::Talking { .. } => false,
        }
    }

    /// Whether it is dialled, or was, for whoever is free when it answers, and nobody has it yet: no screen shows it.
    pub fn is_anybodys(&self) -> bool {
        match self {
            State::Judging { by, .. } => *by == By::Anybody,
            State::Storing { by, .. } | State::JudgingAgain { by, .. } => *by == Some(By::Anybody),
            State::Dialling { user, .. } => user.is_none(),
            State::Answered { .. } | State::Dismissed { .. } => true,
            State::Queued | State::Offered { .. } | State::Open { .. } | State::Talking { .. } => false,
        }
    }
}
