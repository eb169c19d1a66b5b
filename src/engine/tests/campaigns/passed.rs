//! What is due at hours when nobody may be called, and what the list has no more of.

use chrono::{Datelike, Timelike};
use engine::campaign::{DialMode, LeadState, Limit, Of, RetryTable, Wish, Within};
use engine::rules::{Area, Period};

use crate::scene::{Floor, lead};
use crate::world::seconds;

#[test]
fn GN_15_outside_the_hours_of_the_called_nothing_is_leased_and_in_the_morning_it_is() {
    let mut floor = Floor::new(DialMode::Progressive);
    let ana = floor.ana;
    floor.pass(seconds(5 * 3_600));
    floor.inbox.clear();
    floor.join(ana);
    floor.pass(seconds(3_600));
    floor.nobody_is_called();
    floor.pass(seconds(8 * 3_600));
    let first = floor.attempts(1)[0].at.with_timezone(&chrono_tz::America::Sao_Paulo);
    assert_eq!((first.hour(), first.minute()), (7, 0), "as soon as the hours begin");
}

#[test]
fn GN_14_a_day_of_attempts_is_over_where_the_number_is() {
    let mut floor = Floor::with(DialMode::Preview, 0, |terms| {
        let limit = Limit { of: Of::Number, within: Within::The(Period::Day), most: 1 };
        terms.retry = RetryTable { limits: vec![limit], ..RetryTable::default() };
    });
    // Rio Branco is two hours behind São Paulo.
    floor.change_rules(|rules| {
        let term = rules.hours[0].term.clone();
        let area = Area { zones: vec![chrono_tz::America::Rio_Branco], states: ["AC".to_owned()].into(), term };
        rules.areas.insert("5568".to_owned(), vec![area]);
    });
    floor.world.shell.store.leads.add(lead(1, &["68999340001"]));
    let ana = floor.ana;
    floor.get_record(ana).unwrap();
    floor.pass(seconds(11));
    floor.wish(ana, Wish::Dial { phone: 0, caller_id: None }).unwrap();
    let maria = floor.rings("20", "68999340001");
    floor.refuses(&maria, 486);
    floor.wish(ana, Wish::Close { disposition: None, stop: false }).unwrap();
    let LeadState::Waiting { next, .. } = floor.lead(1) else { panic!("it waits") };
    let there = next.with_timezone(&chrono_tz::America::Rio_Branco);
    assert_eq!((there.day(), there.hour(), there.minute()), (29, 0, 0), "midnight in Acre");
}
