//! Thresholds of alerts, profiles of PBXs and sounds, changed in the desktop: checked with everything, written, in force at once.

use serde_json::{Value, json};

use crate::office::Office;
use crate::support::{Answer, Browser, Daemon, LONG};

fn section(browser: &Browser, name: &str) -> Option<Value> {
    browser.get("/settings").json().as_array().unwrap().iter().find(|one| one["section"] == name).cloned()
}

fn put(browser: &Browser, name: &str, keys: Value) -> Answer {
    browser.send("PUT", &format!("/settings/{name}"), Some(&keys))
}

#[test]
fn vz_17_thresholds_of_alerts_are_changed_and_outlive_a_restart() {
    let (mut office, ana) = Office::new("web-settings-alerts");
    let alerts = section(&ana, "alerts").unwrap();
    assert_eq!(alerts["keys"]["nobody_after"], json!({ "value": "2m", "usual": "2m" }));
    assert_eq!((&alerts["place"], &alerts["administered"]), (&Value::Null, &json!(true)), "as the program has it");
    let changed = put(&ana, "alerts", json!({ "nobody_after": "5m", "least_free_mb": 100_000_000 }));
    assert_eq!((changed.status, &changed.json()["keys"]["nobody_after"]["value"]), (200, &json!("5m")), "{changed:?}");

    let mut again = office.browser();
    assert!(office.daemon.term(LONG).success());
    office.daemon = Daemon::start_again(office.folder.path(), &[]);
    assert_eq!(again.sign_in("ana", crate::office::PASSWORD).status, 200);
    assert_eq!(section(&again, "alerts").unwrap()["keys"]["nobody_after"]["value"], "5m");
    // No disk has so much.
    let mut page = again.live().unwrap();
    page.say(&json!({ "since": null }));
    page.until("the alert", |line| line.to_string().contains("disk-low"));
    assert_eq!(again.send("DELETE", "/settings/alerts", None).status, 204);
    assert_eq!(section(&again, "alerts").unwrap()["keys"]["nobody_after"]["value"], "2m");
    assert_eq!(again.send("DELETE", "/settings/alerts", None).status, 404);
}

#[test]
fn vz_12_a_profile_is_made_given_to_an_extension_and_stays_while_it_is_in_use() {
    let (office, ana) = Office::new("web-settings-profile");
    let made = put(&ana, "profile.matriz", json!({ "base": "asterisk", "nat": true, "codecs": ["g722", "pcma"] }));
    assert_eq!(made.status, 200, "{made:?}");
    let keys = &made.json()["keys"];
    assert_eq!((&keys["base"]["value"], &keys["nat"]), (&json!("asterisk"), &json!({ "value": true, "usual": false })));
    let extension = json!({ "ramal": "2109", "server": "127.0.0.1:5999", "profile": "matriz", "password": "s3gredo" });
    assert_eq!(ana.post("/extensions", &extension).status, 201);
    let used = ana.send("DELETE", "/settings/profile.matriz", None);
    assert_eq!((used.status, used.code()), (409, "in-use".to_owned()), "{used:?}");
    assert!(used.json()["error"]["text"].as_str().unwrap().contains("extension.2109"), "{used:?}");
    // One that comes with the program is changed and brought back.
    assert_eq!(put(&ana, "profile.asterisk", json!({ "hold_alert": "off" })).status, 200);
    assert_eq!(section(&ana, "profile.matriz").unwrap()["keys"]["hold_alert"]["value"], "off", "it stands on it");
    assert_eq!(ana.send("DELETE", "/settings/profile.asterisk", None).status, 204);
    assert_eq!(section(&ana, "profile.asterisk").unwrap()["keys"]["hold_alert"]["value"], "3m");
    assert_eq!(ana.send("DELETE", "/extensions/2109", None).status, 204);
    assert_eq!(ana.send("DELETE", "/settings/profile.matriz", None).status, 204);
    assert_eq!(section(&ana, "profile.matriz"), None);
    let audit = ana.get("/audit").json().to_string();
    assert!(audit.contains("settings-changed") && audit.contains("profile.matriz"), "{audit}");
    drop(office);
}

#[test]
fn vz_16_a_wrong_value_is_refused_by_its_field_and_what_stands_in_the_file_is_changed_there() {
    let (office, ana) = Office::with("web-settings-wrong", "", "[profile.matriz]\nnat = true");
    let before = ana.get("/settings").json();
    for (name, key, value) in [
        ("alerts", "nobody_after", json!("5 days")),
        ("alerts", "nobody_after", json!("10s")),
        ("alerts", "least_free_mb", json!("much")),
        ("alerts", "nobody", json!("5m")),
        ("profile.asterisk", "hold", json!("loud")),
        ("profile.asterisk", "codecs", json!([])),
        ("profile.asterisk", "session_timer", json!("90ms")),
        ("profile.nova", "base", json!("nobody")),
        ("profile.n%20ova", "name", json!(null)),
    ] {
        let refused = put(&ana, name, json!({ key: value }));
        let error = refused.json()["error"].clone();
        assert_eq!((refused.status, &error["fields"][key]), (422, &json!("invalid")), "{name} {key}: {refused:?}");
        assert!(error["text"].as_str().unwrap().len() > key.len() + 10, "it says what is allowed: {error}");
    }
    for name in ["gate", "daemon", "extension.2107", "registrar.pbx", "web"] {
        assert_eq!(put(&ana, name, json!({})).status, 404, "{name}");
    }
    for method in ["PUT", "DELETE"] {
        let there = ana.send(method, "/settings/profile.matriz", Some(&json!({})));
        assert_eq!((there.status, there.code()), (409, "in-file".to_owned()));
        assert!(there.json()["error"]["text"].as_str().unwrap().contains("ramal.toml:"));
    }
    assert_eq!(ana.get("/settings").json(), before);
    assert!(!office.folder.join("data/administered.toml").exists());
}

/// A WAV file of a tone, mono, 16 bit.
fn wav(hertz: u32, seconds: u32) -> Vec<u8> {
    let samples = hertz * seconds;
    let mut bytes = b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0".to_vec();
    bytes.extend(hertz.to_le_bytes());
    bytes.extend((hertz * 2).to_le_bytes());
    bytes.extend(b"\x02\0\x10\0data");
    bytes.extend((samples * 2).to_le_bytes());
    bytes.extend((0..samples).flat_map(|n| ((n % 40) as i16 * 200).to_le_bytes()));
    let size = u32::try_from(bytes.len()).unwrap() - 8;
    bytes[4..8].copy_from_slice(&size.to_le_bytes());
    bytes
}

fn upload(browser: &Browser, name: &str, kind: &str, bytes: &[u8]) -> Answer {
    let headers = [
        ("Host", browser.address.to_string()),
        ("Origin", format!("http://{}", browser.address)),
        ("Cookie", browser.cookie.clone().unwrap_or_default()),
        ("Content-Type", kind.to_owned()),
    ];
    let headers = headers.map(|(name, value)| (name.to_owned(), value));
    browser.raw("PUT", &format!("/api/v1/sounds/{name}"), &headers, bytes)
}

#[test]
fn vz_16_a_sound_is_heard_replaced_and_brought_back() {
    let (office, ana) = Office::new("web-sounds");
    let own = ana.get("/sounds/music");
    assert_eq!((own.status, own.header("content-type"), &own.body[..4]), (200, Some("audio/wav"), &b"RIFF"[..]));
    // More than other requests may send.
    let mine = wav(48_000, 6);
    let replaced = upload(&ana, "music", "audio/wav", &mine);
    let shape = json!({ "sound": "music", "from": "desktop", "replaces": true, "seconds": 6.0 });
    assert_eq!((replaced.status, replaced.json()), (200, shape), "{replaced:?}");
    assert_ne!(ana.get("/sounds/music").body, own.body);
    assert_eq!(upload(&ana, "natal", "audio/wav", &wav(8_000, 1)).status, 200);
    let queue = json!({ "name": "SAC", "number": "600", "music": "natal" });
    assert_eq!(ana.post("/queues", &queue).status, 201, "a new sound is music for a queue at once");
    let used = ana.send("DELETE", "/sounds/natal", None);
    assert_eq!((used.status, used.code()), (409, "in-use".to_owned()), "{used:?}");
    assert_eq!(ana.send("DELETE", "/sounds/music", None).status, 204);
    assert_eq!(ana.get("/sounds/music").body, own.body);
    assert_eq!(ana.send("DELETE", "/sounds/music", None).status, 404, "the program's own stays");
    let audit = ana.get("/audit").json().to_string();
    assert!(audit.contains("sound-replaced") && audit.contains("sound-taken-back"), "{audit}");
    drop(office);
}

#[test]
fn vz_16_what_is_no_sound_is_refused_with_the_reason_and_nobody_else_changes_any() {
    let (office, ana) = Office::new("web-sounds-wrong");
    let before = ana.get("/sounds").json();
    let field = |answer: &Answer, name: &str| answer.json()["error"]["fields"][name].clone();
    for (bytes, wrong) in [(b"ID3 an MP3".to_vec(), "not-wav"), (wav(4_000, 1), "format"), (wav(8_000, 0), "length")] {
        let refused = upload(&ana, "music", "audio/wav", &bytes);
        assert_eq!((refused.status, field(&refused, "file")), (422, json!(wrong)), "{refused:?}");
    }
    let outside = upload(&ana, "..%2F..%2Framal", "audio/wav", &wav(8_000, 1));
    assert_eq!((outside.status, field(&outside, "sound")), (422, json!("invalid")), "{outside:?}");
    assert_eq!(upload(&ana, "music", "text/plain", &wav(8_000, 1)).status, 415);
    let large = upload(&ana, "music", "audio/wav", &vec![0; 20 * 1024 * 1024 + 1]);
    assert_eq!((large.status, large.code()), (413, "too-large".to_owned()));
    let (luana, _) = office.hire(&ana, "luana", json!({}));
    assert_eq!(luana.get("/sounds/music").status, 200, "whoever holds may hear it");
    assert_eq!(upload(&luana, "music", "audio/wav", &wav(8_000, 1)).status, 403);
    assert_eq!(luana.send("DELETE", "/sounds/music", None).status, 403);
    assert_eq!(ana.get("/sounds").json(), before);
}
