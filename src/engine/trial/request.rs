//! The three requests of a trial: OPTIONS, REGISTER, and the REGISTER that takes the own Contact back (RFC 3261 §10.2.2).

use crate::random::Random;
use crate::sip::header::Name;
use crate::sip::message::{Message, Method};
use crate::sip::uri::{NameAddr, Uri};

use super::Wish;

/// What nobody else has.
#[derive(Debug)]
pub(super) struct Identity {
    call_id: String,
    tag: String,
    /// User part of Contact: no other Contact of the extension is equal to it (RFC 3261 §19.1.4).
    pub contact: String,
}

impl Identity {
    pub fn new(random: &mut Random) -> Identity {
        Identity { call_id: random.token(100), tag: random.token(40), contact: random.token(60) }
    }
}

/// Any final answer to it is life, a 401 too.
pub(super) fn options(wish: &Wish, identity: &Identity) -> Message {
    let to = NameAddr::new(registrar(wish));
    let mut message = begun(Method::Options, wish, identity, to);
    message.push(Name::CSeq, "1 OPTIONS");
    message
}

pub(super) fn register(wish: &Wish, identity: &Identity) -> Message {
    let mut message = begun(Method::Register, wish, identity, aor(wish));
    message.push(Name::CSeq, "2 REGISTER");
    message.push(Name::Expires, EXPIRES_S.to_string());
    message
}

/// The same once more, for no time at all.
pub(super) fn unregister(register: &Message) -> Message {
    let mut message = register.clone();
    let number = register.cseq().map_or(2, |(number, _)| number);
    message.set(Name::CSeq, format!("{} REGISTER", number.saturating_add(1)));
    message.set(Name::Expires, "0".to_owned());
    message.remove(&Name::Authorization);
    message.remove(&Name::ProxyAuthorization);
    message
}

fn begun(method: Method, wish: &Wish, identity: &Identity, to: NameAddr) -> Message {
    let mut message = Message::request(method, registrar(wish));
    let mut from = aor(wish);
    from.params.set("tag", Some(&identity.tag));
    message.push(Name::From, from.to_string());
    message.push(Name::To, to.to_string());
    message.push(Name::CallId, identity.call_id.as_str());
    message
}

fn aor(wish: &Wish) -> NameAddr {
    NameAddr::new(Uri::sip(Some(&wish.user), wish.domain.clone()))
}

/// With the port where the registrar is the domain itself: as registrations do.
fn registrar(wish: &Wish) -> Uri {
    let mut uri = Uri::sip(None, wish.domain.clone());
    if wish.server.host == wish.domain {
        uri.port = wish.server.port;
    }
    uri
}

/// Asked for: should the end not arrive, the PBX forgets soon.
const EXPIRES_S: u32 = 60;
