//! The client transaction of every method but INVITE and ACK (RFC 3261 §17.1.2).
//!
//! ```text
//!            | request
//!            v          E: again
//!       +--------+ <------+
//!       | Trying |--------+  F, transport error: fail ---+
//!       +--------+------------------+                    |
//!            | 1xx                  | 200-699            |
//!            v          E: again    |                    |
//!       +------------+ <--+         |                    |
//!       | Proceeding |----+  F, transport error: fail -->|
//!       +------------+              |                    |
//!            | 200-699              v                    |
//!            +--------------> +-----------+   K          v
//!                             | Completed |---------> (ended)
//!                             +-----------+
//! ```

use bytes::Bytes;
use std::time::Duration;

use super::timer::{Action, Class, Failure, PATIENCE, T1, T2, T4};

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Timer {
    /// Timer E, RFC 3261 §17.1.2.2.
    Retransmit,
    /// Timer F, RFC 3261 §17.1.2.2.
    GiveUp,
    /// Timer K, RFC 3261 §17.1.2.2.
    Absorb,
}

impl Timer {
    pub(crate) const ALL: [Timer; 3] = [Timer::Retransmit, Timer::GiveUp, Timer::Absorb];
}

#[derive(Debug)]
pub(crate) struct ClientOther {
    reliable: bool,
    state: State,
}

#[derive(Debug)]
enum State {
    Trying { request: Bytes, pause: Duration },
    Proceeding { request: Bytes },
    Completed,
}

impl ClientOther {
    pub(crate) fn start(request: Bytes, reliable: bool) -> (ClientOther, Vec<Action<Timer>>) {
        let mut out = vec![Action::Send(request.clone()), Action::Arm(Timer::GiveUp, PATIENCE)];
        if !reliable {
            out.push(Action::Arm(Timer::Retransmit, T1));
        }
        (ClientOther { reliable, state: State::Trying { request, pause: T1 } }, out)
    }

    pub(crate) fn on_response(&mut self, class: Class, out: &mut Vec<Action<Timer>>) {
        match (&self.state, class) {
            (State::Trying { request, .. }, Class::Provisional) => {
                // The running Timer E fires as planned; from then on every T2 (§17.1.2.2).
                self.state = State::Proceeding { request: request.clone() };
                out.push(Action::Deliver);
            }
            (State::Proceeding { .. }, Class::Provisional) => out.push(Action::Deliver),
            (State::Trying { .. } | State::Proceeding { .. }, Class::Success | Class::Failure) => {
                self.state = State::Completed;
                out.extend([Action::Disarm(Timer::Retransmit), Action::Disarm(Timer::GiveUp), Action::Deliver]);
                out.push(if self.reliable { Action::End } else { Action::Arm(Timer::Absorb, T4) });
            }
            // Repeated answers end here.
            (State::Completed, Class::Provisional | Class::Success | Class::Failure) => {}
        }
    }

    pub(crate) fn on_timer(&mut self, timer: Timer, out: &mut Vec<Action<Timer>>) {
        match (&mut self.state, timer) {
            (State::Trying { request, pause }, Timer::Retransmit) => {
                *pause = (*pause * 2).min(T2);
                out.extend([Action::Send(request.clone()), Action::Arm(Timer::Retransmit, *pause)]);
            }
            (State::Proceeding { request }, Timer::Retransmit) => {
                out.extend([Action::Send(request.clone()), Action::Arm(Timer::Retransmit, T2)]);
            }
            (State::Trying { .. } | State::Proceeding { .. }, Timer::GiveUp) => {
                out.extend([Action::Fail(Failure::Timeout), Action::End]);
            }
            (State::Completed, Timer::Absorb) => out.push(Action::End),
            // Not armed in these states.
            (State::Trying { .. } | State::Proceeding { .. }, Timer::Absorb)
            | (State::Completed, Timer::Retransmit | Timer::GiveUp) => {}
        }
    }

    /// The way to the peer is gone.
    pub(crate) fn on_broken(&mut self, out: &mut Vec<Action<Timer>>) {
        match self.state {
            State::Trying { .. } | State::Proceeding { .. } => {
                out.extend([Action::Fail(Failure::Transport), Action::End]);
            }
            State::Completed => out.push(Action::End),
        }
    }

    /// Whether a provisional response proved that the peer has the request.
    pub(crate) fn has_heard(&self) -> bool {
        match self.state {
            State::Trying { .. } => false,
            State::Proceeding { .. } | State::Completed => true,
        }
    }
}
