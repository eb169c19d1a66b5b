//! The store as the daemon uses it: opened, written through, dropped, opened again.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that fails to set up has failed")]
#![allow(non_snake_case, reason = "behaviour ids are written as the specification writes them")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use engine::agent::{AgentState, Choice, Chosen};
use engine::border::{IdempotencyKey, Refusal, RefusalCode, Reply, StoreError};
use engine::call::SuperviseMode;
use engine::case::CaseRow;
use engine::config::Target;
use engine::id::{BatchId, CallId, CaseId, ItemId, LegId, MessageId, UserId};
use engine::leg::Quality;
use engine::news::{
    Direction, HangupCause, HangupKind, MessageState, MessageView, Party, RegistrationState, RegistrationView,
    SupervisionEnd, SupervisionView,
};
use engine::records::{Batch, CallRow, DialogRow, Facts, LegRow, Question, Record, Rescue};
use engine::sip::uri::Transport;
use engine::staff::{Entry, EntryId, Item, List};
use ramal::store::{CaseLine, ContactLine, Edited, OpenError, Page, SortBy, Store};

struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Scratch {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("ramal-base-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        Scratch(std::env::temp_dir().join(name))
    }

    fn base(&self) -> PathBuf {
        self.0.join("ramal.db")
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Hands a batch in and gives the way its result comes.
fn submit(store: &Store, id: u64, batch: Batch) -> Receiver<(BatchId, Result<(), StoreError>)> {
    let (tell, told) = channel();
    store.submit(BatchId(id), batch, move |id, result| tell.send((id, result)).expect("the test waits"));
    told
}

fn write(store: &Store, batch: Batch) -> Result<(), StoreError> {
    submit(store, 1, batch).recv_timeout(DEADLINE).expect("the writer answers").1
}

fn start(store: &Store) -> Start {
    let Facts::Start { open_dialogs, open_calls, protocolo, answers, do_not_disturb, entries, chosen, .. } =
        store.load(Question::Start).unwrap()
    else {
        panic!("another answer")
    };
    let answers = answers.into_iter().map(|(key, _, answer)| (key.0, answer)).collect();
    let do_not_disturb = do_not_disturb.iter().map(|name| name.as_str().to_owned()).collect();
    Start { open_dialogs, open_calls, protocolo, answers, do_not_disturb, entries, chosen }
}

/// Texts that were on their way.
fn unanswered(store: &Store) -> Vec<MessageView> {
    let Facts::Start { unanswered, .. } = store.load(Question::Start).unwrap() else { panic!("another answer") };
    unanswered
}

/// The facts of a start, easier to compare.
struct Start {
    open_dialogs: Vec<DialogRow>,
    open_calls: Vec<CallId>,
    protocolo: Option<(NaiveDate, u32)>,
    answers: Vec<(String, Result<Reply, Refusal>)>,
    do_not_disturb: Vec<String>,
    entries: Vec<Entry>,
    chosen: Vec<(UserId, Chosen)>,
}

fn noon() -> DateTime<Utc> {
    DateTime::from_timestamp_millis(1_773_327_600_000).unwrap()
}

fn after(seconds: i64) -> DateTime<Utc> {
    noon() + TimeDelta::seconds(seconds)
}

fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, 12).unwrap()
}

fn row(call: u64, number: &str) -> CallRow {
    CallRow {
        call: CallId(call),
        protocolo: "2026031200000011".to_owned(),
        direction: Direction::Outbound,
        account: "1001".into(),
        user: Some(UserId(9)),
        queue: None,
        number_dialled: number.trim_start_matches("+55").to_owned(),
        number_normalised: number.to_owned(),
        remote_name: Some("Zoë".to_owned()),
        diverted_from: None,
        asserted: None,
        at: after(call as i64),
        day: day(),
        rules_version: Some(3),
        promise: None,
        attempt: None,
    }
}

fn opened(call: u64) -> Record {
    Record::CallOpened(row(call, "+5511987654321"))
}

fn cause(kind: HangupKind) -> HangupCause {
    HangupCause { kind, by: Party::Peer, sip: Some(200), q850: 16, text: "normal clearing".to_owned() }
}

fn ended(call: u64, seconds: i64) -> Record {
    Record::CallEnded { call: CallId(call), at: after(seconds), cause: cause(HangupKind::Normal) }
}

fn dialog(leg: u64, cancel: &'static [u8]) -> DialogRow {
    DialogRow {
        leg: LegId(leg),
        call: CallId(1),
        account: "1001".into(),
        target: Target { transport: Transport::Udp, address: "127.0.0.1:5060".parse().unwrap() },
        rescue: Rescue::Cancel {
            cancel: Bytes::from_static(cancel),
            call_id: "a".to_owned(),
            local_tag: "b".to_owned(),
        },
    }
}

fn answer(key: &str, at: DateTime<Utc>, answer: Result<Reply, Refusal>) -> Record {
    Record::Answer { key: IdempotencyKey(key.to_owned()), at, answer }
}

/// Far longer than a commit takes; to notice a hang.
const DEADLINE: Duration = Duration::from_secs(30);

#[test]
fn a_whole_call_outlives_the_daemon_with_every_leg_and_event() {
    let scratch = Scratch::new();
    let quality = Quality { packets_sent: 3_000, packets_lost: 2, mos: 4.1, ..Quality::default() };
    let leg = LegRow {
        leg: LegId(10),
        call: CallId(1),
        sip_call_id: "abc@pbx".to_owned(),
        far_end: "sip:600@pbx".to_owned(),
        at: after(1),
    };
    let device = LegRow { leg: LegId(11), sip_call_id: String::new(), far_end: "headset".to_owned(), ..leg.clone() };
    let event = |leg, seconds, event: &str| Record::CallEvent {
        call: CallId(1),
        leg,
        at: after(seconds),
        event: event.to_owned(),
        detail: String::new(),
    };
    {
        let store = Store::open(&scratch.0).unwrap();
        write(&store, vec![opened(1), Record::LegOpened(leg.clone()), Record::LegOpened(device.clone())]).unwrap();
        write(
            &store,
            vec![event(Some(LegId(10)), 2, "ringing"), Record::CallAnswered { call: CallId(1), at: after(5) }],
        )
        .unwrap();
        write(&store, vec![event(None, 7, "held"), event(None, 9, "resumed")]).unwrap();
        let leg_ended = Record::LegEnded {
            leg: LegId(10),
            call: CallId(1),
            at: after(60),
            cause: cause(HangupKind::Normal),
            quality: Some(quality),
        };
        write(&store, vec![leg_ended, ended(1, 61)]).unwrap();
    }
    let store = Store::open(&scratch.0).unwrap();
    let story = store.reader().unwrap().call(CallId(1)).unwrap().expect("the call is there");
    assert_eq!(story.call.row, row(1, "+5511987654321"));
    assert_eq!((story.call.answered, story.call.ended), (Some(after(5)), Some(after(61))));
    assert_eq!(story.call.cause, Some(cause(HangupKind::Normal)));
    assert_eq!(story.legs.iter().map(|line| line.row.clone()).collect::<Vec<_>>(), [leg, device]);
    assert_eq!(story.legs[0].quality, Some(quality));
    assert_eq!(story.legs[1].ended, None);
    let told: Vec<_> = story.events.iter().map(|line| (line.event.as_str(), line.leg)).collect();
    assert_eq!(told, [("ringing", Some(LegId(10))), ("held", None), ("resumed", None)]);
    assert_eq!(store.reader().unwrap().call(CallId(2)).unwrap(), None);
}

#[test]
fn writing_every_record_twice_leaves_what_writing_it_once_left() {
    let scratch = Scratch::new();
    let store = Store::open(&scratch.0).unwrap();
    let leg =
        LegRow { leg: LegId(10), call: CallId(1), sip_call_id: "a".to_owned(), far_end: "b".to_owned(), at: noon() };
    let event =
        |leg| Record::CallEvent { call: CallId(1), leg, at: noon(), event: "digit".to_owned(), detail: "5".to_owned() };
    let registered = RegistrationView { state: RegistrationState::Registered, ..RegistrationView::default() };
    let batch = vec![
        opened(1),
        Record::CallAnswered { call: CallId(1), at: after(2) },
        Record::LegOpened(leg),
        Record::LegEnded {
            leg: LegId(10),
            call: CallId(1),
            at: after(3),
            cause: cause(HangupKind::Normal),
            quality: None,
        },
        event(None),
        event(Some(LegId(10))),
        Record::Dialog(dialog(10, b"CANCEL")),
        Record::Registration { account: "1001".into(), state: registered },
        Record::DoNotDisturb { account: "1001".into(), on: true },
        Record::ProtocoloBlock { day: day(), next: 100 },
        answer("k", noon(), Ok(Reply::Done)),
    ];
    let seen = |store: &Store| {
        let start = start(store);
        let story = store.reader().unwrap().call(CallId(1)).unwrap();
        (start.open_dialogs, start.open_calls, start.protocolo, start.answers, start.do_not_disturb, story)
    };
    write(&store, batch.clone()).unwrap();
    let once = seen(&store);
    write(&store, batch).unwrap();
    assert_eq!(seen(&store), once);
    assert_eq!(once.5.expect("the call").events.len(), 2, "one for the call, one for the leg");
}

#[test]
fn a_start_knows_the_greatest_id_that_was_written_whatever_the_node() {
    let scratch = Scratch::new();
    let store = Store::open(&scratch.0).unwrap();
    let last_id = || match store.load(Question::Start).unwrap() {
        Facts::Start { last_id, .. } => last_id,
        other => panic!("{other:?}"),
    };
    assert_eq!(last_id(), 0, "nothing was written");
    let node = 200 << 56;
    write(&store, vec![Record::Dialog(dialog(node + 2, b"CANCEL"))]).unwrap();
    assert_eq!(last_id(), node + 2);
    write(&store, vec![Record::Dialog(dialog(node + 7, b"CANCEL"))]).unwrap();
    assert_eq!(last_id(), node + 7);
}

#[test]
fn a_call_keeps_its_first_cause_and_its_first_answer() {
    let scratch = Scratch::new();
    let store = Store::open(&scratch.0).unwrap();
    write(&store, vec![opened(1), Record::CallAnswered { call: CallId(1), at: after(5) }, ended(1, 9)]).unwrap();
    let later = Record::CallEnded { call: CallId(1), at: after(99), cause: cause(HangupKind::Crashed) };
    write(&store, vec![Record::CallAnswered { call: CallId(1), at: after(6) }, later]).unwrap();
    let line = store.reader().unwrap().call(CallId(1)).unwrap().unwrap().call;
    assert_eq!((line.answered, line.ended), (Some(after(5)), Some(after(9))));
    assert_eq!(line.cause.unwrap().kind, HangupKind::Normal);
}

#[test]
fn a_failing_batch_fails_alone_and_leaves_nothing_of_itself() {
    let scratch = Scratch::new();
    let store = Store::open(&scratch.0).unwrap();
    let good = submit(&store, 1, vec![opened(1)]);
    let bad = submit(&store, 2, vec![opened(2), ended(77, 5), opened(3)]);
    let orphan = submit(
        &store,
        3,
        vec![Record::LegOpened(LegRow {
            leg: LegId(1),
            call: CallId(78),
            sip_call_id: String::new(),
            far_end: String::new(),
            at: noon(),
        })],
    );
    let good_too = submit(&store, 4, vec![opened(4)]);
    assert_eq!(good.recv_timeout(DEADLINE).unwrap(), (BatchId(1), Ok(())));
    let (id, result) = bad.recv_timeout(DEADLINE).unwrap();
    assert_eq!(id, BatchId(2));
    assert!(result.unwrap_err().0.contains("call 77 is not in the base"));
    let orphan = orphan.recv_timeout(DEADLINE).unwrap().1.unwrap_err();
    assert!(orphan.0.contains("belongs to a call that was never stored"), "{orphan}");
    assert_eq!(good_too.recv_timeout(DEADLINE).unwrap(), (BatchId(4), Ok(())));
    assert_eq!(start(&store).open_calls, [CallId(1), CallId(4)]);
}

#[test]
fn what_arrives_during_one_commit_is_the_next_group_and_results_come_in_order() {
    let scratch = Scratch::new();
    let store = Store::open(&scratch.0).unwrap();
    let (committed, first_is_told) = channel::<()>();
    let (release, held) = channel::<()>();
    let (tell, told) = channel();
    let first = tell.clone();
    store.submit(BatchId(0), vec![opened(1)], move |id, result| {
        committed.send(()).unwrap();
        held.recv_timeout(DEADLINE).expect("the test lets go");
        first.send((id, result, 0)).unwrap();
    });
    first_is_told.recv_timeout(DEADLINE).unwrap();
    for id in 1..=100 {
        let (tell, reader) = (tell.clone(), store.reader().unwrap());
        store.submit(BatchId(id), vec![opened(id + 1)], move |id, result| {
            let page = Page { skip: 0, take: 1_000 };
            let durable = reader.calls_of_day(day(), SortBy::Newest, page).unwrap().len();
            tell.send((id, result, durable)).unwrap();
        });
    }
    release.send(()).unwrap();
    for expected in 0..=100 {
        let (id, result, durable) = told.recv_timeout(DEADLINE).unwrap();
        assert_eq!((id, result), (BatchId(expected), Ok(())));
        if expected > 0 {
            assert_eq!(durable, 101, "all hundred were on the disk before the first of them was told");
        }
    }
}

#[test]
fn dropping_the_store_writes_what_is_queued() {
    let scratch = Scratch::new();
    let store = Store::open(&scratch.0).unwrap();
    let results: Vec<_> =
        (1..=1_000).map(|call| submit(&store, call, vec![opened(call), ended(call, 2_000)])).collect();
    drop(store);
    assert!(results.iter().all(|result| result.recv().unwrap().1 == Ok(())));
    let store = Store::open(&scratch.0).unwrap();
    let page = Page { skip: 0, take: 5_000 };
    assert_eq!(store.reader().unwrap().calls_of_day(day(), SortBy::Newest, page).unwrap().len(), 1_000);
    assert_eq!(start(&store).open_calls, []);
}

/// What a `kill -9` leaves is what the files hold at that moment.
#[test]
fn sp_14_what_was_said_to_be_stored_outlives_a_kill() {
    let (scratch, left) = (Scratch::new(), Scratch::new());
    let store = Store::open(&scratch.0).unwrap();
    fs::create_dir(&left.0).unwrap();
    for call in 1..=3 {
        write(&store, vec![opened(call), Record::Dialog(dialog(call, b"CANCEL"))]).unwrap();
        for name in ["ramal.db", "ramal.db-wal"] {
            fs::copy(scratch.0.join(name), left.0.join(name)).unwrap();
        }
        let next = Store::open(&left.0).unwrap();
        assert_eq!(start(&next).open_dialogs.len(), call as usize);
        assert_eq!(start(&next).open_calls.len(), call as usize);
    }
}

/// SP-14: the next start learns what this one left open.
#[test]
fn sp_14_the_next_start_finds_open_dialogs_calls_protocolos_and_answers() {
    let scratch = Scratch::new();
    let refusal = Refusal::new(RefusalCode::Gate, "no");
    {
        let store = Store::open(&scratch.0).unwrap();
        write(&store, vec![opened(1), opened(2), ended(2, 9)]).unwrap();
        write(&store, vec![Record::Dialog(dialog(10, b"old")), Record::Dialog(dialog(11, b"over"))]).unwrap();
        write(&store, vec![Record::Dialog(dialog(10, b"new")), Record::DialogEnded { leg: LegId(11) }]).unwrap();
        write(
            &store,
            vec![Record::ProtocoloBlock { day: day(), next: 200 }, Record::ProtocoloBlock { day: day(), next: 100 }],
        )
        .unwrap();
        write(&store, vec![answer("yes", noon(), Ok(Reply::Done)), answer("no", noon(), Err(refusal.clone()))])
            .unwrap();
        write(&store, vec![answer("yes", after(1), Err(refusal.clone()))]).unwrap();
        let set = |account: &str, on| Record::DoNotDisturb { account: account.into(), on };
        write(&store, vec![set("1001", true), set("1002", true), set("1002", false)]).unwrap();
    }
    let start = start(&Store::open(&scratch.0).unwrap());
    assert_eq!(start.open_calls, [CallId(1)]);
    assert_eq!(start.open_dialogs, [dialog(10, b"new")]);
    assert_eq!(start.protocolo, Some((day(), 200)), "a reservation never shrinks");
    assert_eq!(start.answers, [("no".to_owned(), Err(refusal)), ("yes".to_owned(), Ok(Reply::Done))]);
    assert_eq!(start.do_not_disturb, ["1001"]);
}

#[test]
fn a_clock_that_was_ahead_for_a_while_does_not_hide_todays_protocolos() {
    let scratch = Scratch::new();
    let store = Store::open(&scratch.0).unwrap();
    let wrong = NaiveDate::from_ymd_opt(2030, 1, 1).unwrap();
    for (day, next) in [(day(), 100), (wrong, 100), (day(), 200)] {
        write(&store, vec![Record::ProtocoloBlock { day, next }]).unwrap();
    }
    assert_eq!(start(&store).protocolo, Some((day(), 200)));
}

#[test]
fn answers_are_kept_24_hours() {
    let scratch = Scratch::new();
    let store = Store::open(&scratch.0).unwrap();
    let keys = |store: &Store| start(store).answers.into_iter().map(|(key, _)| key).collect::<Vec<_>>();
    write(&store, vec![answer("first", noon(), Ok(Reply::Done)), answer("second", after(1), Ok(Reply::Done))]).unwrap();
    write(&store, vec![answer("a day later", after(86_400), Ok(Reply::Done))]).unwrap();
    assert_eq!(keys(&store), ["first", "second", "a day later"], "24 h to the millisecond are still kept");
    write(&store, vec![answer("later", after(86_401), Ok(Reply::Done))]).unwrap();
    assert_eq!(keys(&store), ["second", "a day later", "later"]);
}

#[test]
fn history_is_newest_first_by_day_and_by_number_and_in_pages() {
    let scratch = Scratch::new();
    let store = Store::open(&scratch.0).unwrap();
    let other_day = CallRow { day: day().succ_opt().unwrap(), ..row(5, "+551133334444") };
    let batch = vec![
        opened(1),
        Record::CallOpened(row(2, "+551133334444")),
        opened(3),
        opened(4),
        Record::CallOpened(other_day),
        Record::CallAnswered { call: CallId(3), at: after(10) },
        ended(3, 70),
        Record::CallAnswered { call: CallId(1), at: after(10) },
        ended(1, 20),
    ];
    write(&store, batch).unwrap();
    let reader = store.reader().unwrap();
    let ids = |lines: Result<Vec<ramal::store::CallLine>, StoreError>| {
        lines.unwrap().iter().map(|line| line.row.call.0).collect::<Vec<_>>()
    };
    let page = Page::default();
    assert_eq!(ids(reader.calls_of_day(day(), SortBy::Newest, page)), [4, 3, 2, 1]);
    assert_eq!(ids(reader.calls_of_day(day(), SortBy::Oldest, page)), [1, 2, 3, 4]);
    assert_eq!(ids(reader.calls_of_day(day(), SortBy::Longest, page)), [3, 1, 4, 2]);
    assert_eq!(ids(reader.calls_of_day(day(), SortBy::Number, page)), [2, 4, 3, 1]);
    assert_eq!(ids(reader.calls_of_day(day(), SortBy::Newest, Page { skip: 1, take: 2 })), [3, 2]);
    assert_eq!(ids(reader.calls_with_number("+551133334444", SortBy::Newest, page)), [5, 2]);
    assert_eq!(ids(reader.calls_with_number("' OR 1=1 --", SortBy::Newest, page)), [] as [u64; 0]);
}

#[test]
fn an_id_of_a_high_node_keeps_all_its_bits() {
    let scratch = Scratch::new();
    let store = Store::open(&scratch.0).unwrap();
    let high = CallId(u64::MAX - 5);
    write(&store, vec![Record::CallOpened(CallRow { call: high, ..row(1, "600") })]).unwrap();
    assert_eq!(start(&store).open_calls, [high]);
    assert!(store.reader().unwrap().call(high).unwrap().is_some());
}

#[test]
fn a_second_daemon_on_the_directory_is_refused_with_the_pid_of_the_first() {
    let scratch = Scratch::new();
    let first = Store::open(&scratch.0).unwrap();
    let refused = Store::open(&scratch.0).unwrap_err();
    assert!(matches!(&refused, OpenError::InUse { pid: Some(pid), .. } if *pid == std::process::id()), "{refused}");
    assert!(refused.to_string().contains(&format!("pid {}", std::process::id())));
    drop(first);
    Store::open(&scratch.0).expect("the lock goes with its holder");
}

#[test]
fn only_the_owner_may_read_what_is_kept() {
    let scratch = Scratch::new();
    fs::create_dir(&scratch.0).unwrap();
    fs::set_permissions(&scratch.0, fs::Permissions::from_mode(0o755)).unwrap();
    let store = Store::open(&scratch.0).unwrap();
    write(&store, vec![opened(1)]).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&scratch.0), 0o700);
    let names: Vec<_> = fs::read_dir(&scratch.0).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(names.len() >= 3, "base, write-ahead log and lock at least: {names:?}");
    for name in names {
        assert_eq!(mode(&name), 0o600, "{}", name.display());
    }
}

/// Changes the base as another program would, while no daemon holds it.
fn alter(scratch: &Scratch, sql: &str) {
    rusqlite::Connection::open(scratch.base()).unwrap().execute_batch(sql).unwrap();
}

#[test]
fn a_base_of_a_newer_ramal_is_refused_and_left_alone() {
    let scratch = Scratch::new();
    drop(Store::open(&scratch.0).unwrap());
    alter(&scratch, "PRAGMA user_version = 99");
    let before = fs::read(scratch.base()).unwrap();
    let refused = Store::open(&scratch.0).unwrap_err().to_string();
    assert!(refused.contains("ramal.db: written by a newer ramal (base version 99"), "{refused}");
    assert!(refused.contains("install the newer"), "{refused}");
    assert_eq!(fs::read(scratch.base()).unwrap(), before);
}

#[test]
fn somebody_elses_base_is_refused() {
    let scratch = Scratch::new();
    fs::create_dir(&scratch.0).unwrap();
    alter(&scratch, "CREATE TABLE invoices (id INTEGER)");
    let refused = Store::open(&scratch.0).unwrap_err();
    assert!(matches!(refused, OpenError::Foreign { .. }), "{refused}");
}

#[test]
fn a_file_that_is_no_base_is_refused_as_damaged() {
    let scratch = Scratch::new();
    drop(Store::open(&scratch.0).unwrap());
    fs::write(scratch.base(), [0x55; 8192]).unwrap();
    let refused = Store::open(&scratch.0).unwrap_err();
    assert!(matches!(refused, OpenError::Damaged { .. }), "{refused}");
    assert!(refused.to_string().contains("ramal restore FILE"), "{refused}");
}

#[test]
fn a_base_cut_short_is_refused_as_damaged() {
    let scratch = Scratch::new();
    let store = Store::open(&scratch.0).unwrap();
    write(&store, (1..=500).map(opened).collect()).unwrap();
    drop(store);
    let base = fs::OpenOptions::new().write(true).open(scratch.base()).unwrap();
    base.set_len(8192).unwrap();
    let refused = Store::open(&scratch.0).unwrap_err();
    assert!(matches!(refused, OpenError::Damaged { .. }), "{refused}");
}

#[test]
fn a_base_damaged_in_the_middle_is_noticed_after_a_crash() {
    let scratch = Scratch::new();
    let store = Store::open(&scratch.0).unwrap();
    write(&store, (1..=500).map(opened).collect()).unwrap();
    drop(store);
    let mut bytes = fs::read(scratch.base()).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 4096].fill(0x55);
    fs::write(scratch.base(), bytes).unwrap();
    // What a run that was killed leaves behind; a clean end takes it away.
    fs::write(scratch.0.join("ramal.db-wal"), []).unwrap();
    let refused = Store::open(&scratch.0).unwrap_err();
    assert!(matches!(refused, OpenError::Damaged { .. }), "{refused}");
}

#[test]
fn a_directory_that_cannot_be_made_is_named() {
    let refused = Store::open(Path::new("/proc/ramal")).unwrap_err().to_string();
    assert!(refused.starts_with("/proc/ramal: "), "{refused}");
}

fn text(id: u64, state: MessageState, why: Option<&str>) -> MessageView {
    MessageView {
        message: MessageId(id),
        direction: Direction::Outbound,
        account: "1001".into(),
        number: "+5511987654321".to_owned(),
        name: None,
        text: "Olá, \"Zoë\"\n".to_owned(),
        at: after(id as i64),
        state,
        why: why.map(str::to_owned),
    }
}

#[test]
fn texts_are_listed_newest_first_each_once_with_what_became_of_it() {
    let scratch = Scratch::new();
    let store = Store::open(&scratch.0).unwrap();
    write(&store, vec![Record::Message(text(1, MessageState::Sending, None))]).unwrap();
    write(&store, vec![Record::Message(text(3, MessageState::Accepted, None))]).unwrap();
    assert_eq!(unanswered(&store), [text(1, MessageState::Sending, None)], "a crash would leave it");
    let failed = text(1, MessageState::Failed, Some("it is too long"));
    let received = MessageView { direction: Direction::Inbound, ..text(2, MessageState::Received, None) };
    write(&store, vec![Record::Message(failed.clone()), Record::Message(received.clone())]).unwrap();
    let reader = store.reader().unwrap();
    let accepted = text(3, MessageState::Accepted, None);
    assert_eq!(reader.messages(Page::default()).unwrap(), [accepted, received, failed.clone()]);
    assert_eq!(reader.messages(Page { skip: 2, take: 1 }).unwrap(), [failed]);
    assert_eq!(unanswered(&store), []);
}

#[test]
fn what_is_administered_and_what_people_chose_is_there_at_the_next_start() {
    let scratch = Scratch::new();
    let store = Store::open(&scratch.0).unwrap();
    let reason = |name: &str| Item {
        item: ItemId(u64::MAX),
        list: List::PauseReason,
        name: name.to_owned(),
        limit_s: Some(600),
        nr17: true,
        shift: None,
    };
    let chosen = |choice| Chosen { choice, after_call: Some(ItemId(3)), ..Chosen::default() };
    write(&store, vec![Record::Kept(Entry::Item(reason("Cafe"))), Record::Kept(Entry::Item(reason("Café")))]).unwrap();
    write(&store, vec![Record::AgentChosen { user: UserId(7), chosen: chosen(Choice::Offline) }]).unwrap();
    let state = Record::AgentState { user: UserId(7), at: noon(), state: AgentState::Ready };
    write(&store, vec![state.clone(), state, Record::AgentChosen { user: UserId(7), chosen: chosen(Choice::Ready) }])
        .unwrap();
    let now = start(&store);
    assert_eq!(now.entries, [Entry::Item(reason("Café"))]);
    assert_eq!(now.chosen, [(UserId(7), chosen(Choice::Ready))]);
    write(&store, vec![Record::Removed(EntryId::Item(ItemId(u64::MAX)))]).unwrap();
    assert_eq!(start(&store).entries, []);
}

#[test]
fn SM_06_SM_07_a_contact_fills_its_case_and_the_open_one_is_found_by_number_and_contact() {
    let scratch = Scratch::new();
    let store = Store::open(&scratch.0).unwrap();
    let known = |number: &str| match store.load(Question::Known { number: number.to_owned() }).unwrap() {
        Facts::Known(known) => known,
        other => panic!("another answer: {other:?}"),
    };
    let mariana = ContactLine {
        name: "Mariana".to_owned(),
        document: Some("52998224725".to_owned()),
        phones: vec!["+5519907452310".to_owned(), "+551933334444".to_owned()],
        ..ContactLine::blank()
    };
    let id = store.add_contacts(vec![mariana]).unwrap()[0];
    assert_eq!(known("+5511900000000"), Default::default(), "SM-08: nobody is no error");
    let contact = known("+5519907452310").contact;
    assert_eq!(contact.as_ref().map(|contact| (contact.contact, contact.name.as_str())), Some((id, "Mariana")));

    let opened = CaseRow {
        case: CaseId(5),
        protocolo: "2026031200000011".to_owned(),
        contact,
        number: "+5519907452310".to_owned(),
        name: Some("MARI".to_owned()),
        owner: UserId(9),
        direction: Direction::Inbound,
        at: noon(),
    };
    write(&store, vec![Record::CaseOpened(opened.clone()), Record::CaseOpened(opened)]).unwrap();
    let task =
        |call| Record::CaseTask { case: CaseId(5), call: CallId(call), at: after(60), protocolo: "P".to_owned() };
    write(&store, vec![task(1), Record::CaseContinued { case: CaseId(5), call: CallId(2), at: after(70) }]).unwrap();
    assert_eq!(known("+551933334444").open_case, Some(CaseId(5)), "the same contact at another number");
    let case = store.reader().unwrap().case(CaseId(5)).unwrap().unwrap();
    assert_eq!((case.contact_name.as_str(), case.document.as_str(), case.tasks.len()), ("Mariana", "52998224725", 1));

    let edit = CaseLine { notes: "oi".to_owned(), closed: Some(after(90)), ..case };
    assert!(matches!(store.edit_case(edit.clone()).unwrap(), Edited::Done(now) if now.version == 2));
    assert!(matches!(store.edit_case(edit).unwrap(), Edited::Older(now) if now.notes == "oi"), "nobody's edit is lost");
    assert_eq!(known("+551933334444").open_case, None, "a closed case is not gone on with");
    let unknown = Record::CaseContinued { case: CaseId(6), call: CallId(3), at: noon() };
    assert!(write(&store, vec![unknown]).is_err());
}

#[test]
fn a_supervision_that_a_crash_cut_off_has_its_end_in_the_audit_log() {
    let scratch = Scratch::new();
    let store = Store::open(&scratch.0).unwrap();
    let batch = vec![
        opened(1),
        opened(2),
        // Of a call that goes on, one stops and another changes the mode; of one that ends, its end is in the same batch.
        supervised(1, "21", Some(SuperviseMode::Listen), 10),
        supervised(1, "21", None, 20),
        supervised(1, "22", Some(SuperviseMode::Listen), 10),
        supervised(1, "22", Some(SuperviseMode::Whisper), 20),
        supervised(2, "23", Some(SuperviseMode::Barge), 10),
        ended(2, 30),
        supervised(2, "23", None, 30),
    ];
    write(&store, batch).unwrap();
    drop(store);
    let reopened = Store::open(&scratch.0).unwrap();
    let log = || reopened.reader().unwrap().audit(Page::default()).unwrap();
    assert_eq!(log().len(), 7);
    let last = log().remove(0).entry;
    assert_eq!((last.user, last.action.as_str()), (Some(UserId(22)), "supervision-ended"));
    assert_eq!(last.detail, r#"{"call":"1","of":"20","through":"22","why":"restart"}"#);
    drop(reopened);
    let again = Store::open(&scratch.0).unwrap();
    assert_eq!(again.reader().unwrap().verify_audit(&[]), Ok(7), "once, and in the chain");
}

/// From a ramal whose number is the supervisor's; None: no more, as the supervisor wished.
fn supervised(call: u64, through: &str, mode: Option<SuperviseMode>, seconds: i64) -> Record {
    let view = SupervisionView {
        account: through.into(),
        supervisor: through.parse().ok().map(UserId),
        name: "Rita".to_owned(),
        leg: Some(LegId(5)),
        call: CallId(call),
        agent: Some(UserId(20)),
        mode,
        since: after(10),
        why: mode.is_none().then_some(SupervisionEnd::Stopped),
    };
    Record::Supervised { at: after(seconds), view }
}
