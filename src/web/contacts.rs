//! The contact base: looked up in any spelling of a number, edited, read in from tables.

mod import;

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use engine::access::{Action, Kind, Whose};
use engine::config::GateRules;
use engine::id::ContactId;
use engine::number::Number;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::store::{ContactLine, Edited};

use super::body::{Asked, Body, Named};
use super::desk::Desk;
use super::doc::{Routes, about};
use super::error::Error;
use super::person::Person;
use super::shape::Id;

pub fn routes() -> Routes {
    let contact = example();
    let new = json!({ "name": "Mariana Prado", "document": "529.982.247-25", "phones": ["(19) 90745-2310"] });
    let routes = Routes::default()
        .get(
            "/api/v1/contacts",
            found,
            about("By number in any spelling, or by how name or document begin")
                .asks(&["number", "q"])
                .lists::<Contact>(json!([contact])),
        )
        .get("/api/v1/contacts/{contact}", one, about("A contact").gives::<Contact>(200, contact.clone()))
        .post(
            "/api/v1/contacts",
            create,
            about("Creates").takes::<Wanted>(new.clone()).gives::<Contact>(201, contact.clone()),
        )
        .patch(
            "/api/v1/contacts/{contact}",
            edit,
            about("Changes the fields that are named, where `version` is still the present one; else 409")
                .takes::<Wanted>(new)
                .gives::<Contact>(200, contact),
        );
    import::add(routes)
}

fn example() -> Value {
    json!({ "contact": "77", "name": "Mariana Prado", "document": "52998224725", "account_name": "Residencial",
        "note": "", "phones": ["+5519907452310"], "version": 1 })
}

/// A person or company that calls or is called.
#[derive(Serialize, ToSchema)]
pub struct Contact {
    contact: Id,
    name: String,
    /// CPF or CNPJ, digits only.
    document: Option<String>,
    account_name: Option<String>,
    note: String,
    /// Normalised.
    phones: Vec<String>,
    /// To be named by the next edit.
    version: u64,
}

impl From<ContactLine> for Contact {
    fn from(line: ContactLine) -> Contact {
        let ContactLine { contact, name, document, account_name, note, phones, version } = line;
        Contact { contact: contact.into(), name, document, account_name, note, phones, version }
    }
}

/// What is given; what an edit does not name stays. An empty text is none.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    version: Option<u64>,
    name: Option<String>,
    document: Option<String>,
    account_name: Option<String>,
    note: Option<String>,
    /// In any spelling.
    phones: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct Looked {
    number: Option<String>,
    q: Option<String>,
}

async fn found(
    person: Person,
    State(desk): State<Arc<Desk>>,
    Asked(wanted): Asked<Looked>,
) -> Result<axum::Json<Vec<Contact>>, Error> {
    person.may(Action::See(Kind::Contact), Whose::Nothing).await?;
    let number = wanted.number.map(|number| Number::normalised_or_as_is(&number, &desk.options.numbers));
    let text = wanted.q.unwrap_or_default();
    let lines = desk.read(move |reader| match number {
        Some(number) => reader.contacts_with_number(&number),
        None => reader.contacts_like(text.trim()),
    });
    Ok(axum::Json(lines.await?.into_iter().map(Contact::from).collect()))
}

async fn one(
    person: Person,
    State(desk): State<Arc<Desk>>,
    Named(contact): Named<Id>,
) -> Result<axum::Json<Contact>, Error> {
    person.may(Action::See(Kind::Contact), Whose::Nothing).await?;
    known(&desk, contact.into()).await.map(|line| axum::Json(line.into()))
}

async fn known(desk: &Arc<Desk>, contact: ContactId) -> Result<ContactLine, Error> {
    desk.read(move |reader| reader.contact(contact)).await?.ok_or_else(Error::not_found)
}

async fn create(
    person: Person,
    State(desk): State<Arc<Desk>>,
    Body(wanted): Body<Wanted>,
) -> Result<(StatusCode, axum::Json<Contact>), Error> {
    person.may(Action::Create(Kind::Contact), Whose::Nothing).await?;
    let line = changed(ContactLine::blank(), wanted, &desk.options.numbers)?;
    let ids = desk.stored(move |store| store.add_contacts(vec![line])).await?;
    let contact = ids.first().copied().ok_or_else(Error::not_found)?;
    Ok((StatusCode::CREATED, axum::Json(known(&desk, contact).await?.into())))
}

async fn edit(
    person: Person,
    State(desk): State<Arc<Desk>>,
    Named(contact): Named<Id>,
    Body(wanted): Body<Wanted>,
) -> Result<axum::Json<Contact>, Error> {
    person.may(Action::Edit(Kind::Contact), Whose::Nothing).await?;
    let line = changed(known(&desk, contact.into()).await?, wanted, &desk.options.numbers)?;
    match desk.stored(move |store| store.edit_contact(line)).await? {
        Edited::Done(line) => Ok(axum::Json(line.into())),
        Edited::Older(_) => Err(Error::conflict("somebody else has edited this since; read it again")),
        Edited::Missing => Err(Error::not_found()),
    }
}

/// The contact as it shall be; a field that is wrong is named.
pub fn changed(now: ContactLine, wanted: Wanted, rules: &GateRules) -> Result<ContactLine, Error> {
    let name = wanted.name.unwrap_or(now.name);
    if name.trim().is_empty() || name.len() > SHORT {
        return Err(Error::field("name", "invalid", format!("a name has 1 to {SHORT} bytes")));
    }
    let short = |field: &str, new: Option<String>, old: Option<String>| match new {
        Some(new) if new.len() > SHORT => Err(Error::field(field, "too-long", format!("at most {SHORT} bytes"))),
        Some(new) => Ok(Some(new.trim().to_owned()).filter(|text| !text.is_empty())),
        None => Ok(old),
    };
    let document = match wanted.document {
        Some(document) => digits(&document)?,
        None => now.document,
    };
    let phones = match wanted.phones {
        Some(phones) => numbers(&phones, rules)?,
        None => now.phones,
    };
    Ok(ContactLine {
        contact: now.contact,
        name: name.trim().to_owned(),
        document,
        account_name: short("account_name", wanted.account_name, now.account_name)?,
        note: short("note", wanted.note, Some(now.note))?.unwrap_or_default(),
        phones,
        version: wanted.version.unwrap_or(now.version),
    })
}

/// CPF (11) or CNPJ (14) as digits; empty: none.
fn digits(document: &str) -> Result<Option<String>, Error> {
    let digits: String = document.chars().filter(char::is_ascii_digit).collect();
    match digits.len() {
        0 => Ok(None),
        11 | 14 => Ok(Some(digits)),
        _ => Err(Error::field("document", "invalid", "a CPF has 11 digits and a CNPJ 14")),
    }
}

fn numbers(phones: &[String], rules: &GateRules) -> Result<Vec<String>, Error> {
    if phones.len() > MAX_PHONES {
        return Err(Error::field("phones", "too-long", format!("at most {MAX_PHONES} numbers")));
    }
    let read = |phone: &String| {
        let number =
            Number::read(phone, rules).map_err(|why| Error::field("phones", "invalid", format!("{phone}: {why}")));
        number.map(|number| number.normalised)
    };
    phones.iter().map(read).collect()
}

const SHORT: usize = 200;
const MAX_PHONES: usize = 20;
