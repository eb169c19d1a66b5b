//! Loopback addresses as hosts: each test process takes its own, so that tests run in parallel on port 5060.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};

/// An address that belongs to this value until it is dropped.
#[derive(Debug)]
pub struct Host {
    address: IpAddr,
    port: u16,
    _claim: UdpSocket,
}

impl Host {
    /// A free address of 127.64.0.0/10. Claimed by holding its port [`CLAIM_PORT`], so the kernel is the referee between
    /// processes and no claim outlives its owner.
    pub fn claim() -> Host {
        // Start at a place of our own, so that claims seldom meet.
        let start = std::process::id().wrapping_mul(61);
        for step in 0..4096_u32 {
            let [_, b, c, d] = start.wrapping_add(step).to_be_bytes();
            let address = Ipv4Addr::new(127, 64 | (b & 0x3f), c, d.clamp(1, 254));
            if let Ok(claim) = UdpSocket::bind((address, CLAIM_PORT)) {
                return Host { address: address.into(), port: 5060, _claim: claim };
            }
        }
        panic!("4,096 loopback addresses in a row are claimed: is another program on port {CLAIM_PORT}?");
    }

    /// `::1`, the only IPv6 address there is without set-up, with a SIP port of its own below the ephemeral ones.
    pub fn claim_ipv6() -> Host {
        let address = Ipv6Addr::LOCALHOST;
        for port in 10_000..12_000 {
            // The claim is held one block above, since the SIP port itself is for the peer.
            if let Ok(claim) = UdpSocket::bind((address, port + 2_000)) {
                return Host { address: address.into(), port, _claim: claim };
            }
        }
        panic!("2,000 ports of ::1 in a row are claimed");
    }

    pub fn address(&self) -> IpAddr {
        self.address
    }

    /// Where a SIP peer on this host listens.
    pub fn sip(&self) -> SocketAddr {
        SocketAddr::new(self.address, self.port)
    }

    /// Another port of this host.
    pub fn at(&self, port: u16) -> SocketAddr {
        SocketAddr::new(self.address, port)
    }
}

/// Nobody listens here: below the ephemeral ports and unassigned.
const CLAIM_PORT: u16 = 1_027;
