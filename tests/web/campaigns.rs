//! Campaigns over the API: administered, steered by supervisors, taken part in by agents.

use serde_json::{Value, json};

use crate::office::Office;
use crate::support::{Answer, Browser, LONG, wait_for};

/// A campaign of these fields; its id.
pub fn campaign(ana: &Browser, name: &str, fields: Value) -> String {
    let mut terms = json!({ "name": name });
    for (field, value) in fields.as_object().into_iter().flatten() {
        terms[field] = value.clone();
    }
    // Nobody may ask for much at once.
    let ask = || Some(ana.post("/campaigns", &terms)).filter(|answer| answer.status != 429);
    let made = wait_for(LONG, "a campaign to be taken", ask);
    assert_eq!(made.status, 201, "{made:?}");
    made.json()["campaign"].as_str().unwrap().to_owned()
}

fn refused(answer: &Answer) -> (u16, String, Value) {
    (answer.status, answer.code(), answer.json()["error"]["field"].clone())
}

#[test]
fn gn_02_a_campaign_is_administered_and_outlives_a_restart_of_the_page() {
    let (office, ana) = Office::new("web-campaign");
    let (luana, _) = office.hire(&ana, "luana", json!({ "ramal": "2107" }));
    let queue = ana.post("/queues", &json!({ "name": "Vendas", "number": "600" })).json()["queue"].clone();
    let sold = ana.post("/dispositions", &json!({ "name": "Vendido" })).json()["disposition"].clone();
    let again = json!({ "kind": "again", "after_minutes": 15, "turn": "same" });
    let retry = json!({ "results": { "busy": again, "machine": { "kind": "finish" } },
        "dispositions": { sold.as_str().unwrap(): { "kind": "finish" } },
        "limits": [{ "of": "number", "within": "week", "most": 3 }, { "of": "lead", "within": "ever", "most": 9 }] });
    let fields = json!({ "mode": "push-preview", "queues": [queue], "retry": retry, "routes": [{ "account": "carrier", "weight": 1 }],
        "caller_ids": ["+5592905007000"], "script": "Bom dia!" });
    let id = campaign(&ana, "Renova Energia", fields);
    let path = format!("/campaigns/{id}");
    let seen = luana.get(&path).json();
    assert_eq!((&seen["retry"], &seen["standing"]), (&retry, &json!("stopped")));
    assert_eq!(luana.get("/campaigns").json(), json!([seen]), "everybody sees which there are");

    let edit = |fields: Value| ana.send("PATCH", &path, Some(&fields));
    let renamed = edit(json!({ "name": "Renova" }));
    assert_eq!((renamed.status, renamed.json()["caller_ids"].clone()), (200, json!(["+5592905007000"])));
    let invalid = |field: &str| (422, "invalid".to_owned(), json!(field));
    assert_eq!(refused(&edit(json!({ "standing": "running" }))), invalid("standing"));
    assert_eq!(refused(&edit(json!({ "lists": ["70"] }))), invalid("lists"), "a list that is not there");
    assert_eq!(refused(&edit(json!({ "queues": ["70"] }))), invalid("queues"));
    assert_eq!(refused(&edit(json!({ "schedule": "70" }))), invalid("schedule"));
    assert_eq!(refused(&edit(json!({ "routes": [{ "account": "none", "weight": 1 }] }))), invalid("routes"));
    let unknown = json!({ "results": {}, "dispositions": { "70": { "kind": "finish" } }, "limits": [] });
    assert_eq!(refused(&edit(json!({ "retry": unknown }))), invalid("retry"));
    assert_eq!(refused(&edit(json!({ "mode": "predictive", "routes": [] }))), invalid("routes"));
    assert_eq!(edit(json!({ "speed": 1 })).status, 400, "a field that is none");
    assert_eq!(luana.send("PATCH", &path, Some(&json!({ "name": "x" }))).status, 403);
    assert_eq!(
        refused(&ana.post("/campaigns", &json!({ "name": "renova" }))),
        (422, "invalid".to_owned(), json!("name"))
    );
    assert_eq!(ana.send("DELETE", &path, None).status, 204);
    assert_eq!(ana.get(&path).status, 404);
}

#[test]
fn gn_01_gn_04_whoever_takes_part_is_seen_and_a_started_campaign_is_told_to_all() {
    let (office, ana) = Office::new("web-steer");
    let (luana, luanas) = office.hire(&ana, "luana", json!({ "ramal": "2107" }));
    let (sara, _) = office.hire(&ana, "sara", json!({ "perfil": "2" }));
    let queue = ana.post("/queues", &json!({ "name": "Vendas", "number": "600" })).json()["queue"].clone();
    let id = campaign(&ana, "Renova Energia", json!({}));
    let others = campaign(&ana, "Cobrança", json!({ "queues": [queue] }));
    let to = |browser: &Browser, campaign: &str, to: &str| {
        browser.post(&format!("/campaigns/{campaign}/steer"), &json!({ "to": to }))
    };
    let part = |campaign: &str, wish: &str| luana.post(&format!("/campaigns/{campaign}/{wish}"), &json!({}));

    let mut page = luana.live().unwrap();
    page.say(&json!({ "since": null }));
    let live = page.line().unwrap()["snapshot"]["campaigns"].clone();
    assert_eq!(live.as_array().unwrap().len(), 2, "{live}");
    assert_eq!(refused(&part(&id, "join")), (409, "not-running".to_owned(), Value::Null));
    assert_eq!(to(&luana, &id, "start").status, 403, "a supervisor's");
    assert_eq!((to(&sara, &id, "start").status, to(&sara, &others, "start").status), (204, 204));
    page.until("the start (GN-04)", |line| {
        let news = &line["news"]["campaign"];
        news["campaign"] == json!(id) && news["standing"] == "running"
    });
    assert_eq!(luana.get(&format!("/campaigns/{id}")).json()["standing"], "running");

    assert_eq!(refused(&part(&others, "join")), (403, "not-yours".to_owned(), Value::Null), "of other queues");
    assert_eq!(refused(&part("72057594037927999", "join")), (404, "no-campaign".to_owned(), Value::Null));
    assert_eq!(refused(&part(&id, "leave")), (409, "not-a-member".to_owned(), Value::Null));
    assert_eq!(part(&id, "join").status, 204);
    page.until("her part (GN-01)", |line| line["news"]["campaign"]["members"] == json!([luanas]));
    assert_eq!(part(&id, "leave").status, 204);
    page.until("nobody", |line| line["news"]["campaign"]["members"] == json!([]));

    let renamed = ana.send("PATCH", &format!("/campaigns/{id}"), Some(&json!({ "name": "Renova" })));
    assert_eq!(renamed.json()["standing"], "running", "an edit steers nothing");
    assert_eq!(ana.send("DELETE", &format!("/campaigns/{id}"), None).status, 422, "it is started");
    for (wish, standing) in [("pause", "paused"), ("stop", "stopped"), ("start", "running")] {
        assert_eq!(to(&sara, &id, wish).status, 204);
        assert_eq!(sara.get(&format!("/campaigns/{id}")).json()["standing"], standing);
    }
    assert_eq!(to(&sara, &id, "drain").status, 204);
    page.until("the end by itself, as nobody is handled", |line| {
        let news = &line["news"]["campaign"];
        news["campaign"] == json!(id) && news["standing"] == "stopped"
    });
    assert_eq!(to(&sara, "72057594037927999", "start").status, 404);
    assert_eq!(to(&sara, &id, "explode").status, 400);
    let audit = ana.get("/audit").json();
    let mut steered = audit.as_array().unwrap().iter().filter(|line| line["action"] == "campaign-steered");
    let first = steered.next_back().unwrap();
    assert_eq!(first["detail"], json!({ "campaign": id, "to": "start" }));
}

#[test]
fn gn_02_a_supervisor_changes_the_pace_alone_and_a_record_that_is_not_there_is_nobodys() {
    let (office, ana) = Office::new("web-pace");
    let (luana, _) = office.hire(&ana, "luana", json!({ "ramal": "2107" }));
    let (sara, _) = office.hire(&ana, "sara", json!({ "perfil": "2" }));
    let id = campaign(&ana, "Renova Energia", json!({ "priority": 7 }));
    let pace =
        |browser: &Browser, fields: Value| browser.send("PATCH", &format!("/campaigns/{id}/pace"), Some(&fields));
    let paced = pace(&sara, json!({ "lines": 12 }));
    assert_eq!(paced.status, 200, "{paced:?}");
    let paced = paced.json();
    assert_eq!(
        (&paced["pace"]["lines"], &paced["pace"]["ring_s"], &paced["priority"]),
        (&json!(12), &json!(25), &json!(7))
    );
    assert_eq!(refused(&pace(&sara, json!({ "lines": 0 }))), (422, "invalid".to_owned(), json!("lines")));
    assert_eq!((pace(&sara, json!({ "colour": 1 })).status, pace(&luana, json!({ "lines": 1 })).status), (400, 403));
    assert_eq!(sara.send("PATCH", &format!("/campaigns/{id}"), Some(&json!({ "name": "x" }))).status, 403);

    for wish in ["accept", "reject", "later", "never"] {
        let answer = luana.post(&format!("/records/72057594037927999/{wish}"), &json!({}));
        assert_eq!(refused(&answer), (404, "not-found".to_owned(), Value::Null), "{wish}");
    }
    let foreign = luana.post("/records/1/callback", &json!({ "callback": "77" }));
    assert_eq!(foreign.status, 404, "a callback that is not there");
    let close = luana.post("/records/1/close", &json!({ "disposition": "77", "stop": false }));
    assert_eq!(refused(&close), (422, "invalid".to_owned(), json!("disposition")));
    assert_eq!(luana.get("/campaigns/today").json(), json!([]));
    assert_eq!(luana.get(&format!("/campaigns/{id}/results")).status, 403);
    assert_eq!(sara.get(&format!("/campaigns/{id}/results")).json()["hours"], json!([]));
    let table = sara.get(&format!("/campaigns/{id}/results.csv"));
    assert_eq!((table.status, String::from_utf8(table.body).unwrap().lines().count()), (200, 1), "its heading");
}
