//! Customers' matters: begun and continued by calls, filled from the contact base.

use chrono::{DateTime, Utc};
use engine::case::{CaseRow, ContactView, Known};
use engine::id::{CallId, CaseId, ContactId};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::column::{RowExt, direction, id, ms};
use super::record::{WriteError, known as there, run};

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
