//! Every attempt of a campaign as a table, sent while it is read.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use engine::access::{Action, Whose};
use engine::id::{AttemptId, CampaignId};
use futures_util::stream;
use serde::Deserialize;
use serde_json::json;

use crate::store::AttemptLine;
use crate::web::body::{Asked, Named};
use crate::web::desk::Desk;
use crate::web::doc::{Routes, about};
use crate::web::error::Error;
use crate::web::person::Person;
use crate::web::shape::Id;
use crate::web::table;

use super::results::may_see;

pub fn add(routes: Routes) -> Routes {
    routes.get(
        "/api/v1/campaigns/{campaign}/results.csv",
        export,
        about("Its attempts as a table, from one day to another (today)").asks(&["from", "to"]),
    )
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// Of the installation's zone.
    from: Option<NaiveDate>,
    /// This day too.
    to: Option<NaiveDate>,
}

async fn export(
    person: Person,
    State(desk): State<Arc<Desk>>,
    Named(campaign): Named<Id>,
    Asked(wanted): Asked<Wanted>,
) -> Result<Response, Error> {
    may_see(&desk, &person, campaign.into()).await?;
    person.may(Action::Export, Whose::Nothing).await?;
    let today = Utc::now().with_timezone(&desk.options.zone).date_naive();
    let (first, last) = (wanted.from.unwrap_or(today), wanted.to.unwrap_or(today));
    let from = desk.start_of(first);
    let until = last.succ_opt().and_then(|day| desk.start_of(day));
    let times = from.zip(until).ok_or_else(|| Error::bad("from, to: there is no such day"))?;
    let detail = json!({ "campaign": campaign, "from": first, "to": last });
    desk.audit(Some(person.user), person.address, "attempts-exported", detail).await?;
    let part = Part { desk, campaign: campaign.into(), times, after: None, begun: false };
    let pages = stream::try_unfold(part, |part| async move {
        next(part).await.map_err(|why| std::io::Error::other(why.code().to_owned()))
    });
    let named = (header::CONTENT_DISPOSITION, "attachment; filename=\"attempts.csv\"");
    Ok(([(header::CONTENT_TYPE, "text/csv; charset=utf-8"), named], Body::from_stream(pages)).into_response())
}

/// How far it is sent.
struct Part {
    desk: Arc<Desk>,
    campaign: CampaignId,
    times: (DateTime<Utc>, DateTime<Utc>),
    after: Option<(DateTime<Utc>, AttemptId)>,
    begun: bool,
}

async fn next(part: Part) -> Result<Option<(Bytes, Part)>, Error> {
    let Part { desk, campaign, times, after, begun } = part;
    let lines = desk.read(move |reader| reader.attempts(campaign, times, after, PAGE)).await?;
    let Some(last) = lines.last().filter(|_| !lines.is_empty()).map(|line| (line.attempt.at, line.attempt.attempt))
    else {
        // A table of nothing has its heading too.
        let rest = Part { desk, campaign, times, after, begun: true };
        return Ok((!begun).then(|| (Bytes::from(table::line(HEAD.map(str::to_owned))), rest)));
    };
    let mut text = if begun { String::new() } else { table::line(HEAD.map(str::to_owned)) };
    lines.iter().for_each(|line| text += &row(line, desk.options.zone));
    Ok(Some((Bytes::from(text), Part { desk, campaign, times, after: Some(last), begun: true })))
}

fn row(line: &AttemptLine, zone: Tz) -> String {
    let attempt = &line.attempt;
    let or_empty = |value: Option<String>| value.unwrap_or_default();
    let result = attempt.result.as_ref();
    let word = result.and_then(|result| serde_json::to_value(result.kind).ok());
    table::line([
        attempt.attempt.to_string(),
        attempt.at.with_timezone(&zone).format("%Y-%m-%d %H:%M:%S").to_string(),
        attempt.lead.to_string(),
        line.recipient.clone(),
        attempt.number.clone(),
        or_empty(attempt.user.map(|user| user.to_string())),
        or_empty(word.and_then(|word| word.as_str().map(str::to_owned))),
        or_empty(result.and_then(|result| result.sip).map(|code| code.to_string())),
        or_empty(result.and_then(|result| result.q850).map(|code| code.to_string())),
        or_empty(attempt.disposition.map(|item| item.to_string())),
    ])
}

const HEAD: [&str; 10] =
    ["attempt", "at", "lead", "recipient", "number", "user", "result", "sip", "q850", "disposition"];
const PAGE: u32 = 1_000;
