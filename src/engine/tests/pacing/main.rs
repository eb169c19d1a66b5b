//! The predictive pace on simulated days: within its limit whatever happens, and agents busy (GN-02, GN-18).
//!
//! `sim_pacing` makes the tables and pictures; `RAMAL_SEEDS` says how many days each.

#![allow(clippy::panic, clippy::unwrap_used, clippy::expect_used, reason = "a test reports by panicking")]

mod cost;
mod days;
mod markov;
mod picture;
mod rails;
mod rivals;
mod tables;

use engine::pacing::simulator::{Answers, Outcome};
use engine::pacing::{Memory, Pace, Reason, Settings};

use days::{HOUR, controller, play, predicted, scenario};
use rivals::Misled;

/// Wide: one seed, short days.
fn assert_good(outcome: &Outcome, occupancy: f64, what: &str) {
    let (seen, abandoned) = (outcome.occupancy(), outcome.tally().fraction());
    assert!(seen > occupancy, "{what}: occupancy {seen:.4}");
    assert!(abandoned <= 0.033, "{what}: abandoned {abandoned:.4}");
}

#[test]
fn gn18_ten_agents_are_busy_and_the_limit_holds() {
    for (name, occupancy) in [("Steady", 0.77), ("Regime", 0.73), ("Drift", 0.75)] {
        assert_good(&predicted(&scenario(name, 10, 4 * HOUR), 1), occupancy, name);
    }
}

#[test]
fn gn18_fifty_agents_are_busy_and_the_limit_holds() {
    for (name, occupancy) in [("Steady", 0.89), ("Regime", 0.85), ("Half leave", 0.87)] {
        assert_good(&predicted(&scenario(name, 50, 3 * HOUR), 1), occupancy, name);
    }
}

#[test]
fn gn18_a_cold_start_with_two_hundred_idle_agents_does_not_take_silence_for_a_bad_list() {
    let outcome = predicted(&scenario("Steady", 200, HOUR / 2), 1);
    assert!(outcome.first(5).fraction() <= 0.08, "first minutes {}", outcome.first(5).fraction());
    assert!(outcome.first(30).fraction() <= 0.035, "first half hour {}", outcome.first(30).fraction());
    assert!(outcome.first(30).humans() > 1_000, "and it does dial");
}

#[test]
fn gn18_the_limit_holds_where_the_answers_are_told_wrongly_by_three() {
    for too_many in [false, true] {
        let day = scenario("Steady", 20, 4 * HOUR);
        let mut pace = Misled { pace: controller(&day, Pace::Predictive, Memory::default()), too_many, told: 0 };
        let outcome = play(&day, &mut pace, 1, 1).remove(0);
        assert!(outcome.tally().fraction() <= 0.033, "too many: {too_many}, {:?}", outcome.tally());
    }
}

#[test]
fn gn02_progressive_never_has_more_calls_than_ready_agents() {
    let day = scenario("Steady", 10, HOUR);
    let mut pace = controller(&day, Pace::Progressive, Memory::default());
    let outcome = play(&day, &mut pace, 1, 1).remove(0);
    assert!(outcome.tally().abandoned <= 1, "only who goes on a break can leave a call behind: {:?}", outcome.tally());
    assert!((0.55..0.72).contains(&outcome.occupancy()), "{}", outcome.occupancy());
    assert!(matches!(pace.snapshot().reason, Some(Reason::OnePerReady { .. })));
}

#[test]
fn the_same_seed_gives_the_same_day() {
    let day = scenario("Regime", 10, HOUR);
    assert_eq!(predicted(&day, 7), predicted(&day, 7));
    assert_ne!(predicted(&day, 7), predicted(&day, 8));
}

#[test]
fn what_is_remembered_survives_a_restart() {
    let day = scenario("Steady", 10, HOUR);
    let mut pace = controller(&day, Pace::Predictive, Memory::default());
    play(&day, &mut pace, 1, 1);
    let text = serde_json::to_string(pace.memory()).unwrap();
    let memory: Memory = serde_json::from_str(&text).unwrap();
    assert!((memory.answer_rate() - 0.25).abs() < 0.05);
    assert_eq!(memory.account().today(), pace.memory().account().today());
    let again = controller(&day, Pace::Predictive, memory);
    assert!((again.threshold() - pace.threshold()).abs() < 1e-9);
}

#[test]
fn lines_are_never_more_than_the_campaign_has() {
    let day = scenario("Steady", 10, HOUR);
    let settings = Settings::predictive(10, 12);
    let mut pace = controller(&day, Pace::Predictive, Memory::default());
    pace.set(settings);
    let outcome = play(&day, &mut pace, 1, 1).remove(0);
    assert!(outcome.minutes.iter().all(|minute| minute.ringing <= 12));
    assert!(matches!(day.answers, Answers::Steady(_)));
}
