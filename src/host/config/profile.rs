//! How each kind of PBX wants to be talked to: the profiles shipped inside the program, a folder that overrides them,
//! and `[profile.NAME]`.
//!
//! A profile file holds only its quirks, the keys in which it differs from `generic`, each with its source and with
//! how it is known: `seen` in a trace of our own, or `read` in a manual, an issue or the PBX's source.

mod spelled;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use engine::config::{AudioClass, Codec, DtmfMode, HoldMode, PrackMode, Profile, Refresher, SessionTimer, SoundName};
use toml::de::DeValue;

use super::report::{Place, Report};
use super::sections::Section;
use super::table::{Keys, Read, Source, Table};
use super::template::RECORD;
use super::value::{choice, duration, duration_or_off, flag, known, list, number, text, user};

pub(super) type Profiles = BTreeMap<String, Arc<Profile>>;

/// What a PBX can differ in.
const SETTINGS: &[&str] = &[
    "hold",
    "hold_music",
    "record",
    "recording_notice",
    "hold_class",
    "hold_without_consent",
    "hold_alert",
    "show_listeners",
    "dtmf",
    "codecs",
    "session_timer",
    "session_timer_min",
    "session_timer_refresher",
    "prack",
    "busy_status",
    "no_answer_status",
    "reject_status",
    "do_not_disturb_status",
    "ring_timeout",
    "nat",
    "refer",
    "keep_alive",
];
/// `[profile.NAME]` of ramal.toml.
pub(super) const KEYS: Keys = &[&["base"], SETTINGS];
/// A file in the folder of profiles.
const FILE: Keys = &[&["about", "quirk"], SETTINGS];
const GENERIC_FILE: Keys = &[&["about"], SETTINGS];
const QUIRK: Keys = &[&["value", "source", "evidence"]];

/// Every profile there is, and how each is spelled. `folder` overrides those shipped; `ramal.toml` and the desktop's own file, each
/// for profiles of its own, override both.
pub(super) fn read_all(files: [&Table<'_>; 2], folder: Option<&Path>, report: &mut Report) -> (Profiles, Vec<Section>) {
    let mut profiles = Profiles::new();
    for (name, text) in SHIPPED {
        let source = Source::new(&format!("sip-profiles/{name}.toml"), (*text).to_owned());
        read_file(name, &source, &mut profiles, report);
    }
    for (name, source) in folder.map(|folder| self::files(folder, report)).unwrap_or_default() {
        read_file(&name, &source, &mut profiles, report);
    }
    let mut said = BTreeMap::new();
    let named: Vec<_> = files.into_iter().flat_map(|file| file.named("profile", KEYS, report)).collect();
    for (name, table) in named {
        let base = based(name, &table, &profiles, report);
        match said.get(name) {
            Some((place, _)) => {
                let place = Place::short(place);
                report.error(table.here(), format!("profile {name} stands at {place} too; keep one of them"));
            }
            None => {
                keep(&mut profiles, name, read(name, &table, Some(&base), report));
                said.insert(name.to_owned(), (table.here(), base));
            }
        }
    }
    let section = |(name, profile): (&String, &Arc<Profile>)| {
        let said = said.get(name);
        let base = said.map_or(profile, |(_, base)| base);
        let place = said.map(|(place, _)| place.clone());
        Section::new(format!("profile.{name}"), place, files[1], spelled::of(profile, base), spelled::of(base, base))
    };
    let sections = profiles.iter().map(section).collect();
    (profiles, sections)
}

/// What `[profile.NAME]` begins with.
fn based(name: &str, table: &Table<'_>, profiles: &Profiles, report: &mut Report) -> Arc<Profile> {
    if let Err(problem) = user(name) {
        report.error(table.here(), format!("its name {problem}"));
    }
    let base = table.get(report, "base", known("profile", profiles.keys().map(String::as_str)));
    let base = base.or_else(|| profiles.contains_key(name).then(|| name.to_owned()));
    profiles.get(base.as_deref().unwrap_or("generic")).expect("generic is shipped, and others are known").clone()
}

/// The files of a folder of profiles, in the order that lets `generic` be the base of the others.
fn files(folder: &Path, report: &mut Report) -> Vec<(String, Source)> {
    let mut files = Source::folder(folder, "profiles", report);
    files.sort_by(|(a, _), (b, _)| (a != "generic", a).cmp(&(b != "generic", b)));
    files
}

fn read_file(name: &str, source: &Source, profiles: &mut Profiles, report: &mut Report) {
    let Some(parsed) = source.parse(report) else { return };
    let generic = profiles.get("generic").cloned();
    let keys = if name == "generic" { GENERIC_FILE } else { FILE };
    let root = Table::root(source, parsed.get_ref(), keys, report);
    root.required(report, "about", text);
    if name == "generic" {
        return keep(profiles, name, read(name, &root, generic.as_deref(), report));
    }
    for key in SETTINGS.iter().filter(|key| root.has(key)) {
        report.error(root.place(key), format!("write it as [quirk.{key}] with value, source and evidence"));
    }
    let settings = root.section("quirk", &[SETTINGS], report);
    let quirks: Vec<_> = root.named("quirk", QUIRK, report);
    for (_, quirk) in &quirks {
        quirk.required(report, "source", text);
        quirk.required(report, "evidence", choice(&[("seen", ()), ("read", ())]));
        quirk.required(report, "value", |_| Ok(()));
    }
    let values = settings.with_values(quirks.iter().map(|(key, quirk)| (*key, quirk)).collect());
    keep(profiles, name, read(name, &values, generic.as_deref(), report));
}

fn keep(profiles: &mut Profiles, name: &str, profile: Option<Profile>) {
    if let Some(profile) = profile {
        profiles.insert(name.to_owned(), Arc::new(profile));
    }
}

/// The settings of `table`, those it lacks from `base`; without a base each must be there.
fn read(name: &str, table: &Table<'_>, base: Option<&Profile>, report: &mut Report) -> Option<Profile> {
    let status = number(400..=699);
    let hold = setting(table, report, "hold", choice(HOLD), base.map(|b| b.hold));
    let hold_music = setting(
        table,
        report,
        "hold_music",
        |v| text(v).map(|s| SoundName::from(&*s)),
        base.map(|b| b.hold_music.clone()),
    );
    let record = setting(table, report, "record", choice(RECORD), base.map(|b| b.record));
    let notice = table.get(report, "recording_notice", |v| text(v).map(|name| SoundName::from(&*name)));
    let hold_class = setting(table, report, "hold_class", choice(AUDIO), base.map(|b| b.hold_class));
    let without_consent = setting(
        table,
        report,
        "hold_without_consent",
        |v| text(v).map(|s| SoundName::from(&*s)),
        base.map(|b| b.hold_without_consent.clone()),
    );
    let hold_alert = setting(table, report, "hold_alert", duration_or_off(SECOND..=DAY), base.map(|b| b.hold_alert));
    let show_listeners = setting(table, report, "show_listeners", flag, base.map(|b| b.show_listeners));
    let dtmf = setting(table, report, "dtmf", choice(DTMF), base.map(|b| b.dtmf));
    let codecs = setting(table, report, "codecs", |v| list(v, false, choice(CODECS)), base.map(|b| b.codecs.clone()));
    let expires =
        setting(table, report, "session_timer", duration_or_off(MIN_SE..=DAY), base.map(|b| b.session_timer.expires));
    let min_se =
        setting(table, report, "session_timer_min", duration(MIN_SE..=DAY), base.map(|b| b.session_timer.min_se));
    let refresher =
        setting(table, report, "session_timer_refresher", choice(REFRESHERS), base.map(|b| b.session_timer.refresher));
    let prack = setting(table, report, "prack", choice(PRACK), base.map(|b| b.prack));
    let busy_status = setting(table, report, "busy_status", &status, base.map(|b| b.busy_status));
    let no_answer_status = setting(table, report, "no_answer_status", &status, base.map(|b| b.no_answer_status));
    let reject_status = setting(table, report, "reject_status", &status, base.map(|b| b.reject_status));
    let dnd_status = setting(table, report, "do_not_disturb_status", &status, base.map(|b| b.do_not_disturb_status));
    let ring_timeout = setting(table, report, "ring_timeout", duration(SECOND..=HOUR), base.map(|b| b.ring_timeout));
    let nat = setting(table, report, "nat", flag, base.map(|b| b.nat));
    let refer = setting(table, report, "refer", flag, base.map(|b| b.refer));
    let keep_alive = setting(table, report, "keep_alive", duration_or_off(SECOND..=HOUR), base.map(|b| b.keep_alive));
    let session_timer = SessionTimer { expires: expires?, min_se: min_se?, refresher: refresher? };
    if session_timer.expires.is_some_and(|expires| expires < session_timer.min_se) {
        report.error(table.place("session_timer"), "must not be shorter than session_timer_min (RFC 4028 §7.1)");
        return None;
    }
    Some(Profile {
        name: name.to_owned(),
        hold: hold?,
        hold_music: hold_music?,
        record: record?,
        recording_notice: notice.or_else(|| base?.recording_notice.clone()),
        hold_class: hold_class?,
        hold_without_consent: without_consent?,
        hold_alert: hold_alert?,
        show_listeners: show_listeners?,
        dtmf: dtmf?,
        codecs: codecs?,
        session_timer,
        prack: prack?,
        busy_status: busy_status?,
        no_answer_status: no_answer_status?,
        reject_status: reject_status?,
        do_not_disturb_status: dnd_status?,
        ring_timeout: ring_timeout?,
        nat: nat?,
        refer: refer?,
        keep_alive: keep_alive?,
    })
}

/// The value of `key`, else the base's, else an error.
fn setting<'a, T>(
    table: &Table<'a>,
    report: &mut Report,
    key: &str,
    read: impl Fn(&DeValue<'a>) -> Read<T>,
    base: Option<T>,
) -> Option<T> {
    match base {
        Some(base) if !table.has(key) => Some(base),
        _ => table.required(report, key, read),
    }
}

const HOLD: &[(&str, HoldMode)] =
    &[("local", HoldMode::Local), ("sendonly", HoldMode::Sendonly), ("inactive", HoldMode::Inactive)];
const AUDIO: &[(&str, AudioClass)] =
    &[("music", AudioClass::Music), ("information", AudioClass::Information), ("advert", AudioClass::Advert)];
const DTMF: &[(&str, DtmfMode)] =
    &[("rfc4733", DtmfMode::Rfc4733), ("info", DtmfMode::Info), ("inband", DtmfMode::Inband)];
const CODECS: &[(&str, Codec)] =
    &[("pcma", Codec::Pcma), ("pcmu", Codec::Pcmu), ("g722", Codec::G722), ("opus", Codec::Opus)];
const REFRESHERS: &[(&str, Refresher)] = &[("any", Refresher::Any), ("us", Refresher::Us), ("them", Refresher::Them)];
const PRACK: &[(&str, PrackMode)] =
    &[("supported", PrackMode::Supported), ("required", PrackMode::Required), ("off", PrackMode::Off)];

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3_600);
const DAY: Duration = Duration::from_secs(86_400);
/// RFC 4028 §5: the smallest Min-SE there may be.
const MIN_SE: Duration = Duration::from_secs(90);

/// `generic` first: the others stand on it.
const SHIPPED: &[(&str, &str)] = &[
    ("generic", include_str!("../../../sip-profiles/generic.toml")),
    ("3cx", include_str!("../../../sip-profiles/3cx.toml")),
    ("asterisk", include_str!("../../../sip-profiles/asterisk.toml")),
    ("freepbx", include_str!("../../../sip-profiles/freepbx.toml")),
    ("freeswitch", include_str!("../../../sip-profiles/freeswitch.toml")),
    ("intelbras", include_str!("../../../sip-profiles/intelbras.toml")),
    ("issabel", include_str!("../../../sip-profiles/issabel.toml")),
    ("kamailio", include_str!("../../../sip-profiles/kamailio.toml")),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quirk_of_a_shipped_profile_differs_from_generic() {
        for (name, text) in SHIPPED.iter().filter(|(name, _)| *name != "generic") {
            let mut report = Report::default();
            let mut profiles = Profiles::new();
            let generic = Source::new("generic.toml", SHIPPED[0].1.to_owned());
            read_file("generic", &generic, &mut profiles, &mut report);
            read_file(name, &Source::new(name, (*text).to_owned()), &mut profiles, &mut report);
            let quirks = text.matches("[quirk.").count();
            let generic = serde_json::to_value(&*profiles["generic"]).unwrap();
            let other = serde_json::to_value(&*profiles[*name]).unwrap();
            let differing =
                other.as_object().unwrap().iter().filter(|(key, value)| *key != "name" && generic[*key] != **value);
            assert_eq!(differing.count(), quirks, "{name}");
            assert!(report.finish(Some(())).is_ok(), "{name}");
        }
    }
}
