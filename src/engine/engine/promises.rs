//! Commands whose yes must be durable first: what they change is in force, and they are answered, when their batch is written.

use std::collections::VecDeque;

use crate::agent;
use crate::alert;
use crate::border::{Command, IdempotencyKey, Output, Refusal, RefusalCode, Reply, StoreError};
use crate::call::Calls;
use crate::id::{BatchId, CommandId};
use crate::news::{News, StaffNews};
use crate::records::Record;
use crate::staff::{self, Change};
use crate::time::Now;

use super::Engine;

/// One change on its way to the disk, and those that wait for it: each is judged against what is in force.
#[derive(Debug, Default)]
pub(super) struct Promises {
    writing: Option<(BatchId, Promise)>,
    waiting: VecDeque<Command>,
}

/// What is answered once it is written.
#[derive(Debug)]
struct Promise {
    /// Nobody's where the daemon changes something by itself.
    command: Option<CommandId>,
    key: Option<IdempotencyKey>,
    change: Change,
}

impl Promises {
    pub fn is_writing(&self) -> bool {
        self.writing.is_some()
    }

    /// It goes as soon as that is written: nothing new may be made of it.
    pub fn removes(&self, entry: staff::EntryId) -> bool {
        self.writing.as_ref().is_some_and(|(_, promise)| promise.change == Change::Remove(entry))
    }
}

impl Engine {
    /// `None`: the answer comes when it is written.
    pub(super) fn promise(
        &mut self,
        command: &Command,
        wish: &staff::Command,
        now: Now,
    ) -> Option<Result<Reply, Refusal>> {
        if self.promises.writing.is_some() {
            if self.promises.waiting.len() >= MAX_WAITING {
                return Some(Err(Refusal::new(
                    RefusalCode::NotStored,
                    "too many changes are being written; try again",
                )));
            }
            self.promises.waiting.push_back(command.clone());
            return None;
        }
        let id = self.ids.next(now.civil);
        if let staff::Command::Delete(staff::EntryId::Schedule(schedule)) = wish
            && self.keeping.callbacks.needs(*schedule)
        {
            let text = "open promises are of this escala; hand them on or cancel them first";
            return Some(Err(Refusal::new(RefusalCode::WrongState, text)));
        }
        match self.staff.judge(wish, id, &self.config) {
            Ok(change) => {
                self.write_change(Some(command.id), command.key.clone(), change);
                None
            }
            Err(refusal) => Some(Err(refusal)),
        }
    }

    /// What nobody wished; none is being written.
    pub(super) fn change_by_itself(&mut self, wish: &staff::Command) {
        // It makes nothing new, so no number is needed; what cannot be is left as it is.
        if let Ok(change) = self.staff.judge(wish, 0, &self.config) {
            self.write_change(None, None, change);
        }
    }

    fn write_change(&mut self, command: Option<CommandId>, key: Option<IdempotencyKey>, change: Change) {
        self.batch.push(match &change {
            Change::Keep(entry) => Record::Kept(entry.clone()),
            Change::Remove(id) => Record::Removed(*id),
        });
        self.promises.writing = Some((self.coming_batch(), Promise { command, key, change }));
    }

    /// A batch was written or not: the change in it is in force or refused, and the next one is judged.
    pub(super) fn keep_promises(&mut self, batch: BatchId, result: &Result<(), StoreError>, now: Now) {
        let Some((_, promise)) = self.promises.writing.take_if(|(writing, _)| *writing == batch) else { return };
        let Promise { command, key, change } = promise;
        let answer = match result {
            Ok(()) => Ok(self.put_in_force(change, now)),
            Err(why) => Err(Refusal::new(RefusalCode::NotStored, format!("it could not be written: {why}"))),
        };
        if let Some(command) = command {
            self.remember(key.as_ref(), &answer, now);
            self.outputs.push_back(Output::Reply(command, answer));
        }
        while let (None, Some(next)) = (&self.promises.writing, self.promises.waiting.pop_front()) {
            self.on_command(&next, now);
        }
    }

    fn put_in_force(&mut self, change: Change, now: Now) -> Reply {
        let (news, entry) = match &change {
            Change::Keep(entry) => (StaffNews::Kept(entry.clone()), entry.id()),
            Change::Remove(entry) => (StaffNews::Gone(*entry), *entry),
        };
        self.staff.apply(change);
        self.tell(News::Staff(news));
        self.alerts.on_staff(&alert::Context { config: &self.config, staff: &self.staff, now });
        self.agents.on_staff_changed(&agent::Context { staff: &self.staff, zone: self.config.zone, now });
        self.with_calls(now, Calls::on_supervisors_changed);
        self.know_schedules(now);
        self.know_campaigns(now);
        Reply::Kept { entry }
    }

    /// The number that the batch of the present input will have.
    pub(super) fn coming_batch(&self) -> BatchId {
        BatchId(self.next_batch + 1)
    }
}

/// Administrators at work at once, and more.
const MAX_WAITING: usize = 256;
