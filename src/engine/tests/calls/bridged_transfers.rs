//! We send a far end to somebody else without asking the PBX (VZ-07): dialled by us, joined when it answers.

use engine::border::RefusalCode;
use engine::call::{Command as Wish, TransferCommand as Transfer};
use engine::config::HoldMode;
use engine::leg::{Feed, Tone};
use engine::news::{HangupKind, TransferState};
use engine::sip::message::{Message, Method};

use crate::far::{Far, WithSdp};
use crate::transfers::{blind, consult, consulted, state, wish};
use crate::world::{World, profile, seconds};

/// A PBX that cannot be asked.
fn without_refer() -> World {
    World::with(|account| {
        account.exclusive = true;
        account.max_calls = 4;
        account.limits.calls_at_once = 4;
        profile(account).refer = false;
        profile(account).hold = HoldMode::Local;
    })
}

#[test]
fn VZ_07_the_caller_hears_it_ring_and_is_joined_with_who_answers() {
    let mut world = without_refer();
    let (call, far) = world.up();
    blind(&mut world, call, "3001").unwrap();
    let invite = world.get(Method::Invite);
    let second = world.calls().last().unwrap().call;
    assert_eq!(world.call(second).protocolo, world.call(call).protocolo);
    assert_eq!(world.rtp(call).unwrap().feed, Feed::Tone(Tone::Ringback));
    assert_eq!(world.heard(call), None, "its person is free");
    let target = Far::called(&invite, "c1");
    world.deliver(&target.answer(180));
    assert_eq!(state(&world, call), TransferState::Ringing);
    assert_eq!(world.heard(call), None);
    world.deliver(&target.answer(200).with_sdp("sendrecv"));
    world.get(Method::Ack);
    assert_eq!(state(&world, call), TransferState::Done);
    assert_eq!(world.call(call).bridged_with, Some(second));
    let leg = |call| world.call(call).legs[0].leg;
    assert_eq!(world.rtp(call).unwrap().feed, Feed::Peer(leg(second)));
    assert_eq!(world.rtp(second).unwrap().feed, Feed::Peer(leg(call)));
    let mut far = far;
    world.deliver(&far.request(Method::Bye));
    world.got(200);
    let bye = world.get(Method::Bye);
    world.deliver(&target.answer_to(&bye, 200));
    world.over();
}

#[test]
fn VZ_07_a_target_that_is_not_reached_brings_the_caller_back() {
    for (status, kind) in [(486, HangupKind::Busy), (480, HangupKind::NoAnswer), (404, HangupKind::NumberUnknown)] {
        let mut world = without_refer();
        let (call, _) = world.up();
        blind(&mut world, call, "3001").unwrap();
        let invite = world.get(Method::Invite);
        world.deliver(&Far::called(&invite, "c1").answer(status));
        world.get(Method::Ack);
        assert_eq!(state(&world, call), TransferState::Failed { status: Some(status), kind });
        assert!(matches!(world.rtp(call).unwrap().feed, Feed::Peer(_)), "talked with again");
        assert!(matches!(world.heard(call), Some(Feed::Peer(_))));
    }
}

#[test]
fn VZ_07_a_target_that_rings_for_too_long_brings_the_caller_back() {
    let mut world = without_refer();
    let (call, _) = world.up();
    blind(&mut world, call, "3001").unwrap();
    let invite = world.get(Method::Invite);
    world.deliver(&Far::called(&invite, "c1").answer(180));
    world.pass(seconds(61));
    world.get(Method::Cancel);
    assert!(matches!(state(&world, call), TransferState::Failed { kind: HangupKind::NoAnswer, .. }));
    assert!(matches!(world.rtp(call).unwrap().feed, Feed::Peer(_)));
}

#[test]
fn VZ_07_its_person_may_take_the_caller_back_while_it_rings() {
    let mut world = without_refer();
    let (call, _) = world.up();
    blind(&mut world, call, "3001").unwrap();
    let invite = world.get(Method::Invite);
    world.deliver(&Far::called(&invite, "c1").answer(180));
    assert_eq!(world.wish(Wish::Hold { call }).unwrap_err().code, RefusalCode::WrongState);
    wish(&mut world, Transfer::Back { call });
    world.get(Method::Cancel);
    assert!(matches!(world.rtp(call).unwrap().feed, Feed::Peer(_)));
}

#[test]
fn VZ_07_a_caller_who_gives_up_while_it_rings_takes_the_target_along() {
    let mut world = without_refer();
    let (call, mut far) = world.up();
    blind(&mut world, call, "3001").unwrap();
    let invite = world.get(Method::Invite);
    let target = Far::called(&invite, "c1");
    world.deliver(&target.answer(180));
    world.deliver(&far.request(Method::Bye));
    world.got(200);
    let cancel = world.get(Method::Cancel);
    world.deliver(&Message::response(&cancel, 200));
    // The answer crosses the CANCEL: acknowledged and hung up.
    world.deliver(&target.answer(200).with_sdp("sendrecv"));
    world.get(Method::Ack);
    let bye = world.get(Method::Bye);
    world.deliver(&target.answer_to(&bye, 200));
    world.over();
}

#[test]
fn VZ_07_whoever_talks_elsewhere_meanwhile_is_not_disturbed() {
    let mut world = without_refer();
    let (call, _) = world.up();
    blind(&mut world, call, "3001").unwrap();
    let invite = world.get(Method::Invite);
    let (other, _) = world.taken("in1");
    assert_eq!(world.rtp(call).unwrap().feed, Feed::Tone(Tone::Ringback), "the new call holds nobody who waits");
    world.deliver(&Far::called(&invite, "c1").answer(200).with_sdp("sendrecv"));
    world.get(Method::Ack);
    assert!(!world.call(other).held);
    assert_eq!(world.heard(other), Some(Feed::Peer(world.call(other).legs[0].leg)));
    assert!(world.call(call).bridged_with.is_some());
}

#[test]
fn VZ_07_an_attended_transfer_by_bridging_joins_both() {
    let mut world = without_refer();
    let (call, _) = world.up();
    let (second, _) = consulted(&mut world, call);
    wish(&mut world, Transfer::Complete { call: second });
    assert_eq!(state(&world, call), TransferState::Done);
    assert_eq!(world.call(second).bridged_with, Some(call));
    assert_eq!(world.call(second).consults, None);
    assert!(!world.call(call).held);
    assert_eq!(world.heard(call), None);
}

#[test]
fn VZ_07_completing_by_bridging_while_it_rings_lets_the_caller_wait() {
    let mut world = without_refer();
    let (call, _) = world.up();
    let (second, invite) = consult(&mut world, call);
    let target = Far::called(&invite, "c1");
    world.deliver(&target.answer(180));
    wish(&mut world, Transfer::Complete { call });
    assert_eq!(world.rtp(call).unwrap().feed, Feed::Tone(Tone::Ringback));
    world.deliver(&target.answer(200).with_sdp("sendrecv"));
    world.get(Method::Ack);
    assert_eq!(world.call(call).bridged_with, Some(second));
}

#[test]
fn VZ_07_another_route_is_another_PBX_that_knows_nothing_of_the_first() {
    let mut trunk = crate::shell::pbx::extension(7);
    trunk.name = "trunk".into();
    trunk.group = "carrier".into();
    let mut config = crate::shell::pbx::config([crate::shell::pbx::extension(20), trunk].into_iter());
    let carrier = engine::config::Group { name: "carrier".into(), ..config.groups.values().next().unwrap().clone() };
    config.groups.insert(carrier.name.clone(), carrier);
    let mut world = World::of(config);
    let (call, _) = world.up();
    let by_trunk = Transfer::Blind { call, number: "3001".into(), route: Some("trunk".into()) };
    world.wish(Wish::Transfer(by_trunk)).unwrap();
    world.get(Method::Invite);
    assert_eq!(world.rtp(call).unwrap().feed, Feed::Tone(Tone::Ringback));
}
