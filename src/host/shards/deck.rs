//! A shard's legs: one sweep of all sockets, one tick of all legs.

use std::collections::BTreeMap;
use std::os::fd::AsFd;

use media::SILENCE;
use media::leg::Heard;
use media::order::{Event, LegKey};
use media::time::Moment;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use super::browser::{PageKey, Pages};
use super::links::Links;
use super::slot::Slot;
use super::tap::{self, PieceSink};

/// The legs of one shard.
#[derive(Default)]
pub(super) struct Deck {
    slots: Vec<Slot>,
    links: Links,
    /// A leg came, changed or went since the links were planned: many orders between two ticks are one plan.
    changed: bool,
    /// Browsers' headsets, in the shard that has their port.
    pages: Option<Box<Pages>>,
    /// The slots that lead to them.
    seats: BTreeMap<PageKey, usize>,
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
        self.changed = true;
        old
    }

    pub fn remove(&mut self, key: LegKey) -> Option<Slot> {
        let at = self.slots.iter().position(|slot| slot.key == key)?;
        let slot = self.slots.swap_remove(at);
        self.changed = true;
        Some(slot)
    }

    /// Changes a leg; false when it is not here.
    pub fn change(&mut self, key: LegKey, change: impl FnOnce(&mut Slot)) -> bool {
        let Some(slot) = self.slots.iter_mut().find(|slot| slot.key == key) else { return false };
        change(slot);
        self.changed = true;
        true
    }

    fn plan(&mut self) {
        if std::mem::take(&mut self.changed) {
            self.links.renew(&mut self.slots);
            self.seats = self.slots.iter().enumerate().filter_map(|(at, slot)| Some((slot.page_key()?, at))).collect();
        }
    }

    /// Takes what came to every socket; relayed packets leave at once. Sockets are asked together which of them have
    /// something: one by one would cost two calls in vain for every packet. After that only those that had something are asked,
    /// for packets come all the time, and each question to all sockets of a thousand calls takes a part of the tick.
    pub fn sweep(&mut self, now: Moment, buffers: &mut Buffers) {
        self.sweep_pages(now, buffers);
        self.plan();
        let places = 0..self.slots.len();
        let mut waiting = ready(&self.slots, places.flat_map(|at| [(at, Port::Rtp), (at, Port::Rtcp)]));
        for _ in 0..MOST_PACKETS {
            if waiting.is_empty() {
                return;
            }
            for &(at, port) in &waiting {
                match port {
                    Port::Rtp => self.take_packet(at, now, buffers),
                    Port::Rtcp => self.slots[at].receive_control(now, &mut buffers.received),
                }
            }
            waiting = ready(&self.slots, waiting.into_iter());
        }
    }

    fn take_packet(&mut self, at: usize, now: Moment, buffers: &mut Buffers) {
        let Some(heard) = self.slots[at].receive(now, &mut buffers.received) else { return };
        self.pass_on(at, now, &heard, &mut buffers.sent);
    }

    /// To whom it goes as it is, and to whom it is recorded.
    fn pass_on(&mut self, at: usize, now: Moment, heard: &Heard<'_>, out: &mut [u8]) {
        let link = self.links.of(at);
        tap::packet(&mut self.slots, (at, &link.taps), now, heard);
        for &listener in &link.relays {
            self.slots[listener].relay(now, heard, out, self.pages.as_deref_mut());
        }
    }

    /// What came to the browsers' port; what a page says while nobody talks with it is nobody's.
    fn sweep_pages(&mut self, now: Moment, buffers: &mut Buffers) {
        let Some(pages) = &mut self.pages else { return };
        pages.sweep(now, &mut buffers.received);
        pages.tick(now);
        for slot in &mut self.slots {
            self.changed |= slot.follow_page(now, pages);
        }
        self.plan();
        while let Some((page, came, said)) = self.pages.as_mut().and_then(|pages| pages.poll_said()) {
            let Some(&at) = self.seats.get(&page) else { continue };
            if let Some(heard) = self.slots[at].hear_page(came, said.packet()) {
                self.pass_on(at, now, &heard, &mut buffers.sent);
            }
        }
    }

    /// 20 ms go by for every leg.
    pub fn tick(&mut self, now: Moment, pieces: &PieceSink, mut tell: impl FnMut(LegKey, u32, Event)) {
        self.plan();
        self.links.listen(&mut self.slots, now);
        for (at, taps, said) in self.links.tapped() {
            tap::samples(&mut self.slots, (at, taps), now, said);
        }
        self.links.mix();
        let mut own = SILENCE;
        for (at, slot) in self.slots.iter_mut().enumerate() {
            slot.tick(now, self.links.sound(at, &mut own), self.pages.as_deref_mut());
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
        self.links = Links::default();
        self.slots.drain(..)
    }
}

/// Those of the sockets in which something waits.
fn ready(slots: &[Slot], sockets: impl Iterator<Item = (usize, Port)>) -> Vec<(usize, Port)> {
    let (places, mut asked): (Vec<_>, Vec<_>) = sockets
        .filter_map(|(at, port)| {
            let pair = slots.get(at)?.sockets()?;
            let socket = match port {
                Port::Rtp => pair.rtp.as_fd(),
                Port::Rtcp => pair.rtcp.as_fd(),
            };
            Some(((at, port), PollFd::new(socket, PollFlags::POLLIN)))
        })
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
