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
//!
//! With detection that acts on machines (GN-17), in both:
//!
//! ```text
//!   Dialling ──answered──> Listening ──a person, or 1.8 s──> Talking, or Answered where nobody was found yet
//!                              └──a machine, tones──> Machine ──message left, hung up──> (closed)
//! ```
//!
//! A lead that is closed leaves with what follows from its attempts ([`super::retry`]).

use chrono::{DateTime, Utc};

use super::attempt::Attempt;
use super::order::By;
use crate::assign::Lease;
use crate::config::SoundName;
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
    /// It answered, and it is heard who did, until then at most; none: it is being given already.
    Listening {
        /// Who was found for it meanwhile, or has had it since it was dialled.
        by: Option<By>,
        phone: usize,
        attempt: Attempt,
        call: CallId,
        /// It rang since then.
        since: Moment,
        answered: Moment,
        until: Option<Moment>,
    },
    /// A person answered, and hears nobody until then at most.
    Answered {
        phone: usize,
        attempt: Attempt,
        call: CallId,
        until: Moment,
        voice: Voice,
    },
    /// No person answered; what came of it is written.
    Machine {
        call: CallId,
        /// This is left to it when its greeting is over, at the latest then.
        message: Option<(SoundName, Moment)>,
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
        voice: Voice,
    },
}

/// What was heard of who answered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Voice {
    /// Nothing that speaks against a person.
    Person,
    /// A machine, and that is what came of the attempt.
    Machine,
    /// Perhaps a machine, heard when an agent had it already: the agent knows better.
    Doubtful,
}

impl State {
    /// Whose it is.
    pub fn user(&self) -> Option<UserId> {
        match self {
            State::Queued | State::Answered { .. } | State::Machine { .. } | State::Dismissed { .. } => None,
            State::Listening { by, .. } => by.and_then(By::holder),
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
            State::Queued | State::Offered { .. } | State::Answered { .. } => None,
            State::Machine { .. } | State::Dismissed { .. } => None,
            State::Listening { by, .. } => by.and_then(By::holder),
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
            State::Listening { call, .. } | State::Machine { call, .. } => Some(*call),
            State::Queued | State::Offered { .. } | State::Open { .. } => None,
            State::Judging { .. } | State::Storing { .. } | State::JudgingAgain { .. } => None,
        }
    }

    /// Whether a line is busy with it, or about to be.
    pub fn is_dialling(&self) -> bool {
        match self {
            State::Judging { .. } | State::Storing { .. } | State::JudgingAgain { .. } => true,
            State::Dialling { .. } | State::Answered { .. } | State::Dismissed { .. } => true,
            State::Listening { .. } | State::Machine { .. } => true,
            State::Queued | State::Offered { .. } | State::Open { .. } | State::Talking { .. } => false,
        }
    }

    /// Whether it is dialled, or was, for whoever is free when it answers, and nobody has it yet: no screen shows it.
    pub fn is_anybodys(&self) -> bool {
        match self {
            State::Judging { by, .. } => *by == By::Anybody,
            State::Storing { by, .. } | State::JudgingAgain { by, .. } => *by == Some(By::Anybody),
            State::Dialling { user, .. } => user.is_none(),
            State::Listening { by, .. } => by.and_then(By::holder).is_none(),
            State::Answered { .. } | State::Machine { .. } | State::Dismissed { .. } => true,
            State::Queued | State::Offered { .. } | State::Open { .. } | State::Talking { .. } => false,
        }
    }

    /// When listening is over, whatever media says or fails to say.
    pub fn listens_until(&self) -> Option<Moment> {
        match self {
            State::Listening { until, .. } => *until,
            State::Machine { message, .. } => message.as_ref().map(|(_, until)| *until),
            State::Queued | State::Offered { .. } | State::Open { .. } | State::Judging { .. } => None,
            State::Storing { .. } | State::JudgingAgain { .. } | State::Dialling { .. } => None,
            State::Answered { .. } | State::Dismissed { .. } | State::Talking { .. } => None,
        }
    }
}
