//! Calendars, and wall clocks of every zone that there is.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::{TZ_VARIANTS, Tz};

use super::*;
use crate::random::Random;

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

#[test]
fn easter_is_where_the_almanac_has_it() {
    let known = [
        (2000, 4, 23),
        (2008, 3, 23),
        (2011, 4, 24),
        (2016, 3, 27),
        (2019, 4, 21),
        (2024, 3, 31),
        (2025, 4, 20),
        (2026, 4, 5),
        (2027, 3, 28),
        (2028, 4, 16),
        (2029, 4, 1),
        (2030, 4, 21),
        (2038, 4, 25),
    ];
    for (year, month, of_month) in known {
        assert_eq!(easter(year), Some(day(year, month, of_month)));
    }
}

#[test]
fn periods_begin_on_mondays_and_firsts() {
    let saturday = day(2026, 1, 31);
    assert_eq!((Period::Day.first(saturday), Period::Day.next(saturday)), (saturday, day(2026, 2, 1)));
    assert_eq!((Period::Week.first(saturday), Period::Week.next(saturday)), (day(2026, 1, 26), day(2026, 2, 2)));
    assert_eq!((Period::Month.first(saturday), Period::Month.next(saturday)), (day(2026, 1, 1), day(2026, 2, 1)));
}

#[test]
fn a_term_has_its_first_and_its_last_day() {
    let term = Term { from: day(2026, 1, 1), until: Some(day(2026, 1, 2)), source: "the test".to_owned() };
    let standings = (31..=34).map(|n| term.standing(day(2025, 12, 1) + TimeDelta::days(n - 1)));
    let expected = [Standing::NotYet, Standing::InForce, Standing::InForce, Standing::Expired];
    assert_eq!(standings.collect::<Vec<_>>(), expected);
}

/// Where a zone's clock is changed from 2000 to 2037: the noon or midnight (UTC) before.
fn changes(zone: Tz) -> Vec<DateTime<Utc>> {
    let mut at = day(2000, 1, 1).and_time(Default::default()).and_utc();
    let mut found = Vec::new();
    while at.date_naive() < day(2038, 1, 1) {
        let next = at + TimeDelta::hours(12);
        if wall::local(zone, next) - wall::local(zone, at) != TimeDelta::hours(12) {
            found.push(at);
        }
        at = next;
    }
    found
}

#[test]
fn every_zones_clock_is_followed_through_every_kind_of_change() {
    let mut random = Random::new([3; 32]);
    let mut tried = 0;
    for zone in TZ_VARIANTS {
        for change in changes(zone) {
            // Every seventh: there are some 25,000.
            if random.below(7) > 0 {
                continue;
            }
            let from = change - TimeDelta::minutes(i64::from(random.below(1_500)));
            let wanted = wall::local(zone, from) + TimeDelta::minutes(i64::from(random.below(3_000)));
            let mut walker = from;
            while wall::local(zone, walker) < wanted {
                walker += TimeDelta::minutes(1);
            }
            let found = wall::first_at(zone, from, wanted).unwrap();
            // The walker is at most a minute late, where the change is not on one of its steps.
            let late = walker - found;
            assert!((TimeDelta::zero()..TimeDelta::minutes(1)).contains(&late), "{zone} {from} {wanted}: {found}");
            assert!(wall::local(zone, found) >= wanted, "{zone} {from} {wanted}: {found}");
            tried += 1;
        }
    }
    assert!(tried > 2_000, "{tried}");
}

#[test]
fn days_without_midnight_and_days_that_never_were_have_a_start() {
    let start = |zone: Tz, date| wall::local(zone, wall::start(zone, date).unwrap()).to_string();
    assert_eq!(start(chrono_tz::America::Sao_Paulo, day(2018, 11, 4)), "2018-11-04 01:00:00");
    assert_eq!(start(chrono_tz::America::Sao_Paulo, day(2018, 11, 5)), "2018-11-05 00:00:00");
    assert_eq!(start(chrono_tz::Pacific::Apia, day(2011, 12, 30)), "2011-12-31 00:00:00", "Samoa skipped it");
}
