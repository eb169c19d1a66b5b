//! Promises at their time (CB-08 to CB-11, CB-14).

use super::world::World;
use super::*;
use crate::assign::Team;

const TO_SALES: Owner = Owner::Queue(SALES);
const TO_ANA: Owner = Owner::Person(ANA);

fn denial(next: Option<DateTime<Utc>>) -> Judgement {
    let (rule, fact) = ("hours".to_owned(), "08:00 is outside the calling hours".to_owned());
    Judgement::Denied(Denial { rule, fact, next, version: 3 })
}

#[test]
fn cb_08_an_agent_is_reserved_shortly_before_and_the_number_dialled_at_the_time() {
    let mut world = World::at("09:50");
    world.comes(ANA, &[SALES]);
    world.promise(1, "2026-11-23 10:00", TO_SALES);
    assert_eq!(world.answers, [(CommandId(1), Ok(FIRST))]);
    world.today("09:59");
    assert_eq!((world.assign.lease_of(ANA), world.callbacks.reserved().count()), (None, 0));
    world.until("2026-11-23 09:59");
    let due = world.row(1).promise.terms.due.at;
    while world.callbacks.reserved().next().is_none() {
        let next = world.callbacks.poll_timeout().expect("it comes near");
        world.now = world.now.after(next.since(world.now.moment));
        world.do_with(|callbacks, now| callbacks.on_timeout(now));
    }
    assert_eq!((due - world.now.civil).num_seconds(), 15);
    assert_eq!(world.assign.lease_of(ANA).map(|lease| lease.work), Some(Work::Callback(FIRST)));
    assert_eq!(world.invites, [], "not yet");
    let at = world.now.moment.0 / 1_000_000_000 + 15;
    world.today("10:01");
    assert_eq!((world.invites.as_slice(), world.state(1)), ([(FIRST, 1, at)].as_slice(), Some(Phase::Over(End::Done))));
    assert_eq!(world.history, [(1, None), (1, Some(Outcome::Answered))]);
}

#[test]
fn cb_08_in_preview_the_agent_takes_the_record_and_dials() {
    let mut world = World::with(Schedule { mode: Mode::Preview, ..daily() }, "2026-11-23 09:50");
    world.comes(ANA, &[SALES]);
    world.promise(1, "2026-11-23 10:00", TO_SALES);
    world.today("10:00");
    let lease = world.assign.lease_of(ANA).expect("it is offered at its time");
    let now = world.now;
    world.assign.accept(lease.work, lease.fence, now.moment).expect("in time");
    world.do_with(|callbacks, now| callbacks.on_taken(FIRST, ANA, now));
    world.today("10:20");
    assert_eq!(world.invites, [], "nobody but her dials");
    world.do_with(|callbacks, now| callbacks.on_dial(FIRST, BRUNO, now));
    assert_eq!(world.invites, [], "it is on her screen");
    world.do_with(|callbacks, now| callbacks.on_dial(FIRST, ANA, now));
    assert_eq!((world.invites.len(), world.state(1)), (1, Some(Phase::Over(End::Done))));
}

#[test]
fn cb_08_a_record_that_was_put_back_is_offered_again() {
    let mut world = World::with(Schedule { mode: Mode::Preview, ..daily() }, "2026-11-23 10:00");
    world.comes(ANA, &[SALES]);
    world.promise(1, "2026-11-23 10:00", TO_SALES);
    world.today("10:01");
    let lease = world.assign.lease_of(ANA).expect("offered");
    world.assign.accept(lease.work, lease.fence, world.now.moment).expect("in time");
    world.do_with(|callbacks, now| callbacks.on_taken(FIRST, ANA, now));
    world.do_with(|callbacks, now| callbacks.on_left(FIRST, ANA, now));
    world.comes(BRUNO, &[SALES]);
    world.today("10:02");
    assert!(world.assign.lease_of(BRUNO).is_some());
}

#[test]
fn cb_09_it_is_tried_again_after_the_interval_and_then_exhausted() {
    let mut world = World::at("10:00");
    world.outcomes = VecDeque::from([Outcome::Busy, Outcome::NoAnswer, Outcome::Failed]);
    world.comes(ANA, &[SALES]);
    world.promise(1, "2026-11-23 10:00", TO_SALES);
    world.until("2026-11-25 18:00");
    let minutes: Vec<u64> = world.invites.windows(2).map(|pair| (pair[1].2 - pair[0].2) / 60).collect();
    assert_eq!((world.invites.len(), minutes), (3, vec![10, 10]));
    assert_eq!(
        (world.alerts.as_slice(), world.state(1)),
        ([Wrong::Exhausted].as_slice(), Some(Phase::Over(End::Exhausted)))
    );
}

#[test]
fn cb_09_a_retry_outside_the_hours_waits_for_the_next_opening_with_its_count() {
    let mut world = World::at("17:50");
    world.outcomes = VecDeque::from([Outcome::Busy]);
    world.comes(ANA, &[SALES]);
    world.promise(1, "2026-11-23 17:55", TO_SALES);
    world.until("2026-11-24 08:00");
    let promise = world.row(1).promise;
    assert_eq!((world.invites.len(), promise.attempts), (1, 1));
    assert_eq!(daily().local(promise.next), wall("2026-11-24 09:00"));
    world.leaves(ANA);
    world.until("2026-11-24 18:30");
    assert_eq!(
        daily().local(world.row(1).promise.next),
        wall("2026-11-25 09:00"),
        "nobody was free: it goes on waiting"
    );
    world.comes(ANA, &[SALES]);
    world.until("2026-11-25 18:00");
    assert_eq!(
        (world.invites.len(), world.state(1)),
        (3, Some(Phase::Over(End::Exhausted))),
        "the maximum is over all days"
    );
}

#[test]
fn cb_10_what_nobody_was_free_for_is_missed_at_closing_and_told() {
    let mut world = World::at("17:00");
    world.promise(1, "2026-11-23 17:30", TO_SALES);
    world.today("17:32");
    assert_eq!(world.alerts, [Wrong::NoAgent]);
    world.today("18:00");
    world.comes(ANA, &[SALES]);
    world.until("2026-11-24 18:00");
    assert_eq!((world.invites.len(), world.state(1)), (0, Some(Phase::Over(End::Missed))));
    assert_eq!(world.alerts, [Wrong::NoAgent, Wrong::Missed]);
}

#[test]
fn cb_11_an_absent_owners_promise_goes_to_the_queue_after_the_grace() {
    let mut world = World::at("09:00");
    world.comes(BRUNO, &[SALES]);
    world.promise(1, "2026-11-23 10:00", TO_ANA);
    world.today("10:14");
    assert_eq!(world.invites, []);
    world.today("10:15");
    assert_eq!(world.invites.len(), 1);
}

#[test]
fn cb_11_or_stays_and_alerts() {
    let stay = Schedule { absence: Absence { grace_minutes: 15, then: Then::Stay }, ..daily() };
    let mut world = World::with(stay, "2026-11-23 09:00");
    world.comes(BRUNO, &[SALES]);
    world.promise(1, "2026-11-23 10:00", TO_ANA);
    world.today("10:15");
    assert_eq!((world.alerts.as_slice(), world.invites.len()), ([Wrong::OwnerAbsent].as_slice(), 0));
    world.comes(ANA, &[]);
    assert_eq!(world.invites.len(), 1, "she is back, and it is still hers");
}

#[test]
fn cb_14_dialled_at_the_moment_an_agent_is_free_and_the_longest_due_first() {
    let mut world = World::at("09:00");
    world.promise(1, "2026-11-23 10:05", TO_SALES);
    world.promise(2, "2026-11-23 10:00", TO_SALES);
    world.today("11:00");
    let at = world.now.moment.0 / 1_000_000_000;
    world.comes(ANA, &[SALES]);
    assert_eq!(world.invites, [(PromiseId(2), 1, at), (FIRST, 1, at)]);
}

#[test]
fn cb_14_after_downtime_it_runs_inside_its_window_or_somebody_is_told() {
    for (back, invites, end) in [("15:00", 1, End::Done), ("18:30", 0, End::Missed)] {
        let mut world = World::at("09:00");
        world.promise(1, "2026-11-23 10:00", TO_SALES);
        world.at_work.insert(ANA, BTreeSet::from([Team::Queue(SALES)]));
        world.now = world.now.after(Duration::from_secs(if back == "15:00" { 6 * 3_600 } else { 19 * 1_800 }));
        world.starts_again();
        world.do_with(|callbacks, now| callbacks.on_timeout(now));
        assert_eq!((world.invites.len(), world.state(1)), (invites, Some(Phase::Over(end))), "{back}");
        assert_eq!(world.alerts.contains(&Wrong::Missed), end == End::Missed, "{back}");
    }
}

#[test]
fn cb_14_a_clock_put_right_makes_nobody_late() {
    let mut world = World::at("09:00");
    world.comes(ANA, &[SALES]);
    world.promise(1, "2026-11-23 10:00", TO_SALES);
    world.today("09:50");
    world.now.civil += chrono::TimeDelta::minutes(4);
    let seconds_left = 6 * 60;
    let at = world.now.moment.0 / 1_000_000_000 + seconds_left;
    world.today("10:01");
    assert!(matches!(world.invites.as_slice(), [(FIRST, 1, dialled)] if (at..=at + 1).contains(dialled)), "{at}");
}

#[test]
fn a_denial_is_told_and_waits_for_its_time_within_the_escala_without_counting() {
    let mut world = World::at("09:00");
    world.comes(ANA, &[SALES]);
    world.promise(1, "2026-11-23 10:00", TO_SALES);
    let next = world.row(1).promise.terms.due.at + chrono::TimeDelta::hours(20);
    world.judgements.push_back(denial(Some(next)));
    world.today("12:00");
    let promise = world.row(1).promise;
    assert_eq!((world.invites.len(), promise.attempts, daily().local(promise.next)), (0, 0, wall("2026-11-24 09:00")));
    assert!(matches!(world.alerts.as_slice(), [Wrong::Denied(Denial { version: 3, .. })]));
    assert_eq!(world.assign.lease_of(ANA), None, "she is free for other work");
    world.until("2026-11-24 10:00");
    assert_eq!(world.invites.len(), 1);
}

#[test]
fn denied_without_end_it_is_missed_when_the_hours_are_over() {
    let mut world = World::at("17:00");
    world.comes(ANA, &[SALES]);
    world.promise(1, "2026-11-23 17:30", TO_SALES);
    world.judgements.extend(std::iter::repeat_n(denial(None), 100));
    world.today("18:00");
    assert_eq!((world.invites.len(), world.state(1)), (0, Some(Phase::Over(End::Missed))));
    assert_eq!(world.alerts.len(), 2, "one denial is not told each minute: {:?}", world.alerts);
}

#[test]
fn the_second_no_is_recorded_as_not_dialled_and_does_not_count() {
    let mut world = World::at("09:00");
    world.comes(ANA, &[SALES]);
    world.promise(1, "2026-11-23 10:00", TO_SALES);
    world.judgements.extend([Judgement::Allowed { version: 1 }, denial(None)]);
    world.today("10:00");
    assert!(matches!(world.history.as_slice(), [(1, None), (1, Some(Outcome::NotDialled { .. }))]));
    assert_eq!((world.invites.len(), world.row(1).promise.attempts), (0, 0));
    world.today("10:02");
    assert_eq!(
        world.invites.iter().map(|invite| invite.1).collect::<Vec<_>>(),
        [2],
        "a later attempt has its own number"
    );
}

#[test]
fn nobody_is_dialled_while_no_agent_is_held() {
    let mut world = World::at("09:59");
    world.comes(ANA, &[SALES]);
    world.promise(1, "2026-11-23 10:00", TO_SALES);
    world.slow = Some(vec![]);
    world.today("10:00");
    assert_eq!(world.history, [(1, None)], "the disk has it and has not said so");
    world.leaves(ANA);
    world.disk_answers();
    assert_eq!(world.invites, []);
    assert!(matches!(world.history.last(), Some((1, Some(Outcome::NotDialled { .. })))));
    world.today("10:01");
    world.comes(BRUNO, &[SALES]);
    assert_eq!(world.invites.len(), 1);
}

#[test]
fn nobody_is_dialled_on_a_lease_that_is_over_though_no_timer_has_run() {
    let mut world = World::at("09:59");
    world.comes(ANA, &[SALES]);
    world.promise(1, "2026-11-23 10:00", TO_SALES);
    world.slow = Some(vec![]);
    world.today("10:00");
    world.now = world.now.after(Duration::from_secs(60));
    world.disk_answers();
    assert_eq!(world.history.first(), Some(&(1, None)));
    assert!(matches!(world.history.get(1), Some((1, Some(Outcome::NotDialled { .. })))));
}

#[test]
fn cb_08_a_record_is_not_dialled_when_the_hours_are_over() {
    let mut world = World::with(Schedule { mode: Mode::Preview, ..daily() }, "2026-11-23 17:30");
    world.comes(ANA, &[SALES]);
    world.promise(1, "2026-11-23 17:58", TO_SALES);
    world.today("17:58");
    let lease = world.assign.lease_of(ANA).expect("it is offered at its time");
    world.assign.accept(lease.work, lease.fence, world.now.moment).expect("in time");
    world.do_with(|callbacks, now| callbacks.on_taken(FIRST, ANA, now));
    world.today("18:00");
    world.do_with(|callbacks, now| callbacks.on_dial(FIRST, ANA, now));
    world.do_with(|callbacks, now| callbacks.on_timeout(now));
    assert_eq!((world.invites.len(), world.state(1)), (0, Some(Phase::Over(End::Missed))));
}

#[test]
fn an_earlier_write_says_nothing_about_a_later_attempt() {
    let mut world = World::at("09:59");
    world.outcomes = VecDeque::from([Outcome::Busy]);
    world.comes(ANA, &[SALES]);
    world.promise(1, "2026-11-23 10:00", TO_SALES);
    world.today("10:05");
    world.slow = Some(vec![]);
    world.today("10:10");
    assert_eq!((world.invites.len(), world.history.last()), (1, Some(&(2, None))));
    let version = world.version(1);
    world.do_with(|callbacks, now| callbacks.on_stored(FIRST, version - 1, true, now));
    assert_eq!(world.invites.len(), 1);
    world.disk_answers();
    assert_eq!(world.invites.len(), 2);
}

#[test]
fn an_answer_of_the_gate_is_to_the_question_that_was_asked_last() {
    let mut world = World::at("09:59");
    world.comes(ANA, &[SALES]);
    world.promise(1, "2026-11-23 10:00", TO_SALES);
    world.asked = Some(vec![]);
    world.today("10:00");
    world.leaves(ANA);
    world.comes(BRUNO, &[SALES]);
    let asked = world.asked.take().expect("set above");
    assert_eq!(asked.len(), 2);
    world.do_with(|callbacks, now| callbacks.on_judged(FIRST, asked[0], Judgement::Allowed { version: 1 }, now));
    assert_eq!(world.history, []);
    world.do_with(|callbacks, now| callbacks.on_judged(FIRST, asked[1], Judgement::Allowed { version: 1 }, now));
    assert_eq!(world.invites.len(), 1);
}

#[test]
fn what_cannot_be_written_is_not_dialled_and_told() {
    let mut world = World::at("09:59");
    world.comes(ANA, &[SALES]);
    world.promise(1, "2026-11-23 10:00", TO_SALES);
    world.disk_is_full = true;
    world.today("10:01");
    assert_eq!((world.invites.len(), world.alerts.first()), (0, Some(&Wrong::NotStored)));
    world.disk_is_full = false;
    world.today("10:02");
    assert_eq!((world.invites.len(), world.state(1)), (1, Some(Phase::Over(End::Done))));
}

#[test]
fn while_held_nothing_is_dialled_and_nothing_is_missed() {
    let mut world = World::at("09:00");
    world.comes(ANA, &[SALES]);
    world.promise(1, "2026-11-23 10:00", TO_SALES);
    world.do_with(|callbacks, now| callbacks.hold(true, now));
    world.until("2026-11-23 12:00");
    assert_eq!((world.invites.len(), world.callbacks.poll_timeout()), (0, None));
    world.do_with(|callbacks, now| callbacks.hold(false, now));
    world.today("12:01");
    assert_eq!((world.invites.len(), world.alerts.len()), (1, 0));
}

#[test]
fn cb_13_a_return_needs_no_slot_only_hours() {
    let mut world = World::at("19:00");
    world.comes(ANA, &[SALES]);
    let protocolo = crate::protocolo::Protocolo::parse("2026112300000011")
        .or_else(|| (0..10).find_map(|digit| crate::protocolo::Protocolo::parse(&format!("202611230000001{digit}"))));
    let protocolo = protocolo.expect("one digit fits");
    let mut at = None;
    world.do_with(|callbacks, now| {
        at = callbacks.on_dropped(FIRST, DAILY, draft("2026-11-23 19:00", TO_ANA), protocolo, now);
    });
    assert_eq!(at.map(|at| daily().local(at)), Some(wall("2026-11-24 09:00")));
    world.until("2026-11-24 09:01");
    assert_eq!((world.invites.len(), world.state(1)), (1, Some(Phase::Over(End::Done))));
}
