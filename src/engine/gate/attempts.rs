//! Attempts within a day, a week, a month of the called party's calendar.
//!
//! Where a number may be in several zones, an attempt counts until its day is over in all of them.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::Law;
use super::case::Case;
use super::facts::is_stale;
use super::finding::{Breach, Finding, Gap};
use super::place::Place;
use crate::number::Number;
use crate::rules::{AttemptLimit, Period, wall};
use crate::time::Now;

/// Since when the store is to count a number's attempts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Periods {
    pub day: DateTime<Utc>,
    pub week: DateTime<Utc>,
    pub month: DateTime<Utc>,
}

/// The beginnings of the present day, week and month where the number may be, the earliest of each.
pub fn periods(law: &Law<'_>, number: &Number, now: Now) -> Periods {
    let zones = Place::of(law, number, now).zones;
    let since = |period: Period| {
        let starts = zones.iter().filter_map(|zone| {
            let today = wall::local(*zone, now.civil).date();
            wall::start(*zone, period.first(today))
        });
        starts.min().unwrap_or(now.civil)
    };
    Periods { day: since(Period::Day), week: since(Period::Week), month: since(Period::Month) }
}

/// Why there were enough attempts.
pub(super) fn look<'a>(case: &Case<'a>, period: Period) -> Option<Finding<'a>> {
    let limited = case.place.law.attempts().any(|limit| limit.period == period);
    let read = case.facts.attempts.as_ref().map(|attempts| attempts.read);
    match read {
        _ if !limited => None,
        None => Some(Finding::Gap(Gap::Attempts)),
        Some(read) if is_stale(read, case.now.civil) => Some(Finding::Gap(stale(read))),
        Some(_) => {
            let (made, limit) = exceeded(case, period, case.now.civil)?;
            Some(Finding::Breach(Breach::Attempts { made, limit }))
        }
    }
}

/// Why the promise was tried often enough.
pub(super) fn promise<'a>(case: &Case<'a>) -> Option<Finding<'a>> {
    let Some(attempts) = &case.facts.attempts else { return Some(Finding::Gap(Gap::Attempts)) };
    let promise = attempts.promise?;
    match promise.made >= promise.most {
        true => Some(Finding::Breach(Breach::Promise(promise))),
        false if is_stale(attempts.read, case.now.civil) => Some(Finding::Gap(stale(attempts.read))),
        false => None,
    }
}

fn stale(read: DateTime<Utc>) -> Gap<'static> {
    Gap::Stale { what: "earlier attempts", read }
}

/// The first instant at or after `from` when no limit is reached.
pub(super) fn next(case: &Case<'_>, from: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let mut at = from;
    for period in [Period::Day, Period::Week, Period::Month].into_iter().cycle() {
        match exceeded(case, period, at) {
            Some((_, limit)) => at = over(case, limit, at)?,
            None if all_within(case, at) => return Some(at),
            None => {}
        }
    }
    None
}

fn all_within(case: &Case<'_>, at: DateTime<Utc>) -> bool {
    [Period::Day, Period::Week, Period::Month].into_iter().all(|period| exceeded(case, period, at).is_none())
}

/// The tightest limit that is reached at an instant, with the attempts that count then.
fn exceeded<'a>(case: &Case<'a>, period: Period, at: DateTime<Utc>) -> Option<(u32, &'a AttemptLimit)> {
    let attempts = case.facts.attempts.as_ref()?;
    let in_force = |limit: &&AttemptLimit| {
        case.place.zones.iter().any(|zone| limit.term.holds(wall::local(*zone, at).date())) && limit.period == period
    };
    let limit = case.place.law.attempts().filter(in_force).min_by_key(|limit| limit.most)?;
    let another = case.place.zones.iter().all(|zone| {
        let day = |at| period.first(wall::local(*zone, at).date());
        day(at) > day(attempts.read)
    });
    let made = if another { 0 } else { attempts.within(period) };
    (made >= limit.most).then_some((made, limit))
}

/// When what is reached at an instant is over: the period, or the limit itself.
fn over(case: &Case<'_>, limit: &AttemptLimit, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let read = case.facts.attempts.as_ref()?.read;
    let begin = |next: &dyn Fn(NaiveDate) -> Option<NaiveDate>| {
        wall::begun_in_all(case.place.zones, at, |zone| next(wall::local(zone, read).date()))
    };
    let period = begin(&|day| Some(limit.period.next(day))).filter(|_| limit.most > 0);
    let term = limit.term.until.and_then(|until| begin(&|_| until.succ_opt()));
    match (period, term) {
        (Some(period), Some(term)) => Some(period.min(term)),
        (period, term) => period.or(term),
    }
}
