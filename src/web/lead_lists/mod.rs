//! Lists of leads: seen with their progress, made empty or of a file, filled by hand, taken away (GN-13).

mod files;
mod fill;
mod import;
mod inbox;
mod rework;
mod shown;

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use engine::access::{Action, Whose};
use engine::campaign::{Filter, List, ListState};
use engine::id::ListId;
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::body::{Body, Named};
use super::desk::Desk;
use super::doc::{Routes, about};
use super::error::Error;
use super::person::{Key, Person};
use super::secret;
use super::shape::Id;

pub use files::PATH as UPLOAD;
pub use import::{LeadColumn, preview_of};
pub use inbox::Inbox;
use shown::LeadList;

pub fn routes() -> Routes {
    let new = json!({ "name": "Janeiro", "source": "CRM", "dated": "2026-11-22T12:00:00Z", "expires": null });
    let one = "/api/v1/lead-lists/{list}";
    let routes = Routes::default()
        .get(
            "/api/v1/lead-lists",
            all,
            about("Those that are not discarded, the newest first").lists::<LeadList>(json!([example()])),
        )
        .post(
            "/api/v1/lead-lists",
            create,
            about("An empty list, to be filled by hand or by programs")
                .takes::<NewLeadList>(new)
                .gives::<LeadList>(201, example()),
        )
        .get(one, look_at, about("As it is now, with its import's progress").gives::<LeadList>(200, example()))
        .delete(one, discard, about("Takes it away: nobody of it is called any more"));
    rework::add(fill::add(import::add(files::add(routes))))
}

pub(super) fn example() -> Value {
    json!({ "list": "70", "name": "Janeiro", "source": "CRM", "dated": "2026-11-22T12:00:00Z", "expires": null, "user": "7",
        "made": "2026-11-22T12:00:00Z", "state": "ready", "standing": { "kind": "ready", "since": null }, "leads": 2, "numbers": 3,
        "filter": [], "aside": 0, "rework": null,
        "import": { "file": "clientes.csv", "rows": 2, "bad": 0, "twice": 0, "part": null, "running": false, "error": null } })
}

/// What is said of a list.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewLeadList {
    name: String,
    /// Who gave it.
    source: String,
    /// As old as what is in it; left out: now.
    dated: Option<DateTime<Utc>>,
    /// Nobody of it is called from then on; null: it never is too old.
    expires: Option<DateTime<Utc>>,
}

impl NewLeadList {
    fn into_list(self, list: ListId, person: &Person, state: ListState) -> Result<List, Error> {
        let now = Utc::now();
        let (name, source) = (named("name", &self.name)?, named("source", &self.source)?);
        let dated = self.dated.unwrap_or(now);
        if self.expires.is_some_and(|expires| expires <= dated) {
            return Err(Error::field("expires", "invalid", "expires: after the date of the list"));
        }
        let (expires, user) = (self.expires, Some(person.user));
        Ok(List {
            list,
            name,
            source,
            dated,
            expires,
            user,
            made: now,
            state,
            leads: 0,
            numbers: 0,
            filter: Filter::default(),
            aside: 0,
            reworked: false,
        })
    }
}

/// Whoever steers campaigns brings leads.
async fn may(person: &Person) -> Result<(), Error> {
    person.may(Action::Steer, Whose::Nothing).await
}

async fn all(person: Person, State(desk): State<Arc<Desk>>) -> Result<axum::Json<Vec<LeadList>>, Error> {
    may(&person).await?;
    shown::all(&desk).await.map(axum::Json)
}

async fn look_at(
    person: Person,
    State(desk): State<Arc<Desk>>,
    Named(list): Named<Id>,
) -> Result<axum::Json<LeadList>, Error> {
    may(&person).await?;
    shown::one(&desk, list.into()).await.map(axum::Json)
}

async fn create(
    person: Person,
    key: Key,
    State(desk): State<Arc<Desk>>,
    Body(new): Body<NewLeadList>,
) -> Result<Response, Error> {
    may(&person).await?;
    let list = new.into_list(id_of(&person, &key), &person, ListState::Ready)?;
    let (id, detail) = (list.list, json!({ "list": Id::from(list.list), "name": list.name, "source": list.source }));
    desk.stored(move |store| store.open_list(list, None)).await?;
    desk.audit(Some(person.user), person.address, "lead-list-created", detail).await?;
    Ok((StatusCode::CREATED, axum::Json(shown::one(&desk, id).await?)).into_response())
}

async fn discard(person: Person, State(desk): State<Arc<Desk>>, Named(list): Named<Id>) -> Result<StatusCode, Error> {
    may(&person).await?;
    let imports = desk.imports.clone();
    let id = ListId::from(list);
    match tokio::task::spawn_blocking(move || imports.discard(id)).await?? {
        true => {
            desk.audit(Some(person.user), person.address, "lead-list-discarded", json!({ "list": list })).await?;
            Ok(StatusCode::NO_CONTENT)
        }
        false => Err(Error::not_found()),
    }
}

/// A list's id is chosen here. The same key of the same person gives the same one, so that a form that is sent twice makes one list.
fn id_of(person: &Person, key: &Key) -> ListId {
    let bytes = match key.of(person) {
        Some(key) => {
            let digest: [u8; 32] = Sha256::digest(format!("lead-list:{}", key.0)).into();
            digest.first_chunk::<8>().copied().unwrap_or_default()
        }
        None => secret::random(),
    };
    ListId(u64::from_le_bytes(bytes) >> 1)
}

/// What people call something.
fn named(field: &str, text: &str) -> Result<String, Error> {
    let text = text.trim();
    let right = (1..=MAX_NAME).contains(&text.chars().count()) && !text.contains(char::is_control);
    right
        .then(|| text.to_owned())
        .ok_or_else(|| Error::field(field, "invalid", format!("{field}: 1 to {MAX_NAME} letters")))
}

const MAX_NAME: usize = 200;
