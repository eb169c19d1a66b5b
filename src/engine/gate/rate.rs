//! How many calls an account has up, and how many it began within the last minute.

use std::collections::VecDeque;
use std::time::Duration;

use crate::config::Limits;
use crate::time::Moment;

/// The window of `calls_per_minute`.
const MINUTE: Duration = Duration::from_secs(60);
/// Most starts remembered for an account. A higher limit than this could not be kept.
const MAX_STARTS: usize = 4_096;

/// One account's calls beside its limits, at one moment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Load {
    /// Outgoing calls that exist.
    pub calls: u32,
    /// Outgoing calls begun within the last minute.
    pub starts: u32,
    pub limits: Limits,
    /// When so many of the starts are a minute old that one more call may begin; absent where `calls_per_minute` is 0.
    pub next: Option<Moment>,
}

/// Counts one account's outgoing calls.
#[derive(Clone, Default, Debug)]
pub struct RateMeter {
    calls: u32,
    /// Oldest first; never more than [`MAX_STARTS`].
    starts: VecDeque<Moment>,
}

impl RateMeter {
    /// A call begins: its INVITE goes out.
    pub fn on_started(&mut self, now: Moment) {
        self.forget_old(now);
        if self.starts.len() == MAX_STARTS {
            self.starts.pop_front();
        }
        self.starts.push_back(now);
        self.calls = self.calls.saturating_add(1);
    }

    /// A call that began has ended.
    pub fn on_ended(&mut self) {
        self.calls = self.calls.saturating_sub(1);
    }

    /// The counts as of `now`.
    pub fn load(&mut self, limits: Limits, now: Moment) -> Load {
        self.forget_old(now);
        let starts = self.starts.len();
        let allowed = usize::try_from(limits.calls_per_minute).unwrap_or(usize::MAX);
        let blocking = (starts + 1).checked_sub(allowed).filter(|count| *count > 0 && allowed > 0);
        Load {
            calls: self.calls,
            starts: u32::try_from(starts).unwrap_or(u32::MAX),
            limits,
            next: blocking.and_then(|count| self.starts.get(count - 1)).map(|start| *start + MINUTE),
        }
    }

    fn forget_old(&mut self, now: Moment) {
        while self.starts.front().is_some_and(|start| *start + MINUTE <= now) {
            self.starts.pop_front();
        }
    }
}
