//! Making sound shorter or longer by whole pitch periods, cross-faded, so that nobody hears the delay change.

use std::ops::RangeInclusive;

use super::pitch::{self, Match};
use super::track::Track;

/// How much to change, in samples, and how alike the joint's sides must be.
#[derive(Clone, Debug)]
pub struct Wanted {
    pub lags: RangeInclusive<usize>,
    /// What to change by where nobody hears it.
    pub ideal: usize,
    /// 0–1, as in [`Match`].
    pub likeness: f32,
}

/// Takes a period out of what is pending, leaving at least `least` samples; how many were taken.
pub fn shrink(track: &mut Track, rate: usize, wanted: &Wanted, least: usize) -> Option<usize> {
    let pending = track.pending_mut();
    let most = (pending.len() / 2).min(pending.len().checked_sub(least)?);
    let lag = choose(pending, 0, rate, wanted, most, |lag| pending.split_at_checked(lag))?;
    let (before, after) = pending.split_at_mut_checked(lag)?;
    pitch::fade_into(before, after.get_mut(..lag)?);
    track.remove(0, lag);
    Some(lag)
}

/// Plays the last period once more before what is pending; how many samples came in.
pub fn grow(track: &mut Track, rate: usize, wanted: &Wanted) -> Option<usize> {
    let (all, given) = track.all();
    let most = given.min(all.len() - given);
    let lag = choose(all, given, rate, wanted, most, |lag| Some((all.get(given - lag..given)?, all.get(given..)?)))?;
    if !track.repeat(lag) {
        return None;
    }
    let (again, next) = track.pending_mut().split_at_mut_checked(lag)?;
    pitch::fade_into(next, again);
    Some(lag)
}

/// Where it is quiet, the ideal; else the lag of the best match, if that is good enough.
fn choose<'a>(
    samples: &[i16],
    from: usize,
    rate: usize,
    wanted: &Wanted,
    most: usize,
    sides: impl Fn(usize) -> Option<(&'a [i16], &'a [i16])>,
) -> Option<usize> {
    let quiet = |lag| samples.get(from..from + lag).is_some_and(pitch::is_quiet);
    if wanted.ideal <= most && quiet(wanted.ideal) {
        return Some(wanted.ideal);
    }
    let lags = *wanted.lags.start()..=(*wanted.lags.end()).min(most);
    let Match { lag, likeness } = pitch::search(rate, lags, |lag, step| {
        sides(lag).map_or(0.0, |(a, b)| pitch::likeness(a.get(..lag).unwrap_or(a), b, step))
    })?;
    (likeness >= wanted.likeness).then_some(lag)
}
