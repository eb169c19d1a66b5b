//! What happens to leads in work: `assign`, the store, the gate and calls say what came of orders.

use chrono_tz::Tz;

use crate::assign::{Ending, Event};
use crate::config::AccountName;
use crate::id::{AttemptId, CallId, CampaignId, LeadId, UserId};
use crate::judgement::Judgement;
use crate::leg::Heard;
use crate::time::Now;

use super::attempt::AttemptResult;
use super::hopper::{LeadFacts, Leased};
use super::order::Order;
use super::record::{Record, Stays};
use super::{Campaigns, give_back, unjumped};

impl Campaigns {
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
                        record.on_lease_ended(lease, ending == Ending::Lapsed, cx)
                    });
                }
            },
            Event::WaitsTooLong(work) => self.with_of(work, now, Record::on_nobody_free),
        }
    }

    /// The store's answer to [`Order::Load`].
    pub fn on_leads(&mut self, campaign: CampaignId, leased: Option<Leased>, now: Now) {
        let unjumped = unjumped(now, self.ahead);
        let Some(running) = self.running.get_mut(&campaign) else {
            let leads = leased.map(|leased| leased.leads).unwrap_or_default();
            return leads.into_iter().for_each(|lead| give_back(&mut self.orders, lead, unjumped));
        };
        match leased {
            Some(leased) => running.pool.came(leased, now.moment),
            None => running.pool.failed(now.moment),
        }
        if !running.terms.runs() {
            running.pool.empty().into_iter().for_each(|lead| give_back(&mut self.orders, lead, unjumped));
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

    /// The answer to [`Order::Give`] and [`Order::Seat`]: done, or that person can talk with nobody now.
    pub fn on_given(&mut self, lead: LeadId, user: UserId, is_done: bool, now: Now) {
        self.with(lead, now, |record, cx| {
            match is_done {
                true => record.on_given(user, cx),
                false => record.on_not_given(user, cx),
            }
            Stays::Here
        });
    }

    /// Media heard who answered, or what a network says instead (GN-17).
    pub fn on_heard(&mut self, call: CallId, heard: Heard, now: Now) {
        let Some(lead) = self.by_call.get(&call).copied() else { return };
        self.with(lead, now, |record, cx| {
            record.on_heard(heard, cx);
            Stays::Here
        });
    }

    /// Whoever is called pressed a key.
    pub fn on_digit(&mut self, call: CallId, digit: char, now: Now) {
        let Some(lead) = self.by_call.get(&call).copied() else { return };
        self.with(lead, now, |record, cx| {
            record.on_digit(digit, cx);
            Stays::Here
        });
    }

    /// A call is over, and can have rung nobody: the next of the campaign's routes is tried (once each).
    pub fn on_unreached(&mut self, call: CallId, route: AccountName, result: AttemptResult, now: Now) {
        if let Some(lead) = self.by_call.remove(&call) {
            self.with(lead, now, |record, cx| record.on_unreached(route, result, cx));
        }
    }

    /// Routes over which the present attempt at a lead reached nobody.
    pub fn led_nowhere(&self, lead: LeadId) -> Vec<AccountName> {
        let routes =
            self.records.get(&lead).map(|(_, record)| record.led_nowhere.iter().map(|(route, _)| route.clone()));
        routes.into_iter().flatten().collect()
    }

    /// A call is over; whether it was a lead's.
    pub fn on_ended(&mut self, call: CallId, result: AttemptResult, now: Now) {
        if let Some(lead) = self.by_call.remove(&call) {
            self.with(lead, now, |record, cx| record.on_ended(result, cx));
        }
    }

    /// How often the lead and its numbers have been tried, read a moment ago, and where its numbers are.
    pub fn on_tallies(&mut self, lead: LeadId, known: &LeadFacts, zones: Vec<Tz>) {
        if let Some((_, record)) = self.records.get_mut(&lead) {
            record.zones = zones;
        }
        // Once its attempt is written it is among what was read.
        if let Some((_, record)) = self.records.get_mut(&lead).filter(|(_, record)| !record.is_judged_again()) {
            (record.facts.tally, record.facts.phones) = (known.tally, known.phones.clone());
        }
    }
}
