//! Messages on their way out: written down, tried until they are there, and when one never arrives somebody is told (AG-06).
//!
//! How to drive it: hand in what the store remembers with [`Outbox::restore`], then letters with [`Outbox::on_put`], people's
//! wishes and the answers to orders; after each, do what [`Outbox::poll_order`] says until it gives none, and call
//! [`Outbox::on_timeout`] at [`Outbox::poll_timeout`].
//!
//! `state` draws one letter, `machine` and `tried` are its transitions, `lanes` says whose turn it is. To one recipient letters
//! go one at a time and in order; a letter that waits for its next try holds up those behind it to the same recipient, and
//! nobody else.
//!
//! Written before it is acted on: a new letter, each try, a person's wish. A webhook is tried at least once for each of its tries,
//! since the other side knows repetitions by the key. A text is not: one that may have arrived is dead, and a person decides.
//!
//! What is absent: signing, addresses of hooks, contents of files. The shell has them.

mod lanes;
mod letter;
mod machine;
mod order;
mod state;
#[cfg(test)]
mod tests;
mod tried;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::id::{CommandId, OutboxId};
use crate::random::Random;
use crate::time::{Moment, Now, Timers};

use lanes::Lanes;
use machine::{Context, Entry};
use order::Change;
use state::State;

pub use letter::{Attachment, Dead, Destination, Item, Letter, Phase, Row};
pub use machine::no_gateway;
pub use order::{Alert, Command, Order, Outcome, Post, PostId, Refused, Written};

/// What an administrator sets.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct Settings {
    /// Failed tries till a letter is dead; at least one.
    pub attempts: u8,
    /// Letters tried at the same moment.
    pub at_once: u16,
    /// Of these on one road: by SIP, to one hook.
    pub at_once_each: u16,
    /// Letters taken and not sent yet.
    pub most: usize,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { attempts: 8, at_once: 4, at_once_each: 2, most: 10_000 }
    }
}

/// All letters that are not there yet, and the latest dead ones.
#[derive(Debug, Default)]
pub struct Outbox {
    settings: Settings,
    entries: BTreeMap<OutboxId, Entry>,
    keys: BTreeMap<String, OutboxId>,
    dead: BTreeSet<OutboxId>,
    lanes: Lanes,
    timers: Timers<OutboxId>,
    orders: VecDeque<Order>,
}

impl Outbox {
    pub fn on_settings(&mut self, settings: Settings, now: Now) {
        self.settings = settings;
        self.take_turns(now);
    }

    /// A letter as the store has it, at a start, in the order of the ids; or a dead one that is not in memory any more, before a
    /// person's wish for it. Twice is once.
    pub fn restore(&mut self, row: Row, now: Now, random: &mut Random) {
        let (id, key) = (row.item.letter.id, row.item.letter.key.clone());
        if !self.entries.contains_key(&id) {
            let mut cx = Context { settings: &self.settings, orders: &mut self.orders, now };
            let was = row.phase;
            let entry = Entry::restore(row, &mut cx, random);
            let is = entry.state.phase();
            self.entries.insert(id, entry);
            self.keys.insert(key, id);
            if let (Phase::Trying, Phase::Dead(why)) = (was, is) {
                self.alert(id, why);
            }
            self.with(id, now, |_, _| ());
        }
    }

    /// A letter to be sent; answered by [`Order::Taken`] with its id. Of a known key it is taken already, under whatever id.
    pub fn on_put(&mut self, letter: Letter, now: Now) {
        let (id, appointment) = (letter.id, letter.appointment);
        let is_full = self.entries.len() - self.dead.len() >= self.settings.most;
        let known = self.keys.get(&letter.key).or(Some(&id)).and_then(|known| self.entries.get_mut(known));
        match known.map(|entry| &mut entry.state) {
            Some(State::Entering { askers }) => match askers.contains(&id) {
                true => {}
                false => askers.push(id),
            },
            Some(State::Queued { .. } | State::Storing | State::Trying { .. } | State::Dead(_))
            | Some(State::Changing { .. } | State::Over(_)) => {
                self.orders.push_back(Order::Taken { item: id, appointment, taken: Ok(()) });
            }
            None if is_full && letter.to.is_event() => {
                let entry = Entry::too_many(letter, self.settings.most, now);
                self.keys.insert(entry.item.letter.key.clone(), id);
                self.orders.push_back(Order::Store(entry.row()));
                self.entries.insert(id, entry);
                self.alert(id, Dead::Full);
                self.place(id, now);
            }
            None if is_full => {
                self.orders.push_back(Order::Taken { item: id, appointment, taken: Err(Refused::Full) });
            }
            None => {
                let entry = Entry::new(letter, now);
                self.keys.insert(entry.item.letter.key.clone(), id);
                self.orders.push_back(Order::Store(entry.row()));
                self.entries.insert(id, entry);
            }
        }
    }

    /// The row of [`Order::Store`] is written, or could not be.
    pub fn on_stored(&mut self, id: OutboxId, version: u32, written: Written, now: Now) {
        self.with(id, now, |entry, cx| entry.on_stored(version, written, cx));
    }

    /// What came of [`Order::Post`] or [`Order::Text`].
    pub fn on_tried(&mut self, id: OutboxId, attempt: u32, outcome: Outcome, now: Now, random: &mut Random) {
        self.with(id, now, |entry, cx| entry.on_tried(attempt, outcome, cx, random));
    }

    /// A dead letter is tried again from the beginning; `version` is the one on the screen.
    pub fn on_retry(&mut self, command: CommandId, id: OutboxId, version: u32, now: Now) {
        self.change(command, id, version, Change::Retry, now);
    }

    /// A dead letter is given up.
    pub fn on_drop(&mut self, command: CommandId, id: OutboxId, version: u32, now: Now) {
        self.change(command, id, version, Change::Drop, now);
    }

    /// Letters for a gateway that is not there (any more) are a person's at once; `is_there` knows the gateways.
    pub fn on_hooks(&mut self, is_there: impl Fn(&str) -> bool, now: Now) {
        let goes_nowhere = |entry: &Entry| entry.hook().is_some_and(|hook| !is_there(hook));
        let lost: Vec<_> = self.entries.iter().filter(|(_, entry)| goes_nowhere(entry)).map(|(id, _)| *id).collect();
        lost.into_iter().for_each(|id| self.with(id, now, |entry, cx| entry.on_hook_gone(cx)));
    }

    /// Runs what is due, [`MOST_AT_ONCE`] of it; the rest at the next call, which is due at once.
    pub fn on_timeout(&mut self, now: Now, random: &mut Random) {
        for _ in 0..MOST_AT_ONCE {
            match self.timers.pop_due(now.moment) {
                Some(id) => self.with(id, now, |entry, cx| entry.on_time(cx, random)),
                None => break,
            }
        }
    }

    pub fn poll_timeout(&self) -> Option<Moment> {
        self.timers.next()
    }

    pub fn poll_order(&mut self) -> Option<Order> {
        self.orders.pop_front()
    }

    /// What is not there yet and what is dead, by its number.
    pub fn rows(&self) -> impl Iterator<Item = Row> {
        self.entries.values().map(Entry::row)
    }

    pub fn row(&self, id: OutboxId) -> Option<Row> {
        self.entries.get(&id).map(Entry::row)
    }

    fn change(&mut self, command: CommandId, id: OutboxId, version: u32, change: Change, now: Now) {
        let mut answer = Err(Refused::NotFound);
        self.with(id, now, |entry, cx| {
            answer = match entry.item.version == version {
                true => entry.on_change(command, change, cx),
                false => Err(Refused::Outdated),
            };
        });
        self.orders.extend(answer.err().map(|refused| Order::Answer(command, Err(refused))));
    }

    /// One step of one letter, then whoever may go.
    fn with(&mut self, id: OutboxId, now: Now, step: impl FnOnce(&mut Entry, &mut Context<'_>)) {
        let Some(entry) = self.entries.get_mut(&id) else { return };
        let was = entry.state.dead();
        step(entry, &mut Context { settings: &self.settings, orders: &mut self.orders, now });
        if let (None, Some(why)) = (was, entry.state.dead()) {
            self.alert(id, why);
        }
        self.place(id, now);
        self.take_turns(now);
    }

    /// A person is to look at it; of events that went the same way the first speaks for all.
    fn alert(&mut self, item: OutboxId, why: Dead) {
        let hook_of = |id: &OutboxId| {
            self.entries
                .get(id)
                .map(|entry| &entry.item.letter.to)
                .filter(|to| to.is_event())
                .and_then(Destination::hook)
        };
        let own = hook_of(&item);
        if own.is_none() || !self.dead.iter().any(|other| *other != item && hook_of(other) == own) {
            self.orders.push_back(Order::Alert(Alert { item, why }));
        }
    }

    fn take_turns(&mut self, now: Now) {
        while let Some(id) = self.lanes.next(&self.settings) {
            if let Some(entry) = self.entries.get_mut(&id) {
                entry.on_turn(&mut Context { settings: &self.settings, orders: &mut self.orders, now });
            }
            self.place(id, now);
        }
    }

    /// Where it stands now, and when it is looked at next.
    fn place(&mut self, id: OutboxId, now: Now) {
        let Some(entry) = self.entries.get(&id) else { return };
        self.lanes.set(id, &entry.item.letter.to.line(), entry.standing(now));
        match entry.wakes_at(now) {
            Some(at) => self.timers.set(id, at),
            None => self.timers.cancel(&id),
        }
        match entry.state {
            State::Over(_) => self.forget(id),
            State::Dead(_) => {
                let oldest = self.dead.first().copied();
                self.dead.insert(id);
                oldest.filter(|_| self.dead.len() > DEAD_KEPT).into_iter().for_each(|oldest| self.forget(oldest));
            }
            State::Entering { .. } | State::Queued { .. } | State::Storing => drop(self.dead.remove(&id)),
            State::Trying { .. } | State::Changing { .. } => drop(self.dead.remove(&id)),
        }
    }

    fn forget(&mut self, id: OutboxId) {
        self.dead.remove(&id);
        if let Some(entry) = self.entries.remove(&id) {
            self.keys.remove(&entry.item.letter.key);
        }
    }
}

/// Letters that one input moves.
const MOST_AT_ONCE: usize = 50;
/// Dead letters in memory; the store has all.
const DEAD_KEPT: usize = 1_000;
