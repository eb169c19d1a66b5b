//! What becomes of each datagram: pure, the same for the same seed.

use std::time::Duration;

use engine::random::Random;
use engine::time::Moment;

/// How bad the network is. Shares are from 0 to 1 and independent of each other.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Impairment {
    /// Share of datagrams that never arrive.
    pub loss: f64,
    /// How long each datagram takes.
    pub delay: Duration,
    /// Up to this much longer, uniformly. Jitter alone keeps the order, as a queue does.
    pub jitter: Duration,
    /// Share of datagrams that later ones overtake.
    pub reorder: f64,
    /// Share of datagrams that arrive twice.
    pub duplicate: f64,
}

/// How many datagrams met which fate.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Counts {
    /// All that came in.
    pub offered: u64,
    pub lost: u64,
    pub reordered: u64,
    pub duplicated: u64,
}

/// One direction of one path.
#[derive(Debug)]
pub struct Fates {
    random: Random,
    /// Nothing in order leaves before what came before it.
    latest: Moment,
    counts: Counts,
}

impl Fates {
    pub fn new(seed: u64) -> Fates {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        Fates { random: Random::new(bytes), latest: Moment::ZERO, counts: Counts::default() }
    }

    /// When the datagram that comes in `now` leaves: never, once or twice.
    pub fn handle(&mut self, network: &Impairment, now: Moment) -> Vec<Moment> {
        self.counts.offered += 1;
        // Every number is drawn for every datagram, so that one setting does not shift the fates of another.
        let (lost, late, twice) = (self.share(), self.share(), self.share());
        let (first, second) = (self.share(), self.share());
        if lost < network.loss {
            self.counts.lost += 1;
            return Vec::new();
        }
        let mut leaving = Vec::with_capacity(2);
        if late < network.reorder {
            self.counts.reordered += 1;
            leaving.push(now + network.delay + network.jitter + HELD_BACK);
        } else {
            leaving.push(self.in_order(now + network.delay + network.jitter.mul_f64(first)));
        }
        if twice < network.duplicate {
            self.counts.duplicated += 1;
            leaving.push(self.in_order(now + network.delay + network.jitter.mul_f64(second)));
        }
        leaving
    }

    pub fn counts(&self) -> Counts {
        self.counts
    }

    fn in_order(&mut self, at: Moment) -> Moment {
        self.latest = self.latest.max(at);
        self.latest
    }

    /// Uniform from 0 to just below 1.
    fn share(&mut self) -> f64 {
        f64::from(self.random.u32()) / (f64::from(u32::MAX) + 1.0)
    }
}

/// How long a reordered datagram is held back: at 20 ms a packet, two later ones overtake it.
const HELD_BACK: Duration = Duration::from_millis(50);

#[cfg(test)]
mod tests {
    use super::*;

    fn run(network: Impairment, seed: u64) -> (Vec<(u64, Moment)>, Counts) {
        let mut fates = Fates::new(seed);
        let mut leaving = Vec::new();
        for number in 0..10_000 {
            let now = Moment(number * 20_000_000);
            leaving.extend(fates.handle(&network, now).into_iter().map(|at| (number, at)));
        }
        leaving.sort_by_key(|(_, at)| *at);
        (leaving, fates.counts())
    }

    #[test]
    fn a_perfect_network_passes_each_datagram_at_once_and_once() {
        let (leaving, counts) = run(Impairment::default(), 1);
        assert!(leaving.iter().enumerate().all(|(n, (number, at))| n as u64 == *number && at.0 == number * 20_000_000));
        assert_eq!(counts, Counts { offered: 10_000, ..Counts::default() });
    }

    #[test]
    fn shares_are_kept_within_a_tenth() {
        let network = Impairment { loss: 0.1, reorder: 0.05, duplicate: 0.02, ..Impairment::default() };
        let (_, counts) = run(network, 7);
        assert!((900..1_100).contains(&counts.lost), "{counts:?}");
        assert!((405..495).contains(&counts.reordered), "of the 9,000 left: {counts:?}");
        assert!((150..210).contains(&counts.duplicated), "of the 9,000 left: {counts:?}");
    }

    #[test]
    fn jitter_alone_never_changes_the_order() {
        let jitter = Duration::from_millis(200);
        let (leaving, _) = run(Impairment { jitter, ..Impairment::default() }, 3);
        assert!(leaving.is_sorted_by_key(|(number, _)| *number));
        let late = leaving.iter().map(|(number, at)| at.since(Moment(number * 20_000_000)));
        assert!(late.clone().all(|late| late <= jitter));
        assert!(late.max() > Some(jitter / 2));
    }

    #[test]
    fn a_reordered_datagram_is_overtaken() {
        let (leaving, counts) = run(Impairment { reorder: 0.1, ..Impairment::default() }, 4);
        let overtaken = leaving.windows(2).filter(|pair| pair[0].0 > pair[1].0).count() as u64;
        assert!(overtaken > counts.reordered / 2, "{overtaken} of {counts:?}");
    }

    #[test]
    fn the_same_seed_gives_the_same_fates_and_another_gives_others() {
        let network = Impairment { loss: 0.3, jitter: Duration::from_millis(9), ..Impairment::default() };
        assert_eq!(run(network, 5), run(network, 5));
        assert_ne!(run(network, 5), run(network, 6));
    }
}
