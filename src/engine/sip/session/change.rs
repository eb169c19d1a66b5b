//! Offers inside an established dialog, both ways: hold and resume by re-INVITE, UPDATE, glare (RFC 3261 §14, RFC 3311).

use std::time::Duration;

use crate::id::TransactionId;
use crate::sdp::{self, Direction, LocalMedia};
use crate::sip::header::Name;
use crate::sip::message::{Message, Method};

use super::fields::{put_session_expires, put_usual};
use super::ringing::check_interval;
use super::{Context, Event, Purpose, Session, State, Timer};

impl Session {
    /// Wants the stream to flow this way; a re-INVITE says so as soon as it may.
    pub fn want<O: Clone + std::fmt::Debug>(&mut self, direction: Direction, cx: &mut Context<'_, O>) {
        self.local.direction = direction;
        self.settle(cx);
    }

    /// Sends what is wanted and not yet agreed, when nothing else is on its way.
    pub(super) fn settle<O: Clone + std::fmt::Debug>(&mut self, cx: &mut Context<'_, O>) {
        let State::Up(up) = &self.state else { return };
        if up.agreed != self.local.direction {
            self.offer_anew(cx);
        }
    }

    /// Whether an offer of ours would cross another one.
    fn is_negotiating(&self) -> bool {
        let pending = self.pending.values().any(|pending| matches!(pending.purpose, Purpose::Change { .. }));
        let unacked = match &self.state {
            State::Up(up) => up.unacked.is_some(),
            State::Calling(_) | State::Ringing(_) | State::Ending(_) | State::Over => true,
        };
        pending || unacked || self.timers.get(&Timer::RetryChange).is_some()
    }

    /// A re-INVITE with our present description. Does nothing while another negotiation runs: `settle` comes back to it.
    pub(super) fn offer_anew<O: Clone + std::fmt::Debug>(&mut self, cx: &mut Context<'_, O>) {
        if self.is_negotiating() {
            return;
        }
        let State::Up(up) = &mut self.state else { return };
        self.local.origin = self.local.origin.next();
        let mut request = up.dialog.request(Method::Invite);
        put_usual(&mut request, &self.settings.contact, self.settings.prack);
        if let Some(plan) = &up.plan {
            put_session_expires(&mut request, plan.interval, Some(plan.role_as_uac()));
            request.set(Name::MinSe, self.settings.timer.min_se.as_secs().to_string());
        }
        request.set_body("application/sdp", sdp::offer(&self.local));
        let next = up.next();
        self.send(Purpose::Change { offered: self.local.direction }, request, next, cx);
    }

    /// Our offer was accepted.
    pub(super) fn on_changed<O: Clone + std::fmt::Debug>(
        &mut self,
        offered: Direction,
        response: &Message,
        cx: &mut Context<'_, O>,
    ) {
        let said = LocalMedia { direction: offered, ..self.local.clone() };
        let State::Up(up) = &mut self.state else { return self.acknowledge_while_ending(response, cx) };
        up.dialog.refresh_target(response);
        up.learn(response);
        let (cseq, method) = response.cseq().unwrap_or((0, Method::Invite));
        if method == Method::Invite {
            let ack = up.dialog.ack(cseq);
            up.first.ack = Some((cseq, ack.clone()));
            up.first.next = up.next();
            cx.ua.send_ack(ack, up.next(), cx.now, cx.random);
        }
        up.glares = 0;
        up.agreed = offered;
        if let Some(Ok(stream)) = response.sdp().map(|body| sdp::accept(&said, &body)) {
            up.stream = Some(stream.clone());
            self.events.push_back(Event::Media(stream));
        }
        self.on_refreshed(response, cx);
        self.settle(cx);
    }

    /// A 2xx to our re-INVITE that crossed our BYE still wants its ACK.
    fn acknowledge_while_ending<O: Clone + std::fmt::Debug>(&mut self, response: &Message, cx: &mut Context<'_, O>) {
        let State::Ending(ending) = &mut self.state else { return };
        if let Ok((cseq, Method::Invite)) = response.cseq() {
            let ack = ending.dialog.ack(cseq);
            ending.first.ack = Some((cseq, ack.clone()));
            let next = super::next_hop(&ending.dialog, ending.flow);
            cx.ua.send_ack(ack, next, cx.now, cx.random);
        }
    }

    /// Our offer was refused: after glare once more, else everything is as before (RFC 3261 §14.1).
    pub(super) fn on_change_refused<O: Clone + std::fmt::Debug>(
        &mut self,
        offered: Direction,
        status: u16,
        cx: &mut Context<'_, O>,
    ) {
        let State::Up(up) = &mut self.state else { return };
        if status == 491 {
            let pause = glare_pause(up.first.is_ours(), cx.random.below(201), cx.random.below(191));
            return self.offer_later(offered, status, pause, cx);
        }
        let (wanted, agreed) = (self.local.direction, up.agreed);
        match wanted == offered && offered != agreed {
            true => {
                self.local.direction = agreed;
                self.events.push_back(Event::ChangeRefused { status });
            }
            // It was a refresh, or something else is wanted by now.
            false => self.settle(cx),
        }
    }

    /// Two offers crossed: ours again after a pause; a peer that always has one of its own is believed in the end.
    pub(super) fn offer_later<O: Clone + std::fmt::Debug>(
        &mut self,
        offered: Direction,
        status: u16,
        pause: Duration,
        cx: &mut Context<'_, O>,
    ) {
        let State::Up(up) = &mut self.state else { return };
        up.glares += 1;
        if up.glares <= MAX_GLARES {
            return self.timers.set(Timer::RetryChange, cx.now.moment + pause);
        }
        up.glares = 0;
        if self.local.direction == offered {
            self.local.direction = up.agreed;
            self.events.push_back(Event::ChangeRefused { status });
        }
    }

    /// Their re-INVITE.
    pub(super) fn on_reinvite<O: Clone + std::fmt::Debug>(
        &mut self,
        id: TransactionId,
        request: &Message,
        cx: &mut Context<'_, O>,
    ) {
        let State::Up(up) = &mut self.state else { return };
        let ours_pending = self.pending.values().any(|pending| matches!(pending.purpose, Purpose::Change { .. }));
        // Our own offer waits for its answer, in a 2xx or in an ACK (RFC 3261 §14.2). A 2xx of ours that only waits for
        // its ACK is no obstacle: who goes on has seen it (RFC 5407 §3.1.4).
        let we_offered = up.unacked.as_ref().is_some_and(|unacked| unacked.offered.is_some());
        if ours_pending || we_offered {
            return cx.ua.respond(id, Message::response(request, 491), cx.now);
        }
        if let Err(response) = check_interval(&self.settings, request) {
            return cx.ua.respond(id, *response, cx.now);
        }
        up.dialog.refresh_target(request);
        up.learn(request);
        let mut response = Message::response(request, 200);
        put_usual(&mut response, &self.settings.contact, self.settings.prack);
        self.local.origin = self.local.origin.next();
        let offered = match request.sdp() {
            None => {
                response.set_body("application/sdp", sdp::offer(&self.local));
                Some(self.local.direction)
            }
            Some(body) => match self.take_offer(&body, &mut response) {
                true => None,
                false => return cx.ua.respond(id, response, cx.now),
            },
        };
        self.start_timer_as_uas(request, &mut response, cx);
        self.answer_invite(id, request, response, offered, cx);
    }

    /// Their UPDATE, with an offer or without (RFC 3311 §5.2).
    pub(super) fn on_update<O: Clone + std::fmt::Debug>(
        &mut self,
        id: TransactionId,
        request: &Message,
        cx: &mut Context<'_, O>,
    ) {
        let ours_pending = self.pending.values().any(|pending| matches!(pending.purpose, Purpose::Change { .. }));
        let State::Up(up) = &mut self.state else { return };
        let offered = request.sdp();
        let we_offered = up.unacked.as_ref().is_some_and(|unacked| unacked.offered.is_some());
        if offered.is_some() && (ours_pending || we_offered) {
            return cx.ua.respond(id, Message::response(request, 491), cx.now);
        }
        if let Err(response) = check_interval(&self.settings, request) {
            return cx.ua.respond(id, *response, cx.now);
        }
        up.dialog.refresh_target(request);
        up.learn(request);
        let mut response = Message::response(request, 200);
        put_usual(&mut response, &self.settings.contact, self.settings.prack);
        if let Some(body) = offered {
            self.local.origin = self.local.origin.next();
            if !self.take_offer(&body, &mut response) {
                return cx.ua.respond(id, response, cx.now);
            }
        }
        self.start_timer_as_uas(request, &mut response, cx);
        cx.ua.respond(id, response, cx.now);
    }

    /// Puts our answer to their offer into `response`, or turns it into the refusal. The session goes on either way.
    fn take_offer(&mut self, body: &[u8], response: &mut Message) -> bool {
        match sdp::answer(&self.local, body) {
            Ok((answer, stream)) => {
                response.set_body("application/sdp", answer);
                if let State::Up(up) = &mut self.state {
                    up.agreed = self.local.direction;
                    up.stream = Some(stream.clone());
                }
                self.events.push_back(Event::Media(stream));
                true
            }
            Err(why) => {
                let status = why.status();
                response.start = crate::sip::message::Start::Response {
                    status,
                    reason: crate::sip::message::reason_phrase(status).to_owned(),
                };
                false
            }
        }
    }

    /// The ACK to a 2xx of ours.
    pub fn on_ack<O: Clone + std::fmt::Debug>(&mut self, ack: &Message, cx: &mut Context<'_, O>) {
        let State::Up(up) = &mut self.state else { return };
        let cseq = ack.cseq().map(|(number, _)| number).ok();
        let Some(unacked) = up.unacked.take_if(|unacked| Some(unacked.cseq) == cseq) else { return };
        self.timers.cancel(&Timer::RepeatAnswer);
        self.timers.cancel(&Timer::GiveUpAck);
        if let Some(offered) = unacked.offered {
            let said = LocalMedia { direction: offered, ..self.local.clone() };
            match ack.sdp().map(|body| sdp::accept(&said, &body)) {
                Some(Ok(stream)) => {
                    up.stream = Some(stream.clone());
                    up.agreed = offered;
                    self.events.push_back(Event::Media(stream));
                }
                // Without an answer the old description stands; a first one never stood.
                Some(Err(_)) | None if up.stream.is_some() => {}
                Some(Err(_)) | None => {
                    let why = super::End::Media("the ACK holds no usable answer to our offer".into());
                    return self.lose(why, "no answer in ACK", cx);
                }
            }
        }
        self.events.push_back(Event::Established);
        self.settle(cx);
    }
}

/// 2.1–4 s for the owner of the Call-ID, 0–2 s for the other, in units of 10 ms (RFC 3261 §14.1).
fn glare_pause(owner: bool, short: u32, long: u32) -> Duration {
    match owner {
        true => Duration::from_millis(2_100 + 10 * u64::from(long)),
        false => Duration::from_millis(10 * u64::from(short)),
    }
}

/// Offers of ours in a row that may be refused for glare.
const MAX_GLARES: u8 = 5;
