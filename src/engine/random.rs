//! The one source of randomness: seeded once by the shell, the same numbers on every replay.

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A ChaCha generator. Tags, Call-IDs, branches, cnonces, SSRCs and jitter come from it.
#[derive(Clone, Debug)]
pub struct Random(ChaCha12Rng);

impl Random {
    /// The shell takes the seed from the operating system; tests choose it.
    pub fn new(seed: [u8; 32]) -> Random {
        Random(ChaCha12Rng::from_seed(seed))
    }

    /// Uniform over all `u64`.
    pub fn u64(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// Uniform over all `u32`.
    pub fn u32(&mut self) -> u32 {
        self.0.next_u32()
    }

    /// Uniform in `0..bound` to within 2⁻³²; 0 for a bound of 0.
    pub fn below(&mut self, bound: u32) -> u32 {
        ((u64::from(self.u32()) * u64::from(bound)) >> 32) as u32
    }

    /// A SIP token of `bits` random bits rounded up to whole letters (5 bits each): tags want 32 (RFC 3261 §19.3).
    pub fn token(&mut self, bits: u32) -> String {
        (0..bits.div_ceil(5)).map(|_| char::from(LETTERS[(self.u32() >> 27) as usize])).collect()
    }
}

/// Without letters that a person reading a trace takes for others.
const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz023456789";
