//! The first start: whoever holds the one-use link becomes the first administrator.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use engine::border::{Reply, What};
use engine::id::UserId;
use engine::staff::{self, Builtin, Directions, Entry, EntryId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::body::Body;
use super::desk::{Desk, locked};
use super::doc::{Routes, about};
use super::error::Error;
use super::person::Peer;
use super::{secret, session};

pub fn routes() -> Routes {
    let example = json!({ "token": "9f86d0…", "name": "Luana Andrade", "login": "luana", "password": "…" });
    Routes::default()
        .get(
            "/api/v1/setup",
            needed,
            about("Whether an administrator is needed").open().gives::<Needed>(200, json!({ "needed": true })),
        )
        .post(
            "/api/v1/setup",
            set_up,
            about("Makes the first administrator, and signs in").open().takes::<SetUp>(example),
        )
}

#[derive(Serialize, ToSchema)]
pub struct Needed {
    needed: bool,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetUp {
    /// Of the link that was printed.
    token: String,
    name: String,
    login: String,
    password: String,
}

async fn needed(State(desk): State<Arc<Desk>>) -> axum::Json<Needed> {
    axum::Json(Needed { needed: locked(&desk.set_up).is_some() })
}

async fn set_up(
    State(desk): State<Arc<Desk>>,
    Peer(address): Peer,
    Body(wish): Body<SetUp>,
) -> Result<Response, Error> {
    let password = match right(&desk, &wish.token) {
        true => desk.passwords.hash(wish.password).await?,
        false => return Err(used_up()),
    };
    // Of two who hold it, one is first; it comes back where the login was wrong.
    let taken = locked(&desk.set_up).take().ok_or_else(used_up)?;
    let user = match create(&desk, wish.name, wish.login).await {
        Ok(user) => user,
        Err(error) => {
            locked(&desk.set_up).replace(taken);
            return Err(error);
        }
    };
    desk.stored(move |store| store.set_password(user, password)).await?;
    desk.catch_up().await?;
    desk.audit(Some(user), address, "set-up", json!({ "user": user.to_string() })).await?;
    Ok((session::begin(&desk, user).await?, StatusCode::NO_CONTENT).into_response())
}

fn right(desk: &Desk, token: &str) -> bool {
    let right = locked(&desk.set_up);
    right.is_some_and(|right| aws_lc_rs::constant_time::verify_slices_are_equal(&right, &secret::kept(token)).is_ok())
}

fn used_up() -> Error {
    Error::new(StatusCode::FORBIDDEN, "link-used", "this link is not valid any more; the daemon's log has the last one")
}

async fn create(desk: &Arc<Desk>, name: String, login: String) -> Result<UserId, Error> {
    let user = staff::User {
        user: UserId(0),
        login,
        name,
        language: "pt-BR".to_owned(),
        perfil: Builtin::Administrator.id(),
        ramal: None,
        location: None,
        queues: Default::default(),
        departments: Default::default(),
        directions: Directions::Both,
        active: true,
    };
    // Nobody is there yet who could be asked for the right.
    match desk.handle.command(What::Staff(staff::Command::Create(Entry::User(user))), None).await? {
        Reply::Kept { entry: EntryId::User(user) } => Ok(user),
        _ => Err(Error::bad("nobody was created")),
    }
}
