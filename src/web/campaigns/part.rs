//! An agent's part in campaigns: taking part, getting a record, leaving; and what was done today (GN-01, GN-03, GN-07).

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use chrono::Utc;
use engine::access::{Action, Whose};
use engine::campaign::Command;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::web::body::Named;
use crate::web::desk::Desk;
use crate::web::doc::{Routes, about};
use crate::web::error::Error;
use crate::web::person::{Key, Person};
use crate::web::shape::Id;

use super::{Done, wish};

pub fn add(routes: Routes) -> Routes {
    routes
        .post("/api/v1/campaigns/{campaign}/join", join, about("Takes part; records come as its mode has it"))
        .post("/api/v1/campaigns/{campaign}/leave", leave, about("Takes part no more"))
        .post("/api/v1/campaigns/{campaign}/get-record", get_record, about("Takes part and gets the next record"))
        .get(
            "/api/v1/campaigns/today",
            today,
            about("What the asking person has done today").lists::<CampaignToday>(json!([
                { "campaign": "60", "handled": 18, "connected": 9 }
            ])),
        )
}

/// One person's day in one campaign.
#[derive(Serialize, ToSchema)]
pub struct CampaignToday {
    campaign: Id,
    /// Leads that were dialled.
    handled: u32,
    /// Of those, talked with.
    connected: u32,
}

async fn join(person: Person, key: Key, Named(campaign): Named<Id>) -> Done {
    let (campaign, user) = (campaign.into(), person.user);
    wish(&person, &key, Command::Join { campaign, user }).await.map(|()| StatusCode::NO_CONTENT)
}

async fn leave(person: Person, key: Key, Named(campaign): Named<Id>) -> Done {
    let (campaign, user) = (campaign.into(), person.user);
    wish(&person, &key, Command::Leave { campaign, user }).await.map(|()| StatusCode::NO_CONTENT)
}

async fn get_record(person: Person, key: Key, Named(campaign): Named<Id>) -> Done {
    let (campaign, user) = (campaign.into(), person.user);
    wish(&person, &key, Command::GetRecord { campaign, user }).await.map(|()| StatusCode::NO_CONTENT)
}

async fn today(person: Person, State(desk): State<Arc<Desk>>) -> Result<axum::Json<Vec<CampaignToday>>, Error> {
    person.may(Action::TakePart, Whose::Nothing).await?;
    let day = Utc::now().with_timezone(&desk.options.zone).date_naive();
    let since = desk.start_of(day).ok_or_else(Error::not_found)?;
    let user = person.user;
    let lines = desk.read(move |reader| reader.attempts_of_user(user, since)).await?;
    let line = |(campaign, handled, connected)| CampaignToday { campaign: Id::from(campaign), handled, connected };
    Ok(axum::Json(lines.into_iter().map(line).collect()))
}
