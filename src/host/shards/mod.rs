//! Media threads: a few shards, each owning its legs with their sockets and devices.
//!
//! Whoever orders calls [`Shards::order`] with a leg's whole wanted state; what is seen comes out of the
//! [`NewsSink`]. Legs that hear each other live in one shard: a leg that is to hear another moves to it.
//!
//! ```text
//!   order ──> Shards ──bounded──> worker ─tick 20 ms─> sweep sockets, relay, play, send
//!                                   │                                       │
//!                                   └──────────── NewsSink <────────────────┘
//! ```

pub mod browser;
mod deck;
mod links;
mod placing;
mod ports;
mod receive;
mod slot;
mod tap;
mod worker;

use std::collections::BTreeMap;
use std::io;
use std::net::IpAddr;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::Instant;

use media::order::{DeviceOrder, Event, LegKey, LegMedia, LegOrder, News, PortKey, RtpOrder};
use media::time::Moment;

use crate::sound::Devices;
use browser::{PageKey, PageStandings};
use ports::PortPool;
use slot::{Slot, Wanted};

pub use tap::{Piece, PieceBody, PieceSink};
use worker::{Command, Worker};

/// Takes news on a shard's thread: must not wait. Gives the news back when there is no room; they are
/// offered again with the next tick.
pub type NewsSink = Arc<dyn Fn(News) -> Result<(), News> + Send + Sync>;

/// Where a shard's words go.
#[derive(Clone)]
pub struct Sinks {
    pub news: NewsSink,
    pub pieces: PieceSink,
}

/// All media threads, and what only their orderer needs to know.
pub struct Shards {
    workers: Vec<Shard>,
    legs: BTreeMap<LegKey, Placed>,
    ports: PortPool,
    devices: Devices,
    /// Of browsers' headsets, where their port is open.
    pages: Option<PageStandings>,
    sink: NewsSink,
    epoch: Instant,
}

struct Shard {
    commands: SyncSender<Command>,
    thread: JoinHandle<()>,
}

/// Where a leg is and what it stands on.
struct Placed {
    shard: usize,
    generation: u32,
    ground: Ground,
    peers: Vec<LegKey>,
}

#[derive(PartialEq)]
enum Ground {
    Port(PortKey),
    Device(Arc<str>),
}

impl Ground {
    fn is_page(&self) -> bool {
        matches!(self, Ground::Device(name) if PageKey::of_device(name).is_some())
    }
}

impl Shards {
    /// Starts `count` threads. `ports`: what RTP and RTCP may be bound to.
    pub fn start(count: usize, ports: RangeInclusive<u16>, devices: Devices, sink: NewsSink) -> io::Result<Shards> {
        // Nobody keeps recordings.
        Shards::start_with(count, ports, devices, Sinks { news: sink, pieces: Arc::new(|_| false) })
    }

    /// The same where recordings are kept.
    pub fn start_with(count: usize, ports: RangeInclusive<u16>, devices: Devices, sinks: Sinks) -> io::Result<Shards> {
        let epoch = Instant::now();
        let workers =
            (0..count.max(1)).map(|number| Shard::start(number, sinks.clone(), epoch)).collect::<io::Result<_>>()?;
        let (legs, ports) = (BTreeMap::new(), PortPool::new(ports));
        Ok(Shards { workers, legs, ports, devices, pages: None, sink: sinks.news, epoch })
    }

    /// Binds up to `count` pairs on a local address and lends them: key and RTP port; RTCP is the next one up.
    pub fn lend(&mut self, ip: IpAddr, count: usize) -> io::Result<Vec<(PortKey, u16)>> {
        self.ports.lend(ip, count)
    }

    pub fn devices(&self) -> &Devices {
        &self.devices
    }

    /// Devices for the legs to come; those in use stay.
    pub fn set_devices(&mut self, devices: Devices) {
        self.devices = devices;
    }

    /// Makes a leg what is wanted. Older generations than the last are ignored. May read the disk, when a device is opened.
    pub fn order(&mut self, order: LegOrder) {
        let LegOrder { leg, generation, media } = order;
        if self.legs.get(&leg).is_some_and(|placed| placed.generation > generation) {
            return;
        }
        match media {
            None => self.end(leg, generation),
            Some(LegMedia::Rtp { port, order }) => {
                let peers = order.feed.peers().to_vec();
                self.change(leg, generation, Ground::Port(port), peers, Wanted::Rtp(order));
            }
            Some(LegMedia::Device { device, order }) => {
                let peers = order.feed.peers().to_vec();
                self.change(leg, generation, Ground::Device(device), peers, Wanted::Device(order));
            }
        }
        if self.pages.is_some() {
            self.gather(leg);
        }
    }

    /// Ends every leg, each with its goodbye, and waits for the threads.
    pub fn stop(self) {
        for shard in self.workers {
            drop(shard.commands);
            // A thread that panicked has already said so.
            let _ = shard.thread.join();
        }
    }

    fn change(&mut self, leg: LegKey, generation: u32, ground: Ground, peers: Vec<LegKey>, wanted: Wanted) {
        let stays = self.legs.get(&leg).is_some_and(|placed| placed.ground == ground);
        if !stays {
            return self.begin(leg, generation, ground, peers, wanted);
        }
        let together = self.shard_of_first(&peers).filter(|_| !ground.is_page());
        let Some(placed) = self.legs.get_mut(&leg) else { return };
        (placed.generation, placed.peers) = (generation, peers);
        if let Some(shard) = together
            && shard != placed.shard
        {
            let old = std::mem::replace(&mut placed.shard, shard);
            let to = self.workers[shard].commands.clone();
            self.command(old, Command::Give(leg, to));
        }
        let shard = self.legs.get(&leg).map_or(0, |placed| placed.shard);
        self.command(shard, Command::Change(leg, generation, wanted));
    }

    fn begin(&mut self, leg: LegKey, generation: u32, ground: Ground, peers: Vec<LegKey>, wanted: Wanted) {
        let slot = match self.slot(leg, generation, &ground, wanted) {
            Ok(slot) => slot,
            Err(why) => {
                // A sink without room loses this one: there is no leg to keep it.
                let _ = (self.sink)(News { leg, generation, event: Event::Failed { why } });
                return;
            }
        };
        let shard = match self.legs.get(&leg) {
            _ if ground.is_page() => PAGES_SHARD,
            Some(placed) => placed.shard,
            None => self.shard_for(leg, &peers),
        };
        if let Some(old) = self.legs.insert(leg, Placed { shard, generation, ground, peers }) {
            if let Ground::Port(port) = old.ground {
                self.ports.give_back(port);
            }
            // Elsewhere the new one does not take its place.
            if old.shard != shard {
                self.command(old.shard, Command::End(leg, generation));
            }
        }
        self.command(shard, Command::Place(Box::new(slot)));
    }

    fn slot(&mut self, leg: LegKey, generation: u32, ground: &Ground, wanted: Wanted) -> Result<Slot, String> {
        match (ground, wanted) {
            (Ground::Port(port), Wanted::Rtp(order)) => self.rtp_slot(leg, generation, *port, order),
            (Ground::Device(name), Wanted::Device(order)) => self.device_slot(leg, generation, name, order),
            (Ground::Port(_), Wanted::Device(_)) | (Ground::Device(_), Wanted::Rtp(_)) => {
                Err(format!("leg {}: a port is not a device", leg.0))
            }
        }
    }

    fn rtp_slot(&mut self, leg: LegKey, generation: u32, port: PortKey, order: RtpOrder) -> Result<Slot, String> {
        let pair = self.ports.take(port).ok_or_else(|| format!("port {} is not lent, or already in use", port.0))?;
        Ok(Slot::rtp(leg, generation, order, pair, self.now()))
    }

    fn device_slot(
        &mut self,
        leg: LegKey,
        generation: u32,
        name: &Arc<str>,
        order: DeviceOrder,
    ) -> Result<Slot, String> {
        if let (Some(page), Some(pages)) = (PageKey::of_device(name), &self.pages) {
            return Ok(Slot::page(leg, generation, order, (page, pages.of(page)), self.now()));
        }
        let device = self.devices.open(name).map_err(|error| error.to_string())?;
        Ok(Slot::device(leg, generation, order, device))
    }

    fn now(&self) -> Moment {
        Moment(u64::try_from(self.epoch.elapsed().as_nanos()).unwrap_or(u64::MAX))
    }

    fn end(&mut self, leg: LegKey, generation: u32) {
        if let Some(placed) = self.legs.remove(&leg) {
            if let Ground::Port(port) = placed.ground {
                self.ports.give_back(port);
            }
            self.command(placed.shard, Command::End(leg, generation));
        }
    }

    fn command(&self, shard: usize, command: Command) {
        if let Some(shard) = self.workers.get(shard) {
            // Refused only by a thread that is gone, with all its legs.
            let _ = shard.commands.send(command);
        }
    }
}

impl std::fmt::Debug for Sinks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sinks")
    }
}

impl std::fmt::Debug for Shards {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Shards({} threads, {} legs)", self.workers.len(), self.legs.len())
    }
}

impl Shard {
    fn start(number: usize, sinks: Sinks, epoch: Instant) -> io::Result<Shard> {
        let (commands, waiting) = sync_channel(MOST_COMMANDS);
        let thread = thread::Builder::new()
            .name(format!("shard {number}"))
            .spawn(move || Worker::new(waiting, sinks, epoch).run())?;
        Ok(Shard { commands, thread })
    }
}

/// The shard that has the browsers' port, and with it every leg that talks with a page.
const PAGES_SHARD: usize = 0;
/// Taken by the next tick; who orders more waits for it.
const MOST_COMMANDS: usize = 1_024;
