//! What can be promised, and what is said where nothing can (CB-06, CB-07).

use chrono::TimeZone;

use super::*;

fn utc(schedule: &Schedule, time: &str) -> DateTime<Utc> {
    schedule.zone.from_local_datetime(&wall(time)).earliest().expect("it exists").to_utc()
}

/// Why not, and the times that are named instead.
fn refused(schedule: &Schedule, when: &str, taken: &Taken, now: &str) -> (Why, Vec<String>) {
    let refused = schedule.promise_at(wall(when), taken, utc(schedule, now)).expect_err("it is impossible");
    (refused.why, refused.next.iter().map(|due| due.local.format("%a %d %H:%M").to_string()).collect())
}

#[test]
fn cb_06_what_is_impossible_is_refused_with_the_reason_and_three_times() {
    let (schedule, none) = (daily(), Taken::default());
    let no = |when: &str| refused(&schedule, when, &none, "2026-11-18 10:10");
    assert_eq!(
        no("2026-11-18 10:09"),
        (Why::Past, ["Wed 18 10:30", "Wed 18 11:00", "Wed 18 11:30"].map(String::from).to_vec())
    );
    assert_eq!(
        no("2026-11-18 18:00"),
        (Why::OutsideHours, ["Thu 19 09:00", "Thu 19 09:30", "Thu 19 10:00"].map(String::from).to_vec())
    );
    assert_eq!(no("2026-11-21 10:00").0, Why::ClosedDay);
    let (why, next) = no("2026-11-20 10:00");
    assert_eq!(why, Why::Holiday { name: "Consciência Negra".to_owned() });
    assert_eq!(next, ["Mon 23 09:00", "Mon 23 09:30", "Mon 23 10:00"]);
    assert_eq!(no("2099-11-20 10:00").0, Why::TooFar);
    assert_eq!(no("1999-11-20 10:00").0, Why::Past);
    let due =
        schedule.promise_at(wall("2026-11-18 17:59"), &none, utc(&schedule, "2026-11-18 10:10")).expect("possible");
    assert_eq!((due.local, due.at), (wall("2026-11-18 17:59"), utc(&schedule, "2026-11-18 17:59")), "not moved");
}

#[test]
fn cb_06_a_full_slot_is_refused_and_a_place_given_back_is_free() {
    let (schedule, mut taken) = (daily(), Taken::default());
    for time in ["2026-11-18 11:00", "2026-11-18 11:29", "2026-11-18 11:30"] {
        taken.take(DAILY, utc(&schedule, time));
    }
    let (why, next) = refused(&schedule, "2026-11-18 11:10", &taken, "2026-11-18 08:00");
    assert_eq!(why, Why::Full { capacity: 2 });
    assert_eq!(next, ["Wed 18 11:30", "Wed 18 12:00", "Wed 18 12:30"]);
    taken.release(DAILY, utc(&schedule, "2026-11-18 11:29"));
    assert!(schedule.promise_at(wall("2026-11-18 11:10"), &taken, utc(&schedule, "2026-11-18 08:00")).is_ok());
}

#[test]
fn cb_07_hours_hold_on_days_whose_midnight_is_missing_or_comes_twice() {
    let all_day = Some(Hours { from: 0, until: 1_440 });
    let schedule = Schedule { week: [all_day; 7], ..daily() };
    // 2018-11-04: 00:00 to 01:00 did not exist. 2018-02-17: 23:00 to 24:00 came twice.
    let short = schedule.opening(day(2018, 11, 4)).expect("open");
    let long = schedule.opening(day(2018, 2, 17)).expect("open");
    assert_eq!((short.until - short.from).num_hours(), 23);
    assert_eq!((long.until - long.from).num_hours(), 25);
    assert_eq!(refused(&schedule, "2018-11-04 00:30", &Taken::default(), "2018-11-03 12:00").0, Why::Skipped);
    let following = schedule.openings(short.from).take(3).collect::<Vec<_>>();
    assert!(following.is_sorted_by(|a, b| a.until == b.from), "no instant between two days is lost or counted twice");
}

#[test]
fn cb_07_an_escala_without_any_hours_opens_never_and_says_so() {
    let schedule = Schedule { week: [None; 7], ..daily() };
    assert_eq!(schedule.next_open(utc(&schedule, "2026-11-18 10:00")), None);
    assert_eq!(refused(&schedule, "2026-11-18 11:00", &Taken::default(), "2026-11-18 10:00"), (Why::ClosedDay, vec![]));
}

#[test]
fn cb_06_where_the_clock_is_put_back_over_the_beginning_the_hour_before_it_is_outside_the_second_time_too() {
    let hours = Some(Hours { from: 90, until: 8 * 60 });
    let schedule = Schedule { zone: chrono_tz::America::Nome, week: [hours; 7], ..daily() };
    let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
    // 01:45, then 01:04 and 01:45 once more.
    let first = schedule.opening_at(at("2033-11-06T09:45:00Z"));
    assert_eq!(first, Some(Opening { from: at("2033-11-06T09:30:00Z"), until: at("2033-11-06T10:00:00Z") }));
    assert_eq!(schedule.opening_at(at("2033-11-06T10:04:00Z")), None);
    let second = schedule.opening_at(at("2033-11-06T10:45:00Z")).unwrap();
    assert_eq!(second, Opening { from: at("2033-11-06T10:30:00Z"), until: at("2033-11-06T17:00:00Z") });
    assert_eq!(schedule.next_open(at("2033-11-06T10:04:27Z")), Some(second.from));
}
