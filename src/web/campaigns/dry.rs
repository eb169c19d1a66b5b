//! What a campaign could dial before it is started: now, today, later, never, and by which rule not.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use chrono::Utc;
use engine::access::{Action, Whose};
use engine::gate::Law;
use engine::id::CampaignId;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::leads::{self, Forecast};
use crate::web::body::Named;
use crate::web::desk::Desk;
use crate::web::doc::{Routes, about};
use crate::web::error::Error;
use crate::web::person::Person;
use crate::web::shape::Id;

pub fn add(routes: Routes) -> Routes {
    let forecast = json!({ "leads": 12, "now": 7, "today": 2, "later": 1, "never": 2, "in_work": 0,
        "by_rule": { "hours": 2, "retry": 1, "do-not-call": 2 } });
    routes.get(
        "/api/v1/campaigns/{campaign}/dry-run",
        dry_run,
        about("Whom it could dial now, today, later and never, and by which rule not; nobody is called")
            .gives::<CampaignForecast>(200, forecast),
    )
}

/// Leads of a campaign's lists, each counted once.
#[derive(Serialize, ToSchema)]
#[allow(dead_code, reason = "the shape of what leads::Forecast serialises to, for the document alone")]
pub struct CampaignForecast {
    leads: u64,
    now: u64,
    /// Before the installation's midnight.
    today: u64,
    later: u64,
    /// By itself.
    never: u64,
    /// With an agent or being dialled.
    in_work: u64,
    /// What keeps those that are not dialled now: the gate's rule, or `retry`, `list`, `callback`, `unknown`, `done`, `declined`,
    /// `exhausted`, `do-not-call-list`.
    #[schema(value_type = BTreeMap<String, u64>)]
    by_rule: BTreeMap<String, u64>,
}

async fn dry_run(
    person: Person,
    State(desk): State<Arc<Desk>>,
    Named(campaign): Named<Id>,
) -> Result<axum::Json<Forecast>, Error> {
    person.may(Action::Steer, Whose::Shared).await?;
    let terms = desk.people.staff().campaign(CampaignId::from(campaign)).cloned().ok_or_else(Error::not_found)?;
    let _turn = desk.previews.acquire().await;
    // Dropped with this request: nobody waits for the answer any more.
    let asker = Arc::new(());
    let asked = Arc::downgrade(&asker);
    let own = desk.clone();
    let found = desk.read(move |reader| {
        let law = Law { gate: &own.options.numbers, rules: &own.options.rules, zone: own.options.zone, pack: None };
        leads::dry_run(reader, &terms, law, Utc::now(), &|| asked.strong_count() > 0)
    });
    found.await?.map(axum::Json).ok_or_else(|| Error::conflict("the dry run was ended"))
}
