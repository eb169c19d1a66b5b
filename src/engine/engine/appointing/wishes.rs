//! Wishes about appointments and dead messages: carried out, answered once; the answer to one with a key is written with the row.

use crate::appointment::{self, Draft, Phase, Question, Refused, Row};
use crate::border::{Command, IdempotencyKey, Output, Refusal, RefusalCode, Reply, What};
use crate::gate::{self, Law, Purpose, Verdict};
use crate::id::{AppointmentId, CommandId, OutboxId};
use crate::number::{Number, NumberKind};
use crate::outbox::{self, Destination};
use crate::records::Record;
use crate::staff::{EntryId, List};
use crate::time::Now;

use super::super::Engine;
use super::{About, Asked, Owed};

impl Engine {
    /// Whether a command has to wait: for a row that is not in memory, or for its own twin.
    pub(in super::super) fn waits_for_row(&mut self, command: &Command) -> bool {
        let question = match &command.what {
            What::Appointment(wish) => {
                let far = |id: &AppointmentId| self.appointing.appointments.row(*id).is_none();
                wish.appointment().filter(far).map(|appointment| Question::One { appointment })
            }
            What::Outbox(outbox::Command::Retry { item, .. } | outbox::Command::Drop { item, .. }) => {
                self.appointing.outbox.row(*item).is_none().then_some(Question::Letter { item: *item })
            }
            _ => return false,
        };
        if command.key.is_some() && self.is_under_way(command.key.as_ref()) {
            self.appointing.twins.push(command.clone());
            return true;
        }
        let Some(question) = question else { return false };
        self.ask_store(question, Asked::Wish(command.clone()));
        true
    }

    fn is_under_way(&self, key: Option<&IdempotencyKey>) -> bool {
        let fetching = self.appointing.asked.values().filter_map(|asked| match asked {
            Asked::Wish(command) => Some(command.key.as_ref()),
            _ => None,
        });
        self.appointing.owed.values().map(|owed| owed.key.as_ref()).chain(fetching).any(|other| other == key)
    }

    /// Ok: its answer is owed from now on.
    pub(in super::super) fn on_appointment_wish(
        &mut self,
        command: &Command,
        wish: &appointment::Command,
        now: Now,
    ) -> Result<(), Refusal> {
        let id = command.id;
        let appointment = wish.appointment().unwrap_or_else(|| AppointmentId(self.ids.next(now.civil)));
        let about = match wish {
            appointment::Command::Cancel { .. } => About::Cancel(appointment),
            appointment::Command::Create(_) | appointment::Command::Edit { .. } => About::Terms(appointment),
        };
        match wish {
            appointment::Command::Create(draft) => {
                let nobody = || Refusal::new(RefusalCode::BadRequest, "an appointment is a person's: sign in");
                let creator = command.actor.user().ok_or_else(nobody)?;
                self.can_be_meant(draft)?;
                self.appointing.appointments.on_create(id, appointment, creator, (**draft).clone(), now);
            }
            appointment::Command::Edit { version, draft, .. } => {
                self.can_be_meant(draft)?;
                self.appointing.appointments.on_edit(id, appointment, *version, (**draft).clone(), now);
            }
            appointment::Command::Cancel { version, .. } => {
                self.appointing.appointments.on_cancel(id, appointment, *version, now);
            }
        }
        self.appointing.owed.insert(id, Owed { key: command.key.clone(), about });
        Ok(())
    }

    pub(in super::super) fn on_outbox_wish(&mut self, command: &Command, wish: &outbox::Command, now: Now) {
        match wish {
            outbox::Command::Retry { item, version } => {
                self.appointing.outbox.on_retry(command.id, *item, *version, now);
            }
            outbox::Command::Drop { item, version } => self.appointing.outbox.on_drop(command.id, *item, *version, now),
        }
        self.appointing.owed.insert(command.id, Owed { key: command.key.clone(), about: About::Letter });
    }

    /// What is named is there, and whom it would be sent to may ever be written to.
    fn can_be_meant(&self, draft: &Draft) -> Result<(), Refusal> {
        let is_department = |item| self.staff.list_of(EntryId::Item(item)) == Some(List::Department);
        Refusal::invalid_if(
            draft.department.is_some_and(|item| !is_department(item)),
            "department",
            "there is no such department",
        )?;
        let is_known = |user| self.staff.user(user).is_some();
        Refusal::invalid_if(draft.agent.is_some_and(|user| !is_known(user)), "agent", "there is no such user")?;
        let number = match draft.message.as_ref().map(|message| &message.to) {
            Some(Destination::Text { number }) => Some(number),
            Some(Destination::Event { .. }) => {
                let text = "an appointment writes to a number: by SIP, or by a gateway";
                return Refusal::invalid_if(true, "message", text);
            }
            Some(Destination::Webhook { hook, number }) => {
                Refusal::invalid_if(
                    !self.config.hooks.contains(hook),
                    "message",
                    "no gateway of this name is configured",
                )?;
                number.as_ref()
            }
            None => None,
        };
        number.map_or(Ok(()), |number| self.may_ever_be_written_to(number))
    }

    /// A prefix that is denied will be denied then too.
    fn may_ever_be_written_to(&self, number: &Number) -> Result<(), Refusal> {
        let emergency = number.kind == NumberKind::Emergency;
        Refusal::invalid_if(emergency, "message", "emergency services are called by people, never written to")?;
        match gate::judge_prefix(&Law::of(&self.config), number, Purpose::Notice) {
            Verdict::Allow { .. } => Ok(()),
            Verdict::Deny { rule, fact, .. } => {
                Err(Refusal { field: Some("message".to_owned()), ..Refusal::gate(rule, fact) })
            }
        }
    }

    /// The row is about to be written as somebody wished: so is the answer, for whoever asks again after a crash.
    pub(super) fn answer_with_row(&mut self, row: &Row, now: Now) {
        let appointment = row.appointment.id;
        let about = match row.phase {
            Phase::Open => About::Terms(appointment),
            Phase::Over { end: appointment::End::Cancelled } => About::Cancel(appointment),
            Phase::Over { .. } | Phase::Running(_) | Phase::Telling { .. } => return,
        };
        let owed = self.appointing.owed.values().find(|owed| owed.about == about);
        if let Some(key) = owed.and_then(|owed| owed.key.clone()) {
            let answer = Ok(Reply::Appointed { appointment });
            self.batch.push(Record::Answer { key, at: now.civil, answer });
        }
    }

    pub(super) fn answer_appointment(&mut self, command: CommandId, answer: Result<AppointmentId, Refused>, now: Now) {
        let answer = answer.map(|appointment| Reply::Appointed { appointment }).map_err(refusal);
        let key = self.appointing.owed.remove(&command).and_then(|owed| owed.key);
        if let Some(key) = &key {
            match &answer {
                // It is on the disk with the row.
                Ok(_) => self.answers.keep(key.clone(), now.civil, answer.clone()),
                Err(_) => self.remember(Some(key), &answer, now),
            }
        }
        self.outputs.push_back(Output::Reply(command, answer));
        self.answer_appointment_twins(key.as_ref(), now);
    }

    pub(super) fn answer_letter(&mut self, command: CommandId, answer: Result<OutboxId, outbox::Refused>, now: Now) {
        let answer = answer.map(|item| Reply::Posted { item }).map_err(|refused| {
            let code = match refused {
                outbox::Refused::NotFound => RefusalCode::NotFound,
                outbox::Refused::Outdated => RefusalCode::Outdated,
                outbox::Refused::Full | outbox::Refused::NotStored => RefusalCode::NotStored,
            };
            Refusal::new(code, refused.to_string())
        });
        let key = self.appointing.owed.remove(&command).and_then(|owed| owed.key);
        self.remember(key.as_ref(), &answer, now);
        self.outputs.push_back(Output::Reply(command, answer));
        self.answer_appointment_twins(key.as_ref(), now);
    }

    /// The others with the key of one that is answered, as it was.
    pub(super) fn answer_appointment_twins(&mut self, key: Option<&IdempotencyKey>, now: Now) {
        if key.is_some() && !self.is_under_way(key) {
            let twins = std::mem::take(&mut self.appointing.twins).into_iter();
            let (again, rest): (Vec<Command>, Vec<Command>) = twins.partition(|twin| twin.key.as_ref() == key);
            self.appointing.twins = rest;
            again.iter().for_each(|twin| self.on_command(twin, now));
        }
    }
}

fn refusal(refused: Refused) -> Refusal {
    let text = refused.to_string();
    match refused {
        Refused::NotFound => Refusal::new(RefusalCode::NotFound, text),
        Refused::Impossible { faults } => Refusal {
            field: faults.first().map(|fault| fault.field.name().to_owned()),
            ..Refusal::new(RefusalCode::Invalid, text)
        },
        Refused::TooClose(near) => Refusal {
            field: Some("when".to_owned()),
            near: Some(Box::new(near)),
            ..Refusal::new(RefusalCode::TooNear, text)
        },
        Refused::Outdated => Refusal::new(RefusalCode::Outdated, text),
        Refused::Running => Refusal::new(RefusalCode::WrongState, text),
        Refused::NotLooked | Refused::NotStored => Refusal::new(RefusalCode::NotStored, text),
    }
}
