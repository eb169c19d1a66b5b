//! Which address of ours the kernel would use towards a far end: what a wildcard socket writes into Via, Contact and SDP.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::sync::Mutex;

/// Remembers the answers; routes hardly change, and a restart asks anew.
#[derive(Debug, Default)]
pub(super) struct Sources {
    known: Mutex<HashMap<IpAddr, IpAddr>>,
}

impl Sources {
    pub fn towards(&self, remote: SocketAddr) -> Option<IpAddr> {
        let mut known = self.known.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(ip) = known.get(&remote.ip()) {
            return Some(*ip);
        }
        let ip = ask_kernel(remote)?;
        if known.len() >= MAX_KNOWN {
            known.clear();
        }
        known.insert(remote.ip(), ip);
        Some(ip)
    }
}

/// Connecting a UDP socket chooses a route and sends nothing.
pub(super) fn ask_kernel(remote: SocketAddr) -> Option<IpAddr> {
    let any: IpAddr = if remote.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    let socket = UdpSocket::bind((any, 0)).ok()?;
    socket.connect(remote).ok()?;
    socket.local_addr().ok().map(|address| address.ip())
}

/// Far ends remembered; strangers must not fill the memory.
const MAX_KNOWN: usize = 4_096;
