//! `[gate]`: which numbers may be dialled at all.

use std::collections::BTreeSet;

use engine::config::GateRules;
use toml::de::DeValue;

use super::report::Report;
use super::table::{Keys, Read, Table};
use super::value::{flag, list, number, parsed};

pub(super) const KEYS: Keys = &[
    &["local_ddd", "extension_digits", "allow", "deny", "allow_international", "allow_premium", "emergency"],
    &["hours", "rules_dir"],
];

/// The rules, and a version that is the same whenever the rules are.
pub(super) fn read(table: &Table<'_>, report: &mut Report) -> GateRules {
    let prefixes = |value: &DeValue<'_>| {
        list(value, true, parsed("a prefix such as \"+5511\"", e164_prefix)).map(BTreeSet::from_iter)
    };
    let numbers =
        |value: &DeValue<'_>| list(value, true, parsed("a number such as \"190\"", digits)).map(BTreeSet::from_iter);
    let mut rules = GateRules {
        version: 0,
        local_ddd: table.get(report, "local_ddd", parsed("two digits such as \"11\"", ddd)),
        extension_digits: table.get(report, "extension_digits", digit_range).unwrap_or(2..=6),
        allow: table.get(report, "allow", prefixes).unwrap_or_default(),
        deny: table.get(report, "deny", prefixes).unwrap_or_default(),
        allow_international: table.get(report, "allow_international", flag).unwrap_or(false),
        allow_premium: table.get(report, "allow_premium", flag).unwrap_or(false),
        emergency: table
            .get(report, "emergency", numbers)
            .unwrap_or_else(|| EMERGENCY.iter().map(|number| (*number).to_owned()).collect()),
    };
    if let Some(both) = rules.allow.intersection(&rules.deny).next() {
        report.error(table.place("allow"), format!("{both} is allowed and denied; keep it in one list"));
    }
    rules.version = fingerprint(&rules);
    rules
}

/// FNV-1a over everything that decides: a record made under these rules can be told from one made under others.
pub(super) fn fingerprint(rules: &impl std::fmt::Debug) -> u64 {
    let text = format!("{rules:?}");
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

pub(super) fn e164_prefix(text: &str) -> Option<String> {
    let number = text.strip_prefix('+')?;
    ((1..=15).contains(&number.len()) && digits(number).is_some()).then(|| text.to_owned())
}

fn digits(text: &str) -> Option<String> {
    (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.to_owned())
}

/// DDDs have no zero (Anatel, Resolução 749).
fn ddd(text: &str) -> Option<String> {
    (text.len() == 2 && text.bytes().all(|byte| (b'1'..=b'9').contains(&byte))).then(|| text.to_owned())
}

fn digit_range(value: &DeValue<'_>) -> Read<std::ops::RangeInclusive<u8>> {
    let bounds = list(value, false, number(1..=7))?;
    match bounds[..] {
        [least, most] if least <= most => Ok(least..=most),
        _ => Err("must be the shortest and the longest length, such as [3, 4]".to_owned()),
    }
}

/// Brazil's public emergency services.
const EMERGENCY: &[&str] = &["185", "190", "191", "192", "193", "194", "197", "198", "199"];
