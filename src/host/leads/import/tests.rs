//! Imports that a crash cut off between two chunks: gone on with, or taken away. Nothing of them is seen meanwhile.

use super::super::tests::{file, keep, list, order, people, rules, want};
use super::*;
use crate::store::tests::Scratch;

/// The first chunk is kept, and the daemon ends: the store is dropped in the middle of it.
fn cut_off(scratch: &Scratch, path: &Path, options: &Options) -> Store {
    let data = scratch.path().join("data");
    let store = Store::open(&data).unwrap();
    let found = read_through(path, options, &rules(), &Progress::default(), |_, _| Ok(())).unwrap();
    let row = ImportRow {
        list: ListId(1),
        file: "clientes.csv".to_owned(),
        sha256: found.sha256,
        options: serde_json::to_string(options).unwrap(),
        counts: Counts::default(),
    };
    store.open_list(List { state: ListState::Loading, ..list(1) }, Some(row)).unwrap();
    let mut reader = Reader::open(path, options).unwrap();
    let mut loading =
        Loading { store: &store, list: ListId(1), options, node: 0, kept: Counts::default(), size: 2_000 };
    let (leads, bad) = read(&mut reader, 2_000, &rules()).unwrap();
    loading.keep(leads, Counts { rows: reader.rows, bad, twice: 0 }).unwrap();
    drop(store);
    Store::open(&data).unwrap()
}

/// GN-13: after a crash an import goes on behind its last chunk and ends as it would have.
#[test]
fn gn_13_an_import_goes_on_after_a_crash_as_if_there_had_been_none() {
    let (scratch, whole) = (Scratch::new(), Scratch::new());
    // Bad rows and a number that is there twice, before and after the crash.
    let text = people(5_000) + "Bad;20\nTwice;(11) 90000-0001;\n" + &people(10)[18..];
    let text = text.replace("Bad;20\n", "Bad;20;\n").replace("Pessoa 7;", "\"Pessoa\r\n7\";");
    let path = file(&scratch, "list.csv", text.as_bytes());
    let options = Options { skip_bad: true, ..Options::default() };
    let store = cut_off(&scratch, &path, &options);
    let reader = store.reader().unwrap();
    let unfinished = reader.unfinished_imports().unwrap();
    assert_eq!(unfinished.iter().map(|row| (row.list, row.counts.rows)).collect::<Vec<_>>(), [(ListId(1), 2_000)]);
    assert_eq!(store.lease(want(&[1], 10)).unwrap().leads, [], "nothing of it is seen");

    let done = resume(&store, ListId(1), &path, 0, &rules(), &Progress::default()).unwrap();
    let other = Store::open(&whole.path().join("data")).unwrap();
    let at_once = import(&other, order(1, path.clone(), options), &rules(), &Progress::default()).unwrap();
    assert_eq!(done, at_once);
    assert_eq!((done.leads, done.counts.rows, done.counts.bad, done.counts.twice), (5_000, 5_012, 1, 11));
    assert_eq!(store.lease(want(&[1], 10)).unwrap().leads.len(), 10);
    let again = resume(&store, ListId(1), &path, 0, &rules(), &Progress::default());
    assert!(matches!(again, Err(Failure::NotLoading(ListId(1)))), "{again:?}");
}

#[test]
fn another_file_is_not_read_on() {
    let scratch = Scratch::new();
    let path = file(&scratch, "list.csv", people(5_000).as_bytes());
    let store = cut_off(&scratch, &path, &Options::default());
    let other = file(&scratch, "list.csv", people(5_001).as_bytes());
    let refused = resume(&store, ListId(1), &other, 0, &rules(), &Progress::default());
    assert!(matches!(refused, Err(Failure::Changed)), "{refused:?}");
    assert_eq!(store.lease(want(&[1], 10)).unwrap().leads, []);
}

#[test]
fn what_a_crash_left_is_discarded_and_the_file_may_come_again() {
    let scratch = Scratch::new();
    let path = file(&scratch, "list.csv", people(5_000).as_bytes());
    let store = cut_off(&scratch, &path, &Options::default());
    assert!(discard(&store, ListId(1)).unwrap());
    let reader = store.reader().unwrap();
    assert_eq!(reader.leads_of_list(ListId(1), None, 10).unwrap(), []);
    assert_eq!(reader.unfinished_imports().unwrap(), []);
    let gone = resume(&store, ListId(1), &path, 0, &rules(), &Progress::default());
    assert!(matches!(gone, Err(Failure::NotLoading(_))), "{gone:?}");
    assert_eq!(keep(&store, &scratch, 2, &people(5_000)).leads, 5_000);
}

/// Two who read one file into one list: the second is told, and each row is there once.
#[test]
fn nobody_reads_into_a_list_beside_somebody_else() {
    let scratch = Scratch::new();
    let path = file(&scratch, "list.csv", people(3_000).as_bytes());
    let options = Options::default();
    let store = cut_off(&scratch, &path, &options);
    let kept = Counts::default();
    let mut second = Loading { store: &store, list: ListId(1), options: &options, node: 0, kept, size: 10 };
    let refused = second.keep(Vec::new(), Counts { rows: 10, ..kept });
    assert!(matches!(refused, Err(Failure::NotLoading(_))), "{refused:?}");
}

#[test]
fn a_stopped_import_can_be_gone_on_with() {
    let scratch = Scratch::new();
    let store = Store::open(&scratch.path().join("data")).unwrap();
    let path = file(&scratch, "list.csv", people(10).as_bytes());
    let progress = Progress::default();
    progress.stop();
    let stopped = import(&store, order(1, path.clone(), Options::default()), &rules(), &progress);
    assert!(matches!(stopped, Err(Failure::Stopped)), "{stopped:?}");
    assert_eq!(store.reader().unwrap().unfinished_imports().unwrap(), [], "it was only looked at");
}

#[test]
fn chunks_shrink_at_once_and_grow_slowly() {
    let ms = Duration::from_millis;
    assert_eq!(next_size(2_000, ms(40)), 1_000);
    assert_eq!(next_size(1_000, ms(5)), 1_250);
    assert_eq!(next_size(2_000, ms(1)), 2_000);
    assert_eq!(next_size(250, ms(5_000)), 250);
}
