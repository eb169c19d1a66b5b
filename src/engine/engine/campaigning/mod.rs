//! Campaigns at work: the orders of `campaign` go to `assign`, the store, the gate and calls, and what comes of them goes back.
//!
//! ```text
//!                     wishes          the store (next leads, written)
//!                        v                  v        ^
//!   people ── assign <──> campaign ──> gate facts, judged ──> calls
//!               ^                                             │
//!               └── who is free (agents)       what came of it┘
//! ```
//!
//! `pacing` does for a predictive campaign what an agent's wish does elsewhere: it says how many of its calls the routes have room for.

mod asking;
mod calling;
mod drained;
mod explaining;
mod pacing;
mod reporting;
mod short;
mod wishes;
mod written;

use std::collections::{BTreeMap, BTreeSet};

use crate::agent::AgentView;
use crate::assign::Team;
use crate::call::Farewell;
use crate::campaign::{Campaigns, Order};
use crate::config::AccountName;
use crate::gate;
use crate::id::{CallId, CampaignId, LeadId, QuestionId, UserId};
use crate::news::{News, StaffNews};
use crate::records::Record;
use crate::time::{Moment, Now};

use super::Engine;

/// The room of campaigns, and what is under way between it and the others.
#[derive(Debug, Default)]
pub(super) struct Campaigning {
    pub campaigns: Campaigns,
    /// The last call that can have rung nobody.
    pub unreached: Option<CallId>,
    asked: BTreeMap<QuestionId, asking::Ask>,
    /// Of the number that the gate allowed last.
    judged: Option<(LeadId, gate::Facts)>,
    written: written::Rows,
    short: short::Short,
    /// Routes that had no connection, and until when they are the last choice.
    broken: BTreeMap<AccountName, Moment>,
    /// Nothing of them is left: they stop when that can be written.
    drained: BTreeSet<CampaignId>,
}

impl Campaigning {
    pub fn poll_timeout(&self) -> Option<Moment> {
        self.campaigns.poll_timeout()
    }
}

impl Engine {
    /// Campaigns are others, or started and stopped.
    pub(super) fn know_campaigns(&mut self, now: Now) {
        let today = now.civil.with_timezone(&self.config.zone).date_naive();
        let rules = &self.config.rules;
        let all: Vec<_> = self.staff.campaigns().cloned().map(|campaign| campaign.under(rules, today)).collect();
        self.campaigning.campaigns.on_terms(all, now);
    }

    /// Carries one order between the rooms; whether there was any.
    pub(super) fn pump_campaigns(&mut self, now: Now) -> bool {
        let Some(order) = self.campaigning.campaigns.poll_order() else { return self.stop_drained() };
        match order {
            Order::Load { campaign, most } => self.ask_for_leads(campaign, most, now),
            Order::AskGate { lead, phone, ask } => self.ask_about_lead(lead, phone, ask, now),
            Order::Offer(item) => self.keeping.assign.add(item, now.moment),
            Order::Withdraw(work) => self.keeping.assign.withdraw(work, now.moment),
            Order::Accept(lease) => {
                let _over = self.keeping.assign.accept(lease.work, lease.fence, now.moment);
                self.look_at(lease.user, now);
            }
            Order::Attempt(written) | Order::Store(written) => self.write_lead(written),
            Order::Dial { lead, attempt, phone, by, caller_id, detection } => {
                self.dial_lead((lead, attempt), phone, by, (caller_id.as_deref(), &detection), now);
            }
            Order::Suppress { numbers, user } => {
                let source = if user.is_some() { DECLINED } else { OPTED_OUT }.to_owned();
                self.batch.push(Record::Suppressed { numbers, source, user, at: now.civil });
            }
            Order::Report(report) => self.report_lead(&report, now),
            Order::Tell(view) => {
                let user = view.user;
                self.tell(News::Staff(StaffNews::Record(Box::new(view))));
                user.iter().for_each(|user| self.look_at(*user, now));
            }
            Order::TellCampaign(campaign) => {
                if let Some(view) = self.campaigning.campaigns.view(campaign) {
                    self.tell(News::Staff(StaffNews::Campaign(view)));
                }
            }
            Order::Answer(command, answer) => self.answer_record(command, answer),
            Order::Give { lead, call, lease } => self.give_lead(lead, call, lease, now),
            Order::Seat { lead, call, user } => self.seat_lead(lead, call, user, now),
            Order::Dismiss { call, notice } => self.dismiss_lead(call, notice, Farewell::Abandoned, now),
            Order::LetGo { call, message } => self.dismiss_lead(call, message, Farewell::NoPerson, now),
            Order::Begin { campaign, calls } => self.begin_calls(campaign, calls, now),
            Order::TakeBack { call } => self.take_call_back(call, now),
            Order::Remember { campaign } => self.ask_for_pace(campaign, now),
            Order::Drained(campaign) => drop(self.campaigning.drained.insert(campaign)),
        }
        true
    }

    /// The work of an agent who is free: of the queues, and of the campaigns that the agent takes part in.
    pub(super) fn teams(&self, view: &AgentView) -> BTreeSet<Team> {
        let campaigns = self.campaigning.campaigns.teams(view.user).map(Team::Campaign);
        view.queues.iter().copied().map(Team::Queue).chain(campaigns).collect()
    }

    /// Somebody takes part, or no more: `assign` is told at once.
    pub(super) fn look_at_teams(&mut self, user: UserId, now: Now) {
        let view = self.agents.views().find(|view| view.user == user);
        if let Some(view) = view {
            self.follow_agent(&view, now);
        }
    }
}

/// The list of those who said so to an agent.
const DECLINED: &str = "declined";
/// The list of those who pressed the key that a notice named (GN-18).
const OPTED_OUT: &str = "opted-out";
