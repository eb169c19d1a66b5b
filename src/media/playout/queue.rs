//! Packets between their arrival and their turn: bounded slots, made once, in the order of their sequence.

use super::numbers::Place;

/// The packets held.
#[derive(Clone, Debug)]
pub struct Queue {
    /// By sequence.
    order: Vec<Held>,
    bytes: Box<[u8]>,
    /// Bit n: slot n is free.
    free: u64,
}

#[derive(Clone, Copy, Debug)]
struct Held {
    place: Place,
    slot: usize,
    length: usize,
}

/// A packet in the queue.
#[derive(Clone, Copy, Debug)]
pub struct Waiting<'a> {
    pub place: Place,
    pub payload: &'a [u8],
}

impl Queue {
    pub fn new() -> Queue {
        Queue { order: Vec::with_capacity(SLOTS), bytes: vec![0; SLOTS * SLOT].into(), free: u64::MAX }
    }

    /// Puts a packet in its place; where there is no room the oldest is lost.
    pub fn insert(&mut self, place: Place, payload: &[u8]) {
        if payload.len() > SLOT {
            return;
        }
        if self.free == 0 {
            self.pop();
        }
        // The lowest free slot: memory that is never needed is never touched.
        let slot = self.free.trailing_zeros() as usize;
        let Some(bytes) = self.bytes.get_mut(slot * SLOT..slot * SLOT + payload.len()) else { return };
        bytes.copy_from_slice(payload);
        self.free &= !(1 << slot);
        let at = self.order.partition_point(|held| held.place.sequence < place.sequence);
        self.order.insert(at, Held { place, slot, length: payload.len() });
    }

    /// The packet whose turn is next.
    pub fn front(&self) -> Option<Waiting<'_>> {
        let held = self.order.first()?;
        Some(Waiting { place: held.place, payload: self.bytes.get(held.slot * SLOT..)?.get(..held.length)? })
    }

    /// Lets go of the front packet.
    pub fn pop(&mut self) {
        if !self.order.is_empty() {
            self.free |= 1 << self.order.remove(0).slot;
        }
    }

    pub fn len(&self) -> usize {
        self.order.len()
    }

    pub fn clear(&mut self) {
        self.order.clear();
        self.free = u64::MAX;
    }
}

/// 64 packets: 640 ms in packets of 10 ms, 1.28 s in those of 20.
const SLOTS: usize = 64;
/// 120 ms of G.711 or G.722 are 960; Opus has at most 1,275 (RFC 6716 §3.4).
const SLOT: usize = 1_280;
