//! How late each packet is against the fastest of the last seconds.
//!
//! The fastest transit is the measure's zero. It is forgotten after some seconds, so that it follows a sender's clock
//! that is not ours (200 ppm are 1 ms in 5 s) and a changed route.

use crate::time::Moment;

/// Of one source.
#[derive(Clone, Debug)]
pub struct Arrivals {
    /// Fastest transit of each half second, in µs; the current one first.
    fastest: [i64; PARTS],
    since: Moment,
    base: Option<i64>,
}

/// What one arrival says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Arrival {
    /// Against the fastest, in µs.
    pub late: i64,
    /// By how much the whole path became slower, in µs: all earlier measures are too great by this. Else 0.
    pub slower: i64,
}

impl Arrivals {
    pub fn new() -> Arrivals {
        Arrivals { fastest: [i64::MAX; PARTS], since: Moment::default(), base: None }
    }

    /// A packet that was sent at `sent` (µs of the sender's clock) came now.
    pub fn see(&mut self, now: Moment, sent: i64) -> Arrival {
        let transit = micros(now) - sent;
        if self.base.is_some() && now.since(self.since) >= PART {
            self.fastest.rotate_right(1);
            self.fastest[0] = transit;
            self.since = now;
        } else if self.base.is_none() {
            self.since = now;
        }
        self.fastest[0] = self.fastest[0].min(transit);
        let base = self.fastest.iter().copied().min().unwrap_or(transit);
        let rise = base - self.base.replace(base).unwrap_or(base);
        Arrival { late: transit - base, slower: if rise >= STEP { rise } else { 0 } }
    }

    /// How long after its fastest possible arrival what was sent at `sent` (µs) is now, in µs.
    pub fn age(&self, now: Moment, sent: i64) -> i64 {
        self.base.map_or(0, |base| micros(now) - sent - base)
    }
}

fn micros(at: Moment) -> i64 {
    (at.0 / 1_000) as i64
}

/// 5 s.
const PARTS: usize = 10;
const PART: std::time::Duration = std::time::Duration::from_millis(500);
/// In µs: a base that rises by more than any clock drifts is another path.
const STEP: i64 = 10_000;
