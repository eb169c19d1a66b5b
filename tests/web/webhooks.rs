//! Messages of appointments handed to a gateway over HTTP: signed, tried again by the same key, a person's when refused (AG-06).

use std::path::Path;

use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};

use crate::gateway::Gateway;
use crate::office::Office;
use crate::support::{Browser, Daemon, Folder, LONG, wait_for};

/// Ana makes an appointment that sends a message by the gateway `hook`; two seconds from now.
fn appoint(ana: &Browser, hook: &str) -> Value {
    let department = ana.post("/departments", &json!({ "name": "Suporte" })).json()["id"].clone();
    let contact = ana.post("/contacts", &json!({ "name": "Dona Maria", "phones": ["1999"] })).json()["contact"].clone();
    let when = (Utc::now() + TimeDelta::seconds(2)).naive_utc().format("%Y-%m-%dT%H:%M:%S").to_string();
    let message = json!({ "channel": "webhook", "hook": hook, "to": "1999", "text": "Até amanhã" });
    let form = json!({ "action": "open-case", "contact": contact, "department": department, "agent": null,
        "comment": "Confirmar a visita", "message": message, "zone": "UTC", "when": when });
    let made = ana.post("/appointments", &form);
    assert_eq!((made.status, &made.json()["message"]), (201, &message), "{made:?}");
    made.json()["appointment"].clone()
}

/// The message in the outbox, once it is in this state.
fn letter(ana: &Browser, state: &str) -> Value {
    wait_for(LONG, state, || {
        let rows = ana.get("/outbox?state=all").json()["rows"].clone();
        Some(rows[0].clone()).filter(|row| row["state"] == state)
    })
}

#[test]
fn ag_06_a_message_is_signed_and_handed_over_again_by_the_same_key_until_it_is_taken() {
    let gateway = Gateway::start();
    let (office, ana) = Office::with("web-posted", "", &gateway.section("whatsapp", ""));
    assert_eq!(ana.get("/gateways").json(), json!([{ "name": "whatsapp" }]));
    let appointment = appoint(&ana, "whatsapp");
    let first = gateway.asked("the message");
    assert!(first.head.starts_with("POST /messages?token=hush HTTP/1.1\r\n"), "{}", first.head);
    assert!(first.is_signed() && first.header("Content-Type") == "application/json", "{first:?}");
    let age = Utc::now().timestamp() - first.header("Ramal-Timestamp").parse::<i64>().unwrap();
    assert!((0..30).contains(&age), "{age}");
    let said = first.json();
    assert_eq!([&said["number"], &said["text"]], [&json!("1999"), &json!("Até amanhã")]);
    assert_eq!(said["appointment"], appointment);
    let (key, body) = (first.header("Idempotency-Key").to_owned(), first.body.clone());
    first.answer("503 Service Unavailable\r\nRetry-After: 1");
    let waiting = letter(&ana, "queued");
    assert_eq!((&waiting["tries"], &waiting["why"]), (&json!(1), &json!("the gateway answered 503")));
    let second = gateway.asked("the message again");
    assert_eq!((second.header("Idempotency-Key"), &second.body, second.is_signed()), (&*key, &body, true));
    second.answer("202 Accepted");
    assert_eq!((&letter(&ana, "done")["tries"], &said["id"]), (&json!(2), &waiting["item"]));
    let log = office.daemon.log();
    assert!(!log.contains("hush") && !log.contains("only the two of us"), "{log}");
}

#[test]
fn ag_06_what_a_gateway_refuses_is_tried_again_when_a_person_says_so() {
    let gateway = Gateway::start();
    let (_office, ana) = Office::with("web-post-refused", "", &gateway.section("sms", ""));
    appoint(&ana, "sms");
    let first = gateway.asked("the message");
    let key = first.header("Idempotency-Key").to_owned();
    first.answer("400 Bad Request");
    let dead = letter(&ana, "dead");
    assert_eq!((&dead["dead"], &dead["why"]), (&json!("refused"), &json!("the gateway answered 400")));
    let path = format!("/outbox/{}/retry", dead["item"].as_str().unwrap());
    assert_eq!(ana.post(&path, &json!({ "version": dead["version"] })).status, 204);
    let second = gateway.asked("the message again");
    assert_eq!(second.header("Idempotency-Key"), key);
    // Whoever is pointed elsewhere does not go there.
    second.answer("302 Found\r\nLocation: http://127.0.0.1:1/");
    let dead = letter(&ana, "dead");
    assert!(dead["why"].as_str().unwrap().contains("302"), "{dead}");
}

#[test]
fn ag_06_killed_while_the_gateway_thinks_the_daemon_hands_it_over_again_by_the_same_key() {
    let gateway = Gateway::start();
    let (mut office, ana) = Office::with("web-post-killed", "", &gateway.section("sms", ""));
    appoint(&ana, "sms");
    let first = gateway.asked("the message");
    office.daemon.kill9();
    office.daemon = Daemon::start_again(office.folder.path(), &[]);
    let second = gateway.asked("the message again");
    assert_eq!(second.header("Idempotency-Key"), first.header("Idempotency-Key"));
    assert_eq!((&second.body, second.is_signed()), (&first.body, true));
    second.answer("200 OK");
    letter(&ana, "done");
}

#[test]
fn ag_06_by_tls_only_the_authority_that_is_named_is_believed_and_another_one_after_a_reload() {
    let folder = Folder::new("web-post-authorities");
    let (own, other) = (folder.join("own.pem"), folder.join("other.pem"));
    let (gateway, _stranger) = (Gateway::with_tls(&own), Gateway::with_tls(&other));
    let trusts = |file: &Path| gateway.section("sms", &format!("ca_file = \"{}\"", file.display()));
    let (office, ana) = Office::with("web-post-tls", "", &trusts(&other));
    appoint(&ana, "sms");
    gateway.turned_away();
    let waiting = letter(&ana, "queued");
    assert!(waiting["why"].as_str().unwrap().starts_with("no secure connection to the gateway"), "{waiting}");
    let config = office.folder.join("ramal.toml");
    let text = std::fs::read_to_string(&config).unwrap();
    std::fs::write(&config, text.replace(&trusts(&other), &trusts(&own))).unwrap();
    office.daemon.reload();
    let asked = gateway.asked("the message by TLS");
    assert!(asked.is_signed());
    asked.answer("200 OK");
    letter(&ana, "done");
}
