//! Promises kept: the orders of `callback` go to `assign`, the store, the gate and calls, and what comes of them goes back.
//!
//! ```text
//!                       wishes           the store (near, written)
//!                          v                  v        ^
//!   people ── assign <──> callback ──> gate facts, judged ──> calls
//!               ^                                              │
//!               └── who is free (agents)        what came of it ┘
//! ```

mod again;
mod dialled;
mod doubts;
mod near;
mod question;
mod wishes;

pub(super) use question::{NO_CALLS, judgement};

use std::collections::{BTreeMap, BTreeSet};

use crate::agent::{AgentState, AgentView};
use crate::assign::{Assign, Event};
use crate::border::{Command, IdempotencyKey, Output};
use crate::callback::{Callbacks, Doubt, Order, Owner, PromiseView, Schedule, Standing};
use crate::campaign::Doing;
use crate::config::{Account, AccountName};
use crate::gate;
use crate::id::{CallId, CommandId, PromiseId, QuestionId, UserId};
use crate::news::{Alert, News, StaffNews};
use crate::protocolo::Protocolo;
use crate::records::Record;
use crate::staff::Directions;
use crate::time::{Moment, Now, earliest};

use super::Engine;

/// The rooms of promises, and what is under way between them and the others.
#[derive(Debug)]
pub(super) struct Keeping {
    pub callbacks: Callbacks,
    pub assign: Assign,
    /// Wishes that are answered when they are written.
    owed: BTreeMap<CommandId, Owed>,
    /// The same keys again, meanwhile.
    twins: Vec<Command>,
    /// Wishes about promises that are far ahead.
    fetching: BTreeMap<QuestionId, Command>,
    /// What the gate is to know.
    asked: BTreeMap<QuestionId, question::Ask>,
    /// Of the number that the gate allowed last.
    judged: Option<(PromiseId, gate::Facts)>,
    again: again::Again,
    /// When the store is shown that we live, and asked whether it does.
    alive: Option<Moment>,
    /// Which attempt a call is.
    dialled: BTreeMap<CallId, (PromiseId, u32)>,
    /// Who has whose record on the screen.
    records: BTreeMap<UserId, PromiseId>,
    /// Matters that were returned: once is enough (CB-13).
    returned: BTreeSet<Protocolo>,
    near: near::Near,
    /// Both clocks when they were last known to be right.
    right: Option<Now>,
    /// What a clock showed then that has not jumped since, as far as that is known.
    steady: Option<Now>,
    doubts: BTreeSet<Doubt>,
}

/// A wish whose answer comes later.
#[derive(Debug)]
struct Owed {
    key: Option<IdempotencyKey>,
    /// The promise it is about, or would make.
    promise: PromiseId,
}

impl Default for Keeping {
    fn default() -> Keeping {
        Keeping {
            callbacks: Callbacks::default(),
            assign: Assign::new(0),
            owed: BTreeMap::new(),
            twins: Vec::new(),
            fetching: BTreeMap::new(),
            asked: BTreeMap::new(),
            judged: None,
            again: again::Again::default(),
            alive: None,
            dialled: BTreeMap::new(),
            records: BTreeMap::new(),
            returned: BTreeSet::new(),
            near: near::Near::default(),
            right: None,
            steady: None,
            doubts: BTreeSet::new(),
        }
    }
}

impl Keeping {
    pub fn poll_timeout(&self) -> Option<Moment> {
        let own = [self.near.poll_timeout(), self.alive];
        let rooms = [self.callbacks.poll_timeout(), self.assign.poll_timeout()].into_iter().chain(own);
        rooms.fold(None, earliest)
    }

    /// What a person does that is no call; `has_record`: of a campaign.
    pub fn work_of(&self, user: UserId, has_record: bool) -> Option<crate::agent::Work> {
        match (self.assign.lease_of(user), has_record || self.records.contains_key(&user)) {
            (Some(_), _) => Some(crate::agent::Work::Leased),
            (None, true) => Some(crate::agent::Work::Taken),
            (None, false) => None,
        }
    }

    /// Promises that somebody is busy with, or that wait for somebody.
    pub fn live(&self) -> impl Iterator<Item = PromiseView> {
        self.callbacks.views().filter(|view| view.standing != Standing::Open)
    }
}

impl Engine {
    pub(super) fn keep_on_time(&mut self, now: Now) {
        self.keeping.assign.on_timeout(now.moment);
        self.keeping.callbacks.on_timeout(now);
        self.look_near(now);
        self.show_life(now);
    }

    /// Carries one order or event between the rooms; whether there was any.
    pub(super) fn pump_promises(&mut self, now: Now) -> bool {
        if let Some(event) = self.keeping.assign.poll_event() {
            self.on_assigned(event, now);
            return true;
        }
        let Some(order) = self.keeping.callbacks.poll_order() else { return false };
        match order {
            Order::AskGate { promise, number, ask } => self.ask_about(promise, number, ask, now),
            Order::Offer(item) => self.keeping.assign.add(item, now.moment),
            Order::Withdraw(work) => self.keeping.assign.withdraw(work, now.moment),
            Order::Store(row) => {
                self.keeping.again.is_coming(row.clone());
                self.answer_with(row.promise.id, now);
                self.batch.push(Record::Promise(row));
            }
            Order::Dial { promise, attempt, number, by } => self.dial_promise(promise, &attempt, number, by, now),
            Order::Tell(view) => self.tell_promise(view, now),
            Order::Alert(alert) => self.tell(News::Alert(Alert::Promise(alert))),
            Order::Answer(command, answer) => self.answer_wish(command, answer, now),
        }
        true
    }

    fn on_assigned(&mut self, event: Event, now: Now) {
        let user = match event {
            Event::Leased(lease) | Event::Ended(lease, _) => Some(lease.user),
            Event::WaitsTooLong(_) => None,
        };
        let work = match event {
            Event::Leased(lease) | Event::Ended(lease, _) => lease.work,
            Event::WaitsTooLong(work) => work,
        };
        match work.lead() {
            Some(_) => self.campaigning.campaigns.on_assigned(event, now),
            None => self.keeping.callbacks.on_assigned(event, now),
        }
        if let Some(user) = user {
            self.look_at(user, now);
        }
    }

    fn tell_promise(&mut self, view: PromiseView, now: Now) {
        let reader = view.user.filter(|_| matches!(view.standing, Standing::Reading | Standing::Dialling));
        let id = view.promise.id;
        let others: Vec<UserId> = self
            .keeping
            .records
            .iter()
            .filter(|(user, promise)| **promise == id && Some(**user) != reader)
            .map(|(user, _)| *user)
            .collect();
        self.keeping.records.retain(|user, _| !others.contains(user));
        self.keeping.records.extend(reader.map(|user| (user, id)));
        self.tell(News::Staff(StaffNews::Promise(view)));
        others.into_iter().chain(reader).for_each(|user| self.look_at(user, now));
    }

    /// An agent is told as doing something: who is ready is free for work.
    pub(super) fn follow_agent(&mut self, view: &AgentView, now: Now) {
        let is_free = match view.state {
            AgentState::Ready | AgentState::Reserved => self.may_keep_promises(view),
            AgentState::Offline | AgentState::Paused { .. } | AgentState::Offered => false,
            AgentState::Preview | AgentState::Talking | AgentState::WrapUp => false,
        };
        let teams = self.teams(view);
        match is_free {
            true => self.keeping.assign.free(view.user, now.moment, &teams, now.moment),
            false => self.keeping.assign.gone(view.user, now.moment),
        }
        self.campaigning.campaigns.on_agent(view.user, doing(view, is_free), now);
        let has_left = match view.state {
            AgentState::Offline | AgentState::Paused { .. } => true,
            AgentState::Preview => view.page_gone,
            AgentState::Ready | AgentState::Reserved | AgentState::Offered => false,
            AgentState::Talking | AgentState::WrapUp => false,
        };
        if has_left {
            self.campaigning.campaigns.on_left(view.user, now);
        }
        if let Some(promise) = self.keeping.records.get(&view.user).copied().filter(|_| has_left) {
            self.keeping.callbacks.on_left(promise, view.user, now);
        }
    }

    /// What an agent does, as far as campaigns ask.
    pub(super) fn doing_of(&self, user: UserId) -> Doing {
        let view = self.agents.views().find(|view| view.user == user);
        view.map_or(Doing::Away, |view| doing(&view, self.may_keep_promises(&view)))
    }

    /// Whether an escala is for what this owner's queues promise.
    fn serves(&self, schedule: &Schedule, owner: Owner) -> bool {
        let queues = &schedule.queues;
        queues.is_empty()
            || match owner {
                Owner::Queue(queue) => queues.contains(&queue),
                Owner::Person(user) => self.staff.user(user).is_some_and(|user| !user.queues.is_disjoint(queues)),
            }
    }

    /// The line of an extension is up or down, its phone is there or gone.
    pub(super) fn look_who_is_free(&mut self, is_it: impl Fn(&AccountName) -> bool, now: Now) {
        let views: Vec<AgentView> =
            self.agents.views().filter(|view| view.ramal.as_ref().is_some_and(&is_it)).collect();
        views.iter().for_each(|view| self.follow_agent(view, now));
    }

    /// Who has a page that says who is called (CB-08), dials through an own ramal, over a line that is up, and has something to
    /// talk with there.
    fn may_keep_promises(&self, view: &AgentView) -> bool {
        let dials = self.staff.user(view.user).is_some_and(|user| user.directions != Directions::Inbound);
        let account = view.ramal.as_ref().and_then(|ramal| self.config.accounts.get(ramal));
        let is_up = |account: &Account| self.registrations.flow(&account.name).is_some();
        !view.page_gone && dials && account.is_some_and(|account| self.calls.has_voice(account) && is_up(account))
    }

    /// Escalas are others, the rules are, or the days have gone on.
    pub(super) fn know_schedules(&mut self, now: Now) {
        let rules = &self.config.rules;
        let schedules = self.staff.schedules().map(|schedule| schedule.in_force(rules, now.civil));
        self.keeping.callbacks.on_schedules(schedules.collect::<Vec<_>>(), now);
    }

    pub(super) fn alert_over(&mut self, over: Vec<Alert>) {
        over.into_iter().for_each(|alert| self.tell(News::Alert(alert)));
    }

    /// A question's own number.
    pub(super) fn question(&mut self) -> QuestionId {
        self.next_question += 1;
        QuestionId(self.next_question)
    }

    pub(super) fn load(&mut self, question: crate::records::Question) -> QuestionId {
        let id = self.question();
        self.outputs.push_back(Output::Load(id, question));
        id
    }
}

/// `is_free`: could keep a promise now.
fn doing(view: &AgentView, is_free: bool) -> Doing {
    match view.state {
        AgentState::Ready if is_free => Doing::Free,
        AgentState::Reserved if is_free => Doing::Held,
        AgentState::Talking | AgentState::WrapUp | AgentState::Preview | AgentState::Offered => {
            Doing::Busy { stays: view.after_call.is_none() && !view.page_gone }
        }
        AgentState::Ready | AgentState::Reserved | AgentState::Offline | AgentState::Paused { .. } => Doing::Away,
    }
}
