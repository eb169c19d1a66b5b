//! Appointments: made, changed, called off, looked at; who is reminded of them; their messages and files (AG-01 to AG-08).

pub mod attaching;
mod files;
mod gateways;
mod outbox;
mod reminders;

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use engine::access::{Action, Kind, Whose};
use engine::appointment::{Command, Draft, Message, Row};
use engine::border::{Reply, What};
use engine::id::{AppointmentId, ContactId, UserId};
use engine::number::Number;
use engine::outbox::Destination;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::store::AppointmentFilter;

use super::body::{Asked, Body, Named};
use super::desk::Desk;
use super::doc::{Routes, about};
use super::error::Error;
use super::person::{Key, Person};
use super::shape::{Appointment, AppointmentAction, AppointmentChannel, AppointmentMessage, Id};

pub fn routes() -> Routes {
    let message =
        json!({ "channel": "webhook", "hook": "whatsapp", "to": "(11) 98765-4321", "text": "Sua visita é amanhã." });
    let form = json!({ "action": "open-case", "contact": "41", "department": "3", "agent": "7", "person": null,
        "comment": "Confirmar a visita", "message": message, "files": [], "when": "2026-11-23T09:00:00", "zone": "America/Sao_Paulo" });
    let edit = json!({ "version": 1, "form": form });
    let one = "/api/v1/appointments/{appointment}";
    let page = json!({ "rows": [example()], "next": null });
    let routes = Routes::default()
        .get("/api/v1/appointments", list, about("By their time").asks(ASKED).gives::<Appointments>(200, page))
        .post(
            "/api/v1/appointments",
            create,
            about("The system is to act at a date and time; answered when it is written")
                .takes::<AppointmentForm>(form)
                .gives::<Appointment>(201, example()),
        )
        .patch(
            one,
            edit_one,
            about("Changes it, until it is carried out")
                .takes::<AppointmentEdit>(edit)
                .gives::<Appointment>(200, example()),
        )
        .post(
            "/api/v1/appointments/{appointment}/cancel",
            cancel,
            about("Calls it off").takes::<Seen>(json!({ "version": 1 })),
        );
    files::add(gateways::add(outbox::add(reminders::add(routes))))
}

fn example() -> Value {
    json!({ "appointment": "9", "version": 1, "action": "open-case", "person": null, "contact": "41", "department": "3",
        "agent": "7", "comment": "Confirmar a visita", "due": "2026-11-23T12:00:00Z", "due_local": "2026-11-23T09:00:00",
        "message": { "channel": "webhook", "hook": "whatsapp", "to": "+5511987654321", "text": "Sua visita é amanhã." },
        "files": [{ "file": "5", "name": "fatura.pdf", "kind": "application/pdf", "size": 48_213 }], "zone": "America/Sao_Paulo", "state": "scheduled", "error": null, "why": null, "creator": "1" })
}

const ASKED: &[&str] = &["contact", "agent", "state", "from", "until", "after"];

/// What is filled in (AG-05).
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AppointmentForm {
    action: AppointmentAction,
    /// Person or group, for who reads it.
    person: Option<String>,
    contact: Option<Id>,
    department: Option<Id>,
    /// Once a department is chosen.
    agent: Option<Id>,
    /// Internal; mandatory where a case is opened.
    #[serde(default)]
    comment: String,
    /// What the contact reads, where a case is opened.
    message: Option<AppointmentMessage>,
    /// Brought before, to go with the message; by a gateway only.
    #[serde(default)]
    files: Vec<Id>,
    /// Date and time on the wall in `zone`; seconds may be left out.
    #[serde(deserialize_with = "super::body::wall")]
    when: NaiveDateTime,
    /// Without it the installation's.
    zone: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AppointmentEdit {
    version: u32,
    form: AppointmentForm,
}

/// The one on the screen.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AppointmentSeen)]
pub struct Seen {
    version: u32,
}

/// A page of appointments.
#[derive(Serialize, ToSchema)]
pub struct Appointments {
    rows: Vec<Appointment>,
    /// To be asked as `after`.
    next: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    contact: Option<Id>,
    agent: Option<Id>,
    state: Option<String>,
    /// Days of the installation's zone.
    from: Option<NaiveDate>,
    /// This day too.
    until: Option<NaiveDate>,
    after: Option<String>,
}

async fn list(
    person: Person,
    State(desk): State<Arc<Desk>>,
    Asked(wanted): Asked<Wanted>,
) -> Result<axum::Json<Appointments>, Error> {
    person.may(Action::See(Kind::Appointment), Whose::Nothing).await?;
    let start = |day| desk.start_of(day);
    let after = wanted.after.map(|text| read_cursor(&text).ok_or_else(|| Error::bad("after: not of a page before")));
    let filter = AppointmentFilter {
        contact: wanted.contact.map(ContactId::from),
        agent: wanted.agent.map(UserId::from),
        state: wanted.state.as_deref().map(stored_state).transpose()?,
        from: wanted.from.and_then(start),
        until: wanted.until.and_then(|day| day.succ_opt()).and_then(start),
        after: after.transpose()?,
    };
    let rows = desk.read(move |reader| reader.appointments(&filter, PAGE)).await?;
    let next = rows.last().filter(|_| rows.len() == PAGE as usize).map(cursor);
    Ok(axum::Json(Appointments { rows: rows.iter().map(Appointment::from).collect(), next }))
}

fn stored_state(state: &str) -> Result<&'static str, Error> {
    Ok(match state {
        "scheduled" => "open",
        "running" => "running",
        "done" => "done",
        "error" => "failed",
        "cancelled" => "cancelled",
        "missed" => "missed",
        _ => return Err(Error::bad("state: scheduled, running, done, error, cancelled or missed")),
    })
}

async fn create(
    person: Person,
    key: Key,
    State(desk): State<Arc<Desk>>,
    Body(form): Body<AppointmentForm>,
) -> Result<Response, Error> {
    person.may(Action::Create(Kind::Appointment), Whose::Nothing).await?;
    let draft = read(&desk, &person, form, None).await?;
    let (files, command) = (draft.files.clone(), Command::Create(Box::new(draft)));
    let appointment = attaching::wish(&desk, &person, &key, files, command).await?;
    Ok((StatusCode::CREATED, axum::Json(written(&desk, appointment).await?)).into_response())
}

async fn edit_one(
    person: Person,
    key: Key,
    State(desk): State<Arc<Desk>>,
    Named(appointment): Named<Id>,
    Body(edit): Body<AppointmentEdit>,
) -> Result<axum::Json<Appointment>, Error> {
    person.may(Action::Edit(Kind::Appointment), Whose::Nothing).await?;
    let draft = Box::new(read(&desk, &person, edit.form, Some(appointment.into())).await?);
    let files = draft.files.clone();
    let command = Command::Edit { appointment: appointment.into(), version: edit.version, draft };
    let appointment = attaching::wish(&desk, &person, &key, files, command).await?;
    written(&desk, appointment).await.map(axum::Json)
}

async fn cancel(
    person: Person,
    key: Key,
    Named(appointment): Named<Id>,
    Body(seen): Body<Seen>,
) -> Result<StatusCode, Error> {
    let command = Command::Cancel { appointment: appointment.into(), version: seen.version };
    wish(&person, &key, command).await.map(|_| StatusCode::NO_CONTENT)
}

/// What was typed, where it can be meant; `of`: the appointment that it changes.
async fn read(
    desk: &Arc<Desk>,
    person: &Person,
    form: AppointmentForm,
    of: Option<AppointmentId>,
) -> Result<Draft, Error> {
    let zone = form.zone.map(|zone| zone.parse().map_err(|_| Error::field("zone", "invalid", "there is no such zone")));
    let contact = form.contact.map(ContactId::from);
    if let Some(contact) = contact {
        let known = desk.read(move |reader| reader.contact(contact)).await?;
        known.ok_or_else(|| Error::field("contact", "invalid", "there is no such contact"))?;
    }
    Ok(Draft {
        person: form.person,
        contact,
        department: form.department.map(Into::into),
        agent: form.agent.map(Into::into),
        action: form.action.into(),
        comment: form.comment,
        message: form.message.map(|message| read_message(desk, message)).transpose()?,
        files: attaching::named(desk, person, form.files, of).await?,
        when: form.when,
        zone: zone.transpose()?.unwrap_or(desk.options.zone),
    })
}

fn read_message(desk: &Desk, message: AppointmentMessage) -> Result<Message, Error> {
    let AppointmentMessage { channel, hook, to, text } = message;
    let wrong = |why: String| Error::field("message", "invalid", why);
    let number = Number::read(&to, &desk.options.numbers).map_err(|why| wrong(format!("{to}: {why}")))?;
    let to = match (channel, hook) {
        (AppointmentChannel::Sip, None) => Destination::Text { number },
        (AppointmentChannel::Sip, Some(_)) => {
            return Err(wrong("hook: goes with the channel webhook alone".to_owned()));
        }
        (AppointmentChannel::Webhook, Some(hook)) => Destination::Webhook { hook, number: Some(number) },
        (AppointmentChannel::Webhook, None) => return Err(wrong("hook: missing; name a gateway".to_owned())),
    };
    Ok(Message { to, body: text })
}

async fn wish(person: &Person, key: &Key, command: Command) -> Result<AppointmentId, Error> {
    match person.handle.command(What::Appointment(command), key.of(person)).await? {
        Reply::Appointed { appointment } => Ok(appointment),
        _ => Err(Error::bad("Idempotency-Key: this key was used for something else")),
    }
}

/// As the store has it now: what is answered is what was written.
async fn written(desk: &Arc<Desk>, appointment: AppointmentId) -> Result<Appointment, Error> {
    let row = desk.read(move |reader| reader.appointment(appointment)).await?;
    row.as_ref().map(Appointment::from).ok_or_else(Error::not_found)
}

fn cursor(row: &Row) -> String {
    format!("{}_{}", row.appointment.terms.due.at.timestamp_millis(), row.appointment.id)
}

fn read_cursor(text: &str) -> Option<(DateTime<Utc>, AppointmentId)> {
    let (due, appointment) = text.split_once('_')?;
    Some((DateTime::from_timestamp_millis(due.parse().ok()?)?, AppointmentId(appointment.parse().ok()?)))
}

const PAGE: u32 = 100;
