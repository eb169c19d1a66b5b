//! What the exchange saw of each call, from its own side: the judge of who was called when, and what came of it.

use std::collections::VecDeque;

use engine::time::Now;

/// Names one attempt in the log; never given twice.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct AttemptId(pub u64);

/// One call through the exchange. An INVITE that was only challenged is none.
#[derive(Clone, PartialEq, Debug)]
pub struct Attempt {
    pub id: AttemptId,
    /// When its INVITE came in; for a customer who calls in, when it went out.
    pub at: Now,
    pub caller: String,
    /// As dialled.
    pub number: String,
    pub answered: Option<Now>,
    pub ended: Option<Now>,
    pub outcome: Outcome,
    /// Read from the caller, oldest first.
    pub digits: String,
}

/// What came of an attempt.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// Not over yet.
    Open,
    Refused {
        status: u16,
    },
    Redirected,
    /// The caller gave up before an answer.
    Cancelled,
    HungUp {
        by: Side,
    },
    /// Somebody went silent: no ACK, no answer, a lost dialog.
    Lost,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Side {
    Caller,
    Called,
}

impl Side {
    #[must_use]
    pub fn other(self) -> Side {
        match self {
            Side::Caller => Side::Called,
            Side::Called => Side::Caller,
        }
    }
}

/// The last [`MOST`] attempts.
#[derive(Debug, Default)]
pub(super) struct Log {
    attempts: VecDeque<Attempt>,
    next: u64,
}

impl Log {
    pub fn attempts(&self) -> impl Iterator<Item = &Attempt> {
        self.attempts.iter()
    }

    pub fn begin(&mut self, caller: &str, number: &str, now: Now) -> AttemptId {
        let id = AttemptId(self.next);
        self.next += 1;
        if self.attempts.len() == MOST {
            self.attempts.pop_front();
        }
        let (caller, number) = (caller.to_owned(), number.to_owned());
        let (outcome, digits) = (Outcome::Open, String::new());
        self.attempts.push_back(Attempt { id, at: now, caller, number, answered: None, ended: None, outcome, digits });
        id
    }

    pub fn answered(&mut self, id: AttemptId, now: Now) {
        if let Some(attempt) = self.get(id) {
            attempt.answered.get_or_insert(now);
        }
    }

    /// The first outcome stays: what ends the second half of a call is only its echo.
    pub fn finish(&mut self, id: AttemptId, outcome: Outcome, now: Now) {
        if let Some(attempt) = self.get(id).filter(|attempt| attempt.outcome == Outcome::Open) {
            attempt.outcome = outcome;
            attempt.ended = Some(now);
        }
    }

    pub fn digit(&mut self, id: AttemptId, digit: char) {
        if let Some(attempt) = self.get(id).filter(|attempt| attempt.digits.len() < MOST_DIGITS) {
            attempt.digits.push(digit);
        }
    }

    fn get(&mut self, id: AttemptId) -> Option<&mut Attempt> {
        let first = self.attempts.front()?.id;
        self.attempts.get_mut(usize::try_from(id.0.checked_sub(first.0)?).ok()?)
    }
}

/// A day of a large campaign; the oldest is forgotten first.
const MOST: usize = 200_000;
/// Of one attempt.
const MOST_DIGITS: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;
    use engine::time::Moment;

    #[test]
    fn the_first_outcome_stays() {
        let now = Now { moment: Moment(5), civil: chrono::DateTime::UNIX_EPOCH };
        let mut log = Log::default();
        log.begin("1001", "600", now);
        let id = log.begin("1001", "601", now);
        log.finish(id, Outcome::Cancelled, now);
        log.finish(id, Outcome::Lost, now);
        let outcomes: Vec<Outcome> = log.attempts().map(|attempt| attempt.outcome).collect();
        assert_eq!(outcomes, [Outcome::Open, Outcome::Cancelled]);
    }
}
