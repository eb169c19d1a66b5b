//! From version 2: calls are people's; users, queues and lists, and what people do, are kept.

use rusqlite::Transaction;

pub(super) fn step(base: &Transaction<'_>) -> rusqlite::Result<()> {
    base.execute_batch(
        "ALTER TABLE calls ADD COLUMN user INTEGER;
         ALTER TABLE calls ADD COLUMN queue INTEGER;
         CREATE INDEX calls_by_user ON calls (user, day, started_ms) WHERE user IS NOT NULL;
         CREATE TABLE entries (
             kind  TEXT NOT NULL CHECK (kind IN ('user', 'perfil', 'queue', 'item')),
             id    INTEGER NOT NULL,
             entry TEXT NOT NULL,
             PRIMARY KEY (kind, id)
         ) STRICT;
         CREATE TABLE agents (
             user   INTEGER PRIMARY KEY,
             chosen TEXT NOT NULL
         ) STRICT;
         CREATE TABLE agent_states (
             user  INTEGER NOT NULL,
             at_ms INTEGER NOT NULL,
             state TEXT NOT NULL,
             PRIMARY KEY (user, at_ms, state)
         ) STRICT;",
    )
}
