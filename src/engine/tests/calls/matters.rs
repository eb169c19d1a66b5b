//! Whom a call is with and which case it belongs to.

use engine::agent::Wish as Work;
use engine::call::Command as Wish;
use engine::case::ContactView;
use engine::id::{CallId, CaseId, ContactId, UserId};
use engine::records::Record;

use crate::office::user;
use crate::transfers::consulted;
use crate::world::World;

/// Ana at ramal 20; the number that calls in these stories is Mariana's.
fn ana() -> (World, UserId) {
    let mut world = World::new();
    let mariana = ContactView {
        contact: ContactId(77),
        name: "Mariana".to_owned(),
        document: Some("52998224725".to_owned()),
        account_name: Some("Residencial".to_owned()),
    };
    let ana = world.hire(user("ana"));
    world.work(ana, Work::SignIn { device: None }).unwrap();
    let (call, _) = world.rung("who");
    let number = world.call(call).number;
    world.wish_as(ana, Wish::HangUp { call }).unwrap();
    world.shell.store.contacts.insert(number, mariana);
    world.inbox.clear();
    (world, ana)
}

fn cases(world: &World) -> Vec<CaseId> {
    let opened = |record: &Record| match record {
        Record::CaseOpened(row) => Some(row.case),
        _ => None,
    };
    world.shell.store.records.iter().filter_map(opened).collect()
}

fn tasks(world: &World) -> Vec<(CaseId, CallId)> {
    let task = |record: &Record| match record {
        Record::CaseTask { case, call, .. } => Some((*case, *call)),
        _ => None,
    };
    world.shell.store.records.iter().filter_map(task).collect()
}

#[test]
fn SM_07_who_calls_is_known_while_it_rings_and_fills_the_case_at_the_answer() {
    let (mut world, ana) = ana();
    let (call, _) = world.rung("c1");
    let ringing = world.call(call);
    assert_eq!(ringing.contact.map(|contact| contact.name).as_deref(), Some("Mariana"));
    assert_eq!((ringing.case, cases(&world).len()), (None, 0), "a case begins at the answer");
    world.wish_as(ana, Wish::Answer { call }).unwrap();
    assert_eq!(world.call(call).case.as_slice(), cases(&world));
    let row = world.shell.store.records.iter().find_map(|record| match record {
        Record::CaseOpened(row) => Some(row.clone()),
        _ => None,
    });
    let row = row.expect("the case is kept");
    assert_eq!((row.owner, row.contact.and_then(|contact| contact.document)), (ana, Some("52998224725".to_owned())));
}

#[test]
fn SM_06_the_open_case_goes_on_and_a_closed_one_does_not() {
    let (mut world, ana) = ana();
    let (first, _) = world.rung("c1");
    world.wish_as(ana, Wish::Answer { call: first }).unwrap();
    let case = world.call(first).case.expect("a case");
    world.wish_as(ana, Wish::HangUp { call: first }).unwrap();
    let (second, _) = world.rung("c2");
    world.wish_as(ana, Wish::Answer { call: second }).unwrap();
    assert_eq!((world.call(second).case, cases(&world).len()), (Some(case), 1));
    world.wish_as(ana, Wish::HangUp { call: second }).unwrap();
    assert_eq!(tasks(&world), [(case, first), (case, second)], "SM-11: one task a call");
    world.shell.store.closed.insert(case);
    let (third, _) = world.rung("c3");
    world.wish_as(ana, Wish::Answer { call: third }).unwrap();
    assert_ne!(world.call(third).case, Some(case));
    assert_eq!(cases(&world).len(), 2);
}

#[test]
fn SM_06_a_consultation_is_about_its_customers_case() {
    let (mut world, ana) = ana();
    let (call, _) = world.rung("c1");
    world.wish_as(ana, Wish::Answer { call }).unwrap();
    let (colleague, _) = consulted(&mut world, call);
    assert_eq!(world.call(colleague).case, world.call(call).case);
    assert_eq!(cases(&world).len(), 1);
}

#[test]
fn SM_08_an_unknown_number_is_no_error_and_nobody_answering_leaves_no_case() {
    let (mut world, ana) = ana();
    world.shell.store.contacts.clear();
    let (call, _) = world.rung("c1");
    assert_eq!(world.call(call).contact, None);
    world.wish_as(ana, Wish::HangUp { call }).unwrap();
    assert_eq!((cases(&world), tasks(&world)), (vec![], vec![]));
    let (call, _) = world.rung("c2");
    world.wish_as(ana, Wish::Answer { call }).unwrap();
    assert!(world.call(call).case.is_some());
}

#[test]
fn SM_06_a_store_that_says_nothing_delays_no_answer_and_loses_no_case() {
    let (mut world, ana) = ana();
    world.shell.store_is_slow = true;
    let (call, _) = world.rung("c1");
    world.wish_as(ana, Wish::Answer { call }).unwrap();
    let talking = world.call(call);
    assert_eq!((talking.state, talking.contact, talking.case), (engine::news::CallState::Answered, None, None));
    world.wish_as(ana, Wish::HangUp { call }).unwrap();
    assert_eq!(tasks(&world).len(), 1, "the case began without a contact");
    world.shell.store_wakes(world.now);
    assert_eq!(cases(&world).len(), 1, "what came too late changes nothing");
}
