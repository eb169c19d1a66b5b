//! How calls that ring come to an end, by age: answered or otherwise, two risks that compete for each call.
//!
//! A call that still rings counts for every age it has passed (it is *censored*, not absent). Who looks at finished calls alone
//! sees busy lines and failures first, takes nobody for answering, and dials more: that is how dialers abandon nine of ten
//! in the first minutes of a day.

use std::sync::LazyLock;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Ages are counted in cells of half a second, up to a minute; older calls stay in the last cell.
const CELL: f64 = 0.5;
const CELLS: usize = 120;

/// Before anything was seen, half of all calls are taken to be answered, with the weight of forty calls: a cold start dials too little
/// rather than too much.
const PRIOR_CALLS: f64 = 40.0;
const PRIOR_ANSWERED: f64 = 0.5;
/// When the answers of the prior come: none before, all until, evenly.
const PRIOR_AGES: std::ops::Range<usize> = 6..50;
/// Of the calls of the prior that are not answered, how many end otherwise in each cell.
const PRIOR_OTHER: f64 = 0.02;
/// Of an age is known what so many times the calls of the prior have told.
const KNOWN: f64 = 5.0;
/// What is older than so many calls is forgotten. Faster change is the pulse's work.
const MEMORY_CALLS: f64 = 4_000.0;

/// What was seen of calls that no longer ring.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Ringing {
    answered: Vec<f64>,
    ended: Vec<f64>,
    /// Calls that went through a cell or ended in it.
    entered: Vec<f64>,
}

static PRIOR: LazyLock<Ringing> = LazyLock::new(Ringing::prior);

impl Default for Ringing {
    fn default() -> Self {
        PRIOR.clone()
    }
}

impl Ringing {
    fn prior() -> Ringing {
        let mut prior = Ringing { answered: vec![0.0; CELLS], ended: vec![0.0; CELLS], entered: vec![0.0; CELLS] };
        let cells = PRIOR_AGES.len() as f64;
        let (mut left, each) = (PRIOR_CALLS, PRIOR_CALLS * PRIOR_ANSWERED / cells);
        for cell in 0..CELLS {
            prior.entered[cell] = left.max(1e-6);
            prior.answered[cell] = if PRIOR_AGES.contains(&cell) { each.min(left) } else { 0.0 };
            let rest = left - prior.answered[cell];
            prior.ended[cell] = if cell < PRIOR_AGES.end { PRIOR_OTHER * rest / 2.0 } else { PRIOR_OTHER * rest };
            left = rest - prior.ended[cell];
        }
        prior
    }

    /// Whether it was kept by a version that counts alike.
    pub fn fits(&self) -> bool {
        [&self.answered, &self.ended, &self.entered].iter().all(|column| column.len() == CELLS)
    }

    /// A call ended at this age: a person answered, or anything else happened.
    pub fn ended(&mut self, age: Duration, answered: bool) {
        let last = cell(age.as_secs_f64());
        let keep = 1.0 - 1.0 / MEMORY_CALLS;
        for column in [&mut self.answered, &mut self.ended, &mut self.entered] {
            column.iter_mut().for_each(|count| *count *= keep);
        }
        self.entered[..=last].iter_mut().for_each(|count| *count += 1.0);
        let column = if answered { &mut self.answered } else { &mut self.ended };
        column[last] += 1.0;
    }

    /// A call was withdrawn at this age: it went through the cells before, and says nothing of later ones.
    pub fn withdrawn(&mut self, age: Duration) {
        self.entered[..cell(age.as_secs_f64())].iter_mut().for_each(|count| *count += 1.0);
    }

    /// What to expect of calls, given those that ring now (ages in seconds) and how much more or less than usual is answered.
    pub fn outlook(&self, ages: &[f64], pulse: f64) -> Outlook {
        let mut passed = [0.0; CELLS + 1];
        ages.iter().for_each(|age| passed[cell(*age)] += 1.0);
        let mut outlook = Outlook::blank();
        let mut ringing = ages.len() as f64;
        for (cell, here) in passed[..CELLS].iter().enumerate() {
            ringing -= here;
            let entered = self.entered[cell] + ringing;
            let (answer, other) = (self.answered[cell] / entered, self.ended[cell] / entered);
            outlook.push(cell, answer, other, pulse, self.knows_cell(cell));
        }
        outlook
    }

    /// Whether what is expected of this age (in seconds) is seen, not supposed: only that can be compared with what happens.
    pub fn knows(&self, age: f64) -> bool {
        self.knows_cell(cell(age))
    }

    fn knows_cell(&self, cell: usize) -> bool {
        self.entered[cell] > KNOWN * PRIOR.entered[cell]
    }

    /// The share of calls that a person answers, as far as is known.
    pub fn answer_rate(&self) -> f64 {
        self.outlook(&[], 1.0).answer_rate()
    }
}

/// What will become of calls, from their first second on.
#[derive(Clone, Debug)]
pub struct Outlook {
    /// Of all calls, how many still ring at the begin of each cell.
    surviving: [f64; CELLS + 1],
    /// Of all calls, how many were answered until then.
    answered: [f64; CELLS + 1],
    /// Answers to expect of one call that lives that long, without the pulse, at ages that are known.
    expected: [f64; CELLS + 1],
}

impl Outlook {
    fn blank() -> Outlook {
        let (mut surviving, zero) = ([0.0; CELLS + 1], [0.0; CELLS + 1]);
        surviving[0] = 1.0;
        Outlook { surviving, answered: zero, expected: zero }
    }

    fn push(&mut self, cell: usize, answer: f64, other: f64, pulse: f64, known: bool) {
        let usual = if known { answer.min(1.0) } else { 0.0 };
        let answer = (answer * pulse).min(1.0);
        let other = other.min(1.0 - answer);
        let alive = self.surviving[cell];
        self.surviving[cell + 1] = alive * (1.0 - answer - other);
        self.answered[cell + 1] = self.answered[cell] + alive * answer;
        self.expected[cell + 1] = self.expected[cell] + usual;
    }

    /// The chance that a new call is answered at all.
    pub fn answer_rate(&self) -> f64 {
        self.answered[CELLS]
    }

    /// The chance that a call of this age is answered within `span`. Both in seconds.
    pub fn answered_within(&self, age: f64, span: f64) -> f64 {
        let alive = between(&self.surviving, age);
        if alive < 1e-9 {
            return 0.0; // older than any call ever was
        }
        ((between(&self.answered, age + span) - between(&self.answered, age)) / alive).clamp(0.0, 1.0)
    }

    /// Answers that the usual outlook expects of one call while it grows from one age to another.
    pub fn expected_between(&self, from: f64, to: f64) -> f64 {
        between(&self.expected, to) - between(&self.expected, from)
    }

    /// The age, in seconds, at which this share of the answers of a new call will have come.
    pub fn age_of_answers(&self, share: f64) -> f64 {
        let wanted = share * self.answered[CELLS];
        let after = self.answered.partition_point(|answered| *answered < wanted).clamp(1, CELLS);
        let (low, high) = (self.answered[after - 1], self.answered[after]);
        let part = if high > low { (wanted - low) / (high - low) } else { 0.5 };
        ((after - 1) as f64 + part) * CELL
    }
}

fn cell(age: f64) -> usize {
    ((age / CELL) as usize).min(CELLS - 1)
}

/// A value of the table at any age, straight between two cells.
fn between(table: &[f64; CELLS + 1], age: f64) -> f64 {
    let place = (age / CELL).clamp(0.0, CELLS as f64);
    let low = (place as usize).min(CELLS - 1);
    table[low] + (table[low + 1] - table[low]) * (place - low as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn before_anything_was_seen_half_of_all_calls_are_answered() {
        assert!((Ringing::default().answer_rate() - 0.5).abs() < 0.05, "{}", Ringing::default().answer_rate());
    }

    #[test]
    fn calls_that_still_ring_do_not_look_like_calls_that_nobody_answers() {
        let (mut ringing, two) = (Ringing::default(), Duration::from_secs(2));
        // The first seconds of a cold start: forty busy lines, and 160 calls that ring.
        (0..40).for_each(|_| ringing.ended(two, false));
        let outlook = ringing.outlook(&[2.5; 160], 1.0);
        assert!(outlook.answered_within(2.5, 30.0) > 0.4, "{}", outlook.answered_within(2.5, 30.0));
    }

    #[test]
    fn what_is_seen_takes_the_place_of_the_prior() {
        let mut ringing = Ringing::default();
        for call in 0..2_000_u64 {
            let (age, answered) = if call % 4 == 0 { (8 + call % 9, true) } else { (25, false) };
            ringing.ended(Duration::from_secs(age), answered);
        }
        assert!((ringing.answer_rate() - 0.25).abs() < 0.02, "{}", ringing.answer_rate());
        let outlook = ringing.outlook(&[], 1.0);
        assert!(outlook.answered_within(20.0, 30.0) < 0.05);
        assert!(outlook.age_of_answers(0.5) > 8.0 && outlook.age_of_answers(0.5) < 16.0);
        let doubled = ringing.outlook(&[], 2.0);
        assert!(doubled.answered_within(0.0, 60.0) > 0.4);
    }
}
