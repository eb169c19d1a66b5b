//! Callbacks over the API: promised, refused in words, changed, kept at their time; escalas, do-not-call, the gate's reasons.

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::office::Office;
use crate::support::Browser;

/// Open around the clock, by the installation's wall; what else it is to be.
fn escala(ana: &Browser, name: &str, fields: Value) -> String {
    let day = json!({ "from": 0, "until": 1440 });
    let mut escala = json!({ "name": name, "week": [day, day, day, day, day, day, day], "zone": "UTC", "slot_minutes": 1,
        "capacity": 50, "calendar": { "national": false, "optional": false, "states": [], "places": [] } });
    for (field, value) in fields.as_object().into_iter().flatten() {
        escala[field] = value.clone();
    }
    let made = ana.post("/schedules", &escala);
    assert_eq!(made.status, 201, "{made:?}");
    made.json()["schedule"].as_str().unwrap().to_owned()
}

fn form(schedule: &str, user: &str, when: DateTime<Utc>) -> Value {
    json!({ "schedule": schedule, "recipient": "Dona Maria", "number": "1999", "note": "sobre a fatura",
        "owner": { "person": user }, "when": when.naive_utc().format("%Y-%m-%dT%H:%M:%S").to_string() })
}

fn later(seconds: i64) -> DateTime<Utc> {
    Utc::now() + TimeDelta::seconds(seconds)
}

/// An hour from now, or sooner where the day of the installation ends before: the board is of one day.
fn later_today() -> DateTime<Utc> {
    let now = Utc::now();
    let local = now.with_timezone(&chrono_tz::America::Sao_Paulo);
    let midnight = engine::rules::wall::start(local.timezone(), local.date_naive().succ_opt().unwrap()).unwrap();
    now + TimeDelta::hours(1).min((midnight - now) / 2)
}

fn with_key(browser: &mut Browser, key: &str) {
    browser.headers = vec![("Idempotency-Key".to_owned(), key.to_owned())];
}

#[test]
fn cb_05_cb_12_two_clicks_make_one_promise_that_is_changed_and_called_off_by_its_version() {
    let (office, ana) = Office::new("web-promise");
    let (mut luana, id) = office.hire(&ana, "luana", json!({ "ramal": "2107" }));
    let schedule = escala(&ana, "Sempre", json!({}));
    let wanted = form(&schedule, &id, later(3_600));
    let mut page = luana.live().unwrap();
    page.say(&json!({ "since": null }));
    page.line().unwrap();
    with_key(&mut luana, "click");
    let [first, second] = [(), ()].map(|()| luana.post("/callbacks", &wanted));
    assert_eq!((first.status, &first.body), (201, &second.body), "{first:?}");
    let promise = first.json();
    assert_eq!((&promise["number"], &promise["state"]), (&json!("1999"), &json!("open")));
    page.until("the promise", |line| line["news"]["callback"]["callback"] == promise["callback"]);
    luana.headers.clear();
    assert_eq!(luana.get("/callbacks").json()["rows"].as_array().unwrap().len(), 1);

    let path = format!("/callbacks/{}", promise["callback"].as_str().unwrap());
    let mut edit = form(&schedule, &id, later(7_200));
    edit.as_object_mut().unwrap().remove("schedule");
    edit["version"] = promise["version"].clone();
    let changed = luana.send("PATCH", &path, Some(&edit));
    assert_eq!(changed.status, 200, "{changed:?}");
    let outdated = luana.send("PATCH", &path, Some(&edit));
    assert_eq!((outdated.status, outdated.json()["error"]["code"].clone()), (409, json!("outdated")));
    let version = json!({ "version": changed.json()["version"] });
    assert_eq!(luana.post(&format!("{path}/cancel"), &version).status, 204);
    assert_eq!(luana.post(&format!("{path}/cancel"), &version).status, 404, "it is over");
    let rows = luana.get("/callbacks?state=over").json()["rows"].clone();
    assert_eq!(rows[0]["state"], "cancelled");
    let history = luana.get(&format!("{path}/history")).json();
    assert_eq!(history.as_array().unwrap().len(), 3, "made, changed, called off: {history}");
}

#[test]
fn cb_06_a_time_that_cannot_be_is_refused_with_the_reason_and_the_next_three() {
    let (office, ana) = Office::new("web-refused");
    let (luana, id) = office.hire(&ana, "luana", json!({ "ramal": "2107" }));
    let tomorrow = Utc::now().date_naive().succ_opt().unwrap();
    let weekday = usize::try_from(tomorrow.weekday().num_days_from_monday()).unwrap();
    let mut week = vec![Value::Null; 7];
    week[weekday] = json!({ "from": 540, "until": 660 });
    let closed = json!({ tomorrow.to_string(): "Aniversário da cidade" });
    let fields = json!({ "week": week, "slot_minutes": 30, "capacity": 1, "closed": closed });
    let schedule = escala(&ana, "Manhãs", fields);
    let ask = |when: &str| {
        let mut wanted = form(&schedule, &id, Utc::now());
        wanted["when"] = json!(when);
        luana.post("/callbacks", &wanted)
    };
    let holiday = ask(&format!("{tomorrow}T09:00:00"));
    assert_eq!((holiday.status, holiday.json()["error"]["field"].clone()), (422, json!("when")), "{holiday:?}");
    let impossible = holiday.json()["error"]["impossible"].clone();
    assert_eq!(impossible["why"], json!({ "kind": "holiday", "name": "Aniversário da cidade" }));
    let week_later = tomorrow + chrono::Days::new(7);
    let times: Vec<&str> =
        impossible["next"].as_array().unwrap().iter().map(|due| due["local"].as_str().unwrap()).collect();
    assert_eq!(times, ["09:00:00", "09:30:00", "10:00:00"].map(|time| format!("{week_later}T{time}")));
    assert_eq!(ask(times[0]).status, 201);
    let full = ask(times[0]).json()["error"]["impossible"].clone();
    assert_eq!(full["why"], json!({ "kind": "full", "capacity": 1 }));
    assert_eq!(full["next"][0]["local"], times[1], "never moved silently: offered");
    let past = ask("2020-01-01T10:00:00").json()["error"]["impossible"]["why"].clone();
    assert_eq!(past, json!({ "kind": "past" }));
    let days = luana.get(&format!("/schedules/{schedule}/days?from={tomorrow}&days=8")).json();
    assert_eq!((&days[0]["closed"], &days[7]["slots"][0]["free"]), (&json!("Aniversário da cidade"), &json!(false)));
    assert_eq!(days[7]["slots"][1]["free"], true);
    let emergency = luana.post("/callbacks", &{
        let mut wanted = form(&schedule, &id, later(60));
        wanted["number"] = json!("190");
        wanted
    });
    assert_eq!((emergency.status, emergency.json()["error"]["field"].clone()), (422, json!("number")));
}

#[test]
fn cb_08_cb_09_it_is_dialled_at_its_time_for_a_reserved_agent_and_what_came_of_it_is_told() {
    let (office, ana) = Office::new("web-kept");
    let (luana, id) = office.hire(&ana, "luana", json!({ "ramal": "2107" }));
    let schedule = escala(&ana, "Sempre", json!({ "attempts": 1 }));
    let mut page = luana.live().unwrap();
    page.say(&json!({ "since": null }));
    page.line().unwrap();
    assert_eq!(luana.post("/agent/sign-in", &json!({ "device": null })).status, 204);
    let made = luana.post("/callbacks", &form(&schedule, &id, later(8)));
    assert_eq!(made.status, 201, "{made:?}");
    let due: DateTime<Utc> = made.json()["due"].as_str().unwrap().parse().unwrap();
    page.until("a reserved agent", |line| line["news"]["agent"]["state"]["kind"] == "reserved");
    let call = page.until("the call", |line| line["news"]["call"]["state"] == "ringing")["news"]["call"].clone();
    let late = Utc::now() - due;
    assert!(late >= TimeDelta::zero(), "it was dialled {late} before its time");
    println!("dialled and ringing {} ms after its time", late.num_milliseconds());
    assert_eq!(call["number"], "1999");
    assert_eq!(luana.post(&format!("/calls/{}/hangup", call["call"].as_str().unwrap()), &json!({})).status, 204);
    page.until("its end", |line| line["news"]["callback"]["state"] == "exhausted");
    let path = format!("/callbacks/{}/history", made.json()["callback"].as_str().unwrap());
    let kinds: Vec<Value> =
        luana.get(&path).json().as_array().unwrap().iter().map(|line| line["outcome"]["kind"].clone()).collect();
    assert_eq!(kinds.last(), Some(&json!("no-answer")), "{kinds:?}");
}

#[test]
fn cb_02_each_right_is_asked_for_and_others_promises_are_not_there() {
    let (office, ana) = Office::new("web-rights");
    let (luana, id) = office.hire(&ana, "luana", json!({ "ramal": "2107" }));
    let perfil =
        ana.post("/perfis", &json!({ "name": "Sem retornos", "permissions": ["calls"] })).json()["perfil"].clone();
    let (bia, bia_id) = office.hire(&ana, "bia", json!({ "ramal": "2108" }));
    let schedule = escala(&ana, "Sempre", json!({}));
    let made = luana.post("/callbacks", &form(&schedule, &id, later_today())).json();
    let path = format!("/callbacks/{}", made["callback"].as_str().unwrap());
    assert_eq!(bia.get("/callbacks").json()["rows"], json!([]));
    assert_eq!(bia.post(&format!("{path}/cancel"), &json!({ "version": 1 })).status, 404);
    assert_eq!(bia.get(&format!("{path}/history")).status, 404);
    assert_eq!(bia.post("/callbacks", &form(&schedule, &id, later(60))).status, 404, "for somebody else");
    assert_eq!(bia.get("/callbacks/board").status, 403);
    assert_eq!(ana.send("PATCH", &format!("/users/{bia_id}"), Some(&json!({ "perfil": perfil }))).status, 200);
    assert_eq!(bia.get("/callbacks").status, 403, "without the right to see");
    assert_eq!(bia.post("/callbacks", &form(&schedule, &bia_id, later(60))).status, 403);
    let (sara, _) = office.hire(&ana, "sara", json!({ "perfil": "2" }));
    assert_eq!(sara.get("/callbacks").json()["rows"].as_array().unwrap().len(), 1);
    let wanted =
        json!({ "callbacks": [{ "callback": made["callback"], "version": 1 }], "owner": { "person": bia_id } });
    assert_eq!(sara.post("/callbacks/reassign", &wanted).json()[0]["done"], true);
    assert_eq!(luana.get("/callbacks").json()["rows"], json!([]));
    let board = sara.get("/callbacks/board").json();
    assert_eq!((&board["due"], &board["waiting"]), (&json!(1), &json!(0)));
    assert_eq!(luana.post("/schedules", &json!({ "name": "x" })).status, 403, "an administrator's (CB-07)");
}

#[test]
fn a_number_on_a_list_is_explained_and_whom_a_change_would_leave_outside_is_shown() {
    let (office, ana) = Office::new("web-lists-of-no");
    let (luana, id) = office.hire(&ana, "luana", json!({ "ramal": "2107" }));
    let added = ana.post("/suppressions", &json!({ "number": "(11) 98765-4321", "source": "Pedido do cliente" }));
    assert_eq!((added.status, added.json()["number"].clone()), (201, json!("+5511987654321")), "{added:?}");
    let explained = luana.get("/gate/explain?number=011987654321&purpose=callback").json();
    let line = explained["lines"].as_array().unwrap().iter().find(|line| line["rule"] == "do-not-call").unwrap();
    assert_eq!((&line["says"], &explained["allowed"]), (&json!("denies"), &json!(false)));
    let listed = ana.get("/suppressions?q=%2B5511").json();
    assert_eq!(listed["rows"].as_array().unwrap().len(), 1);
    let csv = json!({ "csv": "telefone;lista\n11912345678;Procon\nabc;Procon\n", "apply": true });
    let report = ana.post("/suppressions/import", &csv).json();
    assert_eq!((&report["created"], &report["bad"][0]["line"]), (&json!(1), &json!(3)));
    let gone = format!("/suppressions/{}", added.json()["suppression"].as_str().unwrap());
    assert_eq!((luana.send("DELETE", &gone, None).status, ana.send("DELETE", &gone, None).status), (403, 204));
    assert!(ana.get("/rules").json().as_array().unwrap().iter().any(|rule| rule["standing"] == "in-force"));

    let schedule = escala(&ana, "Sempre", json!({}));
    let made = luana.post("/callbacks", &form(&schedule, &id, later(7_200))).json();
    let narrower = json!({ "week": [null, null, null, null, null, null, { "from": 0, "until": 1 }] });
    let broken = ana.post(&format!("/schedules/{schedule}/check"), &narrower).json();
    assert_eq!((&broken["count"], &broken["broken"][0]["callback"]), (&json!(1), &made["callback"]));
    assert_eq!(ana.send("DELETE", &format!("/schedules/{schedule}"), None).status, 409, "promises are of it");
}

#[test]
fn cb_08_one_that_waits_for_an_agent_is_waiting_wherever_it_is_asked_for() {
    let (office, ana) = Office::new("web-promise-waits");
    let (luana, id) = office.hire(&ana, "luana", json!({ "ramal": "2107" }));
    let (bia, _) = office.hire(&ana, "bia", json!({ "ramal": "2108" }));
    let schedule = escala(&ana, "Sempre", json!({}));
    let mut page = luana.live().unwrap();
    page.say(&json!({ "since": null }));
    page.line().unwrap();
    // Nobody is signed in to keep it.
    let [far, near] = [3_600, 3].map(|seconds| luana.post("/callbacks", &form(&schedule, &id, later(seconds))).json());
    let path = |made: &Value| format!("/callbacks/{}", made["callback"].as_str().unwrap());
    assert_eq!(luana.get(&path(&far)).json()["state"], "open");
    let path = path(&near);
    page.until("its time", |line| line["news"]["callback"]["state"] == "waiting");
    assert_eq!(luana.get(&path).json()["state"], "waiting");
    assert_eq!(luana.get("/callbacks").json()["rows"][0]["state"], "waiting");
    assert_eq!(ana.get("/callbacks/board").json()["rows"][0]["state"], "waiting");
    assert_eq!([bia.get(&path).status, luana.get("/callbacks/77").status], [404, 404], "another's, and nobody's");
}

#[test]
fn callbacks_come_from_a_file_and_go_into_a_calendar() {
    let (office, ana) = Office::new("web-feed");
    let (mut luana, _) = office.hire(&ana, "luana", json!({ "ramal": "2107" }));
    escala(&ana, "Sempre", json!({}));
    let day: NaiveDate = Utc::now().date_naive() + chrono::Days::new(2);
    let csv = format!(
        "escala;nome;telefone;data;responsavel\nSempre;Dona Maria;1999;{} 09:00;luana\nNunca;X;1999;{0} 09:00;\n\
         Sempre;Y;1999;ontem;luana\n",
        day.format("%d/%m/%Y")
    );
    let report = ana.post("/callbacks/import", &json!({ "csv": csv, "apply": true })).json();
    let bad: Vec<_> =
        report["bad"].as_array().unwrap().iter().map(|bad| (bad["line"].clone(), bad["field"].clone())).collect();
    assert_eq!(report["created"], 1, "{report}");
    assert_eq!(bad, [(json!(3), json!("schedule")), (json!(4), json!("when"))]);
    let url = luana.post("/callbacks/feed", &json!({})).json()["url"].as_str().unwrap().to_owned();
    let url = url.strip_prefix("/api/v1").unwrap().to_owned();
    luana.cookie = None;
    let feed = luana.get(&url);
    assert_eq!(feed.status, 200, "{feed:?}");
    let text = String::from_utf8_lossy(&feed.body).into_owned();
    assert!(text.contains("SUMMARY:Dona Maria") && text.contains(&format!("DTSTART:{}T090000Z", day.format("%Y%m%d"))));
    let secret = url.rsplit_once('=').unwrap().1.to_owned();
    assert_eq!(luana.get(&format!("/callbacks?token={secret}")).status, 401, "the address is the calendar's alone");
}
