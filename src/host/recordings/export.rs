//! A recording handed out: only as it was kept, byte for byte.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use engine::records::RecordingState;

use super::{Sound, disk, opus, wav};
use crate::store::{Reader, RecordingLine};

/// What a recording becomes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// Stereo, 16 bits.
    Wav,
    Opus,
}

/// Why a recording cannot be handed out.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error("recording {0} is still being written; wait for the end of its call")]
    Live(u64),
    #[error("recording {0} was deleted: its time was over")]
    Deleted(u64),
    #[error(
        "recording {recording} is not as it was kept: {path} has another SHA-256 than the store; restore it from a backup"
    )]
    Changed { recording: u64, path: PathBuf },
    #[error("{path}: {source}")]
    Io { path: PathBuf, source: io::Error },
}

impl Format {
    /// By a file name's ending.
    pub fn of(path: &Path) -> Option<Format> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "wav" => Some(Format::Wav),
            "opus" | "ogg" => Some(Format::Opus),
            _ => None,
        }
    }
}

/// Hands a recording out by `write`. Where its file went after its line was read, it has become Ogg/Opus or was deleted
/// since: the store says which, and it is tried once more.
pub fn hand_out(
    line: &RecordingLine,
    reader: &Reader,
    mut write: impl FnMut(&RecordingLine) -> Result<(), ExportError>,
) -> Result<(), ExportError> {
    let result = write(line);
    let Err(ExportError::Io { source, .. }) = &result else { return result };
    if source.kind() != io::ErrorKind::NotFound {
        return result;
    }
    match reader.recording(line.recording) {
        Ok(Some(changed)) if changed.file != line.file || changed.state != line.state => write(&changed),
        Ok(_) | Err(_) => result,
    }
}

/// Writes a kept recording to `out`, after its file has proved to be the one whose checksum was kept.
pub fn export(line: &RecordingLine, folder: &Path, format: Format, out: &mut dyn Write) -> Result<(), ExportError> {
    let recording = line.recording.0;
    let file = match (&line.file, line.state) {
        (_, RecordingState::Live) => return Err(ExportError::Live(recording)),
        (None, _) | (_, RecordingState::Deleted) => return Err(ExportError::Deleted(recording)),
        (Some(file), RecordingState::Done | RecordingState::Compacted) => folder.join(file),
    };
    let named = |source| ExportError::Io { path: file.clone(), source };
    let (sha256, _) = disk::checksum(&file).map_err(named)?;
    if line.sha256.as_ref() != Some(&sha256) {
        return Err(ExportError::Changed { recording, path: file });
    }
    let mut out = BufWriter::new(out);
    let written = match format {
        Format::Opus if line.state == RecordingState::Compacted => {
            File::open(&file).and_then(|mut file| io::copy(&mut file, &mut out)).map(|_| ())
        }
        Format::Opus => Sound::open(&file).and_then(|sound| opus::write(sound, recording as u32, &mut out)),
        Format::Wav => Sound::open(&file).and_then(|sound| wav::write(sound, &mut out)),
    };
    written.and_then(|()| out.flush()).map_err(named)
}

/// The same into a file of its own, for its owner only: whole, or not there.
pub fn export_to(line: &RecordingLine, folder: &Path, format: Format, path: &Path) -> Result<(), ExportError> {
    let named = |source| ExportError::Io { path: path.to_owned(), source };
    let unfinished = path.with_added_extension("part");
    let mut out = disk::create(&unfinished).map_err(named)?;
    let written = export(line, folder, format, &mut out);
    if written.is_err() {
        let _ = fs::remove_file(&unfinished);
    }
    written?;
    fs::rename(&unfinished, path).map_err(named)
}
