//! Whom a campaign could dial now, today, later and never, before it is started, and what the rest of the day would come to.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use engine::access::{Action, Whose};
use engine::campaign::Campaign;
use engine::id::CampaignId;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::leads::{DryRun, Forecast, Imports, Look, MOST_AGENTS, Unseen};
use crate::web::body::{Asked, Named};
use crate::web::desk::Desk;
use crate::web::doc::{Routes, about};
use crate::web::error::Error;
use crate::web::person::Person;
use crate::web::shape::Id;

pub fn add(routes: Routes) -> Routes {
    let found = json!({ "leads": 1_200, "now": 700, "today": 300, "later": 0, "never": 200, "in_work": 0,
        "by_rule": { "hours": 300, "do-not-call": 200 }, "forecast": { "agents": 10, "answered_permille": 250, "learned": true,
        "calls": 1_000, "connected": 240, "abandoned": 5, "occupancy_permille": 810, "through_minutes": 65 } });
    routes.get(
        "/api/v1/campaigns/{campaign}/dry-run",
        look,
        about("Whom of its lists it could dial now, today, later and never, and by which rule not; nothing is dialled")
            .asks(&["agents"])
            .gives::<CampaignDryRun>(200, found),
    )
}

/// Leads, each counted once.
#[derive(Serialize, ToSchema)]
pub struct CampaignDryRun {
    leads: u64,
    now: u64,
    /// Before the installation's midnight.
    today: u64,
    later: u64,
    never: u64,
    /// With an agent or being dialled.
    in_work: u64,
    /// What keeps those that are not dialled now: a rule of the gate, `retry`, `list`, `do-not-call-list`, or the lead's state.
    by_rule: BTreeMap<String, u64>,
    /// Of the rest of today with so many agents; null where nobody said how many, or where agents dial themselves.
    forecast: Option<CampaignForecast>,
}

/// As the simulator has it, at the campaign's pace.
#[derive(Serialize, ToSchema)]
pub struct CampaignForecast {
    agents: u32,
    /// Of a thousand calls, by people.
    answered_permille: u32,
    /// Whether that was seen in this campaign; else it is assumed.
    learned: bool,
    calls: u64,
    connected: u64,
    abandoned: u64,
    /// Talking and writing of a thousand parts of presence.
    occupancy_permille: u32,
    /// From now until nobody is left to be called today; null: the day ends before.
    through_minutes: Option<u64>,
}

impl From<Forecast> for CampaignForecast {
    fn from(forecast: Forecast) -> CampaignForecast {
        let Forecast { agents, answer_rate, is_learned, day } = forecast;
        let permille = |share: f64| (share * 1_000.0).round() as u32;
        CampaignForecast {
            agents,
            answered_permille: permille(answer_rate),
            learned: is_learned,
            calls: day.calls,
            connected: day.connected,
            abandoned: day.abandoned,
            occupancy_permille: permille(day.occupancy),
            through_minutes: day.through.map(|through| through.as_secs() / 60),
        }
    }
}

impl From<Look> for CampaignDryRun {
    fn from(look: Look) -> CampaignDryRun {
        let DryRun { leads, now, today, later, never, in_work, by_rule } = look.found;
        let forecast = look.forecast.map(CampaignForecast::from);
        CampaignDryRun { leads, now, today, later, never, in_work, by_rule, forecast }
    }
}

impl From<Unseen> for Error {
    fn from(why: Unseen) -> Error {
        match why {
            Unseen::Busy => Error::new(StatusCode::CONFLICT, "too-many-dry-runs", why.to_string()),
            Unseen::Stopping => Error::new(StatusCode::SERVICE_UNAVAILABLE, "draining", why.to_string()),
            Unseen::Store(why) => Error::from(why),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// How many would take part.
    agents: Option<u32>,
}

async fn look(
    person: Person,
    State(desk): State<Arc<Desk>>,
    Named(campaign): Named<Id>,
    Asked(wanted): Asked<Wanted>,
) -> Result<axum::Json<CampaignDryRun>, Error> {
    person.may(Action::Steer, Whose::Shared).await?;
    let terms = desk.people.staff().campaign(CampaignId::from(campaign)).cloned().ok_or_else(Error::not_found)?;
    Ok(axum::Json(run(&desk.imports, terms, wanted.agents).await?))
}

pub async fn run(imports: &Arc<Imports>, terms: Campaign, agents: Option<u32>) -> Result<CampaignDryRun, Error> {
    if agents.is_some_and(|agents| !(1..=MOST_AGENTS).contains(&agents)) {
        return Err(Error::bad(format!("agents: 1 to {MOST_AGENTS}")));
    }
    Ok(imports.look(terms, agents).await?.into())
}
