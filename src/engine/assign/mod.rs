//! Who gets which work next: decided here alone. Other rooms ask with a [`WorkItem`] and are told by an [`Event`].
//!
//! ```text
//!             add                     the longest free person                accept
//!   (asked) ────────> waiting ──────────────────────────────────> leased ────────────> (the call's)
//!                       ^  │          who may do it                │  │
//!                       │  │ withdraw                    withdraw  │  │
//!                       │  └──────────> (gone) <───────────────────┘  │
//!                       └─────────────────────────────────────────────┘
//!                           decline, lapse, person gone: the work keeps its place
//! ```
//!
//! After every input no free person is left who might do waiting work. So an input can only bring together what it touched: new
//! work looks for a person, a person for work, and nobody goes through all pairs. With *w* pieces of work, *p* people and *q* teams
//! (queues, campaigns) of one person an input costs O(log w + q · (log w + log p)), and so does each deadline that has passed; work
//! that a person is not to have now is passed over one by one.
//!
//! Of work that one person may do, the most urgent is given: priority, class, how long it waits, its number. Of people who may do it
//! the one that it wants first, else the longest free. Who lets an offer pass counts as free from then on, and gets the same again
//! only if there is neither other work for the person nor another person for the work.
//!
//! What is absent: nothing is written down. After a restart the rooms ask again, and a lease of the last run has an older fence.

mod item;
mod lease;
mod lines;
mod pairing;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::id::UserId;
use crate::time::{Moment, Timers};

use item::Line;
use lines::{Bench, Lines};

pub use item::{Class, Team, Wanted, Work, WorkItem};
pub use lease::{Ending, Event, Lease, TooLate};

/// All work and all who are free for it.
#[derive(Debug)]
pub struct Assign {
    items: BTreeMap<Work, Item>,
    people: BTreeMap<UserId, Person>,
    lines: Lines,
    bench: Bench,
    timers: Timers<Timer>,
    events: VecDeque<Event>,
    /// Of the last lease.
    fence: u64,
}

#[derive(Debug)]
struct Item {
    item: WorkItem,
    /// As long as it was not told.
    deadline: Option<Moment>,
    state: State,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Waiting(InLine),
    Leased(Lease),
}

/// The lines that it entered.
type InLine = [Option<Line>; 2];

#[derive(Debug)]
struct Person {
    since: Moment,
    teams: BTreeSet<Team>,
    holds: Option<Work>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Timer {
    Lapse(Work),
    /// Others than the first choice may do it.
    Widen(Work),
    Deadline(Work),
}

impl Assign {
    /// `fence`: at least that of every lease before, as of an earlier run.
    pub fn new(fence: u64) -> Assign {
        Assign {
            items: BTreeMap::new(),
            people: BTreeMap::new(),
            lines: Lines::default(),
            bench: Bench::default(),
            timers: Timers::default(),
            events: VecDeque::new(),
            fence,
        }
    }

    /// There is work. What was known of the same work is withdrawn.
    pub fn add(&mut self, item: WorkItem, now: Moment) {
        self.withdraw(item.work, now);
        let state = State::Waiting([None; 2]);
        self.items.insert(item.work, Item { item, deadline: item.deadline, state });
        self.wait(item.work, now);
        self.find_person(item.work, None, now);
    }

    /// The work is not to be done any more. Who held it is free again at once, as long as before.
    pub fn withdraw(&mut self, work: Work, now: Moment) {
        self.on_timeout(now);
        match self.items.get(&work).map(|item| item.state) {
            Some(State::Leased(lease)) => self.end(lease, Ending::Withdrawn, now),
            Some(State::Waiting(_)) => {
                self.leave(work);
                self.items.remove(&work);
            }
            None => {}
        }
    }

    /// A person is free for work of these teams. Who is known to be keeps the place, and the lease as far as it is still allowed.
    pub fn free(&mut self, user: UserId, since: Moment, teams: &BTreeSet<Team>, now: Moment) {
        self.on_timeout(now);
        let known = self.people.get(&user).map_or(since, |person| person.since);
        match self.lease_of(user) {
            Some(lease) if self.is_allowed(lease.work, user, teams, now) => {
                if let Some(person) = self.people.get_mut(&user) {
                    person.teams = teams.clone();
                }
                return;
            }
            Some(_) | None => self.gone(user, now),
        }
        self.people.insert(user, Person { since: known, teams: teams.clone(), holds: None });
        self.sit(user, known);
        self.find_work(user, None, now);
    }

    /// A person is free no more: left, paused, in a call. What the person held waits again at once, in its place.
    pub fn gone(&mut self, user: UserId, now: Moment) {
        self.on_timeout(now);
        match self.lease_of(user) {
            Some(lease) => self.end(lease, Ending::PersonGone, now),
            None => {
                self.stand(user);
                self.people.remove(&user);
            }
        }
    }

    /// The person does the work: both are gone from here. [`Assign::free`] says when the person is free again.
    pub fn accept(&mut self, work: Work, fence: u64, now: Moment) -> Result<Lease, TooLate> {
        self.conclude(work, fence, Ending::Accepted, now)
    }

    /// The person does not want it, and stays free for other work.
    pub fn decline(&mut self, work: Work, fence: u64, now: Moment) -> Result<Lease, TooLate> {
        self.conclude(work, fence, Ending::Declined, now)
    }

    /// Runs what is due.
    pub fn on_timeout(&mut self, now: Moment) {
        while let Some(timer) = self.timers.pop_due(now) {
            match timer {
                Timer::Lapse(work) => {
                    if let Some(lease) = self.lease(work) {
                        self.end(lease, Ending::Lapsed, now);
                    }
                }
                Timer::Widen(work) => {
                    self.leave(work);
                    self.wait(work, now);
                    self.find_person(work, None, now);
                }
                Timer::Deadline(work) => self.waits_too_long(work),
            }
        }
    }

    pub fn poll_timeout(&self) -> Option<Moment> {
        self.timers.next()
    }

    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// What a person holds.
    pub fn lease_of(&self, user: UserId) -> Option<Lease> {
        self.lease(self.people.get(&user)?.holds?)
    }

    /// Who holds a piece of work.
    pub fn lease(&self, work: Work) -> Option<Lease> {
        match self.items.get(&work)?.state {
            State::Leased(lease) => Some(lease),
            State::Waiting(_) => None,
        }
    }

    /// Work that nobody holds, by its number, and since when it is wanted.
    pub fn waiting(&self) -> impl Iterator<Item = &WorkItem> {
        self.items.values().filter(|item| matches!(item.state, State::Waiting(_))).map(|item| &item.item)
    }

    fn conclude(&mut self, work: Work, fence: u64, how: Ending, now: Moment) -> Result<Lease, TooLate> {
        self.on_timeout(now);
        let lease = self.lease(work).filter(|lease| lease.fence == fence).ok_or(TooLate)?;
        self.end(lease, how, now);
        Ok(lease)
    }
}
