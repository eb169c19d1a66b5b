//! `ramal campaigns dry-run`: whom a campaign could dial now, today, later and never, by which rule not, and what the day would come to.

use engine::campaign::Campaign;
use serde_json::Value;

use crate::control::Wish;
use crate::words::Words;

use super::client::Client;
use super::exit::{Code, Failure};
use super::screen::Screen;
use super::table;

pub fn run(terms: &Campaign, agents: Option<u32>, client: &mut Client, screen: &Screen) -> Result<Code, Failure> {
    let found = client.ask(Wish::DryRun { campaign: terms.id, agents })?;
    if screen.json {
        screen.value(&found);
        return Ok(Code::Done);
    }
    let words = &screen.words;
    let leads = count(&found["leads"]);
    screen.line(&words.fill("dry_run.leads", &[("campaign", &terms.name), ("leads", &leads)]));
    let place = |(field, key): &(&str, &str)| vec![words.say(key).to_owned(), count(&found[*field])];
    let heading = ["table.when", "table.leads"].map(|key| words.say(key));
    table::print(screen, &heading, &PLACES.iter().map(place).collect::<Vec<_>>());
    kept(&found["by_rule"], screen);
    match (agents, &found["forecast"]) {
        (None, _) => {}
        (Some(_), Value::Null) => screen.line(words.say("dry_run.no_forecast")),
        (Some(_), _) if found["now"] == 0 && found["today"] == 0 => screen.line(words.say("dry_run.nobody")),
        (Some(_), day) => forecast(day, screen),
    }
    Ok(Code::Done)
}

/// What keeps those that are not dialled now, the most first.
fn kept(by_rule: &Value, screen: &Screen) {
    let mut rules: Vec<(&str, u64)> = by_rule
        .as_object()
        .into_iter()
        .flatten()
        .map(|(rule, count)| (rule.as_str(), count.as_u64().unwrap_or_default()))
        .collect();
    if rules.is_empty() {
        return;
    }
    rules.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let row = |(rule, count): &(&str, u64)| vec![reason(rule, &screen.words), count.to_string()];
    let heading = ["table.kept_by", "table.leads"].map(|key| screen.words.say(key));
    screen.line("");
    table::print(screen, &heading, &rules.iter().map(row).collect::<Vec<_>>());
}

/// The dry run's own reasons in words; rules of the gate as `ramal gate explain` has them.
fn reason(rule: &str, words: &Words) -> String {
    words.find(&format!("dry_run.{}", rule.replace('-', "_"))).unwrap_or(rule).to_owned()
}

fn forecast(day: &Value, screen: &Screen) {
    let words = &screen.words;
    let percent = |field: &str| format!("{:.1}", day[field].as_f64().unwrap_or_default() / 10.0);
    screen.line("");
    screen.line(&words.fill("dry_run.forecast", &[("agents", &count(&day["agents"]))]));
    let lines = [
        ("dry_run.calls", count(&day["calls"])),
        ("dry_run.connected", count(&day["connected"])),
        ("dry_run.abandoned", count(&day["abandoned"])),
        ("dry_run.occupancy", format!("{} %", percent("occupancy_permille"))),
    ];
    let row = |(key, value): &(&str, String)| vec![words.say(key).to_owned(), value.clone()];
    let heading = ["table.figure", "table.forecast"].map(|key| words.say(key));
    table::print(screen, &heading, &lines.iter().map(row).collect::<Vec<_>>());
    let basis = if day["learned"] == true { "dry_run.learned" } else { "dry_run.assumed" };
    screen.line(&words.fill(basis, &[("share", &percent("answered_permille"))]));
    screen.line(&match day["through_minutes"].as_u64() {
        None => words.say("dry_run.all_day").to_owned(),
        Some(minutes) => {
            let time = format!("{}:{:02}", minutes / 60, minutes % 60);
            words.fill("dry_run.through", &[("time", &time)])
        }
    });
}

fn count(number: &Value) -> String {
    number.as_u64().unwrap_or_default().to_string()
}

const PLACES: [(&str, &str); 5] = [
    ("now", "dry_run.now"),
    ("today", "dry_run.today"),
    ("later", "dry_run.later"),
    ("never", "dry_run.never"),
    ("in_work", "dry_run.in_work"),
];
