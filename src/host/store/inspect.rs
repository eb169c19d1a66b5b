//! What a base is and what is wrong with it: for a person who asks, and before a copy of it counts.

use std::fs;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use rusqlite::{Connection, ErrorCode, Row};

use super::Store;
use super::base::{self, beside};
use super::column::RowExt;
use super::dir::{BASE, DataDir};
use super::error::OpenError;
use super::{state, upgrade};

/// A base as it was found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Inspection {
    pub path: PathBuf,
    /// Of its tables, and the one that this program makes of them.
    pub version: u32,
    pub known: u32,
    /// Bytes of the base, and of what was committed and is not yet part of it.
    pub size: u64,
    pub wal_size: u64,
    pub calls: u64,
    /// When the first and the last call began.
    pub oldest: Option<DateTime<Utc>>,
    pub newest: Option<DateTime<Utc>>,
    /// Put in place from a copy then, and not confirmed.
    pub restored: Option<DateTime<Utc>>,
    /// What is wrong, at most [`MOST_FAULTS`]; empty: it is whole.
    pub faults: Vec<String>,
}

impl Store {
    /// Reads the base of `dir` through, beside a running daemon or, with `alone`, with its lock held so that none starts
    /// meanwhile. Writes nothing. Takes time with the size; a daemon's `-wal` file grows as long.
    ///
    /// # Errors
    /// There is no base, none of ours, or none that can be read at all.
    pub fn inspect(dir: &Path, alone: bool) -> Result<Inspection, OpenError> {
        let path = dir.join(BASE);
        fs::metadata(&path).map_err(|why| OpenError::Unusable { path: path.clone(), why: why.to_string() })?;
        let _held = alone.then(|| DataDir::claim(dir)).transpose()?;
        inspect(&path)
    }
}

/// Of a base anywhere.
pub(super) fn inspect(path: &Path) -> Result<Inspection, OpenError> {
    let known = upgrade::version_after(upgrade::STEPS);
    let (base, version) = base::open_as_found(path, known)?;
    let size = |path: PathBuf| fs::metadata(path).map_or(0, |found| found.len());
    let mut found = Inspection {
        path: path.to_owned(),
        version,
        known,
        size: size(path.to_owned()),
        wal_size: size(beside(path, "-wal")),
        calls: 0,
        oldest: None,
        newest: None,
        restored: None,
        faults: Vec::new(),
    };
    match faults(&base, version == known).and_then(|faults| summarise(&base, &mut found).map(|()| faults)) {
        Ok(faults) => found.faults = faults,
        // So damaged that the looking itself ends.
        Err(error) if is_damage(&error) => found.faults.push(error.to_string()),
        Err(error) => return Err(base::refusal(path, &error)),
    }
    Ok(found)
}

fn summarise(base: &Connection, found: &mut Inspection) -> rusqlite::Result<()> {
    let calls = "SELECT count(*) AS calls, min(started_ms) AS oldest, max(started_ms) AS newest FROM calls";
    (found.calls, found.oldest, found.newest) = base
        .query_row(calls, [], |row| Ok((row.id("calls")?, row.time_if_any("oldest")?, row.time_if_any("newest")?)))?;
    if found.version >= KNOWS_STATE {
        found.restored = state::restored(base)?;
    }
    Ok(())
}

/// Pages and indices, rows whose other half is missing, and what a start would read.
fn faults(base: &Connection, loads: bool) -> rusqlite::Result<Vec<String>> {
    let mut faults = all(base, &format!("PRAGMA integrity_check({MOST_FAULTS})"), |row| row.get(0))?;
    faults.retain(|fault: &String| fault != "ok");
    faults.extend(all(base, "PRAGMA foreign_key_check", |row| {
        let (table, parent): (String, String) = (row.get("table")?, row.get("parent")?);
        let row = row.get::<_, Option<i64>>("rowid")?.unwrap_or_default();
        Ok(format!("{table}, row {row}: belongs to a row of {parent} that is not there"))
    })?);
    if loads && let Err(error) = super::load::load(base, engine::records::Question::Start) {
        faults.push(format!("what a start needs cannot be read: {error}"));
    }
    faults.truncate(MOST_FAULTS);
    Ok(faults)
}

fn all<T>(base: &Connection, sql: &str, read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>) -> rusqlite::Result<Vec<T>> {
    base.prepare(sql)?.query_map([], read)?.take(MOST_FAULTS).collect()
}

fn is_damage(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
}

/// More would not help a person.
const MOST_FAULTS: usize = 100;
/// The first version with the table `state`.
const KNOWS_STATE: u32 = 5;
