//! Recordings as rows: written by the engine's words and by the shell's, read as lists.

use chrono::{DateTime, NaiveDate, Utc};
use engine::border::StoreError;
use engine::config::AccountName;
use engine::id::{CallId, RecordingId};
use engine::news::Direction;
use engine::records::{RecordingFile, RecordingRow, RecordingState};
use rusqlite::types::Type;
use rusqlite::{Connection, Params, Row, params};
use serde::Serialize;

use super::column::{RowExt, id, ms, unreadable};
use super::error::words;
use super::history::{Page, Reader};

/// One recording as a line of a list.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct RecordingLine {
    pub recording: RecordingId,
    /// None of these three: only its file was found after a crash.
    pub call: Option<CallId>,
    pub protocolo: Option<String>,
    pub with: Option<Party>,
    pub started: DateTime<Utc>,
    pub day: NaiveDate,
    /// None: it was not ended, by a crash or not yet.
    pub ended: Option<DateTime<Utc>>,
    pub state: RecordingState,
    /// Below the folder of recordings.
    pub file: Option<String>,
    pub seconds: Option<u32>,
    /// Bytes.
    pub size: Option<u64>,
    /// In hex.
    pub sha256: Option<String>,
    /// When it is to be deleted.
    pub until: Option<DateTime<Utc>>,
}

/// Whose call it was.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Party {
    pub number: String,
    pub account: AccountName,
    pub direction: Direction,
}

/// Which recordings are wanted: of those that are given, all must fit.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct RecordingFilter {
    /// Began on it, in the installation's zone.
    pub day: Option<NaiveDate>,
    /// As the engine stores it: E.164 with `+`, or a ramal.
    pub number: Option<String>,
    /// The call's id or the end of it.
    pub call: Option<String>,
}

impl Reader {
    /// Newest first.
    pub fn recordings(&self, filter: &RecordingFilter, page: Page) -> Result<Vec<RecordingLine>, StoreError> {
        self.lines(
            "WHERE (?1 IS NULL OR r.day = ?1) AND (?2 IS NULL OR c.number_normalised = ?2) AND (?3 IS NULL OR format('%u', r.call) LIKE '%' || ?3)
             ORDER BY r.started_ms DESC, r.recording DESC LIMIT ?4 OFFSET ?5",
            params![
                filter.day.map(|day| day.to_string()),
                filter.number,
                filter.call.as_deref().map(digits),
                page.take.min(PAGE_LIMIT),
                page.skip
            ],
        )
    }

    /// One recording; none where there is no such row.
    pub fn recording(&self, recording: RecordingId) -> Result<Option<RecordingLine>, StoreError> {
        let found = self.lines("WHERE r.recording = ?1", [id(recording.0)])?;
        Ok(found.into_iter().next())
    }

    /// The newest ones whose id ends so: people type the end of one.
    pub fn recordings_ending(&self, end: &str) -> Result<Vec<RecordingLine>, StoreError> {
        self.lines("WHERE format('%u', r.recording) LIKE '%' || ?1 ORDER BY r.started_ms DESC LIMIT 10", [digits(end)])
    }

    /// What a run leaves to the next: live, or not yet compacted. Oldest first.
    pub fn unfinished_recordings(&self) -> Result<Vec<RecordingLine>, StoreError> {
        self.lines("WHERE r.state IN ('live', 'done') ORDER BY r.started_ms", [])
    }

    /// Those whose time is over, the longest due first.
    pub fn recordings_due(&self, now: DateTime<Utc>) -> Result<Vec<RecordingLine>, StoreError> {
        self.lines(
            "WHERE r.state IN ('done', 'compacted') AND r.until_ms < ?1 ORDER BY r.until_ms LIMIT ?2",
            params![ms(now), PAGE_LIMIT],
        )
    }

    fn lines(&self, rest: &'static str, values: impl Params) -> Result<Vec<RecordingLine>, StoreError> {
        let sql = format!(
            "SELECT r.*, c.number_normalised, c.account, c.direction
             FROM recordings r LEFT JOIN calls c ON c.call = r.call {rest}"
        );
        self.list(&sql, values, line).map_err(|error| words(&error))
    }
}

/// Nothing that LIKE would take for more than itself.
fn digits(typed: &str) -> String {
    typed.chars().filter(char::is_ascii_digit).collect()
}

fn line(row: &Row<'_>) -> rusqlite::Result<RecordingLine> {
    let with = match row.get::<_, Option<String>>("number_normalised")? {
        Some(number) => {
            Some(Party { number, account: row.account("account")?, direction: row.direction("direction")? })
        }
        None => None,
    };
    Ok(RecordingLine {
        recording: RecordingId(row.id("recording")?),
        call: row.get::<_, Option<i64>>("call")?.map(|call| CallId(call.cast_unsigned())),
        protocolo: row.get("protocolo")?,
        with,
        started: row.time("started_ms")?,
        day: row.day("day")?,
        ended: row.time_if_any("ended_ms")?,
        state: state_in(row)?,
        file: row.get("file")?,
        seconds: row.get("seconds")?,
        size: row.get::<_, Option<i64>>("size")?.map(i64::cast_unsigned),
        sha256: row.get("sha256")?,
        until: row.time_if_any("until_ms")?,
    })
}

fn state_in(row: &Row<'_>) -> rusqlite::Result<RecordingState> {
    let word: String = row.get("state")?;
    state(&word).ok_or_else(|| unreadable("state", Type::Text, format!("{word:?} is no state of a recording")))
}

/// Engine and shell may come in either order: each fills in its own.
pub(super) fn started(base: &Connection, row: &RecordingRow) -> rusqlite::Result<()> {
    base.prepare_cached(
        "INSERT INTO recordings (recording, call, protocolo, started_ms, day, state) VALUES (?1, ?2, ?3, ?4, ?5, 'live')
         ON CONFLICT (recording) DO UPDATE SET call = excluded.call, protocolo = excluded.protocolo",
    )?
    .execute(params![id(row.recording.0), id(row.call.0), row.protocolo, ms(row.at), row.day.to_string()])?;
    Ok(())
}

/// One whose beginning was never stored is known by its file alone, and that says how long it was.
pub(super) fn ended(base: &Connection, recording: RecordingId, at: DateTime<Utc>) -> rusqlite::Result<()> {
    base.prepare_cached("UPDATE recordings SET ended_ms = coalesce(ended_ms, ?2) WHERE recording = ?1")?
        .execute(params![id(recording.0), ms(at)])?;
    Ok(())
}

pub(super) fn file(base: &Connection, file: &RecordingFile) -> rusqlite::Result<()> {
    base.prepare_cached(
        "INSERT INTO recordings (recording, started_ms, day, state, file, seconds, size, sha256, until_ms)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
         ON CONFLICT (recording) DO UPDATE SET
             state = excluded.state, file = coalesce(excluded.file, file), seconds = coalesce(excluded.seconds, seconds),
             size = coalesce(excluded.size, size), sha256 = coalesce(excluded.sha256, sha256),
             until_ms = coalesce(until_ms, excluded.until_ms)",
    )?
    .execute(params![
        id(file.recording.0),
        ms(file.started),
        file.day.to_string(),
        word(file.state),
        file.file,
        file.seconds,
        file.size.map(u64::cast_signed),
        file.sha256,
        file.until.map(ms),
    ])?;
    Ok(())
}

fn word(state: RecordingState) -> &'static str {
    match state {
        RecordingState::Live => "live",
        RecordingState::Done => "done",
        RecordingState::Compacted => "compacted",
        RecordingState::Deleted => "deleted",
    }
}

fn state(word: &str) -> Option<RecordingState> {
    [RecordingState::Live, RecordingState::Done, RecordingState::Compacted, RecordingState::Deleted]
        .into_iter()
        .find(|state| self::word(*state) == word)
}

/// Lines a single read may give, so that it stays short.
const PAGE_LIMIT: u32 = 1_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_is_read_as_it_was_written() {
        for one in [RecordingState::Live, RecordingState::Done, RecordingState::Compacted, RecordingState::Deleted] {
            assert_eq!(state(word(one)), Some(one));
        }
        assert_eq!(state("lost"), None);
    }
}
