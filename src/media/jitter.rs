//! From packets in any order to one frame per tick: a fixed delay of 60 ms, silence where nothing came.
//!
//! Samples lie in a ring by their RTP timestamp, counted in samples. An adaptive buffer replaces this type by moving the read position.

use crate::codec::Codec;
use crate::time::Moment;
use crate::{Frame, Rate};

/// One source's samples between their arrival and their tick.
#[derive(Clone, Debug)]
pub struct Jitter {
    rate: Rate,
    /// Samples in a tick of the RTP clock.
    scale: u32,
    ring: Ring,
    /// Of the next sample to give; none before the first packet.
    next: Option<u32>,
    ssrc: u32,
    late_in_a_row: u32,
    last_insert: Moment,
    counts: Counts,
}

#[derive(Clone, Debug)]
struct Ring {
    /// A power of two, so that places follow the wrapping timestamp.
    samples: Vec<i16>,
    held: Vec<bool>,
}

/// What became of the samples, over the buffer's life.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Counts {
    /// Packets that came after their turn.
    pub late: u64,
    /// Times the read position was set anew.
    pub resyncs: u64,
    /// Samples given as silence because none had come.
    pub missing: u64,
}

impl Jitter {
    /// For samples of this codec.
    pub fn new(codec: Codec) -> Jitter {
        let rate = codec.rate();
        let length = (LENGTH_MS * rate.per_ms() as usize).next_power_of_two();
        Jitter {
            rate,
            scale: rate.per_ms() / codec.clock().per_ms(),
            ring: Ring { samples: vec![0; length], held: vec![false; length] },
            next: None,
            ssrc: 0,
            late_in_a_row: 0,
            last_insert: Moment::default(),
            counts: Counts::default(),
        }
    }

    /// Puts a packet's samples in their place.
    pub fn insert(&mut self, now: Moment, ssrc: u32, timestamp: u32, samples: &[i16]) {
        let position = timestamp.wrapping_mul(self.scale);
        let next = match self.next {
            Some(next) if ssrc == self.ssrc && self.fits(next, position, samples.len()) => next,
            Some(next) if ssrc == self.ssrc && self.is_merely_late(next, position) => {
                self.counts.late += 1;
                self.late_in_a_row += 1;
                return;
            }
            Some(_) | None => self.restart(ssrc, position),
        };
        self.late_in_a_row = 0;
        self.last_insert = now;
        let most = self.ring.held.len() - (DEPTH_MS * self.rate.per_ms()) as usize;
        for (offset, sample) in samples.iter().enumerate().take(most) {
            let at = position.wrapping_add(offset as u32);
            if at.wrapping_sub(next) as i32 >= 0 {
                self.ring.put(at, *sample);
            }
        }
    }

    /// The next 20 ms.
    pub fn take(&mut self, now: Moment) -> Frame {
        let mut frame = Frame::silence(self.rate);
        let Some(next) = self.next else { return frame };
        for (offset, sample) in frame.samples_mut().iter_mut().enumerate() {
            if let Some(held) = self.ring.take(next.wrapping_add(offset as u32)) {
                *sample = held;
            } else if now.since(self.last_insert) < STOPPED {
                self.counts.missing += 1;
            }
        }
        self.next = Some(next.wrapping_add(self.rate.frame() as u32));
        frame
    }

    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// A stream that paused and did not run its clock meanwhile looks late for ever: three in a row begin anew.
    fn is_merely_late(&self, next: u32, position: u32) -> bool {
        let behind = next.wrapping_sub(position) as i32;
        (1..self.ring.held.len() as i32).contains(&behind) && self.late_in_a_row < 2
    }

    /// Whether some of the samples have their turn still to come, and all of them have room.
    fn fits(&self, next: u32, position: u32, count: usize) -> bool {
        let first = i64::from(position.wrapping_sub(next) as i32);
        let end = first + count as i64;
        end > 0 && end <= self.ring.held.len() as i64 && first <= i64::from(MOST_AHEAD_MS * self.rate.per_ms())
    }

    fn restart(&mut self, ssrc: u32, position: u32) -> u32 {
        if self.next.is_some() {
            self.counts.resyncs += 1;
        }
        self.ring.held.fill(false);
        self.ssrc = ssrc;
        let next = position.wrapping_sub(DEPTH_MS * self.rate.per_ms());
        self.next = Some(next);
        next
    }
}

impl Ring {
    fn put(&mut self, at: u32, sample: i16) {
        let place = at as usize & (self.held.len() - 1);
        self.samples[place] = sample;
        self.held[place] = true;
    }

    fn take(&mut self, at: u32) -> Option<i16> {
        let place = at as usize & (self.held.len() - 1);
        std::mem::take(&mut self.held[place]).then(|| self.samples[place])
    }
}

const DEPTH_MS: u32 = 60;
/// A sender's clock that runs faster than ours may not add up to more delay than this.
const MOST_AHEAD_MS: u32 = 160;
/// At least.
const LENGTH_MS: usize = 256;
/// After this long without a packet what is missing is a pause, not a loss.
const STOPPED: std::time::Duration = std::time::Duration::from_millis(200);
