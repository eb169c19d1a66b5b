//! From the answer on (GN-18): who has the record talks; whoever answered for nobody is given to an agent within two seconds, or hears
//! who called and is let go.

use std::time::Duration;

use super::attempt::{Attempt, AttemptResult, ResultKind};
use super::heard::rang;
use super::hopper::Written;
use super::order::{By, Order};
use super::record::{Context, Record, Stays};
use super::state::{State, Voice};
use crate::assign::{Wanted, Work, WorkItem};
use crate::id::{CallId, UserId};
use crate::pacing::Event;
use crate::time::Moment;

impl Record {
    /// Somebody answered.
    pub fn on_answered(&mut self, cx: &mut Context<'_>) {
        match std::mem::replace(&mut self.state, State::Queued) {
            State::Dialling { user, phone, attempt, call: Some(call), since } if self.detection.holds_back() => {
                let (by, answered) = (user.map(By::Holder), cx.now.moment);
                let until = Some(answered + ENOUGH);
                self.state = State::Listening { by, phone, attempt, call, since, answered, until };
                match user {
                    Some(_) => self.tell(cx),
                    None => self.want_anybody(None, answered + PATIENCE, cx),
                }
            }
            State::Dialling { user: Some(user), phone, attempt, call: Some(call), .. } => {
                let (since, voice) = (cx.now.moment, Voice::Person);
                self.state = State::Talking { user, phone, attempt, call, since, voice };
                self.tell(cx);
            }
            State::Dialling { user: None, phone, attempt, call: Some(call), since } => {
                cx.seen.push(Event::Answered(since));
                let until = cx.now.moment + PATIENCE;
                self.state = State::Answered { phone, attempt, call, until, voice: Voice::Person };
                self.want_anybody(None, until, cx);
            }
            other => self.state = other,
        }
    }

    /// Whoever is free, but for one to whom it could not be given.
    pub(super) fn want_anybody(&self, but: Option<UserId>, until: Moment, cx: &mut Context<'_>) {
        let wanted = Wanted::Campaign { campaign: cx.terms.id, not: but.map(|user| (user, until)) };
        // Its place among the like is that of its answer.
        let since = until - PATIENCE;
        let (work, priority, deadline) = (Work::Answered(self.id()), u8::MAX, Some(until));
        cx.orders.push_back(Order::Offer(WorkItem { work, priority, wanted, since, deadline, lease: PATIENCE }));
    }

    /// An agent has the call of who answered.
    pub fn on_given(&mut self, user: UserId, cx: &mut Context<'_>) {
        let since = cx.now.moment;
        match std::mem::replace(&mut self.state, State::Queued) {
            State::Answered { phone, attempt, call, voice, .. } => {
                if voice == Voice::Person {
                    cx.seen.push(Event::Connected);
                }
                let given = Written::Given { attempt: attempt.attempt, user };
                cx.orders.push_back(Order::Store(given));
                let attempt = Attempt { user: Some(user), ..attempt };
                self.state = State::Talking { user, phone, attempt, call, since, voice };
                self.tell(cx);
            }
            State::Listening { phone, attempt, call, .. } => {
                self.state = State::Talking { user, phone, attempt, call, since, voice: Voice::Person };
                self.tell(cx);
            }
            other => self.state = other,
        }
    }

    /// The agent has nothing to talk with any more: somebody else is wanted.
    pub fn on_not_given(&mut self, user: UserId, cx: &mut Context<'_>) {
        match std::mem::replace(&mut self.state, State::Queued) {
            State::Answered { phone, attempt, call, until, voice } => {
                self.state = State::Answered { phone, attempt, call, until, voice };
                self.want_anybody(Some(user), until, cx);
            }
            State::Listening { phone, attempt, call, answered, .. } => {
                let (until, attempt) = (answered + PATIENCE, Attempt { user: None, ..attempt });
                self.state = State::Answered { phone, attempt, call, until, voice: Voice::Person };
                self.tell_gone(user, cx);
                self.want_anybody(Some(user), until, cx);
            }
            other => self.state = other,
        }
    }

    /// Two seconds are over, and nobody was free.
    pub fn on_nobody_free(&mut self, cx: &mut Context<'_>) -> Stays {
        match std::mem::replace(&mut self.state, State::Queued) {
            State::Answered { phone, attempt, call, voice: voice @ Voice::Machine, .. } => {
                cx.orders.push_back(Order::Withdraw(Work::Answered(self.id())));
                cx.orders.push_back(Order::LetGo { call, message: None });
                self.unserved(phone, attempt, voice, cx);
                self.foresee(cx);
                self.state = State::Machine { call, message: None };
            }
            State::Answered { phone, attempt, call, .. } => self.dismiss(phone, attempt, call, cx),
            State::Listening { by: None, phone, attempt, call, since, answered, .. } => {
                cx.seen.push(Event::Answered(rang(since, answered, cx.now.moment)));
                self.dismiss(phone, attempt, call, cx);
            }
            other => self.state = other,
        }
        Stays::Here
    }

    fn dismiss(&mut self, phone: usize, attempt: Attempt, call: CallId, cx: &mut Context<'_>) {
        cx.orders.push_back(Order::Withdraw(Work::Answered(self.id())));
        cx.orders.push_back(Order::Dismiss { call, notice: cx.terms.pace.notice.clone() });
        let number = attempt.number.clone();
        self.unserved(phone, attempt, Voice::Person, cx);
        self.foresee(cx);
        self.state = State::Dismissed { number, call, opted_out: false };
    }

    /// Who hears the notice pressed a key.
    pub fn on_digit(&mut self, digit: char, cx: &mut Context<'_>) {
        match &mut self.state {
            State::Dismissed { number, opted_out, .. } if cx.terms.pace.opt_out == Some(digit) && !*opted_out => {
                *opted_out = true;
                cx.orders.push_back(Order::Suppress { numbers: vec![number.clone()], user: None });
            }
            State::Dismissed { .. } | State::Queued | State::Offered { .. } | State::Open { .. } => {}
            State::Judging { .. } | State::Storing { .. } | State::JudgingAgain { .. } => {}
            State::Dialling { .. } | State::Answered { .. } | State::Talking { .. } => {}
            State::Listening { .. } | State::Machine { .. } => {}
        }
    }

    /// Nobody talked with who answered: only of a person that is abandonment.
    pub(super) fn unserved(&mut self, phone: usize, attempt: Attempt, voice: Voice, cx: &mut Context<'_>) {
        let kind = match voice {
            Voice::Person | Voice::Doubtful => {
                cx.seen.push(Event::Abandoned);
                ResultKind::Abandoned
            }
            Voice::Machine => ResultKind::Machine,
        };
        self.came_of(phone, attempt, AttemptResult::plain(kind), cx);
    }
}

/// From the 200 OK on, a person waits so long for an agent.
pub(super) const PATIENCE: Duration = Duration::from_secs(2);
/// And so long of it at most for who answered to be known (GN-17): an agent who was found meanwhile has the call in time.
const ENOUGH: Duration = Duration::from_millis(1_800);
