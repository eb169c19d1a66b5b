//! Short calls of an installation's day (GN-19): counted, forecast to the day's end as volume and as share, and the volume kept below
//! the threshold where a rule binds.
//!
//! A rule that counts volume *and* share is met by staying below either. Dialling slower lowers the volume and leaves the share
//! as it is; so where the share is forecast to be over, the day's volume is what is capped.

use serde::{Deserialize, Serialize};

/// What a rule in force lays down; it applies where both are reached.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct ShortRule {
    /// Calls a day.
    pub volume: u64,
    /// Short ones among them, of 1.
    pub share: f64,
    /// How far below the volume the day is to end, of 1.
    pub margin: f64,
}

/// Calls of one day, of all campaigns.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct ShortCalls {
    calls: u64,
    short: u64,
}

/// What the day will come to as it goes on now.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Forecast {
    pub calls: u64,
    /// Of 1.
    pub share: f64,
}

/// A share of fewer calls is not believed: the day so far is mixed with as many calls that are short just as often as the rule has it.
const BELIEVED: f64 = 200.0;

impl ShortCalls {
    /// As they were counted before.
    pub fn new(calls: u64, short: u64) -> ShortCalls {
        ShortCalls { calls, short: short.min(calls) }
    }

    /// A call ended. Short is: within 6 s after its answer, not completed, or a voicemail.
    pub fn ended(&mut self, short: bool) {
        self.calls += 1;
        self.short += u64::from(short);
    }

    pub fn calls(&self) -> u64 {
        self.calls
    }

    pub fn short(&self) -> u64 {
        self.short
    }

    /// To the day's end, when this part (of 1) of its dialling time has passed.
    pub fn forecast(&self, passed: f64) -> Forecast {
        let calls = (self.calls as f64 / passed.clamp(0.001, 1.0)) as u64;
        Forecast { calls: calls.max(self.calls), share: self.short as f64 / (self.calls as f64).max(1.0) }
    }

    /// How many calls more may be begun today; `None` where the rule will not bind, however many there are.
    pub fn room(&self, rule: &ShortRule) -> Option<u64> {
        let share = (self.short as f64 + BELIEVED * rule.share) / (self.calls as f64 + BELIEVED);
        let most = (rule.volume as f64 * (1.0 - rule.margin)) as u64;
        (share >= rule.share * (1.0 - rule.margin))
            .then(|| most.min(rule.volume.saturating_sub(1)).saturating_sub(self.calls))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: ShortRule = ShortRule { volume: 100_000, share: 0.85, margin: 0.02 };

    fn day(calls: u64, short: u64) -> ShortCalls {
        let mut day = ShortCalls::default();
        (0..calls).for_each(|call| day.ended(call < short));
        day
    }

    #[test]
    fn gn19_volume_and_share_are_forecast_to_the_end_of_the_day() {
        let forecast = day(30_000, 27_000).forecast(0.25);
        assert_eq!((forecast.calls, forecast.share), (120_000, 0.9));
        assert_eq!(
            day(30_000, 27_000).forecast(0.0).calls,
            30_000_000,
            "a day that has hardly begun is no division by zero"
        );
    }

    #[test]
    fn gn19_where_the_share_is_over_the_volume_stays_below_the_threshold() {
        assert_eq!(day(60_000, 54_000).room(&RULE), Some(38_000));
        assert_eq!(day(98_500, 90_000).room(&RULE), Some(0));
    }

    #[test]
    fn gn19_where_the_share_is_well_below_nothing_is_capped() {
        assert_eq!(day(60_000, 40_000).room(&RULE), None);
        assert_eq!(day(3, 0).room(&RULE), Some(97_997), "three calls prove nothing yet");
    }
}
