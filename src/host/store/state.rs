//! What is remembered of the base itself: that it is a restored copy, and until when it was lived with.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, params};

use super::column::{RowExt, ms};

/// When the base was put in place from a copy, until that is confirmed.
pub(super) fn restored(base: &Connection) -> rusqlite::Result<Option<DateTime<Utc>>> {
    base.query_row("SELECT value FROM state WHERE name = ?1", [RESTORED], |row| row.time("value")).optional()
}

/// The newest moment that our clock showed.
pub(super) fn newest(base: &Connection) -> rusqlite::Result<Option<DateTime<Utc>>> {
    base.query_row("SELECT value FROM state WHERE name = ?1", [ALIVE], |row| row.time("value")).optional()
}

pub(super) fn mark_restored(base: &Connection, at: DateTime<Utc>) -> rusqlite::Result<()> {
    set(base, RESTORED, at)
}

/// Whether there was anything to confirm.
pub(super) fn confirm_restored(base: &Connection) -> rusqlite::Result<bool> {
    Ok(base.execute("DELETE FROM state WHERE name = ?1", [RESTORED])? > 0)
}

pub(super) fn alive(base: &Connection, at: DateTime<Utc>) -> rusqlite::Result<()> {
    set(base, ALIVE, at)
}

fn set(base: &Connection, name: &str, at: DateTime<Utc>) -> rusqlite::Result<()> {
    let sql = "INSERT INTO state (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    base.execute(sql, params![name, ms(at)]).map(|_| ())
}

const ALIVE: &str = "alive_ms";
const RESTORED: &str = "restored_ms";
