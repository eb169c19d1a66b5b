//! What is done, without to whom.

use crate::agent;
use crate::appointment;
use crate::border::{AccountCommand, DaemonCommand, Look, What};
use crate::call;
use crate::callback;
use crate::campaign;
use crate::messages;
use crate::outbox;
use crate::staff::{self, Entry, EntryId, List};

/// A right's name in the table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Action {
    Dial,
    Answer,
    Reject,
    HangUp,
    /// Hold and resume, mute and unmute, consent, digits.
    Handle,
    Bridge,
    Conference,
    Record,
    Transfer,
    /// Listen to a call, whisper to its agent, join it; and stop.
    Supervise,
    TakeOver,
    DoNotDisturb,
    Register,
    /// Which lamps an extension shows.
    WatchNumbers,
    SendMessage,
    Watch,
    Drain,
    /// Say how the machine is.
    Measure,
    /// Ready, paused, offline, done writing.
    ChooseState,
    ChooseQueues,
    ChooseDevice,
    /// Say that a person's page is closed.
    LeavePage,
    See(Kind),
    /// Take an offered record, dial it, put it back.
    KeepPromise,
    /// Take part in a campaign, handle its records.
    TakePart,
    /// Start, pause and stop a campaign.
    Steer,
    /// Somebody else is to keep a promise.
    Reassign,
    /// Why a number may be dialled.
    Explain,
    /// History in a file.
    Export,
    Create(Kind),
    Edit(Kind),
    Delete(Kind),
    /// A user and a ramal.
    Associate,
    Import,
    /// Reload and whatever else is of the whole installation.
    Settings,
}

/// What kind of thing it is done to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Call,
    History,
    Recording,
    Agent,
    User,
    Perfil,
    Queue,
    Item(List),
    Account,
    Contact,
    Case,
    Sound,
    Audit,
    Callback,
    Schedule,
    Campaign,
    Appointment,
    /// Of a do-not-call list.
    Suppression,
}

impl Action {
    /// The action that a command is. One on a list's entry needs to know which list it is of.
    pub fn of(what: &What, list_of: impl Fn(EntryId) -> Option<List>) -> Action {
        match what {
            What::Call(command) => Action::of_call(command),
            What::Account(AccountCommand::DoNotDisturb { .. }) => Action::DoNotDisturb,
            What::Account(AccountCommand::Register { .. }) => Action::Register,
            // Whoever may set extensions up.
            What::Account(AccountCommand::Test(_)) => Action::Create(Kind::Account),
            What::Subscription(_) => Action::WatchNumbers,
            What::Message(messages::Command::Send { .. }) => Action::SendMessage,
            What::Agent(agent::Command { wish, .. }) => match wish {
                agent::Wish::Queues(_) => Action::ChooseQueues,
                agent::Wish::SignIn { .. } | agent::Wish::Device(_) => Action::ChooseDevice,
                agent::Wish::SignOut | agent::Wish::Ready | agent::Wish::Pause { .. } | agent::Wish::Written => {
                    Action::ChooseState
                }
                agent::Wish::PageGone => Action::LeavePage,
            },
            What::Staff(command) => match command {
                staff::Command::Create(entry) => Action::Create(Kind::of_entry(entry)),
                staff::Command::Edit(entry) => Action::Edit(Kind::of_entry(entry)),
                staff::Command::Delete(id) => Action::Delete(Kind::of_id(*id, list_of)),
            },
            What::Callback(command) => Action::of_callback(command),
            What::Campaign(campaign::Command::Steer { .. } | campaign::Command::Repace { .. }) => Action::Steer,
            What::Campaign(_) => Action::TakePart,
            What::Look(Look::Explain { .. } | Look::Lead(_)) => Action::Explain,
            What::Look(Look::Watch { .. }) => Action::Watch,
            What::Appointment(appointment::Command::Create(_)) => Action::Create(Kind::Appointment),
            What::Appointment(appointment::Command::Edit { .. }) => Action::Edit(Kind::Appointment),
            What::Appointment(appointment::Command::Cancel { .. }) => Action::Delete(Kind::Appointment),
            What::Outbox(outbox::Command::Retry { .. }) => Action::Edit(Kind::Appointment),
            What::Outbox(outbox::Command::Drop { .. }) => Action::Delete(Kind::Appointment),
            What::Daemon(DaemonCommand::Drain | DaemonCommand::DrainNow) => Action::Drain,
            What::Daemon(DaemonCommand::Health(_)) => Action::Measure,
            What::Daemon(DaemonCommand::ConfirmRestored | DaemonCommand::ConfirmClock) => Action::Settings,
        }
    }

    /// The kind of object that must be visible before an action on it can be refused by name.
    pub(super) fn to_what(self) -> Option<Kind> {
        match self {
            Action::Answer
            | Action::Reject
            | Action::HangUp
            | Action::Handle
            | Action::Bridge
            | Action::Conference
            | Action::Record
            | Action::Transfer
            | Action::Supervise
            | Action::TakeOver => Some(Kind::Call),
            Action::Dial | Action::DoNotDisturb | Action::Register | Action::WatchNumbers | Action::SendMessage => {
                Some(Kind::Account)
            }
            Action::ChooseState | Action::ChooseQueues | Action::ChooseDevice | Action::LeavePage => Some(Kind::Agent),
            Action::See(kind) | Action::Create(kind) | Action::Edit(kind) | Action::Delete(kind) => Some(kind),
            Action::Associate => Some(Kind::User),
            Action::KeepPromise | Action::Reassign => Some(Kind::Callback),
            Action::TakePart | Action::Steer => Some(Kind::Campaign),
            Action::Explain
            | Action::Watch
            | Action::Drain
            | Action::Measure
            | Action::Export
            | Action::Import
            | Action::Settings => None,
        }
    }

    fn of_callback(command: &callback::Command) -> Action {
        match command {
            callback::Command::Slots { .. } => Action::See(Kind::Schedule),
            callback::Command::Create { .. } => Action::Create(Kind::Callback),
            callback::Command::Edit { .. } | callback::Command::Settle { .. } => Action::Edit(Kind::Callback),
            callback::Command::Cancel { .. } => Action::Delete(Kind::Callback),
            callback::Command::Reassign { .. } => Action::Reassign,
            callback::Command::Take { .. } | callback::Command::Dial { .. } | callback::Command::PutBack { .. } => {
                Action::KeepPromise
            }
        }
    }

    fn of_call(command: &call::Command) -> Action {
        match command {
            call::Command::Dial { .. } => Action::Dial,
            call::Command::Answer { .. } => Action::Answer,
            call::Command::Reject { .. } => Action::Reject,
            call::Command::HangUp { .. } => Action::HangUp,
            call::Command::Hold { .. }
            | call::Command::Resume { .. }
            | call::Command::Mute { .. }
            | call::Command::Unmute { .. }
            | call::Command::AdvertConsent { .. }
            | call::Command::Dtmf { .. } => Action::Handle,
            call::Command::Conference(_) => Action::Conference,
            call::Command::Transfer(_) => Action::Transfer,
            call::Command::Bridge { .. } => Action::Bridge,
            call::Command::Record { .. } => Action::Record,
            call::Command::Phone(_) => Action::ChooseDevice,
            call::Command::Supervise(call::SuperviseCommand::Attend { .. } | call::SuperviseCommand::Stop { .. }) => {
                Action::Supervise
            }
            call::Command::Supervise(call::SuperviseCommand::TakeOver { .. }) => Action::TakeOver,
        }
    }
}

impl Kind {
    /// Of an administered entry.
    pub fn of_entry(entry: &Entry) -> Kind {
        match entry {
            Entry::User(_) => Kind::User,
            Entry::Perfil(_) => Kind::Perfil,
            Entry::Queue(_) => Kind::Queue,
            Entry::Item(item) => Kind::Item(item.list),
            Entry::Schedule(_) => Kind::Schedule,
            Entry::Campaign(_) => Kind::Campaign,
        }
    }

    fn of_id(id: EntryId, list_of: impl Fn(EntryId) -> Option<List>) -> Kind {
        match id {
            EntryId::User(_) => Kind::User,
            EntryId::Perfil(_) => Kind::Perfil,
            EntryId::Queue(_) => Kind::Queue,
            EntryId::Schedule(_) => Kind::Schedule,
            EntryId::Campaign(_) => Kind::Campaign,
            // One that is not there is refused as such by whoever may administer lists.
            EntryId::Item(_) => Kind::Item(list_of(id).unwrap_or(List::Disposition)),
        }
    }
}
