//! Customers who call the demo's agent whenever she is ready, one after the other.

use std::thread;
use std::time::Duration;

use chrono::Utc;
use engine::agent::AgentState;
use engine::news::{News, StaffNews};

use super::people::{AGENT, KNOWN_NUMBER};
use super::stage::{EXTENSIONS, Stage};
use crate::cmd::client::Client;
use crate::cmd::exit::Failure;
use crate::cmd::extensions::clock;
use crate::cmd::screen::Screen;
use crate::control::Wish;
use crate::exchange::{Caller, Voice};

/// Until the daemon ends.
pub fn call_in(stage: &Stage, screen: &Screen) -> Result<(), Failure> {
    let mut client = Client::connect(&stage.socket())?;
    client.ask(Wish::Events { since: None })?;
    for number in NUMBERS.iter().cycle() {
        while !is_ready(&client.next_event()?.1) {}
        // A moment to put the headset on.
        thread::sleep(PAUSE);
        let caller = caller(number);
        let called = stage.exchange().visit(move |exchange, now| exchange.call(EXTENSIONS[0], caller, now));
        // Whoever cannot be reached is tried when she is ready again.
        if let Some(Ok(_)) = called {
            screen.line(&screen.words.fill("demo.visitor", &[("at", &clock(Utc::now())), ("account", EXTENSIONS[0])]));
        }
    }
    Ok(())
}

fn is_ready(news: &News) -> bool {
    matches!(news, News::Staff(StaffNews::Agent(view)) if view.user == AGENT && view.state == AgentState::Ready)
}

/// Says back whatever is said.
fn caller(number: &str) -> Caller {
    Caller {
        number: number.to_owned(),
        name: None,
        patience: Duration::from_secs(45),
        voice: Voice::Echo,
        talk: Some(Duration::from_secs(180)),
    }
}

/// The contact base knows the first.
const NUMBERS: [&str; 3] = [KNOWN_NUMBER, "+5521900001234", "+5585900008765"];
const PAUSE: Duration = Duration::from_secs(4);
