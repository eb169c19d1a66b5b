//! What each step of a trial met, as a word for programs and as what the other side said.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::border::Flow;
use crate::config::Destination;
use crate::sip::message::{Message, Start};
use crate::sip::ua::SendFailure;
use crate::sip::uri::Host;

/// One step, in the order taken.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Step {
    pub step: StepName,
    pub found: Finding,
    /// Address, status line or the system's words; without secrets.
    pub said: String,
    pub took_ms: u64,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepName {
    /// The server's name.
    Resolve,
    /// The way there.
    Connect,
    /// Whether anybody speaks SIP there.
    Options,
    /// Extension and password.
    Register,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Finding {
    Ok,
    NameNotFound,
    /// Nobody listens there: refused, unreachable, or no socket of ours leads there.
    NotConnected,
    NoAnswer,
    /// The answer to the challenge was not believed. Many PBXs say the same of extensions that they do not have.
    NotAccepted,
    /// 403: most say so of a wrong password.
    Forbidden,
    /// 404, 604.
    UnknownExtension,
    /// 423: longer registrations are wanted.
    TooBrief,
    /// 5xx and their like: later perhaps.
    Busy,
    Refused,
}

/// Somebody answered, whatever it was.
pub(super) fn reached(server: &Destination, flow: Flow, response: &Message, took: Duration) -> Vec<Step> {
    let to = format!("{} {}", flow.transport.as_str(), flow.remote);
    let mut steps = Vec::from_iter(resolved(server, Finding::Ok, flow.remote.ip().to_string()));
    steps.push(step(StepName::Connect, Finding::Ok, to, Duration::ZERO));
    steps.push(step(StepName::Options, Finding::Ok, said(response), took));
    steps
}

/// Nobody did.
pub(super) fn unreached(server: &Destination, why: &SendFailure, took: Duration) -> Vec<Step> {
    let name = |found, text: &str| resolved(server, found, text.to_owned());
    match why {
        SendFailure::Unresolved(why) => name(Finding::NameNotFound, why).into_iter().collect(),
        SendFailure::Transport(why) => vec![step(StepName::Connect, Finding::NotConnected, why.clone(), took)],
        SendFailure::Timeout | SendFailure::Cancelled => vec![unanswered(StepName::Options, why, took)],
    }
}

pub(super) fn unanswered(name: StepName, why: &SendFailure, took: Duration) -> Step {
    match why {
        SendFailure::Unresolved(why) => step(name, Finding::NameNotFound, why.clone(), took),
        SendFailure::Transport(why) => step(name, Finding::NotConnected, why.clone(), took),
        SendFailure::Timeout | SendFailure::Cancelled => step(name, Finding::NoAnswer, String::new(), took),
    }
}

pub(super) fn registered(response: &Message, took: Duration) -> Step {
    step(StepName::Register, Finding::Ok, said(response), took)
}

pub(super) fn refused(response: &Message, took: Duration) -> Step {
    let found = match response.status().unwrap_or(0) {
        401 | 407 => Finding::NotAccepted,
        403 => Finding::Forbidden,
        404 | 604 => Finding::UnknownExtension,
        423 => Finding::TooBrief,
        408 | 429 | 480 | 491 | 500..=599 => Finding::Busy,
        _ => Finding::Refused,
    };
    step(StepName::Register, found, said(response), took)
}

/// An address needs no name.
fn resolved(server: &Destination, found: Finding, said: String) -> Option<Step> {
    match server.host {
        Host::Name(_) => Some(step(StepName::Resolve, found, said, Duration::ZERO)),
        Host::Ip(_) => None,
    }
}

fn step(step: StepName, found: Finding, said: String, took: Duration) -> Step {
    Step { step, found, said, took_ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX) }
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
