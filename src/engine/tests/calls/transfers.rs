//! We send a far end to somebody else by REFER (VZ-07, RFC 3515, RFC 5589): blind, attended, early, and every way it fails.

use engine::border::{RefusalCode, Reply};
use engine::call::{Command as Wish, TransferCommand as Transfer};
use engine::id::CallId;
use engine::leg::Feed;
use engine::news::{CallState, HangupKind, Party, TransferState};
use engine::sip::header::{Name, ReferTo};
use engine::sip::message::{Message, Method};

use crate::far::{Far, WithSdp};
use crate::world::{World, ms, profile, seconds};

/// Room for two calls beside each other and the attempts of a story.
pub fn desk() -> World {
    World::with(|account| {
        account.exclusive = true;
        account.max_calls = 4;
        account.limits.calls_at_once = 4;
    })
}

pub fn blind(world: &mut World, call: CallId, number: &str) -> Result<Reply, engine::border::Refusal> {
    world.wish(Wish::Transfer(Transfer::Blind { call, number: number.to_owned(), route: None }))
}

/// Asks 3001 about the call: the consultation, and its INVITE.
#[track_caller]
pub fn consult(world: &mut World, call: CallId) -> (CallId, Message) {
    let wish = Wish::Transfer(Transfer::Consult { call, number: "3001".to_owned(), route: None });
    let Reply::Dialled { call: consult, protocolo, .. } = world.wish(wish).unwrap() else { panic!("no second call") };
    assert_eq!(protocolo, world.call(call).protocolo, "the matter is the same");
    (consult, world.get(Method::Invite))
}

/// The same, answered.
#[track_caller]
pub fn consulted(world: &mut World, call: CallId) -> (CallId, Far) {
    let (second, invite) = consult(world, call);
    let far = Far::called(&invite, "c1");
    world.deliver(&far.answer(200).with_sdp("sendrecv"));
    world.get(Method::Ack);
    (second, far)
}

pub fn wish(world: &mut World, what: Transfer) {
    world.wish(Wish::Transfer(what)).unwrap();
}

pub fn state(world: &World, call: CallId) -> TransferState {
    world.call(call).transfer.expect("a transfer is shown").state
}

fn refer_to(refer: &Message) -> ReferTo {
    refer.header(&Name::ReferTo).unwrap().parse().unwrap()
}

#[test]
fn VZ_07_a_blind_transfer_is_followed_to_the_answer_and_our_BYE() {
    let mut world = World::new();
    let (call, mut far) = world.up();
    blind(&mut world, call, "3001").unwrap();
    let refer = world.get(Method::Refer);
    assert_eq!(refer_to(&refer).to_string(), "<sip:3001@10.0.0.2>");
    assert_eq!(refer.header(&Name::ReferredBy).unwrap(), "<sip:20@10.0.0.2>");
    assert!(refer.header(&Name::Contact).is_some(), "RFC 3515: a REFER refreshes the target");
    assert_eq!(state(&world, call), TransferState::Trying);
    world.deliver(&far.answer_to(&refer, 202));
    world.deliver(&far.notify("active;expires=60", 100));
    world.got(200);
    world.deliver(&far.notify("active;expires=60", 180));
    world.got(200);
    assert_eq!(state(&world, call), TransferState::Ringing);
    assert!(matches!(world.rtp(call).unwrap().feed, Feed::Peer(_)), "nothing is held");
    world.deliver(&far.notify("terminated;reason=noresource", 200));
    world.got(200);
    let bye = world.get(Method::Bye);
    world.deliver(&far.answer_to(&bye, 200));
    assert_eq!((world.cause(call).kind, world.cause(call).q850), (HangupKind::Transferred, 16));
    assert!(world.shell.store.events().contains(&"transfer-done"));
    world.over();
}

#[test]
fn VZ_07_a_target_that_is_busy_absent_or_unknown_brings_the_caller_back_with_the_reason() {
    for (status, kind) in [
        (486, HangupKind::Busy),
        (480, HangupKind::NoAnswer),
        (404, HangupKind::NumberUnknown),
        (603, HangupKind::Rejected),
    ] {
        let mut world = World::new();
        let (call, mut far) = world.up();
        world.wish(Wish::Hold { call }).unwrap();
        blind(&mut world, call, "3001").unwrap();
        let refer = world.get(Method::Refer);
        world.deliver(&far.answer_to(&refer, 202));
        world.deliver(&far.notify("terminated;reason=noresource", status));
        world.got(200);
        assert_eq!(state(&world, call), TransferState::Failed { status: Some(status), kind });
        assert!(!world.call(call).held, "the caller is talked with again");
        world.quiet();
        // And may be sent elsewhere.
        blind(&mut world, call, "3002").unwrap();
        assert_eq!(state(&world, call), TransferState::Trying);
        world.get(Method::Refer);
    }
}

#[test]
fn VZ_07_a_PBX_that_refuses_REFER_leaves_the_call_as_it_was() {
    for status in [403, 405, 501, 603] {
        let mut world = World::new();
        let (call, far) = world.up();
        blind(&mut world, call, "3001").unwrap();
        let refer = world.get(Method::Refer);
        world.deliver(&far.answer_to(&refer, status));
        assert!(matches!(state(&world, call), TransferState::Failed { status: Some(said), .. } if said == status));
        assert_eq!(world.call(call).state, CallState::Answered);
    }
}

#[test]
fn rfc5057_5_1_a_481_to_REFER_is_a_lost_dialog_and_silence_is_none() {
    let mut world = World::new();
    let (call, far) = world.up();
    blind(&mut world, call, "3001").unwrap();
    world.pass(seconds(33));
    while !world.inbox.is_empty() {
        world.get(Method::Refer);
    }
    assert_eq!(state(&world, call), TransferState::Failed { status: Some(408), kind: HangupKind::NoAnswer });
    assert_eq!(world.call(call).state, CallState::Answered);
    blind(&mut world, call, "3001").unwrap();
    let refer = world.get(Method::Refer);
    world.deliver(&far.answer_to(&refer, 481));
    world.get(Method::Bye);
    assert_eq!(world.cause(call).kind, HangupKind::Unreachable);
    world.over();
}

#[test]
fn rfc6665_4_1_2_4_a_NOTIFY_that_never_comes_ends_the_transfer_after_Timer_N() {
    let mut world = World::new();
    let (call, mut far) = world.up();
    blind(&mut world, call, "3001").unwrap();
    let refer = world.get(Method::Refer);
    world.deliver(&far.answer_to(&refer, 202));
    world.pass(seconds(31));
    assert_eq!(state(&world, call), TransferState::Trying);
    world.pass(seconds(1));
    assert_eq!(state(&world, call), TransferState::Failed { status: None, kind: HangupKind::Unreachable });
    // What comes now belongs to no subscription (RFC 6665 §4.1.3).
    world.deliver(&far.notify("terminated;reason=noresource", 200));
    world.got(481);
    assert_eq!(world.call(call).state, CallState::Answered);
}

#[test]
fn a_PBX_that_goes_on_ringing_for_ever_is_given_up_all_the_same() {
    let mut world = World::new();
    let (call, mut far) = world.up();
    blind(&mut world, call, "3001").unwrap();
    let refer = world.get(Method::Refer);
    world.deliver(&far.answer_to(&refer, 202));
    for _ in 0..7 {
        world.deliver(&far.notify("active;expires=4000000000", 180));
        world.got(200);
        world.pass(seconds(25));
    }
    assert_eq!(state(&world, call), TransferState::Ringing);
    world.pass(seconds(10));
    assert!(matches!(state(&world, call), TransferState::Failed { status: None, .. }));
}

#[test]
fn a_BYE_right_after_the_202_says_that_the_peer_has_left_us_for_the_target() {
    let mut world = World::new();
    let (call, mut far) = world.up();
    blind(&mut world, call, "3001").unwrap();
    let refer = world.get(Method::Refer);
    world.deliver(&far.answer_to(&refer, 202));
    let bye = far.request(Method::Bye);
    world.deliver(&bye);
    world.got(200);
    assert_eq!(world.cause(call).kind, HangupKind::Transferred);
    world.over();
}

#[test]
fn a_caller_who_hangs_up_before_accepting_has_hung_up() {
    let mut world = World::new();
    let (call, mut far) = world.up();
    blind(&mut world, call, "3001").unwrap();
    let refer = world.get(Method::Refer);
    world.deliver(&far.request(Method::Bye));
    world.got(200);
    assert_eq!((world.cause(call).kind, world.cause(call).by), (HangupKind::Normal, Party::Peer));
    world.deliver(&far.answer_to(&refer, 481));
    world.over();
}

#[test]
fn rfc3515_2_4_4_news_that_overtake_the_202_count() {
    let mut world = World::new();
    let (call, mut far) = world.up();
    blind(&mut world, call, "3001").unwrap();
    let refer = world.get(Method::Refer);
    world.deliver(&far.notify("active", 180));
    world.got(200);
    assert_eq!(state(&world, call), TransferState::Ringing);
    world.deliver(&far.answer_to(&refer, 202));
    world.deliver(&far.notify("terminated", 200));
    world.got(200);
    world.get(Method::Bye);
    assert_eq!(world.cause(call).kind, HangupKind::Transferred);
}

#[test]
fn a_damaged_or_foreign_NOTIFY_changes_nothing() {
    let mut world = World::new();
    let (call, mut far) = world.up();
    world.deliver(&far.notify("active", 180));
    world.got(481);
    blind(&mut world, call, "3001").unwrap();
    let refer = world.get(Method::Refer);
    world.deliver(&far.answer_to(&refer, 202));
    let number = refer.cseq().unwrap().0;
    let mut foreign = |package: &str| {
        let mut notify = far.notify("terminated", 200);
        notify.set(Name::Event, package);
        notify
    };
    for package in ["dialog".to_owned(), format!("refer;id={}", number + 1), "refer;id=-1".to_owned()] {
        let notify = foreign(&package);
        world.deliver(&notify);
        world.got(481);
    }
    let mut wrong = foreign("refer");
    wrong.set_body("application/sdp", "v=0\r\n");
    world.deliver(&wrong);
    assert_eq!(world.got(415).header(&Name::Accept).unwrap(), "message/sipfrag");
    let mut wrong = foreign("refer");
    wrong.set_body("message/sipfrag", "SIP/2.0 twohundred OK");
    world.deliver(&wrong);
    world.got(400);
    assert_eq!(state(&world, call), TransferState::Trying);
    let fine = foreign(&format!("refer;id={number}"));
    world.deliver(&fine);
    world.got(200);
    world.get(Method::Bye);
}

#[test]
fn a_subscription_that_ends_without_a_result_is_a_failure_without_a_status() {
    let mut world = World::new();
    let (call, mut far) = world.up();
    blind(&mut world, call, "3001").unwrap();
    let refer = world.get(Method::Refer);
    world.deliver(&far.answer_to(&refer, 202));
    world.deliver(&far.notify("terminated;reason=giveup", 180));
    world.got(200);
    assert!(matches!(state(&world, call), TransferState::Failed { status: None, .. }));
}

#[test]
fn rfc4488_a_peer_that_will_not_tell_has_been_asked_and_that_is_all() {
    let mut world = World::new();
    let (call, far) = world.up();
    blind(&mut world, call, "3001").unwrap();
    let refer = world.get(Method::Refer);
    world.deliver(&far.answer_to(&refer, 202).with(Name::from("Refer-Sub"), "false"));
    world.get(Method::Bye);
    assert_eq!(world.cause(call).kind, HangupKind::Transferred);
}

#[test]
fn a_REFER_that_is_challenged_goes_out_again_and_its_news_have_the_new_number() {
    let mut world = World::new();
    let (call, mut far) = world.up();
    blind(&mut world, call, "3001").unwrap();
    let refer = world.get(Method::Refer);
    let challenge = "Digest realm=\"pbx\", nonce=\"n\", qop=\"auth\", algorithm=MD5";
    world.deliver(&far.answer_to(&refer, 401).with(Name::WwwAuthenticate, challenge));
    let again = world.get(Method::Refer);
    assert!(again.header(&Name::Authorization).is_some());
    world.deliver(&far.answer_to(&again, 202));
    let mut notify = far.notify("terminated", 200);
    notify.set(Name::Event, format!("refer;id={}", again.cseq().unwrap().0));
    world.deliver(&notify);
    world.got(200);
    assert_eq!(world.cause(call).kind, HangupKind::Transferred);
}

#[test]
fn VZ_07_every_transfer_passes_the_gate() {
    let mut world = World::new();
    world.config.gate.emergency = ["190".to_owned()].into();
    world.config.gate.deny = ["+55900".to_owned()].into();
    world.shell.handle(engine::border::Input::Config(world.config.clone()), world.now);
    let (call, _) = world.up();
    for number in ["0015551234567", "x", "09001234567"] {
        let refused = blind(&mut world, call, number).unwrap_err();
        assert_eq!(refused.code, RefusalCode::Gate, "{number}");
    }
    assert!(world.call(call).transfer.is_none());
    // A person may send a caller to the emergency services (SP-15).
    blind(&mut world, call, "190").unwrap();
    world.get(Method::Refer);
}

#[test]
fn what_is_not_up_or_on_its_way_already_cannot_be_transferred() {
    let mut world = World::new();
    let (ringing, _) = world.dial("3000");
    assert_eq!(blind(&mut world, ringing, "3001").unwrap_err().code, RefusalCode::WrongState);
    let mut world = World::new();
    let (call, _) = world.up();
    blind(&mut world, call, "3001").unwrap();
    for again in [
        Transfer::Blind { call, number: "3002".into(), route: None },
        Transfer::Consult { call, number: "3002".into(), route: None },
        Transfer::Complete { call },
        Transfer::Swap { call },
        Transfer::Back { call },
    ] {
        assert_eq!(world.wish(Wish::Transfer(again)).unwrap_err().code, RefusalCode::WrongState);
    }
}

#[test]
fn VZ_07_an_attended_transfer_gives_the_caller_the_place_of_the_consultation() {
    let mut world = desk();
    let (call, mut far) = world.up();
    let (second, target) = consulted(&mut world, call);
    assert!(world.call(call).held && !world.call(second).held);
    assert_eq!(world.call(second).consults, Some(call));
    wish(&mut world, Transfer::Complete { call });
    let refer = world.get(Method::Refer);
    assert_eq!(refer.call_id().unwrap(), far.dialog.call_id, "the caller is asked, not the target");
    let to = refer_to(&refer);
    let replaces = to.replaces.unwrap();
    // As the target sees its dialog with us (RFC 3891 §3).
    assert!(replaces.names(&target.dialog.call_id, "c1", target.dialog.remote.tag()));
    assert_eq!(to.uri.to_string(), "sip:far@10.0.0.2:5060");
    world.deliver(&far.answer_to(&refer, 202));
    let mut target = target;
    world.deliver(&target.request(Method::Bye));
    world.got(200);
    assert_eq!(world.cause(second).kind, HangupKind::Transferred, "the target let us go for the caller");
    world.deliver(&far.notify("terminated;reason=noresource", 200));
    world.got(200);
    world.get(Method::Bye);
    assert_eq!(world.cause(call).kind, HangupKind::Transferred);
    world.over();
}

#[test]
fn VZ_07_a_PBX_that_takes_both_itself_gets_a_BYE_for_both() {
    let mut world = desk();
    let (call, mut far) = world.up();
    let (second, _) = consulted(&mut world, call);
    wish(&mut world, Transfer::Complete { call: second });
    let refer = world.get(Method::Refer);
    world.deliver(&far.answer_to(&refer, 202));
    world.deliver(&far.notify("terminated;reason=noresource", 200));
    world.got(200);
    world.get(Method::Bye);
    world.get(Method::Bye);
    for call in [call, second] {
        assert_eq!(world.cause(call).kind, HangupKind::Transferred);
    }
    world.over();
}

#[test]
fn VZ_07_swapping_talks_with_one_and_holds_the_other() {
    let mut world = desk();
    let (call, _) = world.up();
    let (second, _) = consulted(&mut world, call);
    let held = |world: &World| (world.call(call).held, world.call(second).held);
    for either in [call, second, call] {
        let before = held(&world);
        wish(&mut world, Transfer::Swap { call: either });
        assert_eq!(held(&world), (before.1, before.0));
    }
    assert_eq!(held(&world), (false, true));
    wish(&mut world, Transfer::Back { call: second });
    world.get(Method::Bye);
    assert!(!world.call(call).held);
    assert_eq!(world.cause(second).kind, HangupKind::Normal);
}

#[test]
fn VZ_07_coming_back_while_it_rings_cancels_and_resumes() {
    let mut world = desk();
    let (call, _) = world.up();
    let (second, invite) = consult(&mut world, call);
    let far = Far::called(&invite, "c1");
    world.deliver(&far.answer(180));
    assert_eq!(world.wish(Wish::Transfer(Transfer::Swap { call })).unwrap_err().code, RefusalCode::WrongState);
    wish(&mut world, Transfer::Back { call });
    world.get(Method::Cancel);
    assert!(!world.call(call).held);
    assert_eq!(world.cause(second).kind, HangupKind::Cancelled);
}

#[test]
fn VZ_07_who_is_consulted_and_busy_absent_or_unknown_gives_the_caller_back() {
    for status in [486, 480, 404] {
        let mut world = desk();
        let (call, _) = world.up();
        let (second, invite) = consult(&mut world, call);
        world.deliver(&Far::called(&invite, "c1").answer(status));
        world.get(Method::Ack);
        assert!(!world.call(call).held);
        assert_eq!(world.cause(second).sip, Some(status));
        // The call is free for the next try.
        consult(&mut world, call);
    }
}

#[test]
fn VZ_07_an_attended_transfer_that_fails_leaves_both_calls_with_the_caller_talked_to() {
    let mut world = desk();
    let (call, mut far) = world.up();
    let (second, _) = consulted(&mut world, call);
    wish(&mut world, Transfer::Complete { call });
    let refer = world.get(Method::Refer);
    world.deliver(&far.answer_to(&refer, 202));
    world.deliver(&far.notify("terminated;reason=noresource", 481));
    world.got(200);
    assert!(matches!(state(&world, call), TransferState::Failed { status: Some(481), .. }));
    assert!(!world.call(call).held && world.call(second).held);
    // Nothing is lost: it can be completed again, or be given up.
    wish(&mut world, Transfer::Swap { call });
    wish(&mut world, Transfer::Back { call });
    world.get(Method::Bye);
    assert!(!world.call(call).held);
}

#[test]
fn rfc5589_7_completing_while_it_rings_cancels_and_sends_the_caller_blindly() {
    let mut world = desk();
    let (call, mut far) = world.up();
    let (second, invite) = consult(&mut world, call);
    let target = Far::called(&invite, "c1");
    world.deliver(&target.answer(180));
    wish(&mut world, Transfer::Complete { call });
    let cancel = world.get(Method::Cancel);
    world.deliver(&Message::response(&cancel, 200));
    world.deliver(&target.answer(487));
    world.get(Method::Ack);
    let refer = world.get(Method::Refer);
    assert_eq!(refer_to(&refer).replaces, None);
    assert_eq!(world.cause(second).kind, HangupKind::Transferred);
    assert!(world.call(call).held, "the caller goes from music to ringing");
    world.deliver(&far.answer_to(&refer, 202));
    world.deliver(&far.notify("terminated;reason=noresource", 486));
    world.got(200);
    assert!(!world.call(call).held, "and is back");
}

#[test]
fn a_caller_who_gives_up_during_the_consultation_leaves_a_plain_call() {
    let mut world = desk();
    let (call, mut far) = world.up();
    let (second, _) = consulted(&mut world, call);
    world.deliver(&far.request(Method::Bye));
    world.got(200);
    assert_eq!(world.cause(call).kind, HangupKind::Normal);
    assert_eq!((world.call(second).consults, world.call(second).held), (None, false));
    assert_eq!(
        world.wish(Wish::Transfer(Transfer::Complete { call: second })).unwrap_err().code,
        RefusalCode::WrongState
    );
}

#[test]
fn glare_of_our_REFER_with_their_hold_and_with_their_REFER() {
    let mut world = World::with(|account| profile(account).hold = engine::config::HoldMode::Sendonly);
    let (call, mut far) = world.up();
    blind(&mut world, call, "3001").unwrap();
    let refer = world.get(Method::Refer);
    let hold = far.request(Method::Invite).with_sdp("sendonly");
    world.deliver(&hold);
    let ok = world.got(200);
    world.deliver(&far.ack(&ok));
    assert!(world.call(call).held_by_peer);
    // Both ask the other away: whoever asks second may try again.
    let theirs = far.request(Method::Refer).with(Name::ReferTo, "<sip:3002@10.0.0.2>");
    world.deliver(&theirs);
    world.got(491);
    world.deliver(&far.answer_to(&refer, 491));
    assert!(matches!(state(&world, call), TransferState::Failed { status: Some(491), .. }));
    world.pass(ms(10));
    assert_eq!(world.call(call).state, CallState::Answered);
}

#[test]
fn we_hang_up_in_the_middle_of_a_transfer_and_nothing_is_left() {
    let mut world = World::new();
    let (call, mut far) = world.up();
    blind(&mut world, call, "3001").unwrap();
    let refer = world.get(Method::Refer);
    world.deliver(&far.answer_to(&refer, 202));
    world.wish(Wish::HangUp { call }).unwrap();
    let bye = world.get(Method::Bye);
    world.deliver(&far.notify("terminated", 200));
    world.got(481);
    world.deliver(&far.answer_to(&bye, 200));
    assert_eq!(world.cause(call).kind, HangupKind::Normal);
    world.over();
}
