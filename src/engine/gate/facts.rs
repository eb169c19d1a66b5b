//! What is the case now, as far as decisions need it. What nobody has looked up is `None`: not known, which is a doubt.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::Load;
use crate::rules::Period;
use crate::time::Now;

/// What is the case now.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Facts {
    /// Calls of the extension that dials.
    pub account: Load,
    /// Calls over the route, where that is another account.
    pub route: Option<Load>,
    /// A call with this number is under way, whoever began it.
    pub in_call: bool,
    /// Why the facts may be wrong, in words: a failing store.
    pub doubt: Option<String>,
    /// Both clocks when they were last known to be right.
    pub clock: Option<Now>,
    pub suppressed: Option<Suppression>,
    pub attempts: Option<Attempts>,
}

impl Facts {
    /// The calls of an account, and nothing else known.
    pub fn of(account: Load) -> Facts {
        Facts { account, route: None, in_call: false, doubt: None, clock: None, suppressed: None, attempts: None }
    }
}

/// What the do-not-call lists say of a number.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Suppression {
    /// When they were looked at; what was added since has come by other ways.
    pub read: DateTime<Utc>,
    /// The entry that lasts longest.
    pub hit: Option<Hit>,
}

/// An entry of a do-not-call list.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Hit {
    /// The list, or whose wish it was.
    pub source: String,
    pub since: DateTime<Utc>,
    /// No more from this instant on; none: for good.
    pub until: Option<DateTime<Utc>>,
}

impl Suppression {
    /// The entry that counts at an instant.
    pub(super) fn at(&self, at: DateTime<Utc>) -> Option<&Hit> {
        self.hit.as_ref().filter(|hit| hit.until.is_none_or(|until| at < until))
    }
}

/// Attempts to reach a number, over every path.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Attempts {
    /// When they were counted; what was attempted since has come by other ways.
    pub read: DateTime<Utc>,
    /// Of the promise that would be kept by this one.
    pub promise: Option<OfPromise>,
    /// Since the beginnings that [`super::periods`] names.
    pub day: u32,
    pub week: u32,
    pub month: u32,
}

impl Attempts {
    pub(super) fn within(&self, period: Period) -> u32 {
        match period {
            Period::Day => self.day,
            Period::Week => self.week,
            Period::Month => self.month,
        }
    }
}

/// Attempts of one promise beside its limit (CB-07).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct OfPromise {
    pub made: u32,
    pub most: u32,
}

/// How far civil time has run from boot time since both were right; positive where it is ahead.
pub fn apart(right: Now, now: Now) -> TimeDelta {
    let civil = now.civil.signed_duration_since(right.civil);
    let forward = TimeDelta::from_std(now.moment.since(right.moment)).unwrap_or(TimeDelta::MAX);
    let back = TimeDelta::from_std(right.moment.since(now.moment)).unwrap_or(TimeDelta::MAX);
    let boot = forward.checked_sub(&back).unwrap_or(TimeDelta::MAX);
    civil.checked_sub(&boot).unwrap_or(TimeDelta::MAX)
}

/// Whether what was read then is no longer to be trusted. A time still to come is a clock that was put back.
pub(super) fn is_stale(read: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    let age = now.signed_duration_since(read);
    age > MOST_AGE || age < -MOST_APART
}

/// Whoever is in a call is looked at again after so long.
pub(super) const CALL_LOOKED_AT: TimeDelta = TimeDelta::minutes(1);
/// Civil and boot time may part by so much: no correction of a clock that is kept is larger.
pub const MOST_APART: TimeDelta = TimeDelta::minutes(5);
/// A list is looked at again at least so often; changes on the way are told at once, so this only catches what was missed.
pub const MOST_AGE: TimeDelta = TimeDelta::hours(1);
