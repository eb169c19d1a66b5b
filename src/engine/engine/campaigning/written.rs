//! What is written of leads: attempts are waited for; what came of them, and what becomes of leads, is written again where a disk
//! did not take it.

use std::collections::BTreeMap;

use crate::campaign::Written;
use crate::id::BatchId;
use crate::records::Record;
use crate::time::Now;

use super::super::Engine;

#[derive(Debug, Default)]
pub(super) struct Rows {
    writing: BTreeMap<BatchId, Vec<Written>>,
    /// What did not get there, in its order.
    again: Vec<Written>,
}

impl Engine {
    pub(super) fn write_lead(&mut self, written: Written) {
        self.batch.push(Record::Lead(written));
    }

    /// The batch of this input has a number: what is in it is awaited.
    pub(in super::super) fn await_leads(&mut self, batch: BatchId) {
        let of_leads = self.batch.iter().filter_map(|record| match record {
            Record::Lead(written) => Some(written.clone()),
            _ => None,
        });
        let rows: Vec<Written> = of_leads.collect();
        if !rows.is_empty() {
            self.campaigning.written.writing.insert(batch, rows);
        }
    }

    pub(in super::super) fn on_leads_stored(&mut self, batch: BatchId, is_written: bool, now: Now) {
        for row in self.campaigning.written.writing.remove(&batch).unwrap_or_default() {
            match row {
                Written::Attempt { attempt, .. } => {
                    self.campaigning.campaigns.on_stored(attempt.lead, attempt.attempt, is_written, now);
                }
                // What was learned meanwhile is written the next time.
                Written::Pace { .. } => {}
                row if !is_written && self.campaigning.written.again.len() < MOST_AGAIN => {
                    self.campaigning.written.again.push(row);
                }
                Written::Result { .. } | Written::Given { .. } => {}
                Written::Disposition { .. } | Written::Lead { .. } | Written::Lapse { .. } => {}
            }
        }
        if is_written {
            let again = std::mem::take(&mut self.campaigning.written.again);
            self.batch.extend(again.into_iter().map(Record::Lead));
        }
    }
}

/// Remembered for a disk that fails: an hour of a large campaign.
const MOST_AGAIN: usize = 50_000;
