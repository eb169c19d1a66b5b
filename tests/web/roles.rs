//! Every route, as every role and as nobody: what may be done, and that nothing is said about what is somebody else's.

use serde_json::{Value, json};

use crate::office::Office;
use crate::support::{Browser, LONG, wait_for, when};

/// Every route of the API's own description, with an id of `id` in each place.
fn routes(browser: &Browser, id: &str) -> Vec<(String, String, String)> {
    let document = browser.get("/openapi.json").json();
    let paths = document["paths"].as_object().expect("a document with paths").clone();
    let mut all = Vec::new();
    for (path, item) in &paths {
        for method in item.as_object().unwrap().keys() {
            let mut filled = path.trim_start_matches("/api/v1").replace("{action}", "hangup");
            while let (Some(open), Some(close)) = (filled.find('{'), filled.find('}')) {
                filled.replace_range(open..=close, id);
            }
            all.push((method.to_uppercase(), path.clone(), filled));
        }
    }
    all
}

/// What does not need anybody to be signed in.
const OPEN: [(&str, &str); 5] = [
    ("GET", "/api/v1/setup"),
    ("POST", "/api/v1/setup"),
    ("POST", "/api/v1/session"),
    ("POST", "/api/v1/invitation"),
    ("PUT", "/api/v1/invitation"),
];

#[test]
fn nobody_gets_nothing_from_any_route() {
    let (office, _ana) = Office::new("web-nobody");
    let nobody = office.browser();
    let all = routes(&nobody, "1");
    assert!(all.len() > 50, "{} routes only", all.len());
    for (method, path, filled) in &all {
        let answer = nobody.send(method, filled, Some(&json!({})));
        if OPEN.contains(&(method.as_str(), path.as_str())) {
            assert_ne!(answer.status, 401, "{method} {path}");
        } else {
            assert_eq!((answer.status, answer.code().as_str()), (401, "not-signed-in"), "{method} {path}");
        }
    }
    let mut forged = office.browser();
    forged.cookie = Some(format!("ramal={}", "0".repeat(64)));
    forged.headers = vec![("Authorization".to_owned(), format!("Bearer {}", "0".repeat(64)))];
    for (method, path, filled) in all.iter().filter(|(method, path, _)| !OPEN.contains(&(method, path))) {
        assert_eq!(forged.send(method, filled, Some(&json!({}))).status, 401, "{method} {path} with forged proofs");
    }
}

/// What each role may do; everything that is not here must be refused to it, or be of its own.
fn may(role: &str, method: &str, path: &str) -> bool {
    let list = path.trim_start_matches("/api/v1/").split('/').next().unwrap_or_default();
    match (list, method) {
        ("users", "GET") if path.ends_with("/totp") => role == "administrator",
        ("users" | "perfis", "GET") => role != "agent" || list == "users",
        (
            "users" | "perfis" | "queues" | "departments" | "locations" | "dispositions",
            "POST" | "PATCH" | "DELETE" | "PUT",
        ) => role == "administrator",
        ("reasons" | "extensions", "POST" | "PATCH" | "DELETE") => role == "administrator",
        ("contacts", "POST") if path.ends_with("/import") => role == "administrator",
        ("contacts", "POST" | "PATCH") => role != "auditor",
        ("shifts", "POST" | "PATCH" | "DELETE") => ["administrator", "supervisor"].contains(&role),
        ("breaks.csv", _) => role != "agent",
        ("settings", _) => role == "administrator",
        ("sounds", "PUT" | "DELETE") => role == "administrator",
        ("schedules", "POST" | "PATCH" | "DELETE") | ("appointments" | "outbox" | "gateways" | "files", _) => {
            role == "administrator"
        }
        ("suppressions", _) => ["administrator", "supervisor"].contains(&role),
        ("callbacks", "GET") if path.ends_with("/board") => ["administrator", "supervisor"].contains(&role),
        ("callbacks", "POST") if path.ends_with("/feed") => true,
        ("callbacks", "POST") if path.ends_with("/import") || path.ends_with("/reassign") => {
            ["administrator", "supervisor"].contains(&role)
        }
        ("callbacks", "POST" | "PATCH") => role != "auditor",
        ("callbacks.csv", _) => role != "agent",
        ("campaigns", _)
            if path.contains("/results")
                || path.ends_with("/dry-run")
                || path.ends_with("/steer")
                || path.ends_with("/pace") =>
        {
            ["administrator", "supervisor"].contains(&role)
        }
        ("campaigns", "POST") if ["/join", "/leave", "/get-record"].iter().any(|end| path.ends_with(end)) => {
            role != "auditor"
        }
        ("campaigns", "GET") if path.ends_with("/today") => role != "auditor",
        ("campaigns", "POST" | "PATCH" | "DELETE") => role == "administrator",
        ("records", _) => role != "auditor",
        ("lead-lists" | "leads", _) => ["administrator", "supervisor"].contains(&role),
        ("suppression-lists", _) => ["administrator", "supervisor"].contains(&role),
        ("audit", _) => ["administrator", "auditor"].contains(&role),
        ("history.csv", _) => role != "agent",
        ("agents", "POST") => ["administrator", "supervisor"].contains(&role),
        ("calls" | "conferences" | "bridges" | "agent", "POST" | "PUT") => role != "auditor",
        _ => true,
    }
}

#[test]
fn every_role_may_what_its_perfil_says_on_every_route_and_no_more() {
    let (office, ana) = Office::new("web-roles");
    let roles = [("agent", "1"), ("supervisor", "2"), ("administrator", "3"), ("auditor", "4")];
    let nothing = "72057594037927999"; // an id that nothing has
    for (role, perfil) in roles {
        let (browser, _) = office.hire(&ana, &format!("one-{role}"), json!({ "perfil": perfil }));
        let mut all = routes(&browser, nothing);
        // Last, what would end the session.
        all.retain(|(method, path, _)| (method.as_str(), path.as_str()) != ("DELETE", "/api/v1/session"));
        for (method, path, filled) in &all {
            if path.ends_with("/live") || OPEN.contains(&(method, path)) {
                continue;
            }
            let body = example(method, path);
            // So many at once are slowed down, and not done meanwhile.
            let once = || Some(browser.send(method, filled, body.as_ref())).filter(|answer| answer.status != 429);
            let answer = wait_for(LONG, "a turn", once);
            let may = may(role, method, path);
            let refused = [403, 404].contains(&answer.status);
            let of_nothing = path.contains('{');
            assert!(may || refused, "{role} {method} {path} was not refused: {answer:?}");
            assert!(!may || of_nothing || answer.status != 403, "{role} {method} {path} was refused: {answer:?}");
            assert!(!of_nothing || answer.status != 200, "{role} {method} {path} found something: {answer:?}");
            assert!(answer.status < 500, "{role} {method} {path}: {answer:?}");
        }
    }
}

/// A body that is right, so that only the right is missing.
fn example(method: &str, path: &str) -> Option<Value> {
    if method == "GET" || method == "DELETE" {
        return None;
    }
    let text = std::fs::read_to_string("web/openapi.json").expect("the committed document");
    let document: Value = serde_json::from_str(&text).unwrap();
    let example =
        document["paths"][path][method.to_lowercase()]["requestBody"]["content"]["application/json"]["example"].clone();
    // Each once only, whichever role comes first.
    let unique = format!("{path}-{}", std::process::id());
    Some(match example {
        Value::Object(mut fields) => {
            let renamed = ["name", "login"].into_iter().filter(|_| path.matches('/').count() == 3);
            for field in renamed {
                if let Some(value) = fields.get_mut(field) {
                    *value = json!(unique.replace(['/', '{', '}'], ""));
                }
            }
            Value::Object(fields)
        }
        _ => json!({}),
    })
}

#[test]
fn the_things_of_others_are_not_found_whatever_is_tried_on_them() {
    let (office, ana) = Office::new("web-others");
    let (luana, _) = office.hire(&ana, "luana", json!({ "ramal": "2107" }));
    let (bia, bias) = office.hire(&ana, "bia", json!({ "ramal": "2108" }));
    assert_eq!(bia.post("/agent/sign-in", &json!({ "device": null })).status, 204);
    let dialled = bia.post("/calls", &json!({ "number": "1999", "route": "carrier" }));
    assert_eq!(dialled.status, 201, "{dialled:?}");
    let call = dialled.json()["call"].as_str().unwrap().to_owned();
    let all = routes(&luana, &call);
    for (method, path, filled) in all.iter().filter(|(_, path, _)| path.contains("{call}")) {
        let answer = luana.send(method, filled, None);
        assert_eq!(answer.status, 404, "{method} {path}: {answer:?}");
    }
    let wish = json!({ "choose": "offline", "why": "curious" });
    let missing = luana.post("/agents/72057594037927999/state", &wish);
    let there = luana.post(&format!("/agents/{bias}/state"), &wish);
    assert_eq!((there.status, &there.body), (404, &missing.body), "nothing tells who is there");
    assert_eq!(luana.get(&format!("/history?user={bias}")).status, 404);
    assert_eq!(luana.get("/history").json()["rows"], json!([]));
    assert_eq!(luana.get("/users").json().as_array().unwrap().len(), 1, "herself");
    assert_eq!(luana.get("/calls/1/story").status, 404);
    assert_eq!(luana.get("/recordings/1").status, 404);
    wait_for(LONG, "her own row", || when(bia.get("/history").json()["rows"][0]["call"] == json!(call)));
    assert_eq!(bia.post(&format!("/calls/{call}/hangup"), &json!({})).status, 204);
}

#[test]
fn a_token_does_what_its_scopes_say_and_what_its_person_may() {
    let (office, ana) = Office::new("web-tokens");
    let (luana, id) = office.hire(&ana, "luana", json!({ "ramal": "2107" }));
    let refused = luana.post("/session/tokens", &json!({ "name": "x", "scopes": ["administration"], "until": null }));
    assert_eq!(refused.status, 422, "nobody gives away what they do not have");
    let made = ana.post("/session/tokens", &json!({ "name": "report", "scopes": ["audit.see"], "until": null }));
    let mut program = office.browser();
    program.headers = vec![
        ("Authorization".to_owned(), format!("Bearer {}", made.json()["secret"].as_str().unwrap())),
        ("Origin".to_owned(), String::new()),
    ];
    assert_eq!(program.get("/session").json()["permissions"], json!(["audit.see"]));
    assert_eq!(program.get("/audit").status, 200);
    assert_eq!(program.post("/reasons", &json!({ "name": "x" })).status, 403);
    assert_eq!(program.send("PATCH", &format!("/users/{id}"), Some(&json!({ "active": false }))).status, 404);
    assert_eq!(program.post("/session/tokens", &json!({ "name": "more", "scopes": [], "until": null })).status, 403);
    let mut page = program.live_from("", &office.address().to_string()).unwrap();
    page.say(&json!({ "since": null }));
    assert_eq!(page.line().unwrap()["snapshot"]["accounts"], json!([]), "not in its scopes");
    let token = made.json()["token"].as_str().unwrap().to_owned();
    assert_eq!(luana.send("DELETE", &format!("/session/tokens/{token}"), None).status, 404);
    assert_eq!(ana.send("DELETE", &format!("/session/tokens/{token}"), None).status, 204);
    assert_eq!(program.get("/audit").status, 401);
}
