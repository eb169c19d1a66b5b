//! The Brazilian numbering plan (Anatel Resolução 749/2022): area codes, ninth digit, numbers without area.

use super::{NumberError, NumberKind};
use crate::config::GateRules;

type Read = Result<(String, NumberKind), NumberError>;

/// What follows +55: DDD and number, or a number without area such as 800.
pub(super) fn national(rest: &str, rules: &GateRules) -> Read {
    // `+55 (0) 11 …` is seen on letterheads.
    let rest = rest.strip_prefix('0').unwrap_or(rest);
    if rules.emergency.contains(rest) {
        return Ok((rest.to_owned(), NumberKind::Emergency));
    }
    if let Some(kind) = without_area(rest) {
        return Ok((format!("+55{rest}"), kind));
    }
    if is_unique(rest) {
        return Ok((rest.to_owned(), NumberKind::Service));
    }
    let (Some(ddd), Some(subscriber)) = (rest.get(..2), rest.get(2..)) else {
        return Err(NumberError::Length(rest.len()));
    };
    if !DDDS.contains(&ddd) {
        return Err(NumberError::Ddd(ddd.to_owned()));
    }
    with_ddd(ddd, subscriber, rules)
}

/// What follows one `0`: the same with or without carrier, or a local number behind the 0 for an outside line.
pub(super) fn after_zero(rest: &str, rules: &GateRules) -> Read {
    match rest.len() {
        8 | 9 if without_area(rest).is_none() => local(rest, rules),
        12 | 13 => national(rest.get(2..).unwrap_or_default(), rules),
        _ => national(rest, rules),
    }
}

/// Digits that begin with no `0`.
pub(super) fn without_zero(digits: &str, rules: &GateRules) -> Read {
    match digits.len() {
        3..=5 if digits.starts_with('1') => Ok((digits.to_owned(), NumberKind::Service)),
        8 | 9 => local(digits, rules),
        10 | 11 => national(digits, rules),
        12 | 13 if digits.starts_with("55") => national(digits.get(2..).unwrap_or_default(), rules),
        other => Err(NumberError::Length(other)),
    }
}

fn local(subscriber: &str, rules: &GateRules) -> Read {
    if is_unique(subscriber) {
        return Ok((subscriber.to_owned(), NumberKind::Service));
    }
    match &rules.local_ddd {
        Some(ddd) => with_ddd(ddd, subscriber, rules),
        None => Err(NumberError::NoLocalDdd),
    }
}

fn with_ddd(ddd: &str, subscriber: &str, rules: &GateRules) -> Read {
    if rules.emergency.contains(subscriber) {
        return Ok((subscriber.to_owned(), NumberKind::Emergency));
    }
    if is_unique(subscriber) {
        return Ok((subscriber.to_owned(), NumberKind::Service));
    }
    let digits = subscriber.len();
    match (digits, subscriber.chars().next()) {
        (8, Some('2'..='5')) | (9, Some('9')) => Ok((format!("+55{ddd}{subscriber}"), NumberKind::National)),
        // A mobile number as written before 2016.
        (8, Some('6'..='9')) => Ok((format!("+55{ddd}9{subscriber}"), NumberKind::National)),
        (8 | 9, Some(first)) => Err(NumberError::Subscriber { first, digits }),
        _ => Err(NumberError::Length(ddd.len() + digits)),
    }
}

/// 800 and its kin: three digits that are no DDD, then six or seven.
fn without_area(rest: &str) -> Option<NumberKind> {
    if !matches!(rest.len(), 9 | 10) {
        return None;
    }
    match rest.get(..3)? {
        "800" => Some(NumberKind::TollFree),
        "300" | "303" | "500" | "900" => Some(NumberKind::Premium),
        _ => None,
    }
}

/// *Número único*: the same eight digits from every area, at the price of a local call.
fn is_unique(subscriber: &str) -> bool {
    subscriber.len() == 8
        && (subscriber.starts_with("400") || subscriber.starts_with("3003") || subscriber.starts_with("3004"))
}

/// All area codes in use.
const DDDS: [&str; 67] = [
    "11", "12", "13", "14", "15", "16", "17", "18", "19", "21", "22", "24", "27", "28", "31", "32", "33", "34", "35",
    "37", "38", "41", "42", "43", "44", "45", "46", "47", "48", "49", "51", "53", "54", "55", "61", "62", "63", "64",
    "65", "66", "67", "68", "69", "71", "73", "74", "75", "77", "79", "81", "82", "83", "84", "85", "86", "87", "88",
    "89", "91", "92", "93", "94", "95", "96", "97", "98", "99",
];
