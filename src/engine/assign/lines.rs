//! Work in the order of its urgency and people in the order of their patience, so that nobody has to look at all.

use std::collections::{BTreeMap, BTreeSet};

use super::item::{Line, Place, Team, Work};
use crate::id::UserId;
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

    /// The most urgent that will do.
    pub fn first(&self, line: Line, will_do: impl Fn(Work) -> bool) -> Option<Place> {
        self.lines.get(&line)?.iter().find(|place| will_do(place.work)).copied()
    }
}

/// Free people, the longest free first, in each team that they are in.
#[derive(Debug, Default)]
pub(super) struct Bench {
    seats: BTreeMap<UserId, Moment>,
    teams: BTreeMap<Team, BTreeSet<(Moment, UserId)>>,
}

impl Bench {
    pub fn sit(&mut self, user: UserId, since: Moment, teams: &BTreeSet<Team>) {
        self.seats.insert(user, since);
        for team in teams {
            self.teams.entry(*team).or_default().insert((since, user));
        }
    }

    pub fn stand(&mut self, user: UserId, teams: &BTreeSet<Team>) {
        let Some(since) = self.seats.remove(&user) else { return };
        for team in teams {
            if let Some(seats) = self.teams.get_mut(team) {
                seats.remove(&(since, user));
                if seats.is_empty() {
                    self.teams.remove(team);
                }
            }
        }
    }

    /// The longest free person of a line who will do.
    pub fn first(&self, line: Line, will_do: impl Fn(UserId) -> bool) -> Option<(Moment, UserId)> {
        match line {
            Line::Person(user) => self.seats.get(&user).map(|since| (*since, user)).filter(|_| will_do(user)),
            Line::Team(team) => self.teams.get(&team)?.iter().find(|(_, user)| will_do(*user)).copied(),
        }
    }
}
