//! `ramal restore`: a copy becomes the base; `--confirm` says that it is the one to work with.

use std::path::Path;

use chrono::Utc;
use serde_json::json;

use crate::control::Wish;
use crate::store::Store;

use super::args::Cli;
use super::client::Client;
use super::exit::{Code, Failure};
use super::inspect::summary;
use super::place;
use super::screen::Screen;

pub fn run(data_dir: &Path, file: &Path, screen: &Screen) -> Result<Code, Failure> {
    let done = Store::restore(data_dir, file, Utc::now()).map_err(|why| Failure::Other(why.to_string()))?;
    if screen.json {
        let (version, calls) = (done.base.version, done.base.calls);
        screen.value(&json!({ "base": done.base.path, "kept": done.kept, "version": version, "calls": calls }));
        return Ok(Code::Done);
    }
    let [from, base] = [file, &done.base.path].map(|path| path.display().to_string());
    screen.line(&screen.words.fill("restore.done", &[("file", &from), ("base", &base)]));
    screen.line(&summary(&done.base, screen));
    if let Some(kept) = &done.kept {
        screen.line(&screen.words.fill("restore.kept", &[("kept", &kept.display().to_string())]));
    }
    screen.line(screen.words.say("restore.held"));
    Ok(Code::Done)
}

/// By the daemon where one runs: it begins to keep its promises at once.
pub fn confirm(cli: &Cli, screen: &Screen) -> Result<Code, Failure> {
    match Client::connect(&place::socket(cli)?) {
        Ok(mut client) => drop(client.ask(Wish::ConfirmRestored {})?),
        Err(Failure::Unreachable { .. }) => {
            let confirmed = Store::confirm_restored(&place::data_dir(cli)?);
            confirmed.map_err(|why| Failure::Other(why.to_string()))?;
        }
        Err(other) => return Err(other),
    }
    if screen.json {
        screen.value(&json!({}));
    } else {
        screen.line(screen.words.say("restore.confirmed"));
    }
    Ok(Code::Done)
}
