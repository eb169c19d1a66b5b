//! `ramal trace`: the ladder of a call, live too (SP-12).

use std::time::Duration;

use crate::control::Wish;
use crate::trace::{Entry, ladder::Ladder};

use super::client::Client;
use super::exit::{Code, Failure};
use super::pick::{Fits, pick};
use super::screen::Screen;

pub fn run(typed: Option<&str>, follow: bool, client: &mut Client, screen: &Screen) -> Result<Code, Failure> {
    let call = pick(typed, Fits::EndedToo, client, screen)?;
    let mut shown: Vec<Entry> = Vec::new();
    let mut ladder: Option<Ladder> = None;
    loop {
        let mut answer = client.ask(Wish::Trace { call })?;
        let live = answer["live"].as_bool().unwrap_or(false);
        let new: Vec<Entry> = match screen.json && !follow {
            true => {
                screen.value(&answer);
                return Ok(Code::Done);
            }
            false => after(client.typed(answer["entries"].take())?, shown.last()),
        };
        for entry in &new {
            if screen.json {
                screen.value(&crate::control::shaped(entry));
                continue;
            }
            let ladder = ladder.get_or_insert_with(|| Ladder::new(&new, screen.width()));
            ladder.next(entry).iter().for_each(|line| screen.line(line));
        }
        if new.is_empty() && (!follow || !live) {
            if shown.is_empty() && !screen.json {
                screen.line(screen.words.say("trace.none"));
            }
            return Ok(Code::Done);
        }
        if !follow {
            return Ok(Code::Done);
        }
        shown = if new.is_empty() { shown } else { new };
        std::thread::sleep(LOOK_AGAIN);
    }
}

/// What came after the last one shown.
fn after(mut entries: Vec<Entry>, last: Option<&Entry>) -> Vec<Entry> {
    let seen = last.and_then(|last| entries.iter().rposition(|entry| entry == last)).map_or(0, |at| at + 1);
    entries.split_off(seen)
}

/// Faster than an eye, slower than a daemon would notice.
const LOOK_AGAIN: Duration = Duration::from_millis(250);
