//! Attempts that reach nobody, and how promises end (CB-09, CB-10).

use engine::callback::{End, Outcome, Owner, Phase, Wrong};

use crate::scene::{Office, instant};

#[test]
fn CB_09_busy_and_no_answer_are_tried_again_after_the_interval_and_counted() {
    let mut office = Office::new();
    let id = office.promise(Owner::Person(office.ana), "18:00");
    office.at("18:00:01");
    let maria = office.rings("20");
    office.refuses(&maria, 486);
    let promise = office.row(id).promise;
    assert_eq!((promise.attempts, office.phase(id)), (1, Phase::Open));
    office.at("18:09:59");
    office.nobody_is_called();
    office.at("18:10:02");
    let maria = office.rings("20");
    office.deliver(&maria.answer(180));
    office.at("18:11:10");
    assert_eq!(office.outcomes(id), [Some(Outcome::Busy), Some(Outcome::NoAnswer)]);
    let cancel = office.get(engine::sip::message::Method::Cancel);
    office.deliver(&engine::sip::message::Message::response(&cancel, 200));
    office.refuses(&maria, 487);
    office.at("18:21:30");
    let maria = office.rings("20");
    office.answers(&maria);
    assert_eq!((office.phase(id), office.row(id).promise.attempts), (Phase::Over(End::Done), 3));
}

#[test]
fn CB_09_a_retry_outside_the_hours_waits_for_the_next_opening_and_keeps_the_count() {
    let mut office = Office::new();
    let id = office.promise(Owner::Queue(office.sac), "19:55");
    office.at("19:55:01");
    let invite = office.get(engine::sip::message::Method::Invite);
    let maria = office.ringing(&invite);
    office.refuses(&maria, 486);
    let promise = office.row(id).promise;
    assert_eq!((promise.attempts, promise.next), (1, instant("2026-05-29 08:00")));
    let mut office = office.crash();
    office.at("2026-05-29 07:59:30");
    office.nobody_is_called();
    office.at("2026-05-29 08:00:01");
    office.get(engine::sip::message::Method::Invite);
    assert_eq!(office.wrongs(), []);
}

#[test]
fn CB_10_exhausted_is_told_to_the_owner_and_the_supervisor_with_its_history() {
    let mut office = Office::with(|escala| (escala.attempts, escala.interval_minutes) = (2, 1));
    let id = office.promise(Owner::Person(office.ana), "18:00");
    for time in ["18:00:01", "18:01:02"] {
        office.at(time);
        let maria = office.rings("20");
        office.refuses(&maria, 503);
    }
    assert_eq!((office.phase(id), office.wrongs()), (Phase::Over(End::Exhausted), vec![Wrong::Exhausted]));
    assert_eq!(office.outcomes(id), [Some(Outcome::Failed), Some(Outcome::Failed)]);
    office.at("19:59:00");
    office.nobody_is_called();
}

#[test]
fn CB_10_missed_is_told_when_the_hours_are_over_and_nobody_was_there() {
    let mut office = Office::new();
    let id = office.promise(Owner::Person(office.ana), "19:50");
    office.leaves(office.ana);
    office.at("20:00:01");
    assert_eq!((office.phase(id), office.outcomes(id)), (Phase::Over(End::Missed), vec![]));
    assert_eq!(office.wrongs().last(), Some(&Wrong::Missed));
    office.comes(office.ana);
    office.at("20:30:00");
    office.nobody_is_called();
}

#[test]
fn CB_09_the_gates_no_is_told_once_with_its_rule_and_tried_when_it_allows() {
    let mut office = Office::new();
    let mut config = office.config.clone();
    let mut rules = crate::scene::rules();
    let term = rules.hours[0].term.clone();
    rules.attempts = vec![engine::rules::AttemptLimit { period: engine::rules::Period::Day, most: 1, term }];
    config.rules = std::sync::Arc::new(rules);
    office.change_config(config);
    let (_, invite) = office.dial("11 91234-5678");
    office.refuses(&crate::far::Far::called(&invite, "b"), 486);
    let id = office.promise(Owner::Person(office.ana), "18:00");
    office.at("18:05:00");
    office.nobody_is_called();
    let promise = office.row(id).promise;
    assert_eq!(promise.denied.unwrap().rule, "attempts-a-day", "calls by hand count");
    assert_eq!((promise.next, promise.attempts), (instant("2026-05-29 08:00"), 0));
    assert!(matches!(office.wrongs()[..], [Wrong::Denied(_)]));
    office.at("2026-05-29 08:00:01");
    office.rings("20");
}
