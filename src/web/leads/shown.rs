//! Leads as the API has them.

use chrono::{DateTime, Utc};
use engine::campaign::{self, Attempt, LeadState, ResultKind, Waits};
use serde::Serialize;
use utoipa::ToSchema;

use crate::store::LeadStory;
use crate::web::shape::{AttemptWord, CallbackDenial, Id, LeadPhone};

/// One person to reach.
#[derive(Serialize, ToSchema)]
pub struct Lead {
    lead: Id,
    list: Id,
    recipient: String,
    /// In the order to be tried.
    phones: Vec<LeadPhone>,
    /// 1 is called first, 9 last.
    priority: u8,
    /// As its list said; null: by prefix.
    zone: Option<String>,
    /// Pairs of name and value.
    #[schema(value_type = Vec<Vec<String>>)]
    fields: Vec<(String, String)>,
    /// Those that count.
    attempts: u32,
    state: LeadStanding,
}

/// What is to become of it.
#[derive(Serialize, ToSchema)]
pub struct LeadStanding {
    /// `waiting`, `leased` (with an agent, or being called), `callback`, `unknown`, `done`, `declined`, `exhausted`.
    #[schema(value_type = String)]
    kind: &'static str,
    /// Of `waiting`: not before.
    next: Option<DateTime<Utc>>,
    /// Of `waiting`: before all others.
    top: bool,
    /// Of `leased`.
    until: Option<DateTime<Utc>>,
    callback: Option<Id>,
    /// Of `unknown`: a person says whether it reached anybody.
    attempt: Option<Id>,
    /// Of `exhausted`: `by-rule`, `numbers-dead`, `suppressed`, `lead-limit`, `number-limit`.
    why: Option<&'static str>,
    /// Of a limit.
    most: Option<u32>,
}

/// A lead with its history.
#[derive(Serialize, ToSchema)]
pub struct LeadWhole {
    #[serde(flatten)]
    lead: Lead,
    /// The newest last.
    history: Vec<LeadAttempt>,
    /// For each campaign that has its list.
    why: Vec<LeadWhy>,
}

#[derive(Serialize, ToSchema)]
pub struct LeadAttempt {
    attempt: Id,
    campaign: Id,
    number: String,
    at: DateTime<Utc>,
    user: Option<Id>,
    /// Null: it is under way.
    #[schema(value_type = Option<AttemptWord>)]
    result: Option<ResultKind>,
    /// The final status, if one came.
    sip: Option<u16>,
    /// ITU-T Q.850.
    q850: Option<u8>,
    disposition: Option<Id>,
    call: Option<Id>,
}

/// Why it is not being called for a campaign, and when it next may be (GN-16).
#[derive(Serialize, ToSchema)]
pub struct LeadWhy {
    /// Null: no campaign has its list.
    pub campaign: Option<Id>,
    pub waits: LeadWaits,
    /// What the gate says of the number whose turn it is, at the time for which the lead waits otherwise.
    pub denied: Option<CallbackDenial>,
    /// Null: now, or not by time alone.
    pub next: Option<DateTime<Utc>>,
}

/// What it waits for.
#[derive(Serialize, ToSchema)]
pub struct LeadWaits {
    /// `turn`, `until`, `leased`, `list-loading`, `list-stale`, `list-discarded`, `list-reworked`, `filtered`, `promised`, `person`, `done`, `declined`, `exhausted`,
    /// `not-in-campaign`, `campaign-stopped`, `held`.
    #[schema(value_type = String)]
    kind: &'static str,
    /// Of `until`.
    next: Option<DateTime<Utc>>,
    /// Of `leased`.
    until: Option<DateTime<Utc>>,
    /// Of `list-stale`.
    since: Option<DateTime<Utc>>,
    /// Of `promised`.
    callback: Option<Id>,
    /// Of `person`.
    attempt: Option<Id>,
    /// Of `exhausted`, as in its state; of `held`: what is in doubt.
    why: Option<String>,
    most: Option<u32>,
}

impl From<&campaign::Lead> for Lead {
    fn from(lead: &campaign::Lead) -> Lead {
        Lead {
            lead: lead.lead.into(),
            list: lead.list.into(),
            recipient: lead.recipient.clone(),
            phones: lead.phones.iter().map(LeadPhone::from).collect(),
            priority: lead.priority.0,
            zone: lead.zone.map(|zone| zone.to_string()),
            fields: lead.fields.clone(),
            attempts: lead.attempts,
            state: LeadStanding::from(&lead.state),
        }
    }
}

impl From<&LeadState> for LeadStanding {
    fn from(state: &LeadState) -> LeadStanding {
        let plain = |kind| LeadStanding {
            kind,
            next: None,
            top: false,
            until: None,
            callback: None,
            attempt: None,
            why: None,
            most: None,
        };
        match state {
            LeadState::Waiting { next, top, .. } => LeadStanding { next: Some(*next), top: *top, ..plain("waiting") },
            LeadState::Leased { until, .. } => LeadStanding { until: Some(*until), ..plain("leased") },
            LeadState::Callback { promise } => LeadStanding { callback: Some((*promise).into()), ..plain("callback") },
            LeadState::Unknown { attempt } => LeadStanding { attempt: Some((*attempt).into()), ..plain("unknown") },
            LeadState::Done => plain("done"),
            LeadState::Declined => plain("declined"),
            LeadState::Exhausted(finished) => {
                LeadStanding { why: Some(finished.word()), most: finished.most(), ..plain("exhausted") }
            }
        }
    }
}

impl LeadWaits {
    /// Nothing is dialled by itself now.
    pub fn held(doubt: &str) -> LeadWaits {
        LeadWaits { why: Some(doubt.to_owned()), ..LeadWaits::plain("held") }
    }

    pub fn plain(kind: &'static str) -> LeadWaits {
        LeadWaits { kind, next: None, until: None, since: None, callback: None, attempt: None, why: None, most: None }
    }
}

impl From<&Waits> for LeadWaits {
    fn from(waits: &Waits) -> LeadWaits {
        let plain = LeadWaits::plain;
        match waits {
            Waits::Turn => plain("turn"),
            Waits::Until { next } => LeadWaits { next: Some(*next), ..plain("until") },
            Waits::Leased { until } => LeadWaits { until: Some(*until), ..plain("leased") },
            Waits::ListLoading => plain("list-loading"),
            Waits::ListStale { since } => LeadWaits { since: Some(*since), ..plain("list-stale") },
            Waits::ListReworked => plain("list-reworked"),
            Waits::Filtered => plain("filtered"),
            Waits::ListDiscarded => plain("list-discarded"),
            Waits::Promised { promise } => LeadWaits { callback: Some((*promise).into()), ..plain("promised") },
            Waits::Person { attempt } => LeadWaits { attempt: Some((*attempt).into()), ..plain("person") },
            Waits::Done => plain("done"),
            Waits::Declined => plain("declined"),
            Waits::Exhausted { finished } => {
                LeadWaits { why: Some(finished.word().to_owned()), most: finished.most(), ..plain("exhausted") }
            }
        }
    }
}

impl LeadWhole {
    pub fn new(story: &LeadStory, why: Vec<LeadWhy>) -> LeadWhole {
        let history = story.attempts.iter().map(LeadAttempt::from).collect();
        LeadWhole { lead: Lead::from(&story.lead), history, why }
    }
}

impl From<&Attempt> for LeadAttempt {
    fn from(attempt: &Attempt) -> LeadAttempt {
        LeadAttempt {
            attempt: attempt.attempt.into(),
            campaign: attempt.campaign.into(),
            number: attempt.number.clone(),
            at: attempt.at,
            user: attempt.user.map(Id::from),
            result: attempt.result.map(|result| result.kind),
            sip: attempt.result.and_then(|result| result.sip),
            q850: attempt.result.and_then(|result| result.q850),
            disposition: attempt.disposition.map(Id::from),
            call: attempt.call.map(Id::from),
        }
    }
}
