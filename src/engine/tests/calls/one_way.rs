//! Only one side is heard (SP-07): what media names, a call shows while it should be heard both ways.

use engine::call::Command as Wish;
use engine::leg::{MediaEvent, OneWay};

use crate::world::World;

fn one_way(cause: OneWay) -> MediaEvent {
    MediaEvent::OneWay { cause: Some(cause) }
}

#[test]
fn SP_07_a_talking_call_shows_the_cause_and_its_end() {
    let mut world = World::new();
    let (call, _) = world.taken("one-way");
    world.media(call, one_way(OneWay::WrongAddress));
    assert_eq!(world.call(call).trouble, Some(OneWay::WrongAddress));
    world.device_media(call, one_way(OneWay::DeviceGone));
    assert_eq!(world.call(call).trouble, Some(OneWay::DeviceGone), "first what the person can mend");
    world.device_media(call, MediaEvent::OneWay { cause: None });
    world.media(call, MediaEvent::OneWay { cause: None });
    assert_eq!(world.call(call).trouble, None);
}

#[test]
fn SP_07_a_call_on_hold_shows_no_cause_until_it_is_resumed() {
    let mut world = World::new();
    let (call, _) = world.taken("held");
    world.device_media(call, one_way(OneWay::SilentMicrophone));
    world.wish(Wish::Hold { call }).unwrap();
    assert_eq!(world.call(call).trouble, None, "the far end hears our music");
    world.wish(Wish::Resume { call }).unwrap();
    assert_eq!(world.call(call).trouble, Some(OneWay::SilentMicrophone));
}
