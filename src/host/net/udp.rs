//! One UDP socket, shared by all flows of its address.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use bytes::Bytes;
use engine::border::{Flow, FlowNews};
use engine::id::ConnectionId;
use engine::sip::uri::Transport;
use tokio::io::Interest;
use tokio::net::UdpSocket;

use super::source::Sources;
use super::{Event, Events, unreachable};

/// A bound socket with its name in the engine.
#[derive(Debug)]
pub(super) struct Socket {
    socket: UdpSocket,
    address: SocketAddr,
    connection: ConnectionId,
    sources: Sources,
}

impl Socket {
    pub fn new(socket: UdpSocket, connection: ConnectionId) -> std::io::Result<Socket> {
        let address = socket.local_addr()?;
        unreachable::ask(&socket)?;
        Ok(Socket { socket, address, connection, sources: Sources::default() })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn connection(&self) -> ConnectionId {
        self.connection
    }

    /// The flow to `remote`, with a concrete local address.
    pub fn flow(&self, remote: SocketAddr) -> Flow {
        let ip = match self.address.ip().is_unspecified() {
            true => self.sources.towards(remote).unwrap_or(self.address.ip()),
            false => self.address.ip(),
        };
        let local = SocketAddr::new(ip, self.address.port());
        Flow { transport: Transport::Udp, local, remote, connection: self.connection }
    }

    /// Whether datagrams to `ip` can leave here at all.
    pub fn reaches(&self, ip: IpAddr) -> bool {
        self.address.is_ipv4() == ip.is_ipv4()
    }

    /// Sends, or loses the datagram as the network would. An old ICMP error reported by this send is not about it: once more.
    pub fn send(&self, bytes: &[u8], remote: SocketAddr) {
        for _ in 0..2 {
            match self.socket.try_send_to(bytes, remote) {
                Err(error) if error.kind() == std::io::ErrorKind::ConnectionRefused => continue,
                Ok(_) | Err(_) => return,
            }
        }
    }
}

/// Reads datagrams and ICMP errors until the driver is gone.
pub(super) async fn receive(socket: Arc<Socket>, events: Events) {
    let mut buffer = vec![0; engine::sip::message::MAX_MESSAGE];
    loop {
        let Ok(ready) = socket.socket.ready(Interest::READABLE | Interest::ERROR).await else { return };
        if ready.is_error() {
            for remote in unreachable::read(&socket.socket) {
                let news = Event::Flow(FlowNews::Unreachable(socket.flow(remote)));
                if events.send(news).await.is_err() {
                    return;
                }
            }
        }
        while let Ok((length, remote)) = socket.socket.try_recv_from(&mut buffer) {
            // Keep-alives of four bytes and fewer are no messages (RFC 5626 §3.5.1).
            if length <= 4 {
                continue;
            }
            let event = Event::Received(socket.flow(remote), Bytes::copy_from_slice(&buffer[..length]));
            if events.send(event).await.is_err() {
                return;
            }
        }
    }
}
