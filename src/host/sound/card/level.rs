//! How loud it is: peak and mean over a tenth of a second, read by whoever shows meters.

use std::sync::atomic::{AtomicU32, Ordering};

use serde::{Deserialize, Serialize};

/// One direction's loudness over the last 100 ms; 1 is the loudest there is.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Level {
    pub peak: f32,
    /// Root mean square.
    pub rms: f32,
}

/// Collects samples into levels, ten a second.
#[derive(Debug, Default)]
pub struct Meter {
    peak: u16,
    squares: f64,
    count: u32,
}

/// The last level of a meter, without a lock.
#[derive(Debug, Default)]
pub struct Shown {
    peak: AtomicU32,
    rms: AtomicU32,
}

impl Meter {
    /// True when every sample of the block is zero: a microphone that is connected makes noise.
    pub fn see(&mut self, block: &[i16], shown: &Shown) -> bool {
        self.see_at(RATE, block, shown)
    }

    /// The same at another rate.
    pub fn see_at(&mut self, hertz: u32, block: &[i16], shown: &Shown) -> bool {
        let peak = block.iter().map(|sample| sample.unsigned_abs()).max().unwrap_or(0);
        self.peak = self.peak.max(peak);
        self.squares += block.iter().map(|sample| f64::from(*sample).powi(2)).sum::<f64>();
        self.count += block.len() as u32;
        if self.count >= hertz / LEVELS {
            let rms = (self.squares / f64::from(self.count)).sqrt();
            shown.set(Level { peak: f32::from(self.peak) / FULL, rms: rms as f32 / FULL });
            *self = Meter::default();
        }
        peak == 0
    }
}

impl Shown {
    pub fn level(&self) -> Level {
        let read = |place: &AtomicU32| f32::from_bits(place.load(Ordering::Relaxed));
        Level { peak: read(&self.peak), rms: read(&self.rms) }
    }

    pub fn set(&self, level: Level) {
        self.peak.store(level.peak.to_bits(), Ordering::Relaxed);
        self.rms.store(level.rms.to_bits(), Ordering::Relaxed);
    }
}

/// A sound card's, in Hz.
const RATE: u32 = 48_000;
/// In a second.
const LEVELS: u32 = 10;
const FULL: f32 = 32_768.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_square_wave_has_peak_and_mean_of_one_and_silence_none() {
        let (mut meter, shown) = (Meter::default(), Shown::default());
        for _ in 0..10 {
            assert!(!meter.see(&[-32_768; 480], &shown));
        }
        assert_eq!(shown.level(), Level { peak: 1.0, rms: 1.0 });
        for _ in 0..10 {
            assert!(meter.see(&[0; 480], &shown));
        }
        assert_eq!(shown.level(), Level::default());
    }
}
