//! Passes over whole lists: which of its leads are called (a filter), and which of those that are over come back (recycling). Both can
//! be looked at first; how far one is, the list says.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use engine::campaign::{Condition, Filter, Is, ListState, Recycling, ResultKind, Rework, Subject};
use engine::id::{ItemId, ListId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::leads::NotReworked;
use crate::store::Foreseen;
use crate::web::body::{Body, Named};
use crate::web::campaigns::is_disposition;
use crate::web::desk::Desk;
use crate::web::doc::{Routes, about};
use crate::web::error::Error;
use crate::web::person::Person;
use crate::web::shape::{AttemptWord, Id};

use super::shown::{self, LeadList};
use super::{example, may};

pub fn add(routes: Routes) -> Routes {
    let filter =
        json!({ "conditions": [{ "of": "field", "name": "cidade", "is": "any-of", "values": ["São Paulo"] }] });
    let recycling = json!({ "results": ["no-answer", "busy"], "dispositions": ["5"], "uncalled": false, "next": null });
    let found = json!({ "leads": 1000, "chosen": 320 });
    routes
        .get(
            "/api/v1/lead-lists/{list}/fields",
            fields,
            about("What a filter can look at: the names of the fields that its first thousand leads have")
                .lists::<String>(json!(["cidade", "plano"])),
        )
        .put(
            "/api/v1/lead-lists/{list}/filter",
            put_filter,
            about("Which leads of it are called; without conditions all. Nothing of it is dialled until all were looked at")
                .takes::<LeadFilter>(filter.clone())
                .gives::<LeadList>(202, example()),
        )
        .post(
            "/api/v1/lead-lists/{list}/filter/preview",
            preview_filter,
            about("How many leads a filter would let through; nothing is changed")
                .takes::<LeadFilter>(filter)
                .gives::<LeadsForeseen>(200, found.clone()),
        )
        .post(
            "/api/v1/lead-lists/{list}/recycle",
            recycle,
            about("Leads that are over come back, chosen by their last result or disposition; never who asked not to be called")
                .takes::<LeadRecycling>(recycling.clone())
                .gives::<LeadList>(202, example()),
        )
        .post(
            "/api/v1/lead-lists/{list}/recycle/preview",
            preview_recycling,
            about("How many leads would come back; nothing is changed")
                .takes::<LeadRecycling>(recycling)
                .gives::<LeadsForeseen>(200, found),
        )
}

/// All of the conditions hold.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LeadFilter {
    conditions: Vec<LeadCondition>,
}

/// One thing that has to be so of a lead that is called.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LeadCondition {
    of: LeadSubject,
    /// Of `field`: what the list calls it, in any spelling.
    name: Option<String>,
    #[schema(value_type = LeadTest)]
    is: Is,
    /// Of `at-least` and `at-most` one number, as `100` or `1.234,56`.
    values: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LeadSubject {
    Field,
    /// Of one of its numbers.
    Ddd,
    Priority,
}

#[derive(ToSchema)]
#[schema(rename_all = "kebab-case")]
#[allow(dead_code, reason = "the words of engine::campaign::Is, for the document alone")]
pub enum LeadTest {
    AnyOf,
    NoneOf,
    Contains,
    AtLeast,
    AtMost,
}

/// Which leads come back; one of these is enough.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LeadRecycling {
    /// The last attempt ended so.
    #[serde(default)]
    #[schema(value_type = Vec<AttemptWord>)]
    results: BTreeSet<ResultKind>,
    /// The agent said so of it.
    #[serde(default)]
    dispositions: Vec<Id>,
    /// There was no attempt.
    #[serde(default)]
    uncalled: bool,
    /// Not called before; null: at once.
    next: Option<DateTime<Utc>>,
}

/// What a pass over a list would do.
#[derive(Serialize, ToSchema)]
pub struct LeadsForeseen {
    leads: u32,
    /// Those that are let through, or come back.
    chosen: u32,
}

/// A pass over a list.
#[derive(Serialize, ToSchema)]
#[schema(as = LeadPass)]
pub struct Pass {
    /// Leads looked at by now.
    pub seen: u32,
    /// Put aside or no longer, or come back.
    pub changed: u32,
}

async fn fields(
    person: Person,
    State(desk): State<Arc<Desk>>,
    Named(list): Named<Id>,
) -> Result<axum::Json<Vec<String>>, Error> {
    may(&person).await?;
    let list = ListId::from(list);
    let found = desk.read(move |reader| Ok((reader.list_of_leads(list)?, reader.fields_of_list(list)?))).await?;
    match found {
        (Some(list), fields) if list.state != ListState::Discarded => Ok(axum::Json(fields.into_iter().collect())),
        (Some(_) | None, _) => Err(Error::not_found()),
    }
}

async fn put_filter(
    person: Person,
    State(desk): State<Arc<Desk>>,
    Named(list): Named<Id>,
    Body(wanted): Body<LeadFilter>,
) -> Result<Response, Error> {
    may(&person).await?;
    let filter = Filter::try_from(wanted)?;
    let conditions: Vec<String> = filter.conditions.iter().map(Condition::to_string).collect();
    begin(&desk, list, Rework::Filter { filter }).await?;
    let detail = json!({ "list": list, "conditions": conditions });
    desk.audit(Some(person.user), person.address, "leads-filtered", detail).await?;
    answer(&desk, list).await
}

async fn preview_filter(
    person: Person,
    State(desk): State<Arc<Desk>>,
    Named(list): Named<Id>,
    Body(wanted): Body<LeadFilter>,
) -> Result<axum::Json<LeadsForeseen>, Error> {
    may(&person).await?;
    foresee(&desk, list, Rework::Filter { filter: Filter::try_from(wanted)? }).await
}

async fn recycle(
    person: Person,
    State(desk): State<Arc<Desk>>,
    Named(list): Named<Id>,
    Body(wanted): Body<LeadRecycling>,
) -> Result<Response, Error> {
    may(&person).await?;
    let chosen = checked(&desk, wanted)?;
    let said: Vec<Id> = chosen.dispositions.iter().map(|item| Id::from(*item)).collect();
    let detail = json!({ "list": list, "results": chosen.results, "dispositions": said, "uncalled": chosen.uncalled, "next": chosen.next });
    begin(&desk, list, Rework::Recycle { chosen }).await?;
    desk.audit(Some(person.user), person.address, "leads-recycled", detail).await?;
    answer(&desk, list).await
}

async fn preview_recycling(
    person: Person,
    State(desk): State<Arc<Desk>>,
    Named(list): Named<Id>,
    Body(wanted): Body<LeadRecycling>,
) -> Result<axum::Json<LeadsForeseen>, Error> {
    may(&person).await?;
    foresee(&desk, list, Rework::Recycle { chosen: checked(&desk, wanted)? }).await
}

fn checked(desk: &Desk, wanted: LeadRecycling) -> Result<Recycling, Error> {
    let LeadRecycling { results, dispositions, uncalled, next } = wanted;
    let staff = desk.people.staff();
    let dispositions: BTreeSet<ItemId> = dispositions.into_iter().map(ItemId::from).collect();
    match dispositions.iter().all(|item| is_disposition(&staff, *item)) {
        true => Ok(Recycling { results, dispositions, uncalled, next }),
        false => Err(Error::field("dispositions", "invalid", "dispositions: one of them does not exist")),
    }
}

async fn begin(desk: &Arc<Desk>, list: Id, rework: Rework) -> Result<(), Error> {
    let (imports, list) = (desk.imports.clone(), ListId::from(list));
    Ok(tokio::task::spawn_blocking(move || imports.begin_rework(list, rework)).await??)
}

async fn foresee(desk: &Arc<Desk>, list: Id, rework: Rework) -> Result<axum::Json<LeadsForeseen>, Error> {
    let (imports, list, asked) = (desk.imports.clone(), ListId::from(list), rework.clone());
    tokio::task::spawn_blocking(move || imports.check_rework(list, &asked)).await??;
    let Foreseen { leads, chosen } = desk.imports.foresee_rework(list, rework).await?;
    Ok(axum::Json(LeadsForeseen { leads, chosen }))
}

async fn answer(desk: &Arc<Desk>, list: Id) -> Result<Response, Error> {
    Ok((StatusCode::ACCEPTED, axum::Json(shown::one(desk, list.into()).await?)).into_response())
}

impl TryFrom<LeadFilter> for Filter {
    type Error = Error;

    fn try_from(wanted: LeadFilter) -> Result<Filter, Error> {
        let condition = |LeadCondition { of, name, is, values }: LeadCondition| {
            let of = match (of, name) {
                (LeadSubject::Field, name) => Subject::Field { name: name.unwrap_or_default() },
                (LeadSubject::Ddd, _) => Subject::Ddd,
                (LeadSubject::Priority, _) => Subject::Priority,
            };
            Condition { of, is, values }
        };
        let filter = Filter { conditions: wanted.conditions.into_iter().map(condition).collect() };
        filter.check().map_err(NotReworked::from)?;
        Ok(filter)
    }
}

impl From<&Condition> for LeadCondition {
    fn from(condition: &Condition) -> LeadCondition {
        let (of, name) = match &condition.of {
            Subject::Field { name } => (LeadSubject::Field, Some(name.clone())),
            Subject::Ddd => (LeadSubject::Ddd, None),
            Subject::Priority => (LeadSubject::Priority, None),
        };
        LeadCondition { of, name, is: condition.is, values: condition.values.clone() }
    }
}

impl From<NotReworked> for Error {
    fn from(why: NotReworked) -> Error {
        let (code, text) = (why.code(), why.to_string());
        match why {
            NotReworked::Gone(_) => Error::not_found(),
            NotReworked::Loading | NotReworked::Reworked => Error::new(StatusCode::CONFLICT, code, text),
            NotReworked::Condition(_) | NotReworked::UnknownField { .. } | NotReworked::NoFields { .. } => {
                Error::field("conditions", code, text)
            }
            NotReworked::NothingChosen => Error::field("results", code, text),
            NotReworked::Store(why) => Error::from(why),
        }
    }
}
