//! Appointments, their cases and messages as the store keeps them.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use engine::appointment::{CaseFacts, CaseRow, End, Facts, Line, Phase, Question, Row, To};
use engine::id::{AppointmentId, CaseId, ContactId, OutboxId};
use engine::outbox;
use engine::records::Record;

#[derive(Clone, Default)]
pub struct Appointed {
    pub rows: BTreeMap<AppointmentId, Row>,
    pub contacts: BTreeSet<ContactId>,
    pub cases: BTreeMap<CaseId, CaseRow>,
    pub closed: BTreeSet<CaseId>,
    pub notices: BTreeSet<(AppointmentId, To)>,
    pub letters: BTreeMap<OutboxId, outbox::Row>,
}

impl Appointed {
    pub fn keep(&mut self, record: &Record) {
        match record {
            Record::Appointment(row) => {
                let known = self.rows.get(&row.appointment.id);
                if known.is_none_or(|known| known.appointment.version <= row.appointment.version) {
                    self.rows.insert(row.appointment.id, row.clone());
                }
            }
            Record::CaseByAppointment(row)
                if self.contacts.contains(&row.contact) && self.open_case(row.contact).is_none() =>
            {
                self.cases.entry(row.case).or_insert_with(|| row.clone());
            }
            Record::Notice { appointment, to, .. } => self.notices.extend(to.iter().map(|to| (*appointment, *to))),
            Record::Letter(row) => self.keep_letter(row),
            _ => {}
        }
    }

    fn keep_letter(&mut self, row: &outbox::Row) {
        let (id, key) = (row.item.letter.id, &row.item.letter.key);
        let is_known = self.letters.values().any(|known| known.item.letter.key == *key && known.item.letter.id != id);
        if !is_known && self.letters.get(&id).is_none_or(|known| known.item.version <= row.item.version) {
            self.letters.insert(id, row.clone());
        }
    }

    pub fn open_case(&self, contact: ContactId) -> Option<CaseId> {
        let mut of = self.cases.values().rev().filter(|row| row.contact == contact && !self.closed.contains(&row.case));
        of.next().map(|row| row.case)
    }

    pub fn answer(&self, question: &Question) -> Facts {
        let is_over = |row: &Row| matches!(row.phase, Phase::Over { .. });
        match question {
            Question::Near { until } => {
                let near = self.rows.values().filter(|row| !is_over(row) && row.appointment.terms.due.at < *until);
                Facts::Rows(near.cloned().collect())
            }
            Question::One { appointment } => {
                Facts::Rows(self.rows.get(appointment).filter(|row| !is_over(row)).cloned().into_iter().collect())
            }
            Question::Times { line, from, until, except } => Facts::Times(self.times(*line, *from, *until, *except)),
            Question::Case { contact, case } => Facts::Case(CaseFacts {
                contact_is_there: self.contacts.contains(contact),
                is_opened: case.is_some_and(|case| self.cases.contains_key(&case)),
                open: self.open_case(*contact),
            }),
            Question::Letters => {
                let over = |row: &&outbox::Row| matches!(row.phase, outbox::Phase::Done | outbox::Phase::Dropped);
                Facts::Letters(self.letters.values().filter(|row| !over(row)).cloned().collect())
            }
            Question::Letter { item } => Facts::Letters(self.letters.get(item).cloned().into_iter().collect()),
            Question::Key { key } => {
                let of = self.letters.values().find(|row| row.item.letter.key == *key);
                Facts::Key(of.map(|row| row.item.letter.id))
            }
        }
    }

    fn times(
        &self,
        line: Line,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
        except: AppointmentId,
    ) -> Vec<DateTime<Utc>> {
        let is_of = |row: &&Row| {
            let terms = &row.appointment.terms;
            match line {
                Line::Creator(user) => row.appointment.creator == user,
                Line::Agent(user) => terms.agent == Some(user),
                Line::Department(item) => terms.agent.is_none() && terms.department == item,
                Line::Contact(contact) => terms.contact == contact,
                Line::System => true,
            }
        };
        let rows = self.rows.values().filter(|row| row.appointment.id != except);
        let counts = rows.filter(|row| row.phase != Phase::Over { end: End::Cancelled });
        let times = counts.filter(is_of).map(|row| row.appointment.terms.due.at);
        times.filter(|at| (from..=until).contains(at)).collect()
    }
}
