//! A relayed RTP packet: our shard, a plain loop that receives and sends, and rtpengine in user space, each with as many
//! bridges and the same phones. What a packet costs whoever sends or receives it at the far end is not counted.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Instant;

use media::codec::{Codec, OpusWishes};
use media::order::{Feed, LegKey, LegMedia, LegOrder, RtpOrder, Stream, Tap};
use ramal::shards::Shards;
use ramal::sound::Devices;

use crate::phones::{Phones, TICK, silent_socket};
use crate::report::{Goal, Row};
use crate::support::Host;
use crate::yardstick::Engine;
use crate::{Effort, cpu};

pub fn rows(effort: Effort) -> Vec<Row> {
    let what = format!("relayed RTP packet, {} bridges", effort.bridges);
    let row = |(who, theirs), ours: &[f64], most| Row {
        what: what.clone(),
        unit: "ns",
        ours: ours.to_vec(),
        beside: Some((who, theirs)),
        goal: Goal::Ratio(most),
    };
    let (mut shards, mut plain) = (|| by_shards(effort), || by_plain_loop(effort));
    if !effort.peers {
        let [ours, plain] = cpu::rounds(effort.rounds, [&mut shards, &mut plain]);
        return vec![row(("plain loop", plain), &ours, 1.5)];
    }
    let mut rtpengine = Engine::start(effort.bridges);
    let mut peer = || rtpengine.relay(effort.ticks);
    let [ours, plain, theirs] = cpu::rounds(effort.rounds, [&mut shards, &mut plain, &mut peer]);
    vec![row(("plain loop", plain), &ours, 1.5), row(("rtpengine", theirs), &ours, 0.5)]
}

/// Per packet, while the phones talk. The first packets find the way and are not counted.
pub fn measure(phones: &mut Phones, towards: &[SocketAddr], ticks: u32, cpu: impl Fn() -> f64) -> f64 {
    phones.talk(towards, WARM_UP);
    let before = cpu();
    let heard = phones.talk(towards, ticks);
    let spent = cpu() - before;
    let sent = ticks * towards.len() as u32;
    assert!(heard * 100 > sent * 95, "{heard} of {sent} packets were heard: the machine is too busy to measure");
    spent / f64::from(heard)
}

fn by_shards(effort: Effort) -> f64 {
    let (host, mut phones) = (Host::claim(), Phones::new(effort.bridges));
    let mut shards = Shards::start(1, 22_000..=29_999, Devices::default(), Arc::new(|_| Ok(()))).unwrap();
    let towards = bridge(&mut shards, &host, &phones.addresses());
    let cost = measure(&mut phones, &towards, effort.ticks, cpu::of_other_threads);
    shards.stop();
    cost
}

/// Orders a bridge for each two far ends; gives where each of them sends.
pub fn bridge(shards: &mut Shards, host: &Host, far_ends: &[SocketAddr]) -> Vec<SocketAddr> {
    bridge_with(shards, host, far_ends, |_| None)
}

/// The same, with a recording on each leg that has one.
pub fn bridge_with(
    shards: &mut Shards,
    host: &Host,
    far_ends: &[SocketAddr],
    record: impl Fn(u64) -> Option<Tap>,
) -> Vec<SocketAddr> {
    let ports = shards.lend(host.address(), far_ends.len()).expect("ports");
    assert_eq!(ports.len(), far_ends.len(), "every leg has its ports");
    for (at, ((port, _), far_end)) in ports.iter().zip(far_ends).enumerate() {
        let order = RtpOrder {
            ssrc: at as u32 + 1,
            stream: Some(stream(*far_end)),
            feed: Feed::Peer(LegKey(at as u64 ^ 1)),
            receive: true,
            nat: false,
            digits: Vec::new(),
            record: record(at as u64),
            detect: None,
        };
        let media = Some(LegMedia::Rtp { port: *port, order });
        shards.order(LegOrder { leg: LegKey(at as u64), generation: 1, media });
    }
    ports.iter().map(|(_, port)| host.at(*port)).collect()
}

/// Of G.711, both ways.
pub fn stream(remote: SocketAddr) -> Stream {
    Stream {
        remote,
        remote_rtcp: SocketAddr::new(remote.ip(), remote.port() + 1),
        codec: Codec::Pcma,
        payload_type: 8,
        payload_type_in: 8,
        opus: OpusWishes::default(),
        telephone_event: Some(101),
        telephone_event_in: Some(101),
        ptime_ms: 20,
        may_send: true,
        may_receive: true,
    }
}

fn by_plain_loop(effort: Effort) -> f64 {
    let (host, mut phones) = (Host::claim(), Phones::new(effort.bridges));
    let plain = Plain::start(&host, &phones.addresses());
    let cost = measure(&mut phones, &plain.towards, effort.ticks, cpu::of_other_threads);
    plain.stop();
    cost
}

/// The least a relay can do: every 20 ms one packet from each socket, unread, out of the other of its bridge.
pub struct Plain {
    pub towards: Vec<SocketAddr>,
    stop: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl Plain {
    pub fn start(host: &Host, far_ends: &[SocketAddr]) -> Plain {
        let sockets: Vec<_> = far_ends.iter().map(|_| silent_socket(host.at(0))).collect();
        let towards = sockets.iter().map(|socket| socket.local_addr().unwrap()).collect();
        let (stop, far_ends) = (Arc::new(AtomicBool::new(false)), far_ends.to_vec());
        let stopped = stop.clone();
        let thread = thread::spawn(move || {
            let (mut next, mut buffer) = (Instant::now(), [0; 1_500]);
            while !stopped.load(Ordering::Relaxed) {
                for (at, socket) in sockets.iter().enumerate() {
                    if let Ok((length, _)) = socket.recv_from(&mut buffer) {
                        let _ = sockets[at ^ 1].send_to(&buffer[..length], far_ends[at ^ 1]);
                    }
                }
                next += TICK;
                thread::sleep(next.saturating_duration_since(Instant::now()));
            }
        });
        Plain { towards, stop, thread }
    }

    pub fn stop(self) {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().expect("the loop ends");
    }
}

/// Ticks.
const WARM_UP: u32 = 15;
