//! The machine of one appointment: what each news means in each state. `end` has how it is told and over.

use std::collections::VecDeque;

use chrono::{DateTime, TimeDelta, Utc};

use super::Settings;
use super::order::{Change, Order, Refused};
use super::record::{Appointment, End, Failure, Phase, Row, Run};
use super::state::State;
use super::terms::Action;
use crate::id::{AppointmentId, CommandId};
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
    pub(super) asks: u32,
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
            State::Again { run, look } if now >= *look => self.on_again(*run, cx),
            State::TellingAgain { end, look } if now >= *look => self.notify(end.clone(), cx),
            State::Open { .. } | State::Again { .. } | State::TellingAgain { .. } | State::Asking { .. } => {}
            State::Storing { .. } | State::Opening { .. } | State::Sending { .. } | State::Deciding { .. } => {}
            State::Telling { .. } | State::Changing { .. } | State::Over { .. } => {}
        }
    }

    /// Late rather than never, but not for ever.
    fn on_due(&mut self, cx: &mut Context<'_>) {
        if self.is_too_late(cx) {
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

    fn on_again(&mut self, run: Run, cx: &mut Context<'_>) {
        match self.is_too_late(cx) {
            true => self.decide(End::Failed { failure: Failure::Interrupted }, Some(run), cx),
            false => self.open_case(run, cx),
        }
    }

    fn is_too_late(&self, cx: &Context<'_>) -> bool {
        let late = cx.now.civil.signed_duration_since(self.appointment.terms.due.at);
        late > TimeDelta::hours(i64::from(cx.settings.late_hours))
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
                let answer = self.on_changed(*changed, change, written);
                cx.orders.push_back(Order::Answer(command, answer));
            }
            other @ (State::Open { .. }
            | State::Asking { .. }
            | State::Opening { .. }
            | State::Sending { .. }
            | State::Again { .. }
            | State::Telling { .. }
            | State::TellingAgain { .. }
            | State::Over { .. }) => {
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

    fn on_changed(&mut self, changed: Appointment, change: Change, written: bool) -> Result<AppointmentId, Refused> {
        if !written {
            self.state = State::Open { look: self.appointment.terms.due.at };
            return Err(Refused::NotStored);
        }
        self.appointment = changed;
        self.state = match change {
            Change::Edit(terms) => State::Open { look: terms.due.at },
            Change::Cancel => State::Over { end: End::Cancelled },
        };
        Ok(self.appointment.id)
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
