//! What the screen shows of a pace.

use serde::{Deserialize, Serialize};

use super::account::Tally;
use super::view::{Reason, View};

/// The day so far, and why not more calls are begun.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Snapshot {
    /// People who answered today.
    pub today: Tally,
    /// What the limit is held against: today, or thirty days for a small team.
    pub judged: Tally,
    pub limit: f64,
    /// Talking and writing by presence, today, of 1.
    pub occupancy: f64,
    /// Answers by calls, as expected now.
    pub answer_rate: f64,
    /// Calls that ring, wait or talk.
    pub lines: u32,
    /// `None` before the first decision.
    pub reason: Option<Reason>,
}

/// Time of people, summed between decisions.
#[derive(Clone, Copy, PartialEq, Default, Debug)]
pub struct Presence {
    busy: f64,
    there: f64,
}

impl Presence {
    /// What was seen lasted for so many seconds.
    pub fn passed(&mut self, view: &View<'_>, seconds: f64) {
        let busy = (view.talking.len() + view.writing.len()) as f64;
        self.busy += busy * seconds;
        self.there += (busy + f64::from(view.ready)) * seconds;
    }

    pub fn occupancy(&self) -> f64 {
        if self.there > 0.0 { self.busy / self.there } else { 0.0 }
    }
}
