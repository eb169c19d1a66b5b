//! Looks that change nothing, for pages and the control socket alike: whom a campaign could dial, what a file would become. Each on a
//! thread that may block, a few at a time; one that nobody waits for any more ends.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chrono::Utc;
use engine::border::StoreError;
use engine::campaign::{Campaign, Rework};
use engine::gate::Law;
use engine::id::ListId;

use super::dry::{DryRun, dry_run};
use super::fault::Failure;
use super::forecast::{Forecast, forecast};
use super::import::Progress;
use super::preview::{Preview, preview};
use super::reader::Options;
use super::works::Imports;
use crate::store::{Foreseen, Reader};

/// Whom a campaign could dial, and what the rest of the day would come to with a team.
#[derive(Clone, PartialEq, Debug)]
pub struct Look {
    pub found: DryRun,
    /// None: nobody said how many agents, or they dial themselves.
    pub forecast: Option<Forecast>,
}

/// Why there is none.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Unseen {
    #[error("{LOOKS_AT_ONCE} dry runs are at work; try again when one of them is over")]
    Busy,
    #[error("the daemon is stopping")]
    Stopping,
    #[error("{}", .0.0)]
    Store(StoreError),
}

impl Imports {
    /// Waits some seconds for its turn. `agents`: how many would take part, at most [`MOST_AGENTS`].
    ///
    /// # Errors
    /// Too many others look, or the store cannot be read.
    pub async fn look(self: &Arc<Self>, terms: Campaign, agents: Option<u32>) -> Result<Look, Unseen> {
        self.in_turn(move |imports, go_on| imports.looked(&terms, agents, go_on)).await
    }

    /// What a pass over a list would do. Waits some seconds for its turn.
    ///
    /// # Errors
    /// As [`Imports::look`].
    pub async fn foresee_rework(self: &Arc<Self>, list: ListId, rework: Rework) -> Result<Foreseen, Unseen> {
        self.in_turn(move |imports, go_on| {
            imports.store.reader_of_all()?.foresee_rework(list, &rework, Utc::now(), go_on)
        })
        .await
    }

    /// On a thread that may block, a few at a time; nothing once nobody waits for it any more.
    async fn in_turn<T: Send + 'static>(
        self: &Arc<Self>,
        look: impl FnOnce(&Imports, &dyn Fn() -> bool) -> Result<Option<T>, StoreError> + Send + 'static,
    ) -> Result<T, Unseen> {
        let turn = tokio::time::timeout(PATIENCE, self.looks.clone().acquire_owned()).await;
        let turn = turn.map_err(|_| Unseen::Busy)?.map_err(|_| Unseen::Stopping)?;
        let (imports, gone) = (self.clone(), Arc::new(AtomicBool::new(false)));
        let waits = Waits(gone.clone());
        let work = move || {
            let _turn = turn;
            look(&imports, &|| !gone.load(Ordering::Relaxed))
        };
        let looked = tokio::task::spawn_blocking(work).await;
        drop(waits);
        looked.map_err(|_| Unseen::Stopping)?.map_err(Unseen::Store)?.ok_or(Unseen::Stopping)
    }

    /// Something of the store, on a thread that may block.
    ///
    /// # Errors
    /// It cannot be read.
    pub async fn read<T: Send + 'static>(
        self: &Arc<Self>,
        read: impl FnOnce(&Reader) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Unseen> {
        let imports = self.clone();
        let work = move || imports.store.reader_of_all().and_then(|reader| read(&reader));
        tokio::task::spawn_blocking(work).await.map_err(|_| Unseen::Stopping)?.map_err(Unseen::Store)
    }

    fn looked(
        &self,
        terms: &Campaign,
        agents: Option<u32>,
        go_on: &dyn Fn() -> bool,
    ) -> Result<Option<Look>, StoreError> {
        let (reader, at) = (self.store.reader_of_all()?, Utc::now());
        let law = Law { gate: self.rules(), rules: &self.bounds, zone: self.zone(), pack: None };
        let Some(found) = dry_run(&reader, terms, law, at, go_on)? else { return Ok(None) };
        let forecast = agents.map(|agents| forecast(&reader, terms, law, &found, agents, at)).transpose()?;
        Ok(Some(Look { found, forecast: forecast.flatten() }))
    }

    /// What a file would become; waits for its turn.
    ///
    /// # Errors
    /// As [`preview`].
    pub async fn preview(self: &Arc<Self>, path: PathBuf, options: Options) -> Result<Preview, Failure> {
        let Ok(turn) = self.previews.clone().acquire_owned().await else { return Err(Failure::Stopped) };
        let (imports, progress) = (self.clone(), Arc::new(Progress::default()));
        let waits = Stops(progress.clone());
        let work = move || {
            let _turn = turn;
            let lists = imports.store.reader_of_all()?;
            preview(&path, &options, imports.rules(), Some(&lists), &progress)
        };
        let found = tokio::task::spawn_blocking(work).await;
        drop(waits);
        found.unwrap_or(Err(Failure::Stopped))
    }
}

/// Says that nobody waits for the answer any more.
struct Waits(Arc<AtomicBool>);

impl Drop for Waits {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

struct Stops(Arc<Progress>);

impl Drop for Stops {
    fn drop(&mut self) {
        self.0.stop();
    }
}

/// Of whom a day is forecast.
pub const MOST_AGENTS: u32 = 2_000;
/// Each reads every lead of a campaign.
pub(super) const LOOKS_AT_ONCE: usize = 2;
/// Each reads a file through.
pub(super) const PREVIEWS_AT_ONCE: usize = 2;
/// For a turn.
const PATIENCE: Duration = Duration::from_secs(10);
