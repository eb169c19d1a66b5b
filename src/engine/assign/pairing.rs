//! Who is brought together with what, and what stays behind when a lease ends.

use std::collections::BTreeSet;

use super::item::{Line, Place, Team, Work};
use super::lease::{Ending, Event, Lease};
use super::{Assign, Item, State, Timer};
use crate::id::UserId;
use crate::time::Moment;

impl Assign {
    pub(super) fn begin(&mut self, work: Work, user: UserId, now: Moment) {
        self.leave(work);
        self.stand(user);
        let (Some(item), Some(person)) = (self.items.get_mut(&work), self.people.get_mut(&user)) else { return };
        self.fence += 1;
        let lease = Lease { work, user, until: now + item.item.lease, fence: self.fence };
        item.state = State::Leased(lease);
        person.holds = Some(work);
        self.timers.set(Timer::Lapse(work), lease.until);
        self.events.push_back(Event::Leased(lease));
    }

    pub(super) fn end(&mut self, lease: Lease, how: Ending, now: Moment) {
        let Lease { work, user, .. } = lease;
        self.timers.cancel(&Timer::Lapse(work));
        self.events.push_back(Event::Ended(lease, how));
        match how {
            Ending::Accepted => {
                self.items.remove(&work);
                self.people.remove(&user);
            }
            Ending::Declined | Ending::Lapsed => {
                self.wait(work, now);
                self.sit(user, now);
                self.find_person(work, Some(user), now);
                self.find_work(user, Some(work), now);
                self.find_person(work, None, now);
            }
            Ending::Withdrawn => {
                self.items.remove(&work);
                self.sit(user, self.people.get(&user).map_or(now, |person| person.since));
                self.find_work(user, None, now);
            }
            Ending::PersonGone => {
                self.people.remove(&user);
                self.wait(work, now);
                self.find_person(work, None, now);
            }
        }
    }

    /// The longest free person for waiting work.
    pub(super) fn find_person(&mut self, work: Work, except: Option<UserId>, now: Moment) {
        let Some(Item { item, deadline, state: State::Waiting(lines) }) = self.items.get(&work) else { return };
        let is_late = deadline.is_some_and(|deadline| deadline <= now);
        let will_do = |user| Some(user) != except && !item.wanted.excludes(user, now);
        let free = lines.iter().flatten().filter_map(|line| self.bench.first(*line, will_do));
        let best = free.min_by_key(|(since, user)| (!item.wanted.prefers(*user), *since, *user));
        match best {
            Some((_, user)) => self.begin(work, user, now),
            None if is_late && except.is_none() => self.waits_too_long(work),
            None => {}
        }
    }

    /// The most urgent work for a free person.
    pub(super) fn find_work(&mut self, user: UserId, except: Option<Work>, now: Moment) {
        let Some(person) = self.people.get(&user).filter(|person| person.holds.is_none()) else { return };
        let excludes = |work| self.items.get(&work).is_some_and(|item| item.item.wanted.excludes(user, now));
        let will_do = |work| Some(work) != except && !excludes(work);
        let lines = person.teams.iter().map(|team| Line::Team(*team)).chain([Line::Person(user)]);
        let best: Option<Place> = lines.filter_map(|line| self.lines.first(line, will_do)).min();
        if let Some(place) = best {
            self.begin(place.work, user, now);
        }
    }

    pub(super) fn wait(&mut self, work: Work, now: Moment) {
        let Some(item) = self.items.get_mut(&work) else { return };
        let (place, lines) = (item.item.place(), item.item.wanted.lines(now));
        item.state = State::Waiting(lines);
        for line in lines.into_iter().flatten() {
            self.lines.enter(line, place);
        }
        if let Some(at) = item.item.wanted.widens_at(now) {
            self.timers.set(Timer::Widen(work), at);
        }
        if let Some(deadline) = item.deadline {
            self.timers.set(Timer::Deadline(work), deadline);
        }
    }

    pub(super) fn waits_too_long(&mut self, work: Work) {
        self.timers.cancel(&Timer::Deadline(work));
        if self.items.get_mut(&work).and_then(|item| item.deadline.take()).is_some() {
            self.events.push_back(Event::WaitsTooLong(work));
        }
    }

    pub(super) fn leave(&mut self, work: Work) {
        let Some(Item { item, state: State::Waiting(lines), .. }) = self.items.get(&work) else { return };
        for line in lines.iter().flatten() {
            self.lines.leave(*line, &item.place());
        }
        self.timers.cancel(&Timer::Widen(work));
        self.timers.cancel(&Timer::Deadline(work));
    }

    pub(super) fn sit(&mut self, user: UserId, since: Moment) {
        let Some(person) = self.people.get_mut(&user) else { return };
        (person.since, person.holds) = (since, None);
        self.bench.sit(user, since, &person.teams);
    }

    pub(super) fn stand(&mut self, user: UserId) {
        if let Some(person) = self.people.get(&user) {
            self.bench.stand(user, &person.teams);
        }
    }

    pub(super) fn is_allowed(&self, work: Work, user: UserId, teams: &BTreeSet<Team>, now: Moment) -> bool {
        self.items.get(&work).is_some_and(|item| item.item.wanted.allows(user, teams, now))
    }
}
