//! Whether a number may be dialled: decided here alone, for every number we dial.
//!
//! A pure function of rules, facts and now. The purpose says which rules bind, and which only warn (`rule`):
//!
//! | rule | by hand, device | transfer | redirect | callback, campaign | message, notice |
//! | --- | --- | --- | --- | --- | --- |
//! | grammar, denied prefixes | binds | binds | binds | binds | binds |
//! | calls at once, calls a minute | binds | binds | binds | binds | they are no calls |
//! | emergency numbers | always allowed | always allowed | never | never | never |
//! | a call with it under way | – | – | – | binds | – |
//! | a doubt, a clock that jumped | warns | warns | binds | binds | warns, binds |
//! | do-not-call, hours, holidays | warns | – | – | binds | binds |
//! | attempts | warns | – | – | binds | – |
//!
//! Every call counts as an attempt, whoever made it. What is not known is a no for what dials by itself, and nothing to a person.
//! A no names its rule, the fact, and when time alone will have undone it and every other no.

mod attempts;
mod case;
mod explain;
mod facts;
mod finding;
mod opening;
mod place;
mod prefix;
mod rate;
mod replay;
mod rule;
#[cfg(test)]
mod tests;

use std::fmt;

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::border::Refusal;
use crate::config::{Config, GateRules};
use crate::number::{Number, NumberError};
use crate::rules::{AttemptLimit, Hours, Pack, Rules, wall};
use crate::time::Now;

use case::{Case, Effect};
use finding::Finding;
use opening::Unregulated;
use place::Place;

pub use attempts::{Periods, periods};
pub use explain::{Explained, Explanation, Line, Says, explain};
pub use facts::{Attempts, Facts, Hit, MOST_AGE, MOST_APART, OfPromise, Suppression, apart};
pub use rate::{Load, RateMeter};
pub use replay::{Broken, Past, Replay};
pub use rule::Rule;

use rule::Bearing;

/// Who wants to dial, as far as rules differ.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// A person typed it.
    ByHand,
    /// A device of ours dialled it: a person again.
    Device,
    /// A person sends a call there, or brings it into a conference.
    Transfer,
    /// A 3xx, a forward or a REFER of the far end names it: no person of ours.
    Redirect,
    /// The daemon keeps a promise, or returns a call.
    Callback,
    /// The daemon dials a lead.
    Campaign,
    /// A person writes a text message there.
    Message,
    /// The daemon does.
    Notice,
}

impl Purpose {
    pub const ALL: [Purpose; 8] = [
        Purpose::ByHand,
        Purpose::Device,
        Purpose::Transfer,
        Purpose::Redirect,
        Purpose::Callback,
        Purpose::Campaign,
        Purpose::Message,
        Purpose::Notice,
    ];

    /// Nobody of ours chose it this moment, and nobody would notice a doubt.
    pub fn dials_by_itself(self) -> bool {
        match self {
            Purpose::Callback | Purpose::Campaign | Purpose::Notice => true,
            Purpose::ByHand | Purpose::Device | Purpose::Transfer => false,
            Purpose::Redirect | Purpose::Message => false,
        }
    }

    /// Whether it counts among the attempts to reach a number.
    pub fn counts(self) -> bool {
        !self.is_text()
    }

    fn is_a_persons_call(self) -> bool {
        self.is_a_persons() && !self.is_text()
    }

    fn is_a_persons(self) -> bool {
        match self {
            Purpose::ByHand | Purpose::Device | Purpose::Transfer | Purpose::Message => true,
            Purpose::Redirect | Purpose::Callback | Purpose::Campaign | Purpose::Notice => false,
        }
    }

    fn is_text(self) -> bool {
        matches!(self, Purpose::Message | Purpose::Notice)
    }
}

/// Everything that decides beside the facts.
#[derive(Clone, Copy, Debug)]
pub struct Law<'a> {
    /// What the administrator decided.
    pub gate: &'a GateRules,
    /// What the world did.
    pub rules: &'a Rules,
    /// The installation's: of national numbers whose place is not known.
    pub zone: Tz,
    /// What the campaign's pack lays down.
    pub pack: Option<&'a Pack>,
}

impl<'a> Law<'a> {
    pub fn of(config: &'a Config) -> Law<'a> {
        Law { gate: &config.gate, rules: &config.rules, zone: config.zone, pack: None }
    }

    /// With what a campaign's pack lays down.
    pub fn with(self, pack: Option<&'a Pack>) -> Law<'a> {
        Law { pack, ..self }
    }

    /// Calling hours: a pack that has its own takes the place of the installation's.
    pub(in crate::gate) fn hours(&self) -> &'a [Hours] {
        self.pack.map(|pack| pack.hours.as_slice()).filter(|hours| !hours.is_empty()).unwrap_or(&self.rules.hours)
    }

    /// The minutes of a day between which anybody may be called, as clocks of the installation show them: the first, and the one
    /// after the last. The whole day where no hours are laid down for it.
    pub fn window(&self, day: NaiveDate) -> (u16, u16) {
        let hours = self.hours().iter().filter(|hours| hours.term.holds(day));
        let weekday = usize::try_from(day.weekday().num_days_from_monday()).unwrap_or_default();
        let spans: Vec<_> = hours.filter_map(|hours| hours.week.days.get(weekday)).flatten().collect();
        let from = spans.iter().map(|span| span.from).min().unwrap_or(0);
        (from, spans.iter().map(|span| span.until).max().unwrap_or(24 * 60))
    }

    /// All of them bind together.
    pub(in crate::gate) fn attempts(&self) -> impl Iterator<Item = &'a AttemptLimit> + use<'a> {
        self.rules.attempts.iter().chain(self.pack.into_iter().flat_map(|pack| &pack.attempts))
    }

    /// Tells decisions of other rules apart.
    pub fn version(&self) -> u64 {
        self.gate.version ^ self.rules.version ^ self.pack.map_or(0, |pack| pack.version)
    }
}

/// The decision, with the version of the rules it stands on.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
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
        /// When it may be dialled, where time alone helps.
        next: Option<Next>,
    },
}

/// An instant in the called party's zone.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Next {
    pub at: DateTime<Utc>,
    pub zone: Tz,
}

/// `Mon 2026-11-23 09:00 in Manaus`
impl fmt::Display for Next {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in {}", wall::local(self.zone, self.at).format("%a %Y-%m-%d %H:%M"), finding::place(self.zone))
    }
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
    law: &Law<'_>,
    facts: &Facts,
    dialled: &str,
    purpose: Purpose,
    now: Now,
) -> (Option<Number>, Verdict) {
    match Number::read(dialled, law.gate) {
        Ok(number) => {
            let verdict = judge(law, facts, &number, purpose, now);
            (Some(number), verdict)
        }
        Err(error) => (None, grammar(law, &error)),
    }
}

/// Decides about one number.
pub fn judge(law: &Law<'_>, facts: &Facts, number: &Number, purpose: Purpose, now: Now) -> Verdict {
    decide(&Case::new(law, facts, number, purpose, now))
}

/// Whether time or facts could ever let it through: its kind and its prefix alone.
pub fn judge_prefix(law: &Law<'_>, number: &Number, purpose: Purpose) -> Verdict {
    let version = law.version();
    let breach =
        prefix::look(law.gate, number).filter(|_| Rule::Prefix.bearing(purpose, number.kind) == Bearing::Binds);
    match breach.map(Finding::Breach) {
        None => Verdict::Allow { version, warnings: Vec::new() },
        Some(finding) => {
            let rule = finding.name().unwrap_or(Rule::Prefix.name());
            Verdict::Deny { version, rule, fact: finding.words(), next: None }
        }
    }
}

/// The first instant at or after `from` within the calling hours of a number, whatever else speaks against it.
pub fn next_open(law: &Law<'_>, number: &Number, from: Now) -> Option<Next> {
    let place = Place::of(law, number, from);
    let at = opening::next(&place, from.civil, Unregulated::Closed).filter(|_| !place.is_unknown())?;
    next(&place, at)
}

/// Whether it is within the calling hours of a number now, whatever else speaks against it.
pub fn is_open(law: &Law<'_>, number: &Number, now: Now) -> bool {
    let place = Place::of(law, number, now);
    opening::hours(&place, now.civil).is_none() && opening::holiday(&place, now.civil).is_none()
}

/// Wherever a number may be, as far as its prefix tells.
pub fn zones(law: &Law<'_>, number: &Number, now: Now) -> Vec<Tz> {
    Place::of(law, number, now).zones.to_vec()
}

/// The first rule that says no decides.
fn decide(case: &Case<'_>) -> Verdict {
    let version = case.place.law.version();
    let mut warnings = Vec::new();
    for rule in case.rules() {
        match case.effect(*rule) {
            Effect::Unasked | Effect::Passes => {}
            Effect::Warns(finding) => warnings.push(finding.words()),
            Effect::Denies(finding) => {
                let rule = finding.name().unwrap_or(rule.name());
                let next = case.next().and_then(|at| next(&case.place, at));
                return Verdict::Deny { version, rule, fact: finding.words(), next };
            }
        }
    }
    Verdict::Allow { version, warnings }
}

fn next(place: &Place<'_>, at: DateTime<Utc>) -> Option<Next> {
    place.zones.first().map(|zone| Next { at, zone: *zone })
}

fn grammar(law: &Law<'_>, error: &NumberError) -> Verdict {
    let fact = format!("This is no number to dial: {error}.");
    Verdict::Deny { version: law.version(), rule: "grammar", fact, next: None }
}
