//! What the store said of appointments, cases and messages.

use crate::appointment::{CaseFacts, Facts, Looked, Opened};
use crate::border::StoreError;
use crate::id::QuestionId;
use crate::outbox::Written;
use crate::records;
use crate::time::Now;

use super::super::Engine;
use super::{Asked, SOON};

impl Engine {
    /// None: it was an answer about appointments; else it is given back.
    pub(in super::super) fn on_appointments_known(
        &mut self,
        question: QuestionId,
        facts: Result<records::Facts, StoreError>,
        now: Now,
    ) -> Option<Result<records::Facts, StoreError>> {
        let Some(asked) = self.appointing.asked.remove(&question) else { return Some(facts) };
        let facts = match facts {
            Ok(records::Facts::Appointment(facts)) => Some(facts),
            Ok(_) | Err(_) => None,
        };
        self.on_answered(asked, facts, now);
        None
    }

    /// No facts: the store could not say.
    fn on_answered(&mut self, asked: Asked, facts: Option<Facts>, now: Now) {
        match (asked, facts) {
            (Asked::Near, Some(Facts::Rows(rows))) => {
                rows.into_iter().for_each(|row| self.appointing.appointments.restore(row, now));
            }
            (Asked::Near, _) => self.appointing.near = Some(now.moment + SOON),
            (Asked::Letters, Some(Facts::Letters(rows))) => {
                rows.into_iter().for_each(|row| self.appointing.outbox.restore(row, now, &mut self.random));
                self.give_up_without_gateway(now);
            }
            (Asked::Letters, _) => self.appointing.letters = Some(now.moment + SOON),
            (Asked::Times { ask }, Some(Facts::Times(times))) => {
                self.appointing.appointments.on_neighbours(ask, Some(times), now);
            }
            (Asked::Times { ask }, _) => self.appointing.appointments.on_neighbours(ask, None, now),
            (Asked::Case { appointment, ask }, facts) => {
                let looked = looked(facts);
                self.appointing.appointments.on_case(appointment, ask, looked, &mut self.ids, now);
            }
            (Asked::Opened { appointment, case }, facts) => {
                self.appointing.appointments.on_opened(appointment, case, opened(facts), now);
            }
            (Asked::Key { item, version }, facts) => {
                let written = match facts {
                    Some(Facts::Key(Some(known))) if known == item => Written::Yes,
                    Some(Facts::Key(Some(_))) => Written::Known,
                    _ => Written::No,
                };
                self.appointing.outbox.on_stored(item, version, written, now);
            }
            (Asked::Wish(command), facts) => {
                match facts {
                    Some(Facts::Rows(rows)) => {
                        rows.into_iter().for_each(|row| self.appointing.appointments.restore(row, now));
                    }
                    Some(Facts::Letters(rows)) => {
                        rows.into_iter().for_each(|row| self.appointing.outbox.restore(row, now, &mut self.random));
                    }
                    Some(Facts::Times(_) | Facts::Case(_) | Facts::Key(_)) | None => {}
                }
                self.carry_out_wish(&command, now);
                self.answer_appointment_twins(command.key.as_ref(), now);
            }
        }
    }
}

fn looked(facts: Option<Facts>) -> Looked {
    match facts {
        Some(Facts::Case(CaseFacts { open: Some(case), .. })) => Looked::Open(case),
        Some(Facts::Case(_)) => Looked::NoneOpen,
        _ => Looked::Failed,
    }
}

fn opened(facts: Option<Facts>) -> Opened {
    match facts {
        Some(Facts::Case(CaseFacts { is_opened: true, .. })) => Opened::Yes,
        Some(Facts::Case(CaseFacts { contact_is_there: false, .. })) => {
            Opened::Refused { why: "the contact is not there any more".to_owned() }
        }
        Some(Facts::Case(CaseFacts { open: Some(case), .. })) => Opened::Other(case),
        // The other one was closed in between: the next time it is opened.
        _ => Opened::Failed,
    }
}
