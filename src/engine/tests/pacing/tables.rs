//! The tables of the evidence: every size and scenario, with their spread over seeds, beside what others do.

use engine::pacing::simulator::{Outcome, Pacing, Scenario};
use engine::pacing::{Controller, Memory, Pace};

use crate::days::{BUSY, HOUR, RING, SCENARIOS, controller, play, scenario, sum};
use crate::markov::Process;
use crate::picture;
use crate::rivals::{Adaptive, Misled, OpenLoop};

const SIZES: [u32; 5] = [5, 10, 20, 50, 200];
const ANSWERS: f64 = 0.25;

/// Figures of one row over its seeds.
#[derive(Default)]
struct Row {
    occupancy: Vec<f64>,
    abandoned: Vec<f64>,
    hour: Vec<f64>,
    five: Vec<f64>,
    thirty: Vec<f64>,
    /// The worst of the minutes in which half the team is gone.
    minute: Vec<f64>,
    /// Of the calls begun.
    withdrawn: Vec<f64>,
}

impl Row {
    fn add(&mut self, days: &[Outcome]) {
        self.occupancy.push(days.iter().map(Outcome::occupancy).sum::<f64>() / days.len() as f64);
        self.abandoned.push(sum(days).fraction());
        self.hour.push(days.iter().map(Outcome::worst_hour).fold(0.0, f64::max));
        self.five.push(days[0].first(5).fraction());
        self.thirty.push(days[0].first(30).fraction());
        let all = || days.iter().flat_map(|day| &day.minutes);
        let (begun, withdrawn) = all().fold((0, 0), |(b, w), m| (b + m.begun, w + m.withdrawn));
        self.withdrawn.push(f64::from(withdrawn) / f64::from(begun.max(1)));
        let after = days[0].minutes.iter().skip(120).take(5);
        let share = after.map(|m| f64::from(m.abandoned) / f64::from(m.abandoned + m.connected).max(1.0));
        self.minute.push(share.fold(0.0, f64::max));
    }

    #[expect(clippy::disallowed_macros, reason = "a table is shown")]
    fn print(&self, who: &str, name: &str, agents: u32) {
        let columns =
            [&self.occupancy, &self.abandoned, &self.hour, &self.five, &self.thirty, &self.minute, &self.withdrawn];
        let cells: Vec<String> = columns.iter().map(|column| spread(column)).collect();
        println!("| {who} | {name} | {agents} | {} |", cells.join(" | "));
    }
}

/// Mean, least and most, in percent.
fn spread(figures: &[f64]) -> String {
    let mean = figures.iter().sum::<f64>() / figures.len() as f64;
    let (least, most) = figures.iter().fold((1.0_f64, 0.0_f64), |(l, m), f| (l.min(*f), m.max(*f)));
    format!("{:.1} ({:.1}–{:.2})", mean * 100.0, least * 100.0, most * 100.0)
}

/// Cold days; small teams a month of days one after the other. `RAMAL_FIRST` is the first seed.
fn row(day: &Scenario, seeds: u32, make: &dyn Fn() -> Box<dyn Pacing>) -> Row {
    let days = if day.agents <= 5 { 30 } else { 1 };
    let (mut row, first) = (Row::default(), of_number("RAMAL_FIRST", 1));
    (first..first + seeds).for_each(|seed| row.add(&play(day, make().as_mut(), days, seed)));
    row
}

fn of_number(name: &str, otherwise: u32) -> u32 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

fn paced(day: &Scenario, pace: Pace) -> Controller {
    controller(day, pace, Memory::default())
}

#[test]
#[ignore = "minutes: makes the tables and pictures of docs/evidence"]
#[expect(clippy::disallowed_macros, reason = "tables are shown")]
fn sim_pacing() {
    let seeds = of_number("RAMAL_SEEDS", 3);
    println!("Percent, mean (least–most) of {seeds} days each; 5 agents: of as many months");
    println!(
        "| pace | scenario | agents | occupancy | abandoned | worst hour | first 5 min | first 30 min | worst min | withdrawn |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    let only = of_number("RAMAL_AGENTS", 0);
    for agents in SIZES.into_iter().filter(|agents| only == 0 || only == *agents) {
        // A month of five agents costs four days of two hundred: the two scenarios with a goal.
        for name in SCENARIOS.into_iter().filter(|name| agents > 5 || ["Steady", "Regime"].contains(name)) {
            predictive(name, agents, seeds).print("predictive", name, agents);
        }
        wrong(agents, seeds);
        others(agents, seeds.div_ceil(3));
    }
    for name in ["Steady", "Regime", "Half leave"].into_iter().filter(|_| only == 0 || only == 50) {
        picture::save(name, &crate::days::predicted(&scenario(name, 50, 8 * HOUR), 1));
    }
}

/// Another list's memory, and answers told wrongly for ever.
fn wrong(agents: u32, seeds: u32) {
    WRONG.into_iter().for_each(|name| predictive(name, agents, seeds).print("predictive", name, agents));
}

const WRONG: [&str; 2] = ["Told 3 times too few", "Told 3 times too many"];

fn predictive(name: &str, agents: u32, seeds: u32) -> Row {
    if WRONG.contains(&name) {
        let day = scenario("Steady", agents, 8 * HOUR);
        let misled = || Misled { pace: paced(&day, Pace::Predictive), too_many: name == WRONG[1], told: 0 };
        return row(&day, seeds, &|| Box::new(misled()));
    }
    let day = scenario(name, agents, 8 * HOUR);
    row(&day, seeds, &|| Box::new(paced(&day, Pace::Predictive)))
}

#[test]
#[ignore = "one row of the tables: RAMAL_SCENARIO, RAMAL_AGENTS, RAMAL_SEEDS days from RAMAL_FIRST on, each shown"]
#[expect(clippy::disallowed_macros, reason = "figures are shown")]
fn sim_row() {
    let name = std::env::var("RAMAL_SCENARIO").unwrap_or_else(|_| "Steady".into());
    let agents = of_number("RAMAL_AGENTS", 50);
    let row = predictive(&name, agents, of_number("RAMAL_SEEDS", 3));
    let each =
        |figures: &[f64]| figures.iter().map(|share| format!("{:.2}", share * 100.0)).collect::<Vec<_>>().join(", ");
    println!("occupancy {}", each(&row.occupancy));
    println!("abandoned {}", each(&row.abandoned));
    println!("worst hour {}", each(&row.hour));
    row.print("predictive", &name, agents);
}

fn others(agents: u32, seeds: u32) {
    let steady = scenario("Steady", agents, 8 * HOUR);
    row(&steady, seeds, &|| Box::new(paced(&steady, Pace::Progressive))).print("progressive", "Steady", agents);
    for ratio in [1.5, 2.0, 3.0] {
        let who = format!("{ratio} per ready agent");
        row(&steady, seeds, &|| Box::new(paced(&steady, Pace::Ratio(ratio)))).print(&who, "Steady", agents);
    }
    for name in ["Steady", "Regime"] {
        let day = scenario(name, agents, 8 * HOUR);
        row(&day, seeds, &|| Box::new(Adaptive::new())).print("adaptive rules", name, agents);
    }
    let open = || OpenLoop::new(agents, ANSWERS, BUSY);
    row(&steady, seeds, &|| Box::new(open())).print("open loop", "Steady", agents);
}

#[test]
#[ignore = "minutes: the pace beside the best any policy can do"]
#[expect(clippy::disallowed_macros, reason = "a table is shown")]
fn sim_markov() {
    println!("| agents | abandoned | occupancy | optimum at the same | of it | optimum at 3 % |");
    println!("| --- | --- | --- | --- | --- | --- |");
    for agents in [5, 10, 20, 50] {
        let day = scenario("Markov", agents, 8 * HOUR);
        let mut pace = paced(&day, Pace::Predictive);
        // The first days are for learning: the optimum knows the law.
        let days = play(&day, &mut pace, of_number("RAMAL_SEEDS", 3) * 2 + 2, 1).split_off(2);
        let occupancy = days.iter().map(Outcome::occupancy).sum::<f64>() / days.len() as f64;
        let limit = sum(&days).fraction();
        let best =
            |limit: f64| Process { agents: agents as usize, answers: ANSWERS, ring: RING, busy: BUSY, limit }.optimum();
        let (same, three) = (best(limit), best(0.03));
        let percent = |share: f64| format!("{:.2}", share * 100.0);
        let cells = [limit, occupancy, same, occupancy / same, three].map(percent);
        println!("| {agents} | {} |", cells.join(" | "));
    }
}

#[test]
#[ignore = "a minute: half the team leaves at once, RAMAL_HALVES seeds"]
#[expect(clippy::disallowed_macros, reason = "a table is shown")]
fn sim_half_leaves() {
    println!("| agents | worst minute of the five after, in percent, by seed | seeds within 20 % |");
    println!("| --- | --- | --- |");
    let only = of_number("RAMAL_AGENTS", 0);
    for agents in [20, 50, 200].into_iter().filter(|agents| only == 0 || only == *agents) {
        let day = scenario("Half leave", agents, 2 * HOUR + HOUR / 6);
        let half = row(&day, of_number("RAMAL_HALVES", 10), &|| Box::new(paced(&day, Pace::Predictive)));
        let cells: Vec<String> = half.minute.iter().map(|share| format!("{:.0}", share * 100.0)).collect();
        let within = half.minute.iter().filter(|share| **share <= 0.20).count();
        println!("| {agents} | {} | {within} |", cells.join(", "));
    }
}
