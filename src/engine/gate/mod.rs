//! Whether a number may be dialled: decided here alone, for every number we dial.
//!
//! A pure function of rules, facts and now. The purpose says which rules bind:
//!
//! | rule | by hand, device | transfer | message | redirect | automatic |
//! | --- | --- | --- | --- | --- | --- |
//! | grammar, denied prefixes | binds | binds | binds | binds | binds |
//! | calls at once, calls a minute | binds | binds | it is no call | binds | binds |
//! | emergency numbers | always allowed | always allowed | always allowed | never | never |
//! | a doubt about the facts | warns | warns | warns | binds | binds |

mod rate;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use crate::border::Refusal;
use crate::config::GateRules;
use crate::number::{Number, NumberError, NumberKind};
use crate::time::{Moment, Now};

pub use rate::{Load, RateMeter};

/// Who wants to dial, as far as rules differ.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Purpose {
    /// A person typed it.
    ByHand,
    /// A device of ours dialled it: a person again.
    Device,
    /// A person sends a call there, or brings it into a conference.
    Transfer,
    /// A person writes a text message there.
    Message,
    /// A 3xx or a forward of the far end names it: no person of ours.
    Redirect,
    /// The daemon dials by itself: callback, return, campaign.
    Automatic,
}

impl Purpose {
    fn is_person(self) -> bool {
        match self {
            Purpose::ByHand | Purpose::Device | Purpose::Transfer | Purpose::Message => true,
            Purpose::Redirect | Purpose::Automatic => false,
        }
    }
}

/// What is the case now.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Facts {
    /// Calls of the extension that dials.
    pub account: Load,
    /// Calls over the route, where that is another account.
    pub route: Option<Load>,
    /// Why the facts may be wrong, in words: a sick clock, a failing store.
    pub doubt: Option<String>,
}

/// The decision, with the version of the rules it stands on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Verdict {
    Allow {
        version: u64,
        warnings: Vec<String>,
    },
    Deny {
        version: u64,
        rule: &'static str,
        /// A sentence for a person; holds no number longer than a prefix.
        fact: String,
        /// When it may be tried again, where time alone helps.
        next: Option<Moment>,
    },
}

impl Verdict {
    /// The no to a command, or the warnings that go with the yes.
    pub fn into_result(self) -> Result<Vec<String>, Refusal> {
        match self {
            Verdict::Allow { warnings, .. } => Ok(warnings),
            Verdict::Deny { rule, fact, .. } => Err(Refusal::gate(rule, fact)),
        }
    }

    /// Version of the rules that decided.
    pub fn version(&self) -> u64 {
        match self {
            Verdict::Allow { version, .. } | Verdict::Deny { version, .. } => *version,
        }
    }
}

/// Decides about what was dialled, grammar first.
pub fn judge_dialled(
    rules: &GateRules,
    facts: &Facts,
    dialled: &str,
    purpose: Purpose,
    now: Now,
) -> (Option<Number>, Verdict) {
    match Number::read(dialled, rules) {
        Ok(number) => {
            let verdict = judge(rules, facts, &number, purpose, now);
            (Some(number), verdict)
        }
        Err(error) => (None, grammar(rules, &error)),
    }
}

/// Decides about one number.
pub fn judge(rules: &GateRules, facts: &Facts, number: &Number, purpose: Purpose, now: Now) -> Verdict {
    let denied = match (number.kind, purpose.is_person()) {
        // SP-15: nothing stands between a person and the emergency services.
        (NumberKind::Emergency, true) => return Verdict::Allow { version: rules.version, warnings: Vec::new() },
        (NumberKind::Emergency, false) => {
            Some(Denied::for_ever("emergency", "Emergency numbers are dialled by a person only.".to_owned()))
        }
        (_, _) => prefix(rules, number).or_else(|| load(facts, now).filter(|_| purpose != Purpose::Message)),
    };
    let doubt = facts.doubt.as_ref().filter(|_| !purpose.is_person());
    let denied = denied.or_else(|| {
        doubt.map(|why| Denied::for_ever("doubt", format!("Nothing is dialled automatically while in doubt: {why}.")))
    });
    match denied {
        Some(Denied { rule, fact, next }) => Verdict::Deny { version: rules.version, rule, fact, next },
        None => Verdict::Allow { version: rules.version, warnings: facts.doubt.iter().cloned().collect() },
    }
}

fn grammar(rules: &GateRules, error: &NumberError) -> Verdict {
    Verdict::Deny {
        version: rules.version,
        rule: "grammar",
        fact: format!("This is no number to dial: {error}."),
        next: None,
    }
}

struct Denied {
    rule: &'static str,
    fact: String,
    next: Option<Moment>,
}

impl Denied {
    /// Until the rules change.
    fn for_ever(rule: &'static str, fact: String) -> Denied {
        Denied { rule, fact, next: None }
    }
}

/// The longest prefix that matches decides; of two equal ones the denied. Without any, the kind of number does.
fn prefix(rules: &GateRules, number: &Number) -> Option<Denied> {
    match (longest(&rules.allow, number), longest(&rules.deny, number)) {
        (allowed, Some(denied)) if allowed.is_none_or(|allowed| digits(allowed).len() <= digits(denied).len()) => {
            Some(Denied::for_ever("denied prefix", format!("Numbers that begin with {denied} are denied.")))
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

fn kind(rules: &GateRules, kind: NumberKind) -> Option<Denied> {
    match kind {
        NumberKind::International if !rules.allow_international => Some(Denied::for_ever(
            "international",
            "International numbers are denied; allow a prefix, or all with allow_international.".to_owned(),
        )),
        NumberKind::Premium if !rules.allow_premium => Some(Denied::for_ever(
            "premium",
            "0300, 0303, 0500 and 0900 numbers are denied; allow_premium allows them.".to_owned(),
        )),
        NumberKind::International | NumberKind::Premium | NumberKind::Emergency => None,
        NumberKind::Extension | NumberKind::National | NumberKind::TollFree | NumberKind::Service => None,
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

fn load(facts: &Facts, now: Now) -> Option<Denied> {
    over(&facts.account, "The extension", now).or_else(|| over(facts.route.as_ref()?, "The route", now))
}

fn over(load: &Load, whose: &str, now: Now) -> Option<Denied> {
    if load.calls >= load.limits.calls_at_once {
        let fact = format!("{whose} has {} calls up and may have {}.", load.calls, load.limits.calls_at_once);
        return Some(Denied::for_ever("calls at once", fact));
    }
    if load.starts < load.limits.calls_per_minute {
        return None;
    }
    let fact =
        format!("{whose} began {} calls within a minute and may begin {}.", load.starts, load.limits.calls_per_minute);
    let next = load.next.filter(|next| *next > now.moment);
    Some(Denied { rule: "calls a minute", fact, next })
}
