//! Hears digits in sound at 8 kHz (ITU-T Q.24) by Goertzel filters over blocks of 12.75 ms.
//!
//! ```text
//!   Quiet ──2 blocks of one digit──> Heard(digit) ──2 blocks without it──> Quiet + report
//! ```
//! Two blocks are heard in every tone of 40 ms and in none under 20 ms. Speech fails because a digit's two tones
//! must hold nearly all of the block's power.

use super::receive::Pressed;
use super::{Digit, HIGH, LOW};
use crate::Rate;

/// The detector of one stream.
#[derive(Clone, Debug)]
pub struct Detector {
    filters: [Goertzel; 8],
    power: f64,
    /// Samples of the block so far.
    filled: usize,
    previous: Option<Digit>,
    state: State,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Quiet,
    Heard { digit: Digit, blocks: u32, missed: u32 },
}

#[derive(Clone, Copy, Debug)]
struct Goertzel {
    turn: f64,
    last: f64,
    before: f64,
}

impl Detector {
    pub fn new() -> Detector {
        let frequency = |i: usize| if i < 4 { LOW[i] } else { HIGH[i - 4] };
        Detector {
            filters: std::array::from_fn(|i| Goertzel::new(frequency(i))),
            power: 0.0,
            filled: 0,
            previous: None,
            state: State::Quiet,
        }
    }

    /// Listens to the next samples; a press is reported when it is over. At most one ends within 20 ms.
    pub fn listen(&mut self, samples: &[i16]) -> Option<Pressed> {
        let mut pressed = None;
        for sample in samples {
            let sample = f64::from(*sample);
            self.power += sample * sample;
            for filter in &mut self.filters {
                filter.see(sample);
            }
            self.filled += 1;
            if self.filled == BLOCK {
                let heard = self.judge();
                pressed = self.step(heard).or(pressed);
            }
        }
        pressed
    }

    fn step(&mut self, heard: Option<Digit>) -> Option<Pressed> {
        let twice = if heard == self.previous { heard } else { None };
        self.previous = heard;
        match self.state {
            State::Quiet => {
                if let Some(digit) = twice {
                    self.state = State::Heard { digit, blocks: 2, missed: 0 };
                }
                None
            }
            State::Heard { digit, blocks, missed } if heard == Some(digit) => {
                self.state = State::Heard { digit, blocks: blocks + missed + 1, missed: 0 };
                None
            }
            State::Heard { digit, blocks, missed: 0 } => {
                self.state = State::Heard { digit, blocks, missed: 1 };
                None
            }
            State::Heard { digit, blocks, missed: _ } => {
                self.state = match twice {
                    Some(digit) => State::Heard { digit, blocks: 2, missed: 0 },
                    None => State::Quiet,
                };
                let ms = blocks.saturating_mul(BLOCK as u32) / Rate::Narrow.per_ms();
                Some(Pressed { digit, duration_ms: u16::try_from(ms).unwrap_or(u16::MAX) })
            }
        }
    }

    /// The digit that the block holds, if it holds one; the next block begins.
    fn judge(&mut self) -> Option<Digit> {
        let powers = self.filters.map(|filter| filter.power());
        let total = self.power;
        for filter in &mut self.filters {
            (filter.last, filter.before) = (0.0, 0.0);
        }
        (self.power, self.filled) = (0.0, 0);
        let (low, high) = powers.split_at(4);
        let (row, low) = strongest(low)?;
        let (column, high) = strongest(high)?;
        let loud = low >= QUIETEST && high >= QUIETEST;
        let balanced = high <= low * TWIST && low <= high * REVERSE_TWIST;
        // A pure sine of power p over the block fills its filter with p·N/2.
        let pure = low + high >= PURITY * total * BLOCK as f64 / 2.0;
        (loud && balanced && pure).then(|| Digit::at(row, column)).flatten()
    }
}

impl Default for Detector {
    fn default() -> Self {
        Detector::new()
    }
}

/// The strongest of four, when it stands out of the others.
fn strongest(powers: &[f64]) -> Option<(usize, f64)> {
    let (at, best) = powers.iter().copied().enumerate().max_by(|a, b| a.1.total_cmp(&b.1))?;
    let stands_out = powers.iter().enumerate().all(|(i, power)| i == at || power * STANDS_OUT <= best);
    stands_out.then_some((at, best))
}

impl Goertzel {
    fn new(hertz: f64) -> Goertzel {
        let angle = std::f64::consts::TAU * hertz / f64::from(Rate::Narrow.hertz());
        Goertzel { turn: 2.0 * angle.cos(), last: 0.0, before: 0.0 }
    }

    fn see(&mut self, sample: f64) {
        (self.last, self.before) = (self.turn * self.last - self.before + sample, self.last);
    }

    fn power(&self) -> f64 {
        self.last * self.last + self.before * self.before - self.turn * self.last * self.before
    }
}

/// 12.75 ms: short enough for two in 40 ms, long enough to part the tones.
const BLOCK: usize = 102;
/// A tone of −30 dBm0 (amplitude 710) in its filter: (amplitude · N / 2)². Below it networks need not accept.
const QUIETEST: f64 = 710.0 * 710.0 * (BLOCK * BLOCK) as f64 / 4.0;
/// High over low, 8 dB; Q.24 wants at least 4.
const TWIST: f64 = 6.3;
/// Low over high, 4 dB … 8 dB by administration.
const REVERSE_TWIST: f64 = 4.0;
/// Over the other tones of its group, 8 dB: the filters' own leakage stays below.
const STANDS_OUT: f64 = 6.3;
/// Share of the block's power in the two tones.
const PURITY: f64 = 0.82;
