//! What answers our reliable provisional answers: PRACK (RFC 3262), and UPDATE before the final one (RFC 3311).

use crate::id::TransactionId;
use crate::random::Random;
use crate::sdp;
use crate::sip::header::Name;
use crate::sip::message::Message;

use super::ringing::{Offer, Reliable, Ringing};
use super::{Context, Event, Session, State, Timer};

impl Session {
    /// A PRACK for our reliable answer; the return value is the answer to the PRACK.
    pub(super) fn on_prack(&mut self, ringing: &mut Ringing, request: &Message) -> Message {
        let cseq = ringing.request.cseq().map_or(0, |(number, _)| number);
        let named = |reliable: &mut Reliable| names(request, reliable.rseq, cseq);
        let Some(reliable) = ringing.reliable.take_if(named) else {
            return Message::response(request, 481);
        };
        self.timers.cancel(&Timer::RepeatReliable);
        self.timers.cancel(&Timer::GiveUpPrack);
        let mut response = Message::response(request, 200);
        match (&ringing.offer, request.sdp()) {
            (Offer::Ours, Some(body)) if reliable.carries_sdp => match sdp::accept(&self.local, &body) {
                Ok(stream) => {
                    self.events.push_back(Event::Media(stream.clone()));
                    ringing.offer = Offer::Agreed(stream);
                }
                Err(why) => response = Message::response(request, why.status()),
            },
            (Offer::Theirs { stream, .. }, None) if reliable.carries_sdp => {
                ringing.offer = Offer::Agreed(stream.clone())
            }
            // A new offer in the PRACK (RFC 3262 §5): answered in its 2xx.
            (Offer::Theirs { .. } | Offer::Agreed(_), Some(body)) => match sdp::answer(&self.local, &body) {
                Ok((answer, stream)) => {
                    response.set_body("application/sdp", answer);
                    self.events.push_back(Event::Media(stream.clone()));
                    ringing.offer = Offer::Agreed(stream);
                }
                Err(why) => response = Message::response(request, why.status()),
            },
            (Offer::Theirs { .. } | Offer::Ours | Offer::Agreed(_), _) => {}
        }
        response
    }

    /// The 2xx overtook it; that is allowed (RFC 3262 §3).
    pub(super) fn on_late_prack<O: Clone + std::fmt::Debug>(
        &mut self,
        id: TransactionId,
        request: &Message,
        cx: &mut Context<'_, O>,
    ) {
        let State::Up(up) = &mut self.state else { return };
        let known = up.unpracked.take_if(|(rseq, cseq)| names(request, *rseq, *cseq)).is_some();
        cx.ua.respond(id, Message::response(request, if known { 200 } else { 481 }), cx.now);
    }

    /// An offer is taken once the first one is agreed on; before that it is theirs that waits, or ours (RFC 3311 §5.2).
    pub(super) fn on_update_ringing(
        &mut self,
        ringing: &mut Ringing,
        request: &Message,
        random: &mut Random,
    ) -> Message {
        let crossing = match &ringing.offer {
            Offer::Agreed(_) => None,
            Offer::Theirs { .. } => Some(500),
            Offer::Ours => Some(491),
        };
        let (mut response, stream) = self.update_early(&mut ringing.dialog, crossing, request);
        if response.status() == Some(500) {
            response.push(Name::RetryAfter, random.below(11).to_string());
        }
        if let Some(stream) = stream {
            ringing.said = self.local.direction;
            ringing.offer = Offer::Agreed(stream);
        }
        response
    }
}

/// Whether a PRACK is for this answer to this INVITE: `RAck: rseq cseq INVITE` (RFC 3262 §7.2).
fn names(prack: &Message, rseq: u32, cseq: u32) -> bool {
    let value = prack.header(&Name::RAck).unwrap_or_default();
    let mut words = value.split_ascii_whitespace();
    let mut number = || words.next().and_then(|word| word.parse::<u32>().ok());
    (number(), number()) == (Some(rseq), Some(cseq)) && words.next() == Some("INVITE")
}
