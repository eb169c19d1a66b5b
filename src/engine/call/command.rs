//! What can be wished of calls.

use serde::{Deserialize, Serialize};

use crate::config::AccountName;
use crate::id::CallId;

/// A wish about calls. Every outgoing call names its route; `None` takes the configured default.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Command {
    Dial {
        route: Option<AccountName>,
        number: String,
        caller_id: Option<String>,
    },
    Answer {
        call: CallId,
    },
    Reject {
        call: CallId,
        how: RejectAs,
    },
    HangUp {
        call: CallId,
    },
    Hold {
        call: CallId,
    },
    Resume {
        call: CallId,
    },
    Mute {
        call: CallId,
    },
    Unmute {
        call: CallId,
    },
    Dtmf {
        call: CallId,
        digits: String,
    },
    /// Joins the far ends of two answered calls; their devices fall silent.
    Bridge {
        first: CallId,
        second: CallId,
    },
}

/// How a ringing call is sent away; the profile says the status.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RejectAs {
    Busy,
    NoAnswer,
    Declined,
}
