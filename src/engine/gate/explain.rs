//! Why a number may be dialled or not: every rule in order, with what it found. The same code as the decision.

use chrono_tz::Tz;
use serde::Serialize;

use super::case::{Case, Effect};
use super::rule::Rule;
use super::{Facts, Law, Purpose, Verdict, decide, grammar};
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

/// One rule's part in it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Line {
    pub rule: &'static str,
    pub says: Says,
    /// What speaks against the number, in words.
    pub fact: Option<String>,
    /// The law or list it stands on.
    pub source: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
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
            let line = Line { rule: "grammar", says: Says::No, fact, source: None };
            return Explanation { number: None, zones: Vec::new(), rules: vec![line], verdict };
        }
    };
    let case = Case::new(law, facts, &number, purpose, now);
    let grammar = Line { rule: "grammar", says: Says::Yes, fact: None, source: None };
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
        rule: finding.and_then(|finding| finding.name()).unwrap_or(rule.name()),
        says,
        fact: finding.map(|finding| finding.words()),
        source: finding.and_then(|finding| finding.source().map(str::to_owned)),
    }
}
