//! The one border between what decides and what touches the world.

use std::net::{IpAddr, SocketAddr};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::access::Audience;
use crate::agent;
use crate::alert::Health;
use crate::appointment;
use crate::call;
use crate::callback;
use crate::campaign;
use crate::config::{AccountName, Config, Destination, DeviceName, Target};
use crate::gate::{Explained, Purpose};
use crate::id::{
    AppointmentId, BatchId, CallId, CampaignId, CommandId, ConnectionId, FlowAsk, LeadId, MessageId, OutboxId,
    PromiseId, QueryId, QuestionId, Seq, UserId,
};
use crate::leg::{LegState, MediaNews, PortBlock, RecordingNews};
use crate::messages;
use crate::news::{Delta, News, Snapshot};
use crate::outbox::{self, Post, PostId};
use crate::records::{Batch, Facts, Question};
use crate::sip::uri::Transport;
use crate::staff::{self, EntryId, Scopes};
use crate::subscription;
use crate::trial;

/// Everything that can happen to the engine.
#[derive(Debug)]
pub enum Input<'a> {
    /// One datagram, or one framed message of a stream.
    Received(Flow, &'a [u8]),
    Flow(FlowNews),
    Resolved(QueryId, Result<Targets, ResolveError>),
    /// The moment of [`crate::Engine::poll_timeout`] has come.
    Timeout,
    Command(Command),
    Media(MediaNews),
    Recordings(RecordingNews),
    Stored(BatchId, Result<(), StoreError>),
    Loaded(QuestionId, Result<Facts, StoreError>),
    Lent(PortBlock),
    /// What came of [`Output::Post`].
    Posted(PostId, outbox::Outcome),
    Config(Config),
}

/// Everything the engine wants done.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Output {
    Send(Flow, Bytes),
    Flow(FlowOrder),
    Resolve(QueryId, Destination),
    Media(LegState),
    Store(BatchId, Batch),
    Load(QuestionId, Question),
    /// To be answered with [`Input::Posted`]. A hook that is not configured is [`outbox::Outcome::NotTried`].
    Post(Post),
    Reply(CommandId, Result<Reply, Refusal>),
    Tell(Audience, Seq, News),
}

/// One way to one far end.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Flow {
    pub transport: Transport,
    /// A concrete address, never a wildcard: it goes into Via and Contact.
    pub local: SocketAddr,
    pub remote: SocketAddr,
    /// The socket (UDP: shared by many flows) or stream.
    pub connection: ConnectionId,
}

/// What became of flows.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum FlowNews {
    /// The flow asked for is there. For UDP this costs no packet: the shell chose socket and source address.
    Opened(FlowAsk, Flow),
    Refused(FlowAsk, FlowError),
    /// A peer connected to a listening stream socket.
    Accepted(Flow),
    /// A stream ended.
    Closed(ConnectionId, FlowError),
    /// ICMP said that this far end does not listen.
    Unreachable(Flow),
}

/// What the engine wants of flows.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum FlowOrder {
    Open {
        ask: FlowAsk,
        target: Target,
        local: Option<IpAddr>,
    },
    Close(ConnectionId),
    /// Keep-alive: CRLFCRLF on a stream, an empty datagram on UDP.
    Ping(Flow),
}

/// Why a flow is not there, in words for a person.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, thiserror::Error)]
#[error("{0}")]
pub struct FlowError(pub String);

/// Where a destination really is, best first (RFC 3263); never empty.
pub type Targets = Vec<Target>;

/// Why a name has no address, in words for a person.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, thiserror::Error)]
#[error("{0}")]
pub struct ResolveError(pub String);

/// Why the store could not, in words for a person.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, thiserror::Error)]
#[error("{0}")]
pub struct StoreError(pub String);

/// A wish with an actor, answered exactly once.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Command {
    pub id: CommandId,
    pub actor: Actor,
    /// The same key within 24 h gets the same answer and does nothing again.
    pub key: Option<IdempotencyKey>,
    pub what: What,
}

/// Chosen by who commands; at most 128 bytes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct IdempotencyKey(pub String);

/// Who commands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Actor {
    /// Whoever may open the daemon's own socket.
    Local,
    /// A person who is signed in.
    User(UserId),
    /// A program that acts for a person, within limits.
    Program { user: UserId, scopes: Scopes },
}

impl Actor {
    /// Whose rights count.
    pub fn user(self) -> Option<UserId> {
        match self {
            Actor::Local => None,
            Actor::User(user) | Actor::Program { user, .. } => Some(user),
        }
    }
}

/// What is commanded, by room.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum What {
    Call(call::Command),
    Account(AccountCommand),
    Subscription(subscription::Command),
    Message(messages::Command),
    Agent(agent::Command),
    Staff(staff::Command),
    Callback(callback::Command),
    Appointment(appointment::Command),
    Outbox(outbox::Command),
    Campaign(campaign::Command),
    Daemon(DaemonCommand),
    Look(Look),
}

/// What is looked at, and changes nothing.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Look {
    /// Whether a number may be dialled and why: every rule (GN-15). `account`: the extension or trunk that would dial.
    Explain { number: String, purpose: Purpose, account: Option<AccountName> },
    /// Whether one of a lead's numbers may be dialled for a campaign and why (GN-16); answered as [`Look::Explain`].
    Lead(LeadLook),
    /// The live state: deltas after `since` when they are still kept, else a snapshot.
    Watch { since: Option<Seq> },
}

/// One of a lead's numbers, as the store has it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct LeadLook {
    pub lead: LeadId,
    pub campaign: CampaignId,
    /// Its place.
    pub phone: u8,
    pub number: String,
    /// Not before then: the lead waits for something else until then.
    pub from: Option<DateTime<Utc>>,
}

impl What {
    /// Whether something is done, rather than looked at.
    pub fn changes(&self) -> bool {
        match self {
            What::Call(_) | What::Account(_) | What::Subscription(_) | What::Message(_) => true,
            What::Callback(callback::Command::Slots { .. }) => false,
            What::Agent(_) | What::Staff(_) | What::Callback(_) | What::Appointment(_) | What::Outbox(_) => true,
            What::Daemon(command) => !matches!(command, DaemonCommand::Health(_)),
            What::Look(_) => false,
            What::Campaign(_) => true,
        }
    }
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum AccountCommand {
    DoNotDisturb {
        account: AccountName,
        on: bool,
    },
    /// Register now, whatever the timers say.
    Register {
        account: AccountName,
    },
    /// Whether an extension could be registered, without keeping anything of it (VZ-12).
    Test(Box<trial::Wish>),
}

/// What is wished of the whole daemon.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub enum DaemonCommand {
    /// What the shell has measured: may begin alerts, or end them.
    Health(Health),
    /// The restored base is the one to work with; answered when that is written.
    ConfirmRestored,
    /// The clock is right as it is, though it jumped or is behind what was written.
    ConfirmClock,
    /// No new calls; answered at once. The shell leaves when the snapshot holds no call.
    Drain,
    /// Patience with a drain is over: every call that lives is hung up.
    DrainNow,
}

/// The yes to a command.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Reply {
    Done,
    /// Nobody could talk yet: the desk phone is called, and the call goes on as wished when it is picked up.
    PhoneFirst {
        device: DeviceName,
    },
    Dialled {
        call: CallId,
        protocolo: String,
        warnings: Vec<String>,
    },
    /// The message is under way; what becomes of it is news.
    Sent {
        message: MessageId,
    },
    /// It is kept; what was created has this id.
    Kept {
        entry: EntryId,
    },
    /// It is written down.
    Promised {
        promise: PromiseId,
    },
    Appointed {
        appointment: AppointmentId,
    },
    /// A message on its way out is tried again, or not any more.
    Posted {
        item: OutboxId,
    },
    /// An escala's calendar.
    Days(Vec<callback::Day>),
    Explained(Box<Explained>),
    /// How far a connection was made.
    Tested(Vec<trial::Step>),
    Snapshot(Box<Snapshot>),
    Deltas(Vec<Delta>),
}

impl Reply {
    /// The live state, where that was asked for.
    pub fn snapshot(self) -> Option<Snapshot> {
        match self {
            Reply::Snapshot(snapshot) => Some(*snapshot),
            Reply::Done
            | Reply::Dialled { .. }
            | Reply::PhoneFirst { .. }
            | Reply::Sent { .. }
            | Reply::Kept { .. }
            | Reply::Promised { .. }
            | Reply::Appointed { .. }
            | Reply::Posted { .. }
            | Reply::Days(_)
            | Reply::Explained(_)
            | Reply::Tested(_)
            | Reply::Deltas(_) => None,
        }
    }
}

/// The no to a command, naming what and why; the shell finds the words in the person's language by `code`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, thiserror::Error)]
#[error("{text}")]
pub struct Refusal {
    pub code: RefusalCode,
    /// English, without secrets; may hold the number the person typed.
    pub text: String,
    /// The field it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Of the gate: its rule that said no.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// Of a promise that cannot be made: why, and times that can.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub impossible: Option<Box<callback::Impossible>>,
    /// Of an appointment too near another: the nearest times that are not (AG-03).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub near: Option<Box<appointment::TooClose>>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RefusalCode {
    /// The actor has no right to it.
    NotAllowed,
    /// There is no such thing, or the actor may not know of it.
    NotFound,
    /// A field of what shall be kept is wrong; `field` names it.
    Invalid,
    NoSuchEntry,
    NoSuchCall,
    NoSuchAccount,
    /// No desk phone of this name is configured.
    NoSuchDevice,
    /// The person's desk phone is not connected: nobody could talk.
    DeviceNotConnected,
    /// The call exists, but not in a state for this.
    WrongState,
    /// Whoever would supervise is in a call of their own, or it is that call.
    OwnCall,
    /// The gate said no: number, prefix, rate, emergency.
    Gate,
    /// The route's registrar or proxy is down, or the extension is not registered.
    RouteDown,
    /// The account's own cap.
    TooManyCalls,
    NoMediaPorts,
    /// Recordings cannot be written now.
    CannotRecord,
    /// That time cannot be promised; `impossible` says why and when.
    Impossible,
    /// Another appointment is too near; `near` says which times are not.
    TooNear,
    /// Somebody has changed it since.
    Outdated,
    /// All attempts were made.
    Exhausted,
    /// It could not be written, so it is not done.
    NotStored,
    Draining,
    BadRequest,
    /// Of a campaign or a record of it; written as its own word.
    #[serde(untagged)]
    Campaign(campaign::Refused),
}

impl Refusal {
    /// A refusal with its words.
    pub fn new(code: RefusalCode, text: impl Into<String>) -> Refusal {
        Refusal { code, text: text.into(), field: None, rule: None, impossible: None, near: None }
    }

    /// What is wrong with a field, where something is.
    ///
    /// # Errors
    /// `Invalid`, with the field.
    pub fn invalid_if(wrong: bool, field: &str, text: impl Into<String>) -> Result<(), Refusal> {
        match wrong {
            true => Err(Refusal { field: Some(field.to_owned()), ..Refusal::new(RefusalCode::Invalid, text) }),
            false => Ok(()),
        }
    }

    /// The gate's no, by one of its rules.
    pub fn gate(rule: &str, text: impl Into<String>) -> Refusal {
        Refusal { rule: Some(rule.to_owned()), ..Refusal::new(RefusalCode::Gate, text) }
    }
}
