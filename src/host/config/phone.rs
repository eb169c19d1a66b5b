//! `[device.NAME]` with `type = "sip"`: a desk phone, by its number at the PBX and the account that calls it.

use std::collections::BTreeMap;
use std::sync::Arc;

use engine::config::{AccountName, DeviceName, GateRules, Phone};
use engine::number::{Number, NumberKind};
use toml::de::DeValue;

use super::accounts::Accounts;
use super::device;
use super::report::Report;
use super::table::{Read, Table};
use super::value::{known, text};

/// Every desk phone. Wrong keys of these sections were reported with the other devices.
pub(super) fn read_all(
    root: &Table<'_>,
    accounts: &Accounts,
    gate: &GateRules,
    report: &mut Report,
) -> BTreeMap<DeviceName, Arc<Phone>> {
    let tables = root.named("device", device::KEYS, &mut Report::default());
    let phones = tables.into_iter().filter_map(|(name, table)| {
        let is_phone = table.get(&mut Report::default(), "type", text).as_deref() == Some("sip");
        let account =
            table.get(report, "account", known("extension or trunk", accounts.places.keys().map(String::as_str)));
        let number = match is_phone {
            true => table.required(report, "number", |value| callable(value, gate))?,
            // Refused by the reader of devices; its value is looked at all the same.
            false => return table.get(report, "number", |value| callable(value, gate)).and(None),
        };
        let device = DeviceName::from(name);
        let account = match account {
            Some(account) => AccountName::from(&*account),
            None if table.has("account") => return None,
            None => whose(&device, &table, accounts, report)?,
        };
        Some((device.clone(), Arc::new(Phone { device, number, account })))
    });
    phones.collect()
}

/// The one account that talks through it.
fn whose(device: &DeviceName, table: &Table<'_>, accounts: &Accounts, report: &mut Report) -> Option<AccountName> {
    let users: Vec<&AccountName> =
        accounts.by_name.values().filter(|account| account.device == *device).map(|account| &account.name).collect();
    match users[..] {
        [one] => return Some(one.clone()),
        [] => report.error(table.here(), "no account talks through it; name the one that calls it: account = \"1001\""),
        [..] => {
            let names: Vec<&str> = users.iter().map(|name| name.as_str()).collect();
            let text = format!(
                "several accounts talk through it; name the one that calls it in account: {}",
                names.join(", ")
            );
            report.error(table.here(), text);
        }
    }
    None
}

/// A number that the gate can read, and no emergency service.
fn callable(value: &DeValue<'_>, gate: &GateRules) -> Read<String> {
    let number = text(value)?;
    match Number::read(&number, gate) {
        Ok(read) if read.kind == NumberKind::Emergency => {
            Err("is an emergency number; name the desk phone's own".to_owned())
        }
        Ok(_) => Ok(number),
        Err(why) => Err(format!("must be the phone's number as one dials it, such as \"2001\": {why}")),
    }
}
