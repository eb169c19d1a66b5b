//! The ports the shell lent. Given back ones go to the end of the line, so that late packets of the old stream have died.

use std::collections::{BTreeMap, VecDeque};
use std::net::IpAddr;

use crate::id::PortId;
use crate::leg::PortBlock;

/// One RTP port on one address.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct LentPort {
    pub id: PortId,
    pub ip: IpAddr,
    pub port: u16,
}

/// Free ports by local address.
#[derive(Debug, Default)]
pub(super) struct Ports {
    free: BTreeMap<IpAddr, VecDeque<LentPort>>,
}

impl Ports {
    pub fn add(&mut self, block: &PortBlock) {
        let line = self.free.entry(block.ip).or_default();
        line.extend(block.ports.iter().map(|(id, port)| LentPort { id: *id, ip: block.ip, port: *port }));
    }

    /// A port on `ip`; on another address of the same family when there is none on that one.
    pub fn take(&mut self, ip: IpAddr) -> Option<LentPort> {
        if let Some(port) = self.free.get_mut(&ip).and_then(VecDeque::pop_front) {
            return Some(port);
        }
        let other = self.free.iter_mut().find(|(other, line)| other.is_ipv4() == ip.is_ipv4() && !line.is_empty());
        other.and_then(|(_, line)| line.pop_front())
    }

    pub fn give_back(&mut self, port: LentPort) {
        self.free.entry(port.ip).or_default().push_back(port);
    }
}
