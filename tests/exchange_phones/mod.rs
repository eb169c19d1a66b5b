//! Phones of a few lines around an exchange in virtual time: they write their requests as text.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a test reports by panicking")]

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use engine::id::{LegId, PortId};
use engine::leg::{LegMedia, MediaEvent, MediaNews, PortBlock, RtpMedia};
use engine::sip::digest::{Algorithm, Challenge, Input};
use engine::sip::header::Name;
use engine::sip::message::{Message, Method};
use engine::time::{Moment, Now};
use ramal::exchange::{Attempt, AttemptId, Caller, Exchange, NotReached, Outcome, Plan, Settings};

const EXCHANGE: &str = "127.0.0.1:5060";

pub fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

/// One call of a phone to the exchange.
pub struct Line {
    caller: &'static str,
    number: &'static str,
    call_id: String,
}

impl Line {
    pub fn new(caller: &'static str, number: &'static str) -> Line {
        Line { caller, number, call_id: format!("{caller}-{number}") }
    }
}

pub struct World {
    pub exchange: Exchange,
    pub now: Now,
    /// Signs with this name in the place of the extension's own.
    pub user: Option<&'static str>,
    /// What media was last told of each live leg.
    pub legs: BTreeMap<LegId, RtpMedia>,
    generations: BTreeMap<LegId, u32>,
    challenge: Option<Challenge>,
    /// Everything the exchange sent, repeats left out.
    received: Vec<(SocketAddr, Bytes, Message)>,
    count: u32,
}

impl World {
    pub fn new() -> World {
        World::with_ports(8)
    }

    pub fn with_ports(count: u16) -> World {
        let accounts = ["1001", "1002"].map(|name| (name.to_owned(), format!("s{name}"))).into();
        let settings = Settings::new(EXCHANGE.parse().unwrap(), accounts, Plan::demo(1));
        let mut exchange = Exchange::new(settings, [5; 32]);
        let ports = (0..count).map(|n| (PortId(u64::from(n)), 30_000 + 2 * n)).collect();
        exchange.lend(&PortBlock { ip: [127, 0, 0, 1].into(), ports });
        World {
            exchange,
            now: Now {
                moment: Moment(1_000_000_000),
                civil: chrono::DateTime::from_timestamp(1_780_000_000, 0).unwrap(),
            },
            user: None,
            legs: BTreeMap::new(),
            generations: BTreeMap::new(),
            challenge: None,
            received: Vec::new(),
            count: 0,
        }
    }

    pub fn pass(&mut self, span: Duration) {
        let end = self.now.moment + span;
        while let Some(at) = self.exchange.poll_timeout().filter(|at| *at <= end) {
            self.now = self.now.after(at.since(self.now.moment));
            self.exchange.handle_timeout(self.now);
            self.drain();
        }
        self.now = self.now.after(end.since(self.now.moment));
    }

    fn drain(&mut self) {
        while let Some((to, bytes)) = self.exchange.poll_send() {
            if !self.received.iter().any(|(_, known, _)| *known == bytes) {
                self.received.push((to, bytes.clone(), Message::parse(&bytes).unwrap()));
            }
        }
        while let Some(state) = self.exchange.poll_media() {
            let last = self.generations.insert(state.leg, state.generation);
            assert!(last < Some(state.generation), "generations grow");
            match state.media {
                Some(LegMedia::Rtp(media)) => drop(self.legs.insert(state.leg, media)),
                Some(LegMedia::Device(_)) => panic!("the exchange has no devices"),
                None => drop(self.legs.remove(&state.leg)),
            }
        }
    }

    pub fn raw(&mut self, bytes: &[u8]) {
        self.exchange.handle_datagram(phone("1001"), bytes, self.now);
        self.drain();
    }

    fn send(&mut self, from: &str, text: String) {
        self.exchange.handle_datagram(phone(from), text.as_bytes(), self.now);
        self.drain();
    }

    /// Chooses one of the challenges.
    pub fn learn(&mut self, challenged: &Message, algorithm: Algorithm) {
        let values = challenged.values(&Name::WwwAuthenticate);
        let mut challenges = values.iter().map(|value| value.parse::<Challenge>().unwrap());
        self.challenge = challenges.find(|challenge| challenge.algorithm == Some(algorithm));
        assert!(self.challenge.is_some(), "no challenge for {algorithm:?}");
    }

    pub fn register(&mut self, extension: &'static str, secret: Option<&str>, expires: u32) -> Message {
        self.count += 1;
        let signed = secret.map(|secret| self.sign(extension, secret, "REGISTER", "sip:127.0.0.1:5060"));
        let (number, contact) = (self.count, phone(extension));
        let text = format!(
            "REGISTER sip:127.0.0.1:5060 SIP/2.0\r\nVia: SIP/2.0/UDP {contact};branch=z9hG4bKr{number};rport\r\n\
             From: <sip:{extension}@127.0.0.1>;tag=r\r\nTo: <sip:{extension}@127.0.0.1>\r\nCall-ID: reg-{extension}\r\n\
             CSeq: {number} REGISTER\r\nContact: <sip:{extension}@{contact}>\r\nExpires: {expires}\r\n{}\
             Content-Length: 0\r\n\r\n",
            signed.unwrap_or_default(),
        );
        self.send(extension, text);
        self.received.last().unwrap().2.clone()
    }

    pub fn sign_in(&mut self, extension: &'static str) {
        let challenged = self.register(extension, None, 300);
        self.learn(&challenged, Algorithm::Sha256);
        assert_eq!(self.register(extension, Some(&format!("s{extension}")), 300).status(), Some(200));
    }

    pub fn options(&mut self) -> Message {
        let from = phone("1001");
        self.send("1001", format!(
            "OPTIONS sip:127.0.0.1:5060 SIP/2.0\r\nVia: SIP/2.0/UDP {from};branch=z9hG4bKo;rport\r\nFrom: <sip:x@y>;tag=o\r\n\
             To: <sip:127.0.0.1>\r\nCall-ID: o\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
        ));
        self.received.last().unwrap().2.clone()
    }

    /// An INVITE signed at once; a failure is acknowledged, as is a 2xx.
    pub fn dial(&mut self, caller: &'static str, number: &'static str) -> Line {
        self.count += 1;
        let line = Line { caller, number, call_id: format!("{caller}-{number}-{}", self.count) };
        self.invite(&line);
        line
    }

    pub fn invite(&mut self, line: &Line) {
        let uri = format!("sip:{}@{EXCHANGE}", line.number);
        let signed =
            self.challenge.is_some().then(|| self.sign(line.caller, &format!("s{}", line.caller), "INVITE", &uri));
        let sdp = sdp(40_000);
        let extra = format!("{}Content-Type: application/sdp\r\n", signed.unwrap_or_default());
        let text = request(line, "INVITE", ("INVITE", 1), "", &extra, &sdp);
        self.send(line.caller, text);
        self.ack(line);
    }

    /// Acknowledges a final answer to the INVITE, if there is one.
    pub fn ack(&mut self, line: &Line) {
        let Some(response) = self.final_answer(line) else { return };
        let tag = tag(&response);
        let branch = if response.status() < Some(300) { "ACK" } else { "INVITE" };
        self.send(line.caller, request(line, "ACK", (branch, 1), &tag, "", ""));
    }

    pub fn cancel(&mut self, line: &Line) {
        self.send(line.caller, request(line, "CANCEL", ("INVITE", 1), "", "", ""));
        self.ack(line);
    }

    pub fn hang_up(&mut self, line: &Line) {
        self.ack(line);
        let tag = tag(&self.final_answer(line).unwrap());
        self.send(line.caller, request(line, "BYE", ("BYE", 2), &tag, "", ""));
    }

    /// The last request to an extension is answered; `port` makes it an answer with sound.
    pub fn answer_request(&mut self, extension: &str, status: u16, port: Option<u16>) {
        let mut response = Message::response(&self.last_request(extension), status);
        if response.to().unwrap().tag().is_none() {
            let to = format!("{};tag={extension}", response.header(&Name::To).unwrap());
            response.set(Name::To, to);
        }
        response.set(Name::Contact, format!("<sip:{extension}@{}>", phone(extension)));
        if let Some(port) = port {
            response.set_body("application/sdp", sdp(port));
        }
        self.exchange.handle_datagram(phone(extension), &response.to_bytes(), self.now);
        self.drain();
    }

    /// The CANCEL gets its 200 and its INVITE a 487.
    pub fn answer_cancel(&mut self, extension: &str) {
        self.answer_request(extension, 200, None);
        let at = self.received.iter().position(|(to, _, message)| {
            *to == phone(extension) && message.method() == Some(Method::Cancel) && message.status().is_none()
        });
        self.received.remove(at.unwrap());
        self.answer_request(extension, 487, None);
    }

    pub fn call_in(&mut self, extension: &str, caller: Caller) -> Result<AttemptId, NotReached> {
        let called = self.exchange.call(extension, caller, self.now);
        self.drain();
        called
    }

    pub fn press(&mut self, digit: char) {
        self.media(MediaEvent::Digit { digit, duration_ms: 100 });
    }

    pub fn sound_ended(&mut self) {
        self.media(MediaEvent::SoundEnded);
    }

    fn media(&mut self, event: MediaEvent) {
        let (leg, _) = self.only_leg();
        self.exchange.handle_media(&MediaNews { leg, generation: self.generations[&leg], event }, self.now);
        self.drain();
    }

    /// Statuses of the answers to a line, in order.
    pub fn statuses(&self, line: &Line) -> Vec<u16> {
        self.answers(line).filter(|answer| answer.method() != Some(Method::Bye)).filter_map(Message::status).collect()
    }

    pub fn last(&self, line: &Line) -> &Message {
        self.answers(line).last().unwrap()
    }

    fn answers(&self, line: &Line) -> impl Iterator<Item = &Message> {
        let messages = self.received.iter().map(|(_, _, message)| message);
        messages.filter(|message| message.status().is_some() && message.call_id().unwrap() == line.call_id.as_str())
    }

    fn final_answer(&self, line: &Line) -> Option<Message> {
        let invited = |answer: &&Message| answer.method() == Some(Method::Invite) && answer.status() >= Some(200);
        self.answers(line).find(invited).cloned()
    }

    /// Methods of the requests that an extension got.
    pub fn requests(&self, extension: &str) -> Vec<Method> {
        self.requests_to(extension).filter_map(Message::method).collect()
    }

    pub fn last_request(&self, extension: &str) -> Message {
        self.requests_to(extension).filter(|request| request.method() != Some(Method::Ack)).last().unwrap().clone()
    }

    fn requests_to(&self, extension: &str) -> impl Iterator<Item = &Message> {
        let phone = phone(extension);
        let messages = self.received.iter().filter(move |(to, _, _)| *to == phone).map(|(_, _, message)| message);
        messages.filter(|message| message.status().is_none())
    }

    pub fn only_leg(&self) -> (LegId, RtpMedia) {
        assert_eq!(self.legs.len(), 1, "one leg");
        let (leg, media) = self.legs.first_key_value().unwrap();
        (*leg, media.clone())
    }

    pub fn attempt(&self) -> Attempt {
        self.exchange.log().last().unwrap().clone()
    }

    pub fn outcome(&self) -> Outcome {
        self.attempt().outcome
    }

    /// After every timer nothing lives: no leg, no transaction, no deadline.
    pub fn end_well(&mut self) {
        self.pass(seconds(120));
        assert!(self.exchange.is_idle(), "something is left: {:?}", self.exchange);
        assert_eq!(self.legs.len(), 0);
        assert_eq!(self.exchange.poll_timeout(), None);
    }

    fn sign(&mut self, extension: &'static str, secret: &str, method: &str, uri: &str) -> String {
        self.count += 1;
        let user = self.user.unwrap_or(extension);
        let input = Input { user, secret, method, uri, cnonce: "c0ffee", nc: self.count, body: b"" };
        let challenge = self.challenge.as_ref().expect("a challenge was learnt");
        format!("Authorization: {}\r\n", challenge.answer(&input))
    }
}

fn phone(extension: &str) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 6_000 + extension.parse::<u16>().unwrap() % 1000))
}

fn tag(response: &Message) -> String {
    format!(";tag={}", response.to().unwrap().tag().unwrap())
}

fn request(line: &Line, method: &str, (branch, cseq): (&str, u32), tag: &str, extra: &str, body: &str) -> String {
    let Line { caller, number, call_id } = line;
    let from = phone(caller);
    let length = body.len();
    format!(
        "{method} sip:{number}@{EXCHANGE} SIP/2.0\r\nVia: SIP/2.0/UDP {from};branch=z9hG4bK{branch}{call_id};rport\r\n\
         Max-Forwards: 70\r\nFrom: <sip:{caller}@127.0.0.1>;tag=f{call_id}\r\nTo: <sip:{number}@127.0.0.1>{tag}\r\n\
         Call-ID: {call_id}\r\nCSeq: {cseq} {method}\r\nContact: <sip:{caller}@{from}>\r\n{extra}\
         Content-Length: {length}\r\n\r\n{body}"
    )
}

fn sdp(port: u16) -> String {
    format!(
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {port} RTP/AVP 8 101\r\n\
         a=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=sendrecv\r\n"
    )
}
