//! Attempts as calls: dialled for whoever holds them, followed to what came of them; and calls that our side dropped (CB-13).

use crate::callback::{Attempt, By, Draft, NoReturn, Outcome, Owner, Schedule};
use crate::id::{CallId, PromiseId, UserId};
use crate::news::{Alert, CallState, CallView, HangupCause, HangupKind, News, Party};
use crate::number::Number;
use crate::protocolo::Protocolo;
use crate::records::CallRow;
use crate::staff::EntryId;
use crate::time::Now;

use super::super::Engine;

impl Engine {
    pub(super) fn dial_promise(&mut self, promise: PromiseId, attempt: &Attempt, number: Number, by: By, now: Now) {
        let held = match by {
            By::Lease(lease) => self.keeping.assign.accept(lease.work, lease.fence, now.moment).is_ok(),
            By::Reader(_) => true,
        };
        let placed = match held {
            true => self.place_promise(promise, number, by.user(), now),
            false => Err("nobody was there to talk".to_owned()),
        };
        match placed {
            Ok(call) => drop(self.keeping.dialled.insert(call, (promise, attempt.number))),
            Err(why) => {
                let outcome = Outcome::NotDialled { why };
                self.keeping.callbacks.on_ended(promise, attempt.number, outcome, now);
            }
        }
        self.look_at(by.user(), now);
    }

    fn place_promise(&mut self, promise: PromiseId, number: Number, user: UserId, now: Now) -> Result<CallId, String> {
        let facts = self.keeping.judged.take().filter(|(judged, _)| *judged == promise);
        let (Some((_, facts)), Some(account)) = (facts, self.account_of(user).cloned()) else {
            return Err("who was to talk has no extension to dial from".to_owned());
        };
        let protocolo = self.keeping.callbacks.view(promise).and_then(|view| view.promise.protocolo);
        self.actor = Some(user);
        let placed = self.with_calls(now, |calls, cx| {
            calls.dial_promise(account, number, (promise, facts), protocolo.map(|protocolo| protocolo.to_string()), cx)
        });
        self.actor = None;
        placed.map_err(|refusal| refusal.text)
    }

    /// A call is told: perhaps it is an attempt that reached somebody.
    pub(in super::super) fn follow_attempt(&mut self, view: &CallView, now: Now) {
        let outcome = match (view.state, &view.cause) {
            (CallState::Answered, _) => Outcome::Answered,
            (CallState::Ended, _) if view.answered.is_some() => Outcome::Answered,
            (CallState::Ended, Some(cause)) => outcome(cause),
            (CallState::Ended, None) => Outcome::Failed,
            (CallState::Dialling | CallState::Ringing | CallState::EarlyMedia, _) => return,
        };
        if let Some((promise, attempt)) = self.keeping.dialled.remove(&view.call) {
            self.keeping.callbacks.on_ended(promise, attempt, outcome, now);
        }
    }

    /// A call is over: one that our side dropped goes back.
    pub(in super::super) fn return_ended(&mut self, view: &CallView, now: Now) {
        if view.answered.is_none() || !view.cause.as_ref().is_some_and(is_our_drop) {
            return;
        }
        let who = view.contact.as_ref().map(|contact| contact.name.clone()).or_else(|| view.name.clone());
        let owner = owner(view.user, view.queue);
        self.return_call(view.call, (&view.number, who), &view.protocolo, owner, now);
    }

    /// The same for one that ended with the daemon.
    pub(super) fn return_stored(&mut self, row: &CallRow, now: Now) {
        let owner = owner(row.user, row.queue);
        self.return_call(row.call, (&row.number_normalised, row.remote_name.clone()), &row.protocolo, owner, now);
    }

    fn return_call(
        &mut self,
        call: CallId,
        (number, who): (&str, Option<String>),
        protocolo: &str,
        owner: Option<Owner>,
        now: Now,
    ) {
        let Some(protocolo) = Protocolo::parse(protocolo) else { return };
        if !self.keeping.returned.insert(protocolo.clone()) {
            return;
        }
        match self.promise_return(number, who, protocolo, owner, now) {
            Ok(promise) => self.keeping.again.returns(promise, call),
            Err(why) => self.tell(News::Alert(Alert::NotReturned { call, why })),
        }
    }

    fn promise_return(
        &mut self,
        number: &str,
        who: Option<String>,
        protocolo: Protocolo,
        owner: Option<Owner>,
        now: Now,
    ) -> Result<PromiseId, NoReturn> {
        let owner = owner.ok_or(NoReturn::NobodysCall)?;
        let number = Number::read(number, &self.config.gate).map_err(|_| NoReturn::NoNumber)?;
        let returns = |schedule: &&Schedule| {
            schedule.returns && !self.promises.removes(EntryId::Schedule(schedule.id)) && self.serves(schedule, owner)
        };
        let mut escalas = self.staff.schedules().filter(returns);
        let schedule = escalas.next().ok_or(NoReturn::NoSchedule)?.id;
        let recipient = who.unwrap_or_else(|| number.dialled.clone());
        let draft = Draft { recipient, number, note: String::new(), owner, when: now.civil.naive_utc() };
        let id = PromiseId(self.ids.next(now.civil));
        let promised = self.keeping.callbacks.on_dropped(id, schedule, draft, protocolo, now);
        promised.map(|_| id).ok_or(NoReturn::NoHours)
    }
}

/// Whose the dropped call was: that person is asked first.
fn owner(user: Option<UserId>, queue: Option<crate::id::QueueId>) -> Option<Owner> {
    user.map(Owner::Person).or(queue.map(Owner::Queue))
}

/// It had been answered, and neither person hung up.
fn is_our_drop(cause: &HangupCause) -> bool {
    let ours = cause.by == Party::Us;
    match cause.kind {
        HangupKind::MediaFailed | HangupKind::Crashed | HangupKind::Drained | HangupKind::ProtocolError => ours,
        HangupKind::SessionExpired => ours,
        _ => false,
    }
}

fn outcome(cause: &HangupCause) -> Outcome {
    match cause.kind {
        HangupKind::Busy | HangupKind::Rejected | HangupKind::DoNotDisturb => Outcome::Busy,
        // Who was to talk hung up before there was an answer: it rang all the same.
        HangupKind::NoAnswer | HangupKind::Cancelled => Outcome::NoAnswer,
        _ => Outcome::Failed,
    }
}
