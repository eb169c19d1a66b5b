//! The server transaction of every method but INVITE and ACK (RFC 3261 §17.2.2).
//!
//! ```text
//!            | request: up
//!            v
//!       +--------+  request: absorbed
//!       | Trying |------------------------- Unanswered ------+
//!       +--------+------------------+                        |
//!            | 1xx                  | 200-699                |
//!            v                      |                        |
//!       +------------+  request:    |                        |
//!       | Proceeding |  1xx again --|------- Unanswered ---->|
//!       +------------+              v                        |
//!            | 200-699        +-----------+       J          v
//!            +--------------->| Completed |--------------> (ended)
//!                             +-----------+  request: answer again
//! ```

use bytes::Bytes;

use super::timer::{Action, Class, PATIENCE};

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Timer {
    /// Timer J, RFC 3261 §17.2.2.
    Absorb,
    /// Without a letter: after 64·T1 the client has given up, an answer would only be noise (RFC 4320 §4.2).
    Unanswered,
}

impl Timer {
    pub(crate) const ALL: [Timer; 2] = [Timer::Absorb, Timer::Unanswered];
}

#[derive(Debug)]
pub(crate) struct ServerOther {
    reliable: bool,
    state: State,
}

#[derive(Debug)]
enum State {
    Trying,
    Proceeding { provisional: Bytes },
    Completed { answer: Bytes },
}

impl ServerOther {
    pub(crate) fn start(reliable: bool) -> (ServerOther, Vec<Action<Timer>>) {
        (ServerOther { reliable, state: State::Trying }, vec![Action::Arm(Timer::Unanswered, PATIENCE)])
    }

    /// The same request again.
    pub(crate) fn on_repeated(&mut self, out: &mut Vec<Action<Timer>>) {
        match &self.state {
            State::Trying => {}
            State::Proceeding { provisional } => out.push(Action::Send(provisional.clone())),
            State::Completed { answer } => out.push(Action::Send(answer.clone())),
        }
    }

    /// The layer above answers.
    pub(crate) fn on_answer(&mut self, class: Class, answer: Bytes, out: &mut Vec<Action<Timer>>) {
        match (&self.state, class) {
            (State::Trying | State::Proceeding { .. }, Class::Provisional) => {
                out.push(Action::Send(answer.clone()));
                self.state = State::Proceeding { provisional: answer };
            }
            (State::Trying | State::Proceeding { .. }, Class::Success | Class::Failure) => {
                out.extend([Action::Disarm(Timer::Unanswered), Action::Send(answer.clone())]);
                out.push(if self.reliable { Action::End } else { Action::Arm(Timer::Absorb, PATIENCE) });
                self.state = State::Completed { answer };
            }
            // §17.2.2: further answers are discarded.
            (State::Completed { .. }, Class::Provisional | Class::Success | Class::Failure) => {}
        }
    }

    pub(crate) fn on_timer(&mut self, timer: Timer, out: &mut Vec<Action<Timer>>) {
        match (&self.state, timer) {
            (State::Trying | State::Proceeding { .. }, Timer::Unanswered)
            | (State::Completed { .. }, Timer::Absorb) => {
                out.push(Action::End);
            }
            // Not armed in these states.
            (State::Trying | State::Proceeding { .. }, Timer::Absorb)
            | (State::Completed { .. }, Timer::Unanswered) => {}
        }
    }
}
