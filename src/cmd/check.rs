//! `ramal check`: every error of the configuration at once; no socket is opened (SP-10).

use std::path::Path;

use engine::config::AccountKind;
use serde_json::json;

use super::exit::{Code, Failure};
use super::screen::Screen;

pub fn run(config: &Path, screen: &Screen) -> Result<Code, Failure> {
    let env = |name: &str| std::env::var(name).ok();
    let (loaded, warnings) = crate::config::load(config, &env).map_err(Failure::Config)?;
    let all = loaded.engine.accounts.len();
    let extensions = loaded.engine.accounts.values().filter(|account| account.kind == AccountKind::Extension).count();
    let (trunks, groups) = (all - extensions, loaded.engine.groups.len());
    if screen.json {
        screen.value(&json!({
            "extensions": extensions, "trunks": trunks, "groups": groups, "warnings": warnings,
        }));
        return Ok(Code::Done);
    }
    for warning in &warnings {
        screen.line(&screen.words.fill("check.warning", &[("warning", &warning.to_string())]));
    }
    let [extensions, trunks, groups] = [extensions, trunks, groups].map(|count| count.to_string());
    let values = [("extensions", &*extensions), ("trunks", &trunks), ("groups", &groups)];
    screen.line(&screen.words.fill("check.good", &values));
    Ok(Code::Done)
}
