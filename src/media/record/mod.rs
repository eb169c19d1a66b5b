//! Recordings of calls (SP-08): a container of one-second chunks, customer and agent apart.
//!
//! ```text
//!  packets, frames ──> Recorder ──Chunk──> (queue, thread, file of the shell) ──bytes──> Reader ──> Seconds
//!                        lanes: one for each leg, placed by time; a track is the sum of its lanes
//! ```
//!
//! `docs/recording-format.md` says what the bytes are. A file that was never ended is readable up to its last whole
//! chunk; a torn or corrupt one costs itself alone.

mod block;
mod clock;
mod coding;
mod header;
mod lane;
mod reader;
mod recorder;
mod seconds;

pub use block::{Chunk, End};
pub use coding::Coding;
pub use header::{Header, NotARecording};
pub use reader::{Block, Reader};
pub use recorder::Recorder;
pub use seconds::{Second, Seconds, Skipped};

/// Whose voice it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Track {
    /// What the customer's leg receives.
    Customer,
    /// The sum of what everybody says to the customer.
    Agent,
}

impl Track {
    /// Both, in the order of the file.
    pub const ALL: [Track; 2] = [Track::Customer, Track::Agent];

    fn byte(self) -> u8 {
        match self {
            Track::Customer => 0,
            Track::Agent => 1,
        }
    }

    fn of_byte(byte: u8) -> Option<Track> {
        Track::ALL.into_iter().find(|track| track.byte() == byte)
    }

    fn place(self) -> usize {
        usize::from(self.byte())
    }
}

/// The longest recording: a day. Higher numbers of seconds are damage, so that no file can ask for endless silence.
pub const MOST_SECONDS: u32 = 86_400;

/// Whatever the bytes: no panic, blocks follow each other through the whole input, and memory stays within one block.
pub fn fuzz(bytes: &[u8]) {
    let Ok((header, mut reader)) = Reader::open(bytes) else { return };
    let written = header.bytes();
    assert_eq!(Reader::open(&written[..]).expect("it was written by us").0, header);
    let mut read = reader.position();
    while let Some(block) = reader.next_block().expect("memory does not fail to be read") {
        assert!(reader.position() > read, "every block is longer than nothing");
        read = reader.position();
        if let Block::Chunk(chunk) = block {
            assert!(chunk.payload.len() <= Coding::LARGEST_SECOND && chunk.number < MOST_SECONDS);
        }
    }
    assert_eq!(read, bytes.len() as u64);
    let (_, reader) = Reader::open(bytes).expect("it was opened before");
    let mut last = None;
    for second in Seconds::new(reader).map_while(Result::ok) {
        assert!(last < Some(second.number), "seconds come in order");
        last = Some(second.number);
        let (rate, samples) = second.samples(Track::Customer);
        assert_eq!(samples.len(), rate.hertz() as usize);
    }
}

#[cfg(test)]
mod tests;
