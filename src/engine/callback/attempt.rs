//! From the gate to the INVITE and what comes of it: judged, written, judged again, dialled. Dialling is at most once: nothing
//! better exists.

use chrono::{DateTime, TimeDelta, Utc};

use super::machine::{Callback, Context};
use super::order::{By, Order, Refused, Wrong};
use super::promise::{Attempt, End, Outcome};
use super::state::State;
use crate::judgement::{Denial, Judgement};

impl Callback {
    pub(super) fn ask_gate(&mut self, by: By, cx: &mut Context<'_>) {
        let ask = self.ask(cx);
        self.state = State::Judging { by, ask };
        self.tell(cx.orders);
    }

    fn ask(&mut self, cx: &mut Context<'_>) -> u32 {
        self.asks = self.asks.wrapping_add(1);
        let number = self.promise.terms.number.clone();
        cx.orders.push_back(Order::AskGate { promise: self.promise.id, number, ask: self.asks });
        self.asks
    }

    /// The gate's answer; one to an earlier question says nothing.
    pub fn on_judged(&mut self, answer: u32, judgement: Judgement, cx: &mut Context<'_>) {
        match std::mem::replace(&mut self.state, State::Open) {
            State::Judging { by, ask } if ask == answer => match judgement {
                Judgement::Allowed { version } => self.store_attempt(by, version, cx),
                Judgement::Denied(denial) => self.on_denied(Some(by), denial, None, cx),
            },
            State::JudgingAgain { by, attempt, ask } if ask == answer => match (judgement, by) {
                (Judgement::Allowed { .. }, Some(by)) if self.may_dial(by, cx) => self.dial(by, attempt, cx),
                (Judgement::Allowed { .. }, _) => self.not_dialled(attempt, cx),
                // Whatever the gate says of nobody: with the next agent it is asked anew.
                (Judgement::Denied(_), None) => self.not_dialled(attempt, cx),
                (Judgement::Denied(denial), by) => self.on_denied(by, denial, Some(attempt), cx),
            },
            other @ (State::Judging { .. } | State::JudgingAgain { .. } | State::Open | State::Waiting { .. }) => {
                self.state = other;
            }
            other @ (State::Reserved { .. } | State::Reading { .. } | State::Storing { .. }) => self.state = other,
            other @ (State::Dialling { .. } | State::Unknown { .. }) => self.state = other,
            other @ (State::Changing { .. } | State::Over(_)) => self.state = other,
        }
    }

    /// The row of this version is written, or could not be.
    pub fn on_stored(&mut self, version: u32, written: bool, cx: &mut Context<'_>) {
        if version != self.promise.version {
            return;
        }
        match std::mem::replace(&mut self.state, State::Open) {
            State::Storing { by, attempt } if written => {
                let ask = self.ask(cx);
                self.state = State::JudgingAgain { by, attempt, ask };
            }
            State::Storing { .. } => {
                self.alert(Wrong::NotStored, cx.orders);
                cx.orders.push_back(Order::Withdraw(self.promise.work()));
                self.promise.next = cx.now.civil + AFTER_STORE_ERROR;
                self.tell(cx.orders);
            }
            State::Changing { rest, changed, change, command } => {
                let answer = match written {
                    true => {
                        self.promise = *changed;
                        self.state = change.end().map_or(State::Open, State::Over);
                        Ok(self.promise.id)
                    }
                    false => {
                        self.state = rest.state();
                        Err(Refused::NotStored)
                    }
                };
                cx.orders.push_back(Order::Answer(command, answer));
                self.tell(cx.orders);
            }
            other @ (State::Open | State::Waiting { .. } | State::Reserved { .. } | State::Reading { .. }) => {
                self.state = other;
            }
            other @ (State::Judging { .. } | State::JudgingAgain { .. } | State::Dialling { .. }) => self.state = other,
            other @ (State::Unknown { .. } | State::Over(_)) => self.state = other,
        }
    }

    /// What came of the call.
    pub fn on_ended(&mut self, number: u32, outcome: Outcome, cx: &mut Context<'_>) {
        match std::mem::replace(&mut self.state, State::Open) {
            State::Dialling { attempt, .. } if attempt.number == number => self.on_outcome(attempt, outcome, cx),
            other @ (State::Dialling { .. } | State::Open | State::Waiting { .. } | State::Reserved { .. }) => {
                self.state = other;
            }
            other @ (State::Reading { .. } | State::Judging { .. } | State::Storing { .. }) => self.state = other,
            other @ (State::JudgingAgain { .. } | State::Unknown { .. }) => self.state = other,
            other @ (State::Changing { .. } | State::Over(_)) => self.state = other,
        }
    }

    fn store_attempt(&mut self, by: By, version: u64, cx: &mut Context<'_>) {
        self.promise.tries += 1;
        self.promise.denied = None;
        let attempt = Attempt { number: self.promise.tries, at: cx.now.civil, version };
        self.state = State::Storing { by: Some(by), attempt: attempt.clone() };
        self.write(Some((attempt, None)), cx.orders);
    }

    fn dial(&mut self, by: By, attempt: Attempt, cx: &mut Context<'_>) {
        let (promise, number) = (self.promise.id, self.promise.terms.number.clone());
        cx.orders.push_back(Order::Dial { promise, attempt: attempt.clone(), number, by });
        self.state = State::Dialling { attempt, by };
        self.tell(cx.orders);
    }

    /// Nobody is dialled with no agent held, nor outside the hours.
    fn may_dial(&self, by: By, cx: &Context<'_>) -> bool {
        let is_held = match by {
            By::Lease(lease) => lease.until > cx.now.moment,
            By::Reader(_) => true,
        };
        is_held && cx.schedule.opening_at(cx.now.civil).is_some()
    }

    /// Allowed, but the agent has left or the hours are over. The next agent gets it, while they last.
    fn not_dialled(&mut self, attempt: Attempt, cx: &mut Context<'_>) {
        let why = "nobody was there to talk, or the hours were over".to_owned();
        cx.orders.push_back(Order::Withdraw(self.promise.work()));
        self.open_again(self.promise.next, Some((attempt, Some(Outcome::NotDialled { why }))), cx);
    }

    /// It is not dialled now, which does not count: tried again when the gate said, else soon while the hours last.
    fn on_denied(&mut self, by: Option<By>, denial: Denial, stored: Option<Attempt>, cx: &mut Context<'_>) {
        match by {
            Some(By::Lease(_)) | None => cx.orders.push_back(Order::Withdraw(self.promise.work())),
            Some(By::Reader(_)) => {}
        }
        let is_news = self.promise.denied.as_ref().is_none_or(|known| known.rule != denial.rule);
        let next = self.after_denial(&denial, if is_news { AFTER_DENIAL } else { AFTER_ANOTHER }, cx);
        if is_news {
            self.alert(Wrong::Denied(denial.clone()), cx.orders);
        }
        let outcome = stored.map(|attempt| (attempt, Some(Outcome::NotDialled { why: denial.fact.clone() })));
        self.promise.denied = Some(denial);
        match next {
            Some(next) => self.open_again(next, outcome, cx),
            None => self.over(End::Missed, outcome, cx),
        }
    }

    fn after_denial(&self, denial: &Denial, wait: TimeDelta, cx: &Context<'_>) -> Option<DateTime<Utc>> {
        let soon = cx.now.civil + wait;
        match denial.next {
            // Nothing falls due meanwhile, and the clock may be wrong.
            _ if cx.held => Some(self.promise.next),
            Some(next) => cx.schedule.next_open(next.max(soon)),
            None => {
                let until = cx.schedule.opening_at(cx.now.civil)?.until;
                Some(soon.min(until - AFTER_DENIAL)).filter(|soon| *soon > cx.now.civil)
            }
        }
    }

    fn on_outcome(&mut self, attempt: Attempt, outcome: Outcome, cx: &mut Context<'_>) {
        self.promise.attempts = self.promise.attempts.saturating_add(u8::from(outcome.counts()));
        let line = Some((attempt.clone(), Some(outcome.clone())));
        // By a clock that was right.
        let ended = if cx.held { attempt.at } else { cx.now.civil };
        match outcome {
            Outcome::Answered => self.over(End::Done, line, cx),
            Outcome::Unknown => {
                self.state = State::Unknown { attempt };
                self.alert(Wrong::Unknown, cx.orders);
                self.write(line, cx.orders);
            }
            Outcome::NotDialled { .. } => match cx.schedule.next_open(ended + AFTER_DENIAL) {
                Some(next) => self.open_again(next, line, cx),
                None => self.over(End::Missed, line, cx),
            },
            Outcome::NoAnswer | Outcome::Busy | Outcome::Failed => {
                let interval = TimeDelta::minutes(i64::from(cx.schedule.interval_minutes));
                let next = cx.schedule.next_open(ended + interval);
                match next.filter(|_| self.promise.attempts < cx.schedule.attempts) {
                    Some(next) => self.open_again(next, line, cx),
                    None => self.over(End::Exhausted, line, cx),
                }
            }
        }
    }
}

/// A denial without a time to wait for: a doubt, a full line, a list.
const AFTER_DENIAL: TimeDelta = TimeDelta::minutes(1);
/// The same no once more: nobody is held each minute for what is not going to be allowed.
const AFTER_ANOTHER: TimeDelta = TimeDelta::minutes(10);
const AFTER_STORE_ERROR: TimeDelta = TimeDelta::seconds(10);
