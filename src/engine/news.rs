//! The live state as others see it: one snapshot, then numbered deltas that each hold a whole object.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::access::Audience;
use crate::agent::AgentView;
use crate::appointment;
use crate::call::SuperviseMode;
use crate::callback::{self, PromiseView};
use crate::campaign;
use crate::case::ContactView;
use crate::config::{AccountKind, AccountName, DeviceName, GroupName};
use crate::id::{CallId, CaseId, ConferenceId, ItemId, LegId, MessageId, PromiseId, QueueId, RecordingId, Seq, UserId};
use crate::leg::{OneWay, Quality};
use crate::outbox;
use crate::staff::{Entry, EntryId};

/// Everything live, at one number.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Snapshot {
    pub seq: u64,
    pub calls: Vec<CallView>,
    pub accounts: Vec<AccountView>,
    pub groups: Vec<GroupView>,
    /// Lamps, by account and number.
    pub watched: Vec<WatchedView>,
    /// Desk phones that are people's devices.
    #[serde(default)]
    pub phones: Vec<PhoneView>,
    pub agents: Vec<AgentView>,
    /// Who supervises what.
    #[serde(default)]
    pub supervisions: Vec<SupervisionView>,
    /// What is administered.
    pub entries: Vec<Entry>,
    /// Promises that somebody is busy with, or that wait for somebody.
    #[serde(default)]
    pub promises: Vec<PromiseView>,
    #[serde(default)]
    pub campaigns: Vec<campaign::CampaignView>,
    /// Campaigns' records that somebody has.
    #[serde(default)]
    pub records: Vec<campaign::RecordView>,
    pub totals: Totals,
    /// Those that stand.
    #[serde(default)]
    pub alerts: Vec<Alert>,
}

/// One change: put the object in the place of the older one with its id.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum News {
    Call(CallView),
    /// The call is over and leaves the live state; its row is in the store.
    CallEnded(CallView),
    Account(AccountView),
    /// The account left the configuration.
    AccountGone(AccountName),
    Group(GroupView),
    /// A lamp; one that is unwatched leaves the live state.
    Watched(WatchedView),
    /// A text message, and again with what became of it; it is not part of the live state.
    Message(MessageView),
    Staff(StaffNews),
    Totals(Totals),
    /// A digit the far end pressed.
    Digit {
        call: CallId,
        leg: LegId,
        digit: char,
    },
    Quality {
        call: CallId,
        leg: LegId,
        quality: Quality,
    },
    Alert(Alert),
}

/// Of people: what one is doing, the phone one talks through, what is administered.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StaffNews {
    Agent(AgentView),
    /// A desk phone; one that left the configuration is told as such once.
    Phone(PhoneView),
    /// Somebody supervises a call, does so in another way, or no more.
    Supervision(SupervisionView),
    /// Somebody's call is a supervisor's now; told to whose it was, as that person saw it last.
    TakenOver {
        call: Box<CallView>,
        by: String,
    },
    Kept(Entry),
    Gone(EntryId),
    /// A promise to call somebody back; one that is over leaves the live state.
    Promise(PromiseView),
    /// A campaign's record, with whoever has it; one that is gone leaves the live state.
    Record(Box<campaign::RecordView>),
    /// How a campaign goes.
    Campaign(campaign::CampaignView),
    /// What the system does at a time, as it is now; it is not part of the live state.
    Appointment(Box<appointment::Row>),
    /// An appointment has come to its end, and this person or department is to know (AG-08).
    Reminder {
        to: appointment::To,
        row: Box<appointment::Row>,
    },
    /// A message on its way out, as it is now; it is not part of the live state.
    Letter(Box<outbox::Row>),
}

/// A delta as sent and as kept for those who come back.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Delta {
    pub seq: Seq,
    pub audience: Audience,
    pub news: News,
}

/// Something a person has to know.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Alert {
    RegistrationLost {
        account: AccountName,
        why: String,
    },
    GroupDown {
        group: GroupName,
    },
    GroupUp {
        group: GroupName,
    },
    StoreFailing {
        why: String,
    },
    StoreWorks,
    ClockNotSynchronised,
    NoMediaPorts,
    /// A call has been on hold for this long, in s (VZ-05); said again as often.
    ForgottenHold {
        call: CallId,
        account: AccountName,
        seconds: u64,
    },
    /// A desk phone was put down in mid-call: who talked there waits with music for it.
    PhoneLost {
        device: DeviceName,
        account: AccountName,
        why: String,
    },
    /// A pause is over its limit (VZ-14).
    PauseOverLimit {
        user: UserId,
        reason: ItemId,
        seconds: u64,
    },
    /// A planned break was not begun (VZ-15).
    BreakOverdue {
        user: UserId,
        reason: ItemId,
        /// For when it was planned.
        at: DateTime<Utc>,
    },
    /// No new recording can begin (SP-08); calls go on.
    NoRecordings {
        why: String,
    },
    RecordingsWork,
    /// A call that is always recorded is not.
    NotRecorded {
        call: CallId,
        account: AccountName,
    },
    /// A queue is open and has nobody (VZ-17).
    NobodySignedIn {
        queue: QueueId,
        name: String,
    },
    /// Little is left where the store and the recordings are.
    DiskLow {
        free_mb: u64,
        least_mb: u64,
    },
    /// A promise is not kept as it should be (CB-10).
    Promise(callback::Alert),
    /// A message will not arrive unless a person has it tried again (AG-06).
    Letter(outbox::Alert),
    /// Nothing is dialled by itself.
    DialingHeld {
        doubt: callback::Doubt,
    },
    /// A call that our side dropped is not returned (CB-13).
    NotReturned {
        call: CallId,
        why: callback::NoReturn,
    },
    /// What this was about is so no longer.
    Over(Box<Alert>),
    /// Parts of a recording never reached the disk: so many seconds of one of its tracks by now.
    RecordingIncomplete {
        call: CallId,
        recording: RecordingId,
        chunks: u32,
    },
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    Inbound,
    Outbound,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct CallView {
    pub call: CallId,
    pub protocolo: String,
    pub direction: Direction,
    pub account: AccountName,
    /// Whose it is.
    pub user: Option<UserId>,
    /// The queue it came through, where that can be known.
    pub queue: Option<QueueId>,
    /// Who has the far end's number, once the store has said (SM-07).
    pub contact: Option<ContactView>,
    /// The matter it belongs to, from the answer on (SM-06).
    pub case: Option<CaseId>,
    /// The promise that it keeps.
    #[serde(default)]
    pub promise: Option<PromiseId>,
    /// The far end's number, normalised.
    pub number: String,
    pub name: Option<String>,
    pub diverted_from: Option<String>,
    pub asserted: Option<String>,
    pub state: CallState,
    pub started: DateTime<Utc>,
    pub answered: Option<DateTime<Utc>>,
    pub ended: Option<DateTime<Utc>>,
    pub cause: Option<HangupCause>,
    pub muted: bool,
    /// We hold it.
    pub held: bool,
    /// The far end holds us.
    pub held_by_peer: bool,
    /// The call it is bridged with.
    pub bridged_with: Option<CallId>,
    pub conference: Option<ConferenceView>,
    /// While it is recorded.
    pub recording: Option<RecordingView>,
    /// Supervisors in it, as far as its agent may know: who only listens is not among them (docs/configuration.md,
    /// `show_listeners`).
    #[serde(default)]
    pub supervised: Vec<SupervisedView>,
    /// The call that this one was dialled to ask about.
    pub consults: Option<CallId>,
    /// Its last transfer.
    pub transfer: Option<TransferView>,
    /// Why only one side is heard (SP-07).
    pub trouble: Option<OneWay>,
    pub legs: Vec<LegView>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RecordingView {
    pub recording: RecordingId,
    pub paused: bool,
}

/// A supervisor as the agent sees one.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SupervisedView {
    pub mode: SuperviseMode,
    /// The supervisor's name; that of the extension where nobody is associated with it.
    pub by: String,
}

/// Somebody who supervises a call.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SupervisionView {
    /// At whose device the supervisor sits.
    pub account: AccountName,
    pub supervisor: Option<UserId>,
    pub name: String,
    /// Of that device; None where a call was taken over at once.
    pub leg: Option<LegId>,
    pub call: CallId,
    /// Whose call it is.
    pub agent: Option<UserId>,
    /// None: it is over.
    pub mode: Option<SuperviseMode>,
    /// Of the supervision, whatever its mode.
    pub since: DateTime<Utc>,
    /// Why it is over.
    pub why: Option<SupervisionEnd>,
}

/// Why a supervision is over.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SupervisionEnd {
    /// As the supervisor wished.
    Stopped,
    /// The supervisor went on to another call.
    Moved,
    TookOver,
    CallEnded,
    /// The call goes on without an agent of ours.
    AgentLeft,
    /// The supervisor talks in a call of their own.
    OwnCall,
    /// What the supervisor heard and spoke through cannot be used.
    DeviceLost,
    /// The supervisor signed out, or may not supervise any more.
    NotAllowed,
}

/// Where a far end is sent, and how that goes (VZ-07).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct TransferView {
    /// The number, normalised.
    pub to: String,
    pub state: TransferState,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TransferState {
    Trying,
    Ringing,
    /// The far end is back with its person; `status` is the target's answer, where it is known.
    Failed {
        status: Option<u16>,
        kind: HangupKind,
    },
    Done,
}

/// A call's part in a conference; the calls of one conference name the same one.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ConferenceView {
    pub conference: ConferenceId,
    /// Its leader is still in it.
    pub led: bool,
    /// The others do not hear this party.
    pub silenced: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CallState {
    /// We dialled; nothing rings yet.
    Dialling,
    /// The far end rings, or we are rung.
    Ringing,
    /// We dialled; the network speaks before the answer.
    EarlyMedia,
    Answered,
    Ended,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct LegView {
    pub leg: LegId,
    pub sip_call_id: Option<String>,
    pub device: Option<DeviceName>,
    pub codec: Option<String>,
    pub quality: Option<Quality>,
}

/// Why a call ended: exactly one each.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct HangupCause {
    pub kind: HangupKind,
    /// Who ended it.
    pub by: Party,
    /// The SIP status that said so, if one did.
    pub sip: Option<u16>,
    /// ITU-T Q.850 cause value, as received in Reason or mapped from the status (RFC 3398 §8.2.6.1).
    pub q850: u8,
    /// Words of the peer or of ours, without numbers.
    pub text: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Party {
    Us,
    Peer,
    Network,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HangupKind {
    Normal,
    Busy,
    NoAnswer,
    Rejected,
    Cancelled,
    NumberUnknown,
    Congestion,
    DoNotDisturb,
    NotAcceptable,
    Unauthorized,
    Denied,
    Unreachable,
    SessionExpired,
    MediaFailed,
    Crashed,
    Drained,
    ProtocolError,
    AnsweredElsewhere,
    Moved,
    /// Its far end talks with somebody else now.
    Transferred,
    Other,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct AccountView {
    pub account: AccountName,
    pub kind: AccountKind,
    pub group: GroupName,
    pub registration: RegistrationView,
    pub do_not_disturb: bool,
    pub calls: u16,
    /// What its calls are talked through, unless an agent chose otherwise.
    pub device: DeviceName,
    /// What waits in its mailbox (RFC 3842); absent until the PBX has told.
    pub messages: Option<MessageSummary>,
}

/// Voice messages, heard and unheard; the urgent ones are counted in both.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct MessageSummary {
    /// Some PBXs say this and give no numbers.
    pub waiting: bool,
    pub new: u32,
    pub old: u32,
    pub urgent_new: u32,
    pub urgent_old: u32,
}

/// An extension of the PBX, watched by one of ours (BLF).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct WatchedView {
    /// Who watches.
    pub account: AccountName,
    pub number: String,
    pub state: WatchedState,
    /// Of `state`.
    pub since: Option<DateTime<Utc>>,
    /// Why it is unknown, where that is known.
    pub why: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WatchedState {
    /// The PBX has not told, or cannot be asked.
    #[default]
    Unknown,
    Idle,
    /// It is called.
    Ringing,
    /// It is in a call, or dials one.
    Talking,
    /// Nobody watches it any more.
    Unwatched,
}

/// A desk phone that is a person's device, and the one call that leads to it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PhoneView {
    pub device: DeviceName,
    pub number: String,
    /// Who calls it.
    pub account: AccountName,
    /// Of its media, for every call there.
    pub leg: LegId,
    pub state: PhoneState,
    /// Of `state`.
    pub since: DateTime<Utc>,
    /// Why it is not connected; none where nobody wished it to be.
    pub why: Option<HangupCause>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PhoneState {
    Disconnected,
    /// It is being called, and was not picked up yet.
    Calling,
    Connected,
    /// It left the configuration.
    Gone,
}

/// SP-01: until when, round trip, last error in words.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct RegistrationView {
    pub state: RegistrationState,
    pub until: Option<DateTime<Utc>>,
    pub round_trip_ms: Option<f32>,
    pub last_error: Option<String>,
    pub last_error_at: Option<DateTime<Utc>>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RegistrationState {
    /// Its turn has not come, or its group is down.
    #[default]
    Waiting,
    Registering,
    Registered,
    /// The registrar said no; tried again later, or not, as `last_error` says.
    Refused,
    Unregistered,
    /// A trunk by address: there is nothing to register.
    NotNeeded,
}

/// One text message (RFC 3428).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct MessageView {
    pub message: MessageId,
    pub direction: Direction,
    pub account: AccountName,
    /// The far end's number, normalised.
    pub number: String,
    pub name: Option<String>,
    pub text: String,
    pub at: DateTime<Utc>,
    pub state: MessageState,
    /// Why it failed.
    pub why: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MessageState {
    /// On its way out.
    Sending,
    /// 200: the far end has it.
    Delivered,
    /// 202: the PBX has it, and passes it on.
    Accepted,
    Failed,
    /// It came in.
    Received,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct GroupView {
    pub group: GroupName,
    pub up: bool,
    pub registered: u32,
    pub accounts: u32,
    pub round_trip_ms: Option<f32>,
    pub last_error: Option<String>,
}

/// Counters since start.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Totals {
    /// Messages from sources outside every account's set (SP-09): dropped unanswered.
    pub strangers: u64,
    /// Messages that were no SIP, or refused by the reader.
    pub malformed: u64,
    pub calls: u64,
}
