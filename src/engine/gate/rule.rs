//! The gate's rules in the order they are asked, and the table of which purpose they bind.

use super::Purpose;
use crate::number::NumberKind;
use crate::rules::Period;

/// One thing that may speak against a number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rule {
    Emergency,
    Prefix,
    CallsAtOnce,
    CallsAMinute,
    /// Whoever is dialled is in a call with us already.
    InCall,
    /// Somebody said that the facts may be wrong.
    Doubt,
    Clock,
    DoNotCall,
    Promise,
    Attempts(Period),
    Hours,
    Holiday,
}

/// What a rule may do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Bearing {
    Binds,
    Warns,
    Nothing,
}

impl Rule {
    /// For emergency numbers one rule speaks, for all others the rest.
    pub(super) fn of(kind: NumberKind) -> &'static [Rule] {
        match kind {
            NumberKind::Emergency => &[Rule::Emergency],
            NumberKind::Extension | NumberKind::National | NumberKind::TollFree => ORDINARY,
            NumberKind::Premium | NumberKind::Service | NumberKind::International => ORDINARY,
        }
    }

    /// As a refusal names it, and what the words of a language are found by.
    pub fn name(self) -> &'static str {
        match self {
            Rule::Emergency => "emergency",
            Rule::Prefix => "prefix",
            Rule::CallsAtOnce => "calls-at-once",
            Rule::CallsAMinute => "calls-a-minute",
            Rule::InCall => "in-call",
            Rule::Doubt => "doubt",
            Rule::Clock => "clock",
            Rule::DoNotCall => "do-not-call",
            Rule::Promise => "attempts-of-promise",
            Rule::Attempts(Period::Day) => "attempts-a-day",
            Rule::Attempts(Period::Week) => "attempts-a-week",
            Rule::Attempts(Period::Month) => "attempts-a-month",
            Rule::Hours => "hours",
            Rule::Holiday => "holiday",
        }
    }

    /// The table at the head of the room.
    pub(super) fn bearing(self, purpose: Purpose, kind: NumberKind) -> Bearing {
        let in_the_house = kind == NumberKind::Extension;
        match self {
            Rule::Emergency if purpose.is_a_persons_call() => Bearing::Nothing,
            Rule::Emergency | Rule::Prefix => Bearing::Binds,
            Rule::CallsAtOnce | Rule::CallsAMinute if purpose.is_text() => Bearing::Nothing,
            Rule::CallsAtOnce | Rule::CallsAMinute => Bearing::Binds,
            Rule::InCall if purpose.dials_by_itself() && !purpose.is_text() => Bearing::Binds,
            Rule::InCall => Bearing::Nothing,
            Rule::Doubt | Rule::Clock if purpose.is_a_persons() => Bearing::Warns,
            Rule::Doubt | Rule::Clock => Bearing::Binds,
            // These keep the public in peace; colleagues are reached whenever they are there.
            Rule::DoNotCall | Rule::Hours | Rule::Holiday if in_the_house => Bearing::Nothing,
            Rule::DoNotCall | Rule::Hours | Rule::Holiday => people(purpose),
            Rule::Promise | Rule::Attempts(_) if purpose.is_text() => Bearing::Nothing,
            Rule::Promise | Rule::Attempts(_) => people(purpose),
        }
    }
}

/// What protects people: a warning to who dials by hand, and nothing where a person sends on whom they talk with.
fn people(purpose: Purpose) -> Bearing {
    match purpose {
        Purpose::ByHand | Purpose::Device => Bearing::Warns,
        Purpose::Transfer | Purpose::Redirect => Bearing::Nothing,
        Purpose::Callback | Purpose::Campaign | Purpose::Message | Purpose::Notice => Bearing::Binds,
    }
}

const ORDINARY: &[Rule] = &[
    Rule::Prefix,
    Rule::CallsAtOnce,
    Rule::CallsAMinute,
    Rule::InCall,
    Rule::Doubt,
    Rule::Clock,
    Rule::DoNotCall,
    Rule::Promise,
    Rule::Attempts(Period::Day),
    Rule::Attempts(Period::Week),
    Rule::Attempts(Period::Month),
    Rule::Hours,
    Rule::Holiday,
];
