//! Leads: looked for, looked at with all that became of them and why they are not called now (GN-16), settled after a crash.

mod shown;
mod why;

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use chrono::Utc;
use engine::access::{Action, Whose};
use engine::border::{Look, What};
use engine::campaign::{Campaign, LeadState};
use engine::id::{CampaignId, LeadId, ListId};
use engine::number::Number;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::driver::Handle;
use crate::leads::Imports;
use crate::store::{LeadFilter, LeadStory};

use super::body::{Asked, Body, Named};
use super::desk::Desk;
use super::doc::{Routes, about};
use super::error::Error;
use super::person::Person;
use super::shape::Id;

use shown::{Lead, LeadWhole};

pub fn routes() -> Routes {
    let lead = json!({ "lead": "900", "list": "70", "recipient": "Dona Maria",
        "phones": [{ "number": "+5511987654321", "label": "celular", "state": "fresh" }], "priority": 5, "zone": null,
        "fields": [["CPF", "123.456.789-09"]], "attempts": 1,
        "state": { "kind": "waiting", "next": "2026-11-23T12:00:00Z", "top": false, "until": null, "callback": null,
            "attempt": null, "why": null, "most": null } });
    let attempt = json!({ "attempt": "1", "campaign": "60", "number": "+5511987654321", "at": "2026-11-22T12:00:00Z", "user": "7",
        "result": "busy", "sip": 486, "q850": 17, "disposition": null, "call": null });
    let waits = json!({ "kind": "until", "next": "2026-11-23T12:00:00Z", "until": null, "since": null, "callback": null,
        "attempt": null, "why": null, "most": null });
    let mut whole = lead.clone();
    whole["history"] = json!([attempt]);
    whole["why"] = json!([{ "campaign": "60", "waits": waits, "denied": null, "next": "2026-11-23T12:00:00Z" }]);
    Routes::default()
        .get(
            "/api/v1/leads",
            list,
            about("By id; `q`: a number in any spelling, or part of a name; `state`: waiting, leased, callback, unknown, done …")
                .asks(&["list", "campaign", "q", "state", "after"])
                .gives::<Leads>(200, json!({ "rows": [lead], "next": null })),
        )
        .get(
            "/api/v1/leads/{lead}",
            look_at,
            about("With every attempt, and for each campaign why it is not called now and when it may be")
                .gives::<LeadWhole>(200, whole),
        )
        .post(
            "/api/v1/leads/{lead}/settle",
            settle,
            about("Whether the attempt that a crash cut off reached anybody").takes::<LeadSettle>(json!({ "reached": false })),
        )
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    list: Option<Id>,
    campaign: Option<Id>,
    q: Option<String>,
    state: Option<String>,
    after: Option<Id>,
}

/// A page of leads.
#[derive(Serialize, ToSchema)]
pub struct Leads {
    rows: Vec<Lead>,
    /// To be asked as `after`.
    next: Option<Id>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LeadSettle {
    /// True: the lead is done. False: its turn comes again.
    reached: bool,
}

async fn list(
    person: Person,
    State(desk): State<Arc<Desk>>,
    Asked(wanted): Asked<Wanted>,
) -> Result<axum::Json<Leads>, Error> {
    person.may(Action::Steer, Whose::Nothing).await?;
    let filter = filter(&desk, wanted)?;
    let leads = desk.read(move |reader| reader.leads(&filter, PAGE)).await?;
    let next = leads.last().filter(|_| leads.len() == PAGE as usize).map(|lead| Id::from(lead.lead));
    Ok(axum::Json(Leads { rows: leads.iter().map(Lead::from).collect(), next }))
}

fn filter(desk: &Desk, wanted: Wanted) -> Result<LeadFilter, Error> {
    let Wanted { list, campaign, q, state, after } = wanted;
    let asked = q.as_deref().map(str::trim).filter(|asked| !asked.is_empty());
    let number = asked.and_then(|asked| Number::read(asked, &desk.options.numbers).ok());
    let name = asked.filter(|_| number.is_none()).map(str::to_owned);
    if let Some(state) = state.as_deref().filter(|state| !STATES.contains(state)) {
        return Err(Error::bad(format!("state: {state} is none of {}", STATES.join(", "))));
    }
    Ok(LeadFilter {
        lists: lists(desk, list, campaign)?,
        number: number.map(|number| number.normalised),
        name,
        state,
        after: after.map(LeadId::from),
    })
}

/// Of a list, of a campaign's lists, or of both.
fn lists(desk: &Desk, list: Option<Id>, campaign: Option<Id>) -> Result<Option<BTreeSet<ListId>>, Error> {
    let one = list.map(ListId::from);
    let Some(campaign) = campaign.map(CampaignId::from) else { return Ok(one.map(|list| BTreeSet::from([list]))) };
    let staff = desk.people.staff();
    let terms = staff.campaign(campaign).ok_or_else(Error::not_found)?;
    Ok(Some(terms.lists.iter().copied().filter(|own| one.is_none_or(|one| one == *own)).collect()))
}

async fn look_at(
    person: Person,
    State(desk): State<Arc<Desk>>,
    Named(lead): Named<Id>,
) -> Result<axum::Json<LeadWhole>, Error> {
    let id = LeadId::from(lead);
    may_see(&person, id).await?;
    let story = desk.read(move |reader| reader.lead(id)).await?.ok_or_else(Error::not_found)?;
    let campaigns: Vec<Campaign> = desk.people.staff().campaigns().cloned().collect();
    Ok(axum::Json(whole(&desk.handle, &desk.imports, &campaigns, &story).await?))
}

/// With its history, and why it is not called for each of those campaigns that has its list.
pub async fn whole(
    handle: &Handle,
    imports: &Arc<Imports>,
    campaigns: &[Campaign],
    story: &LeadStory,
) -> Result<LeadWhole, Error> {
    Ok(LeadWhole::new(story, why::of(handle, imports, campaigns, story).await?))
}

/// Who steers campaigns; and an agent who has the record, or is offered it.
async fn may_see(person: &Person, lead: LeadId) -> Result<(), Error> {
    let Err(refused) = person.may(Action::Steer, Whose::Shared).await else { return Ok(()) };
    let snapshot = person.handle.command(What::Look(Look::Watch { since: None }), None).await?.snapshot();
    let records = snapshot.map(|snapshot| snapshot.records).unwrap_or_default();
    match records.iter().any(|record| record.lead == lead && record.user == Some(person.user)) {
        true => Ok(()),
        false => Err(refused),
    }
}

async fn settle(
    person: Person,
    State(desk): State<Arc<Desk>>,
    Named(lead): Named<Id>,
    Body(wanted): Body<LeadSettle>,
) -> Result<StatusCode, Error> {
    person.may(Action::Steer, Whose::Shared).await?;
    let (id, reached) = (LeadId::from(lead), wanted.reached);
    let settled = desk.stored(move |store| store.settle_lead(id, reached, Utc::now())).await?;
    if settled.is_none() {
        let story = desk.read(move |reader| reader.lead(id)).await?.ok_or_else(Error::not_found)?;
        let is_settled = !matches!(story.lead.state, LeadState::Unknown { .. });
        let text = if is_settled { "nothing is in doubt about this lead" } else { "it changed meanwhile; try again" };
        return Err(Error::new(StatusCode::CONFLICT, "wrong-state", text));
    }
    let detail = json!({ "lead": lead, "reached": reached });
    desk.audit(Some(person.user), person.address, "lead-settled", detail).await?;
    Ok(StatusCode::NO_CONTENT)
}

const PAGE: u32 = 100;
const STATES: [&str; 7] = ["waiting", "leased", "callback", "unknown", "done", "declined", "exhausted"];
