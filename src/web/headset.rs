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

use crate::driver::Handle;
use crate::shards::browser::BrowserError;

use super::body::Body;
use super::desk::{Desk, locked};
use super::doc::{Routes, about};
use super::error::Error;
use super::person::Person;
use super::secret::Kept;
use super::sessions::Sessions;

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
    let sdp = desk.headsets.connect(&desk.sessions, &session, &desk.handle, person.user, offer).await?;
    Ok(axum::Json(PageAnswer { sdp }))
}

impl Ends {
    /// The answer's SDP; hangs up with the session.
    async fn connect(
        &self,
        sessions: &Sessions,
        session: &Kept,
        handle: &Handle,
        user: UserId,
        offer: PageOffer,
    ) -> Result<String, Error> {
        // Before the page is connected: a session that ends meanwhile takes the connection along.
        let mut end = sessions.watch(session).ok_or_else(Error::not_signed_in)?;
        let sdp = handle.browser_offer(user, offer.sdp, offer.take).await?;
        let handle = handle.clone();
        let waiting = tokio::spawn(async move {
            // It has no news but its end.
            let _ended = end.changed().await;
            handle.browser_hang_up(user).await;
        });
        if let Some(former) = locked(&self.0).insert(user, waiting.abort_handle()) {
            former.abort();
        }
        Ok(sdp)
    }
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use chrono::Utc;
    use tokio::sync::mpsc::Receiver;

    use super::*;
    use crate::driver::{PageRequest, Request};
    use crate::shards::browser::{Offer, PageKey};
    use crate::store::SessionRow;

    const ANA: UserId = UserId(7);
    const DESK: Kept = [1; 32];
    const LAPTOP: Kept = [2; 32];

    /// Ana is signed in at two browsers; the driver is whoever reads the other end.
    fn house() -> (Sessions, Ends, Handle, Receiver<Request>) {
        let now = Utc::now();
        let rows = [DESK, LAPTOP].map(|secret| SessionRow { secret, user: ANA, began: now, seen: now });
        let long = Duration::from_secs(3_600);
        let (handle, driver) = Handle::new();
        (Sessions::restore(rows.to_vec(), long, long), Ends::default(), handle, driver)
    }

    fn offer() -> PageOffer {
        PageOffer { sdp: "offer".to_owned(), take: false }
    }

    async fn offered(driver: &mut Receiver<Request>) -> Offer {
        match driver.recv().await {
            Some(Request::Page(PageRequest::Offer(offer))) => offer,
            other => panic!("no offer: {other:?}"),
        }
    }

    async fn hung_up(driver: &mut Receiver<Request>) -> PageKey {
        match driver.recv().await {
            Some(Request::Page(PageRequest::HangUp(page))) => page,
            other => panic!("not hung up: {other:?}"),
        }
    }

    #[tokio::test]
    async fn a_session_that_ends_while_its_page_is_being_connected_takes_the_connection_along() {
        let (sessions, ends, handle, mut driver) = house();
        let shard = async {
            let offer = offered(&mut driver).await;
            sessions.end(&DESK);
            offer.answer.send(Ok("answer".to_owned())).unwrap();
        };
        let (connected, ()) = tokio::join!(ends.connect(&sessions, &DESK, &handle, ANA, offer()), shard);
        assert_eq!(connected.unwrap(), "answer");
        assert_eq!(hung_up(&mut driver).await, PageKey(ANA.0));
    }

    #[tokio::test]
    async fn a_session_that_has_ended_connects_nothing() {
        let (sessions, ends, handle, mut driver) = house();
        sessions.end(&DESK);
        assert!(ends.connect(&sessions, &DESK, &handle, ANA, offer()).await.is_err());
        drop(handle);
        assert!(driver.recv().await.is_none(), "nothing was asked for");
    }

    #[tokio::test]
    async fn the_end_of_a_former_session_leaves_the_page_that_came_after_it() {
        let (sessions, ends, handle, mut driver) = house();
        for session in [DESK, LAPTOP] {
            let shard = async { offered(&mut driver).await.answer.send(Ok(String::new())).unwrap() };
            let (connected, ()) = tokio::join!(ends.connect(&sessions, &session, &handle, ANA, offer()), shard);
            connected.unwrap();
        }
        sessions.end(&DESK);
        // Whoever waited for it has had its turn when one that was begun later is through.
        tokio::spawn(async {}).await.unwrap();
        assert!(driver.try_recv().is_err(), "the page is the laptop's");
        sessions.end(&LAPTOP);
        assert_eq!(hung_up(&mut driver).await, PageKey(ANA.0));
    }
}
