//! How a chunk's sound is written: G.711 as it came from the wire, or linear samples.

use crate::Rate;
use crate::codec::g711::Law;

/// A chunk's codec. Linear samples are 16 bits, signed, big-endian (RFC 3551 §4.5.11: L16).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Coding {
    ALaw,
    MuLaw,
    Linear8k,
    Linear16k,
    Linear48k,
}

impl Coding {
    /// Bytes of the largest second there is.
    pub const LARGEST_SECOND: usize = 96_000;

    pub fn rate(self) -> Rate {
        match self {
            Coding::ALaw | Coding::MuLaw | Coding::Linear8k => Rate::Narrow,
            Coding::Linear16k => Rate::Wide,
            Coding::Linear48k => Rate::Full,
        }
    }

    /// Bytes of one sample.
    pub fn width(self) -> usize {
        match self {
            Coding::ALaw | Coding::MuLaw => 1,
            Coding::Linear8k | Coding::Linear16k | Coding::Linear48k => 2,
        }
    }

    /// Bytes of one second.
    pub fn second(self) -> usize {
        self.rate().hertz() as usize * self.width()
    }

    /// The byte of which silence consists.
    pub fn silence(self) -> u8 {
        match self {
            Coding::ALaw => A_LAW_SILENCE,
            Coding::MuLaw => 0xff,
            Coding::Linear8k | Coding::Linear16k | Coding::Linear48k => 0,
        }
    }

    /// Samples of a rate as they are.
    pub fn linear(rate: Rate) -> Coding {
        match rate {
            Rate::Narrow => Coding::Linear8k,
            Rate::Wide => Coding::Linear16k,
            Rate::Full => Coding::Linear48k,
        }
    }

    /// Samples to bytes; as many as both hold.
    pub fn encode(self, samples: &[i16], out: &mut [u8]) {
        match self {
            Coding::ALaw => Law::A.encode(samples, out),
            Coding::MuLaw => Law::Mu.encode(samples, out),
            Coding::Linear8k | Coding::Linear16k | Coding::Linear48k => {
                for (pair, sample) in out.as_chunks_mut::<2>().0.iter_mut().zip(samples) {
                    *pair = sample.to_be_bytes();
                }
            }
        }
    }

    /// Bytes to samples. A-law has no zero: the step beside it, of which its silence consists, becomes one.
    pub fn decode(self, bytes: &[u8]) -> Vec<i16> {
        let mut samples = vec![0; bytes.len() / self.width()];
        match self {
            Coding::ALaw => {
                Law::A.decode(bytes, &mut samples);
                samples.iter_mut().filter(|sample| sample.unsigned_abs() == LEAST_A_LAW).for_each(|sample| *sample = 0);
            }
            Coding::MuLaw => Law::Mu.decode(bytes, &mut samples),
            Coding::Linear8k | Coding::Linear16k | Coding::Linear48k => {
                for (sample, pair) in samples.iter_mut().zip(bytes.as_chunks::<2>().0) {
                    *sample = i16::from_be_bytes(*pair);
                }
            }
        }
        samples
    }

    pub(super) fn byte(self) -> u8 {
        match self {
            Coding::ALaw => 8,
            Coding::MuLaw => 0,
            Coding::Linear8k => 16,
            Coding::Linear16k => 17,
            Coding::Linear48k => 18,
        }
    }

    pub(super) fn of_byte(byte: u8) -> Option<Coding> {
        [Coding::ALaw, Coding::MuLaw, Coding::Linear8k, Coding::Linear16k, Coding::Linear48k]
            .into_iter()
            .find(|coding| coding.byte() == byte)
    }
}

/// The same sound at another rate, by straight lines: within a second whose codecs differ. Rates differ by whole factors.
pub(super) fn at_rate(samples: Vec<i16>, from: Rate, to: Rate) -> Vec<i16> {
    if from == to {
        return samples;
    }
    let (from, to) = (u64::from(from.per_ms()), u64::from(to.per_ms()));
    let sample = |at: u64| samples.get(at as usize).or(samples.last()).map_or(0, |sample| i64::from(*sample));
    let one = |n: u64| {
        let (at, part) = (n * from / to, (n * from % to) as i64);
        if from > to {
            // Falling: the mean of what each sample stands for, so that less folds down.
            let span = from / to;
            return ((at..at + span).map(sample).sum::<i64>() / span as i64) as i16;
        }
        ((sample(at) * (to as i64 - part) + sample(at + 1) * part) / to as i64) as i16
    };
    (0..samples.len() as u64 * to / from).map(one).collect()
}

/// The positive step beside zero.
const A_LAW_SILENCE: u8 = 0xd5;
/// What it decodes to, by size.
const LEAST_A_LAW: u16 = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_in_every_coding_is_silence_when_read() {
        for coding in [Coding::ALaw, Coding::MuLaw, Coding::Linear8k, Coding::Linear16k, Coding::Linear48k] {
            let second = vec![coding.silence(); coding.second()];
            assert_eq!(coding.decode(&second), vec![0; coding.rate().hertz() as usize], "{coding:?}");
            assert_eq!(Coding::of_byte(coding.byte()), Some(coding));
            assert!(coding.second() <= Coding::LARGEST_SECOND);
        }
    }

    #[test]
    fn a_change_of_rate_keeps_length_and_level() {
        let tone: Vec<i16> = (0..8_000).map(|n| ((f64::from(n) * 0.3).sin() * 9_000.0) as i16).collect();
        let wide = at_rate(tone.clone(), Rate::Narrow, Rate::Full);
        assert_eq!(wide.len(), 48_000);
        assert!(wide.iter().step_by(6).eq(&tone), "every sixth is the old one");
        assert_eq!(at_rate(wide, Rate::Full, Rate::Wide).len(), 16_000);
    }
}
