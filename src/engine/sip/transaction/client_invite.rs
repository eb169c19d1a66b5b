//! The INVITE client transaction (RFC 3261 §17.1.1 with RFC 6026 §7.2).
//!
//! ```text
//!              | INVITE
//!              v         A: again
//!         +---------+ <-----+
//!         | Calling |-------+   B, transport error: fail ----------+
//!         +---------+----------------------+------------+          |
//!              | 1xx                       | 2xx        | 300-699  |
//!              v                           |            | ACK      |
//!         +------------+ 1xx: up           |            |          |
//!         | Proceeding |--- 2xx ---------->|            |          |
//!         +------------+--- 300-699, ACK --|----------->|          |
//!              | no answer to our          v            v          |
//!              | CANCEL for 64·T1     +----------+ +-----------+   |
//!              |             2xx: up  | Accepted | | Completed | 300-699: ACK again
//!              |                      +----------+ +-----------+   |
//!              v fail                      | M          | D        v
//!         (ended) <------------------------+------------+----------+
//! ```

use bytes::Bytes;
use std::time::Duration;

use super::timer::{ABSORB_FINAL, Action, Class, Failure, PATIENCE, T1};

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Timer {
    /// Timer A, RFC 3261 §17.1.1.2.
    Retransmit,
    /// Timer B, RFC 3261 §17.1.1.2.
    GiveUp,
    /// Timer D, RFC 3261 §17.1.1.2.
    Absorb,
    /// Timer M, RFC 6026 §7.2.
    Accepted,
    /// Without a letter, RFC 3261 §9.1: 64·T1 after our CANCEL.
    Cancelled,
}

impl Timer {
    pub(crate) const ALL: [Timer; 5] =
        [Timer::Retransmit, Timer::GiveUp, Timer::Absorb, Timer::Accepted, Timer::Cancelled];
}

#[derive(Debug)]
pub(crate) struct ClientInvite {
    reliable: bool,
    state: State,
}

#[derive(Debug)]
enum State {
    Calling { request: Bytes, pause: Duration },
    Proceeding,
    Completed { ack: Bytes },
    Accepted,
}

/// How far the peer has come, as far as CANCEL cares (RFC 3261 §9.1).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Progress {
    /// A CANCEL must wait.
    Silent,
    /// A CANCEL may go.
    Provisional,
    /// A CANCEL has no effect.
    Final,
}

impl ClientInvite {
    pub(crate) fn start(request: Bytes, reliable: bool) -> (ClientInvite, Vec<Action<Timer>>) {
        let mut out = vec![Action::Send(request.clone()), Action::Arm(Timer::GiveUp, PATIENCE)];
        if !reliable {
            out.push(Action::Arm(Timer::Retransmit, T1));
        }
        (ClientInvite { reliable, state: State::Calling { request, pause: T1 } }, out)
    }

    /// `ack` writes the ACK to the answer at hand (RFC 3261 §17.1.1.3).
    pub(crate) fn on_response(&mut self, class: Class, ack: impl FnOnce() -> Bytes, out: &mut Vec<Action<Timer>>) {
        match (&self.state, class) {
            (State::Calling { .. }, Class::Provisional) => {
                self.finish_waiting(out);
                self.state = State::Proceeding;
                out.push(Action::Deliver);
            }
            (State::Proceeding, Class::Provisional) => out.push(Action::Deliver),
            // RFC 6026 §7.2: lives on, for the 2xx of other forks and for repeated ones.
            (State::Calling { .. } | State::Proceeding, Class::Success) => {
                self.finish_waiting(out);
                self.state = State::Accepted;
                out.extend([Action::Arm(Timer::Accepted, PATIENCE), Action::Deliver]);
            }
            (State::Calling { .. } | State::Proceeding, Class::Failure) => {
                self.finish_waiting(out);
                self.complete(ack(), out);
            }
            // RFC 3261 §17.1.1.2: the peer has not seen our ACK.
            (State::Completed { ack }, Class::Failure) => out.push(Action::Send(ack.clone())),
            (State::Accepted, Class::Success) => out.push(Action::Deliver),
            // Overtaken by the final answer.
            (State::Completed { .. }, Class::Provisional | Class::Success)
            | (State::Accepted, Class::Provisional | Class::Failure) => {}
        }
    }

    pub(crate) fn on_timer(&mut self, timer: Timer, out: &mut Vec<Action<Timer>>) {
        match (&mut self.state, timer) {
            (State::Calling { request, pause }, Timer::Retransmit) => {
                *pause *= 2;
                out.extend([Action::Send(request.clone()), Action::Arm(Timer::Retransmit, *pause)]);
            }
            (State::Calling { .. }, Timer::GiveUp) | (State::Proceeding, Timer::Cancelled) => {
                out.extend([Action::Fail(Failure::Timeout), Action::End]);
            }
            (State::Completed { .. }, Timer::Absorb) | (State::Accepted, Timer::Accepted) => out.push(Action::End),
            // Not armed in these states.
            (State::Calling { .. }, Timer::Absorb | Timer::Accepted | Timer::Cancelled)
            | (State::Proceeding, Timer::Retransmit | Timer::GiveUp | Timer::Absorb | Timer::Accepted)
            | (State::Completed { .. }, Timer::Retransmit | Timer::GiveUp | Timer::Accepted | Timer::Cancelled)
            | (State::Accepted, Timer::Retransmit | Timer::GiveUp | Timer::Absorb | Timer::Cancelled) => {}
        }
    }

    /// The way to the peer is gone.
    pub(crate) fn on_broken(&mut self, out: &mut Vec<Action<Timer>>) {
        match self.state {
            State::Calling { .. } | State::Proceeding => {
                out.extend([Action::Fail(Failure::Transport), Action::End]);
            }
            // The owner has its answer; nothing more can be sent.
            State::Completed { .. } => out.push(Action::End),
            // RFC 6026 §7.2: a fork's 2xx may still come another way.
            State::Accepted => {}
        }
    }

    /// Our CANCEL has gone out.
    pub(crate) fn on_cancel_sent(&mut self, out: &mut Vec<Action<Timer>>) {
        match self.state {
            State::Proceeding => out.push(Action::Arm(Timer::Cancelled, PATIENCE)),
            State::Calling { .. } | State::Completed { .. } | State::Accepted => {}
        }
    }

    pub(crate) fn progress(&self) -> Progress {
        match self.state {
            State::Calling { .. } => Progress::Silent,
            State::Proceeding => Progress::Provisional,
            State::Completed { .. } | State::Accepted => Progress::Final,
        }
    }

    fn complete(&mut self, ack: Bytes, out: &mut Vec<Action<Timer>>) {
        out.extend([Action::Send(ack.clone()), Action::Deliver]);
        out.push(if self.reliable { Action::End } else { Action::Arm(Timer::Absorb, ABSORB_FINAL) });
        self.state = State::Completed { ack };
    }

    /// Stops the timers of the state being left.
    fn finish_waiting(&self, out: &mut Vec<Action<Timer>>) {
        match self.state {
            State::Calling { .. } => out.extend([Action::Disarm(Timer::Retransmit), Action::Disarm(Timer::GiveUp)]),
            State::Proceeding => out.push(Action::Disarm(Timer::Cancelled)),
            State::Completed { .. } | State::Accepted => {}
        }
    }
}
