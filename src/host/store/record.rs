//! Each record as its statement. Writing the same record twice leaves what writing it once left.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use engine::border::{IdempotencyKey, Refusal, Reply};
use engine::config::AccountName;
use engine::id::{CallId, LegId, UserId};
use engine::leg::Quality;
use engine::news::{HangupCause, MessageView, RegistrationView};
use engine::records::{CallRow, DialogRow, LegRow, Record};
use rusqlite::{Connection, Params, params};

use super::column::{direction, id, json, ms, word};
use super::{appointments, attempts, cases, promises, recordings, staff, state, supervised, suppressions};

/// Why a record could not be kept.
#[derive(Debug, thiserror::Error)]
pub(super) enum WriteError {
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    /// The end of something whose beginning was never stored: keeping half of it would hide that.
    #[error("{what} is not in the base; its opening was never stored")]
    Unknown { what: String },
    /// What was decided about a lead under a lease that has ended: somebody else may have it.
    #[error("the lease of a lead has ended, so what became of it there is not kept")]
    Lapsed,
}

pub(super) fn write(base: &Connection, record: &Record) -> Result<(), WriteError> {
    match record {
        Record::CallOpened(row) => call_opened(base, row),
        Record::CallAnswered { call, at } => call_answered(base, *call, *at),
        Record::CallEnded { call, at, cause } => call_ended(base, *call, *at, cause),
        Record::CallGiven { call, user } => call_given(base, *call, *user),
        Record::LegOpened(row) => leg_opened(base, row),
        Record::LegEnded { leg, call, at, cause, quality } => {
            leg_ended(base, (*leg, *call), *at, cause, quality.as_ref())
        }
        Record::CallEvent { call, leg, at, event, detail } => call_event(base, *call, *leg, *at, event, detail),
        Record::Dialog(row) => dialog(base, row),
        Record::DialogEnded { leg } => dialog_ended(base, *leg),
        Record::Registration { account, state } => registration(base, account, state),
        Record::DoNotDisturb { account, on } => do_not_disturb(base, account, *on),
        Record::ProtocoloBlock { day, next } => protocolo_block(base, *day, *next),
        Record::Supervised { at, view } => Ok(supervised::write(base, *at, view)?),
        Record::RecordingStarted(row) => Ok(recordings::started(base, row)?),
        Record::RecordingEnded { recording, at } => Ok(recordings::ended(base, *recording, *at)?),
        Record::RecordingFile(file) => Ok(recordings::file(base, file)?),
        Record::Message(view) => message(base, view),
        Record::CaseOpened(row) => Ok(cases::opened(base, row)?),
        Record::CaseContinued { case, call, at } => cases::continued(base, *case, *call, *at),
        Record::CaseTask { case, call, at, protocolo } => Ok(cases::task(base, *case, *call, *at, protocolo)?),
        Record::Kept(entry) => Ok(staff::keep(base, entry)?),
        Record::Removed(entry) => Ok(staff::remove(base, *entry)?),
        Record::AgentChosen { user, chosen } => Ok(staff::chosen(base, *user, chosen)?),
        Record::AgentState { user, at, state } => Ok(staff::state(base, *user, *at, state)?),
        Record::Suppressed { numbers, source, user, at } => {
            Ok(suppressions::declined(base, numbers, source, *user, *at)?)
        }
        Record::RestoredConfirmed => state::confirm_restored(base).map(|_| ()).map_err(WriteError::from),
        Record::Alive { at, doubted } => Ok(state::alive(base, *at, *doubted)?),
        Record::Promise(row) => Ok(promises::write(base, row, Utc::now())?),
        Record::Appointment(row) => Ok(appointments::write(base, row)?),
        Record::CaseByAppointment(row) => Ok(appointments::open_case(base, row)?),
        Record::Notice { appointment, to, at } => Ok(appointments::notify(base, *appointment, to, *at)?),
        Record::Letter(row) => Ok(appointments::letter(base, row)?),
        Record::Lead(written) => attempts::write(base, written),
        Record::Answer { key, at, answer } => remember_answer(base, key, *at, answer),
    }
}

fn call_opened(base: &Connection, row: &CallRow) -> Result<(), WriteError> {
    run(
        base,
        "INSERT INTO calls (call, protocolo, direction, account, number_dialled, number_normalised, remote_name,
                            diverted_from, asserted, started_ms, day, rules_version, user, queue, promise, attempt)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)
         ON CONFLICT (call) DO NOTHING",
        params![
            id(row.call.0),
            row.protocolo,
            direction(row.direction),
            row.account.as_str(),
            row.number_dialled,
            row.number_normalised,
            row.remote_name,
            row.diverted_from,
            row.asserted,
            ms(row.at),
            row.day.to_string(),
            row.rules_version.map(u64::cast_signed),
            row.user.map(|user| id(user.0)),
            row.queue.map(|queue| id(queue.0)),
            row.promise.map(|promise| id(promise.0)),
            row.attempt.map(|attempt| id(attempt.0)),
        ],
    )?;
    Ok(())
}

fn call_answered(base: &Connection, call: CallId, at: DateTime<Utc>) -> Result<(), WriteError> {
    let rows = run(
        base,
        "UPDATE calls SET answered_ms = coalesce(answered_ms, ?2) WHERE call = ?1",
        params![id(call.0), ms(at)],
    )?;
    known(rows, || format!("call {call}"))
}

fn call_given(base: &Connection, call: CallId, user: UserId) -> Result<(), WriteError> {
    let rows = run(base, "UPDATE calls SET user = ?2 WHERE call = ?1", params![id(call.0), id(user.0)])?;
    known(rows, || format!("call {call}"))
}

/// A call ends once: the first cause stays.
fn call_ended(base: &Connection, call: CallId, at: DateTime<Utc>, cause: &HangupCause) -> Result<(), WriteError> {
    let rows = run(
        base,
        "UPDATE calls SET ended_ms = coalesce(ended_ms, ?2), cause = coalesce(cause, ?3) WHERE call = ?1",
        params![id(call.0), ms(at), json(cause)?],
    )?;
    known(rows, || format!("call {call}"))
}

fn leg_opened(base: &Connection, row: &LegRow) -> Result<(), WriteError> {
    run(
        base,
        "INSERT INTO legs (leg, call, sip_call_id, far_end, started_ms) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (leg, call) DO NOTHING",
        params![id(row.leg.0), id(row.call.0), row.sip_call_id, row.far_end, ms(row.at)],
    )?;
    Ok(())
}

fn leg_ended(
    base: &Connection,
    (leg, call): (LegId, CallId),
    at: DateTime<Utc>,
    cause: &HangupCause,
    quality: Option<&Quality>,
) -> Result<(), WriteError> {
    let rows = run(
        base,
        "UPDATE legs SET ended_ms = coalesce(ended_ms, ?2), cause = coalesce(cause, ?3), quality = coalesce(quality, ?4)
         WHERE leg = ?1 AND call = ?5",
        params![id(leg.0), ms(at), json(cause)?, quality.map(json).transpose()?, id(call.0)],
    )?;
    known(rows, || format!("leg {leg} of call {call}"))
}

fn call_event(
    base: &Connection,
    call: CallId,
    leg: Option<LegId>,
    at: DateTime<Utc>,
    event: &str,
    detail: &str,
) -> Result<(), WriteError> {
    run(
        base,
        "INSERT INTO call_events (call, leg, at_ms, event, detail) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (call, at_ms, event, detail, ifnull(leg, 0)) DO NOTHING",
        params![id(call.0), leg.map(|leg| id(leg.0)), ms(at), event, detail],
    )?;
    Ok(())
}

fn dialog(base: &Connection, row: &DialogRow) -> Result<(), WriteError> {
    run(
        base,
        "INSERT INTO dialogs (leg, call, account, target, rescue) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (leg) DO UPDATE SET target = excluded.target, rescue = excluded.rescue",
        params![id(row.leg.0), id(row.call.0), row.account.as_str(), json(&row.target)?, json(&row.rescue)?],
    )?;
    Ok(())
}

fn dialog_ended(base: &Connection, leg: LegId) -> Result<(), WriteError> {
    run(base, "DELETE FROM dialogs WHERE leg = ?1", [id(leg.0)])?;
    Ok(())
}

fn registration(base: &Connection, account: &AccountName, state: &RegistrationView) -> Result<(), WriteError> {
    run(
        base,
        "INSERT INTO accounts (account, registration) VALUES (?1, ?2)
         ON CONFLICT (account) DO UPDATE SET registration = excluded.registration",
        params![account.as_str(), json(state)?],
    )?;
    Ok(())
}

fn do_not_disturb(base: &Connection, account: &AccountName, on: bool) -> Result<(), WriteError> {
    run(
        base,
        "INSERT INTO accounts (account, do_not_disturb) VALUES (?1, ?2)
         ON CONFLICT (account) DO UPDATE SET do_not_disturb = excluded.do_not_disturb",
        params![account.as_str(), on],
    )?;
    Ok(())
}

/// A reservation never shrinks: numbers below the highest `next` may have been given.
fn protocolo_block(base: &Connection, day: NaiveDate, next: u32) -> Result<(), WriteError> {
    run(
        base,
        "INSERT INTO protocolo_blocks (day, next, written)
         VALUES (?1, ?2, (SELECT ifnull(max(written), 0) + 1 FROM protocolo_blocks))
         ON CONFLICT (day) DO UPDATE SET next = max(next, excluded.next), written = excluded.written",
        params![day.to_string(), next],
    )?;
    Ok(())
}

/// Written again with what became of it.
fn message(base: &Connection, view: &MessageView) -> Result<(), WriteError> {
    run(
        base,
        "INSERT INTO messages (message, direction, account, number, name, text, at_ms, state, why)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
         ON CONFLICT (message) DO UPDATE SET state = excluded.state, why = excluded.why",
        params![
            id(view.message.0),
            direction(view.direction),
            view.account.as_str(),
            view.number,
            view.name,
            view.text,
            ms(view.at),
            word(&view.state)?,
            view.why,
        ],
    )?;
    Ok(())
}

/// The first answer to a key is the answer. What is 24 h older than this one goes.
fn remember_answer(
    base: &Connection,
    key: &IdempotencyKey,
    at: DateTime<Utc>,
    answer: &Result<Reply, Refusal>,
) -> Result<(), WriteError> {
    run(base, "DELETE FROM answers WHERE at_ms < ?1", [ms(at) - ANSWERS_KEPT.num_milliseconds()])?;
    run(
        base,
        "INSERT INTO answers (key, at_ms, answer) VALUES (?1, ?2, ?3) ON CONFLICT (key) DO NOTHING",
        params![key.0, ms(at), json(answer)?],
    )?;
    Ok(())
}

/// How long the same key gets the same answer (architecture: commands).
const ANSWERS_KEPT: TimeDelta = TimeDelta::hours(24);

pub(super) fn run(base: &Connection, sql: &str, values: impl Params) -> rusqlite::Result<usize> {
    base.prepare_cached(sql)?.execute(values)
}

pub(super) fn known(rows: usize, what: impl FnOnce() -> String) -> Result<(), WriteError> {
    if rows == 0 { Err(WriteError::Unknown { what: what() }) } else { Ok(()) }
}
