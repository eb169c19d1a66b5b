//! Stories about text messages, told to the whole engine in virtual time (RFC 3428).
#![allow(clippy::unwrap_used, clippy::panic, clippy::expect_used, reason = "a story that cannot go on has failed")]
#![allow(dead_code, reason = "the world is made for calls too")]
#![allow(non_snake_case, reason = "behaviour ids are written as the specification writes them")]

#[path = "calls/far.rs"]
mod far;
#[path = "shell/mod.rs"]
mod shell;
#[path = "calls/world.rs"]
mod world;

use engine::border::{DaemonCommand, Input, Refusal, RefusalCode, Reply, What};
use engine::id::MessageId;
use engine::messages::Command;
use engine::news::{Direction, MessageState, MessageView, News};
use engine::records::Record;
use engine::sip::header::Name;
use engine::sip::message::{Message, Method};

use far::{WithSdp, outside};
use world::{World, ms, seconds};

fn send(number: &str, text: &str) -> What {
    What::Message(Command::Send { account: Some("20".into()), number: number.to_owned(), text: text.to_owned() })
}

impl World {
    /// Sends a text that is taken: its id, and the request at the far side.
    #[track_caller]
    fn text(&mut self, number: &str, text: &str) -> (MessageId, Message) {
        match self.command(send(number, text)) {
            Ok(Reply::Sent { message }) => (message, self.get(Method::Message)),
            other => panic!("not sent: {other:?}"),
        }
    }

    #[track_caller]
    fn refused(&mut self, what: What) -> Refusal {
        let refusal = self.command(what).expect_err("it is refused");
        self.quiet();
        refusal
    }

    /// All that was told of messages in this run.
    fn told_now(&self) -> Vec<MessageView> {
        let told = self.shell.news.iter().filter_map(|(_, news)| match news {
            News::Message(view) => Some(view.clone()),
            _ => None,
        });
        told.collect()
    }

    /// The same; the store has all of it alike.
    fn told(&self) -> Vec<MessageView> {
        let stored = self.shell.store.records.iter().filter_map(|record| match record {
            Record::Message(view) => Some(view.clone()),
            _ => None,
        });
        let (told, stored): (_, Vec<_>) = (self.told_now(), stored.collect());
        assert_eq!(told, stored, "told and stored alike");
        told
    }

    #[track_caller]
    fn last(&self) -> MessageView {
        self.told().pop().expect("a message")
    }
}

/// A text from 11 98888-7777 to our account 20.
fn text_in(call_id: &str, content_type: &str, body: impl Into<bytes::Bytes>) -> Message {
    let mut request = outside("MESSAGE", call_id);
    request.remove(&Name::Contact);
    request.set_body(content_type, body);
    request
}

#[test]
fn a_text_goes_out_and_its_answer_is_told() {
    let mut world = World::new();
    let (id, request) = world.text("3000", "Olá, João");
    let field = |name: Name| request.header(&name).unwrap().into_owned();
    assert_eq!(request.uri().unwrap().to_string(), "sip:3000@10.0.0.2");
    assert_eq!(field(Name::ContentType), "text/plain;charset=UTF-8");
    assert_eq!(request.body, "Olá, João".as_bytes());
    assert!(request.header(&Name::Contact).is_none(), "a MESSAGE has none (RFC 3428 §4)");
    assert_eq!(request.from().unwrap().uri.user.as_deref(), Some("20"));
    assert_eq!((world.last().state, world.last().message), (MessageState::Sending, id));
    world.deliver(&Message::response(&request, 200));
    assert_eq!((world.last().state, world.last().why), (MessageState::Delivered, None));
    assert_eq!((world.last().direction, world.last().number), (Direction::Outbound, "3000".to_owned()));
    world.over();
}

#[test]
fn each_answer_has_its_words() {
    for (status, state, words) in [
        (202, MessageState::Accepted, None),
        (404, MessageState::Failed, Some("there is no such number (404 Not Found)")),
        (405, MessageState::Failed, Some("no text messages are taken there (405 Method Not Allowed)")),
        (480, MessageState::Failed, Some("nobody is reachable there now (480 Temporarily Unavailable)")),
        (413, MessageState::Failed, Some("it is too long (413 Request Entity Too Large)")),
        (503, MessageState::Failed, Some("the PBX cannot pass it on now (503 Service Unavailable)")),
        (499, MessageState::Failed, Some("it was refused (499 Bad Request)")),
    ] {
        let mut world = World::new();
        let (_, request) = world.text("3000", "Oi");
        world.deliver(&Message::response(&request, status));
        assert_eq!(world.last().state, state, "{status}");
        assert_eq!(world.last().why.as_deref(), words);
        world.over();
    }
}

#[test]
fn a_text_without_an_answer_may_have_arrived() {
    let mut world = World::new();
    world.text("3000", "Oi");
    world.pass(seconds(33));
    assert_eq!(world.last().state, MessageState::Failed);
    assert!(world.last().why.unwrap().contains("may have arrived"));
    world.inbox.clear();
    world.over();
}

#[test]
fn a_challenge_is_answered_once() {
    let mut world = World::new();
    let (_, request) = world.text("3000", "Oi");
    let challenge = |request: &Message| {
        let nonce = "Digest realm=\"pbx\", nonce=\"n\", qop=\"auth\", algorithm=MD5";
        Message::response(request, 407).with(Name::ProxyAuthenticate, nonce)
    };
    world.deliver(&challenge(&request));
    let again = world.get(Method::Message);
    assert!(again.header(&Name::ProxyAuthorization).is_some());
    assert_eq!((again.cseq().unwrap().0, again.call_id(), &again.body), (2, request.call_id(), &request.body));
    world.deliver(&challenge(&again));
    assert_eq!(world.last().state, MessageState::Failed);
    assert!(world.last().why.unwrap().contains("check user and password"));
    world.over();
}

#[test]
fn the_same_key_sends_once() {
    let mut world = World::new();
    let first = world.shell.command(send("3000", "Oi"), Some("k"), world.now);
    let second = world.shell.command(send("3000", "Oi"), Some("k"), world.now);
    assert_eq!(first, second);
    world.collect();
    let request = world.get(Method::Message);
    world.quiet();
    world.deliver(&Message::response(&request, 200));
    assert_eq!(world.told().len(), 2);
}

#[test]
fn the_gate_judges_every_number() {
    let mut world = World::new();
    for number in ["+14155550100", "0300 123 4567", "", "call me"] {
        assert_eq!(world.refused(send(number, "Oi")).code, RefusalCode::Gate, "{number}");
    }
    // It is no call: the account's limits of calls do not bind it.
    for _ in 0..20 {
        let (_, request) = world.text("3000", "Oi");
        world.deliver(&Message::response(&request, 200));
    }
    world.over();
}

#[test]
fn a_text_that_cannot_be_sent_is_refused_with_words() {
    let mut world = World::new();
    let long = "é".repeat(651);
    assert!(world.refused(send("3000", &long)).text.contains("1302 bytes and may have 1300"));
    assert_eq!(world.refused(send("3000", "")).code, RefusalCode::BadRequest);
    assert_eq!(world.refused(send("3000", "bell\u{7}")).code, RefusalCode::BadRequest);
    let nobody = Command::Send { account: Some("99".into()), number: "3000".to_owned(), text: "Oi".to_owned() };
    assert_eq!(world.refused(What::Message(nobody)).code, RefusalCode::NoSuchAccount);
    let nowhere = Command::Send { account: None, number: "3000".to_owned(), text: "Oi".to_owned() };
    assert_eq!(world.refused(What::Message(nowhere)).code, RefusalCode::NoSuchAccount);
    world.away = true;
    world.pass(seconds(60));
    assert_eq!(world.refused(send("3000", "Oi")).code, RefusalCode::RouteDown);
    world.command(What::Daemon(DaemonCommand::Drain)).unwrap();
    assert_eq!(world.refused(send("3000", "Oi")).code, RefusalCode::Draining);
    assert_eq!(world.told(), []);
}

#[test]
fn the_drain_waits_for_an_answer() {
    let mut world = World::new();
    let (_, request) = world.text("3000", "Oi");
    world.command(What::Daemon(DaemonCommand::Drain)).unwrap();
    world.pass(seconds(1));
    assert!(!world.shell.engine.may_leave());
    world.deliver(&Message::response(&request, 200));
    assert!(world.shell.engine.may_leave());
}

#[test]
fn a_text_comes_in_and_is_kept() {
    let mut world = World::new();
    world.deliver(&text_in("t1", "text/plain;charset=UTF-8", "Reunião às 15h\r\nsala 2"));
    let ok = world.got(200);
    assert!(ok.to().unwrap().tag().is_some());
    let came = world.last();
    assert_eq!((came.direction, came.state, came.account), (Direction::Inbound, MessageState::Received, "20".into()));
    assert_eq!((came.number.as_str(), came.name.as_deref()), ("+5511988887777", Some("Maria")));
    assert_eq!(came.text, "Reunião às 15h\r\nsala 2");
    world.deliver(&text_in("t2", "text/plain", "ASCII"));
    world.got(200);
    assert_eq!(world.told().len(), 2);
    world.over();
}

#[test]
fn rfc3428_a_text_inside_a_call_is_kept_for_the_call_s_account() {
    let mut world = World::new();
    let (call, mut far) = world.up();
    let mut text = far.request(Method::Message);
    text.remove(&Name::Contact);
    text.set_body("text/plain", "Anote: 4711");
    world.deliver(&text);
    world.got(200);
    assert_eq!((world.last().text.as_str(), world.last().state), ("Anote: 4711", MessageState::Received));
    assert_eq!(world.last().account, world.call(call).account);
    let mut late = text.clone();
    late.set(Name::CSeq, "0 MESSAGE");
    late.set(Name::Via, "SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bKlate");
    world.deliver(&late);
    world.got(500);
    let mut html = far.request(Method::Message);
    html.set_body("text/html", "<b>Oi</b>");
    world.deliver(&html);
    world.got(415);
    let mut stranger = far.request(Method::Message);
    stranger.set(Name::CallId, "of-nobody");
    world.deliver(&stranger);
    world.got(481);
    assert_eq!(world.told().len(), 1);
}

#[test]
fn a_text_that_a_crash_left_without_an_answer_has_failed_and_is_told() {
    let mut world = World::new();
    let (id, _) = world.text("3000", "Oi");
    let (_, answered) = world.text("3001", "Olá");
    world.deliver(&Message::response(&answered, 200));
    let world = world.crash();
    let told = world.told_now();
    let [failed] = &told[..] else { panic!("{told:?}") };
    assert_eq!((failed.message, failed.state, failed.text.as_str()), (id, MessageState::Failed, "Oi"));
    assert!(failed.why.as_ref().unwrap().contains("may have arrived"));
    let world = world.crash();
    assert!(world.told_now().is_empty(), "told once");
}

#[test]
fn a_text_sent_again_by_the_network_is_kept_once() {
    let mut world = World::new();
    let text = text_in("t1", "text/plain", "Oi");
    world.deliver(&text);
    world.pass(ms(500));
    world.deliver(&text);
    world.got(200);
    world.got(200);
    assert_eq!(world.told().len(), 1);
}

#[test]
fn what_is_no_plain_text_for_us_is_refused() {
    let mut world = World::new();
    for (content_type, body, status) in [
        ("application/im-iscomposing+xml", "<x/>".as_bytes(), 415),
        ("message/cpim", b"x", 415),
        ("text/plain;charset=UTF-16", b"x", 415),
        ("text/plain;format=flowed", b"\xff\xfe", 400),
        ("text/plain", &[b'x'; 4_097], 413),
    ] {
        world.deliver(&text_in(&content_type.replace(';', "-").replace(' ', ""), content_type, body.to_vec()));
        let answer = world.got(status);
        assert_eq!(answer.header(&Name::Accept).is_some(), status == 415, "{content_type}");
    }
    let mut nobody = text_in("nobody", "text/plain", "Oi");
    nobody.set(Name::To, "<sip:77@10.0.0.2>");
    nobody.start =
        engine::sip::message::Start::Request { method: Method::Message, uri: "sip:77@10.0.0.1:5070".parse().unwrap() };
    world.deliver(&nobody);
    world.got(404);
    assert_eq!(world.told(), []);
    world.over();
}

#[test]
fn SP_09_a_strangers_text_gets_no_answer_and_is_not_shown() {
    let mut world = World::new();
    let flow = world.shell.flow_to("192.0.2.9:5060".parse().unwrap());
    world.shell.handle(Input::Received(flow, &text_in("t1", "text/plain", "Oi").to_bytes()), world.now);
    assert!(world.shell.sent.is_empty());
    assert_eq!(world.told(), []);
}
