//! Six minutes between neighbours, whoever asks at the same moment (AG-03).

use super::world::{World, instant};
use super::*;
use crate::random::Random;

/// The nearest free times that a refusal names.
fn too_close(answer: Option<Result<AppointmentId, Refused>>) -> (Option<NaiveDateTime>, Option<NaiveDateTime>) {
    match answer {
        Some(Err(Refused::TooClose(TooClose { before, after, .. }))) => {
            (before.map(|due| due.local), after.map(|due| due.local))
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn ag_03_six_minutes_are_enough_and_a_second_less_is_not() {
    let mut world = World::at("09:00");
    world.create(1, BRUNO, draft(Action::Notify, "10:00"));
    let (before, after) = (Some(today("09:54")), Some(today("10:06")));
    for near in ["09:54:01", "10:00:00", "10:05:59"] {
        assert_eq!(too_close(world.create(2, BRUNO, draft(Action::Notify, near))), (before, after), "{near}");
        world.answers.clear();
    }
    assert_eq!(world.create(3, BRUNO, draft(Action::Notify, "09:54:00")), Some(Ok(AppointmentId(3))));
    assert_eq!(world.create(4, BRUNO, draft(Action::Notify, "10:06:00")), Some(Ok(AppointmentId(4))));
    let named = too_close(world.create(5, BRUNO, draft(Action::Notify, "10:01")));
    assert_eq!(named, (Some(today("09:48")), Some(today("10:12"))), "past both neighbours");
}

#[test]
fn ag_03_no_time_is_named_that_is_past_or_not_free_within_a_day() {
    let mut world = World::at("09:57");
    world.create(1, BRUNO, draft(Action::Notify, "10:00"));
    assert_eq!(too_close(world.create(2, BRUNO, draft(Action::Notify, "10:01"))), (None, Some(today("10:06"))));
    let days_later = Draft { when: wall("2026-11-26 10:01:00"), ..draft(Action::Notify, "10:00") };
    for id in 0..482 {
        let when = wall("2026-11-26 10:00:00") + TimeDelta::minutes(6 * (id - 241));
        let full = Draft { when, ..days_later.clone() };
        assert!(matches!(world.create(100 + id as u64, BRUNO, full), Some(Ok(_))));
    }
    assert_eq!(too_close(world.create(3, BRUNO, days_later)), (None, None));
}

#[test]
fn ag_03_distance_and_scope_are_settings() {
    let others =
        Draft { contact: Some(JOSE), agent: Some(BRUNO), department: Some(SALES), ..draft(Action::Notify, "10:01") };
    let same_contact = Draft { contact: Some(MARIA), ..others.clone() };
    let same_agent = Draft { agent: Some(ANA), ..others.clone() };
    for (scope, creator, another, passes) in [
        (Scope::Creator, BRUNO, &others, false),
        (Scope::Creator, ANA, &draft(Action::Notify, "10:01"), true),
        (Scope::Contact, BRUNO, &others, true),
        (Scope::Contact, ANA, &same_contact, false),
        (Scope::Agent, BRUNO, &others, true),
        (Scope::Agent, ANA, &same_agent, false),
        (Scope::System, ANA, &others, false),
    ] {
        let mut world = World::at("09:00");
        world.set(Settings { scope, ..Settings::default() });
        world.create(1, BRUNO, draft(Action::Notify, "10:00"));
        assert_eq!(world.create(2, creator, another.clone()).expect("answered").is_ok(), passes, "{scope:?}");
    }
    let mut world = World::at("09:00");
    world.set(Settings { distance_minutes: 2, ..Settings::default() });
    world.create(1, BRUNO, draft(Action::Notify, "10:00"));
    assert_eq!(too_close(world.create(2, BRUNO, draft(Action::Notify, "10:01"))).1, Some(today("10:02")));
    assert!(matches!(world.create(3, BRUNO, draft(Action::Notify, "10:02")), Some(Ok(_))));
}

#[test]
fn ag_03_an_edit_does_not_stand_in_its_own_way_but_in_that_of_others() {
    let mut world = World::at("09:00");
    world.create(1, BRUNO, draft(Action::Notify, "10:00"));
    world.create(2, BRUNO, draft(Action::Notify, "10:06"));
    world.do_with(|room, now| room.on_edit(CommandId(3), FIRST, 1, draft(Action::Notify, "09:59"), now));
    assert_eq!(world.answer(3), Some(Ok(FIRST)));
    world.do_with(|room, now| room.on_edit(CommandId(4), FIRST, 2, draft(Action::Notify, "10:01"), now));
    assert_eq!(too_close(world.answer(4)), (Some(today("10:00")), Some(today("10:12"))));
    world.set(Settings { distance_minutes: 30, ..Settings::default() });
    let other = Draft { comment: "outro".to_owned(), ..draft(Action::Notify, "09:59") };
    world.do_with(|room, now| room.on_edit(CommandId(5), FIRST, 2, other, now));
    assert_eq!(world.answer(5), Some(Ok(FIRST)), "who does not move it is not asked to");
}

#[test]
fn ag_03_two_at_the_same_moment_do_not_both_pass() {
    let mut world = World::at("09:00");
    (world.slow_reads, world.slow_writes) = (Some(VecDeque::new()), Some(VecDeque::new()));
    world.create(1, BRUNO, draft(Action::Notify, "10:00"));
    world.create(2, BRUNO, draft(Action::Notify, "10:01"));
    world.create(3, ANA, draft(Action::Notify, "10:01"));
    world.read_arrives();
    assert_eq!(world.answer(1), None);
    world.read_arrives();
    assert_eq!(too_close(world.answer(2)), (Some(today("09:54")), Some(today("10:06"))), "not written, but taken");
    world.read_arrives();
    world.write_arrives();
    world.write_arrives();
    assert_eq!((world.answer(1), world.answer(3)), (Some(Ok(FIRST)), Some(Ok(AppointmentId(3)))));
}

#[test]
fn ag_03_an_answer_that_is_older_than_a_write_does_not_hide_it() {
    let mut world = World::at("09:00");
    world.slow_reads = Some(VecDeque::new());
    world.create(1, BRUNO, draft(Action::Notify, "10:00"));
    world.create(2, BRUNO, draft(Action::Notify, "10:01"));
    world.read_arrives();
    assert_eq!(world.answer(1), Some(Ok(FIRST)), "written, long before the second answer comes");
    world.read_arrives();
    assert_eq!(too_close(world.answer(2)).1, Some(today("10:06")));
}

#[test]
fn ag_03_a_time_that_was_not_written_after_all_is_free() {
    let mut world = World::at("09:00");
    world.slow_reads = Some(VecDeque::new());
    world.create(1, BRUNO, draft(Action::Notify, "10:00"));
    world.create(2, BRUNO, draft(Action::Notify, "10:01"));
    world.disk_is_full = true;
    world.read_arrives();
    assert_eq!(world.answer(1), Some(Err(Refused::NotStored)));
    world.disk_is_full = false;
    world.read_arrives();
    assert_eq!(world.answer(2), Some(Ok(AppointmentId(2))));
}

#[test]
fn ag_03_who_is_moved_twice_does_not_stand_in_its_own_way() {
    let mut world = World::at("09:00");
    world.create(1, BRUNO, draft(Action::Notify, "10:00"));
    world.slow_reads = Some(VecDeque::new());
    world.do_with(|room, now| room.on_edit(CommandId(2), FIRST, 1, draft(Action::Notify, "10:10"), now));
    world.create(3, BRUNO, draft(Action::Notify, "12:00"));
    world.read_arrives();
    world.do_with(|room, now| room.on_edit(CommandId(4), FIRST, 2, draft(Action::Notify, "10:11"), now));
    let newest = world.slow_reads.as_mut().and_then(VecDeque::pop_back).expect("the second edit asks");
    world.do_with(|room, now| room.on_neighbours(newest.0, Some(newest.1), now));
    assert_eq!((world.answer(2), world.answer(4)), (Some(Ok(FIRST)), Some(Ok(FIRST))));
}

#[test]
fn ag_03_a_store_that_cannot_say_is_no_yes() {
    let mut world = World::at("09:00");
    world.slow_reads = Some(VecDeque::new());
    world.create(1, BRUNO, draft(Action::Notify, "10:00"));
    let (ask, _) = world.slow_reads.take().and_then(|mut reads| reads.pop_front()).expect("asked");
    world.do_with(|room, now| room.on_neighbours(ask, None, now));
    assert_eq!((world.answer(1), world.disk.len()), (Some(Err(Refused::NotLooked)), 0));
    world.do_with(|room, now| room.on_neighbours(ask, Some(vec![]), now));
    assert_eq!(world.disk.len(), 0, "answered once");
}

/// Named times, minute by minute: as a person would look for them on a calendar.
#[test]
fn ag_03_the_named_times_are_the_nearest_of_a_naive_calendar() {
    let mut random = Random::new([3; 32]);
    let now = instant(today("09:00"));
    let (mut passed, mut both) = (0, 0);
    for round in 0..2_000 {
        let distance = i64::from(random.below(12));
        let mut minute = || now + TimeDelta::minutes(i64::from(random.below(150)) + 1);
        let taken: BTreeSet<DateTime<Utc>> = (0..14).map(|_| minute()).collect();
        let at = minute();
        let is_free =
            |at: &DateTime<Utc>| taken.iter().all(|other| (*other - *at).abs() >= TimeDelta::minutes(distance));
        let along = |step: i64| (1..1_440).map(move |minutes| at + TimeDelta::minutes(step * minutes));
        let due = Due { at, local: at.with_timezone(&ZONE).naive_local(), zone: ZONE };
        match space::judge(due, distance as u16, &taken, now) {
            Ok(()) => {
                passed += 1;
                assert!(is_free(&at), "round {round}");
            }
            Err(TooClose { before, after, .. }) => {
                assert!(!is_free(&at), "round {round}");
                assert_eq!(
                    before.map(|due| due.at),
                    along(-1).take_while(|at| *at > now).find(is_free),
                    "round {round}"
                );
                assert_eq!(after.map(|due| due.at), along(1).find(is_free), "round {round}");
                both += usize::from(before.is_some() && after.is_some());
            }
        }
    }
    assert!(passed > 200 && both > 200, "both happen: {passed}, {both}");
}

/// Wishes, answers and writes in any order: what is on the disk lies apart.
#[test]
fn ag_03_whatever_comes_in_between_neighbours_lie_apart() {
    let mut changed = 0;
    for seed in 0..60 {
        let mut random = Random::new([seed; 32]);
        let mut world = World::at("09:00");
        (world.slow_reads, world.slow_writes) = (Some(VecDeque::new()), Some(VecDeque::new()));
        for step in 1..=120 {
            let time = today("10:00") + TimeDelta::minutes(i64::from(random.below(60)));
            let (draft, any) = (Draft { when: time, ..draft(Action::Notify, "10:00") }, random.below(120));
            let known = world.appointments.rows().map(|row| row.appointment).nth(any as usize % 7);
            match (random.below(6), known) {
                (0, _) => drop(world.create(step, if any < 40 { ANA } else { BRUNO }, draft)),
                (1, Some(old)) => {
                    world.do_with(|room, now| room.on_edit(CommandId(step), old.id, old.version, draft, now));
                }
                (2, Some(old)) if any < 30 => {
                    world.do_with(|room, now| room.on_cancel(CommandId(step), old.id, old.version, now));
                }
                (3 | 4, _) if world.slow_reads.as_ref().is_some_and(|reads| !reads.is_empty()) => world.read_arrives(),
                (_, _) if world.slow_writes.as_ref().is_some_and(|writes| !writes.is_empty()) => world.write_arrives(),
                (_, _) => {}
            }
            apart(&world, seed);
        }
        changed += world.disk.values().filter(|row| row.appointment.version > 1).count();
    }
    assert!(changed > 60, "edits and cancels pass too: {changed}");
}

fn apart(world: &World, seed: u8) {
    for creator in [ANA, BRUNO] {
        let kept = world.disk.values().filter(|row| row.phase != Phase::Over { end: End::Cancelled });
        let own = kept.filter(|row| row.appointment.creator == creator);
        let mut times: Vec<_> = own.map(|row| row.appointment.terms.due.at).collect();
        times.sort();
        assert!(times.windows(2).all(|pair| pair[1] - pair[0] >= TimeDelta::minutes(6)), "seed {seed}: {times:?}");
    }
}
