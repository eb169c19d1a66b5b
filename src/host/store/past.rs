//! Calls and attempts of the past in figures, for who judges a day by other rules.

use chrono::{DateTime, NaiveDate, Utc};
use engine::border::StoreError;
use engine::gate::Purpose;
use engine::id::CampaignId;
use engine::pacing::{ShortCalls, Tally};
use rusqlite::{Row, params};

use super::column::{RowExt, ms};
use super::error::words;
use super::history::Reader;
use super::paces;

/// A call that was dialled.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Dialled {
    /// Normalised.
    pub number: String,
    pub at: DateTime<Utc>,
    pub purpose: Purpose,
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

    /// Ended calls of a day, and those of them that were short (GN-19).
    pub fn short_calls(&self, day: NaiveDate) -> Result<ShortCalls, StoreError> {
        paces::short_calls(self.base(), day).map_err(|error| words(&error))
    }

    /// Outgoing calls to telephone numbers that were dialled within a time.
    pub fn dialled(&self, from: DateTime<Utc>, until: DateTime<Utc>) -> Result<u64, StoreError> {
        let sql = "SELECT count(*) AS calls FROM calls
                   WHERE direction = 'outbound' AND number_normalised LIKE '+%' AND started_ms >= ?1 AND started_ms < ?2";
        self.base().query_row(sql, params![ms(from), ms(until)], |row| row.id("calls")).map_err(|error| words(&error))
    }

    /// Of each campaign whose calls found somebody within a time, with nobody held for them.
    pub fn abandonment(
        &self,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Vec<(CampaignId, Tally)>, StoreError> {
        let sql = format!(
            "SELECT campaign, {} FROM lead_attempts WHERE paced = 1 AND at_ms >= ?1 AND at_ms < ?2
             GROUP BY campaign HAVING connected + abandoned > 0 ORDER BY campaign",
            paces::ACCOUNT
        );
        let one = |row: &Row<'_>| Ok((CampaignId(row.id("campaign")?), paces::tally_of(row)?));
        self.list(&sql, params![ms(from), ms(until)], one).map_err(|error| words(&error))
    }
}
