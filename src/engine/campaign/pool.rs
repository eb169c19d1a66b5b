//! The hopper of one campaign: leads that the store has leased to us and that nobody works on yet. The engine never holds a list.

use std::collections::VecDeque;
use std::time::Duration;

use super::hopper::{LeadFacts, Leased, PhoneFacts};
use super::lead::LeadState;
use super::list::{Lack, ListStanding};
use crate::gate::Attempts;
use crate::id::ListId;
use crate::time::Moment;

#[derive(Debug, Default)]
pub(super) struct Pool {
    leads: VecDeque<Fresh>,
    /// The store is being asked.
    asked: bool,
    /// Not asked again before.
    look: Option<Moment>,
    /// It had nothing.
    pub dry: bool,
    /// Lists of leads that give none, and do-not-call lists that hold all, as it said last.
    pub held: Vec<(ListId, ListStanding)>,
    pub lacks: Vec<Lack>,
}

/// A lead and since when its facts are known.
#[derive(Debug)]
struct Fresh {
    facts: LeadFacts,
    read: Moment,
}

impl Pool {
    pub fn len(&self) -> usize {
        self.leads.len()
    }

    pub fn poll_timeout(&self) -> Option<Moment> {
        self.look
    }

    /// How many to ask the store for, where `lines` may be busy at once; none while it is asked, or was in vain.
    pub fn wants(&mut self, lines: u16, now: Moment) -> Option<u16> {
        let room = usize::from(lines).saturating_mul(4).max(LEAST_ROOM);
        if self.asked || self.look.is_some_and(|look| look > now) || self.leads.len() * 2 > room {
            return None;
        }
        (self.asked, self.look) = (true, None);
        u16::try_from(room - self.leads.len()).ok()
    }

    pub fn came(&mut self, leased: Leased, now: Moment) {
        let Leased { leads, held, lacks } = leased;
        (self.held, self.lacks) = (held, lacks);
        (self.asked, self.dry) = (false, leads.is_empty() && self.leads.is_empty());
        self.look = leads.is_empty().then(|| now + AGAIN);
        self.leads.extend(leads.into_iter().map(|facts| Fresh { facts, read: now }));
    }

    /// It could not be read.
    pub fn failed(&mut self, now: Moment) {
        (self.asked, self.look) = (false, Some(now + AGAIN));
    }

    /// Something changed that may bring leads: it is asked at once.
    pub fn look_again(&mut self) {
        self.look = None;
    }

    /// The next one, and those that were here too long, to be given back.
    pub fn next(&mut self, now: Moment) -> (Option<LeadFacts>, Vec<LeadFacts>) {
        let mut stale = Vec::new();
        while let Some(Fresh { facts, read }) = self.leads.pop_front() {
            if now.since(read) < FRESH {
                return (Some(facts), stale);
            }
            stale.push(facts);
        }
        (None, stale)
    }

    /// All of them, to be given back.
    pub fn empty(&mut self) -> Vec<LeadFacts> {
        self.look = None;
        std::mem::take(&mut self.leads).into_iter().map(|fresh| fresh.facts).collect()
    }
}

impl LeadFacts {
    /// Under which the store has leased it.
    pub(super) fn fence(&self) -> Option<u64> {
        match self.lead.state {
            LeadState::Leased { fence, .. } => Some(fence),
            LeadState::Waiting { .. } | LeadState::Callback { .. } | LeadState::Unknown { .. } => None,
            LeadState::Done | LeadState::Declined | LeadState::Exhausted(_) => None,
        }
    }
}

impl PhoneFacts {
    /// One more attempt, now.
    pub(super) fn count(&mut self) {
        self.ever = self.ever.saturating_add(1);
        let attempts = &mut self.attempts;
        for counted in [&mut attempts.day, &mut attempts.week, &mut attempts.month] {
            *counted = counted.saturating_add(1);
        }
    }

    /// Without the attempt that is being judged again.
    pub fn but_one(&self) -> PhoneFacts {
        let Attempts { day, week, month, .. } = self.attempts;
        let attempts = Attempts {
            day: day.saturating_sub(1),
            week: week.saturating_sub(1),
            month: month.saturating_sub(1),
            ..self.attempts
        };
        PhoneFacts { attempts, ever: self.ever.saturating_sub(1), ..self.clone() }
    }
}

const LEAST_ROOM: usize = 200;
/// After nothing was found, or the store failed.
const AGAIN: Duration = Duration::from_secs(10);
/// The gate believes what was read for twice as long.
const FRESH: Duration = Duration::from_secs(30 * 60);
