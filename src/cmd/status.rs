//! `ramal status`: the daemon at a glance.

use engine::news::{GroupView, Totals};

use crate::control::Wish;

use super::client::Client;
use super::exit::{Code, Failure};
use super::extensions::milliseconds;
use super::screen::Screen;
use super::table;

pub fn run(client: &mut Client, screen: &Screen) -> Result<Code, Failure> {
    let mut status = client.ask(Wish::Status {})?;
    if screen.json {
        screen.value(&status);
        return Ok(Code::Done);
    }
    let words = &screen.words;
    let groups: Vec<GroupView> = client.typed(status["groups"].take())?;
    let totals: Totals = client.typed(status["totals"].take())?;
    let (version, pid) = (status["version"].as_str().unwrap_or_default(), status["pid"].to_string());
    screen.line(&words.fill("status.daemon", &[("version", version), ("pid", &pid)]));
    screen.line("");
    if groups.is_empty() {
        screen.line(words.say("status.no_groups"));
    } else {
        let heading = ["table.group", "table.state", "table.registered", "table.round_trip", "table.error"];
        let rows: Vec<Vec<String>> = groups.into_iter().map(|group| row(group, screen)).collect();
        table::print(screen, &heading.map(|key| words.say(key)), &rows);
    }
    screen.line("");
    let live = status["calls"].to_string();
    screen.line(&words.fill("status.calls", &[("live", &live), ("total", &totals.calls.to_string())]));
    let (strangers, malformed) = (totals.strangers.to_string(), totals.malformed.to_string());
    screen.line(&words.fill("status.strangers", &[("strangers", &strangers), ("malformed", &malformed)]));
    screen.line(&match status["store"]["why"].as_str() {
        None => words.say("status.store_works").to_owned(),
        Some(why) => words.fill("status.store_fails", &[("why", why)]),
    });
    Ok(Code::Done)
}

fn row(group: GroupView, screen: &Screen) -> Vec<String> {
    let state = if group.up { screen.words.say("mark.up") } else { screen.words.say("mark.down") };
    vec![
        group.group.to_string(),
        state.to_owned(),
        format!("{}/{}", group.registered, group.accounts),
        milliseconds(group.round_trip_ms),
        group.last_error.unwrap_or_default(),
    ]
}
