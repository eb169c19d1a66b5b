//! What a recording costs the shard that relays: the same bridges with the same phones, one leg of each recorded and not.
//! Chunks leave for a queue that takes them; what writing them costs is another thread's, and the disk's.

use std::sync::Arc;

use media::order::{LegKey, RecordingKey, Tap};
use ramal::shards::{Shards, Sinks};
use ramal::sound::Devices;

use crate::phones::Phones;
use crate::relay::{bridge_with, measure};
use crate::report::{Goal, Row};
use crate::support::Host;
use crate::{Effort, cpu};

pub fn rows(effort: Effort) -> Vec<Row> {
    let (mut recorded, mut alone) = (|| relayed(effort, true), || relayed(effort, false));
    let [ours, alone] = cpu::rounds(effort.rounds, [&mut recorded, &mut alone]);
    vec![Row {
        what: format!("relayed RTP packet, {} recorded bridges", effort.bridges),
        unit: "ns",
        ours,
        beside: Some(("the relay alone", alone)),
        goal: Goal::Ratio(1.25),
    }]
}

fn relayed(effort: Effort, recorded: bool) -> f64 {
    let (host, mut phones) = (Host::claim(), Phones::new(effort.bridges));
    let sinks = Sinks { news: Arc::new(|_| Ok(())), pieces: Arc::new(|_| true) };
    let mut shards = Shards::start_with(1, 22_000..=29_999, Devices::default(), sinks).unwrap();
    let tap =
        |leg: u64| Tap { recording: RecordingKey(leg), started_ms: 0, paused: false, against: vec![LegKey(leg ^ 1)] };
    // One leg of each bridge is the customer's.
    let towards =
        bridge_with(&mut shards, &host, &phones.addresses(), |leg| (recorded && leg % 2 == 0).then(|| tap(leg)));
    let cost = measure(&mut phones, &towards, effort.ticks, cpu::of_other_threads);
    shards.stop();
    cost
}
