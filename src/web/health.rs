//! For who watches over the installation (SP-12): does it live, can it work and why not, how much does it do.
//!
//! `/health` is for everybody and says one word. `/ready` and `/metrics` are for programs on this machine that ask under a loopback
//! name, which nobody does through a proxy, and for whoever holds the permission `settings`: a token with that scope, say.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use engine::access::{Action, Whose};
use engine::border::{Look, What};
use engine::news::{RegistrationState, Snapshot};
use serde_json::{Value, json};
use tokio::time::timeout;

use super::desk::Desk;
use super::error::Error;
use super::metrics;
use super::person::{Peer, Person};

pub fn routes() -> Router<Arc<Desk>> {
    Router::new().route("/health", get(health)).route("/ready", get(ready)).route("/metrics", get(measures))
}

/// The thread of signalling and engine answers.
async fn health(State(desk): State<Arc<Desk>>) -> Response {
    match snapshot(&desk).await {
        Some(_) => axum::Json(json!({ "status": "ok" })).into_response(),
        None => (StatusCode::SERVICE_UNAVAILABLE, axum::Json(json!({ "status": "stuck" }))).into_response(),
    }
}

async fn ready(watcher: Watcher, State(desk): State<Arc<Desk>>) -> Result<Response, Error> {
    watcher.may().await?;
    let reasons = reasons(&desk, snapshot(&desk).await.as_ref());
    let status = if reasons.is_empty() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let answer = json!({ "ready": reasons.is_empty(), "reasons": reasons });
    Ok((status, axum::Json(answer)).into_response())
}

async fn measures(watcher: Watcher, State(desk): State<Arc<Desk>>) -> Result<Response, Error> {
    watcher.may().await?;
    let snapshot = snapshot(&desk).await.ok_or_else(|| {
        Error::new(StatusCode::SERVICE_UNAVAILABLE, "timeout", "the engine does not answer; see /health")
    })?;
    let pages = desk.told.receiver_count();
    let text = metrics::text(&snapshot, &desk.standing.seen(), pages);
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response())
}

/// Each with the name of what it is about; an engine that does not answer is the only one then.
fn reasons(desk: &Desk, snapshot: Option<&Snapshot>) -> Vec<Value> {
    let Some(snapshot) = snapshot else { return vec![json!({ "reason": "engine-stuck" })] };
    let seen = desk.standing.seen();
    let mut reasons = Vec::new();
    if desk.standing.is_draining() {
        reasons.push(json!({ "reason": "draining" }));
    }
    reasons.extend(seen.store.map(|why| json!({ "reason": "store-failing", "why": why })));
    reasons.extend(seen.recordings.map(|why| json!({ "reason": "no-recordings", "why": why })));
    let down = snapshot.groups.iter().filter(|group| !group.up);
    reasons.extend(down.map(|group| json!({ "reason": "group-down", "group": group.group, "why": group.last_error })));
    let works = |state| matches!(state, RegistrationState::Registered | RegistrationState::NotNeeded);
    if !snapshot.accounts.iter().any(|account| works(account.registration.state)) {
        reasons.push(json!({ "reason": "nothing-registered" }));
    }
    reasons
}

/// As the daemon itself sees it.
async fn snapshot(desk: &Desk) -> Option<Snapshot> {
    let answer = timeout(PATIENCE, desk.handle.command(What::Look(Look::Watch { since: None }), None)).await;
    answer.ok()?.ok()?.snapshot()
}

/// Who asks for figures.
struct Watcher {
    here: bool,
    person: Option<Person>,
}

impl Watcher {
    async fn may(&self) -> Result<(), Error> {
        match &self.person {
            _ if self.here => Ok(()),
            Some(person) => person.may(Action::Settings, Whose::Nothing).await,
            None => Err(Error::not_signed_in()),
        }
    }
}

impl axum::extract::FromRequestParts<Arc<Desk>> for Watcher {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut axum::http::request::Parts, desk: &Arc<Desk>) -> Result<Watcher, Error> {
        let Peer(address) = Peer::from_request_parts(parts, desk).await?;
        let here = address.is_loopback() && names_loopback(&parts.headers);
        let person = <Option<Person> as axum::extract::FromRequestParts<_>>::from_request_parts(parts, desk).await;
        // A program here needs no proof, and a wrong one is none.
        Ok(Watcher { here, person: if here { None } else { person? } })
    }
}

/// A proxy passes on the name that somebody typed elsewhere.
fn names_loopback(headers: &HeaderMap) -> bool {
    let Some(host) = headers.get(header::HOST).and_then(|host| host.to_str().ok()) else { return false };
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        Some(_) | None => host,
    };
    let address = name.trim_matches(['[', ']']).parse::<IpAddr>();
    name.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}

/// An engine that needs longer is stuck: its law is 1 ms an input.
const PATIENCE: Duration = Duration::from_secs(2);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sp_12_a_name_typed_elsewhere_is_no_loopback_even_through_a_proxy_here() {
        for (host, here) in [
            ("127.0.0.1:8080", true),
            ("localhost", true),
            ("[::1]:8080", true),
            ("127.0.3.4:8080", true),
            ("desk.example:8080", false),
            ("192.168.0.10", false),
            ("127.0.0.1.evil.example", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, host.parse().unwrap());
            assert_eq!(names_loopback(&headers), here, "{host}");
        }
        assert!(!names_loopback(&HeaderMap::new()));
    }
}
