//! Imports at work, each on a thread of its own: begun, gone on with, stopped, and what kept the last one of a list from its end.
//!
//! ```text
//!   begin ──> Running ──> (gone: the store has the list)
//!   resume ─────^  │
//!                  ├── stop, crash ──> (gone: the store has what was kept, if anything)
//!                  └── a file that cannot be kept ──> Failed ──forget, discard──> (gone)
//! ```
//!
//! What the store does not know yet is known here: a list whose file is still read through for the first time.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use engine::border::StoreError;
use engine::campaign::List;
use engine::config::{Config, GateRules};
use engine::id::ListId;
use engine::rules::Rules;
use tokio::sync::Semaphore;

use super::fault::Failure;
use super::import::{self, Done, Order, Progress};
use super::looks::{LOOKS_AT_ONCE, PREVIEWS_AT_ONCE};
use super::rework::Passes;
use crate::store::Store;

/// All of a daemon.
#[derive(Debug)]
pub struct Imports {
    pub store: Arc<Store>,
    rules: GateRules,
    /// What binds calls.
    pub(super) bounds: Arc<Rules>,
    zone: chrono_tz::Tz,
    /// Of the daemon, for ids.
    node: u8,
    works: Mutex<BTreeMap<ListId, Work>>,
    /// Turns of who looks at a campaign, or at a file.
    pub(super) looks: Arc<Semaphore>,
    pub(super) previews: Arc<Semaphore>,
    pub(super) passes: Passes,
}

/// One that is at work, or was kept from its end.
#[derive(Debug)]
struct Work {
    list: List,
    file: String,
    progress: Arc<Progress>,
    failed: Option<Arc<Failure>>,
    thread: Option<JoinHandle<()>>,
}

/// How one stands.
#[derive(Clone, Debug)]
pub enum Standing {
    /// The part that is done, 0 to 1.
    Running(f64),
    Failed(Arc<Failure>),
}

/// One of those that are known here.
#[derive(Clone, Debug)]
pub struct Known {
    /// As it was ordered.
    pub list: List,
    /// As the person calls it.
    pub file: String,
    pub standing: Standing,
}

/// Why none is begun.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Busy {
    #[error("this list is being brought in already")]
    Itself,
    #[error("{MOST_AT_ONCE} files are being brought in; wait for one, or stop it")]
    Others,
    #[error("the daemon cannot begin another thread")]
    Thread,
}

/// What is done with the file once its import is over, whether or not it was kept.
pub type AtEnd = Box<dyn FnOnce(&Result<Done, Failure>) + Send>;

impl Imports {
    /// What was discarded and not swept before is swept now; passes over lists that are not over go on.
    pub fn new(store: Arc<Store>, config: &Config) -> Arc<Imports> {
        let imports = Arc::new(Imports {
            store,
            rules: config.gate.clone(),
            bounds: config.rules.clone(),
            zone: config.zone,
            node: config.node,
            works: Mutex::default(),
            looks: Arc::new(Semaphore::new(LOOKS_AT_ONCE)),
            previews: Arc::new(Semaphore::new(PREVIEWS_AT_ONCE)),
            passes: Passes::default(),
        });
        imports.sweep();
        imports.resume_reworks();
        imports
    }

    /// How numbers are written here.
    pub fn rules(&self) -> &GateRules {
        &self.rules
    }

    /// The installation's.
    pub fn zone(&self) -> chrono_tz::Tz {
        self.zone
    }

    pub fn node(&self) -> u8 {
        self.node
    }

    /// A new list of a file.
    ///
    /// # Errors
    /// It is at work already, or too many others are.
    pub fn begin(self: &Arc<Self>, order: Order, at_end: AtEnd) -> Result<(), Busy> {
        let (list, file) = (order.list.clone(), order.file.clone());
        self.work(list, file, at_end, move |imports, progress| {
            import::import(&imports.store, order, &imports.rules, progress)
        })
    }

    /// Goes on with a list whose import was cut off, by the same file.
    ///
    /// # Errors
    /// As [`Imports::begin`].
    pub fn resume(self: &Arc<Self>, list: List, file: String, path: PathBuf, at_end: AtEnd) -> Result<(), Busy> {
        let id = list.list;
        self.work(list, file, at_end, move |imports, progress| {
            import::resume(&imports.store, id, &path, imports.node, &imports.rules, progress)
        })
    }

    fn work(
        self: &Arc<Self>,
        list: List,
        file: String,
        at_end: AtEnd,
        work: impl FnOnce(&Imports, &Progress) -> Result<Done, Failure> + Send + 'static,
    ) -> Result<(), Busy> {
        let mut works = self.works();
        let id = list.list;
        let runs = |work: &Work| work.failed.is_none();
        if works.get(&id).is_some_and(runs) {
            return Err(Busy::Itself);
        }
        if works.values().filter(|work| runs(work)).count() >= MOST_AT_ONCE {
            return Err(Busy::Others);
        }
        let progress = Arc::new(Progress::default());
        let (imports, shown) = (self.clone(), progress.clone());
        let thread = std::thread::Builder::new().name("leads".into()).spawn(move || {
            let done = work(&imports, &shown);
            at_end(&done);
            imports.over(id, done);
        });
        let thread = Some(thread.map_err(|_| Busy::Thread)?);
        works.insert(id, Work { list, file, progress, failed: None, thread });
        Ok(())
    }

    fn over(&self, list: ListId, done: Result<Done, Failure>) {
        let mut works = self.works();
        match done {
            Ok(done) => {
                tracing::info!(%list, leads = done.leads, "a list of leads is complete");
                works.remove(&list);
            }
            // It was discarded meanwhile, or somebody said so.
            Err(Failure::Stopped | Failure::NotLoading(_)) => drop(works.remove(&list)),
            Err(why) => {
                tracing::warn!(%list, code = why.code(), "a list of leads could not be brought in");
                if let Some(work) = works.get_mut(&list) {
                    work.failed = Some(Arc::new(why));
                }
            }
        }
    }

    pub fn one(&self, list: ListId) -> Option<Known> {
        self.works().get(&list).map(Work::known)
    }

    pub fn all(&self) -> Vec<Known> {
        self.works().values().map(Work::known).collect()
    }

    /// Between two chunks. False: it does not run.
    pub fn stop(&self, list: ListId) -> bool {
        let works = self.works();
        let running = works.get(&list).filter(|work| work.failed.is_none());
        running.map(|work| work.progress.stop()).is_some()
    }

    /// All, and waits until none writes any more: what was kept can be gone on from.
    pub fn stop_all(&self) {
        let threads: Vec<JoinHandle<()>> = {
            let mut works = self.works();
            works.values().for_each(|work| work.progress.stop());
            works.values_mut().filter_map(|work| work.thread.take()).collect()
        };
        // A panic over there was reported by the panic hook.
        threads.into_iter().for_each(|thread| drop(thread.join()));
        self.passes.stop();
    }

    /// Takes a list away, complete or not: invisible when this returns, its rows by and by. False: there was none.
    ///
    /// # Errors
    /// The store could not.
    pub fn discard(self: &Arc<Self>, list: ListId) -> Result<bool, StoreError> {
        let was_here = {
            let mut works = self.works();
            match works.get(&list).map(|work| work.failed.is_some()) {
                Some(true) => works.remove(&list).is_some(),
                Some(false) => works.get(&list).map(|work| work.progress.stop()).is_some(),
                None => false,
            }
        };
        let was_there = self.store.discard_list(list)?;
        if was_there {
            self.sweep();
        }
        Ok(was_here || was_there)
    }

    /// Rows of what was discarded, on a thread of its own: it may be a million.
    fn sweep(self: &Arc<Self>) {
        let store = self.store.clone();
        let sweep =
            move || import::sweep(&store).unwrap_or_else(|why| tracing::error!(%why, "leads of a discarded list stay"));
        let begun = std::thread::Builder::new().name("leads-sweep".into()).spawn(sweep);
        begun.map(drop).unwrap_or_else(|why| tracing::error!(%why, "leads of a discarded list stay"));
    }

    /// Whoever panicked with it left it whole: each change is one call.
    fn works(&self) -> MutexGuard<'_, BTreeMap<ListId, Work>> {
        self.works.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Work {
    fn known(&self) -> Known {
        let standing = match &self.failed {
            Some(why) => Standing::Failed(why.clone()),
            None => Standing::Running(self.progress.whole()),
        };
        Known { list: self.list.clone(), file: self.file.clone(), standing }
    }
}

/// Each reads a file, and all share one writer.
const MOST_AT_ONCE: usize = 4;
