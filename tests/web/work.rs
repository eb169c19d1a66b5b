//! A day's work over the API: lists, agents, calls, history.

use serde_json::json;

use crate::office::Office;
use crate::support::{LONG, wait_for};

#[test]
fn vz_13_people_queues_and_ramais_are_put_together_and_taken_apart() {
    let (office, ana) = Office::new("web-lists");
    let (_, luana) = office.hire(&ana, "luana", json!({}));
    let queue = json!({ "name": "SAC", "number": "600", "wrap_up_s": 30, "members": [luana] });
    let made = ana.post("/queues", &queue);
    assert_eq!((made.status, made.json()["members"].clone()), (201, json!([luana])));
    let id = made.json()["queue"].as_str().unwrap().to_owned();
    let user = ana.send("PATCH", &format!("/users/{luana}"), Some(&json!({ "ramal": "2107" }))).json();
    assert_eq!((&user["ramal"], &user["queues"], &user["login"]), (&json!("2107"), &json!([id]), &json!("luana")));
    let taken = ana.post("/users", &json!({ "login": "bia", "name": "Bia", "perfil": "1", "ramal": "2107" }));
    assert_eq!((taken.status, taken.json()["error"]["fields"]["ramal"].clone()), (422, json!("invalid")));
    let again = ana.post("/users", &json!({ "login": "LUANA", "name": "Bia", "perfil": "1" }));
    assert_eq!(again.json()["error"]["fields"]["login"], json!("taken"));
    let emptied = ana.send("PATCH", &format!("/queues/{id}"), Some(&json!({ "members": [] }))).json();
    assert_eq!(emptied["members"], json!([]));
    assert_eq!(ana.send("DELETE", &format!("/queues/{id}"), None).status, 204);
    assert_eq!(ana.send("DELETE", &format!("/queues/{id}"), None).status, 404);
    let perfil = ana.post("/perfis", &json!({ "name": "Retenção", "permissions": ["calls", "history.see-all"] }));
    assert_eq!(perfil.status, 201, "{perfil:?}");
    assert_eq!(ana.send("PATCH", "/perfis/1", Some(&json!({ "name": "x" }))).status, 422, "it is built in");
    let last = ana.send("DELETE", &format!("/users/{}", ana.get("/session").json()["user"].as_str().unwrap()), None);
    assert_eq!(last.status, 422, "the last administrator stays");
}

#[test]
fn vz_14_an_agent_signs_in_pauses_and_a_supervisor_says_why_the_state_was_changed() {
    let (office, ana) = Office::new("web-agent");
    let (luana, id) = office.hire(&ana, "luana", json!({ "ramal": "2107" }));
    let reason = ana.post("/reasons", &json!({ "name": "Banheiro", "limit_s": 600 })).json()["reason"].clone();
    let mut page = luana.live().unwrap();
    page.say(&json!({ "since": null }));
    page.line().unwrap();
    for (path, body) in [
        ("/agent/sign-in", json!({ "device": null })),
        ("/agent/pause", json!({ "reason": reason })),
        ("/agent/ready", json!({})),
    ] {
        assert_eq!(luana.post(path, &body).status, 204, "{path}");
    }
    let paused = page.until("the pause", |line| line["news"]["agent"]["state"]["kind"] == "paused");
    assert_eq!(paused["news"]["agent"]["state"]["reason"], reason);
    assert!(paused["news"]["agent"]["state"]["until"].is_string());
    let (sara, _) = office.hire(&ana, "sara", json!({ "perfil": "2" }));
    let path = format!("/agents/{id}/state");
    assert_eq!(sara.post(&path, &json!({ "choose": "offline", "why": " " })).status, 422);
    assert_eq!(sara.post(&path, &json!({ "choose": "offline", "why": "went home" })).status, 204);
    page.until("the end", |line| line["news"]["agent"]["state"]["kind"] == "offline");
    let log = ana.get("/audit").json();
    assert_eq!((&log[0]["action"], &log[0]["detail"]["why"]), (&json!("state-changed"), &json!("went home")));
}

#[test]
fn a_call_is_dialled_once_however_often_it_is_asked_and_told_and_kept() {
    let (office, ana) = Office::new("web-calls");
    let (mut luana, _) = office.hire(&ana, "luana", json!({ "ramal": "2107" }));
    let mut page = luana.live().unwrap();
    page.say(&json!({ "since": null }));
    page.line().unwrap();
    luana.headers = vec![("Idempotency-Key".to_owned(), "once".to_owned())];
    let [first, second] = [(), ()].map(|()| luana.post("/calls", &json!({ "number": "1999", "route": "carrier" })));
    assert_eq!((first.status, &first.body), (201, &second.body), "{first:?}");
    let call = first.json()["call"].clone();
    let (mut other, _) = office.hire(&ana, "bia", json!({ "ramal": "2108" }));
    other.headers = luana.headers.clone();
    let others = other.post("/calls", &json!({ "number": "1999", "route": "carrier" }));
    assert_ne!(others.json()["call"], call, "a key is its person's own");
    luana.headers.clear();
    let told = page.until("the call", |line| line["news"]["call"]["call"] == call);
    assert_eq!((&told["news"]["call"]["contact"], &told["news"]["call"]["case"]), (&json!(null), &json!(null)));
    let path = format!("/calls/{}", call.as_str().unwrap());
    assert_eq!(luana.post(&format!("{path}/dtmf"), &json!({})).json()["error"]["fields"]["digits"], "missing");
    assert_eq!(luana.post(&format!("{path}/hold"), &json!({})).code(), "wrong-state");
    assert_eq!(luana.send("POST", &format!("{path}/hangup"), None).status, 204);
    page.until("its end", |line| line["news"]["call-ended"]["call"] == call);
    let kept = wait_for(LONG, "its row", || {
        let history = luana.get("/history?number=1999").json();
        Some(history["rows"][0].clone()).filter(|row| row["cause"]["kind"].is_string())
    });
    assert_eq!(kept["call"], call);
    assert!(!luana.get(&format!("{path}/story")).json().as_array().unwrap().is_empty());
    assert_eq!(luana.get("/history.csv").status, 403);
    let table = ana.get("/history.csv");
    let text = String::from_utf8(table.body.clone()).unwrap();
    assert!(text.starts_with("started,protocolo,") && text.contains("1999"), "{text}");
    assert_eq!(
        luana.get("/directory?q=bi").json(),
        json!([{ "kind": "ramal", "number": "2108", "name": "bia", "state": "unknown" }])
    );
    let refused = luana.post("/calls", &json!({ "number": "190x", "route": "carrier" }));
    assert_eq!((refused.status, refused.code().as_str()), (422, "gate"), "{refused:?}");
    assert_eq!(refused.json()["error"]["rule"], "grammar");
}
