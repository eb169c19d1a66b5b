//! Somebody takes the place of our far end (VZ-07, we as target; RFC 3891): confirmed and early, and who may not.

use engine::call::Command as Wish;
use engine::news::CallState;
use engine::sip::header::Name;
use engine::sip::message::{Message, Method};

use crate::far::{Far, WithSdp, invite, sdp};
use crate::transfers::desk;
use crate::world::{World, seconds};

/// An INVITE for the place of the dialog that `far` has with us: to-tag is ours.
fn taking(far: &Far, call_id: &str) -> Message {
    let dialog = &far.dialog;
    let (ours, theirs) = (dialog.remote.tag().unwrap(), dialog.local.tag().unwrap());
    let mut invite = invite(call_id, Some(&sdp("sendrecv")));
    invite.set(Name::From, "\"Ana\" <sip:3001@10.0.0.2>;tag=new");
    invite.with(Name::Replaces, &format!("{};to-tag={ours};from-tag={theirs}", dialog.call_id))
}

#[test]
fn VZ_07_the_new_far_end_takes_over_in_the_same_call() {
    let mut world = desk();
    let (call, far) = world.up();
    let before = world.call(call);
    let invite = taking(&far, "new1");
    world.deliver(&invite);
    let ok = world.got(200);
    let new = Far::calling(&invite, &ok);
    world.deliver(&new.ack(&ok));
    let bye = world.get(Method::Bye);
    assert_eq!(bye.call_id().unwrap(), far.dialog.call_id);
    world.deliver(&far.answer_to(&bye, 200));
    let after = world.call(call);
    assert_eq!((&after.protocolo, after.answered), (&before.protocolo, before.answered), "one matter, one history");
    assert_eq!((after.number.as_str(), after.name.as_deref()), ("3001", Some("Ana")));
    assert_eq!(after.legs[0].sip_call_id.as_deref(), Some("new1"));
    assert_eq!(after.legs[1].leg, before.legs[1].leg, "the same desk");
    assert!(world.shell.store.events().contains(&"replaced"));
    assert_eq!(world.calls().len(), 1);
    // The old dialog is gone, the new one is the call's.
    let mut old = far;
    world.deliver(&old.request(Method::Bye));
    world.got(481);
    let mut new = new;
    world.deliver(&new.request(Method::Bye));
    world.got(200);
    world.over();
}

#[test]
fn VZ_07_a_held_call_that_is_taken_over_is_talked_in() {
    let mut world = desk();
    let (call, far) = world.up();
    world.wish(Wish::Hold { call }).unwrap();
    world.deliver(&taking(&far, "new1"));
    world.got(200);
    assert!(!world.call(call).held);
    assert!(matches!(world.rtp(call).unwrap().feed, engine::leg::Feed::Peer(_)));
}

#[test]
fn rfc3891_3_an_early_dialog_that_we_began_is_cancelled_for_who_takes_its_place() {
    let mut world = desk();
    let (call, ours) = world.dial("3000");
    let far = Far::called(&ours, "b1");
    world.deliver(&far.answer(180));
    let invite = taking(&far, "new1").with(Name::Require, "replaces");
    let early = invite.header(&Name::Replaces).unwrap().into_owned() + ";early-only";
    let mut invite = invite.clone();
    invite.set(Name::Replaces, early);
    world.deliver(&invite);
    let ok = world.got(200);
    world.deliver(&Far::calling(&invite, &ok).ack(&ok));
    assert_eq!(world.call(call).state, CallState::Answered);
    let cancel = world.get(Method::Cancel);
    world.deliver(&Message::response(&cancel, 200));
    // Its answer crosses the CANCEL: acknowledged and hung up, the call goes on.
    world.deliver(&far.answer(200).with_sdp("sendrecv"));
    world.get(Method::Ack);
    let bye = world.get(Method::Bye);
    world.deliver(&far.answer_to(&bye, 200));
    world.pass(seconds(100));
    assert_eq!(world.call(call).state, CallState::Answered, "the ring timer was the old one's");
    world.quiet();
}

#[test]
fn rfc3891_3_an_early_dialog_that_they_began_is_nobodys_to_take() {
    let mut world = desk();
    let theirs = invite("in1", Some(&sdp("sendrecv")));
    let (call, ringing) = world.rung_by(&theirs);
    world.deliver(&taking(&Far::calling(&theirs, &ringing), "new1"));
    world.got(481);
    assert_eq!(world.call(call).state, CallState::Ringing);
}

#[test]
fn rfc3891_3_all_three_ids_must_match_and_early_only_means_it() {
    let mut world = desk();
    let (call, far) = world.up();
    let right = taking(&far, "x").header(&Name::Replaces).unwrap().into_owned();
    let (call_id, tags) = right.split_once(';').unwrap();
    let swapped =
        format!("{call_id};{}", tags.replace("to-tag", "x").replace("from-tag", "to-tag").replace("x=", "from-tag="));
    let cases = [
        (format!("{call_id};to-tag=wrong;from-tag=b1"), 481),
        (right.replace("from-tag=b1", "from-tag=b2"), 481),
        (right.replace(call_id, "other"), 481),
        (swapped, 481),
        (format!("{right};early-only"), 486),
        (format!("{call_id};to-tag=a"), 400),
        (format!("{right};to-tag=again"), 400),
    ];
    for (at, (replaces, status)) in cases.into_iter().enumerate() {
        let mut invite = taking(&far, &format!("new{at}"));
        invite.set(Name::Replaces, replaces.clone());
        world.deliver(&invite);
        assert_eq!(world.got(status).status(), Some(status), "{replaces}");
    }
    world.deliver(&taking(&far, "twice").with(Name::Replaces, &right));
    world.got(400);
    assert_eq!(world.call(call).state, CallState::Answered);
    assert_eq!(world.calls().len(), 1);
    world.quiet();
}

#[test]
fn rfc3891_3_what_has_ended_is_declined_and_what_we_cannot_take_leaves_the_call_alone() {
    let mut world = desk();
    let (call, far) = world.up();
    let mut deaf = taking(&far, "new1");
    deaf.body = bytes::Bytes::from(sdp("sendrecv").replace("RTP/AVP 8 0 101", "RTP/AVP 18"));
    world.deliver(&deaf);
    world.got(488);
    assert_eq!(world.call(call).state, CallState::Answered);
    world.wish(Wish::HangUp { call }).unwrap();
    world.deliver(&taking(&far, "new2"));
    world.got(603);
    let bye = world.get(Method::Bye);
    world.deliver(&far.answer_to(&bye, 200));
    world.over();
}

#[test]
fn an_INVITE_without_an_offer_may_take_over_too() {
    let mut world = desk();
    let (call, far) = world.up();
    let mut invite = taking(&far, "new1");
    invite.body = bytes::Bytes::new();
    invite.remove(&Name::ContentType);
    world.deliver(&invite);
    let ok = world.got(200);
    assert!(ok.sdp().is_some(), "ours is the offer");
    let new = Far::calling(&invite, &ok);
    world.deliver(&new.ack(&ok).with_sdp("sendrecv"));
    assert!(world.rtp(call).unwrap().stream.is_some());
    assert_eq!(world.call(call).state, CallState::Answered);
}

#[test]
fn SP_14_a_crash_after_a_takeover_ends_the_new_dialog() {
    let mut world = desk();
    let (_, far) = world.up();
    let invite = taking(&far, "new1");
    world.deliver(&invite);
    let ok = world.got(200);
    world.deliver(&Far::calling(&invite, &ok).ack(&ok));
    let bye = world.get(Method::Bye);
    world.deliver(&far.answer_to(&bye, 200));
    let mut world = world.crash();
    assert_eq!(world.get(Method::Bye).call_id().unwrap(), "new1");
}

#[test]
fn a_takeover_of_a_call_that_was_consulted_about_is_the_same_consultation() {
    let mut world: World = desk();
    let (call, far) = world.up();
    let (second, _) = crate::transfers::consulted(&mut world, call);
    world.deliver(&taking(&far, "new1"));
    world.got(200);
    assert_eq!(world.call(second).consults, Some(call));
    assert!(world.call(second).held && !world.call(call).held);
}

#[test]
fn whom_we_rang_for_the_caller_may_be_picked_up_by_somebody_else() {
    let mut world = World::with(|account| {
        account.limits.calls_at_once = 4;
        crate::world::profile(account).refer = false;
    });
    let (call, _) = world.up();
    crate::transfers::blind(&mut world, call, "3001").unwrap();
    let ours = world.get(Method::Invite);
    let rung = Far::called(&ours, "c1");
    world.deliver(&rung.answer(180));
    world.deliver(&taking(&rung, "new1"));
    world.got(200);
    world.get(Method::Cancel);
    let second = world.calls().last().unwrap().call;
    assert_eq!(world.call(call).bridged_with, Some(second), "who picked up talks with the caller");
}
