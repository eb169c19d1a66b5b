//! Who answers a progressive campaign (GN-17): an agent is held from the first ring on.

use engine::agent::AgentState;
use engine::campaign::{Detection, DialMode, Place, ResultKind, Wish};
use engine::leg::{Feed, Heard};
use engine::sip::message::Method;

use crate::far::Far;
use crate::heard::{hear, message};
use crate::scene::{Floor, number};
use crate::world::{ms, seconds};

/// Ana is held, and the first of the list has answered.
fn answered(mode: DialMode, detection: Detection) -> (Floor, Far) {
    let mut floor = Floor::with(mode, 5, |terms| terms.detection = detection);
    let ana = floor.ana;
    floor.join(ana);
    let first = floor.rings("20", &number(1));
    floor.answers(&first);
    (floor, first)
}

#[test]
fn GN_17_the_agent_who_is_held_has_a_person_as_soon_as_that_is_known() {
    let (mut floor, first) = answered(DialMode::Progressive, Detection::HangUp);
    let (ana, call) = (floor.ana, floor.call_of(&first).call);
    assert_eq!((floor.place(ana), floor.state(ana)), (Some((Place::Connecting, 1)), AgentState::Preview));
    assert_eq!(floor.rtp(call).unwrap().feed, Feed::Silence);
    floor.pass(ms(600));
    hear(&mut floor, call, Heard::Person);
    assert_eq!((floor.place(ana), floor.call_of(&first).user), (Some((Place::Talking, 1)), Some(ana)));
    floor.hangs_up();
    assert_eq!((floor.results(1), floor.place(ana)), (vec![Some(ResultKind::Connected)], Some((Place::Closing, 1))));
    floor.wish(ana, Wish::Close { disposition: None, stop: false }).unwrap();
    floor.rings("20", &number(2));
}

#[test]
fn GN_17_the_agent_who_is_held_has_the_call_within_two_seconds() {
    let (mut floor, _) = answered(DialMode::Progressive, message());
    let ana = floor.ana;
    floor.pass(ms(1_800));
    assert_eq!(floor.place(ana), Some((Place::Talking, 1)));
}

#[test]
fn GN_17_a_machine_frees_the_agent_for_the_next_lead_while_its_message_is_left() {
    let (mut floor, first) = answered(DialMode::Progressive, message());
    let (ana, call) = (floor.ana, floor.call_of(&first).call);
    floor.pass(ms(1_300));
    hear(&mut floor, call, Heard::Machine);
    assert_eq!(floor.results(1), [Some(ResultKind::Machine)]);
    floor.moment();
    floor.rings("20", &number(2));
    assert_eq!(floor.place(ana), Some((Place::Connecting, 2)));
    hear(&mut floor, call, Heard::GreetingOver);
    assert_eq!(floor.rtp(call).unwrap().feed, Feed::Sound { name: "recado".into(), repeat: false });
}

#[test]
fn GN_17_a_machine_is_hung_up_and_the_next_lead_dialled() {
    let (mut floor, first) = answered(DialMode::Progressive, Detection::HangUp);
    let call = floor.call_of(&first).call;
    hear(&mut floor, call, Heard::Machine);
    floor.get(Method::Bye);
    assert_eq!(floor.waits(1).num_minutes(), 240);
    floor.moment();
    floor.rings("20", &number(2));
}

#[test]
fn GN_17_with_connect_the_agent_has_the_call_at_once_and_is_shown_the_machine() {
    let (mut floor, first) = answered(DialMode::Progressive, Detection::Connect);
    let (ana, call) = (floor.ana, floor.call_of(&first).call);
    assert_eq!(floor.place(ana), Some((Place::Talking, 1)));
    floor.pass(seconds(2));
    hear(&mut floor, call, Heard::Machine);
    assert!(floor.record_of(ana).unwrap().machine);
    floor.hangs_up();
    assert_eq!(floor.results(1), [Some(ResultKind::Machine)]);
}

#[test]
fn GN_17_who_hangs_up_before_it_is_known_leaves_the_agent_free_for_the_next() {
    let (mut floor, mut first) = answered(DialMode::Progressive, Detection::HangUp);
    let bye = first.request(Method::Bye);
    floor.deliver(&bye);
    floor.inbox.clear();
    assert_eq!(floor.results(1), [Some(ResultKind::Abandoned)]);
    floor.moment();
    floor.rings("20", &number(2));
}

#[test]
fn GN_17_who_dials_by_hand_hears_for_themselves() {
    let mut floor = Floor::with(DialMode::Preview, 5, |terms| terms.detection = Detection::HangUp);
    let ana = floor.ana;
    floor.get_record(ana).unwrap();
    floor.wish(ana, Wish::Dial { phone: 0, caller_id: None }).unwrap();
    let first = floor.rings("20", &number(1));
    floor.answers(&first);
    let call = floor.call_of(&first).call;
    assert_eq!((floor.place(ana), floor.rtp(call).unwrap().listen), (Some((Place::Talking, 1)), None));
}
