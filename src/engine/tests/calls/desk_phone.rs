//! A desk phone as a person's device (SP-05): called once, kept between calls, and what becomes of calls without it.

use std::sync::Arc;

use engine::agent::Wish as Work;
use engine::border::{DaemonCommand, RefusalCode, What};
use engine::call::{Command as Wish, ConferenceCommand as Conference, PhoneCommand as Phone};
use engine::config::{Codec, Phone as Configured};
use engine::id::{CallId, LegId};
use engine::leg::{Feed, LegMedia, MediaEvent, RtpMedia, Tone};
use engine::news::{Alert, CallState, HangupKind, News, PhoneState, PhoneView, StaffNews};
use engine::records::Record;
use engine::sip::header::Name;
use engine::sip::message::{Message, Method};

use crate::far::{Far, WithSdp, invite, sdp};
use crate::shell::pbx::{config, extension};
use crate::world::{World, profile, seconds};

/// Extension 20, whose person has the desk phone 2001, and extension 21 that talks through the same phone.
fn world() -> World {
    let accounts = [20, 21].map(|number| {
        let mut account = extension(number);
        account.device = "mesa".into();
        account.max_calls = 8;
        account.limits.calls_per_minute = 60;
        account
    });
    let mut config = config(accounts.into_iter());
    let phone = Configured { device: "mesa".into(), number: "2001".to_owned(), account: "20".into() };
    config.phones.insert("mesa".into(), Arc::new(phone));
    World::of(config)
}

fn connect(world: &mut World) -> Result<engine::border::Reply, engine::border::Refusal> {
    world.wish(Wish::Phone(Phone::Connect { device: "mesa".into() }))
}

fn disconnect(world: &mut World) -> Result<engine::border::Reply, engine::border::Refusal> {
    world.wish(Wish::Phone(Phone::Disconnect { device: "mesa".into() }))
}

/// The phone, rung by us.
#[track_caller]
fn rung(world: &mut World, tag: &str) -> Far {
    let invite = world.get(Method::Invite);
    assert_eq!(invite.uri().unwrap().user.as_deref(), Some("2001"));
    Far::called(&invite, tag)
}

/// It is picked up.
#[track_caller]
fn pick_up(world: &mut World, phone: &Far) {
    world.deliver(&phone.answer(200).with_sdp("sendrecv"));
    world.get(Method::Ack);
}

/// Signed in, with the phone picked up.
#[track_caller]
fn signed_in(world: &mut World) -> Far {
    connect(world).unwrap();
    let phone = rung(world, "mesa1");
    pick_up(world, &phone);
    assert_eq!(view(world).state, PhoneState::Connected);
    phone
}

#[track_caller]
fn put_down(world: &mut World, phone: &mut Far) {
    let bye = phone.request(Method::Bye);
    world.deliver(&bye);
    world.got(200);
}

fn view(world: &World) -> PhoneView {
    let [phone] = &world.shell.engine.snapshot().phones[..] else { panic!("one phone is configured") };
    phone.clone()
}

/// What its leg does.
fn leg(world: &World) -> Option<RtpMedia> {
    match &world.shell.media.get(&view(world).leg)?.media {
        Some(LegMedia::Rtp(media)) => Some(media.clone()),
        Some(LegMedia::Device(_)) => panic!("a phone is no device of this machine"),
        None => None,
    }
}

#[track_caller]
fn heard_there(world: &World) -> Feed {
    leg(world).expect("the phone is called").feed
}

fn network_leg(world: &World, call: CallId) -> LegId {
    world.call(call).legs[0].leg
}

#[track_caller]
fn talks(world: &World, call: CallId) {
    assert_eq!(world.rtp(call).unwrap().feed, Feed::Peer(view(world).leg));
    assert_eq!(heard_there(world), Feed::Peer(network_leg(world, call)));
    assert_eq!(world.call(call).legs[1].leg, view(world).leg);
}

#[track_caller]
fn hears_music(world: &World, call: CallId) {
    assert!(matches!(world.rtp(call).unwrap().feed, Feed::Sound { .. }), "{:?}", world.rtp(call).unwrap().feed);
}

fn hang_up(world: &mut World, call: CallId, far: &Far) {
    world.wish(Wish::HangUp { call }).unwrap();
    let bye = world.get(Method::Bye);
    world.deliver(&far.answer_to(&bye, 200));
}

/// The person signs out; nothing is left.
#[track_caller]
fn over(mut world: World, phone: &Far) {
    disconnect(&mut world).unwrap();
    let bye = world.get(Method::Bye);
    world.deliver(&phone.answer_to(&bye, 200));
    world.over();
}

#[test]
fn SP_05_the_phone_is_called_once_and_serves_every_call() {
    let mut world = world();
    let phone = signed_in(&mut world);
    assert_eq!(heard_there(&world), Feed::Silence, "between calls too something is sent");
    for number in 0..3 {
        let (call, far) = world.taken(&format!("in{number}"));
        talks(&world, call);
        hang_up(&mut world, call, &far);
        assert_eq!(heard_there(&world), Feed::Silence);
    }
    let (call, far) = world.up();
    talks(&world, call);
    hang_up(&mut world, call, &far);
    world.quiet();
    over(world, &phone);
}

#[test]
fn SP_05_its_call_is_in_no_history_and_no_figure() {
    let mut world = world();
    let phone = signed_in(&mut world);
    let snapshot = world.shell.engine.snapshot();
    assert_eq!((snapshot.calls.len(), snapshot.totals.calls, snapshot.accounts[0].calls), (0, 0, 0));
    let told =
        |record: &Record| matches!(record, Record::CallOpened(_) | Record::LegOpened(_) | Record::CallEvent { .. });
    assert!(!world.shell.store.records.iter().any(told));
    assert!(!world.shell.news.iter().any(|(_, news)| matches!(news, News::Call(_))));
    over(world, &phone);
}

#[test]
fn a_call_rings_in_the_ear_and_a_dialled_one_too() {
    let mut world = world();
    let phone = signed_in(&mut world);
    let (first, _) = world.rung("in1");
    assert_eq!(heard_there(&world), Feed::Tone(Tone::Ring));
    world.wish(Wish::Reject { call: first, how: engine::call::RejectAs::Busy }).unwrap();
    assert_eq!(heard_there(&world), Feed::Silence);
    world.got(486);
    let (call, invite) = world.dial("3000");
    let far = Far::called(&invite, "b1");
    world.deliver(&far.answer(180));
    assert_eq!(heard_there(&world), Feed::Tone(Tone::Ringback));
    world.deliver(&far.answer(200).with_sdp("sendrecv"));
    world.get(Method::Ack);
    talks(&world, call);
    hang_up(&mut world, call, &far);
    over(world, &phone);
}

#[test]
fn VZ_06_a_muted_phone_goes_on_talking_and_nobody_hears_it() {
    let mut world = world();
    let phone = signed_in(&mut world);
    let (call, far) = world.taken("in1");
    world.wish(Wish::Mute { call }).unwrap();
    assert!(world.call(call).muted);
    assert_eq!(world.rtp(call).unwrap().feed, Feed::Silence);
    assert_eq!(heard_there(&world), Feed::Peer(network_leg(&world, call)));
    world.wish(Wish::Unmute { call }).unwrap();
    talks(&world, call);
    hang_up(&mut world, call, &far);
    over(world, &phone);
}

#[test]
fn VZ_05_a_call_on_hold_hears_music_and_the_phone_silence() {
    let mut world = world();
    let phone = signed_in(&mut world);
    let (call, far) = world.taken("in1");
    world.wish(Wish::Hold { call }).unwrap();
    hears_music(&world, call);
    assert_eq!(heard_there(&world), Feed::Silence);
    world.wish(Wish::Resume { call }).unwrap();
    talks(&world, call);
    hang_up(&mut world, call, &far);
    over(world, &phone);
}

#[test]
fn a_phone_talks_in_one_call_whatever_extension_it_came_to() {
    let mut world = world();
    let phone = signed_in(&mut world);
    let (first, far) = world.taken("in1");
    let number = |route: &str| Wish::Dial { route: Some(route.into()), number: "3000".to_owned(), caller_id: None };
    let Ok(engine::border::Reply::Dialled { call: second, .. }) = world.wish(number("21")) else { panic!("dialled") };
    let other = Far::called(&world.get(Method::Invite), "b2");
    world.deliver(&other.answer(200).with_sdp("sendrecv"));
    world.get(Method::Ack);
    talks(&world, second);
    assert!(world.call(first).held);
    hears_music(&world, first);
    hang_up(&mut world, second, &other);
    hang_up(&mut world, first, &far);
    over(world, &phone);
}

#[test]
fn VZ_10_a_conference_is_led_from_the_phone() {
    let mut world = world();
    let phone = signed_in(&mut world);
    let guests: Vec<(CallId, Far)> = (0..2).map(|number| world.taken(&format!("in{number}"))).collect();
    let calls: Vec<CallId> = guests.iter().map(|(call, _)| *call).collect();
    world.wish(Wish::Conference(Conference::Join { calls: calls.clone() })).unwrap();
    let mut legs: Vec<LegId> = calls.iter().map(|call| network_leg(&world, *call)).collect();
    legs.sort_unstable();
    assert_eq!(heard_there(&world), Feed::Mix(legs));
    let mut others = vec![network_leg(&world, calls[1]), view(&world).leg];
    others.sort_unstable();
    assert_eq!(world.rtp(calls[0]).unwrap().feed, Feed::Mix(others));
    world.wish(Wish::Mute { call: calls[0] }).unwrap();
    assert_eq!(world.rtp(calls[0]).unwrap().feed, Feed::Peer(network_leg(&world, calls[1])));
    guests.iter().for_each(|(call, far)| hang_up(&mut world, *call, far));
    over(world, &phone);
}

#[test]
fn the_phone_s_own_hold_brings_no_music_into_a_conference() {
    let mut world = world();
    let mut phone = signed_in(&mut world);
    let guests: Vec<(CallId, Far)> = (0..2).map(|number| world.taken(&format!("in{number}"))).collect();
    let calls: Vec<CallId> = guests.iter().map(|(call, _)| *call).collect();
    world.wish(Wish::Conference(Conference::Join { calls: calls.clone() })).unwrap();
    let hold = phone.request(Method::Invite).with_sdp("sendonly");
    world.deliver(&hold);
    let ok = world.got(200);
    world.deliver(&phone.ack(&ok));
    assert_eq!(world.rtp(calls[0]).unwrap().feed, Feed::Peer(network_leg(&world, calls[1])));
    guests.iter().for_each(|(call, far)| hang_up(&mut world, *call, far));
    over(world, &phone);
}

#[test]
fn an_answer_without_the_phone_calls_it_first() {
    let mut world = world();
    let offer = invite("in1", Some(&sdp("sendrecv")));
    let (call, _) = world.rung_by(&offer);
    world.wish(Wish::Answer { call }).unwrap();
    assert_eq!(world.call(call).state, CallState::Ringing);
    let phone = rung(&mut world, "mesa1");
    assert_eq!(view(&world).state, PhoneState::Calling);
    world.quiet();
    pick_up(&mut world, &phone);
    let ok = world.got(200);
    let far = Far::calling(&offer, &ok);
    world.deliver(&far.ack(&ok));
    talks(&world, call);
    hang_up(&mut world, call, &far);
    over(world, &phone);
}

#[test]
fn a_call_that_could_not_be_answered_rings_on_and_says_why() {
    let mut world = world();
    let (call, _) = world.rung("in1");
    world.wish(Wish::Answer { call }).unwrap();
    let phone = rung(&mut world, "mesa1");
    world.deliver(&phone.answer(486));
    world.get(Method::Ack);
    let why = view(&world).why.expect("it says why");
    assert_eq!((view(&world).state, why.kind, why.sip), (PhoneState::Disconnected, HangupKind::Busy, Some(486)));
    assert_eq!(world.call(call).state, CallState::Ringing);
    assert_eq!(leg(&world), None);
    // Picked up later it is of no account for a call that nobody wished to answer any more.
    let phone = signed_in(&mut world);
    assert_eq!(world.call(call).state, CallState::Ringing);
    assert_eq!(heard_there(&world), Feed::Tone(Tone::Ring));
    world.pass(seconds(61));
    world.got(480);
    over(world, &phone);
}

#[test]
fn SP_05_nobody_is_dialled_to_hear_silence() {
    let mut world = world();
    let refusal = world.try_dial("3000").unwrap_err();
    assert_eq!(refusal.code, RefusalCode::DeviceNotConnected);
    assert!(refusal.text.contains("devices connect mesa"), "{}", refusal.text);
    world.quiet();
    connect(&mut world).unwrap();
    let phone = rung(&mut world, "mesa1");
    assert_eq!(world.try_dial("3000").unwrap_err().code, RefusalCode::DeviceNotConnected);
    pick_up(&mut world, &phone);
    let (call, far) = world.up();
    hang_up(&mut world, call, &far);
    over(world, &phone);
}

#[test]
fn VZ_05_the_phone_is_put_down_in_mid_call_and_the_far_end_is_not_lost() {
    let mut world = world();
    let mut phone = signed_in(&mut world);
    let (call, far) = world.taken("in1");
    put_down(&mut world, &mut phone);
    hears_music(&world, call);
    assert!(world.call(call).held);
    let lost = |(_, news): &(_, News)| matches!(news, News::Alert(Alert::PhoneLost { device, .. }) if device.as_str() == "mesa");
    assert!(world.shell.news.iter().any(lost), "the person is told");
    // It is called again once, by itself.
    let again = rung(&mut world, "mesa2");
    pick_up(&mut world, &again);
    talks(&world, call);
    assert!(!world.call(call).held);
    hang_up(&mut world, call, &far);
    world.quiet();
    over(world, &again);
}

#[test]
fn a_phone_that_is_not_picked_up_again_is_called_by_a_wish_only() {
    let mut world = world();
    let mut phone = signed_in(&mut world);
    let (call, far) = world.taken("in1");
    put_down(&mut world, &mut phone);
    let again = rung(&mut world, "mesa2");
    world.deliver(&again.answer(480));
    world.get(Method::Ack);
    world.pass(seconds(300));
    world.quiet();
    hears_music(&world, call);
    connect(&mut world).unwrap();
    let third = rung(&mut world, "mesa3");
    pick_up(&mut world, &third);
    talks(&world, call);
    hang_up(&mut world, call, &far);
    over(world, &third);
}

#[test]
fn to_resume_a_call_without_the_phone_calls_it_first() {
    let mut world = world();
    let mut phone = signed_in(&mut world);
    let (call, far) = world.taken("in1");
    world.wish(Wish::Hold { call }).unwrap();
    put_down(&mut world, &mut phone);
    world.quiet();
    world.wish(Wish::Resume { call }).unwrap();
    assert!(world.call(call).held, "there is nobody yet to talk with");
    let again = rung(&mut world, "mesa2");
    pick_up(&mut world, &again);
    talks(&world, call);
    hang_up(&mut world, call, &far);
    over(world, &again);
}

#[test]
fn a_conference_goes_on_without_the_phone_and_takes_it_in_again() {
    let mut world = world();
    let mut phone = signed_in(&mut world);
    let guests: Vec<(CallId, Far)> = (0..2).map(|number| world.taken(&format!("in{number}"))).collect();
    let calls: Vec<CallId> = guests.iter().map(|(call, _)| *call).collect();
    world.wish(Wish::Conference(Conference::Join { calls: calls.clone() })).unwrap();
    put_down(&mut world, &mut phone);
    assert_eq!(world.rtp(calls[0]).unwrap().feed, Feed::Peer(network_leg(&world, calls[1])));
    assert!(!world.call(calls[0]).held);
    let again = rung(&mut world, "mesa2");
    pick_up(&mut world, &again);
    assert!(matches!(world.rtp(calls[0]).unwrap().feed, Feed::Mix(_)));
    guests.iter().for_each(|(call, far)| hang_up(&mut world, *call, far));
    over(world, &again);
}

#[test]
fn a_call_answered_after_the_phone_was_put_down_waits_for_it() {
    let mut world = world();
    let mut phone = signed_in(&mut world);
    let (call, invite) = world.dial("3000");
    let far = Far::called(&invite, "b1");
    put_down(&mut world, &mut phone);
    world.quiet();
    world.deliver(&far.answer(200).with_sdp("sendrecv"));
    world.get(Method::Ack);
    hears_music(&world, call);
    let again = rung(&mut world, "mesa2");
    pick_up(&mut world, &again);
    talks(&world, call);
    hang_up(&mut world, call, &far);
    over(world, &again);
}

#[test]
fn what_the_PBX_says_of_the_phone_is_told() {
    let told = |answer: &dyn Fn(&Far) -> Message| {
        let mut world = world();
        connect(&mut world).unwrap();
        let phone = rung(&mut world, "mesa1");
        world.deliver(&answer(&phone));
        world.get(Method::Ack);
        let PhoneView { state, why, .. } = view(&world);
        assert_eq!((state, leg(&world)), (PhoneState::Disconnected, None));
        world.over();
        why.map(|why| why.kind)
    };
    assert_eq!(told(&|phone| phone.answer(486)), Some(HangupKind::Busy));
    assert_eq!(told(&|phone| phone.answer(404)), Some(HangupKind::NumberUnknown));
    assert_eq!(told(&|phone| phone.answer(603)), Some(HangupKind::Rejected));
    let elsewhere = |phone: &Far| {
        let mut moved = phone.answer(302);
        moved.set(Name::Contact, "<sip:11988887777@10.0.0.2>");
        moved
    };
    assert_eq!(told(&elsewhere), Some(HangupKind::Moved), "a person's device is where it is configured");
}

#[test]
fn a_phone_that_nobody_picks_up_rings_out() {
    let mut world = world();
    connect(&mut world).unwrap();
    let phone = rung(&mut world, "mesa1");
    world.deliver(&phone.answer(180));
    world.pass(seconds(61));
    let cancel = world.get(Method::Cancel);
    assert_eq!(view(&world).why.map(|why| why.kind), Some(HangupKind::NoAnswer));
    world.deliver(&Message::response(&cancel, 200));
    world.deliver(&phone.answer(487));
    world.over();
}

#[test]
fn wishes_about_a_phone_are_done_once_and_refused_in_words() {
    let mut world = world();
    let unknown = world.wish(Wish::Phone(Phone::Connect { device: "null".into() })).unwrap_err();
    assert_eq!(unknown.code, RefusalCode::NoSuchDevice);
    disconnect(&mut world).unwrap();
    let phone = signed_in(&mut world);
    connect(&mut world).unwrap();
    world.quiet();
    let (call, far) = world.taken("in1");
    assert_eq!(disconnect(&mut world).unwrap_err().code, RefusalCode::WrongState);
    hang_up(&mut world, call, &far);
    over(world, &phone);
}

#[test]
fn the_gate_and_the_route_decide_about_the_phone_too() {
    let mut denied = world().config.clone();
    let phone = Configured { device: "mesa".into(), number: "0900123456".to_owned(), account: "20".into() };
    denied.phones.insert("mesa".into(), Arc::new(phone));
    let mut denied = World::of(denied);
    assert_eq!(connect(&mut denied).unwrap_err().code, RefusalCode::Gate);
    denied.over();
    let mut down = world();
    down.away = true;
    down.pass(seconds(120));
    assert_eq!(connect(&mut down).unwrap_err().code, RefusalCode::RouteDown);
    assert_eq!(view(&down).state, PhoneState::Disconnected);
    down.away = false;
    down.over();
}

#[test]
fn its_call_cannot_be_taken_over_or_sent_elsewhere() {
    let mut world = world();
    let mut phone = signed_in(&mut world);
    let dialog = phone.dialog.clone();
    let local = dialog.local.tag().unwrap();
    let remote = dialog.remote.tag().unwrap();
    let replaces = format!("{};to-tag={remote};from-tag={local}", dialog.call_id);
    world.deliver(&invite("thief", Some(&sdp("sendrecv"))).with(Name::Replaces, &replaces));
    world.got(481);
    let refer = phone.request(Method::Refer).with(Name::ReferTo, "<sip:3000@10.0.0.2>");
    world.deliver(&refer);
    world.got(403);
    assert_eq!(view(&world).state, PhoneState::Connected);
    over(world, &phone);
}

#[test]
fn a_port_that_fails_is_a_phone_put_down() {
    let mut world = world();
    let phone = signed_in(&mut world);
    let (call, far) = world.taken("in1");
    let generation = world.shell.media[&view(&world).leg].generation;
    let event = MediaEvent::Failed { why: "the port is gone".to_owned() };
    let news = engine::leg::MediaNews { leg: view(&world).leg, generation, event };
    let now = world.now;
    world.shell.handle(engine::border::Input::Media(news), now);
    world.collect();
    let bye = world.get(Method::Bye);
    world.deliver(&phone.answer_to(&bye, 200));
    hears_music(&world, call);
    let again = rung(&mut world, "mesa2");
    pick_up(&mut world, &again);
    talks(&world, call);
    hang_up(&mut world, call, &far);
    over(world, &again);
}

#[test]
fn SP_11_a_drain_hangs_the_phone_up_after_the_last_call() {
    let mut world = world();
    let phone = signed_in(&mut world);
    let (call, far) = world.taken("in1");
    world.command(What::Daemon(DaemonCommand::Drain)).unwrap();
    talks(&world, call);
    hang_up(&mut world, call, &far);
    let bye = world.get(Method::Bye);
    world.deliver(&phone.answer_to(&bye, 200));
    assert_eq!(connect(&mut world).unwrap_err().code, RefusalCode::Draining);
    world.over();
}

#[test]
fn SP_14_a_phone_that_was_connected_is_hung_up_after_a_crash() {
    let mut world = world();
    let phone = signed_in(&mut world);
    let mut world = world.crash();
    let bye = world.get(Method::Bye);
    assert!(phone.dialog.matches_request(&bye) && bye.cseq().unwrap().0 > 1_000);
    world.deliver(&phone.answer_to(&bye, 200));
    assert_eq!(view(&world).state, PhoneState::Disconnected);
    world.over();
}

#[test]
fn SP_14_a_phone_that_was_ringing_is_cancelled_after_a_crash() {
    let mut world = world();
    connect(&mut world).unwrap();
    let phone = rung(&mut world, "mesa1");
    world.deliver(&phone.answer(180));
    let mut world = world.crash();
    let cancel = world.get(Method::Cancel);
    world.deliver(&Message::response(&cancel, 200));
    world.deliver(&phone.answer(487));
    assert!(world.shell.store.dialogs.is_empty());
    world.over();
}

#[test]
fn SP_13_a_phone_that_left_the_configuration_is_hung_up_when_its_call_is_over() {
    let mut world = world();
    let phone = signed_in(&mut world);
    let (call, far) = world.taken("in1");
    world.config.phones.clear();
    let (config, now) = (world.config.clone(), world.now);
    world.shell.handle(engine::border::Input::Config(config), now);
    world.collect();
    talks(&world, call);
    hang_up(&mut world, call, &far);
    world.pass(seconds(40));
    let bye = world.get(Method::Bye);
    world.deliver(&phone.answer_to(&bye, 200));
    assert!(world.shell.engine.snapshot().phones.is_empty());
    assert!(
        world
            .shell
            .news
            .iter()
            .any(|(_, news)| matches!(news, News::Staff(StaffNews::Phone(view)) if view.state == PhoneState::Gone))
    );
    world.over();
}

#[test]
fn the_phone_hears_again_where_we_are_after_an_outage() {
    let mut world = world();
    let phone = signed_in(&mut world);
    world.away = true;
    world.pass(seconds(120));
    world.away = false;
    while world.inbox.is_empty() {
        world.pass(seconds(1));
    }
    let again = world.get(Method::Invite);
    assert!(phone.dialog.matches_request(&again));
    world.deliver(&phone.answer_to(&again, 200).with_sdp("sendrecv"));
    world.get(Method::Ack);
    assert_eq!(view(&world).state, PhoneState::Connected);
    over(world, &phone);
}

#[test]
fn SP_08_a_recording_goes_on_without_the_phone_and_hears_it_again() {
    let mut world = world();
    for account in world.config.accounts.values_mut() {
        profile(Arc::make_mut(account)).record = engine::config::RecordPolicy::Always;
    }
    let mut world = World::of(world.config.clone());
    let mut phone = signed_in(&mut world);
    let (call, far) = world.taken("in1");
    let tap = |world: &World| world.rtp(call).unwrap().record.expect("it is recorded");
    assert_eq!(tap(&world).against, [view(&world).leg]);
    let recording = tap(&world).recording;
    put_down(&mut world, &mut phone);
    assert_eq!((tap(&world).recording, tap(&world).against), (recording, Vec::new()));
    let again = rung(&mut world, "mesa2");
    pick_up(&mut world, &again);
    assert_eq!((tap(&world).recording, tap(&world).against), (recording, vec![view(&world).leg]));
    hang_up(&mut world, call, &far);
    over(world, &again);
}

#[test]
fn VZ_09_keys_of_the_phone_are_sent_on_where_its_packets_are_not() {
    let mut world = world();
    for account in world.config.accounts.values_mut() {
        profile(Arc::make_mut(account)).codecs = vec![Codec::Pcma, Codec::Pcmu];
    }
    let mut world = World::of(world.config.clone());
    let phone = signed_in(&mut world);
    let pressed = |world: &mut World| {
        let generation = world.shell.media[&view(world).leg].generation;
        let event = MediaEvent::Digit { digit: '5', duration_ms: 100 };
        let news = engine::leg::MediaNews { leg: view(world).leg, generation, event };
        let now = world.now;
        world.shell.handle(engine::border::Input::Media(news), now);
        world.collect();
    };
    // One codec, events on both sides: they are relayed with the sound.
    let (call, far) = world.taken("in1");
    pressed(&mut world);
    assert!(world.rtp(call).unwrap().digits.is_empty());
    hang_up(&mut world, call, &far);
    // Another codec: what the phone says is decoded, and its events are no sound.
    let mut offer = invite("in2", None);
    offer.set_body("application/sdp", sdp("sendrecv").replace("8 0 101", "0 101"));
    let (call, _) = world.rung_by(&offer);
    world.wish(Wish::Answer { call }).unwrap();
    let ok = world.got(200);
    let far = Far::calling(&offer, &ok);
    world.deliver(&far.ack(&ok));
    pressed(&mut world);
    let digits: Vec<char> = world.rtp(call).unwrap().digits.iter().map(|digit| digit.digit).collect();
    assert_eq!(digits, ['5']);
    hang_up(&mut world, call, &far);
    over(world, &phone);
}

#[test]
fn SP_05_a_person_changes_from_the_headset_to_the_phone_in_a_call_and_back() {
    let mut world = world();
    for account in world.config.accounts.values_mut() {
        Arc::make_mut(account).device = "null".into();
    }
    let mut world = World::of(world.config.clone());
    let ana = world.hire(crate::office::user("ana"));
    world.work(ana, Work::SignIn { device: None }).unwrap();
    let (call, far) = world.taken("in1");
    let headset = world.call(call).legs[1].leg;
    assert_eq!(world.rtp(call).unwrap().feed, Feed::Peer(headset));
    world.work(ana, Work::Device(Some("mesa".into()))).unwrap();
    hears_music(&world, call);
    assert!(world.shell.media[&headset].media.is_none(), "nobody is at the headset");
    let phone = rung(&mut world, "mesa1");
    pick_up(&mut world, &phone);
    talks(&world, call);
    world.work(ana, Work::Device(None)).unwrap();
    let headset = world.call(call).legs[1].leg;
    assert_eq!(world.rtp(call).unwrap().feed, Feed::Peer(headset));
    assert_eq!(heard_there(&world), Feed::Silence);
    hang_up(&mut world, call, &far);
    over(world, &phone);
}

#[test]
fn SP_05_a_person_connects_the_phone_of_the_own_ramal_and_no_other() {
    let mut world = world();
    let ana = world.hire(crate::office::user("ana"));
    let bia = world.hire(engine::staff::User { ramal: None, ..crate::office::user("bia") });
    let wish = || Wish::Phone(Phone::Connect { device: "mesa".into() });
    assert_eq!(world.wish_as(bia, wish()).unwrap_err().code, RefusalCode::NotFound);
    assert!(world.seen_by(bia).phones.is_empty(), "nor is it shown");
    world.wish_as(ana, wish()).unwrap();
    assert_eq!(world.seen_by(ana).phones[0].state, PhoneState::Calling);
    let phone = rung(&mut world, "mesa1");
    pick_up(&mut world, &phone);
    over(world, &phone);
}

#[test]
fn SP_05_the_phone_is_called_once_for_a_day_of_work_and_let_go_at_its_end() {
    let mut world = world();
    let ana = world.hire(crate::office::user("ana"));
    world.work(ana, Work::SignIn { device: None }).unwrap();
    let phone = rung(&mut world, "mesa1");
    pick_up(&mut world, &phone);
    world.work(ana, Work::Ready).unwrap();
    world.quiet();
    world.work(ana, Work::SignOut).unwrap();
    world.get(Method::Bye);
    assert_eq!(view(&world).state, PhoneState::Disconnected);
}

#[test]
fn SP_05_a_phone_that_was_put_down_is_called_again_by_whoever_is_ready_to_work() {
    let mut world = world();
    let ana = world.hire(crate::office::user("ana"));
    world.work(ana, Work::SignIn { device: None }).unwrap();
    let mut phone = rung(&mut world, "mesa1");
    pick_up(&mut world, &phone);
    put_down(&mut world, &mut phone);
    world.work(ana, Work::Ready).unwrap();
    rung(&mut world, "mesa2");
}
