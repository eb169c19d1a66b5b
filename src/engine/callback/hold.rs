//! Doubt: nobody is held for what is not going to be dialled, and nothing is given up by a clock that may be wrong.

use super::machine::{Callback, Context};
use super::order::{By, Order};
use super::promise::Kind;
use super::state::State;

impl Callback {
    /// Nothing falls due from now on, or it does again.
    pub fn on_hold(&mut self, cx: &mut Context<'_>) {
        match (&self.state, cx.held) {
            (State::Waiting { .. } | State::Reserved { .. } | State::Judging { by: By::Lease(_), .. }, true) => {
                cx.orders.push_back(Order::Withdraw(self.promise.work()));
                self.state = State::Open;
                self.tell(cx.orders);
            }
            (State::Open, false) => self.reckon_return(cx),
            // What is being dialled goes on; what is being written is judged again, and refused.
            (State::Storing { .. } | State::JudgingAgain { .. } | State::Dialling { .. }, true) => {}
            (State::Open | State::Judging { by: By::Reader(_), .. } | State::Reading { .. }, true) => {}
            (State::Unknown { .. } | State::Changing { .. } | State::Over(_), true) => {}
            (State::Waiting { .. } | State::Reserved { .. } | State::Reading { .. }, false) => {}
            (State::Judging { .. } | State::Storing { .. } | State::JudgingAgain { .. }, false) => {}
            (State::Dialling { .. } | State::Unknown { .. } | State::Changing { .. } | State::Over(_), false) => {}
        }
    }

    /// A return that was reckoned by a clock far ahead is due at the next opening from now.
    fn reckon_return(&mut self, cx: &mut Context<'_>) {
        let untried = self.promise.kind == Kind::Return && self.promise.attempts == 0;
        let next = cx.schedule.next_open(cx.now.civil).filter(|next| untried && *next < self.promise.next);
        if let Some(next) = next {
            self.open_again(next, None, cx);
        }
    }
}
