//! The risk that a call begun now, once it is answered, finds nobody: free agents, those who will be free, and the other calls that
//! will be answered first, at several moments at which the answer may come.
//!
//! Free agents less answered calls is a sum of independent yes and no (Poisson-binomial): counted out exactly for up to sixty
//! of them, normal beyond. Either way the work is bounded by agents and calls times [`HORIZONS`].

/// At how many moments is looked; each stands for as many of the answers of a new call.
pub const HORIZONS: usize = 8;
/// Up to so many people and calls the law is exact.
const EXACT: usize = 60;

/// Free agents less answered calls at one moment.
#[derive(Clone, Debug)]
pub struct Balance {
    /// The surest value of the sum: agents free now, less the calls whose answers have come.
    lowest: i64,
    /// The chances of `lowest`, `lowest + 1`, …; of use while exact.
    law: [f64; EXACT + 1],
    exact: bool,
    parts: usize,
    mean: f64,
    variance: f64,
}

impl Balance {
    /// With so many agents free (less the calls that wait for one), and about so many others to come.
    pub fn new(free: i64, others: usize) -> Balance {
        let mut law = [0.0; EXACT + 1];
        law[0] = 1.0;
        Balance { lowest: free, law, exact: others <= EXACT, parts: 0, mean: free as f64, variance: 0.0 }
    }

    /// An agent comes back with this chance.
    pub fn gain(&mut self, chance: f64) {
        self.mean += chance;
        self.mix(1, chance);
    }

    /// So many calls are answered with this chance each.
    pub fn lose(&mut self, calls: u32, chance: f64) {
        self.lowest -= i64::from(calls);
        self.mean -= f64::from(calls) * chance;
        self.mix(calls, 1.0 - chance);
    }

    fn mix(&mut self, count: u32, chance: f64) {
        self.variance += f64::from(count) * chance * (1.0 - chance);
        let before = self.parts;
        self.parts += count as usize;
        self.exact &= self.parts <= EXACT;
        if !self.exact {
            return;
        }
        for parts in before + 1..=self.parts {
            for place in (1..=parts).rev() {
                self.law[place] = self.law[place] * (1.0 - chance) + self.law[place - 1] * chance;
            }
            self.law[0] *= 1.0 - chance;
        }
    }

    /// Free agents less answered calls, on average.
    pub fn mean(&self) -> f64 {
        self.mean
    }

    /// How far from the average it may well be.
    pub fn deviation(&self) -> f64 {
        libm::sqrt(self.variance)
    }

    /// The chance that nobody is free for one answer more.
    pub fn shortage(&self) -> f64 {
        self.at_most(0)
    }

    /// The chance that there are more answers than agents.
    pub fn debt(&self) -> f64 {
        self.at_most(-1)
    }

    fn at_most(&self, value: i64) -> f64 {
        let Ok(steps) = usize::try_from(value - self.lowest) else { return 0.0 };
        if self.exact {
            return self.law[..=steps.min(self.parts)].iter().sum::<f64>().min(1.0);
        }
        normal((value as f64 + 0.5 - self.mean) / libm::sqrt(self.variance.max(1e-9)))
    }
}

/// The chance that a normal value is below `z` deviations.
fn normal(z: f64) -> f64 {
    0.5 * libm::erfc(-z * std::f64::consts::FRAC_1_SQRT_2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_free_agent_and_one_ringing_call_are_a_matter_of_its_answer() {
        let mut balance = Balance::new(1, 2);
        assert_eq!(balance.shortage(), 0.0);
        balance.lose(1, 0.25);
        assert!((balance.shortage() - 0.25).abs() < 1e-12);
        balance.gain(0.5);
        assert!((balance.shortage() - 0.125).abs() < 1e-12);
    }

    #[test]
    fn beyond_sixty_the_normal_law_is_near_the_exact_one() {
        // 50 busy agents and 10 calls are exact; a part that changes nothing makes it normal.
        let mut exact = Balance::new(0, 60);
        (0..50).for_each(|agent| exact.gain(0.05 + f64::from(agent) / 500.0));
        exact.lose(10, 0.3);
        let mut beyond = exact.clone();
        beyond.gain(0.0);
        assert!((exact.shortage() - beyond.shortage()).abs() < 0.01, "{} {}", exact.shortage(), beyond.shortage());
    }
}
