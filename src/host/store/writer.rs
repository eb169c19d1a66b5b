//! The one writer: a thread that commits everything that arrived while it committed what came before.
//!
//! ```text
//!  submit ──> queue ──> [ begin · savepoint per batch · commit + fsync ] ──> done(id, result), in order
//!               ^                                                  │
//!               └── what arrives meanwhile is the next group <─────┘
//! ```
//!
//! There is no timer: an idle store commits a lone batch at once, a busy one pays one fsync for many.

use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use engine::border::StoreError;
use engine::id::BatchId;
use engine::records::Batch;
use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::error::words;
use super::record::{WriteError, write};

/// Told what became of a batch, on the writer's thread: it hands the news on and returns, and must not panic.
pub(super) type Done = Box<dyn FnOnce(BatchId, Result<(), StoreError>) + Send>;

/// What the writer is asked for.
pub(super) enum Order {
    Batch(BatchOrder),
    /// Rows that the engine knows nothing of, in a transaction of their own; answers for itself.
    Own(Box<dyn FnOnce(&mut Connection) + Send>),
}

/// One batch on its way.
pub(super) struct BatchOrder {
    pub id: BatchId,
    pub batch: Batch,
    pub done: Done,
}

/// The thread and the way to it. Dropping it writes what is queued, then closes the base.
pub(super) struct Writer {
    queue: Option<SyncSender<Order>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub fn start(base: Connection) -> std::io::Result<Writer> {
        let (queue, orders) = sync_channel(QUEUE_LENGTH);
        let thread = thread::Builder::new().name("store".to_owned()).spawn(move || work(base, &orders))?;
        Ok(Writer { queue: Some(queue), thread: Some(thread) })
    }

    /// Never blocks. A full queue is an answer too: the disk has been stalled for long.
    pub fn submit(&self, order: BatchOrder) {
        if let Err((Order::Batch(order), why)) = self.send(Order::Batch(order)) {
            (order.done)(order.id, Err(why));
        }
    }

    /// Does `work` on the writer's thread, all or nothing, and waits for it: on a thread that may block.
    pub fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (answer, answered) = sync_channel(1);
        let own = move |base: &mut Connection| {
            // Who asked may be gone.
            let _gone = answer.send(transact(base, work));
        };
        self.send(Order::Own(Box::new(own))).map_err(|(_, why)| why)?;
        let done = answered.recv().map_err(|_| StoreError(ENDED.to_owned()))?;
        done.map_err(|error| words(&error))
    }

    /// Waits until everything submitted before is written or refused, `patience` at most: on a thread that may block.
    pub fn catch_up(&self, patience: Duration) {
        let (answer, answered) = sync_channel(1);
        let reached = move |_: &mut Connection| {
            let _gone = answer.send(());
        };
        if self.send(Order::Own(Box::new(reached))).is_ok() {
            let _too_long = answered.recv_timeout(patience);
        }
    }

    fn send(&self, order: Order) -> Result<(), (Order, StoreError)> {
        let Some(queue) = &self.queue else { return Err((order, StoreError(ENDED.to_owned()))) };
        queue.try_send(order).map_err(|why| match why {
            TrySendError::Full(order) => {
                (order, StoreError(format!("store: {QUEUE_LENGTH} batches wait for the disk: check it")))
            }
            TrySendError::Disconnected(order) => (order, StoreError(ENDED.to_owned())),
        })
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        drop(self.queue.take());
        if let Some(thread) = self.thread.take() {
            // A panic of the writer was reported by the panic hook; there is nothing left to do about it here.
            let _ = thread.join();
        }
    }
}

fn work(mut base: Connection, orders: &Receiver<Order>) {
    while let Ok(first) = orders.recv() {
        let (mut group, mut own) = (Vec::new(), Vec::new());
        for order in std::iter::once(first).chain(orders.try_iter().take(GROUP_LIMIT - 1)) {
            match order {
                Order::Batch(order) => group.push(order),
                Order::Own(work) => own.push(work),
            }
        }
        let batches: Vec<&Batch> = group.iter().map(|order| &order.batch).collect();
        let results = if batches.is_empty() { Vec::new() } else { commit(&mut base, &batches) };
        for (order, result) in group.into_iter().zip(results) {
            (order.done)(order.id, result);
        }
        own.into_iter().for_each(|work| work(&mut base));
    }
}

fn transact<T>(
    base: &mut Connection,
    work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<T> {
    let transaction = base.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let done = work(&transaction)?;
    transaction.commit()?;
    Ok(done)
}

/// Writes a group in one transaction, each batch in a savepoint: one that fails fails alone. Gives one result for each.
/// Where the transaction itself is lost (disk full, lock), every batch of the group gets that error and nothing is kept.
fn commit(base: &mut Connection, batches: &[&Batch]) -> Vec<Result<(), StoreError>> {
    try_commit(base, batches).unwrap_or_else(|error| vec![Err(words(&error)); batches.len()])
}

fn try_commit(base: &mut Connection, batches: &[&Batch]) -> rusqlite::Result<Vec<Result<(), StoreError>>> {
    let mut group = base.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut results = Vec::with_capacity(batches.len());
    for batch in batches {
        results.push(write_batch(&mut group, batch)?);
    }
    group.commit()?;
    Ok(results)
}

/// The outer error means that the whole transaction is gone, the inner one that this batch is.
fn write_batch(group: &mut Transaction<'_>, batch: &Batch) -> rusqlite::Result<Result<(), StoreError>> {
    let savepoint = group.savepoint()?;
    let error = match batch.iter().try_for_each(|record| write(&savepoint, record)) {
        Ok(()) => return savepoint.commit().map(Ok),
        Err(error) => error,
    };
    // SQLite takes the whole transaction back by itself on some errors; what follows would be written outside of it.
    let lost = savepoint.is_autocommit();
    match error {
        WriteError::Sqlite(error) if lost => Err(error),
        WriteError::Sqlite(error) => savepoint.finish().map(|()| Err(words(&error))),
        WriteError::Unknown { .. } | WriteError::Lapsed => {
            savepoint.finish().map(|()| Err(StoreError(format!("store: {error}"))))
        }
    }
}

const ENDED: &str = "store: its writer has ended: restart ramal";
/// Batches that may wait for the disk: at 13,000 a second more than a stall of four seconds.
const QUEUE_LENGTH: usize = 65_536;
/// Batches in one commit, so that the first of a long queue is not answered last.
const GROUP_LIMIT: usize = 4_096;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::base;
    use crate::store::tests::{Scratch, call_opened};

    fn calls(base: &Connection) -> u32 {
        base.query_row("SELECT count(*) FROM calls", [], |row| row.get(0)).unwrap()
    }

    fn fresh(scratch: &Scratch) -> Connection {
        let path = scratch.path().join("test.db");
        std::fs::File::create(&path).unwrap();
        base::open(&path, &[]).unwrap()
    }

    #[test]
    fn a_full_disk_fails_the_whole_group_and_the_next_one_is_tried_anew() {
        let scratch = Scratch::new();
        let mut base = fresh(&scratch);
        let pages: u32 = base.pragma_query_value(None, "page_count", |row| row.get(0)).unwrap();
        // SQLite's own cap on the file gives the error that a full disk gives.
        base.pragma_update(None, "max_page_count", pages + 2).unwrap();
        let many: Batch = (1..=500).map(call_opened).collect();
        let results = commit(&mut base, &[&vec![call_opened(1_000)], &many, &vec![call_opened(1_001)]]);
        assert!(results.iter().all(Result::is_err), "{results:?}");
        assert!(results.iter().any(|result| result.as_ref().unwrap_err().0.contains("disk is full")), "{results:?}");
        assert_eq!(calls(&base), 0);

        base.pragma_update(None, "max_page_count", 1_000_000).unwrap();
        assert_eq!(commit(&mut base, &[&many]), [Ok(())]);
        assert_eq!(calls(&base), 500);
    }

    #[test]
    fn who_catches_up_sees_everything_submitted_before() {
        let scratch = Scratch::new();
        let store = crate::store::Store::open(scratch.path()).unwrap();
        for number in 1..=300 {
            store.submit(BatchId(number), vec![call_opened(number)], |_, result| result.unwrap());
            let reader = store.reader_of_all().unwrap();
            assert!(reader.call(engine::id::CallId(number)).unwrap().is_some(), "call {number}");
        }
    }

    #[test]
    fn a_base_locked_by_another_program_fails_in_words_and_works_again_when_it_lets_go() {
        let scratch = Scratch::new();
        let mut base = fresh(&scratch);
        base.busy_timeout(Duration::ZERO).unwrap();
        let other = Connection::open(scratch.path().join("test.db")).unwrap();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        let results = commit(&mut base, &[&vec![call_opened(1)]]);
        assert!(results[0].as_ref().unwrap_err().0.contains("another program holds the base locked"), "{results:?}");
        other.execute_batch("ROLLBACK").unwrap();
        assert_eq!(commit(&mut base, &[&vec![call_opened(1)]]), [Ok(())]);
    }
}
