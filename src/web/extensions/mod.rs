//! Extensions administered in the desktop (VZ-12): listed with their live registration, created, edited, removed, imported, tried out.
//!
//! Those of `ramal.toml` are shown and say where they stand. A change is checked with everything else that is configured, written,
//! and put in force by the same reload that a changed file is. Passwords come in and never go out.

mod fields;
mod import;
mod trial;

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use engine::access::{Action, Kind, Whose};
use engine::border::{Look, What};
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::config::WrongField;
use crate::control::shaped;

use super::administering::Work;
use super::body::{Body, Named};
use super::desk::Desk;
use super::doc::{Routes, about};
use super::error::Error;
use super::person::Person;
use super::shape::account::{AccountKind, Mailbox, Registration};

use fields::ExtensionFields;

pub fn routes() -> Routes {
    let one = json!({
        "account": "2109", "kind": "extension", "registration": { "state": "registered" }, "server": "127.0.0.1:5060",
        "transport": "udp", "profile": "asterisk", "name": "Bia", "administered": true,
        "place": "/var/lib/ramal/administered.toml:12",
    });
    let new = json!({
        "ramal": "2109", "server": "127.0.0.1:5060", "transport": "udp", "profile": "asterisk", "password": "…", "name": "Bia",
    });
    let routes = Routes::default()
        .get(
            "/api/v1/extensions",
            list,
            about("Extensions and trunks with their registration").lists::<Extension>(json!([one])),
        )
        .post(
            "/api/v1/extensions",
            create,
            about("Creates an extension").takes::<ExtensionFields>(new.clone()).gives::<Extension>(201, one.clone()),
        )
        .patch(
            "/api/v1/extensions/{account}",
            edit,
            about("Changes the fields that are named; another server needs the password again")
                .takes::<ExtensionFields>(json!({ "name": "Bia" }))
                .gives::<Extension>(200, one),
        )
        .delete("/api/v1/extensions/{account}", remove, about("Removes an extension; it is unregistered"));
    trial::add(import::add(routes), new)
}

/// Of an extension or a trunk.
#[derive(ToSchema)]
#[allow(dead_code, reason = "the shape of what is put together as JSON, for the document alone")]
pub struct Extension {
    account: String,
    kind: AccountKind,
    group: String,
    registration: Registration,
    do_not_disturb: bool,
    calls: u16,
    device: String,
    messages: Option<Mailbox>,
    /// From here on for administrators, of extensions alone, and where there is something to say.
    #[schema(value_type = String, required = false)]
    server: (),
    /// `udp`, `tcp`.
    #[schema(value_type = String, required = false)]
    transport: (),
    #[schema(value_type = String, required = false)]
    profile: (),
    #[schema(value_type = String, required = false)]
    name: (),
    #[schema(value_type = String, required = false)]
    auth_user: (),
    /// It is changed here; else in the file where it stands.
    #[schema(value_type = bool, required = false)]
    administered: (),
    /// `file:line`
    #[schema(value_type = String, required = false)]
    place: (),
}

async fn list(person: Person) -> Result<axum::Json<Vec<Value>>, Error> {
    let answer = person.handle.command(What::Look(Look::Watch { since: None }), None).await?;
    let accounts = answer.snapshot().unwrap_or_default().accounts;
    if accounts.is_empty() {
        person.may(Action::See(Kind::Account), Whose::Nothing).await?;
    }
    let administers = person.may(Action::Edit(Kind::Account), Whose::Shared).await.is_ok();
    let settings = if administers { person.handle.extensions().await } else { Vec::new() };
    let rows = accounts.iter().map(|view| {
        let mut row = shaped(view);
        let own = settings.iter().find(|one| one.account == view.account).map(shaped);
        if let (Some(row), Some(Value::Object(own))) = (row.as_object_mut(), own) {
            row.extend(own.into_iter().filter(|(_, value)| !value.is_null()));
        }
        row
    });
    Ok(axum::Json(rows.collect()))
}

async fn create(
    person: Person,
    State(desk): State<Arc<Desk>>,
    Body(fields): Body<ExtensionFields>,
) -> Result<Response, Error> {
    person.may(Action::Create(Kind::Account), Whose::Shared).await?;
    let number = fields.complete()?;
    let made = number.clone();
    Work::carry_out(&desk, move |work| {
        if let Some(place) = work.now.places.get(&made) {
            let text = format!("extension {made} is there already, at {}", place.short());
            return Err(Error::field("ramal", "taken", text));
        }
        put(work, &made, &fields)
    })
    .await?;
    note(&desk, &person, "extension-created", &number).await?;
    Ok((StatusCode::CREATED, axum::Json(row(&person, &number).await?)).into_response())
}

async fn edit(
    person: Person,
    State(desk): State<Arc<Desk>>,
    Named(number): Named<String>,
    Body(fields): Body<ExtensionFields>,
) -> Result<axum::Json<Value>, Error> {
    person.may(Action::Edit(Kind::Account), Whose::Shared).await?;
    let changed = number.clone();
    Work::carry_out(&desk, move |work| {
        ours(work, &changed)?;
        fields.unmoved_or_with_password(&work.now, &changed)?;
        put(work, &changed, &fields)
    })
    .await?;
    note(&desk, &person, "extension-edited", &number).await?;
    row(&person, &number).await.map(axum::Json)
}

async fn remove(
    person: Person,
    State(desk): State<Arc<Desk>>,
    Named(number): Named<String>,
) -> Result<StatusCode, Error> {
    person.may(Action::Delete(Kind::Account), Whose::Shared).await?;
    let owner = desk.people.staff().user_of(&number.as_str().into()).map(|user| user.name.clone());
    let gone = number.clone();
    Work::carry_out(&desk, move |work| {
        ours(work, &gone)?;
        if let Some(owner) = owner {
            let text = format!("ramal {gone} is {owner}'s; dissociate it there first");
            return Err(Error::new(StatusCode::CONFLICT, "in-use", text));
        }
        work.file.remove(&format!("extension.{gone}"));
        Ok(())
    })
    .await?;
    note(&desk, &person, "extension-deleted", &number).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn row(person: &Person, number: &str) -> Result<Value, Error> {
    let axum::Json(rows) = list(person.clone()).await?;
    rows.into_iter().find(|row| row["account"] == number).ok_or_else(Error::not_found)
}

async fn note(desk: &Arc<Desk>, person: &Person, done: &'static str, number: &str) -> Result<(), Error> {
    desk.audit(Some(person.user), person.address, done, json!({ "account": number })).await
}

/// Not of `ramal.toml`, whose extensions are changed there.
fn ours(work: &Work, number: &str) -> Result<(), Error> {
    if work.file.has_extension(number) {
        return Ok(());
    }
    let place = work.now.extensions().into_iter().find(|one| one.account.as_str() == number);
    let place = place.ok_or_else(Error::not_found)?.place;
    let text = format!("extension {number} stands in {place}; change it there and reload");
    Err(Error::new(StatusCode::CONFLICT, "in-file", text))
}

fn put(work: &mut Work, number: &str, fields: &ExtensionFields) -> Result<(), Error> {
    try_put(work, number, fields).map_err(|wrong| Error::field(wrong.field, "invalid", wrong.problem))
}

fn try_put(work: &mut Work, number: &str, fields: &ExtensionFields) -> Result<(), WrongField> {
    let settings = work.now.extensions().into_iter().find(|one| one.account.as_str() == number);
    let mut fields = fields.as_config(settings.as_ref());
    if fields.server.is_none() {
        fields.profile = fields.profile.filter(|profile| !profile.is_empty());
    }
    work.file.put_extension(number, &fields, &work.now)
}
