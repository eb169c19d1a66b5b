//! What is kept, as the control socket reads and changes it: on threads that may block, each change in the audit log.

use std::sync::Arc;

use chrono::Utc;
use engine::border::StoreError;
use serde::Serialize;
use serde_json::Value;

use crate::driver::Handle;
use crate::leads::{Imports, Unseen};
use crate::store::{AuditEntry, Reader, Store};
use crate::web::shared;

use super::request::Error;

pub(super) async fn imports(handle: &Handle) -> Result<Arc<Imports>, Error> {
    handle.imports().await.ok_or_else(stopping)
}

pub(super) async fn read<T: Send + 'static>(
    imports: Arc<Imports>,
    read: impl FnOnce(&Reader) -> Result<T, StoreError> + Send + 'static,
) -> Result<T, Error> {
    imports.read(read).await.map_err(unseen)
}

pub(super) fn unseen(why: Unseen) -> Error {
    shared::Error::from(why).into()
}

/// Done, and written down; none: nothing was done, so nothing is.
pub(super) async fn noted<T: Send + 'static>(
    imports: Arc<Imports>,
    action: &'static str,
    detail: Value,
    work: impl FnOnce(&Store) -> Result<Option<T>, StoreError> + Send + 'static,
) -> Result<Option<T>, Error> {
    let entry = AuditEntry {
        at: Utc::now(),
        user: None,
        address: "local".to_owned(),
        action: action.to_owned(),
        detail: detail.to_string(),
    };
    let work = move || match work(&imports.store)? {
        Some(done) => imports.store.audit(entry).map(|_| Some(done)),
        None => Ok(None),
    };
    tokio::task::spawn_blocking(work).await.map_err(|_| stopping())?.map_err(store)
}

/// As the API has it.
pub(super) fn whole(shown: &impl Serialize) -> Value {
    // Every shape serialises; its maps have names for keys.
    serde_json::to_value(shown).unwrap_or_default()
}

impl From<shared::Error> for Error {
    fn from(why: shared::Error) -> Error {
        let (_, _, text) = why.about();
        Error::new(why.code(), text)
    }
}

pub(super) fn store(why: StoreError) -> Error {
    Error::new("store", why.0)
}

pub(super) fn stopping() -> Error {
    Error::new("draining", "the daemon is stopping")
}
