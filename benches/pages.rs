//! Browsers' headsets: a second of a call between a page and a telephone, relayed (A-law on both sides) and transcoded (Opus
//! at the page). Beside it the same call between two telephones. What the pages themselves cost is not counted.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use media::codec::Codec;
use media::order::{DeviceOrder, Feed, LegKey, LegMedia, LegOrder, RtpOrder};
use ramal::shards::Shards;
use ramal::shards::browser::{Offer, PageKey, Settings};
use ramal::sound::Devices;
use tokio::sync::oneshot;

use crate::page::Page;
use crate::phones::{Phones, TICK};
use crate::relay::{bridge, stream};
use crate::report::{Goal, Row};
use crate::support::Host;
use crate::{Effort, cpu, memory};

pub fn rows(effort: Effort) -> Vec<Row> {
    [(Codec::Pcma, "relayed", Goal::Ratio(3.0)), (Codec::Opus, "transcoded", Goal::None)]
        .into_iter()
        .flat_map(|(codec, how, goal)| {
            let (mut weights, mut losses) = (Vec::new(), Vec::new());
            let mut ours = || {
                let (cost, kb, lost) = by_pages(codec, effort);
                weights.push(kb);
                losses.push(lost);
                cost
            };
            let mut plain = || by_telephones(effort);
            let [ours, plain] = cpu::rounds(effort.rounds.min(MOST_ROUNDS), [&mut ours, &mut plain]);
            let what = format!("{} calls at browsers' headsets, {how}", effort.bridges);
            let second = Row {
                what: format!("{what}: a second of one"),
                unit: "µs",
                ours,
                beside: Some(("two telephones", plain)),
                goal,
            };
            [
                second,
                Row {
                    what: format!("{what}: memory of one, the page's own end included"),
                    unit: "kB",
                    ours: weights,
                    beside: None,
                    goal: Goal::None,
                },
                Row {
                    what: format!("{what}: packets that pages do not hear"),
                    unit: "in 100",
                    ours: losses,
                    beside: None,
                    goal: Goal::Figure(MOST_LOST),
                },
            ]
        })
        .collect()
}

/// Processor time of a second of one call, in µs; the kB that the calls and the pages' connections took, by call; packets lost, in a hundred.
fn by_pages(codec: Codec, effort: Effort) -> (f64, f64, f64) {
    let (host, mut phones) = (Host::claim(), Phones::new(effort.bridges.div_ceil(2)));
    let mut shards = Shards::start(1, 22_000..=29_999, Devices::default(), Arc::new(|_| Ok(()))).unwrap();
    let settings = Settings { ips: vec![host.address()], port: None, codec };
    shards.open_browsers(&settings).unwrap();
    let mut pages: Vec<Page> = (0..effort.bridges as u64).map(|_| Page::new(codec, host.address())).collect();
    let before = memory::resident();
    for person in 0..pages.len() {
        let (connected, others) = pages.split_at_mut(person);
        others[0].connect(|sdp| {
            let (answer, answered) = oneshot::channel();
            shards.offer(Offer { page: PageKey(person as u64), sdp, take: true, answer });
            answered.blocking_recv().unwrap().expect("an answer")
        });
        // Who is silent for long is forgotten.
        connected.iter_mut().for_each(Page::tick);
    }
    let towards = calls(&mut shards, &host, &phones.addresses()[..effort.bridges]);
    talk(&mut phones, &towards, &mut pages, WARM_UP);
    let weight = (memory::resident() - before) / effort.bridges as f64;
    let spent = cpu::of_other_threads();
    let lost = talk(&mut phones, &towards, &mut pages, effort.ticks);
    let spent = cpu::of_other_threads() - spent;
    shards.stop();
    (per_second(spent, effort), weight, lost)
}

fn by_telephones(effort: Effort) -> f64 {
    let (host, mut phones) = (Host::claim(), Phones::new(effort.bridges));
    let mut shards = Shards::start(1, 22_000..=29_999, Devices::default(), Arc::new(|_| Ok(()))).unwrap();
    let towards = bridge(&mut shards, &host, &phones.addresses());
    talk(&mut phones, &towards, &mut [], WARM_UP);
    let spent = cpu::of_other_threads();
    talk(&mut phones, &towards, &mut [], effort.ticks);
    let spent = cpu::of_other_threads() - spent;
    shards.stop();
    per_second(spent, effort)
}

fn per_second(nanoseconds: f64, effort: Effort) -> f64 {
    nanoseconds / 1_000.0 / effort.bridges as f64 / (TICK * effort.ticks).as_secs_f64()
}

/// A call of each telephone with the page of the same number; where the telephones send to.
fn calls(shards: &mut Shards, host: &Host, telephones: &[SocketAddr]) -> Vec<SocketAddr> {
    let ports = shards.lend(host.address(), telephones.len()).expect("ports");
    for (at, ((port, _), telephone)) in ports.iter().zip(telephones).enumerate() {
        let (far, near) = (LegKey(2 * at as u64), LegKey(2 * at as u64 + 1));
        let order = RtpOrder {
            ssrc: at as u32 + 1,
            stream: Some(stream(*telephone)),
            feed: Feed::Peer(near),
            receive: true,
            nat: false,
            digits: Vec::new(),
            detect: None,
            record: None,
        };
        let device = PageKey(at as u64).device().into();
        let page = DeviceOrder { feed: Feed::Peer(far), ring: None, muted: false };
        for (leg, media) in
            [(far, LegMedia::Rtp { port: *port, order }), (near, LegMedia::Device { device, order: page })]
        {
            shards.order(LegOrder { leg, generation: 1, media: Some(media) });
        }
    }
    ports.iter().map(|(_, port)| host.at(*port)).collect()
}

/// So many ticks of everybody talking; the packets that the pages did not hear, in a hundred.
fn talk(phones: &mut Phones, towards: &[SocketAddr], pages: &mut [Page], ticks: u32) -> f64 {
    let heard_before: u64 = pages.iter().map(|page| page.heard).sum();
    let begin = Instant::now();
    for tick in 1..=ticks {
        pages.iter_mut().for_each(Page::tick);
        phones.talk_until(towards, begin + TICK * tick);
    }
    let heard: u64 = pages.iter().map(|page| page.heard).sum::<u64>() - heard_before;
    let most = u64::from(ticks) * pages.len() as u64;
    assert!(most == 0 || heard > 0, "a call that does not work costs nothing");
    100.0 - 100.0 * heard as f64 / most as f64
}

/// A hundred pages take their time to connect.
const MOST_ROUNDS: usize = 3;
/// Whoever has to sweep a hundred pages in one thread is late now and then.
const MOST_LOST: f64 = 1.0;
/// In ticks: playout buffers fill, and the first packets find the way.
const WARM_UP: u32 = 25;
