//! `ramal leads show` and `ramal leads why`: one lead with all that became of it, and why it is not called now (GN-16).

use std::collections::BTreeMap;

use engine::id::LeadId;
use serde_json::Value;

use crate::control::Wish;
use crate::words::Words;

use super::campaigns;
use super::client::Client;
use super::exit::{Code, Failure};
use super::screen::Screen;
use super::{table, wall};

/// Who it is, each attempt, and why none is made now.
pub fn show(lead: LeadId, client: &mut Client, screen: &Screen) -> Result<Code, Failure> {
    let whole = client.ask(Wish::Lead { lead })?;
    if screen.json {
        screen.value(&whole);
        return Ok(Code::Done);
    }
    let names = names(client)?;
    person(&whole, screen);
    attempts(&whole, &names, screen);
    reasons(&whole, &names, screen);
    Ok(Code::Done)
}

/// Why it is not called now, and when it may be, for each campaign that has its list.
pub fn why(lead: LeadId, client: &mut Client, screen: &Screen) -> Result<Code, Failure> {
    let mut whole = client.ask(Wish::Lead { lead })?;
    if screen.json {
        screen.value(&serde_json::json!({ "lead": whole["lead"].take(), "why": whole["why"].take() }));
        return Ok(Code::Done);
    }
    reasons(&whole, &names(client)?, screen);
    Ok(Code::Done)
}

/// Of campaigns, by id.
fn names(client: &mut Client) -> Result<BTreeMap<String, String>, Failure> {
    Ok(campaigns::all(client)?.into_iter().map(|terms| (terms.id.to_string(), terms.name)).collect())
}

fn name<'a>(campaign: &'a Value, names: &'a BTreeMap<String, String>) -> &'a str {
    let id = campaign.as_str().unwrap_or("–");
    names.get(id).map_or(id, String::as_str)
}

fn person(whole: &Value, screen: &Screen) {
    let words = &screen.words;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    screen.line(&words.fill("lead.person", &[("name", &text(&whole["recipient"])), ("id", &text(&whole["lead"]))]));
    let state = words.find(&format!("lead.is_{}", text(&whole["state"]["kind"]))).unwrap_or_default();
    let attempts = whole["attempts"].to_string();
    screen.line(&words.fill("lead.standing", &[("state", state), ("attempts", &attempts)]));
    for phone in whole["phones"].as_array().into_iter().flatten() {
        screen.line(&format!("  {}  {}", text(&phone["number"]), text(&phone["label"])));
    }
    for field in whole["fields"].as_array().into_iter().flatten() {
        screen.line(&format!("  {}: {}", text(&field[0]), text(&field[1])));
    }
    screen.line("");
}

fn attempts(whole: &Value, names: &BTreeMap<String, String>, screen: &Screen) {
    let words = &screen.words;
    let row = |attempt: &Value| {
        let result = match attempt["result"].as_str() {
            Some(result) => words.find(&format!("result.{}", result.replace('-', "_"))).unwrap_or(result),
            None => words.say("result.under_way"),
        };
        let cause = match (attempt["sip"].as_u64(), attempt["q850"].as_u64()) {
            (Some(sip), Some(q850)) => format!("SIP {sip}, Q.850 {q850}"),
            (Some(sip), None) => format!("SIP {sip}"),
            (None, Some(q850)) => format!("Q.850 {q850}"),
            (None, None) => String::new(),
        };
        let number = attempt["number"].as_str().unwrap_or_default().to_owned();
        let campaign = name(&attempt["campaign"], names).to_owned();
        vec![wall::minute_of(&attempt["at"]), campaign, number, result.to_owned(), cause]
    };
    let rows: Vec<Vec<String>> = whole["history"].as_array().into_iter().flatten().map(row).collect();
    if rows.is_empty() {
        screen.line(words.say("lead.never"));
    } else {
        let heading = ["table.started", "table.campaign", "table.number", "table.result", "table.cause"];
        table::print(screen, &heading.map(|key| words.say(key)), &rows);
    }
    screen.line("");
}

fn reasons(whole: &Value, names: &BTreeMap<String, String>, screen: &Screen) {
    let words = &screen.words;
    let row = |why: &Value| {
        let next = match wall::minute_of(&why["next"]) {
            next if next.is_empty() => "–".to_owned(),
            next => next,
        };
        vec![name(&why["campaign"], names).to_owned(), reason(why, words), next]
    };
    let rows: Vec<Vec<String>> = whole["why"].as_array().into_iter().flatten().map(row).collect();
    let heading = ["table.campaign", "table.waits_for", "table.next"].map(|key| words.say(key));
    table::print(screen, &heading, &rows);
}

/// What it waits for, and what the gate says besides.
fn reason(why: &Value, words: &Words) -> String {
    let waits = &why["waits"];
    let text = |field: &str| waits[field].as_str().unwrap_or_default();
    let kind = match (text("kind"), text("why")) {
        ("exhausted", limit @ ("lead-limit" | "number-limit" | "numbers-dead" | "suppressed")) => limit,
        (kind, _) => kind,
    };
    let most = waits["most"].to_string();
    let (next, since) = (wall::minute_of(&waits["next"]), wall::minute_of(&waits["since"]));
    let held = words.find(&format!("doubt.{}", text("why"))).unwrap_or_default();
    let given = [("next", next.as_str()), ("since", since.as_str()), ("most", most.as_str()), ("doubt", held)];
    let own = words.fill(&format!("lead.waits_{}", kind.replace('-', "_")), &given);
    let denied = &why["denied"];
    match (denied["rule"].as_str(), denied["fact"].as_str()) {
        (Some(rule), fact) => {
            let gate = words.fill("lead.denied", &[("rule", rule), ("fact", fact.unwrap_or_default())]);
            // A turn that the gate denies is none.
            if kind == "turn" { gate } else { format!("{own} {gate}") }
        }
        (None, _) => own,
    }
}
