//! What can be wished of calls.

use serde::{Deserialize, Serialize};

use crate::config::{AccountName, DeviceName};
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
    Record {
        call: CallId,
        what: RecordWish,
    },
    Transfer(Transfer),
    /// Joins the far ends of two answered calls; their devices fall silent.
    Bridge {
        first: CallId,
        second: CallId,
    },
    Phone(Phone),
    Supervise(Supervise),
}

/// A wish of somebody who supervises an agent's call. `through`: the extension at whose device one sits, for whoever is no
/// person with a ramal of their own.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Supervise {
    /// Begins, goes on in another mode, or goes on with another call.
    Attend {
        call: CallId,
        mode: SuperviseMode,
        through: Option<AccountName>,
    },
    /// The call is the supervisor's from now on, and its agent is let go.
    TakeOver {
        call: CallId,
        through: Option<AccountName>,
    },
    Stop {
        call: CallId,
        through: Option<AccountName>,
    },
}

/// Who hears a supervisor; the supervisor hears everybody in each.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SuperviseMode {
    /// Nobody.
    Listen,
    /// The agent alone.
    Whisper,
    /// Everybody.
    Barge,
}

/// A wish about a desk phone that is a person's device (SP-05).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phone {
    /// Calls it and keeps the call, for all calls to come. Calls that wait for it go on when it is picked up.
    Connect { device: DeviceName },
    /// Hangs it up. Refused while somebody talks there.
    Disconnect { device: DeviceName },
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

/// A wish about a call's recording (SP-08).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RecordWish {
    Start,
    /// Silence on both tracks, as for the number of a card.
    Pause,
    Resume,
    Stop,
}

/// A wish about sending a far end to somebody else (VZ-07). `route`: another one than the call's own.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Transfer {
    /// To a number, without asking there first.
    Blind { call: CallId, number: String, route: Option<AccountName> },
    /// Holds the call and dials a number beside it.
    Consult { call: CallId, number: String, route: Option<AccountName> },
    /// Talks with the other of the two.
    Swap { call: CallId },
    /// Gives the far end of the first to who was asked.
    Complete { call: CallId },
    /// Hangs up the consultation, or what is dialled for the far end, and talks with the first again.
    Back { call: CallId },
}

impl Transfer {
    /// Whose far end is sent, or asked about.
    pub fn call(&self) -> CallId {
        match self {
            Transfer::Blind { call, .. } | Transfer::Consult { call, .. } => *call,
            Transfer::Swap { call } | Transfer::Complete { call } | Transfer::Back { call } => *call,
        }
    }
}

/// How a ringing call is sent away; the profile says the status.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RejectAs {
    Busy,
    NoAnswer,
    Declined,
}
