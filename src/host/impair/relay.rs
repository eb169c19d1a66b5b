//! The relay itself: one thread reads at each socket, one sends what is due.

use std::collections::{BTreeMap, BinaryHeap};
use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use engine::time::Moment;

use super::{Counts, Fates, Impairment};

/// Carries datagrams until it is dropped.
#[derive(Debug)]
pub struct Relay {
    address: SocketAddr,
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

impl Relay {
    /// Listens at `near` (port 0: a free one) and carries what comes there to `far`, and the answers back.
    ///
    /// # Errors
    /// The address cannot be bound, or a thread cannot be started.
    pub fn start(near: SocketAddr, far: SocketAddr, network: Impairment, seed: u64) -> io::Result<Relay> {
        let socket = listening(near)?;
        let address = socket.local_addr()?;
        let shared = Arc::new(Shared {
            start: Instant::now(),
            state: Mutex::new(State {
                network,
                outward: Fates::new(seed),
                homeward: Fates::new(!seed),
                queue: BinaryHeap::new(),
                order: 0,
                open: true,
            }),
            changed: Condvar::new(),
        });
        let (sender, reader) = (shared.clone(), shared.clone());
        let threads = vec![
            std::thread::Builder::new().name("impair-send".into()).spawn(move || sender.send_when_due())?,
            std::thread::Builder::new().name("impair-near".into()).spawn(move || reader.carry_outward(socket, far))?,
        ];
        Ok(Relay { address, shared, threads })
    }

    /// Where the near peer sends to.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The network gets better or worse from the next datagram on.
    pub fn set(&self, network: Impairment) {
        self.shared.lock().network = network;
    }

    /// What became of the near peers' datagrams, and of the answers.
    pub fn counts(&self) -> (Counts, Counts) {
        let state = self.shared.lock();
        (state.outward.counts(), state.homeward.counts())
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.shared.lock().open = false;
        self.shared.changed.notify_all();
        for thread in self.threads.drain(..) {
            let _ = thread.join(); // it holds nothing that its panic could have spoilt
        }
    }
}

#[derive(Debug)]
struct Shared {
    start: Instant,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    network: Impairment,
    outward: Fates,
    homeward: Fates,
    queue: BinaryHeap<Due>,
    /// Keeps datagrams of one instant in the order they came in.
    order: u64,
    open: bool,
}

#[derive(Clone, Copy, Debug)]
enum Way {
    Outward,
    Homeward,
}

/// A datagram on its way.
#[derive(Debug)]
struct Due {
    at: Moment,
    order: u64,
    from: Arc<UdpSocket>,
    to: SocketAddr,
    bytes: Arc<[u8]>,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> Moment {
        Moment::ZERO + self.start.elapsed()
    }

    /// Reads at the near side; each near peer gets a socket of its own towards `far`, so that answers find back.
    fn carry_outward(self: Arc<Self>, near: UdpSocket, far: SocketAddr) {
        let near = Arc::new(near);
        let mut peers: BTreeMap<SocketAddr, Arc<UdpSocket>> = BTreeMap::new();
        let mut threads = Vec::new();
        self.clone().read(&near.clone(), |peer, bytes| {
            if !peers.contains_key(&peer) && peers.len() < PEERS {
                let Ok(socket) = near.local_addr().and_then(|own| listening(SocketAddr::new(own.ip(), 0))) else {
                    return;
                };
                let (socket, shared, near) = (Arc::new(socket), self.clone(), near.clone());
                peers.insert(peer, socket.clone());
                threads.push(std::thread::spawn(move || {
                    shared.clone().read(&socket, |_, bytes| shared.enqueue(Way::Homeward, &near, peer, bytes));
                }));
            }
            if let Some(socket) = peers.get(&peer) {
                self.enqueue(Way::Outward, socket, far, bytes);
            }
        });
        for thread in threads {
            let _ = thread.join(); // as in drop
        }
    }

    /// Hands each datagram to `take` until the relay closes.
    fn read(self: Arc<Self>, socket: &UdpSocket, mut take: impl FnMut(SocketAddr, &[u8])) {
        let mut buffer = vec![0; 65_536];
        while self.lock().open {
            // An error is the time-out, or ICMP's word on an earlier datagram: neither ends a relay.
            if let Ok((length, peer)) = socket.recv_from(&mut buffer) {
                take(peer, buffer.get(..length).unwrap_or_default());
            }
        }
    }

    fn enqueue(&self, way: Way, from: &Arc<UdpSocket>, to: SocketAddr, bytes: &[u8]) {
        let now = self.now();
        let mut guard = self.lock();
        let state = &mut *guard;
        let fates = match way {
            Way::Outward => &mut state.outward,
            Way::Homeward => &mut state.homeward,
        };
        let leaving = fates.handle(&state.network, now);
        let bytes: Arc<[u8]> = bytes.into();
        for at in leaving {
            state.order += 1;
            state.queue.push(Due { at, order: state.order, from: from.clone(), to, bytes: bytes.clone() });
        }
        drop(guard);
        self.changed.notify_all();
    }

    fn send_when_due(&self) {
        let mut state = self.lock();
        while state.open {
            let now = self.now();
            let wait = state.queue.peek().map_or(CLOSE_WITHIN, |due| due.at.since(now));
            if wait.is_zero() {
                let due = state.queue.pop();
                drop(state);
                if let Some(due) = due {
                    let _ = due.from.send_to(&due.bytes, due.to); // a network says nothing when nobody listens
                }
                state = self.lock();
            } else {
                state = self.changed.wait_timeout(state, wait).unwrap_or_else(PoisonError::into_inner).0;
            }
        }
    }
}

/// The earliest is the greatest: `BinaryHeap` gives the greatest first.
impl Ord for Due {
    fn cmp(&self, other: &Due) -> std::cmp::Ordering {
        (other.at, other.order).cmp(&(self.at, self.order))
    }
}

impl PartialOrd for Due {
    fn partial_cmp(&self, other: &Due) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Due {
    fn eq(&self, other: &Due) -> bool {
        (self.at, self.order) == (other.at, other.order)
    }
}

impl Eq for Due {}

fn listening(at: SocketAddr) -> io::Result<UdpSocket> {
    let socket = UdpSocket::bind(at)?;
    socket.set_read_timeout(Some(CLOSE_WITHIN))?;
    Ok(socket)
}

/// How soon each thread notices that the relay is dropped.
const CLOSE_WITHIN: Duration = Duration::from_millis(50);

/// Near peers served; what comes from more is dropped.
const PEERS: usize = 1_024;
