//! What the far end sends: whose it is, what it is, who may hear it.

use std::net::SocketAddr;

use super::{RtpLeg, tell};
use crate::dtmf::EventPayload;
use crate::dtmf::receive::Pressed;
use crate::order::Event;
use crate::rtp::Packet;
use crate::time::Moment;

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
        self.handle_authentic(now, packet)
    }

    /// A packet whose source is known to be the far end's. Gives it back when other legs may hear it.
    pub fn handle_authentic<'a>(&mut self, now: Moment, packet: Packet<'a>) -> Option<Heard<'a>> {
        let flow = self.flow.as_mut()?;
        if flow.control.hear(now) {
            tell(&mut self.news, Event::Receiving);
        }
        flow.reception.see(now, &packet);
        flow.control.arrivals.see(now, packet.payload_type == flow.stream.payload_type);
        let kind = match packet.payload_type {
            audio if audio == flow.stream.payload_type_in => Kind::Audio,
            event if Some(event) == flow.stream.telephone_event_in => Kind::TelephoneEvent,
            // Some send at the number that they receive at.
            audio if audio == flow.stream.payload_type => Kind::Audio,
            other => {
                // What means nothing here must not look like a loss; what was never agreed on is one.
                if let Some(hearing) = flow.hearing.as_mut().filter(|_| other == COMFORT_NOISE) {
                    hearing.playout.pass(&packet);
                }
                return None;
            }
        };
        match kind {
            Kind::Audio => {
                if let Some(hearing) = &mut flow.hearing {
                    hearing.playout.insert(now, &packet);
                }
            }
            Kind::TelephoneEvent => {
                if let Some(hearing) = &mut flow.hearing {
                    hearing.playout.pass(&packet);
                }
                let payload = EventPayload::read(packet.payload)?;
                let pressed = flow.presses.handle(now, packet.ssrc, packet.timestamp, payload);
                self.tell_digit(pressed);
            }
        }
        self.passes_on().then_some(Heard { packet, kind })
    }

    pub(super) fn tell_digit(&mut self, pressed: Option<Pressed>) {
        if let Some(Pressed { digit, duration_ms }) = pressed {
            self.tell(Event::Digit { digit, duration_ms });
        }
    }

    /// We do not hold the far end, and it agreed to send.
    pub(super) fn passes_on(&self) -> bool {
        self.receive && self.flow.as_ref().is_some_and(|flow| flow.stream.may_receive)
    }
}

/// RFC 3389 §4.
const COMFORT_NOISE: u8 = 13;
