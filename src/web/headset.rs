//! The browser's headset: the page offers, the daemon answers. What was connected in a session ends with it (SP-05, SP-06).

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::http::StatusCode;
use engine::access::{Action, Whose};
use engine::id::UserId;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::task::AbortHandle;
use utoipa::ToSchema;

use crate::shards::browser::BrowserError;

use super::body::Body;
use super::desk::{Desk, locked};
use super::doc::{Routes, about};
use super::error::Error;
use super::person::Person;

pub fn routes() -> Routes {
    let sdp = "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 8\r\n…";
    Routes::default().post(
        "/api/v1/agent/browser",
        connect,
        about("Makes the page a headset: an offer in, the answer out")
            .takes::<PageOffer>(json!({ "sdp": sdp, "take": false }))
            .gives::<PageAnswer>(200, json!({ "sdp": sdp })),
    )
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PageOffer {
    /// With every candidate: what is found later cannot be told any more.
    sdp: String,
    /// Brings the sound here from another page of the same person.
    #[serde(default)]
    take: bool,
}

#[derive(Serialize, ToSchema)]
pub struct PageAnswer {
    sdp: String,
}

/// Who waits for the end of the session in which somebody's page was connected last.
#[derive(Debug, Default)]
pub struct Ends(Mutex<BTreeMap<UserId, AbortHandle>>);

async fn connect(
    person: Person,
    State(desk): State<Arc<Desk>>,
    Body(offer): Body<PageOffer>,
) -> Result<axum::Json<PageAnswer>, Error> {
    let session = *person.session()?;
    person.may(Action::ChooseDevice, Whose::Of(person.user)).await?;
    // Before the page is connected: a session that ends meanwhile takes the connection along.
    let mut end = desk.sessions.watch(&session).ok_or_else(Error::not_signed_in)?;
    let sdp = person.handle.browser_offer(person.user, offer.sdp, offer.take).await?;
    let (handle, user) = (desk.handle.clone(), person.user);
    let waiting = tokio::spawn(async move {
        // It has no news but its end.
        let _ended = end.changed().await;
        handle.browser_hang_up(user).await;
    });
    if let Some(former) = locked(&desk.headsets.0).insert(user, waiting.abort_handle()) {
        former.abort();
    }
    Ok(axum::Json(PageAnswer { sdp }))
}

impl From<BrowserError> for Error {
    fn from(why: BrowserError) -> Error {
        let (status, code) = match why {
            BrowserError::Taken => (StatusCode::CONFLICT, "taken"),
            BrowserError::Unusable(_) => (StatusCode::UNPROCESSABLE_ENTITY, "invalid"),
            BrowserError::Busy => (StatusCode::TOO_MANY_REQUESTS, "too-many"),
            BrowserError::Off => (StatusCode::SERVICE_UNAVAILABLE, "no-headsets"),
        };
        Error::new(status, code, why.to_string())
    }
}
