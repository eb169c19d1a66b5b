//! Who asks: by the cookie of a browser or the token of a program.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::header::{AUTHORIZATION, COOKIE};
use axum::http::request::Parts;
use chrono::Utc;
use engine::access::{Action, Whose};
use engine::border::{Actor, IdempotencyKey};
use engine::id::UserId;
use engine::staff::Permission;

use crate::driver::Handle;

use super::desk::{Desk, locked};
use super::error::Error;
use super::people::Rights;
use super::secret::{self, Kept};

/// The far end of a connection; put into every request by the server.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Peer(pub IpAddr);

/// A person who is signed in, or a program that acts for one.
#[derive(Clone, Debug)]
pub struct Person {
    pub user: UserId,
    pub address: IpAddr,
    pub by: By,
    /// Commands through it are this person's.
    pub handle: Handle,
}

/// How somebody proved it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum By {
    Session(Kept),
    Token(BTreeSet<Permission>),
}

impl Person {
    pub fn rights(&self, desk: &Desk) -> Result<Rights, Error> {
        let scopes = match &self.by {
            By::Session(_) => None,
            By::Token(scopes) => Some(scopes),
        };
        desk.people.rights(self.user, scopes).ok_or_else(Error::not_signed_in)
    }

    pub async fn may(&self, action: Action, whose: Whose) -> Result<(), Error> {
        Ok(self.handle.may(action, whose).await?)
    }

    /// What belongs to a sign-in by password: no program does it.
    pub fn session(&self) -> Result<&Kept, Error> {
        match &self.by {
            By::Session(secret) => Ok(secret),
            By::Token(_) => Err(Error::new(
                axum::http::StatusCode::FORBIDDEN,
                "not-allowed",
                "a token cannot do this; sign in with a password",
            )),
        }
    }
}

impl FromRequestParts<Arc<Desk>> for Person {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, desk: &Arc<Desk>) -> Result<Person, Error> {
        let Peer(address) = peer(parts)?;
        let (secret, by, user) = match bearer(parts).or_else(|| feed(parts)) {
            Some(token) => {
                let secret = secret::kept(token);
                let row = desk.token(&secret).ok_or_else(Error::not_signed_in)?;
                // An address is passed on and written down more easily than a header.
                if bearer(parts).is_none() && row.scopes != BTreeSet::from([Permission::CallbacksSee]) {
                    return Err(Error::not_signed_in());
                }
                (secret, By::Token(row.scopes), row.user)
            }
            None => {
                let secret = cookie(parts, desk.names.cookie()).map(secret::kept).ok_or_else(Error::not_signed_in)?;
                let user = desk.sessions.seen(&secret, Utc::now()).ok_or_else(Error::not_signed_in)?;
                (secret, By::Session(secret), user)
            }
        };
        let taken = locked(&desk.paces.sessions).take(secret, Instant::now());
        taken.map_err(|wait| Error::too_many(wait, "too many requests of one session; slow down"))?;
        let actor = match &by {
            By::Session(_) => Actor::User(user),
            By::Token(scopes) => Actor::Program { user, scopes: scopes.iter().copied().collect() },
        };
        Ok(Person { user, address, by, handle: desk.handle.acting_for(actor) })
    }
}

impl OptionalFromRequestParts<Arc<Desk>> for Person {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, desk: &Arc<Desk>) -> Result<Option<Person>, Error> {
        let person = <Person as FromRequestParts<Arc<Desk>>>::from_request_parts(parts, desk).await;
        match person {
            Ok(person) => Ok(Some(person)),
            Err(error) if error.code() == "not-signed-in" => Ok(None),
            Err(error) => Err(error),
        }
    }
}

impl FromRequestParts<Arc<Desk>> for Peer {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<Desk>) -> Result<Peer, Error> {
        peer(parts)
    }
}

/// The header `Idempotency-Key`, as this person's own: nobody meets the keys of others.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Key(pub Option<String>);

impl Key {
    pub fn of(&self, person: &Person) -> Option<IdempotencyKey> {
        self.0.as_ref().map(|key| IdempotencyKey(format!("u{}:{key}", person.user)))
    }
}

impl FromRequestParts<Arc<Desk>> for Key {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<Desk>) -> Result<Key, Error> {
        let Some(key) = parts.headers.get("idempotency-key") else { return Ok(Key(None)) };
        let key = key.to_str().ok().filter(|key| (1..=LONGEST_KEY).contains(&key.len()));
        let wrong = || Error::bad(format!("Idempotency-Key: 1 to {LONGEST_KEY} plain characters"));
        key.map(|key| Key(Some(key.to_owned()))).ok_or_else(wrong)
    }
}

fn peer(parts: &Parts) -> Result<Peer, Error> {
    parts.extensions.get::<Peer>().copied().ok_or_else(|| Error::bad("a request without a far end"))
}

/// Calendars know addresses alone: of a feed the token may stand in it.
fn feed(parts: &Parts) -> Option<&str> {
    let query = parts.uri.query().filter(|_| parts.uri.path().ends_with(".ics"))?;
    query.split('&').find_map(|part| part.strip_prefix("token="))
}

fn bearer(parts: &Parts) -> Option<&str> {
    parts.headers.get(AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ").map(str::trim)
}

fn cookie<'p>(parts: &'p Parts, name: &str) -> Option<&'p str> {
    let all = parts.headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = all.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(own, _)| *own == name).map(|(_, value)| value)
}

/// With the person before it, it stays within the engine's 128 bytes.
const LONGEST_KEY: usize = 100;
