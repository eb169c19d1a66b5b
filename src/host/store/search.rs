//! History by what people look for: whose, when, with whom; page by page.

use chrono::{DateTime, NaiveDate, Utc};
use engine::border::StoreError;
use engine::id::{CallId, UserId};
use rusqlite::types::Value;

use super::column::{id, ms};
use super::error::words;
use super::history::{CallLine, Reader, call_line, calls_with};

/// Which calls are wanted: of those that are given, all must fit.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct CallFilter {
    /// Began on it, in the installation's zone.
    pub day: Option<NaiveDate>,
    /// As the engine stores it: E.164 with `+`, or a ramal.
    pub number: Option<String>,
    pub user: Option<UserId>,
    pub protocolo: Option<String>,
    /// Something of it can be heard.
    pub recorded: bool,
    /// Older than this line.
    pub after: Option<Cursor>,
}

/// The last line of a page.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cursor {
    pub day: NaiveDate,
    pub started: DateTime<Utc>,
    pub call: CallId,
}

impl Cursor {
    pub fn of(line: &CallLine) -> Cursor {
        Cursor { day: line.row.day, started: line.row.at, call: line.row.call }
    }
}

impl Reader {
    /// Newest first; at most 1,000.
    pub fn calls_like(&self, filter: &CallFilter, take: u32) -> Result<Vec<CallLine>, StoreError> {
        let (sql, mut values) = statement(filter);
        values.push(Value::from(take.min(1_000)));
        self.list(&sql, rusqlite::params_from_iter(values), call_line).map_err(|error| words(&error))
    }
}

/// Words of this file only; what is asked for is bound.
fn statement(filter: &CallFilter) -> (String, Vec<Value>) {
    let (mut conditions, mut values) = (Vec::new(), Vec::new());
    if let Some(user) = filter.user {
        conditions.push("user = ?");
        values.push(Value::from(id(user.0)));
    }
    if let Some(number) = &filter.number {
        conditions.push("number_normalised = ?");
        values.push(Value::from(number.clone()));
    }
    if let Some(protocolo) = &filter.protocolo {
        conditions.push("protocolo = ?");
        values.push(Value::from(protocolo.clone()));
    }
    if filter.recorded {
        conditions.push("EXISTS (SELECT 1 FROM recordings WHERE recordings.call = calls.call AND state != 'deleted')");
    }
    if let Some(day) = filter.day {
        conditions.push("day = ?");
        values.push(Value::from(day.to_string()));
    }
    if let Some(after) = filter.after {
        conditions.push("(day, started_ms, call) < (?, ?, ?)");
        let cursor = [after.day.to_string().into(), ms(after.started).into(), id(after.call.0).into()];
        values.extend::<[Value; 3]>(cursor);
    }
    let conditions = if conditions.is_empty() { "1".to_owned() } else { conditions.join(" AND ") };
    (format!("{} ORDER BY day DESC, started_ms DESC, call DESC LIMIT ?", calls_with(&conditions)), values)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;
    use crate::store::tests::Scratch;

    #[test]
    fn whatever_is_looked_for_comes_from_an_index() {
        let scratch = Scratch::new();
        let store = Store::open(scratch.path()).unwrap();
        let reader = store.reader().unwrap();
        let day = NaiveDate::from_ymd_opt(2026, 3, 12);
        let after = Some(Cursor { day: day.unwrap(), started: DateTime::UNIX_EPOCH, call: CallId(7) });
        let number = Some("+5511987654321".to_owned());
        for (filter, index) in [
            (CallFilter { after, ..CallFilter::default() }, "calls_by_day"),
            (CallFilter { day, ..CallFilter::default() }, "calls_by_day"),
            (CallFilter { user: Some(UserId(7)), after, ..CallFilter::default() }, "calls_by_user"),
            (CallFilter { number, ..CallFilter::default() }, "calls_by_number"),
            (
                CallFilter { protocolo: Some("2026031200000011".to_owned()), ..CallFilter::default() },
                "calls_by_protocolo",
            ),
            (CallFilter { day, recorded: true, ..CallFilter::default() }, "calls_by_day"),
        ] {
            let (sql, mut values) = statement(&filter);
            values.push(Value::from(10));
            let mut plan = reader.base().prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
            let steps =
                plan.query_map(rusqlite::params_from_iter(values), |row| row.get::<_, String>("detail")).unwrap();
            let steps = steps.map(Result::unwrap).collect::<Vec<_>>().join("; ");
            assert!(steps.contains(&format!("calls USING INDEX {index}")), "{filter:?}: {steps}");
        }
    }
}
