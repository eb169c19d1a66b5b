//! Version 2 keeps text messages.

use rusqlite::Transaction;

pub(super) fn run(base: &Transaction<'_>) -> rusqlite::Result<()> {
    base.execute_batch(
        "CREATE TABLE messages (
             message   INTEGER PRIMARY KEY,
             direction TEXT NOT NULL CHECK (direction IN ('inbound', 'outbound')),
             account   TEXT NOT NULL,
             number    TEXT NOT NULL,
             name      TEXT,
             text      TEXT NOT NULL,
             at_ms     INTEGER NOT NULL,
             state     TEXT NOT NULL,
             why       TEXT
         ) STRICT;
         CREATE INDEX messages_by_time ON messages (at_ms, message);",
    )
}
