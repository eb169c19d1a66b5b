//! Echo out, noise out, loudness evened: what can be done to a microphone's sound, each by setting.

use serde::Serialize;
use sonora::config::{AdaptiveDigital, EchoCanceller, GainController2, HighPassFilter, NoiseSuppression};
use sonora::{AudioProcessing, Config, StreamConfig};

use super::ring::{BLOCK, Block};

/// What shall be done.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Improvements {
    /// What the loudspeaker plays is taken out of what the microphone hears.
    pub echo_cancellation: bool,
    pub noise_suppression: bool,
    /// The voice is brought to one loudness.
    pub gain: bool,
}

/// Does it, 10 ms at a time.
pub struct Improver(AudioProcessing);

impl Improver {
    /// `None` where nothing shall be done.
    pub fn new(wanted: Improvements) -> Option<Improver> {
        if wanted == Improvements::default() {
            return None;
        }
        let config = Config {
            high_pass_filter: Some(HighPassFilter::default()),
            echo_canceller: wanted.echo_cancellation.then(EchoCanceller::default),
            noise_suppression: wanted.noise_suppression.then(NoiseSuppression::default),
            gain_controller2: wanted.gain.then(|| GainController2 {
                adaptive_digital: Some(AdaptiveDigital::default()),
                ..GainController2::default()
            }),
            ..Config::default()
        };
        let stream = || StreamConfig::new(48_000, 1);
        let processing = AudioProcessing::builder().config(config).capture_config(stream()).render_config(stream());
        Some(Improver(processing.build()))
    }

    /// `heard` is what goes out of the loudspeaker at this time.
    pub fn improve(&mut self, said: &Block, heard: &Block) -> Block {
        let (mut out, mut unused) = ([0; BLOCK], [0; BLOCK]);
        // The lengths are right by their type; with an error the sound stays as it was.
        let _ = self.0.process_render_i16(heard, &mut unused);
        match self.0.process_capture_i16(said, &mut out) {
            Ok(()) => out,
            Err(_) => *said,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A voice with pauses, on one day the one end's and on another the other's.
    fn voice(seed: u32, block: usize) -> Block {
        let mut dice = seed.wrapping_mul(747_796_405).wrapping_add(block as u32);
        let loud = if (block / 40 + seed as usize).is_multiple_of(3) { 0.0 } else { 6_000.0 };
        std::array::from_fn(|n| {
            dice = dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let noise = f64::from(dice >> 16) / 32_768.0 - 1.0;
            let at = (block * BLOCK + n) as f64 / 48_000.0;
            ((at * 170.0 * std::f64::consts::TAU).sin() * 0.5 * loud + noise * 0.5 * loud) as i16
        })
    }

    fn energy(block: &Block) -> f64 {
        block.iter().map(|sample| f64::from(*sample).powi(2)).sum()
    }

    #[test]
    fn the_far_voice_that_the_microphone_hears_is_taken_out() {
        let wanted = Improvements { echo_cancellation: true, ..Improvements::default() };
        let mut improver = Improver::new(wanted).unwrap();
        let (mut before, mut after) = (0.0, 0.0);
        for block in 0..1_000 {
            let heard = voice(7, block);
            // Half as loud, 40 ms later.
            let echo = if block >= 4 { voice(7, block - 4).map(|sample| sample / 2) } else { [0; BLOCK] };
            let said = improver.improve(&echo, &heard);
            if block >= 500 {
                before += energy(&echo);
                after += energy(&said);
            }
        }
        let decibel = 10.0 * (before / after.max(1.0)).log10();
        println!("echo {decibel:.0} dB lower");
        assert!(decibel > 20.0, "{decibel} dB");
    }

    #[test]
    fn a_quiet_voice_becomes_louder_and_steady_noise_quieter() {
        let quiet = |block| voice(1, block).map(|sample| sample / 20);
        let mut gain = Improver::new(Improvements { gain: true, ..Improvements::default() }).unwrap();
        let louder = (0..1_000).map(|n| (energy(&quiet(n)), energy(&gain.improve(&quiet(n), &[0; BLOCK]))));
        let (before, after) = louder.skip(500).fold((0.0, 0.0), |sums, one| (sums.0 + one.0, sums.1 + one.1));
        assert!(after > 2.0 * before, "{before} to {after}");

        let mut dice = 1_u32;
        let mut hiss = || {
            std::array::from_fn(|_| {
                dice = dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                ((dice >> 16) as i32 - 32_768) as i16 / 64
            })
        };
        let mut suppression =
            Improver::new(Improvements { noise_suppression: true, ..Improvements::default() }).unwrap();
        let (mut before, mut after) = (0.0, 0.0);
        for n in 0..1_000 {
            let block = hiss();
            let quieter = suppression.improve(&block, &[0; BLOCK]);
            if n >= 500 {
                (before, after) = (before + energy(&block), after + energy(&quieter));
            }
        }
        let decibel = 10.0 * (before / after.max(1.0)).log10();
        println!("noise {decibel:.0} dB lower");
        assert!(decibel > 6.0, "{decibel} dB");
    }

    #[test]
    fn nothing_wished_costs_nothing() {
        assert!(Improver::new(Improvements::default()).is_none());
    }
}
