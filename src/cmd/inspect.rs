//! `ramal check --store`: what the base is, what is wrong with it, and what to do then.

use std::path::Path;

use chrono::{DateTime, Utc};
use serde_json::json;

use crate::store::{Inspection, Store};

use super::exit::{Code, Failure};
use super::screen::Screen;

pub fn run(data_dir: &Path, alone: bool, screen: &Screen) -> Result<Code, Failure> {
    let found = Store::inspect(data_dir, alone).map_err(|why| Failure::Other(why.to_string()))?;
    let code = if found.faults.is_empty() { Code::Done } else { Code::Refused };
    if screen.json {
        screen.value(&json!({
            "path": found.path, "version": found.version, "known": found.known, "size": found.size,
            "wal_size": found.wal_size, "calls": found.calls, "oldest": found.oldest, "newest": found.newest,
            "restored": found.restored, "faults": found.faults,
        }));
        return Ok(code);
    }
    screen.line(&found.path.display().to_string());
    screen.line(&summary(&found, screen));
    if found.version < found.known {
        screen.line(&screen.words.fill("store.older", &[("known", &found.known.to_string())]));
    }
    if let Some(since) = found.restored {
        screen.line(&screen.words.fill("store.restored", &[("since", &moment(since))]));
    }
    found.faults.iter().for_each(|fault| screen.line(&format!("  {fault}")));
    let verdict = if found.faults.is_empty() { "store.whole" } else { "store.damaged" };
    screen.line(screen.words.say(verdict));
    Ok(code)
}

/// What a base holds, in a line.
pub fn summary(found: &Inspection, screen: &Screen) -> String {
    let span = match (found.oldest, found.newest) {
        (Some(oldest), Some(newest)) => {
            screen.words.fill("store.span", &[("oldest", &moment(oldest)), ("newest", &moment(newest))])
        }
        (None, _) | (_, None) => String::new(),
    };
    let (version, calls) = (found.version.to_string(), found.calls.to_string());
    let [size, wal] = [found.size, found.wal_size].map(kibibytes);
    let values = [("version", &*version), ("calls", &calls), ("size", &size), ("wal", &wal), ("span", &span)];
    screen.words.fill("store.holds", &values)
}

fn moment(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M:%SZ").to_string()
}

fn kibibytes(bytes: u64) -> String {
    format!("{} KiB", bytes.div_ceil(1024))
}
