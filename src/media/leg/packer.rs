//! Frames on their way into packets of the agreed packet time.

use crate::Frame;
use crate::codec::{Codec, CodecError, Encoder, OpusWishes};
use crate::order::Stream;
use crate::outgoing::Outgoing;
use crate::resample::Converter;
use crate::rtp::{HEADER, LONGEST};

/// Of one leg.
#[derive(Debug)]
pub(super) struct Packer {
    codec: Codec,
    wishes: OpusWishes,
    converter: Converter,
    /// Made with the first packet: a leg that only relays needs none.
    encoder: Option<Encoder>,
    /// What is not sent yet; made with the first frame, with room for the longest packet and a frame.
    samples: Box<[i16]>,
    filled: usize,
    /// Of the first sample held.
    timestamp: u32,
    marker: bool,
}

impl Packer {
    pub fn new(stream: &Stream) -> Packer {
        let rate = stream.codec.rate();
        Packer {
            codec: stream.codec,
            wishes: stream.opus,
            converter: Converter::new(rate),
            encoder: None,
            samples: Box::default(),
            filled: 0,
            timestamp: 0,
            marker: false,
        }
    }

    /// Forgets what did not fill a packet.
    pub fn clear(&mut self) {
        self.filled = 0;
    }

    /// Holds nothing while the leg sends what is already encoded.
    pub fn rest(&mut self) {
        if !self.samples.is_empty() {
            (self.encoder, self.samples, self.filled) = (None, Box::default(), 0);
            self.converter = Converter::new(self.codec.rate());
        }
    }

    pub fn push(&mut self, frame: &Frame, timestamp: u32, fresh: bool) {
        let follows = timestamp == self.timestamp.wrapping_add(self.ticks(self.filled));
        if self.samples.is_empty() {
            self.samples = vec![0; ROOM * self.codec.rate().frame()].into();
        }
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
    pub fn send(
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

/// In frames: the longest packet is three.
const ROOM: usize = 4;
