//! A call between a page and a telephone: sound both ways, mute, reload, a second tab, a crash.

use std::time::Instant;

use media::codec::Codec;
use media::oneway::OneWay;
use media::order::{Event, Feed};

use crate::chromium::{Chromium, MICROPHONE};
use crate::far::{CUSTOMER_SAYS, Far};
use crate::house::{CUSTOMER, House, PAGE, PERSON};
use crate::signaling::Signaling;
use crate::support::{LONG, wait_for, when};

/// A call that is up, whose page comes when it likes.
struct Scene {
    house: House,
    far: Far,
    signaling: Signaling,
}

impl Scene {
    fn new(codec: Codec) -> Scene {
        let house = House::new(codec);
        let (port, address) = house.port();
        let far = Far::start(address);
        house.customer(1, port, far.order(Feed::Peer(PAGE)));
        house.page(1, Feed::Peer(CUSTOMER), false);
        let signaling = Signaling::start(&house.shards, None);
        Scene { house, far, signaling }
    }

    fn open(&self) -> Chromium {
        Chromium::open(&self.signaling.url(PERSON, 1))
    }

    fn both_hear(&self) {
        self.page_hears(CUSTOMER_SAYS);
        self.far.hears(MICROPHONE);
    }

    fn page_hears(&self, hertz: u32) {
        self.signaling.wait(PERSON, &format!("the page to hear {hertz} Hz"), |told| {
            told["decibel"][hertz.to_string()].as_f64().is_some_and(|level| level > -40.0)
        });
    }

    fn wait_cause(&self, cause: Option<OneWay>) {
        self.house.wait(PAGE, &format!("{cause:?}"), |event| match event {
            Event::OneWay { cause: told } if *told == cause => Some(()),
            _ => None,
        });
    }
}

#[test]
fn sp_05_a_page_and_a_customer_hear_each_other_and_levels_are_shown() {
    let scene = Scene::new(Codec::Pcma);
    let mut browser = scene.open();
    scene.both_hear();
    browser.must_live();
    wait_for(LONG, "levels both ways", || {
        let view = scene.house.view()?;
        let loud = |level: Option<ramal::sound::card::Level>| level.is_some_and(|level| level.rms > 0.02);
        when(loud(view.said) && loud(view.heard))
    });
}

#[test]
fn sp_05_with_opus_they_hear_each_other_too() {
    let scene = Scene::new(Codec::Opus);
    let _browser = scene.open();
    scene.both_hear();
}

#[test]
fn vz_06_who_is_muted_is_silence_to_the_customer_and_goes_on_hearing() {
    let scene = Scene::new(Codec::Pcma);
    let _browser = scene.open();
    scene.both_hear();
    scene.house.page(2, Feed::Peer(CUSTOMER), true);
    scene.far.hears_silence();
    scene.page_hears(CUSTOMER_SAYS);
    scene.house.page(3, Feed::Peer(CUSTOMER), false);
    scene.far.hears(MICROPHONE);
}

#[test]
fn sp_06_sp_07_a_browser_that_crashes_is_noticed_and_its_successor_heard() {
    let scene = Scene::new(Codec::Pcma);
    let mut browser = scene.open();
    scene.both_hear();
    browser.kill9();
    let killed = Instant::now();
    scene.wait_cause(Some(OneWay::DeviceGone));
    assert!(killed.elapsed().as_secs_f64() < 3.0, "{:?}", killed.elapsed());
    scene.far.hears_silence();
    scene.signaling.forget();
    let _again = scene.open();
    scene.wait_cause(None);
    scene.both_hear();
}

#[test]
fn sp_05_a_second_tab_is_refused_until_it_takes_the_sound() {
    let scene = Scene::new(Codec::Pcma);
    let _first = scene.open();
    scene.both_hear();
    let second = scene.open();
    scene.signaling.wait_refused(PERSON);
    scene.both_hear();
    drop(second);
    let taken = Instant::now();
    let _third = Chromium::open(&scene.signaling.url_that_takes(PERSON));
    scene.signaling.wait(PERSON, "the first page to lose its connection", |told| told["state"] == "connected");
    scene.far.sound_after(taken);
    scene.both_hear();
}

#[test]
fn sp_05_from_call_to_call_the_connection_stays() {
    let scene = Scene::new(Codec::Pcma);
    let _browser = scene.open();
    scene.both_hear();
    scene.house.end(PAGE, 2);
    scene.far.hears_silence();
    assert_eq!(scene.house.connected(), 1);
    let answered = Instant::now();
    scene.house.page(3, Feed::Peer(CUSTOMER), false);
    let gap = scene.far.sound_after(answered);
    assert!(gap.as_millis() <= 200, "from answer to speech it took {gap:?}");
    scene.both_hear();
}
