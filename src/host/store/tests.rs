//! What the store's own tests share.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use chrono::{DateTime, NaiveDate};
use engine::id::CallId;
use engine::news::Direction;
use engine::records::{CallRow, Record};

/// A directory that goes with the test.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    pub fn new() -> Scratch {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("ramal-store-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir(&path).unwrap();
        Scratch(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub(crate) fn call_opened(call: u64) -> Record {
    Record::CallOpened(CallRow {
        call: CallId(call),
        protocolo: "2026031200000011".to_owned(),
        direction: Direction::Outbound,
        account: "1001".into(),
        user: None,
        queue: None,
        number_dialled: "011987654321".to_owned(),
        number_normalised: "+5511987654321".to_owned(),
        remote_name: None,
        diverted_from: None,
        asserted: None,
        at: DateTime::from_timestamp_millis(1_773_300_000_000).unwrap(),
        day: NaiveDate::from_ymd_opt(2026, 3, 12).unwrap(),
        rules_version: Some(1),
        promise: None,
        attempt: None,
    })
}
