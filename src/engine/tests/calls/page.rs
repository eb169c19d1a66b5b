//! A person's page as the device (SP-05, SP-06): one desk for every call, and music while the page is away.

use engine::agent::Wish as Work;
use engine::call::Command as Wish;
use engine::config::DeviceName;
use engine::id::{CallId, UserId};
use engine::leg::{Feed, MediaEvent, OneWay};

use crate::office::user;
use crate::world::{World, ms};

/// Ana at ramal 20, who talks through her browser.
fn ana() -> (World, UserId) {
    let mut world = World::with(|account| account.exclusive = true);
    let ana = world.hire(user("ana"));
    world.work(ana, Work::SignIn { device: Some(DeviceName::OWN_PAGE.into()) }).unwrap();
    (world, ana)
}

fn talking() -> (World, UserId, CallId) {
    let (mut world, ana) = ana();
    let (call, _) = world.rung("c1");
    world.wish_as(ana, Wish::Answer { call }).unwrap();
    (world, ana, call)
}

const GONE: MediaEvent = MediaEvent::OneWay { cause: Some(OneWay::DeviceGone) };
const BACK: MediaEvent = MediaEvent::OneWay { cause: None };

fn hears_music(world: &World, call: CallId) -> bool {
    matches!(world.rtp(call).unwrap().feed, Feed::Sound { repeat: true, .. })
}

#[test]
fn SP_05_whoever_talks_through_the_browser_talks_through_the_page_of_that_person() {
    let (world, ana, call) = talking();
    assert_eq!(world.device_of(call), Some(format!("browser-{ana}")));
    assert_eq!(world.agent(ana).device, Some(DeviceName::OWN_PAGE.into()), "as it was chosen");
}

#[test]
fn SP_05_headset_to_browser_and_back_in_mid_call() {
    let (mut world, ana, call) = talking();
    let page = world.device_of(call);
    world.work(ana, Work::Device(None)).unwrap();
    assert_ne!(world.device_of(call), page);
    assert!(matches!(world.rtp(call).unwrap().feed, Feed::Peer(_)));
    world.work(ana, Work::Device(Some(DeviceName::OWN_PAGE.into()))).unwrap();
    assert_eq!(world.device_of(call), page);
}

#[test]
fn SP_06_without_the_page_the_far_end_hears_music_until_it_is_back() {
    let (mut world, _, call) = talking();
    let talked = world.rtp(call).unwrap().feed;
    world.device_media(call, GONE);
    assert_eq!(world.call(call).trouble, Some(OneWay::DeviceGone));
    world.pass(ms(1_400));
    assert_eq!(world.rtp(call).unwrap().feed, talked, "a reload takes no longer");
    world.pass(ms(100));
    assert!(hears_music(&world, call));
    world.pass(ms(20_000));
    assert!(hears_music(&world, call));
    world.device_media(call, BACK);
    assert_eq!(world.rtp(call).unwrap().feed, talked, "at once");
    assert_eq!(world.call(call).trouble, None);
}

#[test]
fn SP_06_a_page_that_is_back_in_time_was_never_missed() {
    let (mut world, _, call) = talking();
    world.device_media(call, GONE);
    world.pass(ms(1_000));
    world.device_media(call, BACK);
    world.pass(ms(1_000));
    assert!(!hears_music(&world, call));
    // The next time counts from its own beginning.
    world.device_media(call, GONE);
    world.pass(ms(1_000));
    assert!(!hears_music(&world, call));
    world.pass(ms(500));
    assert!(hears_music(&world, call));
}

#[test]
fn SP_06_another_device_in_the_place_of_the_lost_page_is_heard_at_once() {
    let (mut world, ana, call) = talking();
    world.device_media(call, GONE);
    world.pass(ms(2_000));
    assert!(hears_music(&world, call));
    world.work(ana, Work::Device(None)).unwrap();
    assert!(!hears_music(&world, call));
    assert_eq!(world.call(call).trouble, None);
}

#[test]
fn SP_07_a_headset_that_is_gone_brings_no_music() {
    let mut world = World::new();
    let (call, _) = world.taken("c1");
    world.device_media(call, GONE);
    world.pass(ms(10_000));
    assert!(!hears_music(&world, call));
}
