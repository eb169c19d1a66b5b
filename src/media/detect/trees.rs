//! How likely it is that a machine speaks: trees grown by `tests/detection/training.rs`.

use super::timing::FEATURES;

/// Asks three questions.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Tree {
    /// Which number of the features is compared with what; the answers to question `n` lead to `2n + 1` (less) and
    /// `2n + 2` (not less).
    pub splits: [(u8, f32); 7],
    /// What the answers add to the log odds of a machine.
    pub leaves: [f32; 8],
}

impl Tree {
    /// What it adds.
    pub fn ask(&self, features: &[f32; FEATURES]) -> f32 {
        let mut at = 0;
        while let Some((feature, bound)) = self.splits.get(at) {
            let less = features.get(usize::from(*feature)).is_none_or(|value| value < bound);
            at = 2 * at + if less { 1 } else { 2 };
        }
        self.leaves.get(at - self.splits.len()).copied().unwrap_or_default()
    }
}

/// 0–1.
pub fn machine(features: &[f32; FEATURES]) -> f32 {
    probability(&grown::TREES, features)
}

/// What these trees say, 0–1.
pub fn probability(trees: &[Tree], features: &[f32; FEATURES]) -> f32 {
    let odds: f32 = trees.iter().map(|tree| tree.ask(features)).sum();
    1.0 / (1.0 + (-odds).exp())
}

mod grown;
