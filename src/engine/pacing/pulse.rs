//! How much more or less than usual is answered just now: a filter over a row of factors, each as likely as what was seen makes it.
//!
//! Between two answers every factor predicts how many were to come; what comes weighs them (the likelihood of a Poisson process). A
//! little likelihood leaks to the neighbours, as usage drifts, and a little to all, as it may jump at any time: after a jump a few
//! answers decide. The whole law is kept, not its mean, because it is what is not known that makes calls be abandoned.

use serde::{Deserialize, Serialize};

const FACTORS: usize = 25;
/// From one factor to the next, in logarithms: the row reaches from a sixth to six times.
const STEP: f64 = 0.15;
/// Before anything was seen, and after a jump: the deviation of the factor's logarithm.
const SPREAD: f64 = 0.6;
/// Jumps to be expected in a second.
const JUMPS: f64 = 1.0 / 1_800.0;
/// The square of how far the logarithm drifts, by the second.
const DRIFT: f64 = 0.02 * 0.02 / 60.0;

/// In how many parts, equally likely, the law is given.
pub const PARTS: usize = 3;

/// How likely each factor is.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Pulse {
    likely: [f64; FACTORS],
}

impl Default for Pulse {
    fn default() -> Self {
        Pulse { likely: prior() }
    }
}

impl Pulse {
    /// So many seconds passed, in which so many answers were to be expected.
    pub fn passed(&mut self, seconds: f64, expected: f64) {
        let (jump, drift) = ((JUMPS * seconds).min(1.0), (DRIFT * seconds / (STEP * STEP)).min(0.5));
        let (before, prior) = (self.likely, prior());
        for (place, likely) in self.likely.iter_mut().enumerate() {
            let low = before[place.saturating_sub(1)];
            let high = before[(place + 1).min(FACTORS - 1)];
            let near = before[place] * (1.0 - drift) + (low + high) * drift / 2.0;
            *likely = (near * (1.0 - jump) + prior[place] * jump) * libm::exp(-factor(place) * expected);
        }
        self.norm();
    }

    /// A call was answered.
    pub fn answered(&mut self) {
        self.likely.iter_mut().enumerate().for_each(|(place, likely)| *likely *= factor(place));
        self.norm();
    }

    /// The mean factor of each third of the law, the least first.
    pub fn parts(&self) -> [f64; PARTS] {
        let share = 1.0 / PARTS as f64;
        let (mut sums, mut part, mut room) = ([0.0; PARTS], 0, share);
        for (place, likely) in self.likely.iter().enumerate() {
            let mut left = *likely;
            while left > room && part + 1 < PARTS {
                sums[part] += room * factor(place);
                (left, part, room) = (left - room, part + 1, share);
            }
            sums[part] += left * factor(place);
            room -= left;
        }
        sums.map(|sum| sum / share)
    }

    fn norm(&mut self) {
        let sum: f64 = self.likely.iter().sum();
        if sum > 0.0 {
            self.likely.iter_mut().for_each(|likely| *likely /= sum);
        } else {
            self.likely = prior();
        }
    }
}

fn factor(place: usize) -> f64 {
    FACTOR[place]
}

static FACTOR: std::sync::LazyLock<[f64; FACTORS]> =
    std::sync::LazyLock::new(|| std::array::from_fn(|place| libm::exp(STEP * (place as f64 - (FACTORS / 2) as f64))));
static PRIOR: std::sync::LazyLock<[f64; FACTORS]> = std::sync::LazyLock::new(|| {
    let weight = |place: usize| {
        let z = STEP * (place as f64 - (FACTORS / 2) as f64) / SPREAD;
        libm::exp(-z * z / 2.0)
    };
    let sum: f64 = (0..FACTORS).map(weight).sum();
    std::array::from_fn(|place| weight(place) / sum)
});

fn prior() -> [f64; FACTORS] {
    *PRIOR
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mean(pulse: &Pulse) -> f64 {
        pulse.likely.iter().enumerate().map(|(place, likely)| likely * factor(place)).sum()
    }

    #[test]
    fn a_change_is_followed_within_some_dozens_of_answers() {
        let mut pulse = Pulse::default();
        let mut live = |answers: u32, each: f64| {
            for _ in 0..answers {
                pulse.passed(1.0, each);
                pulse.answered();
            }
            mean(&pulse)
        };
        assert!((live(200, 1.0) - 1.0).abs() < 0.1);
        assert!(live(40, 0.4) > 2.0, "two and a half times as many come");
        assert!((live(200, 1.0) - 1.0).abs() < 0.1);
    }

    #[test]
    fn the_parts_have_the_mean_of_the_whole() {
        let mut pulse = Pulse::default();
        pulse.passed(10.0, 3.0);
        pulse.answered();
        let [low, middle, high] = pulse.parts();
        assert!(low < middle && middle < high);
        assert!(((low + middle + high) / 3.0 - mean(&pulse)).abs() < 1e-9);
    }
}
