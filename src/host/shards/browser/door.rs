//! The UDP port of all pages, once on each address.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};

use super::super::ports::bind;
use super::super::receive::{Received, receive};

/// Its sockets.
#[derive(Debug)]
pub struct Door {
    sockets: Vec<(SocketAddr, UdpSocket)>,
}

/// A datagram of some page, in the buffer that was handed in.
pub struct Knock {
    pub local: SocketAddr,
    pub received: Received,
}

impl Door {
    /// Binds one port on every address; without addresses on loopback alone.
    pub fn open(ips: &[IpAddr], port: Option<u16>) -> io::Result<Door> {
        let ips = if ips.is_empty() { &[IpAddr::V4(Ipv4Addr::LOCALHOST)] } else { ips };
        let tries = if port.is_some() { 1 } else { MOST_TRIES };
        let mut last = Err(io::ErrorKind::AddrInUse.into());
        for _ in 0..tries {
            last = Door::bind(ips, port.unwrap_or(0));
            if last.is_ok() {
                break;
            }
        }
        last
    }

    /// A port of 0 is chosen with the first address, and the others follow.
    fn bind(ips: &[IpAddr], mut port: u16) -> io::Result<Door> {
        let mut sockets = Vec::with_capacity(ips.len());
        for ip in ips {
            let socket = bind(SocketAddr::new(*ip, port), RECEIVE_BUFFER)?;
            let local = socket.local_addr()?;
            port = local.port();
            sockets.push((local, socket));
        }
        Ok(Door { sockets })
    }

    /// What pages are told to send to.
    pub fn addresses(&self) -> impl Iterator<Item = SocketAddr> {
        self.sockets.iter().map(|(local, _)| *local)
    }

    /// The next datagram of the socket with this number; `None` when nothing waits there.
    pub fn receive(&self, number: usize, buffer: &mut [u8]) -> Option<Knock> {
        let (local, socket) = self.sockets.get(number)?;
        Some(Knock { local: *local, received: receive(socket, buffer)? })
    }

    pub fn sockets(&self) -> usize {
        self.sockets.len()
    }

    /// A datagram that cannot go is lost, as datagrams are.
    pub fn send(&self, from: SocketAddr, to: SocketAddr, bytes: &[u8]) {
        if let Some((_, socket)) = self.sockets.iter().find(|(local, _)| *local == from) {
            let _ = socket.send_to(bytes, to);
        }
    }
}

/// 100 ms of 200 pages, as the kernel counts packets.
const RECEIVE_BUFFER: usize = 2 * 1024 * 1024;
/// A port that is free on one address may be taken on another.
const MOST_TRIES: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_has_the_same_port() {
        let ips = [[127, 0, 0, 1], [127, 0, 0, 2]].map(IpAddr::from);
        let door = Door::open(&ips, None).unwrap();
        let addresses: Vec<_> = door.addresses().collect();
        assert_eq!(addresses.iter().map(SocketAddr::ip).collect::<Vec<_>>(), ips);
        assert_eq!(addresses[0].port(), addresses[1].port());
        assert!(Door::open(&ips, Some(addresses[0].port())).is_err(), "it is in use");
    }

    #[test]
    fn without_addresses_only_this_machine_is_served() {
        let door = Door::open(&[], None).unwrap();
        assert!(door.addresses().all(|address| address.ip().is_loopback()));
    }
}
