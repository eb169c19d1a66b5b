//! From version 5: lists of leads, their attempts, and do-not-call lists with a scope and an age.

use rusqlite::Transaction;

pub(super) fn step(base: &Transaction<'_>) -> rusqlite::Result<()> {
    suppressions(base)?;
    leads(base)
}

/// An entry of another scope is another one: a table's UNIQUE cannot be changed, so it is made anew.
fn suppressions(base: &Transaction<'_>) -> rusqlite::Result<()> {
    base.execute_batch(
        "ALTER TABLE suppressions RENAME TO suppressions_before;
         CREATE TABLE suppressions (
             suppression INTEGER PRIMARY KEY,
             number      TEXT NOT NULL,
             source      TEXT NOT NULL,
             note        TEXT NOT NULL DEFAULT '',
             since_ms    INTEGER NOT NULL,
             until_ms    INTEGER,
             user        INTEGER,
             campaign    INTEGER NOT NULL DEFAULT 0,
             aim         TEXT NOT NULL DEFAULT '' CHECK (aim IN ('', 'sales', 'collection', 'service', 'research')),
             UNIQUE (number, source, campaign, aim)
         ) STRICT;
         INSERT INTO suppressions (suppression, number, source, note, since_ms, until_ms, user)
             SELECT suppression, number, source, note, since_ms, until_ms, user FROM suppressions_before;
         DROP TABLE suppressions_before;",
    )
}

fn leads(base: &Transaction<'_>) -> rusqlite::Result<()> {
    base.execute_batch(
        "ALTER TABLE calls ADD COLUMN attempt INTEGER;
         CREATE TABLE number_lists (
             source     TEXT PRIMARY KEY,
             campaign   INTEGER NOT NULL DEFAULT 0,
             aim        TEXT NOT NULL DEFAULT '' CHECK (aim IN ('', 'sales', 'collection', 'service', 'research')),
             dated_ms   INTEGER NOT NULL,
             expires_ms INTEGER
         ) STRICT;
         CREATE TABLE lists (
             list       INTEGER PRIMARY KEY,
             name       TEXT NOT NULL,
             source     TEXT NOT NULL,
             dated_ms   INTEGER NOT NULL,
             expires_ms INTEGER,
             user       INTEGER,
             made_ms    INTEGER NOT NULL,
             state      TEXT NOT NULL CHECK (state IN ('loading', 'ready', 'discarded')),
             leads      INTEGER NOT NULL DEFAULT 0,
             numbers    INTEGER NOT NULL DEFAULT 0
         ) STRICT;
         CREATE INDEX lists_by_age ON lists (made_ms, list);
         CREATE TABLE imports (
             list    INTEGER PRIMARY KEY REFERENCES lists,
             file    TEXT NOT NULL,
             sha256  TEXT NOT NULL,
             options TEXT NOT NULL,
             rows    INTEGER NOT NULL DEFAULT 0,
             bad     INTEGER NOT NULL DEFAULT 0,
             twice   INTEGER NOT NULL DEFAULT 0
         ) STRICT;
         CREATE TABLE leads (
             lead           INTEGER PRIMARY KEY,
             list           INTEGER NOT NULL REFERENCES lists,
             state          TEXT NOT NULL
                            CHECK (state IN ('waiting', 'leased', 'callback', 'unknown', 'done', 'declined', 'exhausted')),
             rank           INTEGER NOT NULL,
             area           INTEGER NOT NULL,
             next_ms        INTEGER NOT NULL,
             priority       INTEGER NOT NULL CHECK (priority BETWEEN 1 AND 9),
             recipient      TEXT NOT NULL,
             zone           TEXT,
             fields         TEXT NOT NULL,
             attempts       INTEGER NOT NULL DEFAULT 0,
             fence          INTEGER NOT NULL DEFAULT 0,
             lease_until_ms INTEGER,
             cool_user      INTEGER,
             cool_until_ms  INTEGER,
             state_detail   TEXT,
             CHECK ((state = 'leased') = (lease_until_ms IS NOT NULL))
         ) STRICT;
         CREATE INDEX leads_waiting ON leads (list, rank, area, next_ms, lead) WHERE state = 'waiting';
         CREATE INDEX leads_leased ON leads (lease_until_ms) WHERE state = 'leased';
         CREATE INDEX leads_of_list ON leads (list, lead);
         CREATE TABLE lead_numbers (
             lead   INTEGER NOT NULL REFERENCES leads,
             place  INTEGER NOT NULL,
             number TEXT NOT NULL,
             label  TEXT NOT NULL,
             kind   TEXT NOT NULL,
             state  TEXT NOT NULL CHECK (state IN ('fresh', 'tried', 'dead')),
             PRIMARY KEY (lead, place)
         ) STRICT, WITHOUT ROWID;
         CREATE INDEX lead_numbers_by_number ON lead_numbers (number, lead);
         CREATE TABLE lead_attempts (
             attempt     INTEGER PRIMARY KEY,
             lead        INTEGER NOT NULL,
             campaign    INTEGER NOT NULL,
             number      TEXT NOT NULL,
             at_ms       INTEGER NOT NULL,
             rules       INTEGER NOT NULL,
             call        INTEGER,
             user        INTEGER,
             result      TEXT,
             result_ms   INTEGER,
             disposition INTEGER,
             counts      INTEGER NOT NULL CHECK (counts IN (0, 1))
         ) STRICT;
         CREATE INDEX lead_attempts_of_lead ON lead_attempts (lead, at_ms);
         CREATE INDEX lead_attempts_of_number ON lead_attempts (number, at_ms) WHERE counts = 1;
         CREATE INDEX lead_attempts_open ON lead_attempts (lead) WHERE result IS NULL;",
    )
}
