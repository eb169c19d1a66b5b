//! The next route, where nobody can have been rung over the first (GN-18: at most once).

use engine::border::{FlowNews, Input};
use engine::campaign::{Campaign, DialMode, LeadState, Place, ResultKind, Route};
use engine::sip::message::Method;

use crate::far::Far;
use crate::scene::{Floor, number};
use crate::world::seconds;

fn over_both(terms: &mut Campaign) {
    terms.routes = ["90", "91"].map(|trunk| Route { account: trunk.into(), weight: 1 }).into();
}

/// Ana is held for the first lead, which is called over the first trunk.
fn called() -> (Floor, Far) {
    let mut floor = Floor::with(DialMode::Progressive, 5, over_both);
    let ana = floor.ana;
    floor.join(ana);
    let maria = floor.rings("90", &number(1));
    (floor, maria)
}

#[test]
fn GN_18_a_server_that_fails_before_it_rings_is_passed_by_over_the_next_trunk_in_the_same_attempt() {
    let (mut floor, maria) = called();
    let ana = floor.ana;
    floor.refuses(&maria, 503);
    let maria = floor.rings("91", &number(1));
    assert_eq!((floor.results(1), floor.place(ana)), (vec![None], Some((Place::Connecting, 1))));
    floor.answers(&maria);
    assert_eq!(floor.place(ana), Some((Place::Talking, 1)));
    floor.hangs_up();
    assert_eq!(floor.results(1), [Some(ResultKind::Connected)], "one attempt");
}

#[test]
fn GN_18_each_trunk_is_tried_once_and_then_the_result_stands() {
    let (mut floor, maria) = called();
    floor.refuses(&maria, 503);
    let maria = floor.rings("91", &number(1));
    floor.refuses(&maria, 502);
    assert_eq!(floor.results(1), [Some(ResultKind::Congestion)]);
    assert!(matches!(floor.lead(1), LeadState::Waiting { .. }), "{:?}", floor.lead(1));
    floor.rings("90", &number(2));
}

#[test]
fn GN_18_who_may_have_been_rung_is_not_called_over_another_trunk() {
    let rang = |floor: &mut Floor, maria: &Far| {
        floor.deliver(&maria.answer(180));
        floor.refuses(maria, 503);
    };
    let progressed = |floor: &mut Floor, maria: &Far| {
        floor.deliver(&maria.answer(183));
        floor.refuses(maria, 500);
    };
    let waited = |floor: &mut Floor, maria: &Far| floor.refuses(maria, 504);
    let busy = |floor: &mut Floor, maria: &Far| floor.refuses(maria, 486);
    for ends in [&rang as &dyn Fn(&mut Floor, &Far), &progressed, &waited, &busy] {
        let (mut floor, maria) = called();
        ends(&mut floor, &maria);
        assert!(floor.results(1)[0].is_some());
        let next = floor.get(Method::Invite);
        assert_eq!(next.uri().unwrap().user, Some(number(2)), "somebody else's turn");
    }
}

#[test]
fn GN_18_after_silence_the_other_trunk_is_not_tried() {
    let mut floor = Floor::with(DialMode::Progressive, 1, over_both);
    let ana = floor.ana;
    floor.join(ana);
    let invite = floor.get(Method::Invite);
    // Nothing answers, not even 100.
    floor.pass(seconds(40));
    assert!(floor.results(1)[0].is_some(), "it is over");
    let over = |message: &engine::sip::message::Message| message.from().unwrap().uri.user.clone();
    let others: Vec<_> = floor.inbox.iter().filter(|message| message.status().is_none()).map(over).collect();
    assert!(others.iter().all(|user| *user == invite.from().unwrap().uri.user), "{others:?}");
}

#[test]
fn GN_18_a_trunk_without_a_connection_is_the_last_choice_for_a_while() {
    let (mut floor, _) = called();
    let flow = floor.shell.flow_to(crate::shell::PBX.parse().unwrap());
    let now = floor.now;
    floor.shell.handle(Input::Flow(FlowNews::Unreachable(flow)), now);
    floor.collect();
    let maria = floor.rings("91", &number(1));
    floor.refuses(&maria, 486);
    let rui = floor.rings("91", &number(2));
    floor.refuses(&rui, 486);
    floor.pass(seconds(31));
    floor.inbox.clear();
    assert_eq!(floor.results(2), [Some(ResultKind::Busy)]);
}

#[test]
fn GN_18_a_number_that_was_put_on_a_list_meanwhile_is_not_called_over_the_next_trunk() {
    let (mut floor, maria) = called();
    floor.world.shell.store.promised.suppressed.insert(
        format!("+55{}", number(1)),
        engine::gate::Hit { source: "Procon".to_owned(), since: floor.now.civil, until: None },
    );
    floor.refuses(&maria, 503);
    floor.rings("90", &number(2));
    assert_eq!(floor.results(1), [Some(ResultKind::Congestion)], "what came of the first stands");
}
