//! What is written of leads: attempts are waited for, and so is who was told that something is so; what came of attempts, what becomes
//! of leads, and whom nobody is to call any more is written again where a disk did not take it.

use std::collections::BTreeMap;

use crate::border::{Output, Refusal, RefusalCode, Reply};
use crate::campaign::Written;
use crate::id::{BatchId, CommandId};
use crate::records::Record;
use crate::time::Now;

use super::super::Engine;

#[derive(Debug, Default)]
pub(super) struct Rows {
    /// Whoever is told yes when the coming batch is written.
    owed: Vec<CommandId>,
    writing: BTreeMap<BatchId, Batch>,
    /// What did not get there, in its order.
    again: Vec<Record>,
}

/// One that is on its way.
#[derive(Debug, Default)]
struct Batch {
    rows: Vec<Record>,
    owed: Vec<CommandId>,
}

impl Engine {
    pub(super) fn write_lead(&mut self, written: Written) {
        self.batch.push(Record::Lead(written));
    }

    /// A wish is carried out; where that is written, it is said when it is.
    pub(super) fn answer_done(&mut self, command: CommandId) {
        match self.batch.iter().any(is_of_leads) {
            true => self.campaigning.written.owed.push(command),
            false => self.outputs.push_back(Output::Reply(command, Ok(Reply::Done))),
        }
    }

    /// The batch of this input has a number: what is in it is awaited.
    pub(in super::super) fn await_leads(&mut self, batch: BatchId) {
        let rows: Vec<Record> = self.batch.iter().filter(|record| is_of_leads(record)).cloned().collect();
        if !rows.is_empty() {
            let owed = std::mem::take(&mut self.campaigning.written.owed);
            self.campaigning.written.writing.insert(batch, Batch { rows, owed });
        }
    }

    pub(in super::super) fn on_leads_stored(&mut self, batch: BatchId, is_written: bool, now: Now) {
        let Batch { rows, owed } = self.campaigning.written.writing.remove(&batch).unwrap_or_default();
        for row in rows {
            match row {
                Record::Lead(Written::Attempt { attempt, .. }) => {
                    self.campaigning.campaigns.on_stored(attempt.lead, attempt.attempt, is_written, now);
                }
                // What was learned meanwhile is written the next time.
                Record::Lead(Written::Pace { .. }) => {}
                row if !is_written && self.campaigning.written.again.len() < MOST_AGAIN => {
                    self.campaigning.written.again.push(row);
                }
                _ => {}
            }
        }
        for command in owed {
            let answer = if is_written { Ok(Reply::Done) } else { Err(not_written()) };
            self.outputs.push_back(Output::Reply(command, answer));
        }
        if is_written {
            let again = std::mem::take(&mut self.campaigning.written.again);
            self.batch.extend(again);
        }
    }
}

fn is_of_leads(record: &Record) -> bool {
    matches!(record, Record::Lead(_) | Record::Suppressed { .. })
}

fn not_written() -> Refusal {
    Refusal::new(RefusalCode::NotStored, "it is done and could not be written; it is as soon as the disk takes it")
}

/// Remembered for a disk that fails: an hour of a large campaign.
const MOST_AGAIN: usize = 50_000;
