//! Nothing is dialled twice, and nothing is lost: crashes and disks that fail.

use engine::campaign::{DialMode, LeadState, Place, ResultKind, Wish};

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
