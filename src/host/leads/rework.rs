//! Passes over whole lists, each on a thread of its own, a chunk at a time behind whatever else is written; gone on with after a start.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use chrono::Utc;
use engine::border::StoreError;
use engine::campaign::{BadCondition, ListState, Rework};
use engine::fold::folded;
use engine::id::ListId;

use super::import::{CHUNK, next_size};
use super::works::Imports;
use crate::store::{Begun, Passed, Store};

/// Those at work, and that they are to end.
#[derive(Debug, Default)]
pub(super) struct Passes {
    threads: Mutex<Vec<JoinHandle<()>>>,
    stop: Arc<Stop>,
}

#[derive(Debug, Default)]
struct Stop {
    said: Mutex<bool>,
    changed: Condvar,
}

/// Why a pass is not begun.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NotReworked {
    #[error("there is no list {0}")]
    Gone(ListId),
    #[error("the list is still being brought in; wait until it is there")]
    Loading,
    #[error("the list is being gone through already; wait until that is over")]
    Reworked,
    #[error("{0}")]
    Condition(#[from] BadCondition),
    #[error("no lead of the list has a field {name}; it has {known}")]
    UnknownField { name: String, known: String },
    #[error("no lead of the list has a field {name}, or any other")]
    NoFields { name: String },
    #[error("say which leads come back: results, dispositions, or those that were never called")]
    NothingChosen,
    #[error("{}", .0.0)]
    Store(StoreError),
}

impl NotReworked {
    /// For programs.
    pub fn code(&self) -> &'static str {
        match self {
            NotReworked::Gone(_) => "not-found",
            NotReworked::Loading => "loading",
            NotReworked::Reworked => "reworked",
            NotReworked::Condition(_) => "condition",
            NotReworked::UnknownField { .. } | NotReworked::NoFields { .. } => "unknown-field",
            NotReworked::NothingChosen => "nothing-chosen",
            NotReworked::Store(_) => "store",
        }
    }
}

impl Imports {
    /// Begins a pass over a list, on a thread that may block; how far it is, the store says.
    ///
    /// # Errors
    /// The list is not there or not ready, or what is asked for can choose nobody.
    pub fn begin_rework(&self, list: ListId, rework: Rework) -> Result<(), NotReworked> {
        self.check_rework(list, &rework)?;
        match self.store.begin_rework(list, rework).map_err(NotReworked::Store)? {
            Begun::Yes => {
                self.passes.begin(self.store.clone(), list);
                Ok(())
            }
            Begun::Gone => Err(NotReworked::Gone(list)),
            Begun::Loading => Err(NotReworked::Loading),
            Begun::Reworked => Err(NotReworked::Reworked),
        }
    }

    /// Whether it can be asked for at all, on a thread that may block.
    ///
    /// # Errors
    /// There is no such list, or what is asked for can choose nobody.
    pub fn check_rework(&self, list: ListId, rework: &Rework) -> Result<(), NotReworked> {
        let reader = self.store.reader_of_all().map_err(NotReworked::Store)?;
        let there = reader.list_of_leads(list).map_err(NotReworked::Store)?;
        there.filter(|list| list.state != ListState::Discarded).ok_or(NotReworked::Gone(list))?;
        let filter = match rework {
            Rework::Recycle { chosen } if chosen.is_empty() => return Err(NotReworked::NothingChosen),
            Rework::Recycle { .. } => return Ok(()),
            Rework::Filter { filter } => filter,
        };
        filter.check()?;
        let known = reader.fields_of_list(list).map_err(NotReworked::Store)?;
        let is_unknown = |name: &&str| known.iter().all(|own| folded(own) != folded(name));
        match filter.fields().find(is_unknown).map(str::to_owned) {
            Some(name) if known.is_empty() => Err(NotReworked::NoFields { name }),
            Some(name) => {
                Err(NotReworked::UnknownField { name, known: known.into_iter().collect::<Vec<_>>().join(", ") })
            }
            None => Ok(()),
        }
    }

    /// Passes that the last run has not ended.
    pub(super) fn resume_reworks(&self) {
        match self.store.reader_of_all().and_then(|reader| reader.reworked_lists()) {
            Ok(lists) => lists.into_iter().for_each(|list| self.passes.begin(self.store.clone(), list)),
            Err(why) => tracing::error!(%why, "lists that were gone through stay as they are until the next start"),
        }
    }
}

impl Passes {
    fn begin(&self, store: Arc<Store>, list: ListId) {
        let stop = self.stop.clone();
        match std::thread::Builder::new().name("leads-rework".into()).spawn(move || pass(&store, list, &stop)) {
            Ok(thread) => {
                let mut threads = self.threads.lock().unwrap_or_else(PoisonError::into_inner);
                threads.retain(|thread| !thread.is_finished());
                threads.push(thread);
            }
            Err(why) => tracing::error!(%list, %why, "a list is gone through at the next start only"),
        }
    }

    /// Between two chunks; waits until none writes any more.
    pub(super) fn stop(&self) {
        *self.stop.said.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.stop.changed.notify_all();
        let threads = std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        // A panic over there was reported by the panic hook.
        threads.into_iter().for_each(|thread| drop(thread.join()));
    }
}

/// To the end of the list, or until it is stopped. A store that fails is tried again: nothing of the list is dialled before.
fn pass(store: &Store, list: ListId, stop: &Stop) {
    let mut size = CHUNK / 4;
    while !stop.is_said(Duration::ZERO) {
        let begun = Instant::now();
        match store.go_on_with_rework(list, size, Utc::now()) {
            Ok(Some(Passed { over: false, .. })) => size = next_size(size, begun.elapsed()),
            Ok(Some(Passed { seen, changed, .. })) => {
                return tracing::info!(%list, seen, changed, "a list was gone through");
            }
            // It was discarded meanwhile.
            Ok(None) => return,
            Err(why) => {
                tracing::error!(%list, %why, "a list cannot be gone through; tried again");
                if stop.is_said(AGAIN) {
                    return;
                }
            }
        }
    }
}

impl Stop {
    /// Waits as long for it.
    fn is_said(&self, patience: Duration) -> bool {
        let said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.changed.wait_timeout_while(said, patience, |said| !*said);
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }
}

/// After the store could not write.
const AGAIN: Duration = Duration::from_secs(5);
