//! A predictive campaign over a real exchange, also while the daemon is killed at any moment: Asterisk's own log says who was called,
//! and how often (GN-02, GN-18).

use std::collections::BTreeMap;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::campaigns::campaign;
use crate::office::Office;
use crate::support::peers::{Asterisk, Options};
use crate::support::{Browser, Daemon, Folder, Host, LONG, wait_for, when};

/// A pack by which nobody is ever called.
const NEVER: &str = "about = \"never\"\n[pack]\nname = \"never\"\ntitle = \"Never\"\nbasis = \"prudence\"\n\
                     [[hours]]\nname = \"never\"\nclosed_on = []\nfrom = 2000-01-01\nsource = \"the test\"\n";

/// Agents with an ear of their own each.
const AGENTS: [u32; 4] = [1001, 1002, 1003, 1004];

pub struct Floor {
    office: Office,
    pub asterisk: Asterisk,
    agents: Vec<Browser>,
    ana: Browser,
    campaign: String,
    list: String,
    leads: u32,
}

impl Floor {
    /// The exchange does with a lead what its number's last digit says: 0 to 3 answer and talk for two seconds, 4 and 5 let it ring,
    /// 6 and 7 are busy, 8 is no number, 9 answers and hangs up at once.
    fn new(name: &str, leads: u32) -> Floor {
        Floor::with(name, (1190, leads), &json!({}))
    }

    /// So many leads whose numbers begin like this, of a campaign with these terms too.
    pub fn with(name: &str, (prefix, leads): (u32, u32), terms: &Value) -> Floor {
        let asterisk = Asterisk::start(Options::default());
        let (folder, host) = (Folder::new(name), Host::claim());
        let (ip, pbx) = (host.address(), asterisk.sip());
        let extension = |number: &u32| {
            let password = Asterisk::password(*number);
            format!("[extension.{number}]\nsecret = \"{password}\"\ndevice = \"null\"\n")
        };
        let toml = format!(
            "[daemon]\ndata_dir = \"data\"\n[[listen]]\naddress = \"{ip}:5060\"\n[media]\nips = [\"{ip}\"]\n\
             [web]\nlisten = [\"{ip}:8080\"]\n[registrar.pbx]\nhost = \"{pbx}\"\nprofile = \"asterisk\"\n\
             [gate]\nhours = \"always\"\nrules_dir = \"rules\"\n[trunk.tronco]\nuser = \"1010\"\nsecret = \"{}\"\nregistrar = \"pbx\"\n\
             dial_format = \"5{{ddd}}{{number}}\"\ncalls_at_once = 60\ncalls_per_minute = 6000\n\
             [device.null]\ntype = \"null\"\n{}",
            Asterisk::password(1010),
            AGENTS.iter().map(extension).collect::<String>()
        );
        std::fs::create_dir(folder.join("rules")).unwrap();
        std::fs::write(folder.join("rules/pack-never.toml"), NEVER).unwrap();
        let daemon = Daemon::start(&toml, folder.path());
        let office = Office { daemon, folder, host };
        let mut ana = office.browser();
        let setup =
            json!({ "token": office.link(), "name": "Ana", "login": "ana", "password": crate::office::PASSWORD });
        let answer = ana.post("/setup", &setup);
        ana.keep(&answer);
        let hire = |number: &u32| {
            let fields = json!({ "ramal": number.to_string() });
            let (agent, _) = office.hire(&ana, &format!("a{number}"), fields);
            assert_eq!(agent.post("/agent/sign-in", &json!({ "device": null })).status, 204);
            agent
        };
        let agents = AGENTS.iter().map(hire).collect();
        let (campaign, list) = campaign_of(&ana, (prefix, leads), terms);
        Floor { office, asterisk, agents, ana, campaign, list, leads }
    }

    /// Until every line is registered: what is dialled before has no way out.
    pub fn registered(&self) {
        wait_for(LONG, "the registrations", || {
            let mut page = self.ana.live().ok()?;
            page.say(&json!({ "since": null }));
            let accounts = page.line()?["snapshot"]["accounts"].as_array()?.clone();
            let up = |account: &Value| account["registration"]["state"] == "registered";
            (accounts.len() == AGENTS.len() + 1 && accounts.iter().all(up)).then_some(())
        });
    }

    /// The agents work until each lead has come to its end.
    pub fn to_the_end(&self) -> BTreeMap<String, Value> {
        at_work(&self.agents, &self.campaign, |stop| {
            let ends = self.all_ended(Instant::now() + 12 * LONG);
            stop.store(true, Ordering::Relaxed);
            // Something for the agents' pages to see.
            let stopped = self.ana.post(&format!("/campaigns/{}/steer", self.campaign), &json!({ "to": "stop" }));
            assert_eq!(stopped.status, 204);
            ends
        })
    }

    /// Looked at whenever the campaign is told to be at rest.
    fn all_ended(&self, deadline: Instant) -> BTreeMap<String, Value> {
        let mut page = self.ana.live().unwrap();
        page.say(&json!({ "since": null }));
        loop {
            if let Some(ends) = self.ended() {
                return ends;
            }
            page.until("the campaign's rest", |line| {
                assert!(Instant::now() < deadline, "leads that come to no end");
                let now = &line["news"]["campaign"];
                (&now["dialling"], &now["talking"]) == (&json!(0), &json!(0))
            });
        }
    }

    /// What became of each lead, by the last six digits of its number; none while one is still to come.
    fn ended(&self) -> Option<BTreeMap<String, Value>> {
        let mut rows = Vec::new();
        let mut next = Value::Null;
        loop {
            let after = next.as_str().map(|next| format!("&after={next}")).unwrap_or_default();
            let page = self.ana.get(&format!("/leads?list={}{after}", self.list)).json();
            rows.extend(page["rows"].as_array()?.iter().cloned());
            next = page["next"].clone();
            if next.is_null() {
                break;
            }
        }
        let over =
            |row: &Value| matches!(row["state"]["kind"].as_str(), Some("done" | "exhausted" | "declined" | "unknown"));
        rows.iter().all(over).then(|| {
            let end = |row: &Value| {
                let number = row["phones"][0]["number"].as_str().unwrap_or_default();
                (number[number.len() - 6..].to_owned(), row.clone())
            };
            rows.iter().map(end).collect()
        })
    }

    /// How often each number was called, as Asterisk says.
    fn called(&self) -> BTreeMap<String, u32> {
        let log = self.asterisk.log();
        let said = log.lines().filter_map(|line| line.split_once("lead called: ")).map(|(_, number)| number.trim());
        // The dial plan's own step is in the log too, in quotes.
        let numbers = said.filter(|number| number.bytes().all(|byte| byte.is_ascii_digit()));
        numbers.fold(BTreeMap::new(), |mut counts, number| {
            *counts.entry(number[number.len() - 6..].to_owned()).or_default() += 1;
            counts
        })
    }

    /// Nobody twice, nobody lost, and who was said to be reached was.
    pub fn judge(&self, ends: &BTreeMap<String, Value>) {
        let called = self.called();
        let twice: Vec<_> = called.iter().filter(|(_, count)| **count > 1).collect();
        assert!(twice.is_empty(), "called more than once: {twice:?}");
        assert_eq!(ends.len(), self.leads as usize, "each lead comes to an end");
        for (number, row) in ends {
            let kind = row["state"]["kind"].as_str().unwrap_or_default();
            // Nobody knows of an attempt that the power cut short: a person decides, and it is not dialled again.
            assert!(kind == "unknown" || called.contains_key(number), "{number} is {kind} and was never called");
        }
        let unknown = ends.values().filter(|row| row["state"]["kind"] == "unknown").count();
        println!("{} leads, {} called once, {unknown} raised to a person", ends.len(), called.len());
    }

    /// Today judged by a pack: how the command ended, how many calls of ours it judged, and the rules that they broke.
    fn replayed(&self, pack: &str) -> (Option<i32>, u64, Vec<String>) {
        let today = chrono::Utc::now().with_timezone(&chrono_tz::America::Sao_Paulo).date_naive().to_string();
        let config = self.office.folder.join("ramal.toml");
        let mut ramal = Command::new(env!("CARGO_BIN_EXE_ramal"));
        let output =
            ramal.args(["--json", "rules", "replay", "--day", &today, "--pack", pack, "--config"]).arg(config).output();
        let output = output.unwrap();
        let said: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        let broken = said["broken"].as_array().cloned().unwrap_or_default();
        let rules = broken.iter().map(|one| one["rule"].as_str().unwrap_or_default().to_owned()).collect();
        (output.status.code(), said["judged"].as_u64().unwrap_or_default(), rules)
    }

    /// Attempts of today by result.
    pub fn results(&self) -> BTreeMap<String, u64> {
        let day = chrono::Utc::now().with_timezone(&chrono_tz::America::Sao_Paulo).date_naive();
        let told = self.ana.get(&format!("/campaigns/{}/results?day={day}", self.campaign)).json();
        let mut all = BTreeMap::new();
        for hour in told["hours"].as_array().unwrap_or(&Vec::new()) {
            for (result, count) in hour["results"].as_object().into_iter().flatten() {
                *all.entry(result.clone()).or_default() += count.as_u64().unwrap_or_default();
            }
        }
        all
    }
}

/// Each lead is tried once, whatever comes of it.
fn campaign_of(ana: &Browser, (prefix, leads): (u32, u32), terms: &Value) -> (String, String) {
    let made = ana.post("/lead-lists", &json!({ "name": "Clientes", "source": "CRM", "dated": null, "expires": null }));
    let list = made.json()["list"].as_str().unwrap().to_owned();
    let lead = |number: u32| json!({ "recipient": format!("Cliente {number}"), "phones": [{ "number": format!("{prefix}{number:07}"), "label": "celular" }] });
    let all: Vec<Value> = (0..leads).map(lead).collect();
    for part in all.chunks(200) {
        let added = ana.post(&format!("/lead-lists/{list}/leads"), &json!({ "leads": part }));
        assert_eq!((added.status, added.json()["bad"].clone()), (200, json!([])), "{added:?}");
    }
    let results = [
        "connected",
        "machine",
        "abandoned",
        "busy",
        "no-answer",
        "rejected",
        "congestion",
        "number-unknown",
        "withdrawn",
        "failed",
    ];
    let once: serde_json::Map<String, Value> =
        results.iter().map(|result| ((*result).to_owned(), json!({ "kind": "finish" }))).collect();
    let pace = json!({ "lines": 40, "starts_per_second": 10, "abandoned_permille": 30, "ring_s": 15, "notice": "encerrada",
        "cool_down_hours": 72 });
    let mut fields = json!({ "mode": "predictive", "lists": [list], "routes": [{ "account": "tronco", "weight": 1 }], "pace": pace,
        "retry": { "results": once, "dispositions": {}, "limits": [] } });
    let terms = terms.as_object().into_iter().flatten();
    terms.for_each(|(name, value)| fields[name] = value.clone());
    let id = campaign(ana, "Renova", fields);
    assert_eq!(ana.post(&format!("/campaigns/{id}/steer"), &json!({ "to": "start" })).status, 204);
    (id, list)
}

/// The agents work until `stop`, or until the daemon is gone; meanwhile `what` happens.
fn at_work<T>(agents: &[Browser], campaign: &str, what: impl FnOnce(&AtomicBool) -> T) -> T {
    let stop = &AtomicBool::new(false);
    std::thread::scope(|scope| {
        let works: Vec<_> = agents.iter().map(|agent| scope.spawn(move || work(agent, campaign, stop))).collect();
        let came = what(stop);
        // Whoever asked something while the daemon was killed has no answer.
        works.into_iter().for_each(|work| drop(work.join()));
        came
    })
}

/// An agent: takes part, talks with whoever comes, and closes the record.
fn work(agent: &Browser, campaign: &str, stop: &AtomicBool) {
    let Ok(mut page) = agent.live() else { return };
    page.say(&json!({ "since": null }));
    let joined = agent.post(&format!("/campaigns/{campaign}/join"), &json!({}));
    assert_eq!(joined.status, 204, "{joined:?}");
    while let Some(line) = page.line() {
        let seen =
            line["snapshot"]["records"].as_array().cloned().unwrap_or_else(|| vec![line["news"]["record"].clone()]);
        for record in seen.iter().filter(|record| record["place"] == "closing") {
            let path = format!("/records/{}/close", record["lead"].as_str().unwrap_or_default());
            agent.post(&path, &json!({ "disposition": null, "stop": false }));
        }
        if stop.load(Ordering::Relaxed) {
            return;
        }
    }
}

#[test]
fn gn_02_gn_18_a_predictive_campaign_reaches_everybody_once_over_a_real_exchange() {
    let floor = Floor::new("web-predictive", 60);
    floor.registered();
    let ends = floor.to_the_end();
    floor.judge(&ends);
    let results = floor.results();
    println!("{results:?}");
    let of = |result: &str| results.get(result).copied().unwrap_or_default();
    assert_eq!(of("connected") + of("abandoned"), 30, "five of ten answer: {results:?}");
    assert_eq!((of("busy"), of("number-unknown"), of("no-answer")), (12, 6, 12), "{results:?}");
    assert!(of("abandoned") <= 2, "{results:?}");

    let by = |pack: &str| floor.replayed(pack);
    assert_eq!(by("united-kingdom"), (Some(0), 60, Vec::new()), "its hours are the installation's");
    let never = by("never");
    assert_eq!((never.0, never.1, never.2.len()), (Some(1), 60, 60));
    assert!(never.2.iter().all(|rule| rule == "hours"), "{never:?}");
    assert_eq!(by("nowhere").0, Some(2), "no such pack");
}

fn killed(times: u32, leads: u32) {
    let mut floor = Floor::new("web-predictive-killed", leads);
    let mut random = u64::from(std::process::id());
    println!("seed {random}");
    let mut next = |most: u64| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) % most
    };
    for _ in 0..times {
        floor.registered();
        let moment = Instant::now() + Duration::from_millis(next(4_000));
        let daemon = &mut floor.office.daemon;
        at_work(&floor.agents, &floor.campaign, |_| {
            wait_for(LONG, "a moment to kill it", || when(Instant::now() >= moment));
            daemon.kill9();
        });
        floor.office.daemon = Daemon::start_again(floor.office.folder.path(), &[]);
        wait_for(LONG, "the desktop", || when(floor.ana.get("/session").status == 200));
    }
    floor.registered();
    let ends = floor.to_the_end();
    floor.judge(&ends);
}

#[test]
fn gn_18_after_twenty_kills_in_a_predictive_campaign_nobody_was_called_twice_and_nobody_is_lost() {
    killed(20, 120);
}

#[test]
#[ignore = "twenty minutes: make torture"]
fn gn_18_after_two_hundred_kills_in_a_predictive_campaign_nobody_was_called_twice_and_nobody_is_lost() {
    killed(200, 1_200);
}
