//! One's own password and one-time codes.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use chrono::Utc;
use engine::access::{Action, Kind, Whose};
use engine::id::UserId;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::body::{Body, Named};
use super::desk::{Desk, locked};
use super::doc::{Routes, about};
use super::error::Error;
use super::person::Person;
use super::session::attempt;
use super::shape::Id;
use super::{secret, totp};

pub fn routes() -> Routes {
    Routes::default()
        .post(
            "/api/v1/session/password",
            change_password,
            about("Changes one's own password; other sessions end")
                .takes::<NewPassword>(json!({ "old": "…", "new": "…" })),
        )
        .get(
            "/api/v1/session/totp",
            totp_of,
            about("Whether one signs in with one-time codes").gives::<Totp>(200, json!({ "active": true })),
        )
        .post(
            "/api/v1/session/totp",
            begin_totp,
            about("Begins one-time codes").takes::<Present>(json!({ "password": "…" })).gives::<TotpSecret>(
                200,
                json!({ "secret": "MZXW6YTBOI", "uri": "otpauth://totp/Ramal:luana?secret=MZXW6YTBOI&issuer=Ramal" }),
            ),
        )
        .put(
            "/api/v1/session/totp",
            confirm_totp,
            about("Confirms one-time codes by the first one").takes::<Confirm>(json!({ "code": "123456" })),
        )
        .delete(
            "/api/v1/session/totp",
            end_totp,
            about("Ends one-time codes").takes::<Present>(json!({ "password": "…" })),
        )
        .get(
            "/api/v1/users/{user}/totp",
            whether,
            about("Whether somebody signs in with one-time codes").gives::<Totp>(200, json!({ "active": true })),
        )
        .delete(
            "/api/v1/users/{user}/totp",
            free,
            about("Ends somebody's one-time codes: their authenticator is lost; their sessions end"),
        )
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPassword {
    old: String,
    new: String,
}

/// The password is asked again.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Present {
    password: String,
}

#[derive(Serialize, ToSchema)]
pub struct Totp {
    active: bool,
}

#[derive(Serialize, ToSchema)]
pub struct TotpSecret {
    /// Base32.
    secret: String,
    /// For a QR code.
    uri: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Confirm {
    code: String,
}

async fn change_password(
    person: Person,
    State(desk): State<Arc<Desk>>,
    Body(wish): Body<NewPassword>,
) -> Result<StatusCode, Error> {
    let (user, own) = (person.user, *person.session()?);
    again(&desk, &person, "old", wish.old).await?;
    let kept = desk.passwords.hash(wish.new).await?;
    let ended = desk.sessions.end_all_of(user, Some(&own));
    desk.stored(move |store| store.set_password(user, kept).and_then(|()| store.end_sessions(ended))).await?;
    desk.audit(Some(user), person.address, "password-changed", json!({ "user": user.to_string() })).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Whoever finds an open page does not change how its person signs in: the password is asked again, at the same pace.
/// `field` is what it was called in the wish.
async fn again(desk: &Arc<Desk>, person: &Person, field: &str, password: String) -> Result<(), Error> {
    let user = person.user;
    let login = desk.people.staff().user(user).map(|user| secret::kept(&user.login.to_ascii_lowercase()));
    let login = login.ok_or_else(Error::not_signed_in)?;
    attempt(desk, &login, person.address)?;
    let credentials = desk.stored(move |store| store.credentials(user)).await?;
    if !desk.passwords.verify(password, credentials.password).await? {
        desk.audit(Some(user), person.address, "password-wrong", json!({})).await?;
        return Err(Error::field(field, "wrong", "this is not the present password"));
    }
    locked(&desk.paces.logins).succeeded(&login);
    locked(&desk.paces.strangers).succeeded(&person.address);
    Ok(())
}

async fn totp_of(person: Person, State(desk): State<Arc<Desk>>) -> Result<axum::Json<Totp>, Error> {
    person.session()?;
    let user = person.user;
    let credentials = desk.stored(move |store| store.credentials(user)).await?;
    Ok(axum::Json(Totp { active: credentials.totp.is_some() }))
}

async fn begin_totp(
    person: Person,
    State(desk): State<Arc<Desk>>,
    Body(wish): Body<Present>,
) -> Result<axum::Json<TotpSecret>, Error> {
    person.session()?;
    again(&desk, &person, "password", wish.password).await?;
    let login = desk.people.staff().user(person.user).map(|user| user.login.clone());
    let shared = secret::random::<{ totp::SECRET }>();
    desk.begin_totp(person.user, shared);
    let uri = totp::uri(&login.unwrap_or_default(), &shared);
    Ok(axum::Json(TotpSecret { secret: totp::base32(&shared), uri }))
}

async fn confirm_totp(
    person: Person,
    State(desk): State<Arc<Desk>>,
    Body(wish): Body<Confirm>,
) -> Result<StatusCode, Error> {
    person.session()?;
    let user = person.user;
    let shared = desk.begun_totp(user).ok_or_else(|| Error::new(StatusCode::CONFLICT, "wrong-state", "begin first"))?;
    let now = u64::try_from(Utc::now().timestamp()).unwrap_or_default();
    let Some(step) = totp::step_of(&shared, &wish.code, now) else {
        return Err(Error::field("code", "wrong", "this is not the present code; is the clock right?"));
    };
    desk.stored(move |store| store.set_totp(user, Some(shared.to_vec())).and_then(|()| store.take_step(user, step)))
        .await?;
    desk.audit(Some(user), person.address, "totp-begun", json!({})).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn end_totp(
    person: Person,
    State(desk): State<Arc<Desk>>,
    Body(wish): Body<Present>,
) -> Result<StatusCode, Error> {
    person.session()?;
    again(&desk, &person, "password", wish.password).await?;
    let user = person.user;
    desk.stored(move |store| store.set_totp(user, None)).await?;
    desk.audit(Some(user), person.address, "totp-ended", json!({})).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// For whoever may end them.
async fn whether(
    person: Person,
    State(desk): State<Arc<Desk>>,
    Named(user): Named<Id>,
) -> Result<axum::Json<Totp>, Error> {
    let user = UserId::from(user);
    person.may(Action::Edit(Kind::User), Whose::Shared).await?;
    desk.people.staff().user(user).ok_or_else(Error::not_found)?;
    let credentials = desk.stored(move |store| store.credentials(user)).await?;
    Ok(axum::Json(Totp { active: credentials.totp.is_some() }))
}

/// The way back for who lost the authenticator: whoever may give a new password may end the codes.
async fn free(person: Person, State(desk): State<Arc<Desk>>, Named(user): Named<Id>) -> Result<StatusCode, Error> {
    let user = UserId::from(user);
    person.may(Action::Edit(Kind::User), Whose::Shared).await?;
    desk.people.staff().user(user).ok_or_else(Error::not_found)?;
    person.session()?;
    let ended = desk.sessions.end_all_of(user, None);
    desk.stored(move |store| store.set_totp(user, None).and_then(|()| store.end_sessions(ended))).await?;
    desk.audit(Some(person.user), person.address, "totp-ended", json!({ "user": user.to_string() })).await?;
    Ok(StatusCode::NO_CONTENT)
}
