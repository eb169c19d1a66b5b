//! `ramal message`: a text message and what became of it; or the last ones.

use engine::news::{Direction, MessageState, MessageView, News};

use crate::control::{Wish, shaped};
use crate::words::Words;

use super::args::Message;
use super::client::Client;
use super::exit::{Code, Failure};
use super::screen::Screen;
use super::table;

pub fn run(message: &Message, client: &mut Client, screen: &Screen) -> Result<Code, Failure> {
    match (&message.number, &message.text) {
        (Some(number), Some(text)) => send(number, text, message, client, screen),
        (_, _) => list(client, screen),
    }
}

fn send(number: &str, text: &str, message: &Message, client: &mut Client, screen: &Screen) -> Result<Code, Failure> {
    // Before the message, so that its answer is not missed.
    client.ask(Wish::Events { since: None })?;
    let account = message.account.as_deref().map(Into::into);
    let wish = Wish::Message { number: number.to_owned(), text: text.to_owned(), account };
    let answer = client.ask_once(wish, message.key.as_deref())?;
    let id = answer["message"].as_str().and_then(|id| id.parse().ok());
    if message.key.is_some()
        && let Some(view) = known(id, client)?
        && view.state != MessageState::Sending
    {
        return Ok(tell(&view, screen));
    }
    loop {
        match client.next_event()?.1 {
            News::Message(view) if Some(view.message.0) == id && view.state != MessageState::Sending => {
                return Ok(tell(&view, screen));
            }
            _ => {}
        }
    }
}

/// A message that the same key has sent before has its answer already.
fn known(id: Option<u64>, client: &mut Client) -> Result<Option<MessageView>, Failure> {
    let mut answer = client.ask(Wish::Messages {})?;
    let all: Vec<MessageView> = client.typed(answer["messages"].take())?;
    Ok(all.into_iter().find(|view| Some(view.message.0) == id))
}

/// A message that did not get through is a no.
fn tell(view: &MessageView, screen: &Screen) -> Code {
    if screen.json {
        screen.value(&shaped(view));
    } else {
        let state = state(view, &screen.words);
        screen.line(&screen.words.fill("message.told", &[("number", &view.number), ("state", &state)]));
    }
    if view.state == MessageState::Failed { Code::Refused } else { Code::Done }
}

fn list(client: &mut Client, screen: &Screen) -> Result<Code, Failure> {
    let mut answer = client.ask(Wish::Messages {})?;
    if screen.json {
        screen.value(&answer);
        return Ok(Code::Done);
    }
    let words = &screen.words;
    let messages: Vec<MessageView> = client.typed(answer["messages"].take())?;
    if messages.is_empty() {
        screen.line(words.say("message.none"));
        return Ok(Code::Done);
    }
    let heading = ["table.time", "table.direction", "table.account", "table.number", "table.state", "table.text"];
    // The newest last, next to the prompt.
    let rows: Vec<Vec<String>> = messages.iter().rev().map(|view| row(view, words)).collect();
    table::print(screen, &heading.map(|key| words.say(key)), &rows);
    Ok(Code::Done)
}

fn row(view: &MessageView, words: &Words) -> Vec<String> {
    let direction = match view.direction {
        Direction::Inbound => words.say("mark.inbound"),
        Direction::Outbound => words.say("mark.outbound"),
    };
    let number = match &view.name {
        Some(name) => format!("{} ({name})", view.number),
        None => view.number.clone(),
    };
    vec![
        view.at.with_timezone(&chrono::Local).format("%d/%m %H:%M:%S").to_string(),
        direction.to_owned(),
        view.account.to_string(),
        number,
        state(view, words),
        view.text.replace(['\r', '\n'], " "),
    ]
}

/// `not sent: there is no such number (404 Not Found)`
pub fn state(view: &MessageView, words: &Words) -> String {
    let state = words.message_state(view.state);
    match &view.why {
        Some(why) => format!("{state}: {why}"),
        None => state.to_owned(),
    }
}

/// A line of `ramal events`.
pub fn sentence(view: &MessageView, words: &Words) -> String {
    let key = match view.direction {
        Direction::Inbound => "event.message_in",
        Direction::Outbound => "event.message_out",
    };
    let state = state(view, words);
    let values =
        [("account", view.account.as_str()), ("number", &view.number), ("state", &state), ("text", &view.text)];
    words.fill(key, &values)
}
