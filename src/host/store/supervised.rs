//! Who supervised which call, in the audit log: each begin has its end there, after a crash too.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use engine::call::SuperviseMode;
use engine::news::{SupervisionEnd, SupervisionView};
use rusqlite::{Connection, params};
use serde_json::{Value, json};

use super::audit::{AuditEntry, append};
use super::column::{RowExt, ms};

/// Somebody supervises a call from now on, does so in another way, or no more: written with the call's own records, whoever or
/// whatever began or ended it.
pub(super) fn write(base: &Connection, at: DateTime<Utc>, view: &SupervisionView) -> rusqlite::Result<()> {
    let action = match (view.mode, view.why) {
        (Some(SuperviseMode::Listen), _) => LISTENED,
        (Some(SuperviseMode::Whisper), _) => WHISPERED,
        (Some(SuperviseMode::Barge), _) => JOINED,
        (None, Some(SupervisionEnd::TookOver)) => TAKEN_OVER,
        (None, _) => ENDED,
    };
    let detail = json!({
        "call": view.call.to_string(),
        "of": view.agent.map(|user| user.to_string()),
        "through": view.account,
        "why": view.why,
    });
    let (user, action, detail) = (view.supervisor, action.to_owned(), detail.to_string());
    let entry = AuditEntry { at, user, address: String::new(), action, detail };
    match is_there(base, &entry)? {
        true => Ok(()),
        false => append(base, &entry).map(drop),
    }
}

/// Ends what the last run had no time to end. A call and who supervises it end in one batch, so only calls that have not ended
/// can still be supervised.
pub(super) fn end_after_crash(base: &mut Connection, now: DateTime<Utc>) -> rusqlite::Result<()> {
    let transaction = base.transaction()?;
    for begun in unended(&transaction)? {
        let mut detail: Value = serde_json::from_str(&begun.detail).unwrap_or_default();
        detail["why"] = json!(RESTART);
        append(&transaction, &AuditEntry { at: now, action: ENDED.to_owned(), detail: detail.to_string(), ..begun })?;
    }
    transaction.commit()
}

/// At each seat one call at most is supervised: the newest row of a seat says whether one still is.
fn unended(base: &Connection) -> rusqlite::Result<Vec<AuditEntry>> {
    let oldest = "SELECT min(started_ms) FROM calls WHERE ended_ms IS NULL";
    let Some(since) = base.query_row(oldest, [], |row| row.get::<_, Option<i64>>(0))? else { return Ok(Vec::new()) };
    let mut newest_first = base.prepare("SELECT at_ms, user, action, detail FROM audit ORDER BY number DESC")?;
    let mut rows = newest_first.query([])?;
    let (mut seats, mut open) = (BTreeSet::new(), Vec::new());
    // Nothing was supervised before the oldest of those calls began.
    while let Some(row) = rows.next()?.filter(|row| row.get("at_ms").is_ok_and(|at: i64| at >= since)) {
        let (action, detail): (String, String) = (row.get("action")?, row.get("detail")?);
        if ![LISTENED, WHISPERED, JOINED, TAKEN_OVER, ENDED].contains(&action.as_str()) {
            continue;
        }
        let through = serde_json::from_str::<Value>(&detail).unwrap_or_default()["through"].to_string();
        if seats.insert(through) && [LISTENED, WHISPERED, JOINED].contains(&action.as_str()) {
            let (at, user) = (row.time("at_ms")?, row.id_if_any("user")?.map(engine::id::UserId));
            open.push(AuditEntry { at, user, address: String::new(), action, detail });
        }
    }
    Ok(open)
}

/// A batch that is written again after a fault leaves one row.
fn is_there(base: &Connection, entry: &AuditEntry) -> rusqlite::Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM audit WHERE number > (SELECT max(number) FROM audit) - 1000
               AND at_ms = ?1 AND action = ?2 AND detail = ?3)";
    base.query_row(sql, params![ms(entry.at), entry.action, entry.detail], |row| row.get(0))
}

const LISTENED: &str = "call-listened";
const WHISPERED: &str = "call-whispered";
const JOINED: &str = "call-joined";
const TAKEN_OVER: &str = "call-taken-over";
const ENDED: &str = "supervision-ended";
/// Why, where the daemon was not there to see the end.
const RESTART: &str = "restart";
