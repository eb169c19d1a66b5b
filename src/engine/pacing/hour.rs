//! The account of the last sixty minutes: a day that was below its limit may not make up for it within one hour.

use std::collections::VecDeque;

use super::account::Tally;
use crate::time::Moment;

const MINUTE: u64 = 60_000_000_000;
const HOUR: u64 = 60;
/// Before an hour is held back it may abandon so many times the limit, and so many calls more, which weigh in small teams only. What
/// rings already when people begin to answer more comes on top.
const SHARE: f64 = 0.95;
const CALLS: f64 = 2.0;

/// Minutes in which somebody answered, the oldest first, and their sum.
#[derive(Clone, Default, Debug)]
pub struct Hour {
    minutes: VecDeque<(u64, Tally)>,
    sum: Tally,
}

impl Hour {
    pub fn answered(&mut self, abandoned: bool, now: Moment) {
        let minute = now.0 / MINUTE;
        if self.minutes.back().is_none_or(|(last, _)| *last != minute) {
            self.minutes.push_back((minute, Tally::default()));
        }
        if let Some((_, tally)) = self.minutes.back_mut() {
            tally.count(abandoned);
        }
        self.sum.count(abandoned);
    }

    /// Abandoned calls beyond what an hour allows, one more counted that may come; below 0 when there is room.
    pub fn overdraft(&mut self, limit: f64, now: Moment) -> f64 {
        while let Some((minute, tally)) = self.minutes.front().copied()
            && minute + HOUR <= now.0 / MINUTE
        {
            self.minutes.pop_front();
            self.sum.connected -= tally.connected;
            self.sum.abandoned -= tally.abandoned;
        }
        self.sum.abandoned as f64 + 1.0 - SHARE * limit * self.sum.humans() as f64 - CALLS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_hour_abandoned_is_forgotten_after_it() {
        let mut hour = Hour::default();
        (0..10).for_each(|_| hour.answered(true, Moment(5 * MINUTE)));
        assert!(hour.overdraft(0.03, Moment(64 * MINUTE)) > 6.0);
        assert!(hour.overdraft(0.03, Moment(65 * MINUTE)) < 0.0);
    }
}
