//! The INVITE server transaction (RFC 3261 §17.2.1 with RFC 6026 §7.1).
//!
//! ```text
//!                  | INVITE: up
//!                  v          INVITE: last 1xx again; 200 ms without an answer: 100
//!            +------------+
//!            | Proceeding |
//!            +------------+
//!       300-699 |      | 2xx
//!               v      +---------------------+
//!         +-----------+  INVITE, G: again    v
//!         | Completed |                 +----------+  INVITE: absorbed; ACK: up
//!         +-----------+                 | Accepted |  2xx from above: sent
//!       ACK |     | H, transport error  +----------+
//!           v     | fail                     | L
//!     +-----------+   |                      |
//!     | Confirmed | I v                      v
//!     +-----------+-------> (ended) <--------+
//! ```
//!
//! Proceeding has no timer: an INVITE that the layer above never answers stays. Its ring timeout must end it.

use bytes::Bytes;
use std::time::Duration;

use super::timer::{Action, Class, Failure, PATIENCE, T1, T2, T4, TRYING_AFTER};

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Timer {
    /// Without a letter, RFC 3261 §17.2.1: 100 after 200 ms.
    Trying,
    /// Timer G, RFC 3261 §17.2.1.
    Retransmit,
    /// Timer H, RFC 3261 §17.2.1.
    GiveUp,
    /// Timer I, RFC 3261 §17.2.1.
    Absorb,
    /// Timer L, RFC 6026 §7.1.
    Accepted,
}

impl Timer {
    pub(crate) const ALL: [Timer; 5] =
        [Timer::Trying, Timer::Retransmit, Timer::GiveUp, Timer::Absorb, Timer::Accepted];
}

#[derive(Debug)]
pub(crate) struct ServerInvite {
    reliable: bool,
    state: State,
}

#[derive(Debug)]
enum State {
    /// `provisional` is the last one sent, or the 100 to be sent.
    Proceeding {
        provisional: Bytes,
    },
    Completed {
        answer: Bytes,
        pause: Duration,
    },
    Confirmed,
    Accepted,
}

impl ServerInvite {
    /// `trying` is the 100 to send when the layer above is slow.
    pub(crate) fn start(trying: Bytes, reliable: bool) -> (ServerInvite, Vec<Action<Timer>>) {
        let state = State::Proceeding { provisional: trying };
        (ServerInvite { reliable, state }, vec![Action::Arm(Timer::Trying, TRYING_AFTER)])
    }

    /// The same INVITE again.
    pub(crate) fn on_repeated(&mut self, out: &mut Vec<Action<Timer>>) {
        match &self.state {
            State::Proceeding { provisional } => {
                out.extend([Action::Disarm(Timer::Trying), Action::Send(provisional.clone())]);
            }
            State::Completed { answer, .. } => out.push(Action::Send(answer.clone())),
            // RFC 6026 §7.1: the layer above repeats its 2xx by itself.
            State::Accepted | State::Confirmed => {}
        }
    }

    pub(crate) fn on_ack(&mut self, out: &mut Vec<Action<Timer>>) {
        match self.state {
            State::Completed { .. } => {
                self.state = State::Confirmed;
                out.extend([Action::Disarm(Timer::Retransmit), Action::Disarm(Timer::GiveUp)]);
                out.push(if self.reliable { Action::End } else { Action::Arm(Timer::Absorb, T4) });
            }
            State::Accepted => out.push(Action::Deliver),
            // An ACK to nothing, or a repeated one.
            State::Proceeding { .. } | State::Confirmed => {}
        }
    }

    /// The layer above answers.
    pub(crate) fn on_answer(&mut self, class: Class, answer: Bytes, out: &mut Vec<Action<Timer>>) {
        match (&mut self.state, class) {
            (State::Proceeding { provisional }, Class::Provisional) => {
                *provisional = answer.clone();
                out.extend([Action::Disarm(Timer::Trying), Action::Send(answer)]);
            }
            (State::Proceeding { .. }, Class::Success) => {
                self.state = State::Accepted;
                out.extend([Action::Disarm(Timer::Trying), Action::Send(answer)]);
                out.push(Action::Arm(Timer::Accepted, PATIENCE));
            }
            (State::Proceeding { .. }, Class::Failure) => {
                out.extend([Action::Disarm(Timer::Trying), Action::Send(answer.clone())]);
                if !self.reliable {
                    out.push(Action::Arm(Timer::Retransmit, T1));
                }
                out.push(Action::Arm(Timer::GiveUp, PATIENCE));
                self.state = State::Completed { answer, pause: T1 };
            }
            // RFC 6026 §7.1.
            (State::Accepted, Class::Success) => out.push(Action::Send(answer)),
            // One final answer is enough.
            (State::Accepted, Class::Provisional | Class::Failure)
            | (State::Completed { .. } | State::Confirmed, Class::Provisional | Class::Success | Class::Failure) => {}
        }
    }

    pub(crate) fn on_timer(&mut self, timer: Timer, out: &mut Vec<Action<Timer>>) {
        match (&mut self.state, timer) {
            (State::Proceeding { provisional }, Timer::Trying) => out.push(Action::Send(provisional.clone())),
            (State::Completed { answer, pause }, Timer::Retransmit) => {
                *pause = (*pause * 2).min(T2);
                out.extend([Action::Send(answer.clone()), Action::Arm(Timer::Retransmit, *pause)]);
            }
            (State::Completed { .. }, Timer::GiveUp) => out.extend([Action::Fail(Failure::Timeout), Action::End]),
            (State::Confirmed, Timer::Absorb) | (State::Accepted, Timer::Accepted) => out.push(Action::End),
            // Not armed in these states.
            (State::Proceeding { .. }, Timer::Retransmit | Timer::GiveUp | Timer::Absorb | Timer::Accepted)
            | (State::Completed { .. }, Timer::Trying | Timer::Absorb | Timer::Accepted)
            | (State::Confirmed, Timer::Trying | Timer::Retransmit | Timer::GiveUp | Timer::Accepted)
            | (State::Accepted, Timer::Trying | Timer::Retransmit | Timer::GiveUp | Timer::Absorb) => {}
        }
    }

    /// The peer does not listen any more.
    pub(crate) fn on_broken(&mut self, out: &mut Vec<Action<Timer>>) {
        match self.state {
            State::Completed { .. } => out.extend([Action::Fail(Failure::Transport), Action::End]),
            State::Confirmed => out.push(Action::End),
            // The layer above has the call: its own timers decide.
            State::Proceeding { .. } | State::Accepted => {}
        }
    }

    /// Whether a CANCEL still has something to cancel (RFC 3261 §9.2).
    pub(crate) fn is_proceeding(&self) -> bool {
        match self.state {
            State::Proceeding { .. } => true,
            State::Completed { .. } | State::Confirmed | State::Accepted => false,
        }
    }
}
