//! What the world lays down about calling people, as data: zones of numbers, holidays, calling hours, limits of attempts.
//!
//! The shell reads the files and hands in one checked value with a version. Each rule says from when until when it holds and
//! who says so; one that is over binds nobody any more and is still shown. `wall` is the arithmetic of clocks on walls.

mod easter;
mod holiday;
mod hours;
mod pack;
#[cfg(test)]
mod tests;
pub mod wall;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::number::{Number, NumberKind};

pub use easter::easter;
pub use holiday::{Day, Holiday, Level, Scope};
pub use hours::{Hours, Span, Week};
pub use pack::{Basis, Bound, Bounded, Pack};

/// All of it, checked.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Rules {
    /// The same whenever the rules are; 0 where there are none.
    pub version: u64,
    /// By prefix: digits of E.164 without `+`. Several of one prefix hold one after another.
    pub areas: BTreeMap<String, Vec<Area>>,
    pub holidays: Vec<Holiday>,
    /// All that are in force bind together.
    pub hours: Vec<Hours>,
    pub attempts: Vec<AttemptLimit>,
    /// By name.
    pub packs: BTreeMap<String, Pack>,
}

/// Where the numbers of a prefix are.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Area {
    /// Never empty; more than one where the prefix does not tell.
    pub zones: Vec<Tz>,
    /// Federal states, such as `SP`; more than one where the prefix does not tell.
    pub states: BTreeSet<String>,
    pub term: Term,
}

/// When a rule holds, and who says so.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Term {
    /// The first day, in the called party's zone.
    pub from: NaiveDate,
    /// The last day; none: until further notice.
    pub until: Option<NaiveDate>,
    /// The law, the regulator, or whose decision it was.
    pub source: String,
}

/// A rule's time, seen from one day.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    NotYet,
    InForce,
    Expired,
}

impl Term {
    pub fn standing(&self, on: NaiveDate) -> Standing {
        match self.until {
            _ if on < self.from => Standing::NotYet,
            Some(until) if until < on => Standing::Expired,
            Some(_) | None => Standing::InForce,
        }
    }

    pub fn holds(&self, on: NaiveDate) -> bool {
        self.standing(on) == Standing::InForce
    }
}

/// Most attempts to reach one number within a time.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AttemptLimit {
    pub period: Period,
    pub most: u32,
    pub term: Term,
}

/// A stretch of the called party's calendar.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Period {
    Day,
    /// From Monday (ISO 8601).
    Week,
    Month,
}

impl Period {
    /// The first day of the period that `day` lies in.
    pub fn first(self, day: NaiveDate) -> NaiveDate {
        match self {
            Period::Day => day,
            Period::Week => day.week(chrono::Weekday::Mon).first_day(),
            Period::Month => day.with_day(1).unwrap_or(day),
        }
    }

    /// The first day of the next one.
    pub fn next(self, day: NaiveDate) -> NaiveDate {
        let first = self.first(day);
        let after = match self {
            Period::Day => first.checked_add_days(chrono::Days::new(1)),
            Period::Week => first.checked_add_days(chrono::Days::new(7)),
            Period::Month => first.checked_add_months(chrono::Months::new(1)),
        };
        after.unwrap_or(NaiveDate::MAX)
    }
}

impl Rules {
    /// Where a number is, by the longest prefix in force.
    pub fn area(&self, number: &Number, on: NaiveDate) -> Option<&Area> {
        let digits = number.normalised.strip_prefix('+')?;
        let prefixes = (1..=digits.len()).rev().filter_map(|length| digits.get(..length));
        prefixes
            .filter_map(|prefix| self.areas.get(prefix))
            .find_map(|areas| areas.iter().find(|area| area.term.holds(on)))
    }

    /// The holiday that a day is for a number, among those of the levels given.
    pub fn holiday(&self, day: NaiveDate, whom: Whom<'_>, levels: &BTreeSet<Level>) -> Option<&Holiday> {
        self.holidays
            .iter()
            .find(|holiday| holiday.is_on(day) && levels.contains(&holiday.level()) && holiday.is_for(whom))
    }

    /// Every rule with what it is, in the order of the files: for a list that shows which are over.
    pub fn terms(&self) -> impl Iterator<Item = (String, &Term)> {
        let areas = self
            .areas
            .iter()
            .flat_map(|(prefix, areas)| areas.iter().map(move |area| (format!("zone of +{prefix}"), &area.term)));
        let holidays = self.holidays.iter().map(|holiday| (format!("holiday {}", holiday.name), &holiday.term));
        let hours = self.hours.iter().map(|hours| (format!("calling hours {}", hours.name), &hours.term));
        let attempts = self.attempts.iter().map(|limit| (format!("attempts a {}", limit.period), &limit.term));
        areas.chain(holidays).chain(hours).chain(attempts).chain(self.packs.values().flat_map(Pack::terms))
    }
}

impl std::fmt::Display for Period {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Period::Day => "day",
            Period::Week => "week",
            Period::Month => "month",
        })
    }
}

/// Of a number, what holidays and hours go by.
#[derive(Clone, Copy, Debug)]
pub struct Whom<'a> {
    /// E.164 with `+`, or a number of another kind as it is.
    pub number: &'a str,
    /// In Brazil: it keeps the national holidays.
    pub is_national: bool,
    pub area: Option<&'a Area>,
}

impl<'a> Whom<'a> {
    pub fn of(number: &'a Number, area: Option<&'a Area>) -> Whom<'a> {
        Whom { number: &number.normalised, is_national: number.kind != NumberKind::International, area }
    }

    /// Whether one of `states` may be the number's.
    fn may_be_in(self, states: &BTreeSet<String>) -> bool {
        self.area.is_some_and(|area| area.states.iter().any(|state| states.contains(state)))
    }
}
