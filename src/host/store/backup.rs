//! A copy of the base in one file, made while the daemon works: one snapshot, read through before it counts.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::base::{self, beside, sync_folder};
use super::dir::{BASE, private_file};
use super::error::OpenError;
use super::inspect::{Inspection, inspect};
use super::{Store, upgrade};

/// Why there is no copy, or none that can be used.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error("{}: is there already; name another file, or say --force to replace it", .0.display())]
    Exists(PathBuf),
    #[error("{}: {why}; nothing was changed", path.display())]
    Failed { path: PathBuf, why: String },
    #[error("{}: the copy is in place, but a power cut could take it back: {why}; check the disk, and restore again", path.display())]
    Unsure { path: PathBuf, why: String },
    #[error("{}: cannot be used, nothing was changed:\n{}", path.display(), faults.join("\n"))]
    Faulty { path: PathBuf, faults: Vec<String> },
}

impl CopyError {
    pub(super) fn at(path: &Path) -> impl Fn(io::Error) -> CopyError {
        move |why| CopyError::Failed { path: path.to_owned(), why: why.to_string() }
    }
}

impl Store {
    /// Writes the base of `dir` as it is at one moment to `file` (mode 0600), beside a running daemon too. The copy holds
    /// what the base holds, password hashes among it. What is there under this name is replaced with `replace` only, and
    /// only by a whole copy.
    pub fn back_up(dir: &Path, file: &Path, replace: bool) -> Result<Inspection, CopyError> {
        let file = std::path::absolute(file).map_err(CopyError::at(file))?;
        if !replace && file.exists() {
            return Err(CopyError::Exists(file));
        }
        let (base, _) = base::open_as_found(&dir.join(BASE), upgrade::version_after(upgrade::STEPS))?;
        let part = beside(&file, ".part");
        let made = copy(&base, &part).and_then(|found| {
            fs::rename(&part, &file).and_then(|()| sync_folder(&file)).map_err(CopyError::at(&file))?;
            Ok(Inspection { path: file, ..found })
        });
        if made.is_err() {
            // What is left of it is of no use to anybody; it may never have been made.
            let _ = fs::remove_file(&part);
        }
        made
    }
}

fn copy(base: &Connection, part: &Path) -> Result<Inspection, CopyError> {
    let failed = |why: String| CopyError::Failed { path: part.to_owned(), why };
    let name = part.to_str().ok_or_else(|| failed("the name is no UTF-8".to_owned()))?;
    // SQLite writes into an empty file: one that only its owner may read.
    private_file(part)?.set_len(0).map_err(CopyError::at(part))?;
    base.execute("VACUUM INTO ?1", [name]).map_err(|error| failed(error.to_string()))?;
    File::open(part).and_then(|file| file.sync_all()).map_err(CopyError::at(part))?;
    whole(inspect(part)?)
}

/// A copy that is not is none.
pub(super) fn whole(found: Inspection) -> Result<Inspection, CopyError> {
    match found.faults.is_empty() {
        true => Ok(found),
        false => Err(CopyError::Faulty { path: found.path, faults: found.faults }),
    }
}
