//! What many accounts share: keys that a registrar, a CSV file's section and an account may all have, the innermost deciding.

use std::time::Duration;

use engine::config::{DeviceName, RecordPolicy};
use engine::sip::uri::Host;
use engine::subscription::{MOST_WATCHED, is_watchable};
use toml::de::DeValue;

use super::Known;
use super::address::host;
use super::report::Report;
use super::table::{Read, Table};
use super::value::{choice, duration, flag, known, list, number, parsed, text};

/// What one account says, or a registrar or a whole CSV file says for many.
#[derive(Clone, Default)]
pub(super) struct Template {
    pub profile: Option<String>,
    pub device: Option<String>,
    pub expires: Option<Duration>,
    pub record: Option<RecordPolicy>,
    pub recording_notice: Option<String>,
    pub max_calls: Option<u16>,
    pub do_not_disturb: Option<bool>,
    pub exclusive: Option<bool>,
    pub calls_at_once: Option<u32>,
    pub calls_per_minute: Option<u32>,
    pub realm: Option<String>,
    pub domain: Option<Host>,
    pub watch: Option<Vec<String>>,
    pub mwi: Option<bool>,
}

pub(super) const COMMON: &[&str] = &[
    "registrar",
    "profile",
    "device",
    "expires",
    "record",
    "recording_notice",
    "max_calls",
    "do_not_disturb",
    "exclusive",
    "calls_at_once",
    "calls_per_minute",
    "realm",
    "domain",
];

/// Extensions only: what they watch at their PBX.
pub(super) const WATCHING: &[&str] = &["watch", "mwi"];

impl Template {
    /// The keys that a registrar has too, from `table` where it has them.
    pub fn with_defaults_of(self, table: &Table<'_>, known_names: &Known<'_>, report: &mut Report) -> Template {
        let profile = table.get(report, "profile", known("profile", known_names.profiles.keys().map(String::as_str)));
        let device = table.get(report, "device", known("device", known_names.devices.keys().map(DeviceName::as_str)));
        let expires = table.get(report, "expires", duration(MINUTE..=DAY));
        let record = table.get(report, "record", choice(RECORD));
        let notice = table.get(report, "recording_notice", text);
        Template {
            profile: profile.or(self.profile),
            device: device.or(self.device),
            expires: expires.or(self.expires),
            record: record.or(self.record),
            recording_notice: notice.or(self.recording_notice),
            ..self
        }
    }

    /// What extensions watch, from `table` where it says so.
    pub fn watching(self, table: &Table<'_>, report: &mut Report) -> Template {
        let watch = table.get(report, "watch", |value| {
            list(value, true, watchable).and_then(|all| match all.len() {
                0..=MOST_WATCHED => Ok(all),
                _ => Err(format!("must have at most {MOST_WATCHED} numbers")),
            })
        });
        let mwi = table.get(report, "mwi", flag);
        Template { watch: watch.or(self.watch), mwi: mwi.or(self.mwi), ..self }
    }

    /// Everything that accounts share, from `table` where it has it.
    pub fn overlaid(self, table: &Table<'_>, known_names: &Known<'_>, report: &mut Report) -> Template {
        let outer = self.with_defaults_of(table, known_names, report);
        let max_calls = table.get(report, "max_calls", number(1..=1_000));
        let do_not_disturb = table.get(report, "do_not_disturb", flag);
        let exclusive = table.get(report, "exclusive", flag);
        let calls_at_once = table.get(report, "calls_at_once", number(1..=10_000));
        let calls_per_minute = table.get(report, "calls_per_minute", number(1..=100_000));
        let realm = table.get(report, "realm", text);
        let domain = table.get(report, "domain", parsed("a host such as \"pbx.example.com\"", host));
        Template {
            max_calls: max_calls.or(outer.max_calls),
            do_not_disturb: do_not_disturb.or(outer.do_not_disturb),
            exclusive: exclusive.or(outer.exclusive),
            calls_at_once: calls_at_once.or(outer.calls_at_once),
            calls_per_minute: calls_per_minute.or(outer.calls_per_minute),
            realm: realm.or(outer.realm),
            domain: domain.or(outer.domain),
            ..outer
        }
    }
}

/// A number of the PBX, as its hint is called.
fn watchable(value: &DeValue<'_>) -> Read<String> {
    let number = text(value)?;
    match is_watchable(&number) {
        true => Ok(number),
        false => Err("must be a number of the PBX such as \"1002\"".to_owned()),
    }
}

pub(super) const RECORD: &[(&str, RecordPolicy)] =
    &[("never", RecordPolicy::Never), ("on-demand", RecordPolicy::OnDemand), ("always", RecordPolicy::Always)];
const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(86_400);
