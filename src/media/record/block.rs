//! What follows the header: chunks, and one end. Both have the same head, which vouches for itself and for what follows.
//!
//! ```text
//!  0      4        8       9       10     12        16              20           24
//!  | tag  | length | track | codec | key  | number  | payload's CRC | head's CRC | payload …
//! ```

use super::{Coding, MOST_SECONDS, Track};

/// One second of one track, or the beginning of one: what is missing at its end is silence.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Chunk {
    pub track: Track,
    /// Seconds since the recording's beginning.
    pub number: u32,
    pub coding: Coding,
    /// The key that the payload is locked with; 0: none.
    pub key: u16,
    pub payload: Vec<u8>,
}

/// The last block of a recording that was ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct End {
    /// Length of the recording.
    pub milliseconds: u64,
    /// Chunks written.
    pub chunks: u32,
    /// Chunks that never reached the file.
    pub lost: u32,
}

impl Chunk {
    /// What stands before the payload in a file.
    pub fn head(&self) -> [u8; HEAD] {
        Head {
            tag: Tag::Chunk,
            track: self.track.byte(),
            coding: self.coding.byte(),
            key: self.key,
            number: self.number,
        }
        .bytes(&self.payload)
    }

    /// The samples, at the coding's own rate; none of a locked chunk.
    pub fn samples(&self) -> Vec<i16> {
        if self.key == 0 { self.coding.decode(&self.payload) } else { Vec::new() }
    }
}

impl End {
    /// The whole block, as it stands at the end of a file.
    pub fn bytes(&self) -> Vec<u8> {
        let mut payload = Vec::with_capacity(END);
        payload.extend(self.milliseconds.to_be_bytes());
        payload.extend(self.chunks.to_be_bytes());
        payload.extend(self.lost.to_be_bytes());
        let head = Head { tag: Tag::End, track: 0, coding: 0, key: 0, number: 0 }.bytes(&payload);
        [&head[..], &payload].concat()
    }

    pub(super) fn read(payload: &[u8]) -> Option<End> {
        let (milliseconds, rest) = payload.split_first_chunk()?;
        let (chunks, rest) = rest.split_first_chunk()?;
        Some(End {
            milliseconds: u64::from_be_bytes(*milliseconds),
            chunks: u32::from_be_bytes(*chunks),
            lost: u32::from_be_bytes(*rest.first_chunk()?),
        })
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Tag {
    Chunk,
    End,
}

/// The first 24 bytes of a block.
#[derive(Clone, Copy, Debug)]
pub(super) struct Head {
    pub tag: Tag,
    pub track: u8,
    pub coding: u8,
    pub key: u16,
    pub number: u32,
}

/// A head that was read, and what it says of its payload.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    pub head: Head,
    pub length: usize,
    pub checksum: u32,
}

impl Head {
    fn bytes(&self, payload: &[u8]) -> [u8; HEAD] {
        let mut bytes = [0; HEAD];
        bytes[..4].copy_from_slice(self.tag.bytes());
        bytes[4..8].copy_from_slice(&(payload.len() as u32).to_be_bytes());
        bytes[8] = self.track;
        bytes[9] = self.coding;
        bytes[10..12].copy_from_slice(&self.key.to_be_bytes());
        bytes[12..16].copy_from_slice(&self.number.to_be_bytes());
        bytes[16..20].copy_from_slice(&crc32fast::hash(payload).to_be_bytes());
        let own = crc32fast::hash(&bytes[..20]);
        bytes[20..].copy_from_slice(&own.to_be_bytes());
        bytes
    }

    /// Reads what a head must be: any bit that differs makes it none.
    pub fn read(bytes: &[u8; HEAD]) -> Option<Found> {
        let number_at = |at: usize| Some(u32::from_be_bytes(*bytes.get(at..)?.first_chunk()?));
        let tag = Tag::of(bytes.first_chunk()?)?;
        if number_at(20)? != crc32fast::hash(&bytes[..20]) {
            return None;
        }
        let head = Head {
            tag,
            track: bytes[8],
            coding: bytes[9],
            key: u16::from_be_bytes([bytes[10], bytes[11]]),
            number: number_at(12)?,
        };
        let length = number_at(4)? as usize;
        let fits = match tag {
            Tag::Chunk => {
                length <= head.largest()? && head.number < MOST_SECONDS && Track::of_byte(head.track).is_some()
            }
            Tag::End => length == END,
        };
        fits.then_some(Found { head, length, checksum: number_at(16)? })
    }

    /// A locked payload is a little longer than what is in it.
    fn largest(&self) -> Option<usize> {
        let coding = Coding::of_byte(self.coding)?;
        Some(if self.key == 0 { coding.second() } else { Coding::LARGEST_SECOND })
    }

    /// The chunk, once its payload is there.
    pub fn chunk(&self, payload: &[u8]) -> Option<Chunk> {
        Some(Chunk {
            track: Track::of_byte(self.track)?,
            number: self.number,
            coding: Coding::of_byte(self.coding)?,
            key: self.key,
            payload: payload.to_vec(),
        })
    }
}

impl Tag {
    fn bytes(self) -> &'static [u8; 4] {
        match self {
            Tag::Chunk => b"CHNK",
            Tag::End => b"ENDS",
        }
    }

    pub fn of(bytes: &[u8; 4]) -> Option<Tag> {
        [Tag::Chunk, Tag::End].into_iter().find(|tag| tag.bytes() == bytes)
    }
}

/// Bytes of a head.
pub(super) const HEAD: usize = 24;
/// Bytes of an end's payload.
const END: usize = 16;
