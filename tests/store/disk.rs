//! A disk that fails when told to and remembers what was done to it: tests/store/disk.c between a program and the kernel.

use std::path::{Path, PathBuf};
use std::process::Command;

/// For programs that are started with its [`Disk::environment`].
#[derive(Debug)]
pub struct Disk {
    data: PathBuf,
    library: PathBuf,
    orders: PathBuf,
}

impl Disk {
    /// Under the data directory `data`, with files of its own in `folder`.
    pub fn new(folder: &Path, data: &Path) -> Disk {
        let library = folder.join("disk.so");
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/store/disk.c");
        let built = Command::new("cc").args(["-shared", "-fPIC", "-O1", "-o"]).arg(&library).arg(source).status();
        assert!(built.is_ok_and(|status| status.success()), "cc builds {source}: tests/interop/install build");
        std::fs::create_dir_all(data).unwrap();
        Disk { data: data.canonicalize().unwrap(), library, orders: folder.join("orders") }
    }

    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let text = |path: &Path| path.display().to_string();
        vec![
            ("LD_PRELOAD", text(&self.library)),
            ("DISK_FOLDER", text(&self.data)),
            ("DISK_ORDERS", text(&self.orders)),
        ]
    }

    /// From now on of each `every` operations (`write`, `sync`, `any`) one ends with `error`.
    pub fn fail(&self, operation: &str, error: i32, every: usize) {
        std::fs::write(&self.orders, format!("{operation} {error} {every} 0")).unwrap();
    }

    /// The `nth` operation since the program began ends with `error`, and no other.
    pub fn fail_once(&self, operation: &str, error: i32, nth: usize) {
        std::fs::write(&self.orders, format!("{operation} {error} {nth} 1")).unwrap();
    }

    /// Everything works again.
    pub fn heal(&self) {
        std::fs::remove_file(&self.orders).unwrap();
    }
}
