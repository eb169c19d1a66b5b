//! From packets in any order to one frame per tick: a fixed delay of 60 ms, silence where nothing came.
//!
//! Samples lie in a ring by their RTP timestamp. An adaptive buffer replaces this type by moving the read position.

use crate::time::Moment;
use crate::{FRAME, Frame, PER_MS, SILENCE};

/// One source's samples between their arrival and their tick.
#[derive(Clone, Debug)]
pub struct Jitter {
    ring: Box<Ring>,
    /// RTP timestamp of the next sample to give; none before the first packet.
    next: Option<u32>,
    ssrc: u32,
    late_in_a_row: u32,
    last_insert: Moment,
    counts: Counts,
}

#[derive(Clone, Debug)]
struct Ring {
    samples: [i16; LENGTH],
    held: [bool; LENGTH],
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
    pub fn new() -> Jitter {
        Jitter {
            ring: Box::new(Ring { samples: [0; LENGTH], held: [false; LENGTH] }),
            next: None,
            ssrc: 0,
            late_in_a_row: 0,
            last_insert: Moment::default(),
            counts: Counts::default(),
        }
    }

    /// Puts a packet's samples in their place.
    pub fn insert(&mut self, now: Moment, ssrc: u32, timestamp: u32, samples: &[i16]) {
        let next = match self.next {
            Some(next) if ssrc == self.ssrc && fits(next, timestamp, samples.len()) => next,
            Some(next) if ssrc == self.ssrc && self.is_merely_late(next, timestamp) => {
                self.counts.late += 1;
                self.late_in_a_row += 1;
                return;
            }
            Some(_) | None => self.restart(ssrc, timestamp),
        };
        self.late_in_a_row = 0;
        self.last_insert = now;
        for (offset, sample) in samples.iter().enumerate().take(LENGTH - DEPTH) {
            let at = timestamp.wrapping_add(offset as u32);
            if at.wrapping_sub(next) as i32 >= 0 {
                self.ring.samples[place(at)] = *sample;
                self.ring.held[place(at)] = true;
            }
        }
    }

    /// The next 20 ms.
    pub fn take(&mut self, now: Moment) -> Frame {
        let mut frame = SILENCE;
        let Some(next) = self.next else { return frame };
        for (offset, sample) in frame.samples_mut().iter_mut().enumerate() {
            let at = place(next.wrapping_add(offset as u32));
            if std::mem::take(&mut self.ring.held[at]) {
                *sample = self.ring.samples[at];
            } else if now.since(self.last_insert) < STOPPED {
                self.counts.missing += 1;
            }
        }
        self.next = Some(next.wrapping_add(FRAME as u32));
        frame
    }

    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// A stream that paused and did not run its clock meanwhile looks late for ever: three in a row begin anew.
    fn is_merely_late(&self, next: u32, timestamp: u32) -> bool {
        let behind = next.wrapping_sub(timestamp) as i32;
        (1..LENGTH as i32).contains(&behind) && self.late_in_a_row < 2
    }

    fn restart(&mut self, ssrc: u32, timestamp: u32) -> u32 {
        if self.next.is_some() {
            self.counts.resyncs += 1;
        }
        self.ring.held.fill(false);
        self.ssrc = ssrc;
        let next = timestamp.wrapping_sub(DEPTH as u32);
        self.next = Some(next);
        next
    }
}

impl Default for Jitter {
    fn default() -> Self {
        Jitter::new()
    }
}

/// Whether some of the samples have their turn still to come, and all of them have room.
fn fits(next: u32, timestamp: u32, count: usize) -> bool {
    let first = i64::from(timestamp.wrapping_sub(next) as i32);
    let end = first + count as i64;
    end > 0 && end <= LENGTH as i64 && first <= MOST_AHEAD
}

fn place(timestamp: u32) -> usize {
    timestamp as usize % LENGTH
}

/// 60 ms.
const DEPTH: usize = 60 * PER_MS as usize;
/// 160 ms: a sender's clock that runs faster than ours may not add up to more delay than this.
const MOST_AHEAD: i64 = 160 * PER_MS as i64;
/// 256 ms; a power of two, so that places follow the wrapping timestamp.
const LENGTH: usize = 2048;
/// After this long without a packet what is missing is a pause, not a loss.
const STOPPED: std::time::Duration = std::time::Duration::from_millis(200);
