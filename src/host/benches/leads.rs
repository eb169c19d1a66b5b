//! What a list of a million leads costs: `cargo bench -p host --bench leads`, with `-- --quick` twenty thousand.
//!
//! The import is the wall's time, and beside it the processor's of all threads, with an attempt written every 10 ms beside it; next to it the same rows put into the same tables by
//! bare SQLite, in one transaction and with nothing looked at. The next leads are looked for at noon, and at an hour when none
//! of the lead's areas but one may be called; next to it the same question to the table without its index: both the thread's
//! processor time, and ours the wall's too.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a benchmark reports by panicking")]

#[path = "../../../benches/report.rs"]
#[allow(dead_code, reason = "each bench uses its own part")]
mod report;

use std::fmt::Write as _;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use chrono::{TimeDelta, Utc};
use engine::campaign::{Aim, Area, Filter, List, ListState, Rework, Want};
use engine::config::Config;
use engine::gate::Periods;
use engine::id::{BatchId, CampaignId, ListId};
use engine::records::Record;
use host::leads::{Done, Options, Order, Progress, import, preview};
use host::store::{Begun, Store};
use nix::time::{ClockId, clock_gettime};
use rusqlite::{Connection, params};

use report::{Goal, Row};

fn main() {
    let quick = std::env::args().any(|argument| argument == "--quick");
    let count = if quick { 20_000 } else { 1_000_000 };
    let folder = Folder::new();
    let path = folder.0.join("list.csv");
    write(&path, count);
    let store = Store::open(&folder.0.join("data")).unwrap();
    let mut rows = looked_at(&path, count);
    rows.extend(imported(&store, &path, count, &folder));
    rows.extend(next(&store, &folder, count));
    rows.extend(filtered(&store, count));
    print!("{}", report::table(&rows));
}

/// A folder that goes with the run.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Folder {
        let path = std::env::temp_dir().join(format!("ramal-bench-leads-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Numbers in no order, as lists have them: one each, of eight areas.
fn write(path: &Path, count: u32) {
    let mut file = BufWriter::new(std::fs::File::create(path).unwrap());
    writeln!(file, "nome;celular;prioridade;cpf;cidade;contrato").unwrap();
    for person in 0..count {
        let ddd = [11, 21, 31, 41, 51, 71, 81, 92][person as usize % 8];
        let number = u64::from(person) * 7_919 % 100_000_000;
        let priority = 1 + person % 9;
        writeln!(file, "Pessoa número {person};({ddd}) 9{number:08};{priority};{person:011};São Paulo;C-{person}")
            .unwrap();
    }
    file.flush().unwrap();
}

fn looked_at(path: &Path, count: u32) -> Vec<Row> {
    let rules = Config::empty().gate;
    let begun = Instant::now();
    let found = preview(path, &Options::default(), &rules, None, &Progress::default()).unwrap();
    assert_eq!((found.leads, found.bad), (count, 0));
    vec![row(format!("dry run of {count} rows"), "s", vec![begun.elapsed().as_secs_f64()], Goal::None)]
}

fn imported(store: &Store, path: &Path, count: u32, folder: &Folder) -> Vec<Row> {
    let before = resident("VmRSS");
    // The peak is counted from here on.
    std::fs::write("/proc/self/clear_refs", "5").unwrap();
    let (begun, used) = (Instant::now(), processor(ClockId::CLOCK_PROCESS_CPUTIME_ID));
    let (done, waits) = beside_attempts(store, || read_in(store, path));
    let took = begun.elapsed().as_secs_f64();
    let used = (processor(ClockId::CLOCK_PROCESS_CPUTIME_ID) - used) / 1e9;
    let grown = resident("VmHWM") - before;
    assert_eq!(done.leads, count);
    let bare = bare(path, folder);
    let beside = Some(("bare SQLite, one transaction", vec![bare]));
    let longest = waits.iter().copied().fold(0.0, f64::max);
    vec![
        Row {
            what: format!("import of {count} leads, every number looked up"),
            unit: "s",
            ours: vec![took],
            beside,
            goal: Goal::Figure(60.0),
        },
        row("its processor time, writes beside it included".to_owned(), "s", vec![used], Goal::None),
        row("memory more at its peak".to_owned(), "MiB", vec![grown], Goal::None),
        row(format!("a write beside it, median of {}", waits.len()), "ms", waits, Goal::None),
        row("a write beside it, the longest".to_owned(), "ms", vec![longest], Goal::None),
    ]
}

fn read_in(store: &Store, path: &Path) -> Done {
    let now = Utc::now();
    let list = List {
        list: ListId(1),
        name: "um milhão".to_owned(),
        source: "bench".to_owned(),
        dated: now,
        expires: None,
        user: None,
        made: now,
        state: ListState::Loading,
        leads: 0,
        numbers: 0,
        filter: Filter::default(),
        aside: 0,
        reworked: false,
    };
    let order =
        Order { list, path: path.to_owned(), file: "list.csv".to_owned(), options: Options::default(), node: 0 };
    import(store, order, &Config::empty().gate, &Progress::default()).unwrap()
}

/// How long small writes wait while `work` is done, in ms; one every 10 ms.
fn beside_attempts<T: Send>(store: &Store, work: impl FnOnce() -> T + Send) -> (T, Vec<f64>) {
    let (over, is_over) = channel::<()>();
    std::thread::scope(|scope| {
        let attempts = scope.spawn(move || {
            let mut waits = Vec::new();
            while is_over.recv_timeout(Duration::from_millis(10)) == Err(RecvTimeoutError::Timeout) {
                let (said, heard) = channel();
                let begun = Instant::now();
                store.submit(BatchId(1), vec![Record::Alive { at: Utc::now(), doubted: false }], move |_, result| {
                    said.send(result).unwrap();
                });
                heard.recv().unwrap().unwrap();
                waits.push(begun.elapsed().as_secs_f64() * 1e3);
            }
            waits
        });
        let done = work();
        drop(over);
        (done, attempts.join().unwrap())
    })
}

/// The same cells into the same tables and indices, and nothing else done.
fn bare(path: &Path, folder: &Folder) -> f64 {
    let mut base = Connection::open(folder.0.join("bare.db")).unwrap();
    base.pragma_update(None, "journal_mode", "WAL").unwrap();
    base.pragma_update(None, "foreign_keys", false).unwrap();
    base.execute_batch(include_str!("../store/schema.sql")).unwrap();
    let begun = Instant::now();
    let all = base.transaction().unwrap();
    {
        let mut lead = all.prepare("INSERT INTO leads (lead, list, state, rank, area, next_ms, priority, recipient, fields) VALUES (?1, 1, 'waiting', ?2, 11, 0, 5, ?3, ?4)").unwrap();
        let mut number = all
            .prepare("INSERT INTO lead_numbers (lead, place, number, label, kind, state) VALUES (?1, 0, ?2, 'celular', 'national', 'fresh')")
            .unwrap();
        let mut reader = csv::ReaderBuilder::new().delimiter(b';').from_path(path).unwrap();
        let mut fields = String::new();
        for (at, record) in (1_i64..).zip(reader.records()) {
            let record = record.unwrap();
            fields.clear();
            write!(
                fields,
                "[[\"cpf\",\"{}\"],[\"cidade\",\"{}\"],[\"contrato\",\"{}\"]]",
                &record[3], &record[4], &record[5]
            )
            .unwrap();
            lead.execute(params![at, &record[2].parse::<i64>().unwrap(), &record[0], fields]).unwrap();
            number.execute(params![at, &record[1]]).unwrap();
        }
    }
    all.commit().unwrap();
    begun.elapsed().as_secs_f64()
}

fn next(store: &Store, folder: &Folder, count: u32) -> Vec<Row> {
    let noon = want(Area::all());
    // Only Manaus is open, an eighth of the list; and an hour when nobody may be called at all.
    let evening = want(std::iter::once(Area(92)));
    let night = want(std::iter::once(Area(68)));
    let mut rows = Vec::new();
    for (name, want, most) in
        [("noon", noon, 50), ("evening, one area open", evening, 50), ("night, none open", night, 0)]
    {
        let look = || {
            let (begun, before) = (Instant::now(), processor(ClockId::CLOCK_THREAD_CPUTIME_ID));
            let found = store.look_ahead(&want).unwrap();
            assert_eq!(found.leads.len(), most);
            ((processor(ClockId::CLOCK_THREAD_CPUTIME_ID) - before) / 1e6, begun.elapsed().as_secs_f64() * 1e3)
        };
        let (ours, wall): (Vec<f64>, Vec<f64>) = (0..101).map(|_| look()).unzip();
        let beside = Some(("the table without its index", (0..3).map(|_| scan(folder, &want)).collect::<Vec<_>>()));
        let beside = beside.map(|(name, scans)| (name, ours.iter().enumerate().map(|(at, _)| scans[at % 3]).collect()));
        rows.push(Row {
            what: format!("next 50 of {count} with their facts, {name}"),
            unit: "ms",
            ours,
            beside,
            goal: Goal::Figure(5.0),
        });
        rows.push(row(format!("the wall's time of it, {name}"), "ms", wall, Goal::None));
    }
    let begun = Instant::now();
    let rounds = 20;
    (0..rounds).for_each(|_| assert_eq!(store.lease(want(Area::all())).unwrap().leads.len(), 50));
    let each = begun.elapsed().as_secs_f64() * 1e3 / f64::from(rounds);
    rows.push(row("the same, leased and on the disk".to_owned(), "ms", vec![each], Goal::None));
    rows
}

/// Five of nine priorities are called afterwards.
fn filtered(store: &Store, count: u32) -> Vec<Row> {
    let conditions = ["cidade=sao paulo", "prioridade<=5"].map(|text| text.parse().unwrap());
    let rework = Rework::Filter { filter: Filter { conditions: conditions.into() } };
    assert_eq!(store.begin_rework(ListId(1), rework).unwrap(), Begun::Yes);
    let begun = Instant::now();
    let (passed, waits) = beside_attempts(store, || {
        let step = || store.go_on_with_rework(ListId(1), 500, Utc::now()).unwrap();
        std::iter::from_fn(step).last().unwrap()
    });
    let took = begun.elapsed().as_secs_f64();
    assert!(passed.over && passed.seen == count && passed.changed == count - ranks(count, 5), "{passed:?}");
    let longest = waits.iter().copied().fold(0.0, f64::max);
    let look = || {
        let begun = Instant::now();
        assert_eq!(store.look_ahead(&want(Area::all())).unwrap().leads.len(), 50);
        begun.elapsed().as_secs_f64() * 1e3
    };
    let next = (0..101).map(|_| look()).collect();
    vec![
        row(format!("a filter over {count} leads"), "s", vec![took], Goal::None),
        row(format!("a write beside it, median of {}", waits.len()), "ms", waits, Goal::None),
        row("a write beside it, the longest".to_owned(), "ms", vec![longest], Goal::None),
        row("next 50 of those it lets through, the wall's time".to_owned(), "ms", next, Goal::Figure(5.0)),
    ]
}

/// Leads of the first so many of nine priorities.
fn ranks(count: u32, most: u32) -> u32 {
    (0..count).filter(|person| person % 9 < most).count() as u32
}

fn want(open: impl Iterator<Item = Area>) -> Want {
    let now = Utc::now();
    let day = now - TimeDelta::days(1);
    Want {
        campaign: CampaignId(1),
        aim: Aim::Sales,
        lists: vec![ListId(1)],
        needs: Vec::new(),
        open: open.map(|area| (area, Periods { day, week: day, month: day })).collect(),
        now,
        dead_last: false,
        most: 50,
        until: now + TimeDelta::minutes(10),
    }
}

/// What it costs to look through all of them, in ms.
fn scan(folder: &Folder, want: &Want) -> f64 {
    let base = Connection::open(folder.0.join("data/ramal.db")).unwrap();
    let areas: Vec<String> = want.open.keys().map(|area| area.0.to_string()).collect();
    let sql = format!(
        "SELECT lead FROM leads NOT INDEXED WHERE state = 'waiting' AND list = 1 AND next_ms <= ?1 AND area IN ({})
         ORDER BY rank, next_ms, lead LIMIT 50",
        areas.join(",")
    );
    let before = processor(ClockId::CLOCK_THREAD_CPUTIME_ID);
    let mut select = base.prepare(&sql).unwrap();
    let found = select.query_map([want.now.timestamp_millis()], |row| row.get::<_, i64>(0)).unwrap().count();
    assert!(found <= 50);
    (processor(ClockId::CLOCK_THREAD_CPUTIME_ID) - before) / 1e6
}

fn row(what: String, unit: &'static str, ours: Vec<f64>, goal: Goal) -> Row {
    Row { what, unit, ours, beside: None, goal }
}

/// MiB, by the kernel's name.
fn resident(name: &str) -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).unwrap();
    line.trim().trim_end_matches(" kB").trim().parse::<f64>().unwrap() / 1024.0
}

/// Processor time, in ns.
fn processor(clock: ClockId) -> f64 {
    let time = clock_gettime(clock).unwrap();
    time.tv_sec() as f64 * 1e9 + time.tv_nsec() as f64
}
