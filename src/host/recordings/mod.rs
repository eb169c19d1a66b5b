//! Recordings on the disk: one writer thread for what the shards send, one patient thread for everything that can wait.
//!
//! ```text
//!   shards ──pieces, bounded──> writer ── YYYY/MM/DD/HHMMSS-ID.rec, 0600, fdatasync each second
//!                                 │ closed
//!                                 v
//!                               later ── SHA-256, then Ogg/Opus, then deletion when its time is over (low priority)
//! ```
//!
//! A full queue or disk costs parts of recordings, which are counted and told; it never costs a call. What a crash left
//! is made whole at the next start.

mod disk;
mod export;
mod later;
mod opus;
mod repair;
mod sound;
mod wav;
mod writer;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::thread::{self, JoinHandle};

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use engine::leg::RecordingNews;

use crate::shards::{Piece, PieceSink};
use crate::store::Store;

pub use export::{ExportError, Format, export, export_to, hand_out};
pub use repair::{Repaired, repair};
pub use sound::Sound;

/// Where and how recordings are kept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settings {
    pub folder: PathBuf,
    /// From a recording's beginning on.
    pub retention: TimeDelta,
    /// Whether they become Ogg/Opus after the call.
    pub compact: bool,
    /// Below so many free bytes no new recording begins.
    pub least_free: u64,
    /// Whose days the folders are named after.
    pub zone: Tz,
}

/// Tells the engine; called on this room's threads.
pub type Tell = Arc<dyn Fn(RecordingNews) + Send + Sync>;

/// Both threads.
pub struct Recordings {
    queue: SyncSender<Message>,
    writer: JoinHandle<()>,
    later: JoinHandle<()>,
}

/// What the writer is told.
enum Message {
    Piece(Piece),
    Stop,
}

impl Recordings {
    /// Makes the folder and starts the threads; what a crash left is looked for now and repaired by and by.
    ///
    /// # Errors
    /// The folder cannot be made, or a thread cannot be started.
    pub fn start(settings: Settings, store: Arc<Store>, tell: Tell) -> std::io::Result<Recordings> {
        disk::make_folder(&settings.folder)?;
        let left = repair::left_over(&settings, &store);
        let (queue, pieces) = sync_channel(MOST_PIECES);
        let (closed, jobs) = std::sync::mpsc::channel();
        left.into_iter().for_each(|job| drop(closed.send(job)));
        let writer = writer::Writer::new(settings.clone(), store.clone(), tell, closed);
        let writer = thread::Builder::new().name("recordings".to_owned()).spawn(move || writer.run(&pieces))?;
        let later = later::Later::new(settings, store);
        let later = thread::Builder::new().name("recordings later".to_owned()).spawn(move || later.run(&jobs))?;
        Ok(Recordings { queue, writer, later })
    }

    /// Where shards leave their pieces: never waits.
    pub fn sink(&self) -> PieceSink {
        let queue = self.queue.clone();
        Arc::new(move |piece| match queue.try_send(Message::Piece(piece)) {
            Ok(()) => true,
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => false,
        })
    }

    /// Writes what is queued and ends every file; what can wait is left to the next start. After the shards.
    pub fn stop(self) {
        // Refused only by a thread that is gone.
        let _ = self.queue.send(Message::Stop);
        let _ = self.writer.join();
        let _ = self.later.join();
    }
}

impl std::fmt::Debug for Recordings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Recordings")
    }
}

/// A time as recordings have it.
fn civil(ms: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(ms).unwrap_or_default()
}

/// Ten seconds of 200 recorded calls; in the worst case 64 MB.
const MOST_PIECES: usize = 4_096;
