//! Contacts from a CSV file: looked at first, then kept chunk by chunk, so that calls never wait for it.
//!
//! A large file comes in several requests, each with the names of the columns and whole lines. Lines that are wrong and contacts
//! that are there already are named and left out; the others are kept.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use engine::access::{Action, Whose};
use engine::config::GateRules;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::store::{ContactLine, Reader};
use crate::web::body::Body;
use crate::web::desk::Desk;
use crate::web::doc::{Routes, about};
use crate::web::error::Error;
use crate::web::person::Person;
use crate::web::sheet::{BadLine, Column, Line, Sheet};

use super::{Wanted, changed};

pub fn add(routes: Routes) -> Routes {
    let asked = json!({ "csv": "nome;telefone;cpf\nMariana Prado;(19) 90745-2310;529.982.247-25\n", "apply": false });
    let report = json!({
        "columns": [{ "column": "telefone", "read_as": "phone" }], "lines": 3, "created": 1, "changed": 0,
        "bad": [{ "line": 3, "field": "phones", "code": "invalid", "text": "12: this is no number" }],
        "duplicates": [{ "line": 4, "field": "document", "code": "there", "text": "Mariana Prado has it already" }], "applied": false,
    });
    routes.post(
        "/api/v1/contacts/import",
        import,
        about("Reads a CSV file of contacts, or a part of one with its first line; with `apply` good and new lines are kept")
            .takes::<ContactImport>(asked)
            .gives::<ContactReport>(200, report),
    )
}

/// A file, or a part of it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactImport {
    /// The first line names the columns. Commas, semicolons or tabs.
    csv: String,
    /// Lines of the file before this part, so that lines are called by their number in the file.
    #[serde(default)]
    lines_before: usize,
    /// False: only looked at.
    #[serde(default)]
    apply: bool,
}

/// What is in it, and what was or would be done.
#[derive(Serialize, ToSchema)]
pub struct ContactReport {
    columns: Vec<Column>,
    /// Without the first one.
    lines: usize,
    created: usize,
    /// None: whoever is there stays as is.
    changed: usize,
    bad: Vec<BadLine>,
    /// Left out: who has such a document or number is there, or stands further up.
    duplicates: Vec<BadLine>,
    applied: bool,
}

async fn import(
    person: Person,
    State(desk): State<Arc<Desk>>,
    Body(asked): Body<ContactImport>,
) -> Result<axum::Json<ContactReport>, Error> {
    person.may(Action::Import, Whose::Nothing).await?;
    let (rules, before, apply) = (desk.options.numbers.clone(), asked.lines_before, asked.apply);
    let sheet = Sheet::read(&asked.csv, COLUMNS, &["name"])?;
    let (report, good) = desk.read(move |reader| judge(sheet, before, &rules, reader)).await?;
    if apply && !good.is_empty() {
        for part in good.chunks(AT_ONCE) {
            let part = part.to_vec();
            desk.stored(move |store| store.add_contacts(part)).await?;
        }
        desk.audit(Some(person.user), person.address, "contacts-imported", json!({ "created": good.len() })).await?;
    }
    Ok(axum::Json(ContactReport { applied: apply, ..report }))
}

/// Every line: good, wrong, or there already.
fn judge(
    sheet: Sheet,
    before: usize,
    rules: &GateRules,
    reader: &Reader,
) -> Result<(ContactReport, Vec<ContactLine>), engine::border::StoreError> {
    let (mut bad, mut duplicates, mut good) = (sheet.bad, Vec::new(), Vec::new());
    let lines = sheet.lines.len() + bad.len();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for line in &sheet.lines {
        let contact = match changed(ContactLine::blank(), wanted(line), rules) {
            Ok(contact) => contact,
            Err(why) => {
                let (field, code, text) = why.about();
                bad.push(BadLine { line: line.number, field, code, text });
                continue;
            }
        };
        match twin(&contact, &seen, before, reader)? {
            Some((field, code, text)) => {
                let (field, code) = (field.to_owned(), code.to_owned());
                duplicates.push(BadLine { line: line.number, field, code, text });
            }
            None => {
                seen.extend(keys(&contact).map(|key| (key, line.number)));
                good.push(contact);
            }
        }
    }
    bad.sort_by_key(|one| one.line);
    bad.iter_mut().chain(&mut duplicates).for_each(|one| one.line += before);
    let created = good.len();
    let report = ContactReport { columns: sheet.columns, lines, created, changed: 0, bad, duplicates, applied: false };
    Ok((report, good))
}

fn wanted(line: &Line) -> Wanted {
    let cell = |name: &str| line.cell(name).map(str::to_owned);
    // One cell may hold several: spreadsheets of other systems write them so.
    let phones = line.all("phone").flat_map(|cell| cell.split([';', '/', '|'])).map(str::trim);
    Wanted {
        version: None,
        name: cell("name"),
        document: cell("document"),
        account_name: cell("account_name"),
        note: cell("note"),
        phones: Some(phones.filter(|phone| !phone.is_empty()).map(str::to_owned).collect()),
    }
}

/// Who this is already, by document or by name with a number: one number may be several people's.
fn twin(
    contact: &ContactLine,
    seen: &BTreeMap<String, usize>,
    before: usize,
    reader: &Reader,
) -> Result<Option<(&'static str, &'static str, String)>, engine::border::StoreError> {
    if let Some(first) = keys(contact).find_map(|key| seen.get(&key)) {
        return Ok(Some(("line", "twice", format!("the same as line {}", first + before))));
    }
    if let Some(document) = &contact.document {
        let known = reader.contacts_like(document)?.into_iter().find(|other| other.document.as_ref() == Some(document));
        if let Some(known) = known {
            return Ok(Some(("document", "there", format!("{} has it already", known.name))));
        }
    }
    for phone in &contact.phones {
        let same = |other: &ContactLine| other.name.to_lowercase() == contact.name.to_lowercase();
        if reader.contacts_with_number(phone)?.iter().any(same) {
            return Ok(Some(("phone", "there", format!("{} is there with this number", contact.name))));
        }
    }
    Ok(None)
}

fn keys(contact: &ContactLine) -> impl Iterator<Item = String> {
    let name = contact.name.to_lowercase();
    let document = contact.document.clone().map(|document| format!("document {document}"));
    document.into_iter().chain(contact.phones.iter().map(move |phone| format!("{phone} {name}")))
}

/// What the columns are called.
const COLUMNS: &[(&str, &[&str])] = &[
    ("name", &["nome", "contato", "cliente", "razao social"]),
    ("phone", &["phones", "telefone", "telefones", "celular", "fone", "numero", "number"]),
    ("document", &["cpf", "cnpj", "cpf/cnpj", "documento"]),
    ("account_name", &["conta", "empresa", "company", "account"]),
    ("note", &["observacao", "observacoes", "obs", "notes"]),
];
/// Contacts in one transaction: what calls write comes between two of them.
const AT_ONCE: usize = 200;
