//! `[alerts]`: when something is worth an alert; pauses and holds have limits of their own.

use std::time::Duration;

use engine::config::AlertLimits;

use super::report::Report;
use super::table::{Keys, Table};
use super::value::{duration, number};

pub(super) const KEYS: Keys = &[&["least_free_mb", "nobody_after"]];

pub(super) fn read(root: &Table<'_>, report: &mut Report) -> AlertLimits {
    let table = root.section("alerts", KEYS, report);
    let usual = AlertLimits::default();
    AlertLimits {
        least_free_mb: table.get(report, "least_free_mb", number(0..=u32::MAX)).map_or(usual.least_free_mb, u64::from),
        nobody_after: table.get(report, "nobody_after", duration(MINUTE..=DAY)).unwrap_or(usual.nobody_after),
    }
}

/// The hours are looked at each minute.
const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(86_400);
