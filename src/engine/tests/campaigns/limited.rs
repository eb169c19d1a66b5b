//! A campaign's own limits of attempts bind before each call, whoever made the attempts (GN-14).

use engine::campaign::{DialMode, Finished, LeadState, Limit, Of, ResultKind, RetryTable, Wish, Within};
use engine::rules::Period;

use crate::scene::{Floor, dial, lead, number};
use crate::world::seconds;

const DIAL: Wish = Wish::Dial { phone: 0, caller_id: None };
const DONE: Wish = Wish::Close { disposition: None, stop: false };

fn limited(mode: DialMode, of: Of, within: Within) -> Floor {
    Floor::with(mode, 1, |terms| {
        terms.retry = RetryTable { limits: vec![Limit { of, within, most: 1 }], ..RetryTable::default() };
    })
}

#[test]
fn GN_14_a_number_that_another_lead_has_too_is_not_called_more_often_on_a_day() {
    let mut floor = limited(DialMode::Progressive, Of::Number, Within::The(Period::Day));
    floor.world.shell.store.leads.add(lead(2, &[&number(1)]));
    let ana = floor.ana;
    floor.join(ana);
    let maria = floor.rings("20", &number(1));
    floor.refuses(&maria, 486);
    floor.pass(seconds(30));
    floor.nobody_is_called();
    assert_eq!(floor.results(2), []);
    assert!(floor.waits(2).num_hours() > 1, "until tomorrow");
}

#[test]
fn GN_14_what_a_person_dialled_counts_for_the_number() {
    let mut floor = limited(DialMode::Progressive, Of::Number, Within::The(Period::Day));
    let (ana, bia) = (floor.ana, floor.bia);
    floor.command_as(bia, dial("21", &number(1))).unwrap();
    let maria = floor.rings("21", &number(1));
    floor.refuses(&maria, 486);
    floor.join(ana);
    floor.pass(seconds(30));
    floor.nobody_is_called();
}

#[test]
fn GN_14_an_agent_does_not_dial_a_record_more_often_than_the_campaign_has_it() {
    let mut floor = limited(DialMode::Preview, Of::Lead, Within::Ever);
    let ana = floor.ana;
    floor.get_record(ana).unwrap();
    floor.wish(ana, DIAL).unwrap();
    let maria = floor.rings("20", &number(1));
    floor.refuses(&maria, 486);
    floor.wish(ana, DIAL).unwrap();
    floor.nobody_is_called();
    let denied = floor.record_of(ana).unwrap().denied.unwrap();
    assert_eq!((denied.rule.as_str(), denied.next), ("lead-limit", None));
    assert_eq!(denied.fact, "This record was tried as often as the campaign allows (1).");
    floor.wish(ana, DONE).unwrap();
    assert_eq!(floor.lead(1), LeadState::Exhausted(Finished::LeadLimit { most: 1 }));
    assert_eq!(floor.results(1), [Some(ResultKind::Busy)]);
}

#[test]
fn GN_14_who_may_never_be_called_again_is_exhausted_and_not_asked_about_for_ever() {
    let mut floor = limited(DialMode::Progressive, Of::Number, Within::Ever);
    floor.world.shell.store.leads.add(lead(2, &[&number(1)]));
    let ana = floor.ana;
    floor.join(ana);
    let maria = floor.rings("20", &number(1));
    floor.refuses(&maria, 486);
    floor.pass(seconds(30));
    assert_eq!(floor.lead(2), LeadState::Exhausted(Finished::NumberLimit { most: 1 }));
}

/// GN-15: whoever we are talking with, or ringing, is not rung a second time by what dials by itself.
#[test]
fn GN_15_who_is_in_a_call_with_us_is_dialled_when_it_is_over() {
    let mut floor = Floor::with(DialMode::Progressive, 1, |_| {});
    let (ana, bia) = (floor.ana, floor.bia);
    floor.command_as(bia, dial("21", &number(1))).unwrap();
    let maria = floor.rings("21", &number(1));
    floor.deliver(&maria.answer(180));
    floor.join(ana);
    floor.pass(seconds(30));
    floor.nobody_is_called();
    assert_eq!(floor.results(1), [], "no attempt is written for it");
    assert!(floor.waits(1).num_seconds() <= 60, "looked at again within a minute");
    floor.refuses(&maria, 486);
    floor.pass(seconds(75));
    floor.rings("20", &number(1));
}

#[test]
fn GN_15_two_leads_with_one_number_are_not_rung_at_the_same_moment() {
    let mut floor = Floor::with(DialMode::Progressive, 1, |_| {});
    floor.world.shell.store.leads.add(lead(2, &[&number(1)]));
    let (ana, bia) = (floor.ana, floor.bia);
    floor.join(ana);
    floor.join(bia);
    let rung = floor.all_rung();
    assert_eq!(rung.len(), 1, "one of the two");
    floor.pass(seconds(20));
    floor.nobody_is_called();
}

/// Nobody may be rung twice at once: an INVITE without any answer cannot be cancelled, and may ring there still (RFC 3261 §9.1).
#[test]
fn GN_15_who_was_given_up_before_the_network_said_anything_is_not_dialled_until_it_says_so() {
    let mut floor = Floor::with(DialMode::Preview, 1, |_| {});
    let ana = floor.ana;
    floor.get_record(ana).unwrap();
    floor.wish(ana, DIAL).unwrap();
    let maria = floor.rings("20", &number(1));
    floor.hangs_up();
    floor.wish(ana, DIAL).unwrap();
    floor.nobody_is_called();
    let denied = floor.record_of(ana).unwrap().denied.unwrap();
    assert_eq!((denied.rule.as_str(), denied.fact.as_str()), ("in-call", "A call with this number is under way."));
    floor.refuses(&maria, 486);
    floor.wish(ana, DIAL).unwrap();
    floor.rings("20", &number(1));
}
