//! What the engine asks: each question as its reads, in one snapshot.

use engine::border::{IdempotencyKey, Refusal, Reply};
use engine::id::{CallId, LegId, UserId};
use engine::records::{DialogRow, Facts, Question};
use rusqlite::{Connection, OptionalExtension, Row};

use chrono::{DateTime, NaiveDate, Utc};

use super::column::RowExt;
use super::history::message;
use super::state;
use super::{appointments, cases, hopper, promises, suppressions};

pub(super) fn load(base: &Connection, question: Question) -> rusqlite::Result<Facts> {
    let snapshot = base.unchecked_transaction()?;
    match question {
        Question::Known { number } => cases::known(&snapshot, &number).map(Facts::Known),
        Question::Promises { until } => promises::near(&snapshot, until).map(Facts::Promises),
        Question::Promise { promise } => promises::one(&snapshot, promise).map(Facts::Promise),
        Question::Number { number, promise, periods } => {
            let now = Utc::now();
            Ok(Facts::Number {
                suppressed: suppressions::of(&snapshot, &number, None, now)?,
                attempts: promises::attempts(&snapshot, &number, promise, periods, now)?,
            })
        }
        Question::Appointment(question) => appointments::answer(&snapshot, &question).map(Facts::Appointment),
        Question::Leads(question) => hopper::answer(&snapshot, &question).map(Facts::Leads),
        Question::Start => Ok(Facts::Start {
            open_dialogs: all(
                &snapshot,
                "SELECT leg, call, account, target, rescue FROM dialogs ORDER BY leg",
                dialog,
            )?,
            open_calls: all(
                &snapshot,
                "SELECT call FROM calls WHERE ended_ms IS NULL ORDER BY started_ms, call",
                |row| row.id("call").map(CallId),
            )?,
            protocolo: last_protocolo_block(&snapshot)?,
            answers: all(&snapshot, "SELECT key, at_ms, answer FROM answers ORDER BY at_ms, key", answer)?,
            do_not_disturb: all(
                &snapshot,
                "SELECT account FROM accounts WHERE do_not_disturb = 1 ORDER BY account",
                |row| row.account("account"),
            )?,
            unanswered: all(
                &snapshot,
                "SELECT * FROM messages WHERE state = 'sending' ORDER BY at_ms, message",
                message,
            )?,
            entries: all(&snapshot, "SELECT entry FROM entries ORDER BY kind, id", |row| row.json("entry"))?,
            chosen: all(&snapshot, "SELECT user, chosen FROM agents ORDER BY user", |row| {
                Ok((UserId(row.id("user")?), row.json("chosen")?))
            })?,
            promises: promises::at_start(&snapshot)?,
            restored: state::restored(&snapshot)?,
            last_id: last_id(&snapshot)?,
        }),
    }
}

fn all<T>(base: &Connection, sql: &str, read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>) -> rusqlite::Result<Vec<T>> {
    base.prepare(sql)?.query_map([], read)?.collect()
}

fn dialog(row: &Row<'_>) -> rusqlite::Result<DialogRow> {
    Ok(DialogRow {
        leg: LegId(row.id("leg")?),
        call: CallId(row.id("call")?),
        account: row.account("account")?,
        target: row.json("target")?,
        rescue: row.json("rescue")?,
    })
}

/// The last one reserved, not the one with the latest day: a clock may have been ahead for a while.
fn last_protocolo_block(base: &Connection) -> rusqlite::Result<Option<(NaiveDate, u32)>> {
    base.query_row("SELECT day, next FROM protocolo_blocks ORDER BY written DESC LIMIT 1", [], |row| {
        Ok((row.day("day")?, row.get("next")?))
    })
    .optional()
}

type Answer = (IdempotencyKey, DateTime<Utc>, Result<Reply, Refusal>);

fn answer(row: &Row<'_>) -> rusqlite::Result<Answer> {
    Ok((IdempotencyKey(row.get("key")?), row.time("at_ms")?, row.json("answer")?))
}

/// The greatest of what a start may not give again; of one daemon's ids the sign is one too. What a lead or a list is called is no
/// id of the engine's.
fn last_id(base: &Connection) -> rusqlite::Result<u64> {
    let sql = "SELECT max(last) AS last FROM (
        SELECT max(call) AS last FROM calls
        UNION ALL SELECT max(leg) FROM dialogs
        UNION ALL SELECT max(recording) FROM recordings
        UNION ALL SELECT max(message) FROM messages
        UNION ALL SELECT max(\"case\") FROM cases
        UNION ALL SELECT max(promise) FROM promises
        UNION ALL SELECT max(attempt) FROM lead_attempts
        UNION ALL SELECT max(appointment) FROM appointments
        UNION ALL SELECT max(item) FROM outbox
        UNION ALL SELECT max(id) FROM entries
    )";
    base.query_row(sql, [], |row| row.id_if_any("last")).map(Option::unwrap_or_default)
}
