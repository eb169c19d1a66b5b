//! The power fails after each thing that was done, one run for each: what is left on the disk never dials an attempt twice.

use super::world::World;
use super::*;

/// Two promises, three attempts, a no, an edit.
fn story(world: &mut World) {
    world.outcomes = VecDeque::from([Outcome::Busy, Outcome::Answered]);
    world.comes(ANA, &[SALES]);
    world.promise(1, "2026-11-23 10:00", Owner::Queue(SALES));
    world.promise(2, "2026-11-23 10:30", Owner::Person(ANA));
    if let Some(row) = world.callbacks.row(PromiseId(2)) {
        let (version, other) = (row.promise.version, draft("2026-11-23 11:00", Owner::Person(ANA)));
        world.do_with(|callbacks, now| callbacks.on_edit(CommandId(3), PromiseId(2), version, other, now));
    }
    world.today("17:00");
}

#[test]
fn a_crash_at_every_step_dials_no_attempt_twice_and_loses_no_promise() {
    let mut unknown = 0;
    for step in 1.. {
        let mut world = World::at("09:00");
        world.power = Some(step);
        story(&mut world);
        let crashed = world.is_off();
        let acknowledged: Vec<PromiseId> = world.answers.iter().filter_map(|(_, answer)| answer.clone().ok()).collect();
        world.starts_again();
        world.today("18:30");

        let mut attempts: Vec<_> = world.invites.iter().map(|(promise, attempt, _)| (*promise, *attempt)).collect();
        attempts.sort();
        assert!(attempts.is_sorted_by(|a, b| a < b), "step {step}: an attempt was dialled twice: {attempts:?}");
        for id in acknowledged {
            let row = world.disk.get(&id).expect("what was acknowledged is on the disk");
            match &row.phase {
                Phase::Over(End::Done) => {}
                Phase::Unknown(attempt) => {
                    unknown += 1;
                    assert_eq!(world.alerts.iter().filter(|alert| **alert == Wrong::Unknown).count(), 1, "step {step}");
                    let tried = |invite: &&(PromiseId, u32)| invite.0 == id && invite.1 > attempt.number;
                    assert_eq!(attempts.iter().find(tried), None, "step {step}: dialled after the unknown");
                    assert!(row.promise.attempts > 0, "step {step}: it counts");
                }
                Phase::Over(End::Missed | End::Exhausted | End::Cancelled) | Phase::Open | Phase::Trying(_) => {
                    panic!("step {step}: {row:?}, alerts {:?}", world.alerts);
                }
            }
        }
        if !crashed {
            break;
        }
    }
    assert!(unknown >= 6, "between each write of an attempt and its outcome lie steps: {unknown}");
}

#[test]
fn a_person_decides_about_an_unknown_attempt() {
    let mut world = World::at("10:00");
    world.comes(ANA, &[SALES]);
    world.promise(1, "2026-11-23 10:00", Owner::Queue(SALES));
    world.slow = Some(vec![]);
    world.today("10:01");
    world.slow = None;
    world.starts_again();
    world.today("11:00");
    assert!(matches!(world.state(1), Some(Phase::Unknown(Attempt { number: 1, .. }))));
    assert_eq!((world.invites.len(), world.alerts.as_slice()), (0, [Wrong::Unknown].as_slice()));
    world.starts_again();
    assert_eq!(world.alerts.len(), 1, "a second start finds it told");
    let version = world.version(1);
    world.do_with(|callbacks, now| {
        callbacks.on_edit(CommandId(2), FIRST, version, draft("2026-11-23 12:00", Owner::Queue(SALES)), now);
    });
    world.today("12:01");
    assert_eq!(world.invites.iter().map(|invite| invite.1).collect::<Vec<_>>(), [2]);
    assert_eq!(world.disk[&FIRST].promise.attempts, 2, "the unknown one counts");
}

#[test]
fn restoring_twice_is_restoring_once() {
    let mut world = World::at("10:00");
    world.promise(1, "2026-11-23 10:30", Owner::Queue(SALES));
    world.starts_again();
    let row = world.disk[&FIRST].clone();
    world.do_with(|callbacks, now| callbacks.restore(row, now));
    world.comes(ANA, &[SALES]);
    world.today("11:00");
    assert_eq!((world.invites.len(), world.callbacks.views().count()), (1, 0));
}
