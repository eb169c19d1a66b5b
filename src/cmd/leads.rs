//! `ramal lists`: lists of leads, brought in from files, gone on with, taken away. `ramal leads`: who is in them.

use std::path::Path;

use engine::campaign::{Lead, LeadState, ListState};
use engine::id::{LeadId, ListId};
use serde_json::Value;

use crate::control::{NewList, Wish};
use crate::words::Words;

use super::args::{Import, Leads, Lists};
use super::client::Client;
use super::exit::{Code, Failure};
use super::screen::Screen;
use super::table;

pub fn lists(what: Option<&Lists>, client: &mut Client, screen: &Screen) -> Result<Code, Failure> {
    match what {
        None => all(client, screen),
        Some(Lists::Import(import)) => bring(import, client, screen),
        Some(Lists::Resume { list, file }) => {
            let path = whole(file)?;
            said(Wish::ResumeLeads { list: id(list, screen)?, path }, "lists.begun", list, client, screen)
        }
        Some(Lists::Discard { list }) => {
            said(Wish::DiscardLeads { list: id(list, screen)? }, "lists.discarded", list, client, screen)
        }
    }
}

pub fn leads(what: &Leads, client: &mut Client, screen: &Screen) -> Result<Code, Failure> {
    match what {
        Leads::Find { text } => find(text, client, screen),
        Leads::Settle { lead, reached } => {
            let id = lead.parse().map(LeadId).map_err(|_| unknown(lead, screen))?;
            said(Wish::SettleLead { lead: id, reached: *reached }, "leads.settled", lead, client, screen)
        }
    }
}

fn all(client: &mut Client, screen: &Screen) -> Result<Code, Failure> {
    let answer = client.ask(Wish::LeadLists {})?;
    if screen.json {
        screen.value(&answer);
        return Ok(Code::Done);
    }
    let works: Vec<&Value> = answer["imports"].as_array().into_iter().flatten().collect();
    let stored: Vec<&Value> = answer["lists"].as_array().into_iter().flatten().collect();
    let is_stored = |work: &Value| stored.iter().any(|list| list["list"] == work["list"]);
    let mut rows: Vec<Vec<String>> =
        works.iter().filter(|work| !is_stored(work)).map(|work| row(work, Some(work), &screen.words)).collect();
    rows.extend(stored.iter().map(|list| {
        let work = works.iter().find(|work| work["list"] == list["list"]);
        row(list, work.copied(), &screen.words)
    }));
    if rows.is_empty() {
        screen.line(screen.words.say("lists.none"));
        return Ok(Code::Done);
    }
    let heading = ["table.call", "table.name", "table.source", "table.state", "table.leads", "table.numbers"];
    table::print(screen, &heading.map(|key| screen.words.say(key)), &rows);
    Ok(Code::Done)
}

/// `work`: an import that runs, or was kept from its end.
fn row(list: &Value, work: Option<&Value>, words: &Words) -> Vec<String> {
    let text = |field: &str| match &list[field] {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    };
    let state = match work.map(|work| (work["part"].as_f64(), work["error"]["text"].as_str())) {
        Some((Some(part), _)) => words.fill("lists.loading", &[("percent", &format!("{:.0}", part * 100.0))]),
        Some((None, Some(why))) => words.fill("lists.failed", &[("why", why)]),
        Some((None, None)) | None => match serde_json::from_value(list["state"].clone()) {
            Ok(ListState::Ready) => words.say("lists.ready").to_owned(),
            Ok(ListState::Loading) => words.say("lists.cut").to_owned(),
            Ok(ListState::Discarded) | Err(_) => String::new(),
        },
    };
    vec![text("list"), text("name"), text("source"), state, text("leads"), text("numbers")]
}

fn bring(import: &Import, client: &mut Client, screen: &Screen) -> Result<Code, Failure> {
    let Import { file, name, source, expires, skip_bad, across_lists } = import;
    let expires = expires.and_then(|day| day.and_hms_opt(0, 0, 0)).map(|day| day.and_utc());
    let new = NewList {
        path: whole(file)?,
        name: name.clone(),
        source: source.clone(),
        dated: None,
        expires,
        skip_bad: *skip_bad,
        across_lists: *across_lists,
    };
    let answer = client.ask(Wish::ImportLeads(new))?;
    match screen.json {
        true => screen.value(&answer),
        false => {
            let list = answer["list"].as_str().unwrap_or_default();
            screen.line(&screen.words.fill("lists.begun", &[("id", list)]));
        }
    }
    Ok(Code::Done)
}

fn find(text: &str, client: &mut Client, screen: &Screen) -> Result<Code, Failure> {
    let mut answer = client.ask(Wish::Leads { q: text.to_owned() })?;
    if screen.json {
        screen.value(&answer);
        return Ok(Code::Done);
    }
    let found: Vec<Lead> = client.typed(answer["leads"].take())?;
    if found.is_empty() {
        screen.line(screen.words.say("leads.none"));
        return Ok(Code::Done);
    }
    let row = |lead: &Lead| {
        let numbers: Vec<&str> = lead.phones.iter().map(|phone| phone.number.normalised.as_str()).collect();
        vec![
            lead.lead.to_string(),
            lead.recipient.clone(),
            numbers.join(" "),
            lead.attempts.to_string(),
            state(&lead.state, &screen.words),
        ]
    };
    let heading = ["table.call", "table.name", "table.number", "table.attempts", "table.state"];
    table::print(screen, &heading.map(|key| screen.words.say(key)), &found.iter().map(row).collect::<Vec<_>>());
    Ok(Code::Done)
}

fn state(state: &LeadState, words: &Words) -> String {
    let plain = |key: &str| words.say(key).to_owned();
    match state {
        LeadState::Waiting { next, .. } => {
            let local = next.with_timezone(&chrono::Local).format("%d/%m/%Y %H:%M").to_string();
            words.fill("leads.waiting", &[("next", &local)])
        }
        LeadState::Leased { .. } => plain("leads.leased"),
        LeadState::Callback { .. } => plain("leads.callback"),
        LeadState::Unknown { .. } => plain("leads.unknown_attempt"),
        LeadState::Done => plain("leads.done"),
        LeadState::Declined => plain("leads.declined"),
        LeadState::Exhausted(_) => plain("leads.exhausted"),
    }
}

/// Asks, and says the sentence of `key` about `named`.
fn said(wish: Wish, key: &str, named: &str, client: &mut Client, screen: &Screen) -> Result<Code, Failure> {
    let answer = client.ask(wish)?;
    match screen.json {
        true => screen.value(&answer),
        false => screen.line(&screen.words.fill(key, &[("id", named)])),
    }
    Ok(Code::Done)
}

fn id(list: &str, screen: &Screen) -> Result<ListId, Failure> {
    list.parse().map(ListId).map_err(|_| unknown(list, screen))
}

fn unknown(id: &str, screen: &Screen) -> Failure {
    Failure::Unclear(screen.words.fill("lists.unknown", &[("id", id)]))
}

/// The daemon may stand elsewhere; it reads the file by itself.
fn whole(file: &Path) -> Result<std::path::PathBuf, Failure> {
    std::path::absolute(file).map_err(|why| Failure::Other(format!("{}: {why}", file.display())))
}
