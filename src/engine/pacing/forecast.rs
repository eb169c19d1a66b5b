//! What the rest of a day would come to: some hours of it are played by the simulator, paced as the campaign is, and go on like that
//! until the day ends or nobody is left to be called.

use std::time::Duration;

use super::controller::{Controller, Memory};
use super::simulator::{self, Answers, Minute, Scenario, Team, Times};
use super::view::Settings;
use crate::random::Random;
use crate::time::Moment;

/// What is known before the first call.
#[derive(Clone, Debug)]
pub struct Prospects {
    pub settings: Settings,
    /// Who will take part, with breaks now and then.
    pub agents: u32,
    /// Calls that can be begun: one for each lead that may be dialled.
    pub leads: u64,
    /// How long it goes on.
    pub length: Duration,
    /// What the pace has learned.
    pub memory: Memory,
    /// Of 1: how many people will answer.
    pub answers: f64,
    /// The day's number.
    pub day: u32,
}

/// The day as it would go.
#[derive(Clone, Copy, PartialEq, Default, Debug)]
pub struct DayForecast {
    pub calls: u64,
    pub connected: u64,
    pub abandoned: u64,
    /// Talking and writing by presence, of 1.
    pub occupancy: f64,
    /// When nobody is left to be called; none: the day ends before.
    pub through: Option<Duration>,
}

impl Prospects {
    /// Blocks: up to some seconds of processor time.
    pub fn forecast(&self, random: &mut Random) -> DayForecast {
        let minutes = (self.length.as_secs() / 60) as usize;
        let played = self.played(minutes, random);
        let repeats = played.len().saturating_sub(WARM_UP).max(1);
        let of_minute = |at: usize| match at < played.len() {
            true => played.get(at),
            false => played.get(played.len().min(WARM_UP) + (at - played.len()) % repeats),
        };
        let mut day = DayForecast::default();
        let (mut busy, mut there) = (0.0, 0.0);
        for at in 0..minutes {
            if day.calls >= self.leads {
                day.through = Some(Duration::from_secs(60 * at as u64));
                break;
            }
            let Minute { begun, connected, abandoned, busy: talked, there: present, .. } =
                of_minute(at).copied().unwrap_or_default();
            day.calls = (day.calls + u64::from(begun)).min(self.leads);
            day.connected += u64::from(connected);
            day.abandoned += u64::from(abandoned);
            (busy, there) = (busy + talked, there + present);
        }
        day.occupancy = if there > 0.0 { busy / there } else { 0.0 };
        day
    }

    fn played(&self, minutes: usize, random: &mut Random) -> Vec<Minute> {
        let most = (AGENT_MINUTES / self.agents.max(1) as usize).max(2 * WARM_UP).min(minutes);
        let begin = Moment(1_000_000_000);
        let scenario = Scenario {
            agents: self.agents,
            length: Duration::from_secs(60 * most as u64),
            answers: Answers::Steady(self.answers),
            times: Times::Field,
            team: Team::Breaks,
            patience: self.settings.patience,
        };
        let mut controller = Controller::new(self.settings, self.memory.clone(), begin);
        simulator::play(&scenario, &mut controller, self.day, begin, random).minutes
    }
}

/// As much presence as is played: a hundred hours.
const AGENT_MINUTES: usize = 6_000;
/// Minutes in which the first calls ring and the first talks begin: they are not repeated.
const WARM_UP: usize = 15;

#[cfg(test)]
mod tests {
    use super::*;

    fn prospects(agents: u32, leads: u64, hours: u64) -> Prospects {
        let (settings, memory) = (Settings::predictive(agents, 10 * agents), Memory::default());
        Prospects {
            settings,
            agents,
            leads,
            length: Duration::from_secs(3_600 * hours),
            memory,
            answers: 0.25,
            day: 739_000,
        }
    }

    fn forecast(prospects: &Prospects) -> DayForecast {
        prospects.forecast(&mut Random::new([5; 32]))
    }

    #[test]
    fn gn_18_a_forecast_is_busy_and_within_the_limit() {
        let day = forecast(&prospects(10, 1_000_000, 8));
        assert!((0.7..1.0).contains(&day.occupancy), "{day:?}");
        assert!(day.abandoned * 1_000 <= 31 * (day.abandoned + day.connected), "{day:?}");
        assert!(day.calls > day.connected && day.through.is_none(), "{day:?}");
    }

    #[test]
    fn what_is_not_played_goes_on_like_what_was() {
        let (short, long) = (forecast(&prospects(100, 1_000_000, 2)), forecast(&prospects(100, 1_000_000, 8)));
        let ratio = long.connected as f64 / short.connected as f64;
        assert!((3.8..4.4).contains(&ratio), "{short:?} {long:?}");
    }

    #[test]
    fn who_is_left_is_called_and_then_it_is_over() {
        let day = forecast(&prospects(10, 300, 8));
        assert_eq!(day.calls, 300);
        assert!(day.through.unwrap() < Duration::from_secs(3_600), "{day:?}");
        assert_eq!(forecast(&prospects(10, 0, 8)).connected, 0);
        assert_eq!(forecast(&prospects(10, 300, 0)), DayForecast::default());
    }
}
