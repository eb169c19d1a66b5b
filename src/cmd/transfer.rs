//! `ramal transfer`, `consult`, `swap`, `complete`, `back`: sending a caller to somebody else, watched to its result where wanted.

use engine::id::CallId;
use engine::news::{CallView, HangupKind, News, TransferState, TransferView};

use crate::control::{Wish, shaped};
use crate::words::Words;

use super::args::{Elsewhere, Remote};
use super::client::Client;
use super::dial;
use super::exit::{Code, Failure};
use super::pick::{Fits, pick, short};
use super::screen::Screen;

pub fn run(command: &Remote, client: &mut Client, screen: &Screen) -> Result<Code, Failure> {
    match command {
        Remote::Transfer { to, wait } => transfer(to, *wait, client, screen),
        Remote::Consult(to) => consult(to, client, screen),
        Remote::Swap { call } => {
            let call = pick(call.as_deref(), Fits::Consultation, client, screen)?;
            done(Wish::Swap { call }, call, "done.swap", client, screen)
        }
        Remote::Back { call } => {
            let call = pick(call.as_deref(), Fits::Consultation, client, screen)?;
            done(Wish::Back { call }, call, "done.back", client, screen)
        }
        Remote::Complete { call, wait } => complete(call.as_deref(), *wait, client, screen),
        _ => Ok(Code::Usage),
    }
}

fn transfer(to: &Elsewhere, wait: bool, client: &mut Client, screen: &Screen) -> Result<Code, Failure> {
    let call = pick(to.call.as_deref(), Fits::Answered, client, screen)?;
    let (number, route) = (to.number.clone(), to.route.as_deref().map(Into::into));
    follow_first(wait, client)?;
    let code = done(Wish::Transfer { call, number, route }, call, "done.transfer", client, screen)?;
    if wait { watch(call, client, screen) } else { Ok(code) }
}

fn complete(typed: Option<&str>, wait: bool, client: &mut Client, screen: &Screen) -> Result<Code, Failure> {
    let call = pick(typed, Fits::Consultation, client, screen)?;
    // Whose result is waited for: the caller's, not the consultation's.
    let mut answer = client.ask(Wish::Calls { ended: false })?;
    let live: Vec<CallView> = client.typed(answer["calls"].take())?;
    let caller = live.iter().find(|view| view.call == call).and_then(|view| view.consults).unwrap_or(call);
    follow_first(wait, client)?;
    let code = done(Wish::Complete { call }, caller, "done.transfer", client, screen)?;
    if wait { watch(caller, client, screen) } else { Ok(code) }
}

fn consult(to: &Elsewhere, client: &mut Client, screen: &Screen) -> Result<Code, Failure> {
    let call = pick(to.call.as_deref(), Fits::Answered, client, screen)?;
    let (number, route) = (to.number.clone(), to.route.as_deref().map(Into::into));
    let answer = client.ask(Wish::Consult { call, number, route })?;
    dial::tell(&to.number, &answer, screen);
    Ok(Code::Done)
}

/// Before the wish, so that no change is missed.
fn follow_first(wait: bool, client: &mut Client) -> Result<(), Failure> {
    match wait {
        true => client.ask(Wish::Events { since: None }).map(drop),
        false => Ok(()),
    }
}

/// Says each new state until the caller is gone, or back.
fn watch(call: CallId, client: &mut Client, screen: &Screen) -> Result<Code, Failure> {
    let mut told = String::new();
    loop {
        let view = match client.next_event()?.1 {
            News::Call(view) | News::CallEnded(view) if view.call == call => view,
            _ => continue,
        };
        let Some(transfer) = &view.transfer else { continue };
        let line = if screen.json { shaped(&view).to_string() } else { sentence(transfer, &screen.words) };
        if line != told {
            screen.line(&line);
            told = line;
        }
        let ended = view.cause.as_ref().map(|cause| cause.kind == HangupKind::Transferred);
        match (ended, transfer.state) {
            (Some(true), _) | (_, TransferState::Done) => return Ok(Code::Done),
            (Some(false), _) | (_, TransferState::Failed { .. }) => return Ok(Code::Refused),
            (None, TransferState::Trying | TransferState::Ringing) => {}
        }
    }
}

/// `transfer to 1002 failed: busy`
pub fn sentence(transfer: &TransferView, words: &Words) -> String {
    let to = ("number", &*transfer.to);
    match transfer.state {
        TransferState::Trying => words.fill("transfer.trying", &[to]),
        TransferState::Ringing => words.fill("transfer.ringing", &[to]),
        TransferState::Done => words.fill("transfer.done", &[to]),
        TransferState::Failed { kind, .. } => words.fill("transfer.failed", &[to, ("cause", words.cause(kind))]),
    }
}

fn done(wish: Wish, call: CallId, key: &str, client: &mut Client, screen: &Screen) -> Result<Code, Failure> {
    let answer = client.ask(wish)?;
    if screen.json {
        screen.value(&answer);
    } else {
        screen.line(&screen.words.fill(key, &[("call", &short(call, &[]))]));
    }
    Ok(Code::Done)
}
