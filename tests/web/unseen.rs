//! An agent who closed the page without signing out: a callback waits for somebody who would see it.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use crate::office::Office;
use crate::support::browser::Live;
use crate::support::{Browser, LONG, wait_for, when};

fn page(browser: &Browser) -> Live {
    let mut page = browser.live().unwrap();
    page.say(&json!({ "since": null }));
    assert!(page.line().unwrap().get("snapshot").is_some());
    page
}

#[test]
fn cb_08_nothing_is_dialled_for_an_agent_whose_page_is_closed_until_it_is_back() {
    let (office, ana) = Office::new("web-unseen");
    let (luana, id) = office.hire(&ana, "luana", json!({ "ramal": "2107" }));
    let day = json!({ "from": 0, "until": 1440 });
    let escala = json!({ "name": "Sempre", "week": vec![day; 7], "zone": "UTC", "slot_minutes": 1, "capacity": 9,
        "calendar": { "national": false, "optional": false, "states": [], "places": [] } });
    let schedule = ana.post("/schedules", &escala).json()["schedule"].clone();
    let (mut anas, hers) = (page(&ana), page(&luana));
    assert_eq!(luana.post("/agent/sign-in", &json!({ "device": null })).status, 204);
    let at = (Utc::now() + TimeDelta::seconds(19)).naive_utc().format("%Y-%m-%dT%H:%M:%S").to_string();
    let form = json!({ "schedule": schedule, "recipient": "Dona Maria", "number": "1999", "owner": { "person": id }, "when": at });
    let made = luana.post("/callbacks", &form);
    assert_eq!(made.status, 201, "{made:?}");
    let due: DateTime<Utc> = made.json()["due"].as_str().unwrap().parse().unwrap();
    drop(hers);
    let closed = Utc::now();
    anas.until("a reserved agent", |line| line["news"]["callback"]["state"] == "reserved");
    let told = anas.until("the closed page", |line| line["news"]["agent"]["page_gone"] == true);
    assert!(Utc::now() - closed >= TimeDelta::seconds(15), "a reload is shorter");
    assert_eq!(told["news"]["agent"]["user"], json!(id));
    anas.until("a callback that waits", |line| line["news"]["callback"]["state"] == "waiting");
    wait_for(LONG, "its time", || when(Utc::now() > due + TimeDelta::seconds(2)));
    let waiting = ana.get("/callbacks/board").json()["waiting"].clone();
    assert_eq!((waiting, office.daemon.ctl(&["status"])["calls"].clone()), (json!(1), json!(0)));

    let mut back = page(&luana);
    let call = back.until("the call", |line| line["news"]["call"]["state"] == "ringing");
    assert_eq!(call["news"]["call"]["number"], "1999");
}
