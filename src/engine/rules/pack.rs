//! A pack of rules: what one country, law or code lays down about campaigns. It helps to keep them and is no legal advice.
//!
//! A campaign names its pack. Its hours take the place of the installation's, its limits of attempts bind beside those; what it
//! says of abandonment, ringing and cool-down are bounds that the campaign's own terms must keep.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{AttemptLimit, Hours, Term};

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Pack {
    /// As campaigns name it.
    pub name: String,
    /// In its country's language.
    pub title: String,
    pub basis: Basis,
    /// The same whenever the pack is.
    pub version: u64,
    /// All that are in force bind together; none: the installation's.
    pub hours: Vec<Hours>,
    pub attempts: Vec<AttemptLimit>,
    pub bounds: Vec<Bound>,
}

/// Why it binds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Basis {
    Law,
    /// Of a trade: whoever signed it.
    Code,
    /// Nobody's order.
    Prudence,
}

/// A number laid down, and when.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Bound {
    pub of: Bounded,
    pub term: Term,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Bounded {
    /// Of a thousand people who answered, so many may find no agent, over these days.
    Abandoned { permille: u16, days: u16 },
    /// It rings at least so long.
    Ring { seconds: u16 },
    /// A do-not-call list older than this is not looked at.
    ListAge { days: u16 },
    /// Who was abandoned is not called without an agent for so long.
    CoolDown { hours: u16 },
    /// Where both are reached in a day, calls of the installation are blocked.
    ShortCalls { calls_a_day: u32, permille: u16 },
    /// More calls a month bring duties of their own.
    LargeCaller { calls_a_month: u32 },
    /// What no number says.
    Advice { text: String },
}

impl Pack {
    /// What is laid down on a day.
    pub fn bounds_on(&self, day: NaiveDate) -> impl Iterator<Item = &Bound> {
        self.bounds.iter().filter(move |bound| bound.term.holds(day))
    }

    /// The oldest that a do-not-call list may be on a day, in days.
    pub fn list_age(&self, day: NaiveDate) -> Option<u16> {
        let ages = self.bounds_on(day).filter_map(|bound| match bound.of {
            Bounded::ListAge { days } => Some(days),
            _ => None,
        });
        ages.min()
    }

    /// Each rule with what it is.
    pub fn terms(&self) -> impl Iterator<Item = (String, &Term)> {
        let name = &self.name;
        let hours = self.hours.iter().map(move |hours| (format!("{name}: calling hours"), &hours.term));
        let limits = self
            .attempts
            .iter()
            .map(move |limit| (format!("{name}: {} attempts a {}", limit.most, limit.period), &limit.term));
        let bounds = self.bounds.iter().map(move |bound| (format!("{name}: {}", bound.of), &bound.term));
        hours.chain(limits).chain(bounds)
    }
}

/// In English, as rules are listed.
impl std::fmt::Display for Bounded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Bounded::Abandoned { permille, days } => {
                write!(f, "at most {} of 1,000 answered calls abandoned within {days} days", permille)
            }
            Bounded::Ring { seconds } => write!(f, "ring at least {seconds} s"),
            Bounded::ListAge { days } => write!(f, "do-not-call lists at most {days} days old"),
            Bounded::CoolDown { hours } => write!(f, "no call without an agent for {hours} h after an abandoned one"),
            Bounded::ShortCalls { calls_a_day, permille } => {
                write!(f, "short calls: not {calls_a_day} calls a day with {permille} of 1,000 short")
            }
            Bounded::LargeCaller { calls_a_month } => {
                write!(f, "large caller: more than {calls_a_month} calls a month")
            }
            Bounded::Advice { text } => f.write_str(text),
        }
    }
}
