//! Whether somebody speaks in a frame: it sounds like a voice, and is louder than the noise, which is the quietest of the
//! last 1.2 s.
//!
//! Loudness alone takes a noise that comes and goes for words; the sound alone misses the pauses between them.

use super::speech::Speech;
use crate::Frame;

/// Follows one stream.
#[derive(Debug)]
pub struct Voice {
    speech: Speech,
    /// In dBm0, the quietest of each 200 ms; newest last.
    quietest: [f32; BLOCKS],
    /// Frames of the newest.
    filled: u32,
    spoken: bool,
}

/// What a frame holds.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Heard {
    pub voiced: bool,
    /// In dBm0.
    pub level: f32,
    /// Of the noise, in dBm0.
    pub floor: f32,
}

impl Voice {
    pub fn new() -> Voice {
        Voice { speech: Speech::new(), quietest: [LOUDEST_FLOOR; BLOCKS], filled: 0, spoken: false }
    }

    /// The next 20 ms at 8 kHz; what is known to be a tone is no voice, and no noise.
    pub fn see(&mut self, frame: &Frame, tone: bool) -> Heard {
        let (level, score) = (level(frame), self.speech.see(frame));
        if !tone {
            self.learn(level);
        }
        let floor = self.quietest.iter().copied().fold(LOUDEST_FLOOR, f32::min);
        let (over, like) = if self.spoken { STAYS } else { BEGINS };
        self.spoken = !tone && score >= like && level >= (floor + over).max(QUIETEST);
        Heard { voiced: self.spoken, level, floor }
    }

    fn learn(&mut self, level: f32) {
        let level = level.max(QUIETEST_FLOOR);
        let [.., newest] = &mut self.quietest;
        if self.filled < BLOCK {
            *newest = newest.min(level);
            self.filled += 1;
        } else {
            self.quietest.rotate_left(1);
            let [.., newest] = &mut self.quietest;
            (*newest, self.filled) = (level, 1);
        }
    }
}

impl Default for Voice {
    fn default() -> Self {
        Voice::new()
    }
}

/// In dBm0.
fn level(frame: &Frame) -> f32 {
    let samples = frame.samples();
    let energy: f32 = samples.iter().map(|sample| f32::from(*sample) * f32::from(*sample)).sum();
    let power = energy / samples.len().max(1) as f32;
    10.0 * (power.max(1.0) / FULL_SCALE).log10() + FULL_SCALE_DBM0
}

/// Of a full-scale sine (ITU-T G.711).
#[expect(clippy::approx_constant, reason = "a level in dB, no circle")]
const FULL_SCALE_DBM0: f32 = 3.14;
/// Mean power of a full-scale sine.
const FULL_SCALE: f32 = 32_768.0 * 32_768.0 / 2.0;
/// Frames of a block.
const BLOCK: u32 = 10;
const BLOCKS: usize = 6;
/// dB over the noise, and score of the sound: to begin, and to go on.
const BEGINS: (f32, f32) = (6.0, 0.5);
const STAYS: (f32, f32) = (3.0, 0.36);
/// dBm0; speech on a bad line is at −35.
const QUIETEST: f32 = -45.0;
/// dBm0; where somebody speaks at once, nothing quieter has been heard yet.
const LOUDEST_FLOOR: f32 = -30.0;
const QUIETEST_FLOOR: f32 = -65.0;
