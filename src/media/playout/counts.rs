//! What became of the packets and of the samples.

use std::time::Duration;

use super::numbers::Place;

/// Over the buffer's life.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Counts {
    /// Packets that came after their turn.
    pub late: u64,
    /// Packets that came twice, or whose numbers leapt alone.
    pub refused: u64,
    /// Packets passed over because the delay had grown too great.
    pub skipped: u64,
    /// Packets told by the one after them.
    pub recovered: u64,
    /// Samples given.
    pub given: u64,
    /// Samples made up for what was lost or late; a sender's pause is neither.
    pub concealed: u64,
    /// Samples stretching took out.
    pub removed: u64,
    /// Samples stretching put in.
    pub inserted: u64,
}

/// The counting itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally {
    pub counts: Counts,
    last: Option<Last>,
    /// Samples made up since the last that were decoded.
    gap: u64,
    made: u64,
    /// In µs, smoothed.
    delay: Option<i64>,
}

/// The last packet decoded.
#[derive(Clone, Copy, Debug)]
struct Last {
    sequence: i64,
    /// Packets without sound that came since.
    passed: i64,
    /// Timestamp of the sample after it.
    end: i64,
}

impl Tally {
    /// Another source: its numbers begin anew.
    pub fn begin_anew(&mut self) {
        self.last = None;
        self.gap = 0;
    }

    /// Whether its turn is over.
    pub fn is_past(&self, place: Place) -> bool {
        self.last.is_some_and(|last| place.sequence <= last.sequence)
    }

    /// Whether exactly one packet is missing before this one.
    pub fn misses_one_before(&self, place: Place) -> bool {
        self.last.is_some_and(|last| last.passed == 0 && place.sequence == last.sequence + 2)
    }

    pub fn pass(&mut self) {
        if let Some(last) = &mut self.last {
            last.passed += 1;
        }
    }

    /// A packet was decoded that ends before `end`, `skipped` samples after the last one. What was made up since was a
    /// loss if a packet is missing, else a pause of the sender as far as its clock went on. True where the packet itself
    /// missed its turn.
    pub fn decoded(&mut self, place: Place, end: i64, skipped: usize, pause: u64) -> bool {
        let gap = std::mem::take(&mut self.gap);
        let last = self.last.replace(Last { sequence: place.sequence, passed: 0, end });
        let Some(last) = last.filter(|_| gap < pause) else { return false };
        let lost = place.sequence > last.sequence + last.passed + 1;
        let waited = gap.saturating_sub(skipped as u64);
        self.counts.concealed += if lost { gap } else { waited };
        waited > 0
    }

    /// Timestamp of the sample after the last packet decoded; 0 before there is one.
    pub fn end(&self) -> i64 {
        self.last.map_or(0, |last| last.end)
    }

    pub fn make(&mut self, samples: usize) {
        self.gap += samples as u64;
        self.made += samples as u64;
    }

    /// Samples made up, whatever for; only grows.
    pub fn made(&self) -> u64 {
        self.made
    }

    /// Samples made up since the last that were decoded.
    pub fn gap(&self) -> u64 {
        self.gap
    }

    /// A lost packet was told by this one, which follows it.
    pub fn recovered(&mut self, by: Place) {
        self.counts.recovered += 1;
        self.last = Some(Last { sequence: by.sequence - 1, passed: 0, end: by.timestamp });
    }

    /// A frame leaves; `age`: of the sender's sound in it, after its fastest possible arrival, in µs.
    pub fn give(&mut self, samples: usize, age: Option<i64>) {
        self.counts.given += samples as u64;
        let Some(age) = age else { return };
        let delay = self.delay.get_or_insert(age);
        *delay += (age - *delay) / SMOOTH;
    }

    /// Share of all samples that were made up for what did not come in time, 0–1.
    pub fn concealed_share(&self) -> f64 {
        self.counts.concealed as f64 / self.counts.given.max(1) as f64
    }

    pub fn delay(&self) -> Duration {
        Duration::from_micros(self.delay.and_then(|delay| u64::try_from(delay).ok()).unwrap_or(0))
    }
}

/// Frames over which the delay is smoothed.
const SMOOTH: i64 = 64;
