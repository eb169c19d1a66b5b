//! Days on which people are left alone, and for whom they are.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate, TimeDelta};
use serde::{Deserialize, Serialize};

use super::{Term, Whom, easter};

/// A holiday by law or custom.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Holiday {
    pub name: String,
    pub day: Day,
    pub scope: Scope,
    /// *Ponto facultativo*: offices may close, and need not.
    pub optional: bool,
    pub term: Term,
}

/// Which days of which years.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Day {
    /// The same day of every year.
    Yearly { month: u32, day: u32 },
    /// So many days after Easter Sunday; before it where negative.
    Easter { days: i64 },
    /// These alone.
    Dates(BTreeSet<NaiveDate>),
}

/// Who keeps it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    National,
    State(BTreeSet<String>),
    /// Numbers tell no towns: these prefixes (digits of E.164 without `+`) are taken for it.
    Municipal {
        place: String,
        prefixes: BTreeSet<String>,
    },
}

/// What calling hours name holidays by.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    National,
    State,
    Municipal,
    Optional,
}

impl Holiday {
    /// Whether it is on this day and in force then.
    pub fn is_on(&self, day: NaiveDate) -> bool {
        self.falls_on(day) && self.term.holds(day)
    }

    /// Whether it would be on this day, in force or not.
    pub fn falls_on(&self, day: NaiveDate) -> bool {
        match &self.day {
            Day::Yearly { month, day: of_month } => day.day() == *of_month && day.month() == *month,
            Day::Easter { days } => {
                let sunday = day.checked_sub_signed(TimeDelta::try_days(*days).unwrap_or_default());
                sunday.is_some_and(|sunday| easter(sunday.year()) == Some(sunday))
            }
            Day::Dates(dates) => dates.contains(&day),
        }
    }

    pub fn level(&self) -> Level {
        match &self.scope {
            _ if self.optional => Level::Optional,
            Scope::National => Level::National,
            Scope::State(_) => Level::State,
            Scope::Municipal { .. } => Level::Municipal,
        }
    }

    /// Whether the people of a number may keep it.
    pub fn is_for(&self, whom: Whom<'_>) -> bool {
        match &self.scope {
            Scope::National => whom.is_national,
            Scope::State(states) => whom.may_be_in(states),
            Scope::Municipal { prefixes, .. } => {
                let digits = whom.number.strip_prefix('+').unwrap_or_default();
                prefixes.iter().any(|prefix| digits.starts_with(prefix.as_str()))
            }
        }
    }
}
