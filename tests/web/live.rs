//! The live socket: what it begins with, what follows, who sees what, and where it goes on.

use serde_json::{Value, json};

use crate::office::Office;

#[test]
fn sp_06_a_page_gets_everything_then_news_and_goes_on_from_its_last_number() {
    let (office, ana) = Office::new("web-live");
    let mut page = ana.live().unwrap();
    page.say(&json!({ "since": null }));
    let first = page.line().unwrap();
    assert_eq!(first["snapshot"]["me"]["login"], "ana");
    assert_eq!(first["snapshot"]["accounts"].as_array().unwrap().len(), 3);
    let last = first["seq"].as_u64().unwrap();
    let reason = json!({ "kind": "pause", "name": "Banheiro", "limit_s": 600, "nr17": false });
    assert_eq!(ana.post("/reasons", &reason).status, 201);
    let told = page.until("the list", |line| line["news"]["lists"] == json!(["reasons"]));
    drop(page);
    let mut again = ana.live().unwrap();
    again.say(&json!({ "since": last }));
    let missed = again.until("what was missed", |line| line["news"]["lists"] == json!(["reasons"]));
    assert_eq!(missed, told);
    let mut other = office.browser();
    other.cookie = ana.cookie.clone();
    let mut old = other.live().unwrap();
    old.say(&json!({ "since": 1_000_000_000 }));
    assert!(old.line().unwrap().get("snapshot").is_some(), "a number of another run");
}

#[test]
fn everybody_is_told_of_their_own_things_and_a_supervisor_of_all() {
    let (office, ana) = Office::new("web-audience");
    let (luana, luanas) = office.hire(&ana, "luana", json!({ "ramal": "2107" }));
    let (bia, _) = office.hire(&ana, "bia", json!({ "ramal": "2108" }));
    let (sara, _) = office.hire(&ana, "sara", json!({ "perfil": "2" }));
    let [mut hers, mut bias, mut saras] = [&luana, &bia, &sara].map(|one| {
        let mut page = one.live().unwrap();
        page.say(&json!({ "since": null }));
        assert!(page.line().unwrap().get("snapshot").is_some());
        page
    });
    assert_eq!(luana.post("/agent/sign-in", &json!({ "device": null })).status, 204);
    let own = |line: &Value| {
        line["news"]["agent"]["user"] == json!(luanas) && line["news"]["agent"]["state"]["kind"] == "ready"
    };
    hers.until("her own state", own);
    saras.until("an agent's state", own);
    // Bia hears of herself next, and of nobody else before.
    assert_eq!(bia.post("/agent/sign-in", &json!({ "device": null })).status, 204);
    let next = bias.until("a state", |line| line["news"].get("agent").is_some());
    assert_eq!(next["news"]["agent"]["name"], "bia");
}

#[test]
fn a_changed_perfil_counts_at_once_and_begins_the_page_anew() {
    let (office, ana) = Office::new("web-rights");
    let (luana, id) = office.hire(&ana, "luana", json!({}));
    let mut page = luana.live().unwrap();
    page.say(&json!({ "since": null }));
    assert_eq!(page.line().unwrap()["snapshot"]["me"]["perfil"], "agent");
    assert_eq!(luana.get("/audit").status, 403);
    assert_eq!(ana.send("PATCH", &format!("/users/{id}"), Some(&json!({ "perfil": "4" }))).status, 200);
    let anew = page.until("a new beginning", |line| line.get("snapshot").is_some());
    assert_eq!(anew["snapshot"]["me"]["perfil"], "auditor");
    assert_eq!(luana.get("/audit").status, 200);
    assert_eq!(ana.send("PATCH", &format!("/users/{id}"), Some(&json!({ "name": "Luana Andrade" }))).status, 200);
    page.until("her own name", |line| line["news"]["me"]["name"] == "Luana Andrade");
}
