//! Who can be called or sent somebody: colleagues and queues; and what there is to talk through.

use std::sync::Arc;

use axum::extract::State;
use engine::access::{Action, Kind, Whose};
use engine::agent::AgentState;
use engine::border::{Look, What};
use engine::config::DeviceName;
use engine::news::{Snapshot, WatchedState};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::control::shaped;
use crate::sound;

use super::body::Asked;
use super::desk::Desk;
use super::doc::{Routes, about};
use super::error::Error;
use super::person::Person;

pub fn routes() -> Routes {
    let found = json!([{ "kind": "ramal", "number": "2108", "name": "Bia", "state": "idle" }]);
    Routes::default().get("/api/v1/directory", search, about("Whom to call").asks(&["q"]).lists::<Found>(found)).get(
        "/api/v1/devices",
        devices,
        about("What one can talk through")
            .lists::<Device>(json!([{ "device": "headset", "kind": "headset", "own": true }])),
    )
}

#[derive(Serialize, ToSchema)]
pub struct Found {
    #[schema(value_type = FoundKind)]
    kind: &'static str,
    number: String,
    name: String,
    #[schema(value_type = FoundState)]
    state: &'static str,
}

#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
#[allow(dead_code, reason = "the words of what is found, for the document alone")]
enum FoundKind {
    Ramal,
    Queue,
    Contact,
}

#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
#[allow(dead_code, reason = "the words of what is found, for the document alone")]
enum FoundState {
    Idle,
    Talking,
    Ringing,
    Unknown,
    Offline,
}

#[derive(Serialize, ToSchema)]
#[schema(as = DeviceInfo)]
pub struct Device {
    device: String,
    /// A desk phone is `sip`, the page that asks `browser`.
    #[schema(value_type = DeviceKind)]
    kind: Value,
    /// What is set for one's ramal: that is talked through by who chooses nothing.
    own: bool,
}

#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
#[allow(dead_code, reason = "the kinds of devices, for the document alone")]
enum DeviceKind {
    Headset,
    Browser,
    Sip,
    File,
    Null,
}

#[derive(Deserialize)]
struct Question {
    #[serde(default)]
    q: String,
}

async fn search(
    person: Person,
    State(desk): State<Arc<Desk>>,
    Asked(question): Asked<Question>,
) -> Result<axum::Json<Vec<Found>>, Error> {
    let snapshot = snapshot(&person).await?;
    let wanted = question.q.trim().to_lowercase();
    let customers = customers(&person, &desk, wanted.clone()).await?;
    let fits = |number: &str, name: &str| number.starts_with(&wanted) || name.to_lowercase().contains(&wanted);
    let staff = desk.people.staff();
    let colleagues = staff.users().filter(|user| user.active).filter_map(|user| {
        let number = user.ramal.as_ref()?.to_string();
        let state = state(&snapshot, &number);
        fits(&number, &user.name).then(|| Found { kind: "ramal", number, name: user.name.clone(), state })
    });
    let mut found: Vec<Found> = colleagues.collect();
    for lamp in &snapshot.watched {
        let known = found.iter().any(|one| one.number == lamp.number);
        if !known && fits(&lamp.number, "") {
            let state = lamp_state(lamp.state);
            found.push(Found { kind: "ramal", number: lamp.number.clone(), name: String::new(), state });
        }
    }
    let queues = staff.queues().filter(|queue| fits(&queue.number, &queue.name));
    found.extend(queues.map(|queue| Found {
        kind: "queue",
        number: queue.number.clone(),
        name: queue.name.clone(),
        state: "unknown",
    }));
    found.extend(customers);
    found.truncate(FOUND);
    Ok(axum::Json(found))
}

/// Contacts by how their names begin, each with its first number; none where nothing is asked, or who asks may see none.
async fn customers(person: &Person, desk: &Arc<Desk>, name: String) -> Result<Vec<Found>, Error> {
    if name.is_empty() || person.may(Action::See(Kind::Contact), Whose::Nothing).await.is_err() {
        return Ok(Vec::new());
    }
    let contacts = desk.read(move |reader| reader.contacts_like(&name)).await?;
    let with_number = contacts.into_iter().filter_map(|contact| {
        let number = contact.phones.into_iter().next()?;
        Some(Found { kind: "contact", number, name: contact.name, state: "unknown" })
    });
    Ok(with_number.collect())
}

/// As its lamp says, else as its person is seen by whoever may.
fn state(snapshot: &Snapshot, number: &str) -> &'static str {
    let lamp = snapshot.watched.iter().find(|lamp| lamp.number == number && lamp.state != WatchedState::Unknown);
    if let Some(lamp) = lamp {
        return lamp_state(lamp.state);
    }
    let agent = snapshot.agents.iter().find(|agent| agent.ramal.as_ref().is_some_and(|ramal| ramal.as_str() == number));
    agent.map_or("unknown", |agent| match agent.state {
        AgentState::Offline => "offline",
        AgentState::Offered => "ringing",
        AgentState::Talking | AgentState::Reserved | AgentState::Preview => "talking",
        AgentState::Ready | AgentState::Paused { .. } | AgentState::WrapUp => "idle",
    })
}

fn lamp_state(state: WatchedState) -> &'static str {
    match state {
        WatchedState::Unknown | WatchedState::Unwatched => "unknown",
        WatchedState::Idle => "idle",
        WatchedState::Ringing => "ringing",
        WatchedState::Talking => "talking",
    }
}

async fn devices(person: Person, State(desk): State<Arc<Desk>>) -> Result<axum::Json<Vec<Device>>, Error> {
    person.rights(&desk)?;
    let (report, snapshot) = (person.handle.devices(false).await, snapshot(&person).await?);
    let staff = desk.people.staff();
    let ramal = staff.user(person.user).and_then(|user| user.ramal.as_ref());
    let account = snapshot.accounts.iter().find(|view| Some(&view.account) == ramal);
    let device = |device: &str, kind| Device {
        device: device.to_owned(),
        kind,
        own: account.is_some_and(|view| view.device.as_str() == device),
    };
    let page = device(DeviceName::OWN_PAGE, shaped(&sound::Kind::Browser));
    let phones = snapshot.phones.iter().map(|phone| device(phone.device.as_str(), json!("sip")));
    // Other people's pages are theirs.
    let here = report.devices.iter().filter(|view| view.kind != sound::Kind::Browser);
    let here = here.map(|view| device(&view.device, shaped(&view.kind)));
    Ok(axum::Json([page].into_iter().chain(phones).chain(here).collect()))
}

/// The live state as this person may see it.
async fn snapshot(person: &Person) -> Result<Snapshot, Error> {
    let answer = person.handle.command(What::Look(Look::Watch { since: None }), None).await?;
    Ok(answer.snapshot().unwrap_or_default())
}

/// Lines of one answer.
const FOUND: usize = 50;
