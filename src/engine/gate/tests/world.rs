//! A small world: four places, office hours, a few holidays, limits of attempts.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use crate::rules::{Area, AttemptLimit, Day, Holiday, Hours, Level, Period, Rules, Scope, Span, Term, Week};

pub fn rules() -> Rules {
    let place = |prefix: &str, zones: &[&str], states: &[&str]| (prefix.to_owned(), vec![area(zones, states)]);
    Rules {
        version: 7,
        areas: [
            place("5511", &["America/Sao_Paulo"], &["SP"]),
            place("5592", &["America/Manaus"], &["AM"]),
            place("5597", &["America/Manaus", "America/Eirunepe"], &["AM"]),
            place("5581", &["America/Recife"], &["PE"]),
            place("55813619", &["America/Noronha"], &["PE"]),
            place("55819", &["America/Recife", "America/Noronha"], &["PE"]),
        ]
        .into(),
        holidays: vec![
            holiday("Natal", Day::Yearly { month: 12, day: 25 }, Scope::National),
            holiday("Paixão de Cristo", Day::Easter { days: -2 }, Scope::National),
            holiday("Data Magna de São Paulo", Day::Yearly { month: 7, day: 9 }, Scope::State(set(&["SP"]))),
        ],
        hours: vec![hours("office", &WEEK)],
        attempts: vec![limit(Period::Day, 3), limit(Period::Week, 5), limit(Period::Month, 9)],
        ..Rules::default()
    }
}

/// Weekdays 9 to 21, Saturdays 10 to 16.
pub const WEEK: [(u16, u16); 7] = [(540, 1260), (540, 1260), (540, 1260), (540, 1260), (540, 1260), (600, 960), (0, 0)];

pub fn area(zones: &[&str], states: &[&str]) -> Area {
    Area { zones: zones.iter().map(|zone| zone.parse().unwrap()).collect(), states: set(states), term: term() }
}

pub fn hours(name: &str, week: &[(u16, u16); 7]) -> Hours {
    let day = |&(from, until): &(u16, u16)| if from < until { vec![Span { from, until }] } else { Vec::new() };
    Hours {
        name: name.to_owned(),
        week: Week { days: week.each_ref().map(day) },
        closed_on: [Level::National, Level::State, Level::Municipal].into(),
        states: BTreeSet::new(),
        term: term(),
    }
}

pub fn holiday(name: &str, day: Day, scope: Scope) -> Holiday {
    Holiday { name: name.to_owned(), day, scope, optional: false, term: term() }
}

pub fn limit(period: Period, most: u32) -> AttemptLimit {
    AttemptLimit { period, most, term: term() }
}

pub fn term() -> Term {
    Term { from: day(2000, 1, 1), until: None, source: "the test".to_owned() }
}

pub fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

pub fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}
