//! Promises from a CSV file: looked at first, then made one by one, each with its own refusal.

use std::sync::Arc;

use axum::extract::State;
use chrono::NaiveDateTime;
use engine::access::{Action, Kind, Whose};
use engine::staff::Staff;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::web::body::Body;
use crate::web::desk::Desk;
use crate::web::doc::{Routes, about};
use crate::web::error::Error;
use crate::web::person::{Key, Person};
use crate::web::shape::{CallbackOwner, Id};
use crate::web::sheet::{BadLine, Column, Line, Sheet};

use super::{NewCallback, wish};

pub fn add(routes: Routes) -> Routes {
    let asked = json!({ "csv": "escala;nome;telefone;data;responsavel\nDias úteis;Dona Maria;11987654321;23/11/2026 09:00;luana\n",
        "apply": false });
    let report = json!({ "columns": [{ "column": "telefone", "read_as": "number" }], "lines": 1, "created": 1,
        "bad": [{ "line": 3, "field": "when", "code": "invalid", "text": "that day is Natal" }], "applied": false });
    routes.post(
        "/api/v1/callbacks/import",
        import,
        about("Reads a CSV file of callbacks; with `apply` each good line is promised")
            .takes::<CallbackImport>(asked)
            .gives::<CallbackReport>(200, report),
    )
}

/// A file.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CallbackImport {
    /// The first line names the columns. Commas, semicolons or tabs.
    csv: String,
    /// Lines of the file before this part.
    #[serde(default)]
    lines_before: usize,
    /// False: only looked at.
    #[serde(default)]
    apply: bool,
}

/// What is in it, and what was or would be done.
#[derive(Serialize, ToSchema)]
pub struct CallbackReport {
    columns: Vec<Column>,
    /// Without the first one.
    lines: usize,
    created: usize,
    bad: Vec<BadLine>,
    applied: bool,
}

async fn import(
    person: Person,
    State(desk): State<Arc<Desk>>,
    Body(asked): Body<CallbackImport>,
) -> Result<axum::Json<CallbackReport>, Error> {
    person.may(Action::Create(Kind::Callback), Whose::Shared).await?;
    let sheet = Sheet::read(&asked.csv, COLUMNS, &["schedule", "recipient", "number", "when"])?;
    let lines = sheet.lines.len() + sheet.bad.len();
    let (mut bad, mut created) = (sheet.bad, 0);
    for line in &sheet.lines {
        let command = form(line, &desk.people.staff(), &person).and_then(NewCallback::into_command);
        let promised = match command {
            Ok(command) if asked.apply => wish(&person, &Key(None), command).await.map(drop),
            Ok(_) => Ok(()),
            Err(why) => Err(why),
        };
        match promised {
            Ok(()) => created += 1,
            Err(why) => {
                let (field, code, text) = why.about();
                bad.push(BadLine { line: line.number, field, code, text });
            }
        }
    }
    bad.sort_by_key(|one| one.line);
    bad.iter_mut().for_each(|one| one.line += asked.lines_before);
    if asked.apply {
        desk.audit(Some(person.user), person.address, "callbacks-imported", json!({ "created": created })).await?;
    }
    Ok(axum::Json(CallbackReport { columns: sheet.columns, lines, created, bad, applied: asked.apply }))
}

/// Names as people write them: an escala by its name, an owner by login or queue.
fn form(line: &Line, staff: &Staff, person: &Person) -> Result<NewCallback, Error> {
    let cell = |name: &str| line.cell(name).unwrap_or_default().trim().to_owned();
    let same = |one: &str, other: &str| one.trim().to_lowercase() == other.trim().to_lowercase();
    let name = cell("schedule");
    let schedule = staff.schedules().find(|schedule| same(&schedule.name, &name));
    let schedule =
        schedule.ok_or_else(|| Error::field("schedule", "invalid", format!("no escala is called {name}")))?.id;
    let owner = cell("owner");
    let queue =
        staff.queues().find(|queue| same(&queue.name, &owner)).map(|queue| CallbackOwner::Queue(queue.queue.into()));
    let user = staff.users().find(|user| user.active && same(&user.login, &owner));
    let owner = match owner.is_empty() {
        true => CallbackOwner::Person(person.user.into()),
        false => queue
            .or(user.map(|user| CallbackOwner::Person(user.user.into())))
            .ok_or_else(|| Error::field("owner", "invalid", format!("{owner} is no login and no queue")))?,
    };
    let when = when(&cell("when")).ok_or_else(|| Error::field("when", "invalid", "as 23/11/2026 09:00"))?;
    let protocolo = Some(cell("protocolo")).filter(|text| !text.is_empty());
    let (recipient, number, note) = (cell("recipient"), cell("number"), cell("note"));
    Ok(NewCallback { schedule: Id::from(schedule), recipient, number, note, owner, when, protocolo })
}

fn when(text: &str) -> Option<NaiveDateTime> {
    let forms = ["%d/%m/%Y %H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"];
    forms.iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())
}

/// What the columns are called.
const COLUMNS: &[(&str, &[&str])] = &[
    ("schedule", &["escala"]),
    ("recipient", &["nome", "destinatario", "cliente", "name"]),
    ("number", &["numero", "telefone", "ramal", "celular", "phone"]),
    ("when", &["data", "quando", "data e hora", "horario", "date"]),
    ("owner", &["responsavel", "atendente", "fila", "queue", "agent"]),
    ("note", &["observacao", "obs", "notes"]),
    ("protocolo", &["protocol"]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_as_people_write_it_here_and_as_programs_do() {
        assert_eq!(when("23/11/2026 09:00"), when("2026-11-23T09:00"));
        assert_eq!(when("amanhã"), None);
    }
}
