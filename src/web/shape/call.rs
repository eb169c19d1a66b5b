//! A call as the page shows it.

use engine::news::CallView;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::control::shaped;

/// A call: the engine's own view of it (docs/control-socket.md) and who the far end is known to be.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "call": "72057594037927937", "protocolo": "2026031200000011", "direction": "inbound", "account": "2107",
    "user": "7", "queue": "12", "number": "+5511987654321", "name": "Luana", "diverted_from": null, "asserted": null,
    "state": "ringing", "started": "2026-03-12T14:00:00Z", "answered": null, "ended": null, "cause": null,
    "muted": false, "held": false, "held_by_peer": false, "bridged_with": null, "conference": null, "recording": null,
    "supervised": [], "consults": null, "transfer": null, "trouble": null,
    "legs": [{ "leg": "72057594037927938", "sip_call_id": "a@b", "device": null, "codec": "PCMA/8000", "quality": null }],
    "contact": null, "case": null,
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
    call: super::Id,
    protocolo: String,
    /// `inbound` or `outbound`.
    direction: String,
    account: String,
    /// Whose it is.
    user: Option<super::Id>,
    queue: Option<super::Id>,
    /// Who is known by this number.
    #[schema(value_type = Option<Object>)]
    contact: (),
    /// The matter it is about.
    case: Option<super::Id>,
    number: String,
    name: Option<String>,
    diverted_from: Option<String>,
    asserted: Option<String>,
    /// `dialling`, `ringing`, `early-media`, `answered`, `ended`.
    state: String,
    started: chrono::DateTime<chrono::Utc>,
    answered: Option<chrono::DateTime<chrono::Utc>>,
    ended: Option<chrono::DateTime<chrono::Utc>>,
    cause: Option<CauseFields>,
    muted: bool,
    held: bool,
    held_by_peer: bool,
    bridged_with: Option<super::Id>,
    #[schema(value_type = Option<Object>)]
    conference: (),
    #[schema(value_type = Option<Object>)]
    recording: (),
    /// Supervisors, as far as the agent may know.
    supervised: Vec<SupervisedFields>,
    consults: Option<super::Id>,
    #[schema(value_type = Option<Object>)]
    transfer: (),
    /// Why only one side is heard.
    trouble: Option<String>,
    #[schema(value_type = Vec<Object>)]
    legs: (),
}

/// A supervisor in a call.
#[derive(ToSchema)]
#[allow(dead_code, reason = "the shape of what engine::news::SupervisedView serialises to, for the document alone")]
pub struct SupervisedFields {
    /// `listen`, `whisper`, `barge`.
    mode: String,
    /// The supervisor's name.
    by: String,
}

/// Why a call ended.
#[derive(ToSchema)]
#[allow(dead_code, reason = "the shape of what engine::news::HangupCause serialises to, for the document alone")]
pub struct CauseFields {
    kind: String,
    /// `us`, `peer`, `network`.
    by: String,
    sip: Option<u16>,
    q850: u8,
    text: String,
}

impl From<&CallView> for Call {
    fn from(view: &CallView) -> Call {
        Call { view: shaped(view) }
    }
}
