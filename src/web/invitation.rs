//! How people come to their first password, or to a new one: a link that works once, handed to them by whoever administers users.
//! Nobody else ever knows the password.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, TimeDelta, Utc};
use engine::access::{Action, Kind, Whose};
use engine::border::StoreError;
use engine::id::UserId;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::store::Store;

use super::body::{Body, Named};
use super::desk::Desk;
use super::doc::{Routes, about};
use super::error::Error;
use super::person::{Peer, Person};
use super::shape::Id;
use super::{secret, session};

pub fn routes() -> Routes {
    let invitation = json!({ "link": "https://ramal.example.com/#/welcome/9f86d0…", "until": "2026-03-14T12:00:00Z" });
    Routes::default()
        .post(
            "/api/v1/users/{user}/invitation",
            invite,
            about("Makes a link by which somebody chooses a password, once; an earlier link ends")
                .gives::<Invitation>(201, invitation),
        )
        .post(
            "/api/v1/invitation",
            look,
            about("Whose link this is")
                .open()
                .takes::<Held>(json!({ "token": "9f86d0…" }))
                .gives::<Invited>(200, json!({ "login": "luana", "name": "Luana Andrade" })),
        )
        .put(
            "/api/v1/invitation",
            accept,
            about("Chooses a password by a link; signs in, unless one-time codes are asked for too")
                .open()
                .takes::<Accepted>(json!({ "token": "9f86d0…", "password": "…" })),
        )
}

#[derive(Serialize, ToSchema)]
pub struct Invitation {
    /// To be handed to its person and to nobody else.
    pub link: String,
    pub until: DateTime<Utc>,
}

/// Without the link, which is a secret.
impl std::fmt::Debug for Invitation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Invitation").field("until", &self.until).finish_non_exhaustive()
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Held {
    /// Of the link.
    token: String,
}

#[derive(Serialize, ToSchema)]
pub struct Invited {
    login: String,
    name: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Accepted {
    /// Of the link.
    token: String,
    password: String,
}

/// Whoever may give a new password may invite. What is open stays open until the link is used.
async fn invite(person: Person, State(desk): State<Arc<Desk>>, Named(user): Named<Id>) -> Result<Response, Error> {
    let user = UserId::from(user);
    person.may(Action::Edit(Kind::User), Whose::Shared).await?;
    let active = desk.people.staff().user(user).ok_or_else(Error::not_found)?.active;
    if !active {
        return Err(Error::new(StatusCode::CONFLICT, "wrong-state", "this person may not sign in; activate first"));
    }
    let address = desk.names.address();
    let invitation = desk.stored(move |store| Invitation::write(store, user, &address)).await?;
    desk.audit(Some(person.user), person.address, "invited", json!({ "user": user.to_string() })).await?;
    Ok((StatusCode::CREATED, axum::Json(invitation)).into_response())
}

impl Invitation {
    /// A new one, in the place of an earlier one. `address`: the desktop's, with its scheme.
    ///
    /// # Errors
    /// It could not be kept.
    pub fn write(store: &Store, user: UserId, address: &str) -> Result<Invitation, StoreError> {
        let (token, until) = (secret::new(), Utc::now() + LASTS);
        store.invite(user, secret::kept(&token), until)?;
        Ok(Invitation { link: format!("{address}/#/welcome/{token}"), until })
    }
}

async fn look(State(desk): State<Arc<Desk>>, Body(held): Body<Held>) -> Result<axum::Json<Invited>, Error> {
    let user = holder(&desk, &held.token).await?;
    let staff = desk.people.staff();
    let user = staff.user(user).filter(|user| user.active).ok_or_else(used_up)?;
    Ok(axum::Json(Invited { login: user.login.clone(), name: user.name.clone() }))
}

async fn accept(
    State(desk): State<Arc<Desk>>,
    Peer(address): Peer,
    Body(wish): Body<Accepted>,
) -> Result<Response, Error> {
    let user = holder(&desk, &wish.token).await?;
    let active = desk.people.staff().user(user).is_some_and(|user| user.active);
    // Hashing is costly: for nobody without a link that holds.
    let password = if active { desk.passwords.hash(wish.password).await? } else { return Err(used_up()) };
    let kept = secret::kept(&wish.token);
    if !desk.stored(move |store| store.take_invitation(kept, Utc::now(), password)).await? {
        return Err(used_up());
    }
    let ended = desk.sessions.end_all_of(user, None);
    desk.stored(move |store| store.end_sessions(ended)).await?;
    desk.audit(Some(user), address, "invitation-used", json!({ "user": user.to_string() })).await?;
    let credentials = desk.stored(move |store| store.credentials(user)).await?;
    match credentials.totp {
        Some(_) => Ok(StatusCode::NO_CONTENT.into_response()),
        None => Ok((session::begin(&desk, user).await?, StatusCode::NO_CONTENT).into_response()),
    }
}

async fn holder(desk: &Arc<Desk>, token: &str) -> Result<UserId, Error> {
    let kept = secret::kept(token);
    desk.stored(move |store| store.invited(kept, Utc::now())).await?.ok_or_else(used_up)
}

fn used_up() -> Error {
    Error::new(StatusCode::FORBIDDEN, "invitation-ended", "this link is not valid any more; ask for another one")
}

/// Over a weekend.
const LASTS: TimeDelta = TimeDelta::days(3);
