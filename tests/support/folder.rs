//! A temporary folder of one test, removed with everything in it unless the test failed.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// Removed when dropped; kept, and its path printed, when the test panics.
#[derive(Debug)]
pub struct Folder(PathBuf);

impl Folder {
    /// An empty folder, whose name begins with `name`.
    pub fn new(name: &str) -> Folder {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let unique = format!("{name}-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join("ramal-tests").join(unique);
        if path.exists() {
            std::fs::remove_dir_all(&path).expect("the left-over of an older process with our id");
        }
        std::fs::create_dir_all(&path).expect("a folder under the temporary folder");
        Folder(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    pub fn join(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("kept for inspection: {}", self.0.display());
        } else {
            let _ = std::fs::remove_dir_all(&self.0); // a peer may still be writing its last log line
        }
    }
}
