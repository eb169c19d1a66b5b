//! Whose turn it is: the first of each line, few at once on each road, and the roads by turns.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use super::Settings;
use super::letter::{Line, Road};
use crate::id::OutboxId;

/// Where a letter stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Standing {
    /// In line, its time not come. Who is behind it waits too.
    Resting,
    Due,
    Trying,
    /// Not in line.
    Out,
}

/// All lines on all roads. Every step costs O(log n) and the number of roads.
#[derive(Debug, Default)]
pub(super) struct Lanes {
    lines: BTreeMap<Line, Queue>,
    roads: BTreeMap<Road, Lane>,
    /// Letters that are being tried on all roads.
    trying: u16,
    /// The road that had its turn.
    last: Option<Road>,
}

#[derive(Debug, Default)]
struct Queue {
    /// In the order of their ids, with whether it is due.
    waiting: BTreeMap<OutboxId, bool>,
    trying: Option<OutboxId>,
}

#[derive(Debug, Default)]
struct Lane {
    trying: u16,
    /// Due, the first of their lines, and nobody of the line being tried.
    ready: BTreeSet<OutboxId>,
}

impl Lanes {
    pub fn set(&mut self, id: OutboxId, line: &Line, standing: Standing) {
        let queue = self.lines.entry(line.clone()).or_default();
        let lane = self.roads.entry(line.road.clone()).or_default();
        if let Some(first) = queue.waiting.keys().next() {
            lane.ready.remove(first);
        }
        queue.waiting.remove(&id);
        let before = u16::from(queue.trying.take_if(|trying| *trying == id).is_some());
        let after = u16::from(standing == Standing::Trying);
        match standing {
            Standing::Resting => drop(queue.waiting.insert(id, false)),
            Standing::Due => drop(queue.waiting.insert(id, true)),
            Standing::Trying => queue.trying = Some(id),
            Standing::Out => {}
        }
        lane.trying = lane.trying - before + after;
        self.trying = self.trying - before + after;
        if let (None, Some((first, true))) = (queue.trying, queue.waiting.first_key_value()) {
            lane.ready.insert(*first);
        }
        if lane.trying == 0 && lane.ready.is_empty() {
            self.roads.remove(&line.road);
        }
        if queue.trying.is_none() && queue.waiting.is_empty() {
            self.lines.remove(line);
        }
    }

    /// Who is tried next; it is to be set as [`Standing::Trying`] before the next question.
    pub fn next(&mut self, settings: &Settings) -> Option<OutboxId> {
        if self.trying >= settings.at_once {
            return None;
        }
        let after = self.last.as_ref().map_or(Bound::Unbounded, Bound::Excluded);
        let by_turns = self.roads.range((after, Bound::Unbounded)).chain(&self.roads);
        let mut open = by_turns.filter(|(_, lane)| lane.trying < settings.at_once_each);
        let (road, id) = open.find_map(|(road, lane)| Some((road.clone(), *lane.ready.first()?)))?;
        self.last = Some(road);
        Some(id)
    }
}
