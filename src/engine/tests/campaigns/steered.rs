//! What is in work when a campaign is stopped, paused or changed (GN-02).

use engine::border::RefusalCode;
use engine::campaign::{DialMode, LeadState, Place, Refused, Standing, Steer, Wish};

use crate::scene::{Floor, number};
use crate::world::seconds;

const DIAL: Wish = Wish::Dial { phone: 0, caller_id: None };

#[test]
fn GN_02_a_record_of_a_campaign_that_is_stopped_is_not_dialled() {
    let mut floor = Floor::new(DialMode::Preview);
    let ana = floor.ana;
    floor.get_record(ana).unwrap();
    floor.steer(Steer::Stop);
    assert_eq!(floor.wish(ana, DIAL).unwrap_err().code, RefusalCode::Campaign(Refused::NotRunning));
    floor.nobody_is_called();
    floor.wish(ana, Wish::Later).unwrap();
    assert_eq!(floor.waits(1).num_minutes(), 120, "she can put it back");
}

#[test]
fn GN_02_who_has_a_record_when_the_campaign_pauses_may_still_dial_it() {
    for to in [Steer::Pause, Steer::Drain] {
        let mut floor = Floor::new(DialMode::Preview);
        let ana = floor.ana;
        floor.get_record(ana).unwrap();
        floor.steer(to);
        floor.wish(ana, DIAL).unwrap();
        floor.rings("20", &number(1));
    }
}

#[test]
fn GN_02_what_waited_for_the_disk_is_not_dialled_when_the_campaign_is_stopped_meanwhile() {
    for to in [Steer::Pause, Steer::Drain, Steer::Stop] {
        let mut floor = Floor::with(DialMode::Progressive, 1, |_| {});
        let ana = floor.ana;
        floor.world.shell.store_is_slow = true;
        floor.join(ana);
        floor.steer(to);
        let now = floor.now;
        floor.world.shell.store_wakes(now);
        floor.collect();
        floor.nobody_is_called();
        assert!(matches!(floor.lead(1), LeadState::Waiting { .. }), "{to:?}: {:?}", floor.lead(1));
    }
}

#[test]
fn GN_02_a_record_that_its_agent_leaves_when_the_campaign_is_stopped_is_offered_to_nobody() {
    let mut floor = Floor::new(DialMode::Preview);
    let (ana, bia) = (floor.ana, floor.bia);
    floor.get_record(ana).unwrap();
    floor.join(bia);
    floor.steer(Steer::Drain);
    floor.leaves(ana);
    assert_eq!(floor.place(bia), None);
    assert!(matches!(floor.lead(1), LeadState::Waiting { .. }), "{:?}", floor.lead(1));
    assert_eq!(floor.standing(), Standing::Stopped, "nothing of it is left");
}

#[test]
fn GN_02_who_was_to_be_dialled_for_anybody_is_not_once_the_campaign_is_progressive() {
    let mut floor = Floor::paced(2, 60, |terms| terms.pace.lines = 1);
    floor.world.shell.store_is_silent = true;
    floor.pass(seconds(3));
    floor.world.shell.store_is_silent = false;
    floor.change(|terms| terms.mode = DialMode::Progressive);
    let now = floor.now;
    floor.world.shell.store_speaks(now);
    floor.collect();
    let dialled = floor.shell.store.leads.attempts.values().filter(|attempt| attempt.paced && attempt.result.is_none());
    assert_eq!(dialled.count(), 0, "with no agent held");
    assert!(
        floor.team.clone().into_iter().any(|user| floor.place(user).map(|place| place.0) == Some(Place::Connecting))
    );
}
