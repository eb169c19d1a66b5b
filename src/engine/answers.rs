//! Answers kept by key for 24 h, so that a command sent twice is carried out once.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use crate::border::{IdempotencyKey, Refusal, Reply};

type Answer = Result<Reply, Refusal>;

/// The answers of the last 24 h that had a key.
#[derive(Debug, Default)]
pub struct Answers {
    by_key: BTreeMap<IdempotencyKey, (DateTime<Utc>, Answer)>,
}

impl Answers {
    /// What the store remembers.
    pub fn restore(kept: Vec<(IdempotencyKey, DateTime<Utc>, Answer)>) -> Answers {
        Answers { by_key: kept.into_iter().map(|(key, at, answer)| (key, (at, answer))).collect() }
    }

    /// The answer this key got, if it is younger than 24 h.
    pub fn get(&self, key: &IdempotencyKey, now: DateTime<Utc>) -> Option<Answer> {
        let (at, answer) = self.by_key.get(key)?;
        (now - at < KEPT).then(|| answer.clone())
    }

    /// Keeps an answer; makes room by forgetting old ones, and above [`MOST`] the oldest.
    pub fn keep(&mut self, key: IdempotencyKey, now: DateTime<Utc>, answer: Answer) {
        if self.by_key.len() >= MOST {
            self.by_key.retain(|_, (at, _)| now - *at < KEPT);
        }
        if self.by_key.len() >= MOST
            && let Some(oldest) = self.by_key.iter().min_by_key(|(_, (at, _))| *at).map(|(key, _)| key.clone())
        {
            self.by_key.remove(&oldest);
        }
        self.by_key.insert(key, (now, answer));
    }
}

const KEPT: TimeDelta = TimeDelta::hours(24);
/// More keyed commands in a day than hands can give; a script that does more loses the oldest.
const MOST: usize = 100_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_answers_for_a_day() {
        let (key, at) = (IdempotencyKey("k".into()), DateTime::UNIX_EPOCH);
        let mut answers = Answers::default();
        answers.keep(key.clone(), at, Ok(Reply::Done));
        assert_eq!(answers.get(&key, at + TimeDelta::hours(23)), Some(Ok(Reply::Done)));
        assert_eq!(answers.get(&key, at + TimeDelta::hours(24)), None);
    }
}
