//! Opus as telephones want it (RFC 6716, RFC 7587): one channel, forward error correction, no discontinuous transmission.

pub(super) use opus::{Decoder, Encoder};

use opus::{Application, Bitrate, Channels};

use super::{Codec, CodecError};
use crate::Rate;

/// What the far end wants of the Opus it receives (RFC 7587 §6.1).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct OpusWishes {
    /// `maxaveragebitrate`, in bits per second.
    pub max_bitrate: Option<u32>,
    /// `useinbandfec`: it makes use of copies of lost packets.
    pub inband_fec: bool,
}

pub(super) fn encoder(wishes: OpusWishes) -> Result<Encoder, CodecError> {
    let bitrate = wishes.max_bitrate.map_or(BITRATE, |most| BITRATE.min(most.max(LEAST_BITRATE)));
    let made = Encoder::new(Codec::Opus.rate().hertz(), Channels::Mono, Application::Voip).and_then(|mut encoder| {
        encoder.set_bitrate(Bitrate::Bits(bitrate as i32))?;
        encoder.set_complexity(COMPLEXITY)?;
        encoder.set_dtx(false)?;
        encoder.set_inband_fec(wishes.inband_fec)?;
        encoder.set_packet_loss_perc(if wishes.inband_fec { EXPECTED_LOSS } else { 0 })?;
        Ok(encoder)
    });
    made.map_err(|error| CodecError { codec: Codec::Opus, why: error.description() })
}

pub(super) fn decoder(rate: Rate) -> Result<Decoder, CodecError> {
    Decoder::new(rate.hertz(), Channels::Mono)
        .map_err(|error| CodecError { codec: Codec::Opus, why: error.description() })
}

/// In bits per second: full-band speech with room for copies (RFC 7587 §3.1.1 says 28–40 kbit/s for full-band speech).
const BITRATE: u32 = 40_000;
/// RFC 7587 §6.1: nobody may ask for less.
const LEAST_BITRATE: u32 = 6_000;
/// Of 0–10: half the effort of 10, and hardly to be told from it in speech.
const COMPLEXITY: i32 = 5;
/// In percent: copies are made for a network that loses this much.
const EXPECTED_LOSS: i32 = 5;
