//! Codecs: what a packet's octets mean, each way an object of its own.
//!
//! | codec | samples | RTP clock | state |
//! | --- | --- | --- | --- |
//! | PCMA, PCMU | 8 kHz | 8 kHz | none |
//! | G.722 | 16 kHz | 8 kHz, an error that stayed (RFC 3551 §4.5.2) | prediction of two bands |
//! | Opus | 48 kHz | 48 kHz (RFC 7587 §4.1) | libopus |

mod decode;
mod encode;
pub mod g711;
mod opus;

pub use decode::Decoder;
pub use encode::Encoder;
pub use opus::OpusWishes;

use crate::Rate;
use crate::time::Clock;

/// Codecs a stream can be agreed on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Codec {
    Pcma,
    Pcmu,
    G722,
    Opus,
}

impl Codec {
    /// Of the samples it takes and gives.
    pub const fn rate(self) -> Rate {
        match self {
            Codec::Pcma | Codec::Pcmu => Rate::Narrow,
            Codec::G722 => Rate::Wide,
            Codec::Opus => Rate::Full,
        }
    }

    /// Of the timestamps of its packets.
    pub const fn clock(self) -> Clock {
        match self {
            Codec::Pcma | Codec::Pcmu | Codec::G722 => Clock::SPEECH,
            Codec::Opus => Clock::OPUS,
        }
    }

    /// The longest packet time up to `wanted` ms that it has, 10–60. Opus knows no 30 and no 50 ms (RFC 6716 §2.1.4).
    pub fn packet_ms(self, wanted: u8) -> u32 {
        let tens = u32::from(wanted / 10).clamp(1, 6) * 10;
        match self {
            Codec::Pcma | Codec::Pcmu | Codec::G722 => tens,
            Codec::Opus => match tens {
                30 => 20,
                50 => 40,
                other => other,
            },
        }
    }
}

/// A codec object cannot be made.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{codec:?}: {why}")]
pub struct CodecError {
    codec: Codec,
    why: &'static str,
}

/// The most samples that one packet can hold: 120 ms at 48 kHz (RFC 6716 §2.1.4).
pub const LONGEST: usize = 120 * Rate::Full.per_ms() as usize;

/// Whatever the bytes: no panic, and never more samples than there is room for. The first octet chooses the codec; payloads
/// follow, each behind its length.
pub fn fuzz(bytes: &[u8]) {
    let Some((chosen, mut rest)) = bytes.split_first() else { return };
    let codec = [Codec::Pcma, Codec::Pcmu, Codec::G722, Codec::Opus][usize::from(chosen % 4)];
    let Ok(mut decoder) = Decoder::new(codec) else { return };
    let mut samples = [0; LONGEST];
    while let Some((length, after)) = rest.split_first() {
        let (payload, next) = after.split_at(after.len().min(usize::from(*length)));
        assert!(decoder.decode(payload, &mut samples) <= LONGEST);
        decoder.decode_fec(payload, &mut samples[..codec.rate().frame()]);
        decoder.conceal(&mut samples[..codec.rate().frame()]);
        rest = next;
    }
}

#[cfg(test)]
mod tests;
