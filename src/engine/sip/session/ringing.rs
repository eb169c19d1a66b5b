//! Their INVITE until our final answer: provisional answers, reliable ones too, accept, refuse, CANCEL.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;

use crate::border::Flow;
use crate::config::PrackMode;
use crate::id::TransactionId;
use crate::leg::Stream;
use crate::sdp::{self, Direction, LocalMedia};
use crate::sip::auth::AuthClient;
use crate::sip::dialog::Dialog;
use crate::sip::header::Name;
use crate::sip::message::Message;
use crate::sip::ua::NextHop;

use super::fields::{self, put_tag, put_usual};
use super::late::First;
use super::up::{Unacked, Up};
use super::{Context, End, Event, PATIENCE, Session, Settings, State, T1, T2, Timer};

/// Their INVITE without our final answer.
#[derive(Debug)]
pub(super) struct Ringing {
    pub invite: TransactionId,
    pub request: Message,
    pub flow: Flow,
    pub dialog: Dialog,
    pub offer: Offer,
    /// Our reliable provisional answer that waits for its PRACK; one at a time.
    pub reliable: Option<Reliable>,
    /// RSeq of the last reliable answer.
    rseq: u32,
    /// The direction our description says, or will.
    pub said: Direction,
    /// The person accepted; the 2xx waits for a PRACK (RFC 3262 §3).
    accepted: bool,
}

/// Who makes the first offer.
#[derive(Debug)]
pub(super) enum Offer {
    /// Theirs stood in the INVITE, this is our answer to it.
    Theirs { answer: Bytes, stream: Stream },
    /// The INVITE had none: ours goes out in the first reliable answer.
    Ours,
    /// Agreed by a reliable answer and its PRACK.
    Agreed(Stream),
}

/// A reliable provisional answer.
#[derive(Debug)]
pub(super) struct Reliable {
    response: Message,
    pub rseq: u32,
    interval: Duration,
    pub carries_sdp: bool,
}

impl Session {
    /// Takes an INVITE. `Err` is the final answer to send instead, complete but for what the transaction adds.
    pub fn incoming<O: Clone + std::fmt::Debug>(
        settings: Settings,
        local: LocalMedia,
        auth: Option<AuthClient>,
        (invite, flow, request): (TransactionId, Flow, Message),
        cx: &mut Context<'_, O>,
    ) -> Result<Session, Box<Message>> {
        check(&settings, &request)?;
        let local_tag = cx.random.token(64);
        let offer = match request.sdp() {
            None => Offer::Ours,
            Some(body) => match sdp::answer(&local, &body) {
                Ok((answer, stream)) => Offer::Theirs { answer, stream },
                Err(why) => {
                    return Err(refusal(
                        &request,
                        why.status(),
                        &[(Name::Warning, format!("304 ramal \"{}\"", quoted(&why.to_string())))],
                    ));
                }
            },
        };
        let dialog =
            Dialog::uas(&request, &local_tag, settings.contact.clone()).map_err(|_| refusal(&request, 400, &[]))?;
        let call_id = dialog.call_id.clone();
        let ringing = Ringing {
            said: local.direction,
            invite,
            request,
            flow,
            dialog,
            offer,
            reliable: None,
            rseq: cx.random.below(1 << 30),
            accepted: false,
        };
        Ok(Session {
            settings,
            local,
            auth,
            call_id,
            local_tag,
            state: State::Ringing(Box::new(ringing)),
            pending: BTreeMap::new(),
            refer: None,
            referred: None,
            referred_before: false,
            timers: Default::default(),
            events: Default::default(),
        })
    }

    /// Says 180, or 183 with our SDP for early media; reliably where the peer or the profile asks for it.
    pub fn ring<O: Clone + std::fmt::Debug>(&mut self, status: u16, cx: &mut Context<'_, O>) {
        let State::Ringing(ringing) = &mut self.state else { return };
        if ringing.reliable.is_some() || ringing.accepted {
            return;
        }
        let mut response = Message::response(&ringing.request, status);
        put_tag(&mut response, &self.local_tag);
        put_usual(&mut response, &self.settings.contact, self.settings.prack);
        let reliable = ringing.wants_reliable(self.settings.prack);
        let mut carries_sdp = false;
        match &ringing.offer {
            Offer::Theirs { answer, .. } if status == 183 => {
                response.set_body("application/sdp", answer.clone());
                carries_sdp = true;
            }
            // The first reliable answer to an INVITE without an offer makes it (RFC 3262 §5).
            Offer::Ours if reliable => {
                response.set_body("application/sdp", sdp::offer(&self.local));
                carries_sdp = true;
            }
            Offer::Theirs { .. } | Offer::Ours | Offer::Agreed(_) => {}
        }
        if reliable {
            ringing.rseq += 1;
            response.set(Name::Require, "100rel");
            response.set(Name::RSeq, ringing.rseq.to_string());
            ringing.reliable =
                Some(Reliable { response: response.clone(), rseq: ringing.rseq, interval: T1, carries_sdp });
            self.timers.set(Timer::RepeatReliable, cx.now.moment + T1);
            self.timers.set(Timer::GiveUpPrack, cx.now.moment + PATIENCE);
        }
        cx.ua.respond(ringing.invite, response, cx.now);
    }

    /// Picks up: 200 with our answer, or with our offer.
    pub fn accept<O: Clone + std::fmt::Debug>(&mut self, cx: &mut Context<'_, O>) {
        match std::mem::replace(&mut self.state, State::Over) {
            State::Ringing(mut ringing) if ringing.reliable.as_ref().is_some_and(|reliable| reliable.carries_sdp) => {
                ringing.accepted = true;
                self.state = State::Ringing(ringing);
            }
            State::Ringing(ringing) => self.accept_now(*ringing, cx),
            other @ (State::Calling(_) | State::Up(_) | State::Ending(_) | State::Over) => self.state = other,
        }
    }

    fn accept_now<O: Clone + std::fmt::Debug>(&mut self, ringing: Ringing, cx: &mut Context<'_, O>) {
        let mut response = Message::response(&ringing.request, 200);
        put_tag(&mut response, &self.local_tag);
        put_usual(&mut response, &self.settings.contact, self.settings.prack);
        let (stream, offered) = match ringing.offer {
            Offer::Theirs { answer, stream } => {
                response.set_body("application/sdp", answer);
                (Some(stream), None)
            }
            Offer::Ours => {
                response.set_body("application/sdp", sdp::offer(&self.local));
                (None, Some(self.local.direction))
            }
            Offer::Agreed(stream) => (Some(stream), None),
        };
        self.timers.cancel(&Timer::RepeatReliable);
        self.timers.cancel(&Timer::GiveUpPrack);
        let tag = ringing.dialog.remote.tag().unwrap_or_default().to_owned();
        let next = NextHop::Flow(ringing.flow);
        let mut up = Up::new(ringing.dialog, ringing.flow, First::theirs(tag, next), ringing.said);
        up.learn(&ringing.request);
        let cseq = ringing.request.cseq().map_or(0, |(number, _)| number);
        up.unpracked = ringing.reliable.map(|reliable| (reliable.rseq, cseq));
        up.stream = stream.clone();
        self.state = State::Up(Box::new(up));
        self.start_timer_as_uas(&ringing.request, &mut response, cx);
        self.answer_invite(ringing.invite, &ringing.request, response, offered, cx);
        if let Some(stream) = stream {
            self.events.push_back(Event::Media(stream));
        }
    }

    /// Sends a 2xx to an INVITE, first or later, and repeats it until the ACK.
    pub(super) fn answer_invite<O: Clone + std::fmt::Debug>(
        &mut self,
        invite: TransactionId,
        request: &Message,
        response: Message,
        offered: Option<Direction>,
        cx: &mut Context<'_, O>,
    ) {
        cx.ua.respond(invite, response.clone(), cx.now);
        let cseq = request.cseq().map_or(0, |(number, _)| number);
        if let State::Up(up) = &mut self.state {
            up.unacked = Some(Unacked { invite, cseq, response, offered, interval: T1 });
            self.timers.set(Timer::RepeatAnswer, cx.now.moment + T1);
            self.timers.set(Timer::GiveUpAck, cx.now.moment + PATIENCE);
        }
    }

    /// T1, doubling to T2, on every transport (RFC 3261 §13.3.1.4).
    pub(super) fn repeat_answer<O: Clone + std::fmt::Debug>(&mut self, cx: &mut Context<'_, O>) {
        let State::Up(up) = &mut self.state else { return };
        let Some(unacked) = &mut up.unacked else { return };
        cx.ua.respond(unacked.invite, unacked.response.clone(), cx.now);
        unacked.interval = (unacked.interval * 2).min(T2);
        self.timers.set(Timer::RepeatAnswer, cx.now.moment + unacked.interval);
    }

    /// T1, doubling without a ceiling (RFC 3262 §3).
    pub(super) fn repeat_reliable<O: Clone + std::fmt::Debug>(&mut self, cx: &mut Context<'_, O>) {
        let State::Ringing(ringing) = &mut self.state else { return };
        let Some(reliable) = &mut ringing.reliable else { return };
        cx.ua.respond(ringing.invite, reliable.response.clone(), cx.now);
        reliable.interval *= 2;
        self.timers.set(Timer::RepeatReliable, cx.now.moment + reliable.interval);
    }

    /// Rejected with a 5xx (RFC 3262 §3).
    pub(super) fn give_up_prack<O: Clone + std::fmt::Debug>(&mut self, cx: &mut Context<'_, O>) {
        match std::mem::replace(&mut self.state, State::Over) {
            State::Ringing(ringing) => {
                self.refuse(&ringing, 504, None, cx);
                self.events.pop_back();
                self.events.push_back(Event::Ended(End::NoPrack));
            }
            other @ (State::Calling(_) | State::Up(_) | State::Ending(_) | State::Over) => self.state = other,
        }
    }

    /// The final answer that is no yes. The state is over already.
    pub(super) fn refuse<O: Clone + std::fmt::Debug>(
        &mut self,
        ringing: &Ringing,
        status: u16,
        reason: Option<String>,
        cx: &mut Context<'_, O>,
    ) {
        let mut response = Message::response(&ringing.request, status);
        put_tag(&mut response, &self.local_tag);
        if let Some(reason) = reason {
            response.push(Name::Reason, reason);
        }
        self.timers = Default::default();
        cx.ua.respond(ringing.invite, response, cx.now);
        self.events.push_back(Event::Ended(End::Ours));
    }

    /// The peer's CANCEL: 487 (RFC 3261 §9.2). Too late once we have answered.
    pub fn on_cancel<O: Clone + std::fmt::Debug>(&mut self, cancel: &Message, cx: &mut Context<'_, O>) {
        match std::mem::replace(&mut self.state, State::Over) {
            State::Ringing(ringing) => {
                self.refuse(&ringing, 487, None, cx);
                self.events.pop_back();
                self.events.push_back(Event::Ended(End::Cancelled(Box::new(cancel.clone()))));
            }
            other @ (State::Calling(_) | State::Up(_) | State::Ending(_) | State::Over) => self.state = other,
        }
    }

    /// After a PRACK was answered: the 2xx that waited for it.
    pub(super) fn accept_if_waiting<O: Clone + std::fmt::Debug>(&mut self, cx: &mut Context<'_, O>) {
        match std::mem::replace(&mut self.state, State::Over) {
            State::Ringing(ringing) if ringing.accepted && ringing.reliable.is_none() => self.accept_now(*ringing, cx),
            other @ (State::Calling(_) | State::Ringing(_) | State::Up(_) | State::Ending(_) | State::Over) => {
                self.state = other;
            }
        }
    }
}

impl Ringing {
    fn wants_reliable(&self, ours: PrackMode) -> bool {
        let required = self.request.lists(&Name::Require, "100rel");
        let supported = self.request.lists(&Name::Supported, "100rel");
        required || (supported && ours == PrackMode::Required)
    }

    /// What the next start sends when this one dies now: the final answer, ready (SP-14).
    pub fn rescue(&self, tag: &str, status: u16) -> Message {
        let mut response = Message::response(&self.request, status);
        put_tag(&mut response, tag);
        response
    }
}

/// What must hold before an INVITE is worth a dialog.
fn check(settings: &Settings, request: &Message) -> Result<(), Box<Message>> {
    let unsupported = fields::unsupported(request);
    if !unsupported.is_empty() {
        return Err(refusal(request, 420, &[(Name::Unsupported, unsupported.join(", "))]));
    }
    check_interval(settings, request)?;
    if !request.body.is_empty() && request.sdp().is_none() {
        return Err(refusal(request, 415, &[(Name::Accept, "application/sdp".into())]));
    }
    Ok(())
}

/// RFC 4028 §9: an interval below ours is refused where the peer can ask again.
pub(super) fn check_interval(settings: &Settings, request: &Message) -> Result<(), Box<Message>> {
    let least = settings.timer.min_se;
    let short = fields::session_expires(request).is_some_and(|(expires, _)| expires < least);
    match short && request.lists(&Name::Supported, "timer") {
        true => Err(refusal(request, 422, &[(Name::MinSe, least.as_secs().to_string())])),
        false => Ok(()),
    }
}

fn refusal(request: &Message, status: u16, extra: &[(Name, String)]) -> Box<Message> {
    let mut response = Message::response(request, status);
    extra.iter().for_each(|(name, value)| response.push(name.clone(), value.clone()));
    Box::new(response)
}

fn quoted(text: &str) -> String {
    text.replace(['"', '\\', '\r', '\n'], "'")
}
