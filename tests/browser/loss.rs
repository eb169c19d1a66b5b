//! Many pages behind a network that loses: each connects, and none leaves a connection half open.

use std::time::{Duration, Instant};

use media::codec::Codec;
use ramal::impair::{Impairment, Relay};

use crate::chromium::Chromium;
use crate::house::House;
use crate::signaling::Signaling;
use crate::support::{wait_for, when};

const PAGES: u64 = 100;

#[test]
fn sp_05_at_5_percent_loss_every_page_connects_and_none_is_left_half_open() {
    let house = House::new(Codec::Pcma);
    let bad = Impairment { loss: 0.05, ..Impairment::default() };
    let relay = Relay::start(house.host.at(0), house.door, bad, 1).unwrap();
    let signaling = Signaling::start(&house.shards, Some((house.door, relay.address())));
    let browser = Chromium::open(&signaling.url(100, PAGES));
    let all = usize::try_from(PAGES).unwrap();
    let begin = Instant::now();
    wait_for(Duration::from_secs(60), "every page to be connected", || when(house.connected() == all));
    eprintln!("{PAGES} pages connected in {:?}", begin.elapsed());
    drop(browser);
    wait_for(Duration::from_secs(30), "every page to be forgotten", || when(house.connected() == 0));
}
