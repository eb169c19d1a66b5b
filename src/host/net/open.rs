//! Ways to far ends.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use engine::border::{Flow, FlowError, FlowNews};
use engine::config::Target;
use engine::id::{ConnectionId, FlowAsk};
use engine::sip::uri::Transport;
use tokio::net::TcpSocket;
use tokio::sync::mpsc;

use super::source::ask_kernel;
use super::stream::{self, Stream};
use super::udp::Socket;
use super::{Event, Events};

/// Chooses the socket: the wanted address, else the one the kernel would use, else the first of the family.
pub(super) fn udp(sockets: &[Arc<Socket>], target: Target, local: Option<IpAddr>) -> Result<Flow, FlowError> {
    let able = || sockets.iter().filter(|socket| socket.reaches(target.address.ip()));
    let source = local.or_else(|| ask_kernel(target.address));
    let chosen = able().find(|socket| Some(socket.address().ip()) == source).or_else(|| able().next());
    chosen.map(|socket| socket.flow(target.address)).ok_or_else(|| {
        let family = if target.address.is_ipv4() { "IPv4" } else { "IPv6" };
        FlowError(format!("no [[listen]] has an {family} UDP address to reach {} from", target.address))
    })
}

/// The listening address that streams of the same family leave from, so that the PBX sees one host.
pub(super) fn local_for(sockets: &[Arc<Socket>], remote: SocketAddr) -> Option<IpAddr> {
    let socket = sockets.iter().find(|socket| socket.reaches(remote.ip()))?;
    Some(socket.address().ip()).filter(|ip| !ip.is_unspecified())
}

/// Connects, tells, then reads and writes until the stream ends.
pub(super) async fn tcp(
    ask: FlowAsk,
    target: Target,
    local: Option<IpAddr>,
    connection: ConnectionId,
    events: Events,
    birth: mpsc::UnboundedSender<(ConnectionId, Stream)>,
) {
    let connecting = tokio::time::timeout(CONNECT_WITHIN, connect(target.address, local)).await;
    let connected = match connecting {
        Ok(Ok(connected)) => connected,
        Ok(Err(why)) => return refuse(ask, target, &why.to_string(), &events).await,
        Err(_) => return refuse(ask, target, "no answer within 5 s", &events).await,
    };
    let Ok(local) = connected.local_addr() else { return refuse(ask, target, "it closed at once", &events).await };
    let flow = Flow { transport: Transport::Tcp, local, remote: target.address, connection };
    let opened = Event::Flow(FlowNews::Opened(ask, flow));
    stream::run(connected, flow, Some(opened), events, &birth).await;
}

async fn connect(remote: SocketAddr, local: Option<IpAddr>) -> std::io::Result<tokio::net::TcpStream> {
    let socket = if remote.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    if let Some(ip) = local {
        socket.bind(SocketAddr::new(ip, 0))?;
    }
    socket.set_nodelay(true)?;
    socket.connect(remote).await
}

async fn refuse(ask: FlowAsk, target: Target, why: &str, events: &Events) {
    let why = FlowError(format!("cannot connect to {}: {why}", target.address));
    let _closing = events.send(Event::Flow(FlowNews::Refused(ask, why))).await;
}

/// A PBX on a network answers in milliseconds; Timer F is 32 s.
const CONNECT_WITHIN: Duration = Duration::from_secs(5);
