//! From version 1: a device's leg may serve several calls; recordings and text messages are kept.

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
         CREATE TABLE recordings (
             recording  INTEGER PRIMARY KEY,
             call       INTEGER,
             protocolo  TEXT,
             started_ms INTEGER NOT NULL,
             day        TEXT NOT NULL,
             ended_ms   INTEGER,
             state      TEXT NOT NULL CHECK (state IN ('live', 'done', 'compacted', 'deleted')),
             file       TEXT,
             seconds    INTEGER,
             size       INTEGER,
             sha256     TEXT,
             until_ms   INTEGER
         ) STRICT;
         CREATE INDEX recordings_by_start ON recordings (started_ms);
         CREATE INDEX recordings_by_day ON recordings (day, started_ms);
         CREATE INDEX recordings_by_call ON recordings (call) WHERE call IS NOT NULL;
         CREATE INDEX recordings_unfinished ON recordings (state, started_ms) WHERE state IN ('live', 'done');
         CREATE INDEX recordings_due ON recordings (until_ms) WHERE state IN ('done', 'compacted');
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
