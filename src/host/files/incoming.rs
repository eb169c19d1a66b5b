//! A file while it comes: written as it arrives, counted, summed; kept when it is whole, else gone when it is dropped.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use chrono::{DateTime, Utc};
use engine::id::{FileId, UserId};
use engine::outbox::Attachment;
use sha2::{Digest, Sha256};

use super::kind::{HEAD, Kind};
use super::{FileError, Files, Kept, MOST_MIB, Standing, hex};

/// One that is being taken.
#[derive(Debug)]
pub struct Incoming {
    files: Arc<Files>,
    id: FileId,
    owner: UserId,
    name: String,
    kind: &'static Kind,
    part: File,
    /// Bytes so far.
    size: u64,
    sum: Sha256,
    /// Its first bytes tell what it is.
    head: Vec<u8>,
    is_kept: bool,
}

impl Incoming {
    pub(super) fn begin(
        files: Arc<Files>,
        id: FileId,
        owner: UserId,
        name: String,
        kind: &'static Kind,
    ) -> Result<Incoming, FileError> {
        let path = path(&files, id);
        let part = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        let (size, sum, head) = (0, Sha256::new(), Vec::with_capacity(HEAD));
        Ok(Incoming { files, id, owner, name, kind, part, size, sum, head, is_kept: false })
    }

    /// The next bytes of it.
    ///
    /// # Errors
    /// It has become too large, or no room is left: it is given up by dropping it.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), FileError> {
        let more = bytes.len() as u64;
        let most_mib = self.files.limits.most_mib;
        let before = self.files.total.fetch_add(more, Ordering::Relaxed);
        self.size += more;
        if self.size > MOST_MIB << 20 {
            return Err(FileError::TooLarge { name: self.name.clone() });
        }
        if before + more > most_mib << 20 {
            return Err(FileError::Full { name: self.name.clone(), most_mib });
        }
        let wanted = HEAD.saturating_sub(self.head.len()).min(bytes.len());
        self.head.extend_from_slice(bytes.get(..wanted).unwrap_or_default());
        self.sum.update(bytes);
        Ok(self.part.write_all(bytes)?)
    }

    /// It is whole: from now on it is there, for an hour or until a form names it.
    ///
    /// # Errors
    /// It is empty, not what its type says, or cannot be written.
    pub fn keep(mut self, now: DateTime<Utc>) -> Result<Attachment, FileError> {
        let name = self.name.clone();
        if self.size == 0 {
            return Err(FileError::Empty { name });
        }
        if !(self.kind.is)(&self.head) {
            return Err(FileError::Disguised { name, kind: self.kind.name });
        }
        self.part.sync_all()?;
        let sha256 = hex(&std::mem::take(&mut self.sum).finalize());
        let file = Attachment { id: self.id, name, kind: self.kind.name.to_owned(), size: self.size, sha256 };
        let kept = Kept { file: file.clone(), owner: self.owner, standing: Standing::Loose { since: now } };
        self.files.tell(&kept)?;
        self.is_kept = true;
        Ok(file)
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        if !self.is_kept {
            self.files.total.fetch_sub(self.size, Ordering::Relaxed);
            if let Err(why) = fs::remove_file(path(&self.files, self.id)) {
                tracing::warn!(%why, "a file that was not kept stays until the next start");
            }
        }
    }
}

fn path(files: &Files, id: FileId) -> PathBuf {
    files.folder.join(id.to_string())
}
