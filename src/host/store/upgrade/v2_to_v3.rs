//! From version 2: calls are people's; users, queues and lists, what people do, how they sign in and an audit log are kept.

use rusqlite::Transaction;

pub(super) fn step(base: &Transaction<'_>) -> rusqlite::Result<()> {
    base.execute_batch(
        "ALTER TABLE calls ADD COLUMN user INTEGER;
         ALTER TABLE calls ADD COLUMN queue INTEGER;
         CREATE INDEX calls_by_protocolo ON calls (protocolo);
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
         CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit BEGIN SELECT raise(ABORT, 'the audit log is not deleted from'); END;
         CREATE TABLE contacts (
             contact INTEGER PRIMARY KEY,
             name TEXT NOT NULL,
             document TEXT,
             account_name TEXT,
             note TEXT NOT NULL DEFAULT '',
             version INTEGER NOT NULL DEFAULT 1
         ) STRICT;
         CREATE INDEX contacts_by_name ON contacts (name COLLATE NOCASE);
         CREATE INDEX contacts_by_document ON contacts (document) WHERE document IS NOT NULL;
         CREATE TABLE contact_phones (
             number TEXT NOT NULL,
             contact INTEGER NOT NULL REFERENCES contacts ON DELETE CASCADE,
             PRIMARY KEY (number, contact)
         ) STRICT;
         CREATE INDEX contact_phones_by_contact ON contact_phones (contact);
         CREATE TABLE cases (
             \"case\" INTEGER PRIMARY KEY,
             protocolo TEXT NOT NULL,
             contact INTEGER,
             number TEXT NOT NULL,
             document TEXT NOT NULL DEFAULT '',
             contact_name TEXT NOT NULL DEFAULT '',
             contact_phone TEXT NOT NULL DEFAULT '',
             account_name TEXT NOT NULL DEFAULT '',
             owner INTEGER NOT NULL,
             department INTEGER,
             channel TEXT NOT NULL,
             subject TEXT NOT NULL DEFAULT '',
             notes TEXT NOT NULL DEFAULT '',
             disposition INTEGER,
             opened_ms INTEGER NOT NULL,
             closed_ms INTEGER,
             version INTEGER NOT NULL DEFAULT 1
         ) STRICT;
         CREATE INDEX cases_of_number ON cases (number, opened_ms);
         CREATE INDEX cases_of_contact ON cases (contact, opened_ms) WHERE contact IS NOT NULL;
         CREATE TABLE case_calls (
             \"case\" INTEGER NOT NULL REFERENCES cases,
             call INTEGER NOT NULL,
             at_ms INTEGER NOT NULL,
             protocolo TEXT,
             PRIMARY KEY (\"case\", call)
         ) STRICT;
         CREATE INDEX case_calls_by_call ON case_calls (call);",
    )
}
