//! NOTIFY: what is taken, what is refused, what the lamp shows (RFC 6665 §4.1.3, RFC 4235).

use engine::news::WatchedState;
use engine::sip::header::Name;

use crate::far::WithSdp;
use crate::notifier::{Notifier, dialog};
use crate::world::{World, seconds};

#[test]
fn the_lamp_follows_the_extension() {
    let mut world = World::watching();
    let mut notifier = Notifier::accept(&mut world);
    for (state, lamp) in [
        ("terminated", WatchedState::Idle),
        ("early", WatchedState::Ringing),
        ("confirmed", WatchedState::Talking),
        ("terminated", WatchedState::Idle),
    ] {
        notifier.tell(&mut world, state);
        assert_eq!(world.lamp(), lamp);
        assert_eq!(world.lamp_view().since, Some(world.now.civil));
    }
    let told = world.shell.news.len();
    notifier.tell(&mut world, "terminated");
    assert_eq!(world.shell.news.len(), told, "what is no news is not told");
}

#[test]
fn a_notify_may_come_before_the_answer() {
    let mut world = World::watching();
    let subscribe = world.subscribed(seconds(2));
    let mut notifier = Notifier::of(&subscribe, "n1");
    notifier.tell(&mut world, "early");
    assert_eq!(world.lamp(), WatchedState::Ringing);
    world.deliver(&notifier.far.answer_to(&subscribe, 200).with(Name::Expires, "3600"));
    notifier.tell(&mut world, "confirmed");
    assert_eq!(world.lamp(), WatchedState::Talking);
    world.pass(seconds(60));
    world.quiet();
}

#[test]
fn of_two_forks_the_first_to_notify_wins() {
    let mut world = World::watching();
    let subscribe = world.subscribed(seconds(2));
    let (mut one, mut other) = (Notifier::of(&subscribe, "n1"), Notifier::of(&subscribe, "n2"));
    // The 2xx of the one, the NOTIFY of the other.
    world.deliver(&one.far.answer_to(&subscribe, 200).with(Name::Expires, "3600"));
    other.tell(&mut world, "early");
    let late = one.dialogs("active", "full", &dialog("a", "confirmed"));
    world.deliver(&late);
    world.got(481);
    assert_eq!(world.lamp(), WatchedState::Ringing);
    other.tell(&mut world, "terminated");
    assert_eq!(world.lamp(), WatchedState::Idle);
}

#[test]
fn what_is_no_notify_of_ours_or_none_at_all_is_refused() {
    let mut world = World::watching();
    let mut notifier = Notifier::accept(&mut world);
    notifier.tell(&mut world, "terminated");
    let good = |notifier: &mut Notifier| notifier.dialogs("active", "full", &dialog("a", "early"));

    let mut stranger = good(&mut notifier);
    stranger.set(Name::CallId, "another");
    world.deliver(&stranger);
    world.got(481);
    let mut package = good(&mut notifier);
    package.set(Name::Event, "presence");
    world.deliver(&package);
    assert_eq!(world.got(489).header(&Name::from("Allow-Events")).unwrap(), "dialog");
    let mut mute = good(&mut notifier);
    mute.remove(&Name::SubscriptionState);
    world.deliver(&mute);
    world.got(400);
    let mut kind = good(&mut notifier);
    kind.set(Name::ContentType, "application/pidf+xml");
    world.deliver(&kind);
    assert_eq!(world.got(415).header(&Name::Accept).unwrap(), "application/dialog-info+xml");
    let mut old = good(&mut notifier);
    old.set(Name::CSeq, "1 NOTIFY");
    world.deliver(&good(&mut notifier));
    world.got(200);
    world.deliver(&old);
    world.got(500);
    assert_eq!(world.lamp(), WatchedState::Ringing, "the one that was good");
}

#[test]
fn a_body_that_cannot_be_read_darkens_the_lamp_and_the_next_lights_it() {
    let mut world = World::watching();
    let mut notifier = Notifier::accept(&mut world);
    notifier.tell(&mut world, "confirmed");
    let mut bomb = notifier.bare("active");
    bomb.set_body("application/dialog-info+xml", "<!DOCTYPE x [<!ENTITY a \"b\">]><dialog-info>&a;</dialog-info>");
    world.deliver(&bomb);
    world.got(200);
    assert_eq!(world.lamp(), WatchedState::Unknown);
    assert!(world.lamp_view().why.unwrap().starts_with("dialog-info: "));
    notifier.tell(&mut world, "confirmed");
    assert_eq!((world.lamp(), world.lamp_view().why), (WatchedState::Talking, None));
}

#[test]
fn a_pending_subscription_stands_and_tells_nothing() {
    let mut world = World::watching();
    let mut notifier = Notifier::accept(&mut world);
    let notify = notifier.bare("pending;expires=3600");
    world.deliver(&notify);
    world.got(200);
    assert_eq!(world.lamp(), WatchedState::Unknown);
    world.pass(seconds(100));
    world.quiet();
    notifier.tell(&mut world, "terminated");
    assert_eq!(world.lamp(), WatchedState::Idle);
}

#[test]
fn partial_states_add_up_and_a_gap_asks_for_the_full_one() {
    let mut world = World::watching();
    let mut notifier = Notifier::accept(&mut world);
    notifier.tell(&mut world, "terminated");
    let notify = notifier.dialogs("active", "partial", &dialog("b", "early"));
    world.deliver(&notify);
    world.got(200);
    assert_eq!(world.lamp(), WatchedState::Ringing);
    world.quiet();
    notifier.skip_a_version();
    let notify = notifier.dialogs("active", "partial", &dialog("c", "confirmed"));
    world.deliver(&notify);
    world.got(200);
    let refresh = world.subscribed(seconds(2));
    assert_eq!(refresh.to().unwrap().tag(), Some("n1"));
    world.deliver(&notifier.far.answer_to(&refresh, 200).with(Name::Expires, "3600"));
    notifier.tell(&mut world, "terminated");
    assert_eq!(world.lamp(), WatchedState::Idle);
}

#[test]
fn a_shorter_life_by_notify_counts() {
    let mut world = World::watching();
    let mut notifier = Notifier::accept(&mut world);
    let notify = notifier.dialogs("active;expires=100", "full", "");
    world.deliver(&notify);
    world.got(200);
    world.subscribed(seconds(95));
}
