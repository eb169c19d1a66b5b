//! A call centre that keeps promises, from a seed: agents come and go, promises are made, changed and cancelled, numbers are
//! put on the do-not-call list, the power fails after any output, clocks jump, the disk is slow or fails. An oracle that reads
//! nothing but the exchange's log of INVITEs, what was acknowledged and what was told says whether it was all right.
//!
//! `RAMAL_SEEDS=100000` runs more seeds than the usual thousand, `RAMAL_SEED=7` that one alone and says what it saw.
#![allow(clippy::unwrap_used, clippy::panic, clippy::expect_used, reason = "a run that cannot go on has failed")]
#![allow(dead_code, reason = "the worlds of stories are used in part")]

#[path = "../calls/far.rs"]
mod far;
#[path = "../shell/mod.rs"]
mod shell;

mod calendar;
mod campaigns;
mod exchange;
mod judge;
mod leads;
mod liveness;
mod office;
mod sales;
mod selling;
mod sold;
mod trouble;
mod wishes;
mod world;

use std::time::Duration;

use judge::Seen;
use world::World;

fn number_of(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

/// What this thread has cost so far: what others do on the machine does not count.
fn cpu_time() -> Duration {
    let said = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    Duration::from_nanos(said.split(' ').next().and_then(|word| word.parse().ok()).unwrap_or(0))
}

#[test]
fn whatever_happens_no_promise_is_lost_and_nobody_is_called_who_must_not_be() {
    run(1_000, World::new, judge::PROMISED);
}

#[test]
fn whatever_campaigns_sell_beside_promises_no_lead_is_lost_and_nobody_is_called_who_must_not_be() {
    run(250, World::selling, sold::SOLD);
}

#[expect(clippy::disallowed_macros, reason = "what a run cost is shown")]
fn run(count: u64, world: fn(u64, bool) -> World, expected: &[&'static str]) {
    let only = number_of("RAMAL_SEED");
    let first = number_of("RAMAL_FROM").unwrap_or(0);
    let seeds = only.map_or(first..first + number_of("RAMAL_SEEDS").unwrap_or(count), |seed| seed..seed + 1);
    let (count, begin, mut seen) = (seeds.end - seeds.start, cpu_time(), Seen::default());
    for seed in seeds {
        let mut world = world(seed, only.is_some());
        world.run();
        seen.add(&world.judge.seen);
    }
    println!("{count} seeds: {seen}; {:?} of CPU a seed", (cpu_time() - begin) / count as u32);
    assert!(only.is_some() || seen.never(expected).is_empty(), "never happened: {:?}", seen.never(expected));
}
