//! Datagrams, and how long each waited for us: a shard wakes once per tick, the network does not.

use std::io::IoSliceMut;
use std::net::{SocketAddr, SocketAddrV4, SocketAddrV6, UdpSocket};
use std::os::fd::AsRawFd;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use nix::sys::socket::{ControlMessageOwned, MsgFlags, SockaddrStorage, recvmsg, setsockopt, sockopt};

/// One datagram, in the buffer that was handed in.
pub(super) struct Received {
    pub length: usize,
    pub from: SocketAddr,
    /// Since the kernel took it.
    pub waited: Duration,
}

/// Asks the kernel to note when datagrams come.
pub(super) fn note_arrivals(socket: &UdpSocket) -> nix::Result<()> {
    setsockopt(socket, sockopt::ReceiveTimestampns, &true)
}

/// The next datagram. An error of a datagram socket is an ICMP message or an empty queue: both mean nothing for this tick.
pub(super) fn receive(socket: &UdpSocket, buffer: &mut [u8]) -> Option<Received> {
    let (mut notes, mut parts) = (Notes([0; 64]), [IoSliceMut::new(buffer)]);
    let message =
        recvmsg::<SockaddrStorage>(socket.as_raw_fd(), &mut parts, Some(&mut notes.0), MsgFlags::empty()).ok()?;
    let from = address(&message.address?)?;
    let came = message.cmsgs().ok()?.find_map(|note| match note {
        ControlMessageOwned::ScmTimestampns(came) => Some(Duration::from(came)),
        _ => None,
    });
    // By the wall clock, which may be set in between: then it waited for no time, or for the most that is believed.
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let waited = came.map_or(Duration::ZERO, |came| now.saturating_sub(came).min(LONGEST_WAIT));
    Some(Received { length: message.bytes, from, waited })
}

/// Room for the kernel's notes; one is 32 bytes.
#[repr(align(8))]
struct Notes([u8; 64]);

fn address(storage: &SockaddrStorage) -> Option<SocketAddr> {
    let v4 = storage.as_sockaddr_in().map(|v4| SocketAddr::from(SocketAddrV4::from(*v4)));
    v4.or_else(|| storage.as_sockaddr_in6().map(|v6| SocketAddr::from(SocketAddrV6::from(*v6))))
}

/// Some ticks; a shard that slept longer than this has lost more than the time of a packet.
const LONGEST_WAIT: Duration = Duration::from_millis(200);

#[cfg(test)]
mod tests {
    use std::net::Ipv6Addr;

    use super::*;

    #[test]
    fn a_datagram_tells_its_sender_and_its_wait() {
        for ip in [std::net::IpAddr::from([127, 0, 0, 1]), Ipv6Addr::LOCALHOST.into()] {
            let (here, there) = (UdpSocket::bind((ip, 0)).unwrap(), UdpSocket::bind((ip, 0)).unwrap());
            note_arrivals(&here).unwrap();
            there.send_to(b"hello", here.local_addr().unwrap()).unwrap();
            let mut buffer = [0; 16];
            let received = receive(&here, &mut buffer).unwrap();
            assert_eq!((received.from, &buffer[..received.length]), (there.local_addr().unwrap(), &b"hello"[..]));
            assert!(received.waited > Duration::ZERO && received.waited < LONGEST_WAIT, "{:?}", received.waited);
        }
    }

    #[test]
    fn an_empty_queue_is_nothing() {
        let here = UdpSocket::bind(("127.0.0.1", 0)).unwrap();
        here.set_nonblocking(true).unwrap();
        assert!(receive(&here, &mut [0; 16]).is_none());
    }
}
