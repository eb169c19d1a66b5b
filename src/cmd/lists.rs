//! `ramal lists`: lists of leads, brought in from files or only looked at, gone on with, taken away.

use std::path::Path;

use engine::campaign::{ListState, ResultKind};
use engine::id::ListId;
use serde_json::Value;

use crate::control::{Chosen, NewList, Wish};
use crate::words::Words;

use super::args::{Import, Lists};
use super::client::Client;
use super::exit::{Code, Failure};
use super::preview;
use super::screen::Screen;
use super::table;
use super::wall;

pub fn run(what: Option<&Lists>, client: &mut Client, screen: &Screen) -> Result<Code, Failure> {
    match what {
        None => all(client, screen),
        Some(Lists::Import(import)) if import.dry_run => {
            preview::run(&whole(&import.file)?, import.across_lists, client, screen)
        }
        Some(Lists::Import(import)) => bring(import, client, screen),
        Some(Lists::Resume { list, file }) => {
            let path = whole(file)?;
            said(Wish::ResumeLeads { list: id(list, screen)?, path }, "lists.begun", list, client, screen)
        }
        Some(Lists::Discard { list }) => {
            said(Wish::DiscardLeads { list: id(list, screen)? }, "lists.discarded", list, client, screen)
        }
        Some(Lists::Filter { list, conditions, none: _, dry_run }) => {
            let wish = Wish::FilterLeads { list: id(list, screen)?, conditions: conditions.clone(), dry_run: *dry_run };
            passed(wish, ["lists.filtering", "lists.would_call"], list, client, screen)
        }
        Some(Lists::Recycle(recycle)) => {
            let chosen = Chosen {
                results: recycle.results.iter().map(|word| result(word, screen)).collect::<Result<_, _>>()?,
                dispositions: recycle.dispositions.iter().cloned().collect(),
                uncalled: recycle.uncalled,
                next: recycle.from.map(wall::start),
            };
            let wish = Wish::RecycleLeads { list: id(&recycle.list, screen)?, chosen, dry_run: recycle.dry_run };
            passed(wish, ["lists.recycling", "lists.would_return"], &recycle.list, client, screen)
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

/// Begins a pass over a list, or says what it would do: the sentences of `begun` and `would`.
fn passed(
    wish: Wish,
    [begun, would]: [&str; 2],
    list: &str,
    client: &mut Client,
    screen: &Screen,
) -> Result<Code, Failure> {
    let answer = client.ask(wish)?;
    match (screen.json, answer["chosen"].as_u64().zip(answer["leads"].as_u64())) {
        (true, _) => screen.value(&answer),
        (false, Some((chosen, leads))) => {
            screen.line(&screen.words.fill(would, &[("chosen", &chosen.to_string()), ("leads", &leads.to_string())]));
        }
        (false, None) => screen.line(&screen.words.fill(begun, &[("id", list)])),
    }
    Ok(Code::Done)
}

/// A result of attempts, by its word.
fn result(word: &str, screen: &Screen) -> Result<ResultKind, Failure> {
    serde_json::from_value(Value::from(word)).map_err(|_| {
        let all = ResultKind::ALL.iter().filter_map(|kind| serde_json::to_value(kind).ok());
        let all: Vec<String> = all.filter_map(|word| word.as_str().map(str::to_owned)).collect();
        Failure::Unclear(screen.words.fill("lists.no_result", &[("word", word), ("all", &all.join(", "))]))
    })
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
            Ok(ListState::Ready) => ready(list, words),
            Ok(ListState::Loading) => words.say("lists.cut").to_owned(),
            Ok(ListState::Discarded) | Err(_) => String::new(),
        },
    };
    vec![text("list"), text("name"), text("source"), state, text("leads"), text("numbers")]
}

/// With the pass that goes over it, or the filter that leaves some of it out.
fn ready(list: &Value, words: &Words) -> String {
    if let Some(seen) = list["rework"]["seen"].as_u64() {
        return words.fill("lists.reworked", &[("seen", &seen.to_string())]);
    }
    let conditions: Vec<&str> = list["filter"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let aside = list["aside"].as_u64().unwrap_or_default().to_string();
    match conditions.is_empty() {
        true => words.say("lists.ready").to_owned(),
        false => words.fill("lists.filtered", &[("conditions", &conditions.join(" ")), ("aside", &aside)]),
    }
}

fn bring(import: &Import, client: &mut Client, screen: &Screen) -> Result<Code, Failure> {
    let Import { file, name, source, dated, expires, skip_bad, across_lists, dry_run: _ } = import;
    let new = NewList {
        path: whole(file)?,
        name: name.clone().unwrap_or_default(),
        source: source.clone().unwrap_or_default(),
        dated: dated.map(wall::start),
        expires: expires.map(wall::start),
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

/// Asks, and says the sentence of `key` about `named`.
pub fn said(wish: Wish, key: &str, named: &str, client: &mut Client, screen: &Screen) -> Result<Code, Failure> {
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

pub fn unknown(id: &str, screen: &Screen) -> Failure {
    Failure::Unclear(screen.words.fill("lists.unknown", &[("id", id)]))
}

/// The daemon may stand elsewhere; it reads the file by itself.
pub fn whole(file: &Path) -> Result<std::path::PathBuf, Failure> {
    std::path::absolute(file).map_err(|why| Failure::Other(format!("{}: {why}", file.display())))
}
