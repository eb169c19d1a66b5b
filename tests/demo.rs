//! `ramal demo --once` as a visitor runs it: the guided call is heard by the exchange, and nothing stays behind (SP-13).

mod support;

use std::process::Command;
use std::time::Duration;

use serde_json::json;
use support::process::Process;
use support::{Browser, LONG, wait_for};

#[test]
fn sp_13_the_guided_call_runs_from_registration_to_its_protocolo_and_leaves_nothing() {
    let place = support::Folder::new("demo");
    let mut command = Command::new(env!("CARGO_BIN_EXE_ramal"));
    command.args(["--lang", "en", "demo", "--once"]).env("TMPDIR", place.path()).env("NO_COLOR", "1");
    let output = command.output().expect("the binary under test can be started");
    let (said, why) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}{why}");
    let steps =
        ["1001  registered", "ringing", "talking", "the customer heard 12#", "on hold", "hung up normally, by us"];
    for step in steps {
        assert!(said.contains(step), "no {step:?} in:\n{said}");
    }
    let protocolos: Vec<&str> = said.lines().filter_map(|line| line.trim().strip_prefix("Protocolo ")).collect();
    let [began, kept] = protocolos[..] else { panic!("not two Protocolos in:\n{said}") };
    assert!(kept.starts_with(began) && began.len() == 16, "{said}");
    assert_eq!(std::fs::read_dir(place.path()).unwrap().count(), 0, "the demo's folder is gone");
}

#[test]
fn sp_13_the_demo_s_agent_opens_her_link_once_and_a_customer_whom_the_base_knows_calls_her() {
    let place = support::Folder::new("demo-desktop");
    let temporary = place.join("tmp");
    std::fs::create_dir(&temporary).unwrap();
    let mut demo = Process::start(env!("CARGO_BIN_EXE_ramal"), &place.join("said"), |command| {
        command.args(["--lang", "en", "demo"]).env("TMPDIR", &temporary).env("NO_COLOR", "1");
    });
    let links = wait_for(LATEST, "the links to the desktop", || {
        demo.must_live();
        let said = demo.log();
        let links: Vec<String> = said.lines().filter(|line| line.contains("/#/welcome/")).map(str::to_owned).collect();
        Some(links).filter(|links| links.len() == 2 && said.contains("Ctrl-C"))
    });
    let [ana, luana] = [("Ana", &links[0]), ("Luana", &links[1])].map(|(name, line)| {
        assert!(line.contains(name), "{line}");
        let (address, token) = line.trim().strip_prefix("http://").unwrap().split_once("/#/welcome/").unwrap();
        let mut browser = Browser::new(address.parse().unwrap());
        let wish = json!({ "token": token.split(' ').next().unwrap(), "password": "my own secret" });
        let answer = browser.send("PUT", "/invitation", Some(&wish));
        assert_eq!(answer.status, 204, "{answer:?}");
        assert_eq!(browser.send("PUT", "/invitation", Some(&wish)).code(), "invitation-ended");
        browser.keep(&answer);
        browser
    });
    assert_eq!(luana.get("/users").json().as_array().unwrap().len(), 2);
    let mut page = ana.live().unwrap();
    page.say(&json!({ "since": null }));
    assert_eq!(ana.post("/agent/sign-in", &json!({ "device": null })).status, 204);
    assert_eq!(ana.post("/agent/ready", &json!({})).status, 204);
    let line = page.until("a call for Ana", |line| line["news"]["call"]["contact"].is_object());
    let call = &line["news"]["call"];
    assert_eq!(call["contact"]["name"], "Maria Aparecida da Silva", "{call}");
    let campaigns = luana.get("/campaigns").json();
    assert_eq!(campaigns[0]["standing"], "running", "there is one to be called for: {campaigns}");
    let [mode, standing] = ["mode", "standing"].map(|field| campaigns[1][field].clone());
    assert_eq!((mode, standing), (json!("predictive"), json!("stopped")), "and one that dials by itself");
    let survey = campaigns[1]["campaign"].as_str().unwrap();
    let look = luana.get(&format!("/campaigns/{survey}/dry-run?agents=1")).json();
    assert_eq!((&look["leads"], &look["now"]), (&json!(300), &json!(300)), "{look}");
    let path = format!("/campaigns/{}/get-record", campaigns[0]["campaign"].as_str().unwrap());
    let call = format!("/calls/{}", call["call"].as_str().unwrap());
    ana.post(&format!("{call}/reject"), &json!({}));
    wait_for(LONG, "Ana to be free", || Some(()).filter(|()| ana.post(&path, &json!({})).status == 204));
    let record = page.until("a record for Ana", |line| line["news"]["record"]["place"] == "open");
    assert_eq!(record["news"]["record"]["recipient"], "Maria Aparecida da Silva", "{record}");
    assert!(demo.term(LONG).success());
    assert_eq!(std::fs::read_dir(&temporary).unwrap().count(), 0, "the demo's folder is gone");
}

/// The guided call comes first.
const LATEST: Duration = Duration::from_secs(90);
