//! The outbox: messages on their way out, and the dead ones that wait for a person (AG-06).

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use engine::access::{Action, Kind, Whose};
use engine::border::What;
use engine::id::OutboxId;
use engine::outbox::Command;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::web::body::{Asked, Body, Named};
use crate::web::desk::Desk;
use crate::web::doc::{Routes, about};
use crate::web::error::Error;
use crate::web::person::{Key, Person};
use crate::web::shape::{Id, Letter};

use super::Seen;

pub fn add(routes: Routes) -> Routes {
    let one = json!({ "item": "5", "version": 3, "appointment": "9", "lead": null, "state": "dead", "dead": "unknown", "tries": 1,
        "message": { "channel": "sip", "hook": null, "to": "+5511987654321", "text": "Sua visita é amanhã." }, "files": [],
        "next": "2026-11-23T12:00:00Z", "why": "no answer came; it may have arrived all the same" });
    let version = json!({ "version": 3 });
    routes
        .get(
            "/api/v1/outbox",
            list,
            about("Messages on their way out, newest first; `state`: open (as without it), dead, over, all")
                .asks(&["state", "after"])
                .gives::<Letters>(200, json!({ "rows": [one], "next": null })),
        )
        .post(
            "/api/v1/outbox/{item}/retry",
            retry,
            about("A dead message is tried again from the beginning").takes::<Seen>(version.clone()),
        )
        .post("/api/v1/outbox/{item}/drop", give_up, about("A dead message is given up").takes::<Seen>(version))
}

/// A page of them.
#[derive(Serialize, ToSchema)]
#[schema(as = OutboxItems)]
pub struct Letters {
    rows: Vec<Letter>,
    /// To be asked as `after`.
    next: Option<Id>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    state: Option<String>,
    after: Option<Id>,
}

async fn list(
    person: Person,
    State(desk): State<Arc<Desk>>,
    Asked(wanted): Asked<Wanted>,
) -> Result<axum::Json<Letters>, Error> {
    person.may(Action::See(Kind::Appointment), Whose::Nothing).await?;
    let phases: &[&str] = match wanted.state.as_deref() {
        Some("open") | None => &["queued", "trying", "dead"],
        Some("dead") => &["dead"],
        Some("over") => &["done", "dropped"],
        Some("all") => &["queued", "trying", "dead", "done", "dropped"],
        Some(_) => return Err(Error::bad("state: open, dead, over or all")),
    };
    let after = wanted.after.map(OutboxId::from);
    let rows = desk.read(move |reader| reader.letters(phases, after, PAGE)).await?;
    let next = rows.last().filter(|_| rows.len() == PAGE as usize).map(|row| row.item.letter.id.into());
    Ok(axum::Json(Letters { rows: rows.iter().map(Letter::from).collect(), next }))
}

async fn retry(person: Person, key: Key, Named(item): Named<Id>, Body(seen): Body<Seen>) -> Result<StatusCode, Error> {
    wish(&person, &key, Command::Retry { item: item.into(), version: seen.version }).await
}

async fn give_up(
    person: Person,
    key: Key,
    Named(item): Named<Id>,
    Body(seen): Body<Seen>,
) -> Result<StatusCode, Error> {
    wish(&person, &key, Command::Drop { item: item.into(), version: seen.version }).await
}

async fn wish(person: &Person, key: &Key, command: Command) -> Result<StatusCode, Error> {
    person
        .handle
        .command(What::Outbox(command), key.of(person))
        .await
        .map(|_| StatusCode::NO_CONTENT)
        .map_err(Error::from)
}

const PAGE: u32 = 100;
