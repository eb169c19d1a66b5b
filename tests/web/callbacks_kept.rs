//! Promises while the daemon is killed at any moment: Asterisk's own log says who was called, and how often.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};

use crate::office::Office;
use crate::support::peers::{Asterisk, Options};
use crate::support::{Browser, Daemon, Folder, LONG, wait_for, when};

/// Agents with an ear of their own each.
const AGENTS: [u32; 3] = [1001, 1002, 1003];

struct Floor {
    office: Office,
    asterisk: Asterisk,
    agents: Vec<(Browser, String)>,
    schedule: String,
    /// By number, as it was acknowledged.
    promised: BTreeMap<String, String>,
}

impl Floor {
    fn new(name: &str) -> Floor {
        let asterisk = Asterisk::start(Options::default());
        let extension = |number: &u32| {
            let password = Asterisk::password(*number);
            format!("[extension.{number}]\nsecret = \"{password}\"\ndevice = \"null\"\n")
        };
        let pbx = format!("host = \"{}\"\nprofile = \"asterisk\"", asterisk.sip());
        let (office, ana) = Office::behind(Folder::new(name), &pbx, &AGENTS.iter().map(extension).collect::<String>());
        let day = json!({ "from": 0, "until": 1440 });
        let escala = json!({ "name": "Sempre", "week": vec![day; 7], "zone": "UTC", "slot_minutes": 1, "capacity": 500,
            "attempts": 1, "calendar": { "national": false, "optional": false, "states": [], "places": [] } });
        let schedule = ana.post("/schedules", &escala).json()["schedule"].as_str().unwrap().to_owned();
        let queue = ana.post("/queues", &json!({ "name": "Retornos", "number": "600" })).json()["queue"].clone();
        let hire = |number: &u32| {
            let fields = json!({ "ramal": number.to_string(), "queues": [queue] });
            let (agent, id) = office.hire(&ana, &format!("a{number}"), fields);
            assert_eq!(agent.post("/agent/sign-in", &json!({ "device": null })).status, 204);
            (agent, id)
        };
        let agents = AGENTS.iter().map(hire).collect();
        let floor = Floor { office, asterisk, agents, schedule, promised: BTreeMap::new() };
        floor.registered();
        floor
    }

    fn registered(&self) {
        wait_for(LONG, "the agents' registrations", || when(self.asterisk.registered() == AGENTS));
    }

    /// Said yes to, or not at all.
    fn promise(&mut self, number: &str, seconds: i64) {
        let (agent, id) = &self.agents[self.promised.len() % AGENTS.len()];
        let due = Utc::now() + TimeDelta::seconds(seconds);
        let wish = json!({ "schedule": self.schedule, "recipient": number, "number": number, "owner": { "person": id },
            "when": due.naive_utc().format("%Y-%m-%dT%H:%M:%S").to_string() });
        let made = agent.post("/callbacks", &wish);
        assert_eq!(made.status, 201, "{made:?}");
        self.promised.insert(number.to_owned(), made.json()["callback"].as_str().unwrap().to_owned());
    }

    /// At any moment, and another one begins where it ended.
    fn kill_and_start(&mut self) {
        self.office.daemon.kill9();
        self.office.daemon = Daemon::start_again(self.office.folder.path(), &[]);
        wait_for(LONG, "the desktop", || when(self.agents[0].0.get("/session").status == 200));
    }

    /// How often each number was called, as Asterisk says.
    fn called(&self) -> BTreeMap<String, u32> {
        let log = self.asterisk.log();
        let said = log.lines().filter_map(|line| line.split_once("called back: ")).map(|(_, number)| number.trim());
        // The dial plan's own step is in the log too, in quotes.
        let numbers = said.filter(|number| number.bytes().all(|byte| byte.is_ascii_digit()));
        numbers.fold(BTreeMap::new(), |mut counts, number| {
            *counts.entry(number.to_owned()).or_default() += 1;
            counts
        })
    }

    /// What the daemon says of each promise; none while one is still open.
    fn ended(&self) -> Option<BTreeMap<String, String>> {
        let text = |row: &Value, field: &str| row[field].as_str().unwrap_or_default().to_owned();
        let states = self.agents.iter().flat_map(|(agent, _)| {
            let mut pages = vec![agent.get("/callbacks").json()];
            while let Some(next) = pages.last().and_then(|page| page["next"].as_str().map(str::to_owned)) {
                pages.push(agent.get(&format!("/callbacks?after={next}")).json());
            }
            let rows = pages.into_iter().flat_map(|page| page["rows"].as_array().cloned().unwrap_or_default());
            rows.map(|row| (text(&row, "number"), text(&row, "state"))).collect::<Vec<_>>()
        });
        let states: BTreeMap<_, _> = states.collect();
        let over = ["done", "exhausted", "missed", "unknown"];
        states.values().all(|state| over.contains(&state.as_str())).then_some(states)
    }

    fn judge(&self) {
        let states = wait_for(4 * LONG, "every promise to come to its end", || self.ended());
        let called = self.called();
        let twice: Vec<_> = called.iter().filter(|(_, count)| **count > 1).collect();
        assert!(twice.is_empty(), "called more than once: {twice:?}");
        for number in self.promised.keys() {
            let state = states.get(number).unwrap_or_else(|| panic!("{number} was promised and is nowhere"));
            let was_called = called.contains_key(number);
            // Nobody knows of an attempt that the power cut short: somebody is told, and it is not dialled again.
            assert!(state == "unknown" || (state == "done") == was_called, "{number} is {state}, called: {was_called}");
        }
        let unknown = states.values().filter(|state| *state == "unknown").count();
        println!("{} promises, {} called once, {unknown} raised to a person", states.len(), called.len());
    }
}

fn killed(times: u32, seed: u64) {
    let mut floor = Floor::new("web-killed");
    let mut random = seed;
    let mut next = |most: u64| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) % most
    };
    println!("seed {seed}");
    for round in 0..times {
        for one in 0..2 {
            let number = (70_000 + round * 2 + one).to_string();
            floor.promise(&number, i64::try_from(next(3)).unwrap() + 1);
        }
        let moment = Instant::now() + Duration::from_millis(next(3_500));
        wait_for(LONG, "a moment to kill it", || when(Instant::now() >= moment));
        floor.kill_and_start();
    }
    floor.judge();
}

#[test]
fn cb_14_after_twenty_kills_nobody_was_called_twice_and_no_promise_is_lost() {
    killed(20, u64::from(std::process::id()));
}

#[test]
#[ignore = "ten minutes: make torture"]
fn cb_14_after_two_hundred_kills_nobody_was_called_twice_and_no_promise_is_lost() {
    killed(200, u64::from(std::process::id()));
}
