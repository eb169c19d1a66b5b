//! How fast: so many requests from each, and ever longer pauses between wrong passwords. Memory is bounded, whoever comes.

use std::collections::HashMap;
use std::hash::Hash;
use std::time::{Duration, Instant};

/// Requests of each address or session: a bucket that fills with time.
#[derive(Debug)]
pub struct Buckets<K> {
    buckets: HashMap<K, Bucket>,
    /// Tokens in a full one.
    most: f64,
    per_second: f64,
}

#[derive(Debug)]
struct Bucket {
    left: f64,
    at: Instant,
}

impl<K: Hash + Eq + Clone> Buckets<K> {
    pub fn new(most: u32, per_second: u32) -> Buckets<K> {
        Buckets { buckets: HashMap::new(), most: f64::from(most), per_second: f64::from(per_second) }
    }

    /// Takes one, or says how long to wait for it.
    pub fn take(&mut self, key: K, now: Instant) -> Result<(), Duration> {
        let (most, per_second) = (self.most, self.per_second);
        if self.buckets.len() >= KEPT && !self.buckets.contains_key(&key) {
            // A bucket that is full again tells nothing.
            let full = |bucket: &Bucket| filled(bucket, most, per_second, now) >= most;
            self.buckets.retain(|_, bucket| !full(bucket));
            if self.buckets.len() >= KEPT {
                return Err(Duration::from_secs(1));
            }
        }
        let bucket = self.buckets.entry(key).or_insert(Bucket { left: most, at: now });
        (bucket.left, bucket.at) = (filled(bucket, most, per_second, now), now);
        if bucket.left < 1.0 {
            return Err(Duration::from_secs_f64((1.0 - bucket.left) / per_second));
        }
        bucket.left -= 1.0;
        Ok(())
    }
}

fn filled(bucket: &Bucket, most: f64, per_second: f64, now: Instant) -> f64 {
    (bucket.left + now.saturating_duration_since(bucket.at).as_secs_f64() * per_second).min(most)
}

/// Wrong passwords in a row, of each login or address: after the free ones each doubles the pause before the next.
#[derive(Debug)]
pub struct Failures<K> {
    failures: HashMap<K, Failure>,
    free: u32,
    longest: Duration,
}

#[derive(Clone, Copy, Debug)]
struct Failure {
    count: u32,
    /// No attempt before.
    until: Instant,
}

impl<K: Hash + Eq + Clone> Failures<K> {
    pub fn new(free: u32, longest: Duration) -> Failures<K> {
        Failures { failures: HashMap::new(), free, longest }
    }

    /// Counts an attempt as failed until [`Failures::succeeded`]; or says how long to wait. Attempts made at once count each.
    pub fn attempt(&mut self, key: &K, now: Instant) -> Result<(), Duration> {
        let (free, longest) = (self.free, self.longest);
        if let Some(failure) = self.failures.get(key).filter(|failure| failure.until > now) {
            return Err(failure.until - now);
        }
        if self.failures.len() >= KEPT && !self.failures.contains_key(key) {
            // Forgotten when nothing happened for as long as the longest pause lasts.
            self.failures.retain(|_, failure| failure.until + longest > now);
            if self.failures.len() >= KEPT {
                return Err(longest);
            }
        }
        let failure = self.failures.entry(key.clone()).or_insert(Failure { count: 0, until: now });
        if failure.until + longest * FORGOTTEN_AFTER < now {
            failure.count = 0;
        }
        failure.count += 1;
        let doubled = failure.count.checked_sub(free).map(|over| 1_u64 << over.min(20));
        failure.until = now + doubled.map_or(Duration::ZERO, Duration::from_secs).min(longest);
        Ok(())
    }

    pub fn succeeded(&mut self, key: &K) {
        self.failures.remove(key);
    }
}

/// Addresses, sessions or logins remembered at once.
const KEPT: usize = 16_384;
/// Longest pauses without an attempt after which earlier ones do not count any more.
const FORGOTTEN_AFTER: u32 = 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_allowed_and_then_so_many_a_second() {
        let (mut buckets, start) = (Buckets::new(3, 2), Instant::now());
        assert!((0..3).all(|_| buckets.take("a", start).is_ok()));
        assert_eq!(buckets.take("a", start), Err(Duration::from_millis(500)));
        assert!(buckets.take("b", start).is_ok(), "others do not wait");
        assert!(buckets.take("a", start + Duration::from_millis(500)).is_ok());
    }

    #[test]
    fn pauses_double_up_to_the_longest_and_a_success_ends_them() {
        let (mut failures, mut now) = (Failures::new(2, Duration::from_secs(10)), Instant::now());
        let mut pauses = Vec::new();
        for _ in 0..6 {
            failures.attempt(&"ana", now).unwrap();
            let pause = failures.failures["ana"].until - now;
            pauses.push(pause.as_secs());
            now += pause;
        }
        assert_eq!(pauses, [0, 1, 2, 4, 8, 10]);
        failures.succeeded(&"ana");
        assert!((0..2).all(|_| failures.attempt(&"ana", now).is_ok()), "both free ones again");
    }

    #[test]
    fn strangers_cannot_fill_the_memory() {
        let (mut failures, now) = (Failures::new(0, Duration::from_secs(60)), Instant::now());
        let refused = (0..3 * KEPT).filter(|stranger| failures.attempt(stranger, now).is_err()).count();
        assert_eq!(refused, 2 * KEPT);
        assert_eq!(failures.failures.len(), KEPT);
        assert!(failures.attempt(&(4 * KEPT), now + Duration::from_secs(200)).is_ok(), "the old ones made room");
    }
}
