//! Lists that change while their leads are in work (GN-13).

use chrono::TimeDelta;
use engine::campaign::{DialMode, Filter, LeadState, List, ListState, Wish};
use engine::id::ListId;

use crate::scene::{Floor, LIST};
use crate::world::seconds;

const DIAL: Wish = Wish::Dial { phone: 0, caller_id: None };

/// Five leads of the list are in work or about to be.
fn at_work() -> Floor {
    let mut floor = Floor::new(DialMode::Preview);
    let made = floor.now.civil;
    let list = List {
        list: LIST,
        name: "maio".to_owned(),
        source: "loja".to_owned(),
        dated: made,
        expires: None,
        user: None,
        made,
        state: ListState::Ready,
        leads: 5,
        numbers: 5,
        filter: Filter::default(),
        aside: 0,
        reworked: false,
    };
    floor.world.shell.store.leads.lists.insert(LIST, list);
    let ana = floor.ana;
    floor.get_record(ana).unwrap();
    floor
}

#[track_caller]
fn is_not_called(floor: &mut Floor, rule: &str, why: &str) {
    let ana = floor.ana;
    floor.wish(ana, DIAL).unwrap();
    floor.nobody_is_called();
    let denied = floor.record_of(ana).unwrap().denied.unwrap();
    assert_eq!((denied.rule.as_str(), denied.fact.as_str()), (rule, why));
    assert_eq!(floor.results(1), []);
}

#[test]
fn GN_13_nobody_of_a_list_that_was_discarded_is_called_any_more() {
    let mut floor = at_work();
    floor.world.shell.store.leads.discard(LIST);
    is_not_called(&mut floor, "list", "Its list was discarded.");
    floor.change(|terms| terms.mode = DialMode::Progressive);
    let bia = floor.bia;
    floor.join(bia);
    floor.pass(seconds(30));
    floor.nobody_is_called();
}

#[test]
fn GN_13_a_list_that_has_grown_too_old_meanwhile_is_not_called() {
    let mut floor = at_work();
    let since = floor.now.civil - TimeDelta::minutes(1);
    floor.world.shell.store.leads.lists.get_mut(&LIST).unwrap().expires = Some(since);
    is_not_called(&mut floor, "list", "Its list is too old since 2026-05-28; bring in a new one.");
}

#[test]
fn GN_13_a_campaign_that_calls_other_lists_now_leaves_the_leads_of_those_before() {
    let mut floor = at_work();
    floor.change(|terms| terms.lists = vec![ListId(8)]);
    is_not_called(&mut floor, "list", "The campaign does not call this list any more.");
    floor.change(|terms| terms.mode = DialMode::Progressive);
    let bia = floor.bia;
    floor.join(bia);
    floor.pass(seconds(30));
    floor.nobody_is_called();
    assert!(matches!(floor.lead(2), LeadState::Waiting { .. }), "another campaign may call it");
}

#[test]
fn GN_14_whom_the_filter_of_the_list_leaves_out_meanwhile_is_not_called() {
    let mut floor = at_work();
    floor.world.shell.store.leads.put_aside(LIST, |_| true);
    is_not_called(&mut floor, "filter", "The filter of its list leaves it out.");
    floor.change(|terms| terms.mode = DialMode::Progressive);
    let bia = floor.bia;
    floor.join(bia);
    floor.pass(seconds(30));
    floor.nobody_is_called();
    floor.world.shell.store.leads.put_aside(LIST, |_| false);
    floor.pass(seconds(60));
    assert_ne!(floor.results(2), [], "without it they are called again");
}
