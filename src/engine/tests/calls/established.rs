//! A call that is up: hold, glare, session timers, digits, bridge, and the ways it is lost.

use std::time::Duration;

use engine::border::RefusalCode;
use engine::call::Command as Wish;
use engine::config::{DtmfMode, HoldMode, Refresher};
use engine::leg::{Feed, MediaEvent};
use engine::news::{CallState, HangupKind, News};
use engine::sip::header::Name;
use engine::sip::message::{Message, Method};

use crate::far::WithSdp;
use crate::world::{World, ms, profile, seconds};

fn hold_by(mode: HoldMode) -> World {
    World::with(|account| profile(account).hold = mode)
}

fn direction(message: &Message) -> String {
    let body = String::from_utf8(message.sdp().unwrap().to_vec()).unwrap();
    let known = ["sendrecv", "sendonly", "recvonly", "inactive"];
    known.into_iter().find(|name| body.contains(&format!("a={name}"))).unwrap().to_owned()
}

#[test]
fn VZ_06_a_local_hold_is_our_music_and_no_re_INVITE() {
    let mut world = hold_by(HoldMode::Local);
    let (call, _) = world.up();
    world.wish(Wish::Hold { call }).unwrap();
    world.quiet();
    let media = world.rtp(call).unwrap();
    assert!(matches!(media.feed, Feed::Sound { repeat: true, .. }) && !media.receive);
    assert_eq!(world.heard(call), Some(Feed::Silence));
    world.wish(Wish::Resume { call }).unwrap();
    assert!(matches!(world.rtp(call).unwrap().feed, Feed::Peer(_)));
    world.quiet();
}

#[test]
fn VZ_06_hold_by_sendonly_or_inactive_is_a_re_INVITE_with_a_newer_description() {
    for (mode, said, feeds) in [(HoldMode::Sendonly, "sendonly", true), (HoldMode::Inactive, "inactive", false)] {
        let mut world = hold_by(mode);
        let (call, far) = world.up();
        world.wish(Wish::Hold { call }).unwrap();
        let offer = world.get(Method::Invite);
        assert_eq!((direction(&offer).as_str(), offer.cseq().unwrap().0), (said, 2));
        let answer = if feeds { "recvonly" } else { "inactive" };
        world.deliver(&far.answer_to(&offer, 200).with_sdp(answer));
        assert_eq!(world.get(Method::Ack).cseq().unwrap().0, 2);
        assert_eq!(matches!(world.rtp(call).unwrap().feed, Feed::Sound { .. }), feeds);
        assert!(world.call(call).held && !world.call(call).held_by_peer);
        world.wish(Wish::Resume { call }).unwrap();
        let offer = world.get(Method::Invite);
        assert_eq!(direction(&offer), "sendrecv");
        world.deliver(&far.answer_to(&offer, 200).with_sdp("sendrecv"));
        world.get(Method::Ack);
        assert!(world.rtp(call).unwrap().stream.unwrap().may_receive);
        world.quiet();
    }
}

#[test]
fn VZ_06_resumed_while_the_hold_is_still_on_its_way() {
    let mut world = hold_by(HoldMode::Sendonly);
    let (call, far) = world.up();
    world.wish(Wish::Hold { call }).unwrap();
    let offer = world.get(Method::Invite);
    world.wish(Wish::Resume { call }).unwrap();
    world.quiet();
    world.deliver(&far.answer_to(&offer, 200).with_sdp("recvonly"));
    world.get(Method::Ack);
    let offer = world.get(Method::Invite);
    assert_eq!(direction(&offer), "sendrecv", "what is agreed is what was offered, not what is wanted by now");
    world.deliver(&far.answer_to(&offer, 200).with_sdp("sendrecv"));
    world.get(Method::Ack);
    world.quiet();
}

#[test]
fn VZ_06_a_refused_hold_leaves_the_call_as_it_was() {
    let mut world = hold_by(HoldMode::Sendonly);
    let (call, far) = world.up();
    world.wish(Wish::Hold { call }).unwrap();
    let offer = world.get(Method::Invite);
    world.deliver(&far.answer_to(&offer, 488));
    world.get(Method::Ack);
    assert!(!world.call(call).held);
    assert!(matches!(world.rtp(call).unwrap().feed, Feed::Peer(_)));
    assert!(world.shell.store.events().contains(&"hold-refused"));
    world.quiet();
}

#[test]
fn glare_is_tried_again_after_the_owners_pause_and_not_for_ever() {
    let mut world = hold_by(HoldMode::Sendonly);
    let (call, far) = world.up();
    world.wish(Wish::Hold { call }).unwrap();
    for round in 0..6 {
        let offer = world.get(Method::Invite);
        world.deliver(&far.answer_to(&offer, 491));
        world.get(Method::Ack);
        if round < 5 {
            // We own the Call-ID: 2.1 to 4 s (RFC 3261 §14.1).
            world.pass(ms(2_099));
            world.quiet();
            while world.inbox.is_empty() {
                world.pass(ms(10));
            }
        }
    }
    world.pass(seconds(10));
    world.quiet();
    assert!(!world.call(call).held);
}

#[test]
fn glare_where_they_own_the_Call_ID_waits_at_most_two_seconds() {
    let mut world = hold_by(HoldMode::Sendonly);
    let (call, far) = world.taken("in1");
    world.wish(Wish::Hold { call }).unwrap();
    for _ in 0..3 {
        let offer = world.get(Method::Invite);
        world.deliver(&far.answer_to(&offer, 491));
        world.get(Method::Ack);
        let asked = world.now.moment;
        while world.inbox.is_empty() {
            world.pass(ms(10));
        }
        assert!(world.now.moment.since(asked) <= seconds(2));
    }
}

#[test]
fn their_re_INVITE_while_ours_is_pending_gets_491_and_theirs_later_holds_us() {
    let mut world = hold_by(HoldMode::Sendonly);
    let (call, mut far) = world.up();
    world.wish(Wish::Hold { call }).unwrap();
    let ours = world.get(Method::Invite);
    world.deliver(&far.request(Method::Invite).with_sdp("sendonly"));
    world.got(491);
    world.deliver(&far.request(Method::Update).with_sdp("sendonly"));
    world.got(491);
    world.deliver(&far.answer_to(&ours, 200).with_sdp("recvonly"));
    world.get(Method::Ack);
    world.wish(Wish::Resume { call }).unwrap();
    let ours = world.get(Method::Invite);
    world.deliver(&far.answer_to(&ours, 200).with_sdp("sendrecv"));
    world.get(Method::Ack);
    world.deliver(&far.request(Method::Invite).with_sdp("sendonly"));
    let ok = world.got(200);
    assert_eq!(direction(&ok), "recvonly");
    world.deliver(&far.ack(&ok));
    assert!(world.call(call).held_by_peer);
    world.deliver(&far.request(Method::Update).with_sdp("sendrecv"));
    assert_eq!(direction(&world.got(200)), "sendrecv");
    assert!(!world.call(call).held_by_peer);
}

#[test]
fn a_re_INVITE_right_behind_the_answer_is_taken_although_the_ACK_is_late() {
    let mut world = World::new();
    let offer = crate::far::invite("in1", Some(&crate::far::sdp("sendrecv")));
    let (call, _) = world.rung_by(&offer);
    world.wish(Wish::Answer { call }).unwrap();
    let ok = world.got(200);
    let mut far = crate::far::Far::calling(&offer, &ok);
    world.deliver(&far.request(Method::Invite).with_sdp("sendrecv"));
    let second = world.got(200);
    assert_eq!(second.cseq().unwrap().0, 2);
    world.deliver(&far.ack(&ok));
    world.deliver(&far.ack(&second));
    world.pass(seconds(40));
    world.quiet();
    assert_eq!(world.call(call).state, CallState::Answered);
}

#[test]
fn their_re_INVITE_without_an_offer_gets_ours() {
    let mut world = World::new();
    let (call, mut far) = world.up();
    world.deliver(&far.request(Method::Invite));
    let ok = world.got(200);
    assert_eq!(direction(&ok), "sendrecv");
    world.deliver(&far.ack(&ok).with_sdp("sendonly"));
    assert!(world.call(call).held_by_peer);
}

#[test]
fn their_unusable_re_INVITE_is_refused_and_the_call_goes_on() {
    let mut world = World::new();
    let (call, mut far) = world.up();
    let mut wrong = far.request(Method::Invite).with_sdp("sendrecv");
    wrong.body = bytes::Bytes::from(crate::far::sdp("sendrecv").replace("RTP/AVP 8 0 101", "RTP/AVP 18"));
    world.deliver(&wrong);
    world.got(488);
    assert_eq!(world.call(call).state, CallState::Answered);
    world.deliver(&far.request(Method::from("PUBLISH")));
    world.got(405);
    world.deliver(&far.request(Method::from("FROBNICATE")));
    world.got(501);
}

#[test]
fn a_repeated_200_gets_its_ACK_again() {
    let mut world = World::new();
    let (_, far) = world.up();
    world.deliver(&far.answer(200).with_sdp("sendrecv"));
    world.get(Method::Ack);
    world.pass(seconds(40));
    world.deliver(&far.answer(200).with_sdp("sendrecv"));
    world.get(Method::Ack);
    world.quiet();
}

#[test]
fn session_timer_refreshed_by_us_with_UPDATE_where_the_peer_takes_it() {
    let mut world = World::with(|account| {
        profile(account).session_timer.expires = Some(seconds(1800));
        profile(account).session_timer.refresher = Refresher::Us;
    });
    let (call, invite) = world.dial("3000");
    assert_eq!(invite.header(&Name::SessionExpires).unwrap(), "1800;refresher=uac");
    let far = crate::far::Far::called(&invite, "b1");
    let ok = far
        .answer(200)
        .with_sdp("sendrecv")
        .with(Name::SessionExpires, "1200;refresher=uac")
        .with(Name::Allow, "INVITE, UPDATE");
    world.deliver(&ok);
    world.get(Method::Ack);
    world.pass(Duration::from_millis(599_999));
    world.quiet();
    world.pass(ms(1));
    let update = world.get(Method::Update);
    assert_eq!(
        (update.sdp(), update.header(&Name::SessionExpires).unwrap().into_owned()),
        (None, "1200;refresher=uac".to_owned())
    );
    world.deliver(&far.answer_to(&update, 422).with(Name::MinSe, "1500"));
    let update = world.get(Method::Update);
    assert_eq!(update.header(&Name::SessionExpires).unwrap(), "1500;refresher=uac");
    world.deliver(&far.answer_to(&update, 405));
    let invite = world.get(Method::Invite);
    world.deliver(&far.answer_to(&invite, 200).with_sdp("sendrecv").with(Name::SessionExpires, "1500;refresher=uac"));
    world.get(Method::Ack);
    world.pass(seconds(750));
    let invite = world.get(Method::Invite);
    world.deliver(&far.answer_to(&invite, 481));
    world.get(Method::Ack);
    assert_eq!(world.cause(call).kind, HangupKind::Unreachable);
}

#[test]
fn SP_06_a_registrar_back_after_an_outage_is_told_where_its_calls_are() {
    let mut world = World::new();
    let (call, invite) = world.dial("3000");
    let far = crate::far::Far::called(&invite, "b1");
    world.deliver(&far.answer(200).with_sdp("sendrecv").with(Name::Allow, "INVITE, UPDATE"));
    world.get(Method::Ack);
    for forgotten in [false, true] {
        world.away = true;
        world.pass(seconds(60));
        world.quiet();
        world.away = false;
        world.pass(seconds(5));
        let update = world.get(Method::Update);
        world.inbox.clear(); // its repeats
        assert_eq!((update.sdp(), update.header(&Name::SessionExpires)), (None, None));
        assert_eq!(world.call(call).state, CallState::Answered);
        world.deliver(&far.answer_to(&update, if forgotten { 481 } else { 200 }));
    }
    world.get(Method::Bye);
    assert_eq!(world.cause(call).kind, HangupKind::Unreachable);
}

#[test]
fn a_refused_refresh_does_not_resume_a_local_hold() {
    let mut world = World::with(|account| profile(account).session_timer.expires = Some(seconds(1800)));
    let (call, invite) = world.dial("3000");
    let far = crate::far::Far::called(&invite, "b1");
    world.deliver(&far.answer(200).with_sdp("sendrecv").with(Name::SessionExpires, "1200;refresher=uac"));
    world.get(Method::Ack);
    world.wish(Wish::Hold { call }).unwrap();
    world.pass(seconds(600));
    let invite = world.get(Method::Invite);
    world.deliver(&far.answer_to(&invite, 488));
    assert!(world.call(call).held);
}

#[test]
fn session_timer_refreshed_by_them_or_the_call_ends() {
    let mut world = World::new();
    let offer = crate::far::invite("in1", Some(&crate::far::sdp("sendrecv")))
        .with(Name::SessionExpires, "300;refresher=uac")
        .with(Name::Supported, "timer");
    let (call, _) = world.rung_by(&offer);
    world.wish(Wish::Answer { call }).unwrap();
    let ok = world.got(200);
    assert_eq!(ok.header(&Name::SessionExpires).unwrap(), "300;refresher=uac");
    assert!(ok.lists(&Name::Require, "timer"));
    let mut far = crate::far::Far::calling(&offer, &ok);
    world.deliver(&far.ack(&ok));
    world.pass(seconds(200));
    world.deliver(
        &far.request(Method::Update).with(Name::SessionExpires, "300;refresher=uac").with(Name::Supported, "timer"),
    );
    world.got(200);
    world.pass(ms(267_999));
    world.quiet();
    // 32 s before the end (RFC 4028 §10).
    world.pass(ms(1));
    world.get(Method::Bye);
    assert_eq!(world.cause(call).kind, HangupKind::SessionExpired);
}

#[test]
fn a_session_interval_of_nothing_does_not_make_us_busy() {
    let mut world = World::new();
    let (call, invite) = world.dial("3000");
    let far = crate::far::Far::called(&invite, "b1");
    world.deliver(&far.answer(200).with_sdp("sendrecv").with(Name::SessionExpires, "0;refresher=uac"));
    world.get(Method::Ack);
    world.pass(seconds(44));
    world.quiet();
    assert_eq!(world.call(call).state, CallState::Answered);
}

#[test]
fn a_request_nobody_answers_inside_the_dialog_ends_the_call() {
    let mut world = hold_by(HoldMode::Sendonly);
    let (call, _) = world.up();
    world.wish(Wish::Hold { call }).unwrap();
    world.pass(seconds(32));
    assert_eq!((world.cause(call).kind, world.cause(call).sip), (HangupKind::Unreachable, Some(408)));
    world.over();
}

#[test]
fn a_BYE_that_crosses_our_re_INVITE_leaves_nothing() {
    let mut world = hold_by(HoldMode::Sendonly);
    let (call, mut far) = world.up();
    world.wish(Wish::Hold { call }).unwrap();
    let offer = world.get(Method::Invite);
    world.deliver(&far.request(Method::Bye));
    world.got(200);
    world.deliver(&far.answer_to(&offer, 200).with_sdp("recvonly"));
    world.get(Method::Ack);
    world.over();
    world.quiet();
}

#[test]
fn VZ_09_digits_by_RFC_4733_are_numbered_over_the_life_of_the_leg() {
    let mut world = World::new();
    let (call, _) = world.up();
    world.wish(Wish::Dtmf { call, digits: "1a".to_owned() }).unwrap();
    let digits = world.rtp(call).unwrap().digits;
    assert_eq!(
        digits.iter().map(|digit| (digit.number, digit.digit, digit.inband)).collect::<Vec<_>>(),
        [(1, '1', false), (2, 'A', false)]
    );
    world.media(call, MediaEvent::DigitSent { number: 1 });
    world.wish(Wish::Dtmf { call, digits: "#".to_owned() }).unwrap();
    assert_eq!(world.rtp(call).unwrap().digits.iter().map(|digit| digit.number).collect::<Vec<_>>(), [2, 3]);
    assert_eq!(world.wish(Wish::Dtmf { call, digits: "x".to_owned() }).unwrap_err().code, RefusalCode::BadRequest);
}

#[test]
fn VZ_09_digits_by_INFO_go_one_at_a_time_and_come_in() {
    let mut world = World::with(|account| profile(account).dtmf = DtmfMode::Info);
    let (call, invite) = world.dial("3000");
    let mut far = crate::far::Far::called(&invite, "b1");
    world.deliver(&far.answer(183).with_sdp("sendrecv"));
    assert_eq!(world.wish(Wish::Dtmf { call, digits: "1".to_owned() }).unwrap_err().code, RefusalCode::WrongState);
    world.deliver(&far.answer(200).with_sdp("sendrecv"));
    world.get(Method::Ack);
    world.wish(Wish::Dtmf { call, digits: "12".to_owned() }).unwrap();
    let first = world.get(Method::Info);
    world.quiet();
    assert!(String::from_utf8_lossy(&first.body).starts_with("Signal=1\r\n"));
    world.deliver(&far.answer_to(&first, 200));
    let second = world.get(Method::Info);
    assert!(String::from_utf8_lossy(&second.body).starts_with("Signal=2\r\n"));
    let mut info = far.request(Method::Info);
    info.set_body("application/dtmf-relay", "Signal=*\r\nDuration=250\r\n");
    world.deliver(&info);
    world.got(200);
    let heard = world.shell.news.iter().any(|(_, news)| matches!(news, News::Digit { digit: '*', .. }));
    assert!(heard);
    let mut odd = far.request(Method::Info);
    odd.set_body("application/media_control+xml", "<x/>");
    world.deliver(&odd);
    world.got(415);
}

#[test]
fn two_calls_are_bridged_and_end_together() {
    let mut world = hold_by(HoldMode::Sendonly);
    let (first, far) = world.up();
    world.wish(Wish::Hold { call: first }).unwrap();
    let offer = world.get(Method::Invite);
    world.deliver(&far.answer_to(&offer, 200).with_sdp("recvonly"));
    world.get(Method::Ack);
    let (second, mut other) = world.taken("in1");
    world.wish(Wish::Bridge { first, second }).unwrap();
    let offer = world.get(Method::Invite);
    world.deliver(&far.answer_to(&offer, 200).with_sdp("sendrecv"));
    world.get(Method::Ack);
    let (a, b) = (world.call(first), world.call(second));
    assert_eq!((a.bridged_with, b.bridged_with), (Some(second), Some(first)));
    assert_eq!(world.rtp(first).unwrap().feed, Feed::Peer(b.legs[0].leg));
    assert_eq!(world.rtp(second).unwrap().feed, Feed::Peer(a.legs[0].leg));
    assert_eq!((world.heard(first), world.heard(second)), (None, None));
    assert!(world.wish(Wish::Hold { call: first }).is_err());
    world.deliver(&other.request(Method::Bye));
    world.got(200);
    let bye = world.get(Method::Bye);
    world.deliver(&far.answer_to(&bye, 200));
    world.cause(first);
    world.cause(second);
    world.over();
    world.quiet();
}

#[test]
fn a_failed_port_ends_the_call_and_old_news_of_it_do_not() {
    let mut world = World::new();
    let (call, _) = world.up();
    world.media(call, MediaEvent::Failed { why: "port closed".to_owned() });
    world.get(Method::Bye);
    assert_eq!(world.cause(call).kind, HangupKind::MediaFailed);
}

#[test]
fn calls_live_on_while_the_store_fails() {
    let mut world = World::new();
    world.shell.store_fails = true;
    let (call, mut far) = world.up();
    let (inbound, _) = world.taken("in1");
    assert_eq!(world.calls().len(), 2);
    world.deliver(&far.request(Method::Bye));
    world.got(200);
    world.cause(call);
    world.wish(Wish::HangUp { call: inbound }).unwrap();
    let failing = |(_, news): &&(_, News)| matches!(news, News::Alert(engine::news::Alert::StoreFailing { .. }));
    assert_eq!(world.shell.news.iter().filter(failing).count(), 1, "said once");
    world.over();
}
