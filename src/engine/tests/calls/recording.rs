//! Recording calls (SP-08): who is told first, what is on which track, what a pause and an end mean.

use engine::border::{Input, RefusalCode};
use engine::call::{Command as Wish, ConferenceCommand as Conference, RecordWish};
use engine::config::{HoldMode, RecordPolicy};
use engine::id::{CallId, LegId};
use engine::leg::{Feed, MediaEvent, RecordingNews, Tap};
use engine::news::{Alert, News};
use engine::records::Record;
use engine::sip::message::Method;

use crate::world::{World, profile, seconds};

fn recording(policy: RecordPolicy, notice: Option<&str>) -> World {
    World::with(|account| {
        account.max_calls = 5;
        account.exclusive = true;
        profile(account).record = policy;
        account.recording_notice = notice.map(Into::into);
    })
}

fn tap(world: &World, call: CallId) -> Option<Tap> {
    world.rtp(call).unwrap().record
}

fn device(world: &World, call: CallId) -> LegId {
    world.call(call).legs[1].leg
}

fn say(world: &mut World, call: CallId, what: RecordWish) -> Result<(), RefusalCode> {
    world.wish(Wish::Record { call, what }).map(|_| ()).map_err(|refusal| refusal.code)
}

fn alerts(world: &World) -> Vec<Alert> {
    let alert = |(_, news): &(_, News)| match news {
        News::Alert(alert) => Some(alert.clone()),
        _ => None,
    };
    world.shell.news.iter().filter_map(alert).collect()
}

/// Recordings that were stored as begun and as ended.
fn stored(world: &World) -> (usize, usize) {
    let records = &world.shell.store.records;
    let begun = records.iter().filter(|record| matches!(record, Record::RecordingStarted(_))).count();
    (begun, records.iter().filter(|record| matches!(record, Record::RecordingEnded { .. })).count())
}

#[test]
fn SP_08_what_is_always_recorded_is_from_the_answer_to_the_end_and_stored() {
    let mut world = recording(RecordPolicy::Always, None);
    let (dialled, _) = world.dial("30");
    assert_eq!(tap(&world, dialled), None, "nobody has answered");
    world.wish(Wish::HangUp { call: dialled }).unwrap();
    let (call, mut far) = world.up();
    let running = tap(&world, call).unwrap();
    assert_eq!((running.paused, running.started), (false, world.now.civil));
    assert_eq!(running.against, [device(&world, call)]);
    let view = world.call(call).recording.unwrap();
    assert_eq!((view.recording, view.paused), (running.recording, false));
    let row = world.shell.store.records.iter().find_map(|record| match record {
        Record::RecordingStarted(row) => Some(row.clone()),
        _ => None,
    });
    let row = row.unwrap();
    assert_eq!((row.recording, row.call, row.protocolo), (running.recording, call, world.call(call).protocolo));
    world.deliver(&far.request(Method::Bye));
    world.got(200);
    assert_eq!(stored(&world), (1, 1));
    world.over();
}

#[test]
fn SP_08_on_demand_begins_pauses_goes_on_and_ends_by_a_persons_word() {
    let mut world = recording(RecordPolicy::OnDemand, None);
    let (call, _) = world.up();
    assert_eq!(tap(&world, call), None);
    assert_eq!(say(&mut world, call, RecordWish::Pause), Err(RefusalCode::WrongState));
    say(&mut world, call, RecordWish::Start).unwrap();
    let first = tap(&world, call).unwrap();
    say(&mut world, call, RecordWish::Start).unwrap();
    assert_eq!(tap(&world, call), Some(first.clone()), "said twice, done once");
    say(&mut world, call, RecordWish::Pause).unwrap();
    assert_eq!(tap(&world, call), Some(Tap { paused: true, ..first.clone() }));
    assert!(world.call(call).recording.unwrap().paused);
    say(&mut world, call, RecordWish::Resume).unwrap();
    assert_eq!(tap(&world, call), Some(first.clone()));
    say(&mut world, call, RecordWish::Stop).unwrap();
    assert_eq!((tap(&world, call), world.call(call).recording), (None, None));
    say(&mut world, call, RecordWish::Start).unwrap();
    assert_ne!(tap(&world, call).unwrap().recording, first.recording, "another recording");
    world.wish(Wish::HangUp { call }).unwrap();
    world.get(Method::Bye);
    assert_eq!(stored(&world), (2, 2));
    let events = world.shell.store.events();
    let story: Vec<_> = events.into_iter().filter(|event| event.starts_with("recording")).collect();
    let first = ["recording-started", "recording-paused", "recording-resumed", "recording-ended"];
    assert_eq!(story, [&first[..], &["recording-started", "recording-ended"]].concat());
}

#[test]
fn SP_08_policies_refuse_what_they_do_not_allow() {
    let mut world = recording(RecordPolicy::Never, None);
    let (call, _) = world.up();
    assert_eq!(say(&mut world, call, RecordWish::Start), Err(RefusalCode::NotAllowed));
    let mut world = recording(RecordPolicy::Always, None);
    let (call, _) = world.up();
    assert_eq!(say(&mut world, call, RecordWish::Stop), Err(RefusalCode::NotAllowed));
    say(&mut world, call, RecordWish::Pause).unwrap();
    let (ringing, _) = world.rung("other");
    assert_eq!(say(&mut world, ringing, RecordWish::Start), Err(RefusalCode::WrongState));
    assert_eq!(say(&mut world, CallId(7), RecordWish::Start), Err(RefusalCode::NoSuchCall));
}

#[test]
fn SP_08_an_account_may_differ_from_its_profile() {
    let mut world = World::with(|account| {
        profile(account).record = RecordPolicy::Always;
        profile(account).recording_notice = Some("gravacao".into());
        account.record = Some(RecordPolicy::Never);
    });
    let (call, _) = world.up();
    assert_eq!((tap(&world, call), world.call(call).recording), (None, None));
}

#[test]
fn SP_08_the_notice_is_heard_before_the_agent_is_and_before_anything_is_recorded() {
    let mut world = recording(RecordPolicy::Always, Some("gravacao"));
    let (call, _) = world.taken("customer");
    let (network, agent) = (world.call(call).legs[0].leg, device(&world, call));
    assert_eq!(world.rtp(call).unwrap().feed, Feed::Sound { name: "gravacao".into(), repeat: false });
    assert_eq!(world.heard(call), Some(Feed::Peer(network)), "the agent hears the customer meanwhile");
    assert_eq!((tap(&world, call), stored(&world)), (None, (0, 0)));
    assert_eq!(say(&mut world, call, RecordWish::Stop), Err(RefusalCode::NotAllowed));

    world.media(call, MediaEvent::SoundEnded);
    assert_eq!(world.rtp(call).unwrap().feed, Feed::Peer(agent));
    assert_eq!(tap(&world, call).unwrap().against, [agent]);
    assert_eq!(world.shell.store.events().iter().filter(|event| **event == "recording-notice").count(), 1);
}

#[test]
fn SP_08_a_hold_in_the_notice_plays_it_again_and_a_second_recording_does_not() {
    let mut world = recording(RecordPolicy::OnDemand, Some("gravacao"));
    let (call, _) = world.up();
    say(&mut world, call, RecordWish::Start).unwrap();
    world.wish(Wish::Hold { call }).unwrap();
    assert_eq!(world.rtp(call).unwrap().feed, Feed::Sound { name: "music".into(), repeat: true });
    world.wish(Wish::Resume { call }).unwrap();
    assert_eq!(world.rtp(call).unwrap().feed, Feed::Sound { name: "gravacao".into(), repeat: false });
    world.media(call, MediaEvent::SoundEnded);
    assert!(tap(&world, call).is_some());
    say(&mut world, call, RecordWish::Stop).unwrap();
    say(&mut world, call, RecordWish::Start).unwrap();
    assert!(tap(&world, call).is_some(), "the far end knows");
    assert_eq!(world.rtp(call).unwrap().feed, Feed::Peer(device(&world, call)));
}

#[test]
fn SP_08_a_call_that_ends_in_the_notice_has_no_recording() {
    let mut world = recording(RecordPolicy::Always, Some("gravacao"));
    let (call, _) = world.up();
    world.wish(Wish::HangUp { call }).unwrap();
    world.get(Method::Bye);
    assert_eq!(stored(&world), (0, 0));
}

#[test]
fn SP_08_hold_goes_on_with_one_recording_and_its_music_is_on_no_track() {
    for hold in [HoldMode::Local, HoldMode::Sendonly, HoldMode::Inactive] {
        let mut world = World::with(|account| {
            profile(account).record = RecordPolicy::Always;
            profile(account).hold = hold;
        });
        let (call, _) = world.up();
        let before = tap(&world, call).unwrap();
        world.wish(Wish::Hold { call }).unwrap();
        assert_eq!(tap(&world, call), Some(Tap { against: Vec::new(), ..before.clone() }), "{hold:?}");
        assert!(!world.rtp(call).unwrap().receive);
        world.wish(Wish::Resume { call }).unwrap();
        assert_eq!(tap(&world, call), Some(before));
    }
}

#[test]
fn SP_08_one_recording_over_a_consultation_a_conference_and_a_bridge() {
    let mut world = recording(RecordPolicy::OnDemand, None);
    let (customer, _) = world.taken("customer");
    say(&mut world, customer, RecordWish::Start).unwrap();
    let alone = tap(&world, customer).unwrap();
    let agent = device(&world, customer);
    let (consulted, _) = world.taken("colleague");
    let colleague = world.call(consulted).legs[0].leg;
    assert_eq!(tap(&world, customer).unwrap().against, [], "on hold nobody talks to it");

    world.wish(Wish::Conference(Conference::Join { calls: vec![customer, consulted] })).unwrap();
    let mut both = vec![agent, colleague];
    both.sort_unstable();
    assert_eq!(tap(&world, customer), Some(Tap { against: both, ..alone.clone() }));
    world.wish(Wish::Conference(Conference::Leave { call: customer })).unwrap();
    assert_eq!(tap(&world, customer), Some(Tap { against: vec![colleague], ..alone }));
    assert_eq!(tap(&world, consulted), None, "nobody asked for it");
    world.wish(Wish::HangUp { call: consulted }).unwrap();
    assert_eq!(stored(&world), (1, 1));
}

#[test]
fn SP_08_where_nothing_can_be_recorded_calls_go_on_and_people_are_told() {
    let mut world = recording(RecordPolicy::Always, None);
    let (before, _) = world.taken("before");
    for _ in 0..2 {
        let news = RecordingNews::Impossible { why: "10 MB are left".to_owned() };
        world.shell.handle(Input::Recordings(news), world.now);
    }
    assert!(tap(&world, before).is_some(), "what is under way goes on");
    let (call, _) = world.taken("after");
    assert_eq!((tap(&world, call), say(&mut world, call, RecordWish::Start)), (None, Err(RefusalCode::CannotRecord)));
    world.shell.handle(Input::Recordings(RecordingNews::PossibleAgain), world.now);
    say(&mut world, call, RecordWish::Start).unwrap();
    let told: Vec<_> = alerts(&world).into_iter().filter(|alert| !matches!(alert, Alert::GroupUp { .. })).collect();
    let account = "20".into();
    let not_recorded = Alert::NotRecorded { call, account };
    assert_eq!(told, [Alert::NoRecordings { why: "10 MB are left".to_owned() }, not_recorded, Alert::RecordingsWork]);
}

#[test]
fn SP_08_lost_seconds_are_told_at_once_and_then_as_they_double() {
    let mut world = recording(RecordPolicy::Always, None);
    let (call, _) = world.up();
    let recording = tap(&world, call).unwrap().recording;
    for _ in 0..9 {
        world.shell.handle(Input::Recordings(RecordingNews::Lost { recording, chunks: 1 }), world.now);
    }
    let told: Vec<_> = alerts(&world)
        .into_iter()
        .filter_map(|alert| match alert {
            Alert::RecordingIncomplete { call: of, chunks, .. } if of == call => Some(chunks),
            _ => None,
        })
        .collect();
    assert_eq!(told, [1, 2, 4, 8]);
}

#[test]
fn SP_08_recording_never_waits_for_the_store() {
    let mut world = recording(RecordPolicy::Always, None);
    world.shell.store_fails = true;
    let (call, _) = world.up();
    assert!(tap(&world, call).is_some());
    world.pass(seconds(5));
    world.wish(Wish::HangUp { call }).unwrap();
    world.get(Method::Bye);
    assert_eq!(world.rtp(call), None);
}
