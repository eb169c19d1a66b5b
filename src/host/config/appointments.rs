//! `[appointments]`: how far apart they lie, how late one is still carried out, and how long files of their messages are kept (AG-03, AG-05).

use std::time::Duration;

use engine::appointment::{Scope, Settings};
use serde::Serialize;

use super::report::Report;
use super::table::{Keys, Table};
use super::value::{choice, duration, number};

/// How much of files is kept, and for how long.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct FileLimits {
    /// After the message was sent or given up.
    pub keep_days: u16,
    /// All of them together.
    pub most_mib: u64,
}

impl Default for FileLimits {
    fn default() -> FileLimits {
        FileLimits { keep_days: 30, most_mib: 2_048 }
    }
}

pub(super) const KEYS: Keys = &[&["distance", "scope", "late_hours", "files_keep_days", "files_most_mib"]];

pub(super) fn read(table: &Table<'_>, report: &mut Report) -> Settings {
    let usual = Settings::default();
    let distance = table.get(report, "distance", duration(Duration::ZERO..=DAY)).map(|distance| {
        let minutes = distance.as_secs() / 60;
        if !distance.as_secs().is_multiple_of(60) || distance.subsec_millis() > 0 {
            report.error(table.place("distance"), "must be whole minutes, such as \"6m\"");
        }
        u16::try_from(minutes).unwrap_or(u16::MAX)
    });
    Settings {
        distance_minutes: distance.unwrap_or(usual.distance_minutes),
        scope: table.get(report, "scope", choice(SCOPES)).unwrap_or(usual.scope),
        late_hours: table.get(report, "late_hours", number(1..=168)).unwrap_or(usual.late_hours),
    }
}

pub(super) fn files(table: &Table<'_>, report: &mut Report) -> FileLimits {
    let usual = FileLimits::default();
    FileLimits {
        keep_days: table.get(report, "files_keep_days", number(0..=3_650)).unwrap_or(usual.keep_days),
        most_mib: table.get(report, "files_most_mib", number(20..=1_000_000)).unwrap_or(usual.most_mib),
    }
}

const SCOPES: &[(&str, Scope)] =
    &[("creator", Scope::Creator), ("agent", Scope::Agent), ("contact", Scope::Contact), ("system", Scope::System)];
const DAY: Duration = Duration::from_secs(86_400);
