//! `ramal events`: a line for each change.

use chrono::Utc;
use engine::agent::AgentState;
use engine::call::SuperviseMode;
use engine::callback::{Doubt, End, NoReturn, Standing, Wrong};
use engine::campaign::Place;
use engine::id::Seq;
use engine::news::{Alert, News, Snapshot, StaffNews};

use crate::control::Wish;
use crate::words::Words;

use super::client::Client;
use super::exit::{Code, Failure};
use super::extensions::{clock, mailbox, state};
use super::pick::short;
use super::screen::Screen;
use super::{calls, message, phones, watch};

pub fn run(since: Option<Seq>, client: &mut Client, screen: &Screen) -> Result<Code, Failure> {
    let mut begin = client.ask(Wish::Events { since })?;
    if screen.json {
        screen.value(&begin);
    } else if begin["snapshot"].is_object() {
        let snapshot: Snapshot = client.typed(begin["snapshot"].take())?;
        screen.heading(&now(&snapshot, &screen.words));
    }
    loop {
        let (written, news) = client.next_event()?;
        if screen.json {
            screen.value(&written);
        } else {
            screen.line(&format!("{}  {}", clock(Utc::now()), sentence(news, &screen.words)));
        }
    }
}

fn now(snapshot: &Snapshot, words: &Words) -> String {
    let registered: u32 = snapshot.groups.iter().map(|group| group.registered).sum();
    let accounts: u32 = snapshot.groups.iter().map(|group| group.accounts).sum();
    let (calls, registered, accounts) =
        (snapshot.calls.len().to_string(), registered.to_string(), accounts.to_string());
    words.fill("event.now", &[("calls", &calls), ("registered", &registered), ("accounts", &accounts)])
}

fn sentence(news: News, words: &Words) -> String {
    match news {
        News::Call(call) | News::CallEnded(call) => {
            let state = match &call.cause {
                Some(cause) => words.fill("dial.ended", &[("cause", &calls::cause(cause, words))]),
                None => calls::state(&call, &[], words),
            };
            let id = short(call.call, &[]);
            words.fill("event.call", &[("call", &id), ("number", &call.number), ("state", &state)])
        }
        News::Account(account) => {
            let mut state = state(&account, words);
            if let Some(waiting) = account.messages {
                state = format!("{state}, {}", mailbox(waiting, words));
            }
            words.fill("event.account", &[("account", account.account.as_str()), ("state", &state)])
        }
        News::AccountGone(account) => words.fill("event.account_gone", &[("account", account.as_str())]),
        News::Group(group) => {
            let state = if group.up { words.say("mark.up") } else { words.say("mark.down") };
            let (registered, accounts) = (group.registered.to_string(), group.accounts.to_string());
            let values = [("state", state), ("registered", &registered), ("accounts", &accounts)];
            words.fill("event.group", &[&[("group", group.group.as_str())], &values[..]].concat())
        }
        News::Watched(view) => {
            let state = watch::lamp(view.state, view.why.as_deref(), words);
            let values = [("number", &*view.number), ("state", &state), ("account", view.account.as_str())];
            words.fill("event.watched", &values)
        }
        News::Message(view) => message::sentence(&view, words),
        News::Staff(news) => staff(news, words),
        News::Totals(totals) => {
            let [strangers, malformed, calls] =
                [totals.strangers, totals.malformed, totals.calls].map(|count| count.to_string());
            let values = [("strangers", &*strangers), ("malformed", &malformed), ("calls", &calls)];
            words.fill("event.totals", &values)
        }
        News::Digit { call, digit, .. } => {
            words.fill("event.digit", &[("call", &short(call, &[])), ("digit", &digit.to_string())])
        }
        News::Quality { call, quality, .. } => {
            let (mos, jitter) = (format!("{:.1}", quality.mos), format!("{:.1}", quality.jitter_ms));
            let lost = quality.packets_lost.to_string();
            let call = short(call, &[]);
            words.fill("event.quality", &[("call", &*call), ("mos", &mos), ("lost", &lost), ("jitter", &jitter)])
        }
        News::Alert(alert) => words.fill("event.alert", &[("text", &alarm(alert, words))]),
    }
}

fn staff(news: StaffNews, words: &Words) -> String {
    match news {
        StaffNews::Agent(view) => {
            let state = words.say(match view.state {
                AgentState::Offline => "agent.offline",
                AgentState::Ready => "agent.ready",
                AgentState::Paused { .. } => "agent.paused",
                AgentState::Offered => "agent.offered",
                AgentState::Talking => "agent.talking",
                AgentState::WrapUp => "agent.wrap_up",
                AgentState::Reserved => "agent.reserved",
                AgentState::Preview => "agent.preview",
            });
            words.fill("event.agent", &[("name", &view.name), ("state", state)])
        }
        StaffNews::Phone(view) => phones::sentence(&view, words),
        StaffNews::Supervision(view) => {
            let key = match view.mode {
                Some(SuperviseMode::Listen) => "event.listens",
                Some(SuperviseMode::Whisper) => "event.whispers",
                Some(SuperviseMode::Barge) => "event.joined",
                None => "event.supervised_no_more",
            };
            words.fill(key, &[("name", &view.name), ("call", &short(view.call, &[]))])
        }
        StaffNews::TakenOver { call, by } => {
            words.fill("event.taken_over", &[("name", &by), ("call", &short(call.call, &[]))])
        }
        StaffNews::Promise(view) => {
            let state = words.say(standing(view.standing));
            words.fill("event.callback", &[("callback", &view.promise.id.to_string()), ("state", state)])
        }
        StaffNews::Appointment(row) => {
            words.fill("event.appointment", &[("appointment", &row.appointment.id.to_string())])
        }
        StaffNews::Reminder { row, .. } => {
            words.fill("event.reminder", &[("appointment", &row.appointment.id.to_string())])
        }
        StaffNews::Letter(row) => words.fill("event.letter", &[("item", &row.item.letter.id.to_string())]),
        StaffNews::Record(view) => {
            let place = words.say(placed(view.standing));
            words.fill("event.record", &[("record", &view.lead.to_string()), ("place", place)])
        }
        StaffNews::Campaign(view) => {
            let fields = [
                ("campaign", view.campaign.to_string()),
                ("dialling", view.dialling.to_string()),
                ("talking", view.talking.to_string()),
            ];
            words.fill("event.campaign", &fields.each_ref().map(|(name, text)| (*name, text.as_str())))
        }
        StaffNews::Kept(_) => words.say("event.kept").to_owned(),
        StaffNews::Gone(_) => words.say("event.gone").to_owned(),
    }
}

/// A promise's standing, in words.
pub fn standing(standing: Standing) -> &'static str {
    match standing {
        Standing::Open => "callback.open",
        Standing::Waiting => "callback.waiting",
        Standing::Reserved => "callback.reserved",
        Standing::Reading => "callback.preview",
        Standing::Dialling => "callback.dialling",
        Standing::Unknown => "callback.unknown",
        Standing::Over(End::Done) => "callback.done",
        Standing::Over(End::Exhausted) => "callback.exhausted",
        Standing::Over(End::Cancelled) => "callback.cancelled",
        Standing::Over(End::Missed) => "callback.missed",
    }
}

fn placed(place: Place) -> &'static str {
    match place {
        Place::Offered => "record.offered",
        Place::Open => "record.open",
        Place::Connecting => "record.connecting",
        Place::Talking => "record.talking",
        Place::Closing => "record.closing",
        Place::Gone => "record.gone",
    }
}

fn not_returned(why: NoReturn) -> &'static str {
    match why {
        NoReturn::NobodysCall => "no_return.nobodys_call",
        NoReturn::NoNumber => "no_return.no_number",
        NoReturn::NoSchedule => "no_return.no_schedule",
        NoReturn::NoHours => "no_return.no_hours",
        NoReturn::NotWritten => "no_return.not_written",
    }
}

fn wrong(wrong: &Wrong) -> &'static str {
    match wrong {
        Wrong::Exhausted => "callback.exhausted",
        Wrong::Missed => "callback.missed",
        Wrong::Unknown => "callback.unknown",
        Wrong::NoAgent => "callback.no_agent",
        Wrong::OwnerAbsent => "callback.owner_absent",
        Wrong::Denied(_) => "callback.denied",
        Wrong::NotStored => "callback.not_stored",
        Wrong::ReturnLater => "callback.return_later",
    }
}

fn doubted(doubt: Doubt) -> &'static str {
    match doubt {
        Doubt::Clock => "doubt.clock",
        Doubt::Store => "doubt.store",
        Doubt::Restored => "doubt.restored",
    }
}

fn alarm(alert: Alert, words: &Words) -> String {
    match alert {
        Alert::RegistrationLost { account, why } => {
            words.fill("alert.registration_lost", &[("account", account.as_str()), ("why", &why)])
        }
        Alert::GroupDown { group } => words.fill("alert.group_down", &[("group", group.as_str())]),
        Alert::GroupUp { group } => words.fill("alert.group_up", &[("group", group.as_str())]),
        Alert::StoreFailing { why } => words.fill("alert.store_failing", &[("why", &why)]),
        Alert::PauseOverLimit { user, seconds, .. } => {
            let (user, minutes) = (user.to_string(), (seconds / 60).to_string());
            words.fill("alert.pause_over_limit", &[("user", &*user), ("minutes", &minutes)])
        }
        Alert::BreakOverdue { user, at, .. } => {
            let (user, at) = (user.to_string(), at.with_timezone(&chrono::Local).format("%H:%M").to_string());
            words.fill("alert.break_overdue", &[("user", &*user), ("at", &at)])
        }
        Alert::StoreWorks => words.say("alert.store_works").to_owned(),
        Alert::NobodySignedIn { name, .. } => words.fill("alert.nobody", &[("queue", &name)]),
        Alert::DiskLow { free_mb, least_mb } => {
            words.fill("alert.disk_low", &[("free", &free_mb.to_string()), ("least", &least_mb.to_string())])
        }
        Alert::Over(alert) => words.fill("alert.over", &[("alert", &alarm(*alert, words))]),
        Alert::ClockNotSynchronised => words.say("alert.clock").to_owned(),
        Alert::PhoneLost { device, why, .. } => {
            words.fill("alert.phone_lost", &[("device", device.as_str()), ("why", &why)])
        }
        Alert::NoRecordings { why } => words.fill("alert.no_recordings", &[("why", &why)]),
        Alert::RecordingsWork => words.say("alert.recordings_work").to_owned(),
        Alert::NotRecorded { call, account } => {
            words.fill("alert.not_recorded", &[("call", &short(call, &[])), ("account", account.as_str())])
        }
        Alert::RecordingIncomplete { call, chunks, .. } => {
            let chunks = chunks.to_string();
            words.fill("alert.recording_incomplete", &[("call", &short(call, &[])), ("chunks", &chunks)])
        }
        Alert::ForgottenHold { call, account, seconds } => {
            let (call, minutes) = (short(call, &[]), (seconds / 60).max(1).to_string());
            words
                .fill("alert.forgotten_hold", &[("call", &*call), ("account", account.as_str()), ("minutes", &minutes)])
        }
        Alert::NoMediaPorts => words.say("alert.ports").to_owned(),
        Alert::Promise(alert) => {
            let what = words.say(wrong(&alert.what));
            words.fill("alert.callback", &[("callback", &alert.promise.to_string()), ("what", what)])
        }
        Alert::Letter(alert) => words.fill("alert.letter", &[("item", &alert.item.to_string())]),
        Alert::DialingHeld { doubt } => words.fill("alert.dialing_held", &[("why", words.say(doubted(doubt)))]),
        Alert::NotReturned { call, why } => {
            words.fill("alert.not_returned", &[("call", &short(call, &[])), ("why", words.say(not_returned(why)))])
        }
    }
}
