//! What Ramal's work costs beside others doing the same: `cargo bench --bench ratios`, with `-- --quick` in seconds and
//! without other software, with `-- --save` into `docs/evidence`, with `-- parse` (or another room's name) that alone.
//!
//! Every figure is processor time or memory, but for the delay of packets, which is the wall's. Contestants take turns, round by round, so that a busy
//! machine disturbs them alike; a ratio is made of the two figures of one round.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a benchmark reports by panicking")]

#[path = "../tests/support/mod.rs"]
mod support;

mod callers;
mod calls;
mod codec;
mod cpu;
mod crowd;
mod desk;
mod kamailio;
mod memory;
mod mixing;
mod office;
mod page;
mod pages;
mod parse;
mod phones;
mod playout;
mod promises;
mod recording;
mod relay;
mod report;
mod yardstick;

use report::Row;

/// How long and how often.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    pub rounds: usize,
    /// Repetitions of work in memory, in each round.
    pub turns: u32,
    pub bridges: usize,
    /// Ticks of 20 ms measured in each round.
    pub ticks: u32,
    pub calls: u32,
    pub extensions: u32,
    pub agents: usize,
    /// Whether other software takes part.
    pub peers: bool,
}

type Room = fn(Effort) -> Vec<Row>;

const ROOMS: [(&str, Room); 12] = [
    ("relay", relay::rows),
    ("recording", recording::rows),
    ("crowd", crowd::rows),
    ("mixing", mixing::rows),
    ("pages", pages::rows),
    ("office", office::rows),
    ("calls", calls::rows),
    ("parse", parse::rows),
    ("codec", codec::rows),
    ("playout", playout::rows),
    ("promises", promises::rows),
    ("memory", memory::rows),
];

const WHOLE: Effort = Effort {
    rounds: 7,
    turns: 50_000,
    bridges: 100,
    ticks: 100,
    calls: 1_000,
    extensions: 1_000,
    agents: 200,
    peers: true,
};
const QUICK: Effort =
    Effort { rounds: 3, turns: 2_000, bridges: 10, ticks: 10, calls: 50, extensions: 100, agents: 10, peers: false };

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [child, what, count] = &arguments[..]
        && child == memory::CHILD
    {
        return memory::weigh(what, count.parse().expect("a count"));
    }
    let asked = |name: &str| arguments.iter().any(|argument| argument == name);
    let effort = if asked("--quick") { QUICK } else { WHOLE };
    let named = ROOMS.iter().any(|(name, _)| asked(name));
    let chosen = ROOMS.iter().filter(|(name, _)| !named || asked(name));
    let rows: Vec<Row> = chosen.flat_map(|(_, room)| room(effort)).collect();
    print!("{}", report::table(&rows));
    if asked("--save") {
        report::save(&rows);
    }
}
