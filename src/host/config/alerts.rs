//! `[alerts]`: when something is worth an alert; pauses and holds have limits of their own.

use std::time::Duration;

use engine::config::AlertLimits;
use serde_json::json;

use super::administered;
use super::report::Report;
use super::sections::{Section, Spelled};
use super::table::{Keys, Table};
use super::value::{duration, number, spell};

pub(super) const KEYS: Keys = &[&["least_free_mb", "nobody_after"]];

/// From `ramal.toml`, or the desktop's own file.
pub(super) fn read(files: [&Table<'_>; 2], report: &mut Report) -> (AlertLimits, Section) {
    let table = administered::only("alerts", files, KEYS, report);
    let usual = AlertLimits::default();
    let limits = AlertLimits {
        least_free_mb: table.get(report, "least_free_mb", number(0..=u32::MAX)).map_or(usual.least_free_mb, u64::from),
        nobody_after: table.get(report, "nobody_after", duration(MINUTE..=DAY)).unwrap_or(usual.nobody_after),
    };
    let place = files.iter().any(|file| file.has("alerts")).then(|| table.here());
    (limits, Section::new("alerts".to_owned(), place, files[1], spelled(limits), spelled(usual)))
}

fn spelled(limits: AlertLimits) -> Spelled {
    [("least_free_mb", json!(limits.least_free_mb)), ("nobody_after", json!(spell(limits.nobody_after)))].into()
}

/// The hours are looked at each minute.
const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(86_400);
