//! Calling hours and holidays of the called party: whether they let through now, and when next.
//!
//! Open means open in every zone that the number may be in, by all calling hours in force there, and on no holiday that may be
//! kept there.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;

use super::finding::{Breach, Finding, Gap};
use super::place::Place;
use crate::rules::{Holiday, Hours, Standing, wall};

/// Why the number is not to be called at this hour.
pub(super) fn hours<'a>(place: &Place<'a>, at: DateTime<Utc>) -> Option<Finding<'a>> {
    if place.is_unknown() {
        return Some(Finding::Gap(Gap::Zone));
    }
    let walls = || place.zones.iter().map(|zone| (*zone, wall::local(*zone, at)));
    let closed = walls().find_map(|(zone, local)| {
        let hours = in_force(place, local.date()).find(|hours| !hours.week.contains(local))?;
        Some(Finding::Breach(Breach::Hours { hours, zone, local }))
    });
    closed.or_else(|| {
        let (_, local) = walls().find(|(_, local)| in_force(place, local.date()).next().is_none())?;
        Some(Finding::Gap(Gap::NoHours { nearest: nearest(place, local.date()) }))
    })
}

/// Why the number is not to be called on this day. Where it is unknown, so is the day: the hours say so.
pub(super) fn holiday<'a>(place: &Place<'a>, at: DateTime<Utc>) -> Option<Finding<'a>> {
    let zones = if place.is_unknown() { &[] } else { place.zones };
    zones.iter().find_map(|zone| {
        let local = wall::local(*zone, at);
        let holiday = kept(place, local.date())?;
        Some(Finding::Breach(Breach::Holiday { holiday, zone: *zone, local }))
    })
}

/// What a time without any hours in force is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Unregulated {
    Open,
    Closed,
}

/// The first instant at or after `from` that is open; none within [`HORIZON`].
pub(super) fn next(place: &Place<'_>, from: DateTime<Utc>, unregulated: Unregulated) -> Option<DateTime<Utc>> {
    let horizon = from.checked_add_signed(HORIZON)?;
    let search = Search { place, unregulated, horizon };
    let mut at = from;
    loop {
        let open = place.zones.iter().try_fold(at, |at, zone| search.next_in(*zone, at))?;
        if open == at {
            return Some(at);
        }
        at = open;
    }
}

struct Search<'a> {
    place: &'a Place<'a>,
    unregulated: Unregulated,
    horizon: DateTime<Utc>,
}

impl Search<'_> {
    fn next_in(&self, zone: Tz, from: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let mut at = from;
        while at <= self.horizon {
            let stretch = wall::stretch(zone, at);
            let local = |at: DateTime<Utc>| at.naive_utc().checked_add_signed(stretch.offset);
            if let Some(open) = self.next_on_wall(local(at)?, local(stretch.end)?) {
                return open.checked_sub_signed(stretch.offset).map(|open| open.and_utc());
            }
            at = stretch.end;
        }
        None
    }

    /// The first open time of a wall clock that runs evenly from `from` to before `end`.
    fn next_on_wall(&self, from: NaiveDateTime, end: NaiveDateTime) -> Option<NaiveDateTime> {
        let mut at = from;
        while at < end {
            match self.next_that_day(at) {
                Some(open) => return Some(open).filter(|open| *open < end),
                None => at = at.date().succ_opt()?.and_time(NaiveTime::MIN),
            }
        }
        None
    }

    fn next_that_day(&self, from: NaiveDateTime) -> Option<NaiveDateTime> {
        let day = from.date();
        let is_regulated = in_force(self.place, day).next().is_some();
        if kept(self.place, day).is_some() || (!is_regulated && self.unregulated == Unregulated::Closed) {
            return None;
        }
        let mut at = from;
        loop {
            let open = in_force(self.place, day).try_fold(at, |at, hours| hours.week.next_that_day(at))?;
            if open == at {
                return Some(at);
            }
            at = open;
        }
    }
}

fn in_force<'a>(place: &Place<'a>, day: NaiveDate) -> impl Iterator<Item = &'a Hours> + use<'a> {
    let whom = place.whom();
    place.law.hours().iter().filter(move |hours| hours.bind(day, whom))
}

/// The holiday that hours in force are closed on.
fn kept<'a>(place: &Place<'a>, day: NaiveDate) -> Option<&'a Holiday> {
    in_force(place, day).find_map(|hours| place.law.rules.holiday(day, place.whom(), &hours.closed_on))
}

/// Where none are in force, the hours that were last, else the first to come.
fn nearest<'a>(place: &Place<'a>, day: NaiveDate) -> Option<(&'a Hours, Standing)> {
    let of = |standing| {
        let ours = place.law.hours().iter().filter(|hours| hours.are_for(place.whom()));
        ours.filter(move |hours| hours.term.standing(day) == standing).map(move |hours| (hours, standing))
    };
    let last = of(Standing::Expired).max_by_key(|(hours, _)| hours.term.until);
    last.or_else(|| of(Standing::NotYet).min_by_key(|(hours, _)| hours.term.from))
}

/// Beyond a year's holidays nothing opens that has not opened before.
const HORIZON: TimeDelta = TimeDelta::days(400);
