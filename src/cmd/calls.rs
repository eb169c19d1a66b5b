//! `ramal calls`: who talks with whom, and since when.

use chrono::{DateTime, Utc};
use engine::id::CallId;
use engine::leg::OneWay;
use engine::news::{CallView, Direction, HangupCause, Party};

use crate::control::Wish;
use crate::words::Words;

use super::client::Client;
use super::exit::{Code, Failure};
use super::pick::short;
use super::screen::Screen;
use super::table;

pub fn run(ended: bool, client: &mut Client, screen: &Screen) -> Result<Code, Failure> {
    let mut answer = client.ask(Wish::Calls { ended })?;
    if screen.json {
        screen.value(&answer);
        return Ok(Code::Done);
    }
    let live: Vec<CallView> = client.typed(answer["calls"].take())?;
    let past: Vec<CallView> = client.typed(answer["ended"].take())?;
    if live.is_empty() {
        screen.line(screen.words.say("calls.none"));
    } else {
        list(&live, "table.state", screen);
    }
    if !past.is_empty() {
        screen.line("");
        screen.line(screen.words.say("calls.ended"));
        list(&past, "table.cause", screen);
    }
    Ok(Code::Done)
}

fn list(calls: &[CallView], last: &'static str, screen: &Screen) {
    let words = &screen.words;
    let ids: Vec<CallId> = calls.iter().map(|call| call.call).collect();
    let heading =
        ["table.call", "table.direction", "table.account", "table.number", "table.time", "table.protocolo", last];
    let now = Utc::now();
    let rows: Vec<Vec<String>> = calls.iter().map(|call| row(call, &ids, now, words)).collect();
    table::print(screen, &heading.map(|key| words.say(key)), &rows);
}

fn row(call: &CallView, ids: &[CallId], now: DateTime<Utc>, words: &Words) -> Vec<String> {
    let direction = match call.direction {
        Direction::Inbound => words.say("mark.inbound"),
        Direction::Outbound => words.say("mark.outbound"),
    };
    let number = match &call.name {
        Some(name) => format!("{} ({name})", call.number),
        None => call.number.clone(),
    };
    let since = call.answered.unwrap_or(call.started);
    vec![
        short(call.call, ids),
        direction.to_owned(),
        call.account.to_string(),
        number,
        lasted(since, call.ended.unwrap_or(now)),
        call.protocolo.clone(),
        call.cause.as_ref().map_or_else(|| state(call, ids, words), |cause| self::cause(cause, words)),
    ]
}

/// `talking, on hold, muted`
pub fn state(call: &CallView, ids: &[CallId], words: &Words) -> String {
    let marks = [
        call.held.then(|| words.say("mark.held").to_owned()),
        call.held_by_peer.then(|| words.say("mark.held_by_peer").to_owned()),
        call.muted.then(|| words.say("mark.muted").to_owned()),
        call.recording.map(|recording| {
            words.say(if recording.paused { "mark.record_paused" } else { "mark.recorded" }).to_owned()
        }),
        call.conference.filter(|_| call.bridged_with.is_none()).map(|conference| {
            words.say(if conference.silenced { "mark.conference_silenced" } else { "mark.conference" }).to_owned()
        }),
        call.bridged_with.map(|other| words.fill("mark.bridged", &[("call", &short(other, ids))])),
        call.consults.map(|first| words.fill("mark.consults", &[("call", &short(first, ids))])),
        call.transfer.as_ref().map(|transfer| super::transfer::sentence(transfer, words)),
        // That the person muted it is said already.
        call.trouble.filter(|trouble| *trouble != OneWay::Muted).map(|trouble| words.trouble(trouble).to_owned()),
    ];
    let state = std::iter::once(words.call_state(call.state).to_owned());
    state.chain(marks.into_iter().flatten()).collect::<Vec<_>>().join(", ")
}

/// `busy, by the far end (SIP 486, Q.850 17)`
pub fn cause(cause: &HangupCause, words: &Words) -> String {
    let by = match cause.by {
        Party::Us => words.say("dial.by_us"),
        Party::Peer => words.say("dial.by_peer"),
        Party::Network => words.say("dial.by_network"),
    };
    let sip = cause.sip.map_or_else(String::new, |status| format!("SIP {status}, "));
    format!("{}, {by} ({sip}Q.850 {})", words.cause(cause.kind), cause.q850)
}

/// `1:02:03`, `02:03`
fn lasted(from: DateTime<Utc>, to: DateTime<Utc>) -> String {
    let seconds = (to - from).num_seconds().max(0);
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes:02}:{seconds:02}") }
}
