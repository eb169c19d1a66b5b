//! How many calls to begin now (GN-02, GN-18).
//!
//! ```text
//!   answers, ends, talks ──> Ringing, Frees, Pulse ──> risk of one call more ──┐
//!                                                                             ├──> begin while risk <= threshold
//!   connected, abandoned ──> Account ──> Threshold ───────────────────────────┘
//!                              └──> rails: day, burst, lines ──> one call per ready agent
//! ```
//!
//! Statistics alone are kept; who is ready, talks or rings is seen anew for each decision ([`View`]), so that no call or person can be
//! counted for ever because one event was missed.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::account::{Account, Tally};
use super::attendance::Attendance;
use super::burst::Burst;
use super::frees::{Frees, Returns};
use super::hour::Hour;
use super::prospect::{Ages, Prospect};
use super::pulse::{PARTS, Pulse};
use super::ringing::{Outlook, Ringing};
use super::snapshot::{Presence, Snapshot};
use super::threshold::Threshold;
use super::view::{Decision, Event, Pace, Reason, Settings, View};
use crate::time::Moment;

/// When nothing happens, ages alone change the risk.
const AGAIN: Duration = Duration::from_millis(500);
/// The outlook for busy people is made anew so often.
const RETURNS_LAST: Duration = Duration::from_secs(2);
/// Until so many calls have ended the outlook is called a guess.
const LEARNING: u32 = 40;
/// Abandoned calls that a day may be ahead of its limit when it begins, and after how many answers no more.
const ADVANCE: f64 = 3.0;
const ADVANCE_ANSWERS: f64 = 1_000.0;
/// So many deviations of the day's abandoned calls are kept below its limit (the deviation of what the limit allows, the root of it).
const MARGIN: f64 = 0.5;
/// Beyond that, each abandoned call makes the threshold smaller by so much of its logarithm.
const SOFT: f64 = 1.0;
/// So many deviations beyond stop all but one call per agent. That is far: who is held so has idle agents, and begins calls for all of
/// them at once when the hold is over, which abandons more than a small threshold does.
const HARD: f64 = 2.5;
/// Where much of the team has just gone the threshold is so many times smaller. Not nothing: who has begun no call has few answers a
/// minute later, and one abandoned call is a large share of them.
const FELL: f64 = 0.1;
/// Ringing calls are withdrawn when, of those that ring now, somebody would find nobody with this chance; when much of the team has
/// just gone they were begun for people who are not there.
const HOPELESS: f64 = 0.4;
const HOPELESS_FELL: f64 = 0.15;

/// What has to survive a restart, and what a new campaign may take over from one like it.
#[derive(Clone, PartialEq, Default, Debug, Serialize, Deserialize)]
pub struct Memory {
    ringing: Ringing,
    frees: Frees,
    pulse: Pulse,
    threshold: Threshold,
    account: Account,
    /// Calls seen to their end.
    calls: u32,
}

impl Memory {
    /// What an older version kept and this one cannot read is learned anew; the account stays.
    fn readable(self) -> Memory {
        let fits = self.ringing.fits() && self.frees.fits();
        if fits { self } else { Memory { account: self.account, ..Memory::default() } }
    }

    pub fn account(&self) -> &Account {
        &self.account
    }

    /// With what was written down of these days, by their numbers, in the place of what is remembered.
    pub fn corrected(mut self, days: impl IntoIterator<Item = (u32, Tally)>) -> Memory {
        days.into_iter().for_each(|(day, tally)| self.account.correct(day, tally));
        self
    }

    /// The share of calls that are answered, as far as is known.
    pub fn answer_rate(&self) -> f64 {
        self.ringing.answer_rate()
    }
}

/// Paces one campaign.
#[derive(Clone, Debug)]
pub struct Controller {
    settings: Settings,
    memory: Memory,
    burst: Burst,
    hour: Hour,
    /// For each part of the pulse.
    outlooks: [Outlook; PARTS],
    returns: Returns,
    returns_until: Moment,
    decided: Moment,
    presence: Presence,
    attendance: Attendance,
    lines: u32,
    reason: Option<Reason>,
}

impl Controller {
    pub fn new(settings: Settings, memory: Memory, now: Moment) -> Controller {
        let memory = memory.readable();
        let outlooks = memory.pulse.parts().map(|factor| memory.ringing.outlook(&[], factor));
        let returns = memory.frees.returns(&[], &[]);
        Controller {
            settings,
            memory,
            burst: Burst::default(),
            hour: Hour::default(),
            outlooks,
            returns,
            returns_until: now,
            decided: now,
            presence: Presence::default(),
            attendance: Attendance::default(),
            lines: 0,
            reason: None,
        }
    }

    /// The campaign was changed.
    pub fn set(&mut self, settings: Settings) {
        self.settings = settings;
    }

    pub fn memory(&self) -> &Memory {
        &self.memory
    }

    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            today: self.memory.account.today(),
            judged: self.memory.account.judged(self.settings.team),
            limit: self.settings.limit,
            occupancy: self.presence.occupancy(),
            answer_rate: self.usual().answer_rate(),
            lines: self.lines,
            reason: self.reason,
        }
    }

    /// The risk at which dialling stops.
    pub fn threshold(&self) -> f64 {
        self.memory.threshold.risk()
    }

    pub fn handle(&mut self, event: Event, now: Moment) {
        match event {
            Event::DayBegan(day) => {
                self.memory.account.begin(day);
                self.presence = Presence::default();
            }
            Event::Answered(since) => self.rang(since, true, now),
            Event::Unanswered(since) => self.rang(since, false, now),
            Event::Withdrawn(since) => self.memory.ringing.withdrawn(now.since(since)),
            Event::Connected => self.met(false, now),
            Event::Abandoned => self.met(true, now),
            Event::Machine => self.memory.account.not_connected(),
            Event::Talked(since) => self.memory.frees.talked(now.since(since)),
            Event::Wrote(since) => self.memory.frees.wrote(now.since(since)),
        }
    }

    fn rang(&mut self, since: Moment, answered: bool, now: Moment) {
        // The rest of its ringing, since the last decision saw it.
        let seen = self.decided.since(since).as_secs_f64();
        let age = now.since(since).as_secs_f64();
        self.memory.pulse.passed(0.0, self.usual().expected_between(seen.min(age), age));
        if answered && self.memory.ringing.knows(age) {
            self.memory.pulse.answered();
        }
        self.memory.ringing.ended(now.since(since), answered);
        self.memory.calls = self.memory.calls.saturating_add(1);
    }

    fn met(&mut self, abandoned: bool, now: Moment) {
        let account = self.memory.account.judged(self.settings.team);
        self.memory.threshold.learn(account, self.settings.limit, abandoned);
        self.burst.answered(abandoned, now);
        self.hour.answered(abandoned, now);
        self.memory.account.answered(abandoned);
    }

    /// How many calls to begin. Costs at most 1 ms with 200 agents and 200 ringing calls.
    pub fn decide(&mut self, view: &View<'_>, now: Moment) -> Decision {
        let ages = Ages::of(view, now);
        let passed = now.since(self.decided).as_secs_f64();
        self.presence.passed(view, passed);
        self.attendance.seen(f64::from(view.ready) + (view.talking.len() + view.writing.len()) as f64, passed);
        self.look(&ages, now);
        let taken = view.talking.len() + view.ringing.len() + view.waiting as usize;
        let room = (self.settings.lines as usize).saturating_sub(taken) as u32;
        let (wanted, reason) = self.wanted(view, &ages, room, now);
        let reason = if wanted >= room { Reason::Lines { lines: self.settings.lines } } else { reason };
        let withdraw = match self.settings.pace {
            Pace::Predictive if wanted == 0 => self.hopeless(&ages),
            Pace::Predictive | Pace::Progressive | Pace::Ratio(_) => 0,
        };
        let begin = wanted.min(room);
        self.lines = taken as u32 + begin;
        self.reason = Some(reason);
        Decision { begin, withdraw, reason, again: now + AGAIN }
    }

    /// How many ringing calls to give up.
    fn hopeless(&self, ages: &Ages) -> u32 {
        let fell = self.attendance.fell();
        if ages.free > 0 && !fell {
            return 0;
        }
        let chance = if fell { HOPELESS_FELL } else { HOPELESS };
        self.prospect(ages).hopeless(self.settings.ring_at_least.as_secs_f64(), chance)
    }

    /// Brings the outlook up to now.
    fn look(&mut self, ages: &Ages, now: Moment) {
        let passed = now.since(self.decided).as_secs_f64();
        let expected = |age: &f64| self.usual().expected_between((age - passed).max(0.0), *age);
        let expected = ages.ringing.iter().map(expected).sum();
        self.memory.pulse.passed(passed, expected);
        self.outlooks = self.memory.pulse.parts().map(|factor| self.memory.ringing.outlook(&ages.ringing, factor));
        if now >= self.returns_until {
            self.returns = self.memory.frees.returns(&ages.talking, &ages.writing);
            self.returns_until = now + RETURNS_LAST;
        }
        self.decided = now;
    }

    fn wanted(&mut self, view: &View<'_>, ages: &Ages, room: u32, now: Moment) -> (u32, Reason) {
        if view.ready == 0 && view.talking.is_empty() && view.writing.is_empty() {
            return (0, Reason::NobodyThere);
        }
        let (ready, under_way) = (view.ready, view.ringing.len() as u32 + view.waiting);
        let one_per_ready = ready.saturating_sub(under_way);
        match self.settings.pace {
            Pace::Progressive => (one_per_ready, Reason::OnePerReady { ready }),
            Pace::Ratio(ratio) => {
                let most = (f64::from(ready) * ratio) as u32;
                (most.saturating_sub(under_way), Reason::Ratio { ready, ratio })
            }
            Pace::Predictive => match self.rail(now) {
                Some(reason) => (one_per_ready, reason),
                None => {
                    let most = self.most(now);
                    let (calls, risk) = self.prospect(ages).calls(most, room);
                    (calls, self.because(risk, most))
                }
            },
        }
    }

    /// What forbids to begin more calls than there are ready agents.
    fn rail(&mut self, now: Moment) -> Option<Reason> {
        let burst = self.burst.is_on(self.settings.team, now).map(|abandoned| Reason::Burst { abandoned });
        let (account, limit) = (self.memory.account.judged(self.settings.team), self.settings.limit);
        let day = Reason::Day { abandoned: account.abandoned, humans: account.humans(), limit };
        let far = HARD * libm::sqrt(limit * account.humans() as f64);
        burst.or((self.overdraft() > far).then_some(day))
    }

    /// Abandoned calls beyond what the day allows by now, one more counted that may come.
    fn overdraft(&self) -> f64 {
        let account = self.memory.account.judged(self.settings.team);
        let humans = account.humans() as f64;
        let allowed = self.settings.limit * humans;
        let ahead = ADVANCE * (1.0 - humans / ADVANCE_ANSWERS).max(0.0);
        account.abandoned as f64 + 1.0 - allowed - ahead + MARGIN * libm::sqrt(allowed)
    }

    /// The threshold, made smaller where the day or the hour is ahead of its limit, or much of the team has just gone.
    fn most(&mut self, now: Moment) -> f64 {
        let over = self.overdraft().max(self.hour.overdraft(self.settings.limit, now)).max(0.0);
        let fell = if self.attendance.fell() { FELL } else { 1.0 };
        self.memory.threshold.risk() * libm::exp(-SOFT * over) * fell
    }

    fn because(&self, risk: f64, most: f64) -> Reason {
        match self.memory.calls {
            calls @ ..LEARNING => Reason::Learning { calls, of: LEARNING },
            LEARNING.. => Reason::Risk { risk, most },
        }
    }

    fn prospect<'a>(&'a self, ages: &'a Ages) -> Prospect<'a> {
        let patience = self.settings.patience.as_secs_f64();
        Prospect { ages, outlooks: &self.outlooks, returns: &self.returns, patience }
    }

    /// The middle of the pulse.
    fn usual(&self) -> &Outlook {
        &self.outlooks[PARTS / 2]
    }
}
