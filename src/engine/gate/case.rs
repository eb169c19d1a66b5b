//! One question to the gate: every rule looks at it, and the table says what its finding does.

use chrono::{DateTime, Utc};

use super::facts::{CALL_LOOKED_AT, apart, is_stale};
use super::finding::{Breach, Finding, Gap};
use super::opening::Unregulated;
use super::place::Place;
use super::rule::{Bearing, Rule};
use super::{Facts, Law, Load, MOST_APART, Purpose, attempts, opening, prefix};
use crate::number::Number;
use crate::time::Now;

/// Everything a rule may look at.
pub(super) struct Case<'a> {
    pub place: Place<'a>,
    pub facts: &'a Facts,
    pub purpose: Purpose,
    pub now: Now,
}

/// What becomes of a rule.
pub(super) enum Effect<'a> {
    /// It is none of this purpose's rules.
    Unasked,
    Passes,
    Warns(Finding<'a>),
    Denies(Finding<'a>),
}

impl<'a> Case<'a> {
    pub fn new(law: &'a Law<'a>, facts: &'a Facts, number: &'a Number, purpose: Purpose, now: Now) -> Case<'a> {
        Case { place: Place::of(law, number, now), facts, purpose, now }
    }

    pub fn rules(&self) -> &'static [Rule] {
        Rule::of(self.place.number.kind)
    }

    /// The one place where a finding becomes a no, a warning, or nothing.
    pub fn effect(&self, rule: Rule) -> Effect<'a> {
        let bearing = rule.bearing(self.purpose, self.place.number.kind);
        if bearing == Bearing::Nothing {
            return Effect::Unasked;
        }
        match (self.look(rule), bearing) {
            (None, _) => Effect::Passes,
            (Some(Finding::Gap(gap)), _) if self.purpose.dials_by_itself() => Effect::Denies(Finding::Gap(gap)),
            (Some(Finding::Gap(_)), _) => Effect::Passes,
            (Some(breach), Bearing::Binds) => Effect::Denies(breach),
            (Some(breach), Bearing::Warns | Bearing::Nothing) => Effect::Warns(breach),
        }
    }

    fn look(&self, rule: Rule) -> Option<Finding<'a>> {
        let now = self.now.civil;
        match rule {
            Rule::Emergency => Some(Finding::Breach(Breach::Emergency)),
            Rule::Prefix => prefix::look(self.place.law.gate, self.place.number).map(Finding::Breach),
            Rule::CallsAtOnce => self.at_once().map(Finding::Breach),
            Rule::CallsAMinute => self.a_minute().map(Finding::Breach),
            Rule::InCall => self.facts.in_call.then_some(Finding::Breach(Breach::InCall)),
            Rule::Doubt => self.doubt().map(Finding::Breach),
            Rule::Clock => self.clock(),
            Rule::DoNotCall => self.do_not_call(),
            Rule::Promise => attempts::promise(self),
            Rule::Attempts(period) => attempts::look(self, period),
            Rule::Hours => opening::hours(&self.place, now),
            Rule::Holiday => opening::holiday(&self.place, now),
        }
    }

    fn loads(&self) -> impl Iterator<Item = (&'static str, Load)> {
        let route = self.facts.route.map(|load| ("The route", load));
        std::iter::once(("The extension", self.facts.account)).chain(route)
    }

    fn at_once(&self) -> Option<Breach<'a>> {
        let (whose, load) = self.loads().find(|(_, load)| load.calls >= load.limits.calls_at_once)?;
        Some(Breach::CallsAtOnce { whose, load })
    }

    fn a_minute(&self) -> Option<Breach<'a>> {
        let full = |load: &Load| load.starts >= load.limits.calls_per_minute;
        // The one that is full longest, for ever longer than anything.
        let longest = |load: &Load| load.next.map_or((true, self.now.moment), |next| (false, next));
        let (whose, load) = self.loads().filter(|(_, load)| full(load)).max_by_key(|(_, load)| longest(load))?;
        Some(Breach::CallsAMinute { whose, load })
    }

    fn doubt(&self) -> Option<Breach<'a>> {
        let why = self.facts.doubt.as_deref()?;
        Some(Breach::Doubt { why, binds: !self.purpose.is_a_persons() })
    }

    fn clock(&self) -> Option<Finding<'a>> {
        let Some(right) = self.facts.clock else { return Some(Finding::Gap(Gap::Clock)) };
        let ahead = apart(right, self.now);
        (ahead > MOST_APART || ahead < -MOST_APART).then_some(Finding::Breach(Breach::Clock { ahead }))
    }

    fn do_not_call(&self) -> Option<Finding<'a>> {
        let Some(known) = &self.facts.suppressed else { return Some(Finding::Gap(Gap::DoNotCall)) };
        match known.at(self.now.civil) {
            Some(hit) => Some(Finding::Breach(Breach::Suppressed(hit))),
            None if is_stale(known.read, self.now.civil) => {
                Some(Finding::Gap(Gap::Stale { what: "the do-not-call lists", read: known.read }))
            }
            None => None,
        }
    }

    /// The first instant at which time alone has undone every no; none where something else must happen.
    pub fn next(&self) -> Option<DateTime<Utc>> {
        let mut denials = self.rules().iter().filter_map(|rule| match self.effect(*rule) {
            Effect::Denies(finding) => Some(finding),
            Effect::Unasked | Effect::Passes | Effect::Warns(_) => None,
        });
        if denials.any(|finding| !finding.passes()) {
            return None;
        }
        // What is a doubt to who dials by itself is nothing to a person.
        let strict = self.purpose.dials_by_itself();
        let unregulated = if strict { Unregulated::Closed } else { Unregulated::Open };
        let hours = self.binds(Rule::Hours) && !self.place.is_unknown();
        let mut at = self.now.civil.max(self.rate_passes()?).max(self.suppression_ends()).max(self.looked_at());
        loop {
            let counted = if self.binds(Rule::Promise) { attempts::next(self, at)? } else { at };
            let open = if hours { opening::next(&self.place, counted, unregulated)? } else { counted };
            if open == at {
                return Some(at);
            }
            at = open;
        }
    }

    fn binds(&self, rule: Rule) -> bool {
        rule.bearing(self.purpose, self.place.number.kind) == Bearing::Binds
    }

    fn rate_passes(&self) -> Option<DateTime<Utc>> {
        let now = self.now.civil;
        match self.a_minute().filter(|_| self.binds(Rule::CallsAMinute)) {
            Some(Breach::CallsAMinute { load, .. }) => {
                let wait = chrono::TimeDelta::from_std(load.next?.since(self.now.moment)).ok()?;
                now.checked_add_signed(wait)
            }
            Some(_) | None => Some(now),
        }
    }

    /// Whoever is in a call may be in none by then.
    fn looked_at(&self) -> DateTime<Utc> {
        let now = self.now.civil;
        if self.facts.in_call && self.binds(Rule::InCall) { now + CALL_LOOKED_AT } else { now }
    }

    fn suppression_ends(&self) -> DateTime<Utc> {
        let now = self.now.civil;
        let hit = self.facts.suppressed.as_ref().and_then(|known| known.at(now));
        hit.filter(|_| self.binds(Rule::DoNotCall)).and_then(|hit| hit.until).unwrap_or(now)
    }
}
