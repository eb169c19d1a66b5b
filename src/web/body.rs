//! What a request says, read strictly: JSON of a known shape, ids in the path, questions behind it.

use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, FromRequestParts, OptionalFromRequest, Path, Query, Request};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use chrono::NaiveDateTime;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, de};

use super::error::Error;

/// A body of JSON.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Body<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Body<T>, Error> {
        <axum::Json<T> as FromRequest<S>>::from_request(request, state)
            .await
            .map(|axum::Json(value)| Body(value))
            .map_err(wrong)
    }
}

/// Where nothing need be said.
impl<T: DeserializeOwned, S: Send + Sync> OptionalFromRequest<S> for Body<T> {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Option<Body<T>>, Error> {
        match request.headers().contains_key(header::CONTENT_TYPE) {
            true => <Body<T> as FromRequest<S>>::from_request(request, state).await.map(Some),
            false => Ok(None),
        }
    }
}

fn wrong(rejection: JsonRejection) -> Error {
    match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Error::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "this is too long"),
        // The sentence names the field and what is expected, and repeats no value.
        _ => Error::bad(rejection.body_text()),
    }
}

/// What stands in the path; whatever is no id names nothing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Named<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Named<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Named<T>, Error> {
        let named = Path::<T>::from_request_parts(parts, state).await;
        named.map(|Path(value)| Named(value)).map_err(|_| Error::not_found())
    }
}

/// What is asked behind the path.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Asked<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Asked<T>, Error> {
        let asked = Query::<T>::from_request_parts(parts, state).await;
        asked.map(|Query(value)| Asked(value)).map_err(|why| Error::bad(why.body_text()))
    }
}

/// A time on a wall as pages have it, with seconds or without.
pub fn wall<'de, D: Deserializer<'de>>(field: D) -> Result<NaiveDateTime, D::Error> {
    let text = String::deserialize(field)?;
    let forms = ["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M"];
    let read = forms.iter().find_map(|form| NaiveDateTime::parse_from_str(&text, form).ok());
    read.ok_or_else(|| de::Error::custom("when: as 2026-11-23T09:00"))
}
