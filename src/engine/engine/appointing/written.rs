//! What became of rows: told to the room that waits for them. What may or may not have been written is asked for.

use crate::appointment::{Opened, Phase, Question, To};
use crate::id::{AppointmentId, BatchId};
use crate::news::{News, StaffNews};
use crate::outbox::{self, Written};
use crate::records::Record;
use crate::time::Now;

use super::super::Engine;
use super::{Asked, Coming};

impl Engine {
    /// The batch of this input has a number: what is in it is awaited.
    pub(in super::super) fn await_appointments(&mut self, batch: BatchId) {
        if !self.appointing.coming.is_empty() {
            self.appointing.writing.insert(batch, std::mem::take(&mut self.appointing.coming));
        }
    }

    pub(in super::super) fn on_appointments_stored(&mut self, batch: BatchId, written: bool, now: Now) {
        for coming in self.appointing.writing.remove(&batch).unwrap_or_default() {
            match written {
                true => self.on_kept(coming, now),
                false => self.on_not_kept(coming, now),
            }
        }
        if written {
            self.write_ends_again();
        }
    }

    fn on_kept(&mut self, coming: Coming, now: Now) {
        match coming {
            Coming::Row(row) => {
                let (id, version) = (row.appointment.id, row.appointment.version);
                self.appointing.appointments.on_stored(id, version, true, now);
            }
            Coming::Case { appointment, case, contact } => {
                self.ask_store(Question::Case { contact, case: Some(case) }, Asked::Opened { appointment, case });
            }
            Coming::Notice { appointment, to } => {
                self.remind(appointment, to.into_iter());
                self.appointing.appointments.on_notified(appointment, true, now);
            }
            Coming::Letter(row) => {
                let (item, version) = (row.item.letter.id, row.item.version);
                match version {
                    1 => self.ask_store(Question::Key { key: row.item.letter.key }, Asked::Key { item, version }),
                    _ => self.appointing.outbox.on_stored(item, version, Written::Yes, now),
                }
            }
        }
    }

    fn on_not_kept(&mut self, coming: Coming, now: Now) {
        match coming {
            Coming::Row(row) => {
                let (id, version) = (row.appointment.id, row.appointment.version);
                if matches!(row.phase, Phase::Over { .. }) && self.appointing.appointments.row(id).is_none() {
                    self.appointing.unwritten.insert(id, row);
                }
                self.appointing.appointments.on_stored(id, version, false, now);
            }
            Coming::Case { appointment, case, .. } => {
                self.appointing.appointments.on_opened(appointment, case, Opened::Failed, now);
            }
            Coming::Notice { appointment, .. } => self.appointing.appointments.on_notified(appointment, false, now),
            Coming::Letter(row) => {
                let (item, version) = (row.item.letter.id, row.item.version);
                if matches!(row.phase, outbox::Phase::Done | outbox::Phase::Dead(_)) {
                    self.appointing.unwritten_letters.insert(item, row);
                }
                self.appointing.outbox.on_stored(item, version, Written::No, now);
            }
        }
    }

    /// The store works again: what ended meanwhile. A newer version there stays.
    fn write_ends_again(&mut self) {
        for row in std::mem::take(&mut self.appointing.unwritten).into_values() {
            self.write(Coming::Row(row.clone()), Record::Appointment(row));
        }
        for row in std::mem::take(&mut self.appointing.unwritten_letters).into_values() {
            self.write(Coming::Letter(row.clone()), Record::Letter(row));
        }
    }

    /// To everybody who is to know.
    fn remind(&mut self, appointment: AppointmentId, to: impl Iterator<Item = To>) {
        let Some(row) = self.appointing.appointments.row(appointment) else { return };
        to.for_each(|to| self.tell(News::Staff(StaffNews::Reminder { to, row: Box::new(row.clone()) })));
    }
}
