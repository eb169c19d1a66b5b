//! The rules once more, slowly and otherwise: everything is asked anew for every instant, by strings, lists and loops.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, TimeDelta, Timelike, Utc};
use chrono_tz::Tz;
use engine::gate::{Load, Purpose};
use engine::number::NumberKind;
use engine::rules::{Area, Day, Holiday, Level, Period, Scope, Term};

use super::world::{Question, World};

pub struct Model<'a> {
    world: &'a World,
    asked: &'a Question,
    area: Option<&'a Area>,
    zones: Vec<Tz>,
}

#[derive(Debug)]
pub enum Said {
    Yes { warnings: usize },
    No { rule: &'static str },
}

#[derive(Clone, Copy, PartialEq)]
enum Finds {
    Nothing,
    /// Not known.
    Doubt,
    /// It is so, and time does not change it.
    Lasts,
    /// It is so now.
    Now,
}

impl<'a> Model<'a> {
    pub fn new(world: &'a World, asked: &'a Question) -> Model<'a> {
        let mut area: Option<(&str, &Area)> = None;
        for (prefix, areas) in &world.rules.areas {
            let matches = asked.number.normalised.starts_with(&format!("+{prefix}"));
            let longer = area.is_none_or(|(other, _)| prefix.len() > other.len());
            let in_force = areas.iter().find(|area| within(&area.term, asked.now.civil.date_naive()));
            if let Some(found) = in_force.filter(|_| matches && longer) {
                area = Some((prefix, found));
            }
        }
        let area = area.map(|(_, area)| area);
        let zones = area.map_or(vec![world.zone], |area| area.zones.clone());
        Model { world, asked, area, zones }
    }

    /// Now.
    pub fn says(&self) -> Said {
        let mut warnings = 0;
        for (rule, finds) in self.findings(self.asked.now.civil) {
            match self.weight(rule, finds) {
                'N' => return Said::No { rule },
                'W' => warnings += 1,
                _ => {}
            }
        }
        Said::Yes { warnings }
    }

    /// Whether it may be dialled at a later instant, if nothing but the clock moves.
    pub fn may_at(&self, at: DateTime<Utc>) -> bool {
        let still = |(rule, finds)| self.weight(rule, finds) == 'N';
        let lasting = self.findings(self.asked.now.civil).into_iter().filter(|(rule, finds)| {
            let hours = matches!(*rule, "hours" | "holiday");
            matches!(finds, Finds::Doubt | Finds::Lasts) && (!hours || self.is_foreign())
        });
        !lasting.into_iter().any(still) && !self.findings(at).into_iter().any(still)
    }

    /// By the table: columns by hand, device, transfer, redirect, callback, campaign, message, notice.
    fn weight(&self, rule: &str, finds: Finds) -> char {
        let house = self.asked.number.kind == NumberKind::Extension;
        let row = match rule {
            "emergency" => "...NNNNN",
            "denied-prefix" | "international" | "premium" => "NNNNNNNN",
            "calls-at-once" | "calls-a-minute" => "NNNNNN..",
            "in-call" => "....NN..",
            "doubt" | "clock" => "WWWNNNWN",
            "do-not-call" | "hours" | "holiday" if house => "........",
            "do-not-call" | "hours" | "holiday" => "WW..NNNN",
            _ => "WW..NN..",
        };
        let column = match self.asked.purpose {
            Purpose::ByHand => 0,
            Purpose::Device => 1,
            Purpose::Transfer => 2,
            Purpose::Redirect => 3,
            Purpose::Callback => 4,
            Purpose::Campaign => 5,
            Purpose::Message => 6,
            Purpose::Notice => 7,
        };
        let letter = row.chars().nth(column).unwrap();
        match finds {
            Finds::Nothing => '.',
            Finds::Doubt if letter != '.' && [4, 5, 7].contains(&column) => 'N',
            Finds::Doubt => '.',
            Finds::Lasts | Finds::Now => letter,
        }
    }

    fn findings(&self, at: DateTime<Utc>) -> Vec<(&'static str, Finds)> {
        let kind = self.asked.number.kind;
        if kind == NumberKind::Emergency {
            return vec![("emergency", Finds::Lasts)];
        }
        let facts = &self.asked.facts;
        let loads: Vec<&Load> = [Some(&facts.account), facts.route.as_ref()].into_iter().flatten().collect();
        let gate = &self.world.gate;
        let denied = gate.deny.iter().any(|prefix| self.asked.number.normalised.starts_with(prefix.as_str()));
        let international = kind == NumberKind::International && !gate.allow_international;
        let premium = kind == NumberKind::Premium && !gate.allow_premium;
        let lasts = |is: bool| if is { Finds::Lasts } else { Finds::Nothing };
        vec![
            ("denied-prefix", lasts(denied)),
            ("international", lasts(international)),
            ("premium", lasts(premium)),
            ("calls-at-once", lasts(loads.iter().any(|load| load.calls >= load.limits.calls_at_once))),
            ("calls-a-minute", self.rate(&loads, at)),
            ("in-call", self.in_call(at)),
            ("doubt", lasts(facts.doubt.is_some())),
            ("clock", self.clock()),
            ("do-not-call", self.suppressed(at)),
            ("attempts-of-promise", self.promise()),
            ("attempts-a-day", self.attempts(Period::Day, at)),
            ("attempts-a-week", self.attempts(Period::Week, at)),
            ("attempts-a-month", self.attempts(Period::Month, at)),
            ("hours", self.hours(at)),
            ("holiday", self.holiday(at)),
        ]
    }

    fn rate(&self, loads: &[&Load], at: DateTime<Utc>) -> Finds {
        let waited = (at - self.asked.now.civil).to_std().unwrap();
        let mut finds = Finds::Nothing;
        for load in loads.iter().filter(|load| load.starts >= load.limits.calls_per_minute) {
            match load.next {
                None => return Finds::Lasts,
                Some(next) if next > self.asked.now.moment + waited => finds = Finds::Now,
                Some(_) => {}
            }
        }
        finds
    }

    fn in_call(&self, at: DateTime<Utc>) -> Finds {
        let is_up = self.asked.facts.in_call && at < self.asked.now.civil + TimeDelta::seconds(60);
        if is_up { Finds::Now } else { Finds::Nothing }
    }

    fn clock(&self) -> Finds {
        let Some(right) = self.asked.facts.clock else { return Finds::Doubt };
        let civil = (self.asked.now.civil - right.civil).num_milliseconds();
        let boot = (self.asked.now.moment.0 / 1_000_000) as i64 - (right.moment.0 / 1_000_000) as i64;
        if (civil - boot).abs() > 300_000 { Finds::Lasts } else { Finds::Nothing }
    }

    fn old(&self, read: DateTime<Utc>) -> bool {
        self.asked.now.civil - read > TimeDelta::minutes(60)
    }

    fn suppressed(&self, at: DateTime<Utc>) -> Finds {
        let Some(known) = &self.asked.facts.suppressed else { return Finds::Doubt };
        match &known.hit {
            Some(hit) if hit.until.is_none() => Finds::Lasts,
            Some(hit) if hit.until.unwrap() > at => Finds::Now,
            // That the list is old counts as of when it was asked for; the hit was known, old or not.
            Some(hit) if hit.until.unwrap() > self.asked.now.civil => Finds::Nothing,
            _ if self.old(known.read) => Finds::Doubt,
            _ => Finds::Nothing,
        }
    }

    fn promise(&self) -> Finds {
        let Some(attempts) = &self.asked.facts.attempts else { return Finds::Doubt };
        match attempts.promise {
            Some(promise) if promise.made >= promise.most => Finds::Lasts,
            Some(_) if self.old(attempts.read) => Finds::Doubt,
            _ => Finds::Nothing,
        }
    }

    fn attempts(&self, period: Period, at: DateTime<Utc>) -> Finds {
        if !self.world.rules.attempts.iter().any(|limit| limit.period == period) {
            return Finds::Nothing;
        }
        let Some(attempts) = &self.asked.facts.attempts else { return Finds::Doubt };
        if self.old(attempts.read) {
            return Finds::Doubt;
        }
        let page = |zone: &Tz, at: DateTime<Utc>| {
            let day = at.with_timezone(zone).date_naive();
            match period {
                Period::Day => (day.year(), day.ordinal()),
                Period::Week => (day.iso_week().year(), day.iso_week().week()),
                Period::Month => (day.year(), day.month()),
            }
        };
        let count = match period {
            Period::Day => attempts.day,
            Period::Week => attempts.week,
            Period::Month => attempts.month,
        };
        let new = self.zones.iter().all(|zone| page(zone, at) > page(zone, attempts.read));
        let counted = if new { 0 } else { count };
        let reached = self.world.rules.attempts.iter().any(|limit| {
            let somewhere = self.zones.iter().any(|zone| within(&limit.term, at.with_timezone(zone).date_naive()));
            limit.period == period && somewhere && counted >= limit.most
        });
        if reached { Finds::Now } else { Finds::Nothing }
    }

    fn is_foreign(&self) -> bool {
        self.area.is_none() && self.asked.number.kind == NumberKind::International
    }

    fn walls(&self, at: DateTime<Utc>) -> Vec<NaiveDateTime> {
        self.zones.iter().map(|zone| at.with_timezone(zone).naive_local()).collect()
    }

    fn in_states(&self, states: &std::collections::BTreeSet<String>) -> bool {
        self.area.is_some_and(|area| !area.states.is_disjoint(states))
    }

    fn hours(&self, at: DateTime<Utc>) -> Finds {
        if self.is_foreign() {
            return Finds::Doubt;
        }
        let mut finds = Finds::Nothing;
        for wall in self.walls(at) {
            let mut bound = 0;
            for hours in &self.world.rules.hours {
                let ours = hours.states.is_empty() || self.in_states(&hours.states);
                if !ours || !within(&hours.term, wall.date()) {
                    continue;
                }
                bound += 1;
                let weekday = wall.weekday().number_from_monday() as usize - 1;
                let mut open = [false; 1_440];
                for span in &hours.week.days[weekday] {
                    (span.from..span.until).for_each(|minute| open[usize::from(minute)] = true);
                }
                if !open[(wall.num_seconds_from_midnight() / 60) as usize] {
                    return Finds::Now;
                }
            }
            if bound == 0 {
                finds = Finds::Doubt;
            }
        }
        finds
    }

    fn holiday(&self, at: DateTime<Utc>) -> Finds {
        if self.is_foreign() {
            return Finds::Nothing;
        }
        for day in self.walls(at).into_iter().map(|wall| wall.date()) {
            for hours in &self.world.rules.hours {
                let ours = hours.states.is_empty() || self.in_states(&hours.states);
                let closed = self.world.rules.holidays.iter().any(|holiday| {
                    within(&holiday.term, day)
                        && hours.closed_on.contains(&level(holiday))
                        && self.keeps(holiday)
                        && dates(holiday, day.year()).contains(&day)
                });
                if ours && within(&hours.term, day) && closed {
                    return Finds::Now;
                }
            }
        }
        Finds::Nothing
    }

    fn keeps(&self, holiday: &Holiday) -> bool {
        let number = &self.asked.number;
        match &holiday.scope {
            Scope::National => number.kind != NumberKind::International,
            Scope::State(states) => self.in_states(states),
            Scope::Municipal { prefixes, .. } => {
                prefixes.iter().any(|prefix| number.normalised.starts_with(&format!("+{prefix}")))
            }
        }
    }
}

fn within(term: &Term, day: NaiveDate) -> bool {
    day >= term.from && term.until.is_none_or(|until| day <= until)
}

fn level(holiday: &Holiday) -> Level {
    match holiday.scope {
        _ if holiday.optional => Level::Optional,
        Scope::National => Level::National,
        Scope::State(_) => Level::State,
        Scope::Municipal { .. } => Level::Municipal,
    }
}

/// The days of a year on which a holiday is, and of its neighbours where Easter is far.
fn dates(holiday: &Holiday, year: i32) -> Vec<NaiveDate> {
    match &holiday.day {
        Day::Yearly { month, day } => NaiveDate::from_ymd_opt(year, *month, *day).into_iter().collect(),
        Day::Easter { days } => vec![sunday(year) + TimeDelta::days(*days)],
        Day::Dates(dates) => dates.iter().copied().collect(),
    }
}

/// Easter as Gauss reckoned it for the years 1900 to 2099.
fn sunday(year: i32) -> NaiveDate {
    let (a, b, c) = (year % 19, year % 4, year % 7);
    let d = (19 * a + 24) % 30;
    let e = (2 * b + 4 * c + 6 * d + 5) % 7;
    let after = match (d, e) {
        (29, 6) => 28,
        (28, 6) if a > 10 => 27,
        _ => d + e,
    };
    NaiveDate::from_ymd_opt(year, 3, 22).unwrap() + TimeDelta::days(i64::from(after))
}
