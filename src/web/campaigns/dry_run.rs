//! Whom a campaign could dial now, today, later and never, before it is started.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::extract::State;
use chrono::Utc;
use engine::access::{Action, Whose};
use engine::gate::Law;
use engine::id::CampaignId;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::leads::dry_run;
use crate::web::body::Named;
use crate::web::desk::Desk;
use crate::web::doc::{Routes, about};
use crate::web::error::Error;
use crate::web::person::Person;
use crate::web::shape::Id;

pub fn add(routes: Routes) -> Routes {
    let found = json!({ "leads": 1_200, "now": 700, "today": 300, "later": 0, "never": 200, "in_work": 0,
        "by_rule": { "hours": 300, "do-not-call": 200 } });
    routes.get(
        "/api/v1/campaigns/{campaign}/dry-run",
        look,
        about("Whom of its lists it could dial now, today, later and never, and by which rule not; nothing is dialled")
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
}

/// Says that nobody waits for the answer any more.
struct Waits(Arc<AtomicBool>);

impl Drop for Waits {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

async fn look(
    person: Person,
    State(desk): State<Arc<Desk>>,
    Named(campaign): Named<Id>,
) -> Result<axum::Json<CampaignDryRun>, Error> {
    person.may(Action::Steer, Whose::Shared).await?;
    let terms = desk.people.staff().campaign(CampaignId::from(campaign)).cloned().ok_or_else(Error::not_found)?;
    let gone = Arc::new(AtomicBool::new(false));
    let _waits = Waits(gone.clone());
    let (gate, rules, zone) = (desk.options.numbers.clone(), desk.options.rules.clone(), desk.options.zone);
    let found = desk.read(move |reader| {
        let law = Law { gate: &gate, rules: &rules, zone, pack: None };
        dry_run(reader, &terms, law, Utc::now(), &|| !gone.load(Ordering::Relaxed))
    });
    let found = found.await?.ok_or_else(Error::not_found)?;
    let crate::leads::Forecast { leads, now, today, later, never, in_work, by_rule } = found;
    Ok(axum::Json(CampaignDryRun { leads, now, today, later, never, in_work, by_rule }))
}
