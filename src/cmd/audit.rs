//! `ramal check --audit`: walks the audit log's chain of hashes, and compares it with what was written down outside the base.

use std::path::Path;

use serde_json::json;

use crate::store::{Head, Store};

use super::exit::{Code, Failure};
use super::screen::Screen;

pub fn run(config: &Path, screen: &Screen) -> Result<Code, Failure> {
    let env = |name: &str| std::env::var(name).ok();
    let (loaded, _) = crate::config::load(config, &env).map_err(Failure::Config)?;
    let reader = Store::read(&loaded.shell.data_dir).map_err(|why| Failure::Other(why.to_string()))?;
    let noted = match loaded.shell.web.as_ref().and_then(|web| web.audit_file.as_ref()) {
        Some(file) => noted(file)?,
        None => Vec::new(),
    };
    let rows = reader
        .verify_audit(&noted)
        .map_err(|fault| Failure::Other(screen.words.fill("check.audit_wrong", &[("why", &fault.to_string())])))?;
    if screen.json {
        screen.value(&json!({ "rows": rows, "noted": noted.len() }));
    } else {
        let [rows, noted] = [rows.to_string(), noted.len().to_string()];
        screen.line(&screen.words.fill("check.audit_good", &[("rows", &rows), ("noted", &noted)]));
    }
    Ok(Code::Done)
}

/// One head a line; none before the first was written.
fn noted(file: &Path) -> Result<Vec<Head>, Failure> {
    let failed = |why: String| Failure::Other(format!("{}: {why}", file.display()));
    let text = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(why) if why.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(why) => return Err(failed(why.to_string())),
    };
    let head =
        |line: &str| Head::of_line(line).ok_or_else(|| failed(format!("this is no head of an audit log: {line}")));
    text.lines().map(head).collect()
}
