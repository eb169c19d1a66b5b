//! What came of attempts: a person's day, a campaign's hours, and every attempt for a table.

use chrono::{DateTime, Utc};
use engine::border::StoreError;
use engine::campaign::{Attempt, ResultKind};
use engine::id::{AttemptId, CampaignId, ItemId, UserId};
use rusqlite::{Row, params};

use super::attempts;
use super::column::{RowExt, id, ms};
use super::error::words;
use super::history::Reader;

/// An attempt as a line of a table.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AttemptLine {
    pub attempt: Attempt,
    /// Empty where the list is gone.
    pub recipient: String,
}

impl Reader {
    /// Leads that a person dialled since then, by campaign; and how many of them were talked with.
    pub fn attempts_of_user(
        &self,
        user: UserId,
        since: DateTime<Utc>,
    ) -> Result<Vec<(CampaignId, u32, u32)>, StoreError> {
        let sql = "SELECT campaign, count(DISTINCT lead) AS handled,
                       count(DISTINCT lead) FILTER (WHERE json_extract(result, '$.kind') = 'connected') AS connected
                   FROM lead_attempts WHERE user = ?1 AND at_ms >= ?2 AND counts = 1 GROUP BY campaign";
        let line = |row: &Row<'_>| Ok((CampaignId(row.id("campaign")?), row.get("handled")?, row.get("connected")?));
        self.list(sql, params![id(user.0), ms(since)], line).map_err(|error| words(&error))
    }

    /// Attempts of a campaign by what came of them, in each quarter of an hour: hours of every zone are made of these. Those that
    /// are under way are left out.
    pub fn results(
        &self,
        campaign: CampaignId,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Vec<(DateTime<Utc>, ResultKind, u32)>, StoreError> {
        let sql =
            "SELECT at_ms - at_ms % 900000 AS quarter_ms, json_extract(result, '$.kind') AS kind, count(*) AS attempts
                   FROM lead_attempts WHERE campaign = ?1 AND at_ms >= ?2 AND at_ms < ?3 AND result IS NOT NULL
                   GROUP BY quarter_ms, kind ORDER BY quarter_ms";
        let line = |row: &Row<'_>| Ok((row.time("quarter_ms")?, row.word("kind")?, row.get("attempts")?));
        self.list(sql, params![id(campaign.0), ms(from), ms(until)], line).map_err(|error| words(&error))
    }

    /// What agents said of them (*tabulação*), the most frequent first.
    pub fn dispositions(
        &self,
        campaign: CampaignId,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Vec<(ItemId, u32)>, StoreError> {
        let sql = "SELECT disposition, count(*) AS attempts FROM lead_attempts
                   WHERE campaign = ?1 AND at_ms >= ?2 AND at_ms < ?3 AND disposition IS NOT NULL
                   GROUP BY disposition ORDER BY attempts DESC, disposition";
        let line = |row: &Row<'_>| Ok((ItemId(row.id("disposition")?), row.get("attempts")?));
        self.list(sql, params![id(campaign.0), ms(from), ms(until)], line).map_err(|error| words(&error))
    }

    /// Every attempt, oldest first, behind `after`; at most 1,000.
    pub fn attempts(
        &self,
        campaign: CampaignId,
        (from, until): (DateTime<Utc>, DateTime<Utc>),
        after: Option<(DateTime<Utc>, AttemptId)>,
        take: u32,
    ) -> Result<Vec<AttemptLine>, StoreError> {
        let sql = "SELECT lead_attempts.*, coalesce(leads.recipient, '') AS recipient
                   FROM lead_attempts LEFT JOIN leads USING (lead)
                   WHERE campaign = ?1 AND (at_ms, attempt) > (?2, ?3) AND at_ms >= ?4 AND at_ms < ?5
                   ORDER BY at_ms, attempt LIMIT ?6";
        let (at, attempt) = after.map_or((i64::MIN, 0), |(at, attempt)| (ms(at), id(attempt.0)));
        let line = |row: &Row<'_>| Ok(AttemptLine { attempt: attempts::line(row)?, recipient: row.get("recipient")? });
        let values = params![id(campaign.0), at, attempt, ms(from), ms(until), take.min(1_000)];
        self.list(sql, values, line).map_err(|error| words(&error))
    }
}
