//! Do-not-call: numbers that the daemon does not dial by itself, by list and by people's own wish.

use chrono::{DateTime, Utc};
use engine::border::StoreError;
use engine::gate::{Hit, Suppression};
use engine::id::UserId;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::Store;
use super::column::{RowExt, id, ms};
use super::error::words;
use super::history::Reader;

/// One number of one list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SuppressionLine {
    /// The store's; 0 before it is kept.
    pub suppression: u64,
    /// Normalised.
    pub number: String,
    /// The list, or whose wish it was.
    pub source: String,
    pub note: String,
    pub since: DateTime<Utc>,
    /// None: for good.
    pub until: Option<DateTime<Utc>>,
    pub user: Option<UserId>,
}

impl Reader {
    /// The newest first, older than `before`; of numbers that begin with `number`.
    pub fn suppressions(
        &self,
        number: &str,
        before: Option<u64>,
        take: u32,
    ) -> Result<Vec<SuppressionLine>, StoreError> {
        let sql = "SELECT * FROM suppressions WHERE substr(number, 1, length(?1)) = ?1 AND suppression < ?2
                   ORDER BY suppression DESC LIMIT ?3";
        let before = before.map_or(i64::MAX, id);
        self.list(sql, params![number, before, take.min(1_000)], line).map_err(|error| words(&error))
    }

    /// What the lists say of a number now.
    pub fn suppression_of(&self, number: &str) -> Result<Suppression, StoreError> {
        of(self.base(), number, Utc::now()).map_err(|error| words(&error))
    }
}

/// Each blocks until it is on the disk.
impl Store {
    /// All or none; one that its list has already is as it is said now.
    pub fn suppress(&self, all: Vec<SuppressionLine>) -> Result<Vec<u64>, StoreError> {
        self.writer.run(move |base| all.iter().map(|line| add(base, line)).collect())
    }

    /// Whether it was there.
    pub fn forget_suppression(&self, suppression: u64) -> Result<bool, StoreError> {
        let sql = "DELETE FROM suppressions WHERE suppression = ?1";
        self.writer.run(move |base| Ok(base.execute(sql, [id(suppression)])? > 0))
    }
}

/// The entry that lasts longest.
pub(super) fn of(base: &Connection, number: &str, now: DateTime<Utc>) -> rusqlite::Result<Suppression> {
    let sql =
        "SELECT source, since_ms, until_ms FROM suppressions WHERE number = ?1 AND (until_ms IS NULL OR until_ms > ?2)
               ORDER BY until_ms IS NULL DESC, until_ms DESC LIMIT 1";
    let hit = base.prepare_cached(sql)?.query_row(params![number, ms(now)], |row| {
        Ok(Hit { source: row.get("source")?, since: row.time("since_ms")?, until: row.time_if_any("until_ms")? })
    });
    Ok(Suppression { read: now, hit: hit.optional()? })
}

fn add(base: &Connection, line: &SuppressionLine) -> rusqlite::Result<u64> {
    let sql =
        "INSERT INTO suppressions (number, source, note, since_ms, until_ms, user) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
               ON CONFLICT (number, source) DO UPDATE SET note = excluded.note, until_ms = excluded.until_ms
               RETURNING suppression";
    let values = params![
        line.number,
        line.source,
        line.note,
        ms(line.since),
        line.until.map(ms),
        line.user.map(|user| id(user.0)),
    ];
    base.prepare_cached(sql)?.query_row(values, |row| row.id("suppression"))
}

fn line(row: &Row<'_>) -> rusqlite::Result<SuppressionLine> {
    Ok(SuppressionLine {
        suppression: row.id("suppression")?,
        number: row.get("number")?,
        source: row.get("source")?,
        note: row.get("note")?,
        since: row.time("since_ms")?,
        until: row.time_if_any("until_ms")?,
        user: row.id_if_any("user")?.map(UserId),
    })
}
