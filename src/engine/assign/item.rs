//! Work that waits for a person: what it is, whom it wants, and what comes before what.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::id::{CampaignId, LeadId, PromiseId, QueueId, UserId};
use crate::time::Moment;

/// What the work is, and whose: the room that asked for it knows the rest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Work {
    /// A call that our side dropped goes back to the caller (CB-13).
    Return(PromiseId),
    /// A promise fell due.
    Callback(PromiseId),
    /// A lead that answered, and hears nobody yet (GN-18).
    Answered(LeadId),
    /// A lead's record, to be called (GN-02).
    Record(LeadId),
}

impl Work {
    /// The promise that is kept by it.
    pub fn promise(self) -> Option<PromiseId> {
        match self {
            Work::Return(promise) | Work::Callback(promise) => Some(promise),
            Work::Answered(_) | Work::Record(_) => None,
        }
    }

    /// The lead that is reached by it.
    pub fn lead(self) -> Option<LeadId> {
        match self {
            Work::Return(_) | Work::Callback(_) => None,
            Work::Answered(lead) | Work::Record(lead) => Some(lead),
        }
    }
}

/// Kinds of work of the same priority come in this order. Queue calls and supervisors' requests find their place here.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    Answered,
    Return,
    Callback,
    Record,
}

impl Work {
    pub fn class(self) -> Class {
        match self {
            Work::Return(_) => Class::Return,
            Work::Callback(_) => Class::Callback,
            Work::Answered(_) => Class::Answered,
            Work::Record(_) => Class::Record,
        }
    }
}

/// One piece of work, until somebody has accepted it or it is withdrawn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct WorkItem {
    pub work: Work,
    /// The higher is the more urgent.
    pub priority: u8,
    pub wanted: Wanted,
    /// Since when somebody ought to do it: its place among the like.
    pub since: Moment,
    /// When it is told as waiting too long.
    pub deadline: Option<Moment>,
    /// How long one person keeps it without accepting.
    pub lease: Duration,
}

/// Who may do it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wanted {
    Person(UserId),
    /// Anybody who is in it.
    Queue(QueueId),
    /// Anybody who takes part in it; one of them not before a moment, whoever else there is (GN-08).
    Campaign {
        campaign: CampaignId,
        not: Option<(UserId, Moment)>,
    },
    /// This person, in the queue or not, and from a moment on the others too.
    First {
        person: UserId,
        others: QueueId,
        others_from: Moment,
    },
}

impl Wanted {
    /// Whether a person in these teams may do it now.
    pub fn allows(&self, user: UserId, teams: &BTreeSet<Team>, now: Moment) -> bool {
        let stands_there = |line| match line {
            Line::Person(person) => person == user,
            Line::Team(team) => teams.contains(&team),
        };
        !self.excludes(user, now) && self.lines(now).into_iter().flatten().any(stands_there)
    }

    /// Whether this person is not to have it now.
    pub(super) fn excludes(&self, user: UserId, now: Moment) -> bool {
        match self {
            Wanted::Campaign { not: Some((person, until)), .. } => *person == user && now < *until,
            Wanted::Campaign { not: None, .. } | Wanted::Person(_) | Wanted::Queue(_) | Wanted::First { .. } => false,
        }
    }

    /// Whom it would rather have than anybody else.
    pub fn prefers(&self, user: UserId) -> bool {
        match self {
            Wanted::Person(person) | Wanted::First { person, .. } => *person == user,
            Wanted::Queue(_) | Wanted::Campaign { .. } => false,
        }
    }

    /// Where it waits.
    pub(super) fn lines(&self, now: Moment) -> [Option<Line>; 2] {
        match *self {
            Wanted::Person(person) => [Some(Line::Person(person)), None],
            Wanted::Queue(queue) => [Some(Line::Team(Team::Queue(queue))), None],
            Wanted::Campaign { campaign, .. } => [Some(Line::Team(Team::Campaign(campaign))), None],
            Wanted::First { person, others, others_from } => {
                [Some(Line::Person(person)), Some(Line::Team(Team::Queue(others))).filter(|_| now >= others_from)]
            }
        }
    }

    /// When more people may do it than now.
    pub(super) fn widens_at(&self, now: Moment) -> Option<Moment> {
        match *self {
            Wanted::Person(_) | Wanted::Queue(_) => None,
            Wanted::First { others_from, .. } => Some(others_from).filter(|from| *from > now),
            Wanted::Campaign { not, .. } => not.map(|(_, until)| until).filter(|until| *until > now),
        }
    }
}

/// Whom a person works for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Team {
    Queue(QueueId),
    Campaign(CampaignId),
}

/// For whom work waits in order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Line {
    Person(UserId),
    Team(Team),
}

/// What comes before what: the smaller is the more urgent. No two are the same.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Place {
    priority: Reverse<u8>,
    class: Class,
    since: Moment,
    pub work: Work,
}

impl WorkItem {
    pub(super) fn place(&self) -> Place {
        Place { priority: Reverse(self.priority), class: self.work.class(), since: self.since, work: self.work }
    }
}
