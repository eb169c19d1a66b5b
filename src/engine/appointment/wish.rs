//! People's wishes: a new appointment, a change of one. Each is answered once, a yes when it is written; its neighbours are
//! asked for before (AG-03).

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::Appointments;
use super::machine::Entry;
use super::order::{Change, Order, Refused};
use super::record::{Appointment, Phase, Row};
use super::space::{self, Line};
use super::terms::{Draft, Fault, Terms};
use crate::id::{AppointmentId, CommandId, UserId};
use crate::time::Now;

/// An appointment that nobody has been told yet.
#[derive(Debug)]
pub(super) struct Writing {
    command: CommandId,
    appointment: Appointment,
}

/// A wish whose neighbours are being asked for.
#[derive(Debug)]
pub(super) struct Wish {
    command: CommandId,
    id: AppointmentId,
    line: Line,
    distance_minutes: u16,
    terms: Terms,
    what: What,
}

#[derive(Clone, Copy, Debug)]
enum What {
    Create { creator: UserId },
    Edit { version: u32 },
}

impl Appointments {
    pub fn on_create(&mut self, command: CommandId, id: AppointmentId, creator: UserId, draft: Draft, now: Now) {
        let answer = draft.judge(now.civil).map_err(impossible).map(|terms| {
            let line = self.settings.scope.line(creator, &terms);
            self.ask(command, id, line, terms, What::Create { creator });
        });
        self.refuse(command, answer);
    }

    /// Another content or time; `version` is the one on the screen.
    pub fn on_edit(&mut self, command: CommandId, id: AppointmentId, version: u32, draft: Draft, now: Now) {
        let answer = self.judge_edit(id, version, draft, now).and_then(|(terms, line, is_elsewhere)| {
            match is_elsewhere {
                true => self.ask(command, id, line, terms, What::Edit { version }),
                false => self.change(command, id, version, Change::Edit(terms), now)?,
            }
            Ok(())
        });
        self.refuse(command, answer);
    }

    pub fn on_cancel(&mut self, command: CommandId, id: AppointmentId, version: u32, now: Now) {
        let answer = self.change(command, id, version, Change::Cancel, now);
        self.refuse(command, answer);
    }

    /// The answer to [`Order::AskNeighbours`]; none where the store could not say.
    pub fn on_neighbours(&mut self, ask: u64, times: Option<Vec<DateTime<Utc>>>, now: Now) {
        let Some(wish) = self.wishes.remove(&ask) else { return };
        let command = wish.command;
        let answer = match times {
            None => Err(Refused::NotLooked),
            Some(times) => {
                let times = times.into_iter().chain(self.claims.of(wish.line, wish.id)).collect::<BTreeSet<_>>();
                space::judge(wish.terms.due, wish.distance_minutes, &times, now.civil)
                    .map_err(Refused::TooClose)
                    .and_then(|()| self.carry_out(wish, now))
            }
        };
        self.claims.forget(self.wishes.keys().next().copied());
        self.refuse(command, answer);
    }

    /// The row of [`Order::Store`] is written, or could not be.
    pub fn on_stored(&mut self, id: AppointmentId, version: u32, written: bool, now: Now) {
        match self.drafts.remove(&id) {
            Some(Writing { command, appointment }) => {
                let answer = match written {
                    true => {
                        self.entries.insert(id, Entry::new(appointment));
                        Ok(id)
                    }
                    false => Err(Refused::NotStored),
                };
                self.claims.settle(id, written, self.asks);
                self.orders.push_back(Order::Answer(command, answer));
                self.with(id, now, |entry, cx| entry.tell(cx));
            }
            None => {
                if self.entries.get(&id).is_some_and(|entry| entry.is_changing(version)) {
                    self.claims.settle(id, written, self.asks);
                }
                self.with(id, now, |entry, cx| entry.on_stored(version, written, cx));
            }
        }
        self.claims.forget(self.wishes.keys().next().copied());
    }

    fn judge_edit(
        &self,
        id: AppointmentId,
        version: u32,
        draft: Draft,
        now: Now,
    ) -> Result<(Terms, Line, bool), Refused> {
        let old = &self.entries.get(&id).ok_or(Refused::NotFound)?.appointment;
        if old.version != version {
            return Err(Refused::Outdated);
        }
        let terms = draft.judge(now.civil).map_err(impossible)?;
        let scope = self.settings.scope;
        let line = scope.line(old.creator, &terms);
        let is_elsewhere = terms.due.at != old.terms.due.at || line != scope.line(old.creator, &old.terms);
        Ok((terms, line, is_elsewhere))
    }

    fn ask(&mut self, command: CommandId, id: AppointmentId, line: Line, terms: Terms, what: What) {
        let distance_minutes = self.settings.distance_minutes;
        let (from, until) = space::reach(terms.due.at, distance_minutes);
        self.asks += 1;
        self.orders.push_back(Order::AskNeighbours { ask: self.asks, line, from, until, except: id });
        self.wishes.insert(self.asks, Wish { command, id, line, distance_minutes, terms, what });
    }

    /// It is far enough from everything. Its time is taken at once, so that two at the same moment do not share it.
    fn carry_out(&mut self, wish: Wish, now: Now) -> Result<(), Refused> {
        let Wish { command, id, line, terms, what, .. } = wish;
        let at = terms.due.at;
        match what {
            What::Create { creator } => {
                let appointment = Appointment { id, version: 1, creator, changed: now.civil, terms };
                self.orders.push_back(Order::Store(Row { appointment: appointment.clone(), phase: Phase::Open }));
                self.drafts.insert(id, Writing { command, appointment });
            }
            What::Edit { version } => self.change(command, id, version, Change::Edit(terms), now)?,
        }
        self.claims.take(id, line, at);
        Ok(())
    }

    fn change(
        &mut self,
        command: CommandId,
        id: AppointmentId,
        version: u32,
        change: Change,
        now: Now,
    ) -> Result<(), Refused> {
        let mut answer = Err(Refused::NotFound);
        self.with(id, now, |entry, cx| {
            answer = match entry.appointment.version == version {
                true => entry.on_change(command, change, cx),
                false => Err(Refused::Outdated),
            };
        });
        answer
    }

    fn refuse(&mut self, command: CommandId, answer: Result<(), Refused>) {
        self.orders.extend(answer.err().map(|refused| Order::Answer(command, Err(refused))));
    }
}

fn impossible(faults: Vec<Fault>) -> Refused {
    Refused::Impossible { faults }
}
