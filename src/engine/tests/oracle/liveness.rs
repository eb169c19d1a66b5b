//! What must happen: nobody waits while somebody who may call is free, nobody is held past a lease, nothing is lost.

use std::time::Duration;

use chrono::TimeDelta;
use engine::agent::AgentState;
use engine::callback::{End, Kind, NoReturn, Owner, Phase, Row, Standing, Wrong};
use engine::id::{PromiseId, UserId};
use engine::news::{Alert, News, StaffNews};
use engine::time::Now;

use crate::calendar::{is_staffed, may_be_called};
use crate::judge::{Invite, Judge};
use crate::world::World;

/// From the later of a promise's time and an agent's (CB-14).
const PROMPT: Duration = Duration::from_millis(2_500);
/// An agent is held so long before the time, and so long from it on.
const LEASE: Duration = Duration::from_millis(46_000);

impl Judge {
    pub fn clock_jumped(&mut self, now: Now) {
        self.seen.count("clock jumped");
        self.jumped = Some(now.moment);
    }

    pub fn believes(&mut self, wrong: TimeDelta) {
        (self.believed, self.most_believed) = (wrong, self.most_believed.max(wrong.abs()));
    }

    pub fn clock_was_put_right(&mut self, now: Now) {
        self.believes(TimeDelta::zero());
        self.jumped = Some(now.moment);
        self.calm_from = self.calm_from.max(now.moment + Duration::from_secs(3));
    }

    /// How much sooner something may come that a wrong clock reckoned: where it never jumped, nothing.
    pub fn put_right_by(&self) -> TimeDelta {
        self.jumped.map_or(TimeDelta::zero(), |_| TimeDelta::seconds(390) + self.most_believed)
    }

    /// While an agent was held for what is dialled now.
    pub fn jumped_while_held(&self, now: Now) -> bool {
        self.jumped.is_some_and(|jumped| now.moment.since(jumped) <= LEASE)
    }

    /// It is noticed within ten seconds.
    pub fn disk_works(&mut self, now: Now) {
        self.calm_from = self.calm_from.max(now.moment + Duration::from_secs(14));
    }
}

impl World {
    /// What is told.
    pub fn hear(&mut self) {
        self.shell.news[self.heard..].iter().for_each(|(_, news)| self.say_news(news));
        let (now, news) = (self.now.moment, &self.shell.news[self.heard..]);
        self.heard = self.shell.news.len();
        let judge = &mut self.judge;
        for (_, news) in news {
            judge.sold.hear(news, now);
            match news {
                News::Alert(Alert::Promise(alert)) => {
                    let what = name(&alert.what);
                    judge.told.insert((alert.promise, what));
                    judge.seen.count(what);
                    if alert.what == Wrong::Unknown {
                        judge.unknown.insert(alert.promise);
                    }
                }
                News::Alert(Alert::NotReturned { call, why: NoReturn::NotWritten }) => {
                    judge.seen.count("not written");
                    judge.unwritten.insert(*call);
                }
                News::Alert(Alert::NotReturned { call, .. }) => drop(judge.not_returned.insert(*call)),
                News::Alert(Alert::DialingHeld { .. }) => judge.seen.count("held"),
                News::Staff(StaffNews::Promise(view)) => {
                    judge.held_till.remove(&view.promise.id);
                    judge.touched.insert(view.promise.id, now);
                    match view.user {
                        Some(user) => drop(judge.live.insert(view.promise.id, (view.standing, user))),
                        None => drop(judge.live.remove(&view.promise.id)),
                    }
                    if view.standing == Standing::Reserved {
                        judge.held_till.insert(view.promise.id, now + LEASE);
                    }
                }
                News::Staff(StaffNews::Agent(view)) if view.state == AgentState::Ready => {
                    judge.ready.entry(view.user).or_insert(now);
                }
                News::Staff(StaffNews::Agent(view)) => drop(judge.ready.remove(&view.user)),
                _ => {}
            }
        }
        self.hear_answers();
        self.hear_sales();
    }

    /// Every other second.
    pub fn look(&mut self) {
        if self.judge.is_down {
            return;
        }
        self.handle_records();
        self.sell();
        let now = self.now.moment;
        for (promise, till) in &self.judge.held_till {
            assert!(now <= *till, "somebody is held for {promise} past the lease: {:?}", self.judge.live.get(promise));
        }
        let is_calm =
            !self.shell.is_dead && !self.shell.store_fails && !self.shell.store_is_slow && !self.shell.store_is_silent;
        if is_calm && self.skew.is_zero() && now >= self.judge.calm_from {
            let late: Vec<Row> =
                self.shell.store.promised.open_rows().filter(|row| self.is_late(row)).cloned().collect();
            late.iter().for_each(|row| self.judge_wait(row));
            self.judge_idleness();
        }
    }

    /// It could be dialled now and is not, and nobody is busy with it.
    fn is_late(&self, row: &Row) -> bool {
        let (at, promise) = (self.now.civil, &row.promise);
        let is_due = promise.next + TimeDelta::from_std(PROMPT).unwrap() <= at && row.phase == Phase::Open;
        let touched = self.judge.touched.get(&promise.id).is_some_and(|at| self.now.moment.since(*at) <= PROMPT);
        let idle = !touched && !self.judge.live.contains_key(&promise.id) && promise.denied.is_none();
        let escala = self.office.escala(promise.schedule);
        is_due && idle && is_staffed(escala, at) && self.may_be_called(row)
    }

    fn may_be_called(&self, row: &Row) -> bool {
        let Some(index) = self.office.person(&row.promise.terms.number.normalised) else { return false };
        let person = &self.office.people[index];
        let rules = &self.office.config.rules;
        person.is_ramal
            || (may_be_called(rules, &person.zones, self.now.civil) && !self.judge.suppressed.contains_key(&index))
    }

    fn judge_wait(&mut self, row: &Row) {
        self.judge.seen.count("waited");
        let may = |user: &UserId| match row.promise.terms.owner {
            Owner::Person(owner) => owner == *user,
            Owner::Queue(queue) => {
                self.office.agents.iter().any(|agent| agent.user == *user && agent.queues.contains(&queue))
            }
        };
        let now = self.now.moment;
        let idle = self.judge.ready.iter().find(|(user, since)| may(user) && now.since(**since) > PROMPT);
        assert_eq!(idle, None, "somebody is free, and {row:?} waits");
    }

    /// Between two attempts lies the interval, but for what a person changed.
    pub fn judge_spacing(&mut self, id: PromiseId, invite: &Invite, minutes: i64) {
        let known = &self.judge.acknowledged[&id];
        let before = self
            .judge
            .log
            .iter()
            .rev()
            .find(|other| other.person == invite.person && !other.by_hand && other.lead.is_none());
        // A promise whose yes never arrived is one all the same.
        let digits = &self.office.people[invite.person].digits;
        let is_theirs = |row: &&Row| row.promise.terms.number.normalised.ends_with(digits);
        let theirs: Vec<&Row> = self.shell.store.promised.rows.values().filter(is_theirs).collect();
        let alone = matches!(theirs[..], [only] if only.promise.kind != Kind::Return);
        if let Some(before) = before.filter(|_| alone && known.version == 1 && known.dues.len() == 1) {
            let gap = invite.at.civil - before.at.civil;
            let jumped = self.judge.jumped.is_some_and(|jumped| jumped >= before.at.moment);
            let tolerated = if jumped { self.judge.put_right_by() } else { TimeDelta::zero() };
            assert!(gap >= TimeDelta::minutes(minutes) - tolerated, "twice within {gap}: {before:?}, {invite:?}");
        }
    }

    /// Hours after the last trouble.
    pub fn judge_the_end(&mut self) {
        for (id, known) in self.judge.acknowledged.clone() {
            let row = self.shell.store.promised.rows.get(&id).cloned();
            let row = row.unwrap_or_else(|| panic!("{id} is lost"));
            assert!(row.promise.version >= known.version, "a change is lost: {row:?}");
            self.judge_end(&row, known.is_ended);
        }
        for (protocolo, call) in self.judge.owed.clone() {
            let rows = self.shell.store.promised.rows.values();
            let of_it = |row: &&Row| row.promise.protocolo.as_ref().is_some_and(|own| own.as_str() == protocolo);
            let returns = rows.filter(|row| row.promise.kind == Kind::Return).filter(of_it).count();
            let told = self.judge.not_returned.contains(&call);
            assert!(returns == 1 || (returns == 0 && told), "{protocolo} was cut off and is returned {returns} times");
            self.judge.seen.count("returned");
        }
    }

    fn judge_end(&mut self, row: &Row, is_ended: bool) {
        let (id, now) = (row.promise.id, self.now.civil);
        let told = |what| self.judge.told.contains(&(id, what));
        let outcome = match &row.phase {
            Phase::Over(End::Done) => "done",
            Phase::Over(End::Cancelled) => "cancelled",
            Phase::Over(End::Exhausted) if told("exhausted") => "exhausted",
            Phase::Over(End::Missed) if told("missed") => "missed",
            Phase::Unknown(_) if told("unknown") => "unknown",
            Phase::Trying(_) if self.judge.live.contains_key(&id) => "being called",
            Phase::Open if row.promise.next > now - TimeDelta::seconds(3) => match &row.promise.denied {
                Some(denial) if told("denied") && denial.next.is_none() => "told, and asked again",
                Some(denial) if denial.next.is_none() => panic!("{denial:?}, and nobody was told: {row:?}"),
                Some(_) => "allowed later",
                None => "open",
            },
            // Somebody has it, or it waits, within its hours.
            Phase::Open if is_staffed(self.office.escala(row.promise.schedule), now) => "waits",
            phase => panic!("{phase:?}, and nobody was told: {row:?}"),
        };
        assert!(!is_ended || matches!(row.phase, Phase::Over(_)), "it was over: {row:?}");
        self.judge.seen.count(outcome);
    }
}

fn name(what: &Wrong) -> &'static str {
    match what {
        Wrong::Exhausted => "exhausted",
        Wrong::Missed => "missed",
        Wrong::Unknown => "unknown",
        Wrong::NoAgent => "no agent",
        Wrong::OwnerAbsent => "owner absent",
        Wrong::Denied(_) => "denied",
        Wrong::NotStored => "not stored",
        Wrong::ReturnLater => "return later",
    }
}
