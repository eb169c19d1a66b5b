//! *Progressiva*: one call for each agent who is ready (GN-02).

use engine::agent::AgentState;
use engine::campaign::{DialMode, LeadState, Place, ResultKind, Steer, Wish};

use crate::scene::{Floor, number};
use crate::world::seconds;

#[test]
fn GN_02_who_is_ready_is_held_and_the_next_lead_dialled_until_somebody_answers() {
    let mut floor = Floor::new(DialMode::Progressive);
    let ana = floor.ana;
    floor.join(ana);
    let first = floor.rings("20", &number(1));
    assert_eq!((floor.place(ana), floor.state(ana)), (Some((Place::Connecting, 1)), AgentState::Talking));
    floor.refuses(&first, 486);
    assert_eq!((floor.results(1), floor.waits(1).num_minutes()), (vec![Some(ResultKind::Busy)], 15));
    let second = floor.rings("20", &number(2));
    floor.nobody_is_called();
    floor.answers(&second);
    assert_eq!(floor.place(ana), Some((Place::Talking, 2)));
    floor.hangs_up();
    floor.nobody_is_called();
    assert_eq!(floor.place(ana), Some((Place::Closing, 2)), "nothing new before the record is closed");
    floor.wish(ana, Wish::Close { disposition: None, stop: false }).unwrap();
    assert_eq!(floor.lead(2), LeadState::Done);
    floor.rings("20", &number(3));
}

#[test]
fn GN_02_two_who_are_ready_are_two_calls_and_never_more_than_lines() {
    let mut floor = Floor::with(DialMode::Progressive, 5, |terms| terms.pace.lines = 1);
    let (ana, bia) = (floor.ana, floor.bia);
    floor.join(ana);
    floor.join(bia);
    let first = floor.rings("20", &number(1));
    floor.nobody_is_called();
    assert_eq!(floor.state(bia), AgentState::Ready);
    floor.answers(&first);
    floor.moment();
    floor.rings("21", &number(2));
}

#[test]
fn GN_02_a_campaign_that_drains_brings_its_calls_to_their_end_and_begins_none() {
    let mut floor = Floor::new(DialMode::Progressive);
    let ana = floor.ana;
    floor.join(ana);
    let first = floor.rings("20", &number(1));
    floor.steer(Steer::Drain);
    floor.answers(&first);
    floor.hangs_up();
    floor.wish(ana, Wish::Close { disposition: None, stop: false }).unwrap();
    floor.pass(seconds(60));
    floor.nobody_is_called();
    assert_eq!(floor.lead(1), LeadState::Done);
    assert_eq!(floor.waits(2).num_seconds().min(0), floor.waits(2).num_seconds(), "the rest is in the store again");
}

#[test]
fn GN_02_who_left_before_the_disk_had_the_attempt_did_not_make_it_and_whoever_was_next_did() {
    let mut floor = Floor::with(DialMode::Progressive, 1, |_| {});
    let (ana, bia, now) = (floor.ana, floor.bia, floor.now);
    floor.world.shell.store_is_silent = true;
    floor.join(ana);
    assert_eq!(floor.state(ana), AgentState::Reserved);
    floor.join(bia);
    floor.leaves(ana);
    floor.world.shell.store_speaks(now);
    floor.collect();
    floor.rings("21", &number(1));
    assert_eq!(floor.place(bia), Some((Place::Connecting, 1)));
    assert_eq!(floor.attempts(1)[0].user, Some(bia), "who dials it is who is counted for it");
}
