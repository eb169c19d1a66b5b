-- The base, version 6. This file is the authority on what is kept and what it means; a fresh base is made
-- by running it, an older one is brought to the same shape by upgrade/.
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
    user              INTEGER,           -- whose it is, where it is a person's
    queue             INTEGER,           -- the queue it came through, where that is known
    promise           INTEGER,           -- the promise that it keeps: it is counted among that one's attempts
    attempt           INTEGER,           -- the attempt to reach a lead that it is: counted there
    CHECK ((ended_ms IS NULL) = (cause IS NULL))
) STRICT;

-- History of one day, and all calls with one number: both newest first.
CREATE INDEX calls_by_day ON calls (day, started_ms);
CREATE INDEX calls_by_user ON calls (user, day, started_ms) WHERE user IS NOT NULL;
CREATE INDEX calls_by_number ON calls (number_normalised, started_ms);
CREATE INDEX calls_by_protocolo ON calls (protocolo);
-- What the next start has to end; holds live calls only, so it stays small.
CREATE INDEX calls_open ON calls (started_ms) WHERE ended_ms IS NULL;

-- Every leg a call ever had, to the network or to a device.
CREATE TABLE legs (
    leg         INTEGER NOT NULL,        -- to a device: the same one for every call of a desk
    call        INTEGER NOT NULL REFERENCES calls,
    sip_call_id TEXT NOT NULL,           -- empty for a device
    far_end     TEXT NOT NULL,           -- device name, or AOR of the far end
    started_ms  INTEGER NOT NULL,
    ended_ms    INTEGER,
    cause       TEXT,
    quality     TEXT,                    -- null where no media ran
    PRIMARY KEY (leg, call),
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

-- Recordings of calls; the files are beside the base. A row outlives its file.
-- No reference to calls: a file may be found whose call was never stored.
CREATE TABLE recordings (
    recording  INTEGER PRIMARY KEY,
    call       INTEGER,                  -- null, as protocolo: only the file is known
    protocolo  TEXT,
    started_ms INTEGER NOT NULL,
    day        TEXT NOT NULL,            -- of started_ms
    ended_ms   INTEGER,                  -- null after a crash
    state      TEXT NOT NULL CHECK (state IN ('live', 'done', 'compacted', 'deleted')),
    file       TEXT,                     -- below the folder of recordings; null before its first second was written
    seconds    INTEGER,                  -- the last one begun
    size       INTEGER,                  -- bytes
    sha256     TEXT,                     -- of the file, in hex; null while it is written
    until_ms   INTEGER                   -- to be deleted then (Decreto 11.034)
) STRICT;

CREATE INDEX recordings_by_start ON recordings (started_ms);
CREATE INDEX recordings_by_day ON recordings (day, started_ms);
CREATE INDEX recordings_by_call ON recordings (call) WHERE call IS NOT NULL;
-- What the next start has to bring to its end, and what has to go.
CREATE INDEX recordings_unfinished ON recordings (state, started_ms) WHERE state IN ('live', 'done');
CREATE INDEX recordings_due ON recordings (until_ms) WHERE state IN ('done', 'compacted');

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

-- Text messages, out and in. One that stayed 'sending' was under way when we died: nobody knows what became of it.
CREATE TABLE messages (
    message   INTEGER PRIMARY KEY,
    direction TEXT NOT NULL CHECK (direction IN ('inbound', 'outbound')),
    account   TEXT NOT NULL,             -- extension or trunk, as named in the configuration
    number    TEXT NOT NULL,             -- the far end's: E.164 with +, or the ramal as it is
    name      TEXT,                      -- the sender's, as shown
    text      TEXT NOT NULL,
    at_ms     INTEGER NOT NULL,
    state     TEXT NOT NULL,             -- 'sending', 'delivered', 'accepted', 'failed', 'received'
    why       TEXT                       -- why it failed
) STRICT;

-- The newest first.
CREATE INDEX messages_by_time ON messages (at_ms, message);

-- What administrators keep: users, perfis, queues, the entries of lists, escalas, campaigns. The engine holds it whole and checks it; built-in
-- perfis are not in here.
CREATE TABLE entries (
    kind  TEXT NOT NULL CHECK (kind IN ('user', 'perfil', 'queue', 'item', 'schedule', 'campaign')),
    id    INTEGER NOT NULL,
    entry TEXT NOT NULL,                 -- JSON of staff::Entry
    PRIMARY KEY (kind, id)
) STRICT;

-- What each person has chosen to do, last.
CREATE TABLE agents (
    user   INTEGER PRIMARY KEY,
    chosen TEXT NOT NULL                 -- JSON of agent::Chosen
) STRICT;

-- What each person did, from when: reports of pauses, breaks (NR-17) and occupancy are made of it.
CREATE TABLE agent_states (
    user  INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    state TEXT NOT NULL,                 -- JSON of agent::AgentState
    PRIMARY KEY (user, at_ms, state)
) STRICT;

-- How each person proves who they are. The engine knows nothing of it.
CREATE TABLE credentials (
    user     INTEGER PRIMARY KEY,
    password TEXT,                       -- Argon2id, as a PHC string; null: nobody may sign in with one
    totp     BLOB,                       -- the shared secret (RFC 6238); null: the password alone is enough
    step     INTEGER NOT NULL DEFAULT 0, -- of the last code that was taken: none is taken twice
    invitation       BLOB,               -- SHA-256 of the link by which a password may be chosen, once
    invited_until_ms INTEGER
) STRICT;

CREATE UNIQUE INDEX credentials_by_invitation ON credentials (invitation) WHERE invitation IS NOT NULL;

-- Who is signed in, in which browser. They outlive the daemon.
CREATE TABLE sessions (
    secret   BLOB PRIMARY KEY,           -- SHA-256 of what the cookie holds
    user     INTEGER NOT NULL,
    began_ms INTEGER NOT NULL,
    seen_ms  INTEGER NOT NULL            -- to the minute
) STRICT;

-- What programs sign in with.
CREATE TABLE tokens (
    token    INTEGER PRIMARY KEY,
    secret   BLOB NOT NULL UNIQUE,       -- SHA-256 of what the program holds
    user     INTEGER NOT NULL,           -- for whom it acts
    name     TEXT NOT NULL,              -- what the person calls it
    scopes   TEXT NOT NULL,              -- JSON of permissions' names: it may do these, where its user may
    made_ms  INTEGER NOT NULL,
    until_ms INTEGER                     -- null: until it is taken back
) STRICT;

CREATE INDEX tokens_by_user ON tokens (user);

-- Who did what, from where: appended to and never changed. Each row's hash is over the one before it and its own columns, so
-- that a row cannot be altered, left out or put in without breaking every later one.
CREATE TABLE audit (
    number  INTEGER PRIMARY KEY,         -- 1, 2, 3 … without a gap
    at_ms   INTEGER NOT NULL,
    user    INTEGER,                     -- null: nobody who is known
    address TEXT NOT NULL,               -- of the browser or program; empty: written with a call
    action  TEXT NOT NULL,               -- 'sign-in', 'sign-in-failed', 'user-edited', 'recording-heard', 'call-whispered', …
    detail  TEXT NOT NULL,               -- JSON; holds no secret
    hash    BLOB NOT NULL                -- SHA-256
) STRICT;

CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit BEGIN SELECT raise(ABORT, 'the audit log is not changed'); END;
CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit BEGIN SELECT raise(ABORT, 'the audit log is not deleted from'); END;

-- The contact base: people and companies that call or are called.
CREATE TABLE contacts (
    contact      INTEGER PRIMARY KEY,
    name         TEXT NOT NULL,
    document     TEXT,                   -- CPF or CNPJ, digits only
    account_name TEXT,
    note         TEXT NOT NULL DEFAULT '',
    version      INTEGER NOT NULL DEFAULT 1  -- counts edits: who edits says which one was seen
) STRICT;

CREATE INDEX contacts_by_name ON contacts (name COLLATE NOCASE);
CREATE INDEX contacts_by_document ON contacts (document) WHERE document IS NOT NULL;

-- Their numbers. One number may be several contacts' (a switchboard); the one that was changed last answers to it.
CREATE TABLE contact_phones (
    number  TEXT NOT NULL,               -- normalised: E.164 with +, or the ramal as it is
    contact INTEGER NOT NULL REFERENCES contacts ON DELETE CASCADE,
    PRIMARY KEY (number, contact)
) STRICT;

CREATE INDEX contact_phones_by_contact ON contact_phones (contact);

-- Customers' matters. Filled from the contact at the answer, edited during and after the call (SM-12).
CREATE TABLE cases (
    "case"        INTEGER PRIMARY KEY,
    protocolo     TEXT NOT NULL,         -- of the call it began with
    contact       INTEGER,               -- null: unknown number
    number        TEXT NOT NULL,         -- normalised; the far end's at the first call
    document      TEXT NOT NULL DEFAULT '',
    contact_name  TEXT NOT NULL DEFAULT '',
    contact_phone TEXT NOT NULL DEFAULT '',
    account_name  TEXT NOT NULL DEFAULT '',
    owner         INTEGER NOT NULL,      -- who answered; may be handed on
    department    INTEGER,               -- entry of the list
    channel       TEXT NOT NULL,         -- 'inbound', 'outbound'
    subject       TEXT NOT NULL DEFAULT '',
    notes         TEXT NOT NULL DEFAULT '',
    disposition   INTEGER,               -- entry of the list (tabulação)
    opened_ms     INTEGER NOT NULL,
    closed_ms     INTEGER,               -- null: open
    version       INTEGER NOT NULL DEFAULT 1
) STRICT;

CREATE INDEX cases_of_number ON cases (number, opened_ms);
CREATE INDEX cases_of_contact ON cases (contact, opened_ms) WHERE contact IS NOT NULL;

-- The calls of a case, each a task once it has ended: its subject is the Protocolo, its comment the recordings of the call (SM-11).
CREATE TABLE case_calls (
    "case"    INTEGER NOT NULL REFERENCES cases,
    call      INTEGER NOT NULL,
    at_ms     INTEGER NOT NULL,          -- of the answer, then of the end
    protocolo TEXT,                      -- null: the call has not ended
    PRIMARY KEY ("case", call)
) STRICT;

CREATE INDEX case_calls_by_call ON case_calls (call);

-- What is to be remembered of this base itself.
CREATE TABLE state (
    name  TEXT PRIMARY KEY,              -- 'restored_ms': put in place from a copy, not confirmed yet; 'alive_ms': the last minute the daemon lived;
                                         -- 'clock_doubted_ms': nobody knew then whether its clock was right
    value INTEGER NOT NULL
) STRICT;

-- Promises to call somebody back, each as it is now. What is looked up has a column; `promise` is the whole.
CREATE TABLE promises (
    promise    INTEGER PRIMARY KEY,
    version    INTEGER NOT NULL,         -- grows with each write: an older row never takes the place of a newer one
    kind       TEXT NOT NULL CHECK (kind IN ('callback', 'return')),
    phase      TEXT NOT NULL CHECK (phase IN ('open', 'trying', 'unknown', 'over')),
    end        TEXT CHECK (end IN ('done', 'exhausted', 'cancelled', 'missed')),
    schedule   INTEGER NOT NULL,         -- entry of the list (escala)
    number     TEXT NOT NULL,            -- normalised: E.164 with +, or the ramal as it is
    owner_kind TEXT NOT NULL CHECK (owner_kind IN ('person', 'queue')),
    owner      INTEGER NOT NULL,
    protocolo  TEXT,
    due_ms     INTEGER NOT NULL,         -- as promised
    next_ms    INTEGER NOT NULL,         -- tried next
    changed_ms INTEGER NOT NULL,         -- of this version
    row        TEXT NOT NULL,            -- JSON of callback::Row
    CHECK ((phase = 'over') = (end IS NOT NULL))
) STRICT;

-- What falls due, and what a start must look at whenever it is due.
CREATE INDEX promises_due ON promises (next_ms) WHERE phase <> 'over';
CREATE INDEX promises_trying ON promises (promise) WHERE phase IN ('trying', 'unknown');
-- Places taken in slots.
CREATE INDEX promises_places ON promises (schedule, due_ms) WHERE phase <> 'over';
CREATE INDEX promises_of_number ON promises (number, due_ms);
CREATE INDEX promises_by_due ON promises (due_ms, promise);
-- A call that our side dropped is returned once (CB-13).
CREATE UNIQUE INDEX promises_returned ON promises (protocolo) WHERE kind = 'return';

-- Attempts to keep them, each written before it is dialled.
CREATE TABLE attempts (
    promise INTEGER NOT NULL,
    attempt INTEGER NOT NULL,            -- 1, 2, 3 … of the promise
    number  TEXT NOT NULL,               -- normalised, as it was dialled
    at_ms   INTEGER NOT NULL,
    rules   INTEGER NOT NULL,            -- version of the rules that allowed it
    outcome TEXT,                        -- JSON of callback::Outcome; null: nobody knows yet
    counts  INTEGER NOT NULL CHECK (counts IN (0, 1)),  -- among the attempts to reach the number
    PRIMARY KEY (promise, attempt)
) STRICT;

CREATE INDEX attempts_of_number ON attempts (number, at_ms) WHERE counts = 1;

-- Each version of each promise: its history with every attempt and decision.
CREATE TABLE promise_history (
    promise INTEGER NOT NULL,
    version INTEGER NOT NULL,
    at_ms   INTEGER NOT NULL,
    row     TEXT NOT NULL,               -- JSON of callback::Row
    PRIMARY KEY (promise, version)
) STRICT;

-- Numbers that nobody dials by itself: do-not-call lists and people's own wishes.
CREATE TABLE suppressions (
    suppression INTEGER PRIMARY KEY,
    number      TEXT NOT NULL,           -- normalised
    source      TEXT NOT NULL,           -- the list, or whose wish it was
    note        TEXT NOT NULL DEFAULT '',
    since_ms    INTEGER NOT NULL,
    until_ms    INTEGER,                 -- null: for good
    user        INTEGER,                 -- who wrote it down
    campaign    INTEGER NOT NULL DEFAULT 0,      -- 0: whoever calls
    aim         TEXT NOT NULL DEFAULT '' CHECK (aim IN ('', 'sales', 'collection', 'service', 'research')),  -- '': whatever for
    UNIQUE (number, source, campaign, aim)
) STRICT;

-- Do-not-call lists that are got from somebody, by the name that their entries give as their source. One that is too old holds
-- the campaigns that need it.
CREATE TABLE number_lists (
    source     TEXT PRIMARY KEY,
    campaign   INTEGER NOT NULL DEFAULT 0,       -- as above
    aim        TEXT NOT NULL DEFAULT '' CHECK (aim IN ('', 'sales', 'collection', 'service', 'research')),
    dated_ms   INTEGER NOT NULL,         -- when it was got
    expires_ms INTEGER                   -- to be got anew by then; null: never too old
) STRICT;

-- Leads that came together. `state` is what makes them visible: a list that is being brought in is not dialled.
CREATE TABLE lists (
    list       INTEGER PRIMARY KEY,
    name       TEXT NOT NULL,
    source     TEXT NOT NULL,            -- who gave it
    dated_ms   INTEGER NOT NULL,         -- as old as what is in it
    expires_ms INTEGER,                  -- not dialled from then on
    user       INTEGER,                  -- who brought it in
    made_ms    INTEGER NOT NULL,
    state      TEXT NOT NULL CHECK (state IN ('loading', 'ready', 'discarded')),
    leads      INTEGER NOT NULL DEFAULT 0,
    numbers    INTEGER NOT NULL DEFAULT 0,
    filter     TEXT NOT NULL DEFAULT '[]',    -- JSON of campaign::Filter
    aside      INTEGER NOT NULL DEFAULT 0     -- of the leads, those that it leaves out
) STRICT;

CREATE INDEX lists_by_age ON lists (made_ms, list);

-- Passes over whole lists that are not over: while there is one, nothing of the list is dialled. Written with the rows of each chunk.
CREATE TABLE list_reworks (
    list    INTEGER PRIMARY KEY REFERENCES lists,
    rework  TEXT NOT NULL,               -- JSON of campaign::Rework
    after   INTEGER NOT NULL,            -- the last lead that it is done with
    seen    INTEGER NOT NULL DEFAULT 0,
    changed INTEGER NOT NULL DEFAULT 0
) STRICT;

-- The files that lists came from, and how far each is read: written with the rows of each chunk.
CREATE TABLE imports (
    list    INTEGER PRIMARY KEY REFERENCES lists,
    file    TEXT NOT NULL,               -- as the person called it
    sha256  TEXT NOT NULL,               -- in hex: nothing else is read on
    options TEXT NOT NULL,               -- JSON of leads::Options
    rows    INTEGER NOT NULL DEFAULT 0,  -- read, below the names of the columns
    bad     INTEGER NOT NULL DEFAULT 0,  -- left out for an error
    twice   INTEGER NOT NULL DEFAULT 0   -- left out because all their numbers were there
) STRICT;

-- People to reach. What is looked up has a column.
CREATE TABLE leads (
    lead           INTEGER PRIMARY KEY,
    list           INTEGER NOT NULL REFERENCES lists,
    state          TEXT NOT NULL
                   CHECK (state IN ('waiting', 'leased', 'callback', 'unknown', 'done', 'declined', 'exhausted')),
    rank           INTEGER NOT NULL,     -- 0: on top, else the priority; 10 more with a number that does not exist
    area           INTEGER NOT NULL,     -- DDD of the next number; 0: it has none
    next_ms        INTEGER NOT NULL,     -- not dialled before
    priority       INTEGER NOT NULL CHECK (priority BETWEEN 1 AND 9),
    recipient      TEXT NOT NULL,
    zone           TEXT,                 -- as the list said; null: by prefix
    fields         TEXT NOT NULL,        -- JSON: pairs of name and value, in the order of the file
    attempts       INTEGER NOT NULL DEFAULT 0,
    fence          INTEGER NOT NULL DEFAULT 0,   -- counts leases: what was decided under an earlier one is not written
    lease_until_ms INTEGER,
    cool_user      INTEGER,              -- not offered to this person before …
    cool_until_ms  INTEGER,              -- … then
    state_detail   TEXT,                 -- JSON of campaign::LeadState, where the columns do not say it all
    lapse          TEXT,                 -- JSON of campaign::Lead: what it is when its lease ends with nothing more said
    aside          INTEGER NOT NULL DEFAULT 0,   -- 1: the filter of its list leaves it out
    recycled_ms    INTEGER,              -- came back then: attempts *ever* count since
    CHECK ((state = 'leased') = (lease_until_ms IS NOT NULL))
) STRICT;

-- The next ones of a list, a rank and an area, without reading past those whose time has not come.
CREATE INDEX leads_waiting ON leads (list, rank, area, next_ms, lead) WHERE state = 'waiting' AND aside = 0;
CREATE INDEX leads_leased ON leads (lease_until_ms) WHERE state = 'leased';
CREATE INDEX leads_of_list ON leads (list, lead);

-- Their numbers, in the order to be tried.
CREATE TABLE lead_numbers (
    lead   INTEGER NOT NULL REFERENCES leads,
    place  INTEGER NOT NULL,             -- 0, 1, 2 …
    number TEXT NOT NULL,                -- normalised
    label  TEXT NOT NULL,                -- as the list calls it
    kind   TEXT NOT NULL,                -- JSON's word of number::NumberKind
    state  TEXT NOT NULL CHECK (state IN ('fresh', 'tried', 'dead')),
    PRIMARY KEY (lead, place)
) STRICT, WITHOUT ROWID;

-- Whether a number is there already, and whose it is.
CREATE INDEX lead_numbers_by_number ON lead_numbers (number, lead);

-- Attempts to reach them, each written before it is dialled.
CREATE TABLE lead_attempts (
    attempt     INTEGER PRIMARY KEY,
    lead        INTEGER NOT NULL,        -- no reference: an attempt outlives its list
    campaign    INTEGER NOT NULL,
    number      TEXT NOT NULL,           -- normalised, as it was dialled
    at_ms       INTEGER NOT NULL,
    rules       INTEGER NOT NULL,        -- version of the rules that allowed it
    call        INTEGER,
    user        INTEGER,                 -- who had the record; null: nobody yet
    result      TEXT,                    -- JSON of campaign::AttemptResult; null: nobody knows yet
    result_ms   INTEGER,
    disposition INTEGER,                 -- entry of the list (tabulação)
    counts      INTEGER NOT NULL CHECK (counts IN (0, 1)),  -- among the attempts to reach the number
    paced       INTEGER NOT NULL DEFAULT 0       -- 1: for whoever is free when it answers; counts for the abandonment of its day
) STRICT;

CREATE INDEX lead_attempts_of_lead ON lead_attempts (lead, at_ms);
CREATE INDEX lead_attempts_of_number ON lead_attempts (number, at_ms) WHERE counts = 1;
CREATE INDEX lead_attempts_open ON lead_attempts (lead) WHERE result IS NULL;
-- What came of a campaign's day, and of a person's.
CREATE INDEX lead_attempts_of_campaign ON lead_attempts (campaign, at_ms, attempt);
CREATE INDEX lead_attempts_of_user ON lead_attempts (user, at_ms) WHERE user IS NOT NULL;
-- The abandonment of a campaign's day.
CREATE INDEX lead_attempts_paced ON lead_attempts (campaign, at_ms) WHERE paced = 1;

-- What the pace of a campaign had learned by the end of a day, or by now: written now and then. The account of the day itself is made
-- of the attempts.
CREATE TABLE paces (
    campaign INTEGER NOT NULL,
    day      INTEGER NOT NULL,           -- days since 0001-01-01, which is 1
    memory   TEXT NOT NULL,              -- JSON of pacing::Memory
    PRIMARY KEY (campaign, day)
) STRICT, WITHOUT ROWID;

-- What the system does at a date and time (agendamentos). What is looked up has a column; `row` is the whole.
CREATE TABLE appointments (
    appointment INTEGER PRIMARY KEY,
    version     INTEGER NOT NULL,         -- an older row never takes the place of a newer one
    state       TEXT NOT NULL CHECK (state IN ('open', 'running', 'done', 'failed', 'missed', 'cancelled')),
    creator     INTEGER NOT NULL,
    contact     INTEGER NOT NULL,
    department  INTEGER NOT NULL,         -- entry of the list
    agent       INTEGER,
    due_ms      INTEGER NOT NULL,
    row         TEXT NOT NULL               -- JSON of appointment::Row
) STRICT;

CREATE INDEX appointments_due ON appointments (due_ms) WHERE state IN ('open', 'running');
CREATE INDEX appointments_by_due ON appointments (due_ms, appointment);
CREATE INDEX appointments_of_creator ON appointments (creator, due_ms);
CREATE INDEX appointments_of_contact ON appointments (contact, due_ms);

-- Who is to know how an appointment ended: one notice for each, kept when it was seen.
CREATE TABLE notices (
    notice      INTEGER PRIMARY KEY,
    appointment INTEGER NOT NULL REFERENCES appointments,
    user        INTEGER,
    department  INTEGER,                     -- to its people; without any, to whoever makes appointments
    at_ms       INTEGER NOT NULL,
    seen_ms     INTEGER,                     -- null: nobody has
    CHECK ((user IS NULL) <> (department IS NULL))
) STRICT;

-- Told again after a crash, kept once.
CREATE UNIQUE INDEX notices_once ON notices (appointment, ifnull(user, 0), ifnull(department, 0));
CREATE INDEX notices_unseen ON notices (user, at_ms) WHERE seen_ms IS NULL;

-- Messages on their way out, and all that ever went: a key is sent once.
CREATE TABLE outbox (
    item        INTEGER PRIMARY KEY,
    version     INTEGER NOT NULL,
    phase       TEXT NOT NULL CHECK (phase IN ('queued', 'trying', 'done', 'dead', 'dropped')),
    key         TEXT NOT NULL UNIQUE,         -- chosen by who hands it in
    appointment INTEGER,
    row         TEXT NOT NULL               -- JSON of outbox::Row
) STRICT;

CREATE INDEX outbox_phase ON outbox (phase, item);
