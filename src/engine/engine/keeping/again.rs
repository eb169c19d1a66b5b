//! What could not be written is written when the disk works again: promises as they are by then, and that calls have ended, since
//! one without its end is returned at the next start (CB-13).

use std::collections::BTreeMap;
use std::time::Duration;

use crate::callback::{Doubt, NoReturn, Phase, Row};
use crate::gate;
use crate::id::{BatchId, CallId, PromiseId};
use crate::news::{Alert, News};
use crate::records::Record;
use crate::time::{Now, earliest};

use super::super::Engine;

/// What is on its way to the disk, and what did not get there.
#[derive(Debug, Default)]
pub(super) struct Again {
    /// Of the batch being gathered.
    coming: Vec<Row>,
    writing: BTreeMap<BatchId, Written>,
    /// The last of each promise.
    rows: BTreeMap<PromiseId, Row>,
    ends: Vec<Record>,
    /// Calls whose returns are not written yet.
    returns: BTreeMap<PromiseId, CallId>,
}

/// Of one batch.
#[derive(Debug, Default)]
struct Written {
    rows: Vec<Row>,
    ends: Vec<Record>,
}

impl Again {
    pub fn is_coming(&mut self, row: Row) {
        self.coming.push(row);
    }

    /// That promise is to return this call.
    pub fn returns(&mut self, promise: PromiseId, call: CallId) {
        self.returns.insert(promise, call);
    }

    fn lost(&mut self, written: &Written) {
        for row in &written.rows {
            // What came of an attempt is said until it is written, whatever else was to be.
            let before = self.rows.remove(&row.promise.id).and_then(|before| before.attempt);
            let attempt = row.attempt.clone().or(before);
            self.rows.insert(row.promise.id, Row { attempt, ..row.clone() });
        }
        let room = MOST_ENDS.saturating_sub(self.ends.len());
        self.ends.extend(written.ends.iter().take(room).cloned());
    }
}

impl Engine {
    /// The batch of this input has a number: what is in it is awaited.
    pub(in super::super) fn await_rows(&mut self, batch: BatchId) {
        let ends = self.batch.iter().filter(|record| is_of_call(record)).cloned().collect();
        let written = Written { rows: std::mem::take(&mut self.keeping.again.coming), ends };
        if !(written.rows.is_empty() && written.ends.is_empty()) {
            self.keeping.again.writing.insert(batch, written);
        }
    }

    pub(in super::super) fn on_rows_stored(&mut self, batch: BatchId, is_written: bool, now: Now) {
        let written = self.keeping.again.writing.remove(&batch).unwrap_or_default();
        for row in &written.rows {
            let returns = self.keeping.again.returns.remove(&row.promise.id);
            // A power cut would take it along, and only a person could know.
            if let Some(call) = returns.filter(|_| !is_written) {
                self.tell(News::Alert(Alert::NotReturned { call, why: NoReturn::NotWritten }));
            }
        }
        if !is_written {
            self.keeping.again.lost(&written);
            self.keeping.alive = earliest(self.keeping.alive, Some(now.moment + STORE_LOOK));
        }
        for row in written.rows {
            self.keeping.callbacks.on_stored(row.promise.id, row.promise.version, is_written, now);
        }
        if is_written {
            self.write_again();
        }
    }

    /// The store works again: what came of attempts meanwhile, as it is now.
    fn write_again(&mut self) {
        self.batch.append(&mut self.keeping.again.ends);
        for (promise, failed) in std::mem::take(&mut self.keeping.again.rows) {
            let now_is = self.keeping.callbacks.row(promise);
            let is_over = matches!(failed.phase, Phase::Over(_));
            let attempt = failed.attempt.clone().filter(|(_, outcome)| outcome.is_some());
            if let Some(row) = now_is.map(|row| Row { attempt, ..row }).or(Some(failed).filter(|_| is_over)) {
                self.keeping.again.is_coming(row.clone());
                self.batch.push(Record::Promise(row));
            }
        }
    }

    /// Says each minute that we live: a clock that shows less at the next start is wrong. While it is in doubt, by what it would
    /// show had it not jumped.
    pub(super) fn show_life(&mut self, now: Now) {
        if self.keeping.alive.is_none_or(|at| at <= now.moment) {
            self.keeping.alive = Some(now.moment + LIFE);
            let unjumped = |steady| now.civil.checked_sub_signed(gate::apart(steady, now));
            let doubted = self.is_in_doubt(Doubt::Clock, now);
            let at = self.keeping.steady.filter(|_| doubted).and_then(unjumped).unwrap_or(now.civil);
            self.batch.push(Record::Alive { at, doubted });
        }
    }
}

/// An end cannot be kept where the beginning was lost, so all of them are.
fn is_of_call(record: &Record) -> bool {
    matches!(
        record,
        Record::CallOpened(_) | Record::CallAnswered { .. } | Record::CallGiven { .. } | Record::CallEnded { .. }
    )
}

const LIFE: Duration = Duration::from_secs(60);
/// While the store fails: how soon it is tried again, as nothing else may want to be written.
const STORE_LOOK: Duration = Duration::from_secs(10);
/// Ends of calls remembered for a disk that fails: a day of a large office.
const MOST_ENDS: usize = 50_000;
