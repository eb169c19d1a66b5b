//! A shard's legs and who listens to whom: one sweep of all sockets, one tick of all legs.

use std::collections::BTreeMap;
use std::os::fd::AsFd;

use media::leg::{Heard, PeerSound};
use media::mix::{self, Share, Sum, Voices};
use media::order::{Event, LegKey};
use media::time::Moment;
use media::{Frame, SILENCE};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use super::browser::{PageKey, Pages};
use super::slot::Slot;
use super::tap::{self, Listener, PieceSink};

/// The legs of one shard.
#[derive(Default)]
pub(super) struct Deck {
    slots: Vec<Slot>,
    /// For each slot; made anew with every change, never looked up per packet.
    links: Vec<Link>,
    /// Voices added up, for those who hear more than one.
    sums: Vec<Sum>,
    /// What each slot said in this tick.
    said: Vec<Frame>,
    /// Browsers' headsets, in the shard that has their port.
    pages: Option<Box<Pages>>,
    /// The slots that lead to them.
    seats: BTreeMap<PageKey, usize>,
}

#[derive(Default)]
struct Link {
    /// Slots that get this one's packets as they are.
    relays: Vec<usize>,
    /// What this one listens to.
    hears: Option<Source>,
    /// Whether its samples are wanted.
    listened: bool,
    /// For whom it is recorded.
    taps: Vec<Listener>,
}

#[derive(Clone, Copy)]
enum Source {
    /// Its packets come by themselves.
    Packets,
    Samples(usize),
    Mix(Share),
}

impl Deck {
    /// This shard has the browsers' port.
    pub fn open(&mut self, pages: Box<Pages>) {
        self.pages = Some(pages);
    }

    pub fn pages(&mut self) -> Option<&mut Pages> {
        self.pages.as_deref_mut()
    }

    /// Puts a leg in; one of the same key is replaced and given back.
    pub fn insert(&mut self, slot: Slot) -> Option<Slot> {
        let old = self.remove(slot.key);
        self.slots.push(slot);
        self.relink();
        old
    }

    pub fn remove(&mut self, key: LegKey) -> Option<Slot> {
        let at = self.slots.iter().position(|slot| slot.key == key)?;
        let slot = self.slots.swap_remove(at);
        self.relink();
        Some(slot)
    }

    /// Changes a leg; false when it is not here.
    pub fn change(&mut self, key: LegKey, change: impl FnOnce(&mut Slot)) -> bool {
        let Some(slot) = self.slots.iter_mut().find(|slot| slot.key == key) else { return false };
        change(slot);
        self.relink();
        true
    }

    /// Takes what came to every socket; relayed packets leave at once. Sockets are asked together which of them have
    /// something: one by one would cost two calls in vain for every packet.
    pub fn sweep(&mut self, now: Moment, buffers: &mut Buffers) {
        self.sweep_pages(now, buffers);
        for _ in 0..MOST_PACKETS {
            let ready = ready(&self.slots);
            if ready.is_empty() {
                return;
            }
            for (at, port) in ready {
                match port {
                    Port::Rtp => self.take_packet(at, now, buffers),
                    Port::Rtcp => self.slots[at].receive_control(now, &mut buffers.received),
                }
            }
        }
    }

    fn take_packet(&mut self, at: usize, now: Moment, buffers: &mut Buffers) {
        let Some(heard) = self.slots[at].receive(now, &mut buffers.received) else { return };
        self.pass_on(at, now, &heard, &mut buffers.sent);
    }

    /// Who hears the slot's packets as they are, and who records them.
    fn pass_on(&mut self, at: usize, now: Moment, heard: &Heard<'_>, out: &mut [u8]) {
        tap::packet(&mut self.slots, (at, &self.links[at].taps), now, heard);
        for &listener in &self.links[at].relays {
            self.slots[listener].relay(now, heard, out, self.pages.as_deref_mut());
        }
    }

    /// What came to the browsers' port; what a page says while nobody talks with it is nobody's.
    fn sweep_pages(&mut self, now: Moment, buffers: &mut Buffers) {
        let Some(pages) = &mut self.pages else { return };
        pages.sweep(now, &mut buffers.received);
        pages.tick(now);
        let turned = self.slots.iter_mut().fold(false, |turned, slot| slot.follow_page(now, pages) || turned);
        if turned {
            self.relink();
        }
        while let Some((page, came, said)) = self.pages.as_mut().and_then(|pages| pages.poll_said()) {
            let Some(&at) = self.seats.get(&page) else { continue };
            if let Some(heard) = self.slots[at].hear_page(came, said.packet()) {
                self.pass_on(at, now, &heard, &mut buffers.sent);
            }
        }
    }

    /// 20 ms go by for every leg.
    pub fn tick(&mut self, now: Moment, pieces: &PieceSink, mut tell: impl FnMut(LegKey, u32, Event)) {
        for ((slot, link), said) in self.slots.iter_mut().zip(&self.links).zip(&mut self.said) {
            if link.listened {
                *said = slot.listen(now);
            }
        }
        for (at, (link, said)) in self.links.iter().zip(&self.said).enumerate() {
            tap::samples(&mut self.slots, (at, &link.taps), now, said);
        }
        self.sums.iter_mut().for_each(|sum| sum.tick(&self.said));
        for (at, (slot, link)) in self.slots.iter_mut().zip(&self.links).enumerate() {
            let heard = match link.hears {
                None | Some(Source::Packets) => None,
                Some(Source::Samples(from)) => self.said.get(from).copied(),
                Some(Source::Mix(Share { sum, own })) => self.sums.get(sum).map(|sum| sum.without(own.then_some(at))),
            };
            slot.tick(
                now,
                match (&heard, link.hears) {
                    (Some(frame), _) => PeerSound::Frame(frame),
                    (None, Some(Source::Packets)) => PeerSound::Relayed,
                    (None, Some(Source::Samples(_) | Source::Mix(_)) | None) => PeerSound::Absent,
                },
                self.pages.as_deref_mut(),
            );
            if let Some((recording, chunks)) = slot.tapping.tick(now, pieces) {
                tell(slot.key, slot.generation, Event::Unrecorded { recording, chunks });
            }
            while let Some(event) = slot.poll_event() {
                tell(slot.key, slot.generation, event);
            }
        }
    }

    /// Takes every leg out.
    pub fn drain(&mut self) -> impl Iterator<Item = Slot> {
        self.links.clear();
        self.slots.drain(..)
    }

    fn relink(&mut self) {
        let mut links: Vec<Link> = self.slots.iter().map(|_| Link::default()).collect();
        let places: BTreeMap<LegKey, usize> = self.slots.iter().enumerate().map(|(at, slot)| (slot.key, at)).collect();
        let mut mixes: Vec<(usize, Voices)> = Vec::new();
        for (at, slot) in self.slots.iter().enumerate() {
            let sources: Voices = slot.peers().iter().filter_map(|peer| places.get(peer)).copied().collect();
            match sources[..] {
                [] => {}
                [source] if self.slots[source].relays_to(slot) => {
                    links[source].relays.push(at);
                    links[at].hears = Some(Source::Packets);
                }
                [source] => {
                    links[source].listened = true;
                    links[at].hears = Some(Source::Samples(source));
                }
                [..] => mixes.push((at, sources)),
            }
        }
        self.plan_mixes(&mixes, &mut links);
        for (source, listener) in tap::listeners(&self.slots, &places) {
            links[source].taps.push(listener);
        }
        for (slot, link) in self.slots.iter_mut().zip(&mut links) {
            link.listened = slot.keep_samples(link.listened);
        }
        self.seats = self.slots.iter().enumerate().filter_map(|(at, slot)| Some((slot.page_key()?, at))).collect();
        self.said.resize(self.slots.len(), SILENCE);
        self.links = links;
    }
}

impl Deck {
    /// Every voice of a sum is listened to, the listener's own too where it is taken out again.
    fn plan_mixes(&mut self, mixes: &[(usize, Voices)], links: &mut [Link]) {
        let (sums, shares) = mix::plan(mixes);
        for ((at, _), share) in mixes.iter().zip(shares) {
            links[*at].hears = Some(Source::Mix(share));
        }
        sums.iter().flatten().for_each(|at| links[*at].listened = true);
        let mut going = std::mem::take(&mut self.sums);
        for voices in &sums {
            let rate = voices.iter().map(|at| self.slots[*at].rate()).max().unwrap_or_default();
            let old = going.iter().position(|sum| sum.is_of(voices, rate));
            self.sums.push(old.map_or_else(|| Sum::new(voices, rate), |old| going.swap_remove(old)));
        }
    }
}

/// The sockets in which something waits, by slot.
fn ready(slots: &[Slot]) -> Vec<(usize, Port)> {
    let (places, mut asked): (Vec<_>, Vec<_>) = slots
        .iter()
        .enumerate()
        .filter_map(|(at, slot)| Some((at, slot.sockets()?)))
        .flat_map(|(at, pair)| [((at, Port::Rtp), pair.rtp.as_fd()), ((at, Port::Rtcp), pair.rtcp.as_fd())])
        .map(|(place, socket)| (place, PollFd::new(socket, PollFlags::POLLIN)))
        .unzip();
    // A signal, or no memory for the question: the next tick asks again.
    if !poll(&mut asked, PollTimeout::ZERO).is_ok_and(|count| count > 0) {
        return Vec::new();
    }
    let waiting = |fd: &PollFd<'_>| fd.any().unwrap_or(true);
    places.into_iter().zip(&asked).filter(|(_, fd)| waiting(fd)).map(|(place, _)| place).collect()
}

#[derive(Clone, Copy)]
enum Port {
    Rtp,
    Rtcp,
}

/// One shard's scratch space.
pub(super) struct Buffers {
    received: [u8; LARGEST],
    sent: [u8; LARGEST],
}

impl Default for Buffers {
    fn default() -> Self {
        Buffers { received: [0; LARGEST], sent: [0; LARGEST] }
    }
}

/// An Ethernet frame's worth; audio packets are a tenth of it, longer ones are cut and refused.
const LARGEST: usize = 1_500;
/// Of one leg in one tick: a flood on one port takes nobody else's turn.
const MOST_PACKETS: usize = 16;
