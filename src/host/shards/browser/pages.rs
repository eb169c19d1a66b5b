//! Every page's peer behind the one port: who a datagram is from, who has connected, who is gone.
//!
//! A datagram is a page's by the user name of its ICE check, or by an address from which an authentic check has come. One peer a
//! page: a new offer replaces a peer that has fallen silent (a reload), or any at all where it takes the sound.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use media::codec::Codec;
use media::rtp::Packet;
use media::time::Moment;

use super::door::Door;
use super::peer::{self, Agreed, Deed, Peer, Said};
use super::{BrowserError, Offer, PageKey, PageStanding, PageStandings};
use crate::shards::slot::before;

/// All pages of the shard that has the port.
#[derive(Debug)]
pub struct Pages {
    door: Door,
    codec: Codec,
    epoch: Instant,
    pages: BTreeMap<PageKey, Page>,
    by_ufrag: BTreeMap<String, PageKey>,
    by_address: BTreeMap<SocketAddr, PageKey>,
    standings: PageStandings,
    said: VecDeque<(PageKey, Moment, Said)>,
}

#[derive(Debug)]
struct Page {
    peer: Peer,
    ufrag: String,
    /// Where authentic datagrams have come from, the oldest first.
    addresses: Vec<SocketAddr>,
    since: Moment,
    /// It took the sound from another page, which might want it back at once.
    took: bool,
    /// The last authentic datagram, and the last packet of sound among them.
    alive_at: Moment,
    said_at: Option<Moment>,
    standing: Arc<PageStanding>,
}

/// A connected page, as a leg needs to know it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Line {
    pub agreed: Agreed,
    /// Its microphone's packets are coming.
    pub speaks: bool,
}

impl Pages {
    pub fn new(door: Door, codec: Codec, standings: PageStandings, epoch: Instant) -> Pages {
        Pages {
            door,
            codec,
            epoch,
            pages: BTreeMap::new(),
            by_ufrag: BTreeMap::new(),
            by_address: BTreeMap::new(),
            standings,
            said: VecDeque::new(),
        }
    }

    /// Answers an offer, or says why not.
    pub fn handle_offer(&mut self, offer: Offer, now: Moment) {
        let answer = self.admit(offer.page, &offer.sdp, offer.take, now);
        // Whoever asked may be gone; then nobody connects, and the peer is reaped.
        let _gone = offer.answer.send(answer);
    }

    /// The page's person has left.
    pub fn hang_up(&mut self, page: PageKey) {
        let Some(mut page) = self.forget(page) else { return };
        page.peer.close();
        while let Some(todo) = page.peer.poll() {
            if let Deed::Send { from, to, bytes } = todo {
                self.door.send(from, to, &bytes);
            }
        }
    }

    /// Takes everything that has come to the port.
    pub fn sweep(&mut self, now: Moment, buffer: &mut [u8]) {
        for socket in 0..self.door.sockets() {
            for _ in 0..MOST_DATAGRAMS {
                let Some(knock) = self.door.receive(socket, buffer) else { break };
                let came = before(now, knock.received.waited);
                let bytes = buffer.get(..knock.received.length).unwrap_or_default();
                self.handle_datagram(came, [knock.received.from, knock.local], bytes);
            }
        }
    }

    /// Time went by: retransmissions, and peers that came to nothing.
    pub fn tick(&mut self, now: Moment) {
        let instant = self.instant(now);
        for (key, page) in &mut self.pages {
            page.peer.handle_timeout(instant);
            drain(*key, page, now, &self.door, &mut self.said);
            page.standing.set_connected(page.peer.is_connected());
        }
        let over: Vec<PageKey> =
            self.pages.iter().filter(|(_, page)| page.is_over(now)).map(|(page, _)| *page).collect();
        over.into_iter().for_each(|page| self.hang_up(page));
    }

    /// What pages said since the last time, in the order it came.
    pub fn poll_said(&mut self) -> Option<(PageKey, Moment, Said)> {
        self.said.pop_front()
    }

    /// Peers that there are, connected or on the way.
    #[cfg(test)]
    pub fn count(&self) -> usize {
        self.pages.len()
    }

    /// Of a page that is connected.
    pub fn line(&self, page: PageKey, now: Moment) -> Option<Line> {
        let page = self.pages.get(&page).filter(|page| page.peer.is_connected())?;
        Some(Line { agreed: page.peer.agreed(), speaks: page.speaks(now) })
    }

    /// One packet of a leg's stream.
    pub fn send(&mut self, key: PageKey, now: Moment, bytes: &[u8]) {
        let instant = self.instant(now);
        let (Some(page), Ok(packet)) = (self.pages.get_mut(&key), Packet::read(bytes)) else { return };
        page.peer.write(now, instant, &packet);
        drain(key, page, now, &self.door, &mut self.said);
    }

    fn admit(&mut self, key: PageKey, sdp: &str, take: bool, now: Moment) -> Result<String, BrowserError> {
        if !take && self.pages.get(&key).is_some_and(|old| old.is_held(now)) {
            return Err(BrowserError::Taken);
        }
        let connecting = self.pages.values().filter(|page| !page.peer.is_connected()).count();
        if connecting >= MOST_CONNECTING {
            return Err(BrowserError::Busy);
        }
        let times = (now, self.instant(now));
        let (mut peer, answer) = Peer::answer(sdp, self.door.addresses(), self.codec, times)?;
        self.hang_up(key);
        let ufrag = peer.ufrag();
        self.by_ufrag.insert(ufrag.clone(), key);
        let standing = self.standings.of(key);
        let page =
            Page { peer, ufrag, addresses: Vec::new(), since: now, took: take, alive_at: now, said_at: None, standing };
        self.pages.insert(key, page);
        Ok(answer)
    }

    fn handle_datagram(&mut self, came: Moment, [from, to]: [SocketAddr; 2], bytes: &[u8]) {
        let check = peer::ufrag(bytes);
        let key = match check {
            Some(ufrag) => self.by_ufrag.get(ufrag),
            None => self.by_address.get(&from),
        };
        let Some(key) = key.copied() else { return };
        let instant = self.instant(came);
        let Some(page) = self.pages.get_mut(&key) else { return };
        if !page.peer.handle_datagram(instant, [from, to], bytes) {
            return;
        }
        page.alive_at = page.alive_at.max(came);
        drain(key, page, came, &self.door, &mut self.said);
        if check.is_some() {
            self.learn(key, from);
        }
    }

    /// An authentic check came from there: so does everything else of this page.
    fn learn(&mut self, key: PageKey, from: SocketAddr) {
        let Some(page) = self.pages.get_mut(&key) else { return };
        if self.by_address.insert(from, key) == Some(key) {
            return;
        }
        page.addresses.retain(|address| *address != from);
        if page.addresses.len() >= MOST_ADDRESSES {
            let oldest = page.addresses.remove(0);
            self.by_address.remove(&oldest);
        }
        page.addresses.push(from);
    }

    fn forget(&mut self, key: PageKey) -> Option<Page> {
        let page = self.pages.remove(&key)?;
        self.by_ufrag.remove(&page.ufrag);
        for address in &page.addresses {
            // Another page may have the address by now.
            if self.by_address.get(address) == Some(&key) {
                self.by_address.remove(address);
            }
        }
        page.standing.set_connected(false);
        Some(page)
    }

    fn instant(&self, at: Moment) -> Instant {
        self.epoch + Duration::from_nanos(at.0)
    }
}

impl Page {
    /// Somebody else has to ask for it on purpose.
    fn is_held(&self, now: Moment) -> bool {
        let arrives = self.took && self.said_at.is_none() && now.since(self.since) < ARRIVAL;
        arrives || (self.peer.is_connected() && self.speaks(now))
    }

    fn speaks(&self, now: Moment) -> bool {
        self.said_at.is_some_and(|at| now.since(at) < SILENT)
    }

    /// It has said goodbye, has never come, or has gone without a word.
    fn is_over(&self, now: Moment) -> bool {
        let waits_since = if self.peer.is_connected() { self.alive_at } else { self.since };
        self.peer.is_closed() || now.since(waits_since) >= PATIENCE
    }
}

/// Does what the peer wants; what it received is put by.
fn drain(key: PageKey, page: &mut Page, now: Moment, door: &Door, said: &mut VecDeque<(PageKey, Moment, Said)>) {
    while let Some(todo) = page.peer.poll() {
        match todo {
            Deed::Send { from, to, bytes } => door.send(from, to, &bytes),
            Deed::Said(packet) => {
                page.said_at = Some(now);
                said.push_back((key, now, packet));
            }
        }
    }
}

/// A microphone that is there sends every 20 ms; what a bad network holds back comes sooner than this.
const SILENT: Duration = Duration::from_millis(400);
/// For a page that took the sound, to begin to speak.
const ARRIVAL: Duration = Duration::from_secs(5);
/// To connect, and for a connected page without any datagram: browsers check every 5 s at the latest (RFC 7675 §5.1).
const PATIENCE: Duration = Duration::from_secs(15);
/// Handshakes at once; who comes then comes again.
const MOST_CONNECTING: usize = 64;
/// Of one page, over its changes of network.
const MOST_ADDRESSES: usize = 8;
/// Taken from one socket in one tick: 200 pages' worth of some ticks.
const MOST_DATAGRAMS: usize = 2_000;
