//! Steady tones: when one begins and ends, and what pitch it had.
//!
//! ```text
//!   Quiet ──3 frames of one pitch──> On(run) ──2 frames without it──> Quiet, the run is told
//! ```

use super::spectrum::{Pitches, Spectrum};
use crate::{Frame, TICK_MS};

/// What a tone is made of.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Pitch {
    /// In Hz; two within 90 Hz of each other are heard as one between them.
    One(f32),
    /// Lower and higher.
    Two(f32, f32),
}

/// A tone that was on.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Run {
    /// Mean over its length.
    pub pitch: Pitch,
    /// Since the first frame ever seen; exact to a frame.
    pub began_ms: u32,
    pub ms: u32,
}

/// What a frame did.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Step {
    Quiet,
    /// It may be the beginning of a tone.
    Perhaps,
    /// Since this frame there is a tone of some 60 ms.
    Began(Run),
    On,
    Ended(Run),
}

/// Listens to one stream, frame by frame.
#[derive(Clone, Debug)]
pub struct Tones {
    spectrum: Spectrum,
    frames: u32,
    state: State,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Quiet,
    /// Too short to be told yet.
    Perhaps(Held),
    On {
        held: Held,
        missed: bool,
    },
}

/// A run under way.
#[derive(Clone, Copy, Debug)]
struct Held {
    /// Sums of both pitches' Hz.
    sum: (f32, f32),
    two: bool,
    frames: u32,
    /// Loudest power of a frame.
    power: f32,
    began: u32,
}

impl Tones {
    pub fn new() -> Tones {
        Tones { spectrum: Spectrum::new(), frames: 0, state: State::Quiet }
    }

    /// The next 20 ms at 8 kHz.
    pub fn see(&mut self, frame: &Frame) -> Step {
        let seen = self.spectrum.see(frame, QUIETEST);
        let pitch = pitch(&seen);
        let now = self.frames;
        self.frames = self.frames.saturating_add(1);
        let goes_on = |held: &Held| pitch.filter(|pitch| held.is_like(*pitch, seen.power));
        let anew = || pitch.map_or(State::Quiet, |pitch| State::Perhaps(Held::new(pitch, seen.power, now)));
        let perhaps = if pitch.is_some() { Step::Perhaps } else { Step::Quiet };
        let (state, step) = match self.state {
            State::Quiet => (anew(), perhaps),
            State::Perhaps(held) => match goes_on(&held).map(|pitch| held.and(pitch, seen.power)) {
                Some(held) if held.frames >= FEWEST => (State::On { held, missed: false }, Step::Began(held.run())),
                Some(held) => (State::Perhaps(held), perhaps),
                None => (anew(), perhaps),
            },
            State::On { held, missed } => match goes_on(&held) {
                Some(pitch) => {
                    let held = if missed { held.and(pitch, seen.power) } else { held };
                    (State::On { held: held.and(pitch, seen.power), missed: false }, Step::On)
                }
                None if !missed => (State::On { held, missed: true }, Step::On),
                None => (anew(), Step::Ended(held.run())),
            },
        };
        self.state = state;
        step
    }
}

impl Default for Tones {
    fn default() -> Self {
        Tones::new()
    }
}

impl Held {
    fn new(pitch: Pitch, power: f32, began: u32) -> Held {
        let (sum, two) = match pitch {
            Pitch::One(hertz) => ((hertz, 0.0), false),
            Pitch::Two(low, high) => ((low, high), true),
        };
        Held { sum, two, frames: 1, power, began }
    }

    fn pitch(&self) -> Pitch {
        let frames = self.frames as f32;
        if self.two { Pitch::Two(self.sum.0 / frames, self.sum.1 / frames) } else { Pitch::One(self.sum.0 / frames) }
    }

    /// Neither another pitch nor much quieter, as a frame is that holds its end alone.
    fn is_like(&self, pitch: Pitch, power: f32) -> bool {
        let near = |a: f32, b: f32| (a - b).abs() <= STEADY;
        let alike = match (self.pitch(), pitch) {
            (Pitch::One(mine), Pitch::One(other)) => near(mine, other),
            (Pitch::Two(low, high), Pitch::Two(other_low, other_high)) => {
                near(low, other_low) && near(high, other_high)
            }
            (Pitch::One(_), Pitch::Two(..)) | (Pitch::Two(..), Pitch::One(_)) => false,
        };
        alike && power * FADES >= self.power
    }

    fn and(self, pitch: Pitch, power: f32) -> Held {
        let more = Held::new(pitch, power, self.began);
        Held {
            sum: (self.sum.0 + more.sum.0, self.sum.1 + more.sum.1),
            frames: self.frames.saturating_add(1),
            power: self.power.max(power),
            ..self
        }
    }

    fn run(&self) -> Run {
        Run {
            pitch: self.pitch(),
            began_ms: self.began.saturating_mul(TICK_MS),
            ms: self.frames.saturating_mul(TICK_MS),
        }
    }
}

/// One tone or two that hold nearly all of the power.
fn pitch(seen: &Pitches) -> Option<Pitch> {
    let [first, second] = seen.peaks;
    let low = first.hertz.min(second.hertz);
    let high = first.hertz.max(second.hertz);
    if first.share >= PURE {
        Some(Pitch::One(first.hertz))
    } else if seen.pair.share >= PURE && PAIR.contains(&seen.pair.hertz) {
        Some(Pitch::One(seen.pair.hertz))
    } else if first.share + second.share >= PURE && second.share * TWIST >= first.share {
        Some(Pitch::Two(low, high))
    } else {
        None
    }
}

/// −43 dBm0 as mean power: networks send their tones at −24 and above.
const QUIETEST: f32 = 180.0 * 180.0 / 2.0;
/// Share of the power: noise 6 dB below a tone is still borne, voices have harmonics.
const PURE: f32 = 0.8;
/// Of two tones the weaker has at least an eighth of the stronger's power, 9 dB.
const TWIST: f32 = 8.0;
/// North America rings with 440 and 480 Hz.
const PAIR: std::ops::RangeInclusive<f32> = 440.0..=480.0;
/// Hz that a steady tone may move.
const STEADY: f32 = 15.0;
/// 6 dB.
const FADES: f32 = 4.0;
/// Frames before a tone is told.
const FEWEST: u32 = 3;
