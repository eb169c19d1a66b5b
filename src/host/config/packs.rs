//! Packs of rules in files: what one country, law or code lays down about campaigns. A file with `[pack]` is one pack.

use std::collections::BTreeMap;

use engine::rules::{AttemptLimit, Basis, Bound, Bounded, Hours, Pack};

use super::gate::fingerprint;
use super::report::Report;
use super::rules::{TERM, term};
use super::table::{Keys, Table};
use super::value::{choice, number, text};

/// What a file of a pack may have beside hours and limits of attempts.
pub(super) const PACK_FILE: &[&str] =
    &["abandoned", "ring", "list_age", "cool_down", "short_calls", "large_caller", "advice"];
const PACK: Keys = &[&["name", "title", "basis"]];
const BASES: &[(&str, Basis)] = &[("law", Basis::Law), ("code", Basis::Code), ("prudence", Basis::Prudence)];

/// The one pack of a file.
pub(super) fn read(
    root: &Table<'_>,
    (hours, attempts): (Vec<Hours>, Vec<AttemptLimit>),
    packs: &mut BTreeMap<String, Pack>,
    report: &mut Report,
) {
    let table = root.section("pack", PACK, report);
    let name = table.required(report, "name", text);
    let title = table.required(report, "title", text);
    let basis = table.required(report, "basis", choice(BASES));
    let bounds = bounds(root, report);
    let (Some(name), Some(title), Some(basis)) = (name, title, basis) else { return };
    if packs.contains_key(&name) {
        return report.error(table.place("name"), format!("another file has a pack \"{name}\""));
    }
    let mut pack = Pack { name: name.clone(), title, basis, version: 0, hours, attempts, bounds };
    pack.version = fingerprint(&pack);
    packs.insert(name, pack);
}

/// Bounds are of a pack alone.
pub(super) fn refuse_bounds(root: &Table<'_>, report: &mut Report) {
    for key in PACK_FILE.iter().filter(|key| root.has(key)) {
        report.error(root.place(key), "only a file with [pack] has this; name the pack");
    }
}

fn bounds(root: &Table<'_>, report: &mut Report) -> Vec<Bound> {
    let mut bounds = Vec::new();
    for (section, keys, read) in KINDS {
        for table in root.each(section, keys, report) {
            let (of, term) = (read(&table, report), term(&table, report));
            bounds.extend(of.zip(term).map(|(of, term)| Bound { of, term }));
        }
    }
    bounds
}

type Kind = (&'static str, Keys, fn(&Table<'_>, &mut Report) -> Option<Bounded>);

const KINDS: &[Kind] = &[
    ("abandoned", &[&["permille", "days"], TERM], |table, report| {
        let (permille, days) =
            (table.required(report, "permille", permille), table.required(report, "days", number(1..=366)));
        Some(Bounded::Abandoned { permille: permille?, days: days? })
    }),
    ("ring", &[&["seconds"], TERM], |table, report| {
        table.required(report, "seconds", number(1..=120)).map(|seconds| Bounded::Ring { seconds })
    }),
    ("list_age", &[&["days"], TERM], |table, report| {
        table.required(report, "days", number(1..=3_660)).map(|days| Bounded::ListAge { days })
    }),
    ("cool_down", &[&["hours"], TERM], |table, report| {
        table.required(report, "hours", number(1..=8_784)).map(|hours| Bounded::CoolDown { hours })
    }),
    ("short_calls", &[&["calls_a_day", "permille"], TERM], |table, report| {
        let calls = table.required(report, "calls_a_day", number(1..=u32::MAX));
        let permille = table.required(report, "permille", permille);
        Some(Bounded::ShortCalls { calls_a_day: calls?, permille: permille? })
    }),
    ("large_caller", &[&["calls_a_month"], TERM], |table, report| {
        let calls = table.required(report, "calls_a_month", number(1..=u32::MAX));
        calls.map(|calls_a_month| Bounded::LargeCaller { calls_a_month })
    }),
    ("advice", &[&["text"], TERM], |table, report| {
        table.required(report, "text", text).map(|text| Bounded::Advice { text })
    }),
];

fn permille(value: &toml::de::DeValue<'_>) -> super::table::Read<u16> {
    number(0..=1_000)(value)
}
