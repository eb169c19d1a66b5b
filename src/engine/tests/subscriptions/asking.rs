//! SUBSCRIBE and its answers (RFC 6665 §4.1.2).

use engine::news::WatchedState;
use engine::sip::header::Name;
use engine::sip::message::{Message, Method};

use crate::far::WithSdp;
use crate::notifier::Notifier;
use crate::world::{World, ms, seconds};

#[test]
fn an_extension_watches_once_it_is_registered() {
    let mut world = World::watching();
    let subscribe = world.subscribed(seconds(2));
    let field = |name: Name| subscribe.header(&name).unwrap().into_owned();
    assert_eq!(subscribe.uri().unwrap().to_string(), "sip:1002@10.0.0.2");
    assert_eq!(field(Name::Event), "dialog");
    assert_eq!(field(Name::Accept), "application/dialog-info+xml");
    assert_eq!(field(Name::Expires), "600");
    assert_eq!(subscribe.contacts().unwrap()[0].uri.to_string(), "sip:20@10.0.0.1:5070");
    assert_eq!(subscribe.from().unwrap().uri.user.as_deref(), Some("20"));
    assert!(subscribe.to().unwrap().tag().is_none());
    assert_eq!(world.lamp(), WatchedState::Unknown);
    world.quiet();
}

#[test]
fn a_challenge_is_answered_once() {
    let mut world = World::watching();
    let challenge = |subscribe: &Message| {
        let nonce = "Digest realm=\"pbx\", nonce=\"n\", qop=\"auth\", algorithm=SHA-256";
        Message::response(subscribe, 401).with(Name::WwwAuthenticate, nonce)
    };
    let first = world.subscribed(seconds(2));
    world.deliver(&challenge(&first));
    let second = world.subscribed(seconds(2));
    assert!(second.header(&Name::Authorization).unwrap().contains("realm=\"pbx\""));
    assert_eq!((first.call_id(), second.cseq().unwrap().0), (second.call_id(), 2));
    world.deliver(&challenge(&second));
    let why = world.lamp_view().why.unwrap();
    assert!(why.contains("not accepted"), "{why}");
    world.quiet();
}

#[test]
fn a_floor_is_met_and_kept() {
    let mut world = World::watching();
    let brief = world.subscribed(seconds(2));
    world.deliver(&Message::response(&brief, 423).with(Name::MinExpires, "1800"));
    let subscribe = world.subscribed(seconds(2));
    assert_eq!(subscribe.header(&Name::Expires).unwrap(), "1800");
    assert_eq!(subscribe.cseq().unwrap().0, 2);
    let mut notifier = Notifier::of(&subscribe, "n1");
    world.deliver(&notifier.far.answer_to(&subscribe, 200).with(Name::Expires, "1800"));
    notifier.tell(&mut world, "terminated");
    assert_eq!(world.subscribed(seconds(3_300)).header(&Name::Expires).unwrap(), "1800");
}

#[test]
fn a_floor_that_cannot_be_met_is_a_no() {
    let mut world = World::watching();
    let brief = world.subscribed(seconds(2));
    world.deliver(&Message::response(&brief, 423).with(Name::MinExpires, "600000"));
    assert!(world.lamp_view().why.unwrap().contains("423"));
    world.quiet();
}

#[test]
fn a_package_that_the_pbx_has_not_is_not_asked_for_again() {
    let mut world = World::watching();
    let subscribe = world.subscribed(seconds(2));
    world.deliver(&Message::response(&subscribe, 489));
    assert!(world.lamp_view().why.unwrap().contains("does not offer"));
    world.pass(seconds(20_000));
    world.quiet();
    // A person knows better.
    world.watch("1002");
    world.subscribed(seconds(1));
}

#[test]
fn an_extension_without_a_hint_is_asked_for_again_slowly() {
    let mut world = World::watching();
    let subscribe = world.subscribed(seconds(2));
    world.deliver(&Message::response(&subscribe, 404));
    assert!(world.lamp_view().why.unwrap().contains("check its hint"));
    world.pass(seconds(200));
    world.quiet();
    world.subscribed(seconds(200));
}

#[test]
fn a_pbx_that_is_busy_is_left_alone_for_as_long_as_it_says() {
    let mut world = World::watching();
    let subscribe = world.subscribed(seconds(2));
    world.deliver(&Message::response(&subscribe, 503).with(Name::RetryAfter, "90"));
    world.pass(seconds(89));
    world.quiet();
    world.subscribed(seconds(2));
}

#[test]
fn a_403_says_what_to_look_at() {
    let mut world = World::watching();
    let subscribe = world.subscribed(seconds(2));
    world.deliver(&Message::response(&subscribe, 403));
    assert!(world.lamp_view().why.unwrap().contains("does not allow"));
}

#[test]
fn it_is_refreshed_before_it_runs_out() {
    let mut world = World::watching();
    let mut notifier = Notifier::accept(&mut world);
    notifier.tell(&mut world, "terminated");
    world.pass(seconds(1_700));
    world.quiet();
    let refresh = world.subscribed(seconds(1_600));
    assert_eq!(refresh.to().unwrap().tag(), Some("n1"), "in the dialog");
    assert_eq!(refresh.header(&Name::Event).unwrap(), "dialog");
    world.deliver(&notifier.far.answer_to(&refresh, 200).with(Name::Expires, "3600"));
    notifier.tell(&mut world, "early");
    assert_eq!(world.lamp(), WatchedState::Ringing);
    world.subscribed(seconds(3_300));
}

#[test]
fn a_refresh_refused_in_passing_leaves_it_standing_and_is_tried_again() {
    let mut world = World::watching();
    let mut notifier = Notifier::accept(&mut world);
    notifier.tell(&mut world, "confirmed");
    let refresh = world.subscribed(seconds(3_300));
    world.deliver(&notifier.far.answer_to(&refresh, 500));
    assert_eq!(world.lamp(), WatchedState::Talking);
    world.subscribed(seconds(1_000));
}

#[test]
fn with_no_refresh_accepted_it_runs_out_and_begins_anew() {
    let mut world = World::watching();
    let mut notifier = Notifier::accept(&mut world);
    notifier.tell(&mut world, "confirmed");
    for _ in 0..40 {
        world.pass(seconds(100));
        while world.inbox.iter().any(|message| message.method() == Some(Method::Subscribe)) {
            let refresh = world.subscribed(seconds(2));
            if refresh.to().unwrap().tag().is_none() {
                assert_eq!(world.lamp_view().why.as_deref(), Some("the subscription ran out"));
                return;
            }
            world.deliver(&notifier.far.answer_to(&refresh, 500));
        }
    }
    panic!("it did not begin anew");
}

#[test]
fn a_subscription_that_the_pbx_forgot_is_made_anew_at_once() {
    let mut world = World::watching();
    let mut notifier = Notifier::accept(&mut world);
    notifier.tell(&mut world, "confirmed");
    let refresh = world.subscribed(seconds(3_300));
    world.deliver(&notifier.far.answer_to(&refresh, 481));
    let anew = world.subscribed(ms(100));
    assert_ne!(anew.call_id(), refresh.call_id());
    assert!(anew.to().unwrap().tag().is_none());
    assert_eq!(world.lamp(), WatchedState::Unknown);
}

#[test]
fn silence_after_a_2xx_ends_with_timer_N() {
    let mut world = World::watching();
    let _silent = Notifier::accept(&mut world);
    world.pass(seconds(28));
    assert_eq!(world.lamp_view().why, None);
    world.pass(seconds(5));
    assert!(world.lamp_view().why.unwrap().contains("told nothing"));
    world.subscribed(seconds(8));
}

#[test]
fn a_pbx_that_answers_nothing_is_asked_again() {
    let mut world = World::watching();
    world.pass(seconds(33));
    world.inbox.clear();
    assert_eq!(world.lamp_view().why.as_deref(), Some("no answer to SUBSCRIBE"));
    world.subscribed(seconds(8));
}
