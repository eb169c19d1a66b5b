//! What the far end hears: relayed packets, digits, or frames of the feed.

use std::net::SocketAddr;

use super::{Heard, Kind, RtpLeg, tell};
use crate::dtmf::send::Step;
use crate::feed::Fed;
use crate::order::{Event, Stream};
use crate::outgoing::Outgoing;
use crate::rtp::{HEADER, LONGEST};
use crate::time::Moment;
use crate::{FRAME, Frame, PER_MS};

/// What a tick has of the leg's peer.
#[derive(Clone, Copy, Debug)]
pub enum PeerSound<'a> {
    /// No such leg here: silence.
    Absent,
    /// Its packets go out as they come.
    Relayed,
    Frame(&'a Frame),
}

/// Frames of 20 ms on their way into packets of the agreed packet time.
#[derive(Debug)]
pub(super) struct Packer {
    samples: [i16; 4 * FRAME],
    filled: usize,
    /// Of the first sample held.
    timestamp: u32,
    marker: bool,
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
                if let Some(frame) = self.next_frame(peer) {
                    self.send_frame(now, &frame, |bytes| send(target, bytes));
                }
            }
            Step::Samples { done } => {
                self.send_frame(now, &frame, |bytes| send(target, bytes));
                self.tell_sent(done);
            }
            Step::Event { payload, timestamp, marker, done } => {
                self.packer.filled = 0;
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
            PeerSound::Relayed => return None,
            PeerSound::Absent => None,
            PeerSound::Frame(frame) => Some(frame),
        };
        let mut frame = crate::SILENCE;
        match self.player.fill(peer, &mut frame) {
            Fed::Nothing => return None,
            Fed::Frame => {}
            Fed::LastFrame => tell(&mut self.news, Event::SoundEnded),
        }
        Some(frame)
    }

    fn send_frame(&mut self, now: Moment, frame: &Frame, send: impl FnMut(&[u8])) {
        let Some(flow) = &self.flow else { return };
        let (timestamp, fresh) = self.outgoing.advance(now, FRAME as u32);
        self.packer.push(frame, timestamp, fresh);
        self.packer.send(&flow.stream, &mut self.outgoing, send);
    }
}

impl Packer {
    fn push(&mut self, frame: &Frame, timestamp: u32, fresh: bool) {
        let follows = timestamp == self.timestamp.wrapping_add(self.filled as u32);
        let room = self.samples.len() - self.filled >= FRAME;
        if fresh || !follows || !room {
            self.filled = 0;
        }
        if self.filled == 0 {
            self.timestamp = timestamp;
        }
        self.marker |= fresh;
        if let Some(place) = self.samples.get_mut(self.filled..self.filled + FRAME) {
            place.iter_mut().zip(frame.samples()).for_each(|(place, sample)| *place = *sample);
            self.filled += FRAME;
        }
    }

    /// Sends every packet that is full.
    fn send(&mut self, stream: &Stream, outgoing: &mut Outgoing, mut send: impl FnMut(&[u8])) {
        let size = packet_samples(stream.ptime_ms);
        while self.filled >= size {
            let (mut payload, mut out) = ([0; LONGEST], [0; LONGEST]);
            let Some(payload) = payload.get_mut(..size) else { return };
            stream.codec.encode(&self.samples, payload);
            let marker = std::mem::take(&mut self.marker);
            let packet = outgoing.packet(self.timestamp, marker, stream.payload_type, payload);
            if let Some(bytes) = packet.write(&mut out) {
                send(bytes);
            }
            self.samples.copy_within(size..self.filled, 0);
            self.filled -= size;
            self.timestamp = self.timestamp.wrapping_add(size as u32);
        }
    }
}

impl Default for Packer {
    fn default() -> Self {
        Packer { samples: [0; 4 * FRAME], filled: 0, timestamp: 0, marker: false }
    }
}

/// Whole tens of milliseconds, 10–60.
fn packet_samples(ptime_ms: u8) -> usize {
    usize::from((ptime_ms / 10).clamp(1, 6)) * 10 * PER_MS as usize
}
