//! What bounds a predictive campaign beside its pace, and what does not interrupt what rings (GN-02, GN-15).

use chrono::TimeDelta;
use engine::campaign::{Cap, Place, ResultKind};
use engine::config::Limits;
use engine::sip::message::Method;

use crate::scene::Floor;
use crate::world::{ms, seconds};

#[test]
fn GN_02_there_are_never_more_calls_than_lines() {
    let mut floor = Floor::paced(10, 60, |terms| terms.pace.lines = 4);
    floor.pass(seconds(20));
    assert_eq!(floor.all_rung().len(), 4);
    assert!(matches!(floor.pacing().reason, Some(engine::pacing::Reason::Lines { lines: 4 })));
}

#[test]
fn GN_02_no_more_calls_are_begun_in_a_second_than_the_campaign_says() {
    let mut floor = Floor::paced(10, 60, |terms| terms.pace.starts_per_second = 3);
    let mut begun = Vec::new();
    for _ in 0..30 {
        floor.pass(ms(100));
        begun.push(floor.all_rung().len());
    }
    assert!(begun.windows(10).all(|second| second.iter().sum::<usize>() <= 3), "{begun:?}");
    assert!(begun.iter().sum::<usize>() >= 8, "{begun:?}");
    assert_eq!(floor.pacing().capped, Some(Cap::Starts));
}

#[test]
fn GN_15_the_trunks_own_limits_bind_and_no_lead_is_wasted_on_them() {
    let limits = Limits { calls_at_once: 5, calls_per_minute: 100 };
    let mut floor = Floor::paced_over(10, 60, |trunk| trunk.limits = limits, |_| {});
    floor.pass(seconds(10));
    assert_eq!(floor.all_rung().len(), 5);
    assert_eq!(floor.pacing().capped, Some(Cap::Routes));
    assert_eq!(floor.shell.store.leads.attempts.len(), 5);
    assert!(!floor.shell.store.leads.attempts.values().any(|own| own.result.is_some()), "none was refused");
}

#[test]
fn GN_02_it_rings_as_long_as_the_campaign_says_and_not_longer() {
    let mut floor = Floor::paced(2, 60, |terms| (terms.pace.lines, terms.pace.ring_s) = (1, 20));
    floor.pass(seconds(3));
    let maria = floor.all_rung().remove(0);
    let lead = floor.lead_of(&maria);
    floor.pass(ms(16_500));
    assert_eq!(floor.results(lead), [None]);
    floor.pass(ms(3_500));
    floor.get(Method::Cancel);
    assert_eq!(floor.results(lead), [Some(ResultKind::NoAnswer)]);
}

#[test]
fn GN_18_what_nobody_could_take_any_more_is_taken_back_and_never_before_it_rang_for_fifteen_seconds() {
    let mut floor = Floor::paced(5, 60, |terms| terms.pace.ring_s = 60);
    floor.pass(seconds(3));
    let rung = floor.all_rung();
    floor.team.clone().into_iter().for_each(|user| floor.leaves(user));
    floor.pass(ms(11_500));
    assert!(floor.inbox.is_empty(), "it rings for 14.5 s at most");
    floor.pass(seconds(4));
    assert!(matches!(floor.pacing().reason, Some(engine::pacing::Reason::NobodyThere)));
    for far in &rung {
        floor.get(Method::Cancel);
        assert_eq!(floor.results(floor.lead_of(far)), [Some(ResultKind::Withdrawn)]);
    }
    assert_eq!(floor.pacing().abandoned, 0);
}

#[test]
fn GN_19_short_calls_are_counted_and_forecast_to_the_end_of_the_day() {
    let mut floor = Floor::paced(5, 60, |_| {});
    floor.pass(seconds(3));
    let rung = floor.all_rung();
    floor.refuses(&rung[0], 486);
    floor.refuses(&rung[1], 486);
    floor.answers(&rung[2]);
    let call = floor.call_of(&rung[2]).call;
    floor.pass(seconds(7));
    floor.world.wish(engine::call::Command::HangUp { call }).unwrap();
    floor.pass(seconds(2));
    let short = floor.pacing().short;
    assert_eq!((short.calls, short.short, short.share_permille), (3, 2, 667));
    // From seven to ten in the evening, now it is 17:26.
    assert_eq!(short.forecast, 4);
}

#[test]
fn GN_18_with_a_failing_store_nothing_begins_and_who_answers_is_served() {
    let mut floor = Floor::paced(5, 60, |_| {});
    floor.pass(seconds(3));
    let rung = floor.all_rung();
    floor.world.shell.store_fails = true;
    floor.refuses(&rung[0], 486);
    floor.pass(seconds(5));
    floor.nobody_is_called();
    floor.answers(&rung[1]);
    let agent = floor.call_of(&rung[1]).user.expect("it is served");
    assert_eq!(floor.place(agent).map(|(place, _)| place), Some(Place::Talking));
    let lead = floor.lead_of(&rung[0]);
    assert_eq!(floor.results(lead), [None]);
    floor.world.shell.store_fails = false;
    floor.pass(seconds(30));
    assert_eq!(floor.results(lead), [Some(ResultKind::Busy)], "written when it can be");
    assert_eq!(floor.attempts(floor.lead_of(&rung[1]))[0].user, Some(agent));
    assert!(!floor.all_rung().is_empty(), "and it goes on");
}

#[test]
fn GN_18_an_abandonment_that_could_not_be_written_counts_before_and_after_a_crash() {
    for crashes in [false, true] {
        let mut floor = Floor::paced(2, 60, |terms| terms.pace.lines = 1);
        floor.pass(seconds(3));
        let maria = floor.all_rung().remove(0);
        let lead = floor.lead_of(&maria);
        floor.team.clone().into_iter().for_each(|user| floor.leaves(user));
        floor.world.shell.store_fails = true;
        floor.answers(&maria);
        floor.pass(seconds(3));
        assert_eq!((floor.results(lead), floor.pacing().abandoned), (vec![None], 1));
        floor.world.shell.store_fails = false;
        if crashes {
            floor = floor.crash();
        }
        floor.pass(seconds(31));
        let kind = if crashes { ResultKind::Unknown } else { ResultKind::Abandoned };
        assert_eq!(floor.results(lead), [Some(kind)]);
        assert_eq!(floor.pacing().abandoned, 1);
    }
}

#[test]
fn GN_15_by_a_clock_that_jumped_nothing_begins_and_who_answers_is_served() {
    let mut floor = Floor::paced(5, 60, |_| {});
    floor.pass(seconds(3));
    let rung = floor.all_rung();
    floor.now.civil += TimeDelta::hours(20);
    floor.refuses(&rung[0], 486);
    floor.pass(seconds(5));
    floor.nobody_is_called();
    floor.answers(&rung[1]);
    assert!(floor.call_of(&rung[1]).user.is_some());
    assert_eq!(floor.pacing().connected, 1, "it is the same day");
}
