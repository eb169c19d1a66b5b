//! The machine of one letter: what each news means in each state. `tried` has what comes of a try.

use std::collections::VecDeque;
use std::time::Duration;

use chrono::TimeDelta;

use super::Settings;
use super::lanes::Standing;
use super::letter::{Dead, Destination, Item, Letter, Phase, Row};
use super::order::{Change, Order, Outcome, Post, PostId, Refused, Written};
use super::state::State;
use super::tried::LONGEST_WAIT;
use crate::id::{CommandId, OutboxId};
use crate::random::Random;
use crate::time::{Moment, Now};

/// What a letter borrows while it works.
#[derive(Debug)]
pub(super) struct Context<'a> {
    pub settings: &'a Settings,
    pub orders: &'a mut VecDeque<Order>,
    pub now: Now,
}

#[derive(Debug)]
pub(super) struct Entry {
    pub item: Item,
    pub state: State,
}

impl Entry {
    pub fn new(letter: Letter, now: Now) -> Entry {
        let askers = vec![letter.id];
        let item = Item { letter, version: 1, next: now.civil, tries: 0, failures: 0, why: None };
        Entry { item, state: State::Entering { askers } }
    }

    /// As it was written down. Of a try without its end nobody knows.
    pub fn restore(row: Row, cx: &mut Context<'_>, random: &mut Random) -> Entry {
        let left = (row.item.next - cx.now.civil).to_std().unwrap_or_default();
        let from = cx.now.moment + left.min(LONGEST_WAIT);
        let state = match row.phase {
            Phase::Queued => State::Queued { from },
            Phase::Trying => State::Trying { until: cx.now.moment },
            Phase::Dead(dead) => State::Dead(dead),
            Phase::Done | Phase::Dropped => State::Over(row.phase),
        };
        let mut entry = Entry { item: row.item, state };
        entry.on_time(cx, random);
        entry
    }

    /// One that there is no room for: kept for a person, not sent.
    pub fn too_many(letter: Letter, most: usize, now: Now) -> Entry {
        let why = Some(format!("{most} messages were waiting already"));
        Entry { item: Item { why, ..Entry::new(letter, now).item }, state: State::Dead(Dead::Full) }
    }

    /// The gateway it goes by.
    pub fn hook(&self) -> Option<&str> {
        self.item.letter.to.hook()
    }

    /// Its gateway is not configured: nobody knows when it will be again.
    pub fn on_hook_gone(&mut self, cx: &mut Context<'_>) {
        match self.state {
            State::Queued { .. } => {
                self.die(Dead::Refused, no_gateway(self.hook().unwrap_or_default()));
                self.write(cx.orders);
            }
            // Its own answer tells: the try is refused, or was the last that the gateway took.
            State::Entering { .. } | State::Storing | State::Trying { .. } => {}
            State::Dead(_) | State::Changing { .. } | State::Over(_) => {}
        }
    }

    pub fn standing(&self, now: Now) -> Standing {
        match self.state {
            State::Queued { from } if from > now.moment => Standing::Resting,
            State::Queued { .. } => Standing::Due,
            State::Storing | State::Trying { .. } => Standing::Trying,
            State::Entering { .. } | State::Dead(_) | State::Changing { .. } | State::Over(_) => Standing::Out,
        }
    }

    /// When time alone changes something.
    pub fn wakes_at(&self, now: Now) -> Option<Moment> {
        match self.state {
            State::Queued { from } => Some(from).filter(|from| *from > now.moment),
            State::Trying { until } => Some(until),
            State::Entering { .. } | State::Storing | State::Dead(_) | State::Changing { .. } | State::Over(_) => None,
        }
    }

    pub fn on_time(&mut self, cx: &mut Context<'_>, random: &mut Random) {
        match self.state {
            State::Trying { until } if until <= cx.now.moment => {
                let why = "nobody said what came of the try".to_owned();
                self.on_outcome(Outcome::Unknown { why }, cx, random);
            }
            State::Trying { .. } | State::Entering { .. } | State::Queued { .. } | State::Storing => {}
            State::Dead(_) | State::Changing { .. } | State::Over(_) => {}
        }
    }

    /// It is the first in its line, and there is room on its road.
    pub fn on_turn(&mut self, cx: &mut Context<'_>) {
        self.item.tries += 1;
        self.state = State::Storing;
        self.write(cx.orders);
    }

    /// The row of this version is written, or could not be.
    pub fn on_stored(&mut self, version: u32, written: Written, cx: &mut Context<'_>) {
        if version != self.item.version {
            return;
        }
        match std::mem::replace(&mut self.state, State::Queued { from: cx.now.moment }) {
            State::Entering { askers } => self.on_entered(askers, written, cx),
            State::Storing => match written {
                Written::Yes => self.go(cx),
                Written::No | Written::Known => {
                    self.wait(AFTER_STORE_ERROR, cx);
                    self.tell(cx.orders);
                }
            },
            State::Changing { dead, change, command } => {
                let (rest, answer) = match (written, change) {
                    (Written::Yes, Change::Retry) => (State::Queued { from: cx.now.moment }, Ok(self.item.letter.id)),
                    (Written::Yes, Change::Drop) => (State::Over(Phase::Dropped), Ok(self.item.letter.id)),
                    (Written::No | Written::Known, _) => (State::Dead(dead), Err(Refused::NotStored)),
                };
                self.state = rest;
                cx.orders.push_back(Order::Answer(command, answer));
                self.tell(cx.orders);
            }
            other @ (State::Queued { .. } | State::Trying { .. } | State::Dead(_) | State::Over(_)) => {
                self.state = other;
            }
        }
    }

    /// The first row of a letter: what it is answered to whom, and whether it is this one that is sent.
    fn on_entered(&mut self, askers: Vec<OutboxId>, written: Written, cx: &mut Context<'_>) {
        if written == Written::No && self.item.letter.to.is_event() {
            // Nobody hands it in again.
            return self.wait(AFTER_STORE_ERROR, cx);
        }
        let (state, taken) = match written {
            Written::Yes => (State::Queued { from: cx.now.moment }, Ok(())),
            Written::Known => (State::Over(Phase::Dropped), Ok(())),
            Written::No => (State::Over(Phase::Dropped), Err(Refused::NotStored)),
        };
        self.state = state;
        let appointment = self.item.letter.appointment;
        cx.orders.extend(askers.into_iter().map(|item| Order::Taken { item, appointment, taken }));
        if written == Written::Yes {
            self.tell(cx.orders);
        }
    }

    /// A person's wish. Ok: its answer comes when it is written.
    pub fn on_change(&mut self, command: CommandId, change: Change, cx: &mut Context<'_>) -> Result<(), Refused> {
        match self.state {
            State::Dead(dead) => {
                self.state = State::Changing { dead, change, command };
                (self.item.failures, self.item.next) = (0, cx.now.civil);
                self.item.version += 1;
                cx.orders.push_back(Order::Store(self.row()));
                Ok(())
            }
            State::Changing { .. } => Err(Refused::Outdated),
            State::Entering { .. } | State::Queued { .. } | State::Storing | State::Trying { .. } | State::Over(_) => {
                Err(Refused::NotFound)
            }
        }
    }

    fn go(&mut self, cx: &mut Context<'_>) {
        let (attempt, Letter { id: item, key, to, body, files, appointment }) =
            (self.item.tries, self.item.letter.clone());
        cx.orders.push_back(match to {
            Destination::Text { number } => Order::Text { item, attempt, number, body },
            Destination::Webhook { hook, number } => {
                let id = PostId { item, attempt };
                Order::Post(Post { id, hook, number, text: body, event: false, files, appointment, key })
            }
            Destination::Event { hook, about: _ } => {
                let id = PostId { item, attempt };
                Order::Post(Post { id, hook, number: None, text: body, event: true, files, appointment, key })
            }
        });
        self.state = State::Trying { until: cx.now.moment + NO_NEWS };
        self.tell(cx.orders);
    }

    pub(super) fn wait(&mut self, wait: Duration, cx: &Context<'_>) {
        let span = TimeDelta::from_std(wait).unwrap_or_default();
        self.item.next = cx.now.civil.checked_add_signed(span).unwrap_or(cx.now.civil);
        self.state = State::Queued { from: cx.now.moment + wait };
    }

    pub(super) fn write(&mut self, orders: &mut VecDeque<Order>) {
        self.item.version += 1;
        orders.push_back(Order::Store(self.row()));
        self.tell(orders);
    }

    fn tell(&self, orders: &mut VecDeque<Order>) {
        orders.push_back(Order::Tell(self.row()));
    }

    pub fn row(&self) -> Row {
        Row { item: self.item.clone(), phase: self.state.phase() }
    }
}

/// What a person reads of a message whose gateway was taken away.
pub fn no_gateway(hook: &str) -> String {
    format!("no gateway {hook} is configured; configure it and try again, or give the message up")
}

const AFTER_STORE_ERROR: Duration = Duration::from_secs(10);
/// Longer than a SIP transaction lives (Timer F, RFC 3261 §17.1.2.2: 32 s).
const NO_NEWS: Duration = Duration::from_secs(60);
