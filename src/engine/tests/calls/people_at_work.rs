//! What agents are doing: the choice, the calls, and nothing that sticks.

use engine::agent::{AgentState, Wish as Work};
use engine::border::*;
use engine::call::Command as Wish;
use engine::id::{QueueId, UserId};
use engine::news::{Alert, News};
use engine::sip::message::Method;
use engine::staff::{Entry, User};

use crate::far::{Far, WithSdp, invite, sdp};
use crate::office::{queue, reason, user};
use crate::world::{World, seconds};

/// Ana at ramal 20, in one queue that gives her 30 s to write.
fn ana() -> (World, UserId, QueueId) {
    let mut world = World::new();
    let faturas = world.open_queue(queue("Faturas", "800", 30));
    let ana = world.hire(User { queues: [faturas].into(), ..user("ana") });
    world.work(ana, Work::SignIn { device: None }).unwrap();
    (world, ana, faturas)
}

#[test]
fn VZ_15_a_call_makes_who_is_ready_offered_talking_writing_and_ready_again() {
    let (mut world, ana, faturas) = ana();
    assert_eq!(world.agent(ana).state, AgentState::Ready);
    let (call, _) = world.rung("c1");
    assert_eq!(world.agent(ana).state, AgentState::Offered);
    assert_eq!(world.call(call).queue, Some(faturas));
    world.wish_as(ana, Wish::Answer { call }).unwrap();
    assert_eq!(world.agent(ana).state, AgentState::Talking);
    world.wish_as(ana, Wish::HangUp { call }).unwrap();
    let writing = world.agent(ana);
    assert_eq!(writing.state, AgentState::WrapUp);
    assert_eq!(writing.until, Some(writing.since + chrono::TimeDelta::seconds(30)));
    world.pass(seconds(29));
    assert_eq!(world.agent(ana).state, AgentState::WrapUp);
    world.pass(seconds(1));
    assert_eq!(world.agent(ana).state, AgentState::Ready);
}

#[test]
fn VZ_15_nobody_is_rung_while_writing_paused_or_gone() {
    let (mut world, ana, _) = ana();
    let lunch = world.reason(reason("Almoço", None));
    let (_, call) = (0, world.rung("c1").0);
    world.wish_as(ana, Wish::Answer { call }).unwrap();
    world.wish_as(ana, Wish::HangUp { call }).unwrap();
    let turned_away = |world: &mut World, id: &str| {
        world.inbox.clear();
        world.deliver(&invite(id, Some(&sdp("sendrecv"))));
        world.got(480);
    };
    turned_away(&mut world, "c2");
    world.work(ana, Work::Written).unwrap();
    world.work(ana, Work::Pause { reason: lunch, after_call: false }).unwrap();
    turned_away(&mut world, "c3");
    world.work(ana, Work::SignOut).unwrap();
    turned_away(&mut world, "c4");
    world.work(ana, Work::SignIn { device: None }).unwrap();
    assert_eq!(world.agent(ana).state, AgentState::Ready);
    world.inbox.clear();
    world.rung("c5");
}

#[test]
fn VZ_15_a_pause_after_this_call_begins_when_it_is_over_and_not_before() {
    let (mut world, ana, _) = ana();
    let lunch = world.reason(reason("Almoço", None));
    let (call, _) = world.rung("c1");
    world.wish_as(ana, Wish::Answer { call }).unwrap();
    world.work(ana, Work::Pause { reason: lunch, after_call: true }).unwrap();
    let talking = world.agent(ana);
    assert_eq!((talking.state, talking.after_call), (AgentState::Talking, Some(lunch)));
    world.wish_as(ana, Wish::HangUp { call }).unwrap();
    assert_eq!(world.agent(ana).state, AgentState::WrapUp, "first the call is written down");
    world.work(ana, Work::Written).unwrap();
    let paused = world.agent(ana);
    assert_eq!((paused.state, paused.after_call), (AgentState::Paused { reason: lunch }, None));
}

#[test]
fn VZ_14_a_reason_is_one_of_the_list_and_a_pause_over_its_limit_is_told_once() {
    let (mut world, ana, _) = ana();
    let unknown = Work::Pause { reason: engine::id::ItemId(77), after_call: false };
    let refusal = world.work(ana, unknown).unwrap_err();
    assert_eq!(refusal.code, RefusalCode::NotFound);
    let coffee = world.reason(reason("Café", Some(600)));
    world.work(ana, Work::Pause { reason: coffee, after_call: false }).unwrap();
    let paused = world.agent(ana);
    assert_eq!(paused.until, Some(paused.since + chrono::TimeDelta::seconds(600)));
    let alerts = |world: &World| {
        let told = world.shell.news.iter();
        told.filter(|(_, news)| matches!(news, News::Alert(Alert::PauseOverLimit { user, .. }) if *user == ana)).count()
    };
    world.pass(seconds(599));
    assert_eq!(alerts(&world), 0);
    world.pass(seconds(3_600));
    assert_eq!(alerts(&world), 1);
    world.work(ana, Work::Ready).unwrap();
    world.work(ana, Work::Pause { reason: coffee, after_call: false }).unwrap();
    world.pass(seconds(600));
    assert_eq!(alerts(&world), 2, "another pause, another limit");
}

#[test]
fn VZ_15_who_is_in_a_call_is_in_a_call_whatever_was_chosen_meanwhile() {
    let (mut world, ana, _) = ana();
    let lunch = world.reason(reason("Almoço", None));
    let dial = Wish::Dial { route: None, number: "3000".to_owned(), caller_id: None };
    let Ok(Reply::Dialled { call, .. }) = world.wish_as(ana, dial) else { panic!("not dialled") };
    let far = Far::called(&world.get(Method::Invite), "b1");
    world.deliver(&far.answer(200).with_sdp("sendrecv"));
    world.work(ana, Work::Pause { reason: lunch, after_call: false }).unwrap();
    assert_eq!(world.agent(ana).state, AgentState::Talking);
    world.wish_as(ana, Wish::HangUp { call }).unwrap();
    assert_eq!(world.agent(ana).state, AgentState::Paused { reason: lunch });
}

#[test]
fn VZ_15_a_choice_outlives_a_crash_and_a_call_does_not() {
    let (mut world, ana, faturas) = ana();
    let lunch = world.reason(reason("Almoço", None));
    world.work(ana, Work::Queues([].into())).unwrap();
    let (call, _) = world.rung("c1");
    world.wish_as(ana, Wish::Answer { call }).unwrap();
    world.work(ana, Work::Pause { reason: lunch, after_call: true }).unwrap();
    let mut world = world.crash();
    let agent = world.agent(ana);
    assert_eq!((agent.state, agent.after_call, agent.queues), (AgentState::Ready, Some(lunch), vec![]));
    world.work(ana, Work::Queues([faturas].into())).unwrap();
    assert_eq!(world.agent(ana).queues, vec![faturas]);
    let foreign = world.work(ana, Work::Queues([QueueId(5)].into())).unwrap_err();
    assert_eq!(foreign.code, RefusalCode::NotFound);
}

#[test]
fn VZ_13_who_is_let_go_in_the_middle_of_a_call_leaves_no_state_behind() {
    let (mut world, ana, _) = ana();
    let (call, _) = world.rung("c1");
    world.wish_as(ana, Wish::Answer { call }).unwrap();
    world.edit(Entry::User(User { active: false, ..world.user(ana) })).unwrap();
    assert!(world.shell.engine.snapshot().agents.is_empty());
    let refused = world.wish_as(ana, Wish::HangUp { call }).unwrap_err();
    assert_eq!(refused.code, RefusalCode::NotAllowed);
    world.wish(Wish::HangUp { call }).unwrap();
    assert!(world.shell.engine.snapshot().agents.is_empty());
}

#[test]
fn SP_05_another_device_takes_over_in_the_middle_of_a_call() {
    let (mut world, ana, _) = ana();
    let (call, _) = world.rung("c1");
    world.wish_as(ana, Wish::Answer { call }).unwrap();
    assert_eq!(world.device_of(call).as_deref(), Some("null"));
    world.work(ana, Work::Device(Some("mesa".into()))).unwrap();
    assert_eq!(world.device_of(call).as_deref(), Some("mesa"));
    world.work(ana, Work::Device(None)).unwrap();
    assert_eq!(world.device_of(call).as_deref(), Some("null"));
}

#[test]
fn VZ_05_who_came_through_a_queue_hears_its_music_and_others_the_profiles() {
    let (mut world, ana, _) = ana();
    let Entry::Queue(unknown) = Entry::Queue(queue("Outra", "801", 0)) else { unreachable!() };
    let unknown = Entry::Queue(engine::staff::Queue { music: Some("nada".into()), ..unknown });
    assert_eq!(world.create(unknown).unwrap_err().field.as_deref(), Some("music"));
    let with_music = engine::staff::Queue { music: Some("faturas".into()), ..queue("Música", "802", 0) };
    let queue = world.open_queue(with_music);
    world.edit(Entry::User(User { queues: [queue].into(), ..world.user(ana) })).unwrap();
    let (call, _) = world.taken("c1");
    world.wish_as(ana, Wish::Hold { call }).unwrap();
    let music = |world: &World, call| match world.rtp(call).map(|media| media.feed) {
        Some(engine::leg::Feed::Sound { name, .. }) => name.to_string(),
        other => panic!("no music: {other:?}"),
    };
    assert_eq!(music(&world, call), "faturas");
    world.wish_as(ana, Wish::HangUp { call }).unwrap();
    world.edit(Entry::User(User { queues: [].into(), ..world.user(ana) })).unwrap();
    world.inbox.clear();
    let (call, _) = world.taken("c2");
    world.wish_as(ana, Wish::Hold { call }).unwrap();
    assert_ne!(music(&world, call), "faturas");
}
