//! Customers' matters: begun and continued by calls, filled from the contact base.

use chrono::{DateTime, Utc};
use engine::border::StoreError;
use engine::case::{CaseRow, ContactView, Known};
use engine::id::{CallId, CaseId, ContactId, ItemId, RecordingId, UserId};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::Store;
use super::column::{RowExt, direction, id, ms};
use super::error::words;
use super::history::Reader;
use super::record::{WriteError, known as there, run};

/// One case with its tasks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CaseLine {
    pub case: CaseId,
    pub protocolo: String,
    pub contact: Option<ContactId>,
    /// Normalised.
    pub number: String,
    pub document: String,
    pub contact_name: String,
    pub contact_phone: String,
    pub account_name: String,
    pub owner: UserId,
    pub department: Option<ItemId>,
    pub channel: String,
    pub subject: String,
    pub notes: String,
    pub disposition: Option<ItemId>,
    pub opened: DateTime<Utc>,
    /// None: open.
    pub closed: Option<DateTime<Utc>>,
    /// Counts edits.
    pub version: u64,
    /// Oldest first.
    pub tasks: Vec<TaskLine>,
}

/// A call of a case that has ended (SM-11).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TaskLine {
    pub at: DateTime<Utc>,
    pub call: CallId,
    pub protocolo: String,
    pub recordings: Vec<RecordingId>,
}

/// What became of an edit.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Edited<T> {
    Done(T),
    /// Somebody else edited it since; as it is now.
    Older(T),
    Missing,
}

impl Reader {
    pub fn case(&self, case: CaseId) -> Result<Option<CaseLine>, StoreError> {
        one(self.base(), case).map_err(|error| words(&error))
    }

    /// Of a contact or a number, newest first.
    pub fn cases_of(&self, contact: Option<ContactId>, number: Option<&str>) -> Result<Vec<CaseLine>, StoreError> {
        let sql = "SELECT * FROM cases WHERE contact = ?1 OR number = ?2 ORDER BY opened_ms DESC LIMIT 100";
        let values = params![contact.map(|contact| id(contact.0)), number];
        let lines = || -> rusqlite::Result<Vec<_>> {
            self.list(sql, values, line)?.into_iter().map(|line| with_tasks(self.base(), line)).collect()
        };
        lines().map_err(|error| words(&error))
    }
}

/// Blocks until it is on the disk.
impl Store {
    /// Writes a case as it shall be, where it is still the version that was seen.
    pub fn edit_case(&self, wanted: CaseLine) -> Result<Edited<CaseLine>, StoreError> {
        self.writer.run(move |base| {
            let rows = base.execute(
                "UPDATE cases SET document = ?3, contact_name = ?4, contact_phone = ?5, account_name = ?6, owner = ?7,
                     department = ?8, subject = ?9, notes = ?10, disposition = ?11, closed_ms = ?12, contact = ?13,
                     version = version + 1
                 WHERE \"case\" = ?1 AND version = ?2",
                params![
                    id(wanted.case.0),
                    wanted.version.cast_signed(),
                    wanted.document,
                    wanted.contact_name,
                    wanted.contact_phone,
                    wanted.account_name,
                    id(wanted.owner.0),
                    wanted.department.map(|item| id(item.0)),
                    wanted.subject,
                    wanted.notes,
                    wanted.disposition.map(|item| id(item.0)),
                    wanted.closed.map(ms),
                    wanted.contact.map(|contact| id(contact.0)),
                ],
            )?;
            Ok(match (one(base, wanted.case)?, rows) {
                (None, _) => Edited::Missing,
                (Some(now), 0) => Edited::Older(now),
                (Some(now), _) => Edited::Done(now),
            })
        })
    }
}

fn one(base: &Connection, case: CaseId) -> rusqlite::Result<Option<CaseLine>> {
    let found =
        base.prepare_cached("SELECT * FROM cases WHERE \"case\" = ?1")?.query_row([id(case.0)], line).optional()?;
    found.map(|line| with_tasks(base, line)).transpose()
}

fn line(row: &Row<'_>) -> rusqlite::Result<CaseLine> {
    Ok(CaseLine {
        case: CaseId(row.id("case")?),
        protocolo: row.get("protocolo")?,
        contact: row.id_if_any("contact")?.map(ContactId),
        number: row.get("number")?,
        document: row.get("document")?,
        contact_name: row.get("contact_name")?,
        contact_phone: row.get("contact_phone")?,
        account_name: row.get("account_name")?,
        owner: UserId(row.id("owner")?),
        department: row.id_if_any("department")?.map(ItemId),
        channel: row.get("channel")?,
        subject: row.get("subject")?,
        notes: row.get("notes")?,
        disposition: row.id_if_any("disposition")?.map(ItemId),
        opened: row.time("opened_ms")?,
        closed: row.time_if_any("closed_ms")?,
        version: row.get::<_, i64>("version")?.cast_unsigned(),
        tasks: Vec::new(),
    })
}

fn with_tasks(base: &Connection, line: CaseLine) -> rusqlite::Result<CaseLine> {
    let mut tasks = base.prepare_cached(
        "SELECT at_ms, call, protocolo FROM case_calls WHERE \"case\" = ?1 AND protocolo IS NOT NULL ORDER BY at_ms, call",
    )?;
    let mut recorded = base.prepare_cached("SELECT recording FROM recordings WHERE call = ?1 ORDER BY started_ms")?;
    let task = |row: &Row<'_>| {
        let call = CallId(row.id("call")?);
        let recordings = recorded.query_map([id(call.0)], |row| row.id("recording").map(RecordingId))?;
        let recordings = recordings.collect::<rusqlite::Result<_>>()?;
        Ok(TaskLine { at: row.time("at_ms")?, call, protocolo: row.get("protocolo")?, recordings })
    };
    let tasks = tasks.query_map([id(line.case.0)], task)?.collect::<rusqlite::Result<_>>()?;
    Ok(CaseLine { tasks, ..line })
}

/// Whom a number belongs to, and what is open with them.
pub(super) fn known(base: &Connection, number: &str) -> rusqlite::Result<Known> {
    let contact = base
        .prepare_cached(
            "SELECT contacts.* FROM contact_phones JOIN contacts USING (contact) WHERE number = ?1
             ORDER BY version DESC, contact DESC LIMIT 1",
        )?
        .query_row([number], contact)
        .optional()?;
    let open_case = base
        .prepare_cached(
            "SELECT \"case\" FROM cases WHERE closed_ms IS NULL AND (number = ?1 OR contact = ?2)
             ORDER BY opened_ms DESC LIMIT 1",
        )?
        .query_row(params![number, contact.as_ref().map(|contact| id(contact.contact.0))], |row| row.id("case"))
        .optional()?;
    Ok(Known { contact, open_case: open_case.map(CaseId) })
}

fn contact(row: &Row<'_>) -> rusqlite::Result<ContactView> {
    Ok(ContactView {
        contact: ContactId(row.id("contact")?),
        name: row.get("name")?,
        document: row.get("document")?,
        account_name: row.get("account_name")?,
    })
}

pub(super) fn opened(base: &Connection, row: &CaseRow) -> rusqlite::Result<()> {
    let contact = row.contact.as_ref();
    run(
        base,
        "INSERT INTO cases (\"case\", protocolo, contact, number, document, contact_name, contact_phone, account_name,
                            owner, channel, opened_ms)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?4, ?7, ?8, ?9, ?10) ON CONFLICT (\"case\") DO NOTHING",
        params![
            id(row.case.0),
            row.protocolo,
            contact.map(|contact| id(contact.contact.0)),
            row.number,
            contact.and_then(|contact| contact.document.as_deref()).unwrap_or_default(),
            contact.map(|contact| contact.name.as_str()).or(row.name.as_deref()).unwrap_or_default(),
            contact.and_then(|contact| contact.account_name.as_deref()).unwrap_or_default(),
            id(row.owner.0),
            direction(row.direction),
            ms(row.at),
        ],
    )?;
    Ok(())
}

pub(super) fn continued(base: &Connection, case: CaseId, call: CallId, at: DateTime<Utc>) -> Result<(), WriteError> {
    let rows = run(
        base,
        "INSERT INTO case_calls (\"case\", call, at_ms) SELECT ?1, ?2, ?3 WHERE EXISTS (SELECT 1 FROM cases WHERE \"case\" = ?1)
         ON CONFLICT DO UPDATE SET at_ms = at_ms",
        params![id(case.0), id(call.0), ms(at)],
    )?;
    there(rows, || format!("case {case}"))
}

pub(super) fn task(
    base: &Connection,
    case: CaseId,
    call: CallId,
    at: DateTime<Utc>,
    protocolo: &str,
) -> rusqlite::Result<()> {
    run(
        base,
        "INSERT INTO case_calls (\"case\", call, at_ms, protocolo) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT DO UPDATE SET at_ms = excluded.at_ms, protocolo = excluded.protocolo",
        params![id(case.0), id(call.0), ms(at), protocolo],
    )?;
    Ok(())
}
