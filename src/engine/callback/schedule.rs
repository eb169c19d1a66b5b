//! An escala: on which days and hours people are called back, how often, how many at once, and by whom (CB-07).

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::id::{QueueId, ScheduleId};

/// Only an administrator changes it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Schedule {
    pub id: ScheduleId,
    pub name: String,
    pub zone: Tz,
    /// From Monday on; none: nobody is called back that day.
    pub week: [Option<Hours>; 7],
    /// Days without hours, with the name of what they are: as the escala's calendar says, for the years it knows.
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

    /// The hours that an instant lies in.
    pub fn opening_at(&self, at: DateTime<Utc>) -> Option<Opening> {
        self.opening(self.local(at).date()).filter(|opening| opening.contains(at))
    }

    /// The first instant at or after `from` within the hours; none within [`HORIZON_DAYS`].
    pub fn next_open(&self, from: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.openings(from).next().map(|opening| opening.from.max(from))
    }

    /// Hours that are not over at `from`, in order.
    pub fn openings(&self, from: DateTime<Utc>) -> impl Iterator<Item = Opening> {
        let days = self.local(from).date().iter_days().take(HORIZON_DAYS.unsigned_abs() as usize);
        days.filter_map(|day| self.opening(day)).filter(move |opening| opening.until > from)
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

pub(super) fn minute_of_day(minute: u16) -> Option<NaiveTime> {
    NaiveTime::from_num_seconds_from_midnight_opt(u32::from(minute) * 60, 0)
}

/// An agent is reserved so long before the number is dialled: time to read why.
const AHEAD: TimeDelta = TimeDelta::seconds(15);
/// Beyond a year's holidays nothing opens that has not opened before.
pub(super) const HORIZON_DAYS: i64 = 400;
