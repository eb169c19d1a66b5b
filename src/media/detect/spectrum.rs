//! What pitches the last 40 ms are made of, by a bank of Goertzel filters from 300 to 2,150 Hz.
//!
//! Under a Hann window a steady tone lies in five neighbouring filters, so what these hold of all the power is the tone's
//! share, wherever between two filters it is.

use std::f32::consts::TAU;

use crate::{Frame, Rate};

/// The bank of one stream.
#[derive(Clone, Debug)]
pub struct Spectrum {
    turns: [f32; BINS],
    window: [f32; SPAN],
    /// The frame before, then this one.
    samples: [f32; SPAN],
}

/// What was found.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Pitches {
    /// Mean power under the window, in sample units squared.
    pub power: f32,
    /// Strongest first; equal to the first where there is no second.
    pub peaks: [Peak; 2],
    /// The first with more of its neighbourhood: two tones so close that they beat.
    pub pair: Peak,
}

/// A tone that stands out.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Peak {
    pub hertz: f32,
    /// Of the whole power, 0–1.
    pub share: f32,
}

impl Spectrum {
    pub fn new() -> Spectrum {
        let step = TAU / Rate::Narrow.hertz() as f32;
        Spectrum {
            turns: std::array::from_fn(|bin| 2.0 * (step * hertz(bin as f32)).cos()),
            window: std::array::from_fn(|at| 0.5 - 0.5 * (TAU * (at as f32 + 0.5) / SPAN as f32).cos()),
            samples: [0.0; SPAN],
        }
    }

    /// With the next 20 ms at 8 kHz. Nothing is looked for in what is quieter than `quietest`, mean power.
    pub fn see(&mut self, frame: &Frame, quietest: f32) -> Pitches {
        self.samples.copy_within(SPAN / 2.., 0);
        for (place, sample) in self.samples.iter_mut().skip(SPAN / 2).zip(frame.samples()) {
            *place = f32::from(*sample);
        }
        let mut seen = [0.0; SPAN];
        for ((place, sample), weight) in seen.iter_mut().zip(&self.samples).zip(&self.window) {
            *place = sample * weight;
        }
        let energy = seen.iter().map(|sample| sample * sample).sum::<f32>();
        let power = energy / (SPAN as f32 * WINDOW_POWER);
        if power < quietest {
            return Pitches { power, ..Pitches::default() };
        }
        let powers = self.turns.map(|turn| goertzel(&seen, turn));
        let whole = energy * SPAN as f32 / 2.0;
        let first = peak(&powers, |_| true, LOBE, whole);
        let second = peak(&powers, |bin| (hertz(bin as f32) - first.hertz).abs() >= APART, LOBE, whole);
        Pitches { power, peaks: [first, second], pair: peak(&powers, |_| true, LOBE + 1, whole) }
    }
}

impl Default for Spectrum {
    fn default() -> Self {
        Spectrum::new()
    }
}

fn goertzel(samples: &[f32], turn: f32) -> f32 {
    let (mut last, mut before) = (0.0, 0.0);
    for sample in samples {
        (last, before) = (turn * last - before + sample, last);
    }
    last * last + before * before - turn * last * before
}

/// The strongest of the bins that are asked for, with so many neighbours on either side.
fn peak(powers: &[f32; BINS], asked: impl Fn(usize) -> bool, reach: usize, whole: f32) -> Peak {
    let bins = powers.iter().enumerate().filter(|(bin, _)| asked(*bin));
    let Some((centre, _)) = bins.max_by(|a, b| a.1.total_cmp(b.1)) else { return Peak::default() };
    let lobe = || powers.iter().enumerate().skip(centre.saturating_sub(reach)).take(centre.min(reach) + reach + 1);
    let power: f32 = lobe().map(|(_, power)| power).sum();
    let middle: f32 = lobe().map(|(bin, power)| bin as f32 * power).sum::<f32>() / power.max(f32::MIN_POSITIVE);
    Peak { hertz: hertz(middle), share: (power / whole.max(f32::MIN_POSITIVE)).clamp(0.0, 1.0) }
}

fn hertz(bin: f32) -> f32 {
    LOWEST + bin * STEP
}

/// 40 ms.
const SPAN: usize = 2 * Rate::Narrow.frame();
/// Mean of the squared Hann window.
const WINDOW_POWER: f32 = 0.375;
const LOWEST: f32 = 300.0;
/// The bank's resolution: one turn in 40 ms.
const STEP: f32 = 25.0;
/// To 2,150 Hz.
const BINS: usize = 75;
/// Neighbours of a filter that hold a tone's main lobe.
const LOBE: usize = 2;
/// Two tones closer than this are one peak.
const APART: f32 = 90.0;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tone::Voices;

    #[test]
    fn one_tone_or_two_hold_nearly_all_of_the_power() {
        for hertz in [400.0, 425.0, 913.8, 985.2, 1_012.5, 2_100.0] {
            let (mut voices, mut spectrum) = (Voices::new((hertz, 4_000.0), (0.0, 0.0)), Spectrum::new());
            let mut frame = || Frame::from_fn(Rate::Narrow, |_| voices.sample());
            spectrum.see(&frame(), 0.0);
            let seen = spectrum.see(&frame(), 0.0);
            assert!((seen.peaks[0].hertz - hertz as f32).abs() < 4.0, "{hertz}: {seen:?}");
            assert!(seen.peaks[0].share > 0.98, "{hertz}: {seen:?}");
            assert!((seen.power / 8e6 - 1.0).abs() < 0.05, "{hertz}: {seen:?}");
        }
        let (mut voices, mut spectrum) = (Voices::new((480.0, 4_000.0), (620.0, 4_000.0)), Spectrum::new());
        let mut frame = || Frame::from_fn(Rate::Narrow, |_| voices.sample());
        spectrum.see(&frame(), 0.0);
        let [first, second] = spectrum.see(&frame(), 0.0).peaks;
        assert!(first.share.min(second.share) > 0.4 && (first.hertz + second.hertz - 1_100.0).abs() < 10.0);
    }

    #[test]
    fn silence_has_no_pitch() {
        let mut spectrum = Spectrum::new();
        assert_eq!(spectrum.see(&crate::SILENCE, 1.0), Pitches::default());
        assert_eq!(spectrum.see(&crate::SILENCE, 0.0).peaks[0].share, 0.0);
    }
}
