//! Every route there is, room by room.

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::header;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use utoipa::openapi::OpenApi;

use super::desk::Desk;
use super::doc::Routes;
use super::error::Error;
use super::{
    agent, appointments, audit, breaks, callbacks, calls, campaigns, cases, contacts, directory, extensions, gate,
    guard, headset, health, history, invitation, lead_lists, leads, lists, live, number_lists, page, proofs,
    recordings, schedules, session, settings, setup, sounds, supervise, suppressions, tokens, trace,
};

/// The API's routes and what is said of them.
fn all() -> Routes {
    Routes::default()
        .and(setup::routes())
        .and(session::routes())
        .and(proofs::routes())
        .and(invitation::routes())
        .and(tokens::routes())
        .and(live::routes())
        .and(agent::routes())
        .and(headset::routes())
        .and(calls::routes())
        .and(supervise::routes())
        .and(history::routes())
        .and(trace::routes())
        .and(cases::routes())
        .and(contacts::routes())
        .and(recordings::routes())
        .and(directory::routes())
        .and(extensions::routes())
        .and(settings::routes())
        .and(sounds::routes())
        .and(lists::routes())
        .and(schedules::routes())
        .and(callbacks::routes())
        .and(campaigns::routes())
        .and(lead_lists::routes())
        .and(leads::routes())
        .and(appointments::routes())
        .and(suppressions::routes())
        .and(number_lists::routes())
        .and(gate::routes())
        .and(breaks::routes())
        .and(audit::routes())
}

/// The whole of it: the API, its own description, the authority's certificate, figures for who watches, the page.
pub fn router(desk: Arc<Desk>) -> Router {
    all()
        .router
        .route("/api/v1/openapi.json", get(described))
        .route("/ramal-authority.pem", get(authority))
        .merge(health::routes())
        .fallback(page::page)
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(from_fn_with_state(desk.clone(), guard::guard))
        .with_state(desk)
}

/// The document that describes the API.
pub fn openapi() -> OpenApi {
    all().openapi()
}

async fn described() -> axum::Json<OpenApi> {
    axum::Json(openapi())
}

/// What people trust once, where we are our own authority.
async fn authority(State(desk): State<Arc<Desk>>) -> Result<Response, Error> {
    let pem = desk.keys.as_ref().and_then(|keys| keys.authority()).ok_or_else(Error::not_found)?;
    let headers = [
        (header::CONTENT_TYPE, "application/x-pem-file"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"ramal-authority.pem\""),
    ];
    Ok((headers, pem).into_response())
}

/// Bytes; a table of contacts comes in chunks.
const MAX_BODY: usize = 256 * 1024;
