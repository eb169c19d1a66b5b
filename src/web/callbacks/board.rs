//! Today's promises at a glance, for whoever looks after everybody's: due, waiting, late, done, missed, exhausted.

use std::sync::Arc;

use axum::extract::State;
use chrono::{DateTime, Days, TimeDelta, Utc};
use engine::access::{Action, Whose};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::store::PromiseFilter;
use crate::web::desk::Desk;
use crate::web::doc::{Routes, about};
use crate::web::error::Error;
use crate::web::person::Person;
use crate::web::shape::Callback;

use super::{example, now};

pub fn add(routes: Routes) -> Routes {
    let board =
        json!({ "due": 12, "waiting": 1, "late": 0, "done": 30, "missed": 0, "exhausted": 2, "rows": [example()] });
    routes.get(
        "/api/v1/callbacks/board",
        board_of_today,
        about("Today's: figures, and the callbacks they are about").gives::<Board>(200, board),
    )
}

/// Today.
#[derive(Serialize, ToSchema)]
#[schema(as = CallbackBoard)]
pub struct Board {
    /// Still to come today, or being kept.
    due: usize,
    /// For an agent, now.
    waiting: usize,
    /// Open, and their time has passed by more than a minute.
    late: usize,
    done: usize,
    missed: usize,
    exhausted: usize,
    rows: Vec<Callback>,
}

async fn board_of_today(person: Person, State(desk): State<Arc<Desk>>) -> Result<axum::Json<Board>, Error> {
    person.may(Action::Reassign, Whose::Nothing).await?;
    let now = Utc::now();
    let today = now.with_timezone(&desk.options.zone).date_naive();
    let start = |day| desk.start_of(day);
    let (begin, end) = (start(today), today.checked_add_days(Days::new(1)).and_then(start));
    let (Some(begin), Some(end)) = (begin, end) else { return Err(Error::bad("there is no such day")) };
    let open = PromiseFilter { open: Some(true), until: Some(end), ..PromiseFilter::default() };
    let read = move |reader: &crate::store::Reader| Ok((reader.promises(&open, 1_000)?, reader.promises_ended(begin)?));
    let (open, ended) = desk.read(read).await?;
    Ok(axum::Json(count(now::shown(&person, open.iter().chain(&ended)).await?, now)))
}

fn count(rows: Vec<Callback>, now: DateTime<Utc>) -> Board {
    let with = |state: &str| rows.iter().filter(|row| row.state == state).count();
    let over = ["done", "missed", "exhausted", "cancelled"];
    let open = rows.iter().filter(|row| !over.contains(&row.state));
    Board {
        due: open.clone().count(),
        waiting: with("waiting"),
        late: open.filter(|row| row.next + LATE < now).count(),
        done: with("done"),
        missed: with("missed"),
        exhausted: with("exhausted"),
        rows,
    }
}

const LATE: TimeDelta = TimeDelta::minutes(1);
