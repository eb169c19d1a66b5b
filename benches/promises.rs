//! Promises to call back: what a decision of the gate costs, what a start with a hundred thousand open ones takes, and finding
//! the due among them.

use std::collections::{BTreeMap, BTreeSet};
use std::hint::black_box;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use engine::callback::{
    Absence, Calendar, Callbacks, Due, Hours, Kind, Mode, Owner, Phase, Promise, Row as Kept, Schedule, Taken, Terms,
    Then,
};
use engine::gate::{self, Attempts, Facts as Known, Law, Load, OfPromise, Purpose, Suppression};
use engine::id::{BatchId, PromiseId, QueueId, ScheduleId};
use engine::number::Number;
use engine::records::{Facts, Question, Record};
use engine::time::{Moment, Now};
use ramal::store::Store;

use crate::report::{Goal, Row};
use crate::support::Folder;
use crate::{Effort, cpu, desk};

pub fn rows(effort: Effort) -> Vec<Row> {
    let mut rows = vec![decision(effort)];
    rows.extend(many(effort));
    rows
}

/// A yes with every rule asked: hours, holidays, lists and attempts included.
fn decision(effort: Effort) -> Row {
    let config = desk::config("127.0.0.1:5060".parse().unwrap());
    let law = Law::of(&config);
    // A Monday, ten in the morning in São Paulo.
    let civil: DateTime<Utc> = "2026-11-23T13:00:00Z".parse().unwrap();
    let now = Now { moment: Moment(1_000_000_000_000), civil };
    let number = Number::read("11987654321", &config.gate).unwrap();
    let limits = config.accounts.values().next().unwrap().limits;
    let load = Load { calls: 0, starts: 0, limits, next: None };
    let attempts = Attempts { read: civil, promise: Some(OfPromise { made: 1, most: 3 }), day: 0, week: 1, month: 2 };
    let facts = Known {
        clock: Some(now),
        suppressed: Some(Suppression { read: civil, hit: None }),
        attempts: Some(attempts),
        ..Known::of(load)
    };
    let judge = || gate::judge(black_box(&law), black_box(&facts), black_box(&number), Purpose::Callback, now);
    assert!(judge().into_result().is_ok(), "a yes is measured");
    let mut turn = || cpu::of_turn(effort.turns, || drop(black_box(judge())));
    let [ours] = cpu::rounds(effort.rounds, [&mut turn]);
    Row {
        what: "decision of the gate: yes, by every rule".to_owned(),
        unit: "ns",
        ours,
        beside: None,
        goal: Goal::Figure(5_000.0),
    }
}

fn many(effort: Effort) -> [Row; 2] {
    let count = if effort.peers { 100_000 } else { 5_000 };
    let folder = Folder::new("bench-promises");
    let now = Now { moment: Moment(1_000_000_000_000), civil: Utc::now() };
    write(&folder, count, now);
    let (mut starts, mut dues) = (Vec::new(), Vec::new());
    for _ in 0..effort.rounds {
        let begun = Instant::now();
        let (mut room, restored) = start(&folder, now);
        starts.push(begun.elapsed().as_secs_f64());
        assert_eq!(restored, count);
        // The first fifty fall due: as many as one input moves.
        let due = Now { moment: now.moment + Duration::from_secs(3_600), civil: now.civil + TimeDelta::hours(1) };
        let before = cpu::of_thread();
        room.on_timeout(due);
        dues.push((cpu::of_thread() - before) / 1e6);
        assert!(room.poll_order().is_some(), "something was due");
    }
    let row = |what: String, unit, ours, goal| Row { what, unit, ours, beside: None, goal: Goal::Figure(goal) };
    [
        row(format!("{count} open promises: read at a start (wall)"), "s", starts, 2.0),
        row(format!("{count} open promises: the due found and moved, 50 of them"), "ms", dues, 1.0),
    ]
}

fn write(folder: &Folder, count: usize, now: Now) {
    let store = Store::open(folder.path()).unwrap();
    let (said, heard) = std::sync::mpsc::channel();
    let rows: Vec<Record> = (0..count as u64).map(|n| Record::Promise(kept(n, now))).collect();
    for (n, part) in rows.chunks(1_000).enumerate() {
        let said = said.clone();
        store.submit(BatchId(n as u64), part.to_vec(), move |_, result| drop(said.send(result)));
        heard.recv().unwrap().unwrap();
    }
}

/// As the daemon's: the base opened, what it remembers, the promises of the next days taken in.
fn start(folder: &Folder, now: Now) -> (Callbacks, usize) {
    let store = Store::open(folder.path()).unwrap();
    let Facts::Start { promises, .. } = store.load(Question::Start).unwrap() else { panic!("another answer") };
    let until = now.civil + TimeDelta::hours(48);
    let Facts::Promises(rows) = store.load(Question::Promises { until }).unwrap() else { panic!("another answer") };
    let mut room = Callbacks::default();
    room.on_schedules([schedule()], now);
    room.on_taken_places(promises.taken.into_iter().collect::<Taken>());
    let count = rows.len();
    rows.into_iter().for_each(|row| room.restore(row, now));
    (room, count)
}

/// All within the next 47 hours, spread over them.
fn kept(n: u64, now: Now) -> Kept {
    let at = now.civil + TimeDelta::seconds(60 + i64::try_from(n * 169_000 / 100_000 % 169_000).unwrap());
    let text = format!("+55119{:08}", n);
    let number = Number { dialled: text.clone(), normalised: text, kind: engine::number::NumberKind::National };
    let terms = Terms {
        recipient: "Dona Maria".to_owned(),
        number,
        note: "sobre a fatura de novembro".to_owned(),
        owner: Owner::Queue(QueueId(1)),
        due: Due { at, local: at.naive_utc(), zone: chrono_tz::UTC },
    };
    let promise = Promise {
        id: PromiseId(n + 1),
        kind: Kind::Callback,
        version: 1,
        schedule: ScheduleId(1),
        terms,
        protocolo: None,
        next: at,
        attempts: 0,
        tries: 0,
        denied: None,
    };
    Kept { promise, phase: Phase::Open, attempt: None }
}

fn schedule() -> Schedule {
    Schedule {
        id: ScheduleId(1),
        name: "Sempre".to_owned(),
        zone: chrono_tz::UTC,
        week: [Some(Hours { from: 0, until: 1_440 }); 7],
        closed: BTreeMap::new(),
        slot_minutes: 30,
        capacity: u16::MAX,
        attempts: 3,
        interval_minutes: 10,
        mode: Mode::Automatic,
        absence: Absence { grace_minutes: 15, then: Then::Stay },
        patience_s: 60,
        queues: BTreeSet::new(),
        returns: false,
        calendar: Calendar::default(),
    }
}
