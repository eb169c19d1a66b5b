//! Slots and how many promises each holds; what no promise can be made for, why, and the next times that can (CB-06).

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDateTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::schedule::{HORIZON_DAYS, Opening, Schedule};
use crate::id::ScheduleId;

/// When somebody is to be called back: as it was said, and when that is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Due {
    pub at: DateTime<Utc>,
    pub local: NaiveDateTime,
    pub zone: Tz,
}

impl Due {
    pub fn of(schedule: &Schedule, at: DateTime<Utc>) -> Due {
        Due { at, local: schedule.local(at), zone: schedule.zone }
    }
}

/// Why nobody can be promised a call at that time, and when one can: at most [`SUGGESTED`] times, none where there is none.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, thiserror::Error)]
#[error("{why}")]
pub struct Impossible {
    pub why: Why,
    pub next: Vec<Due>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Why {
    #[error("this time is past")]
    Past,
    #[error("this time is more than {HORIZON_DAYS} days ahead")]
    TooFar,
    #[error("the clocks are put forward that day: this time does not exist")]
    Skipped,
    #[error("nobody is called back on that day of the week")]
    ClosedDay,
    #[error("that day is {name}")]
    Holiday { name: String },
    #[error("this time is outside the hours of that day")]
    OutsideHours,
    #[error("all {capacity} places of this slot are taken")]
    Full { capacity: u16 },
}

/// How many promises there are at which times: of all open ones, however far ahead.
#[derive(Clone, Debug, Default)]
pub struct Taken {
    at: BTreeMap<(ScheduleId, DateTime<Utc>), u16>,
}

impl FromIterator<(ScheduleId, DateTime<Utc>, u16)> for Taken {
    fn from_iter<T: IntoIterator<Item = (ScheduleId, DateTime<Utc>, u16)>>(all: T) -> Taken {
        Taken { at: all.into_iter().map(|(schedule, at, count)| ((schedule, at), count)).collect() }
    }
}

impl Taken {
    pub fn take(&mut self, schedule: ScheduleId, at: DateTime<Utc>) {
        let count = self.at.entry((schedule, at)).or_default();
        *count = count.saturating_add(1);
    }

    pub fn release(&mut self, schedule: ScheduleId, at: DateTime<Utc>) {
        if let Some(count) = self.at.get_mut(&(schedule, at)) {
            *count -= 1;
            if *count == 0 {
                self.at.remove(&(schedule, at));
            }
        }
    }

    /// Whether any open promise is of this escala.
    pub fn any_of(&self, schedule: ScheduleId) -> bool {
        self.at.range((schedule, DateTime::<Utc>::MIN_UTC)..).next().is_some_and(|((own, _), _)| *own == schedule)
    }

    pub(super) fn within(&self, schedule: ScheduleId, slot: Opening) -> u32 {
        self.at.range((schedule, slot.from)..(schedule, slot.until)).map(|(_, count)| u32::from(*count)).sum()
    }
}

impl Schedule {
    /// Whether a promise can be made for a time on the wall. A time that comes twice is its first.
    pub fn promise_at(&self, local: NaiveDateTime, taken: &Taken, now: DateTime<Utc>) -> Result<Due, Impossible> {
        let days = local.signed_duration_since(now.naive_utc()).num_days();
        let (why, near) = match self.zone.from_local_datetime(&local).earliest().map(|at| at.to_utc()) {
            _ if days < -1 => (Why::Past, now),
            _ if days > HORIZON_DAYS => (Why::TooFar, now),
            None => (Why::Skipped, self.zone.from_utc_datetime(&local).to_utc()),
            Some(at) => match self.look(at, taken, now) {
                Ok(()) => return Ok(Due { at, local, zone: self.zone }),
                Err(why) => (why, at),
            },
        };
        Err(Impossible { why, next: self.possible(near.max(now), taken, now).take(SUGGESTED).collect() })
    }

    /// The beginnings of slots from `from` on that have a place.
    pub fn possible(&self, from: DateTime<Utc>, taken: &Taken, now: DateTime<Utc>) -> impl Iterator<Item = Due> {
        let slots = self.openings(from).flat_map(|opening| self.slots(opening)).take(MOST_SLOTS);
        let is_possible = move |slot: &Opening| slot.from >= from.max(now) && self.shows_hours(slot.from);
        let free = slots.filter(move |slot| is_possible(slot) && self.has_place(*slot, taken));
        free.map(|slot| Due::of(self, slot.from))
    }

    fn look(&self, at: DateTime<Utc>, taken: &Taken, now: DateTime<Utc>) -> Result<(), Why> {
        let day = self.local(at).date();
        if at < now {
            return Err(Why::Past);
        }
        if let Some(name) = self.closed.get(&day) {
            return Err(Why::Holiday { name: name.clone() });
        }
        self.hours(day).ok_or(Why::ClosedDay)?;
        let opening = self.opening_at(at).ok_or(Why::OutsideHours)?;
        let slot = self.slots(opening).find(|slot| slot.contains(at)).ok_or(Why::OutsideHours)?;
        match self.has_place(slot, taken) {
            true => Ok(()),
            false => Err(Why::Full { capacity: self.capacity }),
        }
    }

    fn has_place(&self, slot: Opening, taken: &Taken) -> bool {
        taken.within(self.id, slot) < u32::from(self.capacity)
    }

    pub(super) fn slots(&self, opening: Opening) -> impl Iterator<Item = Opening> + use<> {
        let length = TimeDelta::minutes(i64::from(self.slot_minutes.max(1)));
        let begins = std::iter::successors(Some(opening.from), move |from| from.checked_add_signed(length));
        let slot = move |from: DateTime<Utc>| Opening {
            from,
            until: from.checked_add_signed(length).map_or(opening.until, |end| end.min(opening.until)),
        };
        begins.take_while(move |from| *from < opening.until).map(slot)
    }
}

/// Times that a refusal names.
const SUGGESTED: usize = 3;
/// Slots looked at for them: a year and more of slots of an hour, a week and more of slots of five minutes.
const MOST_SLOTS: usize = 4_000;
