//! Instants of a zone's wall clock, which is put forward and back: hours that are missing, hours that come twice.
//!
//! A zone's time is a row of stretches with one offset each. Within a stretch the wall clock is plain arithmetic, so whoever
//! looks for a time on the wall goes from stretch to stretch, and gaps and repetitions need no rule of their own.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

/// A part of a zone's time, from the instant asked for on, at most a day long.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stretch {
    /// From UTC to the wall.
    pub offset: TimeDelta,
    /// The first instant after it.
    pub end: DateTime<Utc>,
}

/// The stretch that begins at an instant. No zone has changed its clock twice within a day and been back at its end.
pub fn stretch(zone: Tz, from: DateTime<Utc>) -> Stretch {
    let (offset, day) = (offset(zone, from), TimeDelta::days(1));
    let end = from.checked_add_signed(day).unwrap_or(DateTime::<Utc>::MAX_UTC);
    if self::offset(zone, end) == offset {
        return Stretch { offset, end };
    }
    let (mut same, mut other) = (from.timestamp(), end.timestamp());
    while other - same > 1 {
        let middle = same + (other - same) / 2;
        let is_same = DateTime::from_timestamp(middle, 0).is_some_and(|at| self::offset(zone, at) == offset);
        if is_same { same = middle } else { other = middle }
    }
    Stretch { offset, end: DateTime::from_timestamp(other, 0).unwrap_or(end) }
}

/// What the wall clock shows.
pub fn local(zone: Tz, at: DateTime<Utc>) -> NaiveDateTime {
    shown(at, offset(zone, at))
}

/// The first instant at or after `from` at which the wall clock shows `local` or later; none where time ends.
pub fn first_at(zone: Tz, from: DateTime<Utc>, local: NaiveDateTime) -> Option<DateTime<Utc>> {
    let mut at = from;
    while at < DateTime::<Utc>::MAX_UTC {
        let stretch = stretch(zone, at);
        if shown(at, stretch.offset) >= local {
            return Some(at);
        }
        let wanted = local.checked_sub_signed(stretch.offset)?.and_utc();
        if wanted < stretch.end {
            return Some(wanted);
        }
        // Far away: the offset may change on the way, so stay two days short of it.
        let near = wanted.checked_sub_signed(TimeDelta::days(2))?;
        at = stretch.end.max(near);
    }
    None
}

/// The first instant of a day: not always midnight, which may be missing.
pub fn start(zone: Tz, day: NaiveDate) -> Option<DateTime<Utc>> {
    let midnight = day.and_time(NaiveTime::MIN);
    let before = midnight.and_utc().checked_sub_signed(TimeDelta::days(2))?;
    first_at(zone, before, midnight)
}

/// The first instant at or after `from` when the day that is asked for has begun in each zone; none without a zone, or where time
/// ends. Where the clocks go back over midnight a day begins twice: `from` says which beginning counts.
pub fn begun_in_all(zones: &[Tz], from: DateTime<Utc>, day: impl Fn(Tz) -> Option<NaiveDate>) -> Option<DateTime<Utc>> {
    let begins = zones.iter().map(|zone| first_at(*zone, from, day(*zone)?.and_time(NaiveTime::MIN)));
    begins.collect::<Option<Vec<_>>>()?.into_iter().max()
}

fn shown(at: DateTime<Utc>, offset: TimeDelta) -> NaiveDateTime {
    at.naive_utc().checked_add_signed(offset).unwrap_or(NaiveDateTime::MAX)
}

fn offset(zone: Tz, at: DateTime<Utc>) -> TimeDelta {
    let seconds = zone.offset_from_utc_datetime(&at.naive_utc()).fix().local_minus_utc();
    TimeDelta::seconds(i64::from(seconds))
}
