//! A wish done: what the engine, the driver and the observer say to it.

use engine::border::{AccountCommand, DaemonCommand, IdempotencyKey, Look, Refusal, Reply, StoreError, What};
use engine::call::{Command, ConferenceCommand, PhoneCommand, SuperviseCommand, SuperviseMode, TransferCommand};
use engine::config::AccountName;
use engine::id::CallId;
use engine::news::Snapshot;
use engine::{callback, messages, subscription};
use serde_json::{Value, json};

use crate::driver::Handle;
use crate::store::{Page, PromiseFilter};

use super::observe::{Observer, has};
use super::request::{ConferenceAction, Error, Supervising, Wish};
use super::shape::shaped;
use super::{campaigning, leads, reworking, suppressing};

/// The value of `ok`, or the error. `events` is the session's own.
pub(super) async fn act(
    wish: Wish,
    key: Option<IdempotencyKey>,
    handle: &Handle,
    observer: &Observer,
) -> Result<Value, Error> {
    let what = match wish {
        Wish::Status {} => return Ok(status(&snapshot(handle).await?, observer)),
        Wish::Extensions {} => {
            let snapshot = snapshot(handle).await?;
            return Ok(json!({ "extensions": shaped(&snapshot.accounts), "watched": shaped(&snapshot.watched) }));
        }
        Wish::Watched {} => return Ok(json!({ "watched": shaped(&snapshot(handle).await?.watched) })),
        Wish::Messages {} => return messages(handle).await,
        Wish::Callbacks { over, number } => return callbacks(over, number.as_deref(), handle).await,
        Wish::Calls { ended } => {
            let live = snapshot(handle).await?.calls;
            let past = if ended { observer.ended() } else { Vec::new() };
            return Ok(json!({ "calls": shaped(&live), "ended": shaped(&past) }));
        }
        Wish::Events { .. } => return Err(Error::new("bad-request", "events: only once on a connection")),
        Wish::Trace { call } => {
            let live = has(&snapshot(handle).await?.calls, call);
            return Ok(json!({ "live": live, "entries": shaped(&handle.trace(call).await) }));
        }
        Wish::Devices { offered } => return devices(offered, handle).await,
        Wish::Connect { device } => What::Call(Command::Phone(PhoneCommand::Connect { device })),
        Wish::Disconnect { device } => What::Call(Command::Phone(PhoneCommand::Disconnect { device })),
        Wish::Reload {} => return reload(handle).await,
        Wish::ConfirmClock {} => What::Daemon(DaemonCommand::ConfirmClock),
        Wish::ConfirmRestored {} => What::Daemon(DaemonCommand::ConfirmRestored),
        Wish::Dial { number, route, caller_id } => What::Call(Command::Dial { route, number, caller_id }),
        Wish::Answer { call } => What::Call(Command::Answer { call }),
        Wish::Reject { call, how } => What::Call(Command::Reject { call, how }),
        Wish::Hangup { call } => What::Call(Command::HangUp { call }),
        Wish::Hold { call } => What::Call(Command::Hold { call }),
        Wish::Resume { call } => What::Call(Command::Resume { call }),
        Wish::Mute { call } => What::Call(Command::Mute { call }),
        Wish::Unmute { call } => What::Call(Command::Unmute { call }),
        Wish::Dtmf { call, digits } => What::Call(Command::Dtmf { call, digits }),
        Wish::Consent { call, on } => What::Call(Command::AdvertConsent { call, on }),
        Wish::Conference { action, calls } => What::Call(Command::Conference(conference(action, calls)?)),
        Wish::Transfer { call, number, route } => transfer(TransferCommand::Blind { call, number, route }),
        Wish::Consult { call, number, route } => transfer(TransferCommand::Consult { call, number, route }),
        Wish::Swap { call } => transfer(TransferCommand::Swap { call }),
        Wish::Complete { call } => transfer(TransferCommand::Complete { call }),
        Wish::Back { call } => transfer(TransferCommand::Back { call }),
        Wish::Bridge { first, second } => What::Call(Command::Bridge { first, second }),
        Wish::Record { call, what } => What::Call(Command::Record { call, what }),
        Wish::Supervise { call, mode, through } => What::Call(Command::Supervise(supervise(call, mode, through))),
        Wish::Message { number, text, account } => What::Message(messages::Command::Send { account, number, text }),
        Wish::Watch { account, numbers } => What::Subscription(subscription::Command::Watch { account, numbers }),
        Wish::Unwatch { account, numbers } => What::Subscription(subscription::Command::Unwatch { account, numbers }),
        Wish::Dnd { account, on } => What::Account(AccountCommand::DoNotDisturb { account, on }),
        Wish::CancelCallback { callback, version } => {
            What::Callback(callback::Command::Cancel { promise: callback, version })
        }
        Wish::Explain { number, purpose, account } => What::Look(Look::Explain { number, purpose, account }),
        Wish::Campaigns {} => return campaigning::campaigns(handle).await,
        Wish::Steer { campaign, to } => return campaigning::steer(campaign, to, key, handle).await,
        Wish::DryRun { campaign, agents } => return campaigning::dry_run(campaign, agents, handle).await,
        Wish::LeadLists {} => return leads::lead_lists(handle).await,
        Wish::PreviewLeads { path, across_lists } => return leads::preview_leads(path, across_lists, handle).await,
        Wish::ImportLeads(new) => return leads::import_leads(new, handle).await,
        Wish::ResumeLeads { list, path } => return leads::resume_leads(list, path, handle).await,
        Wish::DiscardLeads { list } => return leads::discard_leads(list, handle).await,
        Wish::FilterLeads { list, conditions, dry_run } => {
            return reworking::filter_leads(list, conditions, dry_run, handle).await;
        }
        Wish::RecycleLeads { list, chosen, dry_run } => {
            return reworking::recycle_leads(list, chosen, dry_run, handle).await;
        }
        Wish::Leads { q } => return leads::leads(&q, handle).await,
        Wish::Lead { lead } => return leads::lead(lead, handle).await,
        Wish::SettleLead { lead, reached } => return leads::settle_lead(lead, reached, handle).await,
        Wish::Suppressions { number } => return suppressing::suppressions(number.as_deref(), handle).await,
        Wish::Suppress(new) => return suppressing::suppress(new, handle).await,
        Wish::Unsuppress { suppression } => return suppressing::unsuppress(suppression, handle).await,
        Wish::SuppressionLists {} => return suppressing::suppression_lists(handle).await,
        Wish::KeepSuppressionList { source, scope, dated, expires } => {
            let list = suppressing::list(source, scope, dated, expires);
            return suppressing::keep_suppression_list(list, handle).await;
        }
        Wish::ImportSuppressions(new) => return suppressing::import_suppressions(new, handle).await,
        Wish::Register { account } => What::Account(AccountCommand::Register { account }),
    };
    Ok(match handle.command(what, key).await? {
        Reply::Done | Reply::Snapshot(_) | Reply::Deltas(_) | Reply::Kept { .. } | Reply::Tested(_) => json!({}),
        Reply::Days(days) => json!({ "days": shaped(&days) }),
        Reply::Explained(explained) => shaped(&*explained),
        Reply::Appointed { appointment } => json!({ "appointment": appointment.to_string() }),
        Reply::Posted { item } => json!({ "item": item.to_string() }),
        Reply::Promised { promise } => json!({ "promise": promise.to_string() }),
        Reply::PhoneFirst { device } => json!({ "phone_first": device }),
        Reply::Sent { message } => json!({ "message": message.to_string() }),
        Reply::Dialled { call, protocolo, warnings } => {
            json!({ "call": call.to_string(), "protocolo": protocolo, "warnings": warnings })
        }
    })
}

/// By the time they were promised for; at most a thousand. `number`: how it ends.
async fn callbacks(over: bool, number: Option<&str>, handle: &Handle) -> Result<Value, Error> {
    let reader = handle.reader().await.map_err(|why| Error::new("store", why.0))?;
    let filter = PromiseFilter { open: Some(!over), ..PromiseFilter::default() };
    let lines = tokio::task::spawn_blocking(move || reader.promises(&filter, 1_000)).await;
    let lines = lines.map_err(|_| Error::new("draining", "the daemon is stopping"))?;
    let lines = lines.map_err(|why: StoreError| Error::new("store", why.0))?;
    let digits: String = number.unwrap_or_default().chars().filter(char::is_ascii_digit).collect();
    let rows = lines.into_iter().map(|line| line.row);
    let rows: Vec<_> = rows.filter(|row| row.promise.terms.number.normalised.ends_with(&digits)).collect();
    Ok(json!({ "callbacks": shaped(&rows) }))
}

/// Those of this machine, and the desk phones.
async fn devices(offered: bool, handle: &Handle) -> Result<Value, Error> {
    let mut report = shaped(&handle.devices(offered).await);
    report["phones"] = shaped(&snapshot(handle).await?.phones);
    Ok(report)
}

fn transfer(wish: TransferCommand) -> What {
    What::Call(Command::Transfer(wish))
}

fn conference(action: ConferenceAction, calls: Vec<CallId>) -> Result<ConferenceCommand, Error> {
    if action == ConferenceAction::Join {
        return Ok(ConferenceCommand::Join { calls });
    }
    let [call] = calls[..] else { return Err(Error::new("bad-request", "calls: must be one call for this action")) };
    Ok(match action {
        ConferenceAction::Join => ConferenceCommand::Join { calls },
        ConferenceAction::Silence => ConferenceCommand::Silence { call, on: true },
        ConferenceAction::Unsilence => ConferenceCommand::Silence { call, on: false },
        ConferenceAction::Split => ConferenceCommand::Split { call },
        ConferenceAction::Leave => ConferenceCommand::Leave { call },
        ConferenceAction::End => ConferenceCommand::End { call },
    })
}

fn supervise(call: CallId, mode: Supervising, through: AccountName) -> SuperviseCommand {
    let through = Some(through);
    let mode = match mode {
        Supervising::Listen => SuperviseMode::Listen,
        Supervising::Whisper => SuperviseMode::Whisper,
        Supervising::Barge => SuperviseMode::Barge,
        Supervising::TakeOver => return SuperviseCommand::TakeOver { call, through },
        Supervising::Stop => return SuperviseCommand::Stop { call, through },
    };
    SuperviseCommand::Attend { call, mode, through }
}

async fn snapshot(handle: &Handle) -> Result<Snapshot, Refusal> {
    let answer = handle.command(What::Look(Look::Watch { since: None }), None).await?;
    Ok(answer.snapshot().unwrap_or_default())
}

/// Read on a thread that may block: the disk may be slow.
async fn messages(handle: &Handle) -> Result<Value, Error> {
    let reader = handle.reader().await.map_err(unreadable)?;
    let read = tokio::task::spawn_blocking(move || reader.messages(Page::default())).await;
    let messages = read.map_err(|why| Error::new("store", why.to_string()))?.map_err(unreadable)?;
    Ok(json!({ "messages": shaped(&messages) }))
}

fn unreadable(why: StoreError) -> Error {
    Error::new("store", format!("the store cannot be read: {why}"))
}

fn status(snapshot: &Snapshot, observer: &Observer) -> Value {
    let why = observer.store_failing();
    json!({
        "version": env!("CARGO_PKG_VERSION"),
        "pid": std::process::id(),
        "groups": shaped(&snapshot.groups),
        "calls": snapshot.calls.len(),
        "totals": shaped(&snapshot.totals),
        "store": { "works": why.is_none(), "why": why },
    })
}

async fn reload(handle: &Handle) -> Result<Value, Error> {
    match handle.reload().await {
        Ok(warnings) => Ok(json!({ "warnings": warnings })),
        Err(errors) => {
            let text = "the configuration is wrong; the daemon goes on with the one it has";
            Err(Error { errors, ..Error::new("configuration", text) })
        }
    }
}
