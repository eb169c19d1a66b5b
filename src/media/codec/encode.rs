//! From samples to payloads.

use std::fmt;

use audio_codec::Encoder as _;
use audio_codec::g722::G722Encoder;

use super::g711::Law;
use super::opus::{self, OpusWishes};
use super::{Codec, CodecError};

/// One outgoing stream's encoder.
pub struct Encoder(Kind);

enum Kind {
    G711(Law),
    G722(Box<G722Encoder>),
    Opus(opus::Encoder),
}

impl Encoder {
    /// `wishes` are the far end's; only Opus has any.
    pub fn new(codec: Codec, wishes: OpusWishes) -> Result<Encoder, CodecError> {
        Ok(Encoder(match codec {
            Codec::Pcma => Kind::G711(Law::A),
            Codec::Pcmu => Kind::G711(Law::Mu),
            Codec::G722 => Kind::G722(Box::new(G722Encoder::new())),
            Codec::Opus => Kind::Opus(opus::encoder(wishes)?),
        }))
    }

    /// One packet's samples, at the codec's rate and of a length it has ([`Codec::packet_ms`]). Gives the payload's
    /// octets; none when `out` is too short or Opus does not take the length.
    pub fn encode<'o>(&mut self, samples: &[i16], out: &'o mut [u8]) -> Option<&'o [u8]> {
        let length = match &mut self.0 {
            Kind::G711(law) => {
                law.encode(samples, out.get_mut(..samples.len())?);
                samples.len()
            }
            Kind::G722(encoder) => encoder.encode_into(samples, out).ok()?,
            Kind::Opus(encoder) => encoder.encode(samples, out).ok()?,
        };
        out.get(..length)
    }
}

impl fmt::Debug for Encoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.0 {
            Kind::G711(Law::A) => "Encoder(Pcma)",
            Kind::G711(Law::Mu) => "Encoder(Pcmu)",
            Kind::G722(_) => "Encoder(G722)",
            Kind::Opus(_) => "Encoder(Opus)",
        })
    }
}
