//! Hours within which people may be called, by the clock on their wall.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, Timelike};
use serde::{Deserialize, Serialize};

use super::{Level, Term, Whom};

/// Calling hours of one source.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Hours {
    pub name: String,
    pub week: Week,
    /// Holidays that have no hours.
    pub closed_on: BTreeSet<Level>,
    /// For these states alone; empty: for all.
    pub states: BTreeSet<String>,
    pub term: Term,
}

/// Hours of each weekday.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct Week {
    /// From Monday on; within a day in order and apart.
    pub days: [Vec<Span>; 7],
}

/// A part of one day, in minutes after midnight.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct Span {
    pub from: u16,
    /// Later than `from`, at most 1,440; not in it any more.
    pub until: u16,
}

impl Hours {
    /// Whether they bind for a number on a day of its calendar.
    pub fn bind(&self, day: NaiveDate, whom: Whom<'_>) -> bool {
        self.term.holds(day) && self.are_for(whom)
    }

    /// Whether they are for a number, in force or not.
    pub fn are_for(&self, whom: Whom<'_>) -> bool {
        self.states.is_empty() || whom.may_be_in(&self.states)
    }
}

impl Week {
    /// Whether a time on the wall is within the hours.
    pub fn contains(&self, local: NaiveDateTime) -> bool {
        let minute = local.hour() * 60 + local.minute();
        self.of(local.date()).iter().any(|span| (u32::from(span.from)..u32::from(span.until)).contains(&minute))
    }

    /// The first time at or after `local` that is within the hours of the same day.
    pub fn next_that_day(&self, local: NaiveDateTime) -> Option<NaiveDateTime> {
        if self.contains(local) {
            return Some(local);
        }
        let begins = self.of(local.date()).iter().filter_map(|span| span.begin(local.date()));
        begins.filter(|begin| *begin > local).min()
    }

    fn of(&self, day: NaiveDate) -> &[Span] {
        let weekday = usize::try_from(day.weekday().num_days_from_monday()).unwrap_or_default();
        self.days.get(weekday).map_or(&[], Vec::as_slice)
    }
}

impl Span {
    fn begin(self, day: NaiveDate) -> Option<NaiveDateTime> {
        NaiveTime::from_num_seconds_from_midnight_opt(u32::from(self.from) * 60, 0).map(|time| day.and_time(time))
    }
}
