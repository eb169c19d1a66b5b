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
    let mut last: Option<Entry> = None;
    let mut ladder: Option<Ladder> = None;
    loop {
        let mut answer = client.ask(Wish::Trace { call })?;
        if screen.json && !follow {
            screen.value(&answer);
            return Ok(Code::Done);
        }
        let live = answer["live"].as_bool().unwrap_or(false);
        let new = after(client.typed(answer["entries"].take())?, last.as_ref());
        for entry in &new {
            if screen.json {
                screen.value(&crate::control::shaped(entry));
                continue;
            }
            let ladder = ladder.get_or_insert_with(|| Ladder::new(&new, screen.width()));
            ladder.next(entry).iter().for_each(|line| screen.line(line));
        }
        let quiet = new.is_empty();
        last = new.into_iter().last().or(last);
        if last.is_none() && !live && !screen.json {
            screen.line(screen.words.say("trace.none"));
        }
        if !follow || (quiet && !live) {
            return Ok(Code::Done);
        }
        std::thread::sleep(LOOK_AGAIN);
    }
}

/// What came after the last one shown.
fn after(mut entries: Vec<Entry>, last: Option<&Entry>) -> Vec<Entry> {
    let Some(last) = last else { return entries };
    match entries.iter().rposition(|entry| entry == last) {
        Some(at) => entries.split_off(at + 1),
        // So much was said meanwhile that it is kept no more.
        None => entries.into_iter().filter(|entry| entry.at > last.at).collect(),
    }
}

/// Faster than an eye, slower than a daemon would notice.
const LOOK_AGAIN: Duration = Duration::from_millis(250);
