//! What becomes of a file: all or nothing, each number once, seen when it is whole.

use engine::campaign::{LeadState, ListStanding, Need, NumberList, Scope, Waits, Want};
use engine::id::UserId;

use super::*;
use crate::store::{Chunk, NewLead};

/// GN-13: all or nothing, unless bad rows are to be left out.
#[test]
fn gn_13_one_bad_row_keeps_the_whole_file_out_unless_it_may_be_skipped() {
    let scratch = Scratch::new();
    let store = Store::open(&scratch.path().join("data")).unwrap();
    let text = "nome;telefone\nAna;11987654321\nBia;20987654321\nCaio;11987654323\n";
    let path = file(&scratch, "list.csv", text.as_bytes());
    let refused = import(&store, order(1, path.clone(), Options::default()), &rules(), &Progress::default());
    let Err(Failure::BadRows(found)) = refused else { panic!("{refused:?}") };
    assert_eq!((found.bad, found.errors[0].line), (1, 3));
    assert_eq!(store.reader().unwrap().lists(None, 10).unwrap(), [], "nothing was kept");

    let options = Options { skip_bad: true, ..Options::default() };
    let done = import(&store, order(1, path, options), &rules(), &Progress::default()).unwrap();
    assert_eq!((done.leads, done.counts.rows, done.counts.bad), (2, 3, 1));
    let reader = store.reader().unwrap();
    let [list] = &reader.lists(None, 10).unwrap()[..] else { panic!("one list") };
    assert_eq!((list.state, list.leads, list.numbers), (ListState::Ready, 2, 2));
    let leads = reader.leads_of_list(list.list, None, 10).unwrap();
    assert_eq!(leads.iter().map(|lead| lead.recipient.as_str()).collect::<Vec<_>>(), ["Ana", "Caio"]);
    let story = reader.lead(leads[0].lead).unwrap().unwrap();
    assert_eq!(story.lead.waits(&story.list, Utc::now()), Waits::Turn, "GN-16");
}

/// GN-13: each number once in a list, and once over all lists where that is asked for.
#[test]
fn gn_13_no_number_is_there_twice() {
    let scratch = Scratch::new();
    let store = Store::open(&scratch.path().join("data")).unwrap();
    let text = "nome;telefone;celular\n\
                Ana;1133334444;(11) 98765-4321\n\
                Ana de novo;+55 11 98765-4321;011 3333-4444\n\
                Bia;11 98765-4321;11987654322\n\
                Caio;11987654323;11987654323\n";
    let done = keep(&store, &scratch, 1, text);
    assert_eq!((done.leads, done.numbers, done.counts.twice), (3, 4, 1), "Ana's second row, and what others have");

    let path = file(&scratch, "second.csv", b"nome;telefone\nAna;11987654321\nDavi;11987654329\n");
    let alone = import(&store, order(2, path.clone(), Options::default()), &rules(), &Progress::default()).unwrap();
    assert_eq!((alone.leads, alone.counts.twice), (2, 0), "another list is another matter");
    let options = Options { across_lists: true, ..Options::default() };
    let across = import(&store, order(3, path, options), &rules(), &Progress::default()).unwrap();
    assert_eq!((across.leads, across.counts.twice), (0, 2));
    assert_eq!(store.reader().unwrap().leads_with_number("+5511987654321").unwrap().len(), 2);
}

/// GN-13: by hand and by the API too.
#[test]
fn gn_13_a_lead_is_added_by_hand() {
    let scratch = Scratch::new();
    let store = Store::open(scratch.path()).unwrap();
    store.open_list(list(1), None).unwrap();
    let number = engine::number::Number::read("11987654321", &rules()).unwrap();
    let lead = NewLead {
        recipient: "Ana".to_owned(),
        phones: vec![(number, "celular".to_owned())],
        priority: engine::campaign::Priority::default(),
        zone: None,
        fields: Vec::new(),
    };
    let chunk =
        Chunk { list: ListId(1), leads: vec![lead], across_lists: false, node: 0, now: Utc::now(), progress: None };
    assert_eq!(store.add_leads(chunk.clone()).unwrap().unwrap().leads, 1);
    assert_eq!(store.add_leads(chunk.clone()).unwrap().unwrap().twice, 1);
    assert_eq!(store.lease(want(&[1], 10)).unwrap().leads.len(), 1);
    store.discard_list(ListId(1)).unwrap();
    assert_eq!(store.add_leads(chunk).unwrap(), None);
}

/// GN-15: nothing of a list is dialled before it is complete, when it is too old, or when it is discarded.
#[test]
fn gn_15_a_list_that_may_not_be_used_holds_the_campaign_and_says_why() {
    let scratch = Scratch::new();
    let store = Store::open(&scratch.path().join("data")).unwrap();
    keep(&store, &scratch, 1, &people(10));
    let long_ago = Utc::now() - TimeDelta::days(1);
    let path = file(&scratch, "old.csv", people(10).as_bytes());
    let mut old = order(2, path, Options::default());
    old.list.expires = Some(long_ago);
    import(&store, old, &rules(), &Progress::default()).unwrap();
    store.open_list(List { state: ListState::Loading, ..list(3) }, None).unwrap();

    let leased = store.lease(want(&[1, 2, 3, 4], 50)).unwrap();
    assert!(leased.leads.iter().all(|facts| facts.lead.list == ListId(1)) && leased.leads.len() == 10);
    let since = DateTime::from_timestamp_millis(long_ago.timestamp_millis()).unwrap();
    let held = [
        (ListId(2), ListStanding::Stale { since }),
        (ListId(3), ListStanding::Loading),
        (ListId(4), ListStanding::Discarded),
    ];
    assert_eq!(leased.held, held);
}

/// GN-15: a do-not-call list that is needed.
#[test]
fn gn_15_without_a_do_not_call_list_that_is_needed_there_are_no_leads() {
    let scratch = Scratch::new();
    let store = Store::open(&scratch.path().join("data")).unwrap();
    keep(&store, &scratch, 1, &people(10));
    let (source, now) =
        ("Procon SP".to_owned(), DateTime::from_timestamp_millis(Utc::now().timestamp_millis()).unwrap());
    let asked = |since| {
        let needs = vec![Need { source: source.clone(), since }];
        let leased = store.lease(Want { needs, ..want(&[1], 2) }).unwrap();
        (leased.leads.len(), leased.lacks.first().map(|lack| lack.dated))
    };
    let brought = |dated, expires| {
        let list = NumberList { source: source.clone(), scope: Scope::default(), dated, expires };
        store.keep_number_list(list).unwrap();
    };
    assert_eq!(asked(None), (0, Some(None)), "there is none of this name");
    let old = now - TimeDelta::days(40);
    brought(old, None);
    assert_eq!(asked(None), (2, None));
    assert_eq!(asked(Some(now - TimeDelta::days(31))), (0, Some(Some(old))));
    brought(now, Some(now - TimeDelta::hours(1)));
    assert_eq!(asked(None), (0, Some(Some(now))), "it was to be got anew by then");
    brought(now, None);
    assert_eq!(asked(Some(now - TimeDelta::days(31))), (2, None));
}

#[test]
fn a_discarded_list_goes_but_not_who_is_being_called() {
    let scratch = Scratch::new();
    let store = Store::open(&scratch.path().join("data")).unwrap();
    keep(&store, &scratch, 1, &people(1_200));
    let leased = store.lease(want(&[1], 1)).unwrap().leads.remove(0).lead;
    assert!(discard(&store, ListId(1)).unwrap());
    assert!(!discard(&store, ListId(1)).unwrap(), "once");
    let reader = store.reader().unwrap();
    assert_eq!(reader.lists(None, 10).unwrap(), []);
    let left = reader.leads_of_list(ListId(1), None, 10).unwrap();
    assert_eq!(left.iter().map(|lead| lead.lead).collect::<Vec<_>>(), [leased.lead]);
    assert!(matches!(left[0].state, LeadState::Leased { .. }));
}

#[test]
fn lists_come_by_pages_the_newest_first() {
    let scratch = Scratch::new();
    let store = Store::open(scratch.path()).unwrap();
    for number in 1..=3 {
        store.open_list(List { user: Some(UserId(7)), ..list(number) }, None).unwrap();
    }
    let reader = store.reader().unwrap();
    let first = reader.lists(None, 2).unwrap();
    assert_eq!(first.iter().map(|list| list.list.0).collect::<Vec<_>>(), [3, 2]);
    let rest = reader.lists(first.last(), 2).unwrap();
    assert_eq!(rest.iter().map(|list| (list.list.0, list.user)).collect::<Vec<_>>(), [(1, Some(UserId(7)))]);
}
