//! Signals a person knows, made sample by sample at 8 kHz, in phase from frame to frame.

use std::f64::consts::TAU;

use crate::{Frame, Rate};

/// Brazilian cadences (425 Hz; Anatel Resolução 717) for the network's, our own for the device's.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tone {
    /// The called party is rung: 1 s on, 4 s off.
    Ringback,
    /// 250 ms on, 250 ms off.
    Busy,
    /// A call comes in: two voices, 1 s on, 2 s off.
    Ring,
    /// A second call comes in while one is up: 50 ms on, 1 s off.
    CallWaiting,
}

impl Tone {
    /// On and off, in ms.
    fn cadence(self) -> (u32, u32) {
        match self {
            Tone::Ringback => (1000, 4000),
            Tone::Busy => (250, 250),
            Tone::Ring => (1000, 2000),
            Tone::CallWaiting => (50, 1000),
        }
    }

    /// In Hz; 0: one voice only.
    fn frequencies(self) -> (f64, f64) {
        match self {
            Tone::Ringback | Tone::Busy | Tone::CallWaiting => (425.0, 0.0),
            Tone::Ring => (440.0, 480.0),
        }
    }
}

/// A tone being played.
#[derive(Clone, Debug)]
pub struct Player {
    tone: Tone,
    voices: Voices,
    /// Samples into the cadence.
    position: u32,
}

impl Player {
    /// From the start of the cadence.
    pub fn new(tone: Tone) -> Player {
        Player { tone, voices: voices_of(tone), position: 0 }
    }

    /// The next 20 ms.
    pub fn fill(&mut self, frame: &mut Frame) {
        let (on, off) = self.tone.cadence();
        let (on, whole) = (on * RATE.per_ms(), (on + off) * RATE.per_ms());
        *frame = Frame::silence(RATE);
        for sample in frame.samples_mut() {
            *sample = if self.position < on { self.voices.sample() } else { 0 };
            self.position += 1;
            if self.position == whole {
                *self = Player::new(self.tone);
            }
        }
    }
}

fn voices_of(tone: Tone) -> Voices {
    let (first, second) = tone.frequencies();
    Voices::new((first, LEVEL), (second, LEVEL))
}

/// Two sines added, each with its amplitude; as in a DTMF digit.
#[derive(Clone, Debug)]
pub struct Voices([Sine; 2]);

impl Voices {
    /// Frequency in Hz and amplitude in sample units of each.
    pub fn new(first: (f64, f64), second: (f64, f64)) -> Voices {
        Voices([Sine::new(first), Sine::new(second)])
    }

    /// The next sample.
    pub fn sample(&mut self) -> i16 {
        let [first, second] = &mut self.0;
        (first.sample() + second.sample()) as i16
    }
}

/// A resonator: two multiplications a sample, and in phase for ever.
#[derive(Clone, Debug)]
struct Sine {
    turn: f64,
    last: f64,
    before: f64,
}

impl Sine {
    fn new((hertz, amplitude): (f64, f64)) -> Sine {
        let angle = TAU * hertz / f64::from(RATE.hertz());
        Sine { turn: 2.0 * angle.cos(), last: 0.0, before: -amplitude * angle.sin() }
    }

    fn sample(&mut self) -> f64 {
        let sample = self.last;
        (self.last, self.before) = (self.turn * self.last - self.before, self.last);
        sample
    }
}

/// No tone here needs more.
const RATE: Rate = Rate::Narrow;
/// About −13 dBm0: a full-scale sine is +3.14 dBm0 (G.711).
const LEVEL: f64 = 5_000.0;

/// Power of one frequency in `samples` at 8 kHz by Goertzel, as the amplitude of a sine of that frequency.
pub fn amplitude(samples: &[i16], hertz: f64) -> f64 {
    let turn = 2.0 * (TAU * hertz / f64::from(RATE.hertz())).cos();
    let (mut last, mut before) = (0.0, 0.0);
    for sample in samples {
        (last, before) = (turn * last - before + f64::from(*sample), last);
    }
    let power: f64 = last * last + before * before - turn * last * before;
    2.0 * power.max(0.0).sqrt() / samples.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SILENCE;

    fn play(tone: Tone, ms: usize) -> Vec<i16> {
        let mut player = Player::new(tone);
        let mut all = Vec::new();
        for _ in 0..ms / 20 {
            let mut frame = SILENCE;
            player.fill(&mut frame);
            all.extend(frame.samples());
        }
        all
    }

    #[test]
    fn ringback_is_425_hz_for_one_second_in_five() {
        let sound = play(Tone::Ringback, 10_000);
        for period in 0..2 {
            let from = period * 40_000;
            assert!((amplitude(&sound[from..from + 8_000], 425.0) - LEVEL).abs() < 50.0);
            assert!(sound[from + 8_000..from + 40_000].iter().all(|s| *s == 0));
        }
    }

    #[test]
    fn busy_changes_every_quarter_second() {
        let sound = play(Tone::Busy, 1_000);
        assert!(amplitude(&sound[0..2_000], 425.0) > 4_900.0);
        assert!(sound[2_000..4_000].iter().all(|s| *s == 0));
        assert!(amplitude(&sound[4_000..6_000], 425.0) > 4_900.0);
    }

    #[test]
    fn a_tone_goes_on_in_phase_over_frames() {
        let sound = play(Tone::Ringback, 1_000);
        let steepest = LEVEL * TAU * 425.0 / 8000.0 + 2.0;
        for edge in (RATE.frame()..sound.len()).step_by(RATE.frame()) {
            assert!(f64::from((sound[edge] - sound[edge - 1]).abs()) <= steepest);
        }
    }
}
