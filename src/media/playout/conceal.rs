//! What a voice would have said: its last pitch period again and again, fading to silence (cf. ITU-T G.711 Appendix I).
//!
//! Three things differ from the appendix, each because PESQ was better for it. No samples are looked ahead, so it costs
//! no delay: the step where the first period joins what was already heard is taken away and given back over a quarter
//! of a period. The period is found by the last 4 ms alone, which are what must go on. And the fade begins at once.

use super::pitch::{self, Match};

/// Goes on where a voice broke off.
#[derive(Clone, Debug)]
pub struct Concealer {
    rate: usize,
    /// What was last heard.
    past: Vec<i16>,
    going: Option<Going>,
}

/// One concealment under way; all in samples.
#[derive(Clone, Copy, Debug)]
struct Going {
    /// The period.
    lag: usize,
    made: usize,
    /// From the first sample of the period to the one that was last heard.
    step: f32,
}

impl Concealer {
    /// `rate`: samples per second.
    pub fn new(rate: usize) -> Concealer {
        Concealer { rate, past: Vec::with_capacity(rate * PAST_MS / 1_000), going: None }
    }

    /// The voice broke off after `heard`.
    pub fn begin(&mut self, heard: &[i16]) {
        let length = self.past.capacity().min(heard.len());
        self.past.clear();
        self.past.extend_from_slice(heard.get(heard.len() - length..).unwrap_or(&[]));
        let lag = self.pitch().map(|Match { lag, .. }| lag);
        self.going = lag.map(|lag| Going { lag, made: 0, step: self.heard(1) - self.heard(lag + 1) });
    }

    /// Whether a voice broke off and was not merged again.
    pub fn is_going(&self) -> bool {
        self.going.is_some()
    }

    /// Whether the fade is over.
    pub fn is_silent(&self) -> bool {
        self.going.is_none_or(|going| going.made >= self.ms(END_MS))
    }

    /// The next samples.
    pub fn fill(&mut self, out: &mut [i16]) {
        let Some(mut going) = self.going else { return out.fill(0) };
        for sample in out {
            *sample = self.sample(going) as i16;
            going.made += 1;
        }
        self.going = Some(going);
    }

    /// The voice is back: fades into it.
    pub fn merge(&mut self, voice: &mut [i16]) {
        let mut tail = [0; MOST_OVERLAP];
        let overlap = self.ms(MERGE_MS).min(MOST_OVERLAP).min(voice.len());
        if let Some(tail) = tail.get_mut(..overlap).filter(|_| self.is_going()) {
            self.fill(tail);
            pitch::fade_into(tail, voice);
        }
        self.going = None;
    }

    fn sample(&self, going: Going) -> f32 {
        let Going { lag, made, step } = going;
        let ramp = (lag / 4).max(1);
        // Towards its end the period fades into what preceded it, to begin again without a step.
        let left = lag - made % lag;
        let share = (1.0 - left as f32 / ramp as f32).max(0.0);
        let period = self.heard(left) * (1.0 - share) + self.heard(left + lag) * share;
        let joint = step * (1.0 - made as f32 / ramp as f32).max(0.0);
        let gain = (1.0 - made as f32 / self.ms(END_MS) as f32).max(0.0);
        (period + joint) * gain
    }

    /// The sample `back` before the voice broke off.
    fn heard(&self, back: usize) -> f32 {
        let at = self.past.len().checked_sub(back);
        at.and_then(|at| self.past.get(at)).map_or(0.0, |sample| f32::from(*sample))
    }

    fn pitch(&self) -> Option<Match> {
        let (window, end) = (self.ms(WINDOW_MS), self.past.len());
        let last = self.past.get(end.checked_sub(window)?..)?;
        let lags = self.rate / HIGHEST_HZ..=self.ms(LONGEST_PERIOD_MS).min(end - window);
        pitch::search(self.rate, lags, |lag, step| {
            let earlier = self.past.get(end - window - lag..end - lag);
            earlier.map_or(0.0, |earlier| pitch::likeness(last, earlier, step))
        })
    }

    fn ms(&self, ms: usize) -> usize {
        self.rate * ms / 1_000
    }
}

/// Two of the longest periods.
const PAST_MS: usize = 2 * LONGEST_PERIOD_MS;
/// 66 Hz.
const LONGEST_PERIOD_MS: usize = 15;
/// A shorter period would buzz.
const HIGHEST_HZ: usize = 320;
/// What is looked for in the past.
const WINDOW_MS: usize = 4;
/// Silent from here on.
pub const END_MS: usize = 60;
/// How long the voice that is back takes to be heard alone.
const MERGE_MS: usize = 5;
/// That of 48 kHz.
const MOST_OVERLAP: usize = 240;
