//! The machine of one promise: what each news means in each state. `attempt` has the way from the gate to the INVITE.

use std::collections::VecDeque;

use chrono::{DateTime, TimeDelta, Utc};

use super::order::{Alert, By, Change, Order, Refused, Wrong};
use super::promise::{Attempt, End, Kind, Outcome, Owner, Phase, Promise, Row};
use super::schedule::{Mode, Schedule, Then};
use super::state::{Rest, State};
use crate::assign::{Lease, Wanted, WorkItem};
use crate::id::{CommandId, ScheduleId, UserId};
use crate::time::{Moment, Now};

/// What a promise borrows while it works.
#[derive(Debug)]
pub(super) struct Context<'a> {
    pub schedule: &'a Schedule,
    pub orders: &'a mut VecDeque<Order>,
    /// Nothing falls due.
    pub held: bool,
    pub now: Now,
}

/// One promise and where it is.
#[derive(Debug)]
pub(super) struct Callback {
    pub promise: Promise,
    pub(super) state: State,
    /// How often the gate was asked: its answers are told apart by it.
    pub(super) asks: u32,
}

impl Callback {
    /// As it was written down. An attempt of which nobody knows what came counts, and is not dialled again by itself.
    pub fn restore(mut promise: Promise, phase: Phase, orders: &mut VecDeque<Order>) -> Callback {
        let (state, lost) = match phase {
            Phase::Open => (State::Open, None),
            Phase::Trying(attempt) => (State::Unknown { attempt: attempt.clone() }, Some(attempt)),
            Phase::Unknown(attempt) => (State::Unknown { attempt }, None),
            Phase::Over(end) => (State::Over(end), None),
        };
        promise.attempts = promise.attempts.saturating_add(u8::from(lost.is_some()));
        let mut callback = Callback { promise, state, asks: 0 };
        if let Some(attempt) = lost {
            callback.alert(Wrong::Unknown, orders);
            callback.write(Some((attempt, Some(Outcome::Unknown))), orders);
        }
        callback
    }

    /// When time alone changes something.
    pub fn wakes_at(&self, schedule: &Schedule) -> Option<DateTime<Utc>> {
        match &self.state {
            State::Open => Some(before(self.promise.next, schedule.ahead())),
            State::Waiting { closes } => Some(*closes),
            State::Reserved { closes, .. } => match schedule.mode {
                Mode::Automatic => Some(self.promise.next.min(*closes)),
                Mode::Preview => Some(*closes),
            },
            State::Reading { .. } | State::Judging { .. } | State::Storing { .. } | State::JudgingAgain { .. } => None,
            State::Dialling { .. } | State::Unknown { .. } | State::Changing { .. } | State::Over(_) => None,
        }
    }

    pub fn on_time(&mut self, cx: &mut Context<'_>) {
        let now = cx.now.civil;
        match self.state {
            _ if cx.held => {}
            State::Open if now >= before(self.promise.next, cx.schedule.ahead()) => {
                match cx.schedule.opening_at(self.promise.next).filter(|opening| now < opening.until) {
                    Some(opening) => self.offer(opening.until, cx),
                    None => self.on_closed(cx),
                }
            }
            State::Waiting { closes } | State::Reserved { closes, .. } if now >= closes => {
                cx.orders.push_back(Order::Withdraw(self.promise.work()));
                self.on_closed(cx);
            }
            State::Reserved { lease, .. } if cx.schedule.mode == Mode::Automatic && now >= self.promise.next => {
                self.ask_gate(By::Lease(lease), cx);
            }
            State::Open | State::Waiting { .. } | State::Reserved { .. } | State::Reading { .. } => {}
            State::Judging { .. } | State::Storing { .. } | State::JudgingAgain { .. } | State::Dialling { .. } => {}
            State::Unknown { .. } | State::Changing { .. } | State::Over(_) => {}
        }
    }

    pub fn on_leased(&mut self, lease: Lease, cx: &mut Context<'_>) {
        let is_early = cx.now.civil < before(self.promise.next, cx.schedule.ahead());
        match &mut self.state {
            // It fell due by a clock that was put back since: it will again.
            State::Waiting { .. } if is_early => {
                cx.orders.push_back(Order::Withdraw(self.promise.work()));
                self.state = State::Open;
                self.tell(cx.orders);
            }
            State::Waiting { closes } => {
                self.state = State::Reserved { lease, closes: *closes };
                self.tell(cx.orders);
                self.on_time(cx);
            }
            // The agent of this attempt left, and the next one is here before the disk.
            State::Storing { by, .. } | State::JudgingAgain { by, .. } => *by = Some(By::Lease(lease)),
            // Withdrawn by now.
            State::Open | State::Reserved { .. } | State::Reading { .. } | State::Judging { .. } => {}
            State::Dialling { .. } | State::Unknown { .. } | State::Changing { .. } | State::Over(_) => {}
        }
    }

    /// The agent is not held any more; `assign` looks for the next one by itself.
    pub fn on_lease_ended(&mut self, lease: Lease, cx: &mut Context<'_>) {
        match &mut self.state {
            State::Reserved { lease: held, closes } if held.fence == lease.fence => {
                self.state = State::Waiting { closes: *closes };
                self.tell(cx.orders);
            }
            State::Judging { by: By::Lease(held), .. } if held.fence == lease.fence => self.wait_again(cx),
            State::Storing { by, .. } | State::JudgingAgain { by, .. } => {
                by.take_if(|by| matches!(by, By::Lease(held) if held.fence == lease.fence));
            }
            State::Reserved { .. } | State::Judging { .. } | State::Open | State::Waiting { .. } => {}
            State::Reading { .. } | State::Dialling { .. } | State::Unknown { .. } => {}
            State::Changing { .. } | State::Over(_) => {}
        }
    }

    /// An agent accepted the offered record, and the lease with it.
    pub fn on_taken(&mut self, user: UserId, cx: &mut Context<'_>) {
        match self.state {
            State::Reserved { lease, .. } if lease.user == user => {
                self.state = State::Reading { by: By::Reader(user) };
                self.tell(cx.orders);
            }
            State::Open | State::Waiting { .. } | State::Reserved { .. } | State::Reading { .. } => {}
            State::Judging { .. } | State::Storing { .. } | State::JudgingAgain { .. } | State::Dialling { .. } => {}
            State::Unknown { .. } | State::Changing { .. } | State::Over(_) => {}
        }
    }

    /// The agent with the record dials.
    pub fn on_dial(&mut self, user: UserId, cx: &mut Context<'_>) {
        match self.state {
            State::Reading { by } if by == By::Reader(user) => self.ask_gate(by, cx),
            State::Open | State::Waiting { .. } | State::Reserved { .. } | State::Reading { .. } => {}
            State::Judging { .. } | State::Storing { .. } | State::JudgingAgain { .. } | State::Dialling { .. } => {}
            State::Unknown { .. } | State::Changing { .. } | State::Over(_) => {}
        }
    }

    /// The agent with the record closed it, or is gone.
    pub fn on_left(&mut self, user: UserId, cx: &mut Context<'_>) {
        let reader = By::Reader(user);
        match &mut self.state {
            State::Reading { by } | State::Judging { by, .. } if *by == reader => {
                self.state = State::Open;
                self.tell(cx.orders);
            }
            State::Storing { by, .. } | State::JudgingAgain { by, .. } => {
                by.take_if(|by| *by == reader);
            }
            State::Open | State::Waiting { .. } | State::Reserved { .. } | State::Reading { .. } => {}
            State::Judging { .. } | State::Dialling { .. } => {}
            State::Unknown { .. } | State::Changing { .. } | State::Over(_) => {}
        }
    }

    /// It waits too long for an agent.
    pub fn on_no_agent(&mut self, cx: &mut Context<'_>) {
        match self.state {
            State::Waiting { .. } => {
                let wrong = match self.promise.terms.owner {
                    Owner::Person(_) => Wrong::OwnerAbsent,
                    Owner::Queue(_) => Wrong::NoAgent,
                };
                self.alert(wrong, cx.orders);
            }
            State::Open | State::Reserved { .. } | State::Reading { .. } | State::Judging { .. } => {}
            State::Storing { .. } | State::JudgingAgain { .. } | State::Dialling { .. } => {}
            State::Unknown { .. } | State::Changing { .. } | State::Over(_) => {}
        }
    }

    /// A person's wish (CB-12). Ok: its answer comes when it is written.
    pub fn on_change(&mut self, command: CommandId, change: Change, cx: &mut Context<'_>) -> Result<(), Refused> {
        let rest = match &self.state {
            State::Open | State::Reading { .. } | State::Judging { by: By::Reader(_), .. } => Rest::Open,
            State::Waiting { .. } | State::Reserved { .. } | State::Judging { by: By::Lease(_), .. } => {
                cx.orders.push_back(Order::Withdraw(self.promise.work()));
                Rest::Open
            }
            State::Unknown { attempt } => Rest::Unknown(attempt.clone()),
            State::Storing { .. } | State::JudgingAgain { .. } | State::Dialling { .. } => {
                return Err(Refused::BeingDialled);
            }
            State::Changing { .. } => return Err(Refused::Outdated),
            State::Over(_) => return Err(Refused::NotFound),
        };
        self.promise.version += 1;
        let changed = Box::new(self.promise.changed(&change));
        self.state = State::Changing { rest, changed, change, command };
        cx.orders.push_back(Order::Store(self.row()));
        Ok(())
    }

    /// Both places that an edit holds while this version is being written: the old and the new one.
    pub fn places(&self, version: u32) -> Option<(ScheduleId, DateTime<Utc>, DateTime<Utc>)> {
        let old = &self.promise;
        match &self.state {
            State::Changing { changed, change: Change::Edit(_), .. } if old.version == version => {
                Some((old.schedule, old.terms.due.at, changed.terms.due.at))
            }
            State::Changing { .. } | State::Open | State::Waiting { .. } | State::Reserved { .. } => None,
            State::Reading { .. } | State::Judging { .. } | State::Storing { .. } | State::JudgingAgain { .. } => None,
            State::Dialling { .. } | State::Unknown { .. } | State::Over(_) => None,
        }
    }

    /// What it asks of `assign`. Overdue, it comes before what fell due later.
    fn offer(&mut self, closes: DateTime<Utc>, cx: &mut Context<'_>) {
        let (promise, schedule) = (&self.promise, cx.schedule);
        let due = moment_of(promise.next, cx.now);
        let grace = match promise.kind {
            Kind::Callback => i64::from(schedule.absence.grace_minutes) * 60,
            // Whoever was cut off waits: the same agent first, but not for long.
            Kind::Return => RETURN_GRACE_S,
        };
        let grace = due.max(cx.now.moment) + seconds(grace);
        let patience = due.max(cx.now.moment) + seconds(schedule.patience_s.into());
        let (wanted, deadline) = match (promise.terms.owner, schedule.absence.then) {
            (Owner::Queue(queue), _) => (Wanted::Queue(queue), patience),
            (Owner::Person(person), Then::Stay) => (Wanted::Person(person), grace),
            (Owner::Person(person), Then::Queue(others)) => {
                (Wanted::First { person, others, others_from: grace }, grace + seconds(schedule.patience_s.into()))
            }
        };
        let lease = due.since(cx.now.moment) + LEASE;
        let item = WorkItem { work: promise.work(), priority: 0, wanted, since: due, deadline: Some(deadline), lease };
        self.state = State::Waiting { closes };
        cx.orders.push_back(Order::Offer(item));
        self.tell(cx.orders);
    }

    /// Back in line: the offer still stands there.
    pub(super) fn wait_again(&mut self, cx: &mut Context<'_>) {
        self.state = match cx.schedule.opening_at(cx.now.civil) {
            Some(opening) => State::Waiting { closes: opening.until },
            None => State::Waiting { closes: cx.now.civil },
        };
        self.tell(cx.orders);
    }

    /// The hours ended before it was tried. What was tried before goes on at the next opening (CB-09); what was not, or is not
    /// allowed to be, is missed (CB-10).
    fn on_closed(&mut self, cx: &mut Context<'_>) {
        let later = cx.schedule.next_open(cx.now.civil).filter(|_| self.promise.attempts > 0);
        match (later, &self.promise.denied) {
            (Some(next), None) => self.open_again(next, None, cx),
            (None, _) | (Some(_), Some(_)) => self.over(End::Missed, None, cx),
        }
    }

    pub(super) fn open_again(
        &mut self,
        next: DateTime<Utc>,
        attempt: Option<(Attempt, Option<Outcome>)>,
        cx: &mut Context<'_>,
    ) {
        self.promise.next = next;
        self.state = State::Open;
        self.write(attempt, cx.orders);
    }

    pub(super) fn over(&mut self, end: End, attempt: Option<(Attempt, Option<Outcome>)>, cx: &mut Context<'_>) {
        self.state = State::Over(end);
        match end {
            End::Exhausted => self.alert(Wrong::Exhausted, cx.orders),
            End::Missed => self.alert(Wrong::Missed, cx.orders),
            End::Done | End::Cancelled => {}
        }
        self.write(attempt, cx.orders);
    }

    /// Writes it down as it is, and shows it.
    pub(super) fn write(&mut self, attempt: Option<(Attempt, Option<Outcome>)>, orders: &mut VecDeque<Order>) {
        self.promise.version += 1;
        orders.push_back(Order::Store(Row { attempt, ..self.row() }));
        self.tell(orders);
    }

    /// A change that is being written is in it: what is written after it must not undo it.
    pub fn row(&self) -> Row {
        let (promise, phase) = match &self.state {
            State::Changing { changed, change, .. } => (Promise::clone(changed), change.phase()),
            state => (self.promise.clone(), state.phase()),
        };
        Row { promise, phase, attempt: None }
    }

    pub(super) fn tell(&self, orders: &mut VecDeque<Order>) {
        orders.push_back(Order::Tell(self.view()));
    }

    pub(super) fn alert(&self, what: Wrong, orders: &mut VecDeque<Order>) {
        orders.push_back(Order::Alert(Alert { promise: self.promise.id, owner: self.promise.terms.owner, what }));
    }
}

impl Promise {
    /// As it will be when the change is written; the count of attempts is kept.
    fn changed(&self, change: &Change) -> Promise {
        match change {
            Change::Edit(terms) => {
                // Another person at the same time: what was tried stays tried.
                let next = if terms.due == self.terms.due { self.next } else { terms.due.at };
                Promise { next, terms: terms.clone(), denied: None, ..self.clone() }
            }
            Change::Cancel | Change::Settle => self.clone(),
        }
    }
}

/// A civil instant in boot time, as the clocks stand now.
fn moment_of(at: DateTime<Utc>, now: Now) -> Moment {
    match (at - now.civil).to_std() {
        Ok(left) => now.moment + left,
        Err(_) => now.moment - seconds((now.civil - at).num_seconds()),
    }
}

fn before(at: DateTime<Utc>, span: TimeDelta) -> DateTime<Utc> {
    at.checked_sub_signed(span).unwrap_or(at)
}

fn seconds(seconds: i64) -> std::time::Duration {
    std::time::Duration::from_secs(seconds.unsigned_abs())
}

const RETURN_GRACE_S: i64 = 20;
/// From the promise's time on: how long an agent is held for the gate and the disk, or looks at an offered record.
const LEASE: std::time::Duration = std::time::Duration::from_secs(30);
