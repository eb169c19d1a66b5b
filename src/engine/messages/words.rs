//! What became of a message that was not taken, for the person who wrote it.

use crate::sip::message::{Message, Start};
use crate::sip::ua::SendFailure;

pub(super) fn refused(response: &Message) -> String {
    let advice = match response.status().unwrap_or(0) {
        403 | 603 => "it is not allowed",
        404 | 410 | 484 | 604 => "there is no such number",
        405 | 415 | 488 | 489 | 501 | 606 => "no text messages are taken there",
        408 | 480 | 487 => "nobody is reachable there now",
        413 | 513 => "it is too long",
        486 | 600 => "it is busy",
        500..=599 => "the PBX cannot pass it on now",
        _ => "it was refused",
    };
    match &response.start {
        Start::Response { status, reason } => {
            let reason: String = reason.chars().filter(|c| !c.is_control()).take(64).collect();
            format!("{advice} ({status} {})", reason.trim())
        }
        Start::Request { .. } => advice.to_owned(),
    }
}

pub(super) fn silence(why: &SendFailure) -> String {
    match why {
        SendFailure::Timeout => "no answer came; it may have arrived all the same".to_owned(),
        SendFailure::Cancelled => "it was given up before it was sent".to_owned(),
        SendFailure::Transport(why) | SendFailure::Unresolved(why) => format!("it could not be sent: {why}"),
    }
}
