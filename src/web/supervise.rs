//! Supervising a call: listening, whispering, joining, taking over, and stopping. One command of the engine each, which also
//! writes it into the audit log.

use axum::http::StatusCode;
use axum::response::Response;
use engine::border::What;
use engine::call::{Command, SuperviseCommand, SuperviseMode};
use engine::id::CallId;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::body::{Body, Named};
use super::calls::answered;
use super::doc::{Routes, about};
use super::error::Error;
use super::person::{Key, Person};
use super::shape::Id;

pub fn routes() -> Routes {
    Routes::default()
        .post(
            "/api/v1/calls/{call}/supervise",
            supervise,
            about("Listens to a call, whispers to its agent, joins it, or takes it over")
                .takes::<Supervise>(json!({ "mode": "listen" })),
        )
        .delete("/api/v1/calls/{call}/supervise", stop, about("Supervises it no more"))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Supervise {
    mode: Mode,
}

/// `listen`: nobody hears the supervisor; `whisper`: the agent does; `barge`: everybody; `take-over`: the call is the
/// supervisor's.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    Listen,
    Whisper,
    Barge,
    TakeOver,
}

/// Without a body the supervisor listens.
async fn supervise(
    person: Person,
    key: Key,
    Named(call): Named<Id>,
    body: Option<Body<Supervise>>,
) -> Result<Response, Error> {
    let call = CallId::from(call);
    let mode = body.map_or(Mode::Listen, |Body(body)| body.mode);
    let attend = |mode| SuperviseCommand::Attend { call, mode, through: None };
    let wish = match mode {
        Mode::Listen => attend(SuperviseMode::Listen),
        Mode::Whisper => attend(SuperviseMode::Whisper),
        Mode::Barge => attend(SuperviseMode::Barge),
        Mode::TakeOver => SuperviseCommand::TakeOver { call, through: None },
    };
    Ok(answered(person.handle.command(What::Call(Command::Supervise(wish)), key.of(&person)).await?))
}

async fn stop(person: Person, key: Key, Named(call): Named<Id>) -> Result<StatusCode, Error> {
    let wish = SuperviseCommand::Stop { call: call.into(), through: None };
    person.handle.command(What::Call(Command::Supervise(wish)), key.of(&person)).await?;
    Ok(StatusCode::NO_CONTENT)
}
