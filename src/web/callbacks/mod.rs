//! Promises to call somebody back: made, changed, kept, looked at (CB-01 to CB-12).

mod board;
mod feed;
mod file;
mod list;
mod now;

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use chrono::NaiveDateTime;
use engine::access::{Action, Kind, Whose};
use engine::border::{Reply, What};
use engine::callback::{Command, Form};
use engine::id::PromiseId;
use engine::protocolo::Protocolo;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::body::{Body, Named};
use super::desk::Desk;
use super::doc::{Routes, about};
use super::error::Error;
use super::person::{Key, Person};
use super::shape::{Callback, CallbackOwner, Id};

pub fn routes() -> Routes {
    let form = json!({ "schedule": "40", "recipient": "Dona Maria", "number": "(11) 98765-4321", "note": "",
        "owner": { "person": "7" }, "when": "2026-11-23T09:00:00", "protocolo": "2026112200000427" });
    let mut edit = form.clone();
    edit["version"] = json!(1);
    if let Some(fields) = edit.as_object_mut() {
        fields.remove("schedule");
        fields.remove("protocolo");
    }
    let (version, one) = (json!({ "version": 3 }), "/api/v1/callbacks/{callback}");
    let owner = json!({ "version": 3, "owner": { "queue": "12" } });
    let many = json!({ "callbacks": [{ "callback": "77", "version": 3 }], "owner": { "queue": "12" } });
    let done = json!([{ "callback": "77", "done": true, "error": null }]);
    let routes = Routes::default()
        .post(
            "/api/v1/callbacks",
            create,
            about("Promises to call somebody back; answered when it is written")
                .takes::<NewCallback>(form)
                .gives::<Callback>(201, example()),
        )
        .post(
            "/api/v1/callbacks/reassign",
            reassign_many,
            about("Hands several on").takes::<ReassignMany>(many).lists::<Reassigned>(done),
        )
        .get(one, look_at, about("As it is now").gives::<Callback>(200, example()))
        .patch(
            one,
            edit_one,
            about("Changes it, until it is being dialled")
                .takes::<CallbackEdit>(edit)
                .gives::<Callback>(200, example()),
        )
        .post("/api/v1/callbacks/{callback}/cancel", cancel, about("Calls it off").takes::<Version>(version.clone()))
        .post(
            "/api/v1/callbacks/{callback}/settle",
            settle,
            about("It was kept by other means, or its unknown attempt reached somebody").takes::<Version>(version),
        )
        .post("/api/v1/callbacks/{callback}/reassign", reassign, about("Hands it on").takes::<Reassign>(owner))
        .post("/api/v1/callbacks/{callback}/take", take, about("Takes the record that is offered"))
        .post("/api/v1/callbacks/{callback}/dial", dial, about("Dials the record that was taken"))
        .post("/api/v1/callbacks/{callback}/put-back", put_back, about("Gives the offer or the record back"));
    feed::add(file::add(board::add(list::add(routes))))
}

pub(super) fn example() -> Value {
    json!({ "callback": "77", "version": 1, "kind": "callback", "schedule": "40", "recipient": "Dona Maria",
        "number": "+5511987654321", "note": "", "owner": { "person": "7" }, "protocolo": "2026112200000427",
        "due": "2026-11-23T12:00:00Z", "due_local": "2026-11-23T09:00:00", "zone": "America/Sao_Paulo",
        "next": "2026-11-23T12:00:00Z", "attempts": 0, "denied": null, "state": "open", "user": null })
}

/// What an agent fills in (CB-05).
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCallback {
    schedule: Id,
    recipient: String,
    /// A telephone or a ramal, in any spelling.
    number: String,
    #[serde(default)]
    note: String,
    owner: CallbackOwner,
    /// Date and time on the escala's wall; seconds may be left out.
    #[serde(deserialize_with = "super::body::wall")]
    when: NaiveDateTime,
    protocolo: Option<String>,
}

/// The same again, with the version that was on the screen.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CallbackEdit {
    version: u32,
    recipient: String,
    number: String,
    #[serde(default)]
    note: String,
    owner: CallbackOwner,
    #[serde(deserialize_with = "super::body::wall")]
    when: NaiveDateTime,
}

/// The one on the screen.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CallbackVersion)]
pub struct Version {
    version: u32,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CallbackReassign)]
pub struct Reassign {
    version: u32,
    owner: CallbackOwner,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CallbackReassignMany)]
pub struct ReassignMany {
    callbacks: Vec<Seen>,
    owner: CallbackOwner,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CallbackSeen)]
pub struct Seen {
    callback: Id,
    version: u32,
}

/// What became of one of several.
#[derive(Serialize, ToSchema)]
#[schema(as = CallbackReassigned)]
pub struct Reassigned {
    callback: Id,
    done: bool,
    /// The refusal's code.
    error: Option<String>,
}

type Done = Result<StatusCode, Error>;

impl NewCallback {
    fn into_command(self) -> Result<Command, Error> {
        let typed = self.protocolo.filter(|typed| !typed.trim().is_empty());
        let protocolo = typed.map(|typed| {
            Protocolo::parse(&typed)
                .ok_or_else(|| Error::field("protocolo", "invalid", "sixteen digits, the last one checks"))
        });
        let form = Form {
            recipient: self.recipient,
            number: self.number,
            note: self.note,
            owner: self.owner.into(),
            when: self.when,
        };
        Ok(Command::Create { schedule: self.schedule.into(), form, protocolo: protocolo.transpose()? })
    }
}

async fn wish(person: &Person, key: &Key, command: Command) -> Result<Option<PromiseId>, Error> {
    match person.handle.command(What::Callback(command), key.of(person)).await? {
        Reply::Promised { promise } => Ok(Some(promise)),
        Reply::Done => Ok(None),
        _ => Err(Error::bad("Idempotency-Key: this key was used for something else")),
    }
}

async fn create(
    person: Person,
    key: Key,
    State(desk): State<Arc<Desk>>,
    Body(wanted): Body<NewCallback>,
) -> Result<Response, Error> {
    person.may(Action::Create(Kind::Callback), Whose::Nothing).await?;
    let promise = wish(&person, &key, wanted.into_command()?).await?;
    Ok((StatusCode::CREATED, axum::Json(written(&desk, &person, promise).await?)).into_response())
}

async fn edit_one(
    person: Person,
    key: Key,
    State(desk): State<Arc<Desk>>,
    Named(callback): Named<Id>,
    Body(edit): Body<CallbackEdit>,
) -> Result<axum::Json<Callback>, Error> {
    let CallbackEdit { version, recipient, number, note, owner, when } = edit;
    let form = Form { recipient, number, note, owner: owner.into(), when };
    let promise = wish(&person, &key, Command::Edit { promise: callback.into(), version, form }).await?;
    written(&desk, &person, promise).await.map(axum::Json)
}

async fn look_at(
    person: Person,
    State(desk): State<Arc<Desk>>,
    Named(callback): Named<Id>,
) -> Result<axum::Json<Callback>, Error> {
    let promise = PromiseId::from(callback);
    let line = desk.read(move |reader| reader.promise(promise)).await?;
    let owner = line.as_ref().map(|line| line.row.promise.terms.owner);
    list::may_see(&desk, &person, owner).await?;
    now::shown(&person, &line).await?.pop().map(axum::Json).ok_or_else(Error::not_found)
}

/// As the store has it now: what is answered is what was written.
async fn written(desk: &Arc<Desk>, person: &Person, promise: Option<PromiseId>) -> Result<Callback, Error> {
    let promise = promise.ok_or_else(|| Error::bad("Idempotency-Key: this key was used for something else"))?;
    let line = desk.read(move |reader| reader.promise(promise)).await?;
    now::shown(person, &line).await?.pop().ok_or_else(Error::not_found)
}

/// Whether this person may see a promise.
///
/// # Errors
/// It is not there, or of somebody else.
pub async fn may_see(desk: &Arc<Desk>, person: &Person, promise: PromiseId) -> Result<(), Error> {
    let line = desk.read(move |reader| reader.promise(promise)).await?;
    list::may_see(desk, person, line.map(|line| line.row.promise.terms.owner)).await
}

async fn cancel(person: Person, key: Key, Named(callback): Named<Id>, Body(seen): Body<Version>) -> Done {
    done(&person, &key, Command::Cancel { promise: callback.into(), version: seen.version }).await
}

async fn settle(person: Person, key: Key, Named(callback): Named<Id>, Body(seen): Body<Version>) -> Done {
    done(&person, &key, Command::Settle { promise: callback.into(), version: seen.version }).await
}

async fn reassign(person: Person, key: Key, Named(callback): Named<Id>, Body(wanted): Body<Reassign>) -> Done {
    let (promise, owner) = (callback.into(), wanted.owner.into());
    done(&person, &key, Command::Reassign { promise, version: wanted.version, owner }).await
}

/// Each by itself: one that changed meanwhile does not keep the others.
async fn reassign_many(person: Person, Body(wanted): Body<ReassignMany>) -> Result<axum::Json<Vec<Reassigned>>, Error> {
    person.may(Action::Reassign, Whose::Nothing).await?;
    if wanted.callbacks.len() > MOST_AT_ONCE {
        return Err(Error::field("callbacks", "too-many", format!("at most {MOST_AT_ONCE} at once")));
    }
    let mut all = Vec::new();
    for Seen { callback, version } in wanted.callbacks {
        let command = Command::Reassign { promise: callback.into(), version, owner: wanted.owner.into() };
        let error = wish(&person, &Key(None), command).await.err().map(|error| error.code().to_owned());
        all.push(Reassigned { callback, done: error.is_none(), error });
    }
    Ok(axum::Json(all))
}

async fn take(person: Person, key: Key, Named(callback): Named<Id>) -> Done {
    done(&person, &key, Command::Take { promise: callback.into(), user: person.user }).await
}

async fn dial(person: Person, key: Key, Named(callback): Named<Id>) -> Done {
    done(&person, &key, Command::Dial { promise: callback.into(), user: person.user }).await
}

async fn put_back(person: Person, key: Key, Named(callback): Named<Id>) -> Done {
    done(&person, &key, Command::PutBack { promise: callback.into(), user: person.user }).await
}

async fn done(person: &Person, key: &Key, command: Command) -> Done {
    wish(person, key, command).await.map(|_| StatusCode::NO_CONTENT)
}

const MOST_AT_ONCE: usize = 200;
