//! How much a frame sounds like a voice: `earshot`, a small trained network, of which nothing else here knows.
//!
//! It wants 16 ms at 16 kHz; what lies above 4 kHz on a wide line is not there on a narrow one, and is not missed.

use std::fmt;

use crate::resample::Converter;
use crate::{Frame, Rate};

/// Of one stream. Some 8 kB.
pub struct Speech {
    converter: Converter,
    network: Box<earshot::Detector>,
    block: [i16; BLOCK],
    filled: usize,
    score: f32,
}

impl Speech {
    pub fn new() -> Speech {
        Speech {
            converter: Converter::new(Rate::Wide),
            network: Box::new(earshot::Detector::default()),
            block: [0; BLOCK],
            filled: 0,
            score: 0.0,
        }
    }

    /// 0–1 after the next 20 ms: the likeliest of the blocks that end within them.
    pub fn see(&mut self, frame: &Frame) -> f32 {
        let mut best: Option<f32> = None;
        for sample in self.converter.convert(frame).samples() {
            if let Some(place) = self.block.get_mut(self.filled) {
                *place = *sample;
            }
            self.filled += 1;
            if self.filled == BLOCK {
                self.filled = 0;
                let score = self.network.predict_i16(&self.block);
                best = Some(best.map_or(score, |best| best.max(score)));
            }
        }
        self.score = best.unwrap_or(self.score);
        self.score
    }
}

impl Default for Speech {
    fn default() -> Self {
        Speech::new()
    }
}

impl fmt::Debug for Speech {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Speech({})", self.score)
    }
}

/// 16 ms at 16 kHz.
const BLOCK: usize = 256;
