//! Several far ends talk together (VZ-10), and what a held one hears (VZ-05).

use engine::border::RefusalCode;
use engine::call::{Command as Wish, ConferenceCommand as Conference};
use engine::config::AudioClass;
use engine::id::{CallId, LegId};
use engine::leg::{Feed, LegMedia};
use engine::news::{Alert, News};
use engine::sip::message::Method;

use crate::far::Far;
use crate::world::{World, profile, seconds};

/// An extension with room for many calls and one headset.
fn leader() -> World {
    World::with(|account| {
        account.exclusive = true;
        account.max_calls = 20;
        account.limits.calls_at_once = 20;
        account.limits.calls_per_minute = 60;
    })
}

/// That many calls from outside, answered one after the other: all but the last are held.
fn guests(world: &mut World, count: usize) -> Vec<(CallId, Far)> {
    (0..count).map(|number| world.taken(&format!("guest{number}"))).collect()
}

fn join(world: &mut World, calls: &[(CallId, Far)]) -> Result<engine::border::Reply, engine::border::Refusal> {
    let calls = calls.iter().map(|(call, _)| *call).collect();
    world.wish(Wish::Conference(Conference::Join { calls }))
}

/// A call's legs: to the network, to the device.
fn legs(world: &World, call: CallId) -> (LegId, LegId) {
    let legs = world.call(call).legs;
    (legs[0].leg, legs[1].leg)
}

fn mix(legs: &[LegId]) -> Feed {
    let mut legs = legs.to_vec();
    legs.sort_unstable();
    if let [one] = legs[..] { Feed::Peer(one) } else { Feed::Mix(legs) }
}

#[test]
fn VZ_10_everybody_hears_everybody_but_themselves() {
    let mut world = leader();
    let calls = guests(&mut world, 3);
    join(&mut world, &calls).unwrap();
    let of: Vec<LegId> = calls.iter().map(|(call, _)| legs(&world, *call).0).collect();
    let desk = legs(&world, calls[0].0).1;
    assert_eq!(world.heard(calls[0].0), Some(mix(&of)));
    for (at, (call, _)) in calls.iter().enumerate() {
        let mut others = of.clone();
        others[at] = desk;
        assert_eq!(world.rtp(*call).unwrap().feed, mix(&others));
        assert!(!world.call(*call).held);
    }
    let rooms: Vec<_> = calls.iter().map(|(call, _)| world.call(*call).conference.unwrap()).collect();
    assert!(rooms.iter().all(|room| *room == rooms[0] && room.led && !room.silenced));
}

#[test]
fn VZ_10_hold_music_never_enters_a_conference() {
    let mut world = leader();
    let mut calls = guests(&mut world, 3);
    join(&mut world, &calls).unwrap();
    let of: Vec<LegId> = calls.iter().map(|(call, _)| legs(&world, *call).0).collect();
    let desk = legs(&world, calls[0].0).1;
    world.wish(Wish::Hold { call: calls[1].0 }).unwrap();
    assert!(matches!(world.rtp(calls[1].0).unwrap().feed, Feed::Sound { .. }));
    assert_eq!(world.rtp(calls[0].0).unwrap().feed, mix(&[of[2], desk]));
    world.wish(Wish::Resume { call: calls[1].0 }).unwrap();
    // The guest's own PBX holds us: it may be playing music of its own.
    let hold = calls[2].1.request(Method::Invite);
    world.deliver(&crate::far::WithSdp::with_sdp(hold, "sendonly"));
    world.got(200);
    assert!(world.call(calls[2].0).held_by_peer);
    assert_eq!(world.rtp(calls[0].0).unwrap().feed, mix(&[of[1], desk]));
    assert_eq!(world.heard(calls[0].0), Some(mix(&of[..2])));
}

#[test]
fn VZ_10_a_silenced_party_hears_and_is_not_heard() {
    let mut world = leader();
    let calls = guests(&mut world, 2);
    join(&mut world, &calls).unwrap();
    let (a, desk) = legs(&world, calls[0].0);
    let (b, _) = legs(&world, calls[1].0);
    world.wish(Wish::Conference(Conference::Silence { call: calls[0].0, on: true })).unwrap();
    assert!(world.call(calls[0].0).conference.unwrap().silenced);
    assert_eq!(world.rtp(calls[0].0).unwrap().feed, mix(&[b, desk]));
    assert_eq!(world.rtp(calls[1].0).unwrap().feed, mix(&[desk]));
    assert_eq!(world.heard(calls[0].0), Some(mix(&[b])));
    world.wish(Wish::Conference(Conference::Silence { call: calls[0].0, on: false })).unwrap();
    assert_eq!(world.heard(calls[0].0), Some(mix(&[a, b])));
}

#[test]
fn VZ_10_parties_come_and_go_until_one_is_a_plain_call_again() {
    let mut world = leader();
    let mut calls = guests(&mut world, 3);
    join(&mut world, &calls[..2]).unwrap();
    assert!(world.call(calls[2].0).held, "an exclusive device talks in the conference only");
    join(&mut world, &calls).unwrap();
    assert!(calls.iter().all(|(call, _)| world.call(*call).conference == world.call(calls[0].0).conference));
    world.wish(Wish::Conference(Conference::Split { call: calls[0].0 })).unwrap();
    assert!(world.call(calls[0].0).held && world.call(calls[0].0).conference.is_none());
    world.deliver(&calls[1].1.request(Method::Bye));
    world.got(200);
    let last = world.call(calls[2].0);
    assert_eq!(last.conference, None);
    assert_eq!(world.heard(calls[2].0), Some(Feed::Peer(last.legs[0].leg)));
    assert_eq!(world.rtp(calls[2].0).unwrap().feed, Feed::Peer(last.legs[1].leg));
}

#[test]
fn VZ_10_the_leader_may_leave_and_the_rest_stay() {
    let mut world = leader();
    let mut calls = guests(&mut world, 3);
    join(&mut world, &calls).unwrap();
    let of: Vec<LegId> = calls.iter().map(|(call, _)| legs(&world, *call).0).collect();
    world.wish(Wish::Conference(Conference::Leave { call: calls[1].0 })).unwrap();
    assert_eq!(world.heard(calls[0].0), None, "the device is free");
    assert_eq!(world.rtp(calls[0].0).unwrap().feed, mix(&of[1..]));
    assert!(!world.call(calls[0].0).conference.unwrap().led);
    world.deliver(&calls[0].1.request(Method::Bye));
    world.got(200);
    assert_eq!(world.call(calls[1].0).bridged_with, Some(calls[2].0));
    world.deliver(&calls[1].1.request(Method::Bye));
    world.got(200);
    let bye = world.get(Method::Bye);
    world.deliver(&calls[2].1.answer_to(&bye, 200));
    world.cause(calls[2].0);
    world.over();
    world.quiet();
}

#[test]
fn VZ_10_ended_for_everybody_at_once() {
    let mut world = leader();
    let calls = guests(&mut world, 4);
    join(&mut world, &calls).unwrap();
    world.wish(Wish::Conference(Conference::End { call: calls[0].0 })).unwrap();
    for _ in &calls {
        let bye = world.get(Method::Bye);
        let (call, far) = calls.iter().find(|(_, far)| far.invite.call_id() == bye.call_id()).unwrap();
        world.deliver(&far.answer_to(&bye, 200));
        world.cause(*call);
    }
    world.over();
}

#[test]
fn VZ_10_the_leader_answers_another_call_and_comes_back() {
    let mut world = leader();
    let calls = guests(&mut world, 2);
    join(&mut world, &calls).unwrap();
    let (a, desk) = legs(&world, calls[0].0);
    let (b, _) = legs(&world, calls[1].0);
    let (other, _) = world.taken("other");
    assert_eq!(world.rtp(calls[0].0).unwrap().feed, Feed::Peer(b), "they go on without music");
    assert_eq!(world.heard(other), Some(Feed::Peer(legs(&world, other).0)));
    world.wish(Wish::Resume { call: calls[0].0 }).unwrap();
    assert!(world.call(other).held);
    assert_eq!(world.heard(other), Some(mix(&[a, b])));
    assert_eq!(world.rtp(calls[0].0).unwrap().feed, mix(&[b, desk]));
}

#[test]
fn VZ_10_at_most_sixteen_parties_and_only_calls_that_are_answered() {
    let mut world = leader();
    let calls = guests(&mut world, 16);
    let refusal = join(&mut world, &calls).unwrap_err();
    assert_eq!((refusal.code, refusal.text.contains("at most 16")), (RefusalCode::BadRequest, true));
    join(&mut world, &calls[..15]).unwrap();
    let (ringing, _) = world.rung("late");
    let wish = Wish::Conference(Conference::Join { calls: vec![calls[0].0, ringing] });
    assert_eq!(world.wish(wish).unwrap_err().code, RefusalCode::WrongState);
    let twice = Wish::Conference(Conference::Join { calls: vec![calls[0].0, calls[0].0] });
    assert_eq!(world.wish(twice).unwrap_err().code, RefusalCode::BadRequest);
    let alone = Wish::Conference(Conference::Leave { call: calls[15].0 });
    assert_eq!(world.wish(alone).unwrap_err().code, RefusalCode::WrongState);
}

#[test]
fn VZ_06_who_is_muted_stays_muted_in_the_next_call_until_the_last_has_ended() {
    let mut world = leader();
    let muted = |world: &World, call: CallId| {
        let desk = legs(world, call).1;
        match &world.shell.media[&desk].media {
            Some(LegMedia::Device(media)) => media.muted,
            other => panic!("no device: {other:?}"),
        }
    };
    let (first, _) = world.taken("in1");
    world.wish(Wish::Mute { call: first }).unwrap();
    let (second, _) = world.taken("in2");
    assert!(muted(&world, second) && world.call(second).muted && world.call(first).muted);
    for call in [first, second] {
        world.wish(Wish::HangUp { call }).unwrap();
    }
    let (third, _) = world.taken("in3");
    assert!(!muted(&world, third) && !world.call(third).muted);
}

#[test]
fn VZ_05_an_advert_needs_the_customers_consent() {
    let mut world = World::with(|account| {
        let profile = profile(account);
        (profile.hold_class, profile.hold_music) = (AudioClass::Advert, "offers".into());
        profile.hold_without_consent = "music".into();
    });
    let (call, _) = world.up();
    let heard = |world: &World| match world.rtp(call).unwrap().feed {
        Feed::Sound { name, repeat: true } => name.to_string(),
        other => panic!("no music: {other:?}"),
    };
    world.wish(Wish::Hold { call }).unwrap();
    assert_eq!(heard(&world), "music");
    world.wish(Wish::AdvertConsent { call, on: true }).unwrap();
    assert_eq!(heard(&world), "offers");
    world.wish(Wish::AdvertConsent { call, on: false }).unwrap();
    assert_eq!(heard(&world), "music");
}

#[test]
fn VZ_05_a_forgotten_hold_is_told_and_told_again() {
    let mut world = World::with(|account| profile(account).hold_alert = Some(seconds(60)));
    let (call, _) = world.up();
    let told = |world: &World| -> Vec<u64> {
        let alert = |(_, news): &(_, News)| match news {
            News::Alert(Alert::ForgottenHold { call: held, seconds, .. }) if *held == call => Some(*seconds),
            _ => None,
        };
        world.shell.news.iter().filter_map(alert).collect()
    };
    world.wish(Wish::Hold { call }).unwrap();
    world.pass(seconds(59));
    world.wish(Wish::Resume { call }).unwrap();
    world.pass(seconds(100));
    assert_eq!(told(&world), [0; 0]);
    world.wish(Wish::Hold { call }).unwrap();
    world.pass(seconds(130));
    assert_eq!(told(&world), [60, 120]);
}
