//! Campaigns: started and stopped by supervisors (GN-04), taken part in by agents, who handle their records (GN-01 to GN-12).

mod dry_run;
mod part;
mod records;
mod results;
mod table;

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use engine::border::{Reply, What};
use engine::campaign::{Command, Pace, Steer};
use engine::id::{CampaignId, ItemId};
use engine::staff::{Entry, EntryId, List, Staff};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::body::{Body, Named};
use super::desk::Desk;
use super::doc::{Routes, about};
use super::error::Error;
use super::lists::found;
use super::person::{Key, Person};
use super::shape::{Campaign, Id, Listed};

pub use dry_run::run as dry_run;

type Done = Result<StatusCode, Error>;

pub fn routes() -> Routes {
    let routes = Routes::default()
        .get("/api/v1/campaigns/{campaign}", look_at, about("As it is now").gives::<Campaign>(200, Campaign::example()))
        .post(
            "/api/v1/campaigns/{campaign}/steer",
            steer,
            about("Starts, pauses, drains or stops it").takes::<CampaignSteer>(json!({ "to": "start" })),
        )
        .patch(
            "/api/v1/campaigns/{campaign}/pace",
            repace,
            about("Changes how fast it goes: the fields that are named")
                .takes::<CampaignPaceChange>(json!({ "lines": 20 }))
                .gives::<Campaign>(200, Campaign::example()),
        );
    dry_run::add(table::add(results::add(records::add(part::add(routes)))))
}

/// What becomes of a campaign.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CampaignSteer {
    #[schema(value_type = CampaignSteerTo)]
    to: Steer,
}

/// `drain`: what is being handled is brought to its end.
#[derive(ToSchema)]
#[schema(rename_all = "kebab-case")]
#[allow(dead_code, reason = "the words of engine::campaign::Steer, for the document alone")]
pub enum CampaignSteerTo {
    Start,
    Pause,
    Drain,
    Stop,
}

/// Fields of a campaign's `pace`.
#[derive(ToSchema)]
#[allow(dead_code, reason = "for the document alone: any of them may be missing")]
pub struct CampaignPaceChange {
    lines: Option<u16>,
    starts_per_second: Option<u16>,
    abandoned_permille: Option<u16>,
    ring_s: Option<u16>,
    ring_at_least_s: Option<u16>,
    notice: Option<String>,
    opt_out: Option<String>,
    cool_down_hours: Option<u16>,
}

async fn look_at(
    person: Person,
    State(desk): State<Arc<Desk>>,
    Named(campaign): Named<Id>,
) -> Result<axum::Json<Campaign>, Error> {
    found::<Campaign>(&desk, person.handle.actor(), EntryId::Campaign(campaign.into())).map(axum::Json)
}

async fn steer(
    person: Person,
    key: Key,
    State(desk): State<Arc<Desk>>,
    Named(campaign): Named<Id>,
    Body(wanted): Body<CampaignSteer>,
) -> Done {
    wish(&person, &key, Command::Steer { campaign: campaign.into(), to: wanted.to }).await?;
    let detail = json!({ "campaign": campaign, "to": wanted.to });
    desk.audit(Some(person.user), person.address, "campaign-steered", detail).await?;
    desk.catch_up().await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn repace(
    person: Person,
    key: Key,
    State(desk): State<Arc<Desk>>,
    Named(campaign): Named<Id>,
    Body(fields): Body<Map<String, Value>>,
) -> Result<axum::Json<Campaign>, Error> {
    desk.catch_up().await?;
    let pace = paced(&desk, campaign.into(), fields.clone())?;
    wish(&person, &key, Command::Repace { campaign: campaign.into(), pace }).await?;
    let detail = json!({ "campaign": campaign, "pace": fields });
    desk.audit(Some(person.user), person.address, "campaign-paced", detail).await?;
    desk.catch_up().await?;
    found::<Campaign>(&desk, person.handle.actor(), EntryId::Campaign(campaign.into())).map(axum::Json)
}

/// The campaign's, with these fields over it.
fn paced(desk: &Desk, campaign: CampaignId, fields: Map<String, Value>) -> Result<Pace, Error> {
    let now = desk.people.staff().campaign(campaign).map(|terms| terms.pace.clone());
    let mut whole = serde_json::to_value(now.ok_or_else(Error::not_found)?).unwrap_or_default();
    for (name, value) in fields {
        match whole.get_mut(&name) {
            Some(field) => *field = value,
            None => return Err(Error::bad(format!("{name}: a pace has no such field"))),
        }
    }
    serde_json::from_value(whole).map_err(|why| Error::bad(why.to_string()))
}

/// Of those that it names for the first time, lists are looked for in the store, and dispositions here: the engine knows no lists.
pub async fn check(desk: &Arc<Desk>, entry: &Entry) -> Result<(), Error> {
    let Entry::Campaign(terms) = entry else { return Ok(()) };
    let before = desk.people.staff().campaign(terms.id).cloned();
    let had = |list| before.as_ref().is_some_and(|before| before.lists.contains(list));
    let new: Vec<_> = terms.lists.iter().filter(|list| !had(list)).copied().collect();
    if !new.is_empty() {
        let there = desk.read(move |reader| {
            let lists = new.iter().map(|list| reader.list_of_leads(*list));
            lists.collect::<Result<Vec<_>, _>>()
        });
        let is_there = |list: &Option<engine::campaign::List>| {
            list.as_ref().is_some_and(|list| list.state != engine::campaign::ListState::Discarded)
        };
        if !there.await?.iter().all(is_there) {
            return Err(Error::field("lists", "invalid", "there is no such list of leads, or it was discarded"));
        }
    }
    let staff = desk.people.staff();
    match terms.retry.dispositions.keys().all(|item| is_disposition(&staff, *item)) {
        true => Ok(()),
        false => Err(Error::field("retry", "invalid", "dispositions: one of them does not exist")),
    }
}

/// Of the list *tabulação*.
pub fn is_disposition(staff: &Staff, item: ItemId) -> bool {
    staff.list_of(EntryId::Item(item)) == Some(List::Disposition)
}

async fn wish(person: &Person, key: &Key, command: Command) -> Result<(), Error> {
    match person.handle.command(What::Campaign(command), key.of(person)).await? {
        Reply::Done | Reply::Kept { .. } => Ok(()),
        _ => Err(Error::bad("Idempotency-Key: this key was used for something else")),
    }
}
