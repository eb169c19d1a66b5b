//! `ramal extensions`: who is registered, until when, and what went wrong last.

use chrono::{DateTime, Local, Utc};
use engine::config::AccountKind;
use engine::news::{AccountView, MessageSummary, WatchedView};

use crate::control::Wish;
use crate::words::Words;

use super::client::Client;
use super::exit::{Code, Failure};
use super::screen::Screen;
use super::table;
use super::watch::lamp;

pub fn run(client: &mut Client, screen: &Screen) -> Result<Code, Failure> {
    let mut answer = client.ask(Wish::Extensions {})?;
    if screen.json {
        screen.value(&answer);
        return Ok(Code::Done);
    }
    let words = &screen.words;
    let accounts: Vec<AccountView> = client.typed(answer["extensions"].take())?;
    if accounts.is_empty() {
        screen.line(words.say("extensions.none"));
        return Ok(Code::Done);
    }
    let heading = [
        "table.account",
        "table.kind",
        "table.group",
        "table.state",
        "table.until",
        "table.round_trip",
        "table.calls",
        "table.messages",
        "table.error",
    ];
    let rows: Vec<Vec<String>> = accounts.into_iter().map(|account| row(account, words)).collect();
    table::print(screen, &heading.map(|key| words.say(key)), &rows);
    let watched: Vec<WatchedView> = client.typed(answer["watched"].take())?;
    if !watched.is_empty() {
        screen.line("");
        lamps(&watched, screen);
    }
    Ok(Code::Done)
}

/// What the extensions watch.
pub fn lamps(watched: &[WatchedView], screen: &Screen) {
    let words = &screen.words;
    let heading = ["table.watched", "table.state", "table.since", "table.watched_by"];
    let row = |view: &WatchedView| {
        let since = view.since.map(clock).unwrap_or_default();
        vec![view.number.clone(), lamp(view.state, view.why.as_deref(), words), since, view.account.to_string()]
    };
    let rows: Vec<Vec<String>> = watched.iter().map(row).collect();
    table::print(screen, &heading.map(|key| words.say(key)), &rows);
}

fn row(account: AccountView, words: &Words) -> Vec<String> {
    let kind = match account.kind {
        AccountKind::Extension => words.say("mark.extension"),
        AccountKind::RegisteredTrunk => words.say("mark.registered-trunk"),
        AccountKind::AddressedTrunk => words.say("mark.addressed-trunk"),
    };
    vec![
        account.account.to_string(),
        kind.to_owned(),
        account.group.to_string(),
        state(&account, words),
        account.registration.until.map(clock).unwrap_or_default(),
        milliseconds(account.registration.round_trip_ms),
        account.calls.to_string(),
        account.messages.map_or_else(String::new, |waiting| mailbox(waiting, words)),
        account.registration.last_error.unwrap_or_default(),
    ]
}

/// `2 new, 8 old`
pub fn mailbox(waiting: MessageSummary, words: &Words) -> String {
    let MessageSummary { waiting: any, new, old, .. } = waiting;
    match (any, new, old) {
        // Some PBXs give no numbers.
        (true, 0, 0) => words.say("mark.messages").to_owned(),
        (false, 0, 0) => words.say("mark.no_messages").to_owned(),
        (_, _, _) => words.fill("mark.mailbox", &[("new", &new.to_string()), ("old", &old.to_string())]),
    }
}

/// `registered, do not disturb`
pub fn state(account: &AccountView, words: &Words) -> String {
    let state = words.registration(account.registration.state);
    if account.do_not_disturb { format!("{state}, {}", words.say("mark.dnd")) } else { state.to_owned() }
}

/// The time of day here.
pub fn clock(at: DateTime<Utc>) -> String {
    at.with_timezone(&Local).format("%H:%M:%S").to_string()
}

pub fn milliseconds(span: Option<f32>) -> String {
    span.map_or_else(String::new, |ms| format!("{ms:.1} ms"))
}
