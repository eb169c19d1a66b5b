//! What a letter is told, and what it wants done.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::letter::{Attachment, Dead, Row};
use crate::id::{AppointmentId, CommandId, OutboxId};
use crate::number::Number;

/// What the room wants done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Order {
    /// To be answered with [`super::Outbox::on_stored`] and the row's version. The first version of a letter is written only where
    /// its key is not known yet, of whatever age.
    Store(Row),
    /// A signed HTTP request with `key` as its `Idempotency-Key`. The gate is asked for its number by who sends it; a no is
    /// [`Outcome::NotTried`] or [`Outcome::Refused`]. To be answered with [`super::Outbox::on_tried`].
    Post(Post),
    /// SIP MESSAGE; the gate is asked as for the other. To be answered with [`super::Outbox::on_tried`].
    Text { item: OutboxId, attempt: u32, number: Number, body: String },
    /// Every screen shows it anew.
    Tell(Row),
    /// A dead letter waits for a person.
    Alert(Alert),
    /// To who handed it in: it is written down and will be sent, or was before.
    Taken { item: OutboxId, appointment: Option<AppointmentId>, taken: Result<(), Refused> },
    /// Of a wish; exactly one each.
    Answer(CommandId, Result<OutboxId, Refused>),
}

/// One try by a webhook; where the hook leads and what it signs with, the shell knows.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Post {
    pub id: PostId,
    pub hook: String,
    pub number: Option<Number>,
    pub text: String,
    /// The text is a JSON object that tells of something, and no message to anybody.
    pub event: bool,
    pub files: Vec<Attachment>,
    pub appointment: Option<AppointmentId>,
    /// The same for each try of one letter.
    pub key: String,
}

/// Which try of which letter.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PostId {
    pub item: OutboxId,
    pub attempt: u32,
}

/// A person's wish about a dead letter; `version` is the one that was on the screen.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Command {
    Retry { item: OutboxId, version: u32 },
    Drop { item: OutboxId, version: u32 },
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Alert {
    pub item: OutboxId,
    pub why: Dead,
}

/// What became of a row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Written {
    Yes,
    No,
    /// There is a letter of this key, sent or not: nothing was written.
    Known,
}

/// What came of a try.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Outcome {
    /// 2xx.
    Delivered,
    /// It did not arrive, and may the next time; `wait` is what the other side asked for (`Retry-After`).
    Failed { why: String, wait: Option<Duration> },
    /// It will never be taken: 4xx, a number that must not be written to.
    Refused { why: String },
    /// The gate or the configuration was against it for now; not one of the tries.
    NotTried { why: String, wait: Duration },
    /// It went out, and nothing came back.
    Unknown { why: String },
}

/// What a person wants of a dead letter.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Change {
    Retry,
    Drop,
}

/// Why something is not carried out.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Refused {
    #[error("there is no such dead letter")]
    NotFound,
    #[error("somebody has changed it since; look at it anew")]
    Outdated,
    #[error("the outbox is full; it takes more when it has sent some")]
    Full,
    #[error("it could not be written down; try again")]
    NotStored,
}
