//! When people who are busy will be free: how long talks and the writing after them last, by age, those that still last included.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Ages in seconds at which one hazard gives way to the next; the last goes on for ever.
const EDGES: [f64; 20] = [
    0.0, 4.0, 8.0, 12.0, 16.0, 20.0, 26.0, 32.0, 40.0, 50.0, 64.0, 80.0, 100.0, 128.0, 160.0, 200.0, 256.0, 320.0,
    400.0, 600.0,
];
/// Ages and spans are looked up in steps of so many seconds.
const STEP: f64 = 2.0;
/// Beyond so many steps of age nothing changes any more.
const OLDEST: usize = 200;
/// How many steps ahead is looked.
const AHEAD: usize = 32;

/// Before anything was seen: slow, so that nobody is counted on too early.
const PRIOR_TALK: f64 = 240.0;
const PRIOR_WRITING: f64 = 40.0;
/// The prior weighs as so many endings, spread over the cells.
const PRIOR_ENDINGS: f64 = 6.0;
/// What is older than so many endings is forgotten.
const MEMORY: f64 = 3_000.0;

/// How long one kind of being busy lasts: endings and time spent, by age.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
struct Lasting {
    ended: Vec<f64>,
    spent: Vec<f64>,
    /// Of the prior, in seconds.
    mean: f64,
}

impl Lasting {
    fn new(mean: f64) -> Lasting {
        Lasting { ended: vec![0.0; EDGES.len()], spent: vec![0.0; EDGES.len()], mean }
    }

    fn ended(&mut self, age: f64) {
        let keep = 1.0 - 1.0 / MEMORY;
        self.ended.iter_mut().chain(&mut self.spent).for_each(|sum| *sum *= keep);
        spend(&mut self.spent, age);
        let cell = EDGES.partition_point(|edge| *edge <= age).max(1) - 1;
        self.ended[cell] += 1.0;
    }

    /// The chance to end within the step after each age.
    fn hazards(&self, ages: &[f64]) -> Vec<f64> {
        let mut spent = self.spent.clone();
        ages.iter().for_each(|age| spend(&mut spent, *age));
        let weight = PRIOR_ENDINGS / EDGES.len() as f64;
        let of_cell = |cell: usize| (weight + self.ended[cell]) / (weight * self.mean + spent[cell]);
        let chances: Vec<f64> = (0..EDGES.len()).map(|cell| -libm::expm1(-STEP * of_cell(cell))).collect();
        let mut cell = 0;
        let chance = |age: usize| {
            while EDGES.get(cell + 1).is_some_and(|edge| *edge <= age as f64 * STEP) {
                cell += 1;
            }
            chances[cell]
        };
        (0..OLDEST).map(chance).collect()
    }
}

/// Adds the time that was spent in each cell until `age`.
fn spend(cells: &mut [f64], age: f64) {
    for (cell, low) in EDGES.iter().enumerate().take_while(|(_, low)| **low < age) {
        let high = EDGES.get(cell + 1).copied().unwrap_or(f64::INFINITY);
        cells[cell] += age.min(high) - low;
    }
}

/// What was seen of talks and of the writing after them.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Frees {
    talk: Lasting,
    writing: Lasting,
}

impl Default for Frees {
    fn default() -> Self {
        Frees { talk: Lasting::new(PRIOR_TALK), writing: Lasting::new(PRIOR_WRITING) }
    }
}

impl Frees {
    /// Whether it was kept by a version that counts alike.
    pub fn fits(&self) -> bool {
        [&self.talk, &self.writing]
            .iter()
            .all(|kind| kind.ended.len() == EDGES.len() && kind.spent.len() == EDGES.len())
    }

    pub fn talked(&mut self, span: Duration) {
        self.talk.ended(span.as_secs_f64());
    }

    pub fn wrote(&mut self, span: Duration) {
        self.writing.ended(span.as_secs_f64());
    }

    /// When to expect people back, given how long (in seconds) some are talking and writing now.
    pub fn returns(&self, talking: &[f64], writing: &[f64]) -> Returns {
        let writing = backwards(&self.writing.hazards(writing), |_| 1.0);
        let talking = backwards(&self.talk.hazards(talking), |steps| writing[steps * OLDEST]);
        Returns { talking, writing }
    }
}

/// For each number of steps ahead and each age the chance to be through by then: what ends now is followed by `next` in the time
/// that is left.
fn backwards(hazards: &[f64], next: impl Fn(usize) -> f64) -> Vec<f64> {
    let mut table = vec![0.0; (AHEAD + 1) * OLDEST];
    for steps in 1..=AHEAD {
        let (before, here) = table[(steps - 1) * OLDEST..].split_at_mut(OLDEST);
        let after = next(steps - 1);
        for (age, chance) in hazards.iter().enumerate() {
            let older = before[(age + 1).min(OLDEST - 1)];
            here[age] = chance * after + (1.0 - chance) * older;
        }
    }
    table
}

/// The chance to be free within a span, by age.
#[derive(Clone, Default, Debug)]
pub struct Returns {
    talking: Vec<f64>,
    writing: Vec<f64>,
}

impl Returns {
    /// Of who has talked for `age` seconds, and will write.
    pub fn of_talker(&self, age: f64, span: f64) -> f64 {
        look_up(&self.talking, age, span)
    }

    /// Of who has written for `age` seconds.
    pub fn of_writer(&self, age: f64, span: f64) -> f64 {
        look_up(&self.writing, age, span)
    }
}

fn look_up(table: &[f64], age: f64, span: f64) -> f64 {
    let age = ((age / STEP).max(0.0) as usize).min(OLDEST - 1);
    let steps = (span / STEP).clamp(0.0, AHEAD as f64 - 1e-9);
    let low = steps as usize;
    let part = steps - low as f64;
    match (table.get(low * OLDEST + age), table.get((low + 1) * OLDEST + age)) {
        (Some(low), Some(high)) => low + (high - low) * part,
        (None, _) | (_, None) => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_writer_is_back_sooner_than_a_talker_and_sooner_the_longer_ahead() {
        let mut frees = Frees::default();
        for round in 0..500_u64 {
            frees.talked(Duration::from_secs(60 + round % 120));
            frees.wrote(Duration::from_secs(15 + round % 10));
        }
        let returns = frees.returns(&[], &[]);
        assert!(returns.of_writer(14.0, 12.0) > 0.8);
        assert!(returns.of_talker(30.0, 20.0) < 0.1, "a talk of 30 s has half a minute before it, and the writing");
        assert!(returns.of_talker(150.0, 60.0) > returns.of_talker(150.0, 30.0));
        assert!(returns.of_talker(150.0, 60.0) > 0.8);
    }

    #[test]
    fn talks_that_have_not_ended_are_not_taken_for_short_ones() {
        let mut frees = Frees::default();
        (0..10).for_each(|_| frees.talked(Duration::from_secs(10)));
        let (alone, with_others) = (frees.returns(&[], &[]), frees.returns(&[40.0; 190], &[]));
        assert!(with_others.of_talker(8.0, 40.0) < alone.of_talker(8.0, 40.0) / 3.0);
    }
}
