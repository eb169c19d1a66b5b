//! How far appointments lie from each other, and the nearest times that are far enough (AG-03).

use std::collections::BTreeSet;
use std::ops::Bound;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::terms::Terms;
use crate::callback::Due;
use crate::id::{ContactId, ItemId, UserId};

/// Whose appointments lie apart.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    #[default]
    Creator,
    /// Without an agent, the department's.
    Agent,
    Contact,
    /// Everybody's.
    System,
}

/// Appointments that lie apart from each other.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Line {
    Creator(UserId),
    Agent(UserId),
    /// Those without an agent.
    Department(ItemId),
    Contact(ContactId),
    System,
}

/// Another one of the same line is too near; these are the nearest times, none where there is none within [`WINDOW`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, thiserror::Error)]
#[error("another appointment is less than {distance_minutes} minutes away")]
pub struct TooClose {
    pub distance_minutes: u16,
    pub before: Option<Due>,
    pub after: Option<Due>,
}

impl Scope {
    pub(super) fn line(self, creator: UserId, terms: &Terms) -> Line {
        match self {
            Scope::Creator => Line::Creator(creator),
            Scope::Agent => terms.agent.map_or(Line::Department(terms.department), Line::Agent),
            Scope::Contact => Line::Contact(terms.contact),
            Scope::System => Line::System,
        }
    }
}

/// Whether a time is far enough from all of `times`, which hold those of [`reach`]. Exactly the distance is.
pub(super) fn judge(
    due: Due,
    distance_minutes: u16,
    times: &BTreeSet<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<(), TooClose> {
    let distance = TimeDelta::minutes(i64::from(distance_minutes));
    let near = |at: DateTime<Utc>| times.range((Bound::Excluded(at - distance), Bound::Excluded(at + distance)));
    if distance.is_zero() || near(due.at).next().is_none() {
        return Ok(());
    }
    let earlier = std::iter::successors(Some(due.at), |at| near(*at).next().map(|first| *first - distance)).last();
    let later = std::iter::successors(Some(due.at), |at| near(*at).next_back().map(|last| *last + distance)).last();
    let named = |at: DateTime<Utc>| Due { at, local: at.with_timezone(&due.zone).naive_local(), zone: due.zone };
    Err(TooClose {
        distance_minutes,
        before: earlier.filter(|at| *at > now && *at >= due.at - WINDOW).map(named),
        after: later.filter(|at| *at <= due.at + WINDOW).map(named),
    })
}

/// What has to be known of the neighbours of a time: from when until when.
pub(super) fn reach(at: DateTime<Utc>, distance_minutes: u16) -> (DateTime<Utc>, DateTime<Utc>) {
    let reach = WINDOW + TimeDelta::minutes(i64::from(distance_minutes));
    (at - reach, at + reach)
}

/// How far a free time is looked for.
const WINDOW: TimeDelta = TimeDelta::days(1);
