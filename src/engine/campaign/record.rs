//! The machine of one lead in work: with agents. [`super::trying`] has the way from the gate to the call's end.

use std::collections::VecDeque;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;

use super::attempt::{Attempt, AttemptResult, ResultKind};
use super::command::{Refused, Wish};
use super::hopper::{LeadFacts, Written};
use super::lead::{CoolOff, Lead, LeadState, PhoneState};
use super::order::{By, Order, Place, RecordView};
use super::state::{State, Voice};
use super::terms::{Campaign, Detection, DialMode, Standing};
use crate::assign::{Lease, Wanted, Work, WorkItem};
use crate::config::AccountName;
use crate::id::{CampaignId, CommandId, ItemId, LeadId, PromiseId, UserId};
use crate::judgement::Denial;
use crate::pacing::Event;
use crate::time::{Moment, Now};

/// What a record borrows while it works.
#[derive(Debug)]
pub(super) struct Context<'a> {
    pub terms: &'a Campaign,
    pub orders: &'a mut VecDeque<Order>,
    /// What the pace learns from.
    pub seen: &'a mut Vec<Event>,
    /// Nothing is dialled: the clock or the store is in doubt.
    pub held: bool,
    pub now: Now,
}

impl Context<'_> {
    /// Whether records are given to agents now.
    fn gives_out(&self) -> bool {
        self.terms.runs() && !self.held
    }
}

/// One lead in work.
#[derive(Debug)]
pub(super) struct Record {
    pub facts: LeadFacts,
    pub state: State,
    /// Under which the store has leased it.
    pub fence: u64,
    /// Asked for by this agent alone (preview).
    pub asked_by: Option<UserId>,
    /// Who let it go by, until when.
    pub not: Option<(UserId, Moment)>,
    /// While it was in work here, the last one last.
    pub tried: Vec<Tried>,
    pub callback: Option<PromiseId>,
    pub caller_id: Option<String>,
    pub denied: Option<Denial>,
    /// Numbers that the gate refused since the last attempt.
    pub refused: Vec<(usize, Denial)>,
    /// Routes over which the present attempt reached nobody, and what came of it there.
    pub led_nowhere: Vec<(AccountName, AttemptResult)>,
    /// What the present attempt does about machines.
    pub detection: Detection,
    /// What a network's tones said of it before an answer.
    pub toned: Option<ResultKind>,
    /// Where its numbers are.
    pub zones: Vec<Tz>,
    /// The gate's answers are told apart by it.
    pub asks: u32,
    pub since: Moment,
}

#[derive(Clone, PartialEq, Debug)]
pub(super) struct Tried {
    pub phone: usize,
    pub attempt: Attempt,
    pub result: AttemptResult,
}

/// Whether the record stays in work.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Stays {
    Here,
    Closed,
}

impl Record {
    pub fn new(facts: LeadFacts, fence: u64, asked_by: Option<UserId>, now: Now) -> Record {
        Record {
            facts,
            state: State::Queued,
            fence,
            asked_by,
            not: None,
            tried: Vec::new(),
            callback: None,
            caller_id: None,
            denied: None,
            refused: Vec::new(),
            led_nowhere: Vec::new(),
            detection: Detection::Off,
            toned: None,
            zones: Vec::new(),
            asks: 0,
            since: now.moment,
        }
    }

    /// Its attempt is written already.
    pub fn is_judged_again(&self) -> bool {
        matches!(self.state, State::JudgingAgain { .. })
    }

    pub fn id(&self) -> LeadId {
        self.facts.lead.lead
    }

    /// For an agent.
    pub fn queue(&mut self, cx: &mut Context<'_>) {
        self.state = State::Queued;
        let campaign = cx.terms.id;
        let wanted = match self.asked_by {
            Some(user) => Wanted::Person(user),
            None => Wanted::Campaign { campaign, not: self.not.filter(|(_, until)| *until > cx.now.moment) },
        };
        let lease = match cx.terms.mode {
            DialMode::PushPreview => seconds(cx.terms.handling.offer_s),
            DialMode::Preview | DialMode::Progressive | DialMode::Predictive => HELD,
        };
        let (work, priority) = (Work::Record(self.id()), cx.terms.priority);
        let item = WorkItem { work, priority, wanted, since: self.since, deadline: None, lease };
        cx.orders.push_back(Order::Offer(item));
    }

    pub fn on_leased(&mut self, lease: Lease, cx: &mut Context<'_>) {
        match &mut self.state {
            State::Queued if self.not.is_some_and(|(user, until)| user == lease.user && cx.now.moment < until) => {}
            State::Queued => match cx.terms.mode {
                DialMode::Preview => {
                    cx.orders.push_back(Order::Accept(lease));
                    self.open(lease.user, cx);
                }
                DialMode::PushPreview => {
                    let left = TimeDelta::from_std(lease.until.since(cx.now.moment)).unwrap_or_default();
                    self.state = State::Offered { lease, until: cx.now.civil + left };
                    self.tell(cx);
                }
                DialMode::Progressive | DialMode::Predictive => self.ask_gate(By::Lease(lease), self.turn(), cx),
            },
            // The agent of this attempt left, and the next one is here before the disk.
            State::Storing { by, .. } | State::JudgingAgain { by, .. } => *by = Some(By::Lease(lease)),
            // Held until it is known who answered.
            State::Listening { by: by @ None, .. } => *by = Some(By::Lease(lease)),
            State::Answered { call, .. } => {
                let call = *call;
                cx.orders.push_back(Order::Give { lead: self.id(), call, lease });
            }
            // Withdrawn by now.
            State::Offered { .. } | State::Open { .. } | State::Judging { .. } | State::Listening { .. } => {}
            State::Dialling { .. } | State::Machine { .. } | State::Dismissed { .. } | State::Talking { .. } => {}
        }
    }

    /// The agent is not held any more; `assign` looks for the next one by itself. `ignored`: the offer ran out (GN-08).
    pub fn on_lease_ended(&mut self, lease: Lease, ignored: bool, cx: &mut Context<'_>) -> Stays {
        match &mut self.state {
            State::Offered { lease: held, .. } if held.fence == lease.fence && ignored => self.pass(lease.user, cx),
            State::Offered { lease: held, .. } if held.fence == lease.fence => {
                self.state = State::Queued;
                self.tell(cx);
            }
            State::Judging { by: By::Lease(held), .. } if held.fence == lease.fence => {
                self.state = State::Queued;
                self.tell(cx);
                if !cx.gives_out() {
                    return self.on_stopped(cx);
                }
            }
            State::Storing { by, .. } | State::JudgingAgain { by, .. } | State::Listening { by, .. } => {
                by.take_if(|by| matches!(by, By::Lease(held) if held.fence == lease.fence));
            }
            State::Queued | State::Offered { .. } | State::Open { .. } | State::Judging { .. } => {}
            State::Dialling { .. } | State::Answered { .. } | State::Dismissed { .. } | State::Talking { .. } => {}
            State::Machine { .. } => {}
        }
        Stays::Here
    }

    /// What its agent does with it.
    pub fn on_wish(&mut self, command: CommandId, user: UserId, wish: &Wish, cx: &mut Context<'_>) -> Stays {
        match self.carry_out(user, wish, cx) {
            Ok(stays) => {
                cx.orders.push_back(Order::Answer(command, Ok(())));
                stays
            }
            Err(why) => {
                cx.orders.push_back(Order::Answer(command, Err(why)));
                Stays::Here
            }
        }
    }

    fn carry_out(&mut self, user: UserId, wish: &Wish, cx: &mut Context<'_>) -> Result<Stays, Refused> {
        if self.state.user() != Some(user) {
            return Err(Refused::NotFound);
        }
        match (&self.state, wish) {
            (State::Offered { lease, .. }, Wish::Accept) => {
                cx.orders.push_back(Order::Accept(*lease));
                self.open(user, cx);
            }
            (State::Offered { .. }, Wish::Reject) => self.pass(user, cx),
            (State::Open { .. }, Wish::Later) => return self.decline(false, user, cx),
            (State::Open { .. }, Wish::Never) => return self.decline(true, user, cx),
            // Who has a record of one that pauses or drains brings it to its end.
            (State::Open { .. }, Wish::Dial { .. }) if cx.terms.standing == Standing::Stopped => {
                return Err(Refused::NotRunning);
            }
            (State::Open { .. }, Wish::Dial { phone, caller_id }) => {
                let phone = usize::from(*phone);
                let known = self.facts.lead.phones.get(phone).filter(|phone| phone.state != PhoneState::Dead);
                known.ok_or(Refused::NoSuchNumber)?;
                self.caller_id.clone_from(caller_id);
                self.ask_gate(By::Holder(user), phone, cx);
            }
            (State::Open { .. }, Wish::Close { disposition, .. }) => return self.close(*disposition, cx),
            (State::Open { .. }, Wish::Callback { promise }) => {
                self.callback = *promise;
                self.foresee(cx);
                self.tell(cx);
            }
            (State::Talking { .. } | State::Dialling { .. }, Wish::Callback { promise }) => {
                self.callback = *promise;
                self.tell(cx);
            }
            (State::Offered { .. }, _) | (_, Wish::Accept | Wish::Reject) => return Err(Refused::NotFound),
            (_, Wish::Later | Wish::Never | Wish::Dial { .. } | Wish::Close { .. } | Wish::Callback { .. }) => {
                return Err(Refused::Busy);
            }
        }
        Ok(Stays::Here)
    }

    /// It goes on top for somebody else, and no attempt is counted (GN-08).
    fn pass(&mut self, user: UserId, cx: &mut Context<'_>) {
        self.not = Some((user, cx.now.moment + minutes(cx.terms.handling.cool_off_minutes)));
        self.asked_by = None;
        self.since = Moment::ZERO;
        self.tell_gone(user, cx);
        self.queue(cx);
    }

    fn decline(&mut self, never: bool, user: UserId, cx: &mut Context<'_>) -> Result<Stays, Refused> {
        if self.tried.iter().any(|tried| tried.result.kind == ResultKind::Connected) {
            return Err(Refused::Talked);
        }
        let later = cx.now.civil + TimeDelta::minutes(cx.terms.handling.later_minutes.into());
        let lead = match (never, self.tried.last()) {
            (true, _) => self.becomes(LeadState::Declined),
            (false, None) => self.becomes(waiting(later)),
            (false, Some(last)) => self.not_before(later, self.after(last, None, cx)),
        };
        if never && cx.terms.handling.decline_suppresses {
            let numbers = self.facts.lead.phones.iter().map(|phone| phone.number.normalised.clone()).collect();
            cx.orders.push_back(Order::Suppress { numbers, user: Some(user) });
        }
        self.give_back(lead, cx);
        Ok(Stays::Closed)
    }

    /// What follows from its attempts, and not before then: who puts it back knows better than a rule that it is not over, though not
    /// better than a limit.
    fn not_before(&self, from: DateTime<Utc>, lead: Lead) -> Lead {
        match lead.state {
            LeadState::Waiting { next, top, cool_off } => {
                Lead { state: LeadState::Waiting { next: next.max(from), top, cool_off }, ..lead }
            }
            LeadState::Done => Lead { state: waiting(from), ..lead },
            LeadState::Callback { .. } | LeadState::Exhausted(_) | LeadState::Declined => lead,
            LeadState::Leased { .. } | LeadState::Unknown { .. } => lead,
        }
    }

    /// The agent is done with it (GN-10, GN-12).
    fn close(&mut self, disposition: Option<ItemId>, cx: &mut Context<'_>) -> Result<Stays, Refused> {
        let Some(last) = self.tried.last().cloned() else { return Err(Refused::NothingTried) };
        if let Some(disposition) = disposition {
            let attempt = last.attempt.attempt;
            cx.orders.push_back(Order::Store(Written::Disposition { attempt, disposition }));
        }
        self.tried.iter_mut().last().into_iter().for_each(|last| last.attempt.disposition = disposition);
        if let State::Open { since, .. } = self.state {
            cx.seen.push(Event::Wrote(since));
        }
        let lead = self.after(&last, disposition, cx);
        self.give_back(lead, cx);
        Ok(Stays::Closed)
    }

    /// Its agent left the screen, or the shift.
    pub fn on_left(&mut self, user: UserId, cx: &mut Context<'_>) -> Stays {
        match (&self.state, self.tried.last().cloned()) {
            (State::Open { user: own, .. }, None) if *own == user => {
                self.asked_by = None;
                self.tell_gone(user, cx);
                self.state = State::Queued;
                match cx.gives_out() {
                    true => self.queue(cx),
                    false => return self.on_stopped(cx),
                }
                Stays::Here
            }
            (State::Open { user: own, .. }, Some(last)) if *own == user => {
                let lead = self.after(&last, None, cx);
                self.give_back(lead, cx);
                Stays::Closed
            }
            (State::Open { .. } | State::Queued | State::Offered { .. } | State::Judging { .. }, _) => Stays::Here,
            (State::Storing { .. } | State::JudgingAgain { .. } | State::Dialling { .. }, _) => Stays::Here,
            (State::Answered { .. } | State::Dismissed { .. } | State::Talking { .. }, _) => Stays::Here,
            (State::Listening { .. } | State::Machine { .. }, _) => Stays::Here,
        }
    }

    /// The campaign gives out no records any more: what nobody has and is not dialled yet goes back to the store.
    pub fn on_stopped(&mut self, cx: &mut Context<'_>) -> Stays {
        match self.state {
            State::Judging { by: By::Anybody, .. } => {
                self.give_back(self.becomes(waiting(cx.now.civil)), cx);
                Stays::Closed
            }
            State::Queued | State::Offered { .. } => {
                cx.orders.push_back(Order::Withdraw(Work::Record(self.id())));
                let cool_off = self.not.filter(|(_, until)| *until > cx.now.moment).map(|(user, until)| CoolOff {
                    user,
                    until: cx.now.civil + TimeDelta::from_std(until.since(cx.now.moment)).unwrap_or_default(),
                });
                let state = LeadState::Waiting { next: cx.now.civil, top: cool_off.is_some(), cool_off };
                self.give_back(self.becomes(state), cx);
                Stays::Closed
            }
            State::Open { .. } | State::Judging { .. } | State::Storing { .. } | State::JudgingAgain { .. } => {
                Stays::Here
            }
            State::Dialling { .. } | State::Answered { .. } | State::Dismissed { .. } => Stays::Here,
            State::Listening { .. } | State::Machine { .. } | State::Talking { .. } => Stays::Here,
        }
    }

    pub(super) fn open(&mut self, user: UserId, cx: &mut Context<'_>) {
        self.state = State::Open { user, since: cx.now.moment };
        self.tell(cx);
    }

    /// As it is now, in this state; a callback comes before it.
    pub(super) fn becomes(&self, state: LeadState) -> Lead {
        let state = self.callback.map_or(state, |promise| LeadState::Callback { promise });
        Lead { state, ..self.facts.lead.clone() }
    }

    /// If the power fails before its agent is done with it, it is not called anew.
    pub(super) fn foresee(&self, cx: &mut Context<'_>) {
        let lead = match self.tried.last() {
            Some(last) => self.after(last, None, cx),
            None => self.becomes(waiting(cx.now.civil)),
        };
        cx.orders.push_back(Order::Store(Written::Lapse { lead, fence: self.fence }));
    }

    /// The store has it again.
    pub(super) fn give_back(&mut self, lead: Lead, cx: &mut Context<'_>) {
        self.report(&lead, cx);
        cx.orders.push_back(Order::Store(Written::Lead { lead, fence: Some(self.fence) }));
        if let Some(user) = self.state.user() {
            self.tell_gone(user, cx);
        }
    }

    /// The number whose turn it is.
    pub(super) fn turn(&self) -> usize {
        self.facts.lead.turn()
    }

    pub(super) fn tell(&self, cx: &mut Context<'_>) {
        if !self.state.is_anybodys() {
            let view = self.view(cx.terms.id, self.place(), self.state.user());
            cx.orders.push_back(Order::Tell(view));
        }
    }

    /// As whoever has it sees it.
    pub fn shown(&self, campaign: CampaignId) -> Option<RecordView> {
        self.state.user().map(|user| self.view(campaign, self.place(), Some(user)))
    }

    fn place(&self) -> Place {
        match (&self.state, self.tried.is_empty()) {
            (State::Queued, _) => Place::Gone,
            (State::Offered { .. }, _) => Place::Offered,
            (State::Open { .. }, true) => Place::Open,
            (State::Open { .. }, false) => Place::Closing,
            (State::Judging { .. } | State::Storing { .. } | State::JudgingAgain { .. }, _) => Place::Connecting,
            (State::Dialling { .. } | State::Listening { .. } | State::Answered { .. }, _) => Place::Connecting,
            (State::Machine { .. } | State::Dismissed { .. }, _) => Place::Gone,
            (State::Talking { .. }, _) => Place::Talking,
        }
    }

    pub(super) fn tell_gone(&self, user: UserId, cx: &mut Context<'_>) {
        let view = self.view(cx.terms.id, Place::Gone, Some(user));
        cx.orders.push_back(Order::Tell(view));
    }

    fn view(&self, campaign: CampaignId, standing: Place, user: Option<UserId>) -> RecordView {
        let lead = &self.facts.lead;
        let until = match &self.state {
            State::Offered { until, .. } => Some(*until),
            _ => None,
        };
        let tried = |tried: &Tried| (tried.attempt.number.clone(), tried.result.kind);
        RecordView {
            lead: lead.lead,
            campaign,
            standing,
            user,
            recipient: lead.recipient.clone(),
            phones: lead.phones.clone(),
            fields: lead.fields.clone(),
            tried: self.tried.iter().map(tried).collect(),
            call: self.state.call(),
            machine: matches!(self.state, State::Talking { voice: Voice::Machine | Voice::Doubtful, .. }),
            callback: self.callback,
            until,
            denied: self.denied.clone(),
        }
    }
}

pub(super) fn waiting(next: DateTime<Utc>) -> LeadState {
    LeadState::Waiting { next, top: false, cool_off: None }
}

fn seconds(seconds: u16) -> Duration {
    Duration::from_secs(seconds.into())
}

fn minutes(minutes: u16) -> Duration {
    Duration::from_secs(u64::from(minutes) * 60)
}

/// For the gate, and the disk.
const HELD: Duration = Duration::from_secs(30);
