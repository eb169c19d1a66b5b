//! Appointments over the API: made, refused in words, carried out at their time; who is reminded; messages (AG).

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::office::Office;
use crate::support::Browser;

/// A department and Dona Maria, as `ana` makes them.
struct Base {
    department: String,
    contact: String,
}

fn base(ana: &Browser) -> Base {
    let department = ana.post("/departments", &json!({ "name": "Suporte" }));
    assert_eq!(department.status, 201, "{department:?}");
    let contact = ana.post("/contacts", &json!({ "name": "Dona Maria", "phones": ["1999"] }));
    assert_eq!(contact.status, 201, "{contact:?}");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    Base { department: text(&department.json()["id"]), contact: text(&contact.json()["contact"]) }
}

fn form(base: &Base, agent: &str, action: &str, when: DateTime<Utc>) -> Value {
    let message = (action != "notify").then(|| json!({ "channel": "sip", "to": "1999", "text": "Até amanhã" }));
    json!({ "action": action, "contact": base.contact, "department": base.department, "agent": agent,
        "comment": "Confirmar a visita", "message": message, "zone": "UTC",
        "when": when.naive_utc().format("%Y-%m-%dT%H:%M:%S").to_string() })
}

fn later(seconds: i64) -> DateTime<Utc> {
    Utc::now() + TimeDelta::seconds(seconds)
}

#[test]
fn ag_01_ag_04_ag_08_the_case_is_opened_once_the_message_sent_and_the_agent_reminded() {
    let (office, ana) = Office::new("web-appointed");
    let (luana, id) = office.hire(&ana, "luana", json!({ "ramal": "2107" }));
    let base = base(&ana);
    let [mut page, mut own] = [&ana, &luana].map(|browser| {
        let mut page = browser.live().unwrap();
        page.say(&json!({ "since": null }));
        page.line().unwrap();
        page
    });
    let made = ana.post("/appointments", &form(&base, &id, "open-case-and-notify", later(3)));
    assert_eq!((made.status, &made.json()["state"]), (201, &json!("scheduled")), "{made:?}");
    let first = made.json()["appointment"].clone();
    let reminder = own.until("the reminder", |line| !line["news"]["reminder"].is_null());
    assert_eq!(reminder["news"]["reminder"]["appointment"]["state"], "done");
    page.until("its end", |line| line["news"]["appointment"]["state"] == "done");
    let cases = ana.get(&format!("/cases?contact={}", base.contact)).json();
    assert_eq!(cases.as_array().or(cases["rows"].as_array()).unwrap().len(), 1, "{cases}");
    let letters = ana.get("/outbox?state=all").json();
    assert_eq!(letters["rows"].as_array().unwrap().len(), 1, "{letters}");
    assert_eq!((&letters["rows"][0]["appointment"], &letters["rows"][0]["message"]["to"]), (&first, &json!("1999")));

    let reminders = luana.get("/reminders").json();
    assert_eq!(reminders[0]["appointment"]["appointment"], first);
    let path = format!("/reminders/{}", first.as_str().unwrap());
    assert_eq!([luana.send("DELETE", &path, None).status, luana.send("DELETE", &path, None).status], [204, 404]);
    assert_eq!(luana.get("/reminders").json(), json!([]));

    let settled = ana.get("/appointments?state=done").json();
    assert_eq!(settled["rows"].as_array().unwrap().len(), 1);
}

#[test]
fn ag_04_where_a_case_is_open_nothing_is_sent_and_who_made_it_is_told_the_error() {
    let (office, ana) = Office::new("web-case-open");
    let (sara, sara_id) = office.hire(&ana, "sara", json!({ "perfil": "3", "ramal": "2108" }));
    let base = base(&ana);
    let mut page = ana.live().unwrap();
    page.say(&json!({ "since": null }));
    page.line().unwrap();
    // Of two creators, so that they may lie near each other.
    assert_eq!(ana.post("/appointments", &form(&base, &sara_id, "open-case", later(3))).status, 201);
    page.until("the first", |line| line["news"]["appointment"]["state"] == "done");
    assert_eq!(sara.post("/appointments", &form(&base, &sara_id, "open-case", later(3))).status, 201);
    let failed = page.until("the second", |line| line["news"]["appointment"]["state"] == "error");
    assert_eq!(failed["news"]["appointment"]["error"], "case-open");
    assert_eq!(sara.get("/reminders").json()[0]["appointment"]["error"], "case-open");
    assert_eq!(ana.get("/outbox?state=all").json()["rows"].as_array().unwrap().len(), 1, "nothing more is sent");
}

#[test]
fn ag_08_a_departments_reminders_go_to_its_people_and_while_it_has_none_to_who_makes_appointments() {
    let (office, ana) = Office::new("web-departments");
    let (luana, id) = office.hire(&ana, "luana", json!({ "ramal": "2107" }));
    let base = base(&ana);
    let mut wanted = form(&base, &id, "notify", later(2));
    wanted["agent"] = Value::Null;
    let mut page = ana.live().unwrap();
    page.say(&json!({ "since": null }));
    page.line().unwrap();
    assert_eq!(ana.post("/appointments", &wanted).status, 201);
    page.until("the reminder", |line| !line["news"]["reminder"].is_null());
    let first = ana.get("/reminders").json();
    assert_eq!((first.as_array().unwrap().len(), luana.get("/reminders").json()), (1, json!([])));

    let nowhere = ana.send("PATCH", &format!("/users/{id}"), Some(&json!({ "departments": ["77"] })));
    assert_eq!((nowhere.status, &nowhere.json()["error"]["field"]), (422, &json!("departments")));
    let hers = ana.send("PATCH", &format!("/users/{id}"), Some(&json!({ "departments": [base.department] })));
    assert_eq!((hers.status, &hers.json()["departments"]), (200, &json!([base.department])), "{hers:?}");
    assert_eq!((ana.get("/reminders").json(), luana.get("/reminders").json()), (json!([]), first));
    let path =
        format!("/reminders/{}", luana.get("/reminders").json()[0]["appointment"]["appointment"].as_str().unwrap());
    assert_eq!(
        [&ana, &luana].map(|who| who.send("DELETE", &path, None).status),
        [404, 204],
        "it is Luana's to put away"
    );
}

#[test]
fn ag_03_ag_07_too_near_is_refused_with_times_and_rights_are_asked_for() {
    let (office, mut ana) = Office::new("web-too-near");
    let (luana, id) = office.hire(&ana, "luana", json!({ "ramal": "2107" }));
    let base = base(&ana);
    let hour = later(3_600);
    ana.headers = vec![("Idempotency-Key".to_owned(), "click".to_owned())];
    let wanted = form(&base, &id, "notify", hour);
    let [first, again] = [(), ()].map(|()| ana.post("/appointments", &wanted));
    assert_eq!((first.status, &first.body), (201, &again.body), "two clicks are one appointment: {again:?}");
    ana.headers.clear();
    let near = ana.post("/appointments", &form(&base, &id, "notify", hour + TimeDelta::seconds(359)));
    assert_eq!((near.status, &near.json()["error"]["code"]), (422, &json!("too-near")), "{near:?}");
    let free = |name: &str| near.json()["error"]["near"][name].as_str().unwrap().parse::<DateTime<Utc>>().unwrap();
    let spread = free("after") - free("before");
    assert_eq!(spread, TimeDelta::minutes(12), "six before, six after");
    assert_eq!(ana.post("/appointments", &form(&base, &id, "notify", hour + TimeDelta::minutes(6))).status, 201);

    let missing = ana.post("/appointments", &{
        let mut wanted = form(&base, &id, "open-case", later(7_200));
        wanted["comment"] = json!("");
        wanted
    });
    assert_eq!((missing.status, &missing.json()["error"]["field"]), (422, &json!("comment")));
    assert_eq!(luana.get("/appointments").status, 403);
    assert_eq!(luana.post("/appointments", &form(&base, &id, "notify", later(9_000))).status, 403);
    let permissions = json!({ "name": "Agendamento", "permissions": ["calls", "appointments"] });
    let perfil = ana.post("/perfis", &permissions).json()["perfil"].clone();
    assert_eq!(ana.send("PATCH", &format!("/users/{id}"), Some(&json!({ "perfil": perfil }))).status, 200);
    assert_eq!(luana.post("/appointments", &form(&base, &id, "notify", later(9_000))).status, 201);

    let path = format!("/appointments/{}", first.json()["appointment"].as_str().unwrap());
    let edit = json!({ "version": 1, "form": form(&base, &id, "notify", hour - TimeDelta::minutes(1)) });
    let changed = ana.send("PATCH", &path, Some(&edit));
    assert_eq!(changed.status, 200, "it does not stand in its own way: {changed:?}");
    assert_eq!(ana.post(&format!("{path}/cancel"), &json!({ "version": 1 })).status, 409);
    assert_eq!(ana.post(&format!("{path}/cancel"), &json!({ "version": 2 })).status, 204);
    assert_eq!(ana.get("/appointments?state=cancelled").json()["rows"].as_array().unwrap().len(), 1);
}
