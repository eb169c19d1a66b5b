//! Copies of the base: made while it is written, refused when they are none, marked when they are put in its place.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, NaiveDate, Utc};
use engine::id::BatchId;
use engine::records::{Facts, Question, Record};
use ramal::store::{CopyError, Page, SessionRow, Store};
use rusqlite::Connection;

use crate::run::{batch, whole_batches};
use crate::support::Folder;

fn write(store: &Store, batch: Vec<Record>) {
    let (tell, told) = std::sync::mpsc::channel();
    store.submit(BatchId(1), batch, move |_, result| tell.send(result).unwrap());
    told.recv_timeout(crate::support::LONG).unwrap().unwrap();
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_773_327_600, 0).unwrap()
}

/// A data directory with so many batches in its base, which is closed.
fn data(folder: &Folder, name: &str, batches: u64) -> std::path::PathBuf {
    let data = folder.join(name);
    let store = Store::open(&data).unwrap();
    (1..=batches).for_each(|number| write(&store, batch(number)));
    data
}

fn start(data: &Path) -> Facts {
    Store::open(data).unwrap().load(Question::Start).unwrap()
}

fn restored(data: &Path) -> Option<DateTime<Utc>> {
    let Facts::Start { restored, .. } = start(data) else { panic!("another answer") };
    restored
}

#[test]
fn a_backup_of_a_base_that_is_written_meanwhile_is_one_moment_of_it() {
    let folder = Folder::new("backup");
    let store = Store::open(&folder.join("data")).unwrap();
    (1..=300).for_each(|number| write(&store, batch(number)));
    let kept = Arc::new(AtomicU64::new(300));
    for copy in 0..5 {
        // Many are on their way when the copy begins, and while it is made.
        let first = 301 + copy * 400;
        for number in first..first + 400 {
            let kept = kept.clone();
            store.submit(BatchId(number), batch(number), move |_, _| {
                kept.fetch_add(1, Ordering::Relaxed);
            });
        }
        let before = kept.load(Ordering::Relaxed);
        let restored = folder.join(&format!("restored-{copy}"));
        let file = folder.join(&format!("copy-{copy}.db"));
        let made = Store::back_up(&folder.join("data"), &file, false).unwrap();
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(made.faults.is_empty() && made.calls >= before, "{made:?}");
        // The daemon's open dialogs are not the copy's: the base is read as a backup, before it is one's own.
        fs::create_dir(&restored).unwrap();
        fs::copy(&file, restored.join("ramal.db")).unwrap();
        let found = whole_batches(&restored);
        assert_eq!(found.len() as u64, made.calls);
        assert_eq!(found.last(), Some(&made.calls), "none between is missing");
    }
}

#[test]
fn a_file_that_is_there_is_replaced_only_when_asked_and_only_by_a_whole_copy() {
    let folder = Folder::new("replace");
    let data = data(&folder, "data", 30);
    let file = folder.join("copy.db");
    fs::write(&file, "precious").unwrap();
    assert!(matches!(Store::back_up(&data, &file, false), Err(CopyError::Exists(_))));
    let mut bytes = fs::read(data.join("ramal.db")).unwrap();
    let whole = bytes.clone();
    bytes.truncate(whole.len() / 2);
    fs::write(data.join("ramal.db"), bytes).unwrap();
    assert!(Store::back_up(&data, &file, true).is_err());
    assert_eq!(fs::read_to_string(&file).unwrap(), "precious");
    fs::write(data.join("ramal.db"), whole).unwrap();
    assert_eq!(Store::back_up(&data, &file, true).unwrap().calls, 30);
    let left = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
    assert!(left.into_iter().all(|name| !name.to_string_lossy().ends_with(".part")), "nothing half-made is left");
}

#[test]
fn what_is_no_whole_base_of_ours_is_not_restored_and_the_base_stays() {
    let folder = Folder::new("refused");
    let data = data(&folder, "data", 30);
    let file = folder.join("copy.db");
    let before = fs::read(data.join("ramal.db")).unwrap();
    let try_it = |what: &str| {
        let refused = Store::restore(&data, &file, now()).unwrap_err().to_string();
        assert_eq!(fs::read(data.join("ramal.db")).unwrap(), before, "{what}");
        let names = fs::read_dir(&data).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let left: Vec<_> = names.filter(|name| name.contains("restoring") || name.contains("before")).collect();
        assert!(left.is_empty(), "{what}: {left:?} is left");
        refused
    };
    assert!(try_it("missing").contains("copy.db"));
    fs::write(&file, "not a base at all, however long it may be").unwrap();
    try_it("text");
    fs::write(&file, []).unwrap();
    assert!(try_it("empty").contains("not ramal's"));
    Store::back_up(&data, &file, true).unwrap();
    let whole = fs::read(&file).unwrap();
    let mut damaged = whole.clone();
    let middle = damaged.len() / 2;
    damaged[middle..].fill(0x55);
    fs::write(&file, damaged).unwrap();
    assert!(try_it("damaged").contains("nothing was changed"));
    let change = |sql: &str| {
        fs::write(&file, &whole).unwrap();
        Connection::open(&file).unwrap().execute_batch(sql).unwrap();
    };
    change("PRAGMA user_version = 99");
    assert!(try_it("newer").contains("newer ramal"));
    change("PRAGMA foreign_keys = off; DELETE FROM calls WHERE call = 7");
    assert!(try_it("half").contains("legs, row"), "a leg without its call");
    change("INSERT INTO entries VALUES ('user', 1, 'no JSON')");
    assert!(try_it("unreadable").contains("what a start needs"));
}

#[test]
fn a_restored_copy_is_marked_and_ends_no_dialog_and_gives_no_protocolo_twice() {
    let folder = Folder::new("restored");
    let other = data(&folder, "other", 30);
    let store = Store::open(&other).unwrap();
    let day = NaiveDate::from_ymd_opt(2026, 3, 12).unwrap();
    write(&store, vec![Record::ProtocoloBlock { day, next: 100 }]);
    let session = SessionRow { secret: [7; 32], user: engine::id::UserId(1), began: now(), seen: now() };
    store.keep_session(session).unwrap();
    let file = folder.join("copy.db");
    Store::back_up(&other, &file, false).unwrap();
    // After the backup.
    write(&store, vec![Record::ProtocoloBlock { day, next: 60_000 }]);
    drop(store);

    let data = data(&folder, "data", 3);
    let done = Store::restore(&data, &file, now()).unwrap();
    assert_eq!((done.base.calls, done.base.restored), (30, Some(now())));
    let kept = done.kept.unwrap();
    assert_eq!(Connection::open(kept).unwrap().query_row("SELECT count(*) FROM calls", [], |row| row.get(0)), Ok(3));
    let Facts::Start { open_dialogs, protocolo, restored: since, .. } = start(&data) else { panic!("another answer") };
    assert_eq!((open_dialogs, since), (Vec::new(), Some(now())));
    assert!(protocolo.is_some_and(|(_, next)| next > 60_000 + 1_000_000), "{protocolo:?}");
    let opened = Store::open(&data).unwrap();
    assert_eq!(opened.sessions().unwrap(), [], "who was signed in signs in again");
    let audit = opened.reader().unwrap().audit(Page::default()).unwrap();
    assert_eq!(audit[0].entry.action, "base-restored");
    assert_eq!(opened.reader().unwrap().verify_audit(&[]), Ok(1));
    assert!(matches!(Store::restore(&data, &file, now()), Err(CopyError::Open(_))), "not while a daemon has it");
    drop(opened);

    assert!(restored(&data).is_some(), "a restart is no confirmation");
    assert!(Store::confirm_restored(&data).unwrap());
    assert_eq!(restored(&data), None);
    assert!(!Store::confirm_restored(&data).unwrap(), "twice is once");
}

#[test]
fn the_engines_confirmation_clears_the_mark_and_a_trial_write_leaves_none() {
    let folder = Folder::new("confirmed");
    let data = data(&folder, "data", 3);
    let file = folder.join("copy.db");
    Store::back_up(&data, &file, false).unwrap();
    Store::restore(&data, &file, now()).unwrap();
    let store = Store::open(&data).unwrap();
    write(&store, vec![Record::Alive { at: now(), doubted: false }]);
    write(&store, vec![Record::Alive { at: now(), doubted: false }]);
    write(&store, vec![Record::RestoredConfirmed]);
    write(&store, vec![Record::RestoredConfirmed]);
    drop(store);
    assert_eq!(restored(&data), None);
}
