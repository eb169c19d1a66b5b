//! Days and times as the clock of this machine has them.

use chrono::{DateTime, Local, NaiveDate, NaiveTime, TimeZone, Utc};
use serde_json::Value;

/// `23/11/2026 09:00`
pub fn minute(at: DateTime<Utc>) -> String {
    at.with_timezone(&Local).format("%d/%m/%Y %H:%M").to_string()
}

/// Of an answer's field; empty where it has none.
pub fn minute_of(field: &Value) -> String {
    let at = field.as_str().and_then(|text| text.parse::<DateTime<Utc>>().ok());
    at.map(minute).unwrap_or_default()
}

/// The day it is on that clock.
pub fn today() -> NaiveDate {
    Local::now().date_naive()
}

/// Its first instant: not always midnight, which may be missing.
pub fn start(day: NaiveDate) -> DateTime<Utc> {
    let hours = (0..24).filter_map(|hour| NaiveTime::from_hms_opt(hour, 0, 0));
    let first = hours.filter_map(|hour| Local.from_local_datetime(&day.and_time(hour)).earliest()).next();
    first.map_or_else(|| day.and_time(NaiveTime::MIN).and_utc(), |first| first.with_timezone(&Utc))
}
