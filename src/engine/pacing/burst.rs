//! Many abandoned calls within a minute: something is wrong that no average shows yet.

use std::collections::VecDeque;
use std::time::Duration;

use crate::time::Moment;

const WINDOW: Duration = Duration::from_secs(60);
/// So many abandoned calls in the window, and more than this share of the answers in it.
const ABANDONED: usize = 4;
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

    /// Whether one goes on, and how many were abandoned in it.
    pub fn is_on(&mut self, now: Moment) -> Option<u32> {
        while let Some((at, abandoned)) = self.answers.front().copied()
            && at + WINDOW <= now
        {
            self.answers.pop_front();
            self.abandoned -= usize::from(abandoned);
        }
        let many = self.abandoned >= ABANDONED && self.abandoned as f64 > SHARE * self.answers.len() as f64;
        many.then_some(self.abandoned as u32)
    }
}
