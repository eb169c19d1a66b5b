//! What is to be sent to whom, how far it is, and what of it is written down (AG-06).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::id::{AppointmentId, FileId, OutboxId};
use crate::number::Number;

/// A message as it is handed in; never changed after.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Letter {
    pub id: OutboxId,
    /// Chosen by who hands it in: twice the same is one letter, and who receives a webhook knows a repetition by it.
    pub key: String,
    pub to: Destination,
    pub body: String,
    /// A text message takes none.
    pub files: Vec<Attachment>,
    /// On whose behalf; none: a person's.
    pub appointment: Option<AppointmentId>,
}

/// A file that goes along: what is known of it here. The shell has its bytes.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Attachment {
    pub id: FileId,
    /// As who receives it sees it.
    pub name: String,
    /// Its media type, such as `application/pdf`.
    pub kind: String,
    /// Bytes.
    pub size: u64,
    /// In hexadecimal: what is sent is what was attached.
    pub sha256: String,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Destination {
    /// SIP MESSAGE (RFC 3428).
    Text { number: Number },
    /// A signed HTTP request to a gateway, by its name in the configuration; the number is whom the gateway shall reach.
    Webhook { hook: String, number: Option<Number> },
    /// A signed HTTP request that tells the customer's own systems of something; the body is a JSON object. Those about one thing keep
    /// their order.
    Event { hook: String, about: String },
}

/// What letters travel on: one that is stuck does not stop the others.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Road {
    Sip,
    Hook(String),
}

/// Letters to one recipient on one road keep their order.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Line {
    pub road: Road,
    pub recipient: String,
}

/// A letter and how far it is.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Item {
    pub letter: Letter,
    /// Grows with each write; who changes it says which one was on the screen.
    pub version: u32,
    /// When it is tried next, at the earliest.
    pub next: DateTime<Utc>,
    /// Tries that were stored: their numbers.
    pub tries: u32,
    /// Tries that failed, since a person last had it tried again.
    pub failures: u8,
    /// Why the last one did; a sentence for a person.
    pub why: Option<String>,
}

/// What of a letter outlives the daemon.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind", content = "why")]
pub enum Phase {
    Queued,
    /// Try number [`Item::tries`] is stored; without another write nobody knows what came of it.
    Trying,
    Done,
    /// A person has it tried again, or drops it.
    Dead(Dead),
    Dropped,
}

/// Why a letter is not tried any more.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Dead {
    /// All tries failed.
    Exhausted,
    /// The other side will never take it.
    Refused,
    /// A text that may have been read: twice is worse than asking somebody.
    Unknown,
    /// Too much was waiting when it was handed in.
    Full,
}

/// One write, whole: the same one twice leaves the same.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Row {
    pub item: Item,
    pub phase: Phase,
}

impl Destination {
    /// Bytes that a body may have: a text shall fit in a datagram with its header fields (RFC 3428 §8).
    pub fn most_bytes(&self) -> usize {
        match self {
            Destination::Text { .. } => 1_000,
            Destination::Webhook { .. } => 16_384,
            Destination::Event { .. } => 262_144,
        }
    }

    pub fn takes_files(&self) -> bool {
        match self {
            Destination::Text { .. } | Destination::Event { .. } => false,
            Destination::Webhook { .. } => true,
        }
    }

    /// Whether the other side tells a repetition by the key.
    pub(super) fn knows_repetition(&self) -> bool {
        match self {
            Destination::Text { .. } => false,
            Destination::Webhook { .. } | Destination::Event { .. } => true,
        }
    }

    /// The gateway it goes by.
    pub(super) fn hook(&self) -> Option<&str> {
        match self {
            Destination::Text { .. } => None,
            Destination::Webhook { hook, .. } | Destination::Event { hook, .. } => Some(hook),
        }
    }

    /// Nobody waits for what becomes of it: what cannot be taken has to be kept all the same, and one alert speaks for all.
    pub(super) fn is_event(&self) -> bool {
        match self {
            Destination::Text { .. } | Destination::Webhook { .. } => false,
            Destination::Event { .. } => true,
        }
    }

    pub(super) fn line(&self) -> Line {
        match self {
            Destination::Text { number } => Line { road: Road::Sip, recipient: number.normalised.clone() },
            Destination::Webhook { hook, number } => Line {
                road: Road::Hook(hook.clone()),
                recipient: number.as_ref().map(|number| number.normalised.clone()).unwrap_or_default(),
            },
            Destination::Event { hook, about } => Line { road: Road::Hook(hook.clone()), recipient: about.clone() },
        }
    }
}
