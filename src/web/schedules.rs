//! What an escala's days have free, and whom a change of it would leave outside (CB-04, CB-07).

use std::sync::Arc;

use axum::extract::State;
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use engine::access::{Action, Kind, Whose};
use engine::border::{Reply, What};
use engine::callback::{self, Command, Row};
use engine::id::ScheduleId;
use engine::staff::Entry;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use crate::store::PromiseFilter;

use super::body::{Asked, Body, Named};
use super::desk::Desk;
use super::doc::{Routes, about};
use super::error::Error;
use super::person::Person;
use super::shape::{Callback, Id, Listed, Schedule};

pub fn routes() -> Routes {
    let slot = json!({ "at": "2026-11-23T12:00:00Z", "local": "2026-11-23T09:00:00", "capacity": 2, "taken": 1, "free": true });
    let mut change = Schedule::defaults();
    change["name"] = json!("Dias úteis");
    Routes::default()
        .get(
            "/api/v1/schedules/{schedule}/days",
            days,
            about("Its days from one on, at most 42, with the places of each slot")
                .asks(&["from", "days"])
                .lists::<ScheduleDay>(json!([{ "day": "2026-11-23", "closed": null, "slots": [slot] }])),
        )
        .post(
            "/api/v1/schedules/{schedule}/check",
            check,
            about("The open callbacks that a change would leave outside; nothing is changed")
                .takes::<Schedule>(change)
                .gives::<Broken>(200, json!({ "broken": [], "count": 0 })),
        )
}

#[derive(Deserialize)]
struct Wanted {
    from: NaiveDate,
    days: Option<u16>,
}

/// One day of an escala.
#[derive(Serialize, ToSchema)]
pub struct ScheduleDay {
    day: NaiveDate,
    /// Why it has no slots, though its weekday has hours.
    closed: Option<String>,
    slots: Vec<ScheduleSlot>,
}

/// Places at one time.
#[derive(Serialize, ToSchema)]
pub struct ScheduleSlot {
    at: DateTime<Utc>,
    /// On the escala's wall.
    local: NaiveDateTime,
    capacity: u16,
    taken: u32,
    /// Its beginning has not passed, and a place is left.
    free: bool,
}

/// What a change breaks.
#[derive(Serialize, ToSchema)]
#[schema(as = ScheduleBroken)]
pub struct Broken {
    /// The first hundred.
    broken: Vec<Callback>,
    count: usize,
}

impl From<callback::Day> for ScheduleDay {
    fn from(day: callback::Day) -> ScheduleDay {
        let slot = |slot: callback::Slot| {
            let callback::Slot { at, local, capacity, taken, free } = slot;
            ScheduleSlot { at, local, capacity, taken, free }
        };
        ScheduleDay { day: day.day, closed: day.closed, slots: day.slots.into_iter().map(slot).collect() }
    }
}

async fn days(
    person: Person,
    Named(schedule): Named<Id>,
    Asked(wanted): Asked<Wanted>,
) -> Result<axum::Json<Vec<ScheduleDay>>, Error> {
    let days = wanted.days.unwrap_or(42);
    let look = Command::Slots { schedule: schedule.into(), from: wanted.from, days };
    match person.handle.command(What::Callback(look), None).await? {
        Reply::Days(days) => Ok(axum::Json(days.into_iter().map(ScheduleDay::from).collect())),
        _ => Err(Error::not_found()),
    }
}

/// Read and looked at beside the engine: it may be tens of thousands.
async fn check(
    person: Person,
    State(desk): State<Arc<Desk>>,
    Named(schedule): Named<Id>,
    Body(fields): Body<Map<String, Value>>,
) -> Result<axum::Json<Broken>, Error> {
    person.may(Action::Edit(Kind::Schedule), Whose::Shared).await?;
    let id = ScheduleId::from(schedule);
    let now = desk.people.staff().schedule(id).cloned().ok_or_else(Error::not_found)?;
    let now = Schedule::of(&Entry::Schedule(now), &desk.people.staff()).ok_or_else(Error::not_found)?;
    let Entry::Schedule(changed) = Schedule::read(serde_json::to_value(now).unwrap_or_default(), fields)? else {
        return Err(Error::not_found());
    };
    let changed = changed.in_force(&desk.options.rules, Utc::now());
    let filter = PromiseFilter { schedule: Some(id), open: Some(true), ..PromiseFilter::default() };
    let rows = desk.read(move |reader| reader.all_promises(&filter, |row| !fits(row, &changed))).await?;
    let broken = rows.iter().take(SHOWN).map(Callback::from).collect();
    Ok(axum::Json(Broken { broken, count: rows.len() }))
}

/// It could be promised as it is.
fn fits(row: &Row, schedule: &callback::Schedule) -> bool {
    let (due, next) = (row.promise.terms.due.at, row.promise.next);
    schedule.opening_at(due).is_some() && schedule.opening_at(next).is_some()
}

const SHOWN: usize = 100;
