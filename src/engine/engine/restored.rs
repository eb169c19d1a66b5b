//! A base that was put in place from a copy: what dials by itself waits until an operator confirms it, and that is written.

use chrono::{DateTime, Utc};

use crate::border::{Command, IdempotencyKey, Output, Refusal, RefusalCode, Reply, StoreError};
use crate::id::{BatchId, CommandId};
use crate::records::Record;
use crate::time::Now;

use super::Engine;

/// Whether this base may be that of two installations at once.
#[derive(Debug, Default)]
pub(super) struct Restored {
    /// When the copy was put in place; `None`: it never was, or that is confirmed.
    since: Option<DateTime<Utc>>,
    /// The confirmation on its way to the disk.
    confirming: Option<(BatchId, CommandId, Option<IdempotencyKey>)>,
}

impl Restored {
    pub fn new(since: Option<DateTime<Utc>>) -> Restored {
        Restored { since, confirming: None }
    }
}

impl Engine {
    /// Since when the base is a copy that nobody has confirmed: nothing is dialled that no person dials.
    pub fn restored(&self) -> Option<DateTime<Utc>> {
        self.restored.since
    }

    /// `None`: the answer comes when it is written.
    pub(super) fn confirm_restored(&mut self, command: &Command) -> Option<Result<Reply, Refusal>> {
        if self.restored.since.is_none() {
            return Some(Ok(Reply::Done));
        }
        if self.restored.confirming.is_some() {
            return Some(Err(Refusal::new(RefusalCode::NotStored, "it is being written already; try again")));
        }
        self.batch.push(Record::RestoredConfirmed);
        self.restored.confirming = Some((self.coming_batch(), command.id, command.key.clone()));
        None
    }

    pub(super) fn on_confirmation(&mut self, batch: BatchId, result: &Result<(), StoreError>, now: Now) {
        let Some((_, command, key)) = self.restored.confirming.take_if(|(writing, ..)| *writing == batch) else {
            return;
        };
        let answer = match result {
            Ok(()) => {
                self.restored.since = None;
                Ok(Reply::Done)
            }
            Err(why) => Err(Refusal::new(RefusalCode::NotStored, format!("it could not be written: {why}"))),
        };
        self.remember(key.as_ref(), &answer, now);
        self.outputs.push_back(Output::Reply(command, answer));
    }
}
