//! Waiting messages (RFC 3842): asked for, and told unasked.

use engine::news::MessageSummary;
use engine::sip::header::Name;

use crate::far::{WithSdp, outside};
use crate::notifier::Notifier;
use crate::world::{World, seconds};

const BODY: &str = "Messages-Waiting: yes\r\nMessage-Account: sip:20@10.0.0.2\r\nVoice-Message: 2/8 (0/2)\r\n";

fn messages(world: &World) -> Option<MessageSummary> {
    world.shell.engine.snapshot().accounts[0].messages
}

#[test]
fn a_mailbox_is_subscribed_to_and_its_numbers_are_shown() {
    let mut world = World::beginning(|account| account.mwi = true);
    let subscribe = world.subscribed(seconds(2));
    assert_eq!(subscribe.header(&Name::Event).unwrap(), "message-summary");
    assert_eq!(subscribe.header(&Name::Accept).unwrap(), "application/simple-message-summary");
    assert_eq!(subscribe.uri().unwrap().user.as_deref(), Some("20"));
    let mut notifier = Notifier::of(&subscribe, "n1");
    world.deliver(&notifier.far.answer_to(&subscribe, 200));
    assert_eq!(messages(&world), None);
    let mut notify = notifier.bare("active");
    notify.set_body("application/simple-message-summary", BODY);
    world.deliver(&notify);
    world.got(200);
    let counts = MessageSummary { waiting: true, new: 2, old: 8, urgent_new: 0, urgent_old: 2 };
    assert_eq!(messages(&world), Some(counts));
    assert!(world.shell.engine.snapshot().watched.is_empty(), "a mailbox has no lamp");
}

#[test]
fn a_pbx_may_tell_of_a_mailbox_unasked() {
    let mut world = World::new();
    let mut notify = outside("NOTIFY", "mwi").with(Name::Event, "message-summary");
    notify.set_body("application/simple-message-summary", BODY);
    world.deliver(&notify);
    world.got(200);
    assert_eq!(messages(&world).map(|summary| summary.new), Some(2));

    let mut damaged = outside("NOTIFY", "damaged").with(Name::Event, "message-summary");
    damaged.set_body("application/simple-message-summary", "nothing");
    world.deliver(&damaged);
    world.got(400);
    world.deliver(&outside("NOTIFY", "presence").with(Name::Event, "presence"));
    world.got(481);
    assert_eq!(messages(&world).map(|summary| summary.new), Some(2));
    world.quiet();
}

#[test]
fn the_numbers_stay_known_while_the_pbx_is_away() {
    let mut world = World::beginning(|account| account.mwi = true);
    let mut notifier = Notifier::accept(&mut world);
    let mut notify = notifier.bare("active");
    notify.set_body("application/simple-message-summary", BODY);
    world.deliver(&notify);
    world.got(200);
    world.away = true;
    world.pass(seconds(60));
    assert_eq!(messages(&world).map(|summary| summary.new), Some(2));
    world.inbox.clear();
    world.away = false;
    world.subscribed(seconds(10));
}
