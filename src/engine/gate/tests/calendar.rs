//! Hours, holidays and the days of attempts in the called party's zone, and when next.

use std::sync::Arc;

use chrono::{NaiveDateTime, TimeZone};

use super::*;
use crate::gate::tests::world::{WEEK, area, day, holiday, hours};
use crate::rules::{Day, Level, Period, Scope};

const SAO_PAULO: Tz = chrono_tz::America::Sao_Paulo;
/// Numbers of the small world.
const PAULISTA: &str = "+5511912345678";
const MANAUS: &str = "+5592912345678";
const WEST_OR_EAST: &str = "+5597912345678";
const RECIFE: &str = "+558134567890";
const RECIFE_OR_NORONHA: &str = "+5581912345678";
const NORONHA: &str = "+558136191234";

/// An instant, as a wall clock shows it; the first of two.
fn on_wall(zone: Tz, text: &str) -> Now {
    let local = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap();
    let civil = zone.from_local_datetime(&local).earliest().unwrap().to_utc();
    Now { moment: Moment::ZERO, civil }
}

/// Idle, and looked up at `now`.
fn known(now: Now) -> Facts {
    Facts {
        clock: Some(now),
        suppressed: Some(Suppression { read: now.civil, hit: None }),
        attempts: Some(Attempts { read: now.civil, promise: None, day: 0, week: 0, month: 0 }),
        ..idle()
    }
}

/// The rule that says no to a campaign, and when next, on that place's wall.
fn denied(rules: &Rules, facts: &Facts, number: &str, now: Now) -> Option<(&'static str, Option<String>)> {
    let gate = super::rules();
    let law = Law { gate: &gate, rules, zone: SAO_PAULO, pack: None };
    match judge_dialled(&law, facts, number, Purpose::Campaign, now).1 {
        Verdict::Allow { version, .. } => {
            assert_eq!(version, 42 ^ 7, "of the configuration and of the world");
            None
        }
        Verdict::Deny { rule, next, .. } => Some((rule, next.map(|next| next.to_string()))),
    }
}

fn denied_at(rules: &Rules, number: &str, zone: Tz, wall: &str) -> Option<(&'static str, Option<String>)> {
    let now = on_wall(zone, wall);
    denied(rules, &known(now), number, now)
}

fn until(rule: &'static str, next: &str) -> Option<(&'static str, Option<String>)> {
    Some((rule, Some(next.to_owned())))
}

#[test]
fn hours_are_those_of_the_called_partys_zone() {
    let rules = world::rules();
    for (number, sao_paulo, expected) in [
        (PAULISTA, "2026-03-12 09:00", None),
        (PAULISTA, "2026-03-12 08:59", until("hours", "Thu 2026-03-12 09:00 in Sao Paulo")),
        (PAULISTA, "2026-03-12 20:59", None),
        (PAULISTA, "2026-03-12 21:00", until("hours", "Fri 2026-03-13 09:00 in Sao Paulo")),
        (PAULISTA, "2026-03-14 16:00", until("hours", "Mon 2026-03-16 09:00 in Sao Paulo")),
        (MANAUS, "2026-03-12 09:00", until("hours", "Thu 2026-03-12 09:00 in Manaus")),
        (MANAUS, "2026-03-12 21:59", None),
        (NORONHA, "2026-03-12 08:00", None),
        (RECIFE, "2026-03-12 08:00", until("hours", "Thu 2026-03-12 09:00 in Recife")),
    ] {
        assert_eq!(denied_at(&rules, number, SAO_PAULO, sao_paulo), expected, "{number} {sao_paulo}");
    }
}

#[test]
fn gn15_where_a_prefix_leaves_two_zones_both_must_be_open() {
    let rules = world::rules();
    for (number, sao_paulo, expected) in [
        (WEST_OR_EAST, "2026-03-12 10:30", until("hours", "Thu 2026-03-12 10:00 in Manaus")),
        (WEST_OR_EAST, "2026-03-12 11:00", None),
        (WEST_OR_EAST, "2026-03-12 21:59", None),
        (WEST_OR_EAST, "2026-03-12 22:00", until("hours", "Fri 2026-03-13 10:00 in Manaus")),
        (RECIFE_OR_NORONHA, "2026-03-12 08:30", until("hours", "Thu 2026-03-12 09:00 in Recife")),
        (RECIFE_OR_NORONHA, "2026-03-12 20:00", until("hours", "Fri 2026-03-13 09:00 in Recife")),
        (RECIFE, "2026-03-12 20:00", None),
    ] {
        assert_eq!(denied_at(&rules, number, SAO_PAULO, sao_paulo), expected, "{number} {sao_paulo}");
    }
}

#[test]
fn numbers_of_no_place_keep_the_installations_hours_and_foreign_ones_are_a_doubt() {
    let rules = world::rules();
    for number in ["0800 701 2345", "4004-0001", "+55 48 3456-7890"] {
        assert_eq!(denied_at(&rules, number, SAO_PAULO, "2026-03-12 09:00"), None, "{number}");
        let early = denied_at(&rules, number, SAO_PAULO, "2026-03-12 08:00");
        assert_eq!(early, until("hours", "Thu 2026-03-12 09:00 in Sao Paulo"), "{number}");
    }
    let gate = GateRules { allow_international: true, ..super::rules() };
    let now = on_wall(SAO_PAULO, "2026-03-12 12:00");
    let mut rules = world::rules();
    let lisbon = |rules: &Rules| {
        let law = Law { gate: &gate, rules, zone: SAO_PAULO, pack: None };
        judge_dialled(&law, &known(now), "+351 21 123 4567", Purpose::Callback, now).1
    };
    assert!(matches!(lisbon(&rules), Verdict::Deny { rule: "hours", next: None, .. }));
    rules.areas.insert("351".to_owned(), vec![area(&["Europe/Lisbon"], &[])]);
    assert!(matches!(lisbon(&rules), Verdict::Allow { .. }));
}

#[test]
fn a_holiday_is_kept_where_it_may_be_kept_and_the_next_day_may_be_one_too() {
    let rules = world::rules();
    for (number, sao_paulo, expected) in [
        (PAULISTA, "2026-12-25 12:00", until("holiday", "Sat 2026-12-26 10:00 in Sao Paulo")),
        (PAULISTA, "2026-12-24 22:00", until("hours", "Sat 2026-12-26 10:00 in Sao Paulo")),
        (PAULISTA, "2027-03-25 21:00", until("hours", "Sat 2027-03-27 10:00 in Sao Paulo")),
        (PAULISTA, "2026-07-09 12:00", until("holiday", "Fri 2026-07-10 09:00 in Sao Paulo")),
        (MANAUS, "2026-07-09 12:00", None),
        // In Manaus it is still the eve.
        (MANAUS, "2026-12-25 00:30", until("hours", "Sat 2026-12-26 10:00 in Manaus")),
    ] {
        assert_eq!(denied_at(&rules, number, SAO_PAULO, sao_paulo), expected, "{number} {sao_paulo}");
    }
    let mut town = world::rules();
    let scope = Scope::Municipal { place: "São Paulo".to_owned(), prefixes: world::set(&["5511"]) };
    town.holidays.push(holiday("Aniversário", Day::Yearly { month: 1, day: 25 }, scope));
    let closed = denied_at(&town, PAULISTA, SAO_PAULO, "2027-01-25 12:00");
    assert_eq!(closed, until("holiday", "Tue 2027-01-26 09:00 in Sao Paulo"));
    town.hours[0].closed_on = [Level::National].into();
    assert_eq!(denied_at(&town, PAULISTA, SAO_PAULO, "2027-01-25 12:00"), None);
}

#[test]
fn what_is_over_binds_no_more_and_shows_as_such() {
    let mut rules = world::rules();
    rules.holidays[2].term.until = Some(day(2025, 12, 31));
    assert_eq!(denied_at(&rules, PAULISTA, SAO_PAULO, "2026-07-09 12:00"), None);
    assert!(denied_at(&rules, PAULISTA, SAO_PAULO, "2025-07-09 12:00").is_some());
    // Noronha's own prefix is given up: then it is one of Recife's.
    rules.areas.get_mut("55813619").unwrap()[0].term.until = Some(day(2025, 12, 31));
    assert!(denied_at(&rules, NORONHA, SAO_PAULO, "2026-03-12 08:30").is_some());
    let expired: Vec<_> =
        rules.terms().filter(|(_, term)| !term.holds(day(2026, 1, 1))).map(|(what, _)| what).collect();
    assert_eq!(expired, ["zone of +55813619", "holiday Data Magna de São Paulo"]);
    // New hours follow the old ones after a month without any.
    rules.hours[0].term.until = Some(day(2026, 3, 11));
    let gap = denied_at(&rules, PAULISTA, SAO_PAULO, "2026-03-12 12:00");
    assert_eq!(gap, Some(("hours", None)), "nothing will be open again");
    rules.hours.push(hours("later", &WEEK));
    rules.hours[1].term.from = day(2026, 4, 11);
    let waits = denied_at(&rules, PAULISTA, SAO_PAULO, "2026-03-12 12:00");
    assert_eq!(waits, until("hours", "Sat 2026-04-11 10:00 in Sao Paulo"));
    let now = on_wall(SAO_PAULO, "2026-03-12 12:00");
    let gate = super::rules();
    let law = Law { gate: &gate, rules: &rules, zone: SAO_PAULO, pack: None };
    let said = judge_dialled(&law, &known(now), PAULISTA, Purpose::Campaign, now).1.into_result().unwrap_err().text;
    let why = "no calling hours are in force; office held from 2000-01-01 to 2026-03-11";
    assert_eq!(said, format!("Nothing is dialled automatically while in doubt: {why}."));
}

#[test]
fn a_midnight_that_does_not_exist_begins_no_day() {
    // On Sunday 2018-11-04 the clocks of São Paulo went from 00:00 to 01:00.
    let mut rules = world::rules();
    let sunday = |from, until| [(0, 0), (0, 0), (0, 0), (0, 0), (0, 0), (0, 0), (from, until)];
    rules.hours = vec![hours("the whole Sunday", &sunday(0, 1440))];
    let eve = |rules: &Rules| denied_at(rules, PAULISTA, SAO_PAULO, "2018-11-03 12:00");
    assert_eq!(eve(&rules), until("hours", "Sun 2018-11-04 01:00 in Sao Paulo"));
    rules.hours = vec![hours("its first hour", &sunday(0, 60))];
    assert_eq!(eve(&rules), until("hours", "Sun 2018-11-11 00:00 in Sao Paulo"));
    rules.hours = vec![hours("into the second", &sunday(30, 90))];
    assert_eq!(eve(&rules), until("hours", "Sun 2018-11-04 01:00 in Sao Paulo"));
}

#[test]
fn an_hour_that_comes_twice_is_open_twice() {
    // On 2018-02-18 the clocks of São Paulo went from 00:00 back to 23:00 of Saturday.
    let mut rules = world::rules();
    let saturday = [(0, 0), (0, 0), (0, 0), (0, 0), (0, 0), (1350, 1410), (0, 0)];
    rules.hours = vec![hours("late", &saturday)];
    let begin = on_wall(SAO_PAULO, "2018-02-17 22:00").civil;
    let open = |minute: u64| {
        let now = Now { moment: Moment::ZERO, civil: begin }.after(Duration::from_secs(minute * 60));
        denied(&rules, &known(now), PAULISTA, now).is_none()
    };
    let minutes: Vec<u64> = (0..240).filter(|minute| open(*minute)).collect();
    let expected: Vec<u64> = (30..90).chain(120..150).collect();
    assert_eq!(minutes, expected, "22:30 to 23:30, then 23:00 to 23:30 again");
    let between = Now { moment: Moment::ZERO, civil: begin }.after(Duration::from_secs(100 * 60));
    let next = denied(&rules, &known(between), PAULISTA, between);
    assert_eq!(next, until("hours", "Sat 2018-02-17 23:00 in Sao Paulo"));
}

#[test]
fn attempts_begin_anew_with_the_called_partys_day_week_and_month() {
    let rules = world::rules();
    // Wednesday; 30 September 2026 ends its month.
    let now = on_wall(SAO_PAULO, "2026-09-30 12:00");
    let counted = |number: &str, made: fn(&mut Attempts)| {
        let mut facts = known(now);
        made(facts.attempts.as_mut().unwrap());
        denied(&rules, &facts, number, now)
    };
    let after = |number, made| counted(number, made).unwrap().1.unwrap();
    assert_eq!(counted(PAULISTA, |made| (made.day, made.week, made.month) = (2, 4, 8)), None);
    assert_eq!(after(PAULISTA, |made| made.day = 3), "Thu 2026-10-01 09:00 in Sao Paulo");
    assert_eq!(after(MANAUS, |made| made.day = 3), "Thu 2026-10-01 09:00 in Manaus");
    assert_eq!(after(PAULISTA, |made| made.week = 5), "Mon 2026-10-05 09:00 in Sao Paulo");
    assert_eq!(after(PAULISTA, |made| made.month = 9), "Thu 2026-10-01 09:00 in Sao Paulo");
    assert_eq!(after(PAULISTA, |made| (made.week, made.month) = (5, 9)), "Mon 2026-10-05 09:00 in Sao Paulo");
    let used_up = counted(PAULISTA, |made| made.promise = Some(OfPromise { made: 3, most: 3 }));
    assert_eq!(used_up, Some(("attempts-of-promise", None)), "no time brings it back");
}

#[test]
fn a_limit_that_ends_or_begins_later_counts_from_then() {
    let mut rules = world::rules();
    rules.hours = vec![hours("always", &[(0, 1440); 7])];
    let now = on_wall(SAO_PAULO, "2026-09-29 12:00");
    let mut facts = known(now);
    facts.attempts.as_mut().unwrap().month = 20;
    rules.attempts[2].term.until = Some(day(2026, 9, 29));
    let denied = |rules: &Rules| denied(rules, &facts, PAULISTA, now);
    assert_eq!(denied(&rules), until("attempts-a-month", "Wed 2026-09-30 00:00 in Sao Paulo"));
    rules.attempts.push(world::limit(Period::Month, 10));
    rules.attempts[3].term.from = day(2026, 9, 30);
    assert_eq!(denied(&rules), until("attempts-a-month", "Thu 2026-10-01 00:00 in Sao Paulo"));
}

#[test]
fn in_two_zones_an_attempt_counts_until_its_day_is_over_in_both() {
    let mut rules = world::rules();
    rules.hours = vec![hours("always", &[(0, 1440); 7])];
    let now = on_wall(chrono_tz::America::Manaus, "2026-09-29 12:00");
    let mut facts = known(now);
    facts.attempts.as_mut().unwrap().day = 3;
    let next = denied(&rules, &facts, WEST_OR_EAST, now);
    assert_eq!(next, until("attempts-a-day", "Wed 2026-09-30 01:00 in Manaus"));
    let gate = super::rules();
    let law = Law { gate: &gate, rules: &rules, zone: SAO_PAULO, pack: None };
    let number = Number::read(WEST_OR_EAST, &gate).unwrap();
    let since = periods(&law, &number, now);
    let manaus = |wall| on_wall(chrono_tz::America::Manaus, wall).civil;
    let expected = Periods {
        day: manaus("2026-09-29 00:00"),
        week: manaus("2026-09-28 00:00"),
        month: manaus("2026-09-01 00:00"),
    };
    assert_eq!(since, expected);
}

#[test]
fn the_next_time_is_when_every_no_is_over() {
    let rules = world::rules();
    let now = on_wall(SAO_PAULO, "2026-03-13 20:59");
    let mut facts = known(now);
    let denied = |facts: &Facts| denied(&rules, facts, PAULISTA, now);
    facts.account.starts = LIMITS.calls_per_minute;
    facts.account.next = Some(now.moment + Duration::from_secs(59));
    assert_eq!(denied(&facts), until("calls-a-minute", "Fri 2026-03-13 20:59 in Sao Paulo"));
    facts.route = Some(Load { next: Some(now.moment + Duration::from_secs(60)), ..facts.account });
    assert_eq!(denied(&facts), until("calls-a-minute", "Sat 2026-03-14 10:00 in Sao Paulo"));
    facts.attempts.as_mut().unwrap().week = 5;
    assert_eq!(denied(&facts), until("calls-a-minute", "Mon 2026-03-16 09:00 in Sao Paulo"));
    let cool = Hit {
        source: "cool-down".to_owned(),
        since: now.civil,
        until: Some(on_wall(SAO_PAULO, "2026-03-18 11:30").civil),
    };
    facts.suppressed.as_mut().unwrap().hit = Some(cool);
    assert_eq!(denied(&facts), until("calls-a-minute", "Wed 2026-03-18 11:30 in Sao Paulo"));
    facts.doubt = Some("the store fails".to_owned());
    assert_eq!(denied(&facts), Some(("calls-a-minute", None)), "time does not mend a store");
}

#[test]
fn hours_that_two_zones_never_share_are_never_open() {
    let mut rules = world::rules();
    rules.areas.insert("5592".to_owned(), vec![area(&["America/Manaus", "Asia/Tokyo"], &[])]);
    rules.hours = vec![hours("noon", &[(720, 780); 7])];
    assert_eq!(denied_at(&rules, MANAUS, SAO_PAULO, "2026-03-12 13:00"), Some(("hours", None)));
}

#[test]
fn an_explanation_has_all_rules_in_order_and_hides_the_number() {
    let mut config = crate::config::Config::empty();
    config.rules = Arc::new(world::rules());
    let law = Law::of(&config);
    let now = on_wall(SAO_PAULO, "2026-12-25 07:00");
    let mut facts = known(now);
    facts.attempts.as_mut().unwrap().day = 7;
    let explained = explain(&law, &facts, "011 91234-5678", Purpose::Callback, now);
    let lines: Vec<_> = explained.rules.iter().map(|line| (&*line.rule, line.says)).collect();
    let yes = |rule| (rule, Says::Yes);
    let expected = [
        yes("grammar"),
        yes("prefix"),
        yes("calls-at-once"),
        yes("calls-a-minute"),
        yes("in-call"),
        yes("doubt"),
        yes("clock"),
        yes("do-not-call"),
        yes("attempts-of-promise"),
        ("attempts-a-day", Says::No),
        yes("attempts-a-week"),
        yes("attempts-a-month"),
        ("hours", Says::No),
        ("holiday", Says::No),
    ];
    assert_eq!(lines, expected);
    let facts: Vec<_> = explained.rules.iter().filter_map(|line| line.fact.as_deref()).collect();
    let expected = [
        "7 attempts to reach this number were made this day and 3 may be (the test).",
        "07:00 is outside the calling hours office: it is Fri 2026-12-25 in Sao Paulo.",
        "Fri 2026-12-25 is Natal in Sao Paulo.",
    ];
    assert_eq!(facts, expected);
    assert!(explained.rules.iter().filter(|line| line.fact.is_some()).all(|line| line.source.is_some()));
    let Verdict::Deny { rule, next: Some(next), .. } = explained.verdict else { panic!("{explained:?}") };
    assert_eq!((rule, next.to_string().as_str()), ("attempts-a-day", "Sat 2026-12-26 10:00 in Sao Paulo"));
    let number = explained.number.unwrap();
    let open = next_open(&law, &number, now).unwrap();
    assert_eq!(open, next, "the hours alone say the same");
}
