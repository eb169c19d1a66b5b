//! The delay to aim at: what all but a few of the last packets would have been in time with.

/// A histogram of lateness that forgets.
#[derive(Clone, Debug)]
pub struct Target {
    /// Weight by lateness in ms.
    bins: Box<[f32; BINS]>,
    total: f32,
    /// Of the next packet; it grows, which lets the past shrink.
    weight: f32,
    seen: u32,
    /// In µs.
    delay: i64,
}

impl Target {
    pub fn new() -> Target {
        Target { bins: Box::new([0.0; BINS]), total: 0.0, weight: 1.0, seen: 0, delay: START }
    }

    /// In µs.
    pub fn delay(&self) -> i64 {
        self.delay
    }

    /// A packet was this late, in µs.
    pub fn add(&mut self, late: i64) {
        let bin = usize::try_from((late + 500) / 1_000).unwrap_or(0).min(BINS - 1);
        self.bins[bin] += self.weight;
        self.total += self.weight;
        self.weight *= GROWTH;
        self.seen = self.seen.saturating_add(1);
        if self.weight > HEAVY {
            self.bins.iter_mut().for_each(|bin| *bin /= self.weight);
            self.total /= self.weight;
            self.weight = 1.0;
        }
        self.delay = self.quantile().max(if self.seen < KNOWN { START } else { 0 });
    }

    /// The whole path became slower by this, in µs: what was measured before was measured from a wrong zero.
    pub fn shift(&mut self, slower: i64) {
        let by = usize::try_from(slower / 1_000).unwrap_or(0).min(BINS - 1);
        let passed: f32 = self.bins[..by].iter().sum();
        self.bins.copy_within(by.., 0);
        self.bins[BINS - by..].fill(0.0);
        self.bins[0] += passed;
    }

    fn quantile(&self) -> i64 {
        let mut later = self.total * LATE;
        let bin = self.bins.iter().rposition(|weight| {
            later -= weight;
            later < 0.0
        });
        bin.unwrap_or(0) as i64 * 1_000
    }
}

/// In ms: no target is greater.
const BINS: usize = 500;
/// Share of packets that may be late; below the 1 % that is promised, since the past is not the future.
const LATE: f32 = 0.007;
/// A packet's weight falls to 1/e after 1,500 more: 30 s in packets of 20 ms.
const GROWTH: f32 = 1.0 + 1.0 / 1_500.0;
/// Before so many packets the network is unknown…
const KNOWN: u32 = 25;
/// …and this is assumed, in µs.
const START: i64 = 40_000;
/// Far within what an `f32` can hold.
const HEAVY: f32 = 1e12;
