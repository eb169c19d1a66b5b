//! We are dialled.

use engine::border::{AccountCommand, DaemonCommand, What};
use engine::call::{Command as Wish, RejectAs};
use engine::config::PrackMode;
use engine::leg::{Feed, Tone};
use engine::news::{CallState, HangupKind, Party};
use engine::sip::header::Name;
use engine::sip::message::{Message, Method};

use crate::far::{Far, WithSdp, invite, same, sdp};
use crate::world::{World, ms, profile, seconds};

#[test]
fn VZ_05_rung_answered_acknowledged_and_hung_up_here() {
    let mut world = World::new();
    let offer = invite("in1", Some(&sdp("sendrecv")));
    let (call, ringing) = world.rung_by(&offer);
    assert!(ringing.to().unwrap().tag().is_some());
    let view = world.call(call);
    assert_eq!(
        (view.state, view.number.as_str(), view.name.as_deref()),
        (CallState::Ringing, "+5511988887777", Some("Maria"))
    );
    assert_eq!(world.rings(call), Some(Tone::Ring));
    assert_eq!(world.rtp(call).unwrap().feed, Feed::Nothing);
    world.wish(Wish::Answer { call }).unwrap();
    let ok = world.got(200);
    assert!(ok.sdp().is_some() && ok.to().unwrap().tag() == ringing.to().unwrap().tag());
    let far = Far::calling(&offer, &ok);
    world.deliver(&far.ack(&ok));
    world.pass(seconds(40));
    world.quiet();
    world.wish(Wish::HangUp { call }).unwrap();
    let bye = world.get(Method::Bye);
    world.deliver(&far.answer_to(&bye, 200));
    assert_eq!((world.cause(call).kind, world.cause(call).by), (HangupKind::Normal, Party::Us));
    world.over();
    world.quiet();
}

#[test]
fn VZ_05_each_way_to_decline_has_the_profiles_status() {
    let change = |account: &mut engine::config::Account| {
        let profile = profile(account);
        (profile.busy_status, profile.no_answer_status, profile.reject_status) = (600, 408, 403);
    };
    let ways = [
        (Wish::Reject { call: engine::id::CallId(0), how: RejectAs::Busy }, 600, HangupKind::Busy),
        (Wish::Reject { call: engine::id::CallId(0), how: RejectAs::NoAnswer }, 408, HangupKind::NoAnswer),
        (Wish::Reject { call: engine::id::CallId(0), how: RejectAs::Declined }, 403, HangupKind::Rejected),
        (Wish::HangUp { call: engine::id::CallId(0) }, 403, HangupKind::Rejected),
    ];
    for (wish, status, kind) in ways {
        let mut world = World::with(change);
        let (call, _) = world.rung("in1");
        world
            .wish(match wish {
                Wish::Reject { how, .. } => Wish::Reject { call, how },
                _ => Wish::HangUp { call },
            })
            .unwrap();
        let no = world.got(status);
        world.deliver(&same(&invite("in1", None), Method::Ack, &no));
        assert_eq!(world.cause(call).kind, kind);
    }
}

#[test]
fn a_declined_call_leaves_nothing() {
    let mut world = World::new();
    let offer = invite("in1", Some(&sdp("sendrecv")));
    let (call, _) = world.rung_by(&offer);
    world.wish(Wish::Reject { call, how: RejectAs::Declined }).unwrap();
    let no = world.got(603);
    world.deliver(&same(&offer, Method::Ack, &no));
    world.over();
    world.quiet();
}

#[test]
fn VZ_04_do_not_disturb_and_a_full_extension_do_not_ring() {
    let mut world = World::with(|account| account.max_calls = 1);
    world.command(What::Account(AccountCommand::DoNotDisturb { account: "20".into(), on: true })).unwrap();
    world.deliver(&invite("in1", Some(&sdp("sendrecv"))));
    assert!(world.got(480).to().unwrap().tag().is_some());
    world.command(What::Account(AccountCommand::DoNotDisturb { account: "20".into(), on: false })).unwrap();
    world.rung("in2");
    world.deliver(&invite("in3", Some(&sdp("sendrecv"))));
    world.got(486);
    assert_eq!(world.calls().len(), 1);
}

#[test]
fn VZ_04_a_second_call_knocks_and_an_exclusive_device_holds_the_first() {
    let mut world = World::with(|account| account.exclusive = true);
    let (first, _) = world.taken("in1");
    let (second, _) = world.rung("in2");
    assert_eq!(world.rings(second), Some(Tone::CallWaiting));
    assert_eq!(world.heard(second), Some(Feed::Peer(world.call(first).legs[0].leg)), "the first is still heard");
    assert!(!world.call(first).held);
    world.wish(Wish::Answer { call: second }).unwrap();
    assert!(world.call(first).held && !world.call(second).held);
    world.wish(Wish::Resume { call: first }).unwrap();
    assert!(!world.call(first).held && world.call(second).held);
}

#[test]
fn VZ_05_nobody_picks_up_within_the_ring_timeout() {
    let mut world = World::with(|account| profile(account).ring_timeout = seconds(20));
    let (call, _) = world.rung("in1");
    world.pass(ms(19_999));
    world.quiet();
    world.pass(ms(1));
    world.got(480);
    assert_eq!(world.cause(call).kind, HangupKind::NoAnswer);
    world.over();
}

#[test]
fn the_caller_gives_up() {
    let mut world = World::new();
    let offer = invite("in1", Some(&sdp("sendrecv")));
    let (call, _) = world.rung_by(&offer);
    let cancel =
        same(&offer, Method::Cancel, &offer).with(Name::Reason, "SIP;cause=200;text=\"Call completed elsewhere\"");
    world.deliver(&cancel);
    assert_eq!(world.got(200).method(), Some(Method::Cancel));
    let no = world.got(487);
    world.deliver(&same(&offer, Method::Ack, &no));
    assert_eq!((world.cause(call).kind, world.cause(call).by), (HangupKind::AnsweredElsewhere, Party::Peer));
    world.over();
    world.quiet();
}

#[test]
fn a_CANCEL_that_crosses_our_200_changes_nothing() {
    let mut world = World::new();
    let offer = invite("in1", Some(&sdp("sendrecv")));
    let (call, _) = world.rung_by(&offer);
    world.wish(Wish::Answer { call }).unwrap();
    let ok = world.got(200);
    world.deliver(&same(&offer, Method::Cancel, &offer));
    world.got(200);
    world.quiet();
    world.deliver(&Far::calling(&offer, &ok).ack(&ok));
    assert_eq!(world.call(call).state, CallState::Answered);
}

#[test]
fn a_200_is_repeated_until_its_ACK_and_given_up_after_32_seconds() {
    let mut world = World::new();
    let (call, _) = world.rung("in1");
    world.wish(Wish::Answer { call }).unwrap();
    world.got(200);
    for pause in [500, 1000, 2000, 4000, 4000] {
        world.pass(ms(pause - 1));
        world.quiet();
        world.pass(ms(1));
        world.got(200);
    }
    world.pass(seconds(32));
    let bye = world.get(Method::Bye);
    assert_eq!(world.cause(call).kind, HangupKind::ProtocolError);
    assert_eq!(bye.cseq().unwrap().0, 1);
    world.over();
}

#[test]
fn an_INVITE_without_an_offer_gets_ours_and_the_ACK_answers() {
    let mut world = World::new();
    let offerless = invite("in1", None);
    let (call, _) = world.rung_by(&offerless);
    world.wish(Wish::Answer { call }).unwrap();
    let ok = world.got(200);
    assert!(ok.sdp().is_some());
    assert_eq!(world.rtp(call).unwrap().stream, None);
    let mut far = Far::calling(&offerless, &ok);
    let early = far.request(Method::Invite).with_sdp("sendrecv");
    world.deliver(&early);
    world.got(491);
    world.deliver(&far.ack(&ok).with_sdp("sendrecv"));
    assert!(world.rtp(call).unwrap().stream.is_some());
    world.quiet();
}

#[test]
fn an_ACK_without_the_answer_ends_the_call() {
    let mut world = World::new();
    let offerless = invite("in1", None);
    let (call, _) = world.rung_by(&offerless);
    world.wish(Wish::Answer { call }).unwrap();
    let ok = world.got(200);
    world.deliver(&Far::calling(&offerless, &ok).ack(&ok));
    world.get(Method::Bye);
    assert_eq!(world.cause(call).kind, HangupKind::NotAcceptable);
}

#[test]
fn a_reliable_180_carries_our_offer_and_the_PRACK_answers_it() {
    let mut world = World::with(|account| profile(account).prack = PrackMode::Supported);
    let required = invite("in1", None).with(Name::Require, "100rel");
    let (call, ringing) = world.rung_by(&required);
    assert!(ringing.sdp().is_some() && ringing.lists(&Name::Require, "100rel"));
    world.pass(ms(500));
    assert_eq!(world.got(180).to_bytes(), ringing.to_bytes());
    world.wish(Wish::Answer { call }).unwrap();
    world.quiet();
    let mut far = Far::calling(&required, &ringing);
    let rseq = ringing.number(&Name::RSeq).unwrap();
    world.deliver(&far.request(Method::Prack).with(Name::RAck, &format!("{} 1 INVITE", rseq + 1)).with_sdp("sendrecv"));
    world.got(481);
    world.deliver(&far.request(Method::Prack).with(Name::RAck, &format!("{rseq} 1 INVITE")).with_sdp("sendrecv"));
    assert_eq!(world.got(200).method(), Some(Method::Prack));
    let ok = world.got(200);
    assert_eq!((ok.method(), ok.sdp()), (Some(Method::Invite), None));
    world.deliver(&far.ack(&ok));
    assert!(world.rtp(call).unwrap().stream.is_some());
    world.pass(seconds(40));
    world.quiet();
}

#[test]
fn a_reliable_180_whose_PRACK_never_comes_is_refused() {
    let mut world = World::new();
    let (call, _) = world.rung_by(&invite("in1", Some(&sdp("sendrecv"))).with(Name::Require, "100rel"));
    world.pass(seconds(32));
    world.got(504);
    assert_eq!(world.cause(call).kind, HangupKind::ProtocolError);
    world.over();
}

#[test]
fn a_PRACK_that_the_200_overtook_is_answered() {
    let mut world = World::new();
    let offer = invite("in1", Some(&sdp("sendrecv"))).with(Name::Require, "100rel");
    let (call, ringing) = world.rung_by(&offer);
    world.wish(Wish::Answer { call }).unwrap();
    let ok = world.got(200);
    let mut far = Far::calling(&offer, &ok);
    let rack = format!("{} 1 INVITE", ringing.number(&Name::RSeq).unwrap());
    world.deliver(&far.request(Method::Prack).with(Name::RAck, &rack));
    assert_eq!(world.got(200).method(), Some(Method::Prack));
    world.deliver(&far.request(Method::Prack).with(Name::RAck, &rack));
    world.got(481);
}

#[test]
fn an_UPDATE_while_it_rings_waits_for_the_first_answer() {
    let mut world = World::new();
    let offer = invite("in1", Some(&sdp("sendrecv")));
    let (_, ringing) = world.rung_by(&offer);
    let mut far = Far::calling(&offer, &ringing);
    world.deliver(&far.request(Method::Update).with_sdp("sendrecv"));
    assert!(world.got(500).number(&Name::RetryAfter).is_some());
    world.deliver(&far.request(Method::Update));
    world.got(200);
}

#[test]
fn who_calls_through_whom_is_shown() {
    let mut world = World::new();
    let offer = invite("in1", Some(&sdp("sendrecv")))
        .with(Name::Diversion, "\"Office\" <sip:1130001000@10.0.0.2>;reason=no-answer")
        .with(Name::PAssertedIdentity, "<sip:+5511977776666@10.0.0.2>");
    let (call, _) = world.rung_by(&offer);
    let view = world.call(call);
    assert_eq!(view.diverted_from.as_deref(), Some("1130001000"));
    assert_eq!(view.asserted.as_deref(), Some("+5511977776666"));
}

#[test]
fn an_INVITE_that_cannot_be_taken_is_told_why() {
    let mut world = World::with(|account| profile(account).session_timer.min_se = seconds(600));
    let offer = |call_id: &str| invite(call_id, Some(&sdp("sendrecv")));
    world.deliver(&offer("in1").with(Name::Require, "path"));
    assert_eq!(world.got(420).header(&Name::Unsupported).unwrap(), "path");
    world.deliver(&offer("in2").with(Name::SessionExpires, "120").with(Name::Supported, "timer"));
    assert_eq!(world.got(422).number(&Name::MinSe), Some(600));
    let mut wrong = invite("in3", None);
    wrong.set_body("text/plain", "hello");
    world.deliver(&wrong);
    world.got(415);
    let mut opus = invite("in4", None);
    opus.set_body("application/sdp", sdp("sendrecv").replace("RTP/AVP 8 0 101", "RTP/AVP 18"));
    world.deliver(&opus);
    let no = world.got(488);
    assert!(no.header(&Name::Warning).is_some() && no.to().unwrap().tag().is_some());
    assert_eq!(world.calls(), []);
    world.over();
}

#[test]
fn no_port_is_left() {
    let config = crate::shell::pbx::config([crate::shell::pbx::extension(20)].into_iter());
    let mut world = World::begin(config, Default::default(), 0, World::new().now);
    world.deliver(&invite("in1", Some(&sdp("sendrecv"))));
    world.got(503);
}

#[test]
fn SP_11_a_draining_daemon_rings_no_more_and_keeps_its_calls() {
    let mut world = World::new();
    let (call, _) = world.taken("in1");
    world.command(What::Daemon(DaemonCommand::Drain)).unwrap();
    world.deliver(&invite("in2", Some(&sdp("sendrecv"))));
    world.got(480);
    assert_eq!(world.try_dial("3000").unwrap_err().code, engine::border::RefusalCode::Draining);
    assert_eq!(world.call(call).state, CallState::Answered);
}

#[test]
fn a_damaged_message_is_counted_and_refused() {
    let mut world = World::new();
    let mut wrong: Message = invite("in1", None);
    wrong.set(Name::CSeq, "1 BYE");
    world.deliver(&wrong);
    world.got(400);
    assert_eq!(world.shell.engine.snapshot().totals.malformed, 1);
}

#[test]
fn SP_11_calls_that_outlast_the_drain_end_as_drained() {
    let mut world = World::new();
    let (talking, far) = world.up();
    let (dialled, _) = world.dial("31");
    world.command(What::Daemon(DaemonCommand::Drain)).unwrap();
    world.command(What::Daemon(DaemonCommand::DrainNow)).unwrap();
    for call in [talking, dialled] {
        assert_eq!((world.cause(call).kind, world.cause(call).by), (HangupKind::Drained, Party::Us));
    }
    let bye = world.get(Method::Bye);
    world.deliver(&far.answer_to(&bye, 200));
    assert_eq!(world.calls(), []);
}
