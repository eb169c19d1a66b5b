//! The machine of one appointment: what each news means in each state. `end` has how it is told and over.

use std::collections::VecDeque;

use chrono::{DateTime, TimeDelta, Utc};

use super::Settings;
use super::order::{Change, Looked, Opened, Order, Refused};
use super::record::{Appointment, End, Failure, Phase, Row, Run};
use super::state::State;
use super::terms::Action;
use crate::id::{CaseId, CommandId, Ids, OutboxId};
use crate::outbox::Letter;
use crate::time::Now;

/// What an appointment borrows while it works.
#[derive(Debug)]
pub(super) struct Context<'a> {
    pub settings: &'a Settings,
    pub orders: &'a mut VecDeque<Order>,
    pub now: Now,
}

impl Context<'_> {
    /// When what could not be done is tried again.
    pub fn soon(&self) -> DateTime<Utc> {
        self.now.civil.checked_add_signed(AFTER_ERROR).unwrap_or(self.now.civil)
    }
}

/// One appointment and where it is.
#[derive(Debug)]
pub(super) struct Entry {
    pub appointment: Appointment,
    pub(super) state: State,
    /// How often the store was asked for a case: its answers are told apart by it.
    asks: u32,
}

impl Entry {
    pub fn new(appointment: Appointment) -> Entry {
        let look = appointment.terms.due.at;
        Entry { appointment, state: State::Open { look }, asks: 0 }
    }

    /// As it was written down. What had begun begins again.
    pub fn restore(row: Row, now: Now) -> Entry {
        let state = match row.phase {
            Phase::Open => State::Open { look: row.appointment.terms.due.at },
            Phase::Running(run) => State::Again { run, look: now.civil },
            Phase::Telling { end } => State::TellingAgain { end, look: now.civil },
            Phase::Over { end } => State::Over { end },
        };
        Entry { appointment: row.appointment, state, asks: 0 }
    }

    /// When time alone changes something.
    pub fn wakes_at(&self) -> Option<DateTime<Utc>> {
        match &self.state {
            State::Open { look } | State::Again { look, .. } | State::TellingAgain { look, .. } => Some(*look),
            State::Asking { .. } | State::Storing { .. } | State::Opening { .. } | State::Sending { .. } => None,
            State::Deciding { .. } | State::Telling { .. } | State::Changing { .. } | State::Over { .. } => None,
        }
    }

    pub fn on_time(&mut self, cx: &mut Context<'_>) {
        let now = cx.now.civil;
        match &self.state {
            State::Open { look } if now >= *look => self.on_due(cx),
            State::Again { run, look } if now >= *look => self.open_case(*run, cx),
            State::TellingAgain { end, look } if now >= *look => self.notify(end.clone(), cx),
            State::Open { .. } | State::Again { .. } | State::TellingAgain { .. } | State::Asking { .. } => {}
            State::Storing { .. } | State::Opening { .. } | State::Sending { .. } | State::Deciding { .. } => {}
            State::Telling { .. } | State::Changing { .. } | State::Over { .. } => {}
        }
    }

    /// Late rather than never, but not for ever.
    fn on_due(&mut self, cx: &mut Context<'_>) {
        let late = cx.now.civil.signed_duration_since(self.appointment.terms.due.at);
        if late > TimeDelta::hours(i64::from(cx.settings.late_hours)) {
            return self.decide(End::Missed, None, cx);
        }
        match self.appointment.terms.action {
            Action::Notify => self.decide(End::Done, None, cx),
            Action::OpenCase | Action::OpenCaseAndNotify => {
                self.asks = self.asks.wrapping_add(1);
                let (appointment, contact) = (self.appointment.id, self.appointment.terms.contact);
                cx.orders.push_back(Order::AskCase { appointment, contact, ask: self.asks });
                self.state = State::Asking { ask: self.asks };
            }
        }
    }

    /// An answer to an earlier question says nothing.
    pub fn on_case(&mut self, answer: u32, looked: Looked, ids: &mut Ids, cx: &mut Context<'_>) {
        match self.state {
            State::Asking { ask } if ask == answer => match looked {
                Looked::Open(case) => self.decide(End::Failed { failure: Failure::CaseOpen { case } }, None, cx),
                Looked::NoneOpen => {
                    let case = CaseId(ids.next(cx.now.civil));
                    let message = self.appointment.terms.message.as_ref();
                    let run = Run { case, item: message.map(|_| OutboxId(ids.next(cx.now.civil))) };
                    self.state = State::Storing { run };
                    self.write(cx);
                }
                Looked::Failed => self.state = State::Open { look: cx.soon() },
            },
            State::Asking { .. } | State::Open { .. } | State::Storing { .. } | State::Opening { .. } => {}
            State::Sending { .. } | State::Again { .. } | State::Deciding { .. } | State::Telling { .. } => {}
            State::TellingAgain { .. } | State::Changing { .. } | State::Over { .. } => {}
        }
    }

    fn open_case(&mut self, run: Run, cx: &mut Context<'_>) {
        let terms = &self.appointment.terms;
        cx.orders.push_back(Order::OpenCase {
            appointment: self.appointment.id,
            case: run.case,
            contact: terms.contact,
            department: terms.department,
            agent: terms.agent,
            comment: terms.comment.clone(),
        });
        self.state = State::Opening { run };
    }

    pub fn on_opened(&mut self, case: CaseId, opened: Opened, cx: &mut Context<'_>) {
        match self.state {
            State::Opening { run } if run.case == case => match opened {
                Opened::Yes => self.send(run, cx),
                Opened::Other(case) => {
                    self.decide(End::Failed { failure: Failure::CaseOpen { case } }, Some(run), cx);
                }
                Opened::Refused { why } => {
                    self.decide(End::Failed { failure: Failure::Refused { why } }, Some(run), cx)
                }
                Opened::Failed => self.state = State::Again { run, look: cx.soon() },
            },
            State::Opening { .. } | State::Open { .. } | State::Asking { .. } | State::Storing { .. } => {}
            State::Sending { .. } | State::Again { .. } | State::Deciding { .. } | State::Telling { .. } => {}
            State::TellingAgain { .. } | State::Changing { .. } | State::Over { .. } => {}
        }
    }

    fn send(&mut self, run: Run, cx: &mut Context<'_>) {
        match (run.item, &self.appointment.terms.message) {
            (Some(item), Some(message)) => {
                cx.orders.push_back(Order::Send(Letter {
                    id: item,
                    key: format!("appointment-{}", self.appointment.id),
                    to: message.to.clone(),
                    body: message.body.clone(),
                    files: self.appointment.terms.files.clone(),
                    appointment: Some(self.appointment.id),
                }));
                self.state = State::Sending { run };
            }
            (None, _) | (_, None) => self.decide(End::Done, Some(run), cx),
        }
    }

    /// The outbox has it for sure, or could not take it now.
    pub fn on_sent(&mut self, item: OutboxId, taken: bool, cx: &mut Context<'_>) {
        match self.state {
            State::Sending { run } if run.item == Some(item) => match taken {
                true => self.decide(End::Done, Some(run), cx),
                false => self.state = State::Again { run, look: cx.soon() },
            },
            State::Sending { .. } | State::Open { .. } | State::Asking { .. } | State::Storing { .. } => {}
            State::Opening { .. } | State::Again { .. } | State::Deciding { .. } | State::Telling { .. } => {}
            State::TellingAgain { .. } | State::Changing { .. } | State::Over { .. } => {}
        }
    }

    /// The row of this version is written, or could not be.
    pub fn on_stored(&mut self, version: u32, written: bool, cx: &mut Context<'_>) {
        if version != self.appointment.version {
            return;
        }
        let look = cx.soon();
        match std::mem::replace(&mut self.state, State::Open { look }) {
            State::Storing { run } if written => self.open_case(run, cx),
            State::Storing { .. } => {}
            State::Deciding { end, .. } if written => self.notify(end, cx),
            State::Deciding { run, .. } => {
                self.state = run.map_or(State::Open { look }, |run| State::Again { run, look })
            }
            State::Changing { changed, change, command } => {
                self.state = State::Open { look: self.appointment.terms.due.at };
                let answer = match written {
                    true => {
                        *self = Entry { asks: self.asks, ..Entry::new(*changed) };
                        self.end_by(&change);
                        Ok(self.appointment.id)
                    }
                    false => Err(Refused::NotStored),
                };
                cx.orders.push_back(Order::Answer(command, answer));
            }
            other @ (State::Open { .. } | State::Asking { .. } | State::Opening { .. } | State::Sending { .. }) => {
                self.state = other;
                return;
            }
            other @ (State::Again { .. } | State::Telling { .. } | State::TellingAgain { .. }) => {
                self.state = other;
                return;
            }
            other @ State::Over { .. } => {
                self.state = other;
                return;
            }
        }
        self.tell(cx);
    }

    /// A person's wish. Ok: its answer comes when it is written.
    pub fn on_change(&mut self, command: CommandId, change: Change, cx: &mut Context<'_>) -> Result<(), Refused> {
        match self.state {
            State::Open { .. } | State::Asking { .. } => {}
            State::Changing { .. } => return Err(Refused::Outdated),
            State::Over { .. } => return Err(Refused::NotFound),
            State::Storing { .. } | State::Opening { .. } | State::Sending { .. } | State::Again { .. } => {
                return Err(Refused::Running);
            }
            State::Deciding { .. } | State::Telling { .. } | State::TellingAgain { .. } => {
                return Err(Refused::Running);
            }
        }
        self.appointment.version += 1;
        let (mut changed, phase) = (self.appointment.clone(), change.phase());
        changed.changed = cx.now.civil;
        if let Change::Edit(terms) = &change {
            changed.terms = terms.clone();
        }
        cx.orders.push_back(Order::Store(Row { appointment: changed.clone(), phase }));
        self.state = State::Changing { changed: Box::new(changed), change, command };
        Ok(())
    }

    /// Whether a person's change of this version is being written.
    pub fn is_changing(&self, version: u32) -> bool {
        matches!(self.state, State::Changing { .. }) && self.appointment.version == version
    }

    fn end_by(&mut self, change: &Change) {
        match change {
            Change::Edit(_) => {}
            Change::Cancel => self.state = State::Over { end: End::Cancelled },
        }
    }

    /// Writes it down as it is, and shows it.
    pub(super) fn write(&mut self, cx: &mut Context<'_>) {
        self.appointment.version += 1;
        self.appointment.changed = cx.now.civil;
        cx.orders.push_back(Order::Store(self.row()));
        self.tell(cx);
    }

    pub fn row(&self) -> Row {
        Row { appointment: self.appointment.clone(), phase: self.state.phase() }
    }

    pub fn tell(&self, cx: &mut Context<'_>) {
        cx.orders.push_back(Order::Tell(self.row()));
    }
}

impl Change {
    fn phase(&self) -> Phase {
        match self {
            Change::Edit(_) => Phase::Open,
            Change::Cancel => Phase::Over { end: End::Cancelled },
        }
    }
}

const AFTER_ERROR: TimeDelta = TimeDelta::seconds(10);
