//! Hours as a person reads them off a sheet of paper and a clock on the wall: slow, and written another way than the engine's.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, TimeDelta, Timelike, Utc};
use chrono_tz::{TZ_VARIANTS, Tz};
use engine::callback::Schedule;
use engine::random::Random;
use engine::rules::{Period, Rules};

pub fn wall(zone: Tz, at: DateTime<Utc>) -> NaiveDateTime {
    at.with_timezone(&zone).naive_local()
}

fn minute(local: NaiveDateTime) -> u16 {
    u16::try_from(local.hour() * 60 + local.minute()).unwrap()
}

fn weekday(day: NaiveDate) -> usize {
    day.weekday().num_days_from_monday() as usize
}

/// Whether the escala's sheet says that people are called back then.
pub fn is_staffed(schedule: &Schedule, at: DateTime<Utc>) -> bool {
    let local = wall(schedule.zone, at);
    let hours = schedule.week[weekday(local.date())];
    let open = hours.is_some_and(|hours| (hours.from..hours.until).contains(&minute(local)));
    open && !schedule.closed.contains_key(&local.date())
}

/// Whether the law lets people in all of these zones be called then.
pub fn may_be_called(rules: &Rules, zones: &[Tz], at: DateTime<Utc>) -> bool {
    zones.iter().all(|zone| {
        let local = wall(*zone, at);
        let spans = rules.hours.iter().map(|hours| &hours.week.days[weekday(local.date())]);
        let mut open = spans.map(|spans| spans.iter().any(|span| (span.from..span.until).contains(&minute(local))));
        !rules.hours.is_empty() && open.all(|open| open)
    })
}

/// Whether both lie in the same day, week or month of everybody's calendar in these zones.
pub fn are_within(period: Period, zones: &[Tz], one: DateTime<Utc>, other: DateTime<Utc>) -> bool {
    let page = |zone: Tz, at: DateTime<Utc>| {
        let day = wall(zone, at).date();
        match period {
            Period::Day => (day.year(), day.ordinal()),
            Period::Week => (day.iso_week().year(), day.iso_week().week()),
            Period::Month => (day.year(), day.month()),
        }
    };
    zones.iter().all(|zone| page(*zone, one) == page(*zone, other))
}

/// A zone, and an hour or so before its clocks are changed, somewhere from 2000 to 2037; every fourth an ordinary day.
pub fn about(random: &mut Random) -> (Tz, DateTime<Utc>) {
    let zone = TZ_VARIANTS[random.below(TZ_VARIANTS.len() as u32) as usize];
    let anywhen = DateTime::from_timestamp(946_684_800 + i64::from(random.below(1_160_000_000)), 0).unwrap();
    let hours = TimeDelta::hours(i64::from(random.below(7)));
    let day = TimeDelta::days(1);
    let is_change = |at: &DateTime<Utc>| wall(zone, *at) - wall(zone, *at - day) != day;
    let change = (0..400).map(|n| anywhen + day * n).find(is_change).filter(|_| random.below(4) > 0);
    let Some(after) = change else { return (zone, anywhen) };
    let hour = TimeDelta::hours(1);
    let odd = |at: &DateTime<Utc>| wall(zone, *at) - wall(zone, *at - hour) != hour;
    let at = (0..=24).map(|n| after - day + hour * n).find(odd).unwrap_or(after);
    (zone, at - hours - hour)
}
