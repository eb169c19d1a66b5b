//! What became of a lead, told to the customer's own systems: a letter of the outbox, written in the batch that gives the lead back, so
//! that a crash keeps both or neither. docs/webhooks.md tells gateways what is in it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::campaign::{Attempt, Campaign, Lead, LeadState, Report, ResultKind};
use crate::id::{ItemId, OutboxId, UserId};
use crate::outbox::{Destination, Letter};
use crate::time::Now;

use super::super::Engine;

/// The event `lead`.
#[derive(Serialize)]
struct Said<'r> {
    event: &'static str,
    at: DateTime<Utc>,
    campaign: Named,
    lead: SaidLead<'r>,
    /// Whose it was at last; null: nobody's.
    agent: Option<Named>,
    attempts: Vec<SaidAttempt<'r>>,
    /// Of the last attempt.
    disposition: Option<Named>,
    /// `waiting`, `callback`, `done`, `declined`, `exhausted`.
    state: &'static str,
    /// Of `waiting`: not before.
    next: Option<DateTime<Utc>>,
    /// Of `callback`.
    callback: Option<String>,
    /// Of `exhausted`.
    why: Option<&'static str>,
}

#[derive(Serialize)]
struct Named {
    id: String,
    name: String,
}

#[derive(Serialize)]
struct SaidLead<'r> {
    id: String,
    list: String,
    recipient: &'r str,
    numbers: Vec<&'r str>,
    fields: BTreeMap<&'r str, &'r str>,
}

#[derive(Serialize)]
struct SaidAttempt<'r> {
    id: String,
    number: &'r str,
    at: DateTime<Utc>,
    result: Option<ResultKind>,
    sip: Option<u16>,
    q850: Option<u8>,
    agent: Option<String>,
}

impl Engine {
    pub(super) fn report_lead(&mut self, report: &Report, now: Now) {
        let Some(terms) = self.campaigning.campaigns.terms(report.campaign) else { return };
        let Some(hook) = terms.webhook.clone() else { return };
        let Ok(body) = serde_json::to_string(&self.said(report, terms, now)) else { return };
        let lead = report.lead.lead;
        let key = format!("lead-{lead}-{}", report.fence);
        let (id, about) = (OutboxId(self.ids.next(now.civil)), lead.to_string());
        let to = Destination::Event { hook, about };
        self.appointing.outbox.on_put(Letter { id, key, to, body, files: Vec::new(), appointment: None }, now);
    }

    fn said<'r>(&self, report: &'r Report, terms: &Campaign, now: Now) -> Said<'r> {
        let Report { lead, user, attempts, .. } = report;
        let (state, next, callback, why) = becomes(&lead.state);
        Said {
            event: "lead",
            at: now.civil,
            campaign: Named { id: terms.id.to_string(), name: terms.name.clone() },
            lead: said_lead(lead),
            agent: user.map(|user| self.named(user)),
            attempts: attempts.iter().map(said_attempt).collect(),
            disposition: attempts.last().and_then(|last| last.disposition).map(|item| self.disposed(item)),
            state,
            next,
            callback,
            why,
        }
    }

    fn named(&self, user: UserId) -> Named {
        let name = self.staff.user(user).map(|user| user.name.clone()).unwrap_or_default();
        Named { id: user.to_string(), name }
    }

    fn disposed(&self, item: ItemId) -> Named {
        let name = self.staff.item(item).map(|item| item.name.clone()).unwrap_or_default();
        Named { id: item.to_string(), name }
    }
}

fn said_lead(lead: &Lead) -> SaidLead<'_> {
    SaidLead {
        id: lead.lead.to_string(),
        list: lead.list.to_string(),
        recipient: &lead.recipient,
        numbers: lead.phones.iter().map(|phone| phone.number.normalised.as_str()).collect(),
        fields: lead.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect(),
    }
}

fn said_attempt(attempt: &Attempt) -> SaidAttempt<'_> {
    SaidAttempt {
        id: attempt.attempt.to_string(),
        number: &attempt.number,
        at: attempt.at,
        result: attempt.result.map(|result| result.kind),
        sip: attempt.result.and_then(|result| result.sip),
        q850: attempt.result.and_then(|result| result.q850),
        agent: attempt.user.map(|user| user.to_string()),
    }
}

type Becomes = (&'static str, Option<DateTime<Utc>>, Option<String>, Option<&'static str>);

fn becomes(state: &LeadState) -> Becomes {
    match state {
        LeadState::Waiting { next, .. } => ("waiting", Some(*next), None, None),
        LeadState::Callback { promise } => ("callback", None, Some(promise.to_string()), None),
        LeadState::Leased { .. } => ("leased", None, None, None),
        LeadState::Unknown { .. } => ("unknown", None, None, None),
        LeadState::Done => ("done", None, None, None),
        LeadState::Declined => ("declined", None, None, None),
        LeadState::Exhausted(finished) => ("exhausted", None, None, Some(finished.word())),
    }
}
