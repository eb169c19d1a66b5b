//! Whole sounds in memory: linear, one copy however many legs play it.

use std::sync::Arc;

use crate::Rate;
use crate::resample::resample;

/// A sound ready to be played. Two are the same when they share their samples: playing goes on over orders
/// that name the same sound again.
#[derive(Clone)]
pub struct Sound(Arc<Samples>);

struct Samples {
    /// What telephone lines play: without it, each would convert for itself.
    narrow: Vec<i16>,
    /// Of a sound that is worth it; twice as many.
    wide: Option<Vec<i16>>,
}

impl Sound {
    /// From samples at `hertz`; callers hand in one channel. What lies above 8 kHz is left out.
    pub fn new(samples: &[i16], hertz: u32) -> Sound {
        let wide = (hertz >= Rate::Wide.hertz()).then(|| resample(samples, hertz, Rate::Wide));
        let narrow = match &wide {
            None => resample(samples, hertz, Rate::Narrow),
            Some(wide) => resample(wide, Rate::Wide.hertz(), Rate::Narrow),
        };
        let wide = wide.map(|mut wide| {
            wide.truncate(narrow.len() * 2);
            wide
        });
        Sound(Arc::new(Samples { narrow, wide }))
    }

    /// The highest it has.
    pub fn rate(&self) -> Rate {
        if self.0.wide.is_some() { Rate::Wide } else { Rate::Narrow }
    }

    /// At the highest rate it has, up to `most`.
    pub fn samples(&self, most: Rate) -> (Rate, &[i16]) {
        match &self.0.wide {
            Some(wide) if most >= Rate::Wide => (Rate::Wide, wide),
            Some(_) | None => (Rate::Narrow, &self.0.narrow),
        }
    }
}

impl PartialEq for Sound {
    fn eq(&self, other: &Sound) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl std::fmt::Debug for Sound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sound({:?}, {} ms)", self.rate(), self.0.narrow.len() / Rate::Narrow.per_ms() as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tone::{Voices, amplitude};

    #[test]
    fn a_tone_keeps_its_pitch_from_any_rate() {
        for hertz in [8_000u32, 16_000, 44_100, 48_000] {
            // The generator counts at 8 kHz: 600 Hz at `hertz` is a slower turn there.
            let mut voices = Voices::new((600.0 * 8_000.0 / f64::from(hertz), 8_000.0), (0.0, 0.0));
            let source: Vec<i16> = (0..hertz).map(|_| voices.sample()).collect();
            let sound = Sound::new(&source, hertz);
            let (rate, narrow) = sound.samples(Rate::Narrow);
            assert_eq!((rate, narrow.len()), (Rate::Narrow, 8_000));
            assert!(amplitude(narrow, 600.0) > 7_900.0, "{hertz}");
        }
    }

    #[test]
    fn a_sound_is_kept_wide_where_it_was_recorded_so() {
        let rate = |hertz| Sound::new(&[1; 1_000], hertz).samples(Rate::Full).0;
        assert_eq!([8_000, 11_025, 16_000, 48_000].map(rate), [Rate::Narrow, Rate::Narrow, Rate::Wide, Rate::Wide]);
    }
}
