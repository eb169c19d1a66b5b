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
    /// The far end agreed to hear adverts while it is held, or does no more (VZ-05).
    AdvertConsent {
        call: CallId,
        on: bool,
    },
    Conference(Conference),
    /// Joins the far ends of two answered calls; their devices fall silent.
    Bridge {
        first: CallId,
        second: CallId,
    },
}

/// A wish about calls that talk together (VZ-10).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Conference {
    /// All of them, and the person of the first; held ones are resumed, conferences they are in come along.
    Join { calls: Vec<CallId> },
    /// The others do not hear this party, or do again.
    Silence { call: CallId, on: bool },
    /// Out of the conference, on hold.
    Split { call: CallId },
    /// The leader of this call's conference goes; the others stay.
    Leave { call: CallId },
    /// Everybody in this call's conference is hung up.
    End { call: CallId },
}

/// How a ringing call is sent away; the profile says the status.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RejectAs {
    Busy,
    NoAnswer,
    Declined,
}
