//! An outage of the PBX: nothing is sent meanwhile, and everything comes back at the group's pace (SP-03).

use std::collections::BTreeMap;

use engine::news::WatchedState;
use engine::sip::message::Method;
use engine::time::Moment;

use crate::notifier::Notifier;
use crate::shell::pbx::{config, extension};
use crate::world::{World, ms, seconds};

#[test]
fn SP_03_lamps_go_dark_with_the_group_and_come_back_with_it() {
    let mut world = World::watching();
    let mut notifier = Notifier::accept(&mut world);
    notifier.tell(&mut world, "confirmed");
    world.away = true;
    world.pass(seconds(60));
    assert_eq!(world.lamp(), WatchedState::Unknown);
    assert_eq!(world.lamp_view().why.as_deref(), Some("the PBX does not answer"));
    world.pass(seconds(20_000));
    world.quiet();
    world.away = false;
    let subscribe = world.subscribed(seconds(10));
    let mut anew = Notifier::of(&subscribe, "n2");
    world.deliver(&anew.far.answer_to(&subscribe, 200));
    anew.tell(&mut world, "early");
    assert_eq!((world.lamp(), world.lamp_view().why), (WatchedState::Ringing, None));
    // The subscription of before is nobody's.
    let stale = notifier.bare("active");
    world.deliver(&stale);
    world.got(481);
}

#[test]
fn SP_03_hundreds_of_subscriptions_begin_at_the_pace_of_registrations() {
    let accounts = (20..30).map(|number| {
        let mut account = extension(number);
        account.watch = (0..30).map(|lamp| format!("1{number}{lamp:02}")).collect();
        account
    });
    let mut world = World::of(config(accounts));
    // By Call-ID: what is sent again because nobody answers is no turn.
    let mut begun: BTreeMap<String, Moment> = BTreeMap::new();
    for _ in 0..200 {
        world.pass(ms(100));
        while let Some(message) = world.inbox.pop_front() {
            assert_eq!(message.method(), Some(Method::Subscribe));
            begun.entry(message.call_id().unwrap().into_owned()).or_insert(world.now.moment);
        }
    }
    assert_eq!(begun.len(), 300);
    let in_a_second = |from: &Moment| begun.values().filter(|at| (*from..*from + seconds(1)).contains(at)).count();
    // Those of the first three seconds are seen at once.
    let most = begun.values().filter(|at| **at > world.now.moment - seconds(19)).map(in_a_second).max().unwrap();
    assert!((15..=20).contains(&most), "{most} in a second");
}
