//! Whether somebody speaks in a frame: louder than the noise, which is the quietest of the last 1.2 s.

use crate::Frame;

/// Follows one stream.
#[derive(Clone, Copy, Debug)]
pub struct Voice {
    /// In dBm0, the quietest of each 200 ms; newest last.
    quietest: [f32; BLOCKS],
    /// Frames of the newest.
    filled: u32,
    spoken: bool,
    pub par: (f32, f32, f32),
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
        Voice { quietest: [LOUDEST_FLOOR; BLOCKS], filled: 0, spoken: false, par: (BEGINS, STAYS, 0.0) }
    }

    /// The next 20 ms at 8 kHz; what is known to be a tone is no voice, and no noise.
    pub fn see(&mut self, frame: &Frame, tone: bool) -> Heard {
        self.judge(level(frame), 1.0, tone)
    }
    pub fn judge(&mut self, level: f32, score: f32, tone: bool) -> Heard {
        let (begins, stays, least) = self.par;
        if !tone {
            self.learn(level);
        }
        let floor = self.quietest.iter().copied().fold(LOUDEST_FLOOR, f32::min);
        let over = if self.spoken { stays } else { begins };
        let score = if self.spoken { score * 1.4 } else { score };
        self.spoken = !tone && score >= least && level >= (floor + over).max(QUIETEST);
        Heard { voiced: self.spoken, level, floor }
    }

    fn learn(&mut self, level: f32) {
        if self.filled == BLOCK {
            self.quietest.rotate_left(1);
            self.filled = 0;
            if let Some(newest) = self.quietest.last_mut() {
                *newest = level.max(QUIETEST_FLOOR);
            }
        }
        self.filled += 1;
        if let Some(newest) = self.quietest.last_mut() {
            *newest = newest.min(level.max(QUIETEST_FLOOR));
        }
    }
}

impl Default for Voice {
    fn default() -> Self {
        Voice::new()
    }
}

/// In dBm0: a full-scale sine is +3.14 (ITU-T G.711).
pub fn level(frame: &Frame) -> f32 {
    let samples = frame.samples();
    let energy: f32 = samples.iter().map(|sample| f32::from(*sample) * f32::from(*sample)).sum();
    let power = energy / samples.len().max(1) as f32;
    10.0 * (power.max(1.0) / FULL_SCALE).log10() + 3.14
}

/// Mean power of a full-scale sine.
const FULL_SCALE: f32 = 32_768.0 * 32_768.0 / 2.0;
/// Frames of a block.
const BLOCK: u32 = 10;
const BLOCKS: usize = 6;
/// dB over the noise: to begin, and to go on.
const BEGINS: f32 = 9.0;
const STAYS: f32 = 6.0;
/// dBm0; speech on a bad line is at −35.
const QUIETEST: f32 = -45.0;
/// dBm0; where somebody speaks at once, nothing quieter has been heard yet.
const LOUDEST_FLOOR: f32 = -30.0;
const QUIETEST_FLOOR: f32 = -65.0;
