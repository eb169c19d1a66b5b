//! Where a voice repeats itself.

use std::ops::RangeInclusive;

/// A lag, in samples, and how alike both sides of it are: 1 the same, 0 strangers.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Match {
    pub lag: usize,
    pub likeness: f32,
}

/// The lag of the best match. Looked for in steps of 1/8 ms, then sample by sample around the best;
/// `likeness` compares at a lag, taking every so many-th sample.
pub fn search(rate: usize, lags: RangeInclusive<usize>, likeness: impl Fn(usize, usize) -> f32) -> Option<Match> {
    let step = (rate / 8_000).max(1);
    let coarse = best(lags.clone().step_by(step), |lag| likeness(lag, step))?;
    if step == 1 {
        return Some(coarse);
    }
    let around = coarse.lag.saturating_sub(step).max(*lags.start())..=(coarse.lag + step).min(*lags.end());
    best(around, |lag| likeness(lag, 1))
}

fn best(lags: impl Iterator<Item = usize>, likeness: impl Fn(usize) -> f32) -> Option<Match> {
    lags.map(|lag| Match { lag, likeness: likeness(lag) }).max_by(|a, b| a.likeness.total_cmp(&b.likeness))
}

/// Normalised correlation, -1 to 1; 0 where one of both is silent.
pub fn likeness(a: &[i16], b: &[i16], step: usize) -> f32 {
    let (mut ab, mut aa, mut bb) = (0.0f32, 0.0f32, 0.0f32);
    for (a, b) in a.iter().zip(b).step_by(step) {
        let (a, b) = (f32::from(*a), f32::from(*b));
        ab += a * b;
        aa += a * a;
        bb += b * b;
    }
    let both = (aa * bb).sqrt();
    if both > 0.0 { ab / both } else { 0.0 }
}

/// Whether nobody hears what is done to it: below -55 dBFS.
pub fn is_quiet(samples: &[i16]) -> bool {
    let energy: f32 = samples.iter().map(|sample| f32::from(*sample).powi(2)).sum();
    energy < samples.len() as f32 * QUIET * QUIET
}

/// Fades from `before` into `after`, sample by sample, in place of `after`.
pub fn fade_into(before: &[i16], after: &mut [i16]) {
    let length = before.len().min(after.len()) as f32;
    for (at, (before, after)) in before.iter().zip(after).enumerate() {
        let share = (at as f32 + 0.5) / length;
        *after = (f32::from(*before) * (1.0 - share) + f32::from(*after) * share) as i16;
    }
}

/// Of full scale 32,768.
const QUIET: f32 = 58.0;
