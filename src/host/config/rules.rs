//! Files of rules about calling people: zones of numbers, holidays, calling hours, limits of attempts, packs. Those in `rules` are built
//! in; a folder replaces those of the same name and adds others.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use chrono::{NaiveDate, NaiveTime, Timelike};
use engine::rules::{Area, AttemptLimit, Day, Holiday, Hours, Level, Period, Rules, Scope, Span, Term, Week};
use toml::de::DeValue;

use super::gate::{e164_prefix, fingerprint};
use super::packs::{self, PACK_FILE};
use super::report::Report;
use super::table::{Keys, Read, Source, Table};
use super::value::{among, choice, flag, known, list, number, parsed, path, string, text};

const FILE: Keys = &[&["about", "zone", "holiday", "hours", "attempts", "pack"], PACK_FILE];
pub(super) const TERM: &[&str] = &["from", "until", "source"];
const ZONE: Keys = &[&["prefixes", "zones", "states"], TERM];
const HOLIDAY: Keys = &[&["name", "day", "easter", "dates", "states", "prefixes", "place", "optional"], TERM];
const HOURS: Keys = &[&["name", "closed_on", "states"], WEEKDAYS, TERM];
const ATTEMPTS: Keys = &[&["period", "most"], TERM];
const WEEKDAYS: &[&str] = &["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// All rules, of the calling hours only those that `[gate]` chooses.
pub(super) fn read(gate: &Table<'_>, dir: &Path, report: &mut Report) -> Rules {
    let mut files: BTreeMap<String, Source> = BTreeMap::new();
    for (name, text) in SHIPPED {
        files.insert((*name).to_owned(), Source::new(&format!("rules/{name}.toml"), (*text).to_owned()));
    }
    if let Some(folder) = gate.get(report, "rules_dir", path) {
        files.extend(Source::folder(&dir.join(folder), "rules", report));
    }
    let mut rules = Rules::default();
    for source in files.values() {
        read_file(source, &mut rules, report);
    }
    let names: BTreeSet<String> = rules.hours.iter().map(|hours| hours.name.clone()).collect();
    let chosen = gate.get(report, "hours", known("calling hours", names.iter().map(String::as_str)));
    let chosen = chosen.unwrap_or_else(|| HOURS_UNLESS_SAID.to_owned());
    if !gate.has("hours") && !names.contains(&chosen) {
        report.error(gate.place("hours"), format!("no calling hours are called \"{chosen}\"; choose others"));
    }
    rules.hours.retain(|hours| hours.name == chosen);
    rules.version = fingerprint(&rules);
    rules
}

fn read_file(source: &Source, rules: &mut Rules, report: &mut Report) {
    let Some(parsed) = source.parse(report) else { return };
    let root = Table::root(source, parsed.get_ref(), FILE, report);
    root.required(report, "about", text);
    for table in root.each("zone", ZONE, report) {
        read_zone(&table, rules, report);
    }
    rules.holidays.extend(root.each("holiday", HOLIDAY, report).iter().filter_map(|table| holiday(table, report)));
    let hours: Vec<Hours> = root.each("hours", HOURS, report).iter().filter_map(|table| hours(table, report)).collect();
    let limits = root.each("attempts", ATTEMPTS, report);
    let limits: Vec<AttemptLimit> = limits.iter().filter_map(|table| attempts(table, report)).collect();
    if root.has("pack") {
        packs::read(&root, (hours, limits), &mut rules.packs, report);
    } else {
        packs::refuse_bounds(&root, report);
        rules.hours.extend(hours);
        rules.attempts.extend(limits);
    }
}

fn read_zone(table: &Table<'_>, rules: &mut Rules, report: &mut Report) {
    let zone = parsed("a zone such as \"America/Manaus\"", |name| name.parse().ok());
    let zones = table.required(report, "zones", |value| list(value, false, &zone));
    let states = table.required(report, "states", states);
    let prefixes = table.required(report, "prefixes", prefixes);
    let (Some(zones), Some(states), Some(prefixes), Some(term)) = (zones, states, prefixes, term(table, report)) else {
        return;
    };
    for prefix in prefixes {
        let others = rules.areas.entry(prefix.clone()).or_default();
        if others.iter().any(|other| overlap(&other.term, &term)) {
            report.error(table.place("prefixes"), format!("+{prefix} has another zone at the same time"));
        }
        others.push(Area { zones: zones.clone(), states: states.clone(), term: term.clone() });
    }
}

fn overlap(one: &Term, other: &Term) -> bool {
    let begins_within = |one: &Term, other: &Term| other.holds(one.from);
    begins_within(one, other) || begins_within(other, one)
}

fn holiday(table: &Table<'_>, report: &mut Report) -> Option<Holiday> {
    let name = table.required(report, "name", text);
    let yearly = table.get(report, "day", parsed("a day of every year such as \"12-25\"", day_of_year));
    let easter = table.get(report, "easter", number(-70..=100_i64)).map(|days| Day::Easter { days });
    let dates = |value: &DeValue<'_>| list(value, false, date).map(|dates| Day::Dates(dates.into_iter().collect()));
    let dates = table.get(report, "dates", dates);
    let given = ["day", "easter", "dates"].into_iter().filter(|key| table.has(key)).count();
    if given != 1 {
        report.error(table.here(), "one of day, easter and dates says when it is");
    }
    let scope = scope(table, report);
    let optional = table.get(report, "optional", flag).unwrap_or(false);
    let term = term(table, report);
    Some(Holiday { name: name?, day: yearly.or(easter).or(dates)?, scope: scope?, optional, term: term? })
}

/// The country, unless states or prefixes are named.
fn scope(table: &Table<'_>, report: &mut Report) -> Option<Scope> {
    if table.has("states") && table.has("prefixes") {
        report.error(table.place("prefixes"), "a holiday is of states or of a town, not of both");
    }
    match (table.has("states"), table.has("prefixes")) {
        (true, _) => table.get(report, "states", states).map(Scope::State),
        (false, true) => {
            let prefixes = table.get(report, "prefixes", prefixes);
            let place = table.required(report, "place", text);
            Some(Scope::Municipal { place: place?, prefixes: prefixes? })
        }
        (false, false) => Some(Scope::National),
    }
}

fn hours(table: &Table<'_>, report: &mut Report) -> Option<Hours> {
    let name = table.required(report, "name", text);
    let mut days = WEEKDAYS.iter().map(|day| table.get(report, day, spans).unwrap_or_default());
    let week = Week { days: std::array::from_fn(|_| days.next().unwrap_or_default()) };
    drop(days);
    let levels = |value: &DeValue<'_>| list(value, true, choice(LEVELS)).map(BTreeSet::from_iter);
    let closed_on = table.required(report, "closed_on", levels);
    let states = table.get(report, "states", states).unwrap_or_default();
    let term = term(table, report);
    Some(Hours { name: name?, week, closed_on: closed_on?, states, term: term? })
}

fn attempts(table: &Table<'_>, report: &mut Report) -> Option<AttemptLimit> {
    let period = table.required(report, "period", choice(PERIODS));
    let most = table.required(report, "most", number(1..=1_000_u32));
    let term = term(table, report);
    Some(AttemptLimit { period: period?, most: most?, term: term? })
}

pub(super) fn term(table: &Table<'_>, report: &mut Report) -> Option<Term> {
    let from = table.required(report, "from", date);
    let until = table.get(report, "until", date);
    let source = table.required(report, "source", text);
    if until.is_some_and(|until| from.is_some_and(|from| until < from)) {
        report.error(table.place("until"), "must not be before from");
    }
    Some(Term { from: from?, until, source: source? })
}

fn prefixes(value: &DeValue<'_>) -> Read<BTreeSet<String>> {
    let prefix = |text: &str| e164_prefix(text)?.strip_prefix('+').map(str::to_owned);
    list(value, false, parsed("a prefix such as \"+5511\"", prefix)).map(BTreeSet::from_iter)
}

fn states(value: &DeValue<'_>) -> Read<BTreeSet<String>> {
    let state = |value: &DeValue<'_>| among("state", string(value, "a state such as \"SP\"")?, STATES.iter().copied());
    list(value, true, state).map(BTreeSet::from_iter)
}

fn date(value: &DeValue<'_>) -> Read<NaiveDate> {
    let given = value.as_datetime().filter(|given| given.time.is_none()).and_then(|given| given.date);
    let date = given.and_then(|date| NaiveDate::from_ymd_opt(date.year.into(), date.month.into(), date.day.into()));
    date.ok_or_else(|| "must be a date such as 2026-12-25, without quotes".to_owned())
}

/// `12-25`
fn day_of_year(text: &str) -> Option<Day> {
    // In a leap year every day there is exists.
    let date: NaiveDate = format!("2024-{text}").parse().ok()?;
    Some(Day::Yearly { month: chrono::Datelike::month(&date), day: chrono::Datelike::day(&date) })
}

/// `["09:00-12:00", "13:00-18:00"]`
fn spans(value: &DeValue<'_>) -> Read<Vec<Span>> {
    let spans = list(value, true, parsed("hours such as \"09:00-21:00\"", span))?;
    match spans.windows(2).all(|pair| matches!(pair, [one, next] if one.until <= next.from)) {
        true => Ok(spans),
        false => Err("must be in order and apart".to_owned()),
    }
}

fn span(text: &str) -> Option<Span> {
    let (from, until) = text.split_once('-')?;
    let (from, until) = (minute(from)?, minute(until)?);
    (from < until).then_some(Span { from, until })
}

/// `24:00` is the end of the day.
fn minute(text: &str) -> Option<u16> {
    if text == "24:00" {
        return Some(1_440);
    }
    let time = NaiveTime::parse_from_str(text, "%H:%M").ok()?;
    u16::try_from(time.num_seconds_from_midnight() / 60).ok()
}

const LEVELS: &[(&str, Level)] = &[
    ("national", Level::National),
    ("state", Level::State),
    ("municipal", Level::Municipal),
    ("optional", Level::Optional),
];
const PERIODS: &[(&str, Period)] = &[("day", Period::Day), ("week", Period::Week), ("month", Period::Month)];
const STATES: &[&str] = &[
    "AC", "AL", "AM", "AP", "BA", "CE", "DF", "ES", "GO", "MA", "MG", "MS", "MT", "PA", "PB", "PE", "PI", "PR", "RJ",
    "RN", "RO", "RR", "RS", "SC", "SE", "SP", "TO",
];
const HOURS_UNLESS_SAID: &str = "telemarketing";

/// By the names that files of a folder replace them by.
const SHIPPED: &[(&str, &str)] = &[
    ("attempts", include_str!("../../../rules/attempts.toml")),
    ("holidays-national", include_str!("../../../rules/holidays-national.toml")),
    ("holidays-state", include_str!("../../../rules/holidays-state.toml")),
    ("hours", include_str!("../../../rules/hours.toml")),
    ("pack-brazil-prudential", include_str!("../../../rules/pack-brazil-prudential.toml")),
    ("pack-brazil-telecom", include_str!("../../../rules/pack-brazil-telecom.toml")),
    ("pack-united-kingdom", include_str!("../../../rules/pack-united-kingdom.toml")),
    ("pack-united-states", include_str!("../../../rules/pack-united-states.toml")),
    ("zones", include_str!("../../../rules/zones.toml")),
];
