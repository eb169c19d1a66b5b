//! Campaigns: people to reach (leads), the lists they came in, who calls them and how (GN).
//!
//! `terms` says what a campaign is, `list` where leads come from and whether they may be used, `lead` what one is, `attempt` what the
//! network says of a call to it, `retry` what follows from that, `filter` which leads of a list are called, `rework` how a whole list is changed, `hopper` has the words in which leads come from the store and go
//! back to it. `state` draws the machine of a lead in work, `record`, `trying`, `rerouted`, `answered` and `heard` are its transitions; `pool` holds leads
//! that nobody works on yet, `crew` who takes part, `pacer` how fast a predictive campaign dials. This room is all of them together:
//! `people` and `steps` are what comes in, `feeding` what is begun, `looks` what others ask.
//!
//! How to drive it: hand in campaigns with [`Campaigns::on_terms`], people's wishes, who is free, `assign`'s events and the answers
//! to orders; after each, do what [`Campaigns::poll_order`] says until it gives none, and call [`Campaigns::on_timeout`] at
//! [`Campaigns::poll_timeout`].

mod answered;
mod attempt;
mod command;
mod crew;
mod feeding;
mod filter;
mod heard;
mod hopper;
mod lead;
mod list;
mod looks;
mod order;
mod pacer;
mod people;
mod pool;
mod record;
mod report;
mod rerouted;
mod retry;
mod rework;
mod running;
mod state;
mod steps;
mod terms;
#[cfg(test)]
mod tests;
mod trying;

use std::collections::{BTreeMap, VecDeque};

use chrono::TimeDelta;

use crate::assign::Work;
use crate::id::{CallId, CampaignId, LeadId};
use crate::time::{Moment, Now, Timers, earliest};

use record::{Context, Record, Stays};
use running::Running;

pub use attempt::{Attempt, AttemptResult, ResultKind};
pub use command::{Command, Refused, Steer, Wish};
pub use crew::Doing;
pub use filter::{BadCondition, Condition, Facets, Filter, Is, MOST_CONDITIONS, Sieve, Subject};
pub use hopper::{Facts, LeadFacts, Leased, PhoneFacts, Question, Remembered, Want, Written};
pub use lead::{Area, CoolOff, Finished, Lead, LeadState, Phone, PhoneState, Priority, Waits};
pub use list::{Aim, Lack, List, ListStanding, ListState, Need, NumberList, Scope};
pub use order::{By, CampaignView, Cap, Order, PacingView, Place, RecordView, ShortView};
pub use pacer::settings;
pub use report::Report;
pub use retry::{Again, Limit, Next, Of, Retry, RetryTable, Tallies, Tally, Turn, Within};
pub use rework::{Last, Recycling, Rework};
pub use terms::{Campaign, Detection, DialMode, Handling, Pace, Route, Standing};
pub(crate) use trying::{LEAD_LIMIT, NUMBER_LIMIT};

/// All campaigns, and the leads in work.
#[derive(Debug, Default)]
pub struct Campaigns {
    running: BTreeMap<CampaignId, Running>,
    records: BTreeMap<LeadId, (CampaignId, Record)>,
    by_call: BTreeMap<CallId, LeadId>,
    /// Until when it is listened for who answered (GN-17).
    listening: Timers<LeadId>,
    /// The clock or the store is in doubt: nothing is begun.
    held: bool,
    /// How far a clock that has jumped is ahead, as far as that is known: what is to come is reckoned without it.
    ahead: TimeDelta,
    /// The installation's civil day, by its number; none before it is known.
    day: Option<u32>,
    /// Short calls of all campaigns and by hand, today (GN-19).
    short: ShortView,
    /// Calls that may be begun today before too many are short; none: however many.
    short_room: Option<u64>,
    orders: VecDeque<Order>,
}

impl Campaigns {
    /// All campaigns in force.
    pub fn on_terms(&mut self, campaigns: impl IntoIterator<Item = Campaign>, now: Now) {
        let mut before = std::mem::take(&mut self.running);
        for terms in campaigns {
            let running = match before.remove(&terms.id) {
                Some(running) => running.under(terms),
                None => Running::new(terms),
            };
            self.running.insert(running.terms.id, running);
        }
        for (id, mut gone) in before {
            let now = unjumped(now, self.ahead);
            gone.pool.empty().into_iter().for_each(|lead| give_back(&mut self.orders, lead, now));
            // Whoever is called, or talked with, is still brought to an end.
            if self.records.values().any(|(own, _)| *own == id) {
                self.running.insert(id, gone);
            }
        }
        let all: Vec<CampaignId> = self.running.keys().copied().collect();
        all.into_iter().for_each(|campaign| self.steered(campaign, now));
    }

    /// Its terms or its standing are others.
    fn steered(&mut self, campaign: CampaignId, now: Now) {
        let Some(running) = self.running.get_mut(&campaign) else { return };
        if !running.terms.runs() {
            let now = unjumped(now, self.ahead);
            running.pool.empty().into_iter().for_each(|lead| give_back(&mut self.orders, lead, now));
            self.each_of(campaign, now, |record, cx| record.on_stopped(cx));
            if let Some(day) = self.day {
                self.write_pace(campaign, day, true, now.moment);
            }
        }
        self.look_drained(campaign);
        self.orders.push_back(Order::TellCampaign(campaign));
        self.feed(campaign, now);
    }

    /// Nothing of a campaign that drains is left.
    fn look_drained(&mut self, campaign: CampaignId) {
        let drains = self.running.get(&campaign).is_some_and(|running| running.terms.standing == Standing::Draining);
        if drains && !self.held && !self.records.values().any(|(own, _)| *own == campaign) {
            self.orders.push_back(Order::Drained(campaign));
        }
    }

    /// While held nothing is begun; what nobody has yet waits in the store. `ahead`: how far the clock has jumped.
    pub fn hold(&mut self, held: bool, ahead: TimeDelta, now: Now) {
        self.ahead = ahead;
        if std::mem::replace(&mut self.held, held) == held {
            return;
        }
        let all: Vec<CampaignId> = self.running.keys().copied().collect();
        for campaign in all {
            if held {
                self.each_of(campaign, now, |record, cx| record.on_stopped(cx));
            }
            self.look_drained(campaign);
            self.feed(campaign, now);
        }
    }

    pub fn on_timeout(&mut self, now: Now) {
        let heard: Vec<LeadId> = std::iter::from_fn(|| self.listening.pop_due(now.moment)).collect();
        for lead in heard {
            self.with(lead, now, |record, cx| {
                record.on_heard_enough(cx);
                Stays::Here
            });
        }
        let due = self.running.iter().filter(|(_, running)| running.poll_timeout().is_some_and(|at| at <= now.moment));
        let due: Vec<CampaignId> = due.map(|(id, _)| *id).collect();
        due.into_iter().for_each(|campaign| self.feed(campaign, now));
        let untold =
            self.running.iter().filter(|(_, running)| running.told.poll_timeout().is_some_and(|at| at <= now.moment));
        let untold: Vec<CampaignId> = untold.map(|(id, _)| *id).collect();
        untold.into_iter().for_each(|campaign| self.look_told(campaign, now.moment));
    }

    pub fn poll_timeout(&self) -> Option<Moment> {
        let work = self.running.values().map(Running::poll_timeout).fold(None, earliest).filter(|_| !self.held);
        let told = self.running.values().map(|running| running.told.poll_timeout());
        told.fold(earliest(work, self.listening.next()), earliest)
    }

    pub fn poll_order(&mut self) -> Option<Order> {
        self.orders.pop_front()
    }

    fn each_of(
        &mut self,
        campaign: CampaignId,
        now: Now,
        mut step: impl FnMut(&mut Record, &mut Context<'_>) -> Stays,
    ) {
        let own = self.records.iter().filter(|(_, (own, _))| *own == campaign);
        let leads: Vec<LeadId> = own.map(|(lead, _)| *lead).collect();
        leads.into_iter().for_each(|lead| self.with(lead, now, &mut step));
    }

    /// The same for the lead that a piece of work is about.
    fn with_of(&mut self, work: Work, now: Now, step: impl FnOnce(&mut Record, &mut Context<'_>) -> Stays) {
        if let Some(lead) = work.lead() {
            self.with(lead, now, step);
        }
    }

    /// One step of one lead.
    fn with(&mut self, lead: LeadId, now: Now, step: impl FnOnce(&mut Record, &mut Context<'_>) -> Stays) {
        let Some((campaign, record)) = self.records.get_mut(&lead) else { return };
        let Some(running) = self.running.get_mut(campaign) else { return };
        let (campaign, mut seen) = (*campaign, Vec::new());
        let (terms, unjumped) = (&running.terms, unjumped(now, self.ahead));
        let cx = &mut Context { terms, orders: &mut self.orders, seen: &mut seen, held: self.held, now: unjumped };
        let stays = step(record, cx);
        match record.state.listens_until() {
            Some(until) => self.listening.set(lead, until),
            None => self.listening.cancel(&lead),
        }
        if running.is_paced() {
            let stirs = !seen.is_empty();
            seen.into_iter().for_each(|event| running.pacer.handle(event, now.moment));
            if stirs {
                running.pacer.stir(now.moment);
            }
        }
        match stays {
            Stays::Here => {}
            Stays::Closed => {
                self.listening.cancel(&lead);
                self.records.remove(&lead);
                self.look_drained(campaign);
                self.feed(campaign, now);
            }
        }
        self.look_told(campaign, now.moment);
    }
}

/// What the clock would show had it not jumped.
fn unjumped(now: Now, ahead: TimeDelta) -> Now {
    Now { civil: now.civil.checked_sub_signed(ahead).unwrap_or(now.civil), ..now }
}

/// Nobody worked on it: it waits in the store as before.
fn give_back(orders: &mut VecDeque<Order>, facts: LeadFacts, now: Now) {
    let fence = facts.fence();
    let lead = Lead { state: record::waiting(now.civil), ..facts.lead };
    orders.push_back(Order::Store(Written::Lead { lead, fence }));
}
