//! Lists of leads as they stand: opened empty and invisible, made visible by one row, discarded by one row and then swept away.

use engine::border::StoreError;
use engine::campaign::{List, ListState};
use engine::id::{ListId, UserId};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use super::Store;
use super::column::{RowExt, id, ms, word};
use super::error::words;
use super::history::Reader;

/// A file on its way into a list, or what a list came from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ImportRow {
    pub list: ListId,
    /// As the person called it.
    pub file: String,
    /// SHA-256 of the file, in hex.
    pub sha256: String,
    /// JSON of who reads the file.
    pub options: String,
    pub counts: Counts,
}

/// How far a file is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Counts {
    /// Rows below the names of the columns.
    pub rows: u32,
    /// Left out for an error.
    pub bad: u32,
    /// Left out because all their numbers were there.
    pub twice: u32,
}

impl Reader {
    /// The newest first, older than `before`; at most 1,000. Discarded ones are not shown.
    pub fn lists(&self, before: Option<&List>, take: u32) -> Result<Vec<List>, StoreError> {
        let sql = format!(
            "{LISTS} WHERE state <> 'discarded' AND (made_ms, list) < (?1, ?2) ORDER BY made_ms DESC, list DESC LIMIT ?3"
        );
        let (made, list) = before.map_or((i64::MAX, i64::MAX), |list| (ms(list.made), id(list.list.0)));
        self.list(&sql, params![made, list, take.min(1_000)], line).map_err(|error| words(&error))
    }

    pub fn list_of_leads(&self, list: ListId) -> Result<Option<List>, StoreError> {
        one(self.base(), list).map_err(|error| words(&error))
    }

    /// Which file a list came from, or is coming from.
    pub fn import(&self, list: ListId) -> Result<Option<ImportRow>, StoreError> {
        let rows = self.list("SELECT * FROM imports WHERE list = ?1", [id(list.0)], import);
        Ok(rows.map_err(|error| words(&error))?.pop())
    }

    /// Files that were being read when the daemon ended, or still are.
    pub fn unfinished_imports(&self) -> Result<Vec<ImportRow>, StoreError> {
        let sql = "SELECT imports.* FROM imports JOIN lists USING (list) WHERE lists.state = 'loading' ORDER BY list";
        self.list(sql, [], import).map_err(|error| words(&error))
    }
}

/// Each blocks until it is on the disk.
impl Store {
    /// A new list, empty; with an import in state *loading*. One that is there already stays as it is.
    pub fn open_list(&self, list: List, import: Option<ImportRow>) -> Result<(), StoreError> {
        self.writer.run(move |base| {
            add(base, &list)?;
            match &import {
                Some(import) => add_import(base, import),
                None => Ok(()),
            }
        })
    }

    /// The one row that makes a list visible. False: it was not loading.
    pub fn complete_list(&self, list: ListId) -> Result<bool, StoreError> {
        self.change_state(list, &[ListState::Loading], ListState::Ready)
    }

    /// From now on it is not dialled. False: it was discarded already. Its rows go by [`Store::sweep`].
    pub fn discard_list(&self, list: ListId) -> Result<bool, StoreError> {
        self.change_state(list, &[ListState::Loading, ListState::Ready], ListState::Discarded)
    }

    /// Deletes some leads of discarded lists: how many there were, none when all are gone. Who is being called now stays.
    pub fn sweep(&self, most: u32) -> Result<u64, StoreError> {
        self.writer.run(move |base| sweep(base, most))
    }

    fn change_state(&self, list: ListId, from: &'static [ListState], to: ListState) -> Result<bool, StoreError> {
        self.writer.run(move |base| {
            let was = one(base, list)?.map(|list| list.state);
            if !was.is_some_and(|was| from.contains(&was)) {
                return Ok(false);
            }
            // A pass over a list that goes has nothing left to do.
            if to == ListState::Discarded {
                base.execute("DELETE FROM list_reworks WHERE list = ?1", [id(list.0)])?;
            }
            let sql = "UPDATE lists SET state = ?2 WHERE list = ?1";
            base.execute(sql, params![id(list.0), word(&to)?]).map(|rows| rows > 0)
        })
    }
}

pub(super) fn one(base: &Connection, list: ListId) -> rusqlite::Result<Option<List>> {
    base.prepare_cached(&format!("{LISTS} WHERE list = ?1"))?.query_row([id(list.0)], line).optional()
}

fn add(base: &Connection, list: &List) -> rusqlite::Result<()> {
    let sql = "INSERT INTO lists (list, name, source, dated_ms, expires_ms, user, made_ms, state)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO NOTHING";
    let values = params![
        id(list.list.0),
        list.name,
        list.source,
        ms(list.dated),
        list.expires.map(ms),
        list.user.map(|user| id(user.0)),
        ms(list.made),
        word(&list.state)?,
    ];
    base.execute(sql, values).map(drop)
}

fn add_import(base: &Connection, import: &ImportRow) -> rusqlite::Result<()> {
    let sql = "INSERT INTO imports (list, file, sha256, options) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING";
    base.execute(sql, params![id(import.list.0), import.file, import.sha256, import.options]).map(drop)
}

/// What is called now is needed until it is over; attempts outlive all.
fn sweep(base: &Transaction<'_>, most: u32) -> rusqlite::Result<u64> {
    let sql = "SELECT lead FROM leads WHERE list IN (SELECT list FROM lists WHERE state = 'discarded')
                   AND state NOT IN ('leased', 'unknown') LIMIT ?1";
    let leads: Vec<i64> = base.prepare(sql)?.query_map([most], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    for lead in &leads {
        base.prepare_cached("DELETE FROM lead_numbers WHERE lead = ?1")?.execute([lead])?;
        base.prepare_cached("DELETE FROM leads WHERE lead = ?1")?.execute([lead])?;
    }
    Ok(leads.len() as u64)
}

/// With whether a pass goes over it.
const LISTS: &str =
    "SELECT *, EXISTS (SELECT 1 FROM list_reworks WHERE list_reworks.list = lists.list) AS reworked FROM lists";

fn line(row: &Row<'_>) -> rusqlite::Result<List> {
    Ok(List {
        list: ListId(row.id("list")?),
        name: row.get("name")?,
        source: row.get("source")?,
        dated: row.time("dated_ms")?,
        expires: row.time_if_any("expires_ms")?,
        user: row.id_if_any("user")?.map(UserId),
        made: row.time("made_ms")?,
        state: row.word("state")?,
        leads: row.get("leads")?,
        numbers: row.get("numbers")?,
        filter: row.json("filter")?,
        aside: row.get("aside")?,
        reworked: row.get("reworked")?,
    })
}

fn import(row: &Row<'_>) -> rusqlite::Result<ImportRow> {
    Ok(ImportRow {
        list: ListId(row.id("list")?),
        file: row.get("file")?,
        sha256: row.get("sha256")?,
        options: row.get("options")?,
        counts: Counts { rows: row.get("rows")?, bad: row.get("bad")?, twice: row.get("twice")? },
    })
}
