//! From version 1: a device's leg may serve several calls; text messages are kept.

use rusqlite::Transaction;

pub(super) fn step(base: &Transaction<'_>) -> rusqlite::Result<()> {
    base.execute_batch(
        "CREATE TABLE legs_now (
             leg         INTEGER NOT NULL,
             call        INTEGER NOT NULL REFERENCES calls,
             sip_call_id TEXT NOT NULL,
             far_end     TEXT NOT NULL,
             started_ms  INTEGER NOT NULL,
             ended_ms    INTEGER,
             cause       TEXT,
             quality     TEXT,
             PRIMARY KEY (leg, call),
             CHECK ((ended_ms IS NULL) = (cause IS NULL))
         ) STRICT;
         INSERT INTO legs_now SELECT * FROM legs;
         DROP TABLE legs;
         ALTER TABLE legs_now RENAME TO legs;
         CREATE INDEX legs_by_call ON legs (call, started_ms);
         CREATE TABLE messages (
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
