//! The two ways to decline a record (GN-06).

use engine::border::RefusalCode;
use engine::campaign::{
    Again, DialMode, Finished, LeadState, Limit, Of, Refused, ResultKind, Retry, Turn, Wish, Within,
};

use crate::scene::{Floor, number};
use crate::world::seconds;

const DIAL: Wish = Wish::Dial { phone: 0, caller_id: None };

#[test]
fn GN_06_later_puts_it_back_on_the_list_and_never_takes_it_off() {
    let mut floor = Floor::new(DialMode::Preview);
    let ana = floor.ana;
    floor.get_record(ana).unwrap();
    floor.wish(ana, Wish::Later).unwrap();
    assert_eq!(floor.waits(1).num_minutes(), 120);
    floor.get_record(ana).unwrap();
    floor.wish(ana, Wish::Never).unwrap();
    assert_eq!(floor.lead(2), LeadState::Declined);
    assert!(floor.shell.store.promised.suppressed.is_empty(), "the campaign does not say so");
}

#[test]
fn GN_06_never_is_the_do_not_call_list_where_the_campaign_says_so() {
    let mut floor = Floor::with(DialMode::Preview, 5, |terms| terms.handling.decline_suppresses = true);
    let ana = floor.ana;
    floor.get_record(ana).unwrap();
    floor.wish(ana, Wish::Never).unwrap();
    assert!(floor.shell.store.promised.suppressed.contains_key(&format!("+55{}", number(1))));
}

#[test]
fn GN_06_later_is_no_sooner_than_what_follows_from_a_call() {
    let again = |after_minutes| Retry::Again(Again { after_minutes, turn: Turn::Same });
    for (busy, limits, becomes) in
        [(again(180), 0, Some(180)), (again(15), 0, Some(120)), (Retry::Finish, 0, Some(120)), (again(15), 1, None)]
    {
        let mut floor = Floor::with(DialMode::Preview, 5, |terms| {
            terms.retry.results.insert(ResultKind::Busy, busy);
            let limit = Limit { of: Of::Lead, within: Within::Ever, most: 1 };
            terms.retry.limits.extend([limit].into_iter().take(limits));
        });
        let ana = floor.ana;
        floor.get_record(ana).unwrap();
        floor.wish(ana, DIAL).unwrap();
        let maria = floor.rings("20", &number(1));
        floor.refuses(&maria, 486);
        floor.wish(ana, Wish::Later).unwrap();
        match becomes {
            Some(minutes) => assert_eq!(floor.waits(1).num_minutes(), minutes, "{busy:?}"),
            None => assert_eq!(floor.lead(1), LeadState::Exhausted(Finished::LeadLimit { most: 1 })),
        }
    }
}

#[test]
fn GN_06_who_was_talked_with_is_closed_and_not_declined() {
    let mut floor = Floor::new(DialMode::Preview);
    let ana = floor.ana;
    floor.get_record(ana).unwrap();
    floor.wish(ana, DIAL).unwrap();
    let refusal = floor.wish(ana, Wish::Later).unwrap_err();
    assert_eq!(refusal.code, RefusalCode::Campaign(Refused::Busy), "it is being dialled");
    let maria = floor.rings("20", &number(1));
    floor.answers(&maria);
    floor.hangs_up();
    assert_eq!(floor.wish(ana, Wish::Never).unwrap_err().code, RefusalCode::Campaign(Refused::Talked));
    floor.pass(seconds(1));
}
