//! *Push-preview*: the record comes to whoever is ready, who takes it or lets it go by (GN-02, GN-03, GN-08).

use engine::agent::{AgentState, Wish as Work};
use engine::border::RefusalCode;
use engine::campaign::{DialMode, Place, Steer, Wish};

use crate::scene::Floor;
use crate::world::seconds;

#[test]
fn GN_02_GN_03_only_who_takes_part_and_is_ready_gets_a_record() {
    let mut floor = Floor::new(DialMode::PushPreview);
    let (ana, bia) = (floor.ana, floor.bia);
    let lunch = floor.lunch();
    floor.work(ana, Work::Pause { reason: lunch, after_call: false }).unwrap();
    floor.join(ana);
    floor.moment();
    assert_eq!((floor.place(ana), floor.place(bia)), (None, None), "one is away, the other does not take part");
    floor.work(ana, Work::Ready).unwrap();
    assert_eq!((floor.place(ana), floor.state(ana)), (Some((Place::Offered, 1)), AgentState::Reserved));
    floor.join(bia);
    assert_eq!(floor.place(bia), Some((Place::Offered, 2)), "each has one of their own");
    floor.wish(ana, Wish::Accept).unwrap();
    assert_eq!((floor.place(ana), floor.state(ana)), (Some((Place::Open, 1)), AgentState::Preview));
    let answer = floor.wish(ana, Wish::Accept).unwrap_err();
    assert_eq!(answer.code, RefusalCode::NotFound, "it was taken already");
}

#[test]
fn GN_08_a_rejected_record_goes_to_another_agent_first_and_counts_no_attempt() {
    let mut floor = Floor::new(DialMode::PushPreview);
    let (ana, bia) = (floor.ana, floor.bia);
    floor.join(ana);
    floor.wish(ana, Wish::Reject).unwrap();
    assert_eq!(floor.place(ana), Some((Place::Offered, 2)), "she gets another");
    floor.join(bia);
    assert_eq!(floor.place(bia), Some((Place::Offered, 1)), "it is on top for the next");
    assert_eq!(floor.results(1), []);
}

#[test]
fn GN_08_an_ignored_record_goes_to_the_top_and_not_to_the_same_agent_within_the_cool_off() {
    let mut floor = Floor::with(DialMode::PushPreview, 1, |_| {});
    let ana = floor.ana;
    floor.join(ana);
    assert_eq!(floor.place(ana), Some((Place::Offered, 1)));
    floor.pass(seconds(19));
    assert_eq!(floor.place(ana), Some((Place::Offered, 1)));
    floor.pass(seconds(2));
    assert_eq!((floor.place(ana), floor.state(ana)), (None, AgentState::Ready));
    floor.pass(seconds(9 * 60));
    assert_eq!(floor.place(ana), None);
    floor.pass(seconds(60));
    assert_eq!(floor.place(ana), Some((Place::Offered, 1)), "nobody else was there, and her time is over");
}

#[test]
fn GN_08_a_campaign_that_stops_remembers_who_let_it_go_by() {
    let mut floor = Floor::with(DialMode::PushPreview, 1, |_| {});
    let ana = floor.ana;
    floor.join(ana);
    floor.wish(ana, Wish::Reject).unwrap();
    floor.steer(Steer::Stop);
    let engine::campaign::LeadState::Waiting { top, cool_off, .. } = floor.lead(1) else { panic!("it waits") };
    assert_eq!((top, cool_off.unwrap().user), (true, ana));
}
