//! Campaigns: people to reach (leads), the lists they came in, who calls them and how (GN).
//!
//! `terms` says what a campaign is, `list` where leads come from and whether they may be used, `lead` what one is, `attempt` what the
//! network says of a call to it, `retry` what follows from that, `hopper` has the words in which leads come from the store and go
//! back to it. `state` draws the machine of a lead in work, `record` and `trying` are its transitions; `pool` holds leads that
//! nobody works on yet, `crew` who takes part. This room is all of them together.
//!
//! How to drive it: hand in campaigns with [`Campaigns::on_terms`], people's wishes, who is free, `assign`'s events and the answers
//! to orders; after each, do what [`Campaigns::poll_order`] says until it gives none, and call [`Campaigns::on_timeout`] at
//! [`Campaigns::poll_timeout`].

mod attempt;
mod command;
mod crew;
mod hopper;
mod lead;
mod list;
mod order;
mod pool;
mod record;
mod retry;
mod running;
mod state;
mod terms;
#[cfg(test)]
mod tests;
mod trying;

use std::collections::{BTreeMap, VecDeque};

use crate::assign::{Ending, Event, Lease, Work};
use crate::id::{AttemptId, CallId, CampaignId, CommandId, LeadId, PromiseId, UserId};
use crate::judgement::Judgement;
use crate::time::{Moment, Now, earliest};

use record::{Context, Record, Stays};
use running::Running;

pub use attempt::{Attempt, AttemptResult, ResultKind};
pub use command::{Command, Refused, Steer, Wish};
pub use hopper::{Facts, LeadFacts, Leased, PhoneFacts, Question, Want, Written};
pub use lead::{Area, CoolOff, Finished, Lead, LeadState, Phone, PhoneState, Priority, Waits};
pub use list::{Aim, Lack, List, ListStanding, ListState, Need, NumberList, Scope};
pub use order::{By, CampaignView, Order, Place, RecordView};
pub use retry::{Again, Limit, Next, Of, Retry, RetryTable, Tallies, Tally, Turn, Within};
pub use terms::{Campaign, DialMode, Handling, Pace, Route, Standing};

/// All campaigns, and the leads in work.
#[derive(Debug, Default)]
pub struct Campaigns {
    running: BTreeMap<CampaignId, Running>,
    records: BTreeMap<LeadId, (CampaignId, Record)>,
    by_call: BTreeMap<CallId, LeadId>,
    /// The clock or the store is in doubt: nothing is begun.
    held: bool,
    orders: VecDeque<Order>,
}

impl Campaigns {
    /// All campaigns in force.
    pub fn on_terms(&mut self, campaigns: impl IntoIterator<Item = Campaign>, now: Now) {
        let mut before = std::mem::take(&mut self.running);
        for terms in campaigns {
            let running = match before.remove(&terms.id) {
                Some(running) => Running { terms, ..running },
                None => Running::new(terms),
            };
            self.running.insert(running.terms.id, running);
        }
        before
            .into_values()
            .for_each(|mut gone| gone.pool.empty().into_iter().for_each(|lead| give_back(&mut self.orders, lead, now)));
        let all: Vec<CampaignId> = self.running.keys().copied().collect();
        all.into_iter().for_each(|campaign| self.steered(campaign, now));
    }

    /// Its terms or its standing are others.
    fn steered(&mut self, campaign: CampaignId, now: Now) {
        let Some(running) = self.running.get_mut(&campaign) else { return };
        if !running.terms.runs() {
            running.pool.empty().into_iter().for_each(|lead| give_back(&mut self.orders, lead, now));
            self.each_of(campaign, now, |record, cx| record.on_stopped(cx));
        }
        self.orders.push_back(Order::TellCampaign(campaign));
        self.feed(campaign, now);
    }

    /// While held nothing is begun; what nobody has yet waits in the store.
    pub fn hold(&mut self, held: bool, now: Now) {
        if std::mem::replace(&mut self.held, held) == held {
            return;
        }
        let all: Vec<CampaignId> = self.running.keys().copied().collect();
        for campaign in all {
            if held {
                self.each_of(campaign, now, |record, cx| record.on_stopped(cx));
            }
            self.feed(campaign, now);
        }
    }

    /// What agents wish; supervisors' wishes change the terms. `free`: whether the agent is ready now.
    pub fn on_command(&mut self, id: CommandId, command: &Command, free: bool, now: Now) {
        let answer = match command {
            Command::Join { campaign, user } => self.join(*campaign, *user, free),
            Command::GetRecord { campaign, user } => self.get_record(*campaign, *user, free),
            Command::Leave { campaign, user } => self.leave(*campaign, *user, now),
            Command::Record { lead, user, wish } => return self.on_wish(id, *lead, *user, wish, now),
            Command::Steer { .. } | Command::Repace { .. } => Ok(()),
        };
        self.orders.push_back(Order::Answer(id, answer));
        if let Command::Join { campaign, .. } | Command::GetRecord { campaign, .. } | Command::Leave { campaign, .. } =
            command
        {
            self.orders.push_back(Order::TellCampaign(*campaign));
            self.feed(*campaign, now);
        }
    }

    fn join(&mut self, campaign: CampaignId, user: UserId, free: bool) -> Result<(), Refused> {
        let running = self.running.get_mut(&campaign).ok_or(Refused::NoCampaign)?;
        if !running.terms.runs() {
            return Err(Refused::NotRunning);
        }
        running.crew.join(user, free);
        Ok(())
    }

    fn get_record(&mut self, campaign: CampaignId, user: UserId, free: bool) -> Result<(), Refused> {
        self.join(campaign, user, free)?;
        if let Some(running) = self.running.get_mut(&campaign) {
            running.crew.ask(user);
            running.pool.look_again();
        }
        Ok(())
    }

    fn leave(&mut self, campaign: CampaignId, user: UserId, now: Now) -> Result<(), Refused> {
        let running = self.running.get_mut(&campaign).ok_or(Refused::NoCampaign)?;
        if !running.crew.leave(user) {
            return Err(Refused::NotAMember);
        }
        self.each_of(campaign, now, |record, cx| record.on_left(user, cx));
        Ok(())
    }

    /// The callback that was promised while the record was handled.
    pub fn callback_of(&self, lead: LeadId) -> Option<PromiseId> {
        self.records.get(&lead)?.1.callback
    }

    fn on_wish(&mut self, id: CommandId, lead: LeadId, user: UserId, wish: &Wish, now: Now) {
        let Some(campaign) = self.records.get(&lead).map(|(campaign, _)| *campaign) else {
            return self.orders.push_back(Order::Answer(id, Err(Refused::NotFound)));
        };
        let mut closed = false;
        self.with(lead, now, |record, cx| {
            let stays = record.on_wish(id, user, wish, cx);
            closed = stays == Stays::Closed;
            stays
        });
        if let (true, Wish::Close { stop: true, .. }, Some(running)) = (closed, wish, self.running.get_mut(&campaign)) {
            running.crew.stop(user);
            self.orders.push_back(Order::TellCampaign(campaign));
        }
        self.feed(campaign, now);
    }

    /// A person is ready, or no more.
    pub fn on_free(&mut self, user: UserId, free: bool, now: Now) {
        let of_user =
            self.running.iter_mut().filter_map(|(id, running)| running.crew.is_free(user, free).then_some(*id));
        let changed: Vec<CampaignId> = of_user.collect();
        changed.into_iter().for_each(|campaign| self.feed(campaign, now));
    }

    /// A person is off, paused, or without a page: records that were not closed are.
    pub fn on_left(&mut self, user: UserId, now: Now) {
        let all: Vec<CampaignId> = self.running.keys().copied().collect();
        for campaign in all {
            self.each_of(campaign, now, |record, cx| record.on_left(user, cx));
        }
    }

    /// The campaigns whose work this person may be given.
    pub fn teams(&self, user: UserId) -> impl Iterator<Item = CampaignId> {
        self.running.values().filter(move |running| running.gives_to(user)).map(|running| running.terms.id)
    }

    /// What `assign` tells of a lead's work.
    pub fn on_assigned(&mut self, event: Event, now: Now) {
        match event {
            Event::Leased(lease) => self.with_of(lease.work, now, |record, cx| {
                record.on_leased(lease, cx);
                Stays::Here
            }),
            Event::Ended(lease, ending) => match ending {
                // The room that accepted it says what for.
                Ending::Accepted => {}
                Ending::Declined | Ending::Lapsed | Ending::Withdrawn | Ending::PersonGone => {
                    self.with_of(lease.work, now, |record, cx| {
                        record.on_lease_ended(lease, ending == Ending::Lapsed, cx);
                        Stays::Here
                    });
                }
            },
            Event::WaitsTooLong(work) => self.with_of(work, now, Record::on_nobody_free),
        }
    }

    /// The store's answer to [`Order::Load`].
    pub fn on_leads(&mut self, campaign: CampaignId, leased: Option<Leased>, now: Now) {
        let Some(running) = self.running.get_mut(&campaign) else {
            let leads = leased.map(|leased| leased.leads).unwrap_or_default();
            return leads.into_iter().for_each(|lead| give_back(&mut self.orders, lead, now));
        };
        match leased {
            Some(leased) => running.pool.came(leased, now.moment),
            None => running.pool.failed(now.moment),
        }
        if !running.terms.runs() {
            running.pool.empty().into_iter().for_each(|lead| give_back(&mut self.orders, lead, now));
        }
        self.orders.push_back(Order::TellCampaign(campaign));
        self.feed(campaign, now);
    }

    /// The gate's answer to [`Order::AskGate`]; `new`: the id of the attempt that may follow.
    pub fn on_judged(&mut self, lead: LeadId, ask: u32, judgement: Judgement, new: AttemptId, now: Now) {
        self.with(lead, now, |record, cx| record.on_judged(ask, judgement, new, cx));
    }

    /// The answer to [`Order::Attempt`].
    pub fn on_stored(&mut self, lead: LeadId, attempt: AttemptId, written: bool, now: Now) {
        self.with(lead, now, |record, cx| record.on_stored(attempt, written, cx));
    }

    /// The answer to [`Order::Dial`].
    pub fn on_dialled(&mut self, lead: LeadId, attempt: AttemptId, call: Result<CallId, AttemptResult>, now: Now) {
        if let Ok(call) = call {
            self.by_call.insert(call, lead);
        }
        self.with(lead, now, |record, cx| record.on_dialled(attempt, call, cx));
    }

    pub fn on_answered(&mut self, call: CallId, now: Now) {
        let Some(lead) = self.by_call.get(&call).copied() else { return };
        self.with(lead, now, |record, cx| {
            record.on_answered(cx);
            Stays::Here
        });
        // A line less is being dialled.
        if let Some(campaign) = self.records.get(&lead).map(|(campaign, _)| *campaign) {
            self.feed(campaign, now);
        }
    }

    /// The answer to [`Order::Give`], where it could be done.
    pub fn on_given(&mut self, lead: LeadId, lease: Lease, now: Now) {
        self.with(lead, now, |record, cx| {
            record.on_given(lease, cx);
            Stays::Here
        });
    }

    /// A call is over; whether it was a lead's.
    pub fn on_ended(&mut self, call: CallId, result: AttemptResult, now: Now) {
        if let Some(lead) = self.by_call.remove(&call) {
            self.with(lead, now, |record, cx| record.on_ended(result, cx));
        }
    }

    /// How often the lead and its numbers have been tried, read a moment ago.
    pub fn on_tallies(&mut self, lead: LeadId, known: &LeadFacts) {
        // Once its attempt is written it is among what was read.
        if let Some((_, record)) = self.records.get_mut(&lead).filter(|(_, record)| !record.is_judged_again()) {
            (record.facts.tally, record.facts.phones) = (known.tally, known.phones.clone());
        }
    }

    pub fn on_timeout(&mut self, now: Now) {
        let due = self.running.iter().filter(|(_, running)| running.poll_timeout().is_some_and(|at| at <= now.moment));
        let due: Vec<CampaignId> = due.map(|(id, _)| *id).collect();
        due.into_iter().for_each(|campaign| self.feed(campaign, now));
    }

    pub fn poll_timeout(&self) -> Option<Moment> {
        self.running.values().map(Running::poll_timeout).fold(None, earliest)
    }

    pub fn poll_order(&mut self) -> Option<Order> {
        self.orders.pop_front()
    }

    /// Whom a lead's number is dialled for, and which it is.
    pub fn facts(&self, lead: LeadId, phone: usize) -> Option<(&Campaign, &Phone)> {
        let (campaign, record) = self.records.get(&lead)?;
        Some((&self.running.get(campaign)?.terms, record.facts.lead.phones.get(phone)?))
    }

    /// Whose the record is.
    pub fn user_of(&self, lead: LeadId) -> Option<UserId> {
        self.records.get(&lead)?.1.state.user()
    }

    /// Its attempt is written already.
    pub fn is_judged_again(&self, lead: LeadId) -> bool {
        self.records.get(&lead).is_some_and(|(_, record)| record.is_judged_again())
    }

    /// Who has a record on the screen, or is about to talk with a lead.
    pub fn holds(&self, user: UserId) -> bool {
        self.records.values().any(|(_, record)| record.state.handler() == Some(user))
    }

    pub fn views(&self) -> impl Iterator<Item = CampaignView> {
        self.running.keys().filter_map(|campaign| self.view(*campaign))
    }

    pub fn lead(&self, lead: LeadId) -> Option<&Lead> {
        self.records.get(&lead).map(|(_, record)| &record.facts.lead)
    }

    pub fn terms(&self, campaign: CampaignId) -> Option<&Campaign> {
        self.running.get(&campaign).map(|running| &running.terms)
    }

    pub fn view(&self, campaign: CampaignId) -> Option<CampaignView> {
        let running = self.running.get(&campaign)?;
        let records = self.records.values().filter(|(own, _)| *own == campaign).map(|(_, record)| record);
        Some(running.view(records))
    }

    /// Gives work to who is free, calls for more where little is left.
    fn feed(&mut self, campaign: CampaignId, now: Now) {
        let Some(running) = self.running.get_mut(&campaign).filter(|running| running.terms.runs() && !self.held) else {
            return;
        };
        let busy = self.records.values().filter(|(own, _)| *own == campaign).map(|(_, record)| record);
        let (places, stale) = running.places(busy, now);
        let terms = &running.terms;
        stale.into_iter().for_each(|lead| give_back(&mut self.orders, lead, now));
        for (facts, asked_by) in places {
            let (lead, fence) = (facts.lead.lead, facts.fence().unwrap_or_default());
            let mut record = Record::new(facts, fence, asked_by, now);
            record.queue(&mut Context { terms, orders: &mut self.orders, held: self.held, now });
            self.records.insert(lead, (campaign, record));
        }
        if let Some(most) = running.pool.wants(running.terms.pace.lines, now.moment) {
            self.orders.push_back(Order::Load { campaign, most });
        }
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
        let Some(running) = self.running.get(campaign) else { return };
        let terms = &running.terms;
        if step(record, &mut Context { terms, orders: &mut self.orders, held: self.held, now }) == Stays::Closed {
            let campaign = *campaign;
            self.records.remove(&lead);
            self.feed(campaign, now);
        }
    }
}

/// Nobody worked on it: it waits in the store as before.
fn give_back(orders: &mut VecDeque<Order>, facts: LeadFacts, now: Now) {
    let fence = facts.fence();
    let lead = Lead { state: record::waiting(now.civil), ..facts.lead };
    orders.push_back(Order::Store(Written::Lead { lead, fence }));
}
