//! *Escalas* of callbacks: days, hours, places, attempts, by whom (CB-07).

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use chrono_tz::Tz;
use engine::access::Kind;
use engine::callback::{self, Absence, Calendar, Hours, Mode, Then};
use engine::id::QueueId;
use engine::staff::{Entry, EntryId, Staff};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::web::error::Error;

use super::Listed;
use crate::web::shape::{Id, ids};

#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    schedule: Id,
    name: String,
    /// As `America/Sao_Paulo`.
    #[schema(value_type = String)]
    zone: Tz,
    /// From Monday on; null: nobody is called back that day.
    #[schema(value_type = Vec<Option<DayHours>>)]
    week: [Option<Hours>; 7],
    /// Days without hours, with their names.
    #[schema(value_type = BTreeMap<String, String>)]
    closed: BTreeMap<NaiveDate, String>,
    slot_minutes: u16,
    /// Callbacks in one slot.
    capacity: u16,
    attempts: u8,
    interval_minutes: u16,
    #[schema(value_type = ScheduleMode)]
    mode: Mode,
    absence: ScheduleAbsence,
    /// How long a due callback waits for an agent before somebody is alerted, in s.
    patience_s: u16,
    /// Whose agents promise by it; empty: everybody's.
    queues: Vec<Id>,
    /// Calls that our side dropped are returned by it.
    returns: bool,
    #[schema(value_type = HolidayCalendar)]
    calendar: Calendar,
}

/// A part of one day, in minutes after midnight.
#[derive(ToSchema)]
#[allow(dead_code, reason = "for the document alone")]
pub struct DayHours {
    from: u16,
    until: u16,
}

/// Which holidays of the rules close it.
#[derive(ToSchema)]
#[allow(dead_code, reason = "for the document alone")]
pub struct HolidayCalendar {
    national: bool,
    /// *Pontos facultativos* too.
    optional: bool,
    states: Vec<String>,
    places: Vec<String>,
}

#[derive(ToSchema)]
#[schema(rename_all = "kebab-case")]
#[allow(dead_code, reason = "for the document alone")]
enum ScheduleMode {
    Automatic,
    Preview,
}

/// What becomes of a personal callback whose owner is not there (CB-11).
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ScheduleAbsence {
    grace_minutes: u16,
    then: AbsenceThen,
}

#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AbsenceThen {
    /// Anybody of this queue may keep it too.
    Queue(Id),
    /// It waits for its owner.
    Stay,
}

impl Listed for Schedule {
    type New = Schedule;
    const PATH: &'static str = "/api/v1/schedules";
    const PATH_OF_ONE: &'static str = "/api/v1/schedules/{schedule}";
    const ID: &'static str = "schedule";
    const KIND: Kind = Kind::Schedule;

    fn entry_id(id: Id) -> EntryId {
        EntryId::Schedule(id.into())
    }

    fn of(entry: &Entry, _staff: &Staff) -> Option<Schedule> {
        let Entry::Schedule(schedule) = entry else { return None };
        let then = match schedule.absence.then {
            Then::Queue(queue) => AbsenceThen::Queue(queue.into()),
            Then::Stay => AbsenceThen::Stay,
        };
        Some(Schedule {
            schedule: schedule.id.into(),
            name: schedule.name.clone(),
            zone: schedule.zone,
            week: schedule.week,
            closed: schedule.closed.clone(),
            slot_minutes: schedule.slot_minutes,
            capacity: schedule.capacity,
            attempts: schedule.attempts,
            interval_minutes: schedule.interval_minutes,
            mode: schedule.mode,
            absence: ScheduleAbsence { grace_minutes: schedule.absence.grace_minutes, then },
            patience_s: schedule.patience_s,
            queues: ids(schedule.queues.iter().copied()),
            returns: schedule.returns,
            calendar: schedule.calendar.clone(),
        })
    }

    fn into_entry(self) -> Result<Entry, Error> {
        let then = match self.absence.then {
            AbsenceThen::Queue(queue) => Then::Queue(queue.into()),
            AbsenceThen::Stay => Then::Stay,
        };
        Ok(Entry::Schedule(callback::Schedule {
            id: self.schedule.into(),
            name: self.name,
            zone: self.zone,
            week: self.week,
            closed: self.closed,
            slot_minutes: self.slot_minutes,
            capacity: self.capacity,
            attempts: self.attempts,
            interval_minutes: self.interval_minutes,
            mode: self.mode,
            absence: Absence { grace_minutes: self.absence.grace_minutes, then },
            patience_s: self.patience_s,
            queues: self.queues.into_iter().map(QueueId::from).collect::<BTreeSet<_>>(),
            returns: self.returns,
            calendar: self.calendar,
        }))
    }

    fn defaults() -> Value {
        let hours = json!({ "from": 540, "until": 1080 });
        json!({ "zone": "America/Sao_Paulo", "week": [hours, hours, hours, hours, hours, null, null], "closed": {},
            "slot_minutes": 30, "capacity": 1, "attempts": 3, "interval_minutes": 10, "mode": "automatic",
            "absence": { "grace_minutes": 15, "then": "stay" }, "patience_s": 60, "queues": [], "returns": false,
            "calendar": { "national": true, "optional": false, "states": [], "places": [] } })
    }

    fn example() -> Value {
        let mut example = Schedule::defaults();
        example["schedule"] = json!("40");
        example["name"] = json!("Dias úteis");
        example
    }
}
