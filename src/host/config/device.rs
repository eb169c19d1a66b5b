//! `[device.NAME]`: what an agent talks through.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use engine::config::DeviceName;
use serde::Serialize;
use toml::de::DeValue;

use super::Context;
use super::report::Report;
use super::table::{Keys, Read, Table};
use super::value::{choice, flag, path, printable, string};
use crate::sound::card::{HeadsetSettings, Improvements, Wanted};
use crate::sound::hid;

/// A device as configured.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Device {
    /// Says nothing, hears nothing.
    Null,
    /// Says what a WAV file holds, writes what it hears into another.
    File { play: Option<PathBuf>, record: Option<PathBuf>, repeat: bool },
    /// The sound card.
    Headset(HeadsetSettings),
    /// A desk phone at the PBX; `phone` says more of it.
    Sip,
}

/// The device that exists without being configured.
pub const NULL_DEVICE: &str = "null";

pub(super) const KEYS: Keys = &[&["type"], FILE, HEADSET, SIP];
const FILE: &[&str] = &["play", "record", "repeat"];
const SIP: &[&str] = &["number", "account"];
const HEADSET: &[&str] = &["input", "output", "ring", "echo_cancellation", "noise_suppression", "gain", "buttons"];

pub(super) fn read_all(root: &Table<'_>, context: &Context<'_>, report: &mut Report) -> BTreeMap<DeviceName, Device> {
    let mut devices = BTreeMap::from([(DeviceName::from(NULL_DEVICE), Device::Null)]);
    for (name, table) in root.named("device", KEYS, report) {
        if let Err(problem) = printable(name) {
            report.error(table.here(), format!("its name {problem}"));
        }
        if name == DeviceName::OWN_PAGE || DeviceName::from(name).is_page() {
            report
                .error(table.here(), "this name is a page's, which is there without being configured; choose another");
        }
        let kind = table.required(report, "type", choice(KINDS));
        refuse_others(&table, kind, report);
        let (file, headset) = (file(&table, context, report), headset(&table, context, report));
        let device = match kind {
            Some(Kind::File) => file,
            Some(Kind::Headset) => headset,
            Some(Kind::Sip) => Device::Sip,
            // A device with an error still exists for those that name it.
            Some(Kind::Null) | None => Device::Null,
        };
        devices.insert(DeviceName::from(name), device);
    }
    devices
}

fn file(table: &Table<'_>, context: &Context<'_>, report: &mut Report) -> Device {
    Device::File {
        play: table.get(report, "play", |value| readable(&context.dir.join(path(value)?))),
        record: table.get(report, "record", path).map(|path| context.dir.join(path)),
        repeat: table.get(report, "repeat", flag).unwrap_or(false),
    }
}

fn headset(table: &Table<'_>, context: &Context<'_>, report: &mut Report) -> Device {
    let mut is_on = |key| table.get(report, key, flag).unwrap_or(false);
    let improvements = Improvements {
        echo_cancellation: is_on("echo_cancellation"),
        noise_suppression: is_on("noise_suppression"),
        gain: is_on("gain"),
    };
    Device::Headset(HeadsetSettings {
        input: table.get(report, "input", card).unwrap_or(Wanted::Default),
        output: table.get(report, "output", card).unwrap_or(Wanted::Default),
        ring: table.get(report, "ring", card),
        improvements,
        buttons: table.get(report, "buttons", |value| buttons(value, &context.dir)).unwrap_or(hid::Wanted::None),
    })
}

/// Keys that only another type has.
fn refuse_others(table: &Table<'_>, kind: Option<Kind>, report: &mut Report) {
    let Some(kind) = kind else { return };
    let of = |keys: &'static [&str], kind| keys.iter().map(move |key| (*key, kind));
    for (key, owner) in of(FILE, Kind::File).chain(of(HEADSET, Kind::Headset)).chain(of(SIP, Kind::Sip)) {
        if table.has(key) && owner != kind {
            let (kind, owner) = (kind.word(), owner.word());
            report.error(
                table.place(key),
                format!("a device of type \"{kind}\" has no such key; use type = \"{owner}\""),
            );
        }
    }
}

/// `"default"`, or what `ramal devices --list` shows.
fn card(value: &DeValue<'_>) -> Read<Wanted> {
    match string(value, "\"default\" or the name of a card")? {
        "" => Err("must be \"default\" or the name of a card; ramal devices --list shows them".to_owned()),
        "default" => Ok(Wanted::Default),
        name => Ok(Wanted::Named(name.to_owned())),
    }
}

/// `"none"`, `"any"`, or a path.
fn buttons(value: &DeValue<'_>, dir: &Path) -> Read<hid::Wanted> {
    match string(value, "\"none\", \"any\" or the path of a hidraw device")? {
        "none" => Ok(hid::Wanted::None),
        "any" => Ok(hid::Wanted::Any),
        "" => Err("must be \"none\", \"any\" or the path of a hidraw device".to_owned()),
        path => Ok(hid::Wanted::Named(dir.join(path))),
    }
}

fn readable(path: &Path) -> Read<PathBuf> {
    match std::fs::File::open(path) {
        Ok(_) => Ok(path.to_owned()),
        Err(error) => Err(format!("cannot read {}: {error}", path.display())),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    File,
    Headset,
    Null,
    Sip,
}

impl Kind {
    fn word(self) -> &'static str {
        KINDS.iter().find(|(_, kind)| *kind == self).map_or("", |(word, _)| word)
    }
}

const KINDS: &[(&str, Kind)] =
    &[("file", Kind::File), ("headset", Kind::Headset), ("null", Kind::Null), ("sip", Kind::Sip)];
