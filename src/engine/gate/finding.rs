//! What a rule found: nothing known, or what speaks against the number. Borrowed, so that a yes costs no memory; words are
//! made of it for whom is told no, is warned, or asked for the reasons.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use chrono_tz::Tz;

use super::Load;
use super::facts::{Hit, MOST_APART, OfPromise};
use crate::number::redact_digits;
use crate::rules::{AttemptLimit, Holiday, Hours, Standing};

/// What speaks against dialling.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Finding<'a> {
    /// It is not known whether something does: a no for what dials by itself.
    Gap(Gap<'a>),
    Breach(Breach<'a>),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Gap<'a> {
    Clock,
    DoNotCall,
    Attempts,
    Stale {
        what: &'static str,
        read: DateTime<Utc>,
    },
    Zone,
    /// With those that are over, or still to come.
    NoHours {
        nearest: Option<(&'a Hours, Standing)>,
    },
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Breach<'a> {
    Emergency,
    DeniedPrefix(&'a str),
    International,
    Premium,
    CallsAtOnce { whose: &'static str, load: Load },
    CallsAMinute { whose: &'static str, load: Load },
    InCall,
    Doubt { why: &'a str, binds: bool },
    Clock { ahead: TimeDelta },
    Suppressed(&'a Hit),
    Promise(OfPromise),
    Attempts { made: u32, limit: &'a AttemptLimit },
    Hours { hours: &'a Hours, zone: Tz, local: NaiveDateTime },
    Holiday { holiday: &'a Holiday, zone: Tz, local: NaiveDateTime },
}

impl Finding<'_> {
    /// The rule's name, where that is finer than the rule.
    pub fn name(&self) -> Option<&'static str> {
        match self {
            Finding::Breach(Breach::DeniedPrefix(_)) => Some("denied-prefix"),
            Finding::Breach(Breach::International) => Some("international"),
            Finding::Breach(Breach::Premium) => Some("premium"),
            Finding::Breach(_) | Finding::Gap(_) => None,
        }
    }

    /// Whether time alone undoes it.
    pub fn passes(&self) -> bool {
        match self {
            Finding::Gap(Gap::NoHours { .. }) => true,
            Finding::Gap(Gap::Clock | Gap::DoNotCall | Gap::Attempts | Gap::Stale { .. } | Gap::Zone) => false,
            Finding::Breach(breach) => match breach {
                Breach::Emergency | Breach::DeniedPrefix(_) | Breach::International | Breach::Premium => false,
                Breach::CallsAtOnce { .. } | Breach::Doubt { .. } | Breach::Clock { .. } | Breach::Promise(_) => false,
                Breach::CallsAMinute { load, .. } => load.next.is_some(),
                Breach::Suppressed(hit) => hit.until.is_some(),
                Breach::InCall | Breach::Attempts { .. } | Breach::Hours { .. } | Breach::Holiday { .. } => true,
            },
        }
    }

    /// Who says so, where it is a rule of the world.
    pub fn source(&self) -> Option<&str> {
        match self {
            Finding::Breach(Breach::Suppressed(hit)) => Some(&hit.source),
            Finding::Breach(Breach::Attempts { limit, .. }) => Some(&limit.term.source),
            Finding::Breach(Breach::Hours { hours, .. }) => Some(&hours.term.source),
            Finding::Breach(Breach::Holiday { holiday, .. }) => Some(&holiday.term.source),
            Finding::Gap(Gap::NoHours { nearest: Some((hours, _)) }) => Some(&hours.term.source),
            Finding::Breach(_) | Finding::Gap(_) => None,
        }
    }

    /// A sentence for a person; holds no number longer than a prefix.
    pub fn words(&self) -> String {
        match self {
            Finding::Gap(gap) => format!("Nothing is dialled automatically while in doubt: {}.", gap.words()),
            Finding::Breach(breach) => breach.words(),
        }
    }
}

impl Gap<'_> {
    fn words(&self) -> String {
        match self {
            Gap::Clock => "it is not known whether the clock is right".to_owned(),
            Gap::DoNotCall => "the do-not-call lists were not looked at".to_owned(),
            Gap::Attempts => "earlier attempts were not counted".to_owned(),
            Gap::Stale { what, read } => format!("{what} were last read on {}", read.format("%Y-%m-%d at %H:%M UTC")),
            Gap::Zone => "the zone of this country's numbers is not known".to_owned(),
            Gap::NoHours { nearest: Some((hours, standing)) } => no_hours(hours, *standing),
            Gap::NoHours { nearest: None } => "no calling hours are in force".to_owned(),
        }
    }
}

impl Breach<'_> {
    fn words(&self) -> String {
        match self {
            Breach::Emergency => "Emergency numbers are dialled by a person only.".to_owned(),
            Breach::DeniedPrefix(prefix) => format!("Numbers that begin with {prefix} are denied."),
            Breach::International => {
                "International numbers are denied; allow a prefix, or all with allow_international.".to_owned()
            }
            Breach::Premium => "0300, 0303, 0500 and 0900 numbers are denied; allow_premium allows them.".to_owned(),
            Breach::CallsAtOnce { whose, load } => {
                format!("{whose} has {} calls up and may have {}.", load.calls, load.limits.calls_at_once)
            }
            Breach::CallsAMinute { whose, load } => format!(
                "{whose} began {} calls within a minute and may begin {}.",
                load.starts, load.limits.calls_per_minute
            ),
            Breach::InCall => "A call with this number is under way.".to_owned(),
            Breach::Doubt { why, binds: true } => format!("Nothing is dialled automatically while in doubt: {why}."),
            Breach::Doubt { why, binds: false } => (*why).to_owned(),
            Breach::Clock { ahead } => clock(*ahead),
            Breach::Suppressed(hit) => suppressed(hit),
            Breach::Promise(OfPromise { made, most }) => {
                format!("{made} attempts were made for this promise and {most} may be.")
            }
            Breach::Attempts { made, limit } => format!(
                "{made} attempts to reach this number were made this {} and {} may be ({}).",
                limit.period, limit.most, limit.term.source
            ),
            Breach::Hours { hours, zone, local } => format!(
                "{} is outside the calling hours {}: it is {} in {}.",
                local.format("%H:%M"),
                hours.name,
                local.format("%a %Y-%m-%d"),
                place(*zone)
            ),
            Breach::Holiday { holiday, zone, local } => {
                format!("{} is {} in {}.", local.format("%a %Y-%m-%d"), holiday.name, place(*zone))
            }
        }
    }
}

fn no_hours(hours: &Hours, standing: Standing) -> String {
    let (name, from) = (&hours.name, hours.term.from);
    match (standing, hours.term.until) {
        (Standing::Expired, Some(until)) => {
            format!("no calling hours are in force; {name} held from {from} to {until}")
        }
        (Standing::Expired | Standing::InForce | Standing::NotYet, _) => {
            format!("no calling hours are in force; {name} hold from {from}")
        }
    }
}

fn clock(ahead: TimeDelta) -> String {
    let (minutes, way) = (ahead.num_minutes().abs(), if ahead < TimeDelta::zero() { "back" } else { "forward" });
    let most = MOST_APART.num_minutes();
    format!(
        "The clock has jumped {way} by {minutes} min, more than {most}: synchronise it, or confirm that it is right."
    )
}

fn suppressed(hit: &Hit) -> String {
    let (source, since) = (redact_digits(&hit.source), hit.since.format("%Y-%m-%d"));
    match hit.until.map(|until| until.format("%Y-%m-%d %H:%M UTC")) {
        Some(until) => format!("This number is not to be called until {until}: {source}, {since}."),
        None => format!("This number is not to be called: {source}, {since}."),
    }
}

/// The town that a zone is named after.
pub(super) fn place(zone: Tz) -> String {
    zone.name().rsplit('/').next().unwrap_or_default().replace('_', " ")
}
