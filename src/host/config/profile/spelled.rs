//! A profile as a file would spell it: what reading that gives is the same profile again.

use std::time::Duration;

use engine::config::{Profile, SoundName};
use serde_json::{Value, json};

use super::{AUDIO, CODECS, DTMF, HOLD, PRACK, RECORD, REFRESHERS};
use crate::config::sections::Spelled;
use crate::config::value::spell;

/// Every key; `base` is what it began with, which may be itself.
pub fn of(profile: &Profile, base: &Profile) -> Spelled {
    let timer = &profile.session_timer;
    let codecs = profile.codecs.iter().map(|codec| word(CODECS, codec)).collect::<Value>();
    [
        ("base", json!(base.name)),
        ("hold", word(HOLD, &profile.hold)),
        ("hold_music", json!(profile.hold_music.as_str())),
        ("record", word(RECORD, &profile.record)),
        ("recording_notice", json!(profile.recording_notice.as_ref().map(SoundName::as_str))),
        ("hold_class", word(AUDIO, &profile.hold_class)),
        ("hold_without_consent", json!(profile.hold_without_consent.as_str())),
        ("hold_alert", or_off(profile.hold_alert)),
        ("show_listeners", json!(profile.show_listeners)),
        ("dtmf", word(DTMF, &profile.dtmf)),
        ("codecs", codecs),
        ("session_timer", or_off(timer.expires)),
        ("session_timer_min", json!(spell(timer.min_se))),
        ("session_timer_refresher", word(REFRESHERS, &timer.refresher)),
        ("prack", word(PRACK, &profile.prack)),
        ("busy_status", json!(profile.busy_status)),
        ("no_answer_status", json!(profile.no_answer_status)),
        ("reject_status", json!(profile.reject_status)),
        ("do_not_disturb_status", json!(profile.do_not_disturb_status)),
        ("ring_timeout", json!(spell(profile.ring_timeout))),
        ("nat", json!(profile.nat)),
        ("refer", json!(profile.refer)),
        ("keep_alive", or_off(profile.keep_alive)),
    ]
    .into()
}

fn word<T: PartialEq>(words: &[(&'static str, T)], meant: &T) -> Value {
    words.iter().find(|(_, one)| one == meant).map(|(word, _)| json!(word)).unwrap_or_default()
}

fn or_off(time: Option<Duration>) -> Value {
    json!(time.map_or_else(|| "off".to_owned(), spell))
}

#[cfg(test)]
mod tests {
    use crate::config::profile::{KEYS, SHIPPED, read_all};
    use crate::config::report::Report;
    use crate::config::table::{Source, Table};
    use toml::de::DeTable;

    #[test]
    fn what_is_spelled_of_a_profile_is_read_as_the_same_profile() {
        let mut report = Report::default();
        let (source, nothing) = (Source::new("none", String::new()), DeTable::new());
        let none = Table::root(&source, &nothing, &[], &mut report);
        let (shipped, sections) = read_all([&none, &none], None, &mut report);
        for section in sections {
            let name = section.section.strip_prefix("profile.").unwrap();
            let said = section.keys.iter().filter(|(key, one)| **key != "base" && !one.value.is_null());
            let mut copy: toml::Table =
                said.map(|(key, one)| ((*key).to_owned(), toml::Value::try_from(&one.value).unwrap())).collect();
            copy.insert("base".to_owned(), "generic".into());
            let text = format!("[profile.copy]\n{copy}");
            let source = Source::new("copy", text);
            let parsed = source.parse(&mut report).unwrap();
            let root = Table::root(&source, parsed.get_ref(), &[&["profile"]], &mut report);
            let (profiles, _) = read_all([&root, &none], None, &mut report);
            let mut read = (*profiles["copy"]).clone();
            read.name = name.to_owned();
            assert_eq!(read, *shipped[name], "{name}");
            assert_eq!(section.keys.keys().count(), KEYS.concat().len(), "{name}: a key is missing");
        }
        assert_eq!(shipped.len(), SHIPPED.len());
        assert!(report.finish(Some(())).is_ok());
    }
}
