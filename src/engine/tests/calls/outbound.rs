//! We dial.

use std::collections::BTreeSet;
use std::sync::Arc;

use engine::border::Reply;
use engine::call::Command as Wish;
use engine::config::PrackMode;
use engine::leg::{Feed, Tone};
use engine::news::{CallState, HangupKind, Party};
use engine::records::Record;
use engine::rules::{Area, Hours, Rules, Span, Term, Week};
use engine::sip::header::Name;
use engine::sip::message::{Message, Method};

use crate::far::{Far, WithSdp, same, sdp};
use crate::shell::pbx::{config, extension};
use crate::world::{World, ms, profile, seconds};

#[test]
fn VZ_04_dialled_rung_answered_and_hung_up_here() {
    let mut world = World::new();
    let (call, invite) = world.dial("3000");
    assert_eq!(invite.uri().unwrap().to_string(), "sip:3000@10.0.0.2");
    assert_eq!(world.call(call).state, CallState::Dialling);
    let mut far = Far::called(&invite, "b1");
    world.deliver(&far.answer(180));
    assert_eq!(world.call(call).state, CallState::Ringing);
    assert_eq!(world.heard(call), Some(Feed::Tone(Tone::Ringback)));
    world.deliver(&far.answer(200).with_sdp("sendrecv"));
    let ack = world.get(Method::Ack);
    assert_eq!((ack.cseq().unwrap().0, ack.to().unwrap().tag().map(str::to_owned)), (1, Some("b1".to_owned())));
    assert_eq!(world.rtp(call).unwrap().stream.unwrap().remote.to_string(), "10.0.0.2:30000");
    world.wish(Wish::HangUp { call }).unwrap();
    let bye = world.get(Method::Bye);
    assert!(far.dialog.matches_request(&bye) && bye.cseq().unwrap().0 == 2);
    world.deliver(&far.answer_to(&bye, 200));
    let cause = world.cause(call);
    assert_eq!((cause.kind, cause.by), (HangupKind::Normal, Party::Us));
    far.dialog.local_cseq = 7;
    world.over();
    world.quiet();
}

#[test]
fn the_far_end_hangs_up() {
    let mut world = World::new();
    let (call, mut far) = world.up();
    let bye = far.request(Method::Bye).with(Name::Reason, "Q.850;cause=16");
    world.deliver(&bye);
    world.got(200);
    assert_eq!(
        (world.cause(call).kind, world.cause(call).by, world.cause(call).q850),
        (HangupKind::Normal, Party::Peer, 16)
    );
    world.over();
    world.quiet();
}

#[test]
fn a_challenged_INVITE_is_sent_again_with_the_next_CSeq_and_the_same_Call_ID() {
    let mut world = World::new();
    let (call, invite) = world.dial("3000");
    let far = Far::called(&invite, "b1");
    let challenge = "Digest realm=\"asterisk\", nonce=\"n1\", qop=\"auth\", algorithm=MD5";
    world.deliver(&far.answer(401).with(Name::WwwAuthenticate, challenge));
    world.get(Method::Ack);
    let again = world.get(Method::Invite);
    assert_eq!(again.call_id().unwrap(), invite.call_id().unwrap());
    assert_eq!(again.from().unwrap().tag(), invite.from().unwrap().tag());
    assert_eq!(again.cseq().unwrap().0, 2);
    assert!(again.header(&Name::Authorization).unwrap().contains("username=\"20\""));
    let far = Far::called(&again, "b2");
    world.deliver(&far.answer(200).with_sdp("sendrecv"));
    let ack = world.get(Method::Ack);
    assert!(
        ack.header(&Name::Authorization).is_some(),
        "the ACK carries the credentials of its INVITE, RFC 3261 §22.1"
    );
    world.wish(Wish::HangUp { call }).unwrap();
    let bye = world.get(Method::Bye);
    assert_eq!(bye.cseq().unwrap().0, 3);
    world.deliver(
        &far.answer_to(&bye, 401)
            .with(Name::WwwAuthenticate, &challenge.replace("n1", "n2").replace("qop", "stale=true, qop")),
    );
    let bye = world.get(Method::Bye);
    assert_eq!(bye.cseq().unwrap().0, 4, "a challenged BYE is answered too");
    world.deliver(&far.answer_to(&bye, 200));
    world.over();
    world.quiet();
}

#[test]
fn a_wrong_password_ends_the_call_once() {
    let mut world = World::new();
    let (call, invite) = world.dial("3000");
    let challenge = "Digest realm=\"asterisk\", nonce=\"n1\", qop=\"auth\", algorithm=MD5";
    world.deliver(&Far::called(&invite, "b1").answer(401).with(Name::WwwAuthenticate, challenge));
    let again = world.get(Method::Invite);
    world.deliver(&Far::called(&again, "b1").answer(401).with(Name::WwwAuthenticate, &challenge.replace("n1", "n2")));
    assert_eq!((world.cause(call).kind, world.cause(call).sip), (HangupKind::Unauthorized, Some(401)));
    world.over();
}

#[test]
fn VZ_04_each_final_answer_has_its_cause() {
    let statuses = [
        (486, HangupKind::Busy),
        (480, HangupKind::NoAnswer),
        (603, HangupKind::Rejected),
        (404, HangupKind::NumberUnknown),
        (503, HangupKind::Congestion),
        (403, HangupKind::Denied),
        (488, HangupKind::NotAcceptable),
    ];
    for (status, kind) in statuses {
        let mut world = World::new();
        let (call, invite) = world.dial("3000");
        world.deliver(&Far::called(&invite, "b1").answer(status));
        world.get(Method::Ack);
        assert_eq!((world.cause(call).kind, world.cause(call).sip), (kind, Some(status)));
        assert_eq!(world.rtp(call), None);
        world.over();
        world.quiet();
    }
}

#[test]
fn nobody_answers_at_all() {
    let mut world = World::new();
    let (call, _) = world.dial("3000");
    world.pass(ms(31_999));
    assert_eq!(world.call(call).state, CallState::Dialling);
    world.pass(ms(1));
    assert_eq!(world.cause(call).kind, HangupKind::Unreachable);
    world.over();
}

#[test]
fn VZ_04_the_ring_timeout_ends_the_call_exactly_at_its_time() {
    let mut world = World::with(|account| profile(account).ring_timeout = seconds(45));
    let (call, invite) = world.dial("3000");
    let far = Far::called(&invite, "b1");
    world.deliver(&far.answer(180));
    world.pass(ms(44_999));
    world.quiet();
    assert_eq!(world.call(call).state, CallState::Ringing);
    world.pass(ms(1));
    let cancel = world.get(Method::Cancel);
    assert_eq!(world.cause(call).kind, HangupKind::NoAnswer);
    world.deliver(&Message::response(&cancel, 200));
    world.deliver(&far.answer(487));
    world.get(Method::Ack);
    world.over();
    world.quiet();
}

#[test]
fn a_CANCEL_waits_for_the_first_provisional_answer() {
    let mut world = World::new();
    let (call, invite) = world.dial("3000");
    world.wish(Wish::HangUp { call }).unwrap();
    world.quiet();
    assert_eq!(world.cause(call).kind, HangupKind::Cancelled);
    let far = Far::called(&invite, "b1");
    world.deliver(&far.answer(180));
    let cancel = world.get(Method::Cancel);
    assert_eq!(cancel.top_via().unwrap(), invite.top_via().unwrap());
    assert!(cancel.header(&Name::Reason).unwrap().contains("Q.850;cause=16"));
    world.deliver(&Message::response(&cancel, 200));
    world.deliver(&far.answer(487));
    world.get(Method::Ack);
    world.over();
    world.quiet();
}

#[test]
fn a_CANCEL_that_is_never_answered_leaves_nothing() {
    let mut world = World::new();
    let (call, invite) = world.dial("3000");
    world.deliver(&Far::called(&invite, "b1").answer(180));
    world.wish(Wish::HangUp { call }).unwrap();
    world.get(Method::Cancel);
    world.over();
}

#[test]
fn a_200_that_crosses_our_CANCEL_gets_ACK_and_BYE() {
    let mut world = World::new();
    let (call, invite) = world.dial("3000");
    let far = Far::called(&invite, "b1");
    world.deliver(&far.answer(180));
    world.wish(Wish::HangUp { call }).unwrap();
    let cancel = world.get(Method::Cancel);
    world.deliver(&far.answer(200).with_sdp("sendrecv"));
    world.get(Method::Ack);
    let bye = world.get(Method::Bye);
    world.deliver(&Message::response(&cancel, 481));
    world.deliver(&far.answer_to(&bye, 200));
    assert_eq!(world.cause(call).kind, HangupKind::Cancelled);
    world.over();
    world.quiet();
}

#[test]
fn a_200_that_comes_after_everything_was_given_up_gets_ACK_and_BYE() {
    let mut world = World::new();
    let (call, invite) = world.dial("3000");
    let far = Far::called(&invite, "b1");
    world.deliver(&far.answer(180));
    world.wish(Wish::HangUp { call }).unwrap();
    world.get(Method::Cancel);
    world.pass(seconds(120));
    assert!(world.shell.store.dialogs.is_empty());
    world.inbox.clear();
    world.deliver(&far.answer(200).with_sdp("sendrecv"));
    let ack = world.get(Method::Ack);
    assert_eq!(ack.to().unwrap().tag(), Some("b1"));
    let bye = world.get(Method::Bye);
    world.deliver(&far.answer_to(&bye, 200));
    world.over();
    world.quiet();
}

#[test]
fn of_two_forks_that_answer_the_second_gets_ACK_and_BYE() {
    let mut world = World::new();
    let (call, invite) = world.dial("3000");
    let (first, second) = (Far::called(&invite, "b1"), Far::called(&invite, "b2"));
    world.deliver(&first.answer(180));
    world.deliver(&second.answer(183).with_sdp("sendrecv"));
    assert_eq!(world.call(call).state, CallState::EarlyMedia);
    world.deliver(&first.answer(200).with_sdp("sendrecv"));
    assert_eq!(world.get(Method::Ack).to().unwrap().tag(), Some("b1"));
    for round in 0..2 {
        world.deliver(&second.answer(200).with_sdp("sendrecv"));
        assert_eq!(world.get(Method::Ack).to().unwrap().tag(), Some("b2"), "round {round}");
    }
    let bye = world.get(Method::Bye);
    assert_eq!(bye.to().unwrap().tag(), Some("b2"));
    world.deliver(&second.answer_to(&bye, 200));
    world.quiet();
    assert_eq!(world.call(call).state, CallState::Answered);
    world.wish(Wish::HangUp { call }).unwrap();
    let bye = world.get(Method::Bye);
    assert_eq!(bye.to().unwrap().tag(), Some("b1"));
    world.deliver(&first.answer_to(&bye, 200));
    world.over();
    world.quiet();
}

#[test]
fn the_BYE_of_a_fork_that_was_shed_does_not_end_the_call() {
    let mut world = World::new();
    let (call, far) = world.up();
    let mut other = Far::called(&far.invite, "b2");
    world.deliver(&other.answer(200).with_sdp("sendrecv"));
    world.get(Method::Ack);
    let ours = world.get(Method::Bye);
    world.deliver(&other.request(Method::Bye));
    world.got(481);
    world.deliver(&other.answer_to(&ours, 200));
    assert_eq!(world.call(call).state, CallState::Answered);
}

#[test]
fn a_fork_that_answers_after_the_call_has_ended_gets_ACK_and_BYE() {
    let mut world = World::new();
    let (call, mut far) = world.up();
    let other = Far::called(&far.invite, "b2");
    world.deliver(&far.request(Method::Bye));
    world.got(200);
    world.cause(call);
    world.deliver(&other.answer(200).with_sdp("sendrecv"));
    assert_eq!(world.get(Method::Ack).to().unwrap().tag(), Some("b2"));
    let bye = world.get(Method::Bye);
    world.deliver(&other.answer_to(&bye, 200));
    world.over();
    world.quiet();
}

#[test]
fn VZ_05_early_media_is_heard_before_the_answer() {
    let mut world = World::new();
    let (call, invite) = world.dial("3000");
    let far = Far::called(&invite, "b1");
    world.deliver(&far.answer(183).with_sdp("sendrecv"));
    assert_eq!(world.call(call).state, CallState::EarlyMedia);
    let media = world.rtp(call).unwrap();
    assert!(media.stream.is_some() && media.feed == Feed::Silence);
    assert!(matches!(world.heard(call), Some(Feed::Peer(_))));
    world.deliver(&far.answer(200));
    world.get(Method::Ack);
    assert_eq!(world.call(call).state, CallState::Answered, "the answer stood in the 183, which is met");
    assert!(matches!(world.rtp(call).unwrap().feed, Feed::Peer(_)));
}

#[test]
fn a_reliable_183_is_acknowledged_once_and_in_order() {
    let mut world = World::with(|account| profile(account).prack = PrackMode::Required);
    let (call, invite) = world.dial("3000");
    assert!(invite.lists(&Name::Require, "100rel"));
    let far = Far::called(&invite, "b1");
    let early = far.answer(183).with_sdp("sendrecv").with(Name::Require, "100rel").with(Name::RSeq, "9");
    world.deliver(&early);
    let prack = world.get(Method::Prack);
    assert_eq!(prack.header(&Name::RAck).unwrap(), "9 1 INVITE");
    assert_eq!(prack.cseq().unwrap().0, 2);
    world.deliver(&early);
    world.deliver(&far.answer(180).with(Name::Require, "100rel").with(Name::RSeq, "11"));
    world.quiet();
    world.deliver(&far.answer_to(&prack, 200));
    world.deliver(&far.answer(180).with(Name::Require, "100rel").with(Name::RSeq, "10"));
    let prack = world.get(Method::Prack);
    assert_eq!(
        (prack.header(&Name::RAck).unwrap().into_owned(), prack.cseq().unwrap().0),
        ("10 1 INVITE".to_owned(), 3)
    );
    world.deliver(&far.answer_to(&prack, 200));
    world.deliver(&far.answer(200));
    assert_eq!(world.get(Method::Ack).cseq().unwrap().0, 1);
    world.wish(Wish::HangUp { call }).unwrap();
    let bye = world.get(Method::Bye);
    assert_eq!(bye.cseq().unwrap().0, 4);
    world.deliver(&far.answer_to(&bye, 200));
    world.over();
    world.quiet();
}

#[test]
fn a_challenged_PRACK_is_answered() {
    let mut world = World::with(|account| profile(account).prack = PrackMode::Supported);
    let (_, invite) = world.dial("3000");
    let far = Far::called(&invite, "b1");
    world.deliver(&far.answer(183).with_sdp("sendrecv").with(Name::Require, "100rel").with(Name::RSeq, "9"));
    let prack = world.get(Method::Prack);
    let challenge = "Digest realm=\"asterisk\", nonce=\"n1\", qop=\"auth\", algorithm=MD5";
    world.deliver(&far.answer_to(&prack, 407).with(Name::ProxyAuthenticate, challenge));
    let prack = world.get(Method::Prack);
    assert!(prack.header(&Name::ProxyAuthorization).is_some() && prack.cseq().unwrap().0 == 3);
}

#[test]
fn an_UPDATE_with_an_offer_in_an_early_dialog_is_answered_after_a_reliable_answer() {
    let mut world = World::with(|account| profile(account).prack = PrackMode::Supported);
    let (call, invite) = world.dial("3000");
    let mut far = Far::called(&invite, "b1");
    let early = far.request(Method::Update).with_sdp("sendrecv");
    world.deliver(&early);
    world.got(481);
    world.deliver(&far.answer(180));
    let crossing = far.request(Method::Update).with_sdp("sendrecv");
    world.deliver(&crossing);
    world.got(491);
    world.deliver(&far.answer(183).with_sdp("sendrecv").with(Name::Require, "100rel").with(Name::RSeq, "9"));
    let prack = world.get(Method::Prack);
    world.deliver(&far.answer_to(&prack, 200));
    let mut update = far.request(Method::Update).with_sdp("sendrecv");
    update.set_body("application/sdp", sdp("sendrecv").replace("30000", "30002"));
    world.deliver(&update);
    assert!(world.got(200).sdp().is_some());
    assert_eq!(world.rtp(call).unwrap().stream.unwrap().remote.port(), 30002);
    world.deliver(&far.answer(200));
    world.get(Method::Ack);
    assert_eq!(world.rtp(call).unwrap().stream.unwrap().remote.port(), 30002);
}

#[test]
fn a_422_is_answered_with_the_longer_interval_once() {
    let mut world = World::with(|account| profile(account).session_timer.expires = Some(seconds(90)));
    let (_, invite) = world.dial("3000");
    assert_eq!(invite.header(&Name::SessionExpires).unwrap(), "90");
    world.deliver(&Far::called(&invite, "b1").answer(422).with(Name::MinSe, "600"));
    let again = world.get(Method::Invite);
    assert_eq!(
        (again.header(&Name::SessionExpires).unwrap(), again.header(&Name::MinSe).unwrap()),
        ("600".into(), "600".into())
    );
    world.deliver(&Far::called(&again, "b1").answer(422).with(Name::MinSe, "700"));
    world.get(Method::Ack);
    assert_eq!(world.calls(), []);
    world.over();
}

#[test]
fn SP_15_a_redirect_passes_the_gate_again() {
    let mut world = World::new();
    let (call, invite) = world.dial("3000");
    let moved = Far::called(&invite, "b1").answer(302);
    let mut abroad = moved.clone();
    abroad.set(Name::Contact, "<sip:00442071234567@10.0.0.2>;q=1, <sip:3001@10.0.0.2>;q=0.5");
    world.deliver(&abroad);
    world.get(Method::Ack);
    let second = world.get(Method::Invite);
    assert_eq!(second.uri().unwrap().to_string(), "sip:3001@10.0.0.2");
    assert_ne!(second.call_id().unwrap(), invite.call_id().unwrap());
    let mut only_abroad = Far::called(&second, "b2").answer(302);
    only_abroad.set(Name::Contact, "<sip:00442071234567@10.0.0.2>");
    world.deliver(&only_abroad);
    assert_eq!(world.cause(call).kind, HangupKind::Denied);
    world.get(Method::Ack);
    world.quiet();
    world.over();
}

#[test]
fn SP_15_the_gate_refuses_by_hand_and_nothing_is_sent() {
    let mut world = World::new();
    for number in ["00442071234567", "0900123456", "abc", ""] {
        let refusal = world.try_dial(number).unwrap_err();
        assert_eq!(refusal.code, engine::border::RefusalCode::Gate, "{number}");
    }
    world.quiet();
    assert_eq!(world.calls(), []);
}

/// People may be called in the morning; the stories are told on a Thursday afternoon.
fn mornings() -> Rules {
    let term = Term { from: "2026-01-01".parse().unwrap(), until: None, source: "the story".to_owned() };
    let week = Week { days: std::array::from_fn(|_| vec![Span { from: 480, until: 720 }]) };
    let hours = Hours {
        name: "mornings".to_owned(),
        week,
        closed_on: BTreeSet::new(),
        states: BTreeSet::new(),
        term: term.clone(),
    };
    let zones = vec![chrono_tz::America::Manaus];
    let area = Area { zones, states: BTreeSet::new(), term };
    Rules { version: 1 << 40, areas: [("5592".to_owned(), vec![area])].into(), hours: vec![hours], ..Rules::default() }
}

#[test]
fn by_hand_outside_the_called_partys_hours_is_warned_and_connected() {
    let mut config = config([extension(20)].into_iter());
    config.rules = Arc::new(mornings());
    let mut world = World::of(config);
    for (number, warned) in [
        ("(92) 91234-5678", vec!["16:26 is outside the calling hours mornings: it is Thu 2026-05-28 in Manaus."]),
        ("3000", vec![]),
    ] {
        let Ok(Reply::Dialled { call, warnings, .. }) = world.try_dial(number) else { panic!("{number}") };
        assert_eq!(warnings, warned, "{number}");
        world.get(Method::Invite);
        let version = world.shell.store.records.iter().find_map(|record| match record {
            Record::CallOpened(row) if row.call == call => row.rules_version,
            _ => None,
        });
        assert_eq!(version, Some((1 << 40) + 1), "of the configuration's rules and the world's");
        world.wish(Wish::HangUp { call }).unwrap();
    }
}

#[test]
fn refused_attempts_are_not_counted_as_calls() {
    let mut world = World::begin(config([extension(20)].into_iter()), Default::default(), 1, World::new().now);
    world.pass(seconds(3));
    let (call, _) = world.dial("3000");
    for _ in 0..3 {
        assert_eq!(world.try_dial("3001").unwrap_err().code, engine::border::RefusalCode::NoMediaPorts);
    }
    world.wish(Wish::HangUp { call }).unwrap();
    world.dial("3002");
}

#[test]
fn the_route_is_down_when_nothing_answers_there() {
    let mut config = config([extension(20)].into_iter());
    config.groups.values_mut().for_each(|group| group.registrar.port = Some(5099));
    let mut shell = crate::shell::Shell::new(1, "10.0.0.1:5070", Default::default());
    let now = World::new().now;
    shell.start(config, 4, now);
    let dial = Wish::Dial { route: Some("20".into()), number: "300".to_owned(), caller_id: None };
    for _ in 0..20 {
        let refusal = shell.command(engine::border::What::Call(dial.clone()), None, now).unwrap_err();
        assert_eq!(refusal.code, engine::border::RefusalCode::RouteDown);
    }
}

#[test]
fn only_the_accounts_own_numbers_may_stand_in_From() {
    let mut world = World::with(|account| account.caller_ids = vec!["1130000000".to_owned(), "1130000001".to_owned()]);
    let dial = |id: Option<&str>| Wish::Dial {
        route: Some("20".into()),
        number: "3000".to_owned(),
        caller_id: id.map(str::to_owned),
    };
    assert!(world.wish(dial(Some("1199999"))).is_err());
    world.wish(dial(Some("1130000001"))).unwrap();
    assert_eq!(world.get(Method::Invite).from().unwrap().uri.user.unwrap(), "1130000001");
    world.wish(dial(None)).unwrap();
    assert_eq!(world.get(Method::Invite).from().unwrap().uri.user.unwrap(), "1130000000");
}

#[test]
fn the_same_key_dials_once_and_gets_the_same_answer() {
    let mut world = World::new();
    let dial =
        engine::border::What::Call(Wish::Dial { route: Some("20".into()), number: "3000".to_owned(), caller_id: None });
    let now = world.now;
    let first = world.shell.command(dial.clone(), Some("k"), now);
    let second = world.shell.command(dial, Some("k"), now);
    assert!(first.is_ok());
    assert_eq!(first, second);
    assert_eq!(world.calls().len(), 1);
}

#[test]
fn an_answer_without_usable_sound_is_hung_up() {
    let mut world = World::new();
    let (call, invite) = world.dial("3000");
    let far = Far::called(&invite, "b1");
    let mut ok = far.answer(200);
    ok.set_body("application/sdp", sdp("sendrecv").replace("RTP/AVP 8 0 101", "RTP/AVP 18"));
    world.deliver(&ok);
    world.get(Method::Ack);
    let bye = world.get(Method::Bye);
    world.deliver(&far.answer_to(&bye, 200));
    assert_eq!(world.cause(call).kind, HangupKind::NotAcceptable);
    let _ = same(&far.invite, Method::Ack, &ok);
    world.over();
    world.quiet();
}
