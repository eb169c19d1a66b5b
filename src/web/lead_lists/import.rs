//! A file becomes a list: looked at first, then brought in on a thread of its own, whose progress is asked for (GN-13).

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use engine::campaign::{List, ListState};
use engine::id::{FileId, ListId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::leads::{self, Busy, Failure, Imports, Meaning, Order, RowError};
use crate::store::NewLead;
use crate::web::body::{Body, Named};
use crate::web::desk::Desk;
use crate::web::doc::{Routes, about};
use crate::web::error::Error;
use crate::web::person::{Key, Person};
use crate::web::shape::Id;

use super::inbox::Held;
use super::shown::{self, LeadList};
use super::{NewLeadList, example, id_of, may};

pub fn add(routes: Routes) -> Routes {
    let options = json!({ "columns": { "3": "phone" }, "skip_bad": false, "across_lists": false });
    let wanted = json!({ "file": "5", "name": "Janeiro", "source": "CRM", "dated": "2026-11-22T12:00:00Z", "expires": null,
        "options": options });
    let lead = json!({ "recipient": "Dona Maria", "phones": [{ "number": "+5511987654321", "label": "celular" }], "priority": 5,
        "zone": null, "fields": [["CPF", "123.456.789-09"]] });
    let found = json!({ "encoding": "utf8", "separator": ";", "columns": [{ "name": "telefone", "meaning": "phone" }], "rows": 2,
        "leads": 1, "numbers": 1, "bad": 1, "errors": [{ "line": 3, "column": "telefone", "code": "number", "value": "20 9…",
        "text": "there is no such DDD; correct it, with DDD" }], "repeats": { "rows": 0, "first": [], "uncompared": 0 }, "listed": null,
        "twice": 0, "size": 60, "sha256": "…", "sample": [lead] });
    routes
        .post(
            "/api/v1/lead-lists/preview",
            preview,
            about("What a file would become, with every bad row; nothing is kept")
                .takes::<LeadPreviewOf>(json!({ "file": "5", "options": options }))
                .gives::<LeadPreview>(200, found),
        )
        .post(
            "/api/v1/lead-lists/import",
            import,
            about("Makes a list of a file; how far it is says the list")
                .takes::<NewLeadImport>(wanted)
                .gives::<LeadList>(202, example()),
        )
        .post(
            "/api/v1/lead-lists/{list}/resume",
            resume,
            about("Goes on with a list that was cut off, by the same file")
                .takes::<LeadResume>(json!({ "file": "5" }))
                .gives::<LeadList>(202, example()),
        )
        .post("/api/v1/lead-lists/{list}/stop", stop, about("Stops its import: it may be gone on with, or discarded"))
}

/// What somebody says of a file.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LeadOptions {
    /// Columns that are something else than their names say, by their place from 0.
    #[schema(value_type = BTreeMap<String, LeadMeaning>)]
    columns: BTreeMap<usize, Meaning>,
    /// Bad rows are left out; else one of them spoils the file.
    skip_bad: bool,
    /// Numbers that other lists have are left out.
    across_lists: bool,
}

#[derive(ToSchema)]
#[schema(rename_all = "kebab-case")]
#[allow(dead_code, reason = "the words of leads::Meaning, for the document alone")]
pub enum LeadMeaning {
    Recipient,
    Phone,
    Priority,
    Zone,
    Field,
    Ignored,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LeadPreviewOf {
    file: Id,
    #[serde(default)]
    options: LeadOptions,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewLeadImport {
    file: Id,
    name: String,
    source: String,
    dated: Option<chrono::DateTime<chrono::Utc>>,
    expires: Option<chrono::DateTime<chrono::Utc>>,
    #[serde(default)]
    options: LeadOptions,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LeadResume {
    file: Id,
}

/// What was found in a file.
#[derive(Serialize, ToSchema)]
pub struct LeadPreview {
    /// `utf8`, `windows1252`, `mixed`.
    #[schema(value_type = String)]
    encoding: leads::Encoding,
    separator: char,
    columns: Vec<LeadColumn>,
    /// Below the names of the columns.
    rows: u32,
    leads: u32,
    numbers: u32,
    /// Rows that cannot be taken.
    bad: u32,
    /// The first of what is wrong with them, by line.
    errors: Vec<BadRow>,
    repeats: LeadRepeats,
    /// Of the leads, those with a number that another list has; null where such numbers are not to be left out.
    listed: Option<u32>,
    /// Of the leads, those that an import leaves out: all their numbers are there.
    twice: u32,
    /// Bytes.
    size: u64,
    sha256: String,
    /// The first leads, as they were understood.
    sample: Vec<LeadSample>,
}

/// Numbers that a file has more than once: each is kept in the first row that has it.
#[derive(Serialize, ToSchema)]
pub struct LeadRepeats {
    /// Rows with a number that an earlier row has.
    rows: u32,
    /// The first of them, by line.
    first: Vec<LeadRepeat>,
    /// Numbers further down that were not compared.
    uncompared: u32,
}

/// Lines of a file, from 1 on, the names of the columns included.
#[derive(Serialize, ToSchema)]
pub struct LeadRepeat {
    line: u32,
    /// The first one with a number of it.
    first: u32,
}

/// A column of a file, and what it is read as.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct LeadColumn {
    name: String,
    #[schema(value_type = LeadMeaning)]
    meaning: Meaning,
}

/// What is wrong with a row of a file.
#[derive(Serialize, ToSchema)]
#[schema(as = LeadBadRow)]
pub struct BadRow {
    /// From 1 on, the names of the columns included.
    line: u64,
    /// Empty: the whole row.
    column: String,
    /// `cells`, `missing`, `too-many`, `number`, `not-dialled`, `too-long`, `control`, `priority`, `zone`.
    #[schema(value_type = String)]
    code: &'static str,
    /// As it was written, its digits hidden.
    value: String,
    /// In English.
    text: String,
}

#[derive(Serialize, ToSchema)]
pub struct LeadSample {
    recipient: String,
    phones: Vec<LeadSamplePhone>,
    priority: u8,
    zone: Option<String>,
    /// Pairs of name and value.
    #[schema(value_type = Vec<Vec<String>>)]
    fields: Vec<(String, String)>,
}

#[derive(Serialize, ToSchema)]
pub struct LeadSamplePhone {
    number: String,
    label: String,
}

async fn preview(
    person: Person,
    State(desk): State<Arc<Desk>>,
    Body(wanted): Body<LeadPreviewOf>,
) -> Result<axum::Json<LeadPreview>, Error> {
    may(&person).await?;
    let held = held(&desk, &person, wanted.file)?;
    let found = desk.imports.preview(held.path.clone(), wanted.options.into()).await;
    Ok(axum::Json(found.map_err(|why| refused(&why))?.into()))
}

/// The same of a file that stands elsewhere.
pub async fn preview_of(
    imports: &Arc<Imports>,
    path: PathBuf,
    options: leads::Options,
) -> Result<LeadPreview, Failure> {
    imports.preview(path, options).await.map(LeadPreview::from)
}

async fn import(
    person: Person,
    key: Key,
    State(desk): State<Arc<Desk>>,
    Body(wanted): Body<NewLeadImport>,
) -> Result<Response, Error> {
    may(&person).await?;
    let NewLeadImport { file, name, source, dated, expires, options } = wanted;
    let id = id_of(&person, &key);
    // The same key again: it is there, or on its way.
    if let (Some(_), Ok(there)) = (&key.0, shown::one(&desk, id).await) {
        return Ok((StatusCode::ACCEPTED, axum::Json(there)).into_response());
    }
    let list = NewLeadList { name, source, dated, expires }.into_list(id, &person, ListState::Loading)?;
    let held = held(&desk, &person, file)?;
    let detail = json!({ "list": Id::from(id), "name": list.name, "source": list.source, "file": held.name });
    let (path, called, node) = (held.path.clone(), held.name.clone(), desk.imports.node());
    let order = Order { list, path, file: called, options: options.into(), node };
    desk.imports.begin(order, at_end(held))?;
    desk.audit(Some(person.user), person.address, "leads-import-begun", detail).await?;
    answer(&desk, id).await
}

async fn resume(
    person: Person,
    State(desk): State<Arc<Desk>>,
    Named(list): Named<Id>,
    Body(wanted): Body<LeadResume>,
) -> Result<Response, Error> {
    may(&person).await?;
    let id = ListId::from(list);
    let row: (Option<List>, bool) =
        desk.read(move |reader| Ok((reader.list_of_leads(id)?, reader.import(id)?.is_some()))).await?;
    let list = match row {
        (Some(list), true) if list.state == ListState::Loading => list,
        (Some(list), _) if list.state != ListState::Discarded => return Err(refused(&Failure::NotLoading(id))),
        (Some(_) | None, _) => return Err(Error::not_found()),
    };
    let held = held(&desk, &person, wanted.file)?;
    let detail = json!({ "list": Id::from(id), "file": held.name });
    let (name, path) = (held.name.clone(), held.path.clone());
    desk.imports.resume(list, name, path, at_end(held))?;
    desk.audit(Some(person.user), person.address, "leads-import-resumed", detail).await?;
    answer(&desk, id).await
}

async fn stop(person: Person, State(desk): State<Arc<Desk>>, Named(list): Named<Id>) -> Result<StatusCode, Error> {
    may(&person).await?;
    match desk.imports.stop(list.into()) {
        true => {
            desk.audit(Some(person.user), person.address, "leads-import-stopped", json!({ "list": list })).await?;
            Ok(StatusCode::NO_CONTENT)
        }
        false => {
            shown::one(&desk, list.into()).await?;
            Err(Error::new(StatusCode::CONFLICT, "not-loading", "no import of this list runs"))
        }
    }
}

/// Taken: the list as it is, with how far it is.
pub(super) async fn answer(desk: &Arc<Desk>, list: ListId) -> Result<Response, Error> {
    Ok((StatusCode::ACCEPTED, axum::Json(shown::one(desk, list).await?)).into_response())
}

fn held(desk: &Desk, person: &Person, file: Id) -> Result<Held, Error> {
    let gone = || Error::field("file", "gone", "the file is not there any more; bring it again");
    desk.inbox.hold(FileId::from(file), person.user).ok_or_else(gone)
}

/// What is kept needs its file no more; what was stopped or refused may be tried again.
fn at_end(held: Held) -> leads::AtEnd {
    Box::new(move |done| match done {
        Ok(_) => held.done(),
        Err(_) => drop(held),
    })
}

/// A file that cannot be read, in words that name no path.
pub fn said(why: &Failure) -> String {
    match why {
        Failure::File { .. } => "the file is not there any more, or cannot be read; bring it again".to_owned(),
        other => other.to_string(),
    }
}

fn refused(why: &Failure) -> Error {
    match why {
        Failure::NotLoading(_) => Error::new(StatusCode::CONFLICT, why.code(), said(why)),
        Failure::Store(store) => Error::from(store.clone()),
        Failure::NoPhone { found } => {
            let columns = found.iter().cloned().map(LeadColumn::from).collect();
            Error::field("file", why.code(), said(why)).with_columns(columns)
        }
        why => Error::field("file", why.code(), said(why)),
    }
}

impl From<Busy> for Error {
    fn from(busy: Busy) -> Error {
        Error::new(StatusCode::CONFLICT, "importing", busy.to_string())
    }
}

impl From<LeadOptions> for leads::Options {
    fn from(options: LeadOptions) -> leads::Options {
        let LeadOptions { columns, skip_bad, across_lists } = options;
        leads::Options { columns, skip_bad, across_lists }
    }
}

impl From<leads::Preview> for LeadPreview {
    fn from(found: leads::Preview) -> LeadPreview {
        LeadPreview {
            encoding: found.encoding,
            separator: found.separator,
            columns: found.columns.into_iter().map(LeadColumn::from).collect(),
            rows: found.rows,
            leads: found.leads,
            numbers: found.numbers,
            bad: found.bad,
            errors: found.errors.iter().map(BadRow::from).collect(),
            repeats: found.repeats.into(),
            listed: found.listed,
            twice: found.twice,
            size: found.size,
            sha256: found.sha256,
            sample: found.sample.into_iter().map(LeadSample::from).collect(),
        }
    }
}

impl From<leads::Repeats> for LeadRepeats {
    fn from(found: leads::Repeats) -> LeadRepeats {
        let leads::Repeats { rows, first, uncompared } = found;
        let first = first.into_iter().map(|leads::Repeat { line, first }| LeadRepeat { line, first });
        LeadRepeats { rows, first: first.collect(), uncompared }
    }
}

impl From<leads::Column> for LeadColumn {
    fn from(column: leads::Column) -> LeadColumn {
        LeadColumn { name: column.name, meaning: column.meaning }
    }
}

impl From<NewLead> for LeadSample {
    fn from(lead: NewLead) -> LeadSample {
        let phone =
            |(number, label): (engine::number::Number, String)| LeadSamplePhone { number: number.normalised, label };
        LeadSample {
            recipient: lead.recipient,
            phones: lead.phones.into_iter().map(phone).collect(),
            priority: lead.priority.0,
            zone: lead.zone.map(|zone| zone.to_string()),
            fields: lead.fields,
        }
    }
}

impl From<&RowError> for BadRow {
    fn from(error: &RowError) -> BadRow {
        let RowError { line, column, code, value, text } = error.clone();
        BadRow { line, column, code, value, text }
    }
}
