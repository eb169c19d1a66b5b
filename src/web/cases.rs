//! Customers' matters: seen and edited by their owner, during the call and after it (SM-12).

use std::sync::Arc;

use axum::extract::State;
use chrono::{DateTime, Utc};
use engine::access::{Action, Kind, Whose};
use engine::id::{CaseId, ContactId, ItemId, UserId};
use engine::number::Number;
use engine::staff::{EntryId, List};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::store::{CaseLine, Edited};

use super::body::{Asked, Body, Named};
use super::desk::Desk;
use super::doc::{Routes, about};
use super::error::Error;
use super::person::Person;
use super::shape::Id;

pub fn routes() -> Routes {
    let case = example();
    Routes::default()
        .get(
            "/api/v1/cases",
            of,
            about("Of a contact or a number, newest first").asks(&["contact", "number"]).lists::<Case>(json!([case])),
        )
        .get("/api/v1/cases/{case}", one, about("A case with its tasks").gives::<Case>(200, case.clone()))
        .patch(
            "/api/v1/cases/{case}",
            edit,
            about("Changes the fields that are named, where `version` is still the present one; else 409")
                .takes::<Wanted>(json!({ "version": 1, "notes": "Pediu segunda via." }))
                .gives::<Case>(200, case.clone()),
        )
        .post(
            "/api/v1/cases/{case}/close",
            close,
            about("Closes").takes::<Closing>(json!({ "disposition": "12" })).gives::<Case>(200, case),
        )
}

fn example() -> Value {
    json!({ "case": "72057594037927941", "protocolo": "2026031200000011", "state": "open", "contact": "77",
        "document": "52998224725", "contact_name": "Mariana Prado", "contact_phone": "+5519907452310",
        "account_name": "Residencial", "owner": "7", "department": null, "channel": "inbound", "subject": "",
        "notes": "", "disposition": null, "opened": "2026-03-12T14:00:05Z", "closed": null, "version": 1,
        "tasks": [{ "at": "2026-03-12T14:03:00Z", "call": "72057594037927937", "subject": "2026031200000011",
            "comment": "/api/v1/recordings/72057594037927940", "recording": "72057594037927940" }] })
}

/// A customer's matter.
#[derive(Serialize, ToSchema)]
pub struct Case {
    case: Id,
    protocolo: String,
    #[schema(value_type = CaseState)]
    state: String,
    contact: Option<Id>,
    document: String,
    contact_name: String,
    contact_phone: String,
    account_name: String,
    owner: Id,
    department: Option<Id>,
    /// `inbound` or `outbound`.
    channel: String,
    subject: String,
    notes: String,
    disposition: Option<Id>,
    opened: DateTime<Utc>,
    closed: Option<DateTime<Utc>>,
    /// To be named by the next edit.
    version: u64,
    tasks: Vec<Task>,
}

#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
#[allow(dead_code, reason = "the words of a case's state, for the document alone")]
enum CaseState {
    Open,
    Closed,
}

/// A call of the case that has ended (SM-11).
#[derive(Serialize, ToSchema)]
pub struct Task {
    at: DateTime<Utc>,
    call: Id,
    /// The Protocolo.
    subject: String,
    /// The recording's link; empty where nothing was recorded.
    comment: String,
    recording: Option<Id>,
}

impl From<CaseLine> for Case {
    fn from(line: CaseLine) -> Case {
        let task = |task: crate::store::TaskLine| {
            let recording = task.recordings.last().copied();
            let comment = recording.map_or_else(String::new, |recording| format!("/api/v1/recordings/{recording}"));
            let (call, subject) = (task.call.into(), task.protocolo);
            Task { at: task.at, call, subject, comment, recording: recording.map(Id::from) }
        };
        Case {
            case: line.case.into(),
            protocolo: line.protocolo,
            state: if line.closed.is_some() { "closed" } else { "open" }.to_owned(),
            contact: line.contact.map(Id::from),
            document: line.document,
            contact_name: line.contact_name,
            contact_phone: line.contact_phone,
            account_name: line.account_name,
            owner: line.owner.into(),
            department: line.department.map(Id::from),
            channel: line.channel,
            subject: line.subject,
            notes: line.notes,
            disposition: line.disposition.map(Id::from),
            opened: line.opened,
            closed: line.closed,
            version: line.version,
            tasks: line.tasks.into_iter().map(task).collect(),
        }
    }
}

/// What an edit may name; what it does not name stays.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CaseEdit)]
pub struct Wanted {
    version: u64,
    document: Option<String>,
    contact_name: Option<String>,
    contact_phone: Option<String>,
    account_name: Option<String>,
    owner: Option<Id>,
    #[serde(default, deserialize_with = "named")]
    department: Option<Option<Id>>,
    subject: Option<String>,
    notes: Option<String>,
    #[serde(default, deserialize_with = "named")]
    disposition: Option<Option<Id>>,
    #[serde(default, deserialize_with = "named")]
    contact: Option<Option<Id>>,
}

/// A field that is there, perhaps as `null`.
fn named<'de, D: Deserializer<'de>>(field: D) -> Result<Option<Option<Id>>, D::Error> {
    Option::deserialize(field).map(Some)
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Closing {
    version: Option<u64>,
    disposition: Option<Id>,
}

#[derive(Deserialize)]
struct Of {
    contact: Option<Id>,
    /// In any spelling.
    number: Option<String>,
}

/// A case that this person may see; of others only with the right to all.
async fn known(desk: &Arc<Desk>, person: &Person, case: CaseId, action: Action) -> Result<CaseLine, Error> {
    let line = desk.read(move |reader| reader.case(case)).await?;
    person.may(action, line.as_ref().map_or(Whose::Missing, |line| Whose::Of(line.owner))).await?;
    line.ok_or_else(Error::not_found)
}

/// Who talks with a customer may read what the customer said to others.
async fn of(
    person: Person,
    State(desk): State<Arc<Desk>>,
    Asked(wanted): Asked<Of>,
) -> Result<axum::Json<Vec<Case>>, Error> {
    person.may(Action::See(Kind::Contact), Whose::Nothing).await?;
    let number = wanted.number.map(|number| Number::normalised_or_as_is(&number, &desk.options.numbers));
    let contact = wanted.contact.map(ContactId::from);
    let lines = desk.read(move |reader| reader.cases_of(contact, number.as_deref())).await?;
    Ok(axum::Json(lines.into_iter().map(Case::from).collect()))
}

async fn one(person: Person, State(desk): State<Arc<Desk>>, Named(case): Named<Id>) -> Result<axum::Json<Case>, Error> {
    let line = known(&desk, &person, case.into(), Action::See(Kind::Case)).await?;
    Ok(axum::Json(line.into()))
}

async fn edit(
    person: Person,
    State(desk): State<Arc<Desk>>,
    Named(case): Named<Id>,
    Body(wanted): Body<Wanted>,
) -> Result<axum::Json<Case>, Error> {
    let now = known(&desk, &person, case.into(), Action::Edit(Kind::Case)).await?;
    let line = changed(&desk, now, wanted)?;
    written(&desk, line).await
}

async fn close(
    person: Person,
    State(desk): State<Arc<Desk>>,
    Named(case): Named<Id>,
    Body(closing): Body<Closing>,
) -> Result<axum::Json<Case>, Error> {
    let now = known(&desk, &person, case.into(), Action::Edit(Kind::Case)).await?;
    let version = closing.version.unwrap_or(now.version);
    let disposition = closing.disposition.map(Some);
    let line = changed(&desk, now, Wanted { version, disposition, ..Wanted::default() })?;
    written(&desk, CaseLine { closed: line.closed.or(Some(Utc::now())), ..line }).await
}

/// The line as it shall be; every field that is wrong is named.
fn changed(desk: &Desk, now: CaseLine, wanted: Wanted) -> Result<CaseLine, Error> {
    let text = |field: &str, new: Option<String>, old: String, limit: usize| match new {
        Some(new) if new.len() > limit => Err(Error::field(field, "too-long", format!("at most {limit} bytes"))),
        Some(new) => Ok(new),
        None => Ok(old),
    };
    let of_list = |field: &str, new: Option<Option<Id>>, old: Option<ItemId>, list: List| match new {
        None => Ok(old),
        Some(None) => Ok(None),
        Some(Some(id)) if desk.people.staff().list_of(EntryId::Item(id.into())) == Some(list) => Ok(Some(id.into())),
        Some(Some(_)) => Err(Error::field(field, "invalid", format!("there is no such {field}"))),
    };
    let owner = wanted.owner.map_or(now.owner, UserId::from);
    if owner != now.owner && desk.people.staff().user(owner).is_none() {
        return Err(Error::field("owner", "invalid", "there is no such user"));
    }
    Ok(CaseLine {
        version: wanted.version,
        document: text("document", wanted.document, now.document, SHORT)?,
        contact_name: text("contact_name", wanted.contact_name, now.contact_name, SHORT)?,
        contact_phone: text("contact_phone", wanted.contact_phone, now.contact_phone, SHORT)?,
        account_name: text("account_name", wanted.account_name, now.account_name, SHORT)?,
        owner,
        department: of_list("department", wanted.department, now.department, List::Department)?,
        subject: text("subject", wanted.subject, now.subject, SHORT)?,
        notes: text("notes", wanted.notes, now.notes, LONG)?,
        disposition: of_list("disposition", wanted.disposition, now.disposition, List::Disposition)?,
        contact: wanted.contact.map_or(now.contact, |contact| contact.map(ContactId::from)),
        ..now
    })
}

async fn written(desk: &Arc<Desk>, line: CaseLine) -> Result<axum::Json<Case>, Error> {
    match desk.stored(move |store| store.edit_case(line)).await? {
        Edited::Done(line) => Ok(axum::Json(line.into())),
        Edited::Older(_) => Err(Error::conflict("somebody else has edited this since; read it again")),
        Edited::Missing => Err(Error::not_found()),
    }
}

const SHORT: usize = 200;
/// What an agent writes about one matter.
const LONG: usize = 64 * 1024;
