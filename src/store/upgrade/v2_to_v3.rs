//! From version 2: calls are people's; users, queues and lists, what people do, how they sign in and an audit log are kept.

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
         ) STRICT;
         CREATE TABLE credentials (
             user INTEGER PRIMARY KEY,
             password TEXT,
             totp BLOB,
             step INTEGER NOT NULL DEFAULT 0
         ) STRICT;
         CREATE TABLE sessions (
             secret BLOB PRIMARY KEY,
             user INTEGER NOT NULL,
             began_ms INTEGER NOT NULL,
             seen_ms INTEGER NOT NULL
         ) STRICT;
         CREATE TABLE tokens (
             token INTEGER PRIMARY KEY,
             secret BLOB NOT NULL UNIQUE,
             user INTEGER NOT NULL,
             name TEXT NOT NULL,
             scopes TEXT NOT NULL,
             made_ms INTEGER NOT NULL,
             until_ms INTEGER
         ) STRICT;
         CREATE INDEX tokens_by_user ON tokens (user);
         CREATE TABLE audit (
             number INTEGER PRIMARY KEY,
             at_ms INTEGER NOT NULL,
             user INTEGER,
             address TEXT NOT NULL,
             action TEXT NOT NULL,
             detail TEXT NOT NULL,
             hash BLOB NOT NULL
         ) STRICT;
         CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit BEGIN SELECT raise(ABORT, 'the audit log is not changed'); END;
         CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit BEGIN SELECT raise(ABORT, 'the audit log is not deleted from'); END;",
    )
}
