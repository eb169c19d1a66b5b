//! Attempts to reach a lead, and what the network or the detector says of each.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::id::{AttemptId, CallId, CampaignId, ItemId, LeadId, UserId};
use crate::news::{HangupCause, HangupKind, Party};

/// One attempt, stored before it is dialled: without a result nobody knows whether it rang.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Attempt {
    pub attempt: AttemptId,
    pub lead: LeadId,
    pub campaign: CampaignId,
    /// Normalised.
    pub number: String,
    pub at: DateTime<Utc>,
    /// Of the rules that allowed it.
    pub version: u64,
    pub call: Option<CallId>,
    /// Who had the record, or was given the call; in predictive nobody before it is answered.
    pub user: Option<UserId>,
    /// Dialled for whoever is free when it answers: it counts for the abandonment of its day (GN-18).
    #[serde(default)]
    pub paced: bool,
    pub result: Option<AttemptResult>,
    /// What the agent said afterwards (*tabulação*).
    pub disposition: Option<ItemId>,
}

/// What came of an attempt, with the codes that said so.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AttemptResult {
    pub kind: ResultKind,
    /// The final status, if one came.
    pub sip: Option<u16>,
    /// ITU-T Q.850 cause value, as received or mapped (RFC 3398 §8.2.6.1).
    pub q850: Option<u8>,
}

/// What the network or the detector says.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ResultKind {
    /// A person answered and talked with an agent.
    Connected,
    /// A machine answered (GN-17).
    Machine,
    /// A person answered and no agent was there within 2 s (GN-18).
    Abandoned,
    Busy,
    NoAnswer,
    /// The person declined.
    Rejected,
    /// No way through the network.
    Congestion,
    /// There is no such number.
    NumberUnknown,
    /// We hung up before an answer.
    Withdrawn,
    /// Whatever else went wrong.
    Failed,
    /// Between the write and the INVITE something spoke against it.
    NotDialled,
    /// The daemon ended before it was written down: it may have rung.
    Unknown,
}

impl ResultKind {
    pub const ALL: [ResultKind; 12] = [
        ResultKind::Connected,
        ResultKind::Machine,
        ResultKind::Abandoned,
        ResultKind::Busy,
        ResultKind::NoAnswer,
        ResultKind::Rejected,
        ResultKind::Congestion,
        ResultKind::NumberUnknown,
        ResultKind::Withdrawn,
        ResultKind::Failed,
        ResultKind::NotDialled,
        ResultKind::Unknown,
    ];

    /// Whether it is one of the attempts that limits allow: all that may have rung (GN-14).
    pub fn counts(self) -> bool {
        self != ResultKind::NotDialled
    }
}

impl AttemptResult {
    /// Of a call that ended before anybody answered.
    pub fn of_cause(cause: &HangupCause) -> AttemptResult {
        let kind = match cause.kind {
            HangupKind::Busy => ResultKind::Busy,
            HangupKind::NoAnswer => ResultKind::NoAnswer,
            HangupKind::Rejected | HangupKind::DoNotDisturb => ResultKind::Rejected,
            HangupKind::NumberUnknown => ResultKind::NumberUnknown,
            HangupKind::Congestion | HangupKind::Unreachable => of_network(cause.q850),
            HangupKind::Denied => ResultKind::NotDialled,
            HangupKind::Crashed => ResultKind::Unknown,
            HangupKind::Normal | HangupKind::Cancelled | HangupKind::Drained if cause.by == Party::Us => {
                ResultKind::Withdrawn
            }
            HangupKind::Normal | HangupKind::Cancelled | HangupKind::Drained | HangupKind::Other => {
                of_network(cause.q850)
            }
            HangupKind::NotAcceptable | HangupKind::Unauthorized | HangupKind::SessionExpired => ResultKind::Failed,
            HangupKind::MediaFailed | HangupKind::ProtocolError | HangupKind::AnsweredElsewhere => ResultKind::Failed,
            HangupKind::Moved | HangupKind::Transferred => ResultKind::Failed,
        };
        AttemptResult { kind, sip: cause.sip, q850: (cause.q850 != 0).then_some(cause.q850) }
    }

    /// What needs no code.
    pub fn plain(kind: ResultKind) -> AttemptResult {
        AttemptResult { kind, sip: None, q850: None }
    }
}

/// ITU-T Q.850 §2.2.7.
fn of_network(q850: u8) -> ResultKind {
    match q850 {
        // Unallocated number; number changed; invalid number format.
        1 | 22 | 28 => ResultKind::NumberUnknown,
        17 => ResultKind::Busy,
        // No user responding; no answer; subscriber absent.
        18..=20 => ResultKind::NoAnswer,
        21 => ResultKind::Rejected,
        // No circuit, network out of order, temporary failure, congestion, channel not available, …
        34..=47 => ResultKind::Congestion,
        _ => ResultKind::Failed,
    }
}
