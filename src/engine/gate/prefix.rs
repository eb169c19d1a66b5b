//! Numbers that the administrator's prefixes, or their kind, forbid.

use std::collections::BTreeSet;

use super::finding::Breach;
use crate::config::GateRules;
use crate::number::{Number, NumberKind};

/// The longest prefix that matches decides; of two equal ones the denied. Without any, the kind of number does.
pub(super) fn look<'a>(rules: &'a GateRules, number: &Number) -> Option<Breach<'a>> {
    match (longest(&rules.allow, number), longest(&rules.deny, number)) {
        (allowed, Some(denied)) if allowed.is_none_or(|allowed| digits(allowed).len() <= digits(denied).len()) => {
            Some(Breach::DeniedPrefix(denied))
        }
        (Some(_), _) => None,
        (None, _) => kind(rules, number.kind),
    }
}

fn longest<'a>(prefixes: &'a BTreeSet<String>, number: &Number) -> Option<&'a str> {
    prefixes
        .iter()
        .map(String::as_str)
        .filter(|prefix| begins_with(number, prefix))
        .max_by_key(|prefix| digits(prefix).len())
}

fn kind(rules: &GateRules, kind: NumberKind) -> Option<Breach<'_>> {
    match kind {
        NumberKind::International => (!rules.allow_international).then_some(Breach::International),
        NumberKind::Premium => (!rules.allow_premium).then_some(Breach::Premium),
        NumberKind::Emergency | NumberKind::Extension | NumberKind::National => None,
        NumberKind::TollFree | NumberKind::Service => None,
    }
}

/// Prefixes may be written with `+` or without; only E.164 numbers have one.
fn begins_with(number: &Number, prefix: &str) -> bool {
    let e164 = number.normalised.strip_prefix('+');
    match (e164, prefix.starts_with('+')) {
        (None, true) => false,
        (None, false) | (Some(_), _) => e164.unwrap_or(&number.normalised).starts_with(digits(prefix)),
    }
}

fn digits(prefix: &str) -> &str {
    prefix.strip_prefix('+').unwrap_or(prefix)
}
