//! Boot time, civil time, and timers as plain data.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::{Add, Sub};
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A point in boot time, in nanoseconds. Suspended time counts. Unlike `Instant` it can be written down and replayed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Moment(pub u64);

impl Moment {
    /// The start of boot time.
    pub const ZERO: Moment = Moment(0);

    /// Time since `earlier`; zero when `earlier` is later.
    pub fn since(self, earlier: Moment) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }
}

impl Add<Duration> for Moment {
    type Output = Moment;
    fn add(self, span: Duration) -> Moment {
        Moment(self.0.saturating_add(u64::try_from(span.as_nanos()).unwrap_or(u64::MAX)))
    }
}

impl Sub<Duration> for Moment {
    type Output = Moment;
    fn sub(self, span: Duration) -> Moment {
        Moment(self.0.saturating_sub(u64::try_from(span.as_nanos()).unwrap_or(u64::MAX)))
    }
}

impl fmt::Debug for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:06}s", self.0 / 1_000_000_000, self.0 / 1_000 % 1_000_000)
    }
}

/// What the shell's clocks say while one input is handled.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Now {
    /// Boot time: all timers are on it.
    pub moment: Moment,
    /// Civil time: promises to people, records, the day of a Protocolo.
    pub civil: DateTime<Utc>,
}

impl Now {
    /// The same instant `span` later, on both clocks. For simulated time.
    #[must_use]
    pub fn after(self, span: Duration) -> Now {
        let civil = chrono::Duration::from_std(span).map_or(self.civil, |span| self.civil + span);
        Now { moment: self.moment + span, civil }
    }
}

/// At most one deadline for each key, the earliest first; ties in key order, so that runs repeat.
#[derive(Clone, Debug)]
pub struct Timers<K> {
    by_key: BTreeMap<K, Moment>,
    by_time: std::collections::BTreeSet<(Moment, K)>,
}

impl<K: Ord + Clone> Default for Timers<K> {
    fn default() -> Self {
        Timers { by_key: BTreeMap::new(), by_time: std::collections::BTreeSet::new() }
    }
}

impl<K: Ord + Clone> Timers<K> {
    /// Sets or moves the deadline of `key`.
    pub fn set(&mut self, key: K, at: Moment) {
        if let Some(old) = self.by_key.insert(key.clone(), at) {
            self.by_time.remove(&(old, key.clone()));
        }
        self.by_time.insert((at, key));
    }

    /// Forgets the deadline of `key`, if it had one.
    pub fn cancel(&mut self, key: &K) {
        if let Some(old) = self.by_key.remove(key) {
            self.by_time.remove(&(old, key.clone()));
        }
    }

    /// When `key` is due.
    pub fn get(&self, key: &K) -> Option<Moment> {
        self.by_key.get(key).copied()
    }

    /// The earliest deadline.
    pub fn next(&self) -> Option<Moment> {
        self.by_time.first().map(|(at, _)| *at)
    }

    /// Takes the earliest key due at `now` or before.
    pub fn pop_due(&mut self, now: Moment) -> Option<K> {
        if self.next()? > now {
            return None;
        }
        let (_, key) = self.by_time.pop_first()?;
        self.by_key.remove(&key);
        Some(key)
    }

    /// How many deadlines are set.
    pub fn len(&self) -> usize {
        self.by_key.len()
    }

    /// Whether no deadline is set.
    pub fn is_empty(&self) -> bool {
        self.by_key.is_empty()
    }
}

/// The earlier of two deadlines that may be absent.
pub fn earliest(a: Option<Moment>, b: Option<Moment>) -> Option<Moment> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moved_timer_fires_once_at_its_new_time() {
        let mut timers = Timers::default();
        timers.set("a", Moment(10));
        timers.set("b", Moment(20));
        timers.set("a", Moment(30));
        assert_eq!(timers.pop_due(Moment(15)), None);
        assert_eq!(timers.pop_due(Moment(40)), Some("b"));
        assert_eq!(timers.pop_due(Moment(40)), Some("a"));
        assert_eq!(timers.pop_due(Moment(40)), None);
        assert!(timers.is_empty());
    }
}
