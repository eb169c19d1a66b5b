//! Contacts read in from a spreadsheet, and what an alert looks like to the page.

use serde_json::{Value, json};

use crate::office::Office;
use crate::support::{LONG, wait_for, when};

#[test]
fn a_spreadsheet_of_contacts_is_looked_at_first_and_what_is_good_and_new_is_kept() {
    let (office, ana) = Office::new("web-contacts-csv");
    let (luana, _) = office.hire(&ana, "luana", json!({ "ramal": "2107" }));
    let csv = "Nome;Telefone 1;Telefone 2;CPF/CNPJ;Observação;Bairro\r\n\
               Mariana Prado;(19) 90745-2310;019 3232 1010;529.982.247-25;\"VIP; ligar\ncedo\";Centro\r\n\
               João;+55 11 98765-4321;;123;;\r\n\
               José;abc;;;;\r\n\
               ;(11) 3232-1010;;;;\r\n\
               MARIANA PRADO;;;52998224725;;\r\n\
               Zé;11 3030 2020\r\n\
               =cmd();11 3030 2021;;;;\r\n";
    let import = |apply: bool| {
        let answer = ana.post("/contacts/import", &json!({ "csv": csv, "apply": apply, "lines_before": 0 }));
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()
    };
    let lines = |report: &Value, list: &str| -> Vec<u64> {
        report[list].as_array().unwrap().iter().map(|one| one["line"].as_u64().unwrap()).collect()
    };
    let seen = import(false);
    assert_eq!((&seen["created"], &seen["applied"]), (&json!(2), &json!(false)), "{seen}");
    assert_eq!(seen["columns"][5], json!({ "column": "Bairro", "read_as": null }));
    // The note of the first one is two lines of the file.
    assert_eq!((lines(&seen, "bad"), lines(&seen, "duplicates")), (vec![4, 5, 6, 8], vec![7]), "{seen}");
    let codes: Vec<_> = seen["bad"].as_array().unwrap().iter().map(|bad| bad["code"].clone()).collect();
    assert_eq!(codes, ["invalid", "invalid", "invalid", "cells"]);
    assert_eq!(ana.get("/contacts?number=19907452310").json(), json!([]), "nothing was kept");

    assert_eq!(import(true)["created"], 2);
    let found = ana.get("/contacts?number=019%2090745-2310").json();
    assert_eq!(found[0]["name"], "Mariana Prado", "by any spelling: {found}");
    assert_eq!(found[0]["phones"], json!(["+5519907452310", "+551932321010"]));
    assert_eq!(found[0]["note"], "VIP; ligar\ncedo");
    let again = import(true);
    assert_eq!((&again["created"], lines(&again, "duplicates")), (&json!(0), vec![2, 7, 9]), "{again}");

    let part = ana.post("/contacts/import", &json!({ "csv": "nome;telefone\nJosé;abc\n", "lines_before": 1_000 }));
    assert_eq!(lines(&part.json(), "bad"), [1_002], "lines are called as in the whole file");
    let nameless = ana.post("/contacts/import", &json!({ "csv": "a;b\n1;2\n" }));
    assert_eq!(nameless.json()["error"]["fields"]["csv"], "invalid");
    assert_eq!(luana.post("/contacts/import", &json!({ "csv": csv, "apply": true })).status, 403);
}

#[test]
fn vz_17_an_alert_stands_in_the_live_state_of_whoever_it_is_for() {
    let (office, ana) = Office::with("web-alerts", "", "[alerts]\nleast_free_mb = 4000000000\n");
    let (luana, _) = office.hire(&ana, "luana", json!({ "ramal": "2107" }));
    wait_for(LONG, "the alert", || {
        let mut page = ana.live().ok()?;
        page.say(&json!({ "since": null }));
        let alerts = page.line()?["snapshot"]["alerts"].as_array()?.clone();
        let low = alerts.iter().find_map(|alert| alert.get("disk-low"))?;
        when(low["least_mb"] == 4_000_000_000_u64 && low["free_mb"].is_u64())
    });
    let mut page = luana.live().unwrap();
    page.say(&json!({ "since": null }));
    assert_eq!(page.line().unwrap()["snapshot"]["alerts"], json!([]), "an agent has nothing to do with the disk");
}

#[test]
fn a_number_that_may_not_be_dialled_names_the_gates_rule() {
    let (office, ana) = Office::new("web-gate-rule");
    let (luana, _) = office.hire(&ana, "luana", json!({ "ramal": "2107" }));
    assert_eq!(luana.post("/agent/sign-in", &json!({ "device": null })).status, 204);
    for (number, rule) in [("+1 212 555 0100", "international"), ("0900 123 456", "premium"), ("12a", "grammar")] {
        let refused = luana.post("/calls", &json!({ "number": number, "route": "carrier" }));
        assert_eq!((refused.code().as_str(), &refused.json()["error"]["rule"]), ("gate", &json!(rule)), "{refused:?}");
    }
}
