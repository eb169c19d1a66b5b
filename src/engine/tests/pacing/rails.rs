//! Why not more calls are begun (GN-18): each rail, met on its own.

use std::time::Duration;

use engine::pacing::{Controller, Event, Memory, Pace, Reason, Settings, View};
use engine::time::Moment;

const START: Moment = Moment(3_600_000_000_000);

fn at(seconds: f64) -> Moment {
    START + Duration::from_secs_f64(seconds)
}

fn team(agents: u32) -> Controller {
    let mut pace = Controller::new(Settings::predictive(agents, 10 * agents), Memory::default(), START);
    pace.handle(Event::DayBegan(1), START);
    pace
}

fn answers(pace: &mut Controller, connected: u32, abandoned: u32, when: Moment) {
    (0..connected).for_each(|_| pace.handle(Event::Connected, when));
    (0..abandoned).for_each(|_| pace.handle(Event::Abandoned, when));
}

#[test]
fn gn02_with_nobody_there_nothing_is_begun() {
    let decision = team(10).decide(&View::default(), START);
    assert_eq!((decision.begin, decision.reason), (0, Reason::NobodyThere));
}

#[test]
fn gn02_more_calls_than_ready_agents_are_begun_and_the_guess_is_called_one() {
    let decision = team(20).decide(&View { ready: 20, ..View::default() }, START);
    assert!(decision.begin > 20, "{decision:?}");
    assert!(matches!(decision.reason, Reason::Learning { calls: 0, .. }), "{decision:?}");
}

#[test]
fn gn18_four_abandoned_within_a_minute_leave_one_call_per_ready_agent_for_that_minute() {
    let mut pace = team(20);
    answers(&mut pace, 30, 4, at(0.0));
    let view = View { ready: 3, ..View::default() };
    let decision = pace.decide(&view, at(59.0));
    assert_eq!((decision.begin, decision.reason), (3, Reason::Burst { abandoned: 4 }));
    assert!(!matches!(pace.decide(&view, at(61.0)).reason, Reason::Burst { .. }));
}

#[test]
fn gn18_a_day_far_over_its_limit_is_paced_by_one_call_per_ready_agent() {
    let mut pace = team(20);
    answers(&mut pace, 1_470, 60, at(0.0));
    let decision = pace.decide(&View { ready: 2, ..View::default() }, at(3_700.0));
    assert_eq!((decision.begin, decision.reason), (2, Reason::Day { abandoned: 60, humans: 1_530, limit: 0.03 }));
    pace.handle(Event::DayBegan(2), at(80_000.0));
    let decision = pace.decide(&View { ready: 2, ..View::default() }, at(80_000.0));
    assert!(!matches!(decision.reason, Reason::Day { .. }), "the next day begins anew");
}

#[test]
fn gn18_half_the_team_gone_withdraws_old_calls_and_no_young_ones() {
    let mut pace = team(10);
    let ringing: Vec<Moment> = (0..30).map(|call| at(f64::from(call))).collect();
    let decision =
        pace.decide(&View { ready: 0, talking: &[at(29.0); 2], ringing: &ringing, ..View::default() }, at(30.0));
    assert_eq!(decision.begin, 0);
    assert!((1..=16).contains(&decision.withdraw), "only those that rang for 15 s: {decision:?}");
    let young = vec![at(16.0); 30];
    let decision = pace.decide(&View { talking: &[at(29.0); 2], ringing: &young, ..View::default() }, at(30.5));
    assert_eq!(decision.withdraw, 0);
}

#[test]
fn gn02_a_ratio_counts_what_is_under_way() {
    let mut pace = team(10);
    pace.set(Settings { pace: Pace::Ratio(2.5), ..Settings::predictive(10, 100) });
    let view = View { ready: 4, ringing: &[START; 3], waiting: 1, ..View::default() };
    let decision = pace.decide(&view, at(1.0));
    assert_eq!((decision.begin, decision.reason), (6, Reason::Ratio { ready: 4, ratio: 2.5 }));
    let snapshot = pace.snapshot();
    assert_eq!((snapshot.lines, snapshot.reason), (10, Some(decision.reason)));
}
