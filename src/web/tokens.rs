//! Tokens: what a person lets a program do. Shown once, kept as a hash, limited to permissions that the person has.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use engine::staff::Permission;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::store::TokenRow;

use super::body::{Body, Named};
use super::desk::Desk;
use super::doc::{Routes, about};
use super::error::Error;
use super::person::Person;
use super::secret;
use super::shape::Id;

pub fn routes() -> Routes {
    let token =
        json!({ "token": "8", "name": "CRM", "scopes": ["calls"], "made": "2026-03-12T14:00:00Z", "until": null });
    let new = json!({ "name": "CRM", "scopes": ["calls"], "until": null });
    let mut made = token.clone();
    made["secret"] = json!("9f86d0…");
    Routes::default()
        .get("/api/v1/session/tokens", list, about("One's own tokens").lists::<Token>(json!([token])))
        .post(
            "/api/v1/session/tokens",
            make,
            about("Makes a token; its secret is shown once").takes::<NewToken>(new).gives::<MadeToken>(201, made),
        )
        .delete("/api/v1/session/tokens/{token}", take_back, about("Takes a token back"))
}

#[derive(Serialize, ToSchema)]
pub struct Token {
    token: Id,
    name: String,
    /// Permissions.
    scopes: Vec<String>,
    made: DateTime<Utc>,
    until: Option<DateTime<Utc>>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewToken {
    name: String,
    scopes: Vec<String>,
    until: Option<DateTime<Utc>>,
}

#[derive(Serialize, ToSchema)]
pub struct MadeToken {
    #[serde(flatten)]
    token: Token,
    /// To be sent as `Authorization: Bearer …`.
    secret: String,
}

impl From<TokenRow> for Token {
    fn from(row: TokenRow) -> Token {
        let scopes = row.scopes.iter().map(|scope| scope.name().to_owned()).collect();
        Token { token: Id(row.token), name: row.name, scopes, made: row.made, until: row.until }
    }
}

async fn list(person: Person, State(desk): State<Arc<Desk>>) -> Result<axum::Json<Vec<Token>>, Error> {
    person.session()?;
    Ok(axum::Json(desk.tokens_of(person.user).into_iter().map(Token::from).collect()))
}

async fn make(person: Person, State(desk): State<Arc<Desk>>, Body(wish): Body<NewToken>) -> Result<Response, Error> {
    person.session()?;
    let held = person.rights(&desk)?.held;
    let scope = |name: &String| {
        let known = Permission::ALL.iter().copied().find(|scope| scope.name() == name && held.contains(scope));
        known.ok_or_else(|| Error::field("scopes", "unknown", "a token has only permissions that you have"))
    };
    let scopes = wish.scopes.iter().map(scope).collect::<Result<BTreeSet<_>, _>>()?;
    if wish.name.trim().is_empty() || wish.name.len() > 64 {
        return Err(Error::field("name", "invalid", "name: 1 to 64 bytes, so that you know it again"));
    }
    if desk.tokens_of(person.user).len() >= MOST_OF_ONE {
        return Err(Error::field("name", "too-many", "you have many tokens; take one back first"));
    }
    let (row, secret) = keep(&desk, &person, wish.name, scopes, wish.until).await?;
    Ok((StatusCode::CREATED, axum::Json(MadeToken { token: row.into(), secret })).into_response())
}

/// A new token of this person, and its secret.
pub async fn keep(
    desk: &Arc<Desk>,
    person: &Person,
    name: String,
    scopes: BTreeSet<Permission>,
    until: Option<DateTime<Utc>>,
) -> Result<(TokenRow, String), Error> {
    let token = secret::new();
    // Positive, so that it stays the same in every column and reader.
    let id = u64::from_be_bytes(secret::random()) >> 1;
    let (user, kept) = (person.user, secret::kept(&token));
    let row = TokenRow { token: id, secret: kept, user, name, scopes, made: Utc::now(), until };
    let (kept, scopes) = (row.clone(), row.scopes.iter().map(|scope| scope.name()).collect::<Vec<_>>());
    desk.stored(move |store| store.keep_token(kept)).await?;
    desk.add_token(row.clone());
    desk.audit(Some(user), person.address, "token-made", json!({ "token": Id(id), "scopes": scopes })).await?;
    Ok((row, token))
}

async fn take_back(
    person: Person,
    State(desk): State<Arc<Desk>>,
    Named(token): Named<Id>,
) -> Result<StatusCode, Error> {
    person.session()?;
    desk.tokens_of(person.user).iter().find(|row| row.token == token.0).ok_or_else(Error::not_found)?;
    forget(&desk, &person, token).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A token of this person is good no more.
pub async fn forget(desk: &Arc<Desk>, person: &Person, token: Id) -> Result<(), Error> {
    desk.stored(move |store| store.remove_token(token.0)).await?;
    desk.remove_token(token.0);
    desk.audit(Some(person.user), person.address, "token-taken-back", json!({ "token": token })).await
}

const MOST_OF_ONE: usize = 32;
