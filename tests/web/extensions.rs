//! Extensions administered over the API: kept, put in force at once, tried out before; passwords go in and never come out.

use std::os::unix::fs::PermissionsExt;

use serde_json::{Value, json};

use crate::exchange;
use crate::office::Office;
use crate::support::peers::{Asterisk, Options};
use crate::support::{Browser, Daemon, LONG, wait_for, when};

fn extension(number: &str, server: impl ToString) -> Value {
    json!({ "ramal": number, "server": server.to_string(), "profile": "asterisk", "password": "s3gredo", "name": "Bia" })
}

fn row(browser: &Browser, number: &str) -> Option<Value> {
    browser.get("/extensions").json().as_array().unwrap().iter().find(|row| row["account"] == number).cloned()
}

fn wait_registered(browser: &Browser, number: &str) {
    wait_for(LONG, "the extension to register", || {
        when(row(browser, number)?["registration"]["state"] == "registered")
    });
}

#[test]
fn vz_12_an_extension_is_created_edited_and_removed_while_the_daemon_runs() {
    let (mut office, ana) = Office::new("web-extensions");
    let pbx = exchange::answer(office.host.address());
    let made = ana.post("/extensions", &extension("2109", pbx));
    assert_eq!(made.status, 201, "{made:?}");
    assert_eq!((&made.json()["administered"], &made.json()["name"]), (&json!(true), &json!("Bia")));
    wait_registered(&ana, "2109");
    let edited = ana.send("PATCH", "/extensions/2109", Some(&json!({ "name": "Luana" })));
    assert_eq!((edited.status, edited.json()["name"].clone()), (200, json!("Luana")), "{edited:?}");

    let kept = office.folder.join("data/administered.toml");
    assert_eq!(std::fs::metadata(&kept).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(std::fs::read_to_string(&kept).unwrap().contains("s3gredo"));
    let said = format!("{:?}{:?}{}", ana.get("/extensions"), ana.get("/audit"), office.daemon.log());
    assert!(!said.contains("s3gredo"), "a password comes out");

    // They are there after a restart; it takes the file along.
    let mut again = office.browser();
    assert!(office.daemon.term(LONG).success());
    office.daemon = Daemon::start_again(office.folder.path(), &[]);
    assert_eq!(again.sign_in("ana", crate::office::PASSWORD).status, 200);
    wait_registered(&again, "2109");
    assert_eq!(again.send("DELETE", "/extensions/2109", None).status, 204);
    assert_eq!(row(&again, "2109"), None);
    assert_eq!(again.send("DELETE", "/extensions/2109", None).status, 404);
}

/// As administered; registrations come and go.
fn settings(browser: &Browser) -> Value {
    let mut rows = browser.get("/extensions").json();
    for row in rows.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
        row.remove("registration");
    }
    rows
}

#[test]
fn vz_12_what_is_wrong_is_refused_by_its_field_and_changes_nothing() {
    let (office, ana) = Office::new("web-extensions-wrong");
    let before = settings(&ana);
    let with = |field: &str, value: &str| {
        let mut fields = extension("2109", "127.0.0.1:5999");
        fields[field] = json!(value);
        fields
    };
    for (field, value, wrong) in [
        ("ramal", "21 09", "invalid"),
        ("ramal", "2107", "taken"),
        ("ramal", "", "missing"),
        ("server", "a b", "invalid"),
        ("server", "", "missing"),
        ("transport", "tls", "invalid"),
        ("profile", "pabx", "invalid"),
        ("password", "", "missing"),
        ("name", "a\nb", "invalid"),
    ] {
        let refused = ana.post("/extensions", &with(field, value));
        let said = refused.json()["error"]["fields"][field].clone();
        assert_eq!((refused.status, said), (422, json!(wrong)), "{field} = {value:?}: {refused:?}");
    }
    assert_eq!(settings(&ana), before);
    assert!(!office.folder.join("data/administered.toml").exists());

    let of_the_file = ana.send("PATCH", "/extensions/2107", Some(&json!({ "name": "Bia" })));
    assert_eq!((of_the_file.status, of_the_file.code()), (409, "in-file".to_owned()));
    assert!(row(&ana, "2107").unwrap()["place"].as_str().unwrap().contains("ramal.toml:"));

    assert_eq!(ana.post("/extensions", &extension("2109", "127.0.0.1:5999")).status, 201);
    let moved = ana.send("PATCH", "/extensions/2109", Some(&json!({ "server": "127.0.0.1:5998" })));
    assert_eq!(moved.json()["error"]["fields"]["password"], "missing", "a kept password goes to no other server");
    let tried = ana.post("/extensions/test", &json!({ "account": "2109", "server": "127.0.0.1:5998" }));
    assert_eq!(tried.json()["error"]["fields"]["password"], "missing");

    // The person whose ramal it is keeps it.
    office.hire(&ana, "bia", json!({ "ramal": "2109" }));
    let used = ana.send("DELETE", "/extensions/2109", None);
    assert_eq!((used.status, used.code()), (409, "in-use".to_owned()));
}

#[test]
fn vz_12_an_extension_in_both_files_is_refused_naming_both_places() {
    let (office, ana) = Office::new("web-extensions-twice");
    assert_eq!(ana.post("/extensions", &extension("2109", "127.0.0.1:5999")).status, 201);
    let file = office.folder.join("ramal.toml");
    let toml = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, format!("{toml}\n[extension.2109]\nsecret = \"x\"\n")).unwrap();
    let refused = ana.post("/extensions", &extension("2110", "127.0.0.1:5999"));
    assert_eq!((refused.status, refused.code()), (409, "configuration".to_owned()));
    let text = refused.json()["error"]["text"].as_str().unwrap().to_owned();
    assert!(text.contains("ramal.toml:") && text.contains("administered.toml:"), "{text}");
}

#[test]
fn vz_12_a_csv_file_is_looked_at_first_and_kept_whole_or_not_at_all() {
    let (office, ana) = Office::new("web-extensions-csv");
    let import = |csv: &str, apply: bool| {
        let answer = ana.post("/extensions/import", &json!({ "csv": csv, "server": "127.0.0.1:5999", "apply": apply }));
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()
    };
    let csv = "Ramal;Senha;Nome;CEP\n2110;a1;Bia;\n2110;a2;Lu;\n2107;a3;;\n2 1;a4;;\n2112;;;\n2113;a5\n2114;a6;Zé;\n";
    for apply in [false, true] {
        let report = import(csv, apply);
        let bad: Vec<_> = report["bad"].as_array().unwrap().iter().map(|bad| bad["line"].as_u64().unwrap()).collect();
        assert_eq!(bad, [3, 4, 5, 6, 7], "{report}");
        let codes: Vec<_> = report["bad"].as_array().unwrap().iter().map(|bad| bad["code"].clone()).collect();
        assert_eq!(codes, ["twice", "in-file", "invalid", "missing", "cells"]);
        assert_eq!((&report["lines"], &report["applied"]), (&json!(7), &json!(false)));
        assert_eq!(report["columns"][3], json!({ "column": "CEP", "read_as": null }));
    }
    assert_eq!(row(&ana, "2110"), None, "nothing was kept");
    let good = "Ramal;Senha;Nome\n2110;a1;Bia\n2114;a6;Zé\n";
    assert_eq!(import(good, false)["created"], 2);
    assert_eq!(import(good, true)["applied"], true);
    assert_eq!(row(&ana, "2114").unwrap()["name"], "Zé");
    let report = import("extension,name\n2114,José\n", true);
    assert_eq!((&report["changed"], &report["created"]), (&json!(1), &json!(0)), "{report}");
    assert_eq!(row(&ana, "2114").unwrap()["name"], "José");
    let headless = ana.post("/extensions/import", &json!({ "csv": "2110,a1\n", "apply": true }));
    assert_eq!(headless.json()["error"]["fields"]["csv"], "invalid");
    drop(office);
}

/// The codes of the steps, by name.
fn tried(ana: &Browser, fields: &Value) -> Vec<(String, String)> {
    let answer = ana.post("/extensions/test", fields);
    assert_eq!(answer.status, 200, "{answer:?}");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let steps = answer.json()["steps"].as_array().unwrap().clone();
    steps.iter().map(|step| (text(&step["step"]), text(&step["code"]))).collect()
}

#[test]
fn vz_12_a_connection_is_tested_against_asterisk() {
    let asterisk = Asterisk::start(Options::default());
    let (_office, ana) = Office::new("web-extensions-asterisk");
    let with = |number: &str, password: &str, server: String, transport: &str| json!({ "ramal": number, "password": password, "server": server, "transport": transport, "profile": "asterisk" });
    let (at, right) = (asterisk.sip().to_string(), Asterisk::password(1001));
    let last = |fields: &Value| tried(&ana, fields).last().cloned().unwrap();
    let met = |step: &str, code: &str| (step.to_owned(), code.to_owned());
    for transport in ["udp", "tcp"] {
        let steps = tried(&ana, &with("1001", &right, at.clone(), transport));
        assert_eq!(steps, [met("connect", "ok"), met("options", "ok"), met("register", "ok")], "{transport}");
        wait_for(LONG, "its contact to be gone", || when(!asterisk.registered().contains(&1001)));
    }
    assert_eq!(last(&with("1001", "errada", at.clone(), "udp")), met("register", "not-accepted"));
    // Asterisk does not tell who is unknown, so that nobody can list its extensions.
    assert_eq!(last(&with("7777", &right, at.clone(), "udp")), met("register", "not-accepted"));
    let dead = format!("{}:{}", asterisk.sip().ip(), 5_999);
    assert_eq!(last(&with("1001", &right, dead.clone(), "udp")), met("connect", "not-connected"));
    assert_eq!(last(&with("1001", &right, dead, "tcp")), met("connect", "not-connected"));
    assert_eq!(last(&with("1001", &right, "nobody.invalid".to_owned(), "udp")).0, "resolve");

    // One that is registered stays so, whatever is tried.
    assert_eq!(ana.post("/extensions", &with("1001", &right, at.clone(), "udp")).status, 201);
    wait_registered(&ana, "1001");
    assert_eq!(last(&json!({ "account": "1001" })), met("register", "ok"));
    assert_eq!(last(&json!({ "account": "1001", "password": "errada" })), met("register", "not-accepted"));
    assert_eq!(asterisk.registered(), [1001]);
    assert_eq!(row(&ana, "1001").unwrap()["registration"]["state"], "registered");
}
