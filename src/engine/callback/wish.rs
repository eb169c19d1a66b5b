//! People's wishes: a new promise, a change of one. Each is answered once, a yes when it is written (CB-05, CB-06, CB-12).

use std::collections::btree_map::Entry;

use chrono::{DateTime, NaiveDateTime, Utc};

use super::machine::Callback;
use super::order::{Alert, Change, Order, Refused, Wrong};
use super::promise::{Kind, Owner, Phase, Promise, Row, Terms};
use super::slot::Due;
use super::{Callbacks, state::State};
use crate::id::{CommandId, PromiseId, ScheduleId};
use crate::number::Number;
use crate::protocolo::Protocolo;
use crate::time::Now;

/// What an agent fills in (CB-05).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Draft {
    pub recipient: String,
    pub number: Number,
    pub note: String,
    pub owner: Owner,
    /// Date and time on the escala's wall.
    pub when: NaiveDateTime,
}

/// A promise that nobody has been told yet.
#[derive(Debug)]
pub(super) struct Writing {
    command: Option<CommandId>,
    promise: Promise,
}

impl Writing {
    pub fn row(&self) -> Row {
        Row { promise: self.promise.clone(), phase: Phase::Open, attempt: None }
    }
}

impl Callbacks {
    /// A new promise. Its place is taken at once, so that two at the same moment do not share it.
    pub fn on_create(
        &mut self,
        command: CommandId,
        id: PromiseId,
        schedule: ScheduleId,
        draft: Draft,
        protocolo: Option<Protocolo>,
        now: Now,
    ) {
        match self.terms(schedule, draft, None, now) {
            Ok(terms) => self.write_new(Some(command), Kind::Callback, id, schedule, terms, protocolo),
            Err(refused) => self.orders.push_back(Order::Answer(command, Err(refused))),
        }
    }

    /// A call that our side dropped goes back at once (CB-13): no slot is asked for, only hours. The instant it is tried at; none
    /// where there is no such escala, or no hours of it.
    pub fn on_dropped(
        &mut self,
        id: PromiseId,
        schedule: ScheduleId,
        draft: Draft,
        protocolo: Protocolo,
        now: Now,
    ) -> Option<DateTime<Utc>> {
        let hours = self.schedules.get(&schedule)?;
        let due = Due::of(hours, hours.next_open(now.civil)?);
        let Draft { recipient, number, note, owner, when: _ } = draft;
        let terms = Terms { recipient, number, note, owner, due };
        self.write_new(None, Kind::Return, id, schedule, terms, Some(protocolo));
        if due.at > now.civil {
            self.orders.push_back(Order::Alert(Alert { promise: id, owner, what: Wrong::ReturnLater }));
        }
        Some(due.at)
    }

    /// Another content or time; `version` is the one on the screen.
    pub fn on_edit(&mut self, command: CommandId, id: PromiseId, version: u32, draft: Draft, now: Now) {
        let answer = self.judge_edit(id, version, draft, now).and_then(|(schedule, terms)| {
            let due = terms.due.at;
            self.change(command, id, version, Change::Edit(terms), now)?;
            self.taken.take(schedule, due);
            Ok(())
        });
        self.refuse(command, answer);
    }

    pub fn on_cancel(&mut self, command: CommandId, id: PromiseId, version: u32, now: Now) {
        let answer = self.change(command, id, version, Change::Cancel, now);
        self.refuse(command, answer);
    }

    /// It was kept by other means.
    pub fn on_settle(&mut self, command: CommandId, id: PromiseId, version: u32, now: Now) {
        let answer = self.change(command, id, version, Change::Settle, now);
        self.refuse(command, answer);
    }

    /// Somebody else is to keep it, at its time.
    pub fn on_reassign(&mut self, command: CommandId, id: PromiseId, version: u32, owner: Owner, now: Now) {
        let known = self.promises.get(&id).map(|callback| callback.promise.terms.clone()).ok_or(Refused::NotFound);
        let answer = known.and_then(|terms| {
            let terms = Terms { owner, ..terms };
            let (schedule, due) = (self.schedule_of(id), terms.due.at);
            self.change(command, id, version, Change::Edit(terms), now)?;
            // Given back when it is written, as an edit's old place is.
            schedule.iter().for_each(|schedule| self.taken.take(*schedule, due));
            Ok(())
        });
        self.refuse(command, answer);
    }

    /// The row of [`Order::Store`] is written, or could not be.
    pub fn on_stored(&mut self, id: PromiseId, version: u32, written: bool, now: Now) {
        if let Entry::Occupied(entry) = self.drafts.entry(id) {
            // Nobody could ask for a return again: it is written when the disk works.
            if !written && entry.get().command.is_none() {
                return;
            }
            let Writing { command, promise } = entry.remove();
            let answer = match written {
                true => Ok(id),
                false => Err(Refused::NotStored),
            };
            let place = (promise.schedule, promise.terms.due.at);
            match written {
                // Somebody who found it in the store may have changed it before the store said that it is there.
                true => drop(self.promises.entry(id).or_insert(Callback { promise, state: State::Open, asks: 0 })),
                false => self.taken.release(place.0, place.1),
            }
            self.orders.extend(command.map(|command| Order::Answer(command, answer)));
            self.with(id, now, |callback, cx| callback.tell(cx.orders));
            return;
        }
        let places = self.promises.get(&id).and_then(|callback| callback.places(version));
        self.with(id, now, |callback, cx| callback.on_stored(version, written, cx));
        if let Some((schedule, old, new)) = places {
            self.taken.release(schedule, if written { old } else { new });
        }
    }

    fn schedule_of(&self, id: PromiseId) -> Option<ScheduleId> {
        self.promises.get(&id).map(|callback| callback.promise.schedule)
    }

    fn judge_edit(
        &mut self,
        id: PromiseId,
        version: u32,
        draft: Draft,
        now: Now,
    ) -> Result<(ScheduleId, Terms), Refused> {
        let promise = &self.promises.get(&id).ok_or(Refused::NotFound)?.promise;
        let schedule = promise.schedule;
        let hours = self.schedules.get(&schedule).ok_or(Refused::NoSchedule)?;
        match promise {
            promise if promise.version != version => Err(Refused::Outdated),
            promise if promise.attempts >= hours.attempts => Err(Refused::Exhausted),
            promise => {
                let old = promise.terms.due;
                self.terms(schedule, draft, Some(old), now).map(|terms| (schedule, terms))
            }
        }
    }

    /// What was filled in, where it is possible. A promise does not stand in its own way.
    fn terms(&mut self, schedule: ScheduleId, draft: Draft, own: Option<Due>, now: Now) -> Result<Terms, Refused> {
        let Draft { recipient, number, note, owner, when } = draft;
        let hours = self.schedules.get(&schedule).ok_or(Refused::NoSchedule)?;
        own.iter().for_each(|own| self.taken.release(schedule, own.at));
        let due = hours.promise_at(when, &self.taken, now.civil);
        own.iter().for_each(|own| self.taken.take(schedule, own.at));
        Ok(Terms { recipient, number, note, owner, due: due.map_err(Refused::Impossible)? })
    }

    fn write_new(
        &mut self,
        command: Option<CommandId>,
        kind: Kind,
        id: PromiseId,
        schedule: ScheduleId,
        terms: Terms,
        protocolo: Option<Protocolo>,
    ) {
        let next = terms.due.at;
        let promise =
            Promise { id, kind, version: 1, schedule, terms, protocolo, next, attempts: 0, tries: 0, denied: None };
        self.taken.take(schedule, next);
        let writing = Writing { command, promise };
        self.orders.push_back(Order::Store(writing.row()));
        self.drafts.insert(id, writing);
    }

    fn change(
        &mut self,
        command: CommandId,
        id: PromiseId,
        version: u32,
        change: Change,
        now: Now,
    ) -> Result<(), Refused> {
        let promise = &self.promises.get(&id).ok_or(Refused::NotFound)?.promise;
        if promise.version != version {
            return Err(Refused::Outdated);
        }
        let mut answer = Err(Refused::NoSchedule);
        self.with(id, now, |callback, cx| answer = callback.on_change(command, change, cx));
        answer
    }

    fn refuse(&mut self, command: CommandId, answer: Result<(), Refused>) {
        self.orders.extend(answer.err().map(|refused| Order::Answer(command, Err(refused))));
    }
}
