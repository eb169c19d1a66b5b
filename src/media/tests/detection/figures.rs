//! How good decisions were.

use std::fmt;

use media::detect::Verdict;

/// Of one clip.
#[derive(Clone, Copy, Debug)]
pub struct Outcome {
    /// The truth.
    pub machine: bool,
    pub verdict: Verdict,
    pub at_ms: u32,
}

/// Of many.
#[derive(Clone, Copy, Debug)]
pub struct Figures {
    pub people: usize,
    /// People taken for something else, and hung up on.
    pub dropped: usize,
    pub machines: usize,
    /// Machines not known as such, and put through.
    pub passed: usize,
    pub median_ms: u32,
    /// Nine of ten have been decided by then.
    pub most_ms: u32,
}

impl Figures {
    pub fn of(outcomes: impl Iterator<Item = Outcome>) -> Figures {
        let outcomes: Vec<Outcome> = outcomes.collect();
        let mut at: Vec<u32> = outcomes.iter().map(|outcome| outcome.at_ms).collect();
        at.sort_unstable();
        let (machines, people): (Vec<Outcome>, Vec<Outcome>) = outcomes.iter().partition(|outcome| outcome.machine);
        Figures {
            people: people.len(),
            dropped: people.iter().filter(|outcome| !outcome.put_through()).count(),
            machines: machines.len(),
            passed: machines.iter().filter(|outcome| outcome.put_through()).count(),
            median_ms: at[at.len() / 2],
            most_ms: at[at.len() * 9 / 10],
        }
    }
}

impl Outcome {
    /// To a person who waits: what is not known to be something else.
    fn put_through(&self) -> bool {
        match self.verdict {
            Verdict::Human | Verdict::Undecided => true,
            Verdict::Machine | Verdict::Beep | Verdict::Sit(_) | Verdict::Progress(_) => false,
        }
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let share = |part: usize, whole: usize| part as f64 / whole.max(1) as f64 * 100.0;
        let (dropped, passed) = (share(self.dropped, self.people), share(self.passed, self.machines));
        write!(f, "{dropped:.1} % | {passed:.1} % | {} ms | {} ms", self.median_ms, self.most_ms)
    }
}
