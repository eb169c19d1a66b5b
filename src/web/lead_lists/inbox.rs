//! Files of leads on their way in: brought once, previewed and imported by name, gone when they are kept or nobody asks for them.
//!
//! They are in a folder of their own (0700) under the data directory, each 0600. None outlives the daemon: after a crash a list is
//! gone on with by the same file brought again.

use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use engine::id::{FileId, UserId};

/// All that are there.
#[derive(Debug)]
pub struct Inbox {
    folder: PathBuf,
    known: Mutex<BTreeMap<FileId, Brought>>,
}

#[derive(Debug)]
struct Brought {
    name: String,
    owner: UserId,
    /// Bytes; of one that still comes, by now.
    size: u64,
    since: Instant,
    whole: bool,
    /// Imports and previews that read it.
    readers: u32,
}

/// One that is being read: it is not deleted meanwhile.
#[derive(Debug)]
pub struct Held {
    inbox: Arc<Inbox>,
    pub id: FileId,
    pub name: String,
    pub path: PathBuf,
}

/// One that comes.
#[derive(Debug)]
pub struct Coming {
    inbox: Arc<Inbox>,
    id: FileId,
    file: File,
    kept: bool,
}

/// Why one is not taken.
#[derive(Debug, thiserror::Error)]
pub enum InboxError {
    #[error("more than {MOST_MIB} MiB; cut the file in two")]
    TooLarge,
    #[error("{MOST_FILES} files of yours are here already; import one of them, or wait an hour")]
    TooMany,
    #[error("{MOST_MIB_OF_ALL} MiB of files are here already; wait until they are imported")]
    Full,
    #[error("the file is empty")]
    Empty,
    #[error("the folder of files: {0}")]
    Io(#[from] io::Error),
}

impl Inbox {
    /// Makes the folder anew: what was in it is of nobody any more.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn open(data_dir: &Path) -> io::Result<Arc<Inbox>> {
        let folder = data_dir.join("lead-files");
        match fs::remove_dir_all(&folder) {
            Err(why) if why.kind() != io::ErrorKind::NotFound => return Err(why),
            Ok(()) | Err(_) => {}
        }
        DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
        Ok(Arc::new(Inbox { folder, known: Mutex::default() }))
    }

    /// Begins to take a file.
    ///
    /// # Errors
    /// Too many are there, or it cannot be written.
    pub fn begin(self: &Arc<Self>, id: FileId, owner: UserId, name: &str) -> Result<Coming, InboxError> {
        let name = crate::files::name_of(name);
        {
            let mut known = self.known();
            self.forget_old(&mut known);
            if known.values().filter(|one| one.owner == owner).count() >= MOST_FILES {
                return Err(InboxError::TooMany);
            }
            let brought = Brought { name, owner, size: 0, since: Instant::now(), whole: false, readers: 0 };
            known.insert(id, brought);
        }
        match OpenOptions::new().write(true).create_new(true).mode(0o600).open(self.path(id)) {
            Ok(file) => Ok(Coming { inbox: self.clone(), id, file, kept: false }),
            Err(why) => {
                self.known().remove(&id);
                Err(why.into())
            }
        }
    }

    /// One of this person, for as long as it is read. None: it is not there any more.
    pub fn hold(self: &Arc<Self>, id: FileId, owner: UserId) -> Option<Held> {
        let mut known = self.known();
        let brought = known.get_mut(&id).filter(|one| one.owner == owner && one.whole)?;
        (brought.readers, brought.since) = (brought.readers + 1, Instant::now());
        Some(Held { inbox: self.clone(), id, name: brought.name.clone(), path: self.path(id) })
    }

    fn forget_old(&self, known: &mut BTreeMap<FileId, Brought>) {
        let is_old = |one: &Brought| one.readers == 0 && one.since.elapsed() > KEPT;
        let old: Vec<FileId> = known.iter().filter(|(_, one)| is_old(one)).map(|(id, _)| *id).collect();
        old.into_iter().for_each(|id| self.delete(known, id));
    }

    fn delete(&self, known: &mut BTreeMap<FileId, Brought>, id: FileId) {
        known.remove(&id);
        if let Err(why) = fs::remove_file(self.path(id)) {
            tracing::warn!(%why, "a file of leads stays until the next start");
        }
    }

    fn path(&self, id: FileId) -> PathBuf {
        self.folder.join(id.to_string())
    }

    /// Whoever panicked with it left it whole.
    fn known(&self) -> MutexGuard<'_, BTreeMap<FileId, Brought>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Coming {
    /// The next bytes, on the disk when this returns.
    ///
    /// # Errors
    /// It has become too large, or the disk cannot take it.
    pub fn write(&mut self, piece: &[u8]) -> Result<(), InboxError> {
        {
            let mut known = self.inbox.known();
            let all: u64 = known.values().map(|one| one.size).sum();
            let Some(own) = known.get_mut(&self.id) else { return Err(InboxError::Full) };
            own.since = Instant::now();
            own.size += piece.len() as u64;
            if own.size > MOST_MIB << 20 {
                return Err(InboxError::TooLarge);
            }
            if all + piece.len() as u64 > MOST_MIB_OF_ALL << 20 {
                return Err(InboxError::Full);
            }
        }
        Ok(self.file.write_all(piece)?)
    }

    /// It is whole: its name and bytes.
    ///
    /// # Errors
    /// There is nothing in it.
    pub fn keep(mut self) -> Result<(String, u64), InboxError> {
        let mut known = self.inbox.known();
        let brought = known.get_mut(&self.id).filter(|one| one.size > 0).ok_or(InboxError::Empty)?;
        brought.whole = true;
        let said = (brought.name.clone(), brought.size);
        drop(known);
        self.kept = true;
        Ok(said)
    }
}

impl Drop for Coming {
    fn drop(&mut self) {
        if !self.kept {
            self.inbox.delete(&mut self.inbox.known(), self.id);
        }
    }
}

impl Held {
    /// Nobody needs it any more: it goes when the last one has read it.
    pub fn done(self) {
        if let Some(brought) = self.inbox.known().get_mut(&self.id) {
            brought.whole = false;
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut known = self.inbox.known();
        let Some(brought) = known.get_mut(&self.id) else { return };
        brought.readers -= 1;
        if brought.readers == 0 && !brought.whole {
            self.inbox.delete(&mut known, self.id);
        }
    }
}

/// Of one file: five million rows of a hundred bytes.
const MOST_MIB: u64 = 512;
const MOST_MIB_OF_ALL: u64 = 1_024;
/// Of one person.
const MOST_FILES: usize = 8;
/// Since somebody asked for it.
const KEPT: Duration = Duration::from_secs(3_600);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gn_13_a_file_is_its_bringers_alone_and_goes_when_the_last_one_has_read_it() {
        let folder = std::env::temp_dir().join(format!("ramal-inbox-{}", std::process::id()));
        let inbox = Inbox::open(&folder).unwrap();
        let (ana, bia) = (UserId(1), UserId(2));
        let mut coming = inbox.begin(FileId(5), ana, "../clientes.csv").unwrap();
        coming.write(b"nome;telefone\n").unwrap();
        assert!(inbox.hold(FileId(5), ana).is_none(), "it is not whole");
        assert_eq!(coming.keep().unwrap(), ("clientes.csv".to_owned(), 14));
        assert!(inbox.hold(FileId(5), bia).is_none());
        let [first, second] = [(), ()].map(|()| inbox.hold(FileId(5), ana).unwrap());
        let path = first.path.clone();
        first.done();
        assert!(path.exists() && inbox.hold(FileId(5), ana).is_none());
        drop(second);
        assert!(!path.exists());
        assert!(matches!(inbox.begin(FileId(6), ana, "x").unwrap().keep(), Err(InboxError::Empty)));
        assert_eq!(fs::read_dir(folder.join("lead-files")).unwrap().count(), 0, "what came to nothing is gone");
        fs::remove_dir_all(folder).unwrap();
    }
}
