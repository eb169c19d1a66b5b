//! Appointments (*agendamentos*): the system acts once, at a date and time; and when it cannot, somebody is told (AG-01 to AG-05).
//!
//! How to drive it: hand in the settings with [`Appointments::on_settings`], what the store remembers of the next days with
//! [`Appointments::restore`], then people's wishes and the answers to orders; after each, do what [`Appointments::poll_order`] says
//! until it gives none, and call [`Appointments::on_timeout`] at [`Appointments::poll_timeout`].
//!
//! `state` draws the machine of one appointment, `machine`, `run` and `end` are its transitions, `terms` says what can be
//! filled in, `space` how far appointments lie apart, `claims` how two people at the same moment do not get the same time.
//!
//! Written before it is acted on: a new appointment, a change of one, what it is about to do with the ids that it will use, how
//! it ends before anybody is told. All that is ordered after a write may be ordered again by a later start and is known by its
//! ids, so a crash neither loses nor doubles it.
//!
//! What is absent: repetition (AG-02), and whether the message arrived, which is the outbox's.

mod claims;
mod command;
mod end;
mod machine;
mod order;
mod question;
mod record;
mod run;
mod space;
mod state;
mod terms;
#[cfg(test)]
mod tests;
mod wish;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::id::{AppointmentId, CaseId, Ids, OutboxId};
use crate::time::{Moment, Now};

use claims::Claims;
use machine::{Context, Entry};
use state::State;

pub use command::Command;
pub use order::{Looked, Notice, Opened, Order, Refused, To};
pub use question::{CaseFacts, CaseRow, Facts, Question};
pub use record::{Appointment, End, Failure, Phase, Row, Run};
pub use space::{Line, Scope, TooClose};
pub use terms::{Action, Draft, Fault, Field, MOST_FILES, MOST_MIB_OF_FILES, Message, Terms, Why};

/// What an administrator sets.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Settings {
    /// Between two of the same scope, at least; zero: they may lie anywhere (AG-03).
    pub distance_minutes: u16,
    pub scope: Scope,
    /// How late one is still carried out.
    pub late_hours: u16,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { distance_minutes: 6, scope: Scope::Creator, late_hours: 24 }
    }
}

/// The open appointments of the next days, and all wishes that are being written.
#[derive(Debug, Default)]
pub struct Appointments {
    settings: Settings,
    entries: BTreeMap<AppointmentId, Entry>,
    /// New ones, being written.
    drafts: BTreeMap<AppointmentId, wish::Writing>,
    /// By the number of their question.
    wishes: BTreeMap<u64, wish::Wish>,
    claims: Claims,
    asks: u64,
    /// When each has to be looked at.
    wakes: BTreeSet<(DateTime<Utc>, AppointmentId)>,
    wake_of: BTreeMap<AppointmentId, DateTime<Utc>>,
    /// Nothing falls due and nothing is missed: the clock or the store is in doubt.
    held: bool,
    orders: VecDeque<Order>,
    /// Of the last input: what the wakes are reckoned from.
    now: Option<Now>,
}

impl Appointments {
    pub fn on_settings(&mut self, settings: Settings) {
        self.settings = settings;
    }

    /// An open appointment as the store has it: at a start, because its time comes near, or because somebody is about to change it.
    /// Twice is once.
    pub fn restore(&mut self, row: Row, now: Now) {
        let id = row.appointment.id;
        if !matches!(row.phase, Phase::Over { .. }) && !self.entries.contains_key(&id) && !self.drafts.contains_key(&id)
        {
            self.entries.insert(id, Entry::restore(row, now));
            self.with(id, now, |_, _| ());
        }
    }

    /// While held nothing falls due, is done or missed.
    pub fn hold(&mut self, held: bool, now: Now) {
        (self.held, self.now) = (held, Some(now));
    }

    /// The answer to [`Order::AskCase`].
    pub fn on_case(&mut self, id: AppointmentId, ask: u32, looked: Looked, ids: &mut Ids, now: Now) {
        self.with(id, now, |entry, cx| entry.on_case(ask, looked, ids, cx));
    }

    /// What came of [`Order::OpenCase`].
    pub fn on_opened(&mut self, id: AppointmentId, case: CaseId, opened: Opened, now: Now) {
        self.with(id, now, |entry, cx| entry.on_opened(case, opened, cx));
    }

    /// What came of [`Order::Send`].
    pub fn on_sent(&mut self, id: AppointmentId, item: OutboxId, taken: bool, now: Now) {
        self.with(id, now, |entry, cx| entry.on_sent(item, taken, cx));
    }

    /// What came of [`Order::Notify`].
    pub fn on_notified(&mut self, id: AppointmentId, kept: bool, now: Now) {
        self.with(id, now, |entry, cx| entry.on_notified(kept, cx));
    }

    /// Runs what is due, [`MOST_AT_ONCE`] of it; the rest at the next call, which is due at once.
    pub fn on_timeout(&mut self, now: Now) {
        self.now = Some(now);
        for _ in 0..MOST_AT_ONCE {
            match self.wakes.first().filter(|(at, _)| !self.held && *at <= now.civil) {
                Some((_, id)) => self.with(*id, now, |entry, cx| entry.on_time(cx)),
                None => break,
            }
        }
    }

    /// A clock that is put right by less than [`SANE`] must not make anything late: near its time an appointment is looked at each second.
    pub fn poll_timeout(&self) -> Option<Moment> {
        let (now, (at, _)) = (self.now?, self.wakes.first().filter(|_| !self.held)?);
        let left = (*at - now.civil).to_std().unwrap_or_default();
        Some(now.moment + if left > SANE { left - SANE } else { left.min(LOOK) })
    }

    pub fn poll_order(&mut self) -> Option<Order> {
        self.orders.pop_front()
    }

    /// Open ones, as screens show them.
    pub fn rows(&self) -> impl Iterator<Item = Row> {
        self.entries.values().map(Entry::row)
    }

    pub fn row(&self, id: AppointmentId) -> Option<Row> {
        self.entries.get(&id).map(Entry::row)
    }

    /// One step of one appointment, and when it has to be looked at next.
    fn with(&mut self, id: AppointmentId, now: Now, step: impl FnOnce(&mut Entry, &mut Context<'_>)) {
        self.now = Some(now);
        if let Some(at) = self.wake_of.remove(&id) {
            self.wakes.remove(&(at, id));
        }
        let Some(entry) = self.entries.get_mut(&id) else { return };
        step(entry, &mut Context { settings: &self.settings, orders: &mut self.orders, now });
        if let State::Over { .. } = entry.state {
            self.entries.remove(&id);
        } else if let Some(at) = entry.wakes_at() {
            self.wakes.insert((at, id));
            self.wake_of.insert(id, at);
        }
    }
}

/// Appointments that one input moves.
const MOST_AT_ONCE: usize = 50;
/// A clock that jumps by more holds all appointments.
const SANE: Duration = Duration::from_secs(5 * 60);
const LOOK: Duration = Duration::from_secs(1);
