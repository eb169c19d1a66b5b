//! The RTP ports lent to the exchange. Given back ones go to the end of the line: the old stream's late packets die first.

use std::collections::VecDeque;
use std::net::IpAddr;

use engine::id::PortId;
use engine::leg::PortBlock;

#[derive(Clone, Copy, Debug)]
pub(super) struct Port {
    pub id: PortId,
    pub ip: IpAddr,
    pub number: u16,
}

#[derive(Debug, Default)]
pub(super) struct Ports(VecDeque<Port>);

impl Ports {
    pub fn add(&mut self, block: &PortBlock) {
        self.0.extend(block.ports.iter().map(|(id, number)| Port { id: *id, ip: block.ip, number: *number }));
    }

    pub fn take(&mut self) -> Option<Port> {
        self.0.pop_front()
    }

    pub fn give_back(&mut self, port: Port) {
        self.0.push_back(port);
    }
}
