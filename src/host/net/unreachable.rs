//! ICMP errors of unconnected UDP sockets, which Linux keeps in an error queue beside the data (ip(7), IP_RECVERR).

use std::io::IoSliceMut;
use std::net::SocketAddr;
use std::os::fd::AsRawFd;

use nix::sys::socket::{
    MsgFlags, SockaddrStorage, recvmsg, setsockopt,
    sockopt::{Ipv4RecvErr, Ipv6RecvErr},
};
use tokio::io::Interest;
use tokio::net::UdpSocket;

/// Asks the kernel to keep them.
pub(super) fn ask(socket: &UdpSocket) -> std::io::Result<()> {
    match socket.local_addr()? {
        SocketAddr::V4(_) => setsockopt(socket, Ipv4RecvErr, &true)?,
        SocketAddr::V6(_) => setsockopt(socket, Ipv6RecvErr, &true)?,
    }
    Ok(())
}

/// Takes what is in the queue: the far ends that were not there. Bounded; the rest is read at the next wake-up.
pub(super) fn read(socket: &UdpSocket) -> Vec<SocketAddr> {
    let mut gone = Vec::new();
    for _ in 0..MAX_ERRORS {
        let read = socket.try_io(Interest::ERROR, || one(socket.as_raw_fd()));
        match read {
            Ok(Some(remote)) if !gone.contains(&remote) => gone.push(remote),
            Ok(_) => {}
            Err(_) => break,
        }
    }
    gone
}

/// With MSG_ERRQUEUE the name is the original destination.
fn one(fd: std::os::fd::RawFd) -> std::io::Result<Option<SocketAddr>> {
    let (mut data, mut control) = ([0u8; 64], nix::cmsg_space!([u8; 128]));
    let mut slices = [IoSliceMut::new(&mut data)];
    let flags = MsgFlags::MSG_ERRQUEUE | MsgFlags::MSG_DONTWAIT;
    let message = recvmsg::<SockaddrStorage>(fd, &mut slices, Some(&mut control), flags)?;
    Ok(message.address.and_then(|address| {
        let v4 = address.as_sockaddr_in().map(|address| SocketAddr::from((address.ip(), address.port())));
        v4.or_else(|| address.as_sockaddr_in6().map(|address| SocketAddr::from((address.ip(), address.port()))))
    }))
}

const MAX_ERRORS: usize = 32;
