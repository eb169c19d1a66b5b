//! The house rules that no compiler knows: purity, layers, module comments, live paths, small root enums, named
//! behaviours, words. Each failure says what to do.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a test reports by panicking")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

#[path = "tidy/source.rs"]
mod source;

use source::Source;

/// What the pure crates may not touch: the world comes in as inputs and goes out as outputs.
const IMPURE: &[&str] = &[
    "std::env",
    "std::fs",
    "std::net::Udp",
    "std::net::Tcp",
    "std::os",
    "std::process",
    "std::thread",
    "UdpSocket",
    "TcpStream",
    "TcpListener",
    "UnixStream",
    "UnixListener",
    "UnixDatagram",
    "tokio",
    "Instant::now",
    "SystemTime::now",
];

/// Which rooms of the engine a room must not name: nothing points up, and siblings share words, not machines.
/// `border`, `config`, `id`, `leg`, `news`, `number`, `random`, `records` and `time` are the shared words.
const LAYERS: &[(&str, &[&str])] = &[
    ("time", &["sip", "sdp", "border", "config", "call", "registration", "gate", "access", "news", "records", "leg"]),
    ("id", &["sip", "sdp", "border", "config", "call", "registration", "gate", "access", "news", "records", "leg"]),
    ("random", &["sip", "sdp", "border", "config", "call", "registration", "gate", "access", "news", "records", "leg"]),
    ("pacing", ALL_BUT_TIME),
    ("number", &["sip", "sdp", "border", "call", "registration", "gate", "access", "records", "rules"]),
    ("rules", &["sip", "sdp", "border", "config", "call", "registration", "gate", "access", "records"]),
    ("sdp", &["sip", "border", "call", "registration", "gate", "access", "records"]),
    ("sip", &["call", "registration", "gate", "access", "news", "records", "subscription", "messages"]),
    ("sip::uri", WORDS_ONLY),
    ("sip::header", WORDS_ONLY),
    ("sip::message", WORDS_ONLY),
    ("sip::stream", WORDS_ONLY),
    ("sip::digest", &["border", "sdp", "sip::transaction", "sip::dialog", "sip::session", "sip::ua", "sip::auth"]),
    ("sip::transaction", &["sdp", "sip::dialog", "sip::session", "sip::ua", "sip::auth"]),
    ("sip::dialog", &["sip::session", "sip::ua"]),
    ("gate", &["sip", "sdp", "call", "registration", "access"]),
    ("registration", &["call", "gate", "access", "sdp", "sip::session", "subscription", "messages"]),
    ("subscription", &["call", "gate", "access", "sdp", "messages"]),
    ("messages", &["call", "access", "agent", "sdp", "subscription"]),
    ("staff", &["sip", "sdp", "call", "agent", "access", "registration", "gate", "subscription", "messages"]),
    ("agent", &["sip", "sdp", "call", "access", "registration", "gate", "subscription", "messages"]),
    (
        "assign",
        &["sip", "sdp", "call", "callback", "agent", "access", "registration", "gate", "subscription", "messages"],
    ),
    ("callback", &["sip", "sdp", "call", "agent", "access", "registration", "gate", "subscription", "messages"]),
    // Of the gate its facts: what the store tells of a lead's numbers.
    ("campaign", &["sip", "sdp", "call", "callback", "agent", "access", "registration", "subscription", "messages"]),
    (
        "appointment",
        &["sip", "sdp", "call", "agent", "assign", "access", "registration", "gate", "subscription", "messages"],
    ),
    (
        "outbox",
        &[
            "sip",
            "sdp",
            "call",
            "appointment",
            "agent",
            "assign",
            "callback",
            "access",
            "registration",
            "gate",
            "messages",
        ],
    ),
    ("call", &["access", "agent", "appointment", "assign", "callback", "outbox"]),
    ("access", &["sip", "sdp", "registration", "gate"]),
];
/// Statistics know times and chances, nobody and no call.
const ALL_BUT_TIME: &[&str] = &[
    "access",
    "agent",
    "appointment",
    "assign",
    "border",
    "call",
    "callback",
    "campaign",
    "config",
    "gate",
    "leg",
    "messages",
    "news",
    "number",
    "outbox",
    "records",
    "registration",
    "rules",
    "sdp",
    "sip",
    "staff",
    "subscription",
];
const WORDS_ONLY: &[&str] = &[
    "border",
    "config",
    "leg",
    "sdp",
    "sip::transaction",
    "sip::dialog",
    "sip::session",
    "sip::ua",
    "sip::auth",
    "sip::digest",
];

/// The enums that everything passes through; they only wrap the rooms' own small ones.
const ROOT_ENUMS: &[(&str, &str)] = &[
    ("src/engine/border.rs", "Input"),
    ("src/engine/border.rs", "Output"),
    ("src/engine/border.rs", "What"),
    ("src/engine/news.rs", "News"),
];
const ROOT_ENUM_LIMIT: usize = 12;

/// The behaviours that exist by now, as the specification names them. A test names each, or tests/owed.txt says why not.
const BEHAVIOURS: &[&str] = &[
    "SM-01", "SM-02", "SM-03", "SM-04", "SM-05", "SM-06", "SM-07", "SM-08", "SM-09", "SM-10", "SM-11", "SM-12",
    "VZ-01", "VZ-02", "VZ-04", "VZ-05", "VZ-06", "VZ-07", "VZ-08", "VZ-09", "VZ-10", "VZ-12", "VZ-13", "VZ-14",
    "VZ-15", "VZ-16", "VZ-17", "SP-01", "SP-02", "SP-03", "SP-04", "SP-05", "SP-06", "SP-07", "SP-08", "SP-09",
    "SP-10", "SP-11", "SP-12", "SP-13", "SP-14", "SP-15", "SP-16", "CB-01", "CB-02", "CB-03", "CB-04", "CB-05",
    "CB-06", "CB-07", "CB-08", "CB-09", "CB-10", "CB-11", "CB-12", "CB-13", "CB-14", "AG-01", "AG-02", "AG-03",
    "AG-04", "AG-05", "AG-06", "AG-07", "AG-08", "GN-01", "GN-02", "GN-03", "GN-04", "GN-05", "GN-06", "GN-07",
    "GN-08", "GN-09", "GN-10", "GN-11", "GN-12", "GN-13", "GN-14", "GN-15", "GN-16", "GN-17", "GN-18", "GN-19",
];

/// The repository speaks only of itself: neither of how it was written nor of anybody's machine.
const FOREIGN_WORDS: &[&str] = &[
    "claude",
    "anthropic",
    "openai",
    "chatgpt",
    "copilot",
    "language model",
    "/work/wt",
    "/work/main",
    "/work/shared",
    "worktree",
    "the brief",
    "debian.org/",
    "todo:",
    "fixme",
];

#[test]
fn the_pure_crates_do_not_touch_the_world() {
    let mut faults = Vec::new();
    for source in Source::all(&["src/engine", "src/media"]).iter().filter(|source| !source.is_test()) {
        for word in IMPURE.iter().filter(|word| source.code().contains(**word)) {
            faults.push(format!("{source}: names {word}; hand it in as an input, or do it in the shell"));
        }
    }
    none(&faults);
}

#[test]
fn no_layer_names_what_is_above_it() {
    let mut faults = Vec::new();
    for source in Source::all(&["src/engine"]).iter().filter(|source| !source.is_test()) {
        let (room, named) = (source.module(), source.modules_named());
        for (_, above) in LAYERS.iter().filter(|(lower, _)| within(&room, lower)) {
            for path in named.iter().filter(|path| above.iter().any(|upper| within(path, upper))) {
                faults.push(format!("{source}: {room} must not name {path}, which is above or beside it"));
            }
        }
    }
    for (folder, stranger) in [("src/engine", "media::"), ("src/media", "engine::"), ("src/engine", "ramal::")] {
        for source in Source::all(&[folder]).iter().filter(|source| source.names_crate(stranger)) {
            faults.push(format!("{source}: names {stranger}; only the shell knows both"));
        }
    }
    none(&faults);
}

#[test]
fn every_file_says_what_room_it_is() {
    let sources = Source::all(&["src", "tests", "fuzz", "benches"]);
    let silent = sources.iter().filter(|source| !source.text.starts_with("//!") && !source.text.starts_with("#!"));
    none(&silent.map(|source| format!("{source}: begin it with a `//!` comment")).collect::<Vec<_>>());
}

#[test]
fn every_path_in_the_architecture_exists() {
    let Ok(text) = std::fs::read_to_string(root().join("ARCHITECTURE.md")) else { return };
    let quoted = text.split('`').skip(1).step_by(2);
    let paths = quoted.filter(|word| word.contains('/') && !word.contains([' ', '*', '{', '<', '$', ':']));
    let own = paths.filter(|path| {
        ["src", "tests", "sounds", "systemd", "docs", "fuzz", "sip-profiles", "benches", ".ci"]
            .contains(&path.split('/').next().unwrap_or_default())
    });
    let dead = own.filter(|path| !root().join(path).exists());
    none(&dead.map(|path| format!("ARCHITECTURE.md: `{path}` does not exist")).collect::<Vec<_>>());
}

#[test]
fn root_enums_stay_small() {
    let mut faults = Vec::new();
    for (file, name) in ROOT_ENUMS {
        let variants = Source::read(root().join(file)).variants(name);
        assert!(variants > 0, "{file}: no enum {name}; correct ROOT_ENUMS");
        if variants > ROOT_ENUM_LIMIT {
            faults.push(format!("{file}: {name} has {variants} variants; wrap some in a room's own enum"));
        }
    }
    none(&faults);
}

#[test]
fn every_behaviour_is_named_by_a_test_or_owed() {
    let owed_list = std::fs::read_to_string(root().join("tests/owed.txt")).expect("tests/owed.txt");
    let lines = owed_list.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    let owed: BTreeSet<&str> = lines.filter_map(|line| line.split_whitespace().next()).collect();
    let rust = Source::all(&["src", "tests"]);
    let tests = rust.iter().filter(|source| !source.is_tidy()).map(Source::tests).chain(page_tests(&rust));
    let tests: String = tests.collect();
    let mut faults = Vec::new();
    for id in BEHAVIOURS {
        let name = id.replace('-', "_");
        let named = [id.to_string(), name.to_lowercase(), name].iter().any(|spelling| tests.contains(spelling));
        match (named, owed.contains(id)) {
            (false, false) => {
                faults.push(format!("{id}: no test names it; write one, or say in tests/owed.txt why not"))
            }
            (true, true) => faults.push(format!("{id}: a test names it; take it off tests/owed.txt")),
            (true, false) | (false, true) => {}
        }
    }
    let unknown = owed.iter().filter(|id| !BEHAVIOURS.contains(id));
    faults.extend(unknown.map(|id| format!("{id}: owed, but no behaviour of that name exists yet")));
    none(&faults);
}

/// The page's own tests, and the stories in a browser that a test here plays.
fn page_tests(rust: &[Source]) -> Vec<String> {
    let plays = |name: &str| rust.iter().any(|source| source.text.contains(&format!("Script::start(\"{name}\"")));
    let is_test = |path: &Path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.ends_with(".test.ts") || name.strip_suffix(".mjs").is_some_and(plays)
    };
    let folders = ["web/src", "web/shots"].map(|folder| source::files(&root().join(folder), &is_test));
    folders.concat().into_iter().map(|file| Source::read(file).text).collect()
}

#[test]
fn no_test_sleeps() {
    let sources = Source::all(&["src", "tests"]);
    // The one place that polls other processes.
    let sources = sources.iter().filter(|source| !source.is_tidy() && source.path != Path::new("tests/support/mod.rs"));
    let sleepy = sources.filter(|source| source.tests().contains("sleep("));
    none(
        &sleepy
            .map(|source| format!("{source}: a test sleeps; use virtual time or support::wait_for"))
            .collect::<Vec<_>>(),
    );
}

#[test]
fn the_repository_speaks_only_of_itself() {
    let mut faults = Vec::new();
    for file in source::files(&root(), &|path| !path.ends_with("tests/tidy.rs") && !path.ends_with("Cargo.lock")) {
        let Ok(text) = std::fs::read_to_string(&file) else { continue }; // sounds and the like
        let text = text.to_lowercase();
        for word in FOREIGN_WORDS.iter().filter(|word| text.contains(**word)) {
            faults.push(format!("{}: says '{word}'", file.display()));
        }
    }
    none(&faults);
}

fn root() -> PathBuf {
    env!("CARGO_MANIFEST_DIR").into()
}

/// Whether a module path is `room` or inside it.
fn within(path: &str, room: &str) -> bool {
    path.strip_prefix(room).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

fn none(faults: &[String]) {
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}
