//! The breaks of a day, planned and taken, of each person (VZ-15): NR-17, Annex II wants them registered.
//!
//! What was taken is what people did; what was planned is what their shift plans now.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use engine::access::{self, Action, Kind, Whose};
use engine::agent::AgentState;
use engine::id::{ItemId, UserId};
use engine::staff::{OVERDUE_AFTER, Staff, Workday};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::body::Asked;
use super::desk::Desk;
use super::doc::{Routes, about};
use super::error::Error;
use super::person::Person;
use super::shape::Id;
use super::table;

pub fn routes() -> Routes {
    let one = json!({
        "user": "7", "name": "Luana Andrade", "reason": "3", "planned": "2026-11-24T13:00:00Z", "planned_s": 600,
        "began": "2026-11-24T13:02:10Z", "seconds": 615, "outcome": "taken",
    });
    Routes::default()
        .get(
            "/api/v1/breaks",
            list,
            about("Breaks of a day, planned and taken, of whom one may see")
                .asks(&["day"])
                .lists::<DayBreak>(json!([one])),
        )
        .get("/api/v1/breaks.csv", export, about("The same as a table").asks(&["day"]))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// Without it: today.
    day: Option<NaiveDate>,
}

/// A break that was planned, taken, or both.
#[derive(Clone, Serialize, ToSchema)]
pub struct DayBreak {
    user: Id,
    name: String,
    reason: Id,
    /// For when; none: nobody planned it.
    planned: Option<DateTime<Utc>>,
    planned_s: u32,
    began: Option<DateTime<Utc>>,
    seconds: u32,
    outcome: Outcome,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Its time has not come.
    Ahead,
    Missed,
    Running,
    Taken,
    /// It was over before the planned time was.
    Short,
    /// A rest of NR-17 that was not planned.
    Unplanned,
}

/// Somebody paused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Pause {
    reason: ItemId,
    from: DateTime<Utc>,
    until: Option<DateTime<Utc>>,
}

async fn list(
    person: Person,
    State(desk): State<Arc<Desk>>,
    Asked(wanted): Asked<Wanted>,
) -> Result<axum::Json<Vec<DayBreak>>, Error> {
    of_day(&desk, &person, wanted.day.unwrap_or_else(|| today(&desk))).await.map(axum::Json)
}

async fn export(
    person: Person,
    State(desk): State<Arc<Desk>>,
    Asked(wanted): Asked<Wanted>,
) -> Result<Response, Error> {
    person.may(Action::Export, Whose::Nothing).await?;
    let day = wanted.day.unwrap_or_else(|| today(&desk));
    let lines = of_day(&desk, &person, day).await?;
    desk.audit(Some(person.user), person.address, "breaks-exported", json!({ "day": day })).await?;
    let zone = desk.options.zone;
    let clock = |at: DateTime<Utc>| at.with_timezone(&zone).format("%H:%M:%S").to_string();
    let head = ["day", "name", "reason", "planned", "planned_s", "began", "seconds", "outcome"];
    let mut text = table::line(head.map(str::to_owned));
    for line in lines {
        let reason = desk.people.staff().pause_reason(line.reason.into()).map(|reason| reason.name.clone());
        let outcome = serde_json::to_value(line.outcome).unwrap_or_default();
        text += &table::line([
            day.to_string(),
            line.name,
            reason.unwrap_or_default(),
            line.planned.map_or_else(String::new, clock),
            line.planned_s.to_string(),
            line.began.map_or_else(String::new, clock),
            line.seconds.to_string(),
            outcome.as_str().unwrap_or_default().to_owned(),
        ]);
    }
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"pausas-{day}.csv\"")),
    ];
    Ok((headers, text).into_response())
}

fn today(desk: &Desk) -> NaiveDate {
    Utc::now().with_timezone(&desk.options.zone).date_naive()
}

async fn of_day(desk: &Arc<Desk>, person: &Person, day: NaiveDate) -> Result<Vec<DayBreak>, Error> {
    let (zone, now) = (desk.options.zone, Utc::now());
    let local = day.and_time(NaiveTime::MIN);
    let midnight = zone.from_local_datetime(&local).earliest().unwrap_or_else(|| zone.from_utc_datetime(&local));
    let midnight = midnight.with_timezone(&Utc);
    // A night shift ends on the next day.
    let states = desk.read(move |reader| reader.agent_states(midnight, midnight + TimeDelta::days(2))).await?;
    let mut by_user: BTreeMap<UserId, Vec<(DateTime<Utc>, AgentState)>> = BTreeMap::new();
    states.into_iter().for_each(|(user, at, state)| by_user.entry(user).or_default().push((at, state)));
    let staff = desk.people.staff();
    let seen = |user: &UserId| {
        access::allowed(&staff, person.handle.actor(), Action::See(Kind::Agent), Whose::Of(*user)).is_ok()
    };
    let mut lines = Vec::new();
    for user in staff.users().filter(|user| seen(&user.user)) {
        let workday = staff.workday(user.user, day, zone);
        let (from, until) = match &workday {
            Some(workday) => (workday.from - TimeDelta::minutes(30), workday.until),
            None => (midnight, midnight + TimeDelta::days(1)),
        };
        let own = by_user.remove(&user.user).unwrap_or_default();
        let within = pauses(&own).into_iter().filter(|pause| (from..until).contains(&pause.from)).collect::<Vec<_>>();
        let found = judged(workday.as_ref(), &within, &staff, now);
        lines.extend(found.into_iter().map(|line| DayBreak {
            user: user.user.into(),
            name: user.name.clone(),
            ..line
        }));
    }
    lines.sort_by(|a, b| (&a.name, a.planned.or(a.began)).cmp(&(&b.name, b.planned.or(b.began))));
    Ok(lines)
}

/// A state that is told again, as at a start of the daemon, is the same one.
fn pauses(states: &[(DateTime<Utc>, AgentState)]) -> Vec<Pause> {
    let mut all: Vec<Pause> = Vec::new();
    for (at, state) in states {
        let open = all.last_mut().filter(|pause| pause.until.is_none());
        match (open, state) {
            (Some(pause), AgentState::Paused { reason }) if pause.reason == *reason => continue,
            (Some(pause), _) => pause.until = Some(*at),
            (None, _) => {}
        }
        if let AgentState::Paused { reason } = state {
            all.push(Pause { reason: *reason, from: *at, until: None });
        }
    }
    all
}

/// What became of each planned break, and which rests were taken beside them.
fn judged(workday: Option<&Workday>, pauses: &[Pause], staff: &Staff, now: DateTime<Utc>) -> Vec<DayBreak> {
    let mut taken = BTreeSet::new();
    let mut lines = Vec::new();
    let nobody = Id::from(UserId(0));
    for pause in pauses {
        let meant = workday.and_then(|workday| workday.meant(pause.reason, pause.from, &taken));
        let is_rest = staff.pause_reason(pause.reason).is_some_and(|reason| reason.nr17);
        if meant.is_none() && !is_rest {
            continue;
        }
        let seconds = (pause.until.unwrap_or(now) - pause.from).num_seconds();
        let seconds = u32::try_from(seconds).unwrap_or_default();
        let planned_s = meant.map_or(0, |meant| u32::from(meant.minutes) * 60);
        let outcome = match (meant, pause.until) {
            (None, _) => Outcome::Unplanned,
            (Some(_), None) => Outcome::Running,
            (Some(_), Some(_)) if seconds < planned_s => Outcome::Short,
            (Some(_), Some(_)) => Outcome::Taken,
        };
        taken.extend(meant.map(|meant| meant.minute));
        lines.push(DayBreak {
            user: nobody,
            name: String::new(),
            reason: pause.reason.into(),
            planned: meant.map(|meant| meant.at),
            planned_s,
            began: Some(pause.from),
            seconds,
            outcome,
        });
    }
    let open = workday.into_iter().flat_map(|workday| &workday.breaks).filter(|one| !taken.contains(&one.minute));
    lines.extend(open.map(|one| DayBreak {
        user: nobody,
        name: String::new(),
        reason: one.reason.into(),
        planned: Some(one.at),
        planned_s: u32::from(one.minutes) * 60,
        began: None,
        seconds: 0,
        outcome: if now < one.at + OVERDUE_AFTER { Outcome::Ahead } else { Outcome::Missed },
    }));
    lines
}

#[cfg(test)]
mod tests {
    use engine::staff::{Change, Entry, Item, List, Planned};

    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        format!("2026-03-12T{text}:00Z").parse().unwrap()
    }

    #[test]
    fn vz_15_a_day_shows_what_was_taken_cut_short_missed_and_still_ahead() {
        let (rest, meal, other) = (ItemId(1), ItemId(2), ItemId(3));
        let mut staff = Staff::default();
        for (item, nr17) in [(rest, true), (meal, false), (other, false)] {
            let item = Item { item, list: List::PauseReason, name: "x".to_owned(), limit_s: None, nr17, shift: None };
            staff.apply(Change::Keep(Entry::Item(item)));
        }
        let planned = |minute, text: &str, minutes, reason| Planned { minute, at: at(text), minutes, reason };
        let breaks = vec![
            planned(1, "10:00", 10, rest),
            planned(2, "11:00", 20, meal),
            planned(3, "12:00", 10, rest),
            planned(4, "13:30", 10, rest),
        ];
        let workday = Workday { day: "2026-03-12".parse().unwrap(), from: at("08:00"), until: at("14:30"), breaks };
        let states = [
            (at("08:00"), AgentState::Ready),
            (at("09:00"), AgentState::Paused { reason: other }),
            (at("09:05"), AgentState::Ready),
            (at("10:03"), AgentState::Paused { reason: rest }),
            (at("10:08"), AgentState::Paused { reason: rest }),
            (at("10:14"), AgentState::Ready),
            (at("11:00"), AgentState::Paused { reason: meal }),
            (at("11:12"), AgentState::Talking),
            (at("13:02"), AgentState::Paused { reason: rest }),
        ];
        let lines = judged(Some(&workday), &pauses(&states), &staff, at("13:05"));
        let shown: Vec<_> = lines.iter().map(|line| (line.planned, line.seconds, line.outcome)).collect();
        assert_eq!(
            shown,
            [
                (Some(at("10:00")), 660, Outcome::Taken),
                (Some(at("11:00")), 720, Outcome::Short),
                (Some(at("13:30")), 180, Outcome::Running),
                (Some(at("12:00")), 0, Outcome::Missed),
            ]
        );
        let unplanned = judged(None, &pauses(&states), &staff, at("13:05"));
        assert!(unplanned.iter().all(|line| line.outcome == Outcome::Unplanned && line.reason == rest.into()));
        assert_eq!(unplanned.len(), 2);
        assert_eq!(judged(Some(&workday), &[], &staff, at("09:00"))[0].outcome, Outcome::Ahead);
    }
}
