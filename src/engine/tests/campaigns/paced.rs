//! *Preditiva*: more calls than agents who are ready, each for whoever is free when it answers (GN-02).

use engine::agent::AgentState;
use engine::campaign::{LeadState, Place, ResultKind, Wish};
use engine::leg::{Feed, LegMedia};
use engine::pacing::Reason;

use crate::scene::{Floor, number};
use crate::world::{ms, seconds};

const DONE: Wish = Wish::Close { disposition: None, stop: false };

#[test]
fn GN_02_more_calls_are_begun_than_agents_are_ready_and_none_rings_at_a_desk() {
    let mut floor = Floor::paced(10, 60, |_| {});
    floor.pass(seconds(3));
    let rung = floor.all_rung();
    assert!(rung.len() > 10, "{} calls for ten", rung.len());
    assert!(floor.team.clone().iter().all(|user| floor.state(*user) == AgentState::Ready), "nobody is held");
    let at_desks = floor.shell.media.values().filter(|leg| matches!(leg.media, Some(LegMedia::Device(_)))).count();
    assert_eq!((at_desks, floor.shell.engine.snapshot().records.len()), (0, 0), "nobody hears or sees anything of it");
    assert!(floor.calls().iter().all(|call| call.user.is_none()));
    let attempts = floor.attempts(floor.lead_of(&rung[0]));
    assert_eq!((attempts[0].paced, attempts[0].user, attempts[0].result), (true, None, None), "written before it rang");
    assert!(matches!(floor.pacing().reason, Some(Reason::Learning { .. })), "{:?}", floor.pacing());
}

#[test]
fn GN_02_GN_09_who_answers_talks_with_an_agent_at_once() {
    let mut floor = Floor::paced(10, 60, |_| {});
    floor.pass(seconds(3));
    let maria = floor.all_rung().remove(0);
    let (call, lead) = (floor.call_of(&maria).call, floor.lead_of(&maria));
    assert_eq!(floor.rtp(call).unwrap().feed, Feed::Silence);
    floor.answers(&maria);
    let view = floor.call(call);
    let agent = view.user.expect("somebody has it");
    assert_eq!((floor.place(agent), floor.state(agent)), (Some((Place::Talking, lead)), AgentState::Talking));
    let legs: Vec<_> = view.legs.iter().map(|leg| leg.leg).collect();
    assert_eq!(floor.rtp(call).unwrap().feed, Feed::Peer(legs[1]), "Maria hears the agent");
    let device = floor.shell.media[&legs[1]].media.clone();
    let Some(LegMedia::Device(device)) = device else { panic!("the agent's device is open") };
    assert_eq!(device.feed, Feed::Peer(legs[0]), "the agent hears Maria");
    assert_eq!(floor.attempts(lead)[0].user, Some(agent));
    assert_eq!((floor.pacing().connected, floor.pacing().abandoned), (1, 0));
    floor.world.wish_as(agent, engine::call::Command::HangUp { call }).unwrap();
    assert_eq!(floor.place(agent), Some((Place::Closing, lead)));
    floor.wish(agent, DONE).unwrap();
    assert_eq!((floor.lead(lead), floor.results(lead)), (LeadState::Done, vec![Some(ResultKind::Connected)]));
    assert_eq!(floor.state(agent), AgentState::Ready);
}

#[test]
fn GN_18_whoever_becomes_free_gets_the_one_who_has_waited_longest() {
    let mut floor = Floor::paced(5, 60, |_| {});
    floor.pass(seconds(3));
    let rung = floor.all_rung();
    assert!(rung.len() >= 2);
    let team = floor.team.clone();
    team.iter().for_each(|user| floor.leaves(*user));
    floor.answers(&rung[1]);
    floor.pass(ms(500));
    floor.answers(&rung[0]);
    floor.pass(ms(1_000));
    let (first, second) = (floor.lead_of(&rung[1]), floor.lead_of(&rung[0]));
    floor.comes(team[3]);
    assert_eq!(floor.place(team[3]), Some((Place::Talking, first)));
    floor.pass(ms(900));
    floor.comes(team[2]);
    assert_eq!(floor.place(team[2]), Some((Place::Talking, second)), "within its own two seconds");
    assert_eq!((floor.pacing().connected, floor.pacing().abandoned), (2, 0));
}

#[test]
fn GN_03_who_has_another_call_is_given_none() {
    let mut floor = Floor::paced(5, 60, |_| {});
    floor.pass(seconds(3));
    let maria = floor.all_rung().remove(0);
    let ana = floor.ana;
    floor.world.command_as(ana, crate::scene::dial("20", "3000")).unwrap();
    floor.get(engine::sip::message::Method::Invite);
    floor.answers(&maria);
    let agent = floor.call_of(&maria).user.expect("somebody has it");
    assert_ne!(agent, ana);
}

#[test]
fn a_busy_number_ends_its_attempt_and_the_pace_goes_on() {
    let mut floor = Floor::paced(2, 60, |_| {});
    floor.pass(seconds(3));
    let rung = floor.all_rung();
    let lead = floor.lead_of(&rung[0]);
    rung.iter().for_each(|far| floor.refuses(far, 486));
    assert_eq!((floor.results(lead), floor.waits(lead).num_minutes()), (vec![Some(ResultKind::Busy)], 15));
    floor.pass(seconds(2));
    assert!(!floor.all_rung().is_empty(), "others are called");
    assert_eq!(floor.attempts(lead)[0].number, format!("+55{}", number(lead)));
}
