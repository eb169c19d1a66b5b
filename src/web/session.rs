//! Signing in and out, one's own password and one-time codes.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, Response};
use chrono::Utc;
use engine::access::Whose;
use engine::border::What;
use engine::id::UserId;
use engine::staff::{self, Entry};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::store::SessionRow;

use super::body::Body;
use super::desk::{Desk, locked};
use super::doc::{Routes, about};
use super::error::Error;
use super::people::Rights;
use super::person::{Peer, Person};
use super::shape::Me;
use super::{secret, totp};

pub fn routes() -> Routes {
    Routes::default()
        .get("/api/v1/session", who, about("Who is signed in").gives::<Me>(200, me()))
        .post(
            "/api/v1/session",
            sign_in,
            about("Signs in")
                .open()
                .takes::<SignIn>(json!({ "login": "luana", "password": "…" }))
                .gives::<Me>(200, me()),
        )
        .patch(
            "/api/v1/session",
            prefer,
            about("Changes one's own language")
                .takes::<Preferences>(json!({ "language": "en" }))
                .gives::<Me>(200, me()),
        )
        .delete("/api/v1/session", sign_out, about("Signs out"))
}

pub fn me() -> Value {
    json!({ "user": "7", "login": "luana", "name": "Luana Andrade", "language": "pt-BR", "perfil": "agent",
            "permissions": ["calls", "recordings.hear-own"], "ramal": "2107", "queues": ["12"], "location": null })
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    login: String,
    password: String,
    /// Six digits, where one-time codes are in use.
    code: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Preferences {
    /// `pt-BR` or `en`.
    language: String,
}

async fn who(person: Person, State(desk): State<Arc<Desk>>) -> Result<axum::Json<Me>, Error> {
    my_own(&desk, &person.rights(&desk)?).map(axum::Json)
}

fn my_own(desk: &Desk, rights: &Rights) -> Result<Me, Error> {
    desk.people.me(rights).ok_or_else(Error::not_signed_in)
}

async fn sign_in(
    State(desk): State<Arc<Desk>>,
    Peer(address): Peer,
    Body(wish): Body<SignIn>,
) -> Result<Response, Error> {
    let login = secret::kept(&wish.login.to_ascii_lowercase());
    attempt(&desk, &login, address)?;
    let user = desk.people.by_login(&wish.login);
    let known = user.as_ref().map(|user| user.user);
    let credentials = match known {
        Some(user) => desk.stored(move |store| store.credentials(user)).await?,
        None => Default::default(),
    };
    let right = desk.passwords.verify(wish.password, credentials.password).await?;
    let Some(user) = user.filter(|_| right) else { return Err(failed(&desk, known, address, "password").await?) };
    if let Some(shared) = credentials.totp {
        let Some(code) = wish.code else {
            // Half of it was right; the pauses stay.
            return Err(Error::new(StatusCode::UNAUTHORIZED, "code-needed", "the one-time code is needed too"));
        };
        if !takes(&desk, user.user, &shared, &code).await? {
            return Err(failed(&desk, known, address, "code").await?);
        }
    }
    locked(&desk.paces.logins).succeeded(&login);
    locked(&desk.paces.strangers).succeeded(&address);
    desk.audit(Some(user.user), address, "sign-in", json!({})).await?;
    let cookie = begin(&desk, user.user).await?;
    let rights = desk.people.rights(user.user, None).ok_or_else(Error::not_signed_in)?;
    Ok((cookie, axum::Json(my_own(&desk, &rights)?)).into_response())
}

/// Counted before the password is looked at: many at once are as slow as one after the other.
pub fn attempt(desk: &Desk, login: &secret::Kept, address: IpAddr) -> Result<(), Error> {
    let now = Instant::now();
    let slow = |wait: Duration| Error::too_many(wait, "too many wrong passwords; wait before the next one");
    locked(&desk.paces.strangers).attempt(&address, now).map_err(slow)?;
    locked(&desk.paces.logins).attempt(login, now).map_err(slow)
}

/// The same answer whether the login exists or not.
async fn failed(desk: &Arc<Desk>, user: Option<UserId>, address: IpAddr, what: &str) -> Result<Error, Error> {
    desk.audit(user, address, "sign-in-failed", json!({ "wrong": what })).await?;
    Ok(Error::new(StatusCode::UNAUTHORIZED, "bad-credentials", "login, password or code is wrong"))
}

/// Whether a code is right and was never taken before.
async fn takes(desk: &Arc<Desk>, user: UserId, shared: &[u8], code: &str) -> Result<bool, Error> {
    let now = u64::try_from(Utc::now().timestamp()).unwrap_or_default();
    match totp::step_of(shared, code, now) {
        Some(step) => desk.stored(move |store| store.take_step(user, step)).await,
        None => Ok(false),
    }
}

/// A new session; its cookie.
pub async fn begin(
    desk: &Arc<Desk>,
    user: UserId,
) -> Result<AppendHeaders<[(header::HeaderName, HeaderValue); 1]>, Error> {
    let (token, now) = (secret::new(), Utc::now());
    let row = SessionRow { secret: secret::kept(&token), user, began: now, seen: now };
    let gone = desk.sessions.begin(&row);
    desk.stored(move |store| store.keep_session(row).and_then(|()| store.end_sessions(gone))).await?;
    cookie(desk, &token, None)
}

/// HttpOnly: no script reads it. SameSite=Strict: no other page makes a browser send it.
fn cookie(
    desk: &Desk,
    token: &str,
    max_age: Option<u32>,
) -> Result<AppendHeaders<[(header::HeaderName, HeaderValue); 1]>, Error> {
    let (name, secure) = (desk.names.cookie(), if desk.names.tls() { "; Secure" } else { "" });
    let age = max_age.map_or_else(String::new, |age| format!("; Max-Age={age}"));
    let text = format!("{name}={token}; Path=/; HttpOnly; SameSite=Strict{secure}{age}");
    let value = HeaderValue::from_str(&text).map_err(|_| Error::bad("no cookie can be made"))?;
    Ok(AppendHeaders([(header::SET_COOKIE, value)]))
}

async fn sign_out(person: Person, State(desk): State<Arc<Desk>>) -> Result<Response, Error> {
    let secret = *person.session()?;
    desk.sessions.end(&secret);
    desk.stored(move |store| store.end_sessions(vec![secret])).await?;
    desk.audit(Some(person.user), person.address, "sign-out", json!({})).await?;
    Ok((cookie(&desk, "", Some(0))?, StatusCode::NO_CONTENT).into_response())
}

/// One's language is one's own, whoever administers the rest.
async fn prefer(
    person: Person,
    State(desk): State<Arc<Desk>>,
    Body(wish): Body<Preferences>,
) -> Result<axum::Json<Me>, Error> {
    person.session()?;
    person.may(engine::access::Action::See(engine::access::Kind::User), Whose::Of(person.user)).await?;
    let user = desk.people.staff().user(person.user).cloned().ok_or_else(Error::not_signed_in)?;
    let edited = Entry::User(staff::User { language: wish.language, ..user });
    desk.handle.command(What::Staff(staff::Command::Edit(edited)), None).await?;
    desk.catch_up().await?;
    my_own(&desk, &person.rights(&desk)?).map(axum::Json)
}
