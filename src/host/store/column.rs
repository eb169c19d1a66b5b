//! How the engine's values stand in columns.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use engine::config::AccountName;
use engine::news::Direction;
use rusqlite::Row;
use rusqlite::types::Type;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// 64 bits of an id as SQLite's signed integer: the same bits.
pub(super) fn id(id: u64) -> i64 {
    id.cast_signed()
}

pub(super) fn ms(at: DateTime<Utc>) -> i64 {
    at.timestamp_millis()
}

pub(super) fn json<T: Serialize>(value: &T) -> rusqlite::Result<String> {
    serde_json::to_string(value).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))
}

/// A plain enum's word, as it has in JSON.
pub(super) fn word<T: Serialize>(value: &T) -> rusqlite::Result<String> {
    Ok(json(value)?.trim_matches('"').to_owned())
}

pub(super) fn direction(direction: Direction) -> &'static str {
    match direction {
        Direction::Inbound => "inbound",
        Direction::Outbound => "outbound",
    }
}

/// Reading a row by column names, each as the type the engine knows.
pub(super) trait RowExt {
    fn id(&self, column: &str) -> rusqlite::Result<u64>;
    fn id_if_any(&self, column: &str) -> rusqlite::Result<Option<u64>>;
    fn time(&self, column: &str) -> rusqlite::Result<DateTime<Utc>>;
    fn time_if_any(&self, column: &str) -> rusqlite::Result<Option<DateTime<Utc>>>;
    fn day(&self, column: &str) -> rusqlite::Result<NaiveDate>;
    fn json<T: DeserializeOwned>(&self, column: &str) -> rusqlite::Result<T>;
    fn json_if_any<T: DeserializeOwned>(&self, column: &str) -> rusqlite::Result<Option<T>>;
    fn word<T: DeserializeOwned>(&self, column: &str) -> rusqlite::Result<T>;
    fn account(&self, column: &str) -> rusqlite::Result<AccountName>;
    fn direction(&self, column: &str) -> rusqlite::Result<Direction>;
}

impl RowExt for Row<'_> {
    fn id(&self, column: &str) -> rusqlite::Result<u64> {
        self.get::<_, i64>(column).map(i64::cast_unsigned)
    }

    fn id_if_any(&self, column: &str) -> rusqlite::Result<Option<u64>> {
        Ok(self.get::<_, Option<i64>>(column)?.map(i64::cast_unsigned))
    }

    fn time(&self, column: &str) -> rusqlite::Result<DateTime<Utc>> {
        time(column, self.get(column)?)
    }

    fn time_if_any(&self, column: &str) -> rusqlite::Result<Option<DateTime<Utc>>> {
        self.get::<_, Option<i64>>(column)?.map(|ms| time(column, ms)).transpose()
    }

    fn day(&self, column: &str) -> rusqlite::Result<NaiveDate> {
        self.get::<_, String>(column)?.parse().map_err(|error| unreadable(column, Type::Text, error))
    }

    fn json<T: DeserializeOwned>(&self, column: &str) -> rusqlite::Result<T> {
        from_json(column, &self.get::<_, String>(column)?)
    }

    fn json_if_any<T: DeserializeOwned>(&self, column: &str) -> rusqlite::Result<Option<T>> {
        self.get::<_, Option<String>>(column)?.map(|text| from_json(column, &text)).transpose()
    }

    fn word<T: DeserializeOwned>(&self, column: &str) -> rusqlite::Result<T> {
        from_json(column, &format!("\"{}\"", self.get::<_, String>(column)?))
    }

    fn account(&self, column: &str) -> rusqlite::Result<AccountName> {
        self.get::<_, Arc<str>>(column).map(AccountName)
    }

    fn direction(&self, column: &str) -> rusqlite::Result<Direction> {
        match self.get::<_, String>(column)?.as_str() {
            "inbound" => Ok(Direction::Inbound),
            "outbound" => Ok(Direction::Outbound),
            other => Err(unreadable(column, Type::Text, format!("{other:?} is no direction"))),
        }
    }
}

fn time(column: &str, ms: i64) -> rusqlite::Result<DateTime<Utc>> {
    DateTime::from_timestamp_millis(ms).ok_or_else(|| unreadable(column, Type::Integer, format!("{ms} is no time")))
}

fn from_json<T: DeserializeOwned>(column: &str, text: &str) -> rusqlite::Result<T> {
    serde_json::from_str(text).map_err(|error| unreadable(column, Type::Text, error))
}

/// The index of the column is unknown here; its name says more.
pub(super) fn unreadable(column: &str, found: Type, why: impl ToString) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(0, found, format!("column {column}: {}", why.to_string()).into())
}
