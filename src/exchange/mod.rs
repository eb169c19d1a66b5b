//! A small SIP exchange for demonstrations and tests: registrar, echo, music, customers of every kind.
//!
//! Furniture, not a PBX: UDP only, no names, no trunks. [`Exchange`] decides and touches nothing, like the engine;
//! [`Running`] puts it on a socket.
//!
//! How to drive it:
//!
//! 1. Make an [`Exchange`] and [`Exchange::lend`] it RTP ports.
//! 2. Hand in every datagram ([`Exchange::handle_datagram`]), what media saw ([`Exchange::handle_media`]), and the
//!    moment of [`Exchange::poll_timeout`] when it comes ([`Exchange::handle_timeout`]).
//! 3. After each, send what [`Exchange::poll_send`] gives and make legs what [`Exchange::poll_media`] says, until both
//!    are empty.
//!
//! Its media orders are the engine's own [`LegState`]: an echo is a leg that hears itself.

mod calls;
mod customer;
mod guard;
mod log;
mod plan;
mod registrar;
mod serve;
mod settings;

use std::collections::VecDeque;
use std::net::SocketAddr;

use bytes::Bytes;
use engine::border::{Flow, FlowError, FlowNews, FlowOrder, Output, ResolveError};
use engine::id::{ConnectionId, LegId, TransactionId};
use engine::leg::{LegState, MediaNews, PortBlock};
use engine::random::Random;
use engine::sip::message::{Message, Method};
use engine::sip::session::refuse_method;
use engine::sip::ua::{Event, Ua};
use engine::sip::uri::Transport;
use engine::time::{Moment, Now, earliest};

pub use customer::{Behaviour, Caller, Customer, Voice};
pub use log::{Attempt, AttemptId, Outcome, Side};
pub use plan::{Answerer, Pattern, Plan};
pub use serve::Running;
pub use settings::Settings;

use calls::{Calls, Context};
use guard::Guard;
use log::Log;
use registrar::Registrar;

/// Why an extension cannot be called.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NotReached {
    #[error("the extension is not registered at the test exchange")]
    NotRegistered,
    #[error("the test exchange has no free RTP port; lend it more")]
    NoPort,
}

/// The exchange, without its socket.
#[derive(Debug)]
pub struct Exchange {
    settings: Settings,
    ua: Ua<LegId>,
    guard: Guard,
    registrar: Registrar,
    calls: Calls,
    log: Log,
    random: Random,
    sends: VecDeque<(SocketAddr, Bytes)>,
}

impl Exchange {
    /// With an empty registrar and no ports.
    pub fn new(settings: Settings, seed: [u8; 32]) -> Exchange {
        let mut random = Random::new(seed);
        Exchange {
            settings,
            ua: Ua::new(PRODUCT.to_owned()),
            guard: Guard::new(&mut random),
            registrar: Registrar::default(),
            calls: Calls::default(),
            log: Log::default(),
            random,
            sends: VecDeque::new(),
        }
    }

    /// RTP ports to use; calls beyond them get 503.
    pub fn lend(&mut self, block: &PortBlock) {
        self.calls.lend(block);
    }

    /// One datagram, and who sent it.
    pub fn handle_datagram(&mut self, from: SocketAddr, bytes: &[u8], now: Now) {
        let (flow, bytes) = (self.flow_to(from), Bytes::copy_from_slice(bytes));
        match Message::parse(&bytes).and_then(|message| message.validate().map(|()| message)) {
            Ok(message) => self.ua.on_received(flow, message, now, &mut self.random),
            Err(error) => {
                let refusal = Message::bad_request(&bytes, &error);
                self.sends.extend(refusal.map(|refusal| (from, refusal.to_bytes())));
            }
        }
        self.pump(now);
    }

    /// What media saw on a leg.
    pub fn handle_media(&mut self, news: &MediaNews, now: Now) {
        self.with_calls(now, |calls, cx| calls.on_media(news, cx));
        self.pump(now);
    }

    /// The moment of [`Exchange::poll_timeout`] has come.
    pub fn handle_timeout(&mut self, now: Now) {
        self.ua.on_timeout(now, &mut self.random);
        self.with_calls(now, Calls::on_timeout);
        self.pump(now);
    }

    /// A customer calls an extension.
    pub fn call(&mut self, extension: &str, caller: Caller, now: Now) -> Result<AttemptId, NotReached> {
        let called = self.with_calls(now, |calls, cx| calls.call(extension, caller, cx));
        self.pump(now);
        called
    }

    /// As after `kill -9` and a start with an empty database: no call, no registration, no nonce is known. The log stays.
    pub fn restart(&mut self) {
        self.ua = Ua::new(PRODUCT.to_owned());
        self.guard = Guard::new(&mut self.random);
        self.registrar = Registrar::default();
        self.calls.crash();
    }

    /// A datagram, and where to.
    pub fn poll_send(&mut self) -> Option<(SocketAddr, Bytes)> {
        self.sends.pop_front()
    }

    /// The whole wanted state of a leg.
    pub fn poll_media(&mut self) -> Option<LegState> {
        self.calls.poll_media()
    }

    pub fn poll_timeout(&self) -> Option<Moment> {
        earliest(self.ua.poll_timeout(), self.calls.poll_timeout())
    }

    /// The last 200,000 calls, oldest first.
    pub fn log(&self) -> impl Iterator<Item = &Attempt> {
        self.log.attempts()
    }

    /// How many extensions are registered.
    pub fn registered(&self, now: Now) -> usize {
        self.registrar.count(now.moment)
    }

    /// For numbers that change while it runs; calls that are up go on as they began.
    pub fn plan(&mut self) -> &mut Plan {
        &mut self.settings.plan
    }

    /// No call and no transaction lives.
    pub fn is_idle(&self) -> bool {
        self.calls.is_idle() && self.ua.transactions() == 0
    }

    fn pump(&mut self, now: Now) {
        loop {
            if let Some(event) = self.ua.poll_event() {
                self.on_event(event, now);
            } else if let Some(output) = self.ua.poll_output() {
                self.on_output(output, now);
            } else {
                return;
            }
        }
    }

    fn on_event(&mut self, event: Event<LegId>, now: Now) {
        match event {
            Event::Response { owner, id, flow, response } => {
                self.with_calls(now, |calls, cx| calls.on_response(owner, (id, flow), &response, cx));
            }
            Event::Failed { owner, id, why } => self.with_calls(now, |calls, cx| calls.on_failed(owner, id, why, cx)),
            Event::Request { id, flow, request } => self.on_request(id, flow, request, now),
            Event::Ack { request, .. } => self.with_calls(now, |calls, cx| calls.on_ack(&request, cx)),
            Event::Cancelled { id, request } => self.with_calls(now, |calls, cx| calls.on_cancel(id, &request, cx)),
            // A 2xx to a call of before a restart repeats until its sender gives up, as with any PBX that crashed.
            Event::Stray { .. } | Event::Abandoned { .. } => {}
        }
    }

    fn on_request(&mut self, id: TransactionId, flow: Flow, request: Message, now: Now) {
        if request.to().is_ok_and(|to| to.tag().is_some()) {
            return self.with_calls(now, |calls, cx| calls.on_request(id, &request, cx));
        }
        match request.method().unwrap_or(Method::Ack) {
            Method::Register => self.on_register(id, flow, &request, now),
            Method::Invite => self.on_invite(id, flow, request, now),
            Method::Options => self.answer(id, engine::call::capabilities(&request), now),
            _ => self.with_calls(now, |_, cx| refuse_method(id, &request, &mut cx.session(LegId(0)))),
        }
    }

    fn on_register(&mut self, id: TransactionId, flow: Flow, request: &Message, now: Now) {
        let answer = match self.guard.check(request, &self.settings, now.moment) {
            Ok(account) => self.registrar.register(&account, (flow, request), &self.settings, now.moment),
            Err(answer) => *answer,
        };
        self.answer(id, answer, now);
    }

    fn on_invite(&mut self, id: TransactionId, flow: Flow, request: Message, now: Now) {
        match self.guard.check(&request, &self.settings, now.moment) {
            Ok(account) => self.with_calls(now, |calls, cx| calls.on_invite(&account, (id, flow, request), cx)),
            Err(answer) => self.answer(id, *answer, now),
        }
    }

    fn on_output(&mut self, output: Output, now: Now) {
        match output {
            Output::Send(flow, bytes) => self.sends.push_back((flow.remote, bytes)),
            Output::Flow(FlowOrder::Open { ask, target, .. }) => {
                let news = match target.transport {
                    Transport::Udp => FlowNews::Opened(ask, self.flow_to(target.address)),
                    Transport::Tcp | Transport::Tls | Transport::Ws | Transport::Wss => {
                        FlowNews::Refused(ask, FlowError("the test exchange speaks UDP only".to_owned()))
                    }
                };
                self.ua.on_flow(news, now, &mut self.random);
            }
            Output::Resolve(query, _) => {
                let why = ResolveError("the test exchange resolves no names".to_owned());
                self.ua.on_resolved(query, Err(why), now, &mut self.random);
            }
            Output::Flow(FlowOrder::Close(_) | FlowOrder::Ping(_)) => {}
            // The user-agent core makes no others.
            Output::Media(_) | Output::Store(..) | Output::Load(..) => {}
            Output::Post(_) | Output::Reply(..) | Output::Tell(..) => {}
        }
    }

    /// The one socket leads everywhere.
    fn flow_to(&self, remote: SocketAddr) -> Flow {
        Flow { transport: Transport::Udp, local: self.settings.address, remote, connection: ConnectionId(1) }
    }

    fn answer(&mut self, id: TransactionId, response: Message, now: Now) {
        self.with_calls(now, |_, cx| cx.answer(id, response));
    }

    fn with_calls<T>(&mut self, now: Now, act: impl FnOnce(&mut Calls, &mut Context<'_>) -> T) -> T {
        let Exchange { settings, ua, registrar, calls, log, random, .. } = self;
        act(calls, &mut Context { ua, registrar, settings, log, now, random })
    }
}

/// In User-Agent and Server.
const PRODUCT: &str = "Ramal test exchange";
