//! Names for things, each its own type, so that a leg is never taken for a call.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub u64);

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

ids! {
    /// What a person calls one call; unique for ever (see [`Ids`]).
    CallId
    /// Calls that talk together; unique for ever.
    ConferenceId
    /// Our side of one dialog, or one device; unique for ever.
    LegId
    /// One recording of a call; unique for ever.
    RecordingId
    /// One text message; unique for ever.
    MessageId
    /// One person with a login.
    UserId
    /// A set of permissions with a name (*perfil*).
    PerfilId
    /// A group of people who share calls (*fila*).
    QueueId
    /// One entry of an administered list: a pause reason, a disposition, a department, a location.
    ItemId
    /// A promise to call somebody back; unique for ever.
    PromiseId
    /// Hours and rules of callbacks (*escala*).
    ScheduleId
    /// What the system does at a date and time (*agendamento*); unique for ever.
    AppointmentId
    /// One message on its way out, tried until it is there; unique for ever.
    OutboxId
    /// Leads dialled with one aim and one pace (*campanha*).
    CampaignId
    /// Leads that came together.
    ListId
    /// One person to reach; unique for ever.
    LeadId
    /// One attempt to reach a lead; unique for ever.
    AttemptId
    /// One file that goes with a message, chosen by the shell.
    FileId
    /// A person or company that calls or is called.
    ContactId
    /// A customer's matter (*caso*, *chamado*); unique for ever.
    CaseId
    /// One command, chosen by the shell, answered exactly once.
    CommandId
    /// One batch of records on its way to the store.
    BatchId
    /// One question to the store.
    QuestionId
    /// One name to resolve.
    QueryId
    /// One request to open a flow.
    FlowAsk
    /// One socket or stream, chosen by the shell.
    ConnectionId
    /// One SIP transaction of ours, client or server.
    TransactionId
    /// One port pair lent by the shell.
    PortId
    /// The number of a delta of the live state.
    Seq
}

/// Makes ids that are never given twice, over restarts and over daemons: 8 bits of node, 42 bits of
/// civil milliseconds since 2020 (139 years), 14 bits of counter.
#[derive(Clone, Debug)]
pub struct Ids {
    node: u8,
    last: u64,
}

impl Ids {
    /// `node` tells several daemons on one store apart.
    pub fn new(node: u8) -> Ids {
        Ids { node, last: 0 }
    }

    /// Ids up to this instant may have been given: a clock that was put back gives none of them again.
    pub fn skip(&mut self, until: DateTime<Utc>) {
        self.last = self.last.max(floor(until));
    }

    /// This id may have been given, and all before it.
    pub fn skip_to(&mut self, id: u64) {
        self.last = self.last.max(id & ((1 << 56) - 1));
    }

    /// The next id; ordered by time as long as the clock is.
    pub fn next(&mut self, civil: DateTime<Utc>) -> u64 {
        self.last = floor(civil).max(self.last + 1);
        (u64::from(self.node) << 56) | (self.last & ((1 << 56) - 1))
    }
}

fn floor(civil: DateTime<Utc>) -> u64 {
    let ms = u64::try_from(civil.timestamp_millis() - EPOCH_MS).unwrap_or(0);
    (ms & ((1 << 42) - 1)) << 14
}

/// 2020-01-01T00:00:00Z in Unix milliseconds.
const EPOCH_MS: i64 = 1_577_836_800_000;
