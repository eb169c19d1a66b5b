//! One run of the store: batches in, answers out. Also a program of its own, which can have a disk of its own.

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};

use chrono::{DateTime, NaiveDate, Utc};
use engine::id::{BatchId, CallId, LegId};
use engine::news::Direction;
use engine::records::{Batch, CallRow, DialogRow, LegRow, Record, Rescue};
use engine::sip::uri::Transport;
use ramal::store::Store;
use rusqlite::Connection;

use crate::support::{Folder, LONG};

/// A run as a process, on `data`, of so many batches. Its answers are appended to `answers`: `A 7` for a yes to batch 7,
/// `N 7 why` for a no, `O why` where the base could not be opened (it is tried again).
pub fn start(data: &Path, answers: &Path, batches: u64, environment: &[(&'static str, String)]) {
    let mut program = Command::new(std::env::current_exe().unwrap());
    program.args(["--exact", "run::a_run_keeps_every_batch_it_said_yes_to", "--nocapture"]);
    program.env("RUN_DATA", data).env("RUN_ANSWERS", answers).env("RUN_BATCHES", batches.to_string());
    program.envs(environment.iter().map(|(name, value)| (name, value)));
    let done = program.output().unwrap();
    let said = String::from_utf8_lossy(&done.stdout).into_owned() + &String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success() && said.contains("1 passed"), "the run ended with {}: {said}", done.status);
}

#[test]
fn a_run_keeps_every_batch_it_said_yes_to() {
    let path = |name| std::env::var_os(name).map(PathBuf::from);
    if let (Some(data), Some(answers)) = (path("RUN_DATA"), path("RUN_ANSWERS")) {
        // Judged by who started it.
        let batches = std::env::var("RUN_BATCHES").unwrap().parse().unwrap();
        return drop(run(&data, &answers, batches));
    }
    let scratch = Folder::new("run");
    let data = scratch.join("data");
    let kept = run(&data, &scratch.join("answers"), 100);
    assert_eq!(kept.len(), 100);
    assert_eq!(whole_batches(&data), kept);
}

/// The batches that were said yes to. Closed and opened again in the middle.
fn run(data: &Path, answers: &Path, batches: u64) -> BTreeSet<u64> {
    let answers = OpenOptions::new().append(true).create(true).open(answers).unwrap();
    let kept = Arc::new(Mutex::new(BTreeSet::new()));
    let half = batches / 2;
    for span in [1..half + 1, half + 1..batches + 1] {
        let store = open(data, &answers);
        let mut next = span.start;
        while next < span.end {
            // Waves of one to 23 batches: alone in a commit, and many in one.
            let wave = (1 + next * 7_919 % 23).min(span.end - next);
            let (tell, told) = channel();
            for number in next..next + wave {
                let (tell, kept) = (tell.clone(), kept.clone());
                let mut answers = answers.try_clone().unwrap();
                store.submit(BatchId(number), batch(number), move |_, result| {
                    let line = match result {
                        Ok(()) => format!("A {number}\n"),
                        Err(why) => format!("N {number} {}\n", why.0.replace('\n', " ")),
                    };
                    // Said at the moment a caller would be told.
                    answers.write_all(line.as_bytes()).unwrap();
                    if line.starts_with('A') {
                        kept.lock().unwrap().insert(number);
                    }
                    tell.send(()).unwrap();
                });
            }
            (0..wave).for_each(|_| told.recv_timeout(LONG).expect("every batch is answered"));
            next += wave;
        }
    }
    let kept = kept.lock().unwrap();
    kept.clone()
}

/// A start that fails is tried again, as a service manager does.
fn open(data: &Path, mut answers: &File) -> Store {
    for _ in 0..100 {
        match Store::open(data) {
            Ok(store) => return store,
            Err(why) => answers.write_all(format!("O {why}\n").as_bytes()).unwrap(),
        }
    }
    panic!("the base cannot be opened in a hundred starts");
}

/// A call with a leg, an event and a dialog; the dialog of twenty batches before has ended.
pub fn batch(number: u64) -> Batch {
    let at = DateTime::<Utc>::from_timestamp_millis(1_773_327_600_000 + number as i64).unwrap();
    let (call, leg) = (CallId(number), LegId(number));
    let row = CallRow {
        call,
        protocolo: "2026031200000011".to_owned(),
        direction: Direction::Outbound,
        account: "1001".into(),
        user: None,
        queue: None,
        number_dialled: format!("119{number:08}"),
        number_normalised: format!("+55119{number:08}"),
        remote_name: None,
        diverted_from: None,
        asserted: None,
        at,
        day: NaiveDate::from_ymd_opt(2026, 3, 12).unwrap(),
        rules_version: Some(1),
        promise: None,
        attempt: None,
    };
    let sip_call_id = format!("{number:x}@pbx");
    let cancel =
        Rescue::Cancel { cancel: vec![b'x'; 600].into(), call_id: sip_call_id.clone(), local_tag: "t".to_owned() };
    let target = engine::config::Target { transport: Transport::Udp, address: "127.0.0.1:5060".parse().unwrap() };
    let mut batch = vec![
        Record::CallOpened(row),
        Record::LegOpened(LegRow { leg, call, sip_call_id, far_end: "sip:600@pbx".to_owned(), at }),
        Record::CallEvent { call, leg: None, at, event: "ringing".to_owned(), detail: String::new() },
        Record::Dialog(DialogRow { leg, call, account: "1001".into(), target, rescue: cancel }),
    ];
    if number > DIALOGS {
        batch.push(Record::DialogEnded { leg: LegId(number - DIALOGS) });
    }
    batch
}

/// The batches that a base holds; panics where one is there in part, or the base is not whole.
pub fn whole_batches(data: &Path) -> BTreeSet<u64> {
    // By way of the store: what a crash left is taken in as at any start.
    drop(Store::open(data).unwrap_or_else(|why| panic!("{why}")));
    let base = Connection::open(data.join("ramal.db")).unwrap();
    let found: String = base.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(found, "ok");
    let numbers = |sql: &str| -> BTreeSet<u64> {
        let mut read = base.prepare(sql).unwrap();
        let rows = read.query_map([], |row| row.get::<_, i64>(0)).unwrap();
        rows.map(|number| number.unwrap() as u64).collect()
    };
    let calls = numbers("SELECT call FROM calls");
    assert_eq!(numbers("SELECT call FROM legs"), calls, "legs");
    assert_eq!(numbers("SELECT call FROM call_events"), calls, "events");
    let open = calls.iter().copied().filter(|number| !calls.contains(&(number + DIALOGS))).collect::<BTreeSet<_>>();
    assert_eq!(numbers("SELECT call FROM dialogs"), open, "dialogs");
    calls
}

/// How many are open at once.
const DIALOGS: u64 = 20;
