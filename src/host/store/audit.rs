//! The audit log: appended to, chained by hashes, read back and verified.

use chrono::{DateTime, Utc};
use engine::border::StoreError;
use engine::id::UserId;
use rusqlite::{Connection, OptionalExtension, Row, params};
use sha2::{Digest, Sha256};

use super::Store;
use super::column::{RowExt, id, ms};
use super::error::words;
use super::history::{Page, Reader};

/// Something that somebody did.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AuditEntry {
    pub at: DateTime<Utc>,
    /// None: nobody who is known.
    pub user: Option<UserId>,
    /// Of the browser or program; empty for what a call's own records say.
    pub address: String,
    /// One word: `sign-in`, `user-edited`.
    pub action: String,
    /// JSON; holds no secret.
    pub detail: String,
}

/// An entry in its place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AuditLine {
    pub number: u64,
    pub entry: AuditEntry,
    pub hash: [u8; 32],
}

/// The newest row: whoever knows it can tell whether anything before it was changed.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Head {
    /// 0: there is no row yet.
    pub number: u64,
    pub hash: [u8; 32],
}

/// What is wrong with the log.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum AuditFault {
    #[error("row {0} was changed, or a row before it was taken out: its hash does not fit")]
    Changed(u64),
    #[error("row {0} is missing")]
    Missing(u64),
    #[error("row {0} is not what was written down of it outside the base: the log was made anew up to there")]
    OtherThanNoted(u64),
    #[error("the log cannot be read: {0}")]
    Unreadable(StoreError),
}

impl Head {
    /// `12 9f86d0…`, as it is written down outside the base.
    pub fn line(&self) -> String {
        let hex: String = self.hash.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{} {hex}", self.number)
    }

    /// Reads what [`Head::line`] wrote.
    pub fn of_line(line: &str) -> Option<Head> {
        let (number, hex) = line.trim().split_once(' ')?;
        let byte = |at: usize| u8::from_str_radix(hex.get(2 * at..2 * at + 2)?, 16).ok();
        let hash: Vec<u8> = (0..32).map_while(byte).collect();
        Some(Head { number: number.parse().ok()?, hash: hash.try_into().ok()? })
    }
}

impl Store {
    /// Appends; on the disk when this returns. Blocks: not for the async runtime's own threads.
    pub fn audit(&self, entry: AuditEntry) -> Result<Head, StoreError> {
        self.writer.run(move |base| append(base, &entry))
    }

    pub fn audit_head(&self) -> Result<Head, StoreError> {
        self.read_now(|reader| head(reader.base()))
    }
}

impl Reader {
    /// Newest first.
    pub fn audit(&self, page: Page) -> Result<Vec<AuditLine>, StoreError> {
        let sql = "SELECT * FROM audit ORDER BY number DESC LIMIT ?1 OFFSET ?2";
        self.list(sql, params![page.take.min(1_000), page.skip], line).map_err(|error| words(&error))
    }

    /// Walks the whole chain; `noted` are heads that were written down elsewhere. Gives the number of rows.
    ///
    /// # Errors
    /// The first row that is not what it was.
    pub fn verify_audit(&self, noted: &[Head]) -> Result<u64, AuditFault> {
        let unreadable = |error: rusqlite::Error| AuditFault::Unreadable(words(&error));
        let mut all = self.base().prepare("SELECT * FROM audit ORDER BY number").map_err(unreadable)?;
        let mut before = Head::default();
        for found in all.query_map([], line).map_err(unreadable)? {
            let found = found.map_err(unreadable)?;
            let number = before.number + 1;
            if found.number != number {
                return Err(AuditFault::Missing(number));
            }
            if found.hash != chained(&before.hash, number, &found.entry) {
                return Err(AuditFault::Changed(number));
            }
            before = Head { number, hash: found.hash };
            if noted.iter().any(|head| head.number == number && head.hash != found.hash) {
                return Err(AuditFault::OtherThanNoted(number));
            }
        }
        match noted.iter().map(|head| head.number).max() {
            Some(last) if last > before.number => Err(AuditFault::Missing(before.number + 1)),
            Some(_) | None => Ok(before.number),
        }
    }
}

pub(super) fn append(base: &Connection, entry: &AuditEntry) -> rusqlite::Result<Head> {
    let before = head(base)?;
    let number = before.number + 1;
    let hash = chained(&before.hash, number, entry);
    base.execute(
        "INSERT INTO audit (number, at_ms, user, address, action, detail, hash)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            id(number),
            ms(entry.at),
            entry.user.map(|user| id(user.0)),
            entry.address,
            entry.action,
            entry.detail,
            hash
        ],
    )?;
    Ok(Head { number, hash })
}

fn head(base: &Connection) -> rusqlite::Result<Head> {
    let newest = base.query_row("SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1", [], |row| {
        Ok(Head { number: row.id("number")?, hash: row.get("hash")? })
    });
    Ok(newest.optional()?.unwrap_or_default())
}

/// Each column with its length before it, so that no text can be moved from one into the next.
fn chained(before: &[u8; 32], number: u64, entry: &AuditEntry) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(before);
    hash.update(number.to_be_bytes());
    hash.update(ms(entry.at).to_be_bytes());
    // 0 is nobody's id.
    hash.update(entry.user.map_or(0, |user| user.0).to_be_bytes());
    for text in [&entry.address, &entry.action, &entry.detail] {
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text.as_bytes());
    }
    hash.finalize().into()
}

fn line(row: &Row<'_>) -> rusqlite::Result<AuditLine> {
    Ok(AuditLine {
        number: row.id("number")?,
        entry: AuditEntry {
            at: row.time("at_ms")?,
            user: row.id_if_any("user")?.map(UserId),
            address: row.get("address")?,
            action: row.get("action")?,
            detail: row.get("detail")?,
        },
        hash: row.get("hash")?,
    })
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;
    use crate::store::tests::Scratch;

    fn entry(action: &str) -> AuditEntry {
        AuditEntry {
            at: DateTime::from_timestamp_millis(1_773_300_000_000).unwrap(),
            user: Some(UserId(7)),
            address: "127.0.0.1".to_owned(),
            action: action.to_owned(),
            detail: "{}".to_owned(),
        }
    }

    /// A log of three rows, then `tampered` with by somebody who can write the file and takes the triggers away first.
    fn after(tampered: &str) -> Result<u64, AuditFault> {
        let scratch = Scratch::new();
        let store = Store::open(scratch.path()).unwrap();
        let heads: Vec<Head> =
            ["sign-in", "user-edited", "sign-out"].map(|one| store.audit(entry(one)).unwrap()).into();
        drop(store);
        let base = Connection::open(scratch.path().join("ramal.db")).unwrap();
        base.execute_batch("DROP TRIGGER audit_is_not_changed; DROP TRIGGER audit_is_not_deleted;").unwrap();
        base.execute_batch(tampered).unwrap();
        drop(base);
        Store::read(scratch.path()).unwrap().verify_audit(&heads[2..])
    }

    #[test]
    fn the_first_row_that_is_not_what_it_was_is_named() {
        assert_eq!(after(""), Ok(3));
        assert_eq!(after("UPDATE audit SET action = 'sign-in' WHERE number = 2"), Err(AuditFault::Changed(2)));
        assert_eq!(after("UPDATE audit SET user = 8 WHERE number = 1"), Err(AuditFault::Changed(1)));
        assert_eq!(after("DELETE FROM audit WHERE number = 2"), Err(AuditFault::Missing(2)));
        assert_eq!(after("DELETE FROM audit WHERE number = 3"), Err(AuditFault::Missing(3)), "the end was cut off");
        assert_eq!(after("UPDATE audit SET address = '127.0.0.1x', action = 'ign-in'"), Err(AuditFault::Changed(1)));
    }

    #[test]
    fn the_base_itself_refuses_to_change_a_row() {
        let scratch = Scratch::new();
        let store = Store::open(scratch.path()).unwrap();
        store.audit(entry("sign-in")).unwrap();
        drop(store);
        let base = Connection::open(scratch.path().join("ramal.db")).unwrap();
        assert!(base.execute("UPDATE audit SET action = 'x'", []).is_err());
        assert!(base.execute("DELETE FROM audit", []).is_err());
    }

    #[test]
    fn a_head_is_read_as_it_was_written() {
        let head = Head { number: 12, hash: [0x9f; 32] };
        assert_eq!(Head::of_line(&head.line()), Some(head));
        assert_eq!(Head::of_line("12 9f"), None);
        assert_eq!(Head::of_line(""), None);
    }
}
