//! The scenarios of the tests and tables, and whole runs of them.

use std::time::Duration;

use engine::pacing::simulator::{self, Answers, Outcome, Pacing, Scenario, Team, Times};
use engine::pacing::{Controller, Memory, Pace, Settings, Tally};
use engine::random::Random;
use engine::time::Moment;

pub const HOUR: Duration = Duration::from_secs(3_600);
/// Means of the exponential world, in seconds.
pub const RING: f64 = 17.5;
pub const BUSY: f64 = 130.0;

pub const SCENARIOS: [&str; 6] = ["Steady", "Drift", "Regime", "Lunch", "Half leave", "Markov"];

pub fn scenario(name: &str, agents: u32, length: Duration) -> Scenario {
    let regime = Answers::Regime { low: 0.125, high: 0.40, mean: Duration::from_secs(900) };
    let (answers, team) = match name {
        "Steady" => (Answers::Steady(0.25), Team::Breaks),
        "Drift" => (Answers::Drift { from: 0.15, to: 0.375 }, Team::Breaks),
        "Regime" => (regime, Team::Breaks),
        "Lunch" => (Answers::Steady(0.25), Team::Lunch { at: 3 * HOUR }),
        "Half leave" => (Answers::Steady(0.25), Team::HalfLeaves { at: 2 * HOUR }),
        "Markov" => (Answers::Steady(0.25), Team::Constant),
        other => panic!("no scenario {other}"),
    };
    let markov = name == "Markov";
    let times = if markov { Times::Exponential { ring: RING, busy: BUSY } } else { Times::Field };
    let patience = if markov { Duration::from_millis(1) } else { Duration::from_secs(2) };
    Scenario { agents, length, answers, times, team, patience }
}

pub fn controller(scenario: &Scenario, pace: Pace, memory: Memory) -> Controller {
    let settings = Settings::predictive(scenario.agents, scenario.agents * 10);
    Controller::new(Settings { pace, patience: scenario.patience, ..settings }, memory, Moment::ZERO)
}

/// So many days one after the other, from one seed.
pub fn play(scenario: &Scenario, pace: &mut dyn Pacing, days: u32, seed: u32) -> Vec<Outcome> {
    let mut bytes = [0x5A; 32];
    bytes[..4].copy_from_slice(&seed.to_le_bytes());
    let mut random = Random::new(bytes);
    let begin = |day: u32| Moment::ZERO + 24 * HOUR * day;
    (0..days).map(|day| simulator::play(scenario, pace, day, begin(day), &mut random)).collect()
}

/// A cold day of the predictive pace.
pub fn predicted(scenario: &Scenario, seed: u32) -> Outcome {
    let mut pace = controller(scenario, Pace::Predictive, Memory::default());
    play(scenario, &mut pace, 1, seed).remove(0)
}

pub fn sum(days: &[Outcome]) -> Tally {
    let add = |sum: Tally, day: &Outcome| Tally {
        connected: sum.connected + day.tally().connected,
        abandoned: sum.abandoned + day.tally().abandoned,
    };
    days.iter().fold(Tally::default(), add)
}
