//! Do-not-call: numbers that the daemon does not dial by itself, by list and by people's own wish.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use engine::border::StoreError;
use engine::campaign::{Aim, Lack, Need, NumberList, Scope};
use engine::gate::{Hit, Suppression};
use engine::id::{CampaignId, UserId};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::Store;
use super::column::{RowExt, id, ms, word};
use super::error::words;
use super::history::Reader;

/// One number of one list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SuppressionLine {
    /// The store's; 0 before it is kept.
    pub suppression: u64,
    /// Normalised.
    pub number: String,
    /// The list, or whose wish it was.
    pub source: String,
    pub note: String,
    pub since: DateTime<Utc>,
    /// None: for good.
    pub until: Option<DateTime<Utc>>,
    pub user: Option<UserId>,
    /// Whose calls it speaks of.
    pub scope: Scope,
}

impl Reader {
    /// The newest first, older than `before`; of numbers that begin with `number`.
    pub fn suppressions(
        &self,
        number: &str,
        before: Option<u64>,
        take: u32,
    ) -> Result<Vec<SuppressionLine>, StoreError> {
        let sql = "SELECT * FROM suppressions WHERE substr(number, 1, length(?1)) = ?1 AND suppression < ?2
                   ORDER BY suppression DESC LIMIT ?3";
        let before = before.map_or(i64::MAX, id);
        self.list(sql, params![number, before, take.min(1_000)], line).map_err(|error| words(&error))
    }

    /// What the lists say of a number now.
    pub fn suppression_of(&self, number: &str) -> Result<Suppression, StoreError> {
        of(self.base(), number, None, Utc::now()).map_err(|error| words(&error))
    }

    /// Lists that are needed and not as they have to be.
    pub fn lacks(&self, needs: &[Need], now: DateTime<Utc>) -> Result<Vec<Lack>, StoreError> {
        lacks(self.base(), needs, now).map_err(|error| words(&error))
    }

    /// The lists that are got from somebody, with their age.
    pub fn number_lists(&self) -> Result<Vec<NumberList>, StoreError> {
        self.list("SELECT * FROM number_lists ORDER BY source", [], number_list).map_err(|error| words(&error))
    }
}

impl Reader {
    /// Numbers of each source.
    pub fn numbers_by_source(&self) -> Result<BTreeMap<String, u32>, StoreError> {
        let sql = "SELECT source, count(*) AS numbers FROM suppressions GROUP BY source";
        let line = |row: &Row<'_>| Ok((row.get("source")?, row.get("numbers")?));
        self.list(sql, [], line).map(|lines| lines.into_iter().collect()).map_err(|error| words(&error))
    }
}

/// Each blocks until it is on the disk.
impl Store {
    /// All or none; one that its list has already is as it is said now.
    pub fn suppress(&self, all: Vec<SuppressionLine>) -> Result<Vec<u64>, StoreError> {
        self.writer.run(move |base| all.iter().map(|line| add(base, line)).collect())
    }

    /// Whether it was there.
    pub fn forget_suppression(&self, suppression: u64) -> Result<bool, StoreError> {
        let sql = "DELETE FROM suppressions WHERE suppression = ?1";
        self.writer.run(move |base| Ok(base.execute(sql, [id(suppression)])? > 0))
    }

    /// A list that was got anew, or for the first time.
    pub fn keep_number_list(&self, list: NumberList) -> Result<(), StoreError> {
        let sql = "INSERT INTO number_lists (source, campaign, aim, dated_ms, expires_ms) VALUES (?1, ?2, ?3, ?4, ?5)
                   ON CONFLICT (source) DO UPDATE SET campaign = excluded.campaign, aim = excluded.aim,
                       dated_ms = excluded.dated_ms, expires_ms = excluded.expires_ms";
        self.writer.run(move |base| {
            let (campaign, aim) = columns(list.scope)?;
            base.execute(sql, params![list.source, campaign, aim, ms(list.dated), list.expires.map(ms)]).map(drop)
        })
    }
}

/// Lists that are needed and not as they have to be.
pub(super) fn lacks(base: &Connection, needs: &[Need], now: DateTime<Utc>) -> rusqlite::Result<Vec<Lack>> {
    let mut search = base.prepare_cached("SELECT * FROM number_lists WHERE source = ?1")?;
    let lack = |need: &Need| {
        let list = search.query_row([&need.source], number_list).optional()?;
        Ok(need.lack(list.as_ref(), now))
    };
    needs.iter().map(lack).filter_map(Result::transpose).collect()
}

/// The entry that lasts longest, of those that speak of a campaign's calls; without one, of those that speak of everybody's.
pub(super) fn of(
    base: &Connection,
    number: &str,
    campaign: Option<(CampaignId, Aim)>,
    now: DateTime<Utc>,
) -> rusqlite::Result<Suppression> {
    let sql = "SELECT source, since_ms, until_ms FROM suppressions
               WHERE number = ?1 AND (until_ms IS NULL OR until_ms > ?2) AND campaign IN (0, ?3)
                   AND (aim IN ('', ?4) OR ?4 = '')
               ORDER BY until_ms IS NULL DESC, until_ms DESC LIMIT 1";
    let scope =
        campaign.map_or_else(Scope::default, |(campaign, aim)| Scope { campaign: Some(campaign), aim: Some(aim) });
    let (campaign, aim) = columns(scope)?;
    let hit = base.prepare_cached(sql)?.query_row(params![number, ms(now), campaign, aim], |row| {
        Ok(Hit { source: row.get("source")?, since: row.time("since_ms")?, until: row.time_if_any("until_ms")? })
    });
    Ok(Suppression { read: now, hit: hit.optional()? })
}

/// They said so to somebody who called.
pub(super) fn declined(
    base: &Connection,
    numbers: &[String],
    source: &str,
    user: Option<UserId>,
    since: DateTime<Utc>,
) -> rusqlite::Result<()> {
    for number in numbers {
        let line = SuppressionLine {
            suppression: 0,
            number: number.clone(),
            source: source.to_owned(),
            note: String::new(),
            since,
            until: None,
            user,
            scope: Scope::default(),
        };
        add(base, &line)?;
    }
    Ok(())
}

fn add(base: &Connection, line: &SuppressionLine) -> rusqlite::Result<u64> {
    let sql =
        "INSERT INTO suppressions (number, source, note, since_ms, until_ms, user, campaign, aim)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
               ON CONFLICT (number, source, campaign, aim) DO UPDATE SET note = excluded.note, until_ms = excluded.until_ms
               RETURNING suppression";
    let (campaign, aim) = columns(line.scope)?;
    let values = params![
        line.number,
        line.source,
        line.note,
        ms(line.since),
        line.until.map(ms),
        line.user.map(|user| id(user.0)),
        campaign,
        aim,
    ];
    base.prepare_cached(sql)?.query_row(values, |row| row.id("suppression"))
}

fn line(row: &Row<'_>) -> rusqlite::Result<SuppressionLine> {
    Ok(SuppressionLine {
        suppression: row.id("suppression")?,
        number: row.get("number")?,
        source: row.get("source")?,
        note: row.get("note")?,
        since: row.time("since_ms")?,
        until: row.time_if_any("until_ms")?,
        user: row.id_if_any("user")?.map(UserId),
        scope: scope(row)?,
    })
}

fn number_list(row: &Row<'_>) -> rusqlite::Result<NumberList> {
    Ok(NumberList {
        source: row.get("source")?,
        scope: scope(row)?,
        dated: row.time("dated_ms")?,
        expires: row.time_if_any("expires_ms")?,
    })
}

/// 0 and an empty word stand for everything, so that an entry without a scope is unique too.
fn columns(scope: Scope) -> rusqlite::Result<(i64, String)> {
    let aim = scope.aim.map_or_else(|| Ok(String::new()), |aim| word(&aim))?;
    Ok((scope.campaign.map_or(0, |campaign| id(campaign.0)), aim))
}

fn scope(row: &Row<'_>) -> rusqlite::Result<Scope> {
    let campaign = Some(row.id("campaign")?).filter(|campaign| *campaign != 0).map(CampaignId);
    let aim = if row.get::<_, String>("aim")?.is_empty() { None } else { Some(row.word("aim")?) };
    Ok(Scope { campaign, aim })
}
