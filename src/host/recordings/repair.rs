//! What a crash left: found at the next start, made whole, and known to the store again.

use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, Write};
use std::path::{Path, PathBuf};

use chrono::{TimeDelta, Utc};
use engine::id::RecordingId;
use engine::records::RecordingState;
use media::record::{Block, End, Header, Reader};

use super::later::Job;
use super::{Settings, disk};
use crate::store::{RecordingLine, Store};

/// A file as it is after repair.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Repaired {
    pub header: Header,
    pub end: End,
    /// It had no end, and was given one.
    pub mended: bool,
    /// Bytes at its end that were no whole chunk, and are gone.
    pub cut: u64,
}

/// Gives a file its end: everything up to the last whole chunk stays, a torn one is cut off. A file that has its end is
/// left alone. Damage in the middle stays where it is: readers step over it.
///
/// # Errors
/// The file cannot be read or written, or is no recording.
pub fn repair(path: &Path) -> io::Result<Repaired> {
    let (header, mut reader) = Reader::open(BufReader::new(File::open(path)?)).map_err(io::Error::other)?;
    let (mut end, mut whole, mut ended) = (End::default(), reader.position(), false);
    while let Some(block) = reader.next_block()? {
        match block {
            Block::Chunk(chunk) => {
                end.chunks += 1;
                end.milliseconds = end.milliseconds.max((u64::from(chunk.number) + 1) * 1_000);
                (whole, ended) = (reader.position(), false);
            }
            Block::End(said) => (end, whole, ended) = (said, reader.position(), true),
            Block::Damaged { .. } => {}
        }
    }
    let cut = reader.position() - whole;
    if !ended || cut > 0 {
        let mut file = OpenOptions::new().append(true).open(path)?;
        file.set_len(whole)?;
        if !ended {
            file.write_all(&end.bytes())?;
        }
        file.sync_all()?;
    }
    Ok(Repaired { header, end, mended: !ended, cut })
}

/// Everything that the last run did not bring to its end, before this run writes anything: recordings the store believes
/// live or not yet compacted, and files of the last two days that it does not know.
pub(super) fn left_over(settings: &Settings, store: &Store) -> Vec<Job> {
    let known = store.reader().and_then(|reader| reader.unfinished_recordings());
    let known = known.unwrap_or_else(|why| {
        tracing::error!(%why, "recordings that the last run left are looked at with the next start");
        Vec::new()
    });
    let strangers = strangers(settings, store);
    let waits = |line: &RecordingLine| settings.compact || line.state == RecordingState::Live;
    known.into_iter().filter(waits).map(Job::Left).chain(strangers.into_iter().map(Job::Found)).collect()
}

/// Files without a row: the store was failing, or was killed before it committed.
fn strangers(settings: &Settings, store: &Store) -> Vec<PathBuf> {
    let Ok(reader) = store.reader() else { return Vec::new() };
    let today = Utc::now().with_timezone(&settings.zone).date_naive();
    let days = [today - TimeDelta::days(1), today].map(|day| day.format("%Y/%m/%d").to_string());
    let files = days.iter().flat_map(|day| {
        let entries = std::fs::read_dir(settings.folder.join(day)).into_iter().flatten().flatten();
        entries.map(move |entry| Path::new(day).join(entry.file_name()))
    });
    let unknown = |name: &PathBuf| {
        let id = disk::id_in(name).filter(|_| name.extension().is_some_and(|ending| ending == "rec"));
        id.is_some_and(|id| matches!(reader.recording(RecordingId(id)), Ok(None)))
    };
    files.filter(unknown).collect()
}
