//! What the pace of a campaign has learned, and what its attempts came to: the account of a day is made of them, so that no crash
//! loses it (GN-18). And the short calls of a day (GN-19).

use chrono::{DateTime, NaiveDate, Utc};
use engine::border::StoreError;
use engine::campaign::Remembered;
use engine::id::CampaignId;
use engine::pacing::{Memory, ShortCalls, Tally};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::column::{RowExt, id, json, ms};
use super::error::words;
use super::history::Reader;
use super::record::run;

pub(super) fn write(base: &Connection, campaign: CampaignId, day: u32, memory: &Memory) -> rusqlite::Result<()> {
    let sql = "INSERT INTO paces (campaign, day, memory) VALUES (?1, ?2, ?3)
               ON CONFLICT (campaign, day) DO UPDATE SET memory = excluded.memory";
    run(base, sql, params![id(campaign.0), day, json(memory)?]).map(|_| ())
}

/// `days`: each with its begin, in their order. Days before that of the memory are as it has them.
pub(super) fn remembered(
    base: &Connection,
    campaign: CampaignId,
    days: &[(u32, DateTime<Utc>)],
) -> rusqlite::Result<Remembered> {
    let last = last(base, campaign)?;
    let from = last.as_ref().map_or(0, |(day, _)| *day);
    let ends = days.iter().skip(1).map(|(_, begin)| *begin).chain([DateTime::<Utc>::MAX_UTC]);
    let counted = days.iter().zip(ends).filter(|((day, _), _)| *day >= from);
    let counted = counted.map(|((day, begin), end)| Ok((*day, tally(base, campaign, *begin, end)?)));
    Ok(Remembered { days: counted.collect::<rusqlite::Result<_>>()?, memory: last.map(|(_, memory)| memory) })
}

/// What was learned last, with the day's number.
fn last(base: &Connection, campaign: CampaignId) -> rusqlite::Result<Option<(u32, Box<Memory>)>> {
    let sql = "SELECT day, memory FROM paces WHERE campaign = ?1 ORDER BY day DESC LIMIT 1";
    let row = |row: &Row<'_>| Ok((row.get::<_, u32>("day")?, row.json("memory")?));
    base.prepare_cached(sql)?.query_row([id(campaign.0)], row).optional()
}

impl Reader {
    /// What the pace of a campaign has learned; none: it never dialled.
    pub fn pace_memory(&self, campaign: CampaignId) -> Result<Option<Box<Memory>>, StoreError> {
        let last = last(self.base(), campaign).map_err(|error| words(&error))?;
        Ok(last.map(|(_, memory)| memory))
    }
}

/// One that a crash cut short counts as abandoned, unless an agent had it.
fn tally(base: &Connection, campaign: CampaignId, begin: DateTime<Utc>, end: DateTime<Utc>) -> rusqlite::Result<Tally> {
    let sql =
        format!("SELECT {ACCOUNT} FROM lead_attempts WHERE campaign = ?1 AND paced = 1 AND at_ms >= ?2 AND at_ms < ?3");
    base.prepare_cached(&sql)?.query_row(params![id(campaign.0), ms(begin), ms(end)], tally_of)
}

/// Of attempts that were dialled for whoever is free: who was talked with, and who found nobody.
pub(super) const ACCOUNT: &str = "
    count(*) FILTER (WHERE result ->> 'kind' = 'connected' OR (result ->> 'kind' = 'unknown' AND user IS NOT NULL)) AS connected,
    count(*) FILTER (WHERE result ->> 'kind' = 'abandoned' OR (result ->> 'kind' = 'unknown' AND user IS NULL)) AS abandoned";

pub(super) fn tally_of(row: &Row<'_>) -> rusqlite::Result<Tally> {
    Ok(Tally { connected: row.id("connected")?, abandoned: row.id("abandoned")? })
}

/// Outgoing calls to telephone numbers that have ended, of a day of the installation; short: never answered, over within six seconds
/// after the answer, or answered by a machine or the network's tones.
pub(super) fn short_calls(base: &Connection, day: NaiveDate) -> rusqlite::Result<ShortCalls> {
    let sql = "SELECT count(*) AS calls,
                   count(*) FILTER (WHERE answered_ms IS NULL OR ended_ms - answered_ms <= 6000
                       OR EXISTS (SELECT 1 FROM lead_attempts WHERE lead_attempts.attempt = calls.attempt
                                      AND result ->> 'kind' IN ('machine', 'busy', 'congestion', 'number-unknown'))) AS short
               FROM calls
               WHERE day = ?1 AND direction = 'outbound' AND number_normalised LIKE '+%' AND ended_ms IS NOT NULL";
    base.prepare_cached(sql)?
        .query_row([day.to_string()], |row| Ok(ShortCalls::new(row.id("calls")?, row.id("short")?)))
}
