//! From version 7: lists with a filter, leads that it leaves out, and leads that came back.

use rusqlite::Transaction;

pub(super) fn step(base: &Transaction<'_>) -> rusqlite::Result<()> {
    base.execute_batch(
        "ALTER TABLE lists ADD COLUMN filter TEXT NOT NULL DEFAULT '[]';
         ALTER TABLE lists ADD COLUMN aside INTEGER NOT NULL DEFAULT 0;
         ALTER TABLE leads ADD COLUMN aside INTEGER NOT NULL DEFAULT 0;
         ALTER TABLE leads ADD COLUMN recycled_ms INTEGER;
         DROP INDEX leads_waiting;
         CREATE INDEX leads_waiting ON leads (list, rank, area, next_ms, lead) WHERE state = 'waiting' AND aside = 0;
         CREATE TABLE list_reworks (
             list    INTEGER PRIMARY KEY REFERENCES lists,
             rework  TEXT NOT NULL,
             after   INTEGER NOT NULL,
             seen    INTEGER NOT NULL DEFAULT 0,
             changed INTEGER NOT NULL DEFAULT 0
         ) STRICT;",
    )
}
