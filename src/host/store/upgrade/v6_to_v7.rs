//! From version 6: campaigns among the entries, attempts for whoever is free when they are answered, what the pace of campaigns has
//! learned, and what came of a campaign's day.

use rusqlite::Transaction;

pub(super) fn step(base: &Transaction<'_>) -> rusqlite::Result<()> {
    // A check cannot be changed, so the table is made anew.
    base.execute_batch(
        "ALTER TABLE entries RENAME TO entries_before;
         CREATE TABLE entries (
             kind  TEXT NOT NULL CHECK (kind IN ('user', 'perfil', 'queue', 'item', 'schedule', 'campaign')),
             id    INTEGER NOT NULL,
             entry TEXT NOT NULL,
             PRIMARY KEY (kind, id)
         ) STRICT;
         INSERT INTO entries SELECT kind, id, entry FROM entries_before;
         DROP TABLE entries_before;
         ALTER TABLE lead_attempts ADD COLUMN paced INTEGER NOT NULL DEFAULT 0;
         ALTER TABLE leads ADD COLUMN lapse TEXT;
         CREATE INDEX lead_attempts_of_campaign ON lead_attempts (campaign, at_ms, attempt);
         CREATE INDEX lead_attempts_of_user ON lead_attempts (user, at_ms) WHERE user IS NOT NULL;
         CREATE INDEX lead_attempts_paced ON lead_attempts (campaign, at_ms) WHERE paced = 1;
         CREATE TABLE paces (
             campaign INTEGER NOT NULL,
             day      INTEGER NOT NULL,
             memory   TEXT NOT NULL,
             PRIMARY KEY (campaign, day)
         ) STRICT, WITHOUT ROWID;",
    )
}
