//! What must outlive us: calls, dialogs to end after a crash, Protocolos, answers to commands. SQLite; all SQL is in here.
//!
//! How to drive it:
//!
//! 1. [`Store::open`] on the data directory, before anything else; an [`OpenError`] is for the person and ends the start.
//! 2. [`Store::load`] what the engine asks at its start.
//! 3. [`Store::submit`] each batch; `done` is told once the batch is on the disk, or why it is not.
//! 4. [`Store::reader`] for history: a few, each on a thread that may block.
//!
//! Beside a daemon or without one: [`Store::inspect`], [`Store::back_up`]; without one: [`Store::restore`].
//!
//! [`schema.sql`](schema.sql) says what is kept and what it means.

mod appointments;
mod attempts;
mod audit;
mod backup;
mod base;
mod cases;
mod column;
mod contacts;
mod dir;
mod error;
mod history;
mod hopper;
mod inspect;
mod leads;
mod lists;
mod load;
mod paces;
mod past;
mod people;
mod promises;
mod record;
mod recordings;
mod restore;
mod results;
mod reworks;
mod search;
mod seek;
mod staff;
mod state;
mod supervised;
mod suppressions;
mod upgrade;
mod writer;

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::Utc;
use engine::border::StoreError;
use engine::campaign;
use engine::id::BatchId;
use engine::records::{Batch, Facts, Question};

pub use appointments::{AppointmentFilter, Departments, NoticeLine};
pub use audit::{AuditEntry, AuditFault, AuditLine, Head};
pub use backup::CopyError;
pub use cases::{CaseLine, Edited, TaskLine};
pub use contacts::ContactLine;
pub use error::OpenError;
pub use history::{CallLine, CallStory, EventLine, LegLine, Page, Reader, SortBy};
pub use inspect::Inspection;
pub use leads::{Chunk, Kept, LeadStory, NewLead};
pub use lists::{Counts, ImportRow};
pub use past::Dialled;
pub use people::{Credentials, SessionRow, TokenRow};
pub use promises::{PromiseFilter, PromiseLine};
pub use recordings::{Party, RecordingFilter, RecordingLine};
pub use restore::Restored;
pub use results::AttemptLine;
pub use reworks::{Begun, Foreseen, Passed};
pub use search::{CallFilter, Cursor};
pub use seek::LeadFilter;
pub use suppressions::SuppressionLine;

use dir::DataDir;
use error::words;
use writer::{BatchOrder, Writer};

/// The base of one data directory. Dropping it writes what is queued, closes the base and gives the directory back.
pub struct Store {
    // Dropped in this order: the base is closed before the lock is let go.
    writer: Writer,
    path: PathBuf,
    dir: DataDir,
}

impl Store {
    /// Claims `dir` (made when missing, mode 0700), opens its base (made when missing, upgraded when older) and starts
    /// the writer.
    pub fn open(dir: &Path) -> Result<Store, OpenError> {
        let dir = DataDir::claim(dir)?;
        let path = dir.base_file()?;
        let mut base = base::open(&path, upgrade::STEPS)?;
        let unusable = |error: String| OpenError::Unusable { path: path.clone(), why: error };
        supervised::end_after_crash(&mut base, Utc::now()).map_err(|error| unusable(error.to_string()))?;
        attempts::end_after_crash(&mut base, Utc::now()).map_err(|error| unusable(error.to_string()))?;
        let writer = Writer::start(base).map_err(|error| unusable(error.to_string()))?;
        Ok(Store { writer, path, dir })
    }

    /// Hands a batch to the writer and returns at once. Its records are kept all or none. `done` is called exactly
    /// once, in the order of submission, usually on the writer's thread: it passes the news on and returns.
    pub fn submit(
        &self,
        id: BatchId,
        batch: Batch,
        done: impl FnOnce(BatchId, Result<(), StoreError>) + Send + 'static,
    ) {
        self.writer.submit(BatchOrder { id, batch, done: Box::new(done) });
    }

    /// What the engine asks at its start. A base that cannot say it ends the start: without it nobody could sign in.
    pub fn remembered(&self) -> Result<Facts, OpenError> {
        let facts = base::open_for_reading(&self.path).and_then(|base| load::load(&base, Question::Start));
        facts.map_err(|error| base::refusal(&self.path, &error))
    }

    /// Answers a question of the engine from what is committed now. Blocks for the length of a short read; where leads are
    /// leased, of a write.
    pub fn load(&self, question: Question) -> Result<Facts, StoreError> {
        if let Question::Leads(campaign::Question::Lease(want)) = question {
            return self.lease(want).map(|leased| Facts::Leads(campaign::Facts::Leased(leased)));
        }
        base::open_for_reading(&self.path).and_then(|base| load::load(&base, question)).map_err(|error| words(&error))
    }

    /// A connection for history to the base of a directory that a daemon may be using.
    ///
    /// # Errors
    /// There is no base, or none of this version.
    pub fn read(dir: &Path) -> Result<Reader, OpenError> {
        let path = dir.join(dir::BASE);
        base::open_as_known(&path, upgrade::version_after(upgrade::STEPS)).map(Reader::new)
    }

    /// A connection for history that sees everything submitted before; where the disk takes longer than five seconds,
    /// what is committed by then. On a thread that may block.
    ///
    /// # Errors
    /// As [`Store::reader`].
    pub fn reader_of_all(&self) -> Result<Reader, StoreError> {
        self.writer.catch_up(PATIENCE);
        self.reader()
    }

    /// A connection for history, of what is committed by now.
    pub fn reader(&self) -> Result<Reader, StoreError> {
        base::open_for_reading(&self.path).map(Reader::new).map_err(|error| words(&error))
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").field("dir", &self.dir).finish_non_exhaustive()
    }
}

/// How long a reader waits for what was submitted before it.
const PATIENCE: Duration = Duration::from_secs(5);

#[cfg(test)]
pub(crate) mod tests;
