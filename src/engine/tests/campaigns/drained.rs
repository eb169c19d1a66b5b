//! Pausing, draining and stopping what dials more than agents are ready (GN-02).

use engine::border::{RefusalCode, What};
use engine::campaign::{DialMode, Place, ResultKind, Standing, Steer, Wish};
use engine::staff::{Command as Staff, EntryId};

use crate::scene::{Floor, number};
use crate::world::seconds;

const DONE: Wish = Wish::Close { disposition: None, stop: false };

#[test]
fn GN_02_whoever_steers_it_what_rings_goes_on_and_who_answers_is_served() {
    for to in [Steer::Pause, Steer::Drain, Steer::Stop] {
        let mut floor = Floor::paced(5, 60, |_| {});
        floor.pass(seconds(3));
        let rung = floor.all_rung();
        floor.steer(to);
        floor.refuses(&rung[0], 486);
        floor.pass(seconds(5));
        floor.nobody_is_called();
        floor.answers(&rung[1]);
        let agent = floor.call_of(&rung[1]).user.unwrap_or_else(|| panic!("served after {to:?}"));
        assert_eq!(floor.place(agent).map(|(place, _)| place), Some(Place::Talking));
    }
}

#[test]
fn GN_02_what_drains_stops_by_itself_when_nothing_is_dialled_or_handled() {
    let mut floor = Floor::paced(2, 60, |terms| terms.pace.lines = 2);
    floor.pass(seconds(3));
    let rung = floor.all_rung();
    floor.steer(Steer::Drain);
    floor.answers(&rung[0]);
    let agent = floor.call_of(&rung[0]).user.unwrap();
    let call = floor.call_of(&rung[0]).call;
    rung[1..].iter().for_each(|far| floor.refuses(far, 486));
    floor.world.wish_as(agent, engine::call::Command::HangUp { call }).unwrap();
    assert_eq!(floor.standing(), Standing::Draining, "its record is open");
    floor.wish(agent, DONE).unwrap();
    assert_eq!(floor.standing(), Standing::Stopped);
    let floor = floor.crash();
    assert_eq!(floor.standing(), Standing::Stopped, "and that is written");
}

#[test]
fn GN_02_whoever_a_campaign_that_is_deleted_was_calling_is_served() {
    let mut floor = Floor::paced(5, 60, |_| {});
    floor.pass(seconds(3));
    let rung = floor.all_rung();
    floor.steer(Steer::Stop);
    let id = EntryId::Campaign(floor.campaign);
    assert!(floor.command(What::Staff(Staff::Delete(id))).is_ok());
    floor.answers(&rung[0]);
    let agent = floor.call_of(&rung[0]).user.expect("served");
    let call = floor.call_of(&rung[0]).call;
    floor.world.wish_as(agent, engine::call::Command::HangUp { call }).unwrap();
    floor.wish(agent, DONE).unwrap();
    assert_eq!(floor.results(floor.lead_of(&rung[0])), [Some(ResultKind::Connected)]);
}

#[test]
fn GN_18_after_a_time_of_another_mode_the_day_is_the_same() {
    let mut floor = Floor::paced(2, 60, |terms| terms.pace.lines = 1);
    floor.pass(seconds(3));
    let maria = floor.all_rung().remove(0);
    floor.team.clone().into_iter().for_each(|user| floor.leaves(user));
    floor.answers(&maria);
    floor.pass(seconds(3));
    assert_eq!(floor.pacing().abandoned, 1);
    floor.change(|terms| terms.mode = DialMode::Preview);
    assert_eq!(floor.campaign_view().pacing, None);
    floor.change(|terms| terms.mode = DialMode::Predictive);
    floor.moment();
    assert_eq!(floor.pacing().abandoned, 1);
}

#[test]
fn GN_02_a_campaign_without_calls_stops_as_soon_as_it_is_drained() {
    let mut floor = Floor::new(DialMode::Preview);
    floor.steer(Steer::Drain);
    assert_eq!(floor.standing(), Standing::Stopped);
}

#[test]
fn GN_02_where_that_cannot_be_written_it_stops_when_it_can() {
    let mut floor = Floor::new(DialMode::Preview);
    let ana = floor.ana;
    floor.get_record(ana).unwrap();
    floor.wish(ana, Wish::Dial { phone: 0, caller_id: None }).unwrap();
    let maria = floor.rings("20", &number(1));
    floor.steer(Steer::Drain);
    floor.refuses(&maria, 486);
    floor.world.shell.store_fails = true;
    assert_eq!(floor.wish(ana, DONE).unwrap_err().code, RefusalCode::NotStored);
    assert_eq!(floor.standing(), Standing::Draining);
    floor.world.shell.store_fails = false;
    floor.pass(seconds(31));
    assert_eq!((floor.standing(), floor.results(1)), (Standing::Stopped, vec![Some(ResultKind::Busy)]));
}
