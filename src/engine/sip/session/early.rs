//! Early dialogs of our INVITE, one for each fork that rings: reliable answers, their PRACK, requests of the peer.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use bytes::Bytes;

use crate::id::TransactionId;
use crate::leg::Stream;
use crate::sdp;
use crate::sip::dialog::Dialog;
use crate::sip::header::Name;
use crate::sip::message::{Message, Method};

use super::calling::Calling;
use super::fields::put_usual;
use super::{Context, Event, Purpose, Session, State};

/// Early dialogs by the peer's tag (RFC 3261 §12.1), at most [`MAX_FORKS`].
pub(super) type Forks = BTreeMap<String, Early>;

/// One early dialog.
#[derive(Debug)]
pub(super) struct Early {
    pub dialog: Dialog,
    pub stream: Option<Stream>,
    /// The answer came reliably, so the 2xx cannot change it (RFC 3264, RFC 6337 §3.1.1).
    pub firm: bool,
    /// RSeq of the last reliable answer acknowledged.
    rseq: Option<u32>,
}

/// More early dialogs than any forking proxy makes; the rest of a flood is not kept.
pub(super) const MAX_FORKS: usize = 16;

impl Session {
    /// A provisional answer with a tag: an early dialog, perhaps reliable, perhaps with SDP.
    pub(super) fn on_early<O: Clone + std::fmt::Debug>(
        &mut self,
        calling: &mut Calling,
        tag: String,
        response: &Message,
        cx: &mut Context<'_, O>,
    ) {
        let Some(early) = fork(&mut calling.forks, tag, &calling.request, response) else { return };
        let reliable = response.lists(&Name::Require, "100rel").then(|| response.number(&Name::RSeq)).flatten();
        if reliable.is_some_and(|rseq| !early.is_next(rseq)) {
            return;
        }
        let answer = self.read_early(early, response, calling.offerless, reliable.is_some());
        if let Some(stream) = early.stream.clone().filter(|_| !calling.cancelled && response.sdp().is_some()) {
            self.events.push_back(Event::Media(stream));
        }
        let Some(rseq) = reliable else { return };
        early.rseq = Some(rseq);
        let cseq = calling.request.cseq().map_or(1, |(number, _)| number);
        let mut prack = early.dialog.request(Method::Prack);
        prack.push(Name::RAck, format!("{rseq} {cseq} INVITE"));
        if let Some(body) = answer {
            prack.set_body("application/sdp", body);
        }
        let next = calling.next.clone();
        self.send(Purpose::Prack, prack, next, cx);
    }

    /// Takes the SDP of a provisional answer; the return value is our answer, where it was an offer.
    fn read_early(&self, early: &mut Early, response: &Message, offerless: bool, reliable: bool) -> Option<Bytes> {
        let body = response.sdp().filter(|_| !early.firm)?;
        let (answer, stream) = match (offerless, reliable) {
            (false, _) => (None, sdp::accept(&self.local, &body).ok()),
            // An offer in a provisional answer counts only when reliable (RFC 3262 §5).
            (true, true) => sdp::answer(&self.local, &body).ok().unzip(),
            (true, false) => (None, None),
        };
        early.firm = reliable && stream.is_some();
        early.stream = stream.or(early.stream.take());
        answer
    }

    /// A request of the peer while our INVITE has no final answer.
    pub(super) fn on_request_calling<O: Clone + std::fmt::Debug>(
        &mut self,
        mut calling: Box<Calling>,
        id: TransactionId,
        request: &Message,
        cx: &mut Context<'_, O>,
    ) {
        let tag = request.from().ok().and_then(|from| from.tag().map(str::to_owned)).unwrap_or_default();
        let Some(early) = calling.forks.get_mut(&tag) else {
            self.state = State::Calling(calling);
            return cx.ua.respond(id, Message::response(request, 481), cx.now);
        };
        if let Err(why) = early.dialog.check_request(request) {
            cx.ua.respond(id, Message::response(request, why.status()), cx.now);
        } else if super::method_of(request) == Method::Update {
            // Our offer in the INVITE waits for its firm answer (RFC 3311 §5.2).
            let crossing = (!early.firm).then_some(491);
            let (response, stream) = self.update_early(&mut early.dialog, crossing, request);
            early.stream = stream.or(early.stream.take());
            cx.ua.respond(id, response, cx.now);
        } else {
            self.on_request_early(id, request, cx);
        }
        self.state = State::Calling(calling);
    }

    /// UPDATE before the final answer (RFC 3311 §5.2): `crossing` is the refusal due to an offer while another one is open.
    pub(super) fn update_early(
        &mut self,
        dialog: &mut Dialog,
        crossing: Option<u16>,
        request: &Message,
    ) -> (Message, Option<Stream>) {
        let body = request.sdp();
        if let (Some(status), Some(_)) = (crossing, &body) {
            return (Message::response(request, status), None);
        }
        dialog.refresh_target(request);
        let mut response = Message::response(request, 200);
        put_usual(&mut response, &self.settings.contact, self.settings.prack);
        let Some(body) = body else { return (response, None) };
        self.local.origin = self.local.origin.next();
        match sdp::answer(&self.local, &body) {
            Ok((answer, stream)) => {
                response.set_body("application/sdp", answer);
                self.events.push_back(Event::Media(stream.clone()));
                (response, Some(stream))
            }
            Err(why) => (Message::response(request, why.status()), None),
        }
    }

    /// Requests that mean the same in every early dialog.
    pub(super) fn on_request_early<O: Clone + std::fmt::Debug>(
        &mut self,
        id: TransactionId,
        request: &Message,
        cx: &mut Context<'_, O>,
    ) {
        match super::method_of(request) {
            Method::Info => self.on_info(id, request, cx),
            Method::Options => self.on_options(id, request, cx),
            Method::Invite | Method::Update | Method::Refer => {
                cx.ua.respond(id, Message::response(request, 491), cx.now)
            }
            Method::Bye | Method::Prack | Method::Notify => {
                cx.ua.respond(id, Message::response(request, 481), cx.now);
            }
            _ => super::refuse_method(id, request, cx),
        }
    }
}

impl Early {
    /// Reliable answers count in order; a repeat is answered by its PRACK's own transaction (RFC 3262 §4).
    fn is_next(&self, rseq: u32) -> bool {
        self.rseq.is_none_or(|last| rseq == last.wrapping_add(1))
    }
}

/// The early dialog of this tag, new or known; none when it would be one too many.
fn fork<'a>(forks: &'a mut Forks, tag: String, request: &Message, response: &Message) -> Option<&'a mut Early> {
    let room = forks.len() < MAX_FORKS;
    match forks.entry(tag) {
        Entry::Occupied(entry) => Some(entry.into_mut()),
        Entry::Vacant(entry) if room => {
            let dialog = Dialog::uac(request, response).ok()?;
            Some(entry.insert(Early { dialog, stream: None, firm: false, rseq: None }))
        }
        Entry::Vacant(_) => None,
    }
}
