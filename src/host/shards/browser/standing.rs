//! How the pages stand, for whoever asks: the shard writes, nobody waits.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::PageKey;
use crate::sound::card::{Level, Shown};
use crate::sound::{DeviceView, EndView, Kind};

/// What is known of one page.
#[derive(Debug, Default)]
pub struct PageStanding {
    connected: AtomicBool,
    /// What the person says.
    pub said: Shown,
    /// What the person hears.
    pub heard: Shown,
}

/// Of all pages that there have been since the start; a lock for looking one up, none for writing.
#[derive(Clone, Debug, Default)]
pub struct PageStandings(Arc<Mutex<BTreeMap<PageKey, Arc<PageStanding>>>>);

impl PageStanding {
    pub fn is_connected(&self) -> bool {
        self.connected.load(Ordering::Relaxed)
    }

    pub fn set_connected(&self, connected: bool) {
        self.connected.store(connected, Ordering::Relaxed);
    }

    /// No call is there any more.
    pub fn fall_silent(&self) {
        self.said.set(Level::default());
        self.heard.set(Level::default());
    }
}

impl PageStandings {
    /// Of this page, from now on.
    pub fn of(&self, page: PageKey) -> Arc<PageStanding> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(page).or_default().clone()
    }

    /// By the persons' numbers.
    pub fn views(&self) -> Vec<DeviceView> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().map(|(page, standing)| view(*page, standing)).collect()
    }
}

fn view(page: PageKey, standing: &PageStanding) -> DeviceView {
    let (card, why) = match standing.is_connected() {
        true => (Some(page.device()), None),
        false => (None, Some("its person has no page open".to_owned())),
    };
    let end = EndView { wanted: page.device(), card, why };
    DeviceView {
        device: page.device().into(),
        kind: Kind::Browser,
        input: Some(end.clone()),
        output: Some(end),
        ring: None,
        said: Some(standing.said.level()),
        heard: Some(standing.heard.level()),
    }
}
