//! One encoding for all legs that hear the same: who only listens to a conference, several who hear one leg.
//!
//! Who is served so changes with the orders, and joins a stream under way, as after a lost packet.

use crate::Frame;
use crate::codec::{Codec, CodecError, Encoder, OpusWishes};
use crate::order::Stream;
use crate::resample::Converter;
use crate::rtp::{HEADER, LONGEST};

/// What a far end takes, a packet each tick.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Format {
    codec: Codec,
    wishes: OpusWishes,
}

/// Sound for many, in one format.
#[derive(Debug)]
pub struct Broadcast {
    converter: Converter,
    encoder: Encoder,
    payload: [u8; LONGEST - HEADER],
    /// Of the payload; none: the encoder refused.
    length: Option<usize>,
}

impl Format {
    pub(super) fn of(stream: &Stream) -> Format {
        let wishes = if stream.codec == Codec::Opus { stream.opus } else { OpusWishes::default() };
        Format { codec: stream.codec, wishes }
    }
}

impl Broadcast {
    pub fn new(format: Format) -> Result<Broadcast, CodecError> {
        let Format { codec, wishes } = format;
        let (converter, encoder) = (Converter::new(codec.rate()), Encoder::new(codec, wishes)?);
        Ok(Broadcast { converter, encoder, payload: [0; LONGEST - HEADER], length: None })
    }

    /// The next 20 ms.
    pub fn tick(&mut self, frame: &Frame) {
        let frame = self.converter.convert(frame);
        self.length = self.encoder.encode(frame.samples(), &mut self.payload).map(<[u8]>::len);
    }

    /// Of this tick, as everyone sends it ([`super::PeerSound::Encoded`]).
    pub fn payload(&self) -> Option<&[u8]> {
        self.payload.get(..self.length?)
    }
}
