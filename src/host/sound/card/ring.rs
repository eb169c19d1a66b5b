//! What lies between the card's threads and ours: rings of mono samples at 48 kHz, read and written at our clock's pace.

use rtrb::{Consumer, Producer, RingBuffer};

use super::drift::{Advice, Pace, Stretch};

/// 10 ms at 48 kHz: what the mixer works in.
pub const BLOCK: usize = 480;
pub type Block = [i16; BLOCK];

/// A ring for a card's stream.
pub fn pair() -> (Producer<i16>, Consumer<i16>) {
    RingBuffer::new(CAPACITY)
}

/// Our end of a microphone.
#[derive(Debug)]
pub struct Microphone {
    ring: Consumer<i16>,
    pace: Pace,
    stretch: Stretch,
    /// Filling up, after the beginning or after it ran dry.
    priming: bool,
}

impl Microphone {
    pub fn new(ring: Consumer<i16>) -> Microphone {
        Microphone { ring, pace: Pace::default(), stretch: Stretch::default(), priming: true }
    }

    /// Its stream was closed.
    pub fn is_over(&self) -> bool {
        self.ring.is_abandoned()
    }

    /// The next 10 ms; `false`, and silence for what is missing, when the card has not delivered them.
    pub fn take(&mut self, block: &mut Block) -> bool {
        let held = self.ring.slots();
        if self.priming && held < self.pace.reserve() + BLOCK {
            *block = [0; BLOCK];
            return false;
        }
        self.priming = false;
        if let Advice::Skip(count) = self.pace.see(held.saturating_sub(BLOCK)) {
            skip(&mut self.ring, count);
        }
        for sample in block.iter_mut() {
            let next = self.stretch.pull(self.pace.step(), || self.ring.pop().ok());
            self.priming |= next.is_none();
            *sample = next.unwrap_or(0);
        }
        if self.priming {
            self.pace.ran_dry();
        }
        !self.priming
    }
}

/// Our end of a loudspeaker.
#[derive(Debug)]
pub struct Loudspeaker {
    ring: Producer<i16>,
    pace: Pace,
    stretch: Stretch,
    /// Blocks not to be written: what piled up while the card stood still.
    left_out: usize,
}

impl Loudspeaker {
    pub fn new(ring: Producer<i16>) -> Loudspeaker {
        Loudspeaker { ring, pace: Pace::default(), stretch: Stretch::default(), left_out: 0 }
    }

    /// Its stream was closed.
    pub fn is_over(&self) -> bool {
        self.ring.is_abandoned()
    }

    /// The next 10 ms.
    pub fn give(&mut self, block: &Block) {
        if CAPACITY == self.ring.slots() {
            // It ran dry, or begins: a reserve first.
            self.pace.ran_dry();
            let silence = std::iter::repeat_n(0, self.pace.reserve());
            silence.for_each(|sample| {
                let _ = self.ring.push(sample);
            });
        }
        if let Advice::Skip(count) = self.pace.see(CAPACITY - self.ring.slots()) {
            self.left_out = count / BLOCK;
        }
        if self.left_out > 0 {
            self.left_out -= 1;
            return;
        }
        let (step, ring) = (self.pace.step(), &mut self.ring);
        for sample in block {
            // Full: the card stands still, and what it misses is not made up for.
            self.stretch.push(step, *sample, |sample| {
                let _ = ring.push(sample);
            });
        }
    }
}

/// A leg's samples on their way to or from the mixer: both on one clock, neither exactly on time.
#[derive(Debug)]
pub struct Hop {
    ring: Consumer<i16>,
    primed: bool,
}

impl Hop {
    pub fn pair() -> (Producer<i16>, Hop) {
        let (producer, ring) = RingBuffer::new(CAPACITY);
        (producer, Hop { ring, primed: false })
    }

    /// The next samples; false where they have not come. What lies longer than 80 ms is old.
    pub fn take(&mut self, samples: &mut [i16]) -> bool {
        let held = self.ring.slots();
        if held > MOST_HELD {
            skip(&mut self.ring, held - ENOUGH_HELD);
        }
        if !self.primed && self.ring.slots() < ENOUGH_HELD {
            return false;
        }
        self.primed = self.ring.pop_entire_slice(samples).is_ok();
        self.primed
    }
}

fn skip(ring: &mut Consumer<i16>, count: usize) {
    if let Ok(chunk) = ring.read_chunk(count.min(ring.slots())) {
        chunk.commit_all();
    }
}

/// 400 ms: ten of the largest bites.
const CAPACITY: usize = 19_200;
/// A frame and half of one more, for ticks that do not fall together: 30 ms.
const ENOUGH_HELD: usize = 3 * BLOCK;
const MOST_HELD: usize = 8 * BLOCK;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_microphone_that_ran_dry_is_silent_until_there_is_a_reserve_again() {
        let (mut card, ring) = pair();
        let mut microphone = Microphone::new(ring);
        let mut block = [1; BLOCK];
        assert!(!microphone.take(&mut block));
        card.push_entire_slice(&[7; 3 * BLOCK]).unwrap();
        assert!(microphone.take(&mut block));
        assert_eq!(block[BLOCK - 1], 7);
        assert!(microphone.take(&mut block) && microphone.take(&mut block), "the reserve");
        assert!(!microphone.take(&mut block) && block[BLOCK - 1] == 0);
        card.push_entire_slice(&[7; 3 * BLOCK]).unwrap();
        assert!(!microphone.take(&mut block), "the reserve has grown");
        drop(card);
        assert!(microphone.is_over());
    }

    #[test]
    fn a_card_that_delivers_late_and_in_large_bites_gets_a_larger_reserve_within_a_second() {
        let (mut card, ring) = pair();
        let mut microphone = Microphone::new(ring);
        let mut silent = Vec::new();
        for tick in 0..6_000 {
            // 40 ms at a time, up to 20 ms late.
            if tick % 4 == (tick / 4) % 3 {
                card.push_entire_slice(&[7; 4 * BLOCK]).unwrap();
            }
            let mut block = [0; BLOCK];
            if !microphone.take(&mut block) {
                silent.push(tick);
            }
        }
        let later = silent.iter().filter(|tick| **tick > 100).count();
        assert!(later < 10, "silent at {silent:?}");
    }

    #[test]
    fn a_loudspeaker_begins_with_a_reserve_and_a_card_that_stands_still_stops_nobody() {
        let (producer, card) = pair();
        let mut loudspeaker = Loudspeaker::new(producer);
        loudspeaker.give(&[5; BLOCK]);
        assert!((2 * BLOCK..4 * BLOCK).contains(&card.slots()), "{}", card.slots());
        (0..1_000).for_each(|_| loudspeaker.give(&[5; BLOCK]));
        assert!(card.slots() <= CAPACITY && !loudspeaker.is_over());
    }

    #[test]
    fn a_hop_waits_for_a_reserve_and_drops_what_is_old() {
        let (mut leg, mut hop) = Hop::pair();
        let mut block = [0; BLOCK];
        leg.push_entire_slice(&[1; 2 * BLOCK]).unwrap();
        assert!(!hop.take(&mut block));
        leg.push_entire_slice(&[2; 2 * BLOCK]).unwrap();
        assert!(hop.take(&mut block) && block == [1; BLOCK]);
        (0..10).for_each(|_| leg.push_entire_slice(&[3; 2 * BLOCK]).unwrap());
        assert!(hop.take(&mut block) && block == [3; BLOCK]);
        let mut left = 0;
        while hop.take(&mut block) {
            left += 1;
        }
        assert_eq!(left, 2);
    }
}
