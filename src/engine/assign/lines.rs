//! Work in the order of its urgency and people in the order of their patience, so that nobody has to look at all.

use std::collections::{BTreeMap, BTreeSet};

use super::item::{Line, Place, Work};
use crate::id::{QueueId, UserId};
use crate::time::Moment;

/// Waiting work, most urgent first, in each line that it stands in.
#[derive(Debug, Default)]
pub(super) struct Lines {
    lines: BTreeMap<Line, BTreeSet<Place>>,
}

impl Lines {
    pub fn enter(&mut self, line: Line, place: Place) {
        self.lines.entry(line).or_default().insert(place);
    }

    pub fn leave(&mut self, line: Line, place: &Place) {
        if let Some(waiting) = self.lines.get_mut(&line) {
            waiting.remove(place);
            if waiting.is_empty() {
                self.lines.remove(&line);
            }
        }
    }

    /// The most urgent other than `except`. Looks at two.
    pub fn first(&self, line: Line, except: Option<Work>) -> Option<Place> {
        self.lines.get(&line)?.iter().find(|place| Some(place.work) != except).copied()
    }
}

/// Free people, the longest free first, in each queue that they are in.
#[derive(Debug, Default)]
pub(super) struct Bench {
    seats: BTreeMap<UserId, Moment>,
    queues: BTreeMap<QueueId, BTreeSet<(Moment, UserId)>>,
}

impl Bench {
    pub fn sit(&mut self, user: UserId, since: Moment, queues: &BTreeSet<QueueId>) {
        self.seats.insert(user, since);
        for queue in queues {
            self.queues.entry(*queue).or_default().insert((since, user));
        }
    }

    pub fn stand(&mut self, user: UserId, queues: &BTreeSet<QueueId>) {
        let Some(since) = self.seats.remove(&user) else { return };
        for queue in queues {
            if let Some(seats) = self.queues.get_mut(queue) {
                seats.remove(&(since, user));
                if seats.is_empty() {
                    self.queues.remove(queue);
                }
            }
        }
    }

    /// The longest free person of a line other than `except`. Looks at two.
    pub fn first(&self, line: Line, except: Option<UserId>) -> Option<(Moment, UserId)> {
        let other = |user: UserId| Some(user) != except;
        match line {
            Line::Person(user) => self.seats.get(&user).map(|since| (*since, user)).filter(|_| other(user)),
            Line::Queue(queue) => self.queues.get(&queue)?.iter().find(|(_, user)| other(*user)).copied(),
        }
    }
}
