//! The one thread that writes recordings while they are live.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, TryRecvError};
use std::time::{Duration, Instant};

use engine::id::{BatchId, RecordingId};
use engine::leg::RecordingNews;
use engine::records::{Record, RecordingFile, RecordingState};
use media::record::{Chunk, End, Header};

use super::later::Job;
use super::{Message, Settings, Tell, civil, disk};
use crate::shards::{Piece, PieceBody};
use crate::store::Store;

pub(super) struct Writer {
    settings: Settings,
    store: Arc<Store>,
    tell: Tell,
    /// Takes over what is complete.
    closed: Sender<Job>,
    open: BTreeMap<u64, Open>,
    space: Space,
}

/// A recording being written.
struct Open {
    file: File,
    /// Below the folder.
    name: PathBuf,
    started_ms: i64,
    /// Bytes that are whole.
    length: u64,
    end: End,
    dirty_since: Option<Instant>,
    last_piece: Instant,
}

/// Whether there is room, as last told.
struct Space {
    enough: bool,
    look_at: Instant,
}

impl Writer {
    pub fn new(settings: Settings, store: Arc<Store>, tell: Tell, closed: Sender<Job>) -> Writer {
        let space = Space { enough: true, look_at: Instant::now() };
        Writer { settings, store, tell, closed, open: BTreeMap::new(), space }
    }

    /// Until told to stop. Pieces go first; one file is synced between any two looks at the queue.
    pub fn run(mut self, queue: &Receiver<Message>) {
        loop {
            let message = match queue.try_recv() {
                Err(TryRecvError::Empty) => {
                    let worked = self.look_after(Instant::now());
                    if worked { continue } else { queue.recv_timeout(PAUSE) }
                }
                Ok(message) => Ok(message),
                Err(TryRecvError::Disconnected) => break,
            };
            match message {
                Ok(Message::Piece(piece)) => self.take(piece),
                Err(RecvTimeoutError::Timeout) => {}
                Ok(Message::Stop) | Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        let left: Vec<u64> = self.open.keys().copied().collect();
        left.into_iter().for_each(|recording| self.close(recording, None));
    }

    fn take(&mut self, piece: Piece) {
        let recording = piece.recording.0;
        match piece.body {
            PieceBody::Chunk(chunk) => {
                if let Err(why) = self.write(recording, piece.started_ms, &chunk) {
                    tracing::error!(recording, %why, "a second of a recording could not be written");
                    (self.tell)(RecordingNews::Lost { recording: RecordingId(recording), chunks: 1 });
                }
            }
            PieceBody::End(end) => self.close(recording, Some(end)),
        }
    }

    fn write(&mut self, recording: u64, started_ms: i64, chunk: &Chunk) -> io::Result<()> {
        let open = self.opened(recording, started_ms)?;
        open.last_piece = Instant::now();
        match open.append(&[&chunk.head(), &chunk.payload]) {
            Ok(()) => {
                open.end.chunks += 1;
                let until = chunk.payload.len() as u64 * 1_000 / chunk.coding.second() as u64;
                let length = if chunk.payload.is_empty() { 1_000 } else { until };
                open.end.milliseconds = open.end.milliseconds.max(u64::from(chunk.number) * 1_000 + length);
                Ok(())
            }
            Err(why) => {
                open.end.lost += 1;
                Err(why)
            }
        }
    }

    fn opened(&mut self, recording: u64, started_ms: i64) -> io::Result<&mut Open> {
        if !self.open.contains_key(&recording) {
            let name = disk::name(recording, started_ms, self.settings.zone);
            let open = Open::begin(&self.settings, name, recording, started_ms)?;
            let file = open.name.to_string_lossy().into_owned();
            let live = live(recording, &self.settings, started_ms, file);
            // The store says itself what it cannot keep; the file knows enough to be found again.
            self.store.submit(BatchId(0), vec![Record::RecordingFile(live)], |_, _| {});
            self.open.insert(recording, open);
        }
        self.open.get_mut(&recording).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    /// What is not a piece: at most one thing at a time; false when there is nothing to do.
    fn look_after(&mut self, now: Instant) -> bool {
        if now >= self.space.look_at {
            self.space.look_at = now + LOOK;
            self.look_at_space();
            return true;
        }
        let due = |open: &Open| open.dirty_since.filter(|since| now.duration_since(*since) >= SYNC);
        if let Some((_, open)) =
            self.open.iter_mut().filter(|(_, open)| due(open).is_some()).min_by_key(|(_, open)| open.dirty_since)
        {
            open.dirty_since = None;
            if let Err(why) = open.file.sync_data() {
                tracing::error!(file = %open.name.display(), %why, "a recording may not outlive a power cut");
            }
            return true;
        }
        // Its last word found no room.
        let silent = |open: &Open| now.duration_since(open.last_piece) >= FORGOTTEN;
        let forgotten = self.open.iter().find(|(_, open)| silent(open)).map(|(recording, _)| *recording);
        forgotten.inspect(|recording| self.close(*recording, None)).is_some()
    }

    fn look_at_space(&mut self) {
        let least = self.settings.least_free;
        let why = match disk::free(&self.settings.folder) {
            Ok(free) if free >= least => None,
            Ok(free) => Some(format!("{} MB are free for recordings, {} are needed", free / MB, least / MB)),
            Err(why) => Some(format!("{}: {why}", self.settings.folder.display())),
        };
        if why.is_none() != std::mem::replace(&mut self.space.enough, why.is_none()) {
            (self.tell)(why.map_or(RecordingNews::PossibleAgain, |why| RecordingNews::Impossible { why }));
        }
    }

    fn close(&mut self, recording: u64, end: Option<End>) {
        let Some(mut open) = self.open.remove(&recording) else { return };
        // What was lost on the way, and what was lost here.
        let end = end.map_or(open.end, |said| End { lost: said.lost + open.end.lost, chunks: open.end.chunks, ..said });
        if let Err(why) = open.append(&[&end.bytes()]).and_then(|()| open.file.sync_data()) {
            tracing::error!(recording, %why, "a recording could not be ended; it is readable all the same");
        }
        let job = Job::Closed { recording, started_ms: open.started_ms, name: open.name, seconds: seconds(&end) };
        // Only at the daemon's end nobody takes it; the next start does.
        let _ = self.closed.send(job);
    }
}

impl Open {
    fn begin(settings: &Settings, name: PathBuf, recording: u64, started_ms: i64) -> io::Result<Open> {
        let path = settings.folder.join(&name);
        let file = disk::append(&path)?;
        let length = file.metadata()?.len();
        let now = Instant::now();
        let mut open = Open { file, name, started_ms, length, end: End::default(), dirty_since: None, last_piece: now };
        if length == 0 {
            open.append(&[&Header { recording, started_ms }.bytes()])?;
            disk::sync_folder(&path)?;
        }
        Ok(open)
    }

    /// Whole or not at all.
    fn append(&mut self, parts: &[&[u8]]) -> io::Result<()> {
        for part in parts {
            if let Err(why) = self.file.write_all(part) {
                // What stays of it is stepped over by every reader.
                let _ = self.file.set_len(self.length);
                return Err(why);
            }
        }
        self.length += parts.iter().map(|part| part.len() as u64).sum::<u64>();
        self.dirty_since.get_or_insert_with(Instant::now);
        Ok(())
    }
}

/// Whole seconds, the last one begun.
pub(super) fn seconds(end: &End) -> u32 {
    u32::try_from(end.milliseconds.div_ceil(1_000)).unwrap_or(u32::MAX)
}

fn live(recording: u64, settings: &Settings, started_ms: i64, file: String) -> RecordingFile {
    let started = civil(started_ms);
    RecordingFile {
        recording: RecordingId(recording),
        started,
        day: started.with_timezone(&settings.zone).date_naive(),
        state: RecordingState::Live,
        file: Some(file),
        seconds: None,
        size: None,
        sha256: None,
        until: Some(started + settings.retention),
    }
}

const MB: u64 = 1_000_000;
/// How long an idle writer waits for a piece before it looks around.
const PAUSE: Duration = Duration::from_millis(100);
/// What a power cut may cost of a recording.
const SYNC: Duration = Duration::from_secs(1);
/// How often free space is looked at.
const LOOK: Duration = Duration::from_secs(5);
/// A live recording sends a chunk every second, silent or not.
const FORGOTTEN: Duration = Duration::from_secs(10);
