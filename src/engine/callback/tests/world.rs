//! Everything around the room, each as simple as it can be.

use chrono::TimeZone;

use super::*;
use crate::assign::{Assign, Team};

/// The room, and what it stands among.
pub struct World {
    pub callbacks: Callbacks,
    pub assign: Assign,
    pub schedule: Schedule,
    pub now: Now,
    /// Survives a crash.
    pub disk: BTreeMap<PromiseId, Row>,
    pub history: Vec<(u32, Option<Outcome>)>,
    /// The exchange's own log: promise, attempt, seconds of boot time.
    pub invites: Vec<(PromiseId, u32, u64)>,
    pub alerts: Vec<Wrong>,
    pub answers: Vec<(CommandId, Result<PromiseId, Refused>)>,
    /// What the exchange does with the next calls; the last for ever.
    pub outcomes: VecDeque<Outcome>,
    /// What the gate says next; then yes.
    pub judgements: VecDeque<Judgement>,
    /// The gate is silent: what it was asked.
    pub asked: Option<Vec<u32>>,
    pub disk_is_full: bool,
    /// The disk is silent till told.
    pub slow: Option<Vec<(PromiseId, u32)>>,
    /// Who is free when not in a call.
    pub at_work: BTreeMap<UserId, BTreeSet<Team>>,
    /// Orders carried out until the power fails.
    pub power: Option<u32>,
}

pub struct Crashed;

impl World {
    /// On Monday, 23 November 2026 at this time in São Paulo.
    pub fn at(time: &str) -> World {
        World::with(daily(), &format!("2026-11-23 {time}"))
    }

    pub fn with(schedule: Schedule, time: &str) -> World {
        let civil = schedule.zone.from_local_datetime(&wall(time)).earliest().expect("it exists").to_utc();
        let now = Now { moment: Moment(1_000_000_000_000), civil };
        let mut callbacks = Callbacks::default();
        callbacks.on_schedules([schedule.clone()], now);
        World {
            callbacks,
            assign: Assign::new(0),
            schedule,
            now,
            disk: BTreeMap::new(),
            history: vec![],
            invites: vec![],
            alerts: vec![],
            answers: vec![],
            outcomes: VecDeque::from([Outcome::Answered]),
            judgements: VecDeque::new(),
            asked: None,
            disk_is_full: false,
            slow: None,
            at_work: BTreeMap::new(),
            power: None,
        }
    }

    pub fn comes(&mut self, user: UserId, queues: &[QueueId]) {
        self.at_work.insert(user, queues.iter().copied().map(Team::Queue).collect());
        self.assign.free(user, self.now.moment, &self.at_work[&user], self.now.moment);
        self.settle();
    }

    pub fn leaves(&mut self, user: UserId) {
        self.at_work.remove(&user);
        self.assign.gone(user, self.now.moment);
        self.settle();
    }

    pub fn promise(&mut self, id: u64, when: &str, owner: Owner) {
        let now = self.now;
        self.callbacks.on_create(CommandId(id), PromiseId(id), DAILY, draft(when, owner), None, now);
        self.settle();
    }

    pub fn do_with(&mut self, act: impl FnOnce(&mut Callbacks, Now)) {
        act(&mut self.callbacks, self.now);
        self.settle();
    }

    /// Time goes by, from one deadline to the next.
    pub fn until(&mut self, time: &str) {
        let wanted = self.schedule.zone.from_local_datetime(&wall(time)).earliest().expect("it exists").to_utc();
        while !self.is_off() && self.now.civil < wanted {
            let end = self.now.moment + (wanted - self.now.civil).to_std().expect("it lies ahead");
            let next = crate::time::earliest(self.callbacks.poll_timeout(), self.assign.poll_timeout());
            let step = next.map_or(end, |next| next.min(end)).since(self.now.moment);
            self.now = self.now.after(step);
            self.assign.on_timeout(self.now.moment);
            self.callbacks.on_timeout(self.now);
            self.settle();
        }
    }

    pub fn today(&mut self, time: &str) {
        self.until(&format!("2026-11-23 {time}"));
    }

    pub fn state(&self, id: u64) -> Option<Phase> {
        self.disk.get(&PromiseId(id)).map(|row| row.phase.clone())
    }

    pub fn row(&self, id: u64) -> Row {
        self.callbacks.row(PromiseId(id)).expect("it is open")
    }

    pub fn version(&self, id: u64) -> u32 {
        self.row(id).promise.version
    }

    pub fn is_off(&self) -> bool {
        self.power == Some(0)
    }

    /// Power is back: what the disk kept is all there is.
    pub fn starts_again(&mut self) {
        self.power = None;
        self.callbacks = Callbacks::default();
        self.assign = Assign::new(1_000);
        self.callbacks.on_schedules([self.schedule.clone()], self.now);
        for row in self.disk.clone().into_values() {
            self.callbacks.restore(row, self.now);
        }
        for (user, queues) in self.at_work.clone() {
            self.assign.free(user, self.now.moment, &queues, self.now.moment);
        }
        self.settle();
    }

    pub fn settle(&mut self) {
        loop {
            if let Some(event) = self.assign.poll_event() {
                self.callbacks.on_assigned(event, self.now);
            } else if let Some(order) = self.callbacks.poll_order() {
                if self.carry_out(order).is_err() {
                    return;
                }
            } else {
                return;
            }
        }
    }

    /// One more thing done: maybe the last.
    fn carry_out(&mut self, order: Order) -> Result<(), Crashed> {
        match &mut self.power {
            Some(0) => return Err(Crashed),
            Some(left) => *left -= 1,
            None => {}
        }
        let now = self.now;
        match order {
            Order::AskGate { ask, .. } if self.asked.is_some() => {
                self.asked.iter_mut().for_each(|asked| asked.push(ask))
            }
            Order::AskGate { promise, ask, .. } => {
                let judgement = self.judgements.pop_front().unwrap_or(Judgement::Allowed { version: 1 });
                self.callbacks.on_judged(promise, ask, judgement, now);
            }
            Order::Offer(item) => self.assign.add(item, now.moment),
            Order::Withdraw(work) => self.assign.withdraw(work, now.moment),
            Order::Store(row) => self.store(row),
            Order::Dial { promise, attempt, by, .. } => self.dial(promise, attempt.number, by),
            Order::Tell(_) => {}
            Order::Alert(alert) => self.alerts.push(alert.what),
            Order::Answer(command, answer) => self.answers.push((command, answer)),
        }
        Ok(())
    }

    fn store(&mut self, row: Row) {
        let (id, version) = (row.promise.id, row.promise.version);
        if !self.disk_is_full {
            self.history.extend(row.attempt.clone().map(|(attempt, outcome)| (attempt.number, outcome)));
            self.disk.insert(id, row);
        }
        match &mut self.slow {
            Some(waiting) => waiting.push((id, version)),
            None => self.callbacks.on_stored(id, version, !self.disk_is_full, self.now),
        }
    }

    pub fn disk_answers(&mut self) {
        for (id, version) in self.slow.take().unwrap_or_default() {
            self.callbacks.on_stored(id, version, true, self.now);
        }
        self.settle();
    }

    /// The call rings and ends at once; then the agent is free again.
    fn dial(&mut self, id: PromiseId, attempt: u32, by: By) {
        let user = match by {
            By::Lease(lease) => self.assign.accept(lease.work, lease.fence, self.now.moment).expect("it is held").user,
            By::Reader(user) => user,
        };
        self.invites.push((id, attempt, self.now.moment.0 / 1_000_000_000));
        let outcome = self.outcomes.pop_front().expect("the last one stays");
        if self.outcomes.is_empty() {
            self.outcomes.push_back(outcome.clone());
        }
        self.callbacks.on_ended(id, attempt, outcome, self.now);
        if let Some(queues) = self.at_work.get(&user) {
            self.assign.free(user, self.now.moment, queues, self.now.moment);
        }
    }
}
