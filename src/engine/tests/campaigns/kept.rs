//! Nothing is dialled twice, and nothing is lost: crashes and disks that fail.

use chrono::TimeDelta;
use engine::border::{Actor, RefusalCode, Reply, What};
use engine::campaign::{self, Aim, Area, Command, DialMode, LeadState, Place, ResultKind, Steer, Want, Wish};
use engine::gate::Periods;
use engine::id::{LeadId, PromiseId};
use engine::news::{Alert, News};
use engine::records::{Facts, Question};

use crate::scene::{Floor, LIST, number};
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
    let refusal = floor.wish(ana, Wish::Close { disposition: None, stop: false }).unwrap_err();
    assert_eq!(refusal.code, RefusalCode::NotStored);
    assert_eq!(refusal.text, "it is done and could not be written; it is as soon as the disk takes it");
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

#[test]
fn who_is_never_to_be_called_is_on_the_list_when_the_disk_works_again() {
    let mut floor = Floor::with(DialMode::Preview, 5, |terms| terms.handling.decline_suppresses = true);
    let ana = floor.ana;
    floor.get_record(ana).unwrap();
    floor.world.shell.store_fails = true;
    assert_eq!(floor.wish(ana, Wish::Never).unwrap_err().code, RefusalCode::NotStored);
    assert!(floor.shell.store.promised.suppressed.is_empty());
    floor.world.shell.store_fails = false;
    floor.pass(seconds(61));
    assert!(floor.shell.store.promised.suppressed.contains_key(&format!("+55{}", number(1))));
    assert_eq!(floor.lead(1), LeadState::Declined);
}

#[test]
fn what_an_agent_does_with_a_record_is_answered_when_it_is_written() {
    let mut floor = Floor::new(DialMode::Preview);
    let ana = floor.ana;
    floor.get_record(ana).unwrap();
    floor.world.shell.store_is_silent = true;
    let (lead, now) = (LeadId(1), floor.now);
    let what = What::Campaign(Command::Record { lead, user: ana, wish: Wish::Never });
    let id = floor.world.shell.send_as(Actor::User(ana), what, None, now);
    assert_eq!(floor.shell.replies.get(&id), None, "the power may fail");
    floor.world.shell.store_speaks(now);
    assert_eq!(floor.shell.replies.get(&id), Some(&Ok(Reply::Done)));
}

#[test]
fn what_follows_from_a_call_is_reckoned_without_a_jump_of_the_clock() {
    for hours in [-30_000, 30_000] {
        let mut floor = Floor::new(DialMode::Progressive);
        let ana = floor.ana;
        floor.join(ana);
        let maria = floor.rings("20", &number(1));
        floor.world.now.civil += TimeDelta::hours(hours);
        floor.refuses(&maria, 486);
        floor.world.now.civil -= TimeDelta::hours(hours);
        assert_eq!(floor.waits(1).num_minutes(), 15, "a jump of {hours} h");
    }
}

#[test]
fn two_starts_on_one_store_do_not_dial_one_lead_twice() {
    let mut floor = Floor::new(DialMode::Progressive);
    // The first has leased all of them; a second ends its leases, and takes its own.
    floor.world.shell.store.leads.after_crash();
    let now = floor.now.civil;
    let want = Want {
        campaign: floor.campaign,
        aim: Aim::Sales,
        lists: vec![LIST],
        needs: Vec::new(),
        open: [(Area(11), Periods { day: now, week: now, month: now })].into(),
        now,
        dead_last: false,
        most: 100,
        until: now + TimeDelta::hours(24),
    };
    let leased = floor.shell.store.answer(&Question::Leads(campaign::Question::Lease(want)), now);
    assert!(matches!(leased, Facts::Leads(campaign::Facts::Leased(leased)) if leased.leads.len() == 5));
    let ana = floor.ana;
    floor.join(ana);
    floor.pass(seconds(30));
    assert!(floor.shell.store.refused > 0, "its lease is over");
    assert!(floor.shell.store.leads.attempts.is_empty());
    floor.nobody_is_called();
}

#[test]
fn what_was_decided_under_a_lease_that_has_ended_is_not_kept_and_spoils_nothing_else() {
    let mut floor = Floor::new(DialMode::Preview);
    let ana = floor.ana;
    floor.get_record(ana).unwrap();
    floor.world.shell.store.leads.after_crash();
    floor.wish(ana, Wish::Never).unwrap();
    assert!(matches!(floor.lead(1), LeadState::Waiting { .. }), "somebody else may have it");
    floor.steer(Steer::Stop);
    let failing = |(_, news): &(_, News)| matches!(news, News::Alert(Alert::StoreFailing { .. }));
    assert!(!floor.shell.news.iter().any(failing));
}
