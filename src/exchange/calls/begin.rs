//! How calls begin: an extension dials, or a customer calls an extension.

use std::time::Duration;

use engine::border::Flow;
use engine::config::{Codec, PrackMode, Refresher, SessionTimer};
use engine::id::{LegId, TransactionId};
use engine::leg::Stream;
use engine::sdp::{self, Direction, LocalMedia, OriginId};
use engine::sip::header::Name;
use engine::sip::message::Message;
use engine::sip::session::{self, Invitation, Session};
use engine::sip::ua::NextHop;
use engine::sip::uri::{Host, NameAddr, Uri};

use super::leg::{Leg, Part};
use super::ports::Port;
use super::{Calls, Context, Timer};
use crate::exchange::customer::{Behaviour, Caller, Customer};
use crate::exchange::log::{AttemptId, Outcome, Side};
use crate::exchange::registrar::Binding;
use crate::exchange::{NotReached, Settings};

impl Calls {
    /// An INVITE of `account`, which has proved who it is.
    pub fn on_invite(
        &mut self,
        account: &str,
        (id, flow, request): (TransactionId, Flow, Message),
        cx: &mut Context<'_>,
    ) {
        let number = dialled(&request);
        let attempt = cx.log.begin(account, &number, cx.now);
        let invite = (id, flow, request);
        if cx.settings.accounts.contains_key(&number) {
            return self.join(account, &number, attempt, invite, cx);
        }
        match cx.settings.plan.customer(&number) {
            None => refuse(404, attempt, invite, cx),
            Some(Customer { ring: Duration::ZERO, then: Behaviour::Refuse(status), .. }) => {
                refuse(status, attempt, invite, cx);
            }
            Some(Customer { then: Behaviour::Redirect(numbers), .. }) => redirect(&numbers, attempt, invite, cx),
            Some(customer) => self.ring_customer(customer, attempt, invite, cx),
        }
    }

    /// A customer calls an extension.
    pub fn call(&mut self, extension: &str, caller: Caller, cx: &mut Context<'_>) -> Result<AttemptId, NotReached> {
        let binding = cx.registrar.find(extension, cx.now.moment).ok_or(NotReached::NotRegistered)?;
        let from = address(cx.settings, &caller.number, caller.name.as_deref());
        let attempt = cx.log.begin(&caller.number, extension, cx.now);
        let part = Part::Calling { voice: caller.voice, talk: caller.talk };
        match self.dial(binding, extension, from, (attempt, part), cx) {
            Some(leg) => {
                self.timers.set(Timer::Customer(leg), cx.now.moment + caller.patience);
                Ok(attempt)
            }
            None => {
                cx.log.finish(attempt, Outcome::Refused { status: 503 }, cx.now);
                Err(NotReached::NoPort)
            }
        }
    }

    fn ring_customer(
        &mut self,
        customer: Customer,
        attempt: AttemptId,
        invite: (TransactionId, Flow, Message),
        cx: &mut Context<'_>,
    ) {
        let (ring, early) = (customer.ring, customer.early.is_some());
        let (transaction, trying) = (invite.0, Message::response(&invite.2, 100));
        let (silent, patient) = match &customer.then {
            Behaviour::Silent => (true, true),
            Behaviour::RingOut => (false, true),
            Behaviour::Answer { .. } | Behaviour::Refuse(_) | Behaviour::Redirect(_) => (false, false),
        };
        let Some(leg) = self.take(attempt, Part::Ringing(customer), invite, cx) else { return };
        if silent {
            cx.ua.respond(transaction, trying, cx.now);
        } else if patient || !ring.is_zero() {
            let status = if early { 183 } else { 180 };
            self.with_session(leg, cx, |session, cx| session.ring(status, cx));
        }
        let until = if patient { LONGEST_RING } else { ring };
        match until.is_zero() {
            true => self.on_customer(leg, cx),
            false => self.timers.set(Timer::Customer(leg), cx.now.moment + until),
        }
    }

    /// Two extensions: the called one is dialled first, so that one that is away costs no session.
    fn join(
        &mut self,
        account: &str,
        extension: &str,
        attempt: AttemptId,
        invite: (TransactionId, Flow, Message),
        cx: &mut Context<'_>,
    ) {
        let Some(binding) = cx.registrar.find(extension, cx.now.moment) else {
            return refuse(480, attempt, invite, cx);
        };
        let display = invite.2.from().ok().and_then(|from| from.display);
        let from = address(cx.settings, account, display.as_deref());
        let Some(first) = self.take(attempt, Part::Over, invite, cx) else { return };
        match self.dial(binding, extension, from, (attempt, Part::Half { other: first }), cx) {
            Some(second) => {
                if let Some(leg) = self.legs.get_mut(&first) {
                    leg.part = Part::Half { other: second };
                }
                self.touch(first);
            }
            None => self.end(first, 503, cx),
        }
    }

    /// A session for an INVITE; without a port or a usable offer it is refused.
    fn take(
        &mut self,
        attempt: AttemptId,
        part: Part,
        invite: (TransactionId, Flow, Message),
        cx: &mut Context<'_>,
    ) -> Option<LegId> {
        let Some(port) = self.ports.take() else {
            refuse(503, attempt, invite, cx);
            return None;
        };
        let id = self.next_id();
        let local = local_media(port, cx);
        let stream = early_stream(&local, &invite.2);
        let settings = settings(address(cx.settings, &dialled(&invite.2), None));
        let (transaction, ssrc) = (invite.0, cx.random.u32());
        match Session::incoming(settings, local, None, invite, &mut cx.session(id)) {
            Ok(session) => {
                let mut leg = Leg::new(session, port, ssrc, (attempt, Side::Caller), part);
                leg.stream = stream;
                self.admit(id, leg);
                Some(id)
            }
            Err(response) => {
                self.ports.give_back(port);
                let status = response.status().unwrap_or(500);
                cx.log.finish(attempt, Outcome::Refused { status }, cx.now);
                cx.answer(transaction, *response);
                None
            }
        }
    }

    /// An INVITE to a registered extension; `None`: no port is left.
    fn dial(
        &mut self,
        binding: &Binding,
        extension: &str,
        from: NameAddr,
        (attempt, part): (AttemptId, Part),
        cx: &mut Context<'_>,
    ) -> Option<LegId> {
        let port = self.ports.take()?;
        let id = self.next_id();
        let invitation = Invitation {
            request_uri: binding.contact.clone(),
            from: from.clone(),
            to: address(cx.settings, extension, None),
            routes: Vec::new(),
            next: NextHop::Flow(binding.flow),
            extra: Vec::new(),
            offerless: false,
        };
        let (local, ssrc) = (local_media(port, cx), cx.random.u32());
        let session = Session::dial(settings(from), local, None, invitation, &mut cx.session(id));
        self.admit(id, Leg::new(session, port, ssrc, (attempt, Side::Called), part));
        Some(id)
    }

    fn admit(&mut self, id: LegId, leg: Leg) {
        let (call_id, tag) = leg.session.key();
        self.by_dialog.insert((call_id.to_owned(), tag.to_owned()), id);
        self.legs.insert(id, leg);
        self.touch(id);
    }

    fn next_id(&mut self) -> LegId {
        self.last += 1;
        LegId(self.last)
    }
}

/// A final answer that needs no session.
fn refuse(status: u16, attempt: AttemptId, (id, _, request): (TransactionId, Flow, Message), cx: &mut Context<'_>) {
    cx.log.finish(attempt, Outcome::Refused { status }, cx.now);
    cx.answer(id, Message::response(&request, status));
}

fn redirect(
    numbers: &[String],
    attempt: AttemptId,
    (id, _, request): (TransactionId, Flow, Message),
    cx: &mut Context<'_>,
) {
    let mut response = Message::response(&request, 302);
    for number in numbers {
        response.push(Name::Contact, address(cx.settings, number, None).to_string());
    }
    cx.log.finish(attempt, Outcome::Redirected, cx.now);
    cx.answer(id, response);
}

/// The number in the Request-URI, without visual separators (RFC 3966 §5.1.1).
fn dialled(request: &Message) -> String {
    let user = request.uri().and_then(Uri::user_text).unwrap_or_default();
    user.chars().filter(|c| !matches!(c, '-' | '.' | ' ' | '(' | ')')).collect()
}

/// A number at this exchange.
fn address(settings: &Settings, number: &str, display: Option<&str>) -> NameAddr {
    let mut uri = Uri::sip(Some(number), Host::Ip(settings.address.ip()));
    uri.port = Some(settings.address.port());
    let mut address = NameAddr::new(uri);
    address.display = display.filter(|name| !name.is_empty()).map(str::to_owned);
    address
}

fn settings(contact: NameAddr) -> session::Settings {
    let timer = SessionTimer { expires: None, min_se: Duration::from_secs(90), refresher: Refresher::Any };
    session::Settings { timer, prack: PrackMode::Supported, contact }
}

fn local_media(port: Port, cx: &mut Context<'_>) -> LocalMedia {
    LocalMedia {
        ip: port.ip,
        port: port.number,
        codecs: vec![Codec::Pcma, Codec::Pcmu],
        telephone_event: true,
        direction: Direction::SendRecv,
        origin: OriginId { session: u64::from(cx.random.u32()), version: 1 },
    }
}

/// Where sound goes before the answer, when the INVITE says so.
fn early_stream(local: &LocalMedia, invite: &Message) -> Option<Stream> {
    let (_, stream) = sdp::answer(local, &invite.sdp()?).ok()?;
    Some(stream)
}

/// Longer than Timer C (RFC 3261 §16.6: more than 3 minutes): a caller without patience of its own is let go.
const LONGEST_RING: Duration = Duration::from_secs(185);
