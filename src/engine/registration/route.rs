//! Where a group's registrar is, which way leads there, and whose messages are believed (SP-09).

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use crate::border::{Flow, Targets};
use crate::config::{self, Destination, Target};
use crate::sip::ua::NextHop;
use crate::sip::uri::{Host, Transport};
use crate::time::Moment;

/// The ways to one group.
#[derive(Clone, Debug, Default)]
pub(super) struct Route {
    /// The way that answered last.
    pub flow: Option<Flow>,
    /// Registrar and proxy as last resolved.
    known: BTreeMap<Destination, Targets>,
    asked: Option<Moment>,
    /// Which target the next question of a silent group goes to.
    turn: usize,
}

impl Route {
    /// The names to resolve, when their addresses have grown old.
    pub fn names_grown_old<'a>(
        &mut self,
        group: &'a config::Group,
        now: Moment,
    ) -> impl Iterator<Item = &'a Destination> {
        let due = self.asked.is_none_or(|asked| now.since(asked) >= RESOLVE_EVERY);
        if due {
            self.asked = Some(now);
        }
        destinations(group).filter(move |destination| due && literal(destination).is_none())
    }

    /// Takes new addresses in. False when the present flow leads to none of them any more.
    pub fn learn(&mut self, group: &config::Group, destination: &Destination, targets: &[Target]) -> bool {
        self.known.insert(destination.clone(), targets.to_vec());
        let Some(flow) = self.flow.filter(|_| destination == next_destination(group)) else { return true };
        targets.iter().any(|target| target.address == flow.remote)
    }

    /// The way that answers, else each address in turn, one a question, so that a dead one costs 2 s.
    pub fn next_hop(&mut self, group: &config::Group) -> NextHop {
        let destination = next_destination(group);
        if let Some(flow) = self.flow {
            return NextHop::Flow(flow);
        }
        let targets = self.known.get(destination).map_or(&[][..], Vec::as_slice);
        let turn = self.turn.checked_rem(targets.len()).unwrap_or(0);
        self.turn = turn + 1;
        targets.get(turn).map_or_else(|| NextHop::Destination(destination.clone()), |target| NextHop::Target(*target))
    }

    /// Where the way begins, as far as it is known without asking anybody.
    pub fn target(&self, group: &config::Group) -> Option<Target> {
        let destination = next_destination(group);
        self.known.get(destination).and_then(|targets| targets.first().copied()).or_else(|| literal(destination))
    }

    /// Whether what comes over `flow` is the group's. A datagram must come from the very address and port; a stream
    /// that the far end opened comes from any port of its address.
    pub fn trusts(&self, group: &config::Group, flow: Flow) -> bool {
        let same = |known: SocketAddr| {
            let port = flow.transport.is_reliable() || known.port() == flow.remote.port();
            port && known.ip().to_canonical() == flow.remote.ip().to_canonical()
        };
        group.trusted.iter().any(|range| range.contains(flow.remote.ip()))
            || self.flow.is_some_and(|own| own.connection == flow.connection && flow.transport.is_reliable())
            || self.flow.is_some_and(|own| same(own.remote))
            || destinations(group).filter_map(literal).any(|target| same(target.address))
            || self.known.values().flatten().any(|target| same(target.address))
    }
}

/// Names used are asked again this often; the resolver keeps to the records' own time to live.
const RESOLVE_EVERY: Duration = Duration::from_secs(60);

/// Registrar and proxy.
pub(super) fn destinations(group: &config::Group) -> impl Iterator<Item = &Destination> {
    std::iter::once(&group.registrar).chain(&group.outbound_proxy)
}

/// Where requests really go.
pub(super) fn next_destination(group: &config::Group) -> &Destination {
    group.outbound_proxy.as_ref().unwrap_or(&group.registrar)
}

/// An address needs no resolver.
fn literal(destination: &Destination) -> Option<Target> {
    let Host::Ip(ip) = destination.host else { return None };
    // RFC 3261 §19.1.2
    let usual = match destination.transport {
        Transport::Udp | Transport::Tcp => 5060,
        Transport::Tls => 5061,
        Transport::Ws => 80,
        Transport::Wss => 443,
    };
    let address = SocketAddr::new(ip, destination.port.unwrap_or(usual));
    Some(Target { transport: destination.transport, address })
}
