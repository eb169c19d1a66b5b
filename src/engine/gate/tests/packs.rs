//! What the pack of a campaign changes, and what it leaves.

use super::world::{hours, limit, term};
use super::*;
use crate::rules::{Basis, Pack, Period};

/// From eight to noon on every day, holidays too; two attempts a day.
fn mornings() -> Pack {
    let hours = crate::rules::Hours { closed_on: Default::default(), ..hours("mornings", &[(480, 720); 7]) };
    Pack {
        name: "mornings".to_owned(),
        title: "Mornings".to_owned(),
        basis: Basis::Code,
        version: 1 << 40,
        hours: vec![hours],
        attempts: vec![limit(Period::Day, 2)],
        bounds: Vec::new(),
    }
}

/// What the gate says of a number in São Paulo at a time there, after as many attempts on that day.
fn judged(pack: Option<&Pack>, local: &str, made: u32) -> Verdict {
    let (gate, rules) = (super::rules(), world::rules());
    let zone = chrono_tz::America::Sao_Paulo;
    let law = Law { gate: &gate, rules: &rules, zone, pack };
    let wall: chrono::NaiveDateTime = format!("{local}:00").parse().unwrap();
    let civil = wall::first_at(zone, DateTime::UNIX_EPOCH, wall).unwrap();
    let now = Now { moment: Moment::ZERO, civil };
    let attempts = Attempts { read: civil, promise: None, day: made, week: made, month: made };
    let suppressed = Some(Suppression { read: civil, hit: None });
    let facts = Facts { clock: Some(now), suppressed, attempts: Some(attempts), ..idle() };
    let number = Number::read("+551134567890", &gate).unwrap();
    judge(&law, &facts, &number, Purpose::Campaign, now)
}

fn rule(verdict: &Verdict) -> Option<&'static str> {
    match verdict {
        Verdict::Allow { .. } => None,
        Verdict::Deny { rule, .. } => Some(rule),
    }
}

#[test]
fn gn_15_the_hours_of_a_campaigns_pack_take_the_place_of_the_installations() {
    let pack = mornings();
    let friday_afternoon = "2026-03-13T14:00";
    assert_eq!(rule(&judged(None, friday_afternoon, 0)), None);
    assert_eq!(rule(&judged(Some(&pack), friday_afternoon, 0)), Some("hours"));
    let christmas = "2026-12-25T09:00";
    assert_eq!(rule(&judged(None, christmas, 0)), Some("holiday"));
    assert_eq!(rule(&judged(Some(&pack), christmas, 0)), None, "the pack does not close on it");
    let only_limits = Pack { hours: Vec::new(), ..pack };
    assert_eq!(rule(&judged(Some(&only_limits), friday_afternoon, 0)), None);
    assert_eq!(rule(&judged(Some(&only_limits), christmas, 0)), Some("holiday"));
}

#[test]
fn gn_15_limits_of_a_pack_and_of_the_installation_bind_together() {
    let (pack, morning) = (mornings(), "2026-03-13T09:00");
    assert_eq!(rule(&judged(Some(&pack), morning, 1)), None);
    assert_eq!(rule(&judged(Some(&pack), morning, 2)), Some("attempts-a-day"));
    assert_eq!(rule(&judged(None, morning, 2)), None);
    let generous = Pack { attempts: vec![limit(Period::Day, 50)], ..pack };
    assert_eq!(rule(&judged(Some(&generous), morning, 3)), Some("attempts-a-day"), "the installation's three");
}

#[test]
fn gn_15_a_pack_whose_hours_are_over_lets_nobody_be_dialled() {
    let over = crate::rules::Term { until: Some(world::day(2026, 5, 31)), ..term() };
    let mut pack = mornings();
    pack.hours.iter_mut().for_each(|hours| hours.term = over.clone());
    assert_eq!(rule(&judged(Some(&pack), "2026-05-29T09:00", 0)), None);
    let after = judged(Some(&pack), "2026-06-01T09:00", 0);
    assert_eq!(rule(&after), Some("hours"));
    assert!(matches!(&after, Verdict::Deny { fact, .. } if fact.contains("mornings held from")), "{after:?}");
}

#[test]
fn a_decision_says_under_which_pack_it_was_made() {
    let (plain, packed) = (judged(None, "2026-03-13T09:00", 0), judged(Some(&mornings()), "2026-03-13T09:00", 0));
    assert_ne!(plain.version(), packed.version());
}

/// Which of the calls to one number would not have been made, by the rule.
fn replayed(pack: Option<&Pack>, calls: &[(&str, Purpose)]) -> Vec<(usize, &'static str)> {
    let (gate, rules) = (super::rules(), world::rules());
    let zone = chrono_tz::America::Sao_Paulo;
    let law = Law { gate: &gate, rules: &rules, zone, pack };
    let mut replay = Replay::default();
    let mut judge = |(place, (local, purpose)): (usize, &(&str, Purpose))| {
        let at = wall::first_at(zone, DateTime::UNIX_EPOCH, format!("{local}:00").parse().unwrap()).unwrap();
        let number = Number::read("+551134567890", &gate).unwrap();
        let broken = replay.judge(&law, Past { number, at, purpose: *purpose })?;
        Some((place, broken.rule))
    };
    calls.iter().enumerate().filter_map(&mut judge).collect()
}

#[test]
fn a_past_day_is_judged_by_another_pack_call_by_call() {
    use Purpose::{ByHand, Campaign};
    let day = [
        ("2026-03-13T08:10", Campaign),
        ("2026-03-13T09:00", ByHand),
        ("2026-03-13T10:00", Campaign),
        ("2026-03-13T13:00", Campaign),
        ("2026-03-13T14:00", ByHand),
        ("2026-03-16T09:00", Campaign),
    ];
    let by_the_pack = [(2, "attempts-a-day"), (3, "attempts-a-day")];
    assert_eq!(replayed(Some(&mornings()), &day), by_the_pack, "calls by hand count and are nobody's fault");
    let generous = Pack { attempts: Vec::new(), ..mornings() };
    assert_eq!(replayed(Some(&generous), &day), [(3, "attempts-a-day")], "the installation's three count on");
    let once = &day[3..4];
    assert_eq!(replayed(Some(&mornings()), once), [(0, "hours")]);
    assert_eq!(replayed(None, once), []);
}
