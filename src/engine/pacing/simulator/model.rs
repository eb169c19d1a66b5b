//! The world of a simulated day: who answers, after how long, for how long they talk, and who is at work.

use std::time::Duration;

use super::draw;
use crate::random::Random;

/// One kind of day.
#[derive(Clone, PartialEq, Debug)]
pub struct Scenario {
    pub agents: u32,
    pub length: Duration,
    pub answers: Answers,
    pub times: Times,
    pub team: Team,
    /// An answered call without an agent for so long is abandoned.
    pub patience: Duration,
}

/// The chance that a person would answer a call, over the day.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Answers {
    Steady(f64),
    /// In a straight line from the first to the last minute.
    Drift {
        from: f64,
        to: f64,
    },
    /// Switching between two, each for an exponential time of this mean.
    Regime {
        low: f64,
        high: f64,
        mean: Duration,
    },
}

/// How long things take.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Times {
    /// As measured in call centres: see [`Call::draw`] and [`Times::talk`].
    Field,
    /// Everything exponential: what the best policy is known for. Every call that is not answered ends like one that is.
    Exponential { ring: f64, busy: f64 },
}

/// Who is there.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Team {
    /// All, all the time.
    Constant,
    /// Everybody takes breaks: ten minutes, every two hours or so.
    Breaks,
    /// With breaks; half the team leaves within ten minutes and is back an hour later.
    Lunch { at: Duration },
    /// With breaks; half the team leaves at one moment and does not return.
    HalfLeaves { at: Duration },
}

/// What will become of one call.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Call {
    pub rings: Duration,
    pub answered: bool,
}

/// Nobody is rung longer.
const NO_ANSWER: f64 = 25.0;
/// Of calls that no person would answer: machines, recognised when they answer; busy lines and failures; the rest rings on.
const MACHINES: f64 = 0.33;
const BUSY: f64 = 0.14;

impl Call {
    /// Ringing to a person's answer: 3 s and a Gamma of mean 9 s. Machines 14 to 23 s, busy lines 2 to 4 s.
    pub fn draw(times: Times, answers: f64, random: &mut Random) -> Call {
        let person = draw::chance(random, answers);
        if let Times::Exponential { ring, .. } = times {
            return Call { rings: draw::span(draw::exponential(random, ring)), answered: person };
        }
        let kind = draw::unit(random);
        let rings = match kind {
            _ if person => answer(random),
            kind if kind < MACHINES => draw::between(random, 14.0, 23.0),
            kind if kind < MACHINES + BUSY => draw::between(random, 2.0, 4.0),
            _ => NO_ANSWER,
        };
        Call { rings: draw::span(rings), answered: person }
    }
}

/// A person who takes longer than anybody is rung is not among those who answer.
fn answer(random: &mut Random) -> f64 {
    loop {
        let rings = 3.0 + draw::gamma2(random, 9.0);
        if rings < NO_ANSWER {
            return rings;
        }
    }
}

impl Times {
    /// Lognormal, mean 110 s, deviation the same.
    pub fn talk(self, random: &mut Random) -> Duration {
        draw::span(match self {
            Times::Field => draw::lognormal(random, 110.0),
            Times::Exponential { busy, .. } => draw::exponential(random, busy),
        })
    }

    /// Gamma, mean 20 s.
    pub fn writing(self, random: &mut Random) -> Option<Duration> {
        match self {
            Times::Field => Some(draw::span(draw::gamma2(random, 20.0))),
            Times::Exponential { .. } => None,
        }
    }
}

/// [`Answers`] as the day goes on.
#[derive(Clone, Debug)]
pub struct Mood {
    answers: Answers,
    length: f64,
    high: bool,
    until: f64,
}

impl Mood {
    pub fn new(answers: Answers, length: Duration, random: &mut Random) -> Mood {
        Mood { answers, length: length.as_secs_f64(), high: draw::chance(random, 0.5), until: 0.0 }
    }

    /// The chance after so many seconds of the day. Time only goes on.
    pub fn chance(&mut self, seconds: f64, random: &mut Random) -> f64 {
        match self.answers {
            Answers::Steady(chance) => chance,
            Answers::Drift { from, to } => from + (to - from) * seconds / self.length,
            Answers::Regime { low, high, mean } => {
                while seconds >= self.until {
                    self.high = !self.high;
                    self.until += draw::exponential(random, mean.as_secs_f64());
                }
                if self.high { high } else { low }
            }
        }
    }
}
