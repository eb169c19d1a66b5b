//! A recording second by second, both tracks side by side, in order.

use std::io::Read;

use super::{Block, Chunk, End, MOST_SECONDS, Reader, Track};
use crate::Rate;

/// What both tracks say in one second.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Second {
    pub number: u32,
    tracks: [Option<Chunk>; 2],
}

/// What could not be given.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Skipped {
    /// Bytes that are no block.
    pub damaged_bytes: u64,
    /// Places in the file where such bytes are.
    pub damages: u32,
    /// Chunks of a second that was over, or that was there already.
    pub misplaced: u32,
    /// Chunks whose key is not here.
    pub locked: u32,
    /// Chunks between the first and the last second that are not there.
    pub missing: u32,
}

/// Goes through a file once. Seconds that are missing are left out: their numbers say so.
#[derive(Debug)]
pub struct Seconds<R> {
    reader: Reader<R>,
    /// A chunk that belongs to a later second than the one given last.
    ahead: Option<Chunk>,
    next: u32,
    end: Option<End>,
    skipped: Skipped,
}

impl<R: Read> Seconds<R> {
    pub fn new(reader: Reader<R>) -> Seconds<R> {
        Seconds { reader, ahead: None, next: 0, end: None, skipped: Skipped::default() }
    }

    /// What was stepped over so far.
    pub fn skipped(&self) -> Skipped {
        self.skipped
    }

    /// The file's last word, once it was read; none of a file that a crash left.
    pub fn end(&self) -> Option<End> {
        self.end
    }

    /// Seconds up to and with the last one given.
    pub fn length(&self) -> u32 {
        self.next
    }

    fn next_chunk(&mut self) -> std::io::Result<Option<Chunk>> {
        if let Some(chunk) = self.ahead.take() {
            if chunk.number >= self.next {
                return Ok(Some(chunk));
            }
            self.skipped.misplaced += 1;
        }
        while let Some(block) = self.reader.next_block()? {
            match block {
                Block::Chunk(chunk) if chunk.number >= self.next => return Ok(Some(chunk)),
                Block::Chunk(_) => self.skipped.misplaced += 1,
                Block::End(end) => self.end = Some(end),
                Block::Damaged { bytes, .. } => {
                    self.skipped.damages += 1;
                    self.skipped.damaged_bytes += bytes;
                }
            }
        }
        Ok(None)
    }

    fn next_second(&mut self) -> std::io::Result<Option<Second>> {
        let Some(first) = self.next_chunk()? else { return Ok(None) };
        let mut second = Second { number: first.number, tracks: [None, None] };
        self.put(&mut second, first);
        while let Some(chunk) = self.next_chunk()? {
            if chunk.number != second.number {
                self.ahead = Some(chunk);
                break;
            }
            self.put(&mut second, chunk);
        }
        let absent = second.tracks.iter().filter(|track| track.is_none()).count() as u32;
        self.skipped.missing += (second.number - self.next) * 2 + absent;
        self.next = second.number.saturating_add(1).min(MOST_SECONDS);
        Ok(Some(second))
    }

    fn put(&mut self, second: &mut Second, chunk: Chunk) {
        if chunk.key != 0 {
            self.skipped.locked += 1;
        }
        let Some(place) = second.tracks.get_mut(chunk.track.place()) else { return };
        match place {
            None => *place = Some(chunk),
            Some(_) => self.skipped.misplaced += 1,
        }
    }
}

impl<R: Read> Iterator for Seconds<R> {
    type Item = std::io::Result<Second>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_second().transpose()
    }
}

impl Second {
    /// The chunk of a track, when it is there.
    pub fn chunk(&self, track: Track) -> Option<&Chunk> {
        self.tracks.get(track.place()).and_then(Option::as_ref)
    }

    /// The rate that loses nothing of either track.
    pub fn rate(&self) -> Rate {
        self.tracks.iter().flatten().map(|chunk| chunk.coding.rate()).max().unwrap_or_default()
    }

    /// A whole second of a track at its own rate; silence where there is nothing.
    pub fn samples(&self, track: Track) -> (Rate, Vec<i16>) {
        let chunk = self.chunk(track);
        let rate = chunk.map(|chunk| chunk.coding.rate()).unwrap_or_default();
        let mut samples = chunk.map_or_else(Vec::new, Chunk::samples);
        samples.resize(rate.hertz() as usize, 0);
        (rate, samples)
    }
}
