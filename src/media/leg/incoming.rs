//! What the far end sends: whose it is, what it is, who may hear it.

use std::net::SocketAddr;

use super::{RtpLeg, tell};
use crate::dtmf::EventPayload;
use crate::dtmf::receive::Pressed;
use crate::order::Event;
use crate::rtp::Packet;
use crate::time::Moment;
use crate::{Frame, SILENCE};

/// A packet that legs listening to this one may relay.
#[derive(Clone, Copy, Debug)]
pub struct Heard<'a> {
    pub packet: Packet<'a>,
    pub kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Audio,
    TelephoneEvent,
}

impl RtpLeg {
    /// A datagram came to the RTP port. Gives it back when other legs may hear it.
    pub fn handle_packet<'a>(&mut self, now: Moment, from: SocketAddr, bytes: &'a [u8]) -> Option<Heard<'a>> {
        let flow = self.flow.as_mut()?;
        let Ok(packet) = Packet::read(bytes) else {
            flow.rule.refuse();
            return None;
        };
        if !flow.rule.admit(now, from, &packet) {
            return None;
        }
        if flow.control.hear(now) {
            tell(&mut self.news, Event::Receiving);
        }
        flow.reception.see(now, &packet);
        flow.control.arrivals.see(now, packet.payload_type == flow.stream.payload_type);
        let kind = match packet.payload_type {
            audio if audio == flow.stream.payload_type => Kind::Audio,
            event if Some(event) == flow.stream.telephone_event_in => Kind::TelephoneEvent,
            // Comfort noise (RFC 3389) or a codec never agreed on.
            _ => return None,
        };
        match kind {
            Kind::Audio => self.keep(now, &packet),
            Kind::TelephoneEvent => {
                let payload = EventPayload::read(packet.payload)?;
                let pressed = flow.presses.handle(now, packet.ssrc, packet.timestamp, payload);
                self.tell_digit(pressed);
            }
        }
        self.passes_on().then_some(Heard { packet, kind })
    }

    /// What the far end said in the next 20 ms; once per tick, where [`RtpLeg::keep_samples`] or
    /// [`RtpLeg::detects`] asks for it.
    pub fn listen(&mut self, now: Moment) -> Frame {
        let Some(flow) = &mut self.flow else { return SILENCE };
        let frame = flow.jitter.as_mut().map_or(SILENCE, |jitter| jitter.take(now));
        let pressed = flow.detector.as_mut().and_then(|detector| detector.listen(frame.samples()));
        self.tell_digit(pressed);
        if self.passes_on() { frame } else { SILENCE }
    }

    pub(super) fn tell_digit(&mut self, pressed: Option<Pressed>) {
        if let Some(Pressed { digit, duration_ms }) = pressed {
            self.tell(Event::Digit { digit, duration_ms });
        }
    }

    fn keep(&mut self, now: Moment, packet: &Packet<'_>) {
        let Some(flow) = &mut self.flow else { return };
        let Some(jitter) = &mut flow.jitter else { return };
        let mut samples = [0; LONGEST];
        let count = packet.payload.len().min(LONGEST);
        flow.stream.codec.decode(packet.payload, &mut samples);
        jitter.insert(now, packet.ssrc, packet.timestamp, samples.get(..count).unwrap_or(&[]));
    }

    /// We do not hold the far end, and it agreed to send.
    fn passes_on(&self) -> bool {
        self.receive && self.flow.as_ref().is_some_and(|flow| flow.stream.may_receive)
    }
}

/// Samples of the longest packet taken: 120 ms; what is beyond is cut.
const LONGEST: usize = 960;
