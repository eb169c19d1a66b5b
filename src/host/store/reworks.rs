//! Passes over whole lists: a filter that is put on one, or leads that are over and come back. Each chunk is one transaction that says
//! how far the pass is; while there is one, nothing of the list is dialled.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use engine::border::StoreError;
use engine::campaign::{Facets, Lead, ListState, Recycling, Rework, Sieve};
use engine::id::{LeadId, ListId};
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::column::{RowExt, id, json, ms};
use super::error::words;
use super::history::Reader;
use super::{Store, attempts, leads, lists};

/// Whether a pass was begun.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Begun {
    Yes,
    /// There is no such list, or it was discarded.
    Gone,
    /// It is still being brought in.
    Loading,
    /// Another pass goes over it.
    Reworked,
}

/// How far a pass is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Passed {
    pub seen: u32,
    /// Put aside or no longer, or come back.
    pub changed: u32,
    pub over: bool,
}

/// What a pass would do.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, serde::Serialize)]
pub struct Foreseen {
    pub leads: u32,
    /// Those that a filter lets through, or that come back.
    pub chosen: u32,
}

/// Each blocks until it is on the disk.
impl Store {
    /// From now on nothing of the list is dialled, until the pass is over.
    pub fn begin_rework(&self, list: ListId, rework: Rework) -> Result<Begun, StoreError> {
        self.writer.run(move |base| begin(base, list, &rework))
    }

    /// The next leads of the pass, at most so many. None: there is no pass over this list.
    pub fn go_on_with_rework(&self, list: ListId, most: u32, now: DateTime<Utc>) -> Result<Option<Passed>, StoreError> {
        self.writer.run(move |base| go_on(base, list, most, now))
    }
}

impl Reader {
    /// Lists over which a pass goes, or was going when the daemon ended.
    pub fn reworked_lists(&self) -> Result<Vec<ListId>, StoreError> {
        let lists = self.list("SELECT list FROM list_reworks ORDER BY list", [], |row| row.id("list").map(ListId));
        lists.map_err(|error| words(&error))
    }

    pub fn rework_passed(&self, list: ListId) -> Result<Option<Passed>, StoreError> {
        let rows = self.list("SELECT seen, changed FROM list_reworks WHERE list = ?1", [id(list.0)], |row| {
            Ok(Passed { seen: row.get("seen")?, changed: row.get("changed")?, over: false })
        });
        Ok(rows.map_err(|error| words(&error))?.pop())
    }

    /// What a pass would do; nothing is changed. `go_on` is asked every 500 leads; a no ends it with none.
    pub fn foresee_rework(
        &self,
        list: ListId,
        rework: &Rework,
        now: DateTime<Utc>,
        go_on: &dyn Fn() -> bool,
    ) -> Result<Option<Foreseen>, StoreError> {
        let (mut found, mut after) = (Foreseen::default(), None);
        let sieve = sieve(rework);
        loop {
            let leads = self.leads_of_list(list, after, AT_ONCE)?;
            let Some(last) = leads.last() else { return Ok(Some(found)) };
            after = Some(last.lead);
            for lead in &leads {
                let is_chosen = match rework {
                    Rework::Filter { .. } => sieve.lets(&Facets::of(lead)),
                    Rework::Recycle { chosen } => {
                        back(self.base(), chosen, lead, now).map_err(|error| words(&error))?.is_some()
                    }
                };
                found.leads += 1;
                found.chosen += u32::from(is_chosen);
            }
            if !go_on() {
                return Ok(None);
            }
        }
    }

    /// Names of the fields that the first thousand leads of a list have.
    pub fn fields_of_list(&self, list: ListId) -> Result<BTreeSet<String>, StoreError> {
        let leads = self.leads_of_list(list, None, LOOKED_AT)?;
        Ok(leads.into_iter().flat_map(|lead| lead.fields).map(|(name, _)| name).collect())
    }
}

fn begin(base: &Transaction<'_>, list: ListId, rework: &Rework) -> rusqlite::Result<Begun> {
    match lists::one(base, list)? {
        None => return Ok(Begun::Gone),
        Some(found) => match found.state {
            ListState::Discarded => return Ok(Begun::Gone),
            ListState::Loading => return Ok(Begun::Loading),
            ListState::Ready if found.reworked => return Ok(Begun::Reworked),
            ListState::Ready => {}
        },
    }
    let sql = "INSERT INTO list_reworks (list, rework, after) VALUES (?1, ?2, ?3)";
    base.execute(sql, params![id(list.0), json(rework)?, i64::MIN])?;
    // Leads that come in meanwhile are seen by the new one.
    if let Rework::Filter { filter } = rework {
        base.execute("UPDATE lists SET filter = ?2 WHERE list = ?1", params![id(list.0), json(filter)?])?;
    }
    Ok(Begun::Yes)
}

fn go_on(base: &Transaction<'_>, list: ListId, most: u32, now: DateTime<Utc>) -> rusqlite::Result<Option<Passed>> {
    let sql = "SELECT rework, after, seen, changed FROM list_reworks WHERE list = ?1";
    let row = base.prepare_cached(sql)?.query_row([id(list.0)], |row| {
        let passed = Passed { seen: row.get("seen")?, changed: row.get("changed")?, over: false };
        Ok((row.json::<Rework>("rework")?, row.get::<_, i64>("after")?, passed))
    });
    let Some((rework, after, mut passed)) = row.optional()? else { return Ok(None) };
    let sql = "SELECT lead FROM leads WHERE list = ?1 AND lead > ?2 ORDER BY lead LIMIT ?3";
    let leads: Vec<i64> = base
        .prepare_cached(sql)?
        .query_map(params![id(list.0), after, most], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    let sieve = sieve(&rework);
    for lead in leads.iter().map(|lead| LeadId(lead.cast_unsigned())) {
        let Some(lead) = leads::one(base, lead)? else { continue };
        let is_changed = match &rework {
            Rework::Filter { .. } => put_aside(base, &lead, !sieve.lets(&Facets::of(&lead)))?,
            Rework::Recycle { chosen } => recycle(base, chosen, &lead, now)?,
        };
        passed.seen += 1;
        passed.changed += u32::from(is_changed);
    }
    match leads.last() {
        Some(last) => {
            let sql = "UPDATE list_reworks SET after = ?2, seen = ?3, changed = ?4 WHERE list = ?1";
            base.prepare_cached(sql)?.execute(params![id(list.0), last, passed.seen, passed.changed])?;
        }
        None => {
            base.execute("DELETE FROM list_reworks WHERE list = ?1", [id(list.0)])?;
        }
    }
    Ok(Some(Passed { over: leads.is_empty(), ..passed }))
}

fn put_aside(base: &Connection, lead: &Lead, aside: bool) -> rusqlite::Result<bool> {
    if lead.aside == aside {
        return Ok(false);
    }
    let sql = "UPDATE leads SET aside = ?2 WHERE lead = ?1";
    base.prepare_cached(sql)?.execute(params![id(lead.lead.0), aside])?;
    let sql = "UPDATE lists SET aside = aside + ?2 WHERE list = ?1";
    let more = if aside { 1 } else { -1 };
    base.prepare_cached(sql)?.execute(params![id(lead.list.0), more]).map(|rows| rows > 0)
}

/// What was decided under its last lease is not written any more.
fn recycle(base: &Connection, chosen: &Recycling, lead: &Lead, now: DateTime<Utc>) -> rusqlite::Result<bool> {
    let Some(back) = back(base, chosen, lead, now)? else { return Ok(false) };
    leads::write(base, &back, None)?;
    let sql = "UPDATE leads SET recycled_ms = ?2, fence = fence + 1 WHERE lead = ?1";
    base.prepare_cached(sql)?.execute(params![id(lead.lead.0), ms(now)]).map(|rows| rows > 0)
}

fn back(base: &Connection, chosen: &Recycling, lead: &Lead, now: DateTime<Utc>) -> rusqlite::Result<Option<Lead>> {
    Ok(chosen.recycled(lead, attempts::last(base, lead.lead)?, now))
}

/// Of a pass that puts aside; nothing is put aside by the others.
fn sieve(rework: &Rework) -> Sieve {
    match rework {
        Rework::Filter { filter } => filter.sieve(),
        Rework::Recycle { .. } => Sieve::default(),
    }
}

/// Leads read in one go where nothing is changed.
const AT_ONCE: u32 = 500;
/// Leads whose fields are those of the list.
const LOOKED_AT: u32 = 1_000;
