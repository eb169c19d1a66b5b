//! Promises to call somebody back: each as it is now, every attempt, and all that ever became of them.

use chrono::{DateTime, TimeDelta, Utc};
use engine::border::StoreError;
use engine::callback::{Attempt, End, Outcome, Owner, Phase, Row};
use engine::gate::{Attempts, Periods};
use engine::id::{PromiseId, ScheduleId};
use engine::protocolo::Protocolo;
use engine::records::Promises;
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Row as Line, params};

use super::column::{RowExt, id, json, ms, word};
use super::error::words;
use super::history::{Reader, call_row};
use super::record::run;
use super::state;

/// A promise in a list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PromiseLine {
    pub row: Row,
    /// Of this version.
    pub changed: DateTime<Utc>,
}

/// Which promises; what is `None` does not matter.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct PromiseFilter {
    /// Normalised.
    pub number: Option<String>,
    pub schedule: Option<ScheduleId>,
    /// Of one of these.
    pub owners: Option<Vec<Owner>>,
    /// Open, or over.
    pub open: Option<bool>,
    /// Promised for a time from here on.
    pub from: Option<DateTime<Utc>>,
    /// And before this.
    pub until: Option<DateTime<Utc>>,
    /// After this line.
    pub after: Option<(DateTime<Utc>, PromiseId)>,
}

impl Reader {
    /// By the time they were promised for; at most 1,000.
    pub fn promises(&self, filter: &PromiseFilter, take: u32) -> Result<Vec<PromiseLine>, StoreError> {
        let (sql, mut values) = statement(filter);
        values.push(Value::from(take.min(1_000)));
        self.list(&sql, rusqlite::params_from_iter(values), line).map_err(|error| words(&error))
    }

    /// All of them that are chosen, however many; read through.
    pub fn all_promises(&self, filter: &PromiseFilter, chosen: impl Fn(&Row) -> bool) -> Result<Vec<Row>, StoreError> {
        let (sql, mut values) = statement(filter);
        values.push(Value::from(-1));
        let rows = || -> rusqlite::Result<Vec<Row>> {
            let mut statement = self.base().prepare(&sql)?;
            let rows = statement.query_map(rusqlite::params_from_iter(values), |row| row.json::<Row>("row"))?;
            rows.filter(|row| row.as_ref().map_or(true, &chosen)).collect()
        };
        rows().map_err(|error| words(&error))
    }

    pub fn promise(&self, promise: PromiseId) -> Result<Option<PromiseLine>, StoreError> {
        let lines = self.list("SELECT * FROM promises WHERE promise = ?1", [id(promise.0)], line);
        Ok(lines.map_err(|error| words(&error))?.pop())
    }

    /// Every version of a promise, oldest first.
    pub fn promise_history(&self, promise: PromiseId) -> Result<Vec<PromiseLine>, StoreError> {
        let sql = "SELECT row, at_ms AS changed_ms FROM promise_history WHERE promise = ?1 ORDER BY version LIMIT 1000";
        self.list(sql, [id(promise.0)], line).map_err(|error| words(&error))
    }

    /// Those that ended since then, and how.
    pub fn promises_ended(&self, since: DateTime<Utc>) -> Result<Vec<PromiseLine>, StoreError> {
        let sql = "SELECT * FROM promises WHERE phase = 'over' AND changed_ms >= ?1 ORDER BY changed_ms LIMIT 1000";
        self.list(sql, [ms(since)], line).map_err(|error| words(&error))
    }

    /// What the gate is told of a number that is in no promise.
    pub fn attempts_at(&self, number: &str, periods: Periods) -> Result<Attempts, StoreError> {
        attempts(self.base(), number, None, periods, Utc::now()).map_err(|error| words(&error))
    }
}

/// Words of this file only; what is asked for is bound.
fn statement(filter: &PromiseFilter) -> (String, Vec<Value>) {
    let (mut conditions, mut values) = (Vec::new(), Vec::new());
    let mut add = |condition: &str, value: Value| {
        conditions.push(condition.to_owned());
        values.push(value);
    };
    filter.number.iter().for_each(|number| add("number = ?", Value::from(number.clone())));
    filter.schedule.iter().for_each(|schedule| add("schedule = ?", Value::from(id(schedule.0))));
    filter.from.iter().for_each(|from| add("due_ms >= ?", Value::from(ms(*from))));
    filter.until.iter().for_each(|until| add("due_ms < ?", Value::from(ms(*until))));
    match filter.open {
        Some(true) => conditions.push("phase <> 'over'".to_owned()),
        Some(false) => conditions.push("phase = 'over'".to_owned()),
        None => {}
    }
    if let Some((due, promise)) = filter.after {
        conditions.push("(due_ms, promise) > (?, ?)".to_owned());
        values.extend([Value::from(ms(due)), Value::from(id(promise.0))]);
    }
    if let Some(owners) = &filter.owners {
        let any = vec!["(owner_kind = ? AND owner = ?)"; owners.len()].join(" OR ");
        conditions.push(if owners.is_empty() { "0".to_owned() } else { format!("({any})") });
        let pair = |owner: &Owner| {
            let (kind, number) = owner_of(*owner);
            [Value::from(kind.to_owned()), Value::from(number)]
        };
        values.extend(owners.iter().flat_map(pair));
    }
    let all = if conditions.is_empty() { "1".to_owned() } else { conditions.join(" AND ") };
    (format!("SELECT * FROM promises WHERE {all} ORDER BY due_ms, promise LIMIT ?"), values)
}

fn line(row: &Line<'_>) -> rusqlite::Result<PromiseLine> {
    Ok(PromiseLine { row: row.json("row")?, changed: row.time("changed_ms")? })
}

/// An older version changes nothing but the line of its attempt.
pub(super) fn write(base: &Connection, row: &Row, now: DateTime<Utc>) -> rusqlite::Result<()> {
    let promise = &row.promise;
    let (kind, owner) = owner_of(promise.terms.owner);
    let (phase, end) = phase(&row.phase)?;
    run(
        base,
        "INSERT INTO promises (promise, version, kind, phase, end, schedule, number, owner_kind, owner, protocolo, due_ms,
                               next_ms, changed_ms, row)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
         ON CONFLICT (promise) DO UPDATE SET version = excluded.version, phase = excluded.phase, end = excluded.end,
             number = excluded.number, owner_kind = excluded.owner_kind, owner = excluded.owner, due_ms = excluded.due_ms,
             next_ms = excluded.next_ms, changed_ms = excluded.changed_ms, row = excluded.row
         WHERE excluded.version >= promises.version",
        params![
            id(promise.id.0),
            promise.version,
            word(&promise.kind)?,
            phase,
            end,
            id(promise.schedule.0),
            promise.terms.number.normalised,
            kind,
            owner,
            promise.protocolo.as_ref().map(Protocolo::as_str),
            ms(promise.terms.due.at),
            ms(promise.next),
            ms(now),
            json(row)?,
        ],
    )?;
    run(
        base,
        "INSERT INTO promise_history (promise, version, at_ms, row) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
        params![id(promise.id.0), promise.version, ms(now), json(row)?],
    )?;
    match &row.attempt {
        Some((attempt, outcome)) => write_attempt(base, row, attempt, outcome.as_ref()),
        None => Ok(()),
    }
}

/// What came of one stays, whatever is written after it.
fn write_attempt(base: &Connection, row: &Row, attempt: &Attempt, outcome: Option<&Outcome>) -> rusqlite::Result<()> {
    run(
        base,
        "INSERT INTO attempts (promise, attempt, number, at_ms, rules, outcome, counts) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (promise, attempt) DO UPDATE SET
             outcome = coalesce(excluded.outcome, outcome), counts = iif(excluded.outcome IS NULL, counts, excluded.counts)",
        params![
            id(row.promise.id.0),
            attempt.number,
            row.promise.terms.number.normalised,
            ms(attempt.at),
            attempt.version.cast_signed(),
            outcome.map(json).transpose()?,
            outcome.is_none_or(Outcome::counts),
        ],
    )?;
    Ok(())
}

/// Open ones that fall due before `until`, and those of which an attempt has no end.
pub(super) fn near(base: &Connection, until: DateTime<Utc>) -> rusqlite::Result<Vec<Row>> {
    let sql = "SELECT row FROM promises WHERE phase <> 'over' AND next_ms < ?1
               UNION ALL SELECT row FROM promises WHERE phase IN ('trying', 'unknown') AND next_ms >= ?1";
    base.prepare(sql)?.query_map([ms(until)], |row| row.json("row"))?.collect()
}

pub(super) fn one(base: &Connection, promise: PromiseId) -> rusqlite::Result<Option<Row>> {
    let sql = "SELECT row FROM promises WHERE promise = ?1 AND phase <> 'over'";
    base.query_row(sql, [id(promise.0)], |row| row.json("row")).optional()
}

pub(super) fn at_start(base: &Connection) -> rusqlite::Result<Promises> {
    let taken =
        "SELECT schedule, due_ms, count(*) AS places FROM promises WHERE phase <> 'over' GROUP BY schedule, due_ms";
    let dropped = "SELECT * FROM calls WHERE ended_ms IS NULL AND answered_ms IS NOT NULL ORDER BY started_ms, call";
    let returned = "SELECT protocolo FROM promises WHERE kind = 'return' AND protocolo IS NOT NULL AND due_ms >= ?1";
    let old = Utc::now() - RETURNED_KEPT;
    let protocolo = |row: &Line<'_>| Ok(Protocolo::parse(&row.get::<_, String>("protocolo")?));
    let returned: Vec<_> = base.prepare(returned)?.query_map([ms(old)], protocolo)?.collect::<rusqlite::Result<_>>()?;
    Ok(Promises {
        taken: base.prepare(taken)?.query_map([], place)?.collect::<rusqlite::Result<_>>()?,
        dropped: base.prepare(dropped)?.query_map([], call_row)?.collect::<rusqlite::Result<_>>()?,
        returned: returned.into_iter().flatten().collect(),
        newest: state::newest(base)?,
        doubted: state::is_doubted(base)?,
    })
}

fn place(row: &Line<'_>) -> rusqlite::Result<(ScheduleId, DateTime<Utc>, u16)> {
    Ok((ScheduleId(row.id("schedule")?), row.time("due_ms")?, row.get("places")?))
}

/// Over all paths: calls that are no attempt of ours, and attempts that count. The attempt that is being judged is none yet.
pub(super) fn attempts(
    base: &Connection,
    number: &str,
    own: Option<PromiseId>,
    periods: Periods,
    now: DateTime<Utc>,
) -> rusqlite::Result<Attempts> {
    let sql = "WITH made (at_ms) AS (
                   SELECT started_ms FROM calls
                   WHERE number_normalised = ?1 AND started_ms >= ?5 AND direction = 'outbound' AND promise IS NULL
                       AND attempt IS NULL
                   UNION ALL
                   SELECT at_ms FROM attempts
                   WHERE number = ?1 AND at_ms >= ?5 AND counts = 1 AND NOT (promise = ?6 AND outcome IS NULL)
                   UNION ALL
                   SELECT at_ms FROM lead_attempts WHERE number = ?1 AND at_ms >= ?5 AND counts = 1
               )
               SELECT count(*) FILTER (WHERE at_ms >= ?2), count(*) FILTER (WHERE at_ms >= ?3),
                      count(*) FILTER (WHERE at_ms >= ?4) FROM made";
    let Periods { day, week, month } = periods;
    let oldest = day.min(week).min(month);
    let own = own.map_or(0, |promise| id(promise.0));
    base.prepare_cached(sql)?.query_row(params![number, ms(day), ms(week), ms(month), ms(oldest), own], |row| {
        Ok(Attempts { read: now, promise: None, day: row.get(0)?, week: row.get(1)?, month: row.get(2)? })
    })
}

fn owner_of(owner: Owner) -> (&'static str, i64) {
    match owner {
        Owner::Person(user) => ("person", id(user.0)),
        Owner::Queue(queue) => ("queue", id(queue.0)),
    }
}

fn phase(phase: &Phase) -> rusqlite::Result<(&'static str, Option<String>)> {
    let end = |end: &End| word(end);
    Ok(match phase {
        Phase::Open => ("open", None),
        Phase::Trying(_) => ("trying", None),
        Phase::Unknown(_) => ("unknown", None),
        Phase::Over(over) => ("over", Some(end(over)?)),
    })
}

/// A matter goes on under its Protocolo for less long.
const RETURNED_KEPT: TimeDelta = TimeDelta::days(90);
