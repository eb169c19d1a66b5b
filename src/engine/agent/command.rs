//! What can be wished of agents.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::config::DeviceName;
use crate::id::{ItemId, QueueId, UserId};

/// A wish about a person's work.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Command {
    /// Whose; a supervisor may wish it of others.
    pub user: UserId,
    pub wish: Wish,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Wish {
    /// Sits down: in a pause's place the state is as it was chosen last, and ready where it was offline.
    SignIn {
        device: Option<DeviceName>,
    },
    SignOut,
    Ready,
    /// Now, or when the call that is up is over.
    Pause {
        reason: ItemId,
        after_call: bool,
    },
    /// The call is written down; ends the time for it.
    Written,
    /// Logs in to these of the person's queues, and out of the others.
    Queues(BTreeSet<QueueId>),
    /// Talks through another device from now on, in the middle of a call too (SP-05).
    Device(Option<DeviceName>),
    /// The last page of the person is closed: nobody would see whom a promise calls (CB-08). Whatever the person does next says
    /// that it is there again.
    PageGone,
}
