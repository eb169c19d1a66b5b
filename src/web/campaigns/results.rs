//! What came of a campaign's day, for supervisors: by hour, and by what agents said.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use chrono::{NaiveDate, Timelike, Utc};
use engine::access::{Action, Whose};
use engine::campaign::ResultKind;
use engine::id::CampaignId;
use engine::staff::Entry;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::web::body::{Asked, Named};
use crate::web::desk::Desk;
use crate::web::doc::{Routes, about};
use crate::web::error::Error;
use crate::web::person::Person;
use crate::web::shape::Id;

pub fn add(routes: Routes) -> Routes {
    let results = json!({ "day": "2026-11-24", "hours": [{ "hour": 9, "results": { "busy": 3, "connected": 5 } }],
        "dispositions": [{ "disposition": "5", "name": "Resolvido", "count": 4 }] });
    routes.get(
        "/api/v1/campaigns/{campaign}/results",
        results_of,
        about("What came of its attempts on a day (today), by hour and by disposition")
            .asks(&["day"])
            .gives::<CampaignResults>(200, results),
    )
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// Of the installation's zone.
    day: Option<NaiveDate>,
}

/// One day of one campaign.
#[derive(Serialize, ToSchema)]
pub struct CampaignResults {
    day: NaiveDate,
    /// Hours without attempts are left out.
    hours: Vec<CampaignHour>,
    dispositions: Vec<CampaignDisposition>,
}

#[derive(Serialize, ToSchema)]
pub struct CampaignHour {
    /// On the installation's wall; where a clock is put back, both hours of one name are one.
    hour: u32,
    /// Attempts by what came of them.
    #[schema(value_type = BTreeMap<String, u32>)]
    results: BTreeMap<ResultKind, u32>,
}

#[derive(Serialize, ToSchema)]
pub struct CampaignDisposition {
    disposition: Id,
    /// Null: it was deleted.
    name: Option<String>,
    count: u32,
}

async fn results_of(
    person: Person,
    State(desk): State<Arc<Desk>>,
    Named(campaign): Named<Id>,
    Asked(wanted): Asked<Wanted>,
) -> Result<axum::Json<CampaignResults>, Error> {
    may_see(&desk, &person, campaign.into()).await?;
    let day = wanted.day.unwrap_or_else(|| Utc::now().with_timezone(&desk.options.zone).date_naive());
    let (from, until) = (desk.start_of(day), day.succ_opt().and_then(|next| desk.start_of(next)));
    let (from, until) = from.zip(until).ok_or_else(|| Error::bad("day: there is no such day"))?;
    let campaign = CampaignId::from(campaign);
    let read = desk
        .read(move |reader| Ok((reader.results(campaign, from, until)?, reader.dispositions(campaign, from, until)?)));
    let (quarters, dispositions) = read.await?;
    let mut hours: BTreeMap<u32, BTreeMap<ResultKind, u32>> = BTreeMap::new();
    for (quarter, kind, attempts) in quarters {
        let hour = quarter.with_timezone(&desk.options.zone).hour();
        *hours.entry(hour).or_default().entry(kind).or_default() += attempts;
    }
    let staff = desk.people.staff();
    let name = |wanted| {
        staff.entries().find_map(|entry| match entry {
            Entry::Item(item) if item.item == wanted => Some(item.name),
            _ => None,
        })
    };
    let said = |(item, count)| CampaignDisposition { disposition: Id::from(item), name: name(item), count };
    Ok(axum::Json(CampaignResults {
        day,
        hours: hours.into_iter().map(|(hour, results)| CampaignHour { hour, results }).collect(),
        dispositions: dispositions.into_iter().map(said).collect(),
    }))
}

/// Supervisors'; and it has to be there.
pub async fn may_see(desk: &Desk, person: &Person, campaign: CampaignId) -> Result<(), Error> {
    person.may(Action::Steer, Whose::Shared).await?;
    desk.people.staff().campaign(campaign).map(drop).ok_or_else(Error::not_found)
}
