//! Leads: taken in by chunks, each number of a list once, and read one by one with all that became of them.

use chrono::{DateTime, Utc};
use engine::border::StoreError;
use engine::campaign::{Area, Attempt, CoolOff, Facets, Lead, LeadState, List, Phone, PhoneState, Priority};
use engine::id::{Ids, LeadId, ListId, UserId};
use engine::number::Number;
use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use super::column::{RowExt, id, json, ms, unreadable, word};
use super::error::words;
use super::history::Reader;
use super::lists::Counts;
use super::{Store, attempts, lists};

/// A lead on its way in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewLead {
    pub recipient: String,
    /// Each with its label, in the order to be tried.
    pub phones: Vec<(Number, String)>,
    pub priority: Priority,
    pub zone: Option<chrono_tz::Tz>,
    pub fields: Vec<(String, String)>,
}

/// Leads that are kept together, and how far that brings their file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Chunk {
    pub list: ListId,
    pub leads: Vec<NewLead>,
    /// Numbers that other ready lists have are left out too.
    pub across_lists: bool,
    /// Of the daemon, for ids.
    pub node: u8,
    pub now: DateTime<Utc>,
    /// Of the import before this chunk and after it, `twice` aside; none: no file is read.
    pub progress: Option<(Counts, Counts)>,
}

/// What became of a chunk.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Kept {
    pub leads: u32,
    pub numbers: u32,
    /// Leads left out because all their numbers were there.
    pub twice: u32,
}

/// A lead with its list and every attempt, oldest first: its whole history (GN-16).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LeadStory {
    pub lead: Lead,
    pub list: List,
    pub attempts: Vec<Attempt>,
}

impl Reader {
    pub fn lead(&self, lead: LeadId) -> Result<Option<LeadStory>, StoreError> {
        self.lead_story(lead).map_err(|error| words(&error))
    }

    /// By id, after `after`; at most 1,000.
    pub fn leads_of_list(&self, list: ListId, after: Option<LeadId>, take: u32) -> Result<Vec<Lead>, StoreError> {
        let sql = "SELECT lead FROM leads WHERE list = ?1 AND lead > ?2 ORDER BY lead LIMIT ?3";
        let after = after.map_or(i64::MIN, |lead| id(lead.0));
        self.leads_by(sql, params![id(list.0), after, take.min(1_000)]).map_err(|error| words(&error))
    }

    /// Whether a ready list has it.
    pub fn is_listed(&self, number: &str) -> Result<bool, StoreError> {
        let sql = "SELECT 1 FROM lead_numbers CROSS JOIN leads USING (lead) CROSS JOIN lists USING (list)
                   WHERE number = ?1 AND lists.state = 'ready' LIMIT 1";
        let found = self.base().prepare_cached(sql).and_then(|mut select| select.exists([number]));
        found.map_err(|error| words(&error))
    }

    /// Whose number it is; at most 100.
    pub fn leads_with_number(&self, number: &str) -> Result<Vec<Lead>, StoreError> {
        let sql = "SELECT DISTINCT lead FROM lead_numbers WHERE number = ?1 ORDER BY lead DESC LIMIT 100";
        self.leads_by(sql, params![number]).map_err(|error| words(&error))
    }

    pub(super) fn leads_by(&self, sql: &str, values: impl rusqlite::Params) -> rusqlite::Result<Vec<Lead>> {
        let snapshot = self.base().unchecked_transaction()?;
        let ids = self.list(sql, values, |row| row.id("lead").map(LeadId))?;
        let leads = ids.into_iter().filter_map(|lead| one(&snapshot, lead).transpose());
        leads.collect()
    }

    fn lead_story(&self, lead: LeadId) -> rusqlite::Result<Option<LeadStory>> {
        let snapshot = self.base().unchecked_transaction()?;
        let Some(lead) = one(&snapshot, lead)? else { return Ok(None) };
        let Some(list) = lists::one(&snapshot, lead.list)? else { return Ok(None) };
        let attempts = attempts::of_lead(&snapshot, lead.lead)?;
        Ok(Some(LeadStory { lead, list, attempts }))
    }
}

impl Store {
    /// Takes leads in, all or none. None: the list is no longer being loaded, or its file is read by somebody else too.
    /// Blocks until it is on the disk.
    pub fn add_leads(&self, chunk: Chunk) -> Result<Option<Kept>, StoreError> {
        self.writer.run(move |base| match begin(base, &chunk)? {
            true => add(base, &chunk).map(Some),
            false => Ok(None),
        })
    }
}

/// Whether the chunk goes on where the last one ended.
fn begin(base: &Transaction<'_>, chunk: &Chunk) -> rusqlite::Result<bool> {
    let Some((before, after)) = &chunk.progress else {
        let list = lists::one(base, chunk.list)?;
        return Ok(list.is_some_and(|list| list.state != engine::campaign::ListState::Discarded));
    };
    let sql = "UPDATE imports SET rows = ?3, bad = ?4 WHERE list = ?1 AND rows = ?2
                   AND EXISTS (SELECT 1 FROM lists WHERE lists.list = ?1 AND state = 'loading')";
    let rows = base.prepare_cached(sql)?.execute(params![id(chunk.list.0), before.rows, after.rows, after.bad])?;
    Ok(rows > 0)
}

fn add(base: &Transaction<'_>, chunk: &Chunk) -> rusqlite::Result<Kept> {
    let mut ids = Ids::new(chunk.node);
    if let Some(last) = base.query_row("SELECT max(lead) FROM leads", [], |row| row.get::<_, Option<i64>>(0))? {
        ids.skip_to(last.cast_unsigned());
    }
    let sieve = lists::one(base, chunk.list)?.map(|list| list.filter.sieve()).unwrap_or_default();
    let (mut kept, mut aside) = (Kept::default(), 0_u32);
    for lead in &chunk.leads {
        let fresh = fresh_phones(base, chunk, lead)?;
        if fresh.is_empty() {
            kept.twice += 1;
            continue;
        }
        kept.leads += 1;
        kept.numbers += fresh.len() as u32;
        let numbers = fresh.iter().map(|(number, _)| number);
        let is_aside = !sieve.lets(&Facets::new(&lead.fields, numbers, lead.priority));
        aside += u32::from(is_aside);
        insert(base, chunk, lead, &fresh, (ids.next(chunk.now), is_aside))?;
    }
    let sql = "UPDATE lists SET leads = leads + ?2, numbers = numbers + ?3, aside = aside + ?4 WHERE list = ?1";
    base.prepare_cached(sql)?.execute(params![id(chunk.list.0), kept.leads, kept.numbers, aside])?;
    let sql = "UPDATE imports SET twice = twice + ?2 WHERE list = ?1";
    base.prepare_cached(sql)?.execute(params![id(chunk.list.0), kept.twice])?;
    Ok(kept)
}

/// Those of its numbers that are not there yet, each once.
fn fresh_phones<'a>(
    base: &Connection,
    chunk: &Chunk,
    lead: &'a NewLead,
) -> rusqlite::Result<Vec<&'a (Number, String)>> {
    let mut fresh: Vec<&(Number, String)> = Vec::new();
    for phone in &lead.phones {
        let number = &phone.0.normalised;
        if fresh.iter().all(|(known, _)| known.normalised != *number) && !is_there(base, chunk, number)? {
            fresh.push(phone);
        }
    }
    Ok(fresh)
}

fn is_there(base: &Connection, chunk: &Chunk, number: &str) -> rusqlite::Result<bool> {
    let sql = match chunk.across_lists {
        true => {
            "SELECT 1 FROM lead_numbers CROSS JOIN leads USING (lead) CROSS JOIN lists USING (list)
             WHERE number = ?1 AND (list = ?2 OR lists.state = 'ready') LIMIT 1"
        }
        false => {
            "SELECT 1 FROM lead_numbers CROSS JOIN leads USING (lead) WHERE number = ?1 AND leads.list = ?2 LIMIT 1"
        }
    };
    base.prepare_cached(sql)?.exists(params![number, id(chunk.list.0)])
}

fn insert(
    base: &Connection,
    chunk: &Chunk,
    lead: &NewLead,
    phones: &[&(Number, String)],
    (new, aside): (u64, bool),
) -> rusqlite::Result<()> {
    let area = phones.first().map_or(Area::ELSEWHERE, |(number, _)| Area::of(number));
    let sql = "INSERT INTO leads (lead, list, state, rank, area, next_ms, priority, recipient, zone, fields, aside)
               VALUES (?1, ?2, 'waiting', ?3, ?4, ?5, ?3, ?6, ?7, ?8, ?9)";
    base.prepare_cached(sql)?.execute(params![
        id(new),
        id(chunk.list.0),
        lead.priority.0,
        area.0,
        ms(chunk.now),
        lead.recipient,
        lead.zone.map(|zone| zone.name()),
        json(&lead.fields)?,
        aside,
    ])?;
    let sql = "INSERT INTO lead_numbers (lead, place, number, label, kind, state) VALUES (?1, ?2, ?3, ?4, ?5, 'fresh')";
    let mut insert = base.prepare_cached(sql)?;
    for (place, (number, label)) in (0_u32..).zip(phones.iter().copied()) {
        insert.execute(params![id(new), place, number.normalised, label, word(&number.kind)?])?;
    }
    Ok(())
}

pub(super) fn one(base: &Connection, lead: LeadId) -> rusqlite::Result<Option<Lead>> {
    let phones = phones(base, lead)?;
    let mut select = base.prepare_cached("SELECT * FROM leads WHERE lead = ?1")?;
    select.query_row([id(lead.0)], |row| line(row, phones)).optional()
}

fn phones(base: &Connection, lead: LeadId) -> rusqlite::Result<Vec<Phone>> {
    let mut select = base.prepare_cached("SELECT * FROM lead_numbers WHERE lead = ?1 ORDER BY place")?;
    let phone = |row: &Row<'_>| {
        let normalised: String = row.get("number")?;
        let number = Number { dialled: normalised.clone(), normalised, kind: row.word("kind")? };
        Ok(Phone { number, label: row.get("label")?, state: row.word("state")? })
    };
    select.query_map([id(lead.0)], phone)?.collect()
}

fn line(row: &Row<'_>, phones: Vec<Phone>) -> rusqlite::Result<Lead> {
    let zone: Option<String> = row.get("zone")?;
    let zone = zone.map(|name| name.parse().map_err(|error| unreadable("zone", Type::Text, error))).transpose()?;
    Ok(Lead {
        lead: LeadId(row.id("lead")?),
        list: ListId(row.id("list")?),
        recipient: row.get("recipient")?,
        phones,
        priority: Priority(row.get("priority")?),
        zone,
        fields: row.json("fields")?,
        attempts: row.get("attempts")?,
        aside: row.get("aside")?,
        state: state(row)?,
    })
}

fn state(row: &Row<'_>) -> rusqlite::Result<LeadState> {
    if let Some(state) = row.json_if_any("state_detail")? {
        return Ok(state);
    }
    Ok(match row.time_if_any("lease_until_ms")? {
        Some(until) => LeadState::Leased { fence: row.id("fence")?, until },
        None => LeadState::Waiting {
            next: row.time("next_ms")?,
            top: row.get::<_, u8>("rank")? == 0,
            cool_off: match (row.id_if_any("cool_user")?, row.time_if_any("cool_until_ms")?) {
                (Some(user), Some(until)) => Some(CoolOff { user: UserId(user), until }),
                (_, _) => None,
            },
        },
    })
}

/// A lead as it is from now on. False: not where it was leased under this fence, or where it is leased without one.
pub(super) fn write(base: &Connection, lead: &Lead, fence: Option<u64>) -> rusqlite::Result<bool> {
    let state = Columns::of(lead)?;
    let sql = "UPDATE leads SET state = ?3, rank = ?4, area = ?5, next_ms = coalesce(?6, next_ms), lease_until_ms = ?7,
                   cool_user = ?8, cool_until_ms = ?9, state_detail = ?10, attempts = ?11, lapse = NULL
               WHERE lead = ?1 AND iif(?2 IS NULL, state <> 'leased', fence = ?2)";
    let rows = base.prepare_cached(sql)?.execute(params![
        id(lead.lead.0),
        fence.map(id),
        state.word,
        state.rank,
        lead.area().0,
        state.next,
        state.lease_until,
        state.cool_off.map(|cool_off| id(cool_off.user.0)),
        state.cool_off.map(|cool_off| ms(cool_off.until)),
        state.detail,
        lead.attempts,
    ])?;
    let mut update = base.prepare_cached("UPDATE lead_numbers SET state = ?3 WHERE lead = ?1 AND place = ?2")?;
    for (place, phone) in (0_u32..).zip(&lead.phones).filter(|_| rows > 0) {
        update.execute(params![id(lead.lead.0), place, word::<PhoneState>(&phone.state)?])?;
    }
    Ok(rows > 0)
}

/// What becomes of a lead when its lease ends with nothing more said. Under another lease it says nothing.
pub(super) fn foresee(base: &Connection, lead: &Lead, fence: u64) -> rusqlite::Result<()> {
    let sql = "UPDATE leads SET lapse = ?3 WHERE lead = ?1 AND fence = ?2 AND state = 'leased'";
    base.prepare_cached(sql)?.execute(params![id(lead.lead.0), id(fence), json(lead)?]).map(drop)
}

/// A lead's state as it stands in columns.
struct Columns {
    word: &'static str,
    rank: u8,
    next: Option<i64>,
    lease_until: Option<i64>,
    cool_off: Option<CoolOff>,
    detail: Option<String>,
}

impl Columns {
    fn of(lead: &Lead) -> rusqlite::Result<Columns> {
        let has_dead = lead.phones.iter().any(|phone| phone.state == PhoneState::Dead);
        let rank = lead.priority.0 + if has_dead { WITH_DEAD } else { 0 };
        let plain = |word| Columns { word, rank, next: None, lease_until: None, cool_off: None, detail: None };
        let told = |word| json(&lead.state).map(|detail| Columns { detail: Some(detail), ..plain(word) });
        match lead.state {
            LeadState::Waiting { next, top, cool_off } => {
                let rank = if top { 0 } else { rank };
                Ok(Columns { rank, next: Some(ms(next)), cool_off, ..plain("waiting") })
            }
            LeadState::Leased { until, .. } => Ok(Columns { lease_until: Some(ms(until)), ..plain("leased") }),
            LeadState::Callback { .. } => told("callback"),
            LeadState::Unknown { .. } => told("unknown"),
            LeadState::Done => told("done"),
            LeadState::Declined => told("declined"),
            LeadState::Exhausted(_) => told("exhausted"),
        }
    }
}

/// So much later in rank is a lead with a number that does not exist.
pub(super) const WITH_DEAD: u8 = 10;
