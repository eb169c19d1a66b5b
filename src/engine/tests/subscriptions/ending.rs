//! Ends: by the PBX with its reasons (RFC 6665 §4.1.3), by a person, by a reload, by the drain.

use std::sync::Arc;

use engine::border::{DaemonCommand, Input, What};
use engine::news::{News, WatchedState};
use engine::sip::header::Name;

use crate::far::WithSdp;
use crate::notifier::Notifier;
use crate::world::{World, seconds};

/// A subscription that stood for ten minutes is ended like this.
fn ended(standing: &str) -> World {
    let mut world = World::watching();
    let mut notifier = Notifier::accept(&mut world);
    notifier.tell(&mut world, "confirmed");
    world.pass(seconds(600));
    let last = notifier.bare(standing);
    world.deliver(&last);
    world.got(200);
    assert_eq!(world.lamp(), WatchedState::Unknown);
    world
}

#[test]
fn some_reasons_call_back_at_once() {
    for standing in ["terminated", "terminated;reason=deactivated", "terminated;reason=timeout"] {
        let mut world = ended(standing);
        world.subscribed(seconds(1));
    }
}

#[test]
fn some_reasons_call_back_later() {
    for standing in ["terminated;reason=probation;retry-after=40", "terminated;reason=giveup;retry-after=40"] {
        let mut world = ended(standing);
        world.pass(seconds(39));
        world.quiet();
        world.subscribed(seconds(2));
    }
}

#[test]
fn some_reasons_forbid_to_come_back() {
    for reason in ["rejected", "noresource", "invariant"] {
        let mut world = ended(&format!("terminated;reason={reason}"));
        assert!(world.lamp_view().why.is_some());
        world.pass(seconds(20_000));
        world.quiet();
    }
}

#[test]
fn a_pbx_that_ends_every_subscription_at_once_is_not_asked_in_a_circle() {
    let mut world = World::watching();
    for _ in 0..2 {
        let mut notifier = Notifier::accept(&mut world);
        let last = notifier.bare("terminated;reason=deactivated");
        world.deliver(&last);
        world.got(200);
    }
    world.pass(seconds(1));
    world.quiet();
    world.subscribed(seconds(20));
}

#[test]
fn what_is_unwatched_is_unsubscribed_and_leaves_the_live_state() {
    let mut world = World::watching();
    let mut notifier = Notifier::accept(&mut world);
    notifier.tell(&mut world, "early");
    world.unwatch("1002");
    let last = world.subscribed(seconds(2));
    assert_eq!((last.header(&Name::Expires).unwrap().as_ref(), last.to().unwrap().tag()), ("0", Some("n1")));
    assert!(world.shell.engine.snapshot().watched.is_empty());
    let gone = |news: &News| matches!(news, News::Watched(view) if view.state == WatchedState::Unwatched);
    assert!(world.shell.news.iter().any(|(_, news)| gone(news)));
    world.deliver(&notifier.far.answer_to(&last, 200).with(Name::Expires, "0"));
    let farewell = notifier.bare("terminated;reason=timeout");
    world.deliver(&farewell);
    world.got(200);
    world.deliver(&notifier.bare("active"));
    world.got(481);
    world.over();
}

#[test]
fn what_is_unwatched_before_the_first_notify_ends_with_a_481() {
    let mut world = World::watching();
    let mut notifier = Notifier::accept(&mut world);
    world.unwatch("1002");
    world.quiet();
    world.deliver(&notifier.bare("active"));
    world.got(481);
    world.over();
}

#[test]
fn a_number_may_be_watched_by_command_and_stays_over_a_reload() {
    let mut world = World::new();
    world.watch("1002");
    let mut notifier = Notifier::accept(&mut world);
    notifier.tell(&mut world, "early");
    let account = world.config.accounts.get_mut(&"20".into()).unwrap();
    Arc::make_mut(account).watch = vec!["1003".to_owned()];
    world.shell.handle(Input::Config(world.config.clone()), world.now);
    assert_eq!(world.subscribed(seconds(1)).uri().unwrap().user.as_deref(), Some("1003"));
    assert_eq!(world.lamp(), WatchedState::Ringing, "1002 did not notice");
    world.quiet();
}

#[test]
fn what_cannot_be_watched_is_refused_with_words() {
    let mut world = World::new();
    for number in ["", "10 02", "1002@elsewhere", "<x>", &"1".repeat(65)] {
        let command = engine::subscription::Command::Watch { account: "20".into(), numbers: vec![number.to_owned()] };
        let refusal = world.command(What::Subscription(command)).unwrap_err();
        assert_eq!(refusal.code, engine::border::RefusalCode::BadRequest, "{number}");
    }
    let nobody = engine::subscription::Command::Watch { account: "99".into(), numbers: Vec::new() };
    let refusal = world.command(What::Subscription(nobody)).unwrap_err();
    assert_eq!(refusal.code, engine::border::RefusalCode::NoSuchAccount);
}

#[test]
fn the_drain_unsubscribes_and_waits_for_the_last_word() {
    let mut world = World::watching();
    let mut notifier = Notifier::accept(&mut world);
    notifier.tell(&mut world, "terminated");
    world.command(What::Daemon(DaemonCommand::Drain)).unwrap();
    let last = world.subscribed(seconds(1));
    assert_eq!(last.header(&Name::Expires).unwrap(), "0");
    assert!(!world.shell.engine.may_leave());
    world.deliver(&notifier.far.answer_to(&last, 200).with(Name::Expires, "0"));
    world.deliver(&notifier.bare("terminated"));
    world.got(200);
    world.pass(seconds(1));
    assert!(world.shell.engine.may_leave());
}

#[test]
fn the_drain_does_not_wait_for_ever() {
    let mut world = World::watching();
    let mut notifier = Notifier::accept(&mut world);
    notifier.tell(&mut world, "terminated");
    world.command(What::Daemon(DaemonCommand::Drain)).unwrap();
    world.pass(seconds(40));
    assert!(world.shell.engine.may_leave());
}
