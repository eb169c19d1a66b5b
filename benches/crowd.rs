//! A thousand bridged calls on one shard, so on one core at most: what it takes of that core, what it loses, and how long
//! packets are under way from phone to phone. Beside it a plain loop with as many sockets, which wakes up as often.

use std::sync::Arc;
use std::time::Instant;

use ramal::shards::Shards;
use ramal::sound::Devices;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::callers::{Callers, Heard};
use crate::relay::{Plain, bridge};
use crate::report::{Goal, Row};
use crate::support::Host;
use crate::{Effort, cpu};

pub fn rows(effort: Effort) -> Vec<Row> {
    allow_sockets();
    let calls = effort.calls as usize;
    let rounds = 0..effort.rounds.min(MOST_ROUNDS);
    let (ours, plain): (Vec<Run>, Vec<Run>) =
        rounds.map(|_| (by_shard(calls, effort.ticks), by_plain_loop(calls, effort.ticks))).unzip();
    let of = |runs: &[Run], figure: fn(&Run) -> f64| runs.iter().map(figure).collect::<Vec<f64>>();
    let row = |what: &str, unit, figure, goal| {
        let what = format!("{calls} bridged calls, one shard: {what}");
        Row { what, unit, ours: of(&ours, figure), beside: Some(("plain loop", of(&plain, figure))), goal }
    };
    let lost = |what: String, runs, goal| Row {
        what,
        unit: "in a million",
        ours: of(runs, |run| run.lost),
        beside: None,
        goal,
    };
    vec![
        row("busy", "% of a core", |run| run.busy, Goal::Figure(MOST_BUSY)),
        lost(format!("{calls} bridged calls, one shard: packets lost"), &ours, Goal::Figure(0.0)),
        lost("packets that the plain loop loses".to_owned(), &plain, Goal::None),
        row("phone to phone, half of the packets within", "ms", |run| run.half, Goal::None),
        row("phone to phone, 99 in 100 within", "ms", |run| run.most, Goal::Figure(MOST_DELAY_MS)),
    ]
}

/// What one contestant did.
struct Run {
    /// In percent of a core.
    busy: f64,
    /// In a million.
    lost: f64,
    /// In ms.
    half: f64,
    most: f64,
}

fn by_shard(calls: usize, ticks: u32) -> Run {
    let (host, callers) = (Host::claim(), Callers::new(calls));
    let mut shards = Shards::start(1, 22_000..=29_999, Devices::default(), Arc::new(|_| Ok(()))).expect("a thread");
    let towards = bridge(&mut shards, &host, &callers.addresses());
    let run = measure(callers.towards(towards), ticks);
    shards.stop();
    run
}

fn by_plain_loop(calls: usize, ticks: u32) -> Run {
    let (host, callers) = (Host::claim(), Callers::new(calls));
    let plain = Plain::start(&host, &callers.addresses());
    let run = measure(callers.towards(plain.towards.clone()), ticks);
    plain.stop();
    run
}

/// While the callers talk, once every call has found its way.
fn measure(mut callers: Callers, ticks: u32) -> Run {
    for _ in 0..MOST_WARM_UPS {
        let Heard { sent, delays_ms } = callers.talk(WARM_UP);
        if delays_ms.len() == sent {
            break;
        }
    }
    let (began, before) = (Instant::now(), cpu::of_other_threads());
    let Heard { sent, mut delays_ms } = callers.talk(ticks);
    let busy = (cpu::of_other_threads() - before) / began.elapsed().as_nanos() as f64;
    delays_ms.sort_by(f64::total_cmp);
    let within = |share: f64| delays_ms.get((delays_ms.len() as f64 * share) as usize).copied().unwrap_or(f64::NAN);
    Run {
        busy: busy * 100.0,
        lost: (sent - delays_ms.len()) as f64 / sent as f64 * 1e6,
        half: within(0.5),
        most: within(0.99),
    }
}

/// As many as the system lets this program have: three for each leg, more than most shells allow at first.
fn allow_sockets() {
    let most = getrlimit(Resource::Nofile).maximum;
    // Where that is refused, a socket will be, and says so.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: most, maximum: most });
}

/// In ticks.
const WARM_UP: u32 = 10;
/// A machine that loses packets all the time is measured as it is.
const MOST_WARM_UPS: u32 = 20;
const MOST_ROUNDS: usize = 3;
/// In percent of a core: what is left is for the system that moves the packets.
const MOST_BUSY: f64 = 80.0;
/// The wait for the next tick, and half a tick for the work of all.
const MOST_DELAY_MS: f64 = 30.0;
