//! The contact base: found by name, document or number, edited, read in from tables in chunks.

use engine::border::StoreError;
use engine::id::ContactId;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::Store;
use super::cases::Edited;
use super::column::{RowExt, id};
use super::error::words;
use super::history::Reader;

/// One contact, whole.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ContactLine {
    pub contact: ContactId,
    pub name: String,
    /// CPF or CNPJ, digits only.
    pub document: Option<String>,
    pub account_name: Option<String>,
    pub note: String,
    /// Normalised.
    pub phones: Vec<String>,
    /// Counts edits.
    pub version: u64,
}

impl ContactLine {
    /// One that is not kept yet.
    pub fn blank() -> ContactLine {
        let (name, note) = (String::new(), String::new());
        ContactLine {
            contact: ContactId(0),
            name,
            document: None,
            account_name: None,
            note,
            phones: Vec::new(),
            version: 1,
        }
    }
}

impl Reader {
    pub fn contact(&self, contact: ContactId) -> Result<Option<ContactLine>, StoreError> {
        one(self.base(), contact).map_err(|error| words(&error))
    }

    /// Who has this number, the last edited first.
    pub fn contacts_with_number(&self, number: &str) -> Result<Vec<ContactLine>, StoreError> {
        let sql = "SELECT contacts.* FROM contact_phones JOIN contacts USING (contact) WHERE number = ?1
                   ORDER BY version DESC, contact DESC LIMIT 50";
        self.contacts(sql, number)
    }

    /// Whose name begins with this, or whose document does.
    pub fn contacts_like(&self, text: &str) -> Result<Vec<ContactLine>, StoreError> {
        let sql = "SELECT * FROM contacts WHERE name LIKE ?1 ESCAPE '\\' OR document LIKE ?1 ESCAPE '\\'
                   ORDER BY name COLLATE NOCASE, contact LIMIT 50";
        let plain = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        self.contacts(sql, &format!("{plain}%"))
    }

    fn contacts(&self, sql: &str, value: &str) -> Result<Vec<ContactLine>, StoreError> {
        let lines = || -> rusqlite::Result<Vec<_>> {
            self.list(sql, [value], line)?.into_iter().map(|line| with_phones(self.base(), line)).collect()
        };
        lines().map_err(|error| words(&error))
    }
}

/// Each blocks until it is on the disk.
impl Store {
    /// All or none; gives the new ids, in order.
    pub fn add_contacts(&self, new: Vec<ContactLine>) -> Result<Vec<ContactId>, StoreError> {
        self.writer.run(move |base| new.iter().map(|contact| add(base, contact)).collect())
    }

    /// Writes a contact as it shall be, where it is still the version that was seen.
    pub fn edit_contact(&self, wanted: ContactLine) -> Result<Edited<ContactLine>, StoreError> {
        self.writer.run(move |base| {
            let rows = base.execute(
                "UPDATE contacts SET name = ?3, document = ?4, account_name = ?5, note = ?6, version = version + 1
                 WHERE contact = ?1 AND version = ?2",
                params![
                    id(wanted.contact.0),
                    wanted.version.cast_signed(),
                    wanted.name,
                    wanted.document,
                    wanted.account_name,
                    wanted.note
                ],
            )?;
            if rows > 0 {
                base.execute("DELETE FROM contact_phones WHERE contact = ?1", [id(wanted.contact.0)])?;
                phones(base, wanted.contact, &wanted.phones)?;
            }
            Ok(match (one(base, wanted.contact)?, rows) {
                (None, _) => Edited::Missing,
                (Some(now), 0) => Edited::Older(now),
                (Some(now), _) => Edited::Done(now),
            })
        })
    }
}

fn add(base: &Connection, contact: &ContactLine) -> rusqlite::Result<ContactId> {
    base.prepare_cached("INSERT INTO contacts (name, document, account_name, note) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![contact.name, contact.document, contact.account_name, contact.note])?;
    let contact_id = ContactId(base.last_insert_rowid().cast_unsigned());
    phones(base, contact_id, &contact.phones)?;
    Ok(contact_id)
}

fn phones(base: &Connection, contact: ContactId, phones: &[String]) -> rusqlite::Result<()> {
    let mut add =
        base.prepare_cached("INSERT INTO contact_phones (number, contact) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?;
    phones.iter().try_for_each(|number| add.execute(params![number, id(contact.0)]).map(drop))
}

fn one(base: &Connection, contact: ContactId) -> rusqlite::Result<Option<ContactLine>> {
    let mut find = base.prepare_cached("SELECT * FROM contacts WHERE contact = ?1")?;
    let found = find.query_row([id(contact.0)], line).optional()?;
    found.map(|line| with_phones(base, line)).transpose()
}

fn line(row: &Row<'_>) -> rusqlite::Result<ContactLine> {
    Ok(ContactLine {
        contact: ContactId(row.id("contact")?),
        name: row.get("name")?,
        document: row.get("document")?,
        account_name: row.get("account_name")?,
        note: row.get("note")?,
        phones: Vec::new(),
        version: row.get::<_, i64>("version")?.cast_unsigned(),
    })
}

fn with_phones(base: &Connection, line: ContactLine) -> rusqlite::Result<ContactLine> {
    let mut read = base.prepare_cached("SELECT number FROM contact_phones WHERE contact = ?1 ORDER BY rowid")?;
    let phones = read.query_map([id(line.contact.0)], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    Ok(ContactLine { phones, ..line })
}
