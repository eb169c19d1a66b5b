//! `[recordings]`: where recordings of calls are kept, how, and how long (SP-08).

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::Context;
use super::report::Report;
use super::table::{Keys, Table};
use super::value::{flag, number, path};

/// How recordings are kept.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Recordings {
    pub folder: PathBuf,
    /// Decreto 11.034: at least 90 days.
    pub retention_days: u32,
    /// Ogg/Opus after the call.
    pub compact: bool,
    /// Megabytes; with less room no new recording begins.
    pub min_free_mb: u64,
}

pub(super) const KEYS: Keys = &[&["folder", "retention_days", "compact", "min_free_mb"]];

pub(super) fn read(root: &Table<'_>, data_dir: &Path, context: &Context<'_>, report: &mut Report) -> Recordings {
    let table = root.section("recordings", KEYS, report);
    let folder = table.get(report, "folder", path).map(|folder| context.dir.join(folder));
    let retention_days = table.get(report, "retention_days", number(1..=36_500)).unwrap_or(RETENTION_DAYS);
    if retention_days < RETENTION_DAYS {
        let law = "recordings of a SAC are kept for at least 90 days (Decreto 11.034)";
        report.warn(table.place("retention_days"), law);
    }
    Recordings {
        folder: folder.unwrap_or_else(|| data_dir.join("recordings")),
        retention_days,
        compact: table.get(report, "compact", flag).unwrap_or(true),
        min_free_mb: table.get(report, "min_free_mb", number(0..=1_000_000_000)).unwrap_or(MIN_FREE_MB),
    }
}

const RETENTION_DAYS: u32 = 90;
/// A quarter of an hour of fifty calls, as they are written.
const MIN_FREE_MB: u64 = 1_000;
