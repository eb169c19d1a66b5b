//! The no to a request: a status, a code that the page words, an English sentence.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use engine::appointment::TooClose;
use engine::border::{Refusal, RefusalCode, StoreError};
use engine::callback::Impossible;
use engine::campaign::Refused;
use serde::Serialize;
use utoipa::ToSchema;

use super::lead_lists::LeadColumn;

/// What went wrong.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Error {
    pub status: StatusCode,
    said: Box<Said>,
    retry_after: Option<Duration>,
}

/// `{"error":{…}}`
#[derive(Serialize, ToSchema)]
pub struct ErrorBody {
    pub error: Said,
}

/// Why not.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct Said {
    /// `not-allowed`, `not-found`, `gate`, `bad-credentials` …
    code: String,
    /// In English.
    text: String,
    /// What it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    /// Of the gate: its rule that said no.
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<String>,
    /// Of a callback that cannot be promised for that time: why, and when it can.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    impossible: Option<Impossible>,
    /// Of an appointment too near another: the nearest times that are not.
    #[serde(skip_serializing_if = "Option::is_none")]
    near: Option<Near>,
    /// Of a file of leads where no column is a telephone yet: those it has.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    columns: Vec<LeadColumn>,
    /// What is wrong with each field.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    fields: BTreeMap<String, String>,
}

/// Times that are far enough; null where there is none that day.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct Near {
    before: Option<DateTime<Utc>>,
    after: Option<DateTime<Utc>>,
}

impl From<&TooClose> for Near {
    fn from(near: &TooClose) -> Near {
        Near { before: near.before.map(|due| due.at), after: near.after.map(|due| due.at) }
    }
}

impl Error {
    pub fn new(status: StatusCode, code: &str, text: impl Into<String>) -> Error {
        let said = Said {
            code: code.to_owned(),
            text: text.into(),
            field: None,
            rule: None,
            impossible: None,
            near: None,
            columns: Vec::new(),
            fields: BTreeMap::new(),
        };
        Error { status, said: Box::new(said), retry_after: None }
    }

    pub fn bad(text: impl Into<String>) -> Error {
        Error::new(StatusCode::BAD_REQUEST, "bad-request", text)
    }

    pub fn not_signed_in() -> Error {
        Error::new(StatusCode::UNAUTHORIZED, "not-signed-in", "sign in first")
    }

    pub fn not_found() -> Error {
        Error::new(StatusCode::NOT_FOUND, "not-found", "there is nothing with this id, or it is not yours")
    }

    /// `code` says what is wrong with `field`: `taken`, `too-short`, `invalid`.
    pub fn field(field: &str, code: &str, text: impl Into<String>) -> Error {
        let mut error = Error::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", text);
        error.said.field = Some(field.to_owned());
        error.said.fields = BTreeMap::from([(field.to_owned(), code.to_owned())]);
        error
    }

    /// What a file has instead.
    pub fn with_columns(mut self, columns: Vec<LeadColumn>) -> Error {
        self.said.columns = columns;
        self
    }

    /// Somebody was faster.
    pub fn conflict(text: &str) -> Error {
        Error::new(StatusCode::CONFLICT, "conflict", text)
    }

    pub fn too_many(wait: Duration, text: &str) -> Error {
        let error = Error::new(StatusCode::TOO_MANY_REQUESTS, "too-many", text);
        Error { retry_after: Some(wait), ..error }
    }

    /// The field, what is wrong with it in a word, and in English.
    pub fn about(&self) -> (String, String, String) {
        let field = self.said.field.clone().unwrap_or_default();
        let code = self.said.fields.get(&field).unwrap_or(&self.said.code).clone();
        (field, code, self.said.text.clone())
    }

    pub fn code(&self) -> &str {
        &self.said.code
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Error {
        let code = serde_json::to_value(refusal.code).ok();
        let code = code.as_ref().and_then(|code| code.as_str()).unwrap_or_default();
        if refusal.code == RefusalCode::Invalid {
            let taken = ["somebody else", "another"].iter().any(|word| refusal.text.starts_with(word));
            let wrong = if taken { "taken" } else { "invalid" };
            return match &refusal.field {
                Some(field) => Error::field(field, wrong, refusal.text.clone()),
                None => Error::new(StatusCode::UNPROCESSABLE_ENTITY, code, refusal.text),
            };
        }
        let mut error = Error::new(status(refusal.code), code, refusal.text);
        error.said.field = refusal.field;
        error.said.rule = refusal.rule;
        error.said.impossible = refusal.impossible.map(|impossible| *impossible);
        error.said.near = refusal.near.map(|near| Near::from(&*near));
        error
    }
}

fn status(code: RefusalCode) -> StatusCode {
    match code {
        RefusalCode::NotAllowed => StatusCode::FORBIDDEN,
        RefusalCode::NotFound
        | RefusalCode::NoSuchEntry
        | RefusalCode::NoSuchCall
        | RefusalCode::NoSuchAccount
        | RefusalCode::NoSuchDevice => StatusCode::NOT_FOUND,
        RefusalCode::Invalid | RefusalCode::Gate | RefusalCode::Impossible | RefusalCode::TooNear => {
            StatusCode::UNPROCESSABLE_ENTITY
        }
        RefusalCode::WrongState
        | RefusalCode::Outdated
        | RefusalCode::Exhausted
        | RefusalCode::OwnCall
        | RefusalCode::DeviceNotConnected
        | RefusalCode::TooManyCalls
        | RefusalCode::RouteDown => StatusCode::CONFLICT,
        RefusalCode::NoMediaPorts | RefusalCode::CannotRecord | RefusalCode::NotStored | RefusalCode::Draining => {
            StatusCode::SERVICE_UNAVAILABLE
        }
        RefusalCode::BadRequest => StatusCode::BAD_REQUEST,
        RefusalCode::Campaign(refused) => match refused {
            Refused::NoCampaign | Refused::NotFound => StatusCode::NOT_FOUND,
            Refused::NotYours => StatusCode::FORBIDDEN,
            Refused::NotRunning | Refused::NotAMember | Refused::Busy | Refused::NothingTried | Refused::Talked => {
                StatusCode::CONFLICT
            }
            Refused::NoSuchNumber | Refused::CallbackPast => StatusCode::UNPROCESSABLE_ENTITY,
        },
    }
}

impl From<StoreError> for Error {
    fn from(why: StoreError) -> Error {
        tracing::error!(%why, "the store failed a request");
        Error::new(StatusCode::SERVICE_UNAVAILABLE, "store", "the store cannot be read or written; see the log")
    }
}

impl From<tokio::task::JoinError> for Error {
    fn from(_: tokio::task::JoinError) -> Error {
        Error::new(StatusCode::SERVICE_UNAVAILABLE, "draining", "the daemon is stopping")
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let mut response = (self.status, axum::Json(ErrorBody { error: *self.said })).into_response();
        if let Some(wait) = self.retry_after {
            let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds.max(1)));
        }
        response
    }
}
