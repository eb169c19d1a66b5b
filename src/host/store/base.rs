//! Opening the base: settings, version, and refusing what is not ours to write.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::error::OpenError;
use super::upgrade::{self, Step};

/// The writer's connection: a fresh base is made, an older one upgraded, a newer, foreign or damaged one refused.
pub(super) fn open(path: &Path, steps: &[Step]) -> Result<Connection, OpenError> {
    let refuse = |error: rusqlite::Error| refusal(path, &error);
    let left_open = was_left_open(path);
    let mut base =
        Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)
            .map_err(refuse)?;
    let identity = identify(&base).map_err(refuse)?;
    if left_open {
        check(&base, path)?;
    }
    let known = upgrade::version_after(steps);
    match identity {
        Identity::Empty => create(&base, known).map_err(refuse)?,
        Identity::Foreign => return Err(OpenError::Foreign { path: path.to_owned() }),
        Identity::Ours(found) if found > known => {
            return Err(OpenError::Newer { path: path.to_owned(), found, known });
        }
        Identity::Ours(found) if found < known => upgrade::run(&mut base, found, steps)
            .map_err(|error| OpenError::Upgrade { path: path.to_owned(), from: found, why: error.to_string() })?,
        Identity::Ours(_) => {}
    }
    let journal = prepare_to_write(&base).map_err(refuse)?;
    if journal != "wal" {
        // SQLite keeps the mode it had where it cannot change it, and calls that no error.
        let why = format!("its journal stays in mode {journal}, in which a power cut can take back what was kept");
        return Err(OpenError::Unusable { path: path.to_owned(), why });
    }
    // The `-wal` file's name must be on the disk before anything in it counts: SQLite does not look whether that failed.
    sync_folder(path).map_err(|why| OpenError::Unusable { path: path.to_owned(), why: why.to_string() })?;
    Ok(base)
}

/// A connection that cannot write, for history and questions.
pub(super) fn open_for_reading(path: &Path) -> rusqlite::Result<Connection> {
    let base = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    base.busy_timeout(BUSY_TIMEOUT)?;
    Ok(base)
}

/// The same for a look at a base as it is, an older one too.
pub(super) fn open_as_found(path: &Path, known: u32) -> Result<(Connection, u32), OpenError> {
    let refuse = |error: rusqlite::Error| refusal(path, &error);
    let base = open_for_reading(path).map_err(refuse)?;
    match identify(&base).map_err(refuse)? {
        Identity::Ours(found) if found > known => Err(OpenError::Newer { path: path.to_owned(), found, known }),
        Identity::Ours(found) => Ok((base, found)),
        Identity::Empty | Identity::Foreign => Err(OpenError::Foreign { path: path.to_owned() }),
    }
}

/// The same from another process, which upgrades nothing.
pub(super) fn open_as_known(path: &Path, known: u32) -> Result<Connection, OpenError> {
    match open_as_found(path, known)? {
        (base, found) if found == known => Ok(base),
        (_, found) => Err(OpenError::Older { path: path.to_owned(), found, known }),
    }
}

enum Identity {
    /// A new file.
    Empty,
    /// Ours, of this version.
    Ours(u32),
    /// Somebody else's tables.
    Foreign,
}

fn identify(base: &Connection) -> rusqlite::Result<Identity> {
    let application: i32 = base.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let version: u32 = base.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let tables: u32 = base.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    Ok(match (application, version, tables) {
        (0, 0, 0) => Identity::Empty,
        (APPLICATION_ID, 1.., 1..) => Identity::Ours(version),
        (_, _, _) => Identity::Foreign,
    })
}

/// A base that was made in part does not exist: the version comes with the tables.
fn create(base: &Connection, version: u32) -> rusqlite::Result<()> {
    let transaction = base.unchecked_transaction()?;
    transaction.execute_batch(include_str!("schema.sql"))?;
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", version)?;
    transaction.commit()
}

/// A clean end leaves no `-wal` file behind. To be asked before SQLite makes a new one.
fn was_left_open(path: &Path) -> bool {
    beside(path, "-wal").exists()
}

/// A base's path with `ending` after it: SQLite's own files, and ours.
pub(super) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// Reads the base through: done after a crash only, since it takes time with the size.
fn check(base: &Connection, path: &Path) -> Result<(), OpenError> {
    let finding: String =
        base.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)).map_err(|error| refusal(path, &error))?;
    if finding == "ok" { Ok(()) } else { Err(OpenError::Damaged { path: path.to_owned(), why: finding }) }
}

/// Gives the journal's mode; `-wal` is there afterwards.
fn prepare_to_write(base: &Connection) -> rusqlite::Result<String> {
    base.busy_timeout(BUSY_TIMEOUT)?;
    // Read to its end: the mode is answered before it is committed.
    let mut change = base.prepare("PRAGMA journal_mode = WAL")?;
    let journal = change.query_map([], |row| row.get::<_, String>(0))?.collect::<rusqlite::Result<String>>()?;
    // A committed record survives a power cut, not only a crash of ours (law 2: write before you act).
    base.pragma_update(None, "synchronous", "FULL")?;
    base.pragma_update(None, "foreign_keys", true)?;
    base.pragma_update(None, "journal_size_limit", WAL_KEPT_BYTES)?;
    base.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
    identify(base).map(|_| journal)
}

/// Ends with all of the base in its one file; SQLite's own closing does not say when that fails.
pub(super) fn close_whole(base: Connection, path: &Path) -> Result<(), OpenError> {
    let mut change = base.prepare("PRAGMA journal_mode = DELETE").map_err(|error| refusal(path, &error))?;
    let modes = change.query_map([], |row| row.get::<_, String>(0));
    let mode =
        modes.and_then(|modes| modes.collect::<rusqlite::Result<String>>()).map_err(|error| refusal(path, &error))?;
    drop(change);
    base.close().map_err(|(_, error)| refusal(path, &error))?;
    match mode == "delete" && !beside(path, "-wal").exists() {
        true => Ok(()),
        false => {
            Err(OpenError::Unusable { path: path.to_owned(), why: "its journal could not be folded in".to_owned() })
        }
    }
}

/// A new name outlives a power cut once its folder is on the disk.
pub(super) fn sync_folder(file: &Path) -> io::Result<()> {
    file.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}

pub(super) fn refusal(path: &Path, error: &rusqlite::Error) -> OpenError {
    let (path, why) = (path.to_owned(), error.to_string());
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => OpenError::Damaged { path, why },
        Some(_) | None => OpenError::Unusable { path, why },
    }
}

/// `RAML`: tells our base from any other SQLite file.
const APPLICATION_ID: i32 = 0x5241_4d4c;
/// How long a backup tool's lock is waited for before batches fail.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// A burst's `-wal` shrinks back to this.
const WAL_KEPT_BYTES: i64 = 16 * 1024 * 1024;
/// More than the writer has statements.
const STATEMENTS_KEPT: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    /// A base as an older ramal made it, with one table that the step changes.
    fn older_base(path: &Path) {
        let base = Connection::open(path).unwrap();
        base.execute_batch(
            "CREATE TABLE calls (call INTEGER PRIMARY KEY, number TEXT NOT NULL) STRICT;
             INSERT INTO calls VALUES (7, '1001');",
        )
        .unwrap();
        base.pragma_update(None, "application_id", APPLICATION_ID).unwrap();
        base.pragma_update(None, "user_version", 1).unwrap();
    }

    fn add_name(base: &rusqlite::Transaction<'_>) -> rusqlite::Result<()> {
        base.execute_batch("ALTER TABLE calls ADD COLUMN name TEXT")
    }

    fn fill_name(base: &rusqlite::Transaction<'_>) -> rusqlite::Result<()> {
        base.execute_batch("UPDATE calls SET name = 'ramal ' || number")
    }

    fn fail(base: &rusqlite::Transaction<'_>) -> rusqlite::Result<()> {
        base.execute_batch("UPDATE nowhere SET name = ''")
    }

    fn version(path: &Path) -> u32 {
        Connection::open(path).unwrap().pragma_query_value(None, "user_version", |row| row.get(0)).unwrap()
    }

    #[test]
    fn an_older_base_runs_the_steps_it_lacks_in_order_and_keeps_its_rows() {
        let dir = crate::store::tests::Scratch::new();
        let path = dir.path().join("old.db");
        older_base(&path);
        let base = open(&path, &[add_name, fill_name]).unwrap();
        let name: String = base.query_row("SELECT name FROM calls WHERE call = 7", [], |row| row.get(0)).unwrap();
        assert_eq!(name, "ramal 1001");
        drop(base);
        assert_eq!(version(&path), 3);
        open(&path, &[add_name, fill_name]).expect("an upgraded base opens without running a step twice");
    }

    #[test]
    fn a_failing_upgrade_leaves_the_base_as_it_was_and_says_so() {
        let dir = crate::store::tests::Scratch::new();
        let path = dir.path().join("old.db");
        older_base(&path);
        let refused = open(&path, &[add_name, fail]).unwrap_err();
        assert!(refused.to_string().contains("cannot be upgraded from version 1"), "{refused}");
        assert_eq!(version(&path), 1);
        open(&path, &[add_name, fill_name]).expect("the column of the failed run is not there");
    }
}
