//! `ramal lists import --dry-run`: how a file is understood, and each row that stands in its way. Nothing is kept.

use std::path::Path;

use serde_json::Value;

use crate::control::Wish;

use super::client::Client;
use super::exit::{Code, Failure};
use super::screen::Screen;
use super::table;

/// Ends as refused where a row is bad: without `--skip-bad` the file would be.
pub fn run(path: &Path, across_lists: bool, client: &mut Client, screen: &Screen) -> Result<Code, Failure> {
    let found = client.ask(Wish::PreviewLeads { path: path.to_owned(), across_lists })?;
    match screen.json {
        true => screen.value(&found),
        false => show(&found, screen),
    }
    Ok(if found["bad"] == 0 { Code::Done } else { Code::Refused })
}

fn show(found: &Value, screen: &Screen) {
    let words = &screen.words;
    let text = |field: &str| text(&found[field]);
    let separator = if found["separator"] == "\t" { words.say("preview.tab").to_owned() } else { text("separator") };
    let encoding = words.find(&format!("preview.{}", text("encoding"))).unwrap_or_default();
    screen.line(&words.fill("preview.understood", &[("encoding", encoding), ("separator", &separator)]));
    let column = |column: &Value| {
        let meaning = column["meaning"].as_str().unwrap_or_default();
        let meaning = words.find(&format!("preview.{meaning}")).unwrap_or(meaning);
        vec![self::text(&column["name"]), meaning.to_owned()]
    };
    let heading = ["table.column", "table.read_as"].map(|key| words.say(key));
    table::print(screen, &heading, &each(&found["columns"]).map(column).collect::<Vec<_>>());
    screen.line("");
    let counts = ["rows", "leads", "numbers", "bad"].map(|field| (field, text(field)));
    let counts: Vec<(&str, &str)> = counts.iter().map(|(field, count)| (*field, count.as_str())).collect();
    screen.line(&words.fill("preview.counts", &counts));
    repeats(found, screen);
    errors(found, screen);
}

/// Numbers that are there already, in the file or in other lists.
fn repeats(found: &Value, screen: &Screen) {
    let words = &screen.words;
    let seen = &found["repeats"];
    if seen["rows"] != 0 {
        let pair = |one: &Value| {
            words.fill("preview.repeat", &[("line", &text(&one["line"])), ("first", &text(&one["first"]))])
        };
        let first: Vec<String> = each(&seen["first"]).take(EXAMPLES).map(pair).collect();
        let given = [("rows", text(&seen["rows"])), ("first", first.join("; "))];
        screen.line(&words.fill("preview.repeated", &given.each_ref().map(|(name, value)| (*name, value.as_str()))));
    }
    if found["listed"].as_u64().is_some_and(|listed| listed > 0) {
        screen.line(&words.fill("preview.listed", &[("leads", &text(&found["listed"]))]));
    }
    if found["twice"] != 0 {
        screen.line(&words.fill("preview.twice", &[("leads", &text(&found["twice"]))]));
    }
    if seen["uncompared"] != 0 {
        screen.line(&words.fill("preview.uncompared", &[("numbers", &text(&seen["uncompared"]))]));
    }
}

fn errors(found: &Value, screen: &Screen) {
    let rows: Vec<Vec<String>> = each(&found["errors"])
        .map(|error| ["line", "column", "value", "text"].map(|field| text(&error[field])).to_vec())
        .collect();
    if rows.is_empty() {
        return;
    }
    screen.line("");
    let heading = ["table.line", "table.column", "table.value", "table.what"].map(|key| screen.words.say(key));
    table::print(screen, &heading, &rows);
}

fn each(all: &Value) -> impl Iterator<Item = &Value> {
    all.as_array().into_iter().flatten()
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// Of rows that repeat a number; all that there are have programs.
const EXAMPLES: usize = 5;
