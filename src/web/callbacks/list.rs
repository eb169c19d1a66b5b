//! Which promises there are, and the history of each.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, NaiveDate, Utc};
use engine::access::{Action, Kind, Whose};
use engine::callback::{Outcome, Owner, Phase};
use engine::id::{PromiseId, QueueId, UserId};
use engine::number::Number;
use engine::staff::Permission;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::store::{PromiseFilter, PromiseLine};
use crate::web::body::{Asked, Named};
use crate::web::desk::Desk;
use crate::web::doc::{Routes, about};
use crate::web::error::Error;
use crate::web::person::Person;
use crate::web::shape::{Callback, Id};
use crate::web::table;

use super::{example, now};

pub fn add(routes: Routes) -> Routes {
    let line = json!({ "at": "2026-11-23T12:00:00Z", "attempt": 1, "state": "open",
        "outcome": { "kind": "no-answer", "why": null, "rule": null, "next": null } });
    routes
        .get(
            "/api/v1/callbacks",
            list,
            about("By the time they were promised for: one's own and one's queues', or all with the right to it")
                .asks(ASKED)
                .gives::<Callbacks>(200, json!({ "rows": [example()], "next": null })),
        )
        .get("/api/v1/callbacks.csv", export, about("The same as a table").asks(ASKED))
        .get(
            "/api/v1/callbacks/{callback}/history",
            history,
            about("Every attempt and decision, oldest first").lists::<HistoryLine>(json!([line])),
        )
}

const ASKED: &[&str] = &["number", "state", "owner", "from", "until", "after"];

/// Questions about promises.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// In any spelling.
    number: Option<String>,
    /// `open`, `over` or `all`.
    state: Option<String>,
    /// `me`, `all`, `user:7`, `queue:12`.
    owner: Option<String>,
    /// Days of the installation's zone.
    from: Option<NaiveDate>,
    /// This day too.
    until: Option<NaiveDate>,
    /// `next` of the page before.
    after: Option<String>,
}

/// A page of promises.
#[derive(Serialize, ToSchema)]
pub struct Callbacks {
    rows: Vec<Callback>,
    /// To be asked as `after`.
    next: Option<String>,
}

/// One thing that became of a promise.
#[derive(Serialize, ToSchema)]
#[schema(as = CallbackHistoryLine)]
pub struct HistoryLine {
    at: DateTime<Utc>,
    /// Its number, of an attempt.
    attempt: Option<u32>,
    /// The promise's then.
    #[schema(value_type = String)]
    state: &'static str,
    /// Null: it was made or changed, or an attempt begins.
    outcome: Option<Told>,
}

/// What came of an attempt, or why there was none.
#[derive(Serialize, ToSchema)]
#[schema(as = CallbackOutcome)]
pub struct Told {
    /// `answered`, `no-answer`, `busy`, `failed`, `not-dialled`, `unknown`, `denied`.
    kind: &'static str,
    /// In English.
    why: Option<String>,
    rule: Option<String>,
    next: Option<DateTime<Utc>>,
}

async fn list(
    person: Person,
    State(desk): State<Arc<Desk>>,
    Asked(wanted): Asked<Wanted>,
) -> Result<axum::Json<Callbacks>, Error> {
    let filter = filter(&desk, &person, wanted).await?;
    let lines = desk.read(move |reader| reader.promises(&filter, PAGE)).await?;
    let next = lines.last().filter(|_| lines.len() == PAGE as usize).map(cursor);
    Ok(axum::Json(Callbacks { rows: now::shown(&person, &lines).await?, next }))
}

async fn export(
    person: Person,
    State(desk): State<Arc<Desk>>,
    Asked(wanted): Asked<Wanted>,
) -> Result<Response, Error> {
    person.may(Action::Export, Whose::Nothing).await?;
    let filter = filter(&desk, &person, wanted).await?;
    let lines = desk.read(move |reader| reader.promises(&filter, 1_000)).await?;
    let head = ["callback", "due", "zone", "recipient", "number", "owner", "state", "attempts", "protocolo", "note"];
    let mut text = table::line(head.map(str::to_owned));
    for (line, shown) in lines.iter().zip(now::shown(&person, &lines).await?) {
        let promise = &line.row.promise;
        let owner = match promise.terms.owner {
            Owner::Person(user) => format!("user:{user}"),
            Owner::Queue(queue) => format!("queue:{queue}"),
        };
        text += &table::line([
            promise.id.to_string(),
            promise.terms.due.local.to_string(),
            promise.terms.due.zone.to_string(),
            promise.terms.recipient.clone(),
            promise.terms.number.normalised.clone(),
            owner,
            shown.state.to_owned(),
            promise.attempts.to_string(),
            promise.protocolo.as_ref().map(ToString::to_string).unwrap_or_default(),
            promise.terms.note.clone(),
        ]);
    }
    let named = (header::CONTENT_DISPOSITION, "attachment; filename=\"callbacks.csv\"");
    Ok(([(header::CONTENT_TYPE, "text/csv; charset=utf-8"), named], text).into_response())
}

async fn history(
    person: Person,
    State(desk): State<Arc<Desk>>,
    Named(callback): Named<Id>,
) -> Result<axum::Json<Vec<HistoryLine>>, Error> {
    let promise = PromiseId::from(callback);
    let lines = desk.read(move |reader| reader.promise_history(promise)).await?;
    let owner = lines.last().map(|line| line.row.promise.terms.owner);
    may_see(&desk, &person, owner).await?;
    if lines.is_empty() {
        return Err(Error::not_found());
    }
    Ok(axum::Json(lines.iter().map(told).collect()))
}

fn told(line: &PromiseLine) -> HistoryLine {
    let row = &line.row;
    let outcome = match (&row.attempt, &row.promise.denied, &row.phase) {
        (Some((_, Some(outcome))), _, _) => Some(said(outcome)),
        (None, Some(denial), Phase::Open | Phase::Over(_)) => Some(Told {
            kind: "denied",
            why: Some(denial.fact.clone()),
            rule: Some(denial.rule.clone()),
            next: denial.next,
        }),
        (Some((_, None)) | None, _, _) => None,
    };
    let attempt = row.attempt.as_ref().map(|(attempt, _)| attempt.number);
    HistoryLine { at: line.changed, attempt, state: Callback::from(row).state, outcome }
}

fn said(outcome: &Outcome) -> Told {
    let (kind, why) = match outcome {
        Outcome::Answered => ("answered", None),
        Outcome::NoAnswer => ("no-answer", None),
        Outcome::Busy => ("busy", None),
        Outcome::Failed => ("failed", None),
        Outcome::NotDialled { why } => ("not-dialled", Some(why.clone())),
        Outcome::Unknown => ("unknown", None),
    };
    Told { kind, why, rule: None, next: None }
}

/// `owner`: none, where there is no such promise.
pub async fn may_see(desk: &Desk, person: &Person, owner: Option<Owner>) -> Result<(), Error> {
    let whose = owner.map_or(Whose::Missing, |owner| whose(desk, person, owner));
    person.may(Action::See(Kind::Callback), whose).await
}

/// Of a queue's, whoever is in it.
fn whose(desk: &Desk, person: &Person, owner: Owner) -> Whose {
    match owner {
        Owner::Person(user) => Whose::Of(user),
        Owner::Queue(queue) => match desk.people.staff().user(person.user) {
            Some(user) if user.queues.contains(&queue) => Whose::Of(person.user),
            Some(_) | None => Whose::Shared,
        },
    }
}

/// Whoever may not see everybody's sees their own and their queues'.
pub async fn filter(desk: &Arc<Desk>, person: &Person, wanted: Wanted) -> Result<PromiseFilter, Error> {
    person.may(Action::See(Kind::Callback), Whose::Nothing).await?;
    let all = person.rights(desk)?.held.contains(&Permission::CallbacksAll);
    let own = owned(desk, person);
    let asked = wanted.owner.as_deref().map(|owner| read_owner(owner, person)).transpose()?;
    let owners = match asked {
        Some(Asking::Own) => Some(own),
        Some(Asking::One(owner)) if all || own.contains(&owner) => Some(vec![owner]),
        Some(Asking::One(_)) => return Err(Error::not_found()),
        Some(Asking::All) | None if all => None,
        Some(Asking::All) | None => Some(own),
    };
    let start = |day| desk.start_of(day);
    let after = wanted.after.map(|text| read_cursor(&text).ok_or_else(|| Error::bad("after: not of a page before")));
    Ok(PromiseFilter {
        number: wanted.number.map(|number| Number::normalised_or_as_is(&number, &desk.options.numbers)),
        schedule: None,
        owners,
        open: match wanted.state.as_deref() {
            Some("open") => Some(true),
            Some("over") => Some(false),
            Some("all") | None => None,
            Some(_) => return Err(Error::bad("state: open, over or all")),
        },
        from: wanted.from.and_then(start),
        until: wanted.until.and_then(|day| day.succ_opt()).and_then(start),
        after: after.transpose()?,
    })
}

enum Asking {
    Own,
    All,
    One(Owner),
}

fn read_owner(text: &str, person: &Person) -> Result<Asking, Error> {
    let id = |id: &str| id.parse::<u64>().map_err(|_| Error::bad("owner: me, all, user:ID or queue:ID"));
    match text.split_once(':') {
        None if text == "me" => Ok(Asking::One(Owner::Person(person.user))),
        None if text == "mine" => Ok(Asking::Own),
        None if text == "all" => Ok(Asking::All),
        Some(("user", user)) => Ok(Asking::One(Owner::Person(UserId(id(user)?)))),
        Some(("queue", queue)) => Ok(Asking::One(Owner::Queue(QueueId(id(queue)?)))),
        _ => Err(Error::bad("owner: me, all, user:ID or queue:ID")),
    }
}

/// One's own, and those of one's queues.
pub fn owned(desk: &Desk, person: &Person) -> Vec<Owner> {
    let staff = desk.people.staff();
    let queues = staff.user(person.user).into_iter().flat_map(|user| user.queues.iter().copied().map(Owner::Queue));
    std::iter::once(Owner::Person(person.user)).chain(queues).collect()
}

fn cursor(line: &PromiseLine) -> String {
    format!("{}_{}", line.row.promise.terms.due.at.timestamp_millis(), line.row.promise.id)
}

fn read_cursor(text: &str) -> Option<(DateTime<Utc>, PromiseId)> {
    let (due, promise) = text.split_once('_')?;
    Some((DateTime::from_timestamp_millis(due.parse().ok()?)?, PromiseId(promise.parse().ok()?)))
}

const PAGE: u32 = 100;
