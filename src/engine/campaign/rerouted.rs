//! The next route for an attempt that can have rung nobody: no connection, or an error of a server before any sign of progress. The
//! attempt stays the same one; it is judged once more, since time has passed.

use super::attempt::{Attempt, AttemptResult};
use super::order::By;
use super::record::{Context, Record, Stays};
use super::state::State;
use crate::config::AccountName;

impl Record {
    /// The route led nowhere; another one of the campaign's may not.
    pub fn on_unreached(&mut self, route: AccountName, result: AttemptResult, cx: &mut Context<'_>) -> Stays {
        self.led_nowhere.push((route, result));
        let is_left = |route: &super::Route| self.led_nowhere.iter().all(|(tried, _)| *tried != route.account);
        if !cx.terms.routes.iter().any(is_left) {
            return self.on_ended(result, cx);
        }
        match std::mem::replace(&mut self.state, State::Queued) {
            State::Dialling { user, phone, attempt, .. } => {
                let (by, ask) = (Some(user.map_or(By::Anybody, By::Holder)), self.ask(phone, cx));
                self.state = State::JudgingAgain { by, phone, attempt, ask };
                Stays::Here
            }
            other => {
                self.state = other;
                self.on_ended(result, cx)
            }
        }
    }

    /// It is not dialled over another route either: what came of the last one stands.
    pub(super) fn no_other_route(
        &mut self,
        by: Option<By>,
        phone: usize,
        attempt: Attempt,
        cx: &mut Context<'_>,
    ) -> Stays {
        let Some((_, result)) = self.led_nowhere.pop() else { return Stays::Here };
        let user = by.and_then(By::user);
        self.state = State::Dialling { user, phone, attempt, call: None, since: cx.now.moment };
        self.on_ended(result, cx)
    }
}
