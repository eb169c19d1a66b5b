//! Header fields that every message of a session carries, and what the peer's say.

use std::time::Duration;

use crate::config::{PrackMode, Refresher};
use crate::random::Random;
use crate::sip::header::Name;
use crate::sip::message::Message;
use crate::sip::uri::NameAddr;

/// The methods we answer inside and outside dialogs, for Allow and 405.
pub const ALLOWED: &str = "INVITE, ACK, BYE, CANCEL, OPTIONS, INFO, PRACK, UPDATE, REFER, NOTIFY, MESSAGE";

/// The extensions we have, for Supported.
pub const EXTENSIONS: &str = "100rel, norefersub, replaces, timer";

/// Extensions we understand in Require.
const SUPPORTED: [&str; 4] = ["100rel", "norefersub", "replaces", "timer"];

/// Extensions in Require that we do not understand: a 420 is due (RFC 3261 §8.2.2.3).
pub(super) fn unsupported(request: &Message) -> Vec<String> {
    let known = |token: &str| SUPPORTED.iter().any(|known| known.eq_ignore_ascii_case(token));
    request.values(&Name::Require).iter().filter(|token| !known(token)).map(|token| token.to_string()).collect()
}

/// Contact, Allow and Supported: for INVITE, UPDATE and their 1xx and 2xx.
pub(super) fn put_usual(message: &mut Message, contact: &NameAddr, prack: PrackMode) {
    message.set(Name::Contact, contact.to_string());
    message.set(Name::Allow, ALLOWED);
    message.set(
        Name::Supported,
        match prack {
            PrackMode::Supported | PrackMode::Required => EXTENSIONS,
            PrackMode::Off => "norefersub, replaces, timer",
        },
    );
}

/// Puts a To tag on a response.
pub(super) fn put_tag(response: &mut Message, tag: &str) {
    if let Ok(mut to) = response.to()
        && to.tag().is_none()
    {
        to.params.set("tag", Some(tag));
        response.set(Name::To, to.to_string());
    }
}

/// A final answer outside a dialog with a To tag of its own (RFC 3261 §8.2.6.2).
pub fn tagged(mut response: Message, random: &mut Random) -> Message {
    put_tag(&mut response, &random.token(64));
    response
}

/// Who refreshes, as written in Session-Expires from the view of the message's sender and receiver.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Role {
    Uac,
    Uas,
}

/// `Session-Expires: 1800;refresher=uac` (RFC 4028 §4).
pub(super) fn session_expires(message: &Message) -> Option<(Duration, Option<Role>)> {
    let value = message.header(&Name::SessionExpires)?;
    let mut parts = value.split(';').map(str::trim);
    let seconds: u32 = parts.next()?.parse().ok()?;
    let role = parts.find_map(|part| part.strip_prefix("refresher=")).and_then(|role| match role.trim() {
        "uac" => Some(Role::Uac),
        "uas" => Some(Role::Uas),
        _ => None,
    });
    Some((Duration::from_secs(u64::from(seconds)), role))
}

pub(super) fn put_session_expires(message: &mut Message, expires: Duration, role: Option<Role>) {
    let role = match role {
        Some(Role::Uac) => ";refresher=uac",
        Some(Role::Uas) => ";refresher=uas",
        None => "",
    };
    message.set(Name::SessionExpires, format!("{}{role}", expires.as_secs()));
}

/// How the profile's wish reads in a request of ours.
pub(super) fn role_as_uac(refresher: Refresher) -> Option<Role> {
    match refresher {
        Refresher::Any => None,
        Refresher::Us => Some(Role::Uac),
        Refresher::Them => Some(Role::Uas),
    }
}
