//! Readers of single values. Each says what is allowed; none repeats the value, which might be a secret in the wrong place.

use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use toml::de::DeValue;

use super::report::{quoted, suggestion};
use super::table::Read;

/// Text of at least one character and without control characters, which could break a header apart.
pub(super) fn text(value: &DeValue<'_>) -> Read<String> {
    printable(string(value, "text in quotes")?)
}

pub(super) fn printable(text: &str) -> Read<String> {
    if text.is_empty() {
        Err("must not be empty".to_owned())
    } else if text.chars().any(char::is_control) {
        Err("must not contain control characters".to_owned())
    } else {
        Ok(text.to_owned())
    }
}

/// A name of ours or the user part of an AOR: nothing that SIP would have to escape (RFC 3261 §25.1).
pub(super) fn user(text: &str) -> Read<String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.+*!~".contains(c);
    if !text.is_empty() && text.len() <= 64 && text.chars().all(plain) {
        Ok(text.to_owned())
    } else {
        Err("must be up to 64 letters, digits or any of - _ . + * ! ~".to_owned())
    }
}

pub(super) fn path(value: &DeValue<'_>) -> Read<PathBuf> {
    text(value).map(PathBuf::from)
}

pub(super) fn flag(value: &DeValue<'_>) -> Read<bool> {
    value.as_bool().ok_or_else(|| wrong(value, "true or false"))
}

/// A whole number within `range`.
pub(super) fn number<T>(range: RangeInclusive<T>) -> impl Fn(&DeValue<'_>) -> Read<T>
where
    T: TryFrom<i64> + PartialOrd + std::fmt::Display,
{
    move |value| {
        let wanted = format!("a whole number from {} to {}", range.start(), range.end());
        let integer = value.as_integer().ok_or_else(|| wrong(value, &wanted))?;
        let parsed = i64::from_str_radix(integer.as_str(), integer.radix()).ok().and_then(|n| T::try_from(n).ok());
        parsed.filter(|n| range.contains(n)).ok_or(format!("must be {wanted}"))
    }
}

/// `"30s"`, within `range`.
pub(super) fn duration(range: RangeInclusive<Duration>) -> impl Fn(&DeValue<'_>) -> Read<Duration> {
    move |value| {
        let wanted = format!(
            "a time from \"{}\" to \"{}\", such as \"500ms\", \"30s\", \"5m\" or \"1h\"",
            spell(*range.start()),
            spell(*range.end())
        );
        let parsed = parse_duration(string(value, &wanted)?);
        parsed.filter(|time| range.contains(time)).ok_or(format!("must be {wanted}"))
    }
}

/// As [`duration`], or `"off"`.
pub(super) fn duration_or_off(range: RangeInclusive<Duration>) -> impl Fn(&DeValue<'_>) -> Read<Option<Duration>> {
    let timed = duration(range);
    move |value| match value.as_str() {
        Some("off") => Ok(None),
        _ => timed(value).map(Some).map_err(|problem| format!("{problem}, or \"off\"")),
    }
}

fn parse_duration(text: &str) -> Option<Duration> {
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let (count, unit) = text.split_at(digits);
    let unit_ms = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return None,
    };
    count.parse::<u64>().ok()?.checked_mul(unit_ms).map(Duration::from_millis)
}

/// As [`duration`] reads it.
pub(super) fn spell(time: Duration) -> String {
    match time.as_millis() {
        0 => "0s".to_owned(),
        ms if ms % 3_600_000 == 0 => format!("{}h", ms / 3_600_000),
        ms if ms % 60_000 == 0 => format!("{}m", ms / 60_000),
        ms if ms % 1_000 == 0 => format!("{}s", ms / 1_000),
        ms => format!("{ms}ms"),
    }
}

/// One of a few words.
pub(super) fn choice<T: Copy>(words: &'static [(&'static str, T)]) -> impl Fn(&DeValue<'_>) -> Read<T> {
    move |value| {
        let allowed: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        let wanted = format!("one of {}", quoted(&allowed));
        let given = string(value, &wanted)?;
        words.iter().find(|(word, _)| *word == given).map(|(_, meant)| *meant).ok_or(format!("must be {wanted}"))
    }
}

/// A list, each item read by `read`; at least one unless `may_be_empty`.
pub(super) fn list<T>(value: &DeValue<'_>, may_be_empty: bool, read: impl Fn(&DeValue<'_>) -> Read<T>) -> Read<Vec<T>> {
    let items = value.as_array().ok_or_else(|| wrong(value, "a list in square brackets"))?;
    if items.is_empty() && !may_be_empty {
        return Err("must have at least one item".to_owned());
    }
    let item = |(index, item): (usize, &toml::Spanned<DeValue<'_>>)| {
        read(item.get_ref()).map_err(|problem| format!("item {}: {problem}", index + 1))
    };
    items.iter().enumerate().map(item).collect()
}

/// A reader of text that `parse` understands.
pub(super) fn parsed<T>(wanted: &'static str, parse: impl Fn(&str) -> Option<T>) -> impl Fn(&DeValue<'_>) -> Read<T> {
    move |value| parse(string(value, wanted)?).ok_or_else(|| format!("must be {wanted}"))
}

/// A name that must exist among `known`.
pub(super) fn known<'k>(
    what: &'static str,
    known: impl Iterator<Item = &'k str> + Clone,
) -> impl Fn(&DeValue<'_>) -> Read<String> {
    move |value| among(what, string(value, "a name in quotes")?, known.clone())
}

/// As [`known`], of text.
pub(super) fn among<'k>(what: &str, name: &str, known: impl Iterator<Item = &'k str> + Clone) -> Read<String> {
    if known.clone().any(|one| one == name) {
        Ok(name.to_owned())
    } else {
        Err(format!("no {what} of this name; {}", suggestion(name, known)))
    }
}

pub(super) fn string<'v>(value: &'v DeValue<'_>, wanted: &str) -> Read<&'v str> {
    value.as_str().ok_or_else(|| wrong(value, wanted))
}

fn wrong(value: &DeValue<'_>, wanted: &str) -> String {
    let found = match value.type_str() {
        "string" => "text",
        "integer" => "a whole number",
        "float" => "a number with a point",
        "boolean" => "true or false",
        "datetime" => "a date",
        "array" => "a list",
        _ => "a section",
    };
    format!("must be {wanted}, not {found}")
}
