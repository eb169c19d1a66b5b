//! From version 4: promises are kept, appointments carried out, and a base remembers that it was restored from a copy.

use rusqlite::Transaction;

pub(super) fn step(base: &Transaction<'_>) -> rusqlite::Result<()> {
    state(base)?;
    schedules(base)?;
    promises(base)?;
    appointments(base)
}

fn state(base: &Transaction<'_>) -> rusqlite::Result<()> {
    base.execute_batch("CREATE TABLE state (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;")
}

/// Another kind of entry: a check cannot be changed, so the table is made anew.
fn schedules(base: &Transaction<'_>) -> rusqlite::Result<()> {
    base.execute_batch(
        "ALTER TABLE entries RENAME TO entries_before;
         CREATE TABLE entries (
             kind  TEXT NOT NULL CHECK (kind IN ('user', 'perfil', 'queue', 'item', 'schedule')),
             id    INTEGER NOT NULL,
             entry TEXT NOT NULL,
             PRIMARY KEY (kind, id)
         ) STRICT;
         INSERT INTO entries SELECT kind, id, entry FROM entries_before;
         DROP TABLE entries_before;",
    )
}

fn promises(base: &Transaction<'_>) -> rusqlite::Result<()> {
    base.execute_batch(
        "ALTER TABLE calls ADD COLUMN promise INTEGER;
         CREATE TABLE promises (
             promise    INTEGER PRIMARY KEY,
             version    INTEGER NOT NULL,
             kind       TEXT NOT NULL CHECK (kind IN ('callback', 'return')),
             phase      TEXT NOT NULL CHECK (phase IN ('open', 'trying', 'unknown', 'over')),
             end        TEXT CHECK (end IN ('done', 'exhausted', 'cancelled', 'missed')),
             schedule   INTEGER NOT NULL,
             number     TEXT NOT NULL,
             owner_kind TEXT NOT NULL CHECK (owner_kind IN ('person', 'queue')),
             owner      INTEGER NOT NULL,
             protocolo  TEXT,
             due_ms     INTEGER NOT NULL,
             next_ms    INTEGER NOT NULL,
             changed_ms INTEGER NOT NULL,
             row        TEXT NOT NULL,
             CHECK ((phase = 'over') = (end IS NOT NULL))
         ) STRICT;
         CREATE INDEX promises_due ON promises (next_ms) WHERE phase <> 'over';
         CREATE INDEX promises_trying ON promises (promise) WHERE phase IN ('trying', 'unknown');
         CREATE INDEX promises_places ON promises (schedule, due_ms) WHERE phase <> 'over';
         CREATE INDEX promises_of_number ON promises (number, due_ms);
         CREATE INDEX promises_by_due ON promises (due_ms, promise);
         CREATE UNIQUE INDEX promises_returned ON promises (protocolo) WHERE kind = 'return';
         CREATE TABLE attempts (
             promise INTEGER NOT NULL,
             attempt INTEGER NOT NULL,
             number  TEXT NOT NULL,
             at_ms   INTEGER NOT NULL,
             rules   INTEGER NOT NULL,
             outcome TEXT,
             counts  INTEGER NOT NULL CHECK (counts IN (0, 1)),
             PRIMARY KEY (promise, attempt)
         ) STRICT;
         CREATE INDEX attempts_of_number ON attempts (number, at_ms) WHERE counts = 1;
         CREATE TABLE promise_history (
             promise INTEGER NOT NULL,
             version INTEGER NOT NULL,
             at_ms   INTEGER NOT NULL,
             row     TEXT NOT NULL,
             PRIMARY KEY (promise, version)
         ) STRICT;
         CREATE TABLE suppressions (
             suppression INTEGER PRIMARY KEY,
             number      TEXT NOT NULL,
             source      TEXT NOT NULL,
             note        TEXT NOT NULL DEFAULT '',
             since_ms    INTEGER NOT NULL,
             until_ms    INTEGER,
             user        INTEGER,
             UNIQUE (number, source)
         ) STRICT;",
    )
}

fn appointments(base: &Transaction<'_>) -> rusqlite::Result<()> {
    base.execute_batch(
        "CREATE TABLE appointments (
             appointment INTEGER PRIMARY KEY,
             version     INTEGER NOT NULL,
             state       TEXT NOT NULL CHECK (state IN ('open', 'running', 'done', 'failed', 'missed', 'cancelled')),
             creator     INTEGER NOT NULL,
             contact     INTEGER NOT NULL,
             department  INTEGER NOT NULL,
             agent       INTEGER,
             due_ms      INTEGER NOT NULL,
             row         TEXT NOT NULL
         ) STRICT;
         CREATE INDEX appointments_due ON appointments (due_ms) WHERE state IN ('open', 'running');
         CREATE INDEX appointments_by_due ON appointments (due_ms, appointment);
         CREATE INDEX appointments_of_creator ON appointments (creator, due_ms);
         CREATE INDEX appointments_of_contact ON appointments (contact, due_ms);
         CREATE TABLE notices (
             notice      INTEGER PRIMARY KEY,
             appointment INTEGER NOT NULL REFERENCES appointments,
             user        INTEGER,
             department  INTEGER,
             at_ms       INTEGER NOT NULL,
             seen_ms     INTEGER,
             CHECK ((user IS NULL) <> (department IS NULL))
         ) STRICT;
         CREATE UNIQUE INDEX notices_once ON notices (appointment, ifnull(user, 0), ifnull(department, 0));
         CREATE INDEX notices_unseen ON notices (user, at_ms) WHERE seen_ms IS NULL;
         CREATE TABLE outbox (
             item        INTEGER PRIMARY KEY,
             version     INTEGER NOT NULL,
             phase       TEXT NOT NULL CHECK (phase IN ('queued', 'trying', 'done', 'dead', 'dropped')),
             key         TEXT NOT NULL UNIQUE,
             appointment INTEGER,
             row         TEXT NOT NULL
         ) STRICT;
         CREATE INDEX outbox_phase ON outbox (phase, item);",
    )
}
