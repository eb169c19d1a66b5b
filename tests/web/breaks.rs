//! Breaks planned in shifts, as an agent, a supervisor and a report of the day meet them (VZ-15).

use chrono::{TimeDelta, Timelike, Utc};
use serde_json::{Value, json};

use crate::office::Office;
use crate::support::{Browser, LONG, wait_for, when};

/// Minutes after midnight, from now, where the daemon is.
fn minute(from_now: i64) -> u32 {
    let local = (Utc::now() + TimeDelta::minutes(from_now)).with_timezone(&chrono_tz::America::Sao_Paulo);
    local.hour() * 60 + local.minute()
}

/// Six hours around now, with a rest in five minutes.
fn shift(user: &str, reason: &str) -> Value {
    json!({
        "name": "Agora", "days": [1, 2, 3, 4, 5, 6, 7], "from": minute(-180), "until": minute(180),
        "breaks": [{ "at": minute(5), "minutes": 10, "reason": reason }], "users": [user],
    })
}

fn next_break(browser: &Browser) -> Value {
    let mut page = browser.live().unwrap();
    page.say(&json!({ "since": null }));
    page.line().unwrap()["snapshot"]["agents"][0]["next_break"].clone()
}

#[test]
fn vz_15_a_supervisor_plans_a_rest_its_agent_is_shown_it_takes_it_and_the_day_tells() {
    let (office, ana) = Office::new("web-breaks");
    let (luana, user) = office.hire(&ana, "luana", json!({ "ramal": "2107", "name": "=HYPERLINK(\"x\")" }));
    let (bia, _) = office.hire(&ana, "bia", json!({ "ramal": "2108" }));
    let (chief, _) = office.hire(&ana, "chief", json!({ "perfil": "2" }));
    let rest = ana.post("/reasons", &json!({ "name": "Descanso", "nr17": true })).json()["reason"].clone();
    let rest = rest.as_str().unwrap();
    assert_eq!(luana.post("/agent/sign-in", &json!({ "device": null })).status, 204);
    assert_eq!(luana.post("/shifts", &shift(&user, rest)).status, 403, "agents plan for nobody");
    let made = chief.post("/shifts", &shift(&user, rest));
    assert_eq!(made.status, 201, "{made:?}");
    let next = next_break(&luana);
    assert_eq!((&next["reason"], &next["minutes"]), (&json!(rest), &json!(10)));

    // The report is of the day on which the shift began.
    let began = (Utc::now() - TimeDelta::minutes(180)).with_timezone(&chrono_tz::America::Sao_Paulo).date_naive();
    let report = |browser: &Browser| browser.get(&format!("/breaks?day={began}")).json();
    assert_eq!((&report(&chief)[0]["outcome"], &report(&chief)[0]["user"]), (&json!("ahead"), &json!(user)));
    assert_eq!(luana.post("/agent/pause", &json!({ "reason": rest, "after_call": false })).status, 204);
    assert_eq!(next_break(&luana), Value::Null);
    wait_for(LONG, "the pause to be stored", || when(report(&luana)[0]["outcome"] == "running"));
    assert_eq!(luana.post("/agent/ready", &json!({})).status, 204);
    wait_for(LONG, "its end", || when(report(&luana)[0]["outcome"] == "short"));
    assert_eq!(report(&bia), json!([]), "one's own only");

    let table = chief.get(&format!("/breaks.csv?day={began}"));
    let text = String::from_utf8(table.body.clone()).unwrap();
    assert_eq!(table.header("content-type"), Some("text/csv; charset=utf-8"));
    assert!(text.contains("\"'=HYPERLINK") && text.contains(",Descanso,") && text.contains(",short"), "{text}");
    assert_eq!(luana.get("/breaks.csv").status, 403);
}

#[test]
fn vz_15_a_shift_is_refused_by_its_field_and_changed_while_people_work() {
    let (office, ana) = Office::new("web-shifts");
    let (luana, user) = office.hire(&ana, "luana", json!({ "ramal": "2107" }));
    let rest = ana.post("/reasons", &json!({ "name": "Descanso", "nr17": true })).json()["reason"].clone();
    let rest = rest.as_str().unwrap();
    let made = ana.post("/shifts", &shift(&user, rest)).json();
    let path = format!("/shifts/{}", made["shift"].as_str().unwrap());
    for (field, value) in [
        ("days", json!([])),
        ("days", json!([8])),
        ("from", json!(1_440)),
        ("breaks", json!([{ "at": minute(-175), "minutes": 10, "reason": rest }])),
        ("breaks", json!([{ "at": minute(5), "minutes": 9, "reason": rest }])),
        ("breaks", json!([{ "at": minute(5), "minutes": 10, "reason": "99" }])),
        ("users", json!(["99"])),
    ] {
        let refused = ana.send("PATCH", &path, Some(&json!({ field: value })));
        let said = refused.json()["error"]["fields"][field].clone();
        assert_eq!((refused.status, said), (422, json!("invalid")), "{field}: {refused:?}");
    }
    assert_eq!(luana.post("/agent/sign-in", &json!({ "device": null })).status, 204);
    assert_eq!(next_break(&luana)["reason"], rest);
    assert_eq!(ana.send("PATCH", &path, Some(&json!({ "breaks": [] }))).status, 200);
    assert_eq!(next_break(&luana), Value::Null, "at once");
    assert_eq!(ana.send("DELETE", &path, None).status, 204);
    assert_eq!(ana.get("/shifts").json(), json!([]));
}
