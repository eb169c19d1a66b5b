//! Appointments carried out: the orders of `appointment` and `outbox` go to the store, the gate, text messages and screens, and what
//! comes of them goes back.
//!
//! ```text
//!                 wishes          the store (written, known)
//!                    v                 v           ^
//!   screens <── appointment ── letters ──> outbox ──> gate ──> messages, gateways
//!                    ^                       ^                       │
//!                    └── taken ──────────────┴── what came of a try ─┘
//! ```

mod known;
mod send;
mod wishes;
mod written;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chrono::TimeDelta;

use crate::appointment::{self, Appointments, Opened, Order, Question, To};
use crate::border::{Command, IdempotencyKey};
use crate::id::{AppointmentId, BatchId, CaseId, CommandId, ContactId, MessageId, OutboxId, QuestionId};
use crate::news::{Alert, News, StaffNews};
use crate::outbox::{self, Outbox, Outcome};
use crate::records::{self, Record};
use crate::staff::{EntryId, List};
use crate::time::{Moment, Now, earliest};

use super::Engine;

pub(super) use send::Try;

/// The two rooms, and what is under way between them and the others.
#[derive(Debug, Default)]
pub(super) struct Appointing {
    pub appointments: Appointments,
    pub outbox: Outbox,
    /// Wishes that are answered when they are written.
    owed: BTreeMap<CommandId, Owed>,
    /// The same keys again, meanwhile.
    twins: Vec<Command>,
    asked: BTreeMap<QuestionId, Asked>,
    /// What is in the batch being gathered, and in those being written.
    coming: Vec<Coming>,
    writing: BTreeMap<BatchId, Vec<Coming>>,
    /// Ends that could not be written, the last of each.
    unwritten: BTreeMap<AppointmentId, appointment::Row>,
    unwritten_letters: BTreeMap<OutboxId, outbox::Row>,
    /// Which try a text message is.
    texts: BTreeMap<MessageId, (OutboxId, u32)>,
    /// When the store is asked again for what comes near, and for messages.
    near: Option<Moment>,
    letters: Option<Moment>,
    held: bool,
}

/// A wish whose answer comes later.
#[derive(Debug)]
struct Owed {
    key: Option<IdempotencyKey>,
    about: About,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum About {
    /// One that is made or changed.
    Terms(AppointmentId),
    Cancel(AppointmentId),
    Letter,
}

/// What an answer of the store is for.
#[derive(Debug)]
enum Asked {
    Near,
    Letters,
    Times {
        ask: u64,
    },
    Case {
        appointment: AppointmentId,
        ask: u32,
    },
    Opened {
        appointment: AppointmentId,
        case: CaseId,
    },
    Key {
        item: OutboxId,
        version: u32,
    },
    /// For a wish about what is not in memory.
    Wish(Command),
}

/// Something that is being written, and who waits for it.
#[derive(Clone, Debug)]
enum Coming {
    Row(appointment::Row),
    Case { appointment: AppointmentId, case: CaseId, contact: ContactId },
    Notice { appointment: AppointmentId, to: BTreeSet<To> },
    Letter(outbox::Row),
}

impl Appointing {
    pub fn poll_timeout(&self) -> Option<Moment> {
        let rooms = [self.appointments.poll_timeout(), self.outbox.poll_timeout(), self.near, self.letters];
        rooms.into_iter().fold(None, earliest)
    }

    /// Nothing is done by itself: there is a doubt, or the daemon leaves.
    pub fn hold(&mut self, held: bool, now: Now) {
        self.held = held;
        self.appointments.hold(held, now);
    }
}

impl Engine {
    /// At a start.
    pub(super) fn restore_appointments(&mut self, now: Now) {
        self.appointing = Appointing::default();
        self.know_appointment_settings(now);
        self.ask_for_appointments(now);
        self.ask_for_letters();
    }

    pub(super) fn know_appointment_settings(&mut self, now: Now) {
        self.appointing.appointments.on_settings(self.config.appointments);
        self.appointing.outbox.on_settings(outbox::Settings::default(), now);
        self.give_up_without_gateway(now);
    }

    /// A hook may have been taken away since a letter was written.
    pub(super) fn give_up_without_gateway(&mut self, now: Now) {
        let hooks = &self.config.hooks;
        self.appointing.outbox.on_hooks(|hook| hooks.contains(hook), now);
    }

    pub(super) fn appoint_on_time(&mut self, now: Now) {
        self.appointing.appointments.on_timeout(now);
        self.appointing.outbox.on_timeout(now, &mut self.random);
        if self.appointing.near.is_some_and(|look| look <= now.moment) {
            self.ask_for_appointments(now);
        }
        if self.appointing.letters.take_if(|look| *look <= now.moment).is_some() {
            self.ask_for_letters();
        }
    }

    fn ask_for_appointments(&mut self, now: Now) {
        self.appointing.near = Some(now.moment + HOUR);
        self.ask_store(Question::Near { until: now.civil + NEAR }, Asked::Near);
    }

    fn ask_for_letters(&mut self) {
        self.ask_store(Question::Letters, Asked::Letters);
    }

    fn ask_store(&mut self, question: Question, asked: Asked) {
        let id = self.load(records::Question::Appointment(question));
        self.appointing.asked.insert(id, asked);
    }

    /// Carries one order between the rooms; whether there was any.
    pub(super) fn pump_appointments(&mut self, now: Now) -> bool {
        if let Some(order) = self.appointing.appointments.poll_order() {
            self.on_appointment_order(order, now);
            return true;
        }
        let Some(order) = self.appointing.outbox.poll_order() else { return false };
        self.on_outbox_order(order, now);
        true
    }

    fn on_appointment_order(&mut self, order: Order, now: Now) {
        match order {
            Order::AskNeighbours { ask, line, from, until, except } => {
                self.ask_store(Question::Times { line, from, until, except }, Asked::Times { ask });
            }
            Order::AskCase { appointment, contact, ask } => {
                self.ask_store(Question::Case { contact, case: None }, Asked::Case { appointment, ask });
            }
            Order::Store(row) => {
                self.answer_with_row(&row, now);
                self.write(Coming::Row(row.clone()), Record::Appointment(row));
            }
            Order::OpenCase { appointment, case, contact, department, agent, comment } => {
                let owner = agent.or_else(|| Some(self.appointing.appointments.row(appointment)?.appointment.creator));
                let list = self.staff.list_of(EntryId::Item(department));
                match owner.filter(|_| list == Some(List::Department)) {
                    Some(owner) => {
                        let day = now.civil.with_timezone(&self.config.zone).date_naive();
                        let (protocolo, notes, at) = (self.protocolos.next(day), comment, now.civil);
                        let row = appointment::CaseRow { case, protocolo, contact, owner, department, notes, at };
                        self.write(Coming::Case { appointment, case, contact }, Record::CaseByAppointment(row));
                    }
                    None => {
                        let opened = Opened::Refused { why: "its department is not there any more".to_owned() };
                        self.appointing.appointments.on_opened(appointment, case, opened, now);
                    }
                }
            }
            Order::Send(letter) => self.appointing.outbox.on_put(letter, now),
            Order::Notify(notice) => {
                let (appointment, to) = (notice.appointment, notice.to);
                let record = Record::Notice { appointment, to: to.clone(), at: now.civil };
                self.write(Coming::Notice { appointment, to }, record);
            }
            Order::Tell(row) => self.tell(News::Staff(StaffNews::Appointment(Box::new(row)))),
            Order::Answer(command, answer) => self.answer_appointment(command, answer, now),
        }
    }

    fn on_outbox_order(&mut self, order: outbox::Order, now: Now) {
        match order {
            outbox::Order::Store(row) => self.write(Coming::Letter(row.clone()), Record::Letter(row)),
            outbox::Order::Text { item, attempt, number, body } => {
                self.ask_about_letter(Try::Text { item, attempt, number, body }, now);
            }
            outbox::Order::Post(post) if !self.config.hooks.contains(&post.hook) => {
                self.on_posted(post.id, Outcome::Refused { why: outbox::no_gateway(&post.hook) }, now);
            }
            outbox::Order::Post(post) => self.ask_about_letter(Try::Post(post), now),
            outbox::Order::Tell(row) => self.tell(News::Staff(StaffNews::Letter(Box::new(row)))),
            outbox::Order::Alert(alert) => self.tell(News::Alert(Alert::Letter(alert))),
            outbox::Order::Taken { item, appointment, taken } => {
                if let Some(appointment) = appointment {
                    self.appointing.appointments.on_sent(appointment, item, taken.is_ok(), now);
                }
            }
            outbox::Order::Answer(command, answer) => self.answer_letter(command, answer, now),
        }
    }

    fn write(&mut self, coming: Coming, record: Record) {
        self.appointing.coming.push(coming);
        self.batch.push(record);
    }
}

/// Held here.
const NEAR: TimeDelta = TimeDelta::hours(48);
const HOUR: Duration = Duration::from_secs(3_600);
/// After the store could not be read.
const SOON: Duration = Duration::from_secs(10);
