//! An agent's own callbacks as a calendar (RFC 5545), at an address with a token of its own.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::Utc;
use engine::access::{Action, Kind, Whose};
use engine::staff::Permission;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::store::PromiseFilter;
use crate::web::desk::Desk;
use crate::web::doc::{Routes, about};
use crate::web::error::Error;
use crate::web::person::Person;
use crate::web::shape::Id;
use crate::web::tokens;

use super::list;

pub fn add(routes: Routes) -> Routes {
    let feed = json!({ "url": "/api/v1/callbacks.ics?token=9f86d0…" });
    routes
        .get(
            "/api/v1/callbacks.ics",
            calendar,
            about("One's own open callbacks and one's queues', as iCalendar").asks(&["token"]),
        )
        .post(
            "/api/v1/callbacks/feed",
            make,
            about("The address of the calendar, with a new token; the old one is good no more")
                .gives::<Feed>(201, feed),
        )
        .delete("/api/v1/callbacks/feed", end, about("The address is good no more"))
}

/// Where a calendar program reads.
#[derive(Serialize, ToSchema)]
#[schema(as = CallbackFeed)]
pub struct Feed {
    /// Whoever has it reads these callbacks.
    url: String,
}

async fn make(person: Person, State(desk): State<Arc<Desk>>) -> Result<Response, Error> {
    person.session()?;
    person.may(Action::See(Kind::Callback), Whose::Nothing).await?;
    forget(&desk, &person).await?;
    let scopes = BTreeSet::from([Permission::CallbacksSee]);
    let (_, secret) = tokens::keep(&desk, &person, NAME.to_owned(), scopes, None).await?;
    let feed = Feed { url: format!("/api/v1/callbacks.ics?token={secret}") };
    Ok((StatusCode::CREATED, axum::Json(feed)).into_response())
}

async fn end(person: Person, State(desk): State<Arc<Desk>>) -> Result<StatusCode, Error> {
    person.session()?;
    forget(&desk, &person).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn forget(desk: &Arc<Desk>, person: &Person) -> Result<(), Error> {
    for row in desk.tokens_of(person.user).into_iter().filter(|row| row.name == NAME) {
        tokens::forget(desk, person, Id(row.token)).await?;
    }
    Ok(())
}

/// Times in UTC, lines folded at 75 bytes, text escaped.
async fn calendar(person: Person, State(desk): State<Arc<Desk>>) -> Result<Response, Error> {
    let wanted = list::Wanted::default();
    let filter = PromiseFilter { open: Some(true), ..list::filter(&desk, &person, wanted).await? };
    let filter = PromiseFilter { owners: Some(list::owned(&desk, &person)), ..filter };
    let lines = desk.read(move |reader| reader.promises(&filter, 1_000)).await?;
    let stamp = Utc::now().format(INSTANT).to_string();
    let mut text = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Ramal//Callbacks//EN\r\n".to_owned();
    for line in &lines {
        let promise = &line.row.promise;
        let next = promise.next.format(INSTANT).to_string();
        let about = format!("{} · {}", promise.terms.recipient, promise.terms.number.normalised);
        let fields = [
            "BEGIN:VEVENT".to_owned(),
            format!("UID:{}@ramal", promise.id),
            format!("SEQUENCE:{}", promise.version),
            format!("DTSTAMP:{stamp}"),
            format!("DTSTART:{next}"),
            "DURATION:PT15M".to_owned(),
            format!("SUMMARY:{}", escaped(&about)),
            format!("DESCRIPTION:{}", escaped(&promise.terms.note)),
            "END:VEVENT".to_owned(),
        ];
        fields.iter().for_each(|field| text += &folded(field));
    }
    text += "END:VCALENDAR\r\n";
    Ok(([(header::CONTENT_TYPE, "text/calendar; charset=utf-8")], text).into_response())
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace(';', "\\;").replace(',', "\\,").replace('\r', "").replace('\n', "\\n")
}

/// A line never has more than 75 bytes (RFC 5545 §3.1).
fn folded(line: &str) -> String {
    let (mut text, mut length) = (String::new(), 0);
    for letter in line.chars() {
        if length + letter.len_utf8() > 75 {
            text += "\r\n ";
            length = 1;
        }
        text.push(letter);
        length += letter.len_utf8();
    }
    text + "\r\n"
}

const INSTANT: &str = "%Y%m%dT%H%M%SZ";
/// Of its token.
const NAME: &str = "iCalendar";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_a_calendar_is_folded_between_letters_and_its_text_is_escaped() {
        let text = folded(&format!("SUMMARY:{}", escaped(&format!("São; {}", "ã".repeat(60)))));
        assert!(text.lines().all(|line| line.len() <= 75), "{text}");
        assert_eq!(text.replace("\r\n ", ""), format!("SUMMARY:São\\; {}\r\n", "ã".repeat(60)));
    }
}
