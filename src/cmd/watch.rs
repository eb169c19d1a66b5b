//! `ramal watch`: the lamps of other extensions, live; and which ones an extension of ours shows.

use chrono::Utc;
use engine::news::{News, WatchedState, WatchedView};

use crate::control::Wish;
use crate::words::Words;

use super::args::Watch;
use super::client::Client;
use super::exit::{Code, Failure};
use super::extensions::{clock, lamps};
use super::screen::Screen;

pub fn run(watch: &Watch, client: &mut Client, screen: &Screen) -> Result<Code, Failure> {
    if let Some(account) = watch.account.as_deref().filter(|_| !watch.numbers.is_empty()) {
        let (account, numbers) = (account.into(), watch.numbers.clone());
        let answer = client.ask(match watch.stop {
            true => Wish::Unwatch { account, numbers },
            false => Wish::Watch { account, numbers },
        })?;
        if watch.stop {
            return Ok(stopped(watch, &answer, screen));
        }
    }
    follow(watch, client, screen)
}

fn stopped(watch: &Watch, answer: &serde_json::Value, screen: &Screen) -> Code {
    let numbers = watch.numbers.join(", ");
    match screen.json {
        true => screen.value(answer),
        false => screen.line(&screen.words.fill("watch.stopped", &[("numbers", &numbers)])),
    }
    Code::Done
}

/// The lamps as they are, then a line for each that changes, until Ctrl-C.
fn follow(watch: &Watch, client: &mut Client, screen: &Screen) -> Result<Code, Failure> {
    let mut begin = client.ask(Wish::Events { since: None })?;
    let all: Vec<WatchedView> = client.typed(begin["snapshot"]["watched"].take())?;
    let shown: Vec<WatchedView> = all.into_iter().filter(|view| is_meant(view, watch)).collect();
    if let Some(number) = watch.numbers.iter().find(|number| shown.iter().all(|view| view.number != **number)) {
        return Err(Failure::Unclear(screen.words.fill("watch.unwatched", &[("number", number)])));
    }
    if screen.json {
        shown.iter().for_each(|view| screen.value(&crate::control::shaped(view)));
    } else if shown.is_empty() {
        screen.line(screen.words.say("watch.none"));
        return Ok(Code::Done);
    } else {
        lamps(&shown, screen);
    }
    loop {
        match client.next_event()?.1 {
            News::Watched(view) if is_meant(&view, watch) && screen.json => {
                screen.value(&crate::control::shaped(&view))
            }
            News::Watched(view) if is_meant(&view, watch) => {
                screen.line(&format!("{}  {}", clock(Utc::now()), sentence(&view, &screen.words)));
            }
            _ => {}
        }
    }
}

/// Of the account and among the numbers that were named, where any were.
fn is_meant(view: &WatchedView, watch: &Watch) -> bool {
    watch.account.as_deref().is_none_or(|account| view.account.as_str() == account)
        && (watch.numbers.is_empty() || watch.numbers.contains(&view.number))
}

/// `1002  ringing`, `1002  unknown: the PBX does not answer`
pub fn sentence(view: &WatchedView, words: &Words) -> String {
    format!("{}  {}", view.number, lamp(view.state, view.why.as_deref(), words))
}

pub fn lamp(state: WatchedState, why: Option<&str>, words: &Words) -> String {
    let state = words.lamp(state);
    match why {
        Some(why) => format!("{state}: {why}"),
        None => state.to_owned(),
    }
}
