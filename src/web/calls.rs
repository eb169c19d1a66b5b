//! Calls: dialled, answered, held, sent on, ended. One route for each action, one command of the engine each.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use engine::border::{Reply, What};
use engine::call::{Command, ConferenceCommand, RecordWish, RejectAs, TransferCommand};
use engine::config::{AccountName, DeviceName};
use engine::id::CallId;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::body::{Body, Named};
use super::doc::{Routes, about};
use super::error::Error;
use super::person::{Key, Person};
use super::shape::Id;

pub fn routes() -> Routes {
    let dialled = json!({ "call": "72057594037927937", "protocolo": "2026031200000011", "warnings": [] });
    Routes::default()
        .post(
            "/api/v1/calls",
            dial,
            about("Dials").takes::<Dial>(json!({ "number": "11987654321" })).gives::<Dialled>(201, dialled),
        )
        .post(
            "/api/v1/calls/{call}/{action}",
            act,
            about("answer, reject, hangup, hold, resume, mute, unmute, dtmf, consent, transfer, consult, swap, complete, back, record, silence, split, leave, end")
                .takes::<Wanted>(json!({ "digits": "1234#" })),
        )
        .post("/api/v1/conferences", confer, about("Joins calls").takes::<Confer>(json!({ "calls": ["1", "2"] })))
        .post("/api/v1/bridges", bridge, about("Joins the far ends of two calls").takes::<Confer>(json!({ "calls": ["1", "2"] })))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Dial {
    number: String,
    /// The extension or trunk to dial over.
    route: Option<String>,
    caller_id: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct Dialled {
    call: Id,
    protocolo: String,
    warnings: Vec<String>,
}

/// What an action needs, and nothing else.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CallDetails)]
pub struct Wanted {
    /// Of `reject`: `declined`, `busy`, `no-answer`.
    #[schema(value_type = Option<String>)]
    how: Option<Value>,
    /// Of `dtmf`.
    digits: Option<String>,
    /// Of `consent` and `silence`.
    on: Option<bool>,
    /// Of `transfer` and `consult`.
    number: Option<String>,
    /// Of `transfer` and `consult`: another one than the call's own.
    route: Option<String>,
    /// Of `record`: `start`, `pause`, `resume`, `stop`.
    #[schema(value_type = Option<String>)]
    what: Option<Value>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Confer {
    calls: Vec<Id>,
}

async fn dial(person: Person, key: Key, Body(body): Body<Dial>) -> Result<Response, Error> {
    let route = body.route.as_deref().map(AccountName::from);
    let command = Command::Dial { route, number: body.number, caller_id: body.caller_id };
    match person.handle.command(What::Call(command), key.of(&person)).await? {
        Reply::Dialled { call, protocolo, warnings } => {
            Ok((StatusCode::CREATED, axum::Json(Dialled { call: call.into(), protocolo, warnings })).into_response())
        }
        Reply::PhoneFirst { device } => Ok(phone_first(&device)),
        // A key that belongs to another wish.
        Reply::Done
        | Reply::Sent { .. }
        | Reply::Kept { .. }
        | Reply::Promised { .. }
        | Reply::Appointed { .. }
        | Reply::Posted { .. }
        | Reply::Days(_)
        | Reply::Explained(_)
        | Reply::Tested(_)
        | Reply::Snapshot(_)
        | Reply::Deltas(_) => Err(Error::bad("Idempotency-Key: this key was used for something else")),
    }
}

async fn act(
    person: Person,
    key: Key,
    Named((call, action)): Named<(Id, String)>,
    body: Option<Body<Wanted>>,
) -> Result<Response, Error> {
    let Body(wanted) = body.unwrap_or(Body(Wanted::default()));
    let command = command(call.into(), &action, wanted)?;
    Ok(answered(person.handle.command(What::Call(command), key.of(&person)).await?))
}

/// Done, or as soon as a desk phone is picked up.
pub fn answered(reply: Reply) -> Response {
    match reply {
        Reply::PhoneFirst { device } => phone_first(&device),
        _ => StatusCode::NO_CONTENT.into_response(),
    }
}

/// Taken on, and not done yet: the person's desk phone rings first.
fn phone_first(device: &DeviceName) -> Response {
    (StatusCode::ACCEPTED, axum::Json(json!({ "phone_first": device }))).into_response()
}

fn command(call: CallId, action: &str, wanted: Wanted) -> Result<Command, Error> {
    let route = wanted.route.as_deref().map(AccountName::from);
    Ok(match action {
        "answer" => Command::Answer { call },
        "reject" => Command::Reject { call, how: wanted.how.map_or(Ok(RejectAs::Declined), |how| word("how", how))? },
        "hangup" => Command::HangUp { call },
        "hold" => Command::Hold { call },
        "resume" => Command::Resume { call },
        "mute" => Command::Mute { call },
        "unmute" => Command::Unmute { call },
        "dtmf" => Command::Dtmf { call, digits: given("digits", wanted.digits)? },
        "consent" => Command::AdvertConsent { call, on: given("on", wanted.on)? },
        "transfer" => {
            Command::Transfer(TransferCommand::Blind { call, number: given("number", wanted.number)?, route })
        }
        "consult" => {
            Command::Transfer(TransferCommand::Consult { call, number: given("number", wanted.number)?, route })
        }
        "swap" => Command::Transfer(TransferCommand::Swap { call }),
        "complete" => Command::Transfer(TransferCommand::Complete { call }),
        "back" => Command::Transfer(TransferCommand::Back { call }),
        "record" => Command::Record { call, what: word::<RecordWish>("what", given("what", wanted.what)?)? },
        "silence" => Command::Conference(ConferenceCommand::Silence { call, on: given("on", wanted.on)? }),
        "split" => Command::Conference(ConferenceCommand::Split { call }),
        "leave" => Command::Conference(ConferenceCommand::Leave { call }),
        "end" => Command::Conference(ConferenceCommand::End { call }),
        _ => return Err(Error::not_found()),
    })
}

fn given<T>(field: &str, value: Option<T>) -> Result<T, Error> {
    value.ok_or_else(|| Error::field(field, "missing", format!("{field}: this action needs it")))
}

fn word<T: DeserializeOwned>(field: &str, value: Value) -> Result<T, Error> {
    serde_json::from_value(value).map_err(|why| Error::field(field, "invalid", why.to_string()))
}

async fn confer(person: Person, key: Key, Body(body): Body<Confer>) -> Result<StatusCode, Error> {
    let calls = body.calls.into_iter().map(CallId::from).collect();
    let command = Command::Conference(ConferenceCommand::Join { calls });
    person.handle.command(What::Call(command), key.of(&person)).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn bridge(person: Person, key: Key, Body(body): Body<Confer>) -> Result<StatusCode, Error> {
    let [first, second] = body.calls[..] else { return Err(Error::field("calls", "invalid", "calls: exactly two")) };
    let command = Command::Bridge { first: first.into(), second: second.into() };
    person.handle.command(What::Call(command), key.of(&person)).await?;
    Ok(StatusCode::NO_CONTENT)
}
