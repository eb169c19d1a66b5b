//! The oracle: what the exchange wrote down, what was acknowledged, what was told; and whether that is all right.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use engine::border::{RefusalCode, Reply};
use engine::callback::{Mode, Owner, Phase, Row, Standing, Then};
use engine::campaign::Attempt;
use engine::id::{CallId, CommandId, LeadId, PromiseId, ScheduleId, UserId};
use engine::time::{Moment, Now};

use crate::calendar::{are_within, is_staffed, may_be_called};
use crate::sales::TRUNK;
use crate::sold::Sold;
use crate::world::World;

/// One line of the exchange's log.
#[derive(Clone, Debug)]
pub struct Invite {
    pub at: Now,
    /// Of the daemon's civil clock from the truth.
    pub skew: TimeDelta,
    pub person: usize,
    pub ramal: String,
    pub by_hand: bool,
    /// Its Call-ID.
    pub id: String,
    /// Whom a campaign reaches by it.
    pub lead: Option<LeadId>,
}

/// Who dialled by itself.
enum Whose {
    Promise,
    Lead(Box<Attempt>),
}

#[derive(Clone, Debug)]
pub enum Wished {
    Create { person: usize, schedule: ScheduleId, due: Option<DateTime<Utc>> },
    Edit { promise: PromiseId, due: Option<DateTime<Utc>>, version: u32 },
    End { promise: PromiseId },
}

/// A promise that somebody was told yes about.
#[derive(Clone, Debug)]
pub struct Acknowledged {
    pub person: usize,
    pub version: u32,
    /// The time that was said yes to, and others of which nobody was told.
    pub dues: Vec<DateTime<Utc>>,
    pub is_ended: bool,
}

#[derive(Default)]
pub struct Judge {
    pub log: Vec<Invite>,
    pub acknowledged: BTreeMap<PromiseId, Acknowledged>,
    pub told: BTreeSet<(PromiseId, &'static str)>,
    pub not_returned: BTreeSet<CallId>,
    /// Cut off while nothing could be written, and told so.
    pub unwritten: BTreeSet<CallId>,
    pub suppressed: BTreeMap<usize, Moment>,
    /// Matters that were cut off by our side.
    pub owed: BTreeMap<String, CallId>,
    /// Who is busy with which promise.
    pub live: BTreeMap<PromiseId, (Standing, UserId)>,
    /// When something was told of a promise last.
    pub touched: BTreeMap<PromiseId, Moment>,
    pub held_till: BTreeMap<PromiseId, Moment>,
    pub ready: BTreeMap<UserId, Moment>,
    dialled: BTreeSet<(PromiseId, u32)>,
    pub unknown: BTreeSet<PromiseId>,
    waiting: BTreeMap<CommandId, Wished>,
    pub calm_from: Moment,
    /// When the clock jumped or was put right last.
    pub jumped: Option<Moment>,
    /// How wrong the clock is that a run cannot know to be wrong: when it began nothing that was stored spoke against it.
    pub believed: TimeDelta,
    /// At most, so far.
    pub most_believed: TimeDelta,
    pub is_down: bool,
    pub is_quiet: bool,
    pub seen: Seen,
    pub sold: Sold,
}

impl Judge {
    pub fn wished(&mut self, id: CommandId, wished: Wished) {
        if let Wished::Edit { promise, due, .. } = &wished
            && let Some(known) = self.acknowledged.get_mut(promise)
        {
            known.dues.extend(*due);
        }
        self.waiting.insert(id, wished);
    }

    /// A person takes the matter in hand: what was unknown is decided.
    pub fn wishes_about(&mut self, promise: PromiseId) {
        self.unknown.remove(&promise);
    }

    pub fn starts_again(&mut self, now: Now) {
        self.seen.count("crash");
        self.waiting.clear();
        self.not_returned.append(&mut self.unwritten);
        self.live.clear();
        self.held_till.clear();
        self.ready.clear();
        (self.is_down, self.calm_from) = (false, now.moment + std::time::Duration::from_secs(5));
    }
}

impl World {
    /// What was said to wishes.
    pub fn hear_answers(&mut self) {
        let answered = |id: &CommandId| self.shell.replies.contains_key(id);
        let ids: Vec<CommandId> = self.judge.waiting.keys().copied().filter(answered).collect();
        for id in ids {
            let wished = self.judge.waiting.remove(&id).unwrap();
            match self.shell.replies[&id].clone() {
                Ok(Reply::Promised { promise }) => self.promised(promise, wished),
                Ok(other) => panic!("{other:?}"),
                Err(refusal) => {
                    self.judge.seen.count("refused");
                    let fine = [RefusalCode::Impossible, RefusalCode::NotStored, RefusalCode::Outdated];
                    let also = [RefusalCode::WrongState, RefusalCode::NotFound, RefusalCode::Exhausted];
                    assert!(fine.contains(&refusal.code) || also.contains(&refusal.code), "{refusal:?} to {wished:?}");
                    let Wished::Create { schedule, .. } = wished else { continue };
                    let next = refusal.impossible.into_iter().flat_map(|impossible| impossible.next);
                    let is_possible = |at| is_staffed(self.office.escala(schedule), at) && at >= self.now.civil;
                    next.for_each(|due| assert!(is_possible(due.at), "{due:?} is no time to name"));
                }
            }
        }
    }

    /// A yes: it is written down by now, as it was wished.
    fn promised(&mut self, promise: PromiseId, wished: Wished) {
        let row = self.shell.store.promised.rows.get(&promise).expect("written before the yes");
        match wished {
            Wished::Create { person, due, .. } => {
                self.judge.seen.count("promised");
                let due = due.expect("a time that there is");
                assert!(row.promise.terms.number.normalised.ends_with(&self.office.people[person].digits));
                // Whoever found it in the store may have changed it before its maker was told.
                let is_first = row.promise.version == 1;
                assert!(!is_first || row.promise.terms.due.at == due, "it is never moved");
                let dues = if is_first { vec![due] } else { vec![due, row.promise.terms.due.at] };
                let new = Acknowledged { person, version: 1, dues, is_ended: false };
                self.judge.acknowledged.insert(promise, new);
            }
            Wished::Edit { due, version, .. } => {
                self.judge.seen.count("edited");
                assert!(row.promise.version > version);
                assert_eq!(Some(row.promise.terms.due.at), due);
                let Some(known) = self.judge.acknowledged.get_mut(&promise) else { return };
                (known.dues, known.version) = (due.into_iter().collect(), version + 1);
            }
            Wished::End { .. } => {
                self.judge.seen.count("ended by a person");
                assert!(matches!(row.phase, Phase::Over(_)));
                self.judge.acknowledged.entry(promise).and_modify(|known| known.is_ended = true);
            }
        }
    }

    /// A line more in the exchange's log.
    pub fn on_invite(&mut self, mut invite: Invite) {
        self.say(|| format!("{invite:?}"));
        if !invite.by_hand {
            self.judge.seen.count("dialled");
            self.judge_call(&invite);
            match self.whose(&invite) {
                Whose::Promise => {
                    let row = self.row_of(&invite);
                    self.judge_attempt(&row, &invite);
                }
                Whose::Lead(attempt) => {
                    self.judge_lead(&attempt, &invite);
                    invite.lead = Some(attempt.lead);
                }
            }
        }
        // What a person dials while nothing can be written down is remembered by nobody.
        if !invite.by_hand || !(self.shell.is_dead || self.shell.store_fails) {
            self.judge.log.push(invite);
        }
    }

    /// As the law and the lists see it.
    fn judge_call(&self, invite: &Invite) {
        let (at, person) = (invite.at.civil, &self.office.people[invite.person]);
        let rules = &self.office.config.rules;
        let wrong = invite.skew - self.judge.believed;
        assert!(wrong.abs() < TimeDelta::seconds(390), "dialled by a clock that is wrong by {wrong}");
        assert!(person.is_ramal || may_be_called(rules, &person.zones, at), "outside the calling hours: {invite:?}");
        if let Some(since) = self.judge.suppressed.get(&invite.person) {
            let late = invite.at.moment.since(*since);
            assert!(late.as_secs() < 1, "{late:?} after it was not to be called any more: {invite:?}");
        }
        for limit in &rules.attempts {
            let same = |other: &&Invite| {
                other.person == invite.person && are_within(limit.period, &person.zones, other.at.civil, at)
            };
            let before = self.judge.log.iter().filter(same).count();
            assert!(before < limit.most as usize, "{before} times in a {}, {} allowed", limit.period, limit.most);
        }
    }

    /// A promise that its agent is busy with, or a lead.
    fn whose(&self, invite: &Invite) -> Whose {
        let is_promised = invite.ramal != TRUNK && self.fresh_rows(invite).any(|row| self.is_callers(row, invite));
        let attempt = self.attempt_of(invite).filter(|_| !is_promised).map(Box::new);
        assert!(attempt.is_some() || invite.ramal != TRUNK, "written before it was dialled, and once: {invite:?}");
        attempt.map_or(Whose::Promise, Whose::Lead)
    }

    /// Attempts that were written and not dialled yet.
    fn fresh_rows(&self, invite: &Invite) -> impl Iterator<Item = &Row> {
        let digits = &self.office.people[invite.person].digits;
        let rows = self.shell.store.promised.open_rows();
        let rows = rows.filter(move |row| row.promise.terms.number.normalised.ends_with(digits));
        rows.filter(|row| match &row.phase {
            Phase::Trying(attempt) => !self.judge.dialled.contains(&(row.promise.id, attempt.number)),
            Phase::Open | Phase::Unknown(_) | Phase::Over(_) => false,
        })
    }

    fn is_callers(&self, row: &Row, invite: &Invite) -> bool {
        let caller = self.office.agent_at(&invite.ramal).user;
        self.judge.live.get(&row.promise.id).is_some_and(|(_, user)| *user == caller)
    }

    /// The attempt that was written down for it, and not dialled yet.
    fn row_of(&mut self, invite: &Invite) -> Row {
        // Another promise to the same person may be written by now, and not dialled yet.
        let row = self.fresh_rows(invite).max_by_key(|row| self.is_callers(row, invite));
        let row = row.cloned().expect("written before it was dialled, and once");
        let Phase::Trying(attempt) = &row.phase else { panic!("an attempt") };
        self.judge.dialled.insert((row.promise.id, attempt.number));
        row
    }

    /// As the promise and its escala see it.
    fn judge_attempt(&mut self, row: &Row, invite: &Invite) {
        let (id, escala) = (row.promise.id, self.office.escala(row.promise.schedule));
        assert!(is_staffed(escala, invite.at.civil), "outside the hours of {escala:?}: {invite:?}");
        assert!(!self.judge.unknown.contains(&id), "what is unknown is a person's to decide: {row:?}");
        let times = self.judge.dialled.iter().filter(|(other, _)| *other == id).count();
        assert!(times <= usize::from(escala.attempts), "{times} times, {} allowed", escala.attempts);
        let agent = self.office.agent_at(&invite.ramal);
        let in_line = |queue| agent.queues.contains(&queue);
        let may = match (row.promise.terms.owner, escala.absence.then) {
            (Owner::Queue(queue), _) => in_line(queue),
            (Owner::Person(user), Then::Queue(queue)) => user == agent.user || in_line(queue),
            (Owner::Person(user), Then::Stay) => user == agent.user,
        };
        assert!(may, "{agent:?} is not who was to call: {row:?}");
        let Some(known) = self.judge.acknowledged.get(&id) else { return };
        assert!(!known.is_ended, "it was over: {row:?}");
        let earliest = known.dues.iter().min().copied();
        // Another try follows the first, and the clock may be put right by minutes in between; so it may while an agent reads, or
        // while the disk is asked and told.
        let may_be = escala.mode == Mode::Preview || self.judge.jumped_while_held(invite.at);
        let tolerated = if may_be { self.judge.put_right_by() } else { TimeDelta::zero() };
        let is_early = earliest.is_some_and(|due| invite.at.civil < due - tolerated);
        assert!(times > 1 || !is_early, "before its time: {row:?}");
        self.judge_spacing(id, invite, escala.interval_minutes.into());
    }
}

/// How often what happened: what never does is not tested.
#[derive(Clone, Default)]
pub struct Seen(BTreeMap<&'static str, u64>);

pub const PROMISED: &[&str] = &[
    "promised",
    "edited",
    "ended by a person",
    "refused",
    "dialled",
    "crash",
    "done",
    "exhausted",
    "missed",
    "cancelled",
    "unknown",
    "open",
    "waits",
    "allowed later",
    "told, and asked again",
    "returned",
    "return later",
    "clock jumped",
    "no agent",
    "owner absent",
    "denied",
    "held",
    "waited",
];

impl Seen {
    pub fn count(&mut self, what: &'static str) {
        *self.0.entry(what).or_default() += 1;
    }

    pub fn add(&mut self, other: &Seen) {
        other.0.iter().for_each(|(what, count)| *self.0.entry(what).or_default() += count);
    }

    pub fn never(&self, expected: &[&'static str]) -> Vec<&str> {
        expected.iter().copied().filter(|what| !self.0.contains_key(what)).collect()
    }
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts: Vec<_> = self.0.iter().map(|(what, count)| format!("{what} {count}")).collect();
        f.write_str(&counts.join(", "))
    }
}
