//! Names, modes, free space, checksums: everything about files that has no opinion on recordings.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use chrono_tz::Tz;
use sha2::{Digest, Sha256};

use super::civil;

/// Readable by its owner only.
pub(super) fn make_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Of a recording, below the folder of recordings: `2026/11/22/141503-ID.rec`.
pub(super) fn name(recording: u64, started_ms: i64, zone: Tz) -> PathBuf {
    let local = civil(started_ms).with_timezone(&zone);
    PathBuf::from(format!("{}-{recording}.rec", local.format("%Y/%m/%d/%H%M%S")))
}

/// The recording whose file has this name.
pub(super) fn id_in(path: &Path) -> Option<u64> {
    path.file_stem()?.to_str()?.split_once('-')?.1.parse().ok()
}

/// Opens a file to be written on at its end; makes it, with its folder, where it is missing.
pub(super) fn append(path: &Path) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        make_folder(folder)?;
    }
    OpenOptions::new().append(true).create(true).mode(0o600).open(path)
}

/// A new file for its owner only; one of that name is written over.
pub(super) fn create(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)
}

/// Makes a new name outlive a power cut.
pub(super) fn sync_folder(file: &Path) -> io::Result<()> {
    file.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}

/// SHA-256 in hex, and the size in bytes.
pub(super) fn checksum(path: &Path) -> io::Result<(String, u64)> {
    let (mut file, mut hash, mut size) = (File::open(path)?, Sha256::new(), 0);
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let count = file.read(&mut buffer)?;
        if count == 0 {
            let hex = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
            return Ok((hex, size));
        }
        hash.update(buffer.get(..count).unwrap_or(&[]));
        size += count as u64;
    }
}

/// Bytes that may still be written where `folder` is.
pub(super) fn free(folder: &Path) -> io::Result<u64> {
    let space = nix::sys::statvfs::statvfs(folder)?;
    Ok(space.blocks_available().saturating_mul(space.fragment_size()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recording_lies_under_its_local_day() {
        // 2026-11-23T01:30:05Z is still the 22nd in São Paulo.
        let name = name(77, 1_795_397_405_000, chrono_tz::America::Sao_Paulo);
        assert_eq!(name, Path::new("2026/11/22/223005-77.rec"));
        assert_eq!((id_in(&name), id_in(Path::new("2026/11/22/notes.txt"))), (Some(77), None));
    }
}
