//! What follows from what happens: customers do their next thing, one half of a call follows the other.

use std::time::Duration;

use engine::id::LegId;
use engine::sip::session::{End, Event};

use super::leg::Part;
use super::{Calls, Context, Timer};
use crate::exchange::customer::{Behaviour, Voice};
use crate::exchange::log::{Outcome, Side};

impl Calls {
    /// News of a session.
    pub(super) fn follow(&mut self, id: LegId, event: Event, cx: &mut Context<'_>) {
        let Some(leg) = self.legs.get_mut(&id) else { return };
        match event {
            Event::Progress { status } => self.on_progress(id, status, cx),
            Event::Media(stream) => leg.stream = Some(stream),
            Event::Established => self.on_established(id, cx),
            Event::Digit { digit, duration_ms } => self.on_info(id, (digit, duration_ms), cx),
            // Nobody is followed to where an extension sends its callers: it counts as not there.
            Event::Redirected(_) => self.on_ended(id, Outcome::Redirected, 480, cx),
            Event::ChangeRefused { .. } => {}
            // Who wants to transfer here joins two calls: the exchange carries no REFER out, and sends none.
            Event::Referred(_) => {
                let why = "this exchange carries out no REFER";
                leg.session.refuse_refer(501, why, &mut cx.session(id));
            }
            Event::ReferrerTold => {}
            Event::TransferProgress { .. } | Event::TransferDone | Event::TransferFailed { .. } => {}
            Event::Ended(end) => {
                let (outcome, status) = outcome(leg.far, &end);
                self.on_ended(id, outcome, status, cx);
            }
        }
    }

    /// A customer's time has come.
    pub(super) fn on_customer(&mut self, id: LegId, cx: &mut Context<'_>) {
        let Some(leg) = self.legs.get_mut(&id) else { return };
        match &leg.part {
            Part::Ringing(customer) => match customer.then.clone() {
                Behaviour::Answer { voice, talk } => self.pick_up(id, voice, talk, cx),
                Behaviour::Refuse(status) => self.end(id, status, cx),
                Behaviour::RingOut => self.end(id, 480, cx),
                Behaviour::Silent | Behaviour::Redirect(_) => self.end(id, 408, cx),
            },
            Part::Calling { .. } => self.end(id, 487, cx),
            Part::Talking { .. } => self.end(id, 200, cx),
            Part::Half { .. } | Part::Over => {}
        }
    }

    /// A digit by INFO; digits in the stream go on with it.
    fn on_info(&mut self, id: LegId, digit: (char, u16), cx: &mut Context<'_>) {
        let Some(leg) = self.legs.get_mut(&id) else { return };
        match leg.part {
            Part::Half { other } => self.with_session(other, cx, |session, cx| session.send_digits(&[digit], cx)),
            Part::Talking { .. } | Part::Ringing(_) | Part::Calling { .. } | Part::Over => leg.hear(digit.0, cx.log),
        }
    }

    /// Ends a leg from our side; `status` where a final answer is due.
    pub(super) fn end(&mut self, id: LegId, status: u16, cx: &mut Context<'_>) {
        let Some(leg) = self.legs.get(&id) else { return };
        let outcome = match &leg.part {
            Part::Ringing(_) => Outcome::Refused { status },
            Part::Calling { .. } => Outcome::Cancelled,
            Part::Talking { .. } => Outcome::HungUp { by: leg.far.other() },
            Part::Half { .. } | Part::Over => Outcome::Refused { status },
        };
        cx.log.finish(leg.attempt, outcome, cx.now);
        self.with_session(id, cx, |session, cx| session.end(status, None, cx));
    }

    fn pick_up(&mut self, id: LegId, voice: Voice, talk: Option<Duration>, cx: &mut Context<'_>) {
        self.with_session(id, cx, |session, cx| session.accept(cx));
        self.talk(id, voice, talk, cx);
    }

    fn talk(&mut self, id: LegId, voice: Voice, talk: Option<Duration>, cx: &mut Context<'_>) {
        let Some(leg) = self.legs.get_mut(&id) else { return };
        cx.log.answered(leg.attempt, cx.now);
        if let Voice::SendDigits(digits) = &voice {
            leg.send_digits(digits);
        }
        leg.part = Part::Talking { voice, turn: 0, read: String::new() };
        self.timers.set(Timer::Customer(id), cx.now.moment + talk.unwrap_or(LONGEST_TALK));
        self.touch(id);
    }

    fn on_progress(&mut self, id: LegId, status: u16, cx: &mut Context<'_>) {
        let Some(leg) = self.legs.get(&id) else { return };
        if let Part::Half { other } = leg.part {
            let status = if status == 183 && leg.stream.is_some() { 183 } else { 180 };
            self.with_session(other, cx, |session, cx| session.ring(status, cx));
        }
    }

    /// The called extension picked up, or the caller's ACK came.
    fn on_established(&mut self, id: LegId, cx: &mut Context<'_>) {
        let Some(leg) = self.legs.get_mut(&id) else { return };
        match &leg.part {
            Part::Calling { voice, talk } => {
                let (voice, talk) = (voice.clone(), *talk);
                self.talk(id, voice, talk, cx);
            }
            Part::Half { other } => {
                let other = *other;
                cx.log.answered(leg.attempt, cx.now);
                self.with_session(other, cx, |session, cx| session.accept(cx));
            }
            Part::Ringing(_) | Part::Talking { .. } | Part::Over => {}
        }
    }

    /// A leg has ended: its port is free, and the other half ends with it.
    fn on_ended(&mut self, id: LegId, outcome: Outcome, status: u16, cx: &mut Context<'_>) {
        let Some(leg) = self.legs.get_mut(&id) else { return };
        cx.log.finish(leg.attempt, outcome, cx.now);
        let part = std::mem::replace(&mut leg.part, Part::Over);
        self.ports.give_back(leg.port);
        self.timers.cancel(&Timer::Customer(id));
        if let Part::Half { other } = part {
            self.with_session(other, cx, |session, cx| session.end(status, None, cx));
        }
    }
}

/// What an end means to the log, and to the caller of the other half.
fn outcome(far: Side, end: &End) -> (Outcome, u16) {
    match end {
        End::Refused(response) => {
            let status = response.status().unwrap_or(480);
            (Outcome::Refused { status }, status)
        }
        End::Unauthorized { status, .. } => (Outcome::Refused { status: *status }, 480),
        End::Cancelled(_) => (Outcome::Cancelled, 487),
        End::Bye(_) => (Outcome::HungUp { by: far }, 480),
        End::Failed(_) => (Outcome::Lost, 480),
        End::Lost { .. } | End::NoAck | End::NoPrack | End::Expired | End::Media(_) => (Outcome::Lost, 500),
        // Whoever ended it has logged why, and the first outcome stays.
        End::Ours => (Outcome::Lost, 480),
    }
}

/// Nobody talks longer to furniture: a caller that vanished without a BYE keeps no port for ever.
const LONGEST_TALK: Duration = Duration::from_secs(2 * 3_600);
