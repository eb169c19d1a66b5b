//! What a voice would have said: its last pitch periods once more, fading to silence (after ITU-T G.711 Appendix I).
//!
//! The last period alone is repeated for 10 ms, then the last two, then three, lest it buzz. Unlike the appendix this
//! one looks no samples ahead, so it costs no delay: where the first period joins what was already heard, the step
//! between both is taken away and given back slowly.

use super::pitch::{self, Match};

/// Goes on where a voice broke off.
#[derive(Clone, Debug)]
pub struct Concealer {
    rate: usize,
    /// What was last heard.
    past: Vec<i16>,
    going: Option<Going>,
}

/// One concealment under way.
#[derive(Clone, Copy, Debug)]
struct Going {
    /// In samples.
    lag: usize,
    /// How many periods are repeated.
    periods: usize,
    /// Within these periods, in samples.
    phase: usize,
    made: usize,
    /// From what was last heard to the first period.
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
        self.going = self.pitch().map(|Match { lag, .. }| {
            let at = |back: usize| self.past.get(length.wrapping_sub(back)).map_or(0.0, |sample| f32::from(*sample));
            Going { lag, periods: 1, phase: 0, made: 0, step: at(1) - at(lag + 1) }
        });
    }

    /// Whether a voice broke off and nothing came yet.
    pub fn is_going(&self) -> bool {
        self.going.is_some()
    }

    /// Something else goes on in its place.
    pub fn stop(&mut self) {
        self.going = None;
    }

    /// The next samples.
    pub fn fill(&mut self, out: &mut [i16]) {
        let Some(mut going) = self.going else { return out.fill(0) };
        for sample in out {
            *sample = self.next(&mut going) as i16;
        }
        self.going = Some(going);
    }

    /// The voice is back: fades into it, over the longer the longer it was away.
    pub fn merge(&mut self, voice: &mut [i16]) {
        let Some(going) = &self.going else { return };
        let overlap = (self.ms(MERGE_MS) + going.made * 2 / 5).min(self.ms(MOST_MERGE_MS)).min(voice.len());
        let mut tail = [0; MOST_OVERLAP];
        if let (Some(tail), Some(start)) = (tail.get_mut(..overlap), voice.get_mut(..overlap)) {
            self.fill(tail);
            pitch::fade_into(tail, start);
        }
        self.going = None;
    }

    fn next(&self, going: &mut Going) -> f32 {
        if going.periods < MOST_PERIODS
            && going.made >= self.ms(going.periods * GROW_MS)
            && (going.periods + 1) * going.lag + self.ramp(going.lag) <= self.past.len()
        {
            going.periods += 1;
            going.phase += going.lag;
        }
        let ramp = self.ramp(going.lag);
        let joint = going.step * (1.0 - going.made as f32 / ramp as f32).max(0.0);
        let value = self.repeated(going, ramp) + joint;
        let gain = self.gain(going.made);
        going.made += 1;
        going.phase = (going.phase + 1) % (going.periods * going.lag);
        (value * gain).clamp(-32_768.0, 32_767.0)
    }

    /// The sample at the phase; towards the end of the last period it fades into what preceded the first.
    fn repeated(&self, going: &Going, ramp: usize) -> f32 {
        let at = |index: usize| self.past.get(index).map_or(0.0, |sample| f32::from(*sample));
        let cycle = going.periods * going.lag;
        let start = self.past.len() - cycle;
        let value = at(start + going.phase);
        let left = cycle - going.phase;
        if left > ramp || start < left {
            return value;
        }
        let share = (ramp - left) as f32 / ramp as f32;
        value * (1.0 - share) + at(start - left) * share
    }

    /// A quarter of a period, over which joints are smoothed.
    fn ramp(&self, lag: usize) -> usize {
        (lag / 4).max(1)
    }

    fn gain(&self, made: usize) -> f32 {
        let (hold, end) = (self.ms(HOLD_MS) as f32, self.ms(END_MS) as f32);
        (1.0 - (made as f32 - hold) / (end - hold)).clamp(0.0, 1.0)
    }

    fn pitch(&self) -> Option<Match> {
        let window = self.ms(WINDOW_MS);
        let end = self.past.len();
        let recent = self.past.get(end.checked_sub(window)?..)?;
        let lags = self.rate / HIGHEST_HZ..=self.ms(LONGEST_PERIOD_MS).min(end - window);
        pitch::search(self.rate, lags, |lag, step| {
            self.past.get(end - window - lag..end - lag).map_or(0.0, |earlier| pitch::likeness(recent, earlier, step))
        })
    }

    fn ms(&self, ms: usize) -> usize {
        self.rate * ms / 1_000
    }
}

/// Three of the longest periods and a quarter.
const PAST_MS: usize = 49;
/// What is compared with what was a period before.
const WINDOW_MS: usize = 20;
const LONGEST_PERIOD_MS: usize = 15;
/// A shorter period would buzz.
const HIGHEST_HZ: usize = 200;
const MOST_PERIODS: usize = 3;
/// Another period is taken in so often.
const GROW_MS: usize = 10;
/// At full loudness until here…
const HOLD_MS: usize = 10;
/// …and silent from here on.
pub const END_MS: usize = 60;
const MERGE_MS: usize = 4;
const MOST_MERGE_MS: usize = 10;
/// 10 ms at 48 kHz.
const MOST_OVERLAP: usize = 480;
