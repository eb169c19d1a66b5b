//! The predictive pace with real SIP and real RTP: a market that rings, answers and hangs up, and the exchange's own log beside what the
//! daemon says of the day (GN-02, GN-18).

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::floor::{Floor, Plan, at_work};
use crate::support::market::{Fate, Habits, Market};
use crate::support::{Folder, LONG, wait_for, when};

/// How large, how long, how hurried.
struct Day {
    name: &'static str,
    agents: u32,
    lines: u32,
    leads: u32,
    starts: u32,
    length: Duration,
    hurry: u32,
}

fn floor(day: &Day, market: &Market) -> Floor {
    let trunk = format!(
        "user = \"tronco\"\nsecret = \"x\"\ncalls_at_once = {}\ncalls_per_minute = 60000",
        day.lines + day.agents
    );
    let agents = (2_000..2_000 + day.agents).map(|number| (number, "x".to_owned())).collect();
    let pbx = format!("host = \"{}\"", market.sip());
    let (leads, lines, starts, terms) = ((day.leads, 1190), day.lines, day.starts, json!({}));
    Floor::new(Folder::new(day.name), &Plan { pbx: &pbx, trunk: &trunk, gate: "", agents, leads, terms, lines, starts })
}

/// Nothing is dialled and nobody talks any more.
fn at_rest(floor: &Floor) {
    let mut page = floor.ana.live().unwrap();
    page.say(&json!({ "since": null }));
    let idle = |campaign: &Value| (&campaign["dialling"], &campaign["talking"]) == (&json!(0), &json!(0));
    page.until("the campaign's rest", |line| {
        let shown = line["snapshot"]["campaigns"].as_array().and_then(|all| all.first().cloned());
        idle(&shown.unwrap_or_else(|| line["news"]["campaign"].clone()))
    });
}

fn all_ready(floor: &Floor) -> bool {
    states(floor).iter().all(|state| state == "ready")
}

/// What each agent does now.
fn states(floor: &Floor) -> Vec<String> {
    let mut page = floor.ana.live().unwrap();
    page.say(&json!({ "since": null }));
    let snapshot = page.line().unwrap()["snapshot"].clone();
    let state = |agent: &Value| agent["state"]["kind"].as_str().unwrap_or_default().to_owned();
    snapshot["agents"].as_array().unwrap().iter().map(state).collect()
}

fn played(day: &Day) {
    let market = Market::open(Habits { answers: 0.25, hurry: day.hurry, seed: 11 });
    let floor = floor(day, &market);
    floor.registered();
    let end = Instant::now() + day.length;
    at_work(&floor.agents, &floor.campaign, |stop| {
        wait_for(day.length * 5, "the day's end", || when(Instant::now() >= end));
        floor.steer("stop");
        market.go_home();
        at_rest(&floor);
        // Who leaves with a record still open is not stuck, but gone.
        wait_for(LONG, "everybody to have closed their record", || when(all_ready(&floor)));
        stop.store(true, Ordering::Relaxed);
        // Something for the agents' pages to see.
        floor.repace(&json!({ "lines": 1 }));
    });
    at_rest(&floor);

    let log = wait_for(LONG, "the market's own end", || {
        let log = market.log();
        log.iter().all(|line| line.fate != Fate::Alive).then_some(log)
    });
    let saw = |fate: Fate| log.iter().filter(|line| line.fate == fate).count() as u64;
    let results = floor.results();
    let said = |names: &[&str]| names.iter().filter_map(|name| results.get(*name)).sum::<u64>();
    let heard = market.heard();
    println!("{}: {} calls; {results:?}; {heard:?}", day.name, log.len());
    let mut numbers: Vec<_> = log.iter().map(|line| &line.number).collect();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), log.len(), "nobody is called twice");
    let sums = [
        ("answered", saw(Fate::Talked), said(&["connected", "abandoned"])),
        ("busy", saw(Fate::Busy), said(&["busy"])),
        ("absent or taken back", saw(Fate::Absent) + saw(Fate::Cancelled), said(&["no-answer", "withdrawn"])),
        ("all", log.len() as u64, results.values().sum::<u64>() - said(&["not-dialled"])),
    ];
    for (what, exchange, daemon) in sums {
        assert_eq!(exchange, daemon, "{what}: by the exchange's log, and by the daemon's account of the day");
    }
    assert!(saw(Fate::Talked) > u64::from(day.agents), "{} talked", saw(Fate::Talked));
    assert_eq!((heard.lost, heard.silent), (0, 0), "{heard:?}");
    assert!(all_ready(&floor), "somebody is stuck: {:?}", states(&floor));
}

#[test]
fn gn_02_gn_18_ten_agents_and_forty_lines_with_real_sip_and_rtp_for_a_minute() {
    let length = Duration::from_secs(60);
    played(&Day { name: "market-10", agents: 10, lines: 40, leads: 1_500, starts: 20, length, hurry: 6 });
}

#[test]
#[ignore = "ten minutes: make bench"]
fn gn_02_gn_18_fifty_agents_and_two_hundred_lines_for_ten_minutes() {
    let length = Duration::from_secs(600);
    played(&Day { name: "market-50", agents: 50, lines: 200, leads: 20_000, starts: 50, length, hurry: 3 });
}

#[test]
#[ignore = "seven minutes: make bench"]
fn gn_02_gn_18_two_hundred_and_fifty_agents_and_1250_lines() {
    let length = Duration::from_secs(300);
    played(&Day { name: "market-250", agents: 250, lines: 1_250, leads: 50_000, starts: 100, length, hurry: 3 });
}
