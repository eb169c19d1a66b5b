//! Incoming calls: who is called, by whom, and whether it rings.

use std::sync::Arc;

use crate::border::Flow;
use crate::config::{Account, AccountName};
use crate::id::{CallId, TransactionId};
use crate::news::Direction;
use crate::number::{Number, NumberKind};
use crate::sip::header::Name;
use crate::sip::message::Message;
use crate::sip::session::{Session, tagged};

use super::dial::{FarEnd, Matter, contact, local_media, settings};
use super::live::Caller;
use super::{Calls, Context, Timer, session_context};

impl Calls {
    /// A new INVITE from the PBX for one of our accounts: rings, or gets its final answer.
    pub fn on_invite(
        &mut self,
        account: &AccountName,
        (id, flow, request): (TransactionId, Flow, Message),
        do_not_disturb: bool,
        cx: &mut Context<'_>,
    ) {
        let Some(account) = cx.config.accounts.get(account).cloned() else {
            return decline(id, &request, 404, cx);
        };
        if request.header(&Name::Replaces).is_some() {
            return self.on_invite_replacing((id, flow, request), cx);
        }
        if let Some(status) = self.turn_away(&account, do_not_disturb) {
            return decline(id, &request, status, cx);
        }
        let Some(port) = self.ports.take(flow.local.ip()) else {
            self.no_ports();
            return decline(id, &request, 503, cx);
        };
        let call = CallId(cx.ids.next(cx.now.civil));
        let local = local_media(&account, port, cx);
        let auth = cx.registrations.auth(&account.name);
        let settings = settings(&account, contact(&account, flow));
        let parts = (id, flow, request.clone());
        match Session::incoming(settings, local, auth, parts, &mut session_context(call, cx)) {
            Ok(session) => self.ring(call, account, &request, (session, port), cx),
            Err(response) => {
                self.ports.give_back(port);
                cx.ua.respond(id, tagged(*response, cx.random), cx.now);
            }
        }
    }

    /// The final answer at once, when it shall not ring.
    fn turn_away(&self, account: &Account, do_not_disturb: bool) -> Option<u16> {
        if self.draining {
            return Some(480);
        }
        if do_not_disturb {
            return Some(account.profile.do_not_disturb_status);
        }
        (self.of_account(&account.name) >= account.max_calls).then_some(account.profile.busy_status)
    }

    fn ring(
        &mut self,
        id: CallId,
        account: Arc<Account>,
        request: &Message,
        parts: (Session, super::ports::LentPort),
        cx: &mut Context<'_>,
    ) {
        let (number, caller) = caller(request, cx);
        let until = cx.now.moment + account.profile.ring_timeout;
        let waiting = self.is_listening_at(&account.name);
        let far_end = FarEnd { number, caller, direction: Direction::Inbound };
        let mut call = self.open((id, account), far_end, Matter::default(), parts, cx);
        call.waiting = waiting;
        call.session.ring(180, &mut session_context(id, cx));
        self.admit(call);
        self.timers.set(Timer::Ring(id), until);
        self.story(id, "ringing", "", cx);
        self.touch(id, cx);
    }
}

/// What can be read of a stranger's words: no orders to a terminal, nothing that turns the writing around (UAX #9).
fn visible(text: &str) -> String {
    let turns = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars().filter(|c| !c.is_control() && !turns(*c)).collect::<String>().trim().to_owned()
}

/// Who calls: From, and what the PBX adds. A number that is none (an anonymous caller) is kept as it is.
pub(super) fn caller(request: &Message, cx: &Context<'_>) -> (Number, Caller) {
    let from = request.from().ok();
    let user = |uri: &crate::sip::uri::Uri| visible(&uri.user_text().unwrap_or_default());
    let address =
        |name: &Name| request.values(name).first().and_then(|value| value.parse::<crate::sip::uri::NameAddr>().ok());
    let dialled = from.as_ref().map(|from| user(&from.uri)).unwrap_or_default();
    let number = Number::read(&dialled, &cx.config.gate).unwrap_or_else(|_| Number {
        normalised: dialled.clone(),
        dialled,
        kind: NumberKind::Extension,
    });
    let caller = Caller {
        name: from.and_then(|from| from.display).map(|name| visible(&name)).filter(|name| !name.is_empty()),
        diverted_from: address(&Name::Diversion).map(|diversion| user(&diversion.uri)),
        asserted: address(&Name::PAssertedIdentity).map(|asserted| user(&asserted.uri)),
    };
    (number, caller)
}

pub(super) fn decline(id: TransactionId, request: &Message, status: u16, cx: &mut Context<'_>) {
    cx.ua.respond(id, tagged(Message::response(request, status), cx.random), cx.now);
}

/// The answer to an OPTIONS outside a dialog: what we can do (RFC 3261 §11.2).
pub fn capabilities(request: &Message) -> Message {
    let mut response = Message::response(request, 200);
    response.push(Name::Allow, crate::sip::session::ALLOWED);
    response.push(Name::Accept, "application/sdp");
    response.push(Name::Supported, crate::sip::session::EXTENSIONS);
    response
}
