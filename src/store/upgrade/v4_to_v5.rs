//! From version 4: a base remembers that it was restored from a copy.

use rusqlite::Transaction;

pub(super) fn step(base: &Transaction<'_>) -> rusqlite::Result<()> {
    state(base)
}

fn state(base: &Transaction<'_>) -> rusqlite::Result<()> {
    base.execute_batch("CREATE TABLE state (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;")
}
