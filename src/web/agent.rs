//! The agent's own work: signing in to calls, ready, paused, written down; and a supervisor's hand on that of others.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use engine::agent::{Command, Wish};
use engine::border::What;
use engine::config::DeviceName;
use engine::id::UserId;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::body::{Body, Named};
use super::desk::Desk;
use super::doc::{Routes, about};
use super::error::Error;
use super::person::{Key, Person};
use super::shape::Id;

pub fn routes() -> Routes {
    Routes::default()
        .post(
            "/api/v1/agent/sign-in",
            sign_in,
            about("Sits down at a device").takes::<Device>(json!({ "device": "headset" })),
        )
        .post("/api/v1/agent/sign-out", sign_out, about("Goes offline"))
        .post("/api/v1/agent/ready", ready, about("Takes calls"))
        .post(
            "/api/v1/agent/pause",
            pause,
            about("Pauses, now or after the call").takes::<Pause>(json!({ "reason": "3", "after_call": false })),
        )
        .post("/api/v1/agent/wrap-up/end", written, about("The call is written down"))
        .put(
            "/api/v1/agent/queues",
            queues,
            about("Logs in to these queues").takes::<Queues>(json!({ "queues": ["12"] })),
        )
        .put(
            "/api/v1/agent/device",
            device,
            about("Talks through another device").takes::<Device>(json!({ "device": null })),
        )
        .post(
            "/api/v1/agents/{user}/state",
            choose_for,
            about("Changes somebody else's state")
                .takes::<Choose>(json!({ "choose": "pause", "reason": "3", "why": "lunch" })),
        )
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ChosenDevice)]
pub struct Device {
    /// None: the ramal's own.
    device: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ChosenPause)]
pub struct Pause {
    reason: Id,
    #[serde(default)]
    after_call: bool,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Queues {
    queues: Vec<Id>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Choose {
    choose: Choice,
    /// Of a pause.
    reason: Option<Id>,
    /// Kept in the audit log.
    why: String,
}

#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Choice {
    Ready,
    Pause,
    Offline,
}

type Done = Result<StatusCode, Error>;

async fn wish(person: &Person, key: &Key, user: UserId, wish: Wish) -> Done {
    person.handle.command(What::Agent(Command { user, wish }), key.of(person)).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn sign_in(person: Person, key: Key, Body(body): Body<Device>) -> Done {
    wish(&person, &key, person.user, Wish::SignIn { device: named(body) }).await
}

async fn sign_out(person: Person, key: Key) -> Done {
    wish(&person, &key, person.user, Wish::SignOut).await
}

async fn ready(person: Person, key: Key) -> Done {
    wish(&person, &key, person.user, Wish::Ready).await
}

async fn pause(person: Person, key: Key, Body(body): Body<Pause>) -> Done {
    wish(&person, &key, person.user, Wish::Pause { reason: body.reason.into(), after_call: body.after_call }).await
}

async fn written(person: Person, key: Key) -> Done {
    wish(&person, &key, person.user, Wish::Written).await
}

async fn queues(person: Person, key: Key, Body(body): Body<Queues>) -> Done {
    wish(&person, &key, person.user, Wish::Queues(body.queues.into_iter().map(Into::into).collect())).await
}

async fn device(person: Person, key: Key, Body(body): Body<Device>) -> Done {
    wish(&person, &key, person.user, Wish::Device(named(body))).await
}

fn named(body: Device) -> Option<DeviceName> {
    body.device.map(|device| DeviceName::from(&*device))
}

async fn choose_for(
    person: Person,
    key: Key,
    State(desk): State<Arc<Desk>>,
    Named(user): Named<Id>,
    Body(body): Body<Choose>,
) -> Done {
    let chosen = match (body.choose, body.reason) {
        (Choice::Ready, _) => Wish::Ready,
        (Choice::Offline, _) => Wish::SignOut,
        (Choice::Pause, Some(reason)) => Wish::Pause { reason: reason.into(), after_call: false },
        (Choice::Pause, None) => return Err(Error::field("reason", "missing", "a pause has a reason")),
    };
    if body.why.trim().is_empty() {
        return Err(Error::field("why", "missing", "say why: the person will ask"));
    }
    let detail = json!({ "of": user, "chosen": chosen, "why": body.why });
    let done = wish(&person, &key, user.into(), chosen).await?;
    desk.audit(Some(person.user), person.address, "state-changed", detail).await?;
    Ok(done)
}
