//! Many abandoned calls within a minute: something is wrong that no average shows yet.
//!
//! Many are more in a large team: whoever falls back to one call per ready agent has idle agents a minute later, begins calls for all of
//! them at once, and so makes the next burst. A large team's common clusters are left to the threshold.

use std::collections::VecDeque;
use std::time::Duration;

use crate::time::Moment;

const WINDOW: Duration = Duration::from_secs(60);
/// So many abandoned calls in the window, or one for so many agents if that is more, and more than this share of the answers in it.
const ABANDONED: u32 = 4;
const AGENTS: u32 = 8;
const SHARE: f64 = 0.10;

/// The answers of the last minute.
#[derive(Clone, Default, Debug)]
pub struct Burst {
    answers: VecDeque<(Moment, bool)>,
    abandoned: usize,
}

impl Burst {
    pub fn answered(&mut self, abandoned: bool, now: Moment) {
        self.answers.push_back((now, abandoned));
        self.abandoned += usize::from(abandoned);
    }

    /// Whether one goes on in a team of so many, and how many were abandoned in it.
    pub fn is_on(&mut self, team: u32, now: Moment) -> Option<u32> {
        while let Some((at, abandoned)) = self.answers.front().copied()
            && at + WINDOW <= now
        {
            self.answers.pop_front();
            self.abandoned -= usize::from(abandoned);
        }
        let many = self.abandoned >= ABANDONED.max(team.div_ceil(AGENTS)) as usize
            && self.abandoned as f64 > SHARE * self.answers.len() as f64;
        many.then_some(self.abandoned as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gn18_a_burst_of_a_large_team_is_an_eighth_of_it() {
        let burst = |abandoned: u32, team: u32| {
            let mut burst = Burst::default();
            (0..100).for_each(|answer| burst.answered(answer < abandoned, Moment::ZERO));
            burst.is_on(team, Moment::ZERO)
        };
        assert_eq!(burst(24, 200), None);
        assert_eq!(burst(25, 200), Some(25));
        assert_eq!(burst(11, 50), Some(11));
        assert_eq!(burst(10, 50), None, "a tenth of the answers is no burst");
    }
}
