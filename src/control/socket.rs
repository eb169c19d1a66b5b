//! The socket's file: for its owner only, and never taken from a daemon that lives.

use std::io::{self, ErrorKind};
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::{Path, PathBuf};

use nix::sys::stat::{Mode, umask};
use tokio::net::{UnixListener, UnixStream};

/// Why the control socket cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    #[error("control socket {0}: another daemon answers on it; stop it, or set daemon.control_socket to another path")]
    InUse(PathBuf),
    #[error("control socket {0}: a file that is no socket is in its place; move it away")]
    NoSocket(PathBuf),
    #[error("control socket {path}: {error}")]
    Io { path: PathBuf, error: io::Error },
}

/// A listening socket and its file.
#[derive(Debug)]
pub(super) struct Socket {
    listener: UnixListener,
    path: PathBuf,
}

impl Socket {
    pub fn bind(path: &Path) -> Result<Socket, BindError> {
        let failed = |error| BindError::Io { path: path.to_owned(), error };
        clear(path)?;
        // Nobody else may connect even in the instant between bind and chmod.
        let before = umask(Mode::from_bits_truncate(0o077));
        let listener = UnixListener::bind(path);
        umask(before);
        let listener = listener.map_err(failed)?;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).map_err(failed)?;
        Ok(Socket { listener, path: path.to_owned() })
    }

    pub async fn accept(&self) -> io::Result<UnixStream> {
        loop {
            match self.listener.accept().await {
                Ok((stream, _)) => return Ok(stream),
                // Out of descriptors, or a client that left at once: the next one may fare better.
                Err(error) if matches!(error.kind(), ErrorKind::ConnectionAborted | ErrorKind::Interrupted) => {}
                Err(error) if error.raw_os_error().is_some_and(is_shortage) => {
                    tokio::time::sleep(SHORTAGE_PAUSE).await;
                }
                Err(error) => return Err(error),
            }
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        // Nothing can be done, and the next start clears it.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Takes away what an earlier daemon left.
fn clear(path: &Path) -> Result<(), BindError> {
    let failed = |error| BindError::Io { path: path.to_owned(), error };
    let kind = match std::fs::symlink_metadata(path) {
        Ok(found) => found.file_type(),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(failed(error)),
    };
    if !kind.is_socket() {
        return Err(BindError::NoSocket(path.to_owned()));
    }
    match std::os::unix::net::UnixStream::connect(path) {
        Ok(_) => Err(BindError::InUse(path.to_owned())),
        Err(error) if error.kind() == ErrorKind::ConnectionRefused => std::fs::remove_file(path).map_err(failed),
        Err(error) => Err(failed(error)),
    }
}

fn is_shortage(errno: i32) -> bool {
    use nix::errno::Errno;
    matches!(Errno::from_raw(errno), Errno::EMFILE | Errno::ENFILE | Errno::ENOBUFS | Errno::ENOMEM)
}

/// Descriptors come back when clients and calls end.
const SHORTAGE_PAUSE: std::time::Duration = std::time::Duration::from_millis(100);
