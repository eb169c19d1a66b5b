//! From the answer on (GN-18): who has the record talks; whoever answered for nobody is given to an agent within two seconds, or hears
//! who called and is let go.

use std::time::Duration;

use super::attempt::{Attempt, AttemptResult, ResultKind};
use super::hopper::Written;
use super::order::Order;
use super::record::{Context, Record, Stays};
use super::state::State;
use crate::assign::{Lease, Wanted, Work, WorkItem};
use crate::id::UserId;
use crate::pacing::Event;
use crate::time::Moment;

impl Record {
    /// Somebody answered.
    pub fn on_answered(&mut self, cx: &mut Context<'_>) {
        match std::mem::replace(&mut self.state, State::Queued) {
            State::Dialling { user: Some(user), phone, attempt, call: Some(call), .. } => {
                self.state = State::Talking { user, phone, attempt, call, since: cx.now.moment };
                self.tell(cx);
            }
            State::Dialling { user: None, phone, attempt, call: Some(call), since } => {
                cx.seen.push(Event::Answered(since));
                let until = cx.now.moment + PATIENCE;
                self.state = State::Answered { phone, attempt, call, until };
                self.want_anybody(None, until, cx);
            }
            other => self.state = other,
        }
    }

    /// Whoever is free, but for one to whom it could not be given.
    fn want_anybody(&self, but: Option<UserId>, until: Moment, cx: &mut Context<'_>) {
        let wanted = Wanted::Campaign { campaign: cx.terms.id, not: but.map(|user| (user, until)) };
        // Its place among the like is that of its answer.
        let since = until - PATIENCE;
        let (work, priority, deadline) = (Work::Answered(self.id()), u8::MAX, Some(until));
        cx.orders.push_back(Order::Offer(WorkItem { work, priority, wanted, since, deadline, lease: PATIENCE }));
    }

    /// An agent has the call of who answered.
    pub fn on_given(&mut self, lease: Lease, cx: &mut Context<'_>) {
        match std::mem::replace(&mut self.state, State::Queued) {
            State::Answered { phone, attempt, call, .. } => {
                cx.seen.push(Event::Connected);
                let given = Written::Given { attempt: attempt.attempt, user: lease.user };
                cx.orders.push_back(Order::Store(given));
                let attempt = Attempt { user: Some(lease.user), ..attempt };
                self.state = State::Talking { user: lease.user, phone, attempt, call, since: cx.now.moment };
                self.tell(cx);
            }
            other => self.state = other,
        }
    }

    /// The agent has nothing to talk with any more: somebody else is wanted.
    pub fn on_not_given(&mut self, user: UserId, cx: &mut Context<'_>) {
        if let State::Answered { until, .. } = self.state {
            self.want_anybody(Some(user), until, cx);
        }
    }

    /// Two seconds are over, and nobody was free.
    pub fn on_nobody_free(&mut self, cx: &mut Context<'_>) -> Stays {
        match std::mem::replace(&mut self.state, State::Queued) {
            State::Answered { phone, attempt, call, .. } => {
                cx.orders.push_back(Order::Withdraw(Work::Answered(self.id())));
                cx.orders.push_back(Order::Dismiss { call, notice: cx.terms.pace.notice.clone() });
                let number = attempt.number.clone();
                self.abandoned(phone, attempt, cx);
                self.foresee(cx);
                self.state = State::Dismissed { number, call, opted_out: false };
            }
            other => self.state = other,
        }
        Stays::Here
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
        }
    }

    pub(super) fn abandoned(&mut self, phone: usize, attempt: Attempt, cx: &mut Context<'_>) {
        cx.seen.push(Event::Abandoned);
        self.came_of(phone, attempt, AttemptResult::plain(ResultKind::Abandoned), cx);
    }
}

/// From the 200 OK on, a person waits so long for an agent.
const PATIENCE: Duration = Duration::from_secs(2);
