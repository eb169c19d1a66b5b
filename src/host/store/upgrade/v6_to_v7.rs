//! From version 6: attempts for whoever is free when they are answered, and what the pace of campaigns has learned.

use rusqlite::Transaction;

pub(super) fn step(base: &Transaction<'_>) -> rusqlite::Result<()> {
    base.execute_batch(
        "ALTER TABLE lead_attempts ADD COLUMN paced INTEGER NOT NULL DEFAULT 0;
         CREATE INDEX lead_attempts_paced ON lead_attempts (campaign, at_ms) WHERE paced = 1;
         CREATE TABLE paces (
             campaign INTEGER NOT NULL,
             day      INTEGER NOT NULL,
             memory   TEXT NOT NULL,
             PRIMARY KEY (campaign, day)
         ) STRICT, WITHOUT ROWID;",
    )
}
