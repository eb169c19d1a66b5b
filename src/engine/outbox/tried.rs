//! What comes of a try: there, again after a while, or dead (AG-06).

use std::time::Duration;

use super::letter::{Dead, Phase};
use super::machine::{Context, Entry};
use super::order::Outcome;
use super::state::State;
use crate::random::Random;

impl Entry {
    /// What came of a try; of an earlier one it says nothing.
    pub fn on_tried(&mut self, attempt: u32, outcome: Outcome, cx: &mut Context<'_>, random: &mut Random) {
        match self.state {
            State::Trying { .. } if self.item.tries == attempt => self.on_outcome(outcome, cx, random),
            State::Trying { .. } | State::Entering { .. } | State::Queued { .. } | State::Storing => {}
            State::Dead(_) | State::Changing { .. } | State::Over(_) => {}
        }
    }

    pub(super) fn on_outcome(&mut self, outcome: Outcome, cx: &mut Context<'_>, random: &mut Random) {
        match outcome {
            Outcome::Delivered => {
                self.state = State::Over(Phase::Done);
                self.item.why = None;
            }
            Outcome::Failed { why, wait } => self.on_failed(why, wait, cx, random),
            Outcome::Refused { why } => self.die(Dead::Refused, why),
            Outcome::NotTried { why, wait } => {
                self.item.why = Some(why);
                self.wait(wait.clamp(SHORTEST_WAIT, LONGEST_WAIT), cx);
            }
            Outcome::Unknown { why } => match self.item.letter.to.knows_repetition() {
                true => self.on_failed(why, None, cx, random),
                false => self.die(Dead::Unknown, why),
            },
        }
        self.write(cx.orders);
    }

    fn on_failed(&mut self, why: String, wait: Option<Duration>, cx: &mut Context<'_>, random: &mut Random) {
        self.item.failures = self.item.failures.saturating_add(1);
        if self.item.failures >= cx.settings.attempts {
            return self.die(Dead::Exhausted, why);
        }
        self.item.why = Some(why);
        let wait = back_off(self.item.failures, random).max(wait.unwrap_or_default()).min(LONGEST_WAIT);
        self.wait(wait, cx);
    }

    pub(super) fn die(&mut self, dead: Dead, why: String) {
        self.state = State::Dead(dead);
        self.item.why = Some(why);
    }
}

/// After the n-th failure, a fifth more or less, so that what failed together does not come back together.
fn back_off(failures: u8, random: &mut Random) -> Duration {
    let step = BACK_OFF_S.get(usize::from(failures.saturating_sub(1))).unwrap_or(&BACK_OFF_LAST_S);
    Duration::from_millis(step * 800 + u64::from(random.below(*step as u32 * 400)))
}

const BACK_OFF_S: [u64; 4] = [10, 30, 120, 600];
const BACK_OFF_LAST_S: u64 = 3_600;
/// The other side does not say for how long it is not tried: neither hammered nor forgotten.
const SHORTEST_WAIT: Duration = Duration::from_secs(10);
pub(super) const LONGEST_WAIT: Duration = Duration::from_secs(24 * 60 * 60);
