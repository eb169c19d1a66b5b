//! Calls and attempts of the past in figures, for who judges a day by other rules.

use chrono::{DateTime, Utc};
use engine::border::StoreError;
use engine::gate::Purpose;
use engine::id::CampaignId;
use rusqlite::params;

use super::column::{RowExt, ms};
use super::error::words;
use super::history::Reader;

/// A call that was dialled.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Dialled {
    /// Normalised.
    pub number: String,
    pub at: DateTime<Utc>,
    pub purpose: Purpose,
}

/// How often people who answered found nobody (GN-18).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Abandonment {
    pub campaign: CampaignId,
    pub answered: u64,
    pub abandoned: u64,
}

impl Reader {
    /// Hands every call that was dialled within a time to `each`, the oldest first.
    pub fn each_dialled(
        &self,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
        mut each: impl FnMut(Dialled),
    ) -> Result<(), StoreError> {
        let sql =
            "SELECT number_normalised, started_ms, promise IS NOT NULL AS kept, attempt IS NOT NULL AS tried FROM calls
                   WHERE direction = 'outbound' AND started_ms >= ?1 AND started_ms < ?2 ORDER BY started_ms, call";
        let mut read = || -> rusqlite::Result<()> {
            let mut search = self.base().prepare(sql)?;
            let mut rows = search.query(params![ms(from), ms(until)])?;
            while let Some(row) = rows.next()? {
                let purpose = match (row.get("kept")?, row.get("tried")?) {
                    (true, _) => Purpose::Callback,
                    (false, true) => Purpose::Campaign,
                    (false, false) => Purpose::ByHand,
                };
                each(Dialled { number: row.get("number_normalised")?, at: row.time("started_ms")?, purpose });
            }
            Ok(())
        };
        read().map_err(|error| words(&error))
    }

    /// Calls dialled within a time, and those of them that were short (GN-19): not answered, or over within six seconds.
    pub fn short_calls(&self, from: DateTime<Utc>, until: DateTime<Utc>) -> Result<(u64, u64), StoreError> {
        let sql = "SELECT count(*) AS calls,
                       count(*) FILTER (WHERE answered_ms IS NULL OR ended_ms - answered_ms <= 6000) AS short
                   FROM calls WHERE direction = 'outbound' AND number_normalised LIKE '+%' AND started_ms >= ?1 AND started_ms < ?2 AND ended_ms IS NOT NULL";
        let row = |row: &rusqlite::Row<'_>| Ok((row.id("calls")?, row.id("short")?));
        self.base().query_row(sql, params![ms(from), ms(until)], row).map_err(|error| words(&error))
    }

    /// Of each campaign that reached anybody within a time.
    pub fn abandonment(&self, from: DateTime<Utc>, until: DateTime<Utc>) -> Result<Vec<Abandonment>, StoreError> {
        let sql = "SELECT campaign, count(*) AS answered, count(*) FILTER (WHERE result ->> 'kind' = 'abandoned') AS abandoned
                   FROM lead_attempts WHERE at_ms >= ?1 AND at_ms < ?2 AND result ->> 'kind' IN ('connected', 'abandoned')
                   GROUP BY campaign ORDER BY campaign";
        let one = |row: &rusqlite::Row<'_>| {
            let campaign = CampaignId(row.id("campaign")?);
            Ok(Abandonment { campaign, answered: row.id("answered")?, abandoned: row.id("abandoned")? })
        };
        self.list(sql, params![ms(from), ms(until)], one).map_err(|error| words(&error))
    }
}
