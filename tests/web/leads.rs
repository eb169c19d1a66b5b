//! Lists of leads over the API: files brought, looked at and imported, gone on with after a crash; leads and why they wait.

use serde_json::{Value, json};

use crate::campaigns::campaign;
use crate::office::Office;
use crate::support::{Answer, Browser, Daemon, LONG, wait_for};

fn bring(browser: &Browser, name: &str, bytes: &[u8]) -> Answer {
    let host = browser.address.to_string();
    let own = [("Host", host.clone()), ("Origin", format!("http://{host}")), ("Content-Type", "text/csv".to_owned())];
    let mut headers: Vec<_> = own.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    headers.push(("X-File-Name".to_owned(), name.to_owned()));
    headers.extend(browser.cookie.iter().map(|cookie| ("Cookie".to_owned(), cookie.clone())));
    browser.raw("POST", "/api/v1/lead-lists/files", &headers, bytes)
}

fn brought(browser: &Browser, bytes: &[u8]) -> Value {
    let answer = bring(browser, "clientes%20de%20mar%C3%A7o.csv", bytes);
    assert_eq!(answer.status, 201, "{answer:?}");
    answer.json()["file"].clone()
}

fn import(browser: &Browser, file: &Value, options: Value) -> Answer {
    let wanted = json!({ "file": file, "name": "Março", "source": "CRM", "dated": "2026-11-22T12:00:00Z", "expires": null,
        "options": options });
    browser.post("/lead-lists/import", &wanted)
}

/// The list, once nothing of it runs any more.
fn over(browser: &Browser, list: &Value) -> Value {
    let path = format!("/lead-lists/{}", list.as_str().unwrap());
    wait_for(LONG, "the import's end", || {
        let now = browser.get(&path).json();
        Some(now.clone()).filter(|now| now["import"]["running"] == false)
    })
}

/// A list filled by hand.
pub fn list_of(browser: &Browser, leads: Value) -> String {
    let made =
        browser.post("/lead-lists", &json!({ "name": "À mão", "source": "CRM", "dated": null, "expires": null }));
    assert_eq!(made.status, 201, "{made:?}");
    let list = made.json()["list"].as_str().unwrap().to_owned();
    let added = browser.post(&format!("/lead-lists/{list}/leads"), &json!({ "leads": leads }));
    assert_eq!((added.status, added.json()["bad"].clone()), (200, json!([])), "{added:?}");
    list
}

pub fn lead(name: &str, number: &str) -> Value {
    json!({ "recipient": name, "phones": [{ "number": number, "label": "celular" }], "fields": [["CPF", "1"]] })
}

pub fn refused(answer: &Answer) -> (u16, Value, Value) {
    let error = &answer.json()["error"];
    let field = error["field"].clone();
    (answer.status, error["fields"][field.as_str().unwrap_or_default()].clone(), field)
}

const CLIENTS: &[u8] =
    b"nome;telefone;celular;CPF\nDona Maria;1133334444;11987654321;123\nBia;20987654321;;456\nCaio;11987654323;;789\n";

#[test]
fn gn_13_a_file_is_looked_at_first_and_kept_whole_or_not_at_all() {
    let (office, ana) = Office::new("web-leads");
    let (sara, _) = office.hire(&ana, "sara", json!({ "perfil": "2" }));
    let file = brought(&sara, CLIENTS);
    let preview = sara.post("/lead-lists/preview", &json!({ "file": file }));
    assert_eq!(preview.status, 200, "{preview:?}");
    let found = preview.json();
    assert_eq!(
        [&found["rows"], &found["leads"], &found["numbers"], &found["bad"]],
        [3, 2, 3, 1].map(|n| json!(n)).each_ref()
    );
    assert_eq!((&found["errors"][0]["line"], &found["errors"][0]["column"]), (&json!(3), &json!("telefone")));
    assert_eq!(found["columns"][3], json!({ "name": "CPF", "meaning": "field" }));
    assert_eq!(found["sample"][0]["fields"], json!([["CPF", "123"]]));
    let said = json!({ "file": file, "options": { "columns": { "3": "ignored" } } });
    assert_eq!(sara.post("/lead-lists/preview", &said).json()["columns"][3]["meaning"], "ignored");

    let begun = import(&sara, &file, json!({}));
    assert_eq!((begun.status, begun.json()["state"].clone()), (202, json!("loading")), "{begun:?}");
    let failed = over(&sara, &begun.json()["list"]);
    assert_eq!(failed["import"]["error"]["code"], "bad-rows", "{failed}");
    assert_eq!(failed["import"]["error"]["errors"][0]["line"], 3);
    assert_eq!(sara.get("/leads").json()["rows"], json!([]), "nothing was kept");
    let path = format!("/lead-lists/{}", begun.json()["list"].as_str().unwrap());
    assert_eq!(sara.send("DELETE", &path, None).status, 204);
    assert_eq!((sara.get(&path).status, sara.get("/lead-lists").json()), (404, json!([])));

    let begun = import(&sara, &file, json!({ "skip_bad": true })).json();
    let list = over(&sara, &begun["list"]);
    assert_eq!((&list["state"], &list["standing"]["kind"]), (&json!("ready"), &json!("ready")), "{list}");
    assert_eq!([&list["leads"], &list["numbers"], &list["import"]["bad"]], [2, 3, 1].map(|n| json!(n)).each_ref());
    assert_eq!(list["import"]["file"], "clientes de março.csv");
    assert_eq!(sara.get("/lead-lists").json(), json!([list]));
    let gone = sara.post("/lead-lists/preview", &json!({ "file": file }));
    assert_eq!(refused(&gone), (422, json!("gone"), json!("file")), "what is kept needs its file no more");
    let actions: Vec<Value> =
        ana.get("/audit").json().as_array().unwrap().iter().map(|line| line["action"].clone()).collect();
    for action in ["lead-file-brought", "leads-import-begun", "lead-list-discarded"] {
        assert!(actions.contains(&json!(action)), "{action}: {actions:?}");
    }
}

#[test]
fn gn_13_whoever_has_no_right_brings_nothing_and_what_is_no_list_is_refused_in_words() {
    let (office, ana) = Office::new("web-leads-hostile");
    let (luana, _) = office.hire(&ana, "luana", json!({ "ramal": "2107" }));
    let (mut sara, _) = office.hire(&ana, "sara", json!({ "perfil": "2" }));
    assert_eq!(bring(&luana, "x.csv", CLIENTS).status, 403);
    let file = brought(&ana, CLIENTS);
    let foreign = sara.post("/lead-lists/preview", &json!({ "file": file }));
    assert_eq!(refused(&foreign), (422, json!("gone"), json!("file")), "another's");
    for (bytes, code) in [
        (&b"%PDF-1.7 a contract"[..], "not-text"),
        (b"nome;cpf\nAna;1\n", "no-phone"),
        (b"\xff\xfen\0o\0", "utf-16"),
        (b"PK\x03\x04 a spreadsheet", "not-text"),
    ] {
        let file = brought(&sara, bytes);
        let no = sara.post("/lead-lists/preview", &json!({ "file": file }));
        assert_eq!(refused(&no), (422, json!(code), json!("file")));
        if code == "no-phone" {
            let columns = json!([{ "name": "nome", "meaning": "recipient" }, { "name": "cpf", "meaning": "field" }]);
            assert_eq!(no.json()["error"]["columns"], columns, "somebody may say which of them is one");
            let options = json!({ "columns": { "1": "phone" } });
            let mapped = sara.post("/lead-lists/preview", &json!({ "file": file, "options": options }));
            assert_eq!((mapped.status, mapped.json()["columns"][1]["meaning"].clone()), (200, json!("phone")));
        }
        let begun = import(&sara, &file, json!({})).json();
        assert_eq!(over(&sara, &begun["list"])["import"]["error"]["code"], code);
    }
    assert_eq!(refused(&bring(&sara, "x.csv", b"")), (422, json!("empty"), json!("file")));
    let no = sara.post("/lead-lists", &json!({ "name": " ", "source": "CRM", "dated": null, "expires": null }));
    assert_eq!(refused(&no), (422, json!("invalid"), json!("name")));
    let expired =
        json!({ "name": "x", "source": "CRM", "dated": "2026-11-22T12:00:00Z", "expires": "2026-11-21T12:00:00Z" });
    assert_eq!(refused(&sara.post("/lead-lists", &expired)), (422, json!("invalid"), json!("expires")));
    let nothing = "72057594037927999";
    for (method, path) in [("GET", ""), ("DELETE", ""), ("POST", "/stop")] {
        assert_eq!(sara.send(method, &format!("/lead-lists/{nothing}{path}"), None).status, 404, "{method} {path}");
    }
    let added = sara.post(&format!("/lead-lists/{nothing}/leads"), &json!({ "leads": [] }));
    assert_eq!((added.status, sara.get(&format!("/leads/{nothing}")).status), (404, 404));
    assert_eq!(sara.get("/leads?state=asleep").status, 400);

    sara.headers = vec![("Idempotency-Key".to_owned(), "click".to_owned())];
    let new = json!({ "name": "Duas vezes", "source": "CRM", "dated": null, "expires": null });
    let [first, second] = [(), ()].map(|()| sara.post("/lead-lists", &new).json()["list"].clone());
    assert_eq!((&first, first.is_string()), (&second, true), "two clicks make one list");
    sara.headers.clear();
    let path = format!("/lead-lists/{}/leads", first.as_str().unwrap());
    let many: Vec<Value> = (0..501).map(|_| lead("x", "1")).collect();
    assert_eq!(refused(&sara.post(&path, &json!({ "leads": many }))), (422, json!("too-many"), json!("leads")));
    let mixed = json!({ "leads": [lead("Ana", "11987654321"), lead("Bia", "190"), lead("Ana", "(11) 98765-4321"),
        { "recipient": "Caio", "phones": [] }, { "recipient": "Davi", "phones": [{ "number": "1133334444" }], "zone": "Lua" }] });
    let added = sara.post(&path, &mixed).json();
    assert_eq!((&added["created"], &added["twice"]), (&json!(1), &json!(1)), "{added}");
    let bad: Vec<_> =
        added["bad"].as_array().unwrap().iter().map(|bad| (bad["line"].as_u64(), bad["code"].clone())).collect();
    assert_eq!(bad, [(Some(2), json!("not-dialled")), (Some(4), json!("missing")), (Some(5), json!("zone"))]);
}

#[test]
fn gn_13_an_import_that_a_crash_cut_is_gone_on_with_by_the_same_file_alone() {
    let (mut office, ana) = Office::new("web-leads-crash");
    let mut text = "nome;telefone\n".to_owned();
    (0..60_000).for_each(|one| text += &format!("Pessoa {one};(11) 9{:04}-{:04}\n", one / 10_000, one % 10_000));
    let file = brought(&ana, text.as_bytes());
    let begun = import(&ana, &file, json!({})).json();
    let path = format!("/lead-lists/{}", begun["list"].as_str().unwrap());
    wait_for(LONG, "some of it", || ana.get(&path).json()["import"]["rows"].as_u64().filter(|rows| *rows > 0));
    office.daemon.kill9();
    office.daemon = Daemon::start_again(office.folder.path(), &[]);
    let cut = ana.get(&path).json();
    assert_eq!((&cut["state"], &cut["import"]["running"]), (&json!("loading"), &json!(false)), "{cut}");
    assert!(cut["import"]["rows"].as_u64().unwrap() < 60_000, "{cut}");
    assert_eq!(ana.post(&format!("{path}/stop"), &json!({})).status, 409, "it does not run");
    let resume = |file: &Value| ana.post(&format!("{path}/resume"), &json!({ "file": file }));
    assert_eq!(refused(&resume(&file)), (422, json!("gone"), json!("file")), "files do not outlive the daemon");
    let other = brought(&ana, CLIENTS);
    assert_eq!(resume(&other).status, 202);
    assert_eq!(over(&ana, &begun["list"])["import"]["error"]["code"], "changed");
    let same = brought(&ana, text.as_bytes());
    assert_eq!(resume(&same).status, 202);
    let whole = over(&ana, &begun["list"]);
    assert_eq!(
        (&whole["state"], &whole["leads"], &whole["import"]["rows"]),
        (&json!("ready"), &json!(60_000), &json!(60_000))
    );
    assert_eq!(resume(&same).status, 409, "it is complete");
    let page = ana.get(&format!("/leads?list={}", begun["list"].as_str().unwrap())).json();
    assert_eq!(page["rows"].as_array().unwrap().len(), 100);
    let next = page["next"].as_str().unwrap();
    let second = ana.get(&format!("/leads?list={}&after={next}", begun["list"].as_str().unwrap())).json();
    assert_eq!(second["rows"][0]["recipient"], "Pessoa 100");
}

#[test]
fn gn_16_of_any_lead_it_is_said_why_it_is_not_called_and_when_it_may_be() {
    let (_office, ana) = Office::new("web-why");
    let list = list_of(&ana, json!([lead("Dona Maria", "0800 777 0000"), lead("Bia 100%", "(11) 98765-4321")]));
    let find = |asked: &str| ana.get(&format!("/leads?{asked}")).json()["rows"].clone();
    let maria = find("q=08007770000")[0].clone();
    assert_eq!((&maria["recipient"], &maria["list"]), (&json!("Dona Maria"), &json!(list)));
    assert_eq!((find("q=100%25").as_array().unwrap().len(), find("q=100_").as_array().unwrap().len()), (1, 0));
    assert_eq!((find("state=done"), find("state=waiting").as_array().unwrap().len()), (json!([]), 2));
    let path = format!("/leads/{}", maria["lead"].as_str().unwrap());
    let why = || {
        let whole = ana.get(&path);
        assert_eq!(whole.status, 200, "{whole:?}");
        whole.json()["why"][0].clone()
    };
    assert_eq!((why()["waits"]["kind"].clone(), why()["campaign"].clone()), (json!("not-in-campaign"), Value::Null));
    let id = campaign(&ana, "Renova Energia", json!({ "lists": [list] }));
    assert_eq!((why()["waits"]["kind"].clone(), why()["campaign"].clone()), (json!("campaign-stopped"), json!(id)));
    assert_eq!(find(&format!("campaign={id}")).as_array().unwrap().len(), 2);
    assert_eq!(ana.post(&format!("/campaigns/{id}/steer"), &json!({ "to": "start" })).status, 204);
    let scope = json!({ "campaign": id, "aim": null });
    let listed = json!({ "number": "08007770000", "source": "Pedido do cliente", "until": null, "scope": scope });
    assert_eq!(ana.post("/suppressions", &listed).json()["scope"], scope);
    assert_eq!(why()["denied"]["rule"], "do-not-call", "for this campaign: {}", why());
    let other = campaign(&ana, "Outra", json!({ "lists": [list] }));
    let all = ana.get(&path).json()["why"].clone();
    let of_other = all.as_array().unwrap().iter().find(|why| why["campaign"] == json!(other)).unwrap();
    assert_ne!(of_other["denied"]["rule"], "do-not-call", "another campaign is not spoken of");
    let settle = ana.post(&format!("{path}/settle"), &json!({ "reached": true }));
    assert_eq!((settle.status, settle.code()), (409, "wrong-state".to_owned()), "nothing is in doubt");
    assert_eq!(ana.send("DELETE", &format!("/lead-lists/{list}"), None).status, 204);
    assert_eq!(find("state=waiting"), json!([]));
}

#[test]
fn gn_05_gn_06_an_agent_reads_a_record_and_leaves_it_for_later_while_others_do_not_see_it() {
    let (office, ana) = Office::new("web-record");
    let (luana, luanas) = office.hire(&ana, "luana", json!({ "ramal": "2107" }));
    let (bia, _) = office.hire(&ana, "bia", json!({ "ramal": "2108" }));
    let list = list_of(&ana, json!([lead("Dona Maria", "0800 777 0000")]));
    let id =
        campaign(&ana, "Renova Energia", json!({ "lists": [list], "routes": [{ "account": "carrier", "weight": 1 }] }));
    let mut page = luana.live().unwrap();
    page.say(&json!({ "since": null }));
    assert_eq!(page.line().unwrap()["snapshot"]["records"], json!([]));
    assert_eq!(luana.post("/agent/sign-in", &json!({ "device": null })).status, 204);
    page.until("a ready agent", |line| line["news"]["agent"]["state"]["kind"] == "ready");
    assert_eq!(ana.post(&format!("/campaigns/{id}/steer"), &json!({ "to": "start" })).status, 204);
    assert_eq!(luana.post(&format!("/campaigns/{id}/get-record"), &json!({})).status, 204);
    let record = page.until("the record", |line| line["news"]["record"]["place"] == "open")["news"]["record"].clone();
    assert_eq!(
        (&record["recipient"], &record["user"], &record["fields"]),
        (&json!("Dona Maria"), &json!(luanas), &json!([["CPF", "1"]]))
    );
    let lead = record["lead"].as_str().unwrap();
    let history = luana.get(&format!("/leads/{lead}"));
    assert_eq!((history.status, history.json()["state"]["kind"].clone()), (200, json!("leased")), "{history:?}");
    assert_eq!(bia.get(&format!("/leads/{lead}")).status, 403, "another's record");
    assert_eq!(bia.post(&format!("/records/{lead}/later"), &json!({})).status, 404);
    assert_eq!(luana.get("/leads").status, 403);
    let close = luana.post(&format!("/records/{lead}/close"), &json!({ "disposition": null, "stop": false }));
    assert_eq!((close.status, close.code()), (409, "nothing-tried".to_owned()));
    let dial = luana.post(&format!("/records/{lead}/dial"), &json!({ "phone": 7, "caller_id": null }));
    assert_eq!((dial.status, dial.code()), (422, "no-such-number".to_owned()));
    assert_eq!(luana.post(&format!("/records/{lead}/later"), &json!({})).status, 204);
    page.until("it is gone", |line| line["news"]["record"]["place"] == "gone");
    let why = ana.get(&format!("/leads/{lead}")).json()["why"][0].clone();
    assert_eq!(why["waits"]["kind"], "until", "two hours: {why}");
    assert!(why["next"].is_string(), "{why}");
}

#[test]
fn gn_15_a_do_not_call_list_has_a_scope_and_an_age_and_its_numbers_take_them_on() {
    let (office, ana) = Office::new("web-number-lists");
    let (luana, _) = office.hire(&ana, "luana", json!({ "ramal": "2107" }));
    let terms = json!({ "scope": { "campaign": null, "aim": "sales" }, "dated": "2020-01-01T00:00:00Z", "expires": "2020-02-01T00:00:00Z" });
    let path = "/suppression-lists/N%C3%A3o%20Me%20Perturbe";
    assert_eq!(luana.send("PUT", path, Some(&terms)).status, 403);
    assert_eq!(ana.send("PUT", path, Some(&terms)).status, 204);
    let csv = "telefone;lista\n11987654321;Não Me Perturbe\n11987654322;Procon-SP\n";
    assert_eq!(ana.post("/suppressions/import", &json!({ "csv": csv, "apply": true })).json()["created"], 2);
    let rows = ana.get("/suppressions").json()["rows"].clone();
    let scope =
        |number: &str| rows.as_array().unwrap().iter().find(|row| row["number"] == number).unwrap()["scope"].clone();
    assert_eq!(scope("+5511987654321"), json!({ "campaign": null, "aim": "sales" }), "its list's");
    assert_eq!(scope("+5511987654322"), json!({ "campaign": null, "aim": null }));
    let lists = ana.get("/suppression-lists").json();
    let kind = &lists[0]["standing"]["kind"];
    assert_eq!(
        (&lists[0]["source"], &lists[0]["numbers"], kind),
        (&json!("Não Me Perturbe"), &json!(1), &json!("stale"))
    );
    let unknown =
        json!({ "scope": { "campaign": "70", "aim": null }, "dated": "2020-01-01T00:00:00Z", "expires": null });
    assert_eq!(refused(&ana.send("PUT", path, Some(&unknown))), (422, json!("invalid"), json!("scope")));
}

#[test]
fn gn_13_whoever_may_open_the_socket_steers_and_brings_leads_by_the_command_line() {
    let (office, ana) = Office::new("web-leads-cmd");
    let ctl = |arguments: &[&str]| office.daemon.ctl(arguments);
    let id = campaign(&ana, "Renova Energia", json!({}));
    assert_eq!(ctl(&["campaigns"])["campaigns"][0]["id"], json!(id));
    ctl(&["campaigns", "start", "renova energia"]);
    assert_eq!(ana.get(&format!("/campaigns/{id}")).json()["standing"], "running");
    assert_eq!(office.daemon.try_ctl(&["campaigns", "stop", "nenhuma"]).status.code(), Some(2));

    let file = office.folder.path().join("clientes.csv");
    std::fs::write(&file, CLIENTS).unwrap();
    let file = file.to_str().unwrap();
    let list = ctl(&["lists", "import", file, "--name", "Março", "--source", "CRM", "--skip-bad"])["list"].clone();
    let all = office.daemon.wait_ctl(LONG, "the list", &["lists"], |all| all["imports"] == json!([]));
    assert_eq!((&all["lists"][0]["list"], &all["lists"][0]["leads"]), (&list, &json!(2)), "{all}");
    let found = ctl(&["leads", "find", "11 98765-4321"]);
    assert_eq!((&found["leads"][0]["recipient"], &found["leads"][0]["list"]), (&json!("Dona Maria"), &list));
    let lead = found["leads"][0]["lead"].as_str().unwrap();
    assert_eq!(office.daemon.try_ctl(&["leads", "settle", lead, "yes"]).status.code(), Some(1), "nothing is in doubt");
    ctl(&["lists", "discard", list.as_str().unwrap()]);
    assert_eq!(ctl(&["leads", "find", "Dona"])["leads"], json!([]));

    let entry = ctl(&["dnc", "add", "(11) 98765-4321", "--source", "Pedido do cliente"]);
    assert_eq!(ctl(&["dnc", "--with", "+5511"])["suppressions"], json!([entry]));
    ctl(&["dnc", "remove", entry["suppression"].as_str().unwrap()]);
    assert_eq!(ctl(&["dnc"])["suppressions"], json!([]));
    let audit = ana.get("/audit").json();
    let local: Vec<&Value> = audit.as_array().unwrap().iter().filter(|line| line["address"] == "local").collect();
    let actions: Vec<&Value> = local.iter().map(|line| &line["action"]).rev().collect();
    let done =
        ["campaign-steered", "leads-import-begun", "lead-list-discarded", "suppression-added", "suppression-removed"];
    assert_eq!(actions, done.map(|action| json!(action)).each_ref());
}

#[test]
fn gn_16_a_dry_run_counts_each_lead_once_and_says_what_keeps_it() {
    let (office, ana) = Office::new("web-dry-run");
    let (luana, _) = office.hire(&ana, "luana", json!({ "ramal": "2107" }));
    let list =
        list_of(&ana, json!([lead("Ana", "11987650001"), lead("Bia", "11987650002"), lead("Caio", "11987650003")]));
    let never = json!({ "number": "11987650002", "source": "Pedido do cliente" });
    assert_eq!(ana.post("/suppressions", &never).status, 201);
    let id = campaign(&ana, "Renova", json!({ "lists": [list] }));
    let path = format!("/campaigns/{id}/dry-run");
    let found = ana.get(&path).json();
    assert_eq!((&found["leads"], &found["never"], &found["in_work"]), (&json!(3), &json!(1), &json!(0)), "{found}");
    assert_eq!(found["by_rule"]["do-not-call"], 1);
    let count = |name: &str| found[name].as_u64().unwrap();
    assert_eq!(count("now") + count("today") + count("later"), 2, "whatever the hour: {found}");
    assert_eq!(luana.get(&path).status, 403, "a supervisor's");
    assert_eq!(ana.get("/campaigns/72057594037927999/dry-run").status, 404);
    let needy = campaign(&ana, "Outra", json!({ "lists": [list], "needs": ["Procon"] }));
    let held = ana.get(&format!("/campaigns/{needy}/dry-run")).json();
    assert_eq!((&held["never"], &held["by_rule"]), (&json!(3), &json!({ "do-not-call-list": 3 })), "{held}");
}

/// The day so many days from now, as the command line takes it.
fn in_days(days: i64) -> String {
    (chrono::Utc::now() + chrono::TimeDelta::days(days)).format("%Y-%m-%d").to_string()
}

#[test]
fn gn_13_a_dry_run_of_a_file_names_what_repeats_over_the_api_and_on_the_command_line() {
    let (office, ana) = Office::new("web-leads-repeats");
    list_of(&ana, json!([lead("Zé", "11987654329")]));
    let text = b"nome;telefone\nAna;11987654321\nBia;11 98765-4321\nCaio;11987654329\nDavi;20\n";
    let file = brought(&ana, text);
    let wanted = json!({ "file": file, "options": { "across_lists": true } });
    let found = ana.post("/lead-lists/preview", &wanted).json();
    let repeats = json!({ "rows": 1, "first": [{ "line": 3, "first": 2 }], "uncompared": 0 });
    assert_eq!((&found["repeats"], &found["listed"], &found["twice"]), (&repeats, &json!(1), &json!(2)), "{found}");

    let path = office.folder.path().join("clientes.csv");
    std::fs::write(&path, text).unwrap();
    let path = path.to_str().unwrap();
    let seen = office.daemon.try_ctl(&["lists", "import", path, "--dry-run", "--across-lists"]);
    assert_eq!(seen.status.code(), Some(1), "a bad row would keep it out");
    assert_eq!(serde_json::from_slice::<Value>(&seen.stdout).unwrap(), found, "as the API has it");
    let (said, _) = office.daemon.told(&["lists", "import", path, "--dry-run", "--across-lists"]);
    for part in [
        "Read as UTF-8, separated by ;",
        "telefone  telephone",
        "4 rows: 3 leads with 3 numbers, 1 bad",
        "Rows with a number of an earlier row: 1 (line 3 as line 2)",
        "Leads with a number of another list: 1\n",
        "all their numbers being there already: 2\n",
        "5     telefone  20     a number that no campaign may dial",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert_eq!(office.daemon.ctl(&["lists"])["lists"].as_array().unwrap().len(), 1, "nothing was kept");
    let (said, code) = office.daemon.told(&["lists", "import", "/nowhere.csv", "--dry-run"]);
    assert!(said.starts_with("The file cannot be read: /nowhere.csv") && code == Some(1), "{said}");
}

#[test]
fn gn_16_whoever_may_open_the_socket_asks_whom_a_campaign_could_dial_and_why_not_by_the_command_line() {
    // There is a forecast only while dialling is allowed; this is read at any hour.
    let (office, ana) = Office::with("web-dry-run-cmd", "", "[gate]\nhours = \"always\"");
    let list = list_of(&ana, json!([lead("Ana", "11987650001"), lead("Bia", "11987650002")]));
    let never = json!({ "number": "11987650002", "source": "Pedido do cliente" });
    assert_eq!(ana.post("/suppressions", &never).status, 201);
    let id = campaign(&ana, "Renova Energia", json!({ "lists": [list], "mode": "progressive" }));
    let found = office.daemon.ctl(&["campaigns", "dry-run", "renova energia", "--agents", "3"]);
    let over_web = ana.get(&format!("/campaigns/{id}/dry-run?agents=3")).json();
    // The minute may have passed between the two.
    assert_eq!((&found["leads"], &found["never"]), (&over_web["leads"], &over_web["never"]), "{found} {over_web}");
    assert_eq!((&found["by_rule"]["do-not-call"], &found["forecast"]["agents"]), (&json!(1), &json!(3)), "{found}");
    let (said, _) = office.daemon.told(&["campaigns", "dry-run", &id, "--agents", "3"]);
    for part in
        ["Renova Energia: 2 leads", "never by itself  1", "do-not-call", "The rest of today; agents: 3", "assumed"]
    {
        assert!(said.contains(part), "{part}: {said}");
    }
    let (said, code) = office.daemon.told(&["campaigns", "dry-run", "nenhuma"]);
    assert_eq!((said.as_str(), code), ("No campaign is called nenhuma.\n", Some(2)));
    assert_eq!(office.daemon.told(&["campaigns", "dry-run", &id, "--agents", "0"]).1, Some(2));

    let bia = office.daemon.ctl(&["leads", "find", "Bia"])["leads"][0]["lead"].clone();
    let bia = bia.as_str().unwrap();
    let why = office.daemon.ctl(&["leads", "why", bia]);
    assert_eq!(why["why"], ana.get(&format!("/leads/{bia}")).json()["why"]);
    assert_eq!(why["why"][0]["waits"]["kind"], "campaign-stopped");
    office.daemon.ctl(&["campaigns", "start", &id]);
    let (said, _) = office.daemon.told(&["leads", "why", bia]);
    assert!(said.contains("Renova Energia") && said.contains("by its rule do-not-call"), "{said}");
    let (said, _) = office.daemon.told(&["leads", "show", bia]);
    for part in ["Bia", "+5511987650002  celular", "CPF: 1", "No attempt was made yet.", "by its rule do-not-call"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let (said, code) = office.daemon.told(&["leads", "why", "72057594037927999"]);
    assert!(said.contains("there is no lead 72057594037927999") && code == Some(1), "{said}");
}

#[test]
fn gn_15_do_not_call_lists_are_brought_in_with_scope_and_age_by_the_command_line() {
    let (office, ana) = Office::new("web-dnc-cmd");
    let ctl = |arguments: &[&str]| office.daemon.ctl(arguments);
    let path = office.folder.path().join("bloqueados.csv");
    // In Latin-1, as some of them come.
    std::fs::write(
        &path,
        b"telefone;observa\xe7\xe3o;validade\n11987650001;Jos\xe9;\n20987654321;;\n11987650002;;31/12/2099\n",
    )
    .unwrap();
    let path = path.to_str().unwrap();
    let named = ["--source", "Não Me Perturbe", "--aim", "sales"];
    let import = |more: &[&str]| ctl(&[&["dnc", "import", path], &named[..], more].concat());
    let report = import(&["--dry-run"]);
    assert_eq!([&report["lines"], &report["created"], &report["applied"]], [&json!(3), &json!(2), &json!(false)]);
    assert_eq!((&report["bad"][0]["line"], &ctl(&["dnc"])["suppressions"]), (&json!(3), &json!([])));

    let until = in_days(30);
    let (said, code) = office.daemon.told(&["dnc", "import", path, "--expires", &until]);
    assert!(said.contains("--source") && code == Some(2), "the age of no list: {said}");
    let old = ["dnc", "import", path, "--source", "Procon", "--dated", "2026-02-01", "--expires", "2026-01-01"];
    let (said, code) = office.daemon.told(&old);
    assert!(said.contains("--expires") && code == Some(2), "an age that is none: {said}");
    assert_eq!(ctl(&["dnc"])["suppressions"], json!([]), "nothing was kept");
    assert_eq!(import(&["--dated", &in_days(-1), "--expires", &until])["applied"], true);
    let lines = ctl(&["dnc"])["suppressions"].clone();
    assert_eq!(lines.as_array().unwrap().len(), 2);
    let sales = json!({ "campaign": null, "aim": "sales" });
    assert!(lines.as_array().unwrap().iter().all(|line| line["scope"] == sales), "{lines}");
    assert_eq!((&lines[1]["note"], &lines[1]["source"]), (&json!("José"), &json!("Não Me Perturbe")));
    let lists = ctl(&["dnc", "lists"])["lists"].clone();
    let list = &lists[0];
    assert_eq!((&list["scope"], &list["numbers"], &list["standing"]["kind"]), (&sales, &json!(2), &json!("ready")));
    assert_eq!(lists, ana.get("/suppression-lists").json(), "as the API has it");

    let id = campaign(&ana, "Renova", json!({}));
    ctl(&[
        "dnc",
        "keep",
        "Não Me Perturbe",
        "--campaign",
        "renova",
        "--dated",
        "2026-01-01",
        "--expires",
        "2026-02-01",
    ]);
    let list = ctl(&["dnc", "lists"])["lists"][0].clone();
    assert_eq!((&list["scope"]["campaign"], &list["standing"]["kind"]), (&json!(id), &json!("stale")));
    let (said, _) = office.daemon.told(&["dnc", "lists"]);
    assert!(said.contains("too old") && said.contains("Renova"), "{said}");
    let wrong = office.daemon.told(&["dnc", "keep", "X", "--dated", "2026-02-01", "--expires", "2026-01-01"]);
    assert!(wrong.0.contains("after the date of the list") && wrong.1 == Some(1), "{wrong:?}");
    let add = [
        "dnc",
        "add",
        "11987650003",
        "--source",
        "Pedido",
        "--note",
        "ligou em março",
        "--until",
        &until,
        "--campaign",
        &id,
    ];
    let entry = ctl(&add);
    assert_eq!((&entry["note"], &entry["scope"]["campaign"]), (&json!("ligou em março"), &json!(id)));
    assert!(entry["until"].as_str().is_some_and(|at| at.starts_with(&until)), "{entry}");
    let audit = ana.get("/audit").json();
    let local = audit.as_array().unwrap().iter().filter(|line| line["address"] == "local");
    let actions: Vec<&Value> = local.map(|line| &line["action"]).rev().collect();
    let done = ["suppressions-imported", "suppression-list-kept", "suppression-list-kept", "suppression-added"];
    assert_eq!(actions, done.map(|action| json!(action)).each_ref());
}
