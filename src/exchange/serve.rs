//! The exchange on a loopback socket: one thread for signalling, one for media.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use engine::id::PortId;
use engine::leg::{MediaNews, PortBlock};
use engine::time::{Moment, Now};
use tokio::net::UdpSocket;
use tokio::sync::{mpsc, oneshot};

use super::{Exchange, Settings};
use crate::driver::{clock, translate};
use crate::shards::Shards;
use crate::sound::{Devices, Library};

/// An exchange that runs until it is dropped.
#[derive(Debug)]
pub struct Running {
    address: SocketAddr,
    visits: Option<mpsc::UnboundedSender<Visit>>,
    thread: Option<JoinHandle<()>>,
}

/// What somebody wants to do with the exchange between two datagrams.
type Visit = Box<dyn FnOnce(&mut Exchange, Now) + Send>;

impl Running {
    /// On a free port of loopback, which `settings` is told, with RTP ports for `lines` calls at once.
    pub fn start(
        settings: impl FnOnce(SocketAddr) -> Settings,
        lines: usize,
        ports: RangeInclusive<u16>,
        seed: [u8; 32],
    ) -> io::Result<Running> {
        let socket = std::net::UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
        socket.set_nonblocking(true)?;
        let address = socket.local_addr()?;
        let sounds = Library::built_in().map_err(io::Error::other)?;
        let (told, news) = mpsc::unbounded_channel();
        let sink = Arc::new(move |seen| {
            // Nobody listens any more once the exchange stops.
            // Nothing is recorded here.
            if let Ok(news) = translate::media_news(seen) {
                let _stopping = told.send(news);
            }
            Ok(())
        });
        let mut shards = Shards::start(1, ports, Devices::default(), sink)?;
        let mut exchange = Exchange::new(settings(address), seed);
        let lent = shards.lend(address.ip(), lines)?;
        let ports = lent.into_iter().map(|(key, port)| (PortId(key.0), port)).collect();
        exchange.lend(&PortBlock { ip: address.ip(), ports });
        let (visits, visitors) = mpsc::unbounded_channel();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let thread = thread::Builder::new().name("exchange".to_owned()).spawn(move || {
            // The socket is already bound and non-blocking; registering it fails only without file descriptors.
            let served = runtime.block_on(async {
                let socket = UdpSocket::from_std(socket)?;
                Server { exchange, socket, shards, sounds }.run(visitors, news).await;
                Ok::<_, io::Error>(())
            });
            if let Err(why) = served {
                tracing::error!(%why, "the test exchange cannot use its socket");
            }
        })?;
        Ok(Running { address, visits: Some(visits), thread: Some(thread) })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Asks or tells the exchange something; `None` when it has stopped.
    pub fn visit<T: Send + 'static>(&self, act: impl FnOnce(&mut Exchange, Now) -> T + Send + 'static) -> Option<T> {
        let (answer, answered) = oneshot::channel();
        let visit: Visit = Box::new(move |exchange, now| {
            // Who asked waits for the answer.
            let _gone = answer.send(act(exchange, now));
        });
        self.visits.as_ref()?.send(visit).ok()?;
        answered.blocking_recv().ok()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.visits = None;
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has already said so.
            let _said = thread.join();
        }
    }
}

struct Server {
    exchange: Exchange,
    socket: UdpSocket,
    shards: Shards,
    sounds: Library,
}

impl Server {
    async fn run(mut self, mut visitors: mpsc::UnboundedReceiver<Visit>, mut news: mpsc::UnboundedReceiver<MediaNews>) {
        let mut buffer = vec![0; LARGEST];
        loop {
            tokio::select! {
                received = self.socket.recv_from(&mut buffer) => {
                    // An error is the echo of an ICMP message; transactions have timers for the silence that follows.
                    if let Ok((length, from)) = received {
                        let bytes = buffer.get(..length).unwrap_or_default();
                        self.exchange.handle_datagram(from, bytes, clock::now());
                    }
                }
                Some(seen) = news.recv() => self.exchange.handle_media(&seen, clock::now()),
                () = sleep_until(self.exchange.poll_timeout()) => self.exchange.handle_timeout(clock::now()),
                visit = visitors.recv() => match visit {
                    Some(visit) => visit(&mut self.exchange, clock::now()),
                    None => break,
                },
            }
            self.drain().await;
        }
        self.shards.stop();
    }

    async fn drain(&mut self) {
        while let Some((to, bytes)) = self.exchange.poll_send() {
            // Lost like any datagram; its transaction sends it again.
            let _lost = self.socket.send_to(&bytes, to).await;
        }
        while let Some(state) = self.exchange.poll_media() {
            self.shards.order(translate::leg_order(&state, &self.sounds));
        }
    }
}

async fn sleep_until(deadline: Option<Moment>) {
    let wait = deadline.map_or(IDLE, |deadline| deadline.since(clock::now().moment).min(IDLE));
    tokio::time::sleep(wait).await;
}

/// A timeout that is not due is handled as nothing; this is how long nothing may last.
const IDLE: Duration = Duration::from_secs(60);
/// The largest datagram.
const LARGEST: usize = 65_535;
