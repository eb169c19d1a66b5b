//! People: what is administered, what each has chosen, what each did.

use chrono::{DateTime, Utc};
use engine::agent::{AgentState, Chosen};
use engine::border::StoreError;
use engine::id::UserId;
use engine::staff::{Entry, EntryId};
use rusqlite::{Connection, Row, params};

use super::column::{RowExt, id, json, ms};
use super::error::words;
use super::history::Reader;
use super::record::run;

impl Reader {
    /// What everybody did within a time, each person's in its order.
    pub fn agent_states(
        &self,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Vec<(UserId, DateTime<Utc>, AgentState)>, StoreError> {
        let sql = "SELECT user, at_ms, state FROM agent_states WHERE at_ms >= ?1 AND at_ms < ?2 ORDER BY user, at_ms";
        let line = |row: &Row<'_>| Ok((UserId(row.id("user")?), row.time("at_ms")?, row.json("state")?));
        self.list(sql, params![ms(from), ms(until)], line).map_err(|error| words(&error))
    }
}

pub(super) fn keep(base: &Connection, entry: &Entry) -> rusqlite::Result<()> {
    let (kind, number) = key(entry.id());
    run(
        base,
        "INSERT INTO entries (kind, id, entry) VALUES (?1, ?2, ?3)
         ON CONFLICT (kind, id) DO UPDATE SET entry = excluded.entry",
        params![kind, id(number), json(entry)?],
    )?;
    Ok(())
}

pub(super) fn remove(base: &Connection, entry: EntryId) -> rusqlite::Result<()> {
    let (kind, number) = key(entry);
    run(base, "DELETE FROM entries WHERE kind = ?1 AND id = ?2", params![kind, id(number)])?;
    Ok(())
}

pub(super) fn chosen(base: &Connection, user: UserId, chosen: &Chosen) -> rusqlite::Result<()> {
    run(
        base,
        "INSERT INTO agents (user, chosen) VALUES (?1, ?2) ON CONFLICT (user) DO UPDATE SET chosen = excluded.chosen",
        params![id(user.0), json(chosen)?],
    )?;
    Ok(())
}

pub(super) fn state(base: &Connection, user: UserId, at: DateTime<Utc>, state: &AgentState) -> rusqlite::Result<()> {
    run(
        base,
        "INSERT INTO agent_states (user, at_ms, state) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
        params![id(user.0), ms(at), json(state)?],
    )?;
    Ok(())
}

fn key(entry: EntryId) -> (&'static str, u64) {
    match entry {
        EntryId::User(id) => ("user", id.0),
        EntryId::Perfil(id) => ("perfil", id.0),
        EntryId::Queue(id) => ("queue", id.0),
        EntryId::Item(id) => ("item", id.0),
        EntryId::Schedule(id) => ("schedule", id.0),
        EntryId::Campaign(id) => ("campaign", id.0),
    }
}
