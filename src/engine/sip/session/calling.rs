//! Our INVITE until its final answer: challenges, forks, reliable provisional answers, CANCEL and its race with 2xx.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::border::Flow;
use crate::config::PrackMode;
use crate::id::TransactionId;
use crate::leg::Stream;
use crate::sdp::{self, LocalMedia};
use crate::sip::auth::AuthClient;
use crate::sip::dialog::Dialog;
use crate::sip::header::Name;
use crate::sip::message::{Message, Method};
use crate::sip::ua::{NextHop, Outgoing};

use super::early::Forks;
use super::fields::{self, put_usual};
use super::late::{First, copy_credentials, shed};
use super::up::Up;
use super::{Context, End, Event, Invitation, PATIENCE, Session, Settings, State, Timer};

/// An INVITE of ours without a final answer.
#[derive(Debug)]
pub(super) struct Calling {
    pub invite: TransactionId,
    /// As last sent, without Via.
    pub request: Message,
    pub next: NextHop,
    /// Challenges answered.
    answered: u8,
    /// Session-Expires raised after a 422.
    raised: bool,
    pub offerless: bool,
    pub forks: Forks,
    pub cancelled: bool,
}

impl Calling {
    /// The early dialog that a request of ours belongs to.
    pub fn early_of(&mut self, request: &Message) -> Option<&mut Dialog> {
        let tag = request.to().ok()?.tag()?.to_owned();
        Some(&mut self.forks.get_mut(&tag)?.dialog)
    }
}

impl Session {
    /// Sends the INVITE.
    pub fn dial<O: Clone + std::fmt::Debug>(
        settings: Settings,
        local: LocalMedia,
        auth: Option<AuthClient>,
        invitation: Invitation,
        cx: &mut Context<'_, O>,
    ) -> Session {
        let (call_id, local_tag) = (cx.random.token(128), cx.random.token(64));
        let mut session = Session {
            settings,
            local,
            auth,
            call_id,
            local_tag,
            state: State::Over,
            pending: BTreeMap::new(),
            refer: None,
            referred: None,
            referred_before: false,
            timers: Default::default(),
            events: Default::default(),
        };
        let mut request = session.first_invite(&invitation);
        if let Some(auth) = &mut session.auth {
            for (name, value) in auth.preempt(&request, cx.random) {
                request.push(name, value);
            }
        }
        let invite = session.send_invite(&request, &invitation.next, cx);
        session.state = State::Calling(Box::new(Calling {
            invite,
            request,
            next: invitation.next,
            answered: 0,
            raised: false,
            offerless: invitation.offerless,
            forks: Forks::new(),
            cancelled: false,
        }));
        session
    }

    fn first_invite(&self, invitation: &Invitation) -> Message {
        let mut request = Message::request(Method::Invite, invitation.request_uri.clone());
        let mut from = invitation.from.clone();
        from.params.set("tag", Some(&self.local_tag));
        for route in &invitation.routes {
            request.push(Name::Route, route.to_string());
        }
        request.push(Name::From, from.to_string());
        request.push(Name::To, invitation.to.to_string());
        request.push(Name::CallId, self.call_id.clone());
        request.push(Name::CSeq, "1 INVITE");
        put_usual(&mut request, &self.settings.contact, self.settings.prack);
        if self.settings.prack == PrackMode::Required {
            request.push(Name::Require, "100rel");
        }
        if let Some(expires) = self.settings.timer.expires {
            fields::put_session_expires(&mut request, expires, fields::role_as_uac(self.settings.timer.refresher));
            request.push(Name::MinSe, self.settings.timer.min_se.as_secs().to_string());
        }
        for (name, value) in &invitation.extra {
            request.push(name.clone(), value.clone());
        }
        if !invitation.offerless {
            request.set_body("application/sdp", sdp::offer(&self.local));
        }
        request
    }

    fn send_invite<O: Clone + std::fmt::Debug>(
        &self,
        request: &Message,
        next: &NextHop,
        cx: &mut Context<'_, O>,
    ) -> TransactionId {
        let outgoing = Outgoing { request: request.clone(), next: next.clone(), local: None, contact_user: None };
        cx.ua.send(cx.owner.clone(), outgoing, cx.now, cx.random)
    }

    /// Before the answer: CANCEL, and a 2xx that crosses it gets ACK and BYE. The layer above is told at once.
    pub(super) fn cancel<O: Clone + std::fmt::Debug>(
        &mut self,
        mut calling: Box<Calling>,
        reason: Option<String>,
        cx: &mut Context<'_, O>,
    ) {
        if !calling.cancelled {
            calling.cancelled = true;
            cx.ua.cancel(calling.invite, reason, cx.now, cx.random);
            self.timers.set(Timer::GiveUpCancel, cx.now.moment + CANCEL_PATIENCE);
            self.events.push_back(Event::Ended(End::Ours));
        }
        self.state = State::Calling(calling);
    }

    /// A response to the INVITE, in whatever state it finds us: 2xx may come late and more than once.
    pub(super) fn on_invite_response<O: Clone + std::fmt::Debug>(
        &mut self,
        id: TransactionId,
        flow: Flow,
        response: &Message,
        cx: &mut Context<'_, O>,
    ) {
        match std::mem::replace(&mut self.state, State::Over) {
            State::Calling(calling) if calling.invite == id => match response.status().unwrap_or(0) {
                100..=199 => self.on_provisional(calling, response, cx),
                200..=299 => self.on_accepted(calling, response, cx),
                _ => self.on_refused(calling, response, cx),
            },
            State::Up(mut up) => {
                self.acknowledge_again(&mut up.first, up.flow, response, cx);
                self.state = State::Up(up);
            }
            State::Ending(mut ending) => {
                self.acknowledge_again(&mut ending.first, ending.flow, response, cx);
                self.state = State::Ending(ending);
            }
            // Nobody waits for it any more.
            other @ (State::Calling(_) | State::Ringing(_) | State::Over) => {
                self.state = other;
                shed(response, flow, cx);
            }
        }
    }

    fn on_provisional<O: Clone + std::fmt::Debug>(
        &mut self,
        mut calling: Box<Calling>,
        response: &Message,
        cx: &mut Context<'_, O>,
    ) {
        let tag = response.to().ok().and_then(|to| to.tag().map(str::to_owned));
        if let Some(tag) = tag.filter(|_| response.status() != Some(100)) {
            self.on_early(&mut calling, tag, response, cx);
        }
        if !calling.cancelled {
            self.events.push_back(Event::Progress { status: response.status().unwrap_or(0) });
        }
        self.state = State::Calling(calling);
    }

    /// The first 2xx makes the session; when we had cancelled, it is hung up.
    fn on_accepted<O: Clone + std::fmt::Debug>(
        &mut self,
        mut calling: Box<Calling>,
        response: &Message,
        cx: &mut Context<'_, O>,
    ) {
        self.timers.cancel(&Timer::GiveUpCancel);
        let tag = response.to().ok().and_then(|to| to.tag().map(str::to_owned)).unwrap_or_default();
        let Ok(fresh) = Dialog::uac(&calling.request, response) else {
            return self.finish_calling(&calling, End::Media("the 2xx names no dialog".into()));
        };
        let early = calling.forks.remove(&tag);
        let (dialog, early_stream, firm) = match early {
            // The route set is that of the 2xx; CSeq goes on from the PRACKs (RFC 3261 §13.2.2.4).
            Some(early) => (
                Dialog { local_cseq: early.dialog.local_cseq, remote_cseq: early.dialog.remote_cseq, ..fresh },
                early.stream,
                early.firm,
            ),
            None => (fresh, None, false),
        };
        let (stream, answer) = self.agree(&calling, response, early_stream, firm);
        let cseq = calling.request.cseq().map_or(1, |(number, _)| number);
        let mut ack = dialog.ack(cseq);
        copy_credentials(&calling.request, &mut ack);
        if let Some(body) = answer {
            ack.set_body("application/sdp", body);
        }
        let flow = cx.ua.sent_request(calling.invite).map(|(_, flow)| flow).or(flow_of(&calling.next));
        let Some(flow) = flow else {
            return self.finish_calling(&calling, End::Media("the flow is gone".into()));
        };
        let next = super::next_hop(&dialog, flow);
        cx.ua.send_ack(ack.clone(), next.clone(), cx.now, cx.random);
        let first = First { request: Some(calling.request), tag, ack: Some((cseq, ack)), next, shed: BTreeSet::new() };
        let mut up = Up::new(dialog, flow, first, self.local.direction);
        up.learn(response);
        match stream {
            _ if calling.cancelled => self.bye(up.into_ending(), None, cx),
            Ok(stream) => {
                up.stream = Some(stream.clone());
                self.state = State::Up(Box::new(up));
                self.events.push_back(Event::Media(stream));
                self.events.push_back(Event::Established);
                self.start_timer_as_uac(response, cx);
                self.settle(cx);
            }
            Err(why) => {
                self.events.push_back(Event::Ended(End::Media(why)));
                self.bye(up.into_ending(), Some("SIP;cause=488".into()), cx);
            }
        }
    }

    /// The stream a 2xx leads to, and our answer when the 2xx was the offer.
    fn agree(
        &self,
        calling: &Calling,
        response: &Message,
        early: Option<Stream>,
        firm: bool,
    ) -> (Result<Stream, String>, Option<bytes::Bytes>) {
        match (response.sdp(), early) {
            (_, Some(stream)) if firm => (Ok(stream), None),
            (Some(body), _) if calling.offerless => match sdp::answer(&self.local, &body) {
                Ok((answer, stream)) => (Ok(stream), Some(answer)),
                Err(why) => (Err(why.to_string()), None),
            },
            (Some(body), _) => (sdp::accept(&self.local, &body).map_err(|why| why.to_string()), None),
            // Against RFC 3261 §13.2.1, but met: the answer stood in an unreliable 183 only.
            (None, Some(stream)) => (Ok(stream), None),
            (None, None) => (Err("the 2xx holds no SDP".into()), None),
        }
    }

    fn on_refused<O: Clone + std::fmt::Debug>(
        &mut self,
        calling: Box<Calling>,
        response: &Message,
        cx: &mut Context<'_, O>,
    ) {
        let status = response.status().unwrap_or(0);
        if calling.cancelled {
            return self.finish_calling(&calling, End::Ours);
        }
        match status {
            401 | 407 => self.authorize(calling, status, response, cx),
            422 if !calling.raised && response.number(&Name::MinSe).is_some() => self.ask_longer(calling, response, cx),
            300..=399 => {
                let targets = response.contacts().unwrap_or_default().into_iter().map(|contact| contact.uri).collect();
                self.finish_calling(&calling, End::Refused(Box::new(response.clone())));
                self.events.pop_back();
                self.events.push_back(Event::Redirected(targets));
            }
            _ => self.finish_calling(&calling, End::Refused(Box::new(response.clone()))),
        }
    }

    /// Answers a challenge, or says why not.
    fn authorize<O: Clone + std::fmt::Debug>(
        &mut self,
        mut calling: Box<Calling>,
        status: u16,
        response: &Message,
        cx: &mut Context<'_, O>,
    ) {
        let mut request = calling.request.clone();
        let answer = match &mut self.auth {
            Some(auth) => auth.answer(&request, response, calling.answered, cx.random).map_err(|why| why.to_string()),
            None => Err("the PBX asks for a password and none is configured".to_owned()),
        };
        match answer {
            Ok(fields) => {
                request.remove(&Name::Authorization);
                request.remove(&Name::ProxyAuthorization);
                fields.into_iter().for_each(|(name, value)| request.push(name, value));
                calling.answered += 1;
                self.invite_again(calling, request, cx);
            }
            Err(why) => self.finish_calling(&calling, End::Unauthorized { status, why }),
        }
    }

    /// Session interval too small (RFC 4028 §6): once more with theirs.
    fn ask_longer<O: Clone + std::fmt::Debug>(
        &mut self,
        mut calling: Box<Calling>,
        response: &Message,
        cx: &mut Context<'_, O>,
    ) {
        let least = Duration::from_secs(u64::from(response.number(&Name::MinSe).unwrap_or(0)));
        let expires = self.settings.timer.expires.unwrap_or(least).max(least);
        let mut request = calling.request.clone();
        fields::put_session_expires(&mut request, expires, fields::role_as_uac(self.settings.timer.refresher));
        request.set(Name::MinSe, least.as_secs().to_string());
        calling.raised = true;
        self.invite_again(calling, request, cx);
    }

    /// The same INVITE with the next CSeq (RFC 3261 §22.2: same Call-ID, same From tag).
    fn invite_again<O: Clone + std::fmt::Debug>(
        &mut self,
        mut calling: Box<Calling>,
        mut request: Message,
        cx: &mut Context<'_, O>,
    ) {
        let highest = calling.forks.values().map(|early| early.dialog.local_cseq).max().unwrap_or(0);
        let cseq = request.cseq().map_or(1, |(number, _)| number).max(highest) + 1;
        request.set(Name::CSeq, format!("{cseq} INVITE"));
        calling.forks.clear();
        calling.invite = self.send_invite(&request, &calling.next, cx);
        calling.request = request;
        self.state = State::Calling(calling);
    }

    /// The INVITE is over; told once, also when we had already said so by cancelling.
    pub(super) fn finish_calling(&mut self, calling: &Calling, end: End) {
        self.timers.cancel(&Timer::GiveUpCancel);
        self.state = State::Over;
        if !calling.cancelled {
            self.events.push_back(Event::Ended(end));
        }
    }
}

fn flow_of(next: &NextHop) -> Option<Flow> {
    match next {
        NextHop::Flow(flow) => Some(*flow),
        NextHop::Target(_) | NextHop::Destination(_) => None,
    }
}

/// CANCEL may wait for a provisional answer (64·T1 at most), then for the final one (64·T1 again).
const CANCEL_PATIENCE: Duration = Duration::from_secs(PATIENCE.as_secs() * 2 + 1);
