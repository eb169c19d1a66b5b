//! A call as the page shows it.

use chrono::{DateTime, Utc};
use engine::news::CallView;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::control::shaped;

use super::Id;
use super::leg::{Leg, Trouble};

/// A call: the engine's own view of it (docs/control-socket.md) and who the far end is known to be.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "call": "72057594037927937", "protocolo": "2026031200000011", "direction": "inbound", "account": "2107",
    "user": "7", "queue": "12", "number": "+5511987654321", "name": "Luana", "diverted_from": null, "asserted": null,
    "state": "ringing", "started": "2026-03-12T14:00:00Z", "answered": null, "ended": null, "cause": null,
    "muted": false, "held": false, "held_by_peer": false, "bridged_with": null, "conference": null, "recording": null,
    "supervised": [], "consults": null, "transfer": null, "trouble": null,
    "legs": [{ "leg": "72057594037927938", "sip_call_id": "a@b", "device": null, "codec": "PCMA/8000", "quality": null }],
    "contact": null, "case": null, "promise": null,
}))]
pub struct Call {
    #[serde(flatten)]
    #[schema(value_type = CallFields)]
    view: Value,
}

/// What the engine knows of a call.
#[derive(ToSchema)]
#[allow(dead_code, reason = "the shape of what engine::news::CallView serialises to, for the document alone")]
pub struct CallFields {
    call: Id,
    protocolo: String,
    direction: Direction,
    account: String,
    /// Whose it is.
    user: Option<Id>,
    queue: Option<Id>,
    /// Who is known by this number.
    contact: Option<Known>,
    /// The matter it is about.
    case: Option<Id>,
    /// The callback that it keeps.
    promise: Option<Id>,
    number: String,
    name: Option<String>,
    diverted_from: Option<String>,
    asserted: Option<String>,
    state: CallState,
    started: DateTime<Utc>,
    answered: Option<DateTime<Utc>>,
    ended: Option<DateTime<Utc>>,
    cause: Option<Cause>,
    muted: bool,
    held: bool,
    held_by_peer: bool,
    bridged_with: Option<Id>,
    conference: Option<Seat>,
    /// While it is recorded.
    recording: Option<Tape>,
    /// Supervisors, as far as the agent may know.
    supervised: Vec<Supervised>,
    consults: Option<Id>,
    /// Its last one.
    transfer: Option<Transfer>,
    /// Why only one side is heard.
    trouble: Option<Trouble>,
    legs: Vec<Leg>,
}

#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
#[allow(dead_code, reason = "the shape of what engine::news::Direction serialises to, for the document alone")]
pub enum Direction {
    Inbound,
    Outbound,
}

#[derive(ToSchema)]
#[schema(rename_all = "kebab-case")]
#[allow(dead_code, reason = "the shape of what engine::news::CallState serialises to, for the document alone")]
pub enum CallState {
    Dialling,
    Ringing,
    EarlyMedia,
    Answered,
    Ended,
}

/// Who has the far end's number.
#[derive(ToSchema)]
#[allow(dead_code, reason = "the shape of what engine::case::ContactView serialises to, for the document alone")]
pub struct Known {
    contact: Id,
    name: String,
    /// CPF or CNPJ, digits only.
    document: Option<String>,
    account_name: Option<String>,
}

/// A call's part in a conference.
#[derive(ToSchema)]
#[allow(dead_code, reason = "the shape of what engine::news::ConferenceView serialises to, for the document alone")]
pub struct Seat {
    conference: Id,
    /// Its leader is still in it.
    led: bool,
    /// The others do not hear this party.
    silenced: bool,
}

#[derive(ToSchema)]
#[allow(dead_code, reason = "the shape of what engine::news::RecordingView serialises to, for the document alone")]
pub struct Tape {
    recording: Id,
    paused: bool,
}

/// Where a far end is sent, and how that goes (VZ-07).
#[derive(ToSchema)]
#[allow(dead_code, reason = "the shape of what engine::news::TransferView serialises to, for the document alone")]
pub struct Transfer {
    to: String,
    state: TransferState,
}

#[derive(ToSchema)]
#[schema(rename_all = "kebab-case")]
#[allow(dead_code, reason = "the shape of what engine::news::TransferState serialises to, for the document alone")]
pub enum TransferState {
    Trying,
    Ringing,
    /// The far end is back with its person; `status` is the target's answer, where it is known.
    Failed {
        status: Option<u16>,
        /// As of [`Cause`].
        kind: String,
    },
    Done,
}

/// A supervisor in a call.
#[derive(ToSchema)]
#[allow(dead_code, reason = "the shape of what engine::news::SupervisedView serialises to, for the document alone")]
pub struct Supervised {
    mode: SuperviseMode,
    /// The supervisor's name.
    by: String,
}

/// Who hears a supervisor: nobody, the agent, everybody.
#[derive(ToSchema)]
#[schema(rename_all = "kebab-case")]
#[allow(dead_code, reason = "the shape of what engine::call::SuperviseMode serialises to, for the document alone")]
pub enum SuperviseMode {
    Listen,
    Whisper,
    Barge,
}

/// Why a call ended.
#[derive(ToSchema)]
#[allow(dead_code, reason = "the shape of what engine::news::HangupCause serialises to, for the document alone")]
pub struct Cause {
    /// `normal`, `busy`, `no-answer` …: engine::news::HangupKind.
    kind: String,
    by: Party,
    sip: Option<u16>,
    q850: u8,
    text: String,
}

#[derive(ToSchema)]
#[schema(rename_all = "kebab-case")]
#[allow(dead_code, reason = "the shape of what engine::news::Party serialises to, for the document alone")]
pub enum Party {
    Us,
    Peer,
    Network,
}

impl From<&CallView> for Call {
    fn from(view: &CallView) -> Call {
        Call { view: shaped(view) }
    }
}
