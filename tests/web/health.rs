//! Who watches over the installation (SP-12): lives it, can it work and why not, figures, and a call's ladder.

use serde_json::{Value, json};

use crate::office::Office;
use crate::support::browser::Answer;
use crate::support::{Browser, LONG, wait_for};

/// As a program asks that is no page: at the root, with these headers besides.
fn ask(browser: &Browser, path: &str, more: &[(&str, &str)]) -> Answer {
    let mut headers = vec![("Host".to_owned(), browser.address.to_string())];
    for (name, value) in more {
        headers.retain(|(own, _)| own != name);
        headers.push(((*name).to_owned(), (*value).to_owned()));
    }
    browser.raw("GET", path, &headers, b"")
}

#[test]
fn sp_12_it_says_that_it_lives_whether_it_is_ready_and_why_not() {
    let (office, ana) = Office::new("web-ready");
    let health = ask(&ana, "/health", &[]);
    assert_eq!((health.status, health.json()), (200, json!({ "status": "ok" })));
    let ready = wait_for(LONG, "the extensions to be registered", || {
        Some(ask(&ana, "/ready", &[])).filter(|answer| answer.status == 200)
    });
    assert_eq!(ready.json(), json!({ "ready": true, "reasons": [] }));
    // A call keeps the drain waiting.
    let (luana, _) = office.hire(&ana, "luana", json!({ "ramal": "2107" }));
    assert_eq!(luana.post("/calls", &json!({ "number": "1999", "route": "carrier" })).status, 201);
    office.daemon.drain();
    let not = wait_for(LONG, "the drain", || Some(ask(&ana, "/ready", &[])).filter(|answer| answer.status == 503));
    assert_eq!(not.json()["reasons"][0], json!({ "reason": "draining" }));
    assert_eq!(ask(&ana, "/health", &[]).status, 200, "it lives until it ends");
}

#[test]
fn sp_12_figures_are_for_programs_here_and_for_tokens_with_the_scope() {
    let (office, ana) = Office::with("web-metrics", "hosts = [\"desk.example\"]", "");
    let (luana, _) = office.hire(&ana, "luana", json!({ "ramal": "2107" }));
    assert_eq!(luana.post("/calls", &json!({ "number": "1999", "route": "carrier" })).status, 201);
    let sheet = wait_for(LONG, "the call in the figures", || {
        let answer = ask(&office.browser(), "/metrics", &[]);
        let text = String::from_utf8(answer.body).unwrap();
        Some(text).filter(|text| text.contains("ramal_calls{state=\"ringing\"} 1\n"))
    });
    assert!(sheet.contains("\nramal_calls_total 1\n") && sheet.contains("\nramal_store_up 1\n"), "{sheet}");
    assert!(sheet.contains("ramal_registrar_up{registrar=") && !sheet.contains("1999"), "no numbers: {sheet}");

    // Through a proxy on this machine: under the name that people type.
    let host = format!("desk.example:{}", ana.address.port());
    let token = |scopes: Value| {
        let made = ana.post("/session/tokens", &json!({ "name": "Prometheus", "scopes": scopes, "until": null }));
        format!("Bearer {}", made.json()["secret"].as_str().unwrap())
    };
    let (wide, narrow) = (token(json!(["settings"])), token(json!(["calls"])));
    for path in ["/metrics", "/ready"] {
        let status = |proof: &str| ask(&office.browser(), path, &[("Host", &host), ("Authorization", proof)]).status;
        assert_eq!(ask(&office.browser(), path, &[("Host", &host)]).status, 401, "{path}");
        assert_eq!((status(&wide), status(&narrow)), (200, 403), "{path}");
    }
    assert_eq!(ask(&office.browser(), "/health", &[("Host", &host)]).status, 200);
}

#[test]
fn sp_12_the_ladder_of_a_call_is_drawn_for_who_administers_and_nobody_else() {
    let (office, ana) = Office::new("web-ladder");
    let (luana, _) = office.hire(&ana, "luana", json!({ "ramal": "2107" }));
    let call = luana.post("/calls", &json!({ "number": "1999", "route": "carrier" })).json()["call"].clone();
    let path = format!("/calls/{}/trace", call.as_str().unwrap());
    let trace = wait_for(LONG, "the far end's answer in the trace", || {
        let trace = ana.get(&path).json();
        Some(trace).filter(|trace| trace["messages"].as_array().is_some_and(|all| all.len() > 1))
    });
    assert!(trace["messages"][0]["line"].as_str().unwrap().starts_with("INVITE sip:1999@"), "{trace}");
    assert_eq!((&trace["messages"][0]["sent"], &trace["messages"][1]["sent"]), (&json!(true), &json!(false)));
    assert_eq!(trace["messages"][1]["line"], "SIP/2.0 180 Ringing");
    assert!(trace["ladder"].as_str().unwrap().contains("INVITE"), "{trace}");
    assert_eq!(luana.get(&path).status, 404, "it is her call, and not hers to administer");
    assert_eq!(ana.get("/calls/1/trace").status, 404);
}
