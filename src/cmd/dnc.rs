//! `ramal dnc`: numbers that are not dialled automatically: seen, added to, taken off.

use serde_json::Value;

use crate::control::Wish;

use super::args::Dnc;
use super::client::Client;
use super::exit::{Code, Failure};
use super::screen::Screen;
use super::table;

pub fn run(number: Option<&str>, what: Option<&Dnc>, client: &mut Client, screen: &Screen) -> Result<Code, Failure> {
    let (wish, key, named) = match what {
        None => return list(number, client, screen),
        Some(Dnc::Add { number, source }) => {
            (Wish::Suppress { number: number.clone(), source: source.clone(), until: None }, "dnc.added", number)
        }
        Some(Dnc::Remove { entry }) => {
            let unknown = || Failure::Unclear(screen.words.fill("dnc.unknown", &[("id", entry)]));
            (Wish::Unsuppress { suppression: entry.parse().map_err(|_| unknown())? }, "dnc.removed", entry)
        }
    };
    let answer = client.ask(wish)?;
    match screen.json {
        true => screen.value(&answer),
        false => screen.line(&screen.words.fill(key, &[("id", named)])),
    }
    Ok(Code::Done)
}

fn list(number: Option<&str>, client: &mut Client, screen: &Screen) -> Result<Code, Failure> {
    let answer = client.ask(Wish::Suppressions { number: number.map(str::to_owned) })?;
    if screen.json {
        screen.value(&answer);
        return Ok(Code::Done);
    }
    let lines: Vec<&Value> = answer["suppressions"].as_array().into_iter().flatten().collect();
    if lines.is_empty() {
        screen.line(screen.words.say("dnc.none"));
        return Ok(Code::Done);
    }
    let row = |line: &&Value| {
        let text = |field: &str| line[field].as_str().unwrap_or_default().to_owned();
        let until = line["until"].as_str().map_or_else(|| screen.words.say("dnc.for_good").to_owned(), str::to_owned);
        vec![text("suppression"), text("number"), text("source"), until]
    };
    let heading = ["table.call", "table.number", "table.source", "table.until"];
    table::print(screen, &heading.map(|key| screen.words.say(key)), &lines.iter().map(row).collect::<Vec<_>>());
    Ok(Code::Done)
}
