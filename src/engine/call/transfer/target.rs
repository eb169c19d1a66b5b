//! An INVITE that wants the place of a call we have (RFC 3891; RFC 5589 §7, we as target): the call goes on with another far
//! end. For its person it stays the same call: same desk, same Protocolo, same history.

use crate::border::Flow;
use crate::id::{CallId, LegId, TransactionId};
use crate::records::Record;
use crate::sip::header::{Name, Replaces};
use crate::sip::message::Message;
use crate::sip::session::{Session, Standing, tagged};

use super::super::dial::{contact, local_media, settings};
use super::super::invite::{caller, decline};
use super::super::{Calls, Context, Order, Timer, session_context};

/// A session that was let go, while its BYE or CANCEL is under way.
#[derive(Debug)]
pub(in super::super) struct Leaving {
    pub session: Session,
    /// Its dialog is stored for a crash under this leg.
    pub stored: Option<LegId>,
}

impl Calls {
    /// An INVITE with Replaces: takes over, or gets its final answer; the call it names is left alone then.
    pub(in super::super) fn on_invite_replacing(
        &mut self,
        (id, flow, request): (TransactionId, Flow, Message),
        cx: &mut Context<'_>,
    ) {
        let call = match self.replaceable(&request, flow, cx) {
            Ok(call) => call,
            Err(status) => return decline(id, &request, status, cx),
        };
        let Some((account, port)) = self.calls.get(&call).map(|call| (call.account.clone(), call.port)) else { return };
        let local = local_media(&account, port, cx);
        let auth = cx.registrations.auth(&account.name);
        let settings = settings(&account, contact(&account, flow));
        let parts = (id, flow, request.clone());
        match Session::incoming(settings, local, auth, parts, &mut session_context(call, cx)) {
            Ok(session) => self.replace(call, session, &request, cx),
            Err(response) => cx.ua.respond(id, tagged(*response, cx.random), cx.now),
        }
    }

    /// The call that Replaces names, or the final answer due (RFC 3891 §3).
    fn replaceable(&self, request: &Message, flow: Flow, cx: &Context<'_>) -> Result<CallId, u16> {
        let named = request.values(&Name::Replaces);
        let [value] = named.as_slice() else { return Err(400) };
        let replaces: Replaces = value.parse().map_err(|_| 400_u16)?;
        let key = (replaces.call_id.clone(), replaces.to_tag.clone());
        let call = self.by_dialog.get(&key).and_then(|id| self.calls.get(id)).ok_or(481_u16)?;
        if !cx.registrations.is_of(&call.account.name, flow) {
            return Err(403);
        }
        let standing = if call.is_ended() { Standing::Ended } else { call.session.standing(&replaces) };
        standing.refusal(replaces.early_only).map_or(Ok(call.id), Err)
    }

    fn replace(&mut self, id: CallId, session: Session, request: &Message, cx: &mut Context<'_>) {
        let (call_id, tag) = session.key();
        self.by_dialog.insert((call_id.to_owned(), tag.to_owned()), id);
        self.uncount(id);
        let (number, caller) = caller(request, cx);
        let Some(call) = self.calls.get_mut(&id) else { return };
        let old = std::mem::replace(&mut call.session, session);
        call.session.accept(&mut session_context(id, cx));
        (call.number, call.caller, call.stream, call.rescue) = (number, caller, None, Default::default());
        call.held = false;
        let answered = call.is_answered();
        self.timers.cancel(&Timer::ForgottenHold(id));
        self.let_go(old, cx);
        self.story(id, "replaced", "", cx);
        match answered {
            true => self.hold_others(id, cx),
            false => self.on_established(id, cx),
        }
        self.touch(id, cx);
    }

    /// Hangs up what was replaced, under a number of its own.
    fn let_go(&mut self, mut old: Session, cx: &mut Context<'_>) {
        let leaving = CallId(cx.ids.next(cx.now.civil));
        let (call_id, tag) = old.key();
        self.by_dialog.insert((call_id.to_owned(), tag.to_owned()), leaving);
        old.end(487, Some("SIP;cause=200;text=\"replaced\"".to_owned()), &mut session_context(leaving, cx));
        self.let_leave(leaving, Leaving { session: old, stored: None });
    }

    /// Keeps a session that serves nobody any more until its last transaction is over.
    pub(in super::super) fn let_leave(&mut self, id: CallId, leaving: Leaving) {
        self.leaving.insert(id, leaving);
        self.watch_leaving(id);
    }

    /// Lets a replaced session work.
    pub(in super::super) fn with_leaving(
        &mut self,
        id: CallId,
        cx: &mut Context<'_>,
        work: impl FnOnce(&mut Session, &mut crate::sip::session::Context<'_, crate::owner::Owner>),
    ) {
        if let Some(leaving) = self.leaving.get_mut(&id) {
            work(&mut leaving.session, &mut session_context(id, cx));
            self.watch_leaving(id);
        }
    }

    /// The replaced session that a response is for: what it had sent before was sent in the name of its call.
    pub(in super::super) fn leaving_of(&self, response: &Message) -> Option<CallId> {
        if self.leaving.is_empty() {
            return None;
        }
        let tag = response.from().ok()?.tag()?.to_owned();
        let key = (response.call_id().ok()?.into_owned(), tag);
        self.by_dialog.get(&key).copied().filter(|id| self.leaving.contains_key(id))
    }

    /// The replaced session that waits for an answer to this request.
    pub(in super::super) fn leaving_that_sent(&self, id: TransactionId) -> Option<CallId> {
        self.leaving.iter().find(|(_, leaving)| leaving.session.waits_for(id)).map(|(leaving, _)| *leaving)
    }

    /// Its timer, or its end. Nobody asks what it says.
    fn watch_leaving(&mut self, id: CallId) {
        let Some(Leaving { session, stored }) = self.leaving.get_mut(&id) else { return };
        while session.poll_event().is_some() {}
        match session.poll_timeout() {
            Some(at) => self.timers.set(Timer::Session(id), at),
            None => self.timers.cancel(&Timer::Session(id)),
        }
        if session.is_over() {
            let (call_id, tag) = session.key();
            self.by_dialog.remove(&(call_id.to_owned(), tag.to_owned()));
            self.orders.extend(stored.map(|leg| Order::Store(Record::DialogEnded { leg })));
            self.leaving.remove(&id);
        }
    }
}
