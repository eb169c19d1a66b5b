//! The far end sends us to somebody else (VZ-07, we as transferee): policy, news, and who ends what.

use engine::border::Input;
use engine::call::{Command as Wish, TransferCommand as Transfer};
use engine::id::CallId;
use engine::news::{CallState, HangupKind, Party};
use engine::sip::header::Name;
use engine::sip::message::{Message, Method};

use crate::far::{Far, WithSdp, outside};
use crate::transfers::desk;
use crate::world::{World, seconds};

/// The far end asks us to call `target`: the new call and its INVITE, after our 202 and first NOTIFY.
#[track_caller]
fn asked(world: &mut World, far: &mut Far, target: &str) -> (CallId, Message) {
    world.deliver(&far.request(Method::Refer).with(Name::ReferTo, target).with(Name::ReferredBy, "<sip:30@10.0.0.2>"));
    world.got(202);
    assert_eq!(told(world, far), ("SIP/2.0 100 Trying\r\n".to_owned(), "active;expires=180".to_owned()));
    let second = world.calls().last().unwrap().call;
    (second, world.get(Method::Invite))
}

/// Our next NOTIFY, answered.
#[track_caller]
fn told(world: &mut World, far: &Far) -> (String, String) {
    let notify = world.get(Method::Notify);
    world.deliver(&far.answer_to(&notify, 200));
    let header = |name| notify.header(name).unwrap().into_owned();
    assert_eq!(header(&Name::ContentType), "message/sipfrag;version=2.0");
    assert!(header(&Name::Event).starts_with("refer"));
    (String::from_utf8(notify.body.to_vec()).unwrap(), header(&Name::SubscriptionState))
}

#[test]
fn VZ_07_we_call_whom_the_PBX_names_tell_it_and_leave_it() {
    let mut world = desk();
    let (call, mut far) = world.up();
    let protocolo = world.call(call).protocolo.clone();
    let (second, invite) = asked(&mut world, &mut far, "<sip:3001@10.0.0.2>");
    assert_eq!(invite.uri().unwrap().to_string(), "sip:3001@10.0.0.2");
    assert_eq!(invite.header(&Name::ReferredBy).unwrap(), "<sip:30@10.0.0.2>", "RFC 3892: handed on");
    assert_eq!(world.call(second).protocolo, protocolo, "the matter goes on");
    let target = Far::called(&invite, "c1");
    world.deliver(&target.answer(180));
    assert_eq!(told(&mut world, &far).0, "SIP/2.0 180 Ringing\r\n");
    world.deliver(&target.answer(200).with_sdp("sendrecv"));
    world.get(Method::Ack);
    let (said, state) = told(&mut world, &far);
    assert_eq!((said.as_str(), state.as_str()), ("SIP/2.0 200 OK\r\n", "terminated;reason=noresource"));
    let bye = world.get(Method::Bye);
    world.deliver(&far.answer_to(&bye, 200));
    assert_eq!(world.cause(call).kind, HangupKind::Transferred);
    assert_eq!(world.call(second).state, CallState::Answered);
    assert!(matches!(world.heard(second), Some(engine::leg::Feed::Peer(_))), "our person has moved");
    world.wish(Wish::HangUp { call: second }).unwrap();
    let bye = world.get(Method::Bye);
    world.deliver(&target.answer_to(&bye, 200));
    world.over();
}

#[test]
fn rfc6665_a_refreshed_subscription_is_told_at_once_and_may_end_before_the_transfer() {
    let mut world = desk();
    let (_, mut far) = world.up();
    let subscribe = |far: &mut Far, event: &str, expires: &str| {
        far.request(Method::Subscribe).with(Name::Event, event).with(Name::Expires, expires)
    };
    world.deliver(&subscribe(&mut far, "refer", "60"));
    world.got(481);
    let (_, invite) = asked(&mut world, &mut far, "<sip:3001@10.0.0.2>");
    let target = Far::called(&invite, "c1");
    world.deliver(&target.answer(180));
    told(&mut world, &far);
    world.pass(seconds(10));
    world.deliver(&subscribe(&mut far, "refer", "3600"));
    assert_eq!(world.got(200).header(&Name::Expires).unwrap(), "170", "no longer than a transfer may take");
    assert_eq!(told(&mut world, &far).1, "active;expires=170");
    world.deliver(&subscribe(&mut far, "refer", "30"));
    assert_eq!(world.got(200).header(&Name::Expires).unwrap(), "30");
    assert_eq!(told(&mut world, &far).1, "active;expires=30");
    world.deliver(&subscribe(&mut far, "dialog", "30"));
    world.got(489);
    world.deliver(&subscribe(&mut far, "refer", "0"));
    assert_eq!(world.got(200).header(&Name::Expires).unwrap(), "0");
    assert_eq!(told(&mut world, &far).1, "terminated;reason=timeout");
    world.deliver(&target.answer(183));
    world.quiet();
}

#[test]
fn rfc3891_an_attended_transfer_brings_us_into_the_place_that_is_named() {
    let mut world = desk();
    let (_, mut far) = world.up();
    let target = "<sip:3001@10.0.0.2:5066;ob?Replaces=a%40b%3Bto-tag%3Dt%3Bfrom-tag%3Df&X-Evil=1>";
    let (_, invite) = asked(&mut world, &mut far, target);
    assert_eq!(invite.uri().unwrap().to_string(), "sip:3001@10.0.0.2:5066;ob");
    assert_eq!(invite.header(&Name::Replaces).unwrap(), "a@b;to-tag=t;from-tag=f");
    assert!(invite.header(&Name::from("X-Evil")).is_none());
}

#[test]
fn VZ_07_whom_we_do_not_reach_leaves_us_with_who_asked() {
    for status in [486, 480, 404] {
        let mut world = desk();
        let (call, mut far) = world.up();
        let (second, invite) = asked(&mut world, &mut far, "<sip:3001@10.0.0.2>");
        world.deliver(&Far::called(&invite, "c1").answer(status));
        world.get(Method::Ack);
        let (said, state) = told(&mut world, &far);
        assert!(said.starts_with(&format!("SIP/2.0 {status} ")) && state.starts_with("terminated"));
        assert_eq!(world.cause(second).sip, Some(status));
        assert_eq!((world.call(call).state, world.call(call).held), (CallState::Answered, false));
        // The next one gets its number into Event (RFC 3515 §2.4.6).
        let refer = far.request(Method::Refer).with(Name::ReferTo, "<sip:3002@10.0.0.2>");
        world.deliver(&refer);
        world.got(202);
        let id = format!("refer;id={}", refer.cseq().unwrap().0);
        let notify = world.get(Method::Notify);
        assert_eq!(notify.header(&Name::Event).unwrap(), id);
        // Some peers do not know it, and are told once more without.
        world.deliver(&far.answer_to(&notify, 481));
        let notify = world.get(Method::Notify);
        assert_eq!(notify.header(&Name::Event).unwrap(), "refer");
        world.deliver(&far.answer_to(&notify, 481));
        assert!(!world.inbox.iter().any(|message| message.method() == Some(Method::Notify)));
    }
}

#[test]
fn our_person_does_not_want_to_go_and_says_so_by_hanging_up_the_new_call() {
    let mut world = desk();
    let (call, mut far) = world.up();
    let (second, _) = asked(&mut world, &mut far, "<sip:3001@10.0.0.2>");
    world.wish(Wish::HangUp { call: second }).unwrap();
    assert!(told(&mut world, &far).0.starts_with("SIP/2.0 487 "));
    assert_eq!(world.call(call).state, CallState::Answered);
}

#[test]
fn rfc5057_who_asked_and_hung_up_at_once_hears_the_end_all_the_same() {
    let mut world = desk();
    let (call, mut far) = world.up();
    let (second, invite) = asked(&mut world, &mut far, "<sip:3001@10.0.0.2>");
    world.deliver(&far.request(Method::Bye));
    world.got(200);
    assert_eq!((world.cause(call).kind, world.cause(call).by), (HangupKind::Transferred, Party::Peer));
    // The dialog lives for its subscription alone: nothing else may be asked in it.
    world.deliver(&far.request(Method::Options));
    world.got(481);
    let target = Far::called(&invite, "c1");
    world.deliver(&target.answer(200).with_sdp("sendrecv"));
    world.get(Method::Ack);
    assert_eq!(told(&mut world, &far).0, "SIP/2.0 200 OK\r\n");
    world.wish(Wish::HangUp { call: second }).unwrap();
    let bye = world.get(Method::Bye);
    world.deliver(&target.answer_to(&bye, 200));
    world.over();
}

#[test]
fn rfc6665_one_NOTIFY_after_the_other_and_none_after_a_refusal() {
    let mut world = desk();
    let (_, mut far) = world.up();
    let refer = far.request(Method::Refer).with(Name::ReferTo, "<sip:3001@10.0.0.2>");
    world.deliver(&refer);
    world.got(202);
    let first = world.get(Method::Notify);
    let invite = world.get(Method::Invite);
    let target = Far::called(&invite, "c1");
    world.deliver(&target.answer(180));
    world.deliver(&target.answer(183));
    world.quiet();
    world.deliver(&far.answer_to(&first, 200));
    assert_eq!(told(&mut world, &far).0, "SIP/2.0 183 Session Progress\r\n", "the latest is what counts");
    world.deliver(&target.answer(180));
    let next = world.get(Method::Notify);
    world.deliver(&far.answer_to(&next, 481));
    world.deliver(&target.answer(200).with_sdp("sendrecv"));
    world.get(Method::Ack);
    // It hears nothing more, and is left as ever.
    world.get(Method::Bye);
    world.quiet();
}

#[test]
fn rfc4488_who_wants_no_news_gets_none() {
    let mut world = desk();
    let (_, mut far) = world.up();
    let refer = far.request(Method::Refer).with(Name::ReferTo, "<sip:3001@10.0.0.2>");
    world.deliver(&refer.with(Name::from("Refer-Sub"), "false"));
    assert_eq!(world.got(202).header(&Name::from("Refer-Sub")).unwrap(), "false");
    let invite = world.get(Method::Invite);
    world.deliver(&Far::called(&invite, "c1").answer(200).with_sdp("sendrecv"));
    world.get(Method::Ack);
    world.get(Method::Bye);
    world.quiet();
}

#[test]
fn a_subscription_that_runs_out_is_ended_with_what_is_known() {
    let mut world = World::with(|account| {
        account.limits.calls_at_once = 4;
        crate::world::profile(account).ring_timeout = seconds(600);
    });
    let (_, mut far) = world.up();
    let (second, invite) = asked(&mut world, &mut far, "<sip:3001@10.0.0.2>");
    world.deliver(&Far::called(&invite, "c1").answer(180));
    told(&mut world, &far);
    world.pass(seconds(181));
    let (said, state) = told(&mut world, &far);
    assert_eq!((said.as_str(), state.as_str()), ("SIP/2.0 180 Ringing\r\n", "terminated;reason=timeout"));
    assert_eq!(world.call(second).state, CallState::Ringing);
}

#[test]
fn VZ_07_a_target_that_the_gate_denies_is_refused_with_words_and_rings_nowhere() {
    let mut world = desk();
    world.config.gate.emergency = ["190".to_owned()].into();
    world.shell.handle(Input::Config(world.config.clone()), world.now);
    let (call, mut far) = world.up();
    // No person of ours dials here, so not even the emergency services (SP-15).
    for target in
        ["<sip:190@10.0.0.2>", "<sip:0015551234567@10.0.0.2>", "<sip:voicemail@10.0.0.2>", "<tel:+15551234567>"]
    {
        world.deliver(&far.request(Method::Refer).with(Name::ReferTo, target));
        let refusal = world.got(403);
        assert!(refusal.header(&Name::Warning).unwrap().starts_with("399 ramal \""), "{target}");
    }
    world.quiet();
    assert_eq!(world.calls().len(), 1);
    assert_eq!(world.call(call).state, CallState::Answered);
}

#[test]
fn what_is_no_referral_is_refused() {
    let mut world = desk();
    let (call, mut far) = world.up();
    let refer = |far: &mut Far| far.request(Method::Refer);
    let target = "<sip:3001@10.0.0.2>";
    for (damaged, status) in [
        (refer(&mut far), 400),
        (refer(&mut far).with(Name::ReferTo, target).with(Name::ReferTo, target), 400),
        (refer(&mut far).with(Name::ReferTo, "<sip:3001@10.0.0.2;method=BYE>"), 400),
        (refer(&mut far).with(Name::ReferTo, "<sip:3001@10.0.0.2?Replaces=a%3Bto-tag%3Db>"), 400),
        (refer(&mut far).with(Name::ReferTo, "<http://3001>"), 403),
        (refer(&mut far).with(Name::ReferTo, target).with(Name::Require, "explicitsub"), 420),
    ] {
        world.deliver(&damaged);
        world.got(status);
    }
    world.quiet();
    // Outside a dialog nobody may send us anywhere.
    world.deliver(&outside("REFER", "x1").with(Name::ReferTo, target));
    world.got(403);
    // One at a time.
    let (_, _) = asked(&mut world, &mut far, target);
    world.deliver(&refer(&mut far).with(Name::ReferTo, target));
    world.got(491);
    assert_eq!(
        world.wish(Wish::Transfer(Transfer::Complete { call })).unwrap_err().code,
        engine::border::RefusalCode::WrongState
    );
}

#[test]
fn a_REFER_before_the_answer_or_within_a_bridge_goes_nowhere() {
    let mut world = desk();
    let (_, invite) = world.dial("3000");
    let mut ringing = Far::called(&invite, "b1");
    world.deliver(&ringing.answer(180));
    world.deliver(&ringing.request(Method::Refer).with(Name::ReferTo, "<sip:3001@10.0.0.2>"));
    world.got(491);
    let mut world = desk();
    let (first, mut far) = world.up();
    let (second, _) = world.taken("in1");
    world.wish(Wish::Bridge { first, second }).unwrap();
    world.deliver(&far.request(Method::Refer).with(Name::ReferTo, "<sip:3001@10.0.0.2>"));
    world.got(603);
}
