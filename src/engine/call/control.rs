//! What a person does with a call that is up: hold, mute, digits.

use crate::border::{Refusal, RefusalCode};
use crate::config::{DtmfMode, HoldMode};
use crate::id::CallId;
use crate::leg::OutDigit;
use crate::news::{Alert, News};
use crate::sdp::Direction;
use crate::sip::session::is_digit;

use super::live::Call;
use super::{Calls, Context, Order, Timer, session_context};

impl Calls {
    /// The far end hears our music, by the profile's way.
    pub(super) fn hold(&mut self, id: CallId, cx: &mut Context<'_>) -> Result<CallId, Refusal> {
        let call = self.answered(id, "be held")?;
        let conference = call.conference;
        if conference.and_then(|key| self.conferences.get(&key)).is_some_and(|conference| conference.desk.is_none()) {
            return Err(wrong(id, "it is bridged; a bridge cannot be held"));
        }
        let call = self.live(id)?;
        if call.is_unattended() {
            return Err(wrong(id, "it is being transferred; come back to it first"));
        }
        if !call.held {
            (call.held, call.held_at) = (true, cx.now.moment);
            want(call, cx);
            if let Some(alert) = call.account.profile.hold_alert {
                self.timers.set(Timer::ForgottenHold(id), cx.now.moment + alert);
            }
            self.story(id, "held", "", cx);
        }
        Ok(id)
    }

    /// Nobody has come back to a held call for long: told, and told again as long as it lasts.
    pub(super) fn on_forgotten_hold(&mut self, id: CallId, cx: &mut Context<'_>) {
        let Some(call) = self.calls.get(&id).filter(|call| call.held && !call.is_ended()) else { return };
        let Some(alert) = call.account.profile.hold_alert else { return };
        let account = call.account.name.clone();
        let seconds = cx.now.moment.since(call.held_at).as_secs();
        self.orders.push_back(Order::Tell(News::Alert(Alert::ForgottenHold { call: id, account, seconds })));
        self.timers.set(Timer::ForgottenHold(id), cx.now.moment + alert);
    }

    pub(super) fn consent_to_adverts(&mut self, id: CallId, on: bool) -> Result<CallId, Refusal> {
        self.live(id)?.advert_consent = on;
        Ok(id)
    }

    pub(super) fn resume(&mut self, id: CallId, cx: &mut Context<'_>) -> Result<CallId, Refusal> {
        self.answered(id, "be resumed")?;
        if self.phone_first(id, cx)? {
            return Ok(id);
        }
        let call = self.live(id)?;
        let conference = call.conference;
        if call.held {
            self.unhold(id, cx);
            self.story(id, "resumed", "", cx);
        }
        if let Some(conference) = conference.and_then(|key| self.conferences.get_mut(&key)) {
            conference.away = false;
        }
        self.hold_others(id, cx);
        Ok(id)
    }

    /// What was held is held no more.
    pub(super) fn unhold(&mut self, id: CallId, cx: &mut Context<'_>) {
        let Some(call) = self.calls.get_mut(&id) else { return };
        call.held = false;
        want(call, cx);
        self.timers.cancel(&Timer::ForgottenHold(id));
    }

    /// The microphone of the desk the call is at: a person who muted it stays so in whatever call they turn to.
    pub(super) fn mute(&mut self, id: CallId, muted: bool) -> Result<CallId, Refusal> {
        let call = self.live(id)?;
        let (own, conference) = (call.desk.clone(), call.conference);
        let led = conference.and_then(|key| self.conferences.get(&key)).and_then(|conference| conference.desk.clone());
        if let Some(desk) = self.desks.get_mut(&led.unwrap_or(own)) {
            desk.muted = muted;
        }
        Ok(id)
    }

    /// Keys of the keypad, sent the profile's way (VZ-09).
    pub(super) fn dtmf(&mut self, id: CallId, digits: &str, cx: &mut Context<'_>) -> Result<CallId, Refusal> {
        let keys: Vec<char> = digits.chars().map(|digit| digit.to_ascii_uppercase()).collect();
        if keys.is_empty() || keys.len() > MAX_DIGITS || !keys.iter().all(|key| is_digit(*key)) {
            let text = format!("digits are 1 to {MAX_DIGITS} of 0-9 * # A-D");
            return Err(Refusal::new(RefusalCode::BadRequest, text));
        }
        let call = self.live(id)?;
        let Some(stream) = call.stream.clone() else {
            return Err(wrong(id, "nothing is agreed on yet that could carry a digit"));
        };
        if call.digits.len() + keys.len() > MAX_DIGITS {
            return Err(Refusal::new(
                RefusalCode::BadRequest,
                format!("call {id} still has digits to send; wait for them"),
            ));
        }
        let mode = call.account.profile.dtmf;
        if mode == DtmfMode::Info && !call.is_answered() {
            return Err(wrong(id, "digits by INFO need an answered call"));
        }
        if mode == DtmfMode::Info {
            let keys: Vec<(char, u16)> = keys.iter().map(|key| (*key, DIGIT_MS)).collect();
            call.session.send_digits(&keys, &mut session_context(id, cx));
        } else {
            let inband = mode == DtmfMode::Inband || stream.telephone_event.is_none();
            for digit in keys {
                call.next_digit += 1;
                call.digits.push_back(OutDigit { number: call.next_digit, digit, duration_ms: DIGIT_MS, inband });
            }
        }
        self.story(id, "digits-sent", "", cx);
        Ok(id)
    }

    /// A person talks in one call at a desk: the other ones that talk there are held.
    pub(super) fn hold_others(&mut self, id: CallId, cx: &mut Context<'_>) {
        let Some((desk, conference)) = self.calls.get(&id).map(|call| (call.desk.clone(), call.conference)) else {
            return;
        };
        let others: Vec<CallId> = self.calls_at(&desk).map(|call| call.id).filter(|other| *other != id).collect();
        for other in others {
            let Some(call) = self.calls.get(&other).filter(|call| call.is_answered() && !call.held) else { continue };
            if call.conference.is_some() && call.conference == conference {
                continue;
            }
            if !self.step_out(other) && self.hold(other, cx).is_err() {
                continue;
            }
            self.touch(other, cx);
        }
    }

    /// The leader of this call's conference talks elsewhere now: who can talk with others does so. False where it must be held.
    pub(super) fn step_out(&mut self, id: CallId) -> bool {
        let conference = self.calls.get(&id).and_then(|call| call.conference);
        match conference.and_then(|key| self.conferences.get_mut(&key)) {
            Some(conference) if conference.members.len() > 1 => {
                conference.away = true;
                true
            }
            Some(_) | None => false,
        }
    }

    pub(super) fn answered(&mut self, id: CallId, wish: &str) -> Result<&mut Call, Refusal> {
        let call = self.live(id)?;
        match call.is_answered() {
            true => Ok(call),
            false => Err(wrong(id, &format!("it is not answered yet, so it cannot {wish}"))),
        }
    }
}

/// Tells the session the direction that the hold asks for.
fn want(call: &mut Call, cx: &mut Context<'_>) {
    let direction = match (call.held, call.account.profile.hold) {
        (false, _) | (true, HoldMode::Local) => Direction::SendRecv,
        (true, HoldMode::Sendonly) => Direction::SendOnly,
        (true, HoldMode::Inactive) => Direction::Inactive,
    };
    call.session.want(direction, &mut session_context(call.id, cx));
}

pub(super) fn wrong(id: CallId, why: &str) -> Refusal {
    Refusal::new(RefusalCode::WrongState, format!("call {id}: {why}"))
}

/// Waiting digits, at most.
const MAX_DIGITS: usize = 64;
/// How long a key is pressed: long enough for every IVR, Q.24 asks 40 ms.
const DIGIT_MS: u16 = 100;
