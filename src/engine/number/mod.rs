//! Telephone numbers in every Brazilian spelling, brought to one.
//!
//! `brazil` knows the national plan, `format` writes a number as a route wants it, `redact` hides numbers from logs.

mod brazil;
mod format;
mod redact;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use crate::config::GateRules;

pub use format::format_for_route;
pub use redact::{redact_digits, redacted};

/// A number that is one in the Brazilian plan or in E.164.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Number {
    /// Digits, `*`, `#` and a leading `+` as typed, without punctuation.
    pub dialled: String,
    /// E.164 with `+`; ramais, emergency and service numbers as they are. The same for every spelling.
    pub normalised: String,
    pub kind: NumberKind,
}

/// What a number is, as far as the gate and a route's format care.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NumberKind {
    /// A ramal, or a short feature code of the PBX such as `*97`.
    Extension,
    /// A landline or mobile with DDD.
    National,
    /// 0800.
    TollFree,
    /// 0300, 0303, 0500, 0900.
    Premium,
    /// Without DDD from everywhere: 102, 10 315, 4004-0001.
    Service,
    /// Of the configured set: 190, 192, 193 …
    Emergency,
    International,
}

/// Why what was dialled is no number; the words name what to change.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NumberError {
    #[error("no digits were dialled")]
    Empty,
    #[error("{0} characters are too many for a number (at most {MAX_DIALLED})")]
    TooLong(usize),
    #[error("{0:?} does not belong in a number")]
    Character(char),
    #[error("a feature code has at most {most} digits after * or #, this one has {digits}")]
    FeatureCode { digits: usize, most: usize },
    #[error("{0} is not a Brazilian area code (DDD)")]
    Ddd(String),
    #[error("a number without area code needs local_ddd in the configuration")]
    NoLocalDdd,
    #[error("{0} digits make no Brazilian number")]
    Length(usize),
    #[error("no Brazilian subscriber number of {digits} digits begins with {first}")]
    Subscriber { first: char, digits: usize },
    #[error(
        "an international number has 7 to 15 digits and a country code that does not begin with 0; this one has {0} digits"
    )]
    International(usize),
}

/// Longest string looked at, in characters.
const MAX_DIALLED: usize = 64;
/// Feature codes have at most this many digits even where ramais are shorter: `*72` with a number behind it forwards
/// calls in many PBXs, past the gate.
const MIN_FEATURE_DIGITS: usize = 4;

impl Number {
    /// Reads what a person typed, a list holds, or the user part of a URI (`+5511…;phone-context=…`).
    pub fn read(dialled: &str, rules: &GateRules) -> Result<Number, NumberError> {
        let length = dialled.chars().count();
        if length > MAX_DIALLED {
            return Err(NumberError::TooLong(length));
        }
        let typed = without_punctuation(dialled)?;
        let (normalised, kind) = match typed.strip_prefix('+') {
            Some(digits) => plus(digits, rules)?,
            None if typed.contains(['*', '#']) => feature_code(&typed, rules)?,
            None => plain(&typed, rules)?,
        };
        Ok(Number { dialled: typed, normalised, kind })
    }

    /// A caller's number, which need not be one (`anonymous`, a name): then it stays as it came.
    pub fn normalised_or_as_is(text: &str, rules: &GateRules) -> String {
        Number::read(text, rules).map_or_else(|_| text.to_owned(), |number| number.normalised)
    }
}

/// Digits, `*`, `#` and a leading `+`. A global `phone-context` (RFC 3966 §5.1.5) goes before a local number.
fn without_punctuation(dialled: &str) -> Result<String, NumberError> {
    let (number, params) = dialled.split_once(';').unwrap_or((dialled, ""));
    let mut typed = String::new();
    for letter in number.trim().chars() {
        match letter {
            '0'..='9' | '*' | '#' => typed.push(letter),
            '+' if typed.is_empty() => typed.push(letter),
            '(' | ')' | '-' | '.' | '/' | ' ' | '\u{a0}' | '\u{2010}'..='\u{2013}' => {}
            other => return Err(NumberError::Character(other)),
        }
    }
    if !typed.contains(|letter: char| letter.is_ascii_digit()) {
        return Err(NumberError::Empty);
    }
    match context(params) {
        Some(context) if !typed.starts_with('+') => Ok(format!("{context}{typed}")),
        Some(_) | None => Ok(typed),
    }
}

fn context(params: &str) -> Option<&str> {
    let context = params.split(';').find_map(|param| param.strip_prefix("phone-context="))?;
    let digits = context.strip_prefix('+')?;
    (!digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(context)
}

fn feature_code(typed: &str, rules: &GateRules) -> Result<(String, NumberKind), NumberError> {
    let digits = typed.bytes().filter(u8::is_ascii_digit).count();
    let most = usize::from(*rules.extension_digits.end()).max(MIN_FEATURE_DIGITS);
    match typed.starts_with('+') || digits > most {
        true => Err(NumberError::FeatureCode { digits, most }),
        false => Ok((typed.to_owned(), NumberKind::Extension)),
    }
}

/// E.164, as written with `+`.
fn plus(digits: &str, rules: &GateRules) -> Result<(String, NumberKind), NumberError> {
    if let Some(other) = digits.chars().find(|letter| !letter.is_ascii_digit()) {
        return Err(NumberError::Character(other));
    }
    match digits.strip_prefix("55") {
        Some(national) => brazil::national(national, rules),
        None => international(digits),
    }
}

fn international(digits: &str) -> Result<(String, NumberKind), NumberError> {
    match (7..=15).contains(&digits.len()) && !digits.starts_with('0') {
        true => Ok((format!("+{digits}"), NumberKind::International)),
        false => Err(NumberError::International(digits.len())),
    }
}

/// Digits only, as dialled in Brazil.
fn plain(digits: &str, rules: &GateRules) -> Result<(String, NumberKind), NumberError> {
    // Before ramais: no doubt about 190, also behind the 0 for an outside line.
    let without_zeros = digits.trim_start_matches('0');
    if rules.emergency.contains(without_zeros) {
        return Ok((without_zeros.to_owned(), NumberKind::Emergency));
    }
    if digits.len() <= usize::from(*rules.extension_digits.end()) {
        return Ok((digits.to_owned(), NumberKind::Extension));
    }
    match (digits.strip_prefix("00"), digits.strip_prefix('0')) {
        (Some(rest), _) => from_abroad_prefix(rest, rules),
        (None, Some(rest)) => brazil::after_zero(rest, rules),
        (None, None) => brazil::without_zero(digits, rules),
    }
}

/// After `00`: `55` and a national number, else carrier (2 digits) and country.
fn from_abroad_prefix(rest: &str, rules: &GateRules) -> Result<(String, NumberKind), NumberError> {
    let at_home = rest.strip_prefix("55").map(|national| brazil::national(national, rules));
    if let Some(Ok(national)) = at_home {
        return Ok(national);
    }
    match rest.get(2..) {
        Some(after_carrier) => plus(after_carrier, rules),
        None => Err(NumberError::International(rest.len())),
    }
}
