//! Filters that are put on lists, and leads that come back.

use engine::campaign::{
    AttemptResult, Filter, Finished, LeadFacts, LeadState, PhoneState, Recycling, ResultKind, Rework, Waits, Written,
};
use engine::id::ItemId;

use super::hopper::{attempt, fence, names, write};
use super::*;
use crate::store::{Begun, Chunk, NewLead, Passed};

const TOWNS: &str = "nome;telefone;cidade\n\
                     Ana;11987650001;São Paulo\nBia;19987650002;Campinas\nCaio;11987650003;sao paulo\nDavi;21987650004;Rio\n";

fn filter(conditions: &[&str]) -> Rework {
    let conditions = conditions.iter().map(|text| text.parse().unwrap()).collect();
    Rework::Filter { filter: Filter { conditions } }
}

/// The whole pass, two leads at a time.
fn pass(store: &Store, rework: Rework) -> Passed {
    assert_eq!(store.begin_rework(ListId(1), rework).unwrap(), Begun::Yes);
    end(store)
}

fn end(store: &Store) -> Passed {
    let steps = std::iter::from_fn(|| store.go_on_with_rework(ListId(1), 2, Utc::now()).unwrap());
    let last = steps.last().expect("it was begun");
    assert!(last.over);
    last
}

fn aside(store: &Store) -> u32 {
    store.reader().unwrap().list_of_leads(ListId(1)).unwrap().unwrap().aside
}

/// GN-14: the others stay in the list, are not dialled, and say why; who comes in later is looked at too.
#[test]
fn gn_14_a_filter_says_which_leads_of_a_list_are_called() {
    let scratch = Scratch::new();
    let store = Store::open(&scratch.path().join("data")).unwrap();
    keep(&store, &scratch, 1, TOWNS);
    let seen = pass(&store, filter(&["cidade=São Paulo,Rio"]));
    assert_eq!((seen.seen, seen.changed, aside(&store)), (4, 1, 1));
    assert_eq!(names(&store.look_ahead(&want(&[1], 10)).unwrap().leads), ["Ana", "Caio", "Davi"]);
    let reader = store.reader().unwrap();
    let all = reader.leads_of_list(ListId(1), None, 10).unwrap();
    let list = reader.list_of_leads(ListId(1)).unwrap().unwrap();
    assert_eq!(list.filter.conditions[0].to_string(), "cidade=São Paulo,Rio");
    assert_eq!((all[1].recipient.as_str(), all[1].waits(&list, Utc::now())), ("Bia", Waits::Filtered), "GN-16");

    let late = |name: &str, town: &str, number: &str| NewLead {
        recipient: name.to_owned(),
        phones: vec![(engine::number::Number::read(number, &rules()).unwrap(), String::new())],
        priority: Default::default(),
        zone: None,
        fields: vec![("cidade".to_owned(), town.to_owned())],
    };
    let leads = vec![late("Eva", "Santos", "13987650005"), late("Fabi", "Rio", "21987650006")];
    let chunk = Chunk { list: ListId(1), leads, across_lists: false, node: 0, now: Utc::now(), progress: None };
    store.add_leads(chunk).unwrap().unwrap();
    assert_eq!(aside(&store), 2);
    assert_eq!(names(&store.look_ahead(&want(&[1], 10)).unwrap().leads), ["Ana", "Caio", "Davi", "Fabi"]);

    pass(&store, filter(&["ddd!=11", "cidade!=Rio"]));
    assert_eq!((names(&store.look_ahead(&want(&[1], 10)).unwrap().leads), aside(&store)), (vec!["Bia", "Eva"], 4));
    let seen = pass(&store, filter(&[]));
    assert_eq!((seen.changed, aside(&store)), (4, 0), "without a filter all are back");
    assert_eq!(store.look_ahead(&want(&[1], 10)).unwrap().leads.len(), 6);
}

/// Nothing of a list is dialled while a pass goes over it, also after a crash, and one pass ends before the next begins.
#[test]
fn a_pass_holds_its_list_and_goes_on_after_a_crash() {
    let scratch = Scratch::new();
    let data = scratch.path().join("data");
    let store = Store::open(&data).unwrap();
    keep(&store, &scratch, 1, TOWNS);
    assert_eq!(store.begin_rework(ListId(1), filter(&["ddd=11"])).unwrap(), Begun::Yes);
    let half = store.go_on_with_rework(ListId(1), 2, Utc::now()).unwrap().unwrap();
    assert_eq!((half.seen, half.changed, half.over), (2, 1, false));
    drop(store);

    let store = Store::open(&data).unwrap();
    let held = store.look_ahead(&want(&[1], 10)).unwrap();
    assert_eq!((held.leads.len(), held.held), (0, vec![(ListId(1), engine::campaign::ListStanding::Reworked)]));
    assert_eq!(store.begin_rework(ListId(1), filter(&[])).unwrap(), Begun::Reworked);
    assert_eq!(store.reader().unwrap().reworked_lists().unwrap(), [ListId(1)]);
    let end = end(&store);
    assert_eq!((end.seen, end.changed), (4, 2), "what was done before the crash is not done again");
    assert_eq!(names(&store.look_ahead(&want(&[1], 10)).unwrap().leads), ["Ana", "Caio"]);
    assert_eq!(store.begin_rework(ListId(2), filter(&[])).unwrap(), Begun::Gone);
    assert_eq!(store.go_on_with_rework(ListId(1), 2, Utc::now()).unwrap(), None);

    store.begin_rework(ListId(1), filter(&[])).unwrap();
    store.discard_list(ListId(1)).unwrap();
    assert_eq!(
        store.go_on_with_rework(ListId(1), 2, Utc::now()).unwrap(),
        None,
        "a list that goes takes its pass along"
    );
}

/// Each lead of the list is called once, and is what its result made of it.
fn called(store: &Store, ends: &[(ResultKind, LeadState)]) -> Vec<LeadFacts> {
    let leads = store.lease(want(&[1], 10)).unwrap().leads;
    for (place, (of, (kind, state))) in (1_u64..).zip(leads.iter().zip(ends)) {
        let mut over = of.lead.clone();
        over.state = state.clone();
        over.phones[0].state = if *kind == ResultKind::NumberUnknown { PhoneState::Dead } else { PhoneState::Tried };
        let result = AttemptResult::plain(*kind);
        let attempt = attempt(place, of);
        let written = vec![
            Written::Attempt { attempt: attempt.clone(), fence: fence(of) },
            Written::Result { attempt: attempt.attempt, result, at: Utc::now() },
            Written::Disposition { attempt: attempt.attempt, disposition: ItemId(place) },
            Written::Lead { lead: over, fence: Some(fence(of)) },
        ];
        write(store, written).unwrap();
    }
    leads
}

/// GN-14: chosen by their last result or disposition; never who declined, who waits, or who has no number that exists.
#[test]
fn gn_14_leads_that_are_over_come_back_by_their_last_result() {
    let scratch = Scratch::new();
    let store = Store::open(&scratch.path().join("data")).unwrap();
    keep(&store, &scratch, 1, &people(6));
    let limit = || LeadState::Exhausted(Finished::LeadLimit { most: 1 });
    let leads = called(
        &store,
        &[
            (ResultKind::NoAnswer, limit()),
            (ResultKind::Busy, limit()),
            (ResultKind::Connected, LeadState::Done),
            (ResultKind::NoAnswer, LeadState::Declined),
            (ResultKind::NumberUnknown, LeadState::Exhausted(Finished::NumbersDead)),
            (ResultKind::Connected, LeadState::Done),
        ],
    );
    let results = [ResultKind::NoAnswer, ResultKind::NumberUnknown].into();
    let chosen = Recycling { results, dispositions: [ItemId(6)].into(), ..Recycling::default() };
    let rework = Rework::Recycle { chosen };
    let foreseen = store.reader().unwrap().foresee_rework(ListId(1), &rework, Utc::now(), &|| true).unwrap().unwrap();
    assert_eq!((foreseen.leads, foreseen.chosen), (6, 2));
    assert_eq!(pass(&store, rework.clone()).changed, 2);
    let back = store.lease(want(&[1], 10)).unwrap().leads;
    let ids = |leads: &[LeadFacts]| leads.iter().map(|facts| facts.lead.lead).collect::<Vec<_>>();
    assert_eq!(ids(&back), [leads[0].lead.lead, leads[5].lead.lead]);
    assert_eq!((back[0].tally.ever, back[0].tally.day), (0, 1), "limits ever begin anew, those of the day do not");
    assert_eq!(back[0].phones[0].ever, 1, "what is said of the number stays");
    assert_eq!(pass(&store, rework).changed, 0, "they are in work");

    let late = Written::Lead { lead: leads[0].lead.clone(), fence: Some(fence(&leads[0])) };
    write(&store, vec![late]).unwrap();
    let now = store.reader().unwrap().lead(leads[0].lead.lead).unwrap().unwrap().lead;
    assert!(matches!(now.state, LeadState::Leased { .. }), "what the old lease says is not written: {:?}", now.state);
}

/// Whoever starts with a pass that is not over ends it: its list is not held for ever.
#[test]
fn a_pass_that_the_last_run_has_not_ended_is_ended_by_the_next() {
    let scratch = Scratch::new();
    let store = std::sync::Arc::new(Store::open(&scratch.path().join("data")).unwrap());
    keep(&store, &scratch, 1, TOWNS);
    store.begin_rework(ListId(1), filter(&["ddd=11"])).unwrap();
    let imports = Imports::new(store.clone(), &Config::empty());
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
    while store.reader().unwrap().rework_passed(ListId(1)).unwrap().is_some() {
        assert!(std::time::Instant::now() < deadline, "the list is held for ever");
        std::thread::yield_now();
    }
    assert_eq!((names(&store.look_ahead(&want(&[1], 10)).unwrap().leads), aside(&store)), (vec!["Ana", "Caio"], 2));
    imports.stop_all();
}
