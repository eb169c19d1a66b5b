//! The audit log's house-keeping: its head is written down outside the base, daily and at the end, so that it cannot be made anew.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use chrono::{DateTime, Utc};
use engine::access::{Action, Kind, Whose};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::time::{MissedTickBehavior, interval};
use utoipa::ToSchema;

use crate::store::Page;

use super::body::Asked;
use super::desk::Desk;
use super::doc::{Routes, about};
use super::error::Error;
use super::person::Person;
use super::shape::Id;

pub fn routes() -> Routes {
    let line = json!([{ "number": 12, "at": "2026-03-12T14:00:00Z", "user": "7", "address": "192.168.0.20",
                        "action": "sign-in", "detail": {} }]);
    Routes::default().get(
        "/api/v1/audit",
        audit,
        about("Who did what, newest first").asks(&["skip"]).lists::<AuditLine>(line),
    )
}

/// One row of the log.
#[derive(Serialize, ToSchema)]
pub struct AuditLine {
    number: u64,
    at: DateTime<Utc>,
    user: Option<Id>,
    address: String,
    action: String,
    #[schema(value_type = Object)]
    detail: Value,
}

#[derive(Deserialize)]
struct Part {
    #[serde(default)]
    skip: u32,
}

async fn audit(
    person: Person,
    State(desk): State<Arc<Desk>>,
    Asked(part): Asked<Part>,
) -> Result<axum::Json<Vec<AuditLine>>, Error> {
    person.may(Action::See(Kind::Audit), Whose::Nothing).await?;
    let lines = desk.read(move |reader| reader.audit(Page { skip: part.skip, take: LINES })).await?;
    let lines = lines.into_iter().map(|line| AuditLine {
        number: line.number,
        at: line.entry.at,
        user: line.entry.user.map(Id::from),
        address: line.entry.address,
        action: line.entry.action,
        detail: serde_json::from_str(&line.entry.detail).unwrap_or_default(),
    });
    Ok(axum::Json(lines.collect()))
}

/// Each minute: sessions that are over; each day: the head, and certificates that may have been renewed.
pub async fn keep_house(desk: Arc<Desk>) {
    let mut minute = interval(MINUTE);
    minute.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut noted = Utc::now().date_naive();
    loop {
        minute.tick().await;
        let (over, seen) = desk.sessions.sweep(Utc::now());
        let swept = desk.stored(move |store| {
            seen.into_iter().try_for_each(|row| store.keep_session(row))?;
            store.end_sessions(over)
        });
        // Said by the store itself; the next minute tries again.
        let _ = swept.await;
        let today = Utc::now().date_naive();
        if today != noted {
            noted = today;
            note_head(&desk, "daily").await;
            if let Some(Err(why)) = desk.keys.as_ref().map(|keys| keys.reload()) {
                tracing::warn!(%why, "the certificate cannot be read again; the old one stays");
            }
        }
    }
}

/// In the journal, and in the file that was set.
pub async fn note_head(desk: &Arc<Desk>, when: &str) {
    let Ok(head) = desk.stored(|store| store.audit_head()).await else { return };
    if head.number == 0 {
        return;
    }
    let line = head.line();
    tracing::info!(when, "audit log: {line}");
    let Some(file) = desk.options.audit_file.clone() else { return };
    let written = tokio::task::spawn_blocking(move || {
        let mut file = std::fs::OpenOptions::new().append(true).create(true).mode(0o600).open(file)?;
        writeln!(file, "{line}").and_then(|()| file.sync_all())
    });
    if let Ok(Err(why)) = written.await {
        tracing::error!(%why, "web.audit_file cannot be written; the head of the audit log is in the journal only");
    }
}

const MINUTE: Duration = Duration::from_secs(60);
const LINES: u32 = 200;
