//! What is administered: users, *perfis*, queues and lists. One way for all: read, create, edit, delete.
//!
//! An edit names what changes; the rest stays. The engine checks and keeps; each change is in the audit log.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use engine::access::{self, Action, Whose};
use engine::border::{Actor, Reply, What};
use engine::id::{QueueId, UserId};
use engine::staff::{self, Entry, EntryId, Staff};
use serde_json::{Map, Value, json};

use super::body::{Body, Named};
use super::campaigns;
use super::desk::Desk;
use super::doc::{Routes, about};
use super::error::Error;
use super::person::{Key, Person};
use super::shape::{
    Campaign, Department, Disposition, Id, Listed, Location, Perfil, Queue, Reason, Schedule, Shift, User,
};

pub fn routes() -> Routes {
    let routes = [
        list::<User>,
        list::<Perfil>,
        list::<Queue>,
        list::<Reason>,
        list::<Disposition>,
        list::<Department>,
        list::<Location>,
        list::<Shift>,
        list::<Schedule>,
        list::<Campaign>,
    ];
    let routes = routes.into_iter().fold(Routes::default(), |all, list| list(all));
    routes.put(
        "/api/v1/users/{user}/password",
        set_password,
        about("Gives somebody a new password; their sessions end")
            .takes::<super::shape::Password>(json!({ "password": "…" })),
    )
}

fn list<T: Listed>(routes: Routes) -> Routes {
    let one = T::example();
    let mut new = one.clone();
    if let Some(fields) = new.as_object_mut() {
        fields.remove(T::ID);
    }
    routes
        .get(T::PATH, read::<T>, about("All that one may see").lists::<T>(json!([one])))
        .post(T::PATH, create::<T>, about("Creates").takes::<T::New>(new.clone()).gives::<T>(201, one.clone()))
        .patch(
            T::PATH_OF_ONE,
            edit::<T>,
            about("Changes the fields that are named").takes::<T::New>(new).gives::<T>(200, one),
        )
        .delete(T::PATH_OF_ONE, remove::<T>, about("Deletes"))
}

async fn read<T: Listed>(person: Person, State(desk): State<Arc<Desk>>) -> Result<axum::Json<Vec<T>>, Error> {
    let staff = desk.people.staff();
    let actor = person.handle.actor();
    let seen = |entry: &Entry| sees(&staff, actor, entry);
    let all: Vec<T> = staff.entries().filter(seen).filter_map(|entry| T::of(&entry, &staff)).collect();
    if all.is_empty() {
        // Nothing is there, or nothing of it may be known.
        access::allowed(&staff, actor, Action::See(T::KIND), Whose::Shared)?;
    }
    Ok(axum::Json(all))
}

/// By the one table.
fn sees(staff: &Staff, actor: Actor, entry: &Entry) -> bool {
    let whose = match entry {
        Entry::User(user) => Whose::Of(user.user),
        Entry::Perfil(_) | Entry::Queue(_) | Entry::Item(_) => Whose::Shared,
        Entry::Schedule(_) | Entry::Campaign(_) => Whose::Shared,
    };
    access::allowed(staff, actor, Action::See(access::Kind::of_entry(entry)), whose).is_ok()
}

async fn create<T: Listed>(
    person: Person,
    key: Key,
    State(desk): State<Arc<Desk>>,
    Body(mut fields): Body<Map<String, Value>>,
) -> Result<Response, Error> {
    let (password, members) = taken_apart::<T>(&mut fields)?;
    let password = match password {
        Some(password) => Some(desk.passwords.hash(password).await?),
        None => None,
    };
    let entry = T::read(T::defaults(), fields)?;
    if T::KIND == access::Kind::Campaign {
        person.may(Action::Create(T::KIND), Whose::Nothing).await?;
        campaigns::check(&desk, &entry).await?;
    }
    let command = What::Staff(staff::Command::Create(entry));
    let Reply::Kept { entry: id } = person.handle.command(command, key.of(&person)).await? else {
        return Err(Error::bad("Idempotency-Key: this key was used for something else"));
    };
    note(&desk, &person, id, "created").await?;
    if let (EntryId::User(user), Some(password)) = (id, password) {
        desk.stored(move |store| store.set_password(user, password)).await?;
    }
    seat(&desk, &person, id, members).await?;
    desk.catch_up().await?;
    Ok((StatusCode::CREATED, axum::Json(found::<T>(&desk, person.handle.actor(), id)?)).into_response())
}

async fn edit<T: Listed>(
    person: Person,
    key: Key,
    State(desk): State<Arc<Desk>>,
    Named(id): Named<Id>,
    Body(mut fields): Body<Map<String, Value>>,
) -> Result<axum::Json<T>, Error> {
    let now = found::<T>(&desk, person.handle.actor(), T::entry_id(id))?;
    let (password, members) = taken_apart::<T>(&mut fields)?;
    if password.is_some() {
        return Err(Error::field("password", "invalid", "a password has a route of its own"));
    }
    let now = serde_json::to_value(now).unwrap_or_default();
    if !fields.is_empty() {
        let entry = T::read(now, fields)?.with_id(id.0);
        if T::KIND == access::Kind::Campaign {
            person.may(Action::Edit(T::KIND), Whose::Shared).await?;
            campaigns::check(&desk, &entry).await?;
        }
        person.handle.command(What::Staff(staff::Command::Edit(entry)), key.of(&person)).await?;
        note(&desk, &person, T::entry_id(id), "edited").await?;
    }
    seat(&desk, &person, T::entry_id(id), members).await?;
    desk.catch_up().await?;
    found::<T>(&desk, person.handle.actor(), T::entry_id(id)).map(axum::Json)
}

async fn remove<T: Listed>(
    person: Person,
    key: Key,
    State(desk): State<Arc<Desk>>,
    Named(id): Named<Id>,
) -> Result<StatusCode, Error> {
    let id = T::entry_id(id);
    found::<T>(&desk, person.handle.actor(), id)?;
    person.handle.command(What::Staff(staff::Command::Delete(id)), key.of(&person)).await?;
    note(&desk, &person, id, "deleted").await?;
    desk.catch_up().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// One that is there, is of this list, and may be seen.
pub fn found<T: Listed>(desk: &Desk, actor: Actor, id: EntryId) -> Result<T, Error> {
    let staff = desk.people.staff();
    let entry = staff.entries().find(|entry| entry.id() == id && sees(&staff, actor, entry));
    entry.and_then(|entry| T::of(&entry, &staff)).ok_or_else(Error::not_found)
}

/// What is not the entry's own: a user's password, a queue's members.
fn taken_apart<T: Listed>(fields: &mut Map<String, Value>) -> Result<(Option<String>, Option<Vec<Id>>), Error> {
    fields.remove(T::ID);
    let password = match fields.remove("password").filter(|_| T::ID == "user") {
        None | Some(Value::Null) => None,
        Some(Value::String(password)) => Some(password),
        Some(_) => return Err(Error::field("password", "invalid", "a password is text")),
    };
    let members = match fields.remove("members").filter(|_| T::ID == "queue") {
        None | Some(Value::Null) => None,
        Some(members) => Some(serde_json::from_value(members).map_err(|why| Error::bad(format!("members: {why}")))?),
    };
    Ok((password, members))
}

/// Who is in a queue is kept with each person.
async fn seat(desk: &Arc<Desk>, person: &Person, id: EntryId, members: Option<Vec<Id>>) -> Result<(), Error> {
    let (EntryId::Queue(queue), Some(members)) = (id, members) else { return Ok(()) };
    desk.catch_up().await?;
    for user in moved(desk, queue, &members.into_iter().map(UserId::from).collect::<Vec<_>>()) {
        let id = EntryId::User(user.user);
        person.handle.command(What::Staff(staff::Command::Edit(Entry::User(user))), None).await?;
        note(desk, person, id, "edited").await?;
    }
    Ok(())
}

fn moved(desk: &Desk, queue: QueueId, members: &[UserId]) -> Vec<staff::User> {
    let staff = desk.people.staff();
    let moves = staff.users().filter(|user| user.queues.contains(&queue) != members.contains(&user.user));
    let moved = moves.cloned().map(|mut user| {
        if !user.queues.remove(&queue) {
            user.queues.insert(queue);
        }
        user
    });
    moved.collect()
}

async fn note(desk: &Arc<Desk>, person: &Person, id: EntryId, done: &'static str) -> Result<(), Error> {
    desk.audit(Some(person.user), person.address, done, json!(id)).await
}

async fn set_password(
    person: Person,
    State(desk): State<Arc<Desk>>,
    Named(user): Named<Id>,
    Body(body): Body<super::shape::Password>,
) -> Result<StatusCode, Error> {
    let user = UserId::from(user);
    found::<User>(&desk, person.handle.actor(), EntryId::User(user))?;
    person.may(Action::Edit(access::Kind::User), Whose::Shared).await?;
    let password = desk.passwords.hash(body.password).await?;
    let own = person.session()?;
    let ended = desk.sessions.end_all_of(user, (user == person.user).then_some(own));
    desk.stored(move |store| store.set_password(user, password).and_then(|()| store.end_sessions(ended))).await?;
    desk.audit(Some(person.user), person.address, "password-changed", json!({ "user": user.to_string() })).await?;
    Ok(StatusCode::NO_CONTENT)
}
