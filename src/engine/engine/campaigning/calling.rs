//! Attempts as calls: dialled for whoever has the record, followed to what came of them.

use std::sync::Arc;

use crate::assign::Lease;
use crate::call::{Farewell, Seat};
use crate::campaign::{AttemptResult, By, Detection, ResultKind};
use crate::config::{Account, AccountKind, SoundName};
use crate::id::{AttemptId, CallId, LeadId, UserId};
use crate::news::{CallState, CallView};
use crate::time::Now;

use super::super::Engine;

impl Engine {
    /// What a lead is dialled over: of the campaign's routes that are up the one furthest behind its share, else the agent's own
    /// extension. A route without a connection a moment ago is the last choice; one that led this attempt nowhere is none.
    pub(super) fn way_out(&mut self, lead: LeadId, now: Now) -> Option<Arc<Account>> {
        let (terms, _) = self.campaigning.campaigns.facts(lead, 0)?;
        let routes = terms.routes.clone();
        let user = self.campaigning.campaigns.user_of(lead);
        let of_routes =
            routes.iter().filter_map(|route| Some((self.config.accounts.get(&route.account)?, route.weight)));
        let led_nowhere = self.campaigning.campaigns.led_nowhere(lead);
        let up: Vec<(Arc<Account>, u16)> = of_routes
            .filter(|(account, _)| self.is_up(account) && !led_nowhere.contains(&account.name))
            .map(|(account, weight)| (account.clone(), weight))
            .collect();
        let busy = |(account, weight): &(Arc<Account>, u16)| {
            let calls = u64::from(self.calls.of_account(&account.name));
            let is_broken = self.campaigning.broken.get(&account.name).is_some_and(|until| *until > now.moment);
            (is_broken, calls * 1_000_000 / u64::from((*weight).max(1)), account.name.clone())
        };
        match routes.is_empty() {
            true => user.and_then(|user| self.account_of(user)).filter(|account| self.is_up(account)).cloned(),
            false => up.iter().min_by_key(|route| busy(route)).map(|(account, _)| account.clone()),
        }
    }

    pub(super) fn is_up(&self, account: &Account) -> bool {
        account.kind == AccountKind::AddressedTrunk || self.registrations.flow(&account.name).is_some()
    }

    pub(super) fn dial_lead(
        &mut self,
        (lead, attempt): (LeadId, AttemptId),
        phone: usize,
        by: By,
        terms: (Option<&str>, &Detection),
        now: Now,
    ) {
        let held = match by {
            By::Lease(lease) => self.keeping.assign.accept(lease.work, lease.fence, now.moment).is_ok(),
            By::Holder(_) | By::Anybody => true,
        };
        let not_dialled = AttemptResult::plain(ResultKind::NotDialled);
        let call = match held {
            true => self.place_lead((lead, attempt), phone, by, terms, now).ok_or(not_dialled),
            false => Err(not_dialled),
        };
        self.campaigning.campaigns.on_dialled(lead, attempt, call, now);
        by.user().iter().for_each(|user| self.look_at(*user, now));
    }

    fn place_lead(
        &mut self,
        (lead, attempt): (LeadId, AttemptId),
        phone: usize,
        by: By,
        (caller_id, detection): (Option<&str>, &Detection),
        now: Now,
    ) -> Option<CallId> {
        let account = self.way_out(lead, now)?;
        let (terms, dialled) = self.campaigning.campaigns.facts(lead, phone)?;
        let chosen = caller_id.map(str::to_owned).filter(|own| terms.caller_ids.contains(own));
        let from = chosen.or_else(|| terms.caller_ids.first().cloned());
        let (number, ring) = (dialled.number.clone(), std::time::Duration::from_secs(terms.pace.ring_s.into()));
        let facts = self.campaigning.judged.take().filter(|(judged, _)| *judged == lead)?.1;
        let seat = match by {
            By::Anybody => Seat::Anybodys,
            By::Lease(_) | By::Holder(_) if detection.holds_back() => Seat::Anybodys,
            By::Lease(_) | By::Holder(_) => Seat::Of(by.user().and_then(|user| self.account_of(user)).cloned()),
        };
        let listens = detection.listening();
        self.actor = by.user();
        let outgoing = crate::call::LeadCall { account, seat, number, from, ring, attempt, listens, facts };
        let placed = self.with_calls(now, |calls, cx| calls.dial_lead(outgoing, cx));
        self.actor = None;
        placed.ok()
    }

    /// Who answered is this agent's, if the agent is still there.
    pub(super) fn give_lead(&mut self, lead: LeadId, call: CallId, lease: Lease, now: Now) {
        // Over by now: `assign` looks for somebody else by itself.
        if self.keeping.assign.accept(lease.work, lease.fence, now.moment).is_err() {
            return;
        }
        self.seat_lead(lead, call, lease.user, now);
    }

    /// A call that is nobody's yet is this person's.
    pub(super) fn seat_lead(&mut self, lead: LeadId, call: CallId, user: UserId, now: Now) {
        let seat = self.account_of(user).cloned();
        let given =
            seat.is_some_and(|seat| self.with_calls(now, |calls, cx| calls.give_lead(call, user, seat, cx)).is_ok());
        self.campaigning.campaigns.on_given(lead, user, given, now);
        self.look_at(user, now);
    }

    pub(super) fn dismiss_lead(&mut self, call: CallId, sound: Option<SoundName>, why: Farewell, now: Now) {
        self.with_calls(now, |calls, cx| calls.dismiss_lead(call, sound, why, cx));
    }

    /// A call is told: perhaps it is a lead's.
    pub(in super::super) fn follow_lead(&mut self, view: &CallView, now: Now) {
        match (view.state, &view.cause) {
            (CallState::Answered, _) => self.campaigning.campaigns.on_answered(view.call, now),
            (CallState::Ended, Some(cause)) if self.campaigning.unreached == Some(view.call) => {
                let (call, route) = (view.call, view.account.clone());
                if cause.sip.is_none() {
                    self.campaigning.broken.insert(route.clone(), now.moment + RESTS);
                }
                self.campaigning.campaigns.on_unreached(call, route, AttemptResult::of_cause(cause), now);
            }
            (CallState::Ended, Some(cause)) => {
                self.campaigning.campaigns.on_ended(view.call, AttemptResult::of_cause(cause), now);
            }
            (CallState::Ended, None) => {
                self.campaigning.campaigns.on_ended(view.call, AttemptResult::plain(ResultKind::Failed), now);
            }
            (CallState::Dialling | CallState::Ringing | CallState::EarlyMedia, _) => {}
        }
    }
}

/// A route without a connection is the last choice for so long; a registered one is also looked after by its registration.
const RESTS: std::time::Duration = std::time::Duration::from_secs(30);
