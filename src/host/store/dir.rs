//! The data directory: private, and held by one daemon at a time.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::error::OpenError;

/// A data directory that nobody else may use while this lives. The kernel gives the lock back when the process ends,
/// however it ends.
#[derive(Debug)]
pub(super) struct DataDir {
    path: PathBuf,
    /// Locked (`flock`); holds our pid as text.
    lock: File,
}

impl DataDir {
    /// Makes the directory (0700) if it is missing, and takes its lock.
    pub fn claim(path: &Path) -> Result<DataDir, OpenError> {
        let io = |error: io::Error| OpenError::Unusable { path: path.to_owned(), why: error.to_string() };
        DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(io)?;
        fs::set_permissions(path, Permissions::from_mode(0o700)).map_err(io)?;
        let mut lock = private_file(&path.join("ramal.lock"))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(OpenError::InUse { dir: path.to_owned(), pid: pid_in(&mut lock) });
            }
            Err(TryLockError::Error(error)) => return Err(io(error)),
        }
        lock.set_len(0).map_err(io)?;
        writeln!(lock, "{}", std::process::id()).map_err(io)?;
        Ok(DataDir { path: path.to_owned(), lock })
    }

    /// Of something in it.
    pub fn join(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// The base's file, made (0600) if it is missing. SQLite gives `-wal` and `-shm` the same mode.
    pub fn base_file(&self) -> Result<PathBuf, OpenError> {
        let path = self.path.join(BASE);
        private_file(&path)?;
        Ok(path)
    }
}

impl Drop for DataDir {
    fn drop(&mut self) {
        // Closing is not enough: a process that is being started has the file too, until its exec.
        let _closed_soon_anyway = self.lock.unlock();
    }
}

/// The base's name in its directory.
pub(super) const BASE: &str = "ramal.db";

/// Opens or makes a file that only its owner may read.
pub(super) fn private_file(path: &Path) -> Result<File, OpenError> {
    let io = |error: io::Error| OpenError::Unusable { path: path.to_owned(), why: error.to_string() };
    let file =
        OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path).map_err(io)?;
    file.set_permissions(Permissions::from_mode(0o600)).map_err(io)?;
    Ok(file)
}

/// The pid the holder of the lock wrote; none while it is still writing it.
fn pid_in(lock: &mut File) -> Option<u32> {
    let mut text = String::new();
    lock.rewind().ok()?;
    lock.take(32).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}
