//! What the far end hears: relayed packets, digits, or frames of the feed.

use std::net::SocketAddr;

use super::broadcast::Format;
use super::{Flow, Heard, Kind, RtpLeg, tell};
use crate::dtmf::send::Step;
use crate::feed::Fed;
use crate::order::Event;
use crate::rtp::{HEADER, LONGEST};
use crate::time::Moment;
use crate::{Frame, Rate, TICK_MS};

/// What a tick has of the leg's peer.
#[derive(Clone, Copy, Debug)]
pub enum PeerSound<'a> {
    /// No such leg here: silence.
    Absent,
    /// Its packets go out as they come.
    Relayed,
    Frame(&'a Frame),
    /// A tick's sound in the leg's own [`Format`], encoded once for all who hear the same.
    Encoded(&'a [u8]),
}

impl RtpLeg {
    /// A packet of the peer, written for this leg's far end into `out`; `None` when it does not go there.
    pub fn relay<'o>(&mut self, now: Moment, heard: &Heard<'_>, out: &'o mut [u8]) -> Option<(SocketAddr, &'o [u8])> {
        let flow = self.flow.as_ref()?;
        if !flow.stream.may_send || self.digits.is_busy() {
            return None;
        }
        let payload_type = match heard.kind {
            Kind::Audio => flow.stream.payload_type,
            Kind::TelephoneEvent => flow.stream.telephone_event?,
        };
        let packet = self.outgoing.relay(now, &heard.packet, payload_type)?;
        Some((flow.rule.target(), packet.write(out)?))
    }

    /// 20 ms go by: `send` gets what goes out of the RTP port, `control` what goes out of the RTCP port.
    pub fn tick(
        &mut self,
        now: Moment,
        peer: PeerSound<'_>,
        mut send: impl FnMut(SocketAddr, &[u8]),
        control: impl FnMut(SocketAddr, &[u8]),
    ) {
        self.watch(now, control);
        let Some(flow) = &self.flow else { return };
        let target = flow.rule.target();
        if !flow.stream.may_send {
            // Nobody hears it, but a sound comes to its end all the same.
            let _ = self.next_frame(peer);
            return;
        }
        let event_type = flow.stream.telephone_event;
        let mut frame = crate::SILENCE;
        match self.digits.tick(now, event_type.is_some(), &mut self.outgoing, &mut frame) {
            Step::Free => {
                if let PeerSound::Encoded(payload) = peer {
                    self.send_payload(now, payload, |bytes| send(target, bytes));
                } else if let Some(frame) = self.next_frame(peer) {
                    self.send_frame(now, &frame, |bytes| send(target, bytes));
                }
            }
            Step::Samples { done } => {
                self.send_frame(now, &frame, |bytes| send(target, bytes));
                self.tell_sent(done);
            }
            Step::Event { payload, timestamp, marker, done } => {
                if let Some(flow) = &mut self.flow {
                    flow.packer.clear();
                }
                let packet = self.outgoing.packet(timestamp, marker, event_type.unwrap_or_default(), &payload);
                if let Some(bytes) = packet.write(&mut [0; HEADER + 4]) {
                    send(target, bytes);
                }
                self.tell_sent(done);
            }
        }
    }

    fn tell_sent(&mut self, done: Option<u32>) {
        if let Some(number) = done {
            self.tell(Event::DigitSent { number });
        }
    }

    fn next_frame(&mut self, peer: PeerSound<'_>) -> Option<Frame> {
        let peer = match peer {
            PeerSound::Relayed => {
                if let Some(flow) = &mut self.flow {
                    flow.packer.rest();
                }
                return None;
            }
            PeerSound::Absent | PeerSound::Encoded(_) => None,
            PeerSound::Frame(frame) => Some(frame),
        };
        let most = self.flow.as_ref().map_or(Rate::Narrow, |flow| flow.stream.codec.rate());
        let mut frame = crate::SILENCE;
        match self.player.fill(peer, most, &mut frame) {
            Fed::Nothing => return None,
            Fed::Frame => {}
            Fed::LastFrame => tell(&mut self.news, Event::SoundEnded),
        }
        Some(frame)
    }

    fn send_frame(&mut self, now: Moment, frame: &Frame, send: impl FnMut(&[u8])) {
        let Some(Flow { stream, packer, .. }) = &mut self.flow else { return };
        let (timestamp, fresh) = self.outgoing.advance(now, TICK_MS);
        packer.push(frame, timestamp, fresh);
        if let Err(error) = packer.send(stream, &mut self.outgoing, send) {
            tell(&mut self.news, Event::Failed { why: error.to_string() });
        }
    }
    fn send_payload(&mut self, now: Moment, payload: &[u8], mut send: impl FnMut(&[u8])) {
        let Some(Flow { stream, packer, .. }) = &mut self.flow else { return };
        packer.rest();
        let (timestamp, fresh) = self.outgoing.advance(now, TICK_MS);
        let packet = self.outgoing.packet(timestamp, fresh, stream.payload_type, payload);
        if let Some(bytes) = packet.write(&mut [0; LONGEST]) {
            send(bytes);
        }
    }

    /// What can be sent here of what others hear too; none: this leg encodes for itself.
    pub fn format(&self) -> Option<Format> {
        let stream = &self.flow.as_ref()?.stream;
        let whole = stream.codec.packet_ms(stream.ptime_ms) == TICK_MS;
        (whole && stream.may_send).then(|| Format::of(stream))
    }
}
