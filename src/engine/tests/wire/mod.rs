//! A small network in memory and virtual time: user-agent cores joined by a wire that can lose, repeat and delay.

#![allow(dead_code, reason = "each test crate uses its own part")]

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use engine::border::{Flow, FlowError, FlowNews, FlowOrder, Output, ResolveError, Targets};
use engine::config::{Destination, Target};
use engine::id::{ConnectionId, TransactionId};
use engine::random::Random;
use engine::sip::header::Name;
use engine::sip::message::Message;
use engine::sip::ua::{Event, NextHop, Outgoing, Ua};
use engine::sip::uri::Transport;
use engine::time::{Moment, Now};

pub const ALICE: usize = 0;
pub const BOB: usize = 1;
pub const CAROL: usize = 2;

/// What the wire does to datagrams, in per cent. A loss of 100 stops streams too.
#[derive(Clone, Copy, Default)]
pub struct Faults {
    pub loss: u32,
    pub duplication: u32,
    /// Longest delay; zero keeps the order.
    pub delay: Duration,
}

pub struct End {
    pub ua: Ua<u32>,
    pub address: SocketAddr,
    /// What the resolver of this end answers; it stays silent about other names.
    pub names: BTreeMap<Destination, Result<Targets, ResolveError>>,
    /// Everything sent: when, first line, Via or no Via.
    pub sent: Vec<(Duration, Message)>,
    pub orders: Vec<FlowOrder>,
    pub queries: usize,
    random: Random,
    connections: u64,
}

pub struct Wire {
    pub now: Now,
    pub faults: Faults,
    pub ends: Vec<End>,
    /// Targets where streams do not open.
    pub refusing: BTreeSet<SocketAddr>,
    /// Targets where nothing comes of opening.
    pub black_holes: BTreeSet<SocketAddr>,
    random: Random,
    packets: BTreeMap<(Moment, u64), (usize, Flow, Bytes)>,
    streams: BTreeMap<(usize, ConnectionId), (usize, Flow)>,
    count: u64,
}

impl Wire {
    /// Ends at 192.0.2.1, .2, .3, all on port 5060.
    pub fn new(seed: u64) -> Wire {
        let end = |n: u8| End {
            ua: Ua::new("Ramal/test".to_owned()),
            address: SocketAddr::from(([192, 0, 2, n], 5060)),
            names: BTreeMap::new(),
            sent: Vec::new(),
            orders: Vec::new(),
            queries: 0,
            random: random(seed ^ u64::from(n) << 32),
            connections: 1,
        };
        let civil = chrono::DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        Wire {
            now: Now { moment: Moment::ZERO, civil },
            faults: Faults::default(),
            ends: vec![end(1), end(2), end(3)],
            refusing: BTreeSet::new(),
            black_holes: BTreeSet::new(),
            random: random(seed),
            packets: BTreeMap::new(),
            streams: BTreeMap::new(),
            count: 0,
        }
    }

    pub fn target(&self, end: usize, transport: Transport) -> Target {
        Target { transport, address: self.ends[end].address }
    }

    pub fn send(&mut self, from: usize, owner: u32, request: Message, next: NextHop) -> TransactionId {
        let outgoing = Outgoing { request, next, local: None, contact_user: None };
        self.send_outgoing(from, owner, outgoing)
    }

    pub fn send_outgoing(&mut self, from: usize, owner: u32, outgoing: Outgoing) -> TransactionId {
        let end = &mut self.ends[from];
        end.ua.send(owner, outgoing, self.now, &mut end.random)
    }

    /// Answers with a To tag of `tag`.
    pub fn answer(&mut self, end: usize, id: TransactionId, request: &Message, status: u16, tag: &str) {
        let mut response = Message::response(request, status);
        if status > 100 {
            let mut to = response.to().unwrap();
            to.params.set("tag", Some(tag));
            response.set(Name::To, to.to_string());
        }
        self.ends[end].ua.respond(id, response, self.now);
    }

    pub fn cancel(&mut self, end: usize, id: TransactionId, reason: Option<&str>) {
        let end = &mut self.ends[end];
        end.ua.cancel(id, reason.map(str::to_owned), self.now, &mut end.random);
    }

    pub fn ack(&mut self, end: usize, invite: &Message, response: &Message, next: NextHop) {
        let (number, _) = invite.cseq().unwrap();
        let mut ack = message(&format!("ACK {} SIP/2.0\r\n\r\n", invite.uri().unwrap()));
        for name in [Name::From, Name::CallId] {
            ack.push(name.clone(), invite.header(&name).unwrap());
        }
        ack.push(Name::To, response.header(&Name::To).unwrap());
        ack.push(Name::CSeq, format!("{number} ACK"));
        let end = &mut self.ends[end];
        end.ua.send_ack(ack, next, self.now, &mut end.random);
    }

    pub fn flow_news(&mut self, end: usize, news: FlowNews) {
        let end = &mut self.ends[end];
        end.ua.on_flow(news, self.now, &mut end.random);
    }

    /// Hands `message` to `end` as if it had come over `flow`.
    pub fn inject(&mut self, end: usize, flow: Flow, message: Message) {
        message.validate().unwrap();
        let end = &mut self.ends[end];
        end.ua.on_received(flow, message, self.now, &mut end.random);
    }

    /// Cuts every stream of `end`.
    pub fn cut_streams(&mut self, end: usize) {
        let cut: Vec<_> = self.streams.iter().filter(|((at, _), _)| *at == end).map(|(key, to)| (*key, *to)).collect();
        for ((_, connection), (peer, flow)) in cut {
            self.streams.remove(&(end, connection));
            self.streams.remove(&(peer, flow.connection));
            self.flow_news(end, FlowNews::Closed(connection, FlowError("connection reset".to_owned())));
            self.flow_news(peer, FlowNews::Closed(flow.connection, FlowError("connection reset".to_owned())));
        }
    }

    /// Lets `span` pass; `app` hears every event.
    pub fn run(&mut self, span: Duration, mut app: impl FnMut(&mut Wire, usize, Event<u32>)) {
        let until = self.now.moment + span;
        loop {
            while self.drain(&mut app) {}
            let timers = self.ends.iter().filter_map(|end| end.ua.poll_timeout());
            let packet = self.packets.first_key_value().map(|((at, _), _)| *at);
            match timers.chain(packet).min() {
                Some(at) if at <= until => self.now = self.now.after(at.since(self.now.moment)),
                Some(_) | None => break self.now = self.now.after(until.since(self.now.moment)),
            }
            self.deliver();
            for end in &mut self.ends {
                if end.ua.poll_timeout().is_some_and(|at| at <= self.now.moment) {
                    end.ua.on_timeout(self.now, &mut end.random);
                }
            }
        }
    }

    /// Lets `span` pass and gives back what happened, end by end.
    pub fn watch(&mut self, span: Duration) -> Vec<(usize, Event<u32>)> {
        let mut seen = Vec::new();
        self.run(span, |_, end, event| seen.push((end, event)));
        seen
    }

    /// No transaction lives anywhere.
    pub fn assert_empty(&self) {
        for (index, end) in self.ends.iter().enumerate() {
            assert_eq!(end.ua.transactions(), 0, "transactions left at end {index}");
            assert_eq!(end.ua.poll_timeout(), None, "timers left at end {index}");
        }
    }

    /// What `end` sent of this kind: `INVITE`, `180`, …
    pub fn sent(&self, end: usize, kind: &str) -> Vec<(Duration, &Message)> {
        let of_kind = |message: &Message| match message.status() {
            Some(status) => status.to_string() == kind,
            None => message.method().is_some_and(|method| method.as_str() == kind),
        };
        self.ends[end].sent.iter().filter(|(_, message)| of_kind(message)).map(|(at, m)| (*at, m)).collect()
    }

    fn drain(&mut self, app: &mut impl FnMut(&mut Wire, usize, Event<u32>)) -> bool {
        let mut busy = false;
        for index in 0..self.ends.len() {
            while let Some(event) = self.ends[index].ua.poll_event() {
                busy = true;
                app(self, index, event);
            }
            while let Some(output) = self.ends[index].ua.poll_output() {
                busy = true;
                self.carry_out(index, output);
            }
        }
        busy
    }

    fn carry_out(&mut self, from: usize, output: Output) {
        match output {
            Output::Send(flow, bytes) => {
                let message = Message::parse(&bytes).unwrap();
                message.validate().unwrap();
                let at = self.now.moment.since(Moment::ZERO);
                self.ends[from].sent.push((at, message));
                self.transmit(from, flow, bytes);
            }
            Output::Flow(order) => {
                self.ends[from].orders.push(order.clone());
                if let FlowOrder::Open { ask, target, .. } = order
                    && !self.black_holes.contains(&target.address)
                {
                    let news = match self.open(from, target) {
                        Some(flow) => FlowNews::Opened(ask, flow),
                        None => FlowNews::Refused(ask, FlowError("connection refused".to_owned())),
                    };
                    self.flow_news(from, news);
                }
            }
            Output::Resolve(query, destination) => {
                let (now, end) = (self.now, &mut self.ends[from]);
                end.queries += 1;
                if let Some(answer) = end.names.get(&destination).cloned() {
                    end.ua.on_resolved(query, answer, now, &mut end.random);
                }
            }
            other => panic!("not the user agent's: {other:?}"),
        }
    }

    fn open(&mut self, from: usize, target: Target) -> Option<Flow> {
        if target.transport == Transport::Udp {
            return Some(self.udp_flow(from, target.address));
        }
        let to = self.ends.iter().position(|end| end.address == target.address)?;
        if self.refusing.contains(&target.address) {
            return None;
        }
        let mine = self.new_connection(from);
        let theirs = self.new_connection(to);
        let local = SocketAddr::new(self.ends[from].address.ip(), 40_000 + mine.0 as u16);
        let flow = Flow { transport: target.transport, local, remote: target.address, connection: mine };
        let mirror = Flow { local: flow.remote, remote: flow.local, connection: theirs, ..flow };
        self.streams.insert((from, mine), (to, mirror));
        self.streams.insert((to, theirs), (from, flow));
        self.flow_news(to, FlowNews::Accepted(mirror));
        Some(flow)
    }

    pub fn udp_flow(&self, end: usize, remote: SocketAddr) -> Flow {
        Flow { transport: Transport::Udp, local: self.ends[end].address, remote, connection: ConnectionId(0) }
    }

    fn new_connection(&mut self, end: usize) -> ConnectionId {
        self.ends[end].connections += 1;
        ConnectionId(self.ends[end].connections)
    }

    fn transmit(&mut self, from: usize, flow: Flow, bytes: Bytes) {
        if flow.transport.is_reliable() {
            if let Some((to, mirror)) = self.streams.get(&(from, flow.connection)).copied()
                && self.faults.loss < 100
            {
                self.enqueue(to, mirror, bytes, Duration::ZERO);
            }
            return;
        }
        let Some(to) = self.ends.iter().position(|end| end.address == flow.remote) else { return };
        let copies = 1 + u32::from(self.random.below(100) < self.faults.duplication);
        for _ in 0..copies {
            if self.random.below(100) >= self.faults.loss {
                let delay = self.random.below(self.faults.delay.as_millis() as u32);
                let mirror = Flow { local: flow.remote, remote: flow.local, ..flow };
                self.enqueue(to, mirror, bytes.clone(), Duration::from_millis(delay.into()));
            }
        }
    }

    fn enqueue(&mut self, to: usize, flow: Flow, bytes: Bytes, delay: Duration) {
        self.count += 1;
        self.packets.insert((self.now.moment + delay, self.count), (to, flow, bytes));
    }

    fn deliver(&mut self) {
        let mut due = VecDeque::new();
        while let Some(packet) = self.packets.first_entry()
            && packet.key().0 <= self.now.moment
        {
            due.push_back(packet.remove());
        }
        for (to, flow, bytes) in due {
            let message = Message::parse(&bytes).unwrap();
            self.inject(to, flow, message);
        }
    }
}

pub fn random(seed: u64) -> Random {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    Random::new(bytes)
}

pub fn message(text: &str) -> Message {
    Message::parse(&Bytes::copy_from_slice(text.as_bytes())).unwrap()
}

/// A request from Alice to Bob outside of any dialog, without Via.
pub fn request(method: &str) -> Message {
    message(&format!(
        "{method} sip:bob@192.0.2.2 SIP/2.0\r\n\
         From: Alice <sip:alice@192.0.2.1>;tag=a1\r\n\
         To: <sip:bob@192.0.2.2>\r\n\
         Call-ID: call-1@192.0.2.1\r\n\
         CSeq: 7 {method}\r\n\r\n"
    ))
}

/// The status of a response event; 0 for others.
pub fn status(event: &Event<u32>) -> u16 {
    match event {
        Event::Response { response, .. } => response.status().unwrap_or(0),
        _ => 0,
    }
}

pub const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

pub const fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}
