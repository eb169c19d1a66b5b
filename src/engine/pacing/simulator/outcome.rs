//! What a simulated day came to, minute by minute.

use crate::pacing::account::Tally;

/// One minute: what happened in it, and who was ready and what rang at its end.
#[derive(Clone, Copy, PartialEq, Default, Debug)]
pub struct Minute {
    pub begun: u32,
    pub connected: u32,
    pub abandoned: u32,
    pub withdrawn: u32,
    /// Seconds of talking and writing, of all agents.
    pub busy: f64,
    /// Seconds of presence, breaks left out.
    pub there: f64,
    pub ready: u32,
    pub ringing: u32,
}

/// A day.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct Outcome {
    pub minutes: Vec<Minute>,
}

impl Outcome {
    /// Talking and writing by presence.
    pub fn occupancy(&self) -> f64 {
        let (busy, there) = self.minutes.iter().fold((0.0, 0.0), |(b, t), m| (b + m.busy, t + m.there));
        if there > 0.0 { busy / there } else { 0.0 }
    }

    pub fn tally(&self) -> Tally {
        sum(&self.minutes)
    }

    /// Of the first so many minutes.
    pub fn first(&self, minutes: usize) -> Tally {
        sum(&self.minutes[..minutes.min(self.minutes.len())])
    }

    /// The largest abandoned share of any hour, counted by its minutes.
    pub fn worst_hour(&self) -> f64 {
        self.minutes.windows(60).map(|hour| sum(hour).fraction()).fold(0.0, f64::max)
    }

    /// The largest share that was abandoned since the day began, at any minute's end with at least so many answers.
    pub fn worst_so_far(&self, answers: u64) -> f64 {
        let mut so_far = Tally::default();
        let shares = self.minutes.iter().map(|minute| {
            so_far.connected += u64::from(minute.connected);
            so_far.abandoned += u64::from(minute.abandoned);
            if so_far.humans() >= answers { so_far.fraction() } else { 0.0 }
        });
        shares.fold(0.0, f64::max)
    }

    /// Answers by calls.
    pub fn answer_rate(&self) -> f64 {
        let begun: u32 = self.minutes.iter().map(|minute| minute.begun).sum();
        self.tally().humans() as f64 / f64::from(begun.max(1))
    }
}

fn sum(minutes: &[Minute]) -> Tally {
    let add = |sum: Tally, minute: &Minute| Tally {
        connected: sum.connected + u64::from(minute.connected),
        abandoned: sum.abandoned + u64::from(minute.abandoned),
    };
    minutes.iter().fold(Tally::default(), add)
}
