//! What became of each lead that a campaign called, told to the customer's own systems over HTTP (GN-14, docs/webhooks.md).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering;

use serde_json::{Map, Value, json};

use crate::floor::{Floor, Plan, at_work};
use crate::gateway::Gateway;
use crate::office::Office;
use crate::support::market::{Habits, Market};
use crate::support::{Browser, Folder, Host, LONG, wait_for};

/// A progressive campaign that tells the gateway `crm`; so many leads.
fn floor(name: &str, market: &Market, gateway: &str, leads: u32, more: Value) -> Floor {
    let pbx = format!("host = \"{}\"", market.sip());
    let agents = (2_000..2_004).map(|number| (number, "x".to_owned())).collect();
    let mut terms = json!({ "mode": "progressive", "webhook": "crm" });
    more.as_object().into_iter().flatten().for_each(|(name, value)| terms[name] = value.clone());
    let trunk = "user = \"tronco\"\nsecret = \"x\"\ncalls_at_once = 40\ncalls_per_minute = 60000";
    let plan = Plan { pbx: &pbx, trunk, gate: gateway, agents, leads: (leads, 1190), terms, lines: 10, starts: 5 };
    let floor = Floor::new(Folder::new(name), &plan);
    floor.registered();
    floor
}

/// The next event that the gateway is told; it takes it.
fn told(gateway: &Gateway) -> (String, Value) {
    let asked = gateway.asked("an event");
    assert!(asked.is_signed(), "{asked:?}");
    let key = asked.header("Idempotency-Key").to_owned();
    let event = asked.json()["event"].clone();
    assert_eq!(event["event"], "lead", "{event}");
    asked.answer("204 No Content");
    (key, event)
}

/// What there is to be told, each as it was heard of last, until it is `enough`.
fn heard(ana: &Browser, enough: impl Fn(&BTreeMap<String, Value>) -> bool) -> BTreeMap<String, Value> {
    let mut page = ana.live().unwrap();
    page.say(&json!({ "since": null }));
    let mut letters = BTreeMap::new();
    while !enough(&letters) {
        let line = page.line().unwrap_or_else(|| panic!("closed after {letters:?}"));
        let letter = &line["news"]["outbox"];
        if let Some(item) = letter["item"].as_str() {
            letters.insert(item.to_owned(), letter.clone());
        }
    }
    letters
}

/// So many letters there are and no more, and each was handed over.
fn all_done(ana: &Browser, count: usize) {
    let rows = wait_for(LONG, "every event to be there", || {
        // Nobody may ask for much at once.
        let answer = Some(ana.get("/outbox?state=all")).filter(|answer| answer.status == 200)?;
        let rows = answer.json()["rows"].as_array().cloned()?;
        rows.iter().all(|letter| letter["state"] == "done").then_some(rows)
    });
    assert_eq!(rows.len(), count, "{rows:?}");
}

#[test]
fn gn_14_a_gateway_is_told_of_each_lead_that_was_called_once_and_signed() {
    let (market, gateway) = (Market::open(Habits { answers: 0.6, hurry: 20, seed: 3 }), Gateway::start());
    let floor = floor("web-told", &market, &gateway.section("crm", ""), 6, json!({}));
    let all: Vec<(String, Value)> = at_work(&floor.agents, &floor.campaign, |stop| {
        let all = (0..floor.leads).map(|_| told(&gateway)).collect();
        stop.store(true, Ordering::Relaxed);
        // Something for the agents' pages to see.
        floor.steer("stop");
        all
    });
    let keys: BTreeSet<&String> = all.iter().map(|(key, _)| key).collect();
    let leads: BTreeSet<&str> = all.iter().filter_map(|(_, event)| event["lead"]["id"].as_str()).collect();
    assert_eq!((keys.len(), leads.len()), (all.len(), all.len()), "each once: {all:?}");
    let mut results: BTreeMap<String, u64> = BTreeMap::new();
    for (key, event) in &all {
        let (lead, attempts) = (&event["lead"], event["attempts"].as_array().unwrap());
        assert!(key.starts_with(&format!("lead-{}-", lead["id"].as_str().unwrap())), "{key}");
        assert_eq!((&event["campaign"]["id"], &lead["list"]), (&json!(floor.campaign), &json!(floor.list)));
        assert!(lead["fields"]["Plano"].is_string() && attempts.len() == 1, "{event}");
        let result = attempts[0]["result"].as_str().unwrap();
        assert!(event["agent"]["name"].is_string() && event["agent"]["id"] == attempts[0]["agent"], "{event}");
        *results.entry(result.to_owned()).or_default() += 1;
    }
    assert!(results.contains_key("connected") && results.len() > 1, "{results:?}");
    assert_eq!(floor.results(), results, "what is told is what is counted");
    all_done(&floor.ana, all.len());
    market.go_home();
}

#[test]
fn gn_14_what_a_gateway_missed_while_it_was_away_it_is_told_later_of_each_lead_in_its_order() {
    let (market, host) = (Market::open(Habits { answers: 1.0, hurry: 100, seed: 3 }), Host::claim());
    let address = host.at(8_081);
    // It leaves at once: only its address is needed.
    let section = Gateway::at(address).section("crm", "");
    let again = json!({ "kind": "again", "after_minutes": 0, "turn": "same" });
    let results: Map<String, Value> =
        ["connected", "busy", "no-answer"].map(|result| (result.to_owned(), again.clone())).into_iter().collect();
    let limits = json!([{ "of": "lead", "within": "ever", "most": 2 }]);
    let twice = json!({ "retry": { "results": results, "dispositions": {}, "limits": limits } });
    let floor = floor("web-told-later", &market, &section, 3, twice);
    at_work(&floor.agents, &floor.campaign, |stop| {
        let waiting =
            heard(&floor.ana, |all| all.len() == 6 && all.values().filter(|letter| letter["tries"] != 0).count() >= 3);
        stop.store(true, Ordering::Relaxed);
        floor.steer("stop");
        let waits = |letter: &Value| ["queued", "trying"].contains(&letter["state"].as_str().unwrap());
        assert!(waiting.values().all(waits), "{waiting:?}");
    });
    let gateway = Gateway::at(address);
    let mut states: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for _ in 0..6 {
        let (_, event) = told(&gateway);
        let lead = event["lead"]["id"].as_str().unwrap().to_owned();
        states.entry(lead).or_default().push(json!([event["state"], event["why"]]));
    }
    let in_order = vec![json!(["waiting", null]), json!(["exhausted", "lead-limit"])];
    assert!(states.len() == 3 && states.values().all(|of| *of == in_order), "{states:?}");
    all_done(&floor.ana, 6);
    market.go_home();
}

#[test]
fn gn_14_a_campaign_tells_only_gateways_that_are_configured_and_no_more_is_refused_by_name() {
    let section = Gateway::start().section("crm", "");
    let (office, ana) = Office::with("web-told-whom", "", &section);
    let permissions = json!({ "name": "Campanhas", "permissions": ["administration"] });
    let perfil = ana.post("/perfis", &permissions).json()["perfil"].clone();
    let (rui, _) = office.hire(&ana, "rui", json!({ "perfil": perfil }));
    assert_eq!(rui.get("/gateways").json(), json!([{ "name": "crm" }]), "to choose from, without appointments");
    assert_eq!(rui.get("/outbox").status, 403);
    let made = ana.post("/campaigns", &json!({ "name": "Renova", "webhook": "crm" }));
    assert_eq!((made.status, &made.json()["webhook"]), (201, &json!("crm")), "{made:?}");
    let path = format!("/campaigns/{}", made.json()["campaign"].as_str().unwrap());
    let edit = |fields: Value| ana.send("PATCH", &path, Some(&fields));
    let unknown = edit(json!({ "webhook": "erp" })).json()["error"].clone();
    assert_eq!((&unknown["field"], &unknown["fields"]["webhook"]), (&json!("webhook"), &json!("invalid")));
    assert!(unknown["text"].as_str().unwrap().contains("[webhook.erp]"), "{unknown}");
    let config = office.folder.join("ramal.toml");
    let text = std::fs::read_to_string(&config).unwrap();
    std::fs::write(&config, text.replace(&section, "")).unwrap();
    office.daemon.reload();
    wait_for(LONG, "the gateway to be gone", || (ana.get("/gateways").json() == json!([])).then_some(()));
    let gone = edit(json!({ "script": "Bom dia!" }));
    assert_eq!(gone.status, 422, "{gone:?}");
    assert!(gone.json()["error"]["text"].as_str().unwrap().contains("crm"), "{gone:?}");
    let freed = edit(json!({ "webhook": null, "script": "Bom dia!" }));
    assert_eq!((freed.status, &freed.json()["webhook"]), (200, &Value::Null), "{freed:?}");
}
