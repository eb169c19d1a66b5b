//! Why a call ended: from what SIP says to one cause, and back into a Reason field.

#[cfg(test)]
mod tests;

use crate::news::{HangupCause, HangupKind, Party};
use crate::sip::header::Name;
use crate::sip::message::Message;
use crate::sip::ua::SendFailure;

use super::reason::{Protocol, Reason};

/// Longest text kept from a peer, in characters.
const MAX_TEXT: usize = 80;

impl HangupCause {
    /// An end that we decided: a person's wish, a rule, a failure of ours.
    pub fn ours(kind: HangupKind, text: &str) -> HangupCause {
        HangupCause { kind, by: Party::Us, sip: None, q850: q850_of_kind(kind), text: clean(text) }
    }

    /// An end that came from the network or the far end, without a message that says why.
    pub fn network(kind: HangupKind, sip: Option<u16>, text: &str) -> HangupCause {
        let q850 = sip.map_or_else(|| q850_of_kind(kind), q850_of_status);
        HangupCause { kind, by: Party::Network, sip, q850, text: clean(text) }
    }

    /// From a final response, a BYE or a CANCEL of the peer.
    ///
    /// A Q.850 Reason is nearer to the truth than the status that some gateway made of it, unless it only says that the
    /// call was cleared normally.
    pub fn from_message(message: &Message) -> HangupCause {
        let values = message.values(&Name::Reason);
        let reasons: Vec<Reason> = values.iter().filter_map(|value| Reason::parse(value)).collect();
        match (message.status(), message.method()) {
            (Some(status), _) => HangupCause::from_status(status, &reasons),
            (None, Some(crate::sip::message::Method::Cancel)) => {
                HangupCause::from_reasons(HangupKind::Cancelled, &reasons)
            }
            (None, _) => HangupCause::from_reasons(HangupKind::Normal, &reasons),
        }
    }

    /// From the status of a final response and its Reason values.
    pub fn from_status(status: u16, reasons: &[Reason]) -> HangupCause {
        let said = q850_reason(reasons);
        let telling = said.and_then(|reason| kind_of_q850(reason.q850())).filter(|kind| *kind != HangupKind::Normal);
        HangupCause {
            kind: telling.unwrap_or_else(|| kind_of_status(status)),
            by: if (500..600).contains(&status) { Party::Network } else { Party::Peer },
            sip: Some(status),
            q850: said.map_or_else(|| q850_of_status(status), Reason::q850),
            text: clean(reasons.iter().find_map(|reason| reason.text.as_deref()).unwrap_or_default()),
        }
    }

    /// From the Reason values of a request that ends a call; `otherwise` where they say nothing.
    pub fn from_reasons(otherwise: HangupKind, reasons: &[Reason]) -> HangupCause {
        let sip = reasons.iter().find(|reason| reason.protocol == Protocol::Sip).map(|reason| reason.cause);
        let said = q850_reason(reasons);
        let by_sip = sip.map(|status| match status {
            // RFC 3326 §3.1: another of our devices picked up.
            200 => HangupKind::AnsweredElsewhere,
            _ => kind_of_status(status),
        });
        let by_q850 = said.and_then(|reason| kind_of_q850(reason.q850())).filter(|kind| *kind != HangupKind::Normal);
        let kind = by_sip.or(by_q850).unwrap_or(otherwise);
        HangupCause {
            kind,
            by: Party::Peer,
            sip,
            q850: said.map_or_else(|| sip.map_or(q850_of_kind(kind), q850_of_status), Reason::q850),
            text: clean(reasons.iter().find_map(|reason| reason.text.as_deref()).unwrap_or_default()),
        }
    }

    /// From a request that got no answer.
    pub fn from_failure(failure: &SendFailure) -> HangupCause {
        let text = match failure {
            SendFailure::Cancelled => return HangupCause::ours(HangupKind::Cancelled, "cancelled before it was sent"),
            SendFailure::Timeout => {
                let silence = HangupCause::ours(HangupKind::Unreachable, "nobody answered the request");
                return HangupCause { by: Party::Network, q850: TIMER_EXPIRED, ..silence };
            }
            SendFailure::Transport(why) | SendFailure::Unresolved(why) => why,
        };
        HangupCause { by: Party::Network, ..HangupCause::ours(HangupKind::Unreachable, text) }
    }

    /// Whether a call that made no progress can have rung nobody: there was no connection, or a server had an error of its own.
    /// Where anybody waited in vain (504, no answer at all) it may have rung.
    pub fn reached_nobody(&self) -> bool {
        match self.sip {
            Some(status) => matches!(status, 500..=503 | 505..=599),
            None => self.by == Party::Network && self.kind == HangupKind::Unreachable && self.q850 != TIMER_EXPIRED,
        }
    }
}

/// ITU-T Q.850: recovery on timer expiry.
const TIMER_EXPIRED: u8 = 102;

/// The Reason field to send with our BYE or CANCEL (RFC 3326).
pub fn reason_header(cause: &HangupCause) -> String {
    let (protocol, number) = match cause.kind {
        HangupKind::AnsweredElsewhere => (Protocol::Sip, 200),
        _ => (Protocol::Q850, u16::from(cause.q850)),
    };
    let text = match (cause.kind, cause.text.is_empty()) {
        (HangupKind::AnsweredElsewhere, true) => Some("Call completed elsewhere".to_owned()),
        (_, true) => None,
        (_, false) => Some(cause.text.clone()),
    };
    Reason { protocol, cause: number, text }.to_string()
}

fn q850_reason(reasons: &[Reason]) -> Option<&Reason> {
    reasons.iter().find(|reason| reason.protocol == Protocol::Q850 && (1..=127).contains(&reason.cause))
}

/// The Q.850 value of a final SIP status (RFC 3398 §8.2.6.1; where the table leaves a choice, the value that §7.2.4.1
/// maps to that status).
pub fn q850_of_status(status: u16) -> u8 {
    match status {
        200..=299 | 487 => 16,
        300..=399 => 23,
        400 | 481 | 500 | 503 => 41,
        401 | 402 | 403 | 407 | 603 | 607 | 608 => 21,
        404 | 485 | 604 => 1,
        405 => 63,
        406 | 415 | 501 => 79,
        408 | 504 => 102,
        410 => 22,
        480 => 18,
        482 | 483 => 25,
        484 => 28,
        486 | 600 => 17,
        488 | 606 => 65,
        502 => 38,
        _ => 127,
    }
}

/// What a final SIP status means to a person.
pub fn kind_of_status(status: u16) -> HangupKind {
    match status {
        200..=299 => HangupKind::Normal,
        300..=399 => HangupKind::Moved,
        401 | 407 => HangupKind::Unauthorized,
        402 | 403 => HangupKind::Denied,
        404 | 410 | 416 | 484 | 485 | 604 => HangupKind::NumberUnknown,
        406 | 415 | 488 | 606 => HangupKind::NotAcceptable,
        408 | 480 => HangupKind::NoAnswer,
        486 | 600 => HangupKind::Busy,
        487 => HangupKind::Cancelled,
        433 | 603 | 607 | 608 => HangupKind::Rejected,
        504 => HangupKind::Unreachable,
        500 | 502 | 503 | 580 => HangupKind::Congestion,
        400..=499 | 501 | 505..=599 => HangupKind::ProtocolError,
        _ => HangupKind::Other,
    }
}

/// What a Q.850 value means to a person; `None` where it says nothing (31, 127, unknown ones).
pub fn kind_of_q850(cause: u8) -> Option<HangupKind> {
    let kind = match cause {
        16 => HangupKind::Normal,
        1..=3 | 22 | 28 => HangupKind::NumberUnknown,
        17 => HangupKind::Busy,
        18 | 19 => HangupKind::NoAnswer,
        20 | 27 | 102 => HangupKind::Unreachable,
        21 | 29 => HangupKind::Rejected,
        23 => HangupKind::Moved,
        26 => HangupKind::AnsweredElsewhere,
        4 | 25 | 34 | 38 | 41..=44 | 46 | 47 => HangupKind::Congestion,
        50 | 52..=55 | 57 | 87 => HangupKind::Denied,
        58 | 63 | 65 | 66 | 69 | 70 | 79 | 88 => HangupKind::NotAcceptable,
        81 | 95..=101 | 111 => HangupKind::ProtocolError,
        _ => return None,
    };
    Some(kind)
}

/// The Q.850 value for an end that no status and no Reason describes.
pub fn q850_of_kind(kind: HangupKind) -> u8 {
    match kind {
        HangupKind::Normal | HangupKind::Cancelled | HangupKind::Drained | HangupKind::Transferred => 16,
        HangupKind::Busy | HangupKind::DoNotDisturb => 17,
        HangupKind::NoAnswer => 19,
        HangupKind::Rejected | HangupKind::Unauthorized | HangupKind::Denied => 21,
        HangupKind::NumberUnknown => 1,
        HangupKind::Congestion | HangupKind::Crashed => 41,
        HangupKind::NotAcceptable => 65,
        HangupKind::Unreachable => 27,
        HangupKind::SessionExpired => 102,
        HangupKind::MediaFailed => 47,
        HangupKind::ProtocolError => 111,
        HangupKind::AnsweredElsewhere => 26,
        HangupKind::Moved => 23,
        HangupKind::Other => 127,
    }
}

/// Text fit to be stored and shown: short, printable, without what may be a telephone number.
fn clean(text: &str) -> String {
    let printable = text.chars().filter(|letter| !letter.is_control()).take(MAX_TEXT).collect::<String>();
    crate::number::redact_digits(&printable)
}
