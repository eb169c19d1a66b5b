//! History as people read it: calls of a day, calls with a number, one call's whole story, text messages.

use chrono::{DateTime, NaiveDate, Utc};
use engine::border::StoreError;
use engine::id::{AttemptId, CallId, CaseId, LegId, MessageId, PromiseId, QueueId, RecordingId, UserId};
use engine::leg::Quality;
use engine::news::{HangupCause, MessageView};
use engine::records::{CallRow, LegRow};
use rusqlite::{Connection, OptionalExtension, Params, Row, params};
use serde::Serialize;

use super::column::{RowExt, id};
use super::error::words;

/// One call as a line of the history (SM-09).
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct CallLine {
    #[serde(flatten)]
    pub row: CallRow,
    pub answered: Option<DateTime<Utc>>,
    /// None: the call is live.
    pub ended: Option<DateTime<Utc>>,
    pub cause: Option<HangupCause>,
    /// Oldest first.
    pub recordings: Vec<RecordingId>,
    /// The matter it belongs to.
    pub case: Option<CaseId>,
    /// Who the far end is known to be: as its case says where that is about this number, else as the contact base does.
    pub contact: Option<String>,
}

/// One call with everything that is kept of it.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct CallStory {
    pub call: CallLine,
    /// In the order they were opened.
    pub legs: Vec<LegLine>,
    /// In the order they happened.
    pub events: Vec<EventLine>,
}

#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct LegLine {
    #[serde(flatten)]
    pub row: LegRow,
    pub ended: Option<DateTime<Utc>>,
    pub cause: Option<HangupCause>,
    pub quality: Option<Quality>,
}

#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct EventLine {
    pub leg: Option<LegId>,
    pub at: DateTime<Utc>,
    pub event: String,
    pub detail: String,
}

/// What a list is ordered by. Ties: the newer call first.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum SortBy {
    /// Newest first.
    #[default]
    Newest,
    Oldest,
    /// Calls of one number together.
    Number,
    /// Longest conversation first; unanswered and live calls last.
    Longest,
}

impl SortBy {
    fn sql(self) -> &'static str {
        match self {
            SortBy::Newest => "started_ms DESC, call DESC",
            SortBy::Oldest => "started_ms, call",
            SortBy::Number => "number_normalised, started_ms DESC",
            SortBy::Longest => "ended_ms - answered_ms DESC NULLS LAST, started_ms DESC",
        }
    }
}

/// A part of a list.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Page {
    /// Lines passed over.
    pub skip: u32,
    /// Lines given; never more than 1,000.
    pub take: u32,
}

impl Default for Page {
    fn default() -> Page {
        Page { skip: 0, take: 100 }
    }
}

/// A connection that only reads. It blocks its thread for the length of a query: not for the async runtime's own threads.
#[derive(Debug)]
pub struct Reader {
    base: Connection,
}

impl Reader {
    pub(super) fn new(base: Connection) -> Reader {
        Reader { base }
    }

    pub(super) fn base(&self) -> &Connection {
        &self.base
    }

    /// Calls that began on `day`, a date in the installation's zone (SM-10).
    pub fn calls_of_day(&self, day: NaiveDate, sort: SortBy, page: Page) -> Result<Vec<CallLine>, StoreError> {
        let sql = calls_where("day = ?1", sort);
        self.calls(&sql, params![day.to_string(), page.take.min(PAGE_LIMIT), page.skip])
    }

    /// Calls with one number, normalised as the engine stores it: E.164 with `+`, or a ramal.
    pub fn calls_with_number(&self, number: &str, sort: SortBy, page: Page) -> Result<Vec<CallLine>, StoreError> {
        let sql = calls_where("number_normalised = ?1", sort);
        self.calls(&sql, params![number, page.take.min(PAGE_LIMIT), page.skip])
    }

    /// One call with its legs and events; none where there is no such call.
    pub fn call(&self, call: CallId) -> Result<Option<CallStory>, StoreError> {
        self.story(call).map_err(|error| words(&error))
    }

    /// Text messages, newest first.
    pub fn messages(&self, page: Page) -> Result<Vec<MessageView>, StoreError> {
        let sql = "SELECT * FROM messages ORDER BY at_ms DESC, message DESC LIMIT ?1 OFFSET ?2";
        self.list(sql, params![page.take.min(PAGE_LIMIT), page.skip], message).map_err(|error| words(&error))
    }

    fn calls(&self, sql: &str, values: impl Params) -> Result<Vec<CallLine>, StoreError> {
        self.list(sql, values, call_line).map_err(|error| words(&error))
    }

    fn story(&self, call: CallId) -> rusqlite::Result<Option<CallStory>> {
        let snapshot = self.base.unchecked_transaction()?;
        let key = [id(call.0)];
        let line = snapshot.prepare_cached(&calls_with("call = ?1"))?.query_row(key, call_line).optional()?;
        let Some(line) = line else { return Ok(None) };
        let legs = self.list("SELECT * FROM legs WHERE call = ?1 ORDER BY started_ms, leg", key, leg_line)?;
        let events = self.list("SELECT * FROM call_events WHERE call = ?1 ORDER BY at_ms, rowid", key, event_line)?;
        Ok(Some(CallStory { call: line, legs, events }))
    }

    pub(super) fn list<T>(
        &self,
        sql: &str,
        values: impl Params,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<Vec<T>> {
        self.base.prepare_cached(sql)?.query_map(values, read)?.collect()
    }
}

/// `condition` and the order are words of this file; values are bound.
fn calls_where(condition: &'static str, sort: SortBy) -> String {
    format!("{} ORDER BY {} LIMIT ?2 OFFSET ?3", calls_with(condition), sort.sql())
}

/// What [`call_line`] reads; `condition` is made of words of these files alone.
pub(super) fn calls_with(condition: &str) -> String {
    format!(
        "SELECT *, (SELECT group_concat(recording, ' ') FROM recordings WHERE recordings.call = calls.call)
         AS recorded, (SELECT \"case\" FROM case_calls WHERE case_calls.call = calls.call) AS of_case,
         coalesce(
             (SELECT nullif(contact_name, '') FROM case_calls JOIN cases USING (\"case\")
              WHERE case_calls.call = calls.call AND cases.number = number_normalised),
             (SELECT name FROM contact_phones JOIN contacts USING (contact) WHERE number = number_normalised
              ORDER BY version DESC, contact DESC LIMIT 1)
         ) AS known_as FROM calls WHERE {condition}"
    )
}

pub(super) fn call_line(row: &Row<'_>) -> rusqlite::Result<CallLine> {
    Ok(CallLine {
        row: call_row(row)?,
        answered: row.time_if_any("answered_ms")?,
        ended: row.time_if_any("ended_ms")?,
        cause: row.json_if_any("cause")?,
        recordings: row.get::<_, Option<String>>("recorded")?.map_or_else(Vec::new, |ids| {
            let ids = ids.split(' ').filter_map(|id| id.parse::<i64>().ok());
            let mut ids: Vec<_> = ids.map(|id| RecordingId(id.cast_unsigned())).collect();
            // An id grows with time.
            ids.sort_unstable();
            ids
        }),
        case: row.id_if_any("of_case")?.map(CaseId),
        contact: row.get("known_as")?,
    })
}

/// A call as the engine knows it.
pub(super) fn call_row(row: &Row<'_>) -> rusqlite::Result<CallRow> {
    Ok(CallRow {
        call: CallId(row.id("call")?),
        protocolo: row.get("protocolo")?,
        direction: row.direction("direction")?,
        account: row.account("account")?,
        user: row.id_if_any("user")?.map(UserId),
        queue: row.id_if_any("queue")?.map(QueueId),
        number_dialled: row.get("number_dialled")?,
        number_normalised: row.get("number_normalised")?,
        remote_name: row.get("remote_name")?,
        diverted_from: row.get("diverted_from")?,
        asserted: row.get("asserted")?,
        at: row.time("started_ms")?,
        day: row.day("day")?,
        rules_version: row.get::<_, Option<i64>>("rules_version")?.map(i64::cast_unsigned),
        promise: row.id_if_any("promise")?.map(PromiseId),
        attempt: row.id_if_any("attempt")?.map(AttemptId),
    })
}

fn leg_line(row: &Row<'_>) -> rusqlite::Result<LegLine> {
    Ok(LegLine {
        row: LegRow {
            leg: LegId(row.id("leg")?),
            call: CallId(row.id("call")?),
            sip_call_id: row.get("sip_call_id")?,
            far_end: row.get("far_end")?,
            at: row.time("started_ms")?,
        },
        ended: row.time_if_any("ended_ms")?,
        cause: row.json_if_any("cause")?,
        quality: row.json_if_any("quality")?,
    })
}

fn event_line(row: &Row<'_>) -> rusqlite::Result<EventLine> {
    Ok(EventLine {
        leg: row.get::<_, Option<i64>>("leg")?.map(|leg| LegId(leg.cast_unsigned())),
        at: row.time("at_ms")?,
        event: row.get("event")?,
        detail: row.get("detail")?,
    })
}

pub(super) fn message(row: &Row<'_>) -> rusqlite::Result<MessageView> {
    Ok(MessageView {
        message: MessageId(row.id("message")?),
        direction: row.direction("direction")?,
        account: row.account("account")?,
        number: row.get("number")?,
        name: row.get("name")?,
        text: row.get("text")?,
        at: row.time("at_ms")?,
        state: row.word("state")?,
        why: row.get("why")?,
    })
}

/// Lines a single read may give, so that it stays short.
const PAGE_LIMIT: u32 = 1_000;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;
    use crate::store::tests::Scratch;

    /// How the calls are found; what is looked up for each of them is another matter.
    fn plan(reader: &Reader, sql: &str) -> String {
        let mut statement = reader.base.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let step = |row: &Row<'_>| Ok((row.get::<_, u32>("parent")?, row.get::<_, String>("detail")?));
        let steps = statement.query_map(params!["x", 1, 0], step).unwrap().map(Result::unwrap);
        steps.filter(|(parent, _)| *parent == 0).map(|(_, detail)| detail).collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn the_newest_calls_of_a_day_and_of_a_number_come_straight_from_an_index() {
        let scratch = Scratch::new();
        let store = Store::open(scratch.path()).unwrap();
        let reader = store.reader().unwrap();
        for (condition, index) in [("day = ?1", "calls_by_day"), ("number_normalised = ?1", "calls_by_number")] {
            let plan = plan(&reader, &calls_where(condition, SortBy::Newest));
            assert!(plan.contains(&format!("SEARCH calls USING INDEX {index}")), "{plan}");
            assert!(!plan.contains("TEMP B-TREE"), "sorted by hand: {plan}");
        }
    }

    #[test]
    fn every_order_searches_and_never_scans() {
        let scratch = Scratch::new();
        let store = Store::open(scratch.path()).unwrap();
        let reader = store.reader().unwrap();
        for sort in [SortBy::Newest, SortBy::Oldest, SortBy::Number, SortBy::Longest] {
            let plan = plan(&reader, &calls_where("day = ?1", sort));
            assert!(plan.contains("SEARCH calls USING INDEX calls_by_day"), "{sort:?}: {plan}");
        }
    }
}
