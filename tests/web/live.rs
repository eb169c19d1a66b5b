//! The live socket: what it begins with, what follows, who sees what, and where it goes on.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::office::Office;
use crate::support::browser::Live;
use crate::support::{LONG, wait_for, when};

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

/// What happens to Luana, by what its news are called, and who of Luana, Bia (an agent too), Sara (supervisor), Ana
/// (administrator) and Otto (auditor) is told. Said here once more, not asked of the program's own table.
const TOLD: [(&str, &[&str]); 6] = [
    ("agent", &["luana", "sara", "ana", "otto"]),
    ("call", &["luana", "sara", "ana", "otto"]),
    ("call-ended", &["luana", "sara", "ana", "otto"]),
    ("account", &["luana", "ana"]),
    ("lists users", &["luana", "sara", "ana", "otto"]),
    ("lists reasons", &["luana", "bia", "sara", "ana", "otto"]),
];

/// Which of them a line is; news of others are none.
fn kinds(line: &Value, luana: &str) -> Vec<&'static str> {
    let news = &line["news"];
    let lists = |name: &str| news["lists"].as_array().is_some_and(|all| all.contains(&json!(name)));
    let is = [
        ("agent", news["agent"]["user"] == luana),
        ("call", news["call"]["user"] == luana),
        ("call-ended", news["call-ended"]["user"] == luana),
        ("account", news["account"]["account"] == "2107"),
        ("lists users", lists("users")),
        ("lists reasons", lists("reasons")),
    ];
    is.into_iter().filter(|(_, is)| *is).map(|(kind, _)| kind).collect()
}

#[test]
fn every_news_of_a_persons_day_reaches_who_must_see_it_and_nobody_else_live_and_on_coming_back() {
    let (office, ana) = Office::new("web-told");
    let (luana, id) = office.hire(&ana, "luana", json!({ "ramal": "2107" }));
    let (bia, _) = office.hire(&ana, "bia", json!({ "ramal": "2108" }));
    let (sara, _) = office.hire(&ana, "sara", json!({ "perfil": "2" }));
    let (otto, _) = office.hire(&ana, "otto", json!({ "perfil": "4" }));
    let people = [("luana", &luana), ("bia", &bia), ("sara", &sara), ("ana", &ana), ("otto", &otto)];
    let pages = people.map(|(name, one)| {
        let mut page = one.live().unwrap();
        page.say(&json!({ "since": null }));
        let since = page.line().unwrap()["seq"].clone();
        (name, one, page, since)
    });

    assert_eq!(luana.post("/agent/sign-in", &json!({ "device": null })).status, 204);
    let dialled = luana.post("/calls", &json!({ "number": "1999" }));
    assert_eq!(dialled.status, 201, "{dialled:?}");
    let call = dialled.json()["call"].as_str().unwrap().to_owned();
    assert_eq!(luana.post(&format!("/calls/{call}/hangup"), &json!({})).status, 204);
    wait_for(LONG, "its row", || when(luana.get("/history").json()["rows"][0]["ended"].is_string()));
    assert_eq!(ana.send("PATCH", &format!("/users/{id}"), Some(&json!({ "name": "Luana A." }))).status, 200);
    let reason = json!({ "kind": "pause", "name": "Banheiro", "limit_s": 600, "nr17": false });
    assert_eq!(ana.post("/reasons", &reason).status, 201);

    for (name, one, mut page, since) in pages {
        let expected: BTreeSet<_> = TOLD.iter().filter(|(_, who)| who.contains(&name)).map(|(kind, _)| *kind).collect();
        assert_eq!(until_reasons(&mut page, &id), expected, "{name}, live");
        let mut back = one.live().unwrap();
        back.say(&json!({ "since": since }));
        // Whose own rights were touched begins with a snapshot, which has other words.
        if name != "luana" {
            assert_eq!(until_reasons(&mut back, &id), expected, "{name}, come back");
        }
    }
    assert_eq!(office.browser().live().err(), Some(401), "nobody is told nothing");
}

/// All kinds up to the last, which everybody is told.
fn until_reasons(page: &mut Live, luana: &str) -> BTreeSet<&'static str> {
    let mut all = BTreeSet::new();
    while !all.contains("lists reasons") {
        all.extend(kinds(&page.line().expect("the socket is open"), luana));
    }
    all
}
