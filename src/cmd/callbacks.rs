//! `ramal callbacks`: promises to call back, as the store has them; and one called off.

use engine::callback::{Owner, Phase, Row, Standing};

use crate::control::Wish;
use crate::words::Words;

use super::client::Client;
use super::events::standing;
use super::exit::{Code, Failure};
use super::screen::Screen;
use super::table;

pub fn list(over: bool, number: Option<&str>, client: &mut Client, screen: &Screen) -> Result<Code, Failure> {
    let wish = Wish::Callbacks { over, number: number.map(str::to_owned) };
    let mut answer = client.ask(wish)?;
    if screen.json {
        screen.value(&answer);
        return Ok(Code::Done);
    }
    let rows: Vec<Row> = client.typed(answer["callbacks"].take())?;
    if rows.is_empty() {
        screen.line(screen.words.say("callbacks.none"));
        return Ok(Code::Done);
    }
    let heading = ["table.callback", "table.time", "table.name", "table.number", "table.owner", "table.state"];
    let rows: Vec<Vec<String>> = rows.iter().map(|one| row(one, &screen.words)).collect();
    table::print(screen, &heading.map(|key| screen.words.say(key)), &rows);
    Ok(Code::Done)
}

/// As it is now: whoever changed it meanwhile is heard.
pub fn cancel(callback: &str, client: &mut Client, screen: &Screen) -> Result<Code, Failure> {
    let mut answer = client.ask(Wish::Callbacks { over: false, number: None })?;
    let rows: Vec<Row> = client.typed(answer["callbacks"].take())?;
    let found = rows.iter().find(|row| row.promise.id.to_string() == callback);
    let Some(row) = found else {
        screen.line(&screen.words.fill("callbacks.unknown", &[("callback", callback)]));
        return Ok(Code::Refused);
    };
    let answer = client.ask(Wish::CancelCallback { callback: row.promise.id, version: row.promise.version })?;
    match screen.json {
        true => screen.value(&answer),
        false => screen.line(&screen.words.fill("callbacks.cancelled", &[("callback", callback)])),
    }
    Ok(Code::Done)
}

fn row(row: &Row, words: &Words) -> Vec<String> {
    let promise = &row.promise;
    let state = match &row.phase {
        Phase::Open => Standing::Open,
        Phase::Trying(_) => Standing::Dialling,
        Phase::Unknown(_) => Standing::Unknown,
        Phase::Over(end) => Standing::Over(*end),
    };
    let owner = match promise.terms.owner {
        Owner::Person(user) => words.fill("callbacks.person", &[("user", &user.to_string())]),
        Owner::Queue(queue) => words.fill("callbacks.queue", &[("queue", &queue.to_string())]),
    };
    vec![
        promise.id.to_string(),
        promise.terms.due.local.format("%d/%m/%Y %H:%M").to_string(),
        promise.terms.recipient.clone(),
        promise.terms.number.normalised.clone(),
        owner,
        words.say(standing(state)).to_owned(),
    ]
}
