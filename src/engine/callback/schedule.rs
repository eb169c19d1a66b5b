//! An escala: on which days and hours people are called back, how often, how many at once, and by whom (CB-07).

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Timelike, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::id::{QueueId, ScheduleId};
use crate::rules::{Holiday, Rules, Scope};

/// Only an administrator changes it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Schedule {
    pub id: ScheduleId,
    pub name: String,
    pub zone: Tz,
    /// From Monday on; none: nobody is called back that day.
    pub week: [Option<Hours>; 7],
    /// Days without hours, with the name of what they are: the escala's own, and in force those of its calendar too.
    pub closed: BTreeMap<NaiveDate, String>,
    /// At least one minute.
    pub slot_minutes: u16,
    /// Promises in one slot.
    pub capacity: u16,
    /// Attempts that count, at most.
    pub attempts: u8,
    /// From the end of an attempt that reached nobody to the next one.
    pub interval_minutes: u16,
    pub mode: Mode,
    pub absence: Absence,
    /// How long a due promise waits for an agent before somebody is alerted.
    pub patience_s: u16,
    /// Whose agents promise by it; none: everybody's.
    #[serde(default)]
    pub queues: BTreeSet<QueueId>,
    /// Calls that our side dropped are returned by it (CB-13).
    #[serde(default)]
    pub returns: bool,
    #[serde(default)]
    pub calendar: Calendar,
}

/// Which holidays of the rules close an escala, beside its own days.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Calendar {
    pub national: bool,
    /// *Pontos facultativos* too.
    pub optional: bool,
    /// `SP`, `AM`…
    pub states: BTreeSet<String>,
    /// As the rules name them.
    pub places: BTreeSet<String>,
}

/// A part of one day on the wall, in minutes after midnight.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Hours {
    pub from: u16,
    /// Later than `from`, at most 1,440; not in it any more.
    pub until: u16,
}

/// Who dials (CB-08).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// An agent is reserved shortly before the time; at the time the daemon dials.
    #[default]
    Automatic,
    /// The agent gets the record at the time, and dials.
    Preview,
}

/// What becomes of a personal promise whose owner is not there (CB-11).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Absence {
    pub grace_minutes: u16,
    pub then: Then,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Then {
    /// Anybody of this queue may keep it too.
    Queue(QueueId),
    /// It waits for its owner, and somebody is alerted.
    Stay,
}

/// One day's hours as instants.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Opening {
    pub from: DateTime<Utc>,
    pub until: DateTime<Utc>,
}

impl Calendar {
    fn has(&self, holiday: &Holiday) -> bool {
        let chosen = match &holiday.scope {
            Scope::National => self.national,
            Scope::State(states) => !states.is_disjoint(&self.states),
            Scope::Municipal { place, .. } => self.places.contains(place),
        };
        chosen && (self.optional || !holiday.optional)
    }
}

impl Opening {
    pub fn contains(&self, at: DateTime<Utc>) -> bool {
        (self.from..self.until).contains(&at)
    }
}

impl Schedule {
    /// What the wall clock shows.
    pub fn local(&self, at: DateTime<Utc>) -> NaiveDateTime {
        at.with_timezone(&self.zone).naive_local()
    }

    /// The hours of a day; those of a missing midnight begin with the first minute that there is.
    pub fn opening(&self, day: NaiveDate) -> Option<Opening> {
        let hours = self.hours(day).filter(|_| !self.closed.contains_key(&day))?;
        let instants = |minute| self.zone.from_local_datetime(&day.and_time(minute_of_day(minute)?)).earliest();
        let last = |minute| self.zone.from_local_datetime(&day.and_time(minute_of_day(minute)?)).latest();
        let from = (hours.from..hours.until).find_map(instants)?;
        let until = (hours.from..hours.until).rev().find_map(last)?.checked_add_signed(TimeDelta::minutes(1))?;
        Some(Opening { from: from.to_utc(), until: until.to_utc() })
    }

    /// The hours that an instant lies in: without a break by the clock on the wall, even where it is put back over one of their ends.
    pub fn opening_at(&self, at: DateTime<Utc>) -> Option<Opening> {
        let opening =
            self.opening(self.local(at).date()).filter(|opening| opening.contains(at) && self.shows_hours(at))?;
        if self.is_even(opening) {
            return Some(opening);
        }
        let minute = TimeDelta::minutes(1);
        let goes_on = |at: &DateTime<Utc>| opening.contains(*at) && self.shows_hours(*at);
        let whole = opening.from + minute * i32::try_from((at - opening.from).num_minutes()).ok()?;
        let later = std::iter::successors(Some(whole), |at| at.checked_add_signed(minute));
        let earlier = std::iter::successors(Some(whole), |at| at.checked_sub_signed(minute));
        Some(Opening {
            from: earlier.take_while(goes_on).last()?,
            until: later.take_while(goes_on).last()?.checked_add_signed(minute)?,
        })
    }

    /// Whether the clock on the wall shows a time of that day's hours.
    pub(super) fn shows_hours(&self, at: DateTime<Utc>) -> bool {
        let local = self.local(at);
        let minute = u16::try_from(local.num_seconds_from_midnight() / 60).unwrap_or(u16::MAX);
        let hours = self.hours(local.date()).filter(|_| !self.closed.contains_key(&local.date()));
        hours.is_some_and(|hours| (hours.from..hours.until).contains(&minute))
    }

    /// No clock is changed in it.
    fn is_even(&self, opening: Opening) -> bool {
        let minute = TimeDelta::minutes(1);
        self.local(opening.until - minute) - self.local(opening.from) == opening.until - minute - opening.from
    }

    /// The first instant at or after `from` within the hours; none within [`HORIZON_DAYS`].
    pub fn next_open(&self, from: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.openings(from).find_map(|opening| {
            let first = opening.from.max(from);
            let minutes = if self.is_even(opening) { 0 } else { i64::from(LONGEST_CHANGE) };
            let whole = |n| opening.from + TimeDelta::minutes((first - opening.from).num_minutes() + n);
            let mut times = std::iter::once(first).chain((1..=minutes).map(whole));
            times.find(|at| opening.contains(*at) && self.shows_hours(*at))
        })
    }

    /// Hours that are not over at `from`, in order.
    pub fn openings(&self, from: DateTime<Utc>) -> impl Iterator<Item = Opening> {
        let days = self.local(from).date().iter_days().take(HORIZON_DAYS.unsigned_abs() as usize);
        days.filter_map(|day| self.opening(day)).filter(move |opening| opening.until > from)
    }

    /// As it binds now: closed on the holidays of its calendar too.
    pub fn in_force(&self, rules: &Rules, now: DateTime<Utc>) -> Schedule {
        let days = self.local(now).date().iter_days().take(HORIZON_DAYS.unsigned_abs() as usize + 2);
        let holidays = days.filter_map(|day| {
            let holiday = rules.holidays.iter().find(|holiday| holiday.is_on(day) && self.calendar.has(holiday))?;
            Some((day, holiday.name.clone()))
        });
        let closed = holidays.chain(self.closed.clone()).collect();
        Schedule { closed, ..self.clone() }
    }

    /// What is wrong with it, by field.
    pub fn fault(&self) -> Option<(&'static str, String)> {
        let hours = |hours: &Hours| hours.from < hours.until && hours.until <= 24 * 60;
        let wrong = [
            (self.week.iter().all(Option::is_none), "week", "no day has hours".to_owned()),
            (!self.week.iter().flatten().all(hours), "week", "hours begin before they end, within the day".to_owned()),
            (!(1..=24 * 60).contains(&self.slot_minutes), "slot_minutes", "a slot has 1 to 1440 minutes".to_owned()),
            (self.capacity == 0, "capacity", "a slot has room for at least one".to_owned()),
            (!(1..=MOST_ATTEMPTS).contains(&self.attempts), "attempts", format!("1 to {MOST_ATTEMPTS} attempts")),
            (self.interval_minutes > 7 * 24 * 60, "interval_minutes", "at most a week between attempts".to_owned()),
            (self.absence.grace_minutes > 24 * 60, "absence", "at most a day of grace".to_owned()),
            (!(5..=60 * 60).contains(&self.patience_s), "patience_s", "5 to 3600 s".to_owned()),
            (self.closed.len() > MOST_DAYS, "closed", format!("at most {MOST_DAYS} days; those of past years can go")),
        ];
        wrong.into_iter().find(|(is_so, ..)| *is_so).map(|(_, field, text)| (field, text))
    }

    /// The hours of a day's weekday, holiday or not.
    pub(super) fn hours(&self, day: NaiveDate) -> Option<Hours> {
        let weekday = usize::try_from(day.weekday().num_days_from_monday()).unwrap_or_default();
        self.week.get(weekday).copied().flatten()
    }

    /// From a promise's time back to when an agent is looked for.
    pub(super) fn ahead(&self) -> TimeDelta {
        match self.mode {
            Mode::Automatic => AHEAD,
            Mode::Preview => TimeDelta::zero(),
        }
    }
}

/// Of one promise; nobody is called more often for one matter.
const MOST_ATTEMPTS: u8 = 20;
const MOST_DAYS: usize = 400;
/// Minutes that a clock is put back at most.
const LONGEST_CHANGE: u16 = 3 * 60;

pub(super) fn minute_of_day(minute: u16) -> Option<NaiveTime> {
    NaiveTime::from_num_seconds_from_midnight_opt(u32::from(minute) * 60, 0)
}

/// An agent is reserved so long before the number is dialled: time to read why.
const AHEAD: TimeDelta = TimeDelta::seconds(15);
/// Beyond a year's holidays nothing opens that has not opened before.
pub(super) const HORIZON_DAYS: i64 = 400;
