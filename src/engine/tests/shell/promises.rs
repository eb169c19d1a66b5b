//! Promises as the store keeps them, and what it says of a number before it is dialled.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use engine::callback::{Attempt, Kind, Outcome, Phase, Row};
use engine::gate::{Attempts, Hit, Periods, Suppression};
use engine::id::{CallId, PromiseId, ScheduleId};
use engine::news::Direction;
use engine::records::{CallRow, Facts, Promises, Question, Record};

/// What was stored of promises, and of the calls that count beside them.
#[derive(Clone, Default)]
pub struct Promised {
    pub rows: BTreeMap<PromiseId, Row>,
    pub history: BTreeMap<(PromiseId, u32), Line>,
    /// Do-not-call, by normalised number.
    pub suppressed: BTreeMap<String, Hit>,
    /// Calls that have not ended.
    calls: BTreeMap<CallId, CallRow>,
    answered: BTreeSet<CallId>,
    /// Outgoing calls that keep no promise and reach no lead, by normalised number.
    others: BTreeMap<String, Vec<DateTime<Utc>>>,
    /// What the clock showed last, and whether it was in doubt.
    alive: Option<(DateTime<Utc>, bool)>,
}

/// An attempt, the number that it was for, and what came of it.
#[derive(Clone, Debug)]
pub struct Line {
    pub number: String,
    pub attempt: Attempt,
    pub outcome: Option<Outcome>,
}

impl Promised {
    pub fn keep(&mut self, record: &Record) {
        match record {
            Record::Promise(row) => self.keep_row(row),
            Record::CallOpened(row) => self.open(row),
            Record::CallAnswered { call, .. } => drop(self.answered.insert(*call)),
            Record::CallGiven { call, user } => {
                self.calls.get_mut(call).into_iter().for_each(|row| row.user = Some(*user));
            }
            Record::CallEnded { call, .. } => {
                self.calls.remove(call);
                self.answered.remove(call);
            }
            Record::Alive { at, doubted } => self.alive = Some((*at, *doubted)),
            _ => {}
        }
    }

    /// An older version changes nothing but its line of the history.
    fn keep_row(&mut self, row: &Row) {
        let id = row.promise.id;
        if let Some((attempt, outcome)) = &row.attempt {
            let tried = || row.promise.terms.number.normalised.clone();
            let number = self.history.remove(&(id, attempt.number)).map_or_else(tried, |line| line.number);
            let line = Line { number, attempt: attempt.clone(), outcome: outcome.clone() };
            self.history.insert((id, attempt.number), line);
        }
        if self.rows.get(&id).is_none_or(|known| known.promise.version <= row.promise.version) {
            self.rows.insert(id, row.clone());
        }
    }

    fn open(&mut self, row: &CallRow) {
        self.calls.insert(row.call, row.clone());
        if row.direction == Direction::Outbound && row.promise.is_none() && row.attempt.is_none() {
            self.others.entry(row.number_normalised.clone()).or_default().push(row.at);
        }
    }

    /// Open promises, as far as they are asked for.
    pub fn open_rows(&self) -> impl Iterator<Item = &Row> {
        self.rows.values().filter(|row| !matches!(row.phase, Phase::Over(_)))
    }

    pub fn answer(&self, question: &Question, now: DateTime<Utc>) -> Option<Facts> {
        match question {
            Question::Promises { until } => {
                let is_near = |row: &&Row| match row.phase {
                    Phase::Trying(_) | Phase::Unknown(_) => true,
                    Phase::Open | Phase::Over(_) => row.promise.next < *until,
                };
                Some(Facts::Promises(self.open_rows().filter(is_near).cloned().collect()))
            }
            Question::Promise { promise } => Some(Facts::Promise(self.rows.get(promise).cloned())),
            Question::Number { number, promise, periods } => Some(Facts::Number {
                suppressed: Suppression { read: now, hit: self.suppressed.get(number).cloned() },
                attempts: self.attempts(number, *promise, periods, now),
            }),
            Question::Start | Question::Known { .. } | Question::Appointment(_) | Question::Leads(_) => None,
        }
    }

    /// But for those of campaigns.
    pub fn attempts(&self, number: &str, own: Option<PromiseId>, periods: &Periods, now: DateTime<Utc>) -> Attempts {
        let counts = |promise: PromiseId, line: &Line| match &line.outcome {
            None => Some(promise) != own,
            Some(outcome) => outcome.counts(),
        };
        let lines = self.history.iter().filter(|((promise, _), line)| line.number == number && counts(*promise, line));
        let others = self.others.get(number).into_iter().flatten();
        let all: Vec<DateTime<Utc>> = lines.map(|(_, line)| line.attempt.at).chain(others.copied()).collect();
        let since = |begin: DateTime<Utc>| u32::try_from(all.iter().filter(|at| **at >= begin).count()).unwrap();
        Attempts {
            read: now,
            promise: None,
            day: since(periods.day),
            week: since(periods.week),
            month: since(periods.month),
        }
    }

    /// What a start reads.
    pub fn at_start(&self) -> Promises {
        let mut taken: BTreeMap<(ScheduleId, DateTime<Utc>), u16> = BTreeMap::new();
        for row in self.open_rows() {
            *taken.entry((row.promise.schedule, row.promise.terms.due.at)).or_default() += 1;
        }
        let returned = self.rows.values().filter(|row| row.promise.kind == Kind::Return);
        Promises {
            taken: taken.into_iter().map(|((schedule, at), count)| (schedule, at, count)).collect(),
            dropped: self.calls.values().filter(|row| self.answered.contains(&row.call)).cloned().collect(),
            returned: returned.filter_map(|row| row.promise.protocolo.clone()).collect(),
            newest: self.alive.map(|(at, _)| at),
            doubted: self.alive.is_some_and(|(_, doubted)| doubted),
        }
    }
}
