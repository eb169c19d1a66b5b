//! Calls of the past judged by other rules: which of them would not have been made. What the do-not-call lists said then is not
//! known any more, so nobody is taken to be on one.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::{Attempts, Facts, Law, Purpose, RateMeter, Suppression, Verdict, judge, periods};
use crate::config::Limits;
use crate::number::Number;
use crate::time::{Moment, Now};

/// A call that was made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Past {
    pub number: Number,
    pub at: DateTime<Utc>,
    pub purpose: Purpose,
}

/// One that these rules do not allow.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Broken {
    pub call: Past,
    pub rule: &'static str,
    /// In words, without the number.
    pub fact: String,
}

/// Calls one after another, the oldest first. Attempts count from the first one handed in, so those of the month before belong to it.
#[derive(Debug, Default)]
pub struct Replay {
    made: BTreeMap<String, Vec<DateTime<Utc>>>,
}

impl Replay {
    /// Why the gate would have said no, with the calls so far made all the same; a person's own call is only warned of.
    pub fn judge(&mut self, law: &Law<'_>, call: Past) -> Option<Broken> {
        let now = Now { moment: Moment::ZERO, civil: call.at };
        let since = periods(law, &call.number, now);
        let made = self.made.entry(call.number.normalised.clone()).or_default();
        made.retain(|at| *at >= since.month.min(since.week));
        let count = |begin| u32::try_from(made.iter().filter(|at| **at >= begin).count()).unwrap_or(u32::MAX);
        let (day, week, month) = (count(since.day), count(since.week), count(since.month));
        made.push(call.at);
        let facts = Facts {
            clock: Some(now),
            suppressed: Some(Suppression { read: call.at, hit: None }),
            attempts: Some(Attempts { read: call.at, promise: None, day, week, month }),
            ..Facts::of(RateMeter::default().load(Limits { calls_at_once: 1, calls_per_minute: 1 }, now.moment))
        };
        match judge(law, &facts, &call.number, call.purpose, now) {
            Verdict::Allow { .. } => None,
            Verdict::Deny { rule, fact, .. } => Some(Broken { call, rule, fact }),
        }
    }
}
