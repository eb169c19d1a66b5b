//! What was: calls of a day, of a person, with a number; one call's story; the same as a table to take away.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, NaiveDate, Utc};
use engine::access::{self, Action, Kind, Whose};
use engine::border::StoreError;
use engine::id::{CallId, UserId};
use engine::number::Number;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::control::shaped;
use crate::store::{CallFilter, CallLine, CallStory, Cursor, Reader};

use super::body::{Asked, Named};
use super::desk::Desk;
use super::doc::{Routes, about};
use super::error::Error;
use super::person::Person;
use super::shape::{self, Id};
use super::table;

pub fn routes() -> Routes {
    let row = json!({ "call": "72057594037927937", "protocolo": "2026031200000011", "direction": "inbound",
        "number": "+5511987654321", "name": null, "account": "2107", "user": "7", "started": "2026-03-12T14:00:00Z",
        "answered": "2026-03-12T14:00:05Z", "ended": "2026-03-12T14:03:00Z",
        "cause": { "kind": "normal", "by": "peer", "sip": null, "q850": 16, "text": "" },
        "recording": { "recording": "72057594037927940", "seconds": 175, "state": "compacted" }, "case": null,
        "contact": "Mariana Prado", "queue": "12" });
    let story = json!([{ "at": "2026-03-12T14:00:00Z", "event": "ringing", "detail": "" }]);
    Routes::default()
        .get(
            "/api/v1/history",
            history,
            about("Calls, newest first: one's own, or all with the right to it")
                .asks(ASKED)
                .gives::<History>(200, json!({ "rows": [row], "next": null })),
        )
        .get("/api/v1/history.csv", export, about("The same as a table").asks(ASKED))
        .get("/api/v1/calls/{call}/story", story_of, about("What became of a call").lists::<StoryLine>(story))
}

const ASKED: &[&str] = &["day", "user", "number", "protocolo", "recorded", "after"];

#[derive(Deserialize)]
struct Wanted {
    day: Option<NaiveDate>,
    user: Option<Id>,
    /// In any spelling.
    number: Option<String>,
    /// With or without blanks.
    protocolo: Option<String>,
    /// `true`: only what can be heard.
    #[serde(default)]
    recorded: bool,
    /// `next` of the page before.
    after: Option<String>,
}

/// A page of history.
#[derive(Serialize, ToSchema)]
pub struct History {
    rows: Vec<Row>,
    /// To be asked as `after`.
    next: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct Row {
    call: Id,
    protocolo: String,
    #[schema(value_type = shape::Direction)]
    direction: engine::news::Direction,
    number: String,
    name: Option<String>,
    account: String,
    user: Option<Id>,
    started: DateTime<Utc>,
    answered: Option<DateTime<Utc>>,
    ended: Option<DateTime<Utc>>,
    #[schema(value_type = Option<shape::Cause>)]
    cause: Value,
    recording: Option<Recorded>,
    case: Option<Id>,
    /// The contact's name, for whoever may see contacts.
    contact: Option<String>,
    queue: Option<Id>,
}

#[derive(Serialize, ToSchema)]
pub struct Recorded {
    recording: Id,
    seconds: u32,
    /// `live`, `done`, `compacted`, `deleted`.
    #[schema(value_type = String)]
    state: engine::records::RecordingState,
}

#[derive(Serialize, ToSchema)]
pub struct StoryLine {
    at: DateTime<Utc>,
    event: String,
    detail: String,
}

async fn history(
    person: Person,
    State(desk): State<Arc<Desk>>,
    Asked(wanted): Asked<Wanted>,
) -> Result<axum::Json<History>, Error> {
    let filter = filter(&desk, &person, wanted)?;
    let named = person.may(Action::See(Kind::Contact), Whose::Nothing).await.is_ok();
    let read = move |reader: &Reader| {
        let mut lines = reader.calls_like(&filter, PAGE)?;
        lines.iter_mut().filter(|_| !named).for_each(|line| line.contact = None);
        let next = (lines.len() == PAGE as usize).then(|| lines.last().map(Cursor::of)).flatten();
        let rows = lines.iter().map(|line| row(reader, line)).collect::<Result<_, StoreError>>()?;
        Ok(History { rows, next: next.map(write) })
    };
    desk.read(read).await.map(axum::Json)
}

/// Whoever may not see everybody's sees their own.
fn filter(desk: &Desk, person: &Person, wanted: Wanted) -> Result<CallFilter, Error> {
    let staff = desk.people.staff();
    let may = |whose| access::allowed(&staff, person.handle.actor(), Action::See(Kind::History), whose);
    let user = match wanted.user.map(UserId::from) {
        Some(user) => may(Whose::Of(user)).map(|()| Some(user))?,
        None if may(Whose::Shared).is_ok() => None,
        None => Some(person.user),
    };
    let number = wanted.number.map(|number| Number::normalised_or_as_is(&number, &desk.options.numbers));
    let after = wanted.after.map(|text| read(&text).ok_or_else(|| Error::bad("after: not of a page before")));
    let protocolo = wanted.protocolo.map(|text| text.chars().filter(|letter| !letter.is_whitespace()).collect());
    Ok(CallFilter { day: wanted.day, number, user, protocolo, recorded: wanted.recorded, after: after.transpose()? })
}

/// A cursor as the page hands it back.
fn write(cursor: Cursor) -> String {
    format!("{}_{}_{}", cursor.day, cursor.started.timestamp_millis(), cursor.call)
}

fn read(text: &str) -> Option<Cursor> {
    let mut parts = text.splitn(3, '_');
    let day = parts.next()?.parse().ok()?;
    let started = DateTime::from_timestamp_millis(parts.next()?.parse().ok()?)?;
    Some(Cursor { day, started, call: CallId(parts.next()?.parse().ok()?) })
}

fn row(reader: &Reader, line: &CallLine) -> Result<Row, StoreError> {
    let recording = line.recordings.last().map(|recording| reader.recording(*recording)).transpose()?.flatten();
    let recording = recording.map(|found| Recorded {
        recording: found.recording.into(),
        seconds: found.seconds.unwrap_or_default(),
        state: found.state,
    });
    Ok(Row {
        call: line.row.call.into(),
        protocolo: line.row.protocolo.clone(),
        direction: line.row.direction,
        number: line.row.number_normalised.clone(),
        name: line.row.remote_name.clone(),
        account: line.row.account.to_string(),
        user: line.row.user.map(Id::from),
        started: line.row.at,
        answered: line.answered,
        ended: line.ended,
        cause: shaped(&line.cause),
        recording,
        case: line.case.map(Id::from),
        contact: line.contact.clone(),
        queue: line.row.queue.map(Id::from),
    })
}

async fn story_of(
    person: Person,
    State(desk): State<Arc<Desk>>,
    Named(call): Named<Id>,
) -> Result<axum::Json<Vec<StoryLine>>, Error> {
    let story = known(&desk, &person, call.into(), Kind::History).await?;
    let lines = story.events.into_iter().map(|line| StoryLine { at: line.at, event: line.event, detail: line.detail });
    Ok(axum::Json(lines.collect()))
}

/// A stored call that this person may see as `kind`.
pub async fn known(desk: &Arc<Desk>, person: &Person, call: CallId, kind: Kind) -> Result<CallStory, Error> {
    let story = desk.read(move |reader| reader.call(call)).await?;
    let whose = match &story {
        Some(story) => story.call.row.user.map_or(Whose::Shared, Whose::Of),
        None => Whose::Missing,
    };
    person.may(Action::See(kind), whose).await?;
    story.ok_or_else(Error::not_found)
}

async fn export(
    person: Person,
    State(desk): State<Arc<Desk>>,
    Asked(wanted): Asked<Wanted>,
) -> Result<Response, Error> {
    person.may(Action::Export, Whose::Nothing).await?;
    let asked = json!({ "day": wanted.day, "user": wanted.user });
    let filter = filter(&desk, &person, wanted)?;
    desk.audit(Some(person.user), person.address, "history-exported", asked).await?;
    let zone = desk.options.zone;
    let text = desk.read(move |reader| all(reader, filter, zone)).await?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"historico.csv\""),
    ];
    Ok((headers, text).into_response())
}

/// Page after page, so that calls are not kept from their store for long.
fn all(reader: &Reader, mut filter: CallFilter, zone: chrono_tz::Tz) -> Result<String, StoreError> {
    let head = ["started", "protocolo", "direction", "number", "name", "account", "user", "answered", "ended", "cause"];
    let mut text = table::line(head.map(str::to_owned));
    for _ in 0..EXPORTED_PAGES {
        let lines = reader.calls_like(&filter, EXPORT_PAGE)?;
        for line in &lines {
            text += &table::line(cells(line, zone));
        }
        match lines.last() {
            Some(last) if lines.len() == EXPORT_PAGE as usize => filter.after = Some(Cursor::of(last)),
            Some(_) | None => break,
        }
    }
    Ok(text)
}

fn cells(line: &CallLine, zone: chrono_tz::Tz) -> [String; 10] {
    let civil = |at: DateTime<Utc>| at.with_timezone(&zone).format("%Y-%m-%d %H:%M:%S").to_string();
    let word = |value: Value| value.as_str().unwrap_or_default().to_owned();
    [
        civil(line.row.at),
        line.row.protocolo.clone(),
        word(shaped(&line.row.direction)),
        line.row.number_normalised.clone(),
        line.row.remote_name.clone().unwrap_or_default(),
        line.row.account.to_string(),
        line.row.user.map_or_else(String::new, |user| user.to_string()),
        line.answered.map_or_else(String::new, civil),
        line.ended.map_or_else(String::new, civil),
        line.cause.as_ref().map_or_else(String::new, |cause| word(shaped(&cause.kind))),
    ]
}

const PAGE: u32 = 100;
const EXPORT_PAGE: u32 = 1_000;
/// A hundred thousand lines: some 15 MB.
const EXPORTED_PAGES: u32 = 100;
