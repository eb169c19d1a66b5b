//! What the system does at a date and time, whom that concerns, and the messages of it.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use engine::appointment::{CaseFacts, CaseRow, End, Facts, Line as Apart, Phase, Question, Row, To};
use engine::border::StoreError;
use engine::id::{AppointmentId, CaseId, ContactId, FileId, ItemId, OutboxId, UserId};
use engine::outbox;
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Params, params};

use super::Store;
use super::column::{RowExt, id, json, ms};
use super::error::words;
use super::history::Reader;
use super::record::run;

/// Which appointments; what is `None` does not matter.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct AppointmentFilter {
    pub contact: Option<ContactId>,
    pub agent: Option<UserId>,
    /// `open`, `running`, `done`, `failed`, `missed`, `cancelled`.
    pub state: Option<&'static str>,
    /// Due from here on.
    pub from: Option<DateTime<Utc>>,
    /// And before this.
    pub until: Option<DateTime<Utc>>,
    /// After this line.
    pub after: Option<(DateTime<Utc>, AppointmentId)>,
}

/// Whose notices somebody sees besides the own ones.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Departments {
    pub own: BTreeSet<ItemId>,
    /// Those of every department but these; none: of no other department.
    pub all_but: Option<BTreeSet<ItemId>>,
}

impl Departments {
    /// As `?2` and `?3` of [`OF_SOMEBODY`].
    fn values(&self) -> rusqlite::Result<(String, Option<String>)> {
        Ok((json(&self.own)?, self.all_but.as_ref().map(json).transpose()?))
    }
}

/// Of the person `?1`; arrays of JSON beside it.
const OF_SOMEBODY: &str = "(user = ?1 OR notices.department IN (SELECT value FROM json_each(?2))
    OR (?3 IS NOT NULL AND notices.department NOT IN (SELECT value FROM json_each(?3))))";

/// Somebody is to know how an appointment ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NoticeLine {
    pub at: DateTime<Utc>,
    pub to: To,
    pub row: Row,
}

impl Reader {
    /// By their time; at most 1,000.
    pub fn appointments(&self, filter: &AppointmentFilter, take: u32) -> Result<Vec<Row>, StoreError> {
        let (mut conditions, mut values) = (vec!["1"], Vec::new());
        let mut add = |condition, value: Option<Value>| {
            if let Some(value) = value {
                conditions.push(condition);
                values.push(value);
            }
        };
        add("contact = ?", filter.contact.map(|contact| Value::from(id(contact.0))));
        add("agent = ?", filter.agent.map(|agent| Value::from(id(agent.0))));
        add("state = ?", filter.state.map(|state| Value::from(state.to_owned())));
        add("due_ms >= ?", filter.from.map(|from| Value::from(ms(from))));
        add("due_ms < ?", filter.until.map(|until| Value::from(ms(until))));
        if let Some((due, appointment)) = filter.after {
            conditions.push("(due_ms, appointment) > (?, ?)");
            values.extend([Value::from(ms(due)), Value::from(id(appointment.0))]);
        }
        values.push(Value::from(take.min(1_000)));
        let all = conditions.join(" AND ");
        let sql = format!("SELECT row FROM appointments WHERE {all} ORDER BY due_ms, appointment LIMIT ?");
        self.list(&sql, rusqlite::params_from_iter(values), |row| row.json("row")).map_err(|error| words(&error))
    }

    pub fn appointment(&self, appointment: AppointmentId) -> Result<Option<Row>, StoreError> {
        let rows = self
            .list("SELECT row FROM appointments WHERE appointment = ?1", [id(appointment.0)], |row| row.json("row"));
        Ok(rows.map_err(|error| words(&error))?.pop())
    }

    /// What somebody has not seen yet, newest first; of these departments too.
    pub fn notices(&self, user: UserId, departments: &Departments) -> Result<Vec<NoticeLine>, StoreError> {
        let sql = format!(
            "SELECT at_ms, notices.department, row FROM notices JOIN appointments USING (appointment)
             WHERE seen_ms IS NULL AND {OF_SOMEBODY} ORDER BY at_ms DESC, notice DESC LIMIT 200"
        );
        let line = |row: &rusqlite::Row<'_>| {
            let department = row.id_if_any("department")?.map(|item| To::Department(ItemId(item)));
            let to = department.unwrap_or(To::Person(user));
            Ok(NoticeLine { at: row.time("at_ms")?, to, row: row.json("row")? })
        };
        let lines =
            departments.values().and_then(|(own, all_but)| self.list(&sql, params![id(user.0), own, all_but], line));
        lines.map_err(|error| words(&error))
    }

    /// Files of appointments to come, and of messages that are neither sent nor given up.
    pub fn needed_files(&self) -> Result<BTreeSet<FileId>, StoreError> {
        let sql =
            "SELECT file.value ->> 'id' AS id FROM appointments, json_each(row, '$.appointment.terms.files') AS file
                   WHERE state IN ('open', 'running')
                   UNION SELECT file.value ->> 'id' FROM outbox, json_each(row, '$.item.letter.files') AS file
                   WHERE phase IN ('queued', 'trying', 'dead')";
        let all = self.list(sql, [], |row| row.id("id").map(FileId)).map_err(|error| words(&error))?;
        Ok(all.into_iter().collect())
    }

    /// Messages on their way out in these phases, newest first.
    pub fn letters(
        &self,
        phases: &[&str],
        before: Option<OutboxId>,
        take: u32,
    ) -> Result<Vec<outbox::Row>, StoreError> {
        let any = vec!["?"; phases.len()].join(", ");
        let sql = format!("SELECT row FROM outbox WHERE item < ? AND phase IN ({any}) ORDER BY item DESC LIMIT ?");
        let before = Value::from(before.map_or(i64::MAX, |before| id(before.0)));
        let phases = phases.iter().map(|phase| Value::from((*phase).to_owned()));
        let values = std::iter::once(before).chain(phases).chain([Value::from(take.min(1_000))]);
        self.list(&sql, rusqlite::params_from_iter(values), |row| row.json("row")).map_err(|error| words(&error))
    }
}

/// Blocks until it is on the disk.
impl Store {
    /// Whether there was a notice for this person, or for one of these departments.
    pub fn see_notice(
        &self,
        appointment: AppointmentId,
        user: UserId,
        departments: &Departments,
    ) -> Result<bool, StoreError> {
        let (departments, now) = (departments.clone(), ms(Utc::now()));
        self.writer.run(move |base| {
            let sql =
                format!("UPDATE notices SET seen_ms = ?5 WHERE appointment = ?4 AND seen_ms IS NULL AND {OF_SOMEBODY}");
            let (own, all_but) = departments.values()?;
            Ok(base.execute(&sql, params![id(user.0), own, all_but, id(appointment.0), now])? > 0)
        })
    }
}

/// An older version changes nothing.
pub(super) fn write(base: &Connection, row: &Row) -> rusqlite::Result<()> {
    let (appointment, terms) = (&row.appointment, &row.appointment.terms);
    run(
        base,
        "INSERT INTO appointments (appointment, version, state, creator, contact, department, agent, due_ms, row)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
         ON CONFLICT (appointment) DO UPDATE SET version = excluded.version, state = excluded.state,
             contact = excluded.contact, department = excluded.department, agent = excluded.agent,
             due_ms = excluded.due_ms, row = excluded.row
         WHERE excluded.version >= appointments.version",
        params![
            id(appointment.id.0),
            appointment.version,
            state(&row.phase),
            id(appointment.creator.0),
            id(terms.contact.0),
            id(terms.department.0),
            terms.agent.map(|agent| id(agent.0)),
            ms(terms.due.at),
            json(row)?,
        ],
    )?;
    Ok(())
}

/// What is told is being told till it is sure that somebody knows.
fn state(phase: &Phase) -> &'static str {
    match phase {
        Phase::Open => "open",
        Phase::Running(_) | Phase::Telling { .. } => "running",
        Phase::Over { end } => match end {
            End::Done => "done",
            End::Failed { .. } => "failed",
            End::Missed => "missed",
            End::Cancelled => "cancelled",
        },
    }
}

/// Where the contact is there and nothing of theirs is open.
pub(super) fn open_case(base: &Connection, row: &CaseRow) -> rusqlite::Result<()> {
    let CaseRow { case, protocolo, contact, owner, department, notes, at } = row;
    if open_of(base, *contact)?.is_some() {
        return Ok(());
    }
    run(
        base,
        "INSERT INTO cases (\"case\", protocolo, contact, number, document, contact_name, contact_phone, account_name,
                            owner, department, channel, notes, opened_ms)
         SELECT ?1, ?2, contact, ifnull(phone, ''), ifnull(document, ''), name, ifnull(phone, ''),
                ifnull(account_name, ''), ?4, ?5, 'appointment', ?6, ?7
         FROM (SELECT *, (SELECT min(number) FROM contact_phones WHERE contact_phones.contact = contacts.contact) AS phone
               FROM contacts WHERE contact = ?3)
         WHERE 1 ON CONFLICT (\"case\") DO NOTHING",
        params![id(case.0), protocolo.as_str(), id(contact.0), id(owner.0), id(department.0), notes, ms(*at)],
    )?;
    Ok(())
}

/// The last that was opened and not closed, of the contact or of a number of theirs.
fn open_of(base: &Connection, contact: ContactId) -> rusqlite::Result<Option<CaseId>> {
    let sql = "SELECT \"case\" FROM cases
               WHERE closed_ms IS NULL AND (contact = ?1 OR (contact IS NULL AND number IN
                   (SELECT number FROM contact_phones WHERE contact_phones.contact = ?1)))
               ORDER BY opened_ms DESC LIMIT 1";
    base.prepare_cached(sql)?.query_row([id(contact.0)], |row| row.id("case").map(CaseId)).optional()
}

/// One for each of them, seen or not.
pub(super) fn notify<'a>(
    base: &Connection,
    appointment: AppointmentId,
    to: impl IntoIterator<Item = &'a To>,
    at: DateTime<Utc>,
) -> rusqlite::Result<()> {
    for to in to {
        let (user, department) = match to {
            To::Person(user) => (Some(id(user.0)), None),
            To::Department(item) => (None, Some(id(item.0))),
        };
        let sql = "INSERT INTO notices (appointment, user, department, at_ms) VALUES (?1, ?2, ?3, ?4)
                   ON CONFLICT DO NOTHING";
        run(base, sql, params![id(appointment.0), user, department, ms(at)])?;
    }
    Ok(())
}

/// Of a known key nothing is written: there is a letter of it.
pub(super) fn letter(base: &Connection, row: &outbox::Row) -> rusqlite::Result<()> {
    let (item, letter) = (&row.item, &row.item.letter);
    let appointment = letter.appointment.map(|appointment| id(appointment.0));
    let values = params![id(letter.id.0), item.version, phase(row.phase), letter.key, appointment, json(row)?];
    let sql = "INSERT INTO outbox (item, version, phase, key, appointment, row)
               SELECT ?1, ?2, ?3, ?4, ?5, ?6 WHERE NOT EXISTS (SELECT 1 FROM outbox WHERE key = ?4 AND item <> ?1)
               ON CONFLICT (item) DO UPDATE SET version = excluded.version, phase = excluded.phase, row = excluded.row
               WHERE excluded.version >= outbox.version";
    run(base, sql, values)?;
    Ok(())
}

fn phase(phase: outbox::Phase) -> &'static str {
    match phase {
        outbox::Phase::Queued => "queued",
        outbox::Phase::Trying => "trying",
        outbox::Phase::Done => "done",
        outbox::Phase::Dead(_) => "dead",
        outbox::Phase::Dropped => "dropped",
    }
}

pub(super) fn answer(base: &Connection, question: &Question) -> rusqlite::Result<Facts> {
    match question {
        Question::Near { until } => {
            let sql = "SELECT row FROM appointments WHERE state IN ('open', 'running') AND due_ms < ?1";
            rows(base, sql, [ms(*until)]).map(Facts::Rows)
        }
        Question::One { appointment } => {
            let sql = "SELECT row FROM appointments WHERE state IN ('open', 'running') AND appointment = ?1";
            rows(base, sql, [id(appointment.0)]).map(Facts::Rows)
        }
        Question::Times { line, from, until, except } => {
            let (condition, value) = apart(*line);
            let sql = format!(
                "SELECT DISTINCT due_ms FROM appointments WHERE {condition} AND due_ms BETWEEN ?2 AND ?3
                     AND appointment <> ?4 AND state <> 'cancelled' ORDER BY due_ms"
            );
            let values = params![value, ms(*from), ms(*until), id(except.0)];
            let times = base.prepare(&sql)?.query_map(values, |row| row.time("due_ms"))?.collect::<Result<_, _>>()?;
            Ok(Facts::Times(times))
        }
        Question::Case { contact, case } => Ok(Facts::Case(CaseFacts {
            contact_is_there: is_there(base, "SELECT 1 FROM contacts WHERE contact = ?1", contact.0)?,
            is_opened: match case {
                Some(case) => is_there(base, "SELECT 1 FROM cases WHERE \"case\" = ?1", case.0)?,
                None => false,
            },
            open: open_of(base, *contact)?,
        })),
        Question::Letters => {
            let sql = "SELECT row FROM outbox WHERE phase IN ('queued', 'trying') OR item IN
                           (SELECT item FROM outbox WHERE phase = 'dead' ORDER BY item DESC LIMIT 1000) ORDER BY item";
            rows(base, sql, []).map(Facts::Letters)
        }
        Question::Letter { item } => {
            rows(base, "SELECT row FROM outbox WHERE item = ?1", [id(item.0)]).map(Facts::Letters)
        }
        Question::Key { key } => {
            let sql = "SELECT item FROM outbox WHERE key = ?1";
            let item = base.query_row(sql, [key], |row| row.id("item").map(OutboxId)).optional()?;
            Ok(Facts::Key(item))
        }
    }
}

/// Words of this file only; what is asked for is bound.
fn apart(line: Apart) -> (&'static str, i64) {
    match line {
        Apart::Creator(user) => ("creator = ?1", id(user.0)),
        Apart::Agent(user) => ("agent = ?1", id(user.0)),
        Apart::Department(item) => ("agent IS NULL AND department = ?1", id(item.0)),
        Apart::Contact(contact) => ("contact = ?1", id(contact.0)),
        Apart::System => ("?1 = 0", 0),
    }
}

fn is_there(base: &Connection, sql: &str, number: u64) -> rusqlite::Result<bool> {
    base.prepare_cached(sql)?.exists([id(number)])
}

fn rows<T: serde::de::DeserializeOwned>(base: &Connection, sql: &str, values: impl Params) -> rusqlite::Result<Vec<T>> {
    base.prepare(sql)?.query_map(values, |row| row.json("row"))?.collect()
}
