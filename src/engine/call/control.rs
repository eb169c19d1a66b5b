//! What a person does with a call that is up: hold, mute, digits, bridge.

use crate::border::{Refusal, RefusalCode};
use crate::config::{DtmfMode, HoldMode};
use crate::id::CallId;
use crate::leg::OutDigit;
use crate::sdp::Direction;
use crate::sip::session::is_digit;

use super::live::Call;
use super::{Calls, Context, session_context};

impl Calls {
    /// The far end hears our music, by the profile's way.
    pub(super) fn hold(&mut self, id: CallId, cx: &mut Context<'_>) -> Result<CallId, Refusal> {
        let call = self.answered(id, "be held")?;
        if call.bridged.is_some() {
            return Err(wrong(id, "it is bridged; a bridge cannot be held"));
        }
        if !call.held {
            call.held = true;
            want(call, cx);
            self.story(id, "held", "", cx);
        }
        Ok(id)
    }

    pub(super) fn resume(&mut self, id: CallId, cx: &mut Context<'_>) -> Result<CallId, Refusal> {
        let call = self.answered(id, "be resumed")?;
        if call.held {
            call.held = false;
            want(call, cx);
            self.hold_others(id, cx);
            self.story(id, "resumed", "", cx);
        }
        Ok(id)
    }

    pub(super) fn mute(&mut self, id: CallId, muted: bool) -> Result<CallId, Refusal> {
        self.live(id)?.muted = muted;
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

    /// Joins the far ends of two answered calls. Held ones are resumed; their devices fall silent.
    pub(super) fn bridge(&mut self, first: CallId, second: CallId, cx: &mut Context<'_>) -> Result<CallId, Refusal> {
        if first == second {
            return Err(Refusal::new(RefusalCode::BadRequest, "a call cannot be bridged with itself"));
        }
        let mut legs = Vec::new();
        for id in [first, second] {
            let call = self.answered(id, "be bridged")?;
            if call.bridged.is_some() {
                return Err(wrong(id, "it is bridged already"));
            }
            legs.push(call.leg);
        }
        for (id, other, leg) in [(first, second, legs[1]), (second, first, legs[0])] {
            let call = self.live(id)?;
            call.bridged = Some((other, leg));
            if std::mem::take(&mut call.held) {
                want(call, cx);
            }
            self.story(id, "bridged", &other.to_string(), cx);
        }
        self.touch(second, cx);
        Ok(first)
    }

    /// A device that can talk in one call only: the account's other talking calls are held.
    pub(super) fn hold_others(&mut self, id: CallId, cx: &mut Context<'_>) {
        let Some(account) = self.calls.get(&id).map(|call| call.account.clone()).filter(|account| account.exclusive)
        else {
            return;
        };
        let others: Vec<CallId> =
            self.by_account.get(&account.name).into_iter().flatten().copied().filter(|other| *other != id).collect();
        for other in others {
            let talks =
                self.calls.get(&other).is_some_and(|call| call.is_answered() && !call.held && call.bridged.is_none());
            if talks && self.hold(other, cx).is_ok() {
                self.touch(other, cx);
            }
        }
    }

    fn answered(&mut self, id: CallId, wish: &str) -> Result<&mut Call, Refusal> {
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
