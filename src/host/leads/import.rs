//! A file becomes a list: read through first, then kept by chunks nobody sees, then shown by one row.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use chrono::Utc;
use engine::border::StoreError;
use engine::campaign::{List, ListState};
use engine::config::GateRules;
use engine::id::ListId;

use super::fault::Failure;
use super::preview::read_through;
use super::reader::{Options, Reader};
use super::row::Row;
use crate::store::{Chunk, Counts, ImportRow, NewLead, Store};

/// A list to be made of a file.
#[derive(Clone, Debug)]
pub struct Order {
    pub list: List,
    pub path: PathBuf,
    /// As the person calls the file.
    pub file: String,
    pub options: Options,
    /// Of the daemon, for ids.
    pub node: u8,
}

/// What became of a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Done {
    pub counts: Counts,
    pub leads: u32,
    pub numbers: u32,
}

/// How far a file is read, for whoever waits; and that nobody waits any more. A file is read twice: to see whether it can be kept,
/// and to keep it.
#[derive(Debug, Default)]
pub struct Progress {
    /// Bytes.
    read: AtomicU64,
    size: AtomicU64,
    /// Which reading it is, from 1 on.
    reading: AtomicU64,
    stop: AtomicBool,
}

impl Progress {
    /// Of the present reading, 0 to 1.
    pub fn part(&self) -> f64 {
        let size = self.size.load(Ordering::Relaxed).max(1);
        (self.read.load(Ordering::Relaxed) as f64 / size as f64).min(1.0)
    }

    /// Of both readings: the second one, which keeps what it reads, takes nearly all of the time.
    pub fn whole(&self) -> f64 {
        match self.reading.load(Ordering::Relaxed) {
            0 => 0.0,
            1 => self.part() * FIRST_READING,
            _ => FIRST_READING + self.part() * (1.0 - FIRST_READING),
        }
    }

    /// Between two chunks, so that what was kept can be gone on from.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    pub(super) fn begin(&self, size: u64) {
        self.read.store(0, Ordering::Relaxed);
        self.size.store(size, Ordering::Relaxed);
        self.reading.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn reach(&self, read: u64) -> Result<(), Failure> {
        self.read.store(read, Ordering::Relaxed);
        if self.stop.load(Ordering::Relaxed) { Err(Failure::Stopped) } else { Ok(()) }
    }
}

/// Makes a list of a file. Blocks for as long as it takes, about 40 s of a processor for a million rows.
///
/// # Errors
/// [`Failure::BadRows`] and all that concerns the file: nothing was kept. [`Failure::Stopped`], a failing store, a file that changes
/// meanwhile: what was kept is invisible, and [`resume`] or [`discard`] are for it.
pub fn import(store: &Store, order: Order, rules: &GateRules, progress: &Progress) -> Result<Done, Failure> {
    let found = read_through(&order.path, &order.options, rules, progress, |_, _| Ok(()))?;
    if found.bad > 0 && !order.options.skip_bad {
        return Err(Failure::BadRows(Box::new(found)));
    }
    let row = ImportRow {
        list: order.list.list,
        file: order.file,
        sha256: found.sha256,
        options: serde_json::to_string(&order.options).unwrap_or_default(),
        counts: Counts::default(),
    };
    store.open_list(List { state: ListState::Loading, ..order.list }, Some(row.clone()))?;
    go_on(store, row, &order.path, (&order.options, order.node), rules, progress)
}

/// Goes on with the same file behind the last chunk that was kept.
///
/// # Errors
/// As [`import`]; another file is [`Failure::Changed`].
pub fn resume(
    store: &Store,
    list: ListId,
    path: &Path,
    node: u8,
    rules: &GateRules,
    progress: &Progress,
) -> Result<Done, Failure> {
    let row = store.reader()?.import(list)?.ok_or(Failure::NotLoading(list))?;
    let options: Options = serde_json::from_str(&row.options).map_err(|_| Failure::NotLoading(list))?;
    let found = read_through(path, &options, rules, progress, |_, _| Ok(()))?;
    match found.sha256 == row.sha256 {
        true => go_on(store, row, path, (&options, node), rules, progress),
        false => Err(Failure::Changed),
    }
}

/// Takes a list away, complete or not: invisible at once, its rows by and by. Leads that are being called stay until they are swept
/// again.
pub fn discard(store: &Store, list: ListId) -> Result<bool, Failure> {
    let was = store.discard_list(list)?;
    sweep(store)?;
    Ok(was)
}

/// Deletes what is left of discarded lists, a little at a time.
pub(super) fn sweep(store: &Store) -> Result<(), StoreError> {
    while store.sweep(SWEPT)? > 0 {}
    Ok(())
}

fn go_on(
    store: &Store,
    row: ImportRow,
    path: &Path,
    (options, node): (&Options, u8),
    rules: &GateRules,
    progress: &Progress,
) -> Result<Done, Failure> {
    let mut reader = Reader::open(path, options)?;
    progress.begin(reader.size);
    reader.skip(row.counts.rows)?;
    let mut loading = Loading { store, list: row.list, options, node, kept: row.counts, size: CHUNK };
    loop {
        let (leads, bad) = read(&mut reader, loading.size, rules)?;
        let (rows, is_over) = (reader.rows, reader.rows == loading.kept.rows);
        if is_over {
            break;
        }
        loading.keep(leads, Counts { rows, bad: loading.kept.bad + bad, twice: 0 })?;
        progress.reach(reader.read())?;
    }
    // It may have been written to between the two readings.
    match reader.sha256() == row.sha256 {
        true if store.complete_list(row.list)? => done(store, row.list),
        true => Err(Failure::NotLoading(row.list)),
        false => Err(Failure::Changed),
    }
}

/// The next rows, and how many of them are bad.
fn read(reader: &mut Reader, most: u32, rules: &GateRules) -> Result<(Vec<NewLead>, u32), Failure> {
    let (mut leads, mut bad) = (Vec::new(), 0);
    let until = reader.rows + most;
    while reader.rows < until {
        match reader.next(rules)? {
            Some(Row::Lead(lead)) => leads.push(lead),
            Some(Row::Bad(_)) => bad += 1,
            Some(Row::Blank) => {}
            None => break,
        }
    }
    Ok((leads, bad))
}

struct Loading<'a> {
    store: &'a Store,
    list: ListId,
    options: &'a Options,
    node: u8,
    kept: Counts,
    /// Rows of the next chunk.
    size: u32,
}

impl Loading<'_> {
    /// One transaction: the leads, and that the file is read so far.
    fn keep(&mut self, leads: Vec<NewLead>, after: Counts) -> Result<(), Failure> {
        let chunk = Chunk {
            list: self.list,
            leads,
            across_lists: self.options.across_lists,
            node: self.node,
            now: Utc::now(),
            progress: Some((self.kept, after)),
        };
        let begun = Instant::now();
        self.store.add_leads(chunk)?.ok_or(Failure::NotLoading(self.list))?;
        self.kept = after;
        self.size = next_size(self.size, begun.elapsed());
        Ok(())
    }
}

/// As many as fit in the time that an attempt may wait for a chunk.
pub(super) fn next_size(size: u32, took: Duration) -> u32 {
    let fits = f64::from(size) * CHUNK_TIME.as_secs_f64() / took.as_secs_f64().max(0.000_1);
    // Slowly up, at once down.
    (fits as u32).min(size + size / 4).clamp(LEAST_CHUNK, CHUNK)
}

fn done(store: &Store, list: ListId) -> Result<Done, Failure> {
    let reader = store.reader()?;
    let (import, list) = (reader.import(list)?, reader.list_of_leads(list)?);
    Ok(Done {
        counts: import.map_or_else(Counts::default, |import| import.counts),
        leads: list.as_ref().map_or(0, |list| list.leads),
        numbers: list.map_or(0, |list| list.numbers),
    })
}

/// Rows of a chunk, at most; fewer where the disk is slow, but never so few that the disk's own delay is all there is.
pub(super) const CHUNK: u32 = 2_000;
const LEAST_CHUNK: u32 = 250;
/// What an attempt's write may wait behind one.
const CHUNK_TIME: Duration = Duration::from_millis(20);
/// Of the whole time, measured with a million rows.
const FIRST_READING: f64 = 0.1;
/// Leads deleted at once.
const SWEPT: u32 = 500;

#[cfg(test)]
mod tests;
