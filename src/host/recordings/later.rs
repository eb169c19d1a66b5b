//! Everything that can wait, one thing after the other, at the lowest priority: checksums, Ogg/Opus, deletion.

use std::fs;
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use chrono::Utc;
use engine::border::StoreError;
use engine::id::{BatchId, RecordingId};
use engine::records::{Record, RecordingFile, RecordingState};

use super::{Settings, Sound, civil, disk, opus, repair, writer};
use crate::store::{RecordingLine, Store};

/// Work that waits.
#[derive(Debug)]
pub(super) enum Job {
    /// A file was written to its end.
    Closed { recording: u64, started_ms: i64, name: PathBuf, seconds: u32 },
    /// The last run left this recording live or not compacted.
    Left(RecordingLine),
    /// A file that the store does not know, below the folder.
    Found(PathBuf),
}

pub(super) struct Later {
    settings: Settings,
    store: Arc<Store>,
}

impl Later {
    pub fn new(settings: Settings, store: Arc<Store>) -> Later {
        Later { settings, store }
    }

    /// Until nobody can bring work any more; what is left then is found by the next start.
    pub fn run(self, jobs: &Receiver<Job>) {
        // Of this thread alone (Linux); without it the work is the same, a little ruder.
        let _ = rustix::process::nice(LOWEST);
        self.delete_due();
        loop {
            match jobs.recv_timeout(ROUND) {
                Ok(job) => self.work(job),
                Err(RecvTimeoutError::Timeout) => self.delete_due(),
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    fn work(&self, job: Job) {
        let told = format!("{job:?}");
        let done = match job {
            Job::Closed { recording, started_ms, name, seconds } => self.keep(recording, started_ms, &name, seconds),
            Job::Left(line) => self.finish(&line),
            Job::Found(name) => self.mend(&name),
        };
        if let Err(why) = done {
            tracing::error!(%why, job = told, "a recording is not as it should be; the next start tries again");
        }
    }

    /// What the last run left of a recording.
    fn finish(&self, line: &RecordingLine) -> io::Result<()> {
        match (&line.file, line.state) {
            (Some(file), RecordingState::Live) => self.mend(Path::new(file)),
            (Some(file), RecordingState::Done) => {
                self.compact(line.recording.0, line.started.timestamp_millis(), Path::new(file))
            }
            // It was killed before its first second was written.
            (None, _) => {
                let kept = RecordingFile {
                    seconds: Some(0),
                    ..self.file(line.recording.0, line.started.timestamp_millis(), RecordingState::Deleted)
                };
                self.tell_store(kept)
            }
            (Some(_), RecordingState::Compacted | RecordingState::Deleted) => Ok(()),
        }
    }

    fn mend(&self, name: &Path) -> io::Result<()> {
        let repaired = repair::repair(&self.settings.folder.join(name))?;
        let (recording, cut) = (repaired.header.recording, repaired.cut);
        let seconds = writer::seconds(&repaired.end);
        tracing::warn!(recording, seconds, cut, "a recording that the last run left was brought to its end");
        self.keep(recording, repaired.header.started_ms, name, seconds)
    }

    /// Its checksum is kept from now on; then it is made smaller.
    fn keep(&self, recording: u64, started_ms: i64, name: &Path, seconds: u32) -> io::Result<()> {
        let (sha256, size) = disk::checksum(&self.settings.folder.join(name))?;
        self.tell_store(RecordingFile {
            file: Some(name.to_string_lossy().into_owned()),
            seconds: Some(seconds),
            size: Some(size),
            sha256: Some(sha256),
            ..self.file(recording, started_ms, RecordingState::Done)
        })?;
        self.compact(recording, started_ms, name)
    }

    /// The file as it was written goes once the store knows the other one: at every moment one of them is whole.
    fn compact(&self, recording: u64, started_ms: i64, name: &Path) -> io::Result<()> {
        if !self.settings.compact {
            return Ok(());
        }
        let whole = self.settings.folder.join(name);
        let (small, unfinished) = (whole.with_extension("opus"), whole.with_extension("opus.part"));
        let out = disk::create(&unfinished)?;
        opus::write(Sound::open(&whole)?, recording as u32, BufWriter::new(&out))?;
        out.sync_all()?;
        fs::rename(&unfinished, &small)?;
        disk::sync_folder(&small)?;
        let (sha256, size) = disk::checksum(&small)?;
        self.tell_store(RecordingFile {
            file: Some(name.with_extension("opus").to_string_lossy().into_owned()),
            size: Some(size),
            sha256: Some(sha256),
            ..self.file(recording, started_ms, RecordingState::Compacted)
        })?;
        fs::remove_file(&whole)
    }

    /// Retention (Decreto 11.034): the row stays and says that there was a recording.
    fn delete_due(&self) {
        let due = self.store.reader().and_then(|reader| reader.recordings_due(Utc::now()));
        for line in due.unwrap_or_default() {
            let gone = line.file.as_ref().map_or(Ok(()), |file| fs::remove_file(self.settings.folder.join(file)));
            let gone = match gone {
                Err(why) if why.kind() != io::ErrorKind::NotFound => Err(why),
                Ok(()) | Err(_) => {
                    let started_ms = line.started.timestamp_millis();
                    self.tell_store(self.file(line.recording.0, started_ms, RecordingState::Deleted))
                }
            };
            match gone {
                Ok(()) => tracing::info!(recording = %line.recording, "a recording was deleted: its time was over"),
                Err(why) => tracing::error!(recording = %line.recording, %why, "a recording cannot be deleted"),
            }
        }
    }

    fn file(&self, recording: u64, started_ms: i64, state: RecordingState) -> RecordingFile {
        let started = civil(started_ms);
        RecordingFile {
            recording: RecordingId(recording),
            started,
            day: started.with_timezone(&self.settings.zone).date_naive(),
            state,
            file: None,
            seconds: None,
            size: None,
            sha256: None,
            until: Some(started + self.settings.retention),
        }
    }

    /// Waits until the store has it: this thread may.
    fn tell_store(&self, file: RecordingFile) -> io::Result<()> {
        let (tell, told) = channel();
        self.store.submit(BatchId(0), vec![Record::RecordingFile(file)], move |_, result| drop(tell.send(result)));
        match told.recv() {
            Ok(result) => result.map_err(|StoreError(why)| io::Error::other(why)),
            Err(_) => Err(io::Error::other("the store has ended")),
        }
    }
}

/// As low as it goes.
const LOWEST: i32 = 19;
/// How often it is looked whether a recording's time is over.
const ROUND: Duration = Duration::from_secs(60);
