//! Many extensions from a CSV file: all lines are looked at first, and either all of them are kept or none.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use engine::access::{Action, Kind, Whose};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::web::administering::Work;
use crate::web::body::Body;
use crate::web::desk::Desk;
use crate::web::doc::{Routes, about};
use crate::web::error::Error;
use crate::web::person::Person;
use crate::web::sheet::{BadLine, Column, Sheet};

use super::fields::ExtensionFields;
use super::try_put;

pub fn add(routes: Routes) -> Routes {
    let asked = json!({
        "csv": "ramal,senha,nome\n2110,segredo,Bia\n", "server": "127.0.0.1:5060", "transport": "udp", "profile": "asterisk",
        "apply": false,
    });
    let report = json!({
        "columns": [{ "column": "senha", "read_as": "password" }], "lines": 2, "created": 1, "changed": 0,
        "bad": [{ "line": 3, "field": "ramal", "code": "invalid", "text": "ramal must be up to 64 letters, digits or any of - _ . + * ! ~" }],
        "applied": false,
    });
    routes.post(
        "/api/v1/extensions/import",
        import,
        about("Reads a CSV file of extensions; with `apply` and without a bad line all of them are kept")
            .takes::<ExtensionImport>(asked)
            .gives::<ImportReport>(200, report),
    )
}

/// A file and what its lines do not say.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExtensionImport {
    /// The file's text; its first line names the columns. Commas or semicolons.
    csv: String,
    server: Option<String>,
    transport: Option<String>,
    profile: Option<String>,
    /// False: only looked at.
    #[serde(default)]
    apply: bool,
}

/// What is in a file, and what was or would be done.
#[derive(Serialize, ToSchema)]
pub struct ImportReport {
    columns: Vec<Column>,
    /// Without the first one.
    lines: usize,
    created: usize,
    changed: usize,
    /// With one of these nothing is kept.
    bad: Vec<BadLine>,
    applied: bool,
}

async fn import(
    person: Person,
    State(desk): State<Arc<Desk>>,
    Body(asked): Body<ExtensionImport>,
) -> Result<axum::Json<ImportReport>, Error> {
    person.may(Action::Create(Kind::Account), Whose::Shared).await?;
    let report = Work::begin_with(&desk, move |work| read(&asked, work)).await?;
    if report.applied {
        Work::put_in_force(&desk).await?;
        let done = json!({ "created": report.created, "changed": report.changed });
        desk.audit(Some(person.user), person.address, "extensions-imported", done).await?;
    }
    Ok(axum::Json(report))
}

fn read(asked: &ExtensionImport, work: &mut Work) -> Result<ImportReport, Error> {
    let sheet = Sheet::read(&asked.csv, COLUMNS, &["ramal"])?;
    let lines = sheet.lines.len() + sheet.bad.len();
    let mut report =
        ImportReport { columns: sheet.columns, lines, created: 0, changed: 0, bad: sheet.bad, applied: false };
    let mut at: BTreeMap<String, usize> = BTreeMap::new();
    for line in &sheet.lines {
        let cell = |name: &str| line.cell(name).map(str::to_owned);
        let number = cell("ramal").unwrap_or_default();
        let fields = ExtensionFields {
            ramal: None,
            server: cell("server").or_else(|| asked.server.clone()),
            transport: cell("transport").or_else(|| asked.transport.clone()),
            profile: cell("profile").or_else(|| asked.profile.clone()),
            password: cell("password"),
            name: cell("name"),
            auth_user: cell("auth_user"),
        };
        let first = at.get(&number).copied();
        let known = work.file.has_extension(&number);
        match judged(work, &number, &fields, first, known) {
            Err((field, code, text)) => {
                let (field, code) = (field.to_owned(), code.to_owned());
                report.bad.push(BadLine { line: line.number, field, code, text });
            }
            Ok(()) if known => report.changed += 1,
            Ok(()) => report.created += 1,
        }
        at.entry(number).or_insert(line.number);
    }
    for error in work.check().err().unwrap_or_default() {
        let about = work
            .file
            .concerns(&error)
            .and_then(|(section, field)| Some((*at.get(section.strip_prefix("extension.")?)?, field)));
        let Some((line, field)) = about else { return Err(work.worded(&[error])) };
        let text = format!("{field} {}", error.problem);
        report.bad.push(BadLine { line, field: field.to_owned(), code: "invalid".to_owned(), text });
    }
    report.bad.sort_by_key(|bad| bad.line);
    if asked.apply && report.bad.is_empty() && report.lines > 0 {
        work.keep()?;
        report.applied = true;
    }
    Ok(report)
}

/// One line put into the file, or the field that is wrong and why.
fn judged(
    work: &mut Work,
    number: &str,
    fields: &ExtensionFields,
    first: Option<usize>,
    known: bool,
) -> Result<(), (&'static str, &'static str, String)> {
    if number.is_empty() {
        return Err(("ramal", "missing", "ramal is empty".to_owned()));
    }
    if let Some(first) = first {
        return Err(("ramal", "twice", format!("ramal {number} is in line {first} too")));
    }
    if !known && let Some(place) = work.now.places.get(number) {
        return Err(("ramal", "in-file", format!("ramal {number} stands in {}; change it there", place.short())));
    }
    if !known && fields.password.is_none() {
        return Err(("password", "missing", "the password is empty".to_owned()));
    }
    if !known && fields.server.as_ref().is_none_or(|server| server.trim().is_empty()) {
        return Err(("server", "missing", "the server is empty; choose one for the whole file".to_owned()));
    }
    if known && fields.unmoved_or_with_password(&work.now, number).is_err() {
        return Err(("password", "missing", "the server is another one: the line needs the password".to_owned()));
    }
    try_put(work, number, fields).map_err(|wrong| (wrong.field, "invalid", wrong.problem))
}

/// As they are known here, and what else they are called; FreePBX's export is read as it is.
const COLUMNS: &[(&str, &[&str])] = &[
    ("ramal", &["extension", "number", "numero"]),
    ("password", &["secret", "senha"]),
    ("name", &["nome", "display"]),
    ("server", &["servidor", "host"]),
    ("transport", &["transporte"]),
    ("profile", &["perfil"]),
    ("auth_user", &["usuario", "authuser"]),
];
