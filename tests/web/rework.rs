//! Filters that are put on lists and leads that come back, over the API and on the command line (GN-14).

use serde_json::{Value, json};

use crate::campaigns::campaign;
use crate::leads::{list_of, refused};
use crate::office::Office;
use crate::predictive::Judged;
use crate::support::{Browser, LONG, wait_for};

fn townsman(name: &str, number: &str, town: &str) -> Value {
    json!({ "recipient": name, "phones": [{ "number": number, "label": "" }], "fields": [["cidade", town]] })
}

/// The list, once no pass goes over it.
fn still(browser: &Browser, list: &str) -> Value {
    wait_for(LONG, "the end of the pass", || {
        Some(browser.get(&format!("/lead-lists/{list}")).json()).filter(|list| list["rework"].is_null())
    })
}

fn people(browser: &Browser) -> String {
    let people = [
        townsman("Ana", "11987650001", "São Paulo"),
        townsman("Bia", "19987650002", "Campinas"),
        townsman("Caio", "11987650003", "sao paulo"),
    ];
    list_of(browser, json!(people))
}

#[test]
fn gn_14_a_filter_is_counted_first_then_put_on_and_taken_off() {
    let (office, ana) = Office::new("web-filter");
    let (luana, _) = office.hire(&ana, "luana", json!({ "ramal": "2107" }));
    let list = people(&ana);
    let path = format!("/lead-lists/{list}");
    assert_eq!(ana.get(&format!("{path}/fields")).json(), json!(["cidade"]));
    let towns = json!({ "conditions": [{ "of": "field", "name": "Cidade", "is": "any-of", "values": ["são paulo"] }] });
    let found = ana.post(&format!("{path}/filter/preview"), &towns);
    assert_eq!((found.status, found.json()), (200, json!({ "leads": 3, "chosen": 2 })));
    assert_eq!(ana.get(&path).json()["filter"], json!([]), "only counted");

    let put = |filter: &Value| ana.send("PUT", &format!("{path}/filter"), Some(filter));
    assert_eq!(luana.send("PUT", &format!("{path}/filter"), Some(&towns)).status, 403, "a supervisor's");
    assert_eq!(put(&towns).status, 202);
    let filtered = still(&ana, &list);
    assert_eq!((&filtered["aside"], &filtered["standing"]["kind"]), (&json!(1), &json!("ready")), "{filtered}");
    assert_eq!(filtered["filter"][0]["values"], json!(["são paulo"]));
    let id = campaign(&ana, "Renova", json!({ "lists": [list] }));
    let dry = ana.get(&format!("/campaigns/{id}/dry-run")).json();
    assert_eq!((&dry["leads"], &dry["by_rule"]["filter"]), (&json!(3), &json!(1)), "{dry}");
    ana.post(&format!("/campaigns/{id}/steer"), &json!({ "to": "start" }));
    let bia = ana.get("/leads?q=Bia").json()["rows"][0]["lead"].as_str().unwrap().to_owned();
    assert_eq!(ana.get(&format!("/leads/{bia}")).json()["why"][0]["waits"]["kind"], "filtered", "GN-16");

    let of = |condition: Value| put(&json!({ "conditions": [condition] }));
    let field = |name: &str, is: &str, value: &str| json!({ "of": "field", "name": name, "is": is, "values": [value] });
    let unknown = of(field("cidadde", "any-of", "Rio"));
    assert_eq!(refused(&unknown), (422, json!("unknown-field"), json!("conditions")));
    assert_eq!(unknown.json()["error"]["text"], "no lead of the list has a field cidadde; it has cidade");
    assert_eq!(refused(&of(field("cidade", "at-least", "x"))), (422, json!("condition"), json!("conditions")));
    let ddd = json!({ "of": "ddd", "name": null, "is": "any-of", "values": ["1"] });
    assert_eq!(refused(&of(ddd)), (422, json!("condition"), json!("conditions")));
    assert_eq!(ana.send("PUT", "/lead-lists/4611686018427387904/filter", Some(&towns)).status, 404);

    assert_eq!(put(&json!({ "conditions": [] })).status, 202);
    let free = still(&ana, &list);
    assert_eq!((&free["aside"], &free["filter"]), (&json!(0), &json!([])));
    let audit = ana.get("/audit").json();
    let mut filtered = audit.as_array().unwrap().iter().filter(|line| line["action"] == "leads-filtered");
    assert_eq!(filtered.next_back().unwrap()["detail"]["conditions"], json!(["Cidade=são paulo"]), "the first of them");
}

#[test]
fn gn_14_leads_that_were_declined_do_not_come_back_and_who_chooses_nothing_is_told() {
    let (_office, ana) = Office::new("web-recycle");
    let list = people(&ana);
    let path = format!("/lead-lists/{list}/recycle");
    let nothing = ana.post(&path, &json!({ "results": [], "dispositions": [], "uncalled": false }));
    assert_eq!(refused(&nothing), (422, json!("nothing-chosen"), json!("results")));
    let unknown = ana.post(&path, &json!({ "dispositions": ["7"] }));
    assert_eq!(refused(&unknown), (422, json!("invalid"), json!("dispositions")));
    let found = ana.post(&format!("{path}/preview"), &json!({ "results": ["no-answer"], "uncalled": true }));
    assert_eq!(found.json(), json!({ "leads": 3, "chosen": 0 }), "who waits is not over");
    assert_eq!(ana.post(&path, &json!({ "results": ["busy"] })).status, 202);
    assert_eq!(still(&ana, &list)["standing"]["kind"], "ready");
}

#[test]
fn gn_14_who_was_busy_comes_back_and_is_called_again_though_nobody_may_be_called_more_than_once() {
    let once = json!([{ "of": "lead", "within": "ever", "most": 1 }]);
    let later = json!({ "kind": "again", "after_minutes": 0, "turn": "same" });
    let retry = json!({ "results": { "busy": later }, "dispositions": {}, "limits": once });
    let floor = Judged::with("web-recycled", (10, 1190), json!({ "mode": "progressive", "retry": retry }));
    floor.registered();
    floor.to_the_end();
    assert_eq!(floor.results()["busy"], 2);
    assert!(floor.called().values().all(|calls| *calls == 1), "{:?}", floor.called());

    let path = format!("/lead-lists/{}/recycle", floor.list);
    let whom = json!({ "results": ["busy"] });
    assert_eq!(floor.ana.post(&format!("{path}/preview"), &whom).json(), json!({ "leads": 10, "chosen": 2 }));
    assert_eq!(floor.ana.post(&path, &whom).status, 202);
    assert_eq!(still(&floor.ana, &floor.list)["standing"]["kind"], "ready");
    floor.steer("start");
    floor.to_the_end();
    let again = floor.called().into_iter().filter(|(_, calls)| *calls == 2).map(|(number, _)| number);
    assert_eq!(again.collect::<Vec<_>>(), ["000006", "000007"], "nobody else, and nobody a third time");
    assert_eq!(floor.called().len(), 10);
    assert_eq!(floor.results()["busy"], 4);
}

#[test]
fn gn_14_lists_are_filtered_and_recycled_by_the_command_line() {
    let (office, ana) = Office::new("web-filter-cmd");
    let list = people(&ana);
    let told = |arguments: &[&str]| office.daemon.told(arguments);
    let (said, _) = told(&["lists", "filter", &list, "--where", "cidade=são paulo", "--where", "ddd=11", "--dry-run"]);
    assert_eq!(said, "2 of 3 leads would be called\n");
    assert_eq!(told(&["lists", "filter", &list, "--where", "cidade!=São Paulo"]).1, Some(0));
    let all = office.daemon.wait_ctl(LONG, "the pass", &["lists"], |all| all["lists"][0]["rework"].is_null());
    assert_eq!((&all["lists"][0]["aside"], &all["lists"][0]["filter"]), (&json!(2), &json!(["cidade!=São Paulo"])));
    let (said, _) = told(&["lists"]);
    assert!(said.contains("ready; filter cidade!=São Paulo, 2 aside"), "{said}");
    let id = campaign(&ana, "Renova", json!({ "lists": [list] }));
    told(&["campaigns", "start", &id]);
    let aside = office.daemon.ctl(&["leads", "find", "Caio"])["leads"][0]["lead"].clone();
    let (said, _) = told(&["leads", "why", aside.as_str().unwrap()]);
    assert!(said.contains("The filter of its list leaves it aside."), "GN-16: {said}");
    let (said, _) = told(&["campaigns", "dry-run", &id]);
    assert!(said.contains("left aside by the filter of the list"), "{said}");
    let (said, code) = told(&["lists", "filter", &list, "--where", "cidade"]);
    assert!(said.contains("cidade: write it as cidade=São Paulo") && code == Some(1), "{said}");
    assert_eq!(told(&["lists", "filter", &list]).1, Some(2), "what it is to let through");
    assert_eq!(told(&["lists", "filter", &list, "--none"]).1, Some(0));

    let (said, _) = told(&["lists", "recycle", &list, "--result", "no-answer", "--uncalled", "--dry-run"]);
    assert_eq!(said, "0 of 3 leads would come back\n");
    let (said, code) = told(&["lists", "recycle", &list, "--result", "nobody"]);
    assert!(said.contains("nobody is no result; there are: connected, machine") && code == Some(2), "{said}");
    let (said, code) = told(&["lists", "recycle", &list, "--disposition", "Sumiu"]);
    assert!(said.contains("there is no disposition Sumiu") && code == Some(1), "{said}");
}
