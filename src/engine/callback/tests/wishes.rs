//! New promises and changes of them (CB-05, CB-06, CB-12).

use super::world::World;
use super::*;

const TO_SALES: Owner = Owner::Queue(SALES);

#[test]
fn cb_05_a_yes_is_said_when_it_is_written_and_a_no_leaves_no_trace() {
    let mut world = World::at("09:00");
    world.slow = Some(vec![]);
    world.promise(1, "2026-11-23 10:00", TO_SALES);
    assert_eq!(world.answers, []);
    world.disk_answers();
    assert_eq!(world.answers, [(CommandId(1), Ok(FIRST))]);
    world.disk_is_full = true;
    world.promise(2, "2026-11-23 10:00", TO_SALES);
    assert_eq!(world.answers.last(), Some(&(CommandId(2), Err(Refused::NotStored))));
    world.disk_is_full = false;
    world.promise(3, "2026-11-23 10:00", TO_SALES);
    assert_eq!(world.answers.last(), Some(&(CommandId(3), Ok(PromiseId(3)))), "the second place was given back");
}

#[test]
fn cb_06_two_at_once_do_not_share_the_last_place() {
    let mut world = World::at("09:00");
    world.slow = Some(vec![]);
    for id in 1..=3 {
        world.promise(id, "2026-11-23 10:00", TO_SALES);
    }
    let full = world.answers.first().expect("the third is refused before anything is written");
    assert!(matches!(full, (CommandId(3), Err(Refused::Impossible(Impossible { why: Why::Full { .. }, .. })))));
    world.disk_answers();
    world.do_with(|callbacks, now| callbacks.on_cancel(CommandId(4), FIRST, 1, now));
    world.promise(5, "2026-11-23 10:00", TO_SALES);
    assert_eq!(world.answers.last(), Some(&(CommandId(5), Ok(PromiseId(5)))));
}

#[test]
fn cb_12_it_is_changed_and_cancelled_until_it_is_being_dialled() {
    let mut world = World::at("09:00");
    world.comes(ANA, &[SALES]);
    world.promise(1, "2026-11-23 10:00", TO_SALES);
    world.do_with(|callbacks, now| {
        callbacks.on_edit(CommandId(2), FIRST, 1, draft("2026-11-23 11:00", TO_SALES), now);
    });
    world.do_with(|callbacks, now| callbacks.on_cancel(CommandId(3), FIRST, 1, now));
    assert_eq!(world.answers.last(), Some(&(CommandId(3), Err(Refused::Outdated))), "that screen was an old one");
    world.today("10:59");
    assert_eq!(world.invites, []);
    let version = world.version(1);
    world.slow = Some(vec![]);
    world.today("11:00");
    let dialling = world.version(1);
    world.do_with(|callbacks, now| callbacks.on_cancel(CommandId(4), FIRST, dialling, now));
    assert_eq!(world.answers.last(), Some(&(CommandId(4), Err(Refused::BeingDialled))));
    assert!(dialling > version);
    world.disk_answers();
    world.do_with(|callbacks, now| callbacks.on_cancel(CommandId(5), FIRST, dialling, now));
    assert_eq!(world.answers.last(), Some(&(CommandId(5), Err(Refused::NotFound))), "it is done");
}

#[test]
fn cb_12_a_cancelled_reservation_frees_the_agent_and_is_never_dialled() {
    let mut world = World::at("09:59");
    world.promise(1, "2026-11-23 10:00", TO_SALES);
    world.comes(ANA, &[SALES]);
    while world.callbacks.reserved().next().is_none() {
        world.now = world.now.after(Duration::from_secs(1));
        world.do_with(|callbacks, now| callbacks.on_timeout(now));
    }
    let version = world.version(1);
    world.slow = Some(vec![]);
    world.do_with(|callbacks, now| callbacks.on_cancel(CommandId(2), FIRST, version, now));
    assert_eq!(world.assign.lease_of(ANA), None);
    world.today("10:10");
    assert_eq!(world.invites, [], "while the cancellation is being written it is not dialled either");
    world.disk_answers();
    assert_eq!(
        (world.answers.last(), world.state(1)),
        (Some(&(CommandId(2), Ok(FIRST))), Some(Phase::Over(End::Cancelled)))
    );
}

#[test]
fn cb_12_a_change_that_cannot_be_written_leaves_the_promise_as_it_was() {
    let mut world = World::at("09:00");
    world.comes(ANA, &[SALES]);
    world.promise(1, "2026-11-23 10:00", TO_SALES);
    world.disk_is_full = true;
    world.do_with(|callbacks, now| callbacks.on_cancel(CommandId(2), FIRST, 1, now));
    assert_eq!(world.answers.last(), Some(&(CommandId(2), Err(Refused::NotStored))));
    world.disk_is_full = false;
    world.today("10:00");
    assert_eq!(world.invites.len(), 1);
}
