//! What a registrar's answer says: until when, when to come again, and in words what is wrong.

use std::time::Duration;

use crate::border::Flow;
use crate::config::{Account, AccountKind};
use crate::sip::header::Name;
use crate::sip::message::{Message, Start};
use crate::sip::ua::SendFailure;
use crate::sip::uri::{Host, NameAddr};

/// Seconds that a 2xx grants: our own Contact's `expires` among all the others, else Expires, else what was asked
/// (RFC 3261 §10.2.1.1, §10.3 step 8). At most a day: a registrar that forgets is noticed sooner.
pub(super) fn granted(response: &Message, user: &str, flow: Flow, asked: u32) -> u32 {
    let contacts = response.contacts().unwrap_or_default();
    let ours = |contact: &&NameAddr| {
        let at = (contact.uri.host == Host::Ip(flow.local.ip()), contact.uri.port.unwrap_or(5060));
        contact.uri.user_text().as_deref() == Some(user) && at == (true, flow.local.port())
    };
    // A registrar that corrects addresses behind NAT gives back a Contact that is not quite ours: a lone one is.
    let own = contacts.iter().find(ours).or(match contacts.as_slice() {
        [lone] => Some(lone),
        _ => None,
    });
    own.and_then(|contact| contact.params.get("expires")?.trim().parse().ok())
        .or_else(|| response.number(&Name::Expires))
        .unwrap_or(asked)
        .min(LONGEST)
}

/// The floor a 423 names, when it is above what was asked and within reason.
pub(super) fn floor(response: &Message, asked: u32) -> Option<u32> {
    response.number(&Name::MinExpires).filter(|floor| *floor > asked && *floor <= LONGEST)
}

/// Seconds to stay away, at most an hour (RFC 3261 §20.33).
pub(super) fn retry_after(response: &Message) -> Duration {
    Duration::from_secs(response.number(&Name::RetryAfter).unwrap_or(0).into()).min(Duration::from_secs(3600))
}

/// Whether the registrar may think otherwise soon, so that waiting helps and a person need not come.
pub(super) fn is_passing(status: u16) -> bool {
    matches!(status, 408 | 429 | 480 | 491 | 500..=599)
}

/// A refusal for the administrator: what was said, who is meant, what to look at.
pub(super) fn refusal(response: &Message, account: &Account) -> String {
    let who = who(account);
    let advice = match response.status().unwrap_or(0) {
        403 => format!("the registrar refuses {who}; check its password"),
        404 | 604 => format!("the registrar does not know {who}; check that it exists there"),
        423 => "the registrar wants longer registrations and names no usable Min-Expires".to_owned(),
        300..=399 => format!("the registrar sends {who} elsewhere; check the registrar's address"),
        status if is_passing(status) => format!("the registrar cannot serve {who} now"),
        _ => format!("the registrar refuses {who}"),
    };
    format!("{}: {advice}", said(response))
}

/// A challenge that will not be answered.
pub(super) fn unanswered(response: &Message, account: &Account, why: &str) -> String {
    format!("{}: {}: {why}", said(response), who(account))
}

/// No answer at all.
pub(super) fn silence(why: &SendFailure) -> String {
    match why {
        SendFailure::Timeout => "no answer to REGISTER; check that the registrar is reachable".to_owned(),
        SendFailure::Cancelled => "REGISTER was given up before it was sent".to_owned(),
        SendFailure::Transport(why) => format!("REGISTER could not be sent: {why}"),
        SendFailure::Unresolved(why) => format!("the registrar's name has no address: {why}"),
    }
}

/// Status and reason phrase, short and without control characters.
fn said(response: &Message) -> String {
    match &response.start {
        Start::Response { status, reason } => {
            let reason: String = reason.chars().filter(|c| !c.is_control()).take(64).collect();
            format!("{status} {reason}").trim_end().to_owned()
        }
        Start::Request { .. } => String::new(),
    }
}

fn who(account: &Account) -> String {
    match account.kind {
        AccountKind::Extension => format!("extension {}", account.name),
        AccountKind::RegisteredTrunk | AccountKind::AddressedTrunk => format!("trunk {}", account.name),
    }
}

/// A day, in seconds.
const LONGEST: u32 = 86_400;
