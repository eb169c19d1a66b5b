//! A calendar of an escala: its days with their slots, and how many places each has left (CB-04).

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Callbacks;
use super::schedule::Schedule;
use super::slot::Taken;
use crate::id::ScheduleId;
use crate::time::Now;

/// One day of an escala.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Day {
    pub day: NaiveDate,
    /// Why it has no slots, though its weekday has hours.
    pub closed: Option<String>,
    pub slots: Vec<Slot>,
}

/// Places at one time.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Slot {
    pub at: DateTime<Utc>,
    /// On the escala's wall.
    pub local: NaiveDateTime,
    pub capacity: u16,
    pub taken: u32,
    /// Its beginning has not passed, and a place is left.
    pub free: bool,
}

impl Callbacks {
    /// The days from `from` on, at most [`MOST_DAYS`]; none where there is no such escala.
    pub fn days(&self, schedule: ScheduleId, from: NaiveDate, days: u16, now: Now) -> Option<Vec<Day>> {
        let schedule = self.schedules.get(&schedule)?;
        let days = from.iter_days().take(usize::from(days.min(MOST_DAYS)));
        Some(days.map(|day| schedule.calendar_day(day, &self.taken, now)).collect())
    }
}

impl Schedule {
    fn calendar_day(&self, day: NaiveDate, taken: &Taken, now: Now) -> Day {
        let slots = self.opening(day).into_iter().flat_map(|opening| self.slots(opening));
        let slots = slots.filter(|slot| self.shows_hours(slot.from)).map(|slot| {
            let count = taken.within(self.id, slot);
            Slot {
                at: slot.from,
                local: self.local(slot.from),
                capacity: self.capacity,
                taken: count,
                free: slot.from >= now.civil && count < u32::from(self.capacity),
            }
        });
        Day { day, closed: self.hours(day).and_then(|_| self.closed.get(&day).cloned()), slots: slots.collect() }
    }
}

/// Six weeks: what a calendar of a month shows.
const MOST_DAYS: u16 = 42;
