//! `ramal dial`: a call, watched until it is answered or over where wanted.

use engine::id::CallId;
use engine::news::{CallState, CallView, News};
use serde_json::Value;

use crate::control::{Wish, shaped};

use super::args::{Dial, Wait};
use super::calls::{cause, state};
use super::client::Client;
use super::exit::{Code, Failure};
use super::extensions::clock;
use super::pick::short;
use super::screen::Screen;

pub fn run(dial: &Dial, client: &mut Client, screen: &Screen) -> Result<Code, Failure> {
    if dial.wait.is_some() {
        // Before the call, so that no change of it is missed.
        client.ask(Wish::Events { since: None })?;
    }
    let wish = Wish::Dial {
        number: dial.number.clone(),
        route: dial.route.as_deref().map(Into::into),
        caller_id: dial.caller_id.clone(),
    };
    let answer = client.ask_once(wish, dial.key.as_deref())?;
    tell(&dial.number, &answer, screen);
    match (dial.wait, answer["call"].as_str().and_then(|call| call.parse().ok())) {
        (Some(wait), Some(call)) => watch(CallId(call), wait, client, screen),
        (None, _) | (_, None) => Ok(Code::Done),
    }
}

/// A call has begun: its id and its Protocolo.
pub fn tell(number: &str, answer: &Value, screen: &Screen) {
    if screen.json {
        return screen.value(answer);
    }
    let words = &screen.words;
    for warning in answer["warnings"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        screen.line(&words.fill("dial.warning", &[("warning", warning)]));
    }
    let (call, protocolo) = (&answer["call"], answer["protocolo"].as_str().unwrap_or_default());
    let call = call.as_str().and_then(|call| call.parse().ok()).map(|call| short(CallId(call), &[]));
    let values = [("call", call.as_deref().unwrap_or_default()), ("number", number), ("protocolo", protocolo)];
    screen.line(&words.fill("dial.dialled", &values));
}

/// Says each new state; a call that ends before its answer is a no.
fn watch(call: CallId, wait: Wait, client: &mut Client, screen: &Screen) -> Result<Code, Failure> {
    let mut told = String::new();
    loop {
        let view = match client.next_event()?.1 {
            News::Call(view) | News::CallEnded(view) if view.call == call => view,
            _ => continue,
        };
        let line = line(&view, screen);
        if line != told {
            screen.line(&line);
            told = line;
        }
        match (view.state, wait) {
            (CallState::Answered, Wait::Answered) => return Ok(Code::Done),
            (CallState::Ended, _) if view.answered.is_some() => return Ok(Code::Done),
            (CallState::Ended, _) => return Ok(Code::Refused),
            (_, _) => {}
        }
    }
}

fn line(call: &CallView, screen: &Screen) -> String {
    if screen.json {
        return shaped(call).to_string();
    }
    let words = &screen.words;
    let (at, what) = match (&call.cause, call.answered) {
        (Some(end), _) => (call.ended, words.fill("dial.ended", &[("cause", &cause(end, words))])),
        (None, answered) => (answered, state(call, &[], words)),
    };
    match at {
        Some(at) => format!("{}  {what}", clock(at)),
        None => format!("{}  {what}", clock(call.started)),
    }
}
