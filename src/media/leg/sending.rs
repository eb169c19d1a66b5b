//! What the far end hears: relayed packets, digits, or frames of the feed.

use std::net::SocketAddr;

use super::{Flow, Heard, Kind, RtpLeg, tell};
use crate::codec::{Codec, CodecError, Encoder, OpusWishes};
use crate::dtmf::send::Step;
use crate::feed::Fed;
use crate::order::{Event, Stream};
use crate::outgoing::Outgoing;
use crate::resample::Converter;
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
}

/// Frames on their way into packets of the agreed packet time.
#[derive(Debug)]
pub(super) struct Packer {
    codec: Codec,
    wishes: OpusWishes,
    converter: Converter,
    /// Made with the first packet: a leg that only relays needs none.
    encoder: Option<Encoder>,
    /// Room for the longest packet and a frame.
    samples: Box<[i16]>,
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
            PeerSound::Relayed => return None,
            PeerSound::Absent => None,
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
}

impl Packer {
    pub fn new(stream: &Stream) -> Packer {
        let rate = stream.codec.rate();
        Packer {
            codec: stream.codec,
            wishes: stream.opus,
            converter: Converter::new(rate),
            encoder: None,
            samples: vec![0; 4 * rate.frame()].into_boxed_slice(),
            filled: 0,
            timestamp: 0,
            marker: false,
        }
    }

    /// Forgets what did not fill a packet.
    fn clear(&mut self) {
        self.filled = 0;
    }

    fn push(&mut self, frame: &Frame, timestamp: u32, fresh: bool) {
        let follows = timestamp == self.timestamp.wrapping_add(self.ticks(self.filled));
        let room = self.samples.len() - self.filled >= self.codec.rate().frame();
        if fresh || !follows || !room {
            self.filled = 0;
        }
        if self.filled == 0 {
            self.timestamp = timestamp;
        }
        self.marker |= fresh;
        let frame = self.converter.convert(frame);
        for (place, sample) in self.samples.iter_mut().skip(self.filled).zip(frame.samples()) {
            *place = *sample;
            self.filled += 1;
        }
    }

    /// Sends every packet that is full.
    fn send(
        &mut self,
        stream: &Stream,
        outgoing: &mut Outgoing,
        mut send: impl FnMut(&[u8]),
    ) -> Result<(), CodecError> {
        let size = (self.codec.packet_ms(stream.ptime_ms) * self.codec.rate().per_ms()) as usize;
        while let Some(samples) = self.samples.get(..size).filter(|_| self.filled >= size) {
            let (mut payload, mut out) = ([0; LONGEST - HEADER], [0; LONGEST]);
            let encoder = match &mut self.encoder {
                Some(encoder) => encoder,
                None => self.encoder.insert(Encoder::new(self.codec, self.wishes)?),
            };
            if let Some(payload) = encoder.encode(samples, &mut payload) {
                let marker = std::mem::take(&mut self.marker);
                let packet = outgoing.packet(self.timestamp, marker, stream.payload_type, payload);
                if let Some(bytes) = packet.write(&mut out) {
                    send(bytes);
                }
            }
            self.samples.copy_within(size..self.filled, 0);
            self.filled -= size;
            self.timestamp = self.timestamp.wrapping_add(self.ticks(size));
        }
        Ok(())
    }

    /// Of the RTP clock, in so many samples.
    fn ticks(&self, samples: usize) -> u32 {
        samples as u32 / (self.codec.rate().per_ms() / self.codec.clock().per_ms())
    }
}
