//! The gate's own rules: prefixes, rates, emergencies, doubts; `table` asks all of them for every purpose, `calendar` for hours
//! and days, `packs` what a campaign's pack changes.

mod calendar;
mod packs;
mod table;
mod world;

use chrono::DateTime;

use super::*;
use crate::border::RefusalCode;
use crate::config::Limits;
use crate::time::Moment;
use std::time::Duration;

/// Those that rules beside the facts of the world differ for.
const ALL: [Purpose; 5] = [Purpose::ByHand, Purpose::Device, Purpose::Transfer, Purpose::Redirect, Purpose::Callback];
const LIMITS: Limits = Limits { calls_at_once: 2, calls_per_minute: 3 };

fn rules() -> GateRules {
    GateRules {
        version: 42,
        local_ddd: Some("11".to_owned()),
        extension_digits: 2..=5,
        allow: Default::default(),
        deny: Default::default(),
        allow_international: false,
        allow_premium: false,
        emergency: ["190".to_owned()].into(),
    }
}

/// Nothing keeps anybody from anything.
fn idle() -> Facts {
    let now = at(0);
    Facts {
        clock: Some(now),
        suppressed: Some(Suppression { read: now.civil, hit: None }),
        attempts: Some(Attempts { read: now.civil, promise: None, day: 0, week: 0, month: 0 }),
        ..Facts::of(RateMeter::default().load(LIMITS, Moment::ZERO))
    }
}

/// Round the clock, everywhere.
fn always() -> Rules {
    let mut rules = world::rules();
    let abroad = world::area(&["Europe/London"], &[]);
    for prefix in ["1", "44"] {
        rules.areas.insert(prefix.to_owned(), vec![abroad.clone()]);
    }
    Rules { version: 0, hours: vec![world::hours("always", &[(0, 1440); 7])], holidays: Vec::new(), ..rules }
}

fn judge_by(gate: &GateRules, facts: &Facts, dialled: &str, purpose: Purpose, now: Now) -> Verdict {
    let rules = always();
    let law = Law { gate, rules: &rules, zone: chrono_tz::America::Sao_Paulo, pack: None };
    judge_dialled(&law, facts, dialled, purpose, now).1
}

fn at(seconds: u64) -> Now {
    Now { moment: Moment::ZERO, civil: DateTime::from_timestamp_nanos(1_773_327_600_000_000_000) }
        .after(Duration::from_secs(seconds))
}

/// The rule that denies, or none.
fn denied_by(rules: &GateRules, facts: &Facts, dialled: &str, purpose: Purpose) -> Option<&'static str> {
    match judge_by(rules, facts, dialled, purpose, at(0)) {
        Verdict::Allow { version: 42, .. } => None,
        Verdict::Deny { version: 42, rule, .. } => Some(rule),
        other => panic!("not by these rules: {other:?}"),
    }
}

#[test]
fn by_default_the_country_is_open_and_what_costs_is_closed() {
    for purpose in ALL {
        for (dialled, rule) in [
            ("2001", None),
            ("11 3456-7890", None),
            ("0800 701 2345", None),
            ("4004-0001", None),
            ("+1 212 555 0123", Some("international")),
            ("0015 1 212 555 0123", Some("international")),
            ("0900 313 1234", Some("premium")),
            ("abc", Some("grammar")),
            ("*72005511912345678", Some("grammar")),
        ] {
            assert_eq!(denied_by(&rules(), &idle(), dialled, purpose), rule, "{dialled} {purpose:?}");
        }
    }
    let open = GateRules { allow_international: true, allow_premium: true, ..rules() };
    assert_eq!(denied_by(&open, &idle(), "+1 212 555 0123", Purpose::Campaign), None);
    assert_eq!(denied_by(&open, &idle(), "0300 313 1234", Purpose::Campaign), None);
}

#[test]
fn sp15_emergency_numbers_are_for_persons_always_and_for_machines_never() {
    let busy = Facts {
        account: Load { calls: 9, starts: 99, ..idle().account },
        doubt: Some("the store fails".to_owned()),
        ..idle()
    };
    let strict = GateRules { deny: ["1".to_owned()].into(), ..rules() };
    for (purpose, rule) in ALL.into_iter().zip([None, None, None, Some("emergency"), Some("emergency")]) {
        assert_eq!(denied_by(&strict, &busy, "0190", purpose), rule, "{purpose:?}");
    }
}

#[test]
fn the_longest_prefix_wins_and_of_two_equal_ones_the_denied() {
    let set = |prefixes: &[&str]| prefixes.iter().map(|&prefix| prefix.to_owned()).collect();
    let rules =
        GateRules { allow: set(&["+1", "551190000", "+5521"]), deny: set(&["+5511", "+1900", "5521"]), ..rules() };
    for (dialled, rule) in [
        ("+1 212 555 0123", None),
        ("+1 900 555 0123", Some("denied-prefix")),
        ("11 3456-7890", Some("denied-prefix")),
        ("11 90000-1234", None),
        ("21 3456-7890", Some("denied-prefix")),
        ("31 3456-7890", None),
        ("+44 20 7946 0000", Some("international")),
    ] {
        assert_eq!(denied_by(&rules, &idle(), dialled, Purpose::ByHand), rule, "{dialled}");
    }
    let codes = GateRules { deny: set(&["*", "+20"]), ..rules };
    assert_eq!(denied_by(&codes, &idle(), "*97", Purpose::ByHand), Some("denied-prefix"));
    assert_eq!(denied_by(&codes, &idle(), "2001", Purpose::ByHand), None, "a ramal is not Egypt");
}

#[test]
fn calls_at_once_bind_for_the_extension_and_for_the_route() {
    let mut meter = RateMeter::default();
    meter.on_started(Moment::ZERO);
    meter.on_started(Moment::ZERO);
    let full = meter.load(LIMITS, Moment::ZERO);
    for facts in [Facts { account: full, ..idle() }, Facts { route: Some(full), ..idle() }] {
        assert_eq!(denied_by(&rules(), &facts, "2001", Purpose::ByHand), Some("calls-at-once"));
    }
    meter.on_ended();
    let facts = Facts { account: meter.load(LIMITS, Moment::ZERO), ..idle() };
    assert_eq!(denied_by(&rules(), &facts, "2001", Purpose::ByHand), None);
}

#[test]
fn calls_a_minute_bind_until_the_oldest_is_a_minute_old() {
    let mut meter = RateMeter::default();
    for second in [0, 10, 20] {
        meter.on_started(at(second).moment);
        meter.on_ended();
    }
    let mut verdict = |second| {
        let facts = Facts { account: meter.load(LIMITS, at(second).moment), ..idle() };
        judge_by(&rules(), &facts, "2001", Purpose::ByHand, at(second))
    };
    let expected = Verdict::Deny {
        version: 42,
        rule: "calls-a-minute",
        fact: "The extension began 3 calls within a minute and may begin 3.".to_owned(),
        next: Some(Next { at: at(60).civil, zone: chrono_tz::America::Sao_Paulo }),
    };
    assert_eq!(verdict(30), expected);
    assert_eq!(verdict(60), Verdict::Allow { version: 42, warnings: Vec::new() });
}

#[test]
fn a_meter_forgets_and_stays_small() {
    let mut meter = RateMeter::default();
    for call in 0..10_000 {
        meter.on_started(Moment(call));
    }
    let lowered = Limits { calls_at_once: 1, calls_per_minute: 5 };
    let load = meter.load(lowered, Moment(10_000));
    assert_eq!(
        (load.starts, load.next),
        (4_096, Some(Moment(9_995) + Duration::from_secs(60))),
        "five newest still block then"
    );
    assert_eq!(meter.load(lowered, at(61).moment).starts, 0);
    let closed = Limits { calls_at_once: 1, calls_per_minute: 0 };
    assert_eq!(meter.load(closed, at(61).moment).next, None, "time does not help");
}

#[test]
fn a_doubt_warns_a_person_and_stops_a_machine() {
    let facts = Facts { doubt: Some("the clock is not synchronised".to_owned()), ..idle() };
    for (purpose, rule) in ALL.into_iter().zip([None, None, None, Some("doubt"), Some("doubt")]) {
        assert_eq!(denied_by(&rules(), &facts, "2001", purpose), rule, "{purpose:?}");
    }
    let warned = judge_by(&rules(), &facts, "2001", Purpose::ByHand, at(0)).into_result();
    assert_eq!(warned, Ok(vec!["the clock is not synchronised".to_owned()]));
}

#[test]
fn a_refusal_is_a_sentence_that_says_what_to_do() {
    let verdict = judge_by(&rules(), &idle(), "+1 212 555 0123", Purpose::ByHand, at(0));
    let refusal = verdict.into_result().unwrap_err();
    assert_eq!(refusal.code, RefusalCode::Gate);
    assert_eq!(refusal.text, "International numbers are denied; allow a prefix, or all with allow_international.");
}
