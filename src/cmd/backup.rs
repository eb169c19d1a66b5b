//! `ramal backup`: the base as it is now, in one file or on standard output; the daemon goes on.

use std::fs::File;
use std::io::{self, IsTerminal};
use std::path::Path;

use serde_json::json;

use crate::store::Store;

use super::exit::{Code, Failure};
use super::inspect::summary;
use super::screen::Screen;

pub fn run(data_dir: &Path, file: &Path, force: bool, screen: &Screen) -> Result<Code, Failure> {
    if file == Path::new("-") {
        return into_pipe(data_dir, screen);
    }
    let made = Store::back_up(data_dir, file, force).map_err(|why| Failure::Other(why.to_string()))?;
    if screen.json {
        screen.value(&json!({ "file": made.path, "size": made.size, "version": made.version, "calls": made.calls }));
    } else {
        screen.line(&screen.words.fill("backup.written", &[("file", &made.path.display().to_string())]));
        screen.line(&summary(&made, screen));
        screen.line(screen.words.say("backup.private"));
    }
    Ok(Code::Done)
}

/// By way of a file in the data directory, as SQLite writes here and there; nobody else may read there.
fn into_pipe(data_dir: &Path, screen: &Screen) -> Result<Code, Failure> {
    if io::stdout().is_terminal() {
        return Err(Failure::Unclear(screen.words.say("backup.terminal").to_owned()));
    }
    let file = data_dir.join(format!("ramal.db.pipe-{}", std::process::id()));
    let made = Store::back_up(data_dir, &file, true).map_err(|why| Failure::Other(why.to_string()))?;
    let sent = File::open(&made.path).and_then(|mut copy| io::copy(&mut copy, &mut io::stdout().lock()));
    // It may be gone already; what was sent is what counts.
    let _ = std::fs::remove_file(&made.path);
    sent.map_err(|why| Failure::Other(format!("standard output: {why}")))?;
    Ok(Code::Done)
}
