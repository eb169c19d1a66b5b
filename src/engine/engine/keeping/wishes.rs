//! Wishes about promises: read, carried out, answered once; the answer to one with a key is written with the promise.

use crate::access::Whose;
use crate::border::{Actor, Command, IdempotencyKey, Output, Refusal, RefusalCode, Reply, What};
use crate::callback::{self, Draft, Form, Mode, Owner, Refused};
use crate::gate::{self, Law, Purpose, Verdict};
use crate::id::{CommandId, PromiseId, ScheduleId, UserId};
use crate::number::{Number, NumberKind};
use crate::records::{Question, Record};
use crate::staff::EntryId;
use crate::time::Now;

use super::super::Engine;
use super::Owed;

impl Engine {
    /// Whether a command has to wait: for a promise that is far ahead, or for its own twin.
    pub(in super::super) fn waits(&mut self, command: &Command) -> bool {
        let What::Callback(wish) = &command.what else { return false };
        let (owed, fetching) = (self.keeping.owed.values(), self.keeping.fetching.values());
        let mut under_way = owed.map(|owed| &owed.key).chain(fetching.map(|other| &other.key));
        if command.key.is_some() && under_way.any(|key| *key == command.key) {
            self.keeping.twins.push(command.clone());
            return true;
        }
        let Some(promise) = wish.promise().filter(|promise| self.keeping.callbacks.view(*promise).is_none()) else {
            return false;
        };
        let question = self.load(Question::Promise { promise });
        self.keeping.fetching.insert(question, command.clone());
        true
    }

    /// Whose a promise is, to the actor: of a queue's, whoever is in it.
    pub(in super::super) fn whose_promise(&self, wish: &callback::Command, actor: Actor) -> Whose {
        let of = |owner| match owner {
            Owner::Person(user) => Whose::Of(user),
            Owner::Queue(queue) => {
                let user = actor.user().and_then(|user| self.staff.user(user));
                let inside = user.filter(|user| user.queues.contains(&queue));
                inside.map_or(Whose::Shared, |user| Whose::Of(user.user))
            }
        };
        let known = wish.promise().map(|promise| self.keeping.callbacks.view(promise));
        match (wish, known) {
            (callback::Command::Slots { .. }, _) => Whose::Nothing,
            (callback::Command::Create { form, .. }, _) => of(form.owner),
            (_, None | Some(None)) => Whose::Missing,
            (
                callback::Command::Take { user, .. }
                | callback::Command::Dial { user, .. }
                | callback::Command::PutBack { user, .. },
                _,
            ) => Whose::Of(*user),
            // Nobody but who may hands an own promise to somebody else.
            (callback::Command::Edit { form, .. }, Some(Some(view))) => match of(view.promise.terms.owner) {
                Whose::Of(user) if actor.user() == Some(user) => of(form.owner),
                whose => whose,
            },
            (_, Some(Some(view))) => of(view.promise.terms.owner),
        }
    }

    /// `None`: the answer comes when it is written.
    pub(in super::super) fn on_callback_wish(
        &mut self,
        command: &Command,
        wish: &callback::Command,
        now: Now,
    ) -> Option<Result<Reply, Refusal>> {
        match wish {
            callback::Command::Slots { schedule, from, days } => {
                let days = self.keeping.callbacks.days(*schedule, *from, *days, now);
                Some(days.map(Reply::Days).ok_or_else(|| refusal(Refused::NoSchedule)))
            }
            callback::Command::Take { promise, user } => Some(self.take_record(*promise, *user, now)),
            callback::Command::Dial { promise, user } => Some(self.dial_record(*promise, *user, now)),
            callback::Command::PutBack { promise, user } => Some(self.put_back(*promise, *user, now)),
            callback::Command::Create { .. }
            | callback::Command::Edit { .. }
            | callback::Command::Cancel { .. }
            | callback::Command::Settle { .. }
            | callback::Command::Reassign { .. } => self.write_wish(command, wish, now).err().map(Err),
        }
    }

    /// Its answer is owed from now on.
    fn write_wish(&mut self, command: &Command, wish: &callback::Command, now: Now) -> Result<(), Refusal> {
        let id = command.id;
        let promise = wish.promise().unwrap_or_else(|| PromiseId(self.ids.next(now.civil)));
        let room = &mut self.keeping.callbacks;
        match wish {
            callback::Command::Create { schedule, form, protocolo } => {
                let draft = self.read(*schedule, form)?;
                self.keeping.callbacks.on_create(id, promise, *schedule, draft, protocolo.clone(), now);
            }
            callback::Command::Edit { version, form, .. } => {
                let schedule = room.view(promise).map(|view| view.promise.schedule);
                let schedule = schedule.ok_or_else(|| refusal(Refused::NotFound))?;
                let draft = self.read(schedule, form)?;
                self.keeping.callbacks.on_edit(id, promise, *version, draft, now);
            }
            callback::Command::Cancel { version, .. } => room.on_cancel(id, promise, *version, now),
            callback::Command::Settle { version, .. } => room.on_settle(id, promise, *version, now),
            callback::Command::Reassign { version, owner, .. } => {
                self.known_owner(*owner)?;
                self.keeping.callbacks.on_reassign(id, promise, *version, *owner, now);
            }
            callback::Command::Slots { .. }
            | callback::Command::Take { .. }
            | callback::Command::Dial { .. }
            | callback::Command::PutBack { .. } => {}
        }
        self.keeping.owed.insert(id, Owed { key: command.key.clone(), promise });
        Ok(())
    }

    /// What was typed, where it can be meant.
    fn read(&self, schedule: ScheduleId, form: &Form) -> Result<Draft, Refusal> {
        let recipient = form.recipient.trim();
        let named = !recipient.is_empty() && recipient.len() <= MAX_NAME && !recipient.contains(char::is_control);
        Refusal::invalid_if(
            !named,
            "recipient",
            format!("a recipient's name has 1 to {MAX_NAME} bytes, no line breaks"),
        )?;
        Refusal::invalid_if(form.note.len() > MAX_NOTE, "note", format!("a note has at most {MAX_NOTE} bytes"))?;
        let number = Number::read(&form.number, &self.config.gate)
            .map_err(|why| invalid("number", format!("{}: {why}", form.number)))?;
        let emergency = number.kind == NumberKind::Emergency;
        Refusal::invalid_if(
            emergency,
            "number",
            "emergency numbers are dialled by people, never by the daemon".to_owned(),
        )?;
        self.may_ever_be_dialled(&number)?;
        self.known_owner(form.owner)?;
        if self.promises.removes(EntryId::Schedule(schedule)) {
            return Err(refusal(Refused::NoSchedule));
        }
        let serves = self.staff.schedule(schedule).is_none_or(|schedule| self.serves(schedule, form.owner));
        Refusal::invalid_if(!serves, "schedule", "this escala is for other queues".to_owned())?;
        Ok(Draft {
            recipient: recipient.to_owned(),
            number,
            note: form.note.clone(),
            owner: form.owner,
            when: form.when,
        })
    }

    /// A prefix that is denied will be denied then too.
    fn may_ever_be_dialled(&self, number: &Number) -> Result<(), Refusal> {
        match gate::judge_prefix(&Law::of(&self.config), number, Purpose::Callback) {
            Verdict::Allow { .. } => Ok(()),
            Verdict::Deny { rule, fact, .. } => {
                Err(Refusal { field: Some("number".to_owned()), ..Refusal::gate(rule, fact) })
            }
        }
    }

    fn known_owner(&self, owner: Owner) -> Result<(), Refusal> {
        let known = match owner {
            Owner::Person(user) => self.staff.user(user).is_some(),
            Owner::Queue(queue) => self.staff.queue(queue).is_some(),
        };
        Refusal::invalid_if(!known, "owner", "there is no such user or queue".to_owned())
    }

    fn take_record(&mut self, promise: PromiseId, user: UserId, now: Now) -> Result<Reply, Refusal> {
        let lease = self.keeping.assign.lease_of(user).filter(|lease| lease.work.promise() == Some(promise));
        let schedule = self.keeping.callbacks.view(promise).map(|view| view.promise.schedule);
        let mode = schedule.and_then(|schedule| self.staff.schedule(schedule)).map(|schedule| schedule.mode);
        let lease = match (lease, mode) {
            (Some(lease), Some(Mode::Preview)) => lease,
            (Some(_), _) => return Err(Refusal::new(RefusalCode::WrongState, "it is dialled for you at its time")),
            (None, _) => return Err(Refusal::new(RefusalCode::WrongState, "this offer is over")),
        };
        let accepted = self.keeping.assign.accept(lease.work, lease.fence, now.moment);
        accepted.map_err(|late| Refusal::new(RefusalCode::WrongState, late.to_string()))?;
        self.keeping.callbacks.on_taken(promise, user, now);
        // Before it is looked whether the person is free for more.
        self.keeping.records.insert(user, promise);
        Ok(Reply::Done)
    }

    fn dial_record(&mut self, promise: PromiseId, user: UserId, now: Now) -> Result<Reply, Refusal> {
        if self.keeping.records.get(&user) != Some(&promise) {
            return Err(Refusal::new(RefusalCode::WrongState, "this record is not on your screen"));
        }
        self.keeping.callbacks.on_dial(promise, user, now);
        Ok(Reply::Done)
    }

    fn put_back(&mut self, promise: PromiseId, user: UserId, now: Now) -> Result<Reply, Refusal> {
        match self.keeping.assign.lease_of(user).filter(|lease| lease.work.promise() == Some(promise)) {
            Some(lease) => {
                let declined = self.keeping.assign.decline(lease.work, lease.fence, now.moment);
                declined.map_err(|late| Refusal::new(RefusalCode::WrongState, late.to_string()))?;
            }
            None if self.keeping.records.get(&user) == Some(&promise) => {
                self.keeping.callbacks.on_left(promise, user, now);
            }
            None => return Err(Refusal::new(RefusalCode::WrongState, "this record is not on your screen")),
        }
        Ok(Reply::Done)
    }

    /// The promise is about to be written: so is the answer, for whoever asks again after a crash.
    pub(super) fn answer_with(&mut self, promise: PromiseId, now: Now) {
        let owed = self.keeping.owed.values().find(|owed| owed.promise == promise);
        if let Some(key) = owed.and_then(|owed| owed.key.clone()) {
            let answer = Ok(Reply::Promised { promise });
            self.batch.push(Record::Answer { key, at: now.civil, answer });
        }
    }

    pub(super) fn answer_wish(&mut self, command: CommandId, answer: Result<PromiseId, Refused>, now: Now) {
        let answer = answer.map(|promise| Reply::Promised { promise }).map_err(refusal);
        let key = self.keeping.owed.remove(&command).and_then(|owed| owed.key);
        if let Some(key) = key.clone() {
            match &answer {
                // It is on the disk with the promise.
                Ok(_) => self.answers.keep(key, now.civil, answer.clone()),
                Err(_) => self.remember(Some(&key), &answer, now),
            }
        }
        self.outputs.push_back(Output::Reply(command, answer));
        self.answer_twins(key.as_ref(), now);
    }

    /// The others with the key of one that is answered, as it was.
    pub(super) fn answer_twins(&mut self, key: Option<&IdempotencyKey>, now: Now) {
        if self.keeping.owed.values().all(|owed| owed.key.as_ref() != key) {
            let twins = std::mem::take(&mut self.keeping.twins).into_iter();
            let (again, rest): (Vec<Command>, Vec<Command>) = twins.partition(|twin| twin.key.as_ref() == key);
            self.keeping.twins = rest;
            again.iter().for_each(|twin| self.on_command(twin, now));
        }
    }
}

fn refusal(refused: Refused) -> Refusal {
    let text = refused.to_string();
    match refused {
        Refused::NotFound => Refusal::new(RefusalCode::NotFound, text),
        Refused::NoSchedule => invalid("schedule", text),
        Refused::Impossible(impossible) => {
            let field = Some("when".to_owned());
            Refusal { field, impossible: Some(Box::new(impossible)), ..Refusal::new(RefusalCode::Impossible, text) }
        }
        Refused::Outdated => Refusal::new(RefusalCode::Outdated, text),
        Refused::BeingDialled => Refusal::new(RefusalCode::WrongState, text),
        Refused::Exhausted => Refusal::new(RefusalCode::Exhausted, text),
        Refused::NotStored => Refusal::new(RefusalCode::NotStored, text),
    }
}

fn invalid(field: &str, text: String) -> Refusal {
    Refusal { field: Some(field.to_owned()), ..Refusal::new(RefusalCode::Invalid, text) }
}

const MAX_NAME: usize = 64;
const MAX_NOTE: usize = 2_000;
