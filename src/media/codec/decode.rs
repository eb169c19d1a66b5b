//! From payloads to samples, and what can be said of packets that never came.

use std::fmt;

use audio_codec::Decoder as _;
use audio_codec::g722::G722Decoder;

use super::g711::Law;
use super::{Codec, CodecError, opus};

/// One received stream's decoder. Payloads go in in the order of their sequence numbers.
pub struct Decoder(Kind);

enum Kind {
    G711(Law),
    G722(Box<G722Decoder>),
    Opus(opus::Decoder),
}

impl Decoder {
    pub fn new(codec: Codec) -> Result<Decoder, CodecError> {
        Ok(Decoder(match codec {
            Codec::Pcma => Kind::G711(Law::A),
            Codec::Pcmu => Kind::G711(Law::Mu),
            Codec::G722 => Kind::G722(Box::new(G722Decoder::new())),
            Codec::Opus => Kind::Opus(opus::decoder()?),
        }))
    }

    /// One packet. Gives how many samples it was, at the codec's rate: at most [`super::LONGEST`], and no more than `out` holds;
    /// none for a payload that means nothing.
    pub fn decode(&mut self, payload: &[u8], out: &mut [i16]) -> usize {
        match &mut self.0 {
            Kind::G711(law) => {
                law.decode(payload, out);
                payload.len().min(out.len())
            }
            Kind::G722(decoder) => {
                // Two samples an octet; what does not fit is cut.
                let payload = payload.get(..out.len() / 2).unwrap_or(payload);
                decoder.decode_into(payload, out).unwrap_or(0)
            }
            // libopus takes an empty packet for a lost one.
            Kind::Opus(_) if payload.is_empty() => 0,
            Kind::Opus(decoder) => decoder.decode(payload, out, false).unwrap_or(0),
        }
    }

    /// What most likely was in a lost packet as long as `out`, whole tens of ms. False: this codec does not know (the
    /// caller conceals by itself), and `out` is untouched.
    pub fn conceal(&mut self, out: &mut [i16]) -> bool {
        match &mut self.0 {
            Kind::G711(_) | Kind::G722(_) => false,
            Kind::Opus(decoder) => decoder.decode(&[], out, false).is_ok(),
        }
    }

    /// The lost packet just before `next`, as long as `out`, from the coarse copy that `next` may carry (in-band FEC, RFC 6716
    /// §2.1.7); without a copy Opus conceals. False: as in [`Decoder::conceal`]. `next` itself is decoded afterwards.
    pub fn decode_fec(&mut self, next: &[u8], out: &mut [i16]) -> bool {
        match &mut self.0 {
            Kind::G711(_) | Kind::G722(_) => false,
            Kind::Opus(decoder) => decoder.decode(next, out, true).is_ok(),
        }
    }
}

impl fmt::Debug for Decoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.0 {
            Kind::G711(Law::A) => "Decoder(Pcma)",
            Kind::G711(Law::Mu) => "Decoder(Pcmu)",
            Kind::G722(_) => "Decoder(G722)",
            Kind::Opus(_) => "Decoder(Opus)",
        })
    }
}
