//! Nothing is dialled twice, and nothing is lost: crashes and disks that fail.

use engine::campaign::{DialMode, LeadState, Place, ResultKind, Wish};
use engine::id::PromiseId;

use crate::scene::{Floor, number};
use crate::world::seconds;

const DIAL: Wish = Wish::Dial { phone: 0, caller_id: None };

#[test]
fn an_attempt_that_a_crash_cut_short_counts_and_its_lead_waits_for_a_person() {
    let mut floor = Floor::new(DialMode::Progressive);
    let ana = floor.ana;
    floor.join(ana);
    floor.rings("20", &number(1));
    let mut floor = floor.crash();
    floor.inbox.clear();
    assert!(matches!(floor.lead(1), LeadState::Unknown { .. }));
    assert_eq!(floor.results(1), [Some(ResultKind::Unknown)]);
    floor.pass(seconds(31));
    floor.inbox.clear();
    floor.join(ana);
    floor.pass(seconds(11));
    floor.rings("20", &number(2));
}

#[test]
fn a_record_that_was_on_a_screen_waits_again_after_a_crash() {
    let mut floor = Floor::new(DialMode::Preview);
    let ana = floor.ana;
    floor.get_record(ana).unwrap();
    let mut floor = floor.crash();
    assert_eq!(floor.results(1), [], "nobody tried it");
    floor.pass(seconds(31));
    floor.get_record(ana).unwrap();
    assert_eq!(floor.place(ana), Some((Place::Open, 1)));
}

#[test]
fn an_attempt_that_cannot_be_written_is_not_made() {
    let mut floor = Floor::new(DialMode::Preview);
    let ana = floor.ana;
    floor.get_record(ana).unwrap();
    floor.world.shell.store_fails = true;
    floor.wish(ana, DIAL).unwrap();
    floor.nobody_is_called();
    assert_eq!(floor.place(ana), Some((Place::Open, 1)), "she has it still");
    floor.world.shell.store_fails = false;
    floor.pass(seconds(30));
    floor.wish(ana, DIAL).unwrap();
    floor.rings("20", &number(1));
}

#[test]
fn a_result_that_could_not_be_written_is_written_when_it_can() {
    let mut floor = Floor::new(DialMode::Preview);
    let ana = floor.ana;
    floor.get_record(ana).unwrap();
    floor.wish(ana, DIAL).unwrap();
    let maria = floor.rings("20", &number(1));
    floor.world.shell.store_fails = true;
    floor.refuses(&maria, 486);
    floor.wish(ana, Wish::Close { disposition: None, stop: false }).unwrap();
    assert_eq!(floor.results(1), [None]);
    floor.world.shell.store_fails = false;
    floor.pass(seconds(30));
    assert_eq!(floor.results(1), [Some(ResultKind::Busy)]);
    assert!(floor.waits(1).num_minutes() > 13);
}

#[test]
fn who_was_talked_with_is_not_called_again_when_the_power_fails_before_the_record_is_closed() {
    let mut floor = Floor::new(DialMode::Progressive);
    let ana = floor.ana;
    floor.join(ana);
    let maria = floor.rings("20", &number(1));
    floor.answers(&maria);
    floor.hangs_up();
    assert_eq!(floor.place(ana), Some((Place::Closing, 1)));
    let floor = floor.crash();
    assert_eq!((floor.lead(1), floor.results(1)), (LeadState::Done, vec![Some(ResultKind::Connected)]));
}

#[test]
fn a_lead_that_was_tried_waits_as_its_result_says_when_the_power_fails_before_the_record_is_closed() {
    let mut floor = Floor::new(DialMode::Preview);
    let ana = floor.ana;
    floor.get_record(ana).unwrap();
    floor.wish(ana, DIAL).unwrap();
    let maria = floor.rings("20", &number(1));
    floor.refuses(&maria, 486);
    assert_eq!(floor.place(ana), Some((Place::Closing, 1)));
    let floor = floor.crash();
    assert!(floor.waits(1).num_minutes() > 13, "{}", floor.waits(1));
}

#[test]
fn a_callback_that_was_set_is_the_leads_when_the_power_fails_before_the_record_is_closed() {
    let promise = PromiseId(44);
    let mut floor = Floor::new(DialMode::Preview);
    let ana = floor.ana;
    floor.get_record(ana).unwrap();
    floor.wish(ana, Wish::Callback { promise: Some(promise) }).unwrap();
    assert_eq!(floor.crash().lead(1), LeadState::Callback { promise });
    let mut floor = Floor::new(DialMode::Preview);
    floor.get_record(ana).unwrap();
    floor.wish(ana, Wish::Callback { promise: Some(promise) }).unwrap();
    floor.wish(ana, Wish::Callback { promise: None }).unwrap();
    assert!(!matches!(floor.crash().lead(1), LeadState::Callback { .. }), "it was cancelled");
}

#[test]
fn who_hears_the_notice_is_left_in_peace_though_the_power_fails_meanwhile() {
    let mut floor = Floor::paced(2, 60, |terms| terms.pace.lines = 1);
    floor.pass(seconds(3));
    let maria = floor.all_rung().remove(0);
    let lead = floor.lead_of(&maria);
    floor.team.clone().into_iter().for_each(|user| floor.leaves(user));
    floor.answers(&maria);
    floor.pass(seconds(2));
    assert_eq!(floor.results(lead), [Some(ResultKind::Abandoned)]);
    assert_eq!(floor.crash().waits(lead).num_hours(), 71);
}
