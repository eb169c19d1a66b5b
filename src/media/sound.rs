//! Whole sounds in memory: 8 kHz, linear, one copy however many legs play it.

use std::sync::Arc;

/// A sound ready to be played. Two are the same when they share their samples: playing goes on over orders
/// that name the same sound again.
#[derive(Clone)]
pub struct Sound(Arc<[i16]>);

impl Sound {
    /// From samples at `rate` Hz, by straight lines between them; callers hand in one channel.
    pub fn new(samples: &[i16], rate: u32) -> Sound {
        Sound(resample(samples, rate).into())
    }

    /// At 8 kHz.
    pub fn samples(&self) -> &[i16] {
        &self.0
    }
}

impl PartialEq for Sound {
    fn eq(&self, other: &Sound) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl std::fmt::Debug for Sound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sound({} samples)", self.0.len())
    }
}

/// Where the rate falls, each output is the mean of the inputs it stands for: without it, what lies above 4 kHz folds down.
fn resample(samples: &[i16], rate: u32) -> Vec<i16> {
    match rate {
        0 => Vec::new(),
        TARGET => samples.to_vec(),
        _ => {
            let step = f64::from(rate) / f64::from(TARGET);
            let count = (samples.len() as f64 / step) as usize;
            (0..count).map(|i| sample_at(samples, i as f64 * step, step)).collect()
        }
    }
}

fn sample_at(samples: &[i16], at: f64, step: f64) -> i16 {
    let first = at as usize;
    let get = |i: usize| samples.get(i).or(samples.last()).map_or(0.0, |s| f64::from(*s));
    if step >= 2.0 {
        let span = step as usize;
        return ((first..first + span).map(get).sum::<f64>() / span as f64) as i16;
    }
    let part = at - first as f64;
    (get(first) * (1.0 - part) + get(first + 1) * part) as i16
}

const TARGET: u32 = 8_000;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tone::{Voices, amplitude};

    #[test]
    fn a_tone_keeps_its_pitch_from_any_rate() {
        for rate in [8_000u32, 16_000, 44_100, 48_000] {
            // The generator counts at 8 kHz: 600 Hz at `rate` is a slower turn there.
            let mut voices = Voices::new((600.0 * 8_000.0 / f64::from(rate), 8_000.0), (0.0, 0.0));
            let source: Vec<i16> = (0..rate).map(|_| voices.sample()).collect();
            let sound = Sound::new(&source, rate);
            assert_eq!(sound.samples().len(), 8_000);
            assert!(amplitude(sound.samples(), 600.0) > 7_500.0, "{rate}");
        }
    }
}
