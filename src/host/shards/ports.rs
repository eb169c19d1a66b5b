//! Pairs of RTP and RTCP sockets, bound before anybody asks, so that SDP is written at once.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::ops::RangeInclusive;
use std::sync::Arc;

use media::order::PortKey;
use socket2::{Domain, Protocol, Socket, Type};

use super::receive::note_arrivals;

/// RTP on an even port, RTCP on the next (RFC 3550 §11).
#[derive(Debug)]
pub struct PortPair {
    pub rtp: UdpSocket,
    pub rtcp: UdpSocket,
}

/// Binds pairs and keeps them for good: a port whose leg has ended may be used by another leg.
#[derive(Debug)]
pub struct PortPool {
    range: RangeInclusive<u16>,
    /// The next port to try, for each local address.
    cursors: BTreeMap<IpAddr, u16>,
    lent: BTreeMap<PortKey, Lent>,
    next_key: u64,
}

#[derive(Debug)]
struct Lent {
    pair: Arc<PortPair>,
    in_use: bool,
}

impl PortPool {
    /// Ports to take from; an odd first one is left out.
    pub fn new(range: RangeInclusive<u16>) -> PortPool {
        PortPool { range, cursors: BTreeMap::new(), lent: BTreeMap::new(), next_key: 1 }
    }

    /// Binds up to `count` pairs on a local address and lends them. Fewer when the range is used up; an error only when
    /// the address itself cannot be bound.
    pub fn lend(&mut self, ip: IpAddr, count: usize) -> io::Result<Vec<(PortKey, u16)>> {
        let first = self.range.start().next_multiple_of(2);
        let pairs = usize::from(self.range.end().saturating_sub(first).saturating_add(1) / 2);
        let mut block = Vec::with_capacity(count.min(pairs));
        for _ in 0..pairs {
            if block.len() == count {
                break;
            }
            let port = self.advance(ip, first);
            match PortPair::bind(ip, port) {
                Ok(pair) => {
                    let key = PortKey(self.next_key);
                    self.next_key += 1;
                    self.lent.insert(key, Lent { pair: Arc::new(pair), in_use: false });
                    block.push((key, port));
                }
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => {}
                Err(error) => return Err(error),
            }
        }
        Ok(block)
    }

    /// The pair behind a lent key, for one leg at a time.
    pub fn take(&mut self, key: PortKey) -> Option<Arc<PortPair>> {
        let lent = self.lent.get_mut(&key).filter(|lent| !lent.in_use)?;
        lent.in_use = true;
        Some(lent.pair.clone())
    }

    /// Its leg has ended; another one may have it.
    pub fn give_back(&mut self, key: PortKey) {
        if let Some(lent) = self.lent.get_mut(&key) {
            lent.in_use = false;
        }
    }

    fn advance(&mut self, ip: IpAddr, first: u16) -> u16 {
        let cursor = self.cursors.entry(ip).or_insert(first);
        let port = *cursor;
        let next = port.saturating_add(2);
        *cursor = if next < *self.range.end() { next } else { first };
        port
    }
}

impl PortPair {
    fn bind(ip: IpAddr, port: u16) -> io::Result<PortPair> {
        let above = port.checked_add(1).ok_or(io::ErrorKind::AddrInUse)?;
        let one = |port| bind(SocketAddr::new(ip, port), RECEIVE_BUFFER);
        Ok(PortPair { rtp: one(port)?, rtcp: one(above)? })
    }

    /// Throws away what strangers and past calls left in the queues.
    pub fn drain(&self) {
        for socket in [&self.rtp, &self.rtcp] {
            let mut scrap = [0; 16];
            for _ in 0..MOST_DRAINED {
                if socket.recv(&mut scrap).is_err() {
                    break;
                }
            }
        }
    }
}

/// A socket for sound, bound and never waiting; `buffer`: bytes that the kernel may hold of what comes in.
pub(super) fn bind(address: SocketAddr, buffer: usize) -> io::Result<UdpSocket> {
    let socket = Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))?;
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    } else {
        // Voice goes before data where routers look (RFC 4594); one that forbids it costs nothing.
        let _ = socket.set_tos_v4(EXPEDITED);
    }
    socket.set_recv_buffer_size(buffer)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    let socket = UdpSocket::from(socket);
    // Where the kernel cannot, packets come with the tick.
    let _ = note_arrivals(&socket);
    Ok(socket)
}

/// DSCP EF.
const EXPEDITED: u32 = 46 << 2;
/// Bounds what a flood can hold in the kernel; half a second of G.711 fits.
const RECEIVE_BUFFER: usize = 32 * 1024;
/// More than the receive buffer holds.
const MOST_DRAINED: usize = 1_000;

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    #[test]
    fn pairs_are_even_and_odd_and_serve_one_leg_after_the_other() {
        let mut pool = PortPool::new(40_001..=40_200);
        let ip = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let block = pool.lend(ip, 5).unwrap();
        assert_eq!(block.len(), 5);
        let (key, port) = block[0];
        assert_eq!(port % 2, 0);
        let pair = pool.take(key).unwrap();
        assert_eq!(pair.rtp.local_addr().unwrap().port(), port);
        assert_eq!(pair.rtcp.local_addr().unwrap().port(), port + 1);
        assert!(pool.take(key).is_none(), "one leg at a time");
        pool.give_back(key);
        assert_eq!(pool.take(key).unwrap().rtp.local_addr().unwrap().port(), port);
        assert!(pool.lend(ip, 5).unwrap().iter().all(|lent| !block.contains(lent)));
    }

    #[test]
    fn a_range_that_is_used_up_lends_fewer() {
        let mut pool = PortPool::new(40_300..=40_307);
        let ip = IpAddr::V4(Ipv4Addr::LOCALHOST);
        assert!(pool.lend(ip, 10).unwrap().len() <= 4);
        assert!(pool.lend(ip, 1).unwrap().is_empty());
    }
}
