//! Sockets: carries out the engine's flow orders and hands in what arrives. Decides nothing about SIP.

mod accept;
mod open;
mod resolve;
mod source;
mod stream;
mod udp;
mod unreachable;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use engine::border::{Flow, FlowError, FlowNews, FlowOrder, ResolveError, Targets};
use engine::config::Destination;
use engine::id::{ConnectionId, QueryId};
use engine::sip::uri::Transport;
use tokio::net::{TcpListener, UdpSocket};
use tokio::sync::mpsc;

use crate::config::{Dns, Listen};

use resolve::Resolver;
use stream::Stream;

/// What the network tells the driver.
#[derive(Debug)]
pub enum Event {
    /// One datagram, or one framed message.
    Received(Flow, Bytes),
    Flow(FlowNews),
    Resolved(QueryId, Result<Targets, ResolveError>),
}

/// Where events go. Bounded: a full queue leaves datagrams in the kernel, which drops them.
pub type Events = mpsc::Sender<Event>;

/// Why an address cannot be listened on: the daemon does not start.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {transport} {address}: {why}; is another program using it, or is the address not this machine's?", transport = .listen.transport.as_str(), address = .listen.address)]
pub struct ListenError {
    listen: Listen,
    why: std::io::Error,
}

/// All sockets of the daemon. Lives in the driver's task.
#[derive(Debug)]
pub struct Net {
    events: Events,
    sockets: Vec<Arc<udp::Socket>>,
    streams: HashMap<ConnectionId, Stream>,
    resolver: Resolver,
    /// Streams that opened or were accepted, on their way from their tasks.
    born: mpsc::UnboundedReceiver<(ConnectionId, Stream)>,
    birth: mpsc::UnboundedSender<(ConnectionId, Stream)>,
    numbers: Arc<std::sync::atomic::AtomicU64>,
}

impl Net {
    /// Binds everything or nothing.
    pub async fn listen(listens: &[Listen], dns: &Dns, events: Events) -> Result<Net, ListenError> {
        let (birth, born) = mpsc::unbounded_channel();
        let mut net = Net {
            events,
            sockets: Vec::new(),
            streams: HashMap::new(),
            resolver: Resolver::new(dns),
            born,
            birth,
            numbers: Arc::default(),
        };
        for listen in listens {
            net.bind(*listen).await.map_err(|why| ListenError { listen: *listen, why })?;
        }
        Ok(net)
    }

    async fn bind(&mut self, listen: Listen) -> std::io::Result<()> {
        match listen.transport {
            Transport::Udp => {
                let socket = UdpSocket::bind(listen.address).await?;
                let socket = Arc::new(udp::Socket::new(socket, self.next_connection())?);
                tokio::spawn(udp::receive(socket.clone(), self.events.clone()));
                self.sockets.push(socket);
            }
            Transport::Tcp => {
                let listener = TcpListener::bind(listen.address).await?;
                let (events, birth) = (self.events.clone(), self.birth.clone());
                tokio::spawn(accept::accept(listener, events, birth, self.numbers.clone()));
            }
            // The configuration refuses them before this; said here for who calls without one.
            Transport::Tls | Transport::Ws | Transport::Wss => {
                return Err(std::io::Error::new(
                    std::io::ErrorKind::Unsupported,
                    "this version opens UDP and TCP only",
                ));
            }
        }
        Ok(())
    }

    /// The addresses really bound (a port of 0 becomes one).
    pub fn addresses(&self) -> Vec<SocketAddr> {
        self.sockets.iter().map(|socket| socket.address()).collect()
    }

    /// Sends one message. UDP may drop it like the network may; a stream queues it, and closes when the queue is full.
    pub fn send(&mut self, flow: Flow, bytes: Bytes) {
        self.take_born();
        match flow.transport {
            Transport::Udp => {
                if let Some(socket) = self.sockets.iter().find(|socket| socket.connection() == flow.connection) {
                    socket.send(&bytes, flow.remote);
                }
            }
            Transport::Tcp | Transport::Tls | Transport::Ws | Transport::Wss => {
                let full = self.streams.get(&flow.connection).is_some_and(|stream| !stream.send(bytes));
                if full {
                    self.close(flow.connection, "the far end reads too slowly");
                }
            }
        }
    }

    /// Carries out an order about flows.
    pub fn order(&mut self, order: FlowOrder) {
        self.take_born();
        match order {
            FlowOrder::Open { ask, target, local } => match target.transport {
                Transport::Udp => {
                    let news = match open::udp(&self.sockets, target, local) {
                        Ok(flow) => FlowNews::Opened(ask, flow),
                        Err(why) => FlowNews::Refused(ask, why),
                    };
                    self.tell(news);
                }
                Transport::Tcp => {
                    let connection = self.next_connection();
                    let (events, birth) = (self.events.clone(), self.birth.clone());
                    let local = local.or_else(|| open::local_for(&self.sockets, target.address));
                    tokio::spawn(open::tcp(ask, target, local, connection, events, birth));
                }
                Transport::Tls | Transport::Ws | Transport::Wss => {
                    let why = format!("{} is not opened by this version", target.transport.as_str());
                    self.tell(FlowNews::Refused(ask, FlowError(why)));
                }
            },
            FlowOrder::Close(connection) => self.close(connection, "closed by us"),
            FlowOrder::Ping(flow) => self.send(flow, Bytes::from_static(b"\r\n\r\n")),
        }
    }

    /// Looks a name up in a task of its own; the answer is an event.
    pub fn resolve(&self, query: QueryId, destination: Destination) {
        let (resolver, events) = (self.resolver.clone(), self.events.clone());
        tokio::spawn(async move {
            let answer = resolver.resolve(&destination).await;
            let _closing = events.send(Event::Resolved(query, answer)).await;
        });
    }

    fn close(&mut self, connection: ConnectionId, why: &str) {
        if self.streams.remove(&connection).is_some() {
            self.tell(FlowNews::Closed(connection, FlowError(why.to_owned())));
        }
    }

    /// Streams are put in place before the engine can have heard of them.
    fn take_born(&mut self) {
        while let Ok((connection, stream)) = self.born.try_recv() {
            self.streams.insert(connection, stream);
        }
        if self.streams.len() > SWEEP_ABOVE {
            self.streams.retain(|_, stream| stream.is_open());
        }
    }

    fn tell(&self, news: FlowNews) {
        let events = self.events.clone();
        tokio::spawn(async move {
            let _closing = events.send(Event::Flow(news)).await;
        });
    }

    fn next_connection(&self) -> ConnectionId {
        stream::next(&self.numbers)
    }
}

/// Closed streams are forgotten in one sweep above this many.
const SWEEP_ABOVE: usize = 64;
