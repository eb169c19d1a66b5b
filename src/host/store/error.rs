//! What can go wrong with the base, in words that name what, where and what to do.

use std::path::PathBuf;

use engine::border::StoreError;
use rusqlite::ErrorCode;

/// Why the store cannot be opened; the daemon does not start.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error(
        "data directory {}: in use by another ramal ({}); stop it, or give this one a data directory of its own",
        dir.display(), pid.map_or("its pid is not readable".to_owned(), |pid| format!("pid {pid}"))
    )]
    InUse { dir: PathBuf, pid: Option<u32> },
    #[error(
        "{}: written by a newer ramal (base version {found}, this program knows up to {known}); install the newer \
         ramal again, or restore the copy made before it was installed",
        path.display()
    )]
    Newer { path: PathBuf, found: u32, known: u32 },
    #[error(
        "{}: of an older ramal (base version {found}, this program reads {known}); start this ramal once, which upgrades it",
        path.display()
    )]
    Older { path: PathBuf, found: u32, known: u32 },
    #[error("{}: a SQLite base, but not ramal's; move it away, or give another data directory", path.display())]
    Foreign { path: PathBuf },
    #[error(
        "{}: damaged ({why}); nothing was written to it. `ramal check --store` lists what is wrong, and `ramal restore \
         FILE` puts the last backup in its place and keeps this file beside it; without a backup move it away, to start \
         with an empty history",
        path.display()
    )]
    Damaged { path: PathBuf, why: String },
    #[error("{}: cannot be upgraded from version {from}: {why}; the base was left as it was", path.display())]
    Upgrade { path: PathBuf, from: u32, why: String },
    #[error(
        "{}: {why}; check that the directory exists, is writable by this user, and that the disk has space",
        path.display()
    )]
    Unusable { path: PathBuf, why: String },
}

/// A failure of SQLite while running, as words for a person. SQLite's messages hold no bound values, hence no numbers.
pub(super) fn words(error: &rusqlite::Error) -> StoreError {
    let advice = match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => "the disk is full: free some space".to_owned(),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            "another program holds the base locked: end it".to_owned()
        }
        Some(ErrorCode::SystemIoFailure) => "the disk cannot be read or written: check the system's log".to_owned(),
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            "the base is damaged: stop the daemon and put the last backup in its place with `ramal restore`".to_owned()
        }
        Some(ErrorCode::ConstraintViolation) => "a record belongs to a call that was never stored".to_owned(),
        Some(ErrorCode::ReadOnly) => "the base is not writable: check owner and mount".to_owned(),
        Some(_) | None => return StoreError(format!("store: {error}")),
    };
    StoreError(format!("store: {advice} ({error})"))
}
