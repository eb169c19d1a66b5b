//! A person holds a piece of work for a while: the lease, how it ends, and what is told of both.

use serde::{Deserialize, Serialize};

use super::item::Work;
use crate::id::UserId;
use crate::time::Moment;

/// One person has one piece of work, and nobody else has it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Lease {
    pub work: Work,
    pub user: UserId,
    /// Over at this moment, unless it ended before.
    pub until: Moment,
    /// Grows with each lease: who comes with an older one comes too late.
    pub fence: u64,
}

/// How a lease ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// The person and the work are the call's business now, and gone from here.
    Accepted,
    Declined,
    /// Its time was over.
    Lapsed,
    /// The work is not to be done any more, or is another.
    Withdrawn,
    /// The person is not free for it any more.
    PersonGone,
}

/// What has happened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Event {
    Leased(Lease),
    Ended(Lease, Ending),
    /// It waits at its deadline, or came back after it. Told once.
    WaitsTooLong(Work),
}

/// There is no such lease: it ended, and the work may be somebody else's.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("this offer is over; the next one comes by itself")]
pub struct TooLate;
