//! Time as an argument: nanoseconds since a beginning that the shell chose, and the clocks of RTP streams.

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

/// What the timestamps of an RTP stream count.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Clock {
    per_ms: u32,
}

impl Clock {
    /// 8 kHz: G.711, G.722 and the telephone-events beside them (RFC 3551).
    pub const SPEECH: Clock = Clock { per_ms: 8 };
    /// 48 kHz, whatever is sent (RFC 7587 §4.1).
    pub const OPUS: Clock = Clock { per_ms: 48 };

    pub const fn per_ms(self) -> u32 {
        self.per_ms
    }

    /// In so many milliseconds.
    pub const fn ticks(self, ms: u32) -> u32 {
        ms * self.per_ms
    }

    /// In so many milliseconds these ticks go by.
    pub const fn ms(self, ticks: u32) -> u32 {
        ticks / self.per_ms
    }

    /// What it shows now, wrapping.
    pub fn at(self, now: Moment) -> u32 {
        (u128::from(now.0) * u128::from(self.per_ms) / 1_000_000) as u32
    }

    /// How long these ticks take.
    pub fn span(self, ticks: u32) -> Duration {
        Duration::from_nanos(u64::from(ticks) * 1_000_000 / u64::from(self.per_ms))
    }
}
