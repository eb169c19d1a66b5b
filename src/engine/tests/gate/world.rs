//! Random worlds with random rules, and random questions in them, thick where clocks are changed: in every zone there is, from
//! 2000 to 2037.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::{TZ_VARIANTS, Tz};
use engine::config::{GateRules, Limits};
use engine::gate::{Attempts, Facts, Hit, Load, OfPromise, Purpose, Suppression};
use engine::number::Number;
use engine::random::Random;
use engine::rules::{Area, AttemptLimit, Day, Holiday, Hours, Level, Period, Rules, Scope, Span, Term, Week};
use engine::time::{Moment, Now};

pub struct World {
    pub gate: GateRules,
    pub rules: Rules,
    pub zone: Tz,
    /// Around here questions are asked.
    about: DateTime<Utc>,
}

#[derive(Debug)]
pub struct Question {
    pub facts: Facts,
    pub number: Number,
    pub purpose: Purpose,
    pub now: Now,
}

/// Those of Brazil, and some whose clocks do odd things: half an hour, at one minute past midnight, a day that never was.
const ZONES: &[Tz] = &[
    chrono_tz::America::Sao_Paulo,
    chrono_tz::America::Manaus,
    chrono_tz::America::Eirunepe,
    chrono_tz::America::Rio_Branco,
    chrono_tz::America::Noronha,
    chrono_tz::America::Cuiaba,
    chrono_tz::America::Araguaina,
    chrono_tz::Australia::Lord_Howe,
    chrono_tz::America::St_Johns,
    chrono_tz::Africa::Casablanca,
    chrono_tz::Asia::Kathmandu,
];
/// Nights on which they do them, in UTC.
const NIGHTS: &[&str] = &[
    "2018-11-04T03:00:00Z",
    "2018-02-18T02:00:00Z",
    "2011-10-16T03:00:00Z",
    "2011-04-02T15:00:00Z",
    "2010-11-07T02:31:00Z",
    "2008-06-24T05:00:00Z",
    "2013-11-10T05:00:00Z",
    "2020-05-31T02:00:00Z",
];
const PREFIXES: &[&str] = &["5511", "551191", "5592", "5597", "5568", "5581", "55819", "55813619", "55", "351", "1"];
const NUMBERS: &[&str] = &[
    "+5511912345678",
    "+551134567890",
    "+5592912345678",
    "+5597912345678",
    "+5568912345678",
    "+558136191234",
    "+5581912345678",
    "08007012345",
    "40040001",
    "+351211234567",
    "+12125550123",
    "2001",
    "190",
    "03003131234",
];
const STATES: &[&str] = &["SP", "AM", "PE", "AC"];

fn one<T: Copy>(random: &mut Random, of: &[T]) -> T {
    of[random.below(of.len() as u32) as usize]
}

fn chance(random: &mut Random, one_in: u32) -> bool {
    random.below(one_in) == 0
}

fn some<T: Copy + Into<String>>(random: &mut Random, of: &[T], most: u32) -> BTreeSet<String> {
    (0..random.below(most + 1)).map(|_| one(random, of).into()).collect()
}

impl World {
    pub fn new(random: &mut Random) -> World {
        let night = DateTime::parse_from_rfc3339(one(random, NIGHTS)).unwrap().to_utc();
        let anywhen = DateTime::from_timestamp(946_684_800 + i64::from(random.below(1_198_000_000)), 0).unwrap();
        // Any zone that there is, where its clock is changed, and its neighbours in the same world.
        let lead = one(random, &TZ_VARIANTS);
        let about = match random.below(4) {
            0 => anywhen,
            1 => night,
            _ => change_after(lead, anywhen),
        };
        let mut world = World { gate: gate(random), rules: Rules::default(), zone: one(random, ZONES), about };
        let day = about.date_naive();
        world.rules = Rules {
            version: random.u64(),
            areas: PREFIXES
                .iter()
                .filter_map(|prefix| {
                    let areas: Vec<Area> = (0..random.below(3)).map(|_| area(random, lead, day)).collect();
                    (!areas.is_empty()).then(|| ((*prefix).to_owned(), areas))
                })
                .collect(),
            holidays: (0..random.below(8)).map(|n| holiday(random, n, day)).collect(),
            hours: (0..random.below(8).min(2)).map(|n| hours(random, n, day)).collect(),
            attempts: (0..random.below(4)).map(|_| limit(random, day)).collect(),
            packs: BTreeMap::new(),
        };
        world
    }

    pub fn question(&self, random: &mut Random) -> Question {
        let minutes = i64::from(random.below(6 * 1_440)) - 3 * 1_440;
        let now = Now { moment: Moment(1 << 50), civil: self.about + TimeDelta::minutes(minutes) };
        let number = Number::read(one(random, NUMBERS), &self.gate).unwrap();
        Question { facts: facts(random, now), number, purpose: one(random, &Purpose::ALL), now }
    }
}

fn gate(random: &mut Random) -> GateRules {
    GateRules {
        version: random.u64(),
        local_ddd: None,
        extension_digits: 2..=5,
        allow: BTreeSet::new(),
        deny: if chance(random, 8) {
            [one(random, &["+5511", "+559", "20"]).to_owned()].into()
        } else {
            BTreeSet::new()
        },
        allow_international: !chance(random, 4),
        allow_premium: !chance(random, 4),
        emergency: ["190".to_owned()].into(),
    }
}

/// Mostly in force, sometimes over or yet to come within the days asked about.
fn term(random: &mut Random, about: NaiveDate) -> Term {
    let near = |random: &mut Random| about + TimeDelta::days(i64::from(random.below(12)) - 6);
    let from = if chance(random, 6) { near(random) } else { NaiveDate::from_ymd_opt(1990, 1, 1).unwrap() };
    let until = chance(random, 5).then(|| near(random).max(from));
    Term { from, until, source: "drawn by lot".to_owned() }
}

/// The noon or midnight (UTC) after a zone's next change of clocks, within two years.
fn change_after(zone: Tz, from: DateTime<Utc>) -> DateTime<Utc> {
    let half = TimeDelta::hours(12);
    let is_change = |at: &DateTime<Utc>| {
        let wall = |at: DateTime<Utc>| at.with_timezone(&zone).naive_local();
        wall(*at) - wall(*at - half) != half
    };
    let mut noons = (0..1_460).map(|n| from.date_naive().and_time(Default::default()).and_utc() + half * n);
    noons.find(is_change).unwrap_or(from)
}

fn area(random: &mut Random, lead: Tz, about: NaiveDate) -> Area {
    let mut zone = || if chance(random, 2) { lead } else { one(random, ZONES) }.name();
    let first = zone();
    let zones: BTreeSet<&str> = [first, if chance(random, 2) { first } else { one(random, ZONES).name() }].into();
    Area {
        zones: zones.iter().map(|zone| zone.parse().unwrap()).collect(),
        states: some(random, STATES, 2),
        // The one in force is a matter of the first: no two of one prefix at a time in true files.
        term: term(random, about),
    }
}

fn holiday(random: &mut Random, n: u32, about: NaiveDate) -> Holiday {
    use chrono::Datelike;
    let near = |random: &mut Random| about + TimeDelta::days(i64::from(random.below(16)) - 4);
    let day = match random.below(3) {
        0 => {
            let day = near(random);
            Day::Yearly { month: day.month(), day: day.day() }
        }
        1 => Day::Easter { days: i64::from(random.below(80)) - 50 },
        _ => Day::Dates([near(random), near(random)].into()),
    };
    let scope = match random.below(3) {
        0 => Scope::National,
        1 => Scope::State(some(random, STATES, 2)),
        _ => Scope::Municipal { place: "somewhere".to_owned(), prefixes: some(random, PREFIXES, 2) },
    };
    Holiday { name: format!("holiday {n}"), day, scope, optional: chance(random, 5), term: term(random, about) }
}

fn hours(random: &mut Random, n: u32, about: NaiveDate) -> Hours {
    let mut day = || {
        let mut bounds: Vec<u16> = (0..2 * random.below(3)).map(|_| random.below(97) as u16 * 15).collect();
        bounds.sort_unstable();
        bounds.dedup();
        bounds.chunks_exact(2).map(|pair| Span { from: pair[0], until: pair[1] }).collect()
    };
    let days: [Vec<Span>; 7] = std::array::from_fn(|_| day());
    let levels = [Level::National, Level::State, Level::Municipal, Level::Optional];
    Hours {
        name: format!("hours {n}"),
        week: Week { days },
        closed_on: levels.into_iter().filter(|_| !chance(random, 3)).collect(),
        states: if chance(random, 4) { some(random, STATES, 2) } else { BTreeSet::new() },
        term: term(random, about),
    }
}

fn limit(random: &mut Random, about: NaiveDate) -> AttemptLimit {
    let period = one(random, &[Period::Day, Period::Week, Period::Month]);
    AttemptLimit { period, most: random.below(6), term: term(random, about) }
}

fn facts(random: &mut Random, now: Now) -> Facts {
    let ago = |random: &mut Random, most: u32| now.civil - TimeDelta::minutes(i64::from(random.below(most)));
    let suppressed = Suppression {
        read: ago(random, 64),
        hit: chance(random, 8).then(|| Hit {
            source: "drawn by lot".to_owned(),
            since: now.civil,
            until: chance(random, 2).then(|| now.civil + TimeDelta::minutes(i64::from(random.below(4_000)) - 500)),
        }),
    };
    let attempts = Attempts {
        read: ago(random, 64),
        promise: chance(random, 2).then(|| OfPromise { made: random.below(6), most: 5 }),
        day: random.below(3),
        week: random.below(6),
        month: random.below(8),
    };
    Facts {
        account: load(random, now),
        route: chance(random, 4).then(|| load(random, now)),
        in_call: chance(random, 16),
        doubt: chance(random, 40).then(|| "the store fails".to_owned()),
        clock: (!chance(random, 20)).then(|| clock(random, now)),
        suppressed: (!chance(random, 20)).then_some(suppressed),
        attempts: (!chance(random, 20)).then_some(attempts),
    }
}

/// Right an hour ago, and since then gone wrong by up to seven minutes in one of eight.
fn clock(random: &mut Random, now: Now) -> Now {
    let wrong = if chance(random, 8) { i64::from(random.below(840)) - 420 } else { 0 };
    let civil = now.civil - TimeDelta::hours(1) - TimeDelta::seconds(wrong);
    Now { moment: now.moment - Duration::from_secs(3_600), civil }
}

fn load(random: &mut Random, now: Now) -> Load {
    let limits = Limits { calls_at_once: 3, calls_per_minute: 4 };
    let full = chance(random, 10);
    Load {
        calls: if chance(random, 20) { 3 } else { 1 },
        starts: if full { 4 } else { 2 },
        limits,
        next: (full && !chance(random, 6)).then(|| now.moment + Duration::from_secs(60)),
    }
}
