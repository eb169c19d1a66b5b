//! What is remembered of the base itself: that it is a restored copy, until when it was lived with, and whether that clock was believed.

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

/// Our clock shows this; whether it is believed.
pub(super) fn alive(base: &Connection, at: DateTime<Utc>, doubted: bool) -> rusqlite::Result<()> {
    set(base, ALIVE, at)?;
    match doubted {
        true => set(base, DOUBTED, at),
        false => base.execute("DELETE FROM state WHERE name = ?1", [DOUBTED]).map(|_| ()),
    }
}

/// Whether our clock was in doubt when it was last written.
pub(super) fn is_doubted(base: &Connection) -> rusqlite::Result<bool> {
    base.prepare("SELECT 1 FROM state WHERE name = ?1")?.exists([DOUBTED])
}

fn set(base: &Connection, name: &str, at: DateTime<Utc>) -> rusqlite::Result<()> {
    let sql = "INSERT INTO state (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    base.execute(sql, params![name, ms(at)]).map(|_| ())
}

const ALIVE: &str = "alive_ms";
const DOUBTED: &str = "clock_doubted_ms";
const RESTORED: &str = "restored_ms";
