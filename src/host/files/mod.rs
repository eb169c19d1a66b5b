//! Files that people attach to the messages of appointments: on the disk, each with what is known of it, until nobody needs it (AG-05).
//!
//! How to drive it: [`Files::begin`] with a name and a type, [`Incoming::write`] what comes, [`Incoming::keep`]. Who names them in a form says so
//! with [`Files::attach`], and takes it back with [`Files::release`] where the form was refused. [`Files::sweep`] is told which are needed still,
//! and deletes what nobody has needed for long enough.
//!
//! ```text
//!   begin ──> incoming ──keep──> Loose ──attach──> Attached ──nobody needs it──> Over ──retention──> gone
//!                │                 │ ^─────release────┘  ^──────needed again──────┘
//!                └──> gone         └──an hour──> gone
//! ```
//!
//! On the disk a file is two: `ID` with its bytes, and `ID.json` with [`Kept`], which is written last: without it there is no file.
//! Bytes never change once they are kept, so that a message that is sent again is the same message.
//!
//! What is absent: who may do it, and which appointment a file is of. Appointments and messages name their files themselves.

mod incoming;
mod kind;
mod name;
mod sweep;
#[cfg(test)]
mod tests;

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use engine::id::{FileId, UserId};
use engine::outbox::Attachment;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

pub use incoming::Incoming;
pub use kind::kinds;
pub use name::of as name_of;

use crate::config::FileLimits;

/// All that are kept.
#[derive(Debug)]
pub struct Files {
    folder: PathBuf,
    limits: FileLimits,
    /// Bytes, of those being written too.
    total: AtomicU64,
    /// Held while what is known of a file changes.
    changing: Mutex<()>,
}

/// What is known of a file.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Kept {
    pub file: Attachment,
    /// Who brought it.
    pub owner: UserId,
    pub standing: Standing,
}

/// Whether somebody needs it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Standing {
    /// No form has named it yet.
    Loose {
        since: DateTime<Utc>,
    },
    Attached,
    /// What it was for is over: its message is sent or given up, its appointment called off.
    Over {
        since: DateTime<Utc>,
    },
}

/// Why a file is not taken, or not there; each names the file, the limit, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    #[error("{name} has more than {MOST_MIB} MiB; attach a smaller one, or write a link to it into the text")]
    TooLarge { name: String },
    #[error("{name} is empty; choose another file")]
    Empty { name: String },
    #[error("{name}: a file of this type is not taken; attach a PDF, an image, a sound, a video or an office document")]
    Kind { name: String },
    #[error("{name} is no {kind} inside; save it anew in that format, or choose another file")]
    Disguised { name: String, kind: &'static str },
    #[error(
        "{name}: {MOST_LOOSE} files of yours wait for a form already; remove some, or save the form that they are for"
    )]
    TooManyLoose { name: String },
    #[error(
        "{name}: there is no room for it, since {most_mib} MiB of files are kept already; an administrator raises \
         [appointments] files_most_mib, or lowers files_keep_days"
    )]
    Full { name: String, most_mib: u64 },
    #[error("the file {name} is not there any more; give this message up, and make another appointment with the file")]
    Gone { name: String },
    #[error(
        "the file {name} on the disk is not what was attached; give this message up, and make another appointment with the file"
    )]
    Changed { name: String },
    #[error("the folder of files: {0}")]
    Io(#[from] io::Error),
}

impl Files {
    /// Makes the folder (0700) where it is missing, and deletes what a crash left half written.
    ///
    /// # Errors
    /// The folder cannot be made or read.
    pub fn open(data_dir: &Path, limits: FileLimits) -> io::Result<Arc<Files>> {
        let folder = folder(data_dir);
        DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
        fs::set_permissions(&folder, Permissions::from_mode(0o700))?;
        let files = Files { folder, limits, total: AtomicU64::new(0), changing: Mutex::default() };
        files.tidy()?;
        let total = files.all()?.iter().map(|kept| kept.file.size).sum();
        files.total.store(total, Ordering::Relaxed);
        Ok(Arc::new(files))
    }

    /// Begins to take a file; `kind` as its sender says, `id` as the caller chose it.
    ///
    /// # Errors
    /// Its type is none that is taken, its sender has left too many lying about, or there is no room.
    pub fn begin(
        self: &Arc<Self>,
        id: FileId,
        owner: UserId,
        name: &str,
        kind: &str,
        size: Option<u64>,
    ) -> Result<Incoming, FileError> {
        let named = name::of(name);
        let Some(kind) = kind::of(kind) else { return Err(FileError::Kind { name: named }) };
        let name = name::ending(named, kind);
        if size.is_some_and(|size| size > MOST_MIB << 20) {
            return Err(FileError::TooLarge { name });
        }
        let is_loose = |kept: &Kept| kept.owner == owner && matches!(kept.standing, Standing::Loose { .. });
        if self.all()?.iter().filter(|kept| is_loose(kept)).count() >= MOST_LOOSE {
            return Err(FileError::TooManyLoose { name });
        }
        Incoming::begin(self.clone(), id, owner, name, kind)
    }

    /// What is known of one; none: it is not there.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn known(&self, id: FileId) -> io::Result<Option<Kept>> {
        match fs::read(self.told(id)) {
            Ok(text) => serde_json::from_slice(&text).map(Some).map_err(io::Error::from),
            Err(why) if why.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(why) => Err(why),
        }
    }

    /// Its bytes, to be read from the beginning.
    ///
    /// # Errors
    /// It is not there, or cannot be read.
    pub fn read(&self, file: &Attachment) -> Result<File, FileError> {
        File::open(self.folder.join(file.id.to_string())).map_err(|why| missing(file, why))
    }

    /// A form is about to name them. Gives those that it is the first to name, for [`Files::release`].
    ///
    /// # Errors
    /// One is not there, or cannot be written.
    pub fn attach(&self, files: &[Attachment]) -> Result<Vec<FileId>, FileError> {
        let _changing = self.changing();
        let mut first = Vec::new();
        for file in files {
            let kept = self.known(file.id)?.ok_or_else(|| FileError::Gone { name: file.name.clone() })?;
            match kept.standing {
                Standing::Loose { .. } => first.push(file.id),
                Standing::Attached => continue,
                Standing::Over { .. } => {}
            }
            self.tell(&Kept { standing: Standing::Attached, ..kept })?;
        }
        Ok(first)
    }

    /// The form that named them first was refused.
    ///
    /// # Errors
    /// One cannot be written: the sweep deletes it later.
    pub fn release(&self, files: &[FileId], now: DateTime<Utc>) -> io::Result<()> {
        let _changing = self.changing();
        for id in files {
            if let Some(kept) = self.known(*id)?.filter(|kept| kept.standing == Standing::Attached) {
                self.tell(&Kept { standing: Standing::Loose { since: now }, ..kept })?;
            }
        }
        Ok(())
    }

    /// Deletes one that no form has named; whether there was one of this person.
    ///
    /// # Errors
    /// It cannot be deleted.
    pub fn discard(&self, id: FileId, owner: UserId) -> io::Result<bool> {
        let _changing = self.changing();
        let own = |kept: &Kept| kept.owner == owner && matches!(kept.standing, Standing::Loose { .. });
        match self.known(id)?.filter(own) {
            Some(kept) => self.delete(&kept).map(|()| true),
            None => Ok(false),
        }
    }

    fn all(&self) -> io::Result<Vec<Kept>> {
        let mut all = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let name = entry?.file_name();
            let id = name.to_str().and_then(|name| name.strip_suffix(".json")?.parse().ok());
            all.extend(id.map(FileId).map(|id| self.known(id)).transpose()?.flatten());
        }
        Ok(all)
    }

    /// What nothing is known of, is deleted: it was never kept.
    fn tidy(&self) -> io::Result<()> {
        for entry in fs::read_dir(&self.folder)? {
            let path = entry?.path();
            let id = path.file_name().and_then(|name| name.to_str()?.parse().ok()).map(FileId);
            let is_told =
                path.extension().is_some_and(|end| end == "json") || id.is_some_and(|id| self.told(id).exists());
            if !is_told {
                fs::remove_file(path)?;
            }
        }
        Ok(())
    }

    /// The bytes last: a crash in between leaves what [`Files::tidy`] deletes.
    fn delete(&self, kept: &Kept) -> io::Result<()> {
        fs::remove_file(self.told(kept.file.id))?;
        self.total.fetch_sub(kept.file.size, Ordering::Relaxed);
        fs::remove_file(self.folder.join(kept.file.id.to_string()))
    }

    /// Whole or not at all.
    fn tell(&self, kept: &Kept) -> io::Result<()> {
        let (path, text) = (self.told(kept.file.id), serde_json::to_vec(kept).map_err(io::Error::from)?);
        let part = path.with_extension("part");
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&part)?;
        file.write_all(&text).and_then(|()| file.sync_all())?;
        fs::rename(part, path)?;
        File::open(&self.folder)?.sync_all()
    }

    fn told(&self, id: FileId) -> PathBuf {
        self.folder.join(format!("{id}.json"))
    }

    /// Whoever panicked with it left each file whole.
    fn changing(&self) -> MutexGuard<'_, ()> {
        self.changing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where they are.
pub fn folder(data_dir: &Path) -> PathBuf {
    data_dir.join("files")
}

/// The bytes of one, checked against what was attached: for who sends them on.
///
/// # Errors
/// It is not there any more, it is not what it was, or it cannot be read now.
pub fn content(folder: &Path, file: &Attachment) -> Result<Vec<u8>, FileError> {
    let opened = File::open(folder.join(file.id.to_string())).map_err(|why| missing(file, why))?;
    let mut bytes = Vec::new();
    opened.take(file.size.saturating_add(1)).read_to_end(&mut bytes)?;
    match bytes.len() as u64 == file.size && hex(&Sha256::digest(&bytes)) == file.sha256 {
        true => Ok(bytes),
        false => Err(FileError::Changed { name: file.name.clone() }),
    }
}

fn missing(file: &Attachment, why: io::Error) -> FileError {
    match why.kind() {
        io::ErrorKind::NotFound => FileError::Gone { name: file.name.clone() },
        _ => FileError::Io(why),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Of one file: what gateways of messengers take of a sound or a picture at least.
pub const MOST_MIB: u64 = 10;
/// Of one person, named by no form yet: more than two whole messages.
const MOST_LOOSE: usize = 24;
