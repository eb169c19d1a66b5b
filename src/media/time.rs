//! Time as an argument: nanoseconds since a beginning that the shell chose.

use std::ops::Add;
use std::time::Duration;

/// A point in time, in nanoseconds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Moment(pub u64);

impl Moment {
    /// Time since `earlier`; zero when `earlier` is later.
    pub fn since(self, earlier: Moment) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }

    /// The RTP clock of 8 kHz audio, wrapping.
    pub fn samples(self) -> u32 {
        (self.0 / 125_000) as u32
    }

    /// As an NTP timestamp, seconds in the upper half (RFC 3550 §4). Its beginning is ours, which is all a round trip needs.
    pub fn ntp(self) -> u64 {
        let (seconds, rest) = (self.0 / 1_000_000_000, self.0 % 1_000_000_000);
        (seconds << 32) | ((rest << 32) / 1_000_000_000)
    }
}

impl Add<Duration> for Moment {
    type Output = Moment;
    fn add(self, span: Duration) -> Moment {
        Moment(self.0.saturating_add(u64::try_from(span.as_nanos()).unwrap_or(u64::MAX)))
    }
}
