//! The two requests of this room: REGISTER (RFC 3261 §10.2) and the OPTIONS that asks for life (§11.1).

use crate::config::{self, Account};
use crate::sip::header::Name;
use crate::sip::message::{Message, Method};
use crate::sip::uri::{NameAddr, Uri};

/// What stays the same over all REGISTERs of one binding, but for the number.
#[derive(Clone, Debug)]
pub(super) struct Identity {
    pub call_id: String,
    pub tag: String,
    pub cseq: u32,
}

/// A REGISTER without Via and without Contact: the flow it takes decides both.
pub(super) fn register(account: &Account, group: &config::Group, identity: &Identity, expires: u32) -> Message {
    let mut message = Message::request(Method::Register, registrar(account, group));
    let aor = aor(account);
    let mut from = aor.clone();
    from.params.set("tag", Some(&identity.tag));
    message.push(Name::From, from.to_string());
    message.push(Name::To, aor.to_string());
    message.push(Name::CallId, identity.call_id.as_str());
    message.push(Name::CSeq, format!("{} REGISTER", identity.cseq));
    message.push(Name::Expires, expires.to_string());
    message
}

/// Any final answer to this is life, a 401 too.
pub(super) fn options(account: &Account, group: &config::Group, identity: &Identity) -> Message {
    let uri = registrar(account, group);
    let to = NameAddr::new(uri.clone());
    let mut message = Message::request(Method::Options, uri);
    let mut from = aor(account);
    from.params.set("tag", Some(&identity.tag));
    message.push(Name::From, from.to_string());
    message.push(Name::To, to.to_string());
    message.push(Name::CallId, identity.call_id.as_str());
    message.push(Name::CSeq, format!("{} OPTIONS", identity.cseq));
    message
}

pub(super) fn aor(account: &Account) -> NameAddr {
    NameAddr::new(Uri::sip(Some(&account.user), account.domain.clone()))
}

/// The domain, with the port where the registrar is that very host on another one: some registrars (Kamailio's
/// `uri==myself`) take an address without its port for somebody else's.
fn registrar(account: &Account, group: &config::Group) -> Uri {
    let mut uri = Uri::sip(None, account.domain.clone());
    if group.registrar.host == account.domain {
        uri.port = group.registrar.port;
    }
    uri
}
