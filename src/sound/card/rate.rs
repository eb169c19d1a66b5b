//! Between the card's 48 kHz and a leg's 8 kHz: one low-pass, read at every sixth sample or fed with every sixth.

use std::f64::consts::PI;

use media::{FRAME, Frame, Rate, SILENCE};

/// Samples of a frame at 48 kHz.
pub const FULL: usize = FRAME * TIMES;

/// From the card to a leg.
#[derive(Debug)]
pub struct Down {
    low_pass: [f32; TAPS],
    /// The end of the last frame.
    before: [f32; TAPS],
}

/// From a leg to the card.
#[derive(Debug)]
pub struct Up {
    low_pass: [f32; TAPS],
    before: [f32; TAPS / TIMES],
}

impl Default for Down {
    fn default() -> Down {
        Down { low_pass: low_pass(), before: [0.0; TAPS] }
    }
}

impl Down {
    pub fn frame(&mut self, samples: &[i16; FULL]) -> Frame {
        let now = samples.map(f32::from);
        let line: Vec<f32> = self.before.iter().chain(&now).copied().collect();
        let mut frame = SILENCE;
        for (sample, window) in frame.samples_mut().iter_mut().zip(line.windows(TAPS).skip(TIMES).step_by(TIMES)) {
            *sample = window.iter().zip(&self.low_pass).map(|(sample, tap)| sample * tap).sum::<f32>().round() as i16;
        }
        self.before.copy_from_slice(&now[FULL - TAPS..]);
        frame
    }
}

impl Default for Up {
    fn default() -> Up {
        Up { low_pass: low_pass(), before: [0.0; TAPS / TIMES] }
    }
}

impl Up {
    pub fn samples(&mut self, frame: &Frame) -> [i16; FULL] {
        let mut samples = [0; FULL];
        if frame.rate() == Rate::Full {
            samples.copy_from_slice(frame.samples());
            return samples;
        }
        for (six, new) in samples.chunks_exact_mut(TIMES).zip(frame.samples()) {
            self.before.rotate_left(1);
            self.before[TAPS / TIMES - 1] = f32::from(*new);
            for (phase, sample) in six.iter_mut().enumerate() {
                let taps = self.low_pass.iter().skip(phase).step_by(TIMES);
                let sum: f32 = self.before.iter().rev().zip(taps).map(|(sample, tap)| sample * tap).sum();
                *sample = (sum * TIMES as f32).round() as i16;
            }
        }
        samples
    }
}

/// A Hann-windowed sinc at 3.7 kHz: 50 dB down at 4.3 kHz.
fn low_pass() -> [f32; TAPS] {
    let middle = (TAPS - 1) as f64 / 2.0;
    let taps: [f64; TAPS] = std::array::from_fn(|n| {
        let at = n as f64 - middle;
        let sinc = (2.0 * PI * CUT_OFF * at).sin() / (PI * at);
        sinc * (0.5 + 0.5 * (PI * at / (middle + 1.0)).cos())
    });
    let sum: f64 = taps.iter().sum();
    taps.map(|tap| (tap / sum) as f32)
}

const TIMES: usize = 6;
const TAPS: usize = 192;
/// Of the rate: 3.7 kHz.
const CUT_OFF: f64 = 3_700.0 / 48_000.0;

#[cfg(test)]
mod tests {
    use super::*;
    use media::tone::amplitude;

    #[test]
    fn a_tone_passes_both_ways_and_what_a_telephone_cannot_carry_does_not_fold_down() {
        let (mut down, mut up) = (Down::default(), Up::default());
        let sine = |hertz: f64, rate: f64, n: usize| ((2.0 * PI * hertz * n as f64 / rate).sin() * 8_000.0) as i16;
        let (mut heard, mut folded, mut raised) = (Vec::new(), Vec::new(), Vec::new());
        for frame in 0..50 {
            heard.extend(down.frame(&std::array::from_fn(|n| sine(440.0, 48_000.0, frame * FULL + n))).samples().to_vec());
            let narrow = Frame::from_fn(Rate::Narrow, |n| sine(440.0, 8_000.0, frame * FRAME + n));
            raised.extend(up.samples(&narrow));
        }
        let mut down = Down::default();
        for frame in 0..50 {
            folded.extend(down.frame(&std::array::from_fn(|n| sine(5_000.0, 48_000.0, frame * FULL + n))).samples().to_vec());
        }
        assert!((amplitude(&heard[800..], 440.0) - 8_000.0).abs() < 100.0);
        assert!(folded[800..].iter().all(|sample| sample.abs() < 40), "5 kHz is gone, not at 3 kHz");
        let middle = &raised[4_800..];
        let rises = middle.windows(2).filter(|pair| pair[0] < 0 && pair[1] >= 0).count() as f64;
        assert!((rises / (middle.len() as f64 / 48_000.0) - 440.0).abs() < 2.0);
        assert!((7_850..8_150).contains(middle.iter().max().unwrap()));
    }
}
