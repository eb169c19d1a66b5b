//! Attempts to reach leads, each written before it is dialled, and what became of the leads with them.

use chrono::{DateTime, Utc};
use engine::campaign::{Attempt, AttemptResult, Last, Lead, LeadState, ResultKind, Tally, Written};
use engine::gate::Periods;
use engine::id::{AttemptId, CallId, CampaignId, ItemId, LeadId, UserId};
use rusqlite::{Connection, OptionalExtension, Row, TransactionBehavior, params};

use super::column::{RowExt, id, json, ms};
use super::record::{WriteError, run};
use super::{leads, paces};

/// A record of the engine's.
pub(super) fn write(base: &Connection, written: &Written) -> Result<(), WriteError> {
    match written {
        Written::Attempt { attempt, fence } => begin(base, attempt, *fence),
        Written::Result { attempt, result, at } => known(end(base, *attempt, *result, *at)?, *attempt),
        Written::Given { attempt, user } => {
            let sql = "UPDATE lead_attempts SET user = ?2 WHERE attempt = ?1";
            known(run(base, sql, params![id(attempt.0), id(user.0)])?, *attempt)
        }
        Written::Pace { campaign, day, memory } => Ok(paces::write(base, *campaign, *day, memory)?),
        Written::Disposition { attempt, disposition } => {
            let sql = "UPDATE lead_attempts SET disposition = ?2 WHERE attempt = ?1";
            known(run(base, sql, params![id(attempt.0), id(disposition.0)])?, *attempt)
        }
        // What was decided under a lease that has ended is not kept, and spoils nothing that is written with it.
        Written::Lead { lead, fence } => Ok(leads::write(base, lead, *fence).map(drop)?),
        Written::Lapse { lead, fence } => Ok(leads::foresee(base, lead, *fence)?),
    }
}

/// Under a lease that still holds, or it is refused: the INVITE waits for this.
fn begin(base: &Connection, attempt: &Attempt, fence: u64) -> Result<(), WriteError> {
    let sql = "INSERT INTO lead_attempts (attempt, lead, campaign, number, at_ms, rules, call, user, counts, paced)
               SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 1, ?10
               WHERE EXISTS (SELECT 1 FROM leads WHERE lead = ?2 AND state = 'leased' AND fence = ?9)
               ON CONFLICT (attempt) DO NOTHING";
    let values = params![
        id(attempt.attempt.0),
        id(attempt.lead.0),
        id(attempt.campaign.0),
        attempt.number,
        ms(attempt.at),
        attempt.version.cast_signed(),
        attempt.call.map(|call| id(call.0)),
        attempt.user.map(|user| id(user.0)),
        id(fence),
        attempt.paced,
    ];
    let is_there = "SELECT 1 FROM lead_attempts WHERE attempt = ?1";
    match run(base, sql, values)? > 0 || base.prepare_cached(is_there)?.exists([id(attempt.attempt.0)])? {
        true => Ok(()),
        false => Err(WriteError::Lapsed),
    }
}

/// The first result stays, but for one that nobody knew.
fn end(base: &Connection, attempt: AttemptId, result: AttemptResult, at: DateTime<Utc>) -> rusqlite::Result<usize> {
    let sql = "UPDATE lead_attempts SET result_ms = iif(result IS NULL OR result = ?5, ?3, result_ms),
                   counts = iif(result IS NULL OR result = ?5, ?4, counts),
                   result = iif(result IS NULL OR result = ?5, ?2, result)
               WHERE attempt = ?1";
    let unknown = json(&AttemptResult::plain(ResultKind::Unknown))?;
    run(base, sql, params![id(attempt.0), json(&result)?, ms(at), result.kind.counts(), unknown])
}

fn known(rows: usize, attempt: AttemptId) -> Result<(), WriteError> {
    match rows {
        0 => Err(WriteError::Unknown { what: format!("attempt {attempt}") }),
        _ => Ok(()),
    }
}

/// What the last run had under way. An attempt without a result may have rung: it counts, and a person decides about its lead.
/// Other leases end.
pub(super) fn end_after_crash(base: &mut Connection, now: DateTime<Utc>) -> rusqlite::Result<()> {
    let transaction = base.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let open: Vec<(LeadId, AttemptId)> = {
        let mut select = transaction.prepare("SELECT lead, attempt FROM lead_attempts WHERE result IS NULL")?;
        let pair = |row: &Row<'_>| Ok((LeadId(row.id("lead")?), AttemptId(row.id("attempt")?)));
        select.query_map([], pair)?.collect::<rusqlite::Result<_>>()?
    };
    for (lead, attempt) in open {
        end(&transaction, attempt, AttemptResult::plain(ResultKind::Unknown), now)?;
        let detail = json(&LeadState::Unknown { attempt })?;
        let sql =
            "UPDATE leads SET state = 'unknown', state_detail = ?2, lease_until_ms = NULL, attempts = attempts + 1,
                       fence = fence + 1, lapse = NULL WHERE lead = ?1";
        transaction.execute(sql, params![id(lead.0), detail])?;
    }
    end_leases(&transaction, DateTime::<Utc>::MAX_UTC)?;
    transaction.commit()
}

/// Leases that have ended by an instant; who is being called keeps it. A lead waits again, or is what was foreseen of it.
pub(super) fn end_leases(base: &Connection, now: DateTime<Utc>) -> rusqlite::Result<()> {
    let sql = "UPDATE leads SET state = 'waiting', lease_until_ms = NULL, fence = fence + 1
               WHERE state = 'leased' AND lease_until_ms <= ?1
                   AND NOT EXISTS (SELECT 1 FROM lead_attempts WHERE lead_attempts.lead = leads.lead AND result IS NULL)
               RETURNING lapse";
    let foreseen: Vec<Option<Lead>> = {
        let mut update = base.prepare_cached(sql)?;
        update.query_map([ms(now)], |row| row.json_if_any("lapse"))?.collect::<rusqlite::Result<_>>()?
    };
    foreseen.iter().flatten().try_for_each(|lead| leads::write(base, lead, None).map(drop))
}

/// Oldest first; at most 1,000.
pub(super) fn of_lead(base: &Connection, lead: LeadId) -> rusqlite::Result<Vec<Attempt>> {
    let sql = "SELECT * FROM lead_attempts WHERE lead = ?1 ORDER BY at_ms LIMIT 1000";
    base.prepare_cached(sql)?.query_map([id(lead.0)], line)?.collect()
}

/// Attempts at a lead that count; *ever* since it came back the last time.
pub(super) fn tally(base: &Connection, lead: LeadId, periods: Periods) -> rusqlite::Result<Tally> {
    let sql =
        "SELECT count(*) FILTER (WHERE at_ms >= coalesce((SELECT recycled_ms FROM leads WHERE lead = ?1), at_ms)),
                      count(*) FILTER (WHERE at_ms >= ?2), count(*) FILTER (WHERE at_ms >= ?3),
                      count(*) FILTER (WHERE at_ms >= ?4) FROM lead_attempts WHERE lead = ?1 AND counts = 1";
    let values = params![id(lead.0), ms(periods.day), ms(periods.week), ms(periods.month)];
    base.prepare_cached(sql)?.query_row(values, |row| {
        Ok(Tally { ever: row.get(0)?, day: row.get(1)?, week: row.get(2)?, month: row.get(3)? })
    })
}

/// What the last attempt at a lead that counts came to; none: there was none, or nobody knows yet.
pub(super) fn last(base: &Connection, lead: LeadId) -> rusqlite::Result<Option<Last>> {
    let sql = "SELECT result, disposition FROM lead_attempts WHERE lead = ?1 AND counts = 1 AND result IS NOT NULL
               ORDER BY at_ms DESC, attempt DESC LIMIT 1";
    let last = |row: &Row<'_>| {
        let result: AttemptResult = row.json("result")?;
        Ok((result.kind, row.id_if_any("disposition")?.map(ItemId)))
    };
    base.prepare_cached(sql)?.query_row([id(lead.0)], last).optional()
}

/// When somebody at a number answered and found no agent, the last time; or may have, before a crash.
pub(super) fn abandoned(base: &Connection, number: &str) -> rusqlite::Result<Option<DateTime<Utc>>> {
    let sql = "SELECT max(coalesce(result_ms, at_ms)) AS at FROM lead_attempts WHERE number = ?1 AND counts = 1
                   AND (json_extract(result, '$.kind') = 'abandoned'
                       OR (json_extract(result, '$.kind') = 'unknown' AND paced = 1 AND user IS NULL))";
    base.prepare_cached(sql)?.query_row([number], |row| row.time_if_any("at"))
}

/// Attempts that count at a number, over all campaigns.
pub(super) fn ever(base: &Connection, number: &str) -> rusqlite::Result<u32> {
    let sql = "SELECT count(*) FROM lead_attempts WHERE number = ?1 AND counts = 1";
    base.prepare_cached(sql)?.query_row([number], |row| row.get(0))
}

pub(super) fn line(row: &Row<'_>) -> rusqlite::Result<Attempt> {
    Ok(Attempt {
        attempt: AttemptId(row.id("attempt")?),
        lead: LeadId(row.id("lead")?),
        campaign: CampaignId(row.id("campaign")?),
        number: row.get("number")?,
        at: row.time("at_ms")?,
        version: row.id("rules")?,
        call: row.id_if_any("call")?.map(CallId),
        user: row.id_if_any("user")?.map(UserId),
        paced: row.get("paced")?,
        result: row.json_if_any("result")?,
        disposition: row.id_if_any("disposition")?.map(ItemId),
    })
}
