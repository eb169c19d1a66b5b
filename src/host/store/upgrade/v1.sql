-- The base as version 1 made it, for the tests of the way from there.
--
-- Everywhere:
--   *_ms      civil time, milliseconds since 1970-01-01T00:00:00Z
--   day       date in the installation's zone, 'YYYY-MM-DD': sorts as text
--   call, leg ids of the engine: 64 bits, kept as SQLite's signed integers with the same bits
--   cause     JSON of news::HangupCause
--   quality   JSON of leg::Quality
-- STRICT: a column never holds another type than it says.

-- One row per call, opened at the first ring or dial. A row without ended_ms is live, or was when we died.
CREATE TABLE calls (
    call              INTEGER PRIMARY KEY,
    protocolo         TEXT NOT NULL,     -- not unique: callbacks and transfers go on under the same one
    direction         TEXT NOT NULL CHECK (direction IN ('inbound', 'outbound')),
    account           TEXT NOT NULL,     -- extension or trunk, as named in the configuration
    number_dialled    TEXT NOT NULL,     -- as typed, or as the caller's identity said
    number_normalised TEXT NOT NULL,     -- E.164 with +, or the ramal as it is
    remote_name       TEXT,
    diverted_from     TEXT,
    asserted          TEXT,              -- P-Asserted-Identity
    started_ms        INTEGER NOT NULL,
    day               TEXT NOT NULL,     -- of started_ms
    rules_version     INTEGER,           -- of the gate's decision; only calls we dialled
    answered_ms       INTEGER,           -- set without ended_ms after a crash: evidence that we dropped an answered call
    ended_ms          INTEGER,
    cause             TEXT,
    CHECK ((ended_ms IS NULL) = (cause IS NULL))
) STRICT;

-- History of one day, and all calls with one number: both newest first.
CREATE INDEX calls_by_day ON calls (day, started_ms);
CREATE INDEX calls_by_number ON calls (number_normalised, started_ms);
-- What the next start has to end; holds live calls only, so it stays small.
CREATE INDEX calls_open ON calls (started_ms) WHERE ended_ms IS NULL;

-- Every leg a call ever had, to the network or to a device.
CREATE TABLE legs (
    leg         INTEGER PRIMARY KEY,
    call        INTEGER NOT NULL REFERENCES calls,
    sip_call_id TEXT NOT NULL,           -- empty for a device
    far_end     TEXT NOT NULL,           -- device name, or AOR of the far end
    started_ms  INTEGER NOT NULL,
    ended_ms    INTEGER,
    cause       TEXT,
    quality     TEXT,                    -- null where no media ran
    CHECK ((ended_ms IS NULL) = (cause IS NULL))
) STRICT;

CREATE INDEX legs_by_call ON legs (call, started_ms);

-- The call's story, line by line.
CREATE TABLE call_events (
    call   INTEGER NOT NULL REFERENCES calls,
    leg    INTEGER,                      -- null: concerns the whole call
    at_ms  INTEGER NOT NULL,
    event  TEXT NOT NULL,                -- 'ringing', 'held', 'digit', 'bridged', …
    detail TEXT NOT NULL                 -- holds no telephone number
) STRICT;

-- Makes the same event written twice one row (null legs would differ from each other), and gives a call's events in order.
CREATE UNIQUE INDEX call_events_once ON call_events (call, at_ms, event, detail, ifnull(leg, 0));

-- Dialogs that exist now: what the next start needs to end them, should this be our last moment (SP-14).
-- No reference to calls: a dialog must be ended even where its call could not be stored.
CREATE TABLE dialogs (
    leg     INTEGER PRIMARY KEY,
    call    INTEGER NOT NULL,
    account TEXT NOT NULL,
    target  TEXT NOT NULL,               -- JSON of config::Target
    rescue  TEXT NOT NULL                -- JSON of records::Rescue
) STRICT;

-- What is remembered of extensions and trunks. The configuration says which exist; rows of others are ignored.
CREATE TABLE accounts (
    account        TEXT PRIMARY KEY,
    do_not_disturb INTEGER NOT NULL DEFAULT 0 CHECK (do_not_disturb IN (0, 1)),  -- as the person last set it
    registration   TEXT                  -- JSON of news::RegistrationView, as last seen
) STRICT;

-- Protocolos reserved ahead: those of `day` below `next` may have been given and are never given again.
CREATE TABLE protocolo_blocks (
    day     TEXT PRIMARY KEY,
    next    INTEGER NOT NULL,            -- first number not reserved
    written INTEGER NOT NULL             -- counts reservations: the highest is the last one, whatever the clock said
) STRICT;

-- Answers to commands with a key: the same key within 24 h gets the same answer.
CREATE TABLE answers (
    key    TEXT PRIMARY KEY,
    at_ms  INTEGER NOT NULL,
    answer TEXT NOT NULL                 -- JSON of Result<border::Reply, border::Refusal>
) STRICT;

CREATE INDEX answers_by_age ON answers (at_ms);
