//! Events: nobody hands them in again, so that none is lost, whatever fails.

use super::world::World;
use super::*;

fn refused() -> Outcome {
    Outcome::Refused { why: "the gateway answered 404".to_owned() }
}

#[test]
fn gn_14_events_that_find_too_much_waiting_are_kept_for_a_person_and_one_alert_speaks_for_all() {
    let mut world = World::silent();
    world.set(Settings { most: 2, ..Settings::default() });
    (1..=5).for_each(|id| world.put(event(id, "crm", id)));
    assert_eq!((world.phase(1), world.phase(2)), (Some(Phase::Trying), Some(Phase::Trying)));
    (3..=5).for_each(|id| assert_eq!(world.phase(id), Some(Phase::Dead(Dead::Full)), "{id}"));
    assert_eq!(world.alerts, [Alert { item: OutboxId(3), why: Dead::Full }]);
    world.set(Settings::default());
    world.outcomes = [Some(Outcome::Delivered)].into();
    let version = world.version(4);
    world.do_with(|outbox, now| outbox.on_retry(CommandId(1), OutboxId(4), version, now));
    world.wait(std::time::Duration::from_secs(600));
    assert_eq!(world.phase(4), Some(Phase::Done), "a person has it tried again");
}

#[test]
fn gn_14_events_of_one_gateway_that_refuses_them_all_are_one_alert_and_of_another_another() {
    let mut world = World::with([refused()]);
    (1..=3).for_each(|id| world.put(event(id, "crm", id)));
    world.put(event(4, "bi", 4));
    let alerted: Vec<u64> = world.alerts.iter().map(|alert| alert.item.0).collect();
    assert_eq!(alerted, [1, 4]);
    assert_eq!(world.phase(3), Some(Phase::Dead(Dead::Refused)));
}

#[test]
fn gn_14_an_event_that_the_disk_did_not_take_is_written_and_sent_when_it_does() {
    let mut world = World::new();
    world.disk_is_full = true;
    world.put(event(1, "crm", 1));
    assert_eq!((world.phase(1), world.sent.len()), (None, 0));
    world.disk_is_full = false;
    world.wait(std::time::Duration::from_secs(60));
    assert_eq!((world.phase(1), world.order()), (Some(Phase::Done), vec![1]));
}

#[test]
fn gn_14_events_about_one_thing_keep_their_order_and_hold_up_no_other() {
    let busy = Outcome::Failed { why: "503".to_owned(), wait: None };
    let mut world = World::with([busy, Outcome::Delivered]);
    world.put(event(1, "crm", 81));
    world.put(event(2, "crm", 81));
    world.put(event(3, "crm", 82));
    world.wait(std::time::Duration::from_secs(60));
    assert_eq!(world.order(), [1, 3, 1, 2]);
}
