//! Promises to call somebody back: taken in writing, kept at their time, and when one cannot be kept somebody is told.
//!
//! How to drive it: hand in escalas with [`Callbacks::on_schedules`], what the store remembers with [`Callbacks::restore`], then
//! people's wishes, `assign`'s events and the answers to orders; after each, do what [`Callbacks::poll_order`] says until it
//! gives none, and call [`Callbacks::on_timeout`] at [`Callbacks::poll_timeout`].
//!
//! `state` draws the machine of one promise, `machine` and `attempt` are its transitions, `slot` says what can be promised. This room
//! is all of them together: which is due next, which places are taken, which wishes are being written.
//!
//! Written before it is acted on: a new promise, a change of one, each attempt. Written without waiting: what came of an attempt,
//! since a start without it takes the attempt for unknown, which counts and is not dialled again.

mod attempt;
mod command;
mod days;
mod hold;
mod machine;
mod order;
mod promise;
mod schedule;
mod slot;
mod state;
#[cfg(test)]
mod tests;
mod view;
mod wish;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::assign::{Ending, Event, Lease, Work};
use crate::id::{PromiseId, ScheduleId, UserId};
use crate::judgement::Judgement;
use crate::time::{Moment, Now};

use machine::{Callback, Context};
use state::State;

pub use command::{Command, Form};
pub use days::{Day, Slot};
pub use order::{Alert, By, Change, Doubt, NoReturn, Order, Refused, Wrong};
pub use promise::{Attempt, End, Kind, Outcome, Owner, Phase, Promise, Row, Terms};
pub use schedule::{Absence, Calendar, Hours, Mode, Opening, Schedule, Then};
pub use slot::{Due, Impossible, Taken, Why};
pub use view::{PromiseView, Standing};
pub use wish::Draft;

/// The open promises of the next days, and how many places of all days are taken.
#[derive(Debug, Default)]
pub struct Callbacks {
    schedules: BTreeMap<ScheduleId, Schedule>,
    promises: BTreeMap<PromiseId, Callback>,
    /// New ones, being written.
    drafts: BTreeMap<PromiseId, wish::Writing>,
    /// Those that ended since the store was asked last: what it answers may be older.
    ended: BTreeSet<PromiseId>,
    /// When each has to be looked at.
    wakes: BTreeSet<(DateTime<Utc>, PromiseId)>,
    wake_of: BTreeMap<PromiseId, DateTime<Utc>>,
    taken: Taken,
    /// Nothing falls due and nothing is missed: the clock or the store is in doubt.
    held: bool,
    orders: VecDeque<Order>,
    /// Of the last input: what the wakes are reckoned from.
    now: Option<Now>,
}

impl Callbacks {
    /// All escalas in force. A change has been checked against the open promises before.
    pub fn on_schedules(&mut self, schedules: impl IntoIterator<Item = Schedule>, now: Now) {
        self.schedules = schedules.into_iter().map(|schedule| (schedule.id, schedule)).collect();
        let all: Vec<PromiseId> = self.promises.keys().copied().collect();
        for id in all {
            self.with(id, now, |_, _| ());
        }
    }

    /// An open promise as the store has it, at a start or because its time comes near. Twice is once. Its place is
    /// counted by [`Callbacks::on_taken_places`] alone.
    pub fn restore(&mut self, row: Row, now: Now) {
        let id = row.promise.id;
        if !matches!(row.phase, Phase::Over(_)) && !self.promises.contains_key(&id) && !self.ended.contains(&id) {
            let callback = Callback::restore(row.promise, row.phase, &mut self.orders);
            self.promises.insert(id, callback);
            self.with(id, now, |_, _| ());
        }
    }

    /// Nothing is being asked of the store: what it will answer is as new as what is here.
    pub fn forget_ended(&mut self) {
        self.ended.clear();
    }

    /// How many open promises the store has for which times.
    pub fn on_taken_places(&mut self, taken: Taken) {
        self.taken = taken;
    }

    /// Whether any open promise is of this escala.
    pub fn needs(&self, schedule: ScheduleId) -> bool {
        self.taken.any_of(schedule)
    }

    /// While held nothing falls due, is dialled or missed, and nobody is held for it.
    pub fn hold(&mut self, held: bool, now: Now) {
        self.now = Some(now);
        if std::mem::replace(&mut self.held, held) != held {
            let all: Vec<PromiseId> = self.promises.keys().copied().collect();
            all.into_iter().for_each(|id| self.with(id, now, |callback, cx| callback.on_hold(cx)));
        }
    }

    /// What `assign` tells of the work that was offered to it.
    pub fn on_assigned(&mut self, event: Event, now: Now) {
        match event {
            Event::Leased(lease) => self.with_of(lease.work, now, |callback, cx| callback.on_leased(lease, cx)),
            Event::Ended(lease, ending) => match ending {
                // The room that accepted it says what for.
                Ending::Accepted => {}
                Ending::Declined | Ending::Lapsed | Ending::Withdrawn | Ending::PersonGone => {
                    self.with_of(lease.work, now, |callback, cx| callback.on_lease_ended(lease, cx));
                }
            },
            Event::WaitsTooLong(work) => self.with_of(work, now, |callback, cx| callback.on_no_agent(cx)),
        }
    }

    /// An agent took the offered record, and accepted its lease.
    pub fn on_taken(&mut self, id: PromiseId, user: UserId, now: Now) {
        self.with(id, now, |callback, cx| callback.on_taken(user, cx));
    }

    /// The agent with the record dials it.
    pub fn on_dial(&mut self, id: PromiseId, user: UserId, now: Now) {
        self.with(id, now, |callback, cx| callback.on_dial(user, cx));
    }

    /// The agent with the record closed it, or is gone.
    pub fn on_left(&mut self, id: PromiseId, user: UserId, now: Now) {
        self.with(id, now, |callback, cx| callback.on_left(user, cx));
    }

    /// The gate's answer to [`Order::AskGate`].
    pub fn on_judged(&mut self, id: PromiseId, ask: u32, judgement: Judgement, now: Now) {
        self.with(id, now, |callback, cx| callback.on_judged(ask, judgement, cx));
    }

    /// What came of [`Order::Dial`].
    pub fn on_ended(&mut self, id: PromiseId, attempt: u32, outcome: Outcome, now: Now) {
        self.with(id, now, |callback, cx| callback.on_ended(attempt, outcome, cx));
    }

    /// Runs what is due, [`MOST_AT_ONCE`] of it; the rest at the next call, which is due at once.
    pub fn on_timeout(&mut self, now: Now) {
        self.now = Some(now);
        for _ in 0..MOST_AT_ONCE {
            match self.wakes.first().filter(|(at, _)| !self.held && *at <= now.civil) {
                Some((_, id)) => self.with(*id, now, |callback, cx| callback.on_time(cx)),
                None => break,
            }
        }
    }

    /// A clock that is put right by less than [`SANE`] must not make anybody late: near its time a promise is looked at each second.
    pub fn poll_timeout(&self) -> Option<Moment> {
        let (now, (at, _)) = (self.now?, self.wakes.first().filter(|_| !self.held)?);
        let left = (*at - now.civil).to_std().unwrap_or_default();
        Some(now.moment + if left > SANE { left - SANE } else { left.min(LOOK) })
    }

    pub fn poll_order(&mut self) -> Option<Order> {
        self.orders.pop_front()
    }

    /// Open ones, as screens show them.
    pub fn views(&self) -> impl Iterator<Item = PromiseView> {
        self.promises.values().map(Callback::view)
    }

    pub fn view(&self, id: PromiseId) -> Option<PromiseView> {
        self.promises.get(&id).map(Callback::view)
    }

    /// As it is to be written.
    pub fn row(&self, id: PromiseId) -> Option<Row> {
        self.promises.get(&id).map(Callback::row).or_else(|| self.drafts.get(&id).map(wish::Writing::row))
    }

    /// Who is held for whom now.
    pub fn reserved(&self) -> impl Iterator<Item = (Lease, &Promise)> {
        self.promises.values().filter_map(|callback| match &callback.state {
            State::Reserved { lease, .. } => Some((*lease, &callback.promise)),
            State::Open | State::Waiting { .. } | State::Reading { .. } | State::Judging { .. } => None,
            State::Storing { .. } | State::JudgingAgain { .. } | State::Dialling { .. } => None,
            State::Unknown { .. } | State::Changing { .. } | State::Over(_) => None,
        })
    }

    /// The same for the promise that a piece of work is.
    fn with_of(&mut self, work: Work, now: Now, step: impl FnOnce(&mut Callback, &mut Context<'_>)) {
        if let Some(id) = work.promise() {
            self.with(id, now, step);
        }
    }

    /// One step of one promise, and when it has to be looked at next.
    fn with(&mut self, id: PromiseId, now: Now, step: impl FnOnce(&mut Callback, &mut Context<'_>)) {
        self.now = Some(now);
        if let Some(at) = self.wake_of.remove(&id) {
            self.wakes.remove(&(at, id));
        }
        let Some(callback) = self.promises.get_mut(&id) else { return };
        let Some(schedule) = self.schedules.get(&callback.promise.schedule) else { return };
        step(callback, &mut Context { schedule, orders: &mut self.orders, held: self.held, now });
        if let State::Over(_) = callback.state {
            self.taken.release(callback.promise.schedule, callback.promise.terms.due.at);
            self.promises.remove(&id);
            self.ended.insert(id);
        } else if let Some(at) = callback.wakes_at(schedule) {
            self.wakes.insert((at, id));
            self.wake_of.insert(id, at);
        }
    }
}

/// Promises that one input moves: about 10 µs each.
const MOST_AT_ONCE: usize = 50;
/// A clock that jumps by more holds all promises.
const SANE: Duration = Duration::from_secs(5 * 60);
const LOOK: Duration = Duration::from_secs(1);
