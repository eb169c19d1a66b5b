//! Do-not-call lists: seen, added to by hand and from files, taken off. What is answered counts for the next call.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use engine::access::{Action, Kind, Whose};
use engine::number::Number;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::store::SuppressionLine;

use super::body::{Asked, Body, Named};
use super::desk::Desk;
use super::doc::{Routes, about};
use super::error::Error;
use super::number_lists::{Scopes, SuppressionScope, known};
use super::person::Person;
use super::shape::Id;
use super::sheet::{BadLine, Column, Part};
use super::suppression_lines::{Ground, add_part, read};

pub fn routes() -> Routes {
    let one = json!({ "suppression": "3", "number": "+5511987654321", "source": "Pedido do cliente", "note": "",
        "since": "2026-11-22T12:00:00Z", "until": null, "by": "7", "scope": { "campaign": null, "aim": null } });
    let new = json!({ "number": "(11) 98765-4321", "source": "Pedido do cliente", "note": "", "until": null });
    let asked = json!({ "csv": "telefone;lista\n11987654321;Procon-SP\n", "apply": false });
    let report = json!({ "columns": [{ "column": "telefone", "read_as": "number" }], "lines": 1, "created": 1, "bad": [], "applied": false });
    Routes::default()
        .get(
            "/api/v1/suppressions",
            list,
            about("Numbers that are not dialled automatically, newest first; `q`: how a number begins")
                .asks(&["q", "after"])
                .gives::<Suppressions>(200, json!({ "rows": [one], "next": null })),
        )
        .post(
            "/api/v1/suppressions",
            add,
            about("Adds a number").takes::<NewSuppression>(new).gives::<Suppression>(201, one),
        )
        .post(
            "/api/v1/suppressions/import",
            import,
            about("Reads a CSV file of numbers; with `apply` the good ones are kept")
                .takes::<SuppressionImport>(asked)
                .gives::<SuppressionReport>(200, report),
        )
        .delete("/api/v1/suppressions/{suppression}", remove, about("Takes a number off its list"))
}

/// One number of one list.
#[derive(Serialize, ToSchema)]
pub struct Suppression {
    suppression: Id,
    number: String,
    /// The list, or whose wish it was.
    source: String,
    note: String,
    since: DateTime<Utc>,
    /// Null: for good.
    until: Option<DateTime<Utc>>,
    by: Option<Id>,
    scope: SuppressionScope,
}

/// A page of them.
#[derive(Serialize, ToSchema)]
pub struct Suppressions {
    rows: Vec<Suppression>,
    /// To be asked as `after`.
    next: Option<Id>,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSuppression {
    /// In any spelling.
    pub number: String,
    pub source: String,
    #[serde(default)]
    pub note: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime<Utc>>,
    /// Left out: its list's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<SuppressionScope>,
}

/// A file.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SuppressionImport {
    csv: String,
    /// Lines of the file before this part.
    #[serde(default)]
    lines_before: usize,
    /// False: only looked at.
    #[serde(default)]
    apply: bool,
    /// Of all of them; left out: each its list's.
    scope: Option<SuppressionScope>,
}

#[derive(Serialize, ToSchema)]
pub struct SuppressionReport {
    pub columns: Vec<Column>,
    /// Without the first one.
    pub lines: usize,
    pub created: usize,
    pub bad: Vec<BadLine>,
    pub applied: bool,
}

#[derive(Deserialize)]
struct Wanted {
    q: Option<String>,
    after: Option<Id>,
}

impl From<SuppressionLine> for Suppression {
    fn from(line: SuppressionLine) -> Suppression {
        Suppression {
            suppression: Id(line.suppression),
            number: line.number,
            source: line.source,
            note: line.note,
            since: line.since,
            until: line.until,
            by: line.user.map(Id::from),
            scope: line.scope.into(),
        }
    }
}

async fn list(
    person: Person,
    State(desk): State<Arc<Desk>>,
    Asked(wanted): Asked<Wanted>,
) -> Result<axum::Json<Suppressions>, Error> {
    person.may(Action::See(Kind::Suppression), Whose::Nothing).await?;
    let number = wanted.q.unwrap_or_default();
    let number = Number::normalised_or_as_is(number.trim(), &desk.options.numbers);
    let after = wanted.after.map(|after| after.0);
    let lines = desk.read(move |reader| reader.suppressions(&number, after, PAGE)).await?;
    let next = lines.last().filter(|_| lines.len() == PAGE as usize).map(|line| Id(line.suppression));
    Ok(axum::Json(Suppressions { rows: lines.into_iter().map(Suppression::from).collect(), next }))
}

async fn add(
    person: Person,
    State(desk): State<Arc<Desk>>,
    Body(new): Body<NewSuppression>,
) -> Result<Response, Error> {
    person.may(Action::Create(Kind::Suppression), Whose::Nothing).await?;
    new.scope.map_or(Ok(()), |scope| known(&desk, scope))?;
    let line = read(new, &Ground::of(&desk.imports, Some(person.user)), &desk.imports).await?;
    let kept = line.clone();
    let ids = desk.stored(move |store| store.suppress(vec![kept])).await?;
    let suppression = ids.first().copied().unwrap_or_default();
    note(&desk, &person, "suppression-added", json!({ "suppression": suppression.to_string(), "source": line.source }))
        .await?;
    Ok((StatusCode::CREATED, axum::Json(Suppression::from(SuppressionLine { suppression, ..line }))).into_response())
}

async fn remove(person: Person, State(desk): State<Arc<Desk>>, Named(id): Named<Id>) -> Result<StatusCode, Error> {
    person.may(Action::Delete(Kind::Suppression), Whose::Nothing).await?;
    match desk.stored(move |store| store.forget_suppression(id.0)).await? {
        true => {
            note(&desk, &person, "suppression-removed", json!({ "suppression": id })).await?;
            Ok(StatusCode::NO_CONTENT)
        }
        false => Err(Error::not_found()),
    }
}

async fn import(
    person: Person,
    State(desk): State<Arc<Desk>>,
    Body(asked): Body<SuppressionImport>,
) -> Result<axum::Json<SuppressionReport>, Error> {
    person.may(Action::Create(Kind::Suppression), Whose::Nothing).await?;
    asked.scope.map_or(Ok(()), |scope| known(&desk, scope))?;
    let ground = Ground::of(&desk.imports, Some(person.user));
    let scopes = Scopes::of(&desk.imports, asked.scope).await?;
    let mut report =
        SuppressionReport { columns: Vec::new(), lines: 0, created: 0, bad: Vec::new(), applied: asked.apply };
    let part = Part { text: asked.csv, lines_before: asked.lines_before };
    let good = add_part(&mut report, &part, &ground, &scopes)?;
    let created = good.len();
    if asked.apply && created > 0 {
        for part in good.chunks(AT_ONCE) {
            let part = part.to_vec();
            desk.stored(move |store| store.suppress(part)).await?;
        }
        note(&desk, &person, "suppressions-imported", json!({ "created": created })).await?;
    }
    Ok(axum::Json(report))
}

async fn note(desk: &Arc<Desk>, person: &Person, action: &'static str, detail: serde_json::Value) -> Result<(), Error> {
    desk.audit(Some(person.user), person.address, action, detail).await
}

const PAGE: u32 = 100;
pub const AT_ONCE: usize = 500;
