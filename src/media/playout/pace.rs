//! Whether the delay should grow or shrink.
//!
//! What counts is each packet's *slack*: its age against the fastest, when its turn came. As long as slack exceeds
//! lateness nothing is missed. Frames leave on ticks and packets come whole, so slack moves in steps of a tick however
//! finely sound is stretched: a step too much is taken away whole, and what of a step is left over serves nobody.

use crate::time::Moment;

/// What to do about the delay.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wish {
    Hold,
    /// The next late packet would be missed.
    Grow,
    /// A whole tick could be spared.
    Shrink,
    /// So many samples wait one turn longer than anybody needs.
    Trim(usize),
}

/// What the last packets found when their turn came.
#[derive(Clone, Debug)]
pub struct Pace {
    recent: [Turn; CYCLE],
    known: usize,
    /// When slack was last too small.
    short: Option<Moment>,
    /// Ticks in which no good joint was found.
    failures: u8,
}

#[derive(Clone, Copy, Debug, Default)]
struct Turn {
    /// In µs.
    slack: i64,
    /// Samples still pending.
    left: usize,
}

impl Pace {
    pub fn new() -> Pace {
        Pace { recent: [Turn::default(); CYCLE], known: 0, short: None, failures: 0 }
    }

    /// A packet's turn came: its age in µs, and how many samples were still pending.
    pub fn take(&mut self, slack: i64, left: usize) {
        self.recent.rotate_right(1);
        self.recent[0] = Turn { slack, left };
        self.known = (self.known + 1).min(CYCLE);
    }

    /// The delay changed: what was found before says nothing.
    pub fn forget(&mut self) {
        self.known = 0;
        self.failures = 0;
    }

    /// No good joint was found.
    pub fn fail(&mut self) {
        self.failures = self.failures.saturating_add(1);
    }

    /// How alike a joint's sides must be, 0–1: the less the longer none was found.
    pub fn likeness(&self) -> f32 {
        (0.9 - 0.02 * f32::from(self.failures)).max(0.3)
    }

    /// A packet missed its turn.
    pub fn miss(&mut self, now: Moment) {
        self.short = Some(now);
    }

    /// `target` and `tick` in µs.
    pub fn wish(&mut self, now: Moment, target: i64, tick: i64) -> Wish {
        let turns = self.recent.get(..self.known).unwrap_or(&[]);
        let Some(slack) = turns.iter().map(|turn| turn.slack).min() else { return Wish::Hold };
        let spare = slack - target - tick;
        if self.known < CYCLE && (spare < FAR || self.known < CYCLE / 2) {
            return Wish::Hold;
        }
        let left = turns.iter().map(|turn| turn.left).min().unwrap_or(0);
        if slack < target - TOLERANCE {
            self.short = Some(now);
            Wish::Grow
        } else if spare >= self.margin(now, target) {
            Wish::Shrink
        } else if left > 0 {
            Wish::Trim(left)
        } else {
            Wish::Hold
        }
    }

    /// Who just had too little does not give away at once.
    fn margin(&self, now: Moment, target: i64) -> i64 {
        match self.short {
            Some(short) if now.since(short) < HOLD => FAR,
            Some(short) if now.since(short) < CAUTIOUS => TOLERANCE + target / 8,
            Some(_) | None => -TOLERANCE / 2,
        }
    }
}

/// Packets of 10 and of 30 ms meet ticks of 20 ms in turns; so many packets hold every case.
const CYCLE: usize = 4;
/// In µs, of rounding.
const TOLERANCE: i64 = 1_000;
/// In µs: so far above the target there is no need to be gentle.
const FAR: i64 = 60_000;
/// Stalls come in company: what was just gained stays, unless it is far too much…
const HOLD: std::time::Duration = std::time::Duration::from_secs(2);
/// …and is given away hesitantly.
const CAUTIOUS: std::time::Duration = std::time::Duration::from_secs(10);
