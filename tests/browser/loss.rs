//! Many pages behind a network that loses: each connects, and none leaves a connection half open.

use std::time::{Duration, Instant};

use media::codec::Codec;
use ramal::impair::{Impairment, Relay};

use crate::chromium::Chromium;
use crate::house::House;
use crate::signaling::Signaling;
use crate::support::{wait_for, when};

/// A hundred sign-ins, a browser of twenty pages after the other.
const ROUNDS: u64 = 5;
const PAGES: u64 = 20;

#[test]
fn sp_05_at_5_percent_loss_every_page_connects_and_none_is_left_half_open() {
    let house = House::new(Codec::Pcma);
    let bad = Impairment { loss: 0.05, ..Impairment::default() };
    let relay = Relay::start(house.host.at(0), house.door, bad, 1).unwrap();
    let signaling = Signaling::start(&house.shards, Some((house.door, relay.address())));
    for first in (0..ROUNDS).map(|round| 100 + round * PAGES) {
        let begin = Instant::now();
        let browser = Chromium::open(&signaling.url(first, PAGES));
        let connected = |told: &serde_json::Value| told["state"] == "connected";
        (first..first + PAGES).for_each(|person| signaling.wait(person, "every page to be connected", connected));
        eprintln!("{PAGES} pages connected in {:?}", begin.elapsed());
        drop(browser);
    }
    let begin = Instant::now();
    wait_for(Duration::from_secs(75), "every page to be forgotten", || when(house.connected() == 0));
    eprintln!("the last one forgotten {:?} after its browser's end; it may take 15 s", begin.elapsed());
}
