//! The top Via: written on requests, completed on what arrives (RFC 3261 §18, RFC 3581).

use std::net::SocketAddr;

use crate::border::Flow;
use crate::config::Target;
use crate::random::Random;
use crate::sip::header::{Name, Via};
use crate::sip::message::Message;
use crate::sip::uri::{Host, Transport};

/// Where the answer to a request goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Reply {
    pub(crate) flow: Flow,
    /// Where to connect when the stream is gone (RFC 3261 §18.2.2).
    pub(crate) fallback: Target,
}

/// A branch nobody can guess, with the magic cookie (RFC 3261 §8.1.1.7).
pub(crate) fn new_branch(random: &mut Random) -> String {
    format!("{MAGIC_COOKIE}{}", random.token(80))
}

/// Puts our Via on top. `rport` asks for the answer to come back the way the request went (RFC 3581 §3).
pub(crate) fn stamp(message: &mut Message, flow: Flow, branch: &str) {
    let sent_by = SocketAddr::new(flow.local.ip(), flow.local.port());
    message.push_front(Name::Via, format!("SIP/2.0/{} {sent_by};branch={branch};rport", flow.transport.as_str()));
}

/// Notes in the top Via where a request really came from (RFC 3261 §18.2.1, RFC 3581 §4) and says where its answer goes.
pub(crate) fn receive(message: &mut Message, mut via: Via, flow: Flow) -> Reply {
    let source = flow.remote.ip().to_canonical();
    let sent_port = via.port.unwrap_or(default_port(flow.transport));
    let symmetric = via.params.has("rport");
    if symmetric {
        via.params.set("rport", Some(&flow.remote.port().to_string()));
    }
    if symmetric || via.host != Host::Ip(source) {
        via.params.set("received", Some(&source.to_string()));
        replace_top(message, &via);
    }
    let fallback = Target { transport: flow.transport, address: SocketAddr::new(source, sent_port) };
    let mut flow = flow;
    if !symmetric && !flow.transport.is_reliable() {
        flow.remote.set_port(sent_port);
    }
    Reply { flow, fallback }
}

/// The port when none is written (RFC 3261 §19.1.2, RFC 7118 §8).
pub(crate) fn default_port(transport: Transport) -> u16 {
    match transport {
        Transport::Udp | Transport::Tcp => 5060,
        Transport::Tls => 5061,
        Transport::Ws => 80,
        Transport::Wss => 443,
    }
}

fn replace_top(message: &mut Message, top: &Via) {
    let below: Vec<String> = message.values(&Name::Via).into_iter().skip(1).map(|via| via.into_owned()).collect();
    message.remove(&Name::Via);
    for via in below.into_iter().rev() {
        message.push_front(Name::Via, via);
    }
    message.push_front(Name::Via, top.to_string());
}

/// Tells branches of RFC 3261 from those of RFC 2543 (§8.1.1.7).
pub(super) const MAGIC_COOKIE: &str = "z9hG4bK";
