//! A message of ours: number, gate, route, MESSAGE, and what its answer means (RFC 3428 §4, §8).

use crate::border::{Flow, Refusal, RefusalCode, Reply};
use crate::config::{Account, AccountKind, AccountName};
use crate::gate::{self, Facts, Law, Purpose, RateMeter};
use crate::id::{MessageId, TransactionId};
use crate::news::{Direction, MessageState, MessageView};
use crate::number::{Number, format_for_route};
use crate::owner::Owner;
use crate::sip::asked::Asked;
use crate::sip::header::Name;
use crate::sip::message::{Message, Method};
use crate::sip::ua::{self, NextHop, SendFailure};
use crate::sip::uri::NameAddr;

use super::{Command, Context, Fate, MOST_BYTES, Messages, Order, Outgoing, words};

impl Messages {
    /// Carries out a wish, or says why not. The answer comes when the message is under way; what became of it is news.
    pub fn on_command(&mut self, command: &Command, cx: &mut Context<'_>) -> Result<Reply, Refusal> {
        let Command::Send { account, number, text } = command;
        if self.draining || self.outgoing.len() >= MOST_AT_ONCE {
            return Err(Refusal::new(RefusalCode::Draining, "no further messages are taken now; try again later"));
        }
        let name = account.as_ref().or(cx.config.default_route.as_ref());
        let name = name.ok_or_else(|| {
            Refusal::new(RefusalCode::NoSuchAccount, "name an account: no default_route is configured")
        })?;
        let account = cx.registrations.account(name).cloned().ok_or_else(|| {
            Refusal::new(RefusalCode::NoSuchAccount, format!("no extension or trunk is called {name}"))
        })?;
        let number = allowed(&account, number, cx)?;
        let flow = cx.registrations.flow(name).ok_or_else(|| {
            let why = cx.registrations.why_down(name);
            Refusal::new(RefusalCode::RouteDown, format!("route {name} is down: {why}"))
        })?;
        check_text(text, flow)?;
        let request = request(&account, &number, text, cx)
            .ok_or_else(|| Refusal::new(RefusalCode::RouteDown, format!("route {name} is not configured any more")))?;
        Ok(Reply::Sent { message: self.send(name, number, text, request, flow, cx) })
    }

    fn send(
        &mut self,
        account: &AccountName,
        number: Number,
        text: &str,
        request: Message,
        flow: Flow,
        cx: &mut Context<'_>,
    ) -> MessageId {
        let id = MessageId(cx.ids.next(cx.now.civil));
        let mut auth = cx.registrations.auth(account);
        let asked = Asked::new(request, auth.as_mut(), cx.random);
        let request = put(id, &asked, flow, cx);
        let view = MessageView {
            message: id,
            direction: Direction::Outbound,
            account: account.clone(),
            number: number.normalised,
            name: None,
            text: text.to_owned(),
            at: cx.now.civil,
            state: MessageState::Sending,
            why: None,
        };
        self.show(view.clone());
        self.outgoing.insert(id, Outgoing { view, request, asked, auth });
        id
    }

    /// The answer to a MESSAGE.
    pub fn on_response(
        &mut self,
        id: MessageId,
        request: TransactionId,
        flow: Flow,
        response: &Message,
        cx: &mut Context<'_>,
    ) {
        let status = response.status().unwrap_or(0);
        let Some(outgoing) = self.outgoing.get_mut(&id).filter(|out| out.request == request && status >= 200) else {
            return;
        };
        match status {
            202 => self.finish(id, MessageState::Accepted, None),
            200..=299 => self.finish(id, MessageState::Delivered, None),
            401 | 407 => match outgoing.asked.clone().answering(response, outgoing.auth.as_mut(), cx.random) {
                Ok(asked) => {
                    outgoing.request = put(id, &asked, flow, cx);
                    outgoing.asked = asked;
                }
                Err(why) => self.finish(id, MessageState::Failed, Some(format!("{status}: {why}"))),
            },
            _ => {
                let why = words::refused(response);
                if is_for_ever(status) {
                    self.orders.push_back(Order::GivenUp(id, Fate::Refused { why: why.clone() }));
                }
                self.finish(id, MessageState::Failed, Some(why));
            }
        }
    }

    /// A MESSAGE that got no answer.
    pub fn on_failed(&mut self, id: MessageId, request: TransactionId, why: &SendFailure) {
        if self.outgoing.get(&id).is_some_and(|outgoing| outgoing.request == request) {
            if *why == SendFailure::Timeout {
                self.orders.push_back(Order::GivenUp(id, Fate::Lost));
            }
            self.finish(id, MessageState::Failed, Some(words::silence(why)));
        }
    }
}

/// Whether the same request would be refused again (RFC 3261 §21.4 to §21.6): what is wrong is the number, the text, or a right. Not
/// so who is away or busy, a server in trouble, and what another route or password may change.
fn is_for_ever(status: u16) -> bool {
    matches!(
        status,
        400 | 402..=406 | 410 | 413..=416 | 420 | 484 | 485 | 488 | 489 | 493 | 501 | 505 | 513 | 603 | 604 | 606
    )
}

/// The number that is meant, when the gate lets it through.
fn allowed(account: &Account, number: &str, cx: &Context<'_>) -> Result<Number, Refusal> {
    let load = RateMeter::default().load(account.limits, cx.now.moment);
    let law = Law::of(cx.config);
    let (number, verdict) = gate::judge_dialled(&law, &Facts::of(load), number, Purpose::Message, cx.now);
    verdict.into_result()?;
    number.ok_or_else(|| Refusal::gate("grammar", "this is no number"))
}

/// RFC 3428 §8 bounds what goes by datagram, since nothing slows a sender down: 1,300 bytes, here of text.
fn check_text(text: &str, flow: Flow) -> Result<(), Refusal> {
    let most = if flow.transport.is_reliable() { MOST_BYTES } else { MOST_BYTES_BY_DATAGRAM };
    let why = match text.len() {
        0 => "there is no text".to_owned(),
        length if length > most => {
            format!("the text has {length} bytes and may have {most} over {}", flow.transport.as_str())
        }
        _ if text.chars().any(|letter| letter.is_control() && !"\n\r\t".contains(letter)) => {
            "the text has control characters".to_owned()
        }
        _ => return Ok(()),
    };
    Err(Refusal::new(RefusalCode::BadRequest, why))
}

/// Without Contact, which a MESSAGE must not have (RFC 3428 §4).
fn request(account: &Account, number: &Number, text: &str, cx: &mut Context<'_>) -> Option<Message> {
    let user = match account.kind {
        AccountKind::Extension if account.dial_format == Default::default() => number.dialled.clone(),
        AccountKind::Extension | AccountKind::RegisteredTrunk | AccountKind::AddressedTrunk => {
            format_for_route(number, &account.dial_format)
        }
    };
    let uri = cx.registrations.number_at(&account.name, &user)?;
    let mut from = cx.registrations.aor(&account.name)?;
    from.display = account.display.clone();
    from.params.set("tag", Some(&cx.random.token(64)));
    let mut request = Message::request(Method::Message, uri.clone());
    request.push(Name::From, from.to_string());
    request.push(Name::To, NameAddr::new(uri).to_string());
    request.push(Name::CallId, cx.random.token(128));
    request.push(Name::CSeq, "1 MESSAGE");
    request.set_body("text/plain;charset=UTF-8", text.to_owned());
    Some(request)
}

fn put(id: MessageId, asked: &Asked, flow: Flow, cx: &mut Context<'_>) -> TransactionId {
    let request = asked.request.clone();
    let outgoing = ua::Outgoing { request, next: NextHop::Flow(flow), local: None, contact_user: None };
    cx.ua.send(Owner::Message(id), outgoing, cx.now, cx.random)
}

const MOST_BYTES_BY_DATAGRAM: usize = 1_300;
/// Messages without an answer: more than hands write in the half minute that one may take.
const MOST_AT_ONCE: usize = 1_000;
