//! Digits as tones (ITU-T Q.23), at 8 kHz.

use super::Digit;
use crate::tone::Voices;
use crate::{Frame, Rate};

/// One press being sounded.
#[derive(Clone, Debug)]
pub struct Generator {
    voices: Voices,
    /// Samples.
    left: u32,
}

impl Generator {
    /// `ms` long.
    pub fn new(digit: Digit, ms: u32) -> Generator {
        let (low, high) = digit.tones();
        Generator { voices: Voices::new((low, LOW_LEVEL), (high, HIGH_LEVEL)), left: ms * Rate::Narrow.per_ms() }
    }

    /// The next 20 ms, silence after the end; true when the press is over with them.
    pub fn fill(&mut self, frame: &mut Frame) -> bool {
        *frame = Frame::silence(Rate::Narrow);
        for sample in frame.samples_mut() {
            *sample = if self.left > 0 { self.voices.sample() } else { 0 };
            self.left = self.left.saturating_sub(1);
        }
        self.left == 0
    }
}

/// About −9 dBm0; the high tone 2 dB stronger, since lines weaken it.
const LOW_LEVEL: f64 = 8_000.0;
const HIGH_LEVEL: f64 = 10_000.0;
