//! Why a number may be dialled or not: every rule in order, with what it found. The same code as the decision.

use std::borrow::Cow;

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::case::{Case, Effect};
use super::rule::Rule;
use super::{Facts, Law, Next, Purpose, Verdict, decide, grammar};
use crate::number::Number;
use crate::time::Now;

/// A decision with all its reasons.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Explanation {
    pub number: Option<Number>,
    /// Where the number may be.
    pub zones: Vec<Tz>,
    /// In the order they are asked.
    pub rules: Vec<Line>,
    pub verdict: Verdict,
}

/// The same as it is told.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Explained {
    pub number: Option<Number>,
    pub zones: Vec<Tz>,
    pub rules: Vec<Line>,
    pub allowed: bool,
    /// When it may be dialled, where it may not now and time alone helps.
    pub next: Option<Next>,
    /// Of the rules.
    pub version: u64,
}

impl From<Explanation> for Explained {
    fn from(Explanation { number, zones, rules, verdict }: Explanation) -> Explained {
        let (allowed, version, next) = match verdict {
            Verdict::Allow { version, .. } => (true, version, None),
            Verdict::Deny { version, next, .. } => (false, version, next),
        };
        Explained { number, zones, rules, allowed, next, version }
    }
}

/// One rule's part in it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Line {
    pub rule: Cow<'static, str>,
    pub says: Says,
    /// What speaks against the number, in words.
    pub fact: Option<String>,
    /// The law or list it stands on.
    pub source: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Says {
    /// This purpose is not bound by it.
    Nothing,
    Yes,
    Warning,
    No,
}

/// All rules about what was dialled.
pub fn explain(law: &Law<'_>, facts: &Facts, dialled: &str, purpose: Purpose, now: Now) -> Explanation {
    let number = match Number::read(dialled, law.gate) {
        Ok(number) => number,
        Err(error) => {
            let verdict = grammar(law, &error);
            let fact = Some(format!("{error}"));
            let line = Line { rule: "grammar".into(), says: Says::No, fact, source: None };
            return Explanation { number: None, zones: Vec::new(), rules: vec![line], verdict };
        }
    };
    let case = Case::new(law, facts, &number, purpose, now);
    let grammar = Line { rule: "grammar".into(), says: Says::Yes, fact: None, source: None };
    let rules = case.rules().iter().map(|rule| line(&case, *rule));
    let rules = std::iter::once(grammar).chain(rules).collect();
    let (zones, verdict) = (case.place.zones.to_vec(), decide(&case));
    Explanation { number: Some(number), zones, rules, verdict }
}

fn line(case: &Case<'_>, rule: Rule) -> Line {
    let (says, finding) = match case.effect(rule) {
        Effect::Unasked => (Says::Nothing, None),
        Effect::Passes => (Says::Yes, None),
        Effect::Warns(finding) => (Says::Warning, Some(finding)),
        Effect::Denies(finding) => (Says::No, Some(finding)),
    };
    Line {
        rule: finding.and_then(|finding| finding.name()).unwrap_or(rule.name()).into(),
        says,
        fact: finding.map(|finding| finding.words()),
        source: finding.and_then(|finding| finding.source().map(str::to_owned)),
    }
}
