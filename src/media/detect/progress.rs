//! Call progress: what a network says by a tone going on and off. Brazil and North America.

use super::tones::{Pitch, Step};
use crate::TICK_MS;

/// What the network says.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Signal {
    /// Somebody is being rung.
    Ringback,
    Busy,
    /// No way through; North America's *reorder*. In Brazil it sounds like busy.
    Congestion,
    /// Brazil's *número inacessível*: no such number, or out of order.
    Unobtainable,
}

/// A signal's pitch, and its times on and off in turn.
struct Cadence {
    signal: Signal,
    tone: Named,
    /// In ms, repeated; what has so many of them in a row is the signal.
    times: &'static [u32],
}

/// Pitches that networks use.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Named {
    /// 425 Hz: Brazil, and most of the world.
    Brazil,
    /// 440 and 480 Hz, too close to be told apart.
    NorthAmericaRings,
    /// 480 and 620 Hz.
    NorthAmericaBusy,
}

/// The last times on and off of one pitch.
#[derive(Clone, Copy, Debug, Default)]
pub struct Progress {
    tone: Option<Named>,
    /// On and off in turn, newest last; the newest of all is always a time on.
    times: [u32; KEPT],
    ended_ms: u32,
    now_ms: u32,
}

impl Progress {
    /// Something when a tone's end makes it plain.
    pub fn see(&mut self, step: Step) -> Option<Signal> {
        self.now_ms = self.now_ms.saturating_add(TICK_MS);
        let Step::Ended(run) = step else { return None };
        let tone = named(run.pitch)?;
        let pause = run.began_ms.saturating_sub(self.ended_ms);
        if self.tone != Some(tone) || pause > LONGEST_MS {
            *self = Progress { tone: Some(tone), now_ms: self.now_ms, ..Progress::default() };
        }
        self.times.rotate_left(2);
        let [.., off, on] = &mut self.times;
        (*off, *on) = (pause, run.ms);
        self.ended_ms = run.began_ms.saturating_add(run.ms);
        CADENCES.iter().find(|cadence| cadence.tone == tone && cadence.fits(&self.times)).map(|cadence| cadence.signal)
    }
}

impl Cadence {
    /// Whether the newest times are a turn of it and the next time on, whichever was the first.
    fn fits(&self, times: &[u32; KEPT]) -> bool {
        // Where the pause is long, one time on says it all.
        let waits = self.times.iter().any(|time| *time >= LONG_MS);
        let needed = if waits { 1 } else { self.times.len() + 1 };
        let newest = times.get(KEPT.saturating_sub(needed)..).unwrap_or_default();
        let starts = (0..self.times.len()).step_by(2);
        let mut turns = starts.map(|start| self.times.iter().cycle().skip(start));
        turns.any(|turn| newest.iter().zip(turn).all(|(seen, wanted)| near(*seen, *wanted)))
    }
}

/// Whether networks use this pitch.
pub fn is_signal(pitch: Pitch) -> bool {
    named(pitch).is_some()
}

fn named(pitch: Pitch) -> Option<Named> {
    let near = |hertz: f32, wanted: f32, by: f32| (hertz - wanted).abs() <= by;
    match pitch {
        Pitch::One(hertz) if near(hertz, 425.0, 14.0) => Some(Named::Brazil),
        Pitch::One(hertz) if near(hertz, 460.0, 21.0) => Some(Named::NorthAmericaRings),
        Pitch::Two(low, high) if near(low, 480.0, 20.0) && near(high, 620.0, 20.0) => Some(Named::NorthAmericaBusy),
        Pitch::One(_) | Pitch::Two(..) => None,
    }
}

fn near(seen: u32, wanted: u32) -> bool {
    seen.abs_diff(wanted) <= (wanted / 7).max(60)
}

/// Brazil: Anatel Resolução 717 and ITU-T E.180 Supplement 2; North America: E.180 Supplement 2.
const CADENCES: &[Cadence] = &[
    Cadence { signal: Signal::Ringback, tone: Named::Brazil, times: &[1_000, 4_000] },
    Cadence { signal: Signal::Busy, tone: Named::Brazil, times: &[250, 250] },
    Cadence { signal: Signal::Unobtainable, tone: Named::Brazil, times: &[250, 250, 750, 250] },
    Cadence { signal: Signal::Ringback, tone: Named::NorthAmericaRings, times: &[2_000, 4_000] },
    Cadence { signal: Signal::Busy, tone: Named::NorthAmericaBusy, times: &[500, 500] },
    Cadence { signal: Signal::Congestion, tone: Named::NorthAmericaBusy, times: &[250, 250] },
];
/// Times kept: what the longest cadence needs.
const KEPT: usize = 6;
/// Nobody waits for the end of such a pause.
const LONG_MS: u32 = 2_000;
/// A longer pause begins anew.
const LONGEST_MS: u32 = 5_000;
