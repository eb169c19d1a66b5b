//! The risk at which dialling stops, corrected by what really happens: one step for each person who answers.
//!
//! Each step is the difference between what was to be abandoned and what was. So the steps of a day add up to the difference of the
//! whole day, and as the threshold stays within bounds, that difference does too: the abandoned share comes to the target even
//! where the outlook is wrong.

use serde::{Deserialize, Serialize};

use super::account::Tally;

/// The share of a step in the logarithm of the threshold.
const GAIN: f64 = 0.1;
/// Before anything was learned.
const BEGIN: f64 = 0.03;
const LEAST: f64 = 1e-30;
const MOST: f64 = 0.9;
/// What the account is over or under is made good within so many answers.
const HORIZON: f64 = 500.0;
/// So many abandoned calls are kept in hand, and a part of the limit, so that chance does not carry a day over it.
const RESERVE: f64 = 5.0;
const AIM: f64 = 0.95;

#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Threshold {
    logarithm: f64,
}

impl Default for Threshold {
    fn default() -> Self {
        Threshold { logarithm: libm::log(BEGIN) }
    }
}

impl Threshold {
    /// Somebody answered, and the account before that was this.
    pub fn learn(&mut self, account: Tally, limit: f64, abandoned: bool) {
        let error = target(account, limit) - if abandoned { 1.0 } else { 0.0 };
        self.logarithm = (self.logarithm + GAIN * error).clamp(libm::log(LEAST), libm::log(MOST));
    }

    pub fn risk(&self) -> f64 {
        libm::exp(self.logarithm)
    }
}

/// The share that may be abandoned from now on.
fn target(account: Tally, limit: f64) -> f64 {
    let allowed = AIM * limit * (account.humans() as f64 + HORIZON) - RESERVE;
    ((allowed - account.abandoned as f64) / HORIZON).clamp(0.0, 2.0 * limit)
}
