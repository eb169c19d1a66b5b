//! The SIP messages of a call for who administers (SP-12): as they were on the wire, secrets masked, and the ladder drawn of them.

use axum::Json;
use chrono::{DateTime, Utc};
use engine::access::{Action, Kind, Whose};
use engine::id::CallId;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::control::shaped;
use crate::trace::{Entry, ladder};

use super::body::Named;
use super::doc::{Routes, about};
use super::error::Error;
use super::person::Person;
use super::shape::Id;

pub fn routes() -> Routes {
    let message = json!({ "at": "2026-03-12T14:00:00.012Z", "sent": true, "transport": "udp", "local": "192.168.0.5:5060",
        "remote": "192.168.0.20:5060", "line": "INVITE sip:2108@pbx.example SIP/2.0", "text": "INVITE sip:2108@pbx.example SIP/2.0\r\n…" });
    let trace = json!({ "messages": [message], "ladder": "…" });
    Routes::default().get(
        "/api/v1/calls/{call}/trace",
        trace_of,
        about("The SIP messages of a call that is not long ago").gives::<Trace>(200, trace),
    )
}

#[derive(Serialize, ToSchema)]
pub struct Trace {
    /// Oldest first.
    messages: Vec<SipMessage>,
    /// For a screen with letters of one width.
    ladder: String,
}

#[derive(Serialize, ToSchema)]
pub struct SipMessage {
    at: DateTime<Utc>,
    /// By us.
    sent: bool,
    /// `udp`, `tcp`, `tls`, `ws`, `wss`.
    transport: String,
    local: String,
    remote: String,
    /// The first one.
    line: String,
    text: String,
}

impl From<&Entry> for SipMessage {
    fn from(entry: &Entry) -> SipMessage {
        SipMessage {
            at: entry.at,
            sent: entry.sent,
            transport: shaped(&entry.transport).as_str().unwrap_or_default().to_owned(),
            local: entry.local.to_string(),
            remote: entry.remote.to_string(),
            line: entry.text.lines().next().unwrap_or_default().to_owned(),
            text: entry.text.clone(),
        }
    }
}

/// Signalling is of the accounts, whoever talked: for who administers them. Nobody else learns whether there is any.
async fn trace_of(person: Person, Named(call): Named<Id>) -> Result<Json<Trace>, Error> {
    person.may(Action::Edit(Kind::Account), Whose::Missing).await?;
    let entries = person.handle.trace(CallId::from(call)).await;
    if entries.is_empty() {
        return Err(Error::not_found());
    }
    let messages = entries.iter().map(SipMessage::from).collect();
    Ok(Json(Trace { messages, ladder: ladder::draw(&entries, WIDTH) }))
}

/// Letters in a line.
const WIDTH: usize = 120;
