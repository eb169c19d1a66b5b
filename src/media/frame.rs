//! 20 ms of linear sound with their rate: what passes between legs, devices and the mixer.

use std::fmt;

/// How fine sound is cut. Telephone lines are narrow, G.722 is wide, Opus is full.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub enum Rate {
    /// 8 kHz.
    #[default]
    Narrow,
    /// 16 kHz.
    Wide,
    /// 48 kHz.
    Full,
}

impl Rate {
    /// Samples per second.
    pub const fn hertz(self) -> u32 {
        self.per_ms() * 1_000
    }

    /// Samples per millisecond.
    pub const fn per_ms(self) -> u32 {
        match self {
            Rate::Narrow => 8,
            Rate::Wide => 16,
            Rate::Full => 48,
        }
    }

    /// Samples of one frame.
    pub const fn frame(self) -> usize {
        TICK_MS as usize * self.per_ms() as usize
    }
}

/// 20 ms of one channel. A value: copied about, never allocated.
#[derive(Clone, Copy)]
pub struct Frame {
    rate: Rate,
    /// Silence beyond the rate's own length.
    samples: [i16; Rate::Full.frame()],
}

impl Frame {
    /// No sound.
    pub const fn silence(rate: Rate) -> Frame {
        Frame { rate, samples: [0; Rate::Full.frame()] }
    }

    /// From the beginning of `samples`; silence where they are too few.
    pub fn new(rate: Rate, samples: &[i16]) -> Frame {
        let mut frame = Frame::silence(rate);
        frame.samples_mut().iter_mut().zip(samples).for_each(|(place, sample)| *place = *sample);
        frame
    }

    /// Sample by sample, by its place.
    pub fn from_fn(rate: Rate, sample: impl FnMut(usize) -> i16) -> Frame {
        let mut frame = Frame::silence(rate);
        let made = (0..rate.frame()).map(sample);
        frame.samples_mut().iter_mut().zip(made).for_each(|(place, sample)| *place = sample);
        frame
    }

    pub fn rate(&self) -> Rate {
        self.rate
    }

    /// All of them, as many as the rate has in 20 ms.
    pub fn samples(&self) -> &[i16] {
        self.samples.split_at(self.rate.frame()).0
    }

    pub fn samples_mut(&mut self) -> &mut [i16] {
        self.samples.split_at_mut(self.rate.frame()).0
    }
}

impl PartialEq for Frame {
    fn eq(&self, other: &Frame) -> bool {
        self.rate == other.rate && self.samples() == other.samples()
    }
}

impl Eq for Frame {}

impl fmt::Debug for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Frame({:?}, {:?})", self.rate, self.samples())
    }
}

/// Length of a frame, and the time between two ticks.
pub const TICK_MS: u32 = 20;

/// No sound, at the lowest rate: who hears it need not convert it.
pub const SILENCE: Frame = Frame::silence(Rate::Narrow);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_20_ms_at_its_rate() {
        for (rate, samples) in [(Rate::Narrow, 160), (Rate::Wide, 320), (Rate::Full, 960)] {
            assert_eq!((rate.frame(), rate.hertz() as usize), (samples, samples * 50));
            let frame = Frame::from_fn(rate, |at| at as i16);
            assert_eq!(frame.samples().len(), samples);
            assert_eq!(Frame::new(rate, frame.samples()), frame);
            assert_eq!(Frame::new(rate, &[5; 10]).samples()[8..12], [5, 5, 0, 0]);
        }
        assert_ne!(Frame::silence(Rate::Wide), SILENCE, "silence of another length");
    }
}
