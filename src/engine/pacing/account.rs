//! The account of the days: people who answered, and those of them whom nobody spoke with (GN-18).

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

/// So many days are kept.
const DAYS: usize = 30;
/// Teams up to this size are judged by [`DAYS`] together: one abandoned call is a large share of their one day.
const SMALL_TEAM: u32 = 5;

/// People who answered, and what became of them.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct Tally {
    /// Connected to an agent.
    pub connected: u64,
    /// No agent in time.
    pub abandoned: u64,
}

impl Tally {
    pub fn count(&mut self, abandoned: bool) {
        let count = if abandoned { &mut self.abandoned } else { &mut self.connected };
        *count += 1;
    }

    pub fn humans(self) -> u64 {
        self.connected + self.abandoned
    }

    /// The abandoned share; 0 when nobody answered.
    pub fn fraction(self) -> f64 {
        self.abandoned as f64 / (self.humans() as f64).max(1.0)
    }
}

/// The last thirty days on which something happened.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct Account {
    /// With the number of each day, today last.
    days: VecDeque<(u32, Tally)>,
}

impl Account {
    /// A day has begun, by its number in civil time.
    pub fn begin(&mut self, day: u32) {
        if self.days.back().is_some_and(|(last, _)| *last >= day) {
            return;
        }
        self.days.push_back((day, Tally::default()));
        let oldest = day.saturating_sub(DAYS as u32 - 1);
        self.days.retain(|(day, _)| *day >= oldest);
    }

    /// What was written down of a day counts for more than what is remembered of it.
    pub fn correct(&mut self, day: u32, tally: Tally) {
        let place = self.days.partition_point(|(known, _)| *known < day);
        match self.days.get_mut(place) {
            Some((known, old)) if *known == day => *old = tally,
            Some(_) | None => self.days.insert(place, (day, tally)),
        }
    }

    /// Somebody answered today.
    pub fn answered(&mut self, abandoned: bool) {
        if self.days.is_empty() {
            self.days.push_back((0, Tally::default()));
        }
        let last = self.days.len() - 1;
        self.days[last].1.count(abandoned);
    }

    /// Who was connected last is no person.
    pub fn not_connected(&mut self) {
        if let Some((_, today)) = self.days.back_mut() {
            today.connected = today.connected.saturating_sub(1);
        }
    }

    pub fn today(&self) -> Tally {
        self.days.back().map_or_else(Tally::default, |(_, tally)| *tally)
    }

    /// What the limit is held against for a team of this size.
    pub fn judged(&self, team: u32) -> Tally {
        if team > SMALL_TEAM {
            return self.today();
        }
        let add = |sum: Tally, (_, tally): &(u32, Tally)| Tally {
            connected: sum.connected + tally.connected,
            abandoned: sum.abandoned + tally.abandoned,
        };
        self.days.iter().fold(Tally::default(), add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gn18_a_small_team_is_judged_by_thirty_days_and_a_large_one_by_each() {
        let mut account = Account::default();
        for day in 100..140 {
            account.begin(day);
            (0..10).for_each(|call| account.answered(call == 0));
        }
        assert_eq!(account.judged(6), Tally { connected: 9, abandoned: 1 });
        assert_eq!(account.judged(5), Tally { connected: 270, abandoned: 30 });
        account.begin(139);
        assert_eq!(account.today().humans(), 10, "the same day does not begin twice");
    }

    #[test]
    fn gn18_what_was_written_down_of_a_day_replaces_what_was_remembered() {
        let mut account = Account::default();
        account.begin(100);
        account.answered(false);
        let written = Tally { connected: 7, abandoned: 2 };
        account.correct(100, written);
        account.correct(101, Tally { connected: 1, abandoned: 1 });
        account.correct(99, Tally { connected: 5, abandoned: 0 });
        assert_eq!(account.today(), Tally { connected: 1, abandoned: 1 });
        assert_eq!(account.judged(5), Tally { connected: 13, abandoned: 3 });
        account.begin(101);
        account.answered(true);
        assert_eq!(account.today().abandoned, 2);
    }
}
