//! A predictive campaign over a real exchange, also while the daemon is killed at any moment: Asterisk's own log says who was called,
//! and how often (GN-02, GN-18).

use std::collections::BTreeMap;
use std::ops::Deref;
use std::process::Command;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::floor::{Floor, Plan, at_work};
use crate::support::peers::{Asterisk, Options};
use crate::support::{Daemon, Folder, LONG, wait_for, when};

/// A pack by which nobody is ever called.
const NEVER: &str = "about = \"never\"\n[pack]\nname = \"never\"\ntitle = \"Never\"\nbasis = \"prudence\"\n\
                     [[hours]]\nname = \"never\"\nclosed_on = []\nfrom = 2000-01-01\nsource = \"the test\"\n";

/// Agents with an ear of their own each.
const AGENTS: [u32; 4] = [1001, 1002, 1003, 1004];

pub struct Judged {
    floor: Floor,
    pub asterisk: Asterisk,
}

impl Deref for Judged {
    type Target = Floor;

    fn deref(&self) -> &Floor {
        &self.floor
    }
}

impl Judged {
    /// The exchange does with a lead what its number's last digit says: 0 to 3 answer and talk for two seconds, 4 and 5 let it ring,
    /// 6 and 7 are busy, 8 is no number, 9 answers and hangs up at once.
    fn new(name: &str, leads: u32) -> Judged {
        Judged::with(name, (leads, 1190), json!({}))
    }

    /// So many leads whose numbers begin like this, of a campaign with these terms too.
    pub fn with(name: &str, leads: (u32, u32), terms: Value) -> Judged {
        let (asterisk, folder) = (Asterisk::start(Options::default()), Folder::new(name));
        std::fs::create_dir(folder.join("rules")).unwrap();
        std::fs::write(folder.join("rules/pack-never.toml"), NEVER).unwrap();
        let trunk = format!(
            "user = \"1010\"\nsecret = \"{}\"\ndial_format = \"5{{ddd}}{{number}}\"\ncalls_at_once = 60\ncalls_per_minute = 6000",
            Asterisk::password(1010)
        );
        let pbx = format!("host = \"{}\"\nprofile = \"asterisk\"", asterisk.sip());
        let agents = AGENTS.map(|number| (number, Asterisk::password(number).to_string())).into();
        let gate = "rules_dir = \"rules\"";
        let plan = Plan { pbx: &pbx, trunk: &trunk, gate, agents, leads, terms, lines: 40, starts: 10 };
        let floor = Floor::new(folder, &plan);
        Judged { floor, asterisk }
    }

    /// The agents work until each lead has come to its end.
    pub fn to_the_end(&self) -> BTreeMap<String, Value> {
        at_work(&self.agents, &self.campaign, |stop| {
            let ends = self.all_ended(Instant::now() + 12 * LONG);
            stop.store(true, Ordering::Relaxed);
            // Something for the agents' pages to see.
            self.steer("stop");
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
    pub fn called(&self) -> BTreeMap<String, u32> {
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
}

#[test]
fn gn_02_gn_18_a_predictive_campaign_reaches_everybody_once_over_a_real_exchange() {
    let floor = Judged::new("web-predictive", 60);
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
    let mut judged = Judged::new("web-predictive-killed", leads);
    let mut random = u64::from(std::process::id());
    println!("seed {random}");
    let mut next = |most: u64| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) % most
    };
    for _ in 0..times {
        judged.registered();
        let moment = Instant::now() + Duration::from_millis(next(4_000));
        let floor = &mut judged.floor;
        let daemon = &mut floor.office.daemon;
        at_work(&floor.agents, &floor.campaign, |_| {
            wait_for(LONG, "a moment to kill it", || when(Instant::now() >= moment));
            daemon.kill9();
        });
        floor.office.daemon = Daemon::start_again(floor.office.folder.path(), &[]);
        wait_for(LONG, "the desktop", || when(floor.ana.get("/session").status == 200));
    }
    judged.registered();
    let ends = judged.to_the_end();
    judged.judge(&ends);
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
