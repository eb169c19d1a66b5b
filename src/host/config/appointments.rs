//! `[appointments]`: how far apart they lie, and how late one is still carried out (AG-03).

use std::time::Duration;

use engine::appointment::{Scope, Settings};

use super::report::Report;
use super::table::{Keys, Table};
use super::value::{choice, duration, number};

pub(super) const KEYS: Keys = &[&["distance", "scope", "late_hours"]];

pub(super) fn read(root: &Table<'_>, report: &mut Report) -> Settings {
    let table = root.section("appointments", KEYS, report);
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

const SCOPES: &[(&str, Scope)] =
    &[("creator", Scope::Creator), ("agent", Scope::Agent), ("contact", Scope::Contact), ("system", Scope::System)];
const DAY: Duration = Duration::from_secs(86_400);
