//! A copy becomes the base: read through first, marked so that nothing dials by itself from it, the old base kept beside it.
//!
//! ```text
//!  FILE ──> ramal.db.restoring ──> checked, upgraded, marked ──> ramal.db
//!                                  ramal.db ──> ramal.db.before-20261122T151807Z
//! ```
//!
//! The last step is one rename: whatever happens before it, the old base is the base.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use rusqlite::{Connection, Transaction, TransactionBehavior, params};

use super::audit::{AuditEntry, append};
use super::backup::{CopyError, whole};
use super::base::{self, beside, sync_folder};
use super::dir::{BASE, DataDir, private_file};
use super::error::OpenError;
use super::inspect::{Inspection, inspect};
use super::{Store, state, upgrade};

/// What was put in place, and what was there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Restored {
    pub base: Inspection,
    /// The base that was there.
    pub kept: Option<PathBuf>,
}

impl Store {
    /// Makes a copy of `file` the base of `dir`, on which no daemon may run.
    pub fn restore(dir: &Path, file: &Path, now: DateTime<Utc>) -> Result<Restored, CopyError> {
        let dir = DataDir::claim(dir)?;
        let (path, copy) = (dir.join(BASE), dir.join("ramal.db.restoring"));
        let done = take_in(file, &copy, now).and_then(|found| {
            let kept = put_in_place(&copy, &path, now).map_err(CopyError::at(&path))?;
            sync_folder(&path).map_err(|why| CopyError::Unsure { path: path.clone(), why: why.to_string() })?;
            Ok(Restored { base: Inspection { path, ..found }, kept })
        });
        if done.is_err() {
            clear(&copy);
        }
        done
    }

    /// An operator says that a restored base is the one to work with; no daemon may run. Whether there was need to.
    pub fn confirm_restored(dir: &Path) -> Result<bool, OpenError> {
        let path = dir.join(BASE);
        // Nobody wants a base made by confirming it.
        fs::metadata(&path).map_err(|why| OpenError::Unusable { path: path.clone(), why: why.to_string() })?;
        let _held = DataDir::claim(dir)?;
        let base = base::open(&path, upgrade::STEPS)?;
        state::confirm_restored(&base).map_err(|error| base::refusal(&path, &error))
    }
}

/// The copy at its place beside the base, ready to become it.
fn take_in(file: &Path, copy: &Path, now: DateTime<Utc>) -> Result<Inspection, CopyError> {
    clear(copy);
    copy_privately(file, copy).map_err(CopyError::at(file))?;
    // Whoever copied a base as it lay there has committed records in this one.
    let wal = beside(file, "-wal");
    if wal.exists() {
        copy_privately(&wal, &beside(copy, "-wal")).map_err(CopyError::at(&wal))?;
    }
    inspect(copy).map_err(CopyError::from).and_then(whole).map_err(|error| of(error, file))?;
    let mut base = base::open(copy, upgrade::STEPS)?;
    mark(&mut base, now).map_err(|error| base::refusal(copy, &error))?;
    // What stayed in a journal would stay behind at the rename: the mark first of all.
    base::close_whole(base, copy)?;
    let file = fs::File::open(copy).and_then(|file| file.sync_all());
    file.map_err(CopyError::at(copy))?;
    Ok(inspect(copy)?)
}

/// Named as the person named it.
fn of(error: CopyError, file: &Path) -> CopyError {
    let path = file.to_owned();
    match error {
        CopyError::Faulty { faults, .. } => CopyError::Faulty { path, faults },
        CopyError::Open(OpenError::Damaged { why, .. }) => CopyError::Faulty { path, faults: vec![why] },
        CopyError::Open(OpenError::Newer { found, known, .. }) => OpenError::Newer { path, found, known }.into(),
        CopyError::Open(OpenError::Foreign { .. }) => OpenError::Foreign { path }.into(),
        CopyError::Open(_) | CopyError::Exists(_) | CopyError::Failed { .. } | CopyError::Unsure { .. } => error,
    }
}

/// The installation that the copy is of may still run, and people it knew may have lost their rights since.
fn mark(base: &mut Connection, now: DateTime<Utc>) -> rusqlite::Result<()> {
    let marking = base.transaction_with_behavior(TransactionBehavior::Immediate)?;
    state::mark_restored(&marking, now)?;
    // These dialogs are over, or the other installation's: ending them could end a call that is up there.
    marking.execute("DELETE FROM dialogs", [])?;
    marking.execute("DELETE FROM sessions", [])?;
    skip_protocolos(&marking, now)?;
    append(
        &marking,
        &AuditEntry {
            at: now,
            user: None,
            address: String::new(),
            action: "base-restored".to_owned(),
            detail: "{}".to_owned(),
        },
    )?;
    marking.commit()
}

/// Numbers given since the copy was made are not in it, and how many is not known: go on from the far side of the circle.
fn skip_protocolos(base: &Transaction<'_>, now: DateTime<Utc>) -> rusqlite::Result<()> {
    base.execute(
        "INSERT INTO protocolo_blocks (day, next, written)
         SELECT coalesce((SELECT day FROM protocolo_blocks ORDER BY written DESC LIMIT 1), ?1),
                coalesce((SELECT next FROM protocolo_blocks ORDER BY written DESC LIMIT 1), 0) + ?2,
                (SELECT ifnull(max(written), 0) + 1 FROM protocolo_blocks)
          WHERE true
         ON CONFLICT (day) DO UPDATE SET next = excluded.next, written = excluded.written",
        params![now.date_naive().to_string(), HALF_OF_ALL],
    )
    .map(|_| ())
}

/// Gives the name that the old base has now.
fn put_in_place(copy: &Path, path: &Path, now: DateTime<Utc>) -> io::Result<Option<PathBuf>> {
    let kept = match path.exists() {
        true => Some(keep(path, now)?),
        false => None,
    };
    fs::rename(copy, path)?;
    clear_sidecars(copy);
    Ok(kept)
}

/// The base under a second name, with all that was committed to it.
fn keep(path: &Path, now: DateTime<Utc>) -> io::Result<PathBuf> {
    // A whole base takes its `-wal` in when it is closed; a damaged one is kept with it.
    if let Ok(base) = Connection::open(path) {
        let _damaged = base.pragma_update(None, "wal_checkpoint", "TRUNCATE");
    }
    let kept = beside(path, &now.format(".before-%Y%m%dT%H%M%SZ").to_string());
    fs::hard_link(path, &kept)?;
    let wal = beside(path, "-wal");
    if wal.exists() {
        // Beside the new base it would be taken for its own.
        fs::rename(&wal, beside(&kept, "-wal"))?;
    }
    Ok(kept)
}

fn copy_privately(from: &Path, to: &Path) -> io::Result<()> {
    let mut from = fs::File::open(from)?;
    let mut to = private_file(to).map_err(io::Error::other)?;
    to.set_len(0)?;
    io::copy(&mut from, &mut to)?;
    to.sync_all()
}

/// Whatever an attempt has left.
fn clear(copy: &Path) {
    let _nothing_there = fs::remove_file(copy);
    clear_sidecars(copy);
}

fn clear_sidecars(copy: &Path) {
    for ending in ["-wal", "-shm", "-journal"] {
        let _nothing_there = fs::remove_file(beside(copy, ending));
    }
}

/// Of the seven digits that count Protocolos: fewer than this many are given between a backup and its use.
const HALF_OF_ALL: u32 = 5_000_000;
