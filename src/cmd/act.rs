//! Commands of the running daemon, each to its own room; the small ones are done here.

use engine::call::RecordWish;
use engine::config::{AccountName, DeviceName};
use engine::id::{CallId, Seq};

use crate::control::Wish;

use super::args::{Action, Callbacks, Gate, Phone, Remote, Supervise};
use super::client::Client;
use super::exit::{Code, Failure};
use super::pick::{Fits, pick, short};
use super::screen::Screen;
use super::{
    callbacks, calls, campaigns, devices, dial, dnc, events, extensions, gate, leads, lists, message, phones, status,
    trace, transfer, watch,
};

pub fn run(command: &Remote, client: &mut Client, screen: &Screen) -> Result<Code, Failure> {
    match command {
        Remote::Status {} => status::run(client, screen),
        Remote::Extensions {} => extensions::run(client, screen),
        Remote::Calls { ended } => calls::run(*ended, client, screen),
        Remote::Dial(dial) => dial::run(dial, client, screen),
        Remote::Message(wish) => message::run(wish, client, screen),
        Remote::Watch(wish) => watch::run(wish, client, screen),
        Remote::Events { since } => events::run(since.map(Seq), client, screen),
        Remote::Trace { call, follow } => trace::run(call.as_deref(), *follow, client, screen),
        Remote::Devices { phone: Some(Phone::Connect { device }), .. } => phones::connect(device, client, screen),
        Remote::Devices { phone: Some(Phone::Disconnect { device }), .. } => {
            let wish = Wish::Disconnect { device: DeviceName::from(&**device) };
            done(wish, "done.disconnect", &[("device", device)], client, screen)
        }
        Remote::Devices { watch, .. } => devices::run(*watch, client, screen),
        Remote::Reload {} => reload(client, screen),
        Remote::ConfirmClock {} => done(Wish::ConfirmClock {}, "done.confirm_clock", &[], client, screen),
        Remote::Callbacks { what: Some(Callbacks::Cancel { callback }), .. } => {
            callbacks::cancel(callback, client, screen)
        }
        Remote::Callbacks { over, number, .. } => callbacks::list(*over, number.as_deref(), client, screen),
        Remote::Campaigns { what } => campaigns::run(what.as_ref(), client, screen),
        Remote::Lists { what } => lists::run(what.as_ref(), client, screen),
        Remote::Leads { what } => leads::run(what, client, screen),
        Remote::Dnc { number, what } => dnc::run(number.as_deref(), what.as_ref(), client, screen),
        Remote::Gate { what: Gate::Explain { number, purpose, account } } => {
            gate::explain(number, purpose, account.as_deref(), client, screen)
        }
        Remote::Conference { action, calls } => conference(*action, calls, client, screen),
        Remote::Transfer { .. }
        | Remote::Consult(_)
        | Remote::Swap { .. }
        | Remote::Complete { .. }
        | Remote::Back { .. } => transfer::run(command, client, screen),
        Remote::Bridge { first, second } => bridge(first, second, client, screen),
        Remote::Dnd { account, on } => {
            let key = if *on { "done.dnd_on" } else { "done.dnd_off" };
            let wish = Wish::Dnd { account: AccountName::from(&**account), on: *on };
            done(wish, key, &[("account", account)], client, screen)
        }
        Remote::Register { account } => {
            let wish = Wish::Register { account: AccountName::from(&**account) };
            done(wish, "done.register", &[("account", account)], client, screen)
        }
        one => on_call(one, client, screen),
    }
}

/// What is done to one call.
fn on_call(command: &Remote, client: &mut Client, screen: &Screen) -> Result<Code, Failure> {
    let (typed, fits, key) = match command {
        Remote::Answer { call } => (call, Fits::Ringing, "done.answer"),
        Remote::Reject { call, .. } => (call, Fits::Ringing, "done.reject"),
        Remote::Hangup { call } => (call, Fits::Any, "done.hangup"),
        Remote::Hold { call } => (call, Fits::NotHeld, "done.hold"),
        Remote::Resume { call } => (call, Fits::Held, "done.resume"),
        Remote::Mute { call } => (call, Fits::NotMuted, "done.mute"),
        Remote::Unmute { call } => (call, Fits::Muted, "done.unmute"),
        Remote::Dtmf { call, .. } => (call, Fits::Answered, "done.dtmf"),
        Remote::Record { call, what } => (call, Fits::Answered, recorded(*what)),
        Remote::Supervise { call, how, .. } => (call, Fits::Answered, supervised(*how)),
        Remote::Consent { call, adverts: true } => (call, Fits::Any, "done.consent_on"),
        Remote::Consent { call, adverts: false } => (call, Fits::Any, "done.consent_off"),
        _ => return Ok(Code::Usage),
    };
    let call = pick(typed.as_deref(), fits, client, screen)?;
    let wish = match command {
        Remote::Answer { .. } => Wish::Answer { call },
        Remote::Reject { how, .. } => Wish::Reject { call, how: (*how).into() },
        Remote::Hangup { .. } => Wish::Hangup { call },
        Remote::Hold { .. } => Wish::Hold { call },
        Remote::Resume { .. } => Wish::Resume { call },
        Remote::Mute { .. } => Wish::Mute { call },
        Remote::Unmute { .. } => Wish::Unmute { call },
        Remote::Dtmf { digits, .. } => Wish::Dtmf { call, digits: digits.clone() },
        Remote::Record { what, .. } => Wish::Record { call, what: *what },
        Remote::Supervise { how, through, .. } => {
            Wish::Supervise { call, mode: (*how).into(), through: AccountName::from(&**through) }
        }
        Remote::Consent { adverts, .. } => Wish::Consent { call, on: *adverts },
        _ => return Ok(Code::Usage),
    };
    done(wish, key, &[("call", &short(call, &[]))], client, screen)
}

fn supervised(how: Supervise) -> &'static str {
    match how {
        Supervise::Listen => "done.supervise_listen",
        Supervise::Whisper => "done.supervise_whisper",
        Supervise::Barge => "done.supervise_barge",
        Supervise::TakeOver => "done.supervise_take_over",
        Supervise::Stop => "done.supervise_stop",
    }
}

fn recorded(what: RecordWish) -> &'static str {
    match what {
        RecordWish::Start => "done.record_start",
        RecordWish::Pause => "done.record_pause",
        RecordWish::Resume => "done.record_resume",
        RecordWish::Stop => "done.record_stop",
    }
}

fn conference(action: Action, calls: &[String], client: &mut Client, screen: &Screen) -> Result<Code, Failure> {
    let fits = if action == Action::Join { Fits::Answered } else { Fits::Any };
    let picked = calls.iter().map(|call| pick(Some(call), fits, client, screen));
    let calls: Vec<CallId> = picked.collect::<Result<_, _>>()?;
    let named: Vec<String> = calls.iter().map(|call| short(*call, &calls)).collect();
    let key = match action {
        Action::Join => "done.conference_join",
        Action::Silence => "done.conference_silence",
        Action::Unsilence => "done.conference_unsilence",
        Action::Split => "done.conference_split",
        Action::Leave => "done.conference_leave",
        Action::End => "done.conference_end",
    };
    done(Wish::Conference { action: action.into(), calls }, key, &[("calls", &named.join(", "))], client, screen)
}

fn bridge(first: &str, second: &str, client: &mut Client, screen: &Screen) -> Result<Code, Failure> {
    let first = pick(Some(first), Fits::Answered, client, screen)?;
    let second = pick(Some(second), Fits::Answered, client, screen)?;
    let (one, other) = (short_of(first, second), short_of(second, first));
    done(Wish::Bridge { first, second }, "done.bridge", &[("first", &one), ("second", &other)], client, screen)
}

fn short_of(call: CallId, other: CallId) -> String {
    short(call, &[other])
}

fn reload(client: &mut Client, screen: &Screen) -> Result<Code, Failure> {
    let answer = client.ask(Wish::Reload {})?;
    if screen.json {
        screen.value(&answer);
        return Ok(Code::Done);
    }
    for warning in answer["warnings"].as_array().into_iter().flatten().filter_map(|warning| warning.as_str()) {
        screen.line(&screen.words.fill("check.warning", &[("warning", warning)]));
    }
    screen.line(screen.words.say("done.reload"));
    Ok(Code::Done)
}

/// Asks, and says the sentence of `key` when it is done, or that a desk phone has to be picked up first.
fn done(wish: Wish, key: &str, values: &[(&str, &str)], client: &mut Client, screen: &Screen) -> Result<Code, Failure> {
    let answer = client.ask(wish)?;
    if screen.json {
        screen.value(&answer);
    } else if let Some(device) = answer["phone_first"].as_str() {
        screen.line(&screen.words.fill("devices.phone_first", &[values, &[("device", device)]].concat()));
    } else {
        screen.line(&screen.words.fill(key, values));
    }
    Ok(Code::Done)
}
