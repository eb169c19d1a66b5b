//! From bytes to blocks, whatever happened to them: what is damaged is stepped over and said.

use std::io::{ErrorKind, Read};

use super::block::{Found, HEAD, Head, Tag};
use super::{Chunk, Coding, End, Header, NotARecording, header};

/// One piece of a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Block {
    Chunk(Chunk),
    End(End),
    /// Bytes that are no block, or one with a wrong checksum, or the torn last one.
    Damaged {
        /// Where in the file they begin.
        at: u64,
        bytes: u64,
    },
}

/// Reads a file block by block. Holds one block at most; time is linear in the file's length, since a head that is whole
/// says where the next one is, and bytes that are no head are looked at once.
#[derive(Debug)]
pub struct Reader<R> {
    from: R,
    held: Vec<u8>,
    /// Bytes of `held` that were given out.
    taken: usize,
    /// Where in the file `held[taken]` is.
    position: u64,
    /// `from` has nothing more.
    drained: bool,
}

impl<R: Read> Reader<R> {
    /// Reads the header.
    pub fn open(from: R) -> Result<(Header, Reader<R>), NotARecording> {
        let mut reader = Reader { from, held: Vec::with_capacity(HELD), taken: 0, position: 0, drained: false };
        let bytes = reader.peek(header::LENGTH).map_err(|_| NotARecording::Unreadable)?;
        let header = Header::read(bytes)?;
        reader.take(header::LENGTH);
        Ok((header, reader))
    }

    /// Where the next block begins.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// The next block; `None` at the end of the file.
    pub fn next_block(&mut self) -> std::io::Result<Option<Block>> {
        let at = self.position;
        if self.peek(1)?.is_empty() {
            return Ok(None);
        }
        if let Some(found) = self.head()? {
            return self.body(&found).map(Some);
        }
        // Look for the next head.
        self.take(1);
        while self.peek(1)?.len() == 1 && self.head()?.is_none() {
            self.take(1);
        }
        Ok(Some(Block::Damaged { at, bytes: self.position - at }))
    }

    fn head(&mut self) -> std::io::Result<Option<Found>> {
        let bytes = self.peek(HEAD)?;
        Ok(bytes.first_chunk().and_then(Head::read))
    }

    /// A whole head stands here: takes it and its payload.
    fn body(&mut self, found: &Found) -> std::io::Result<Block> {
        let at = self.position;
        let bytes = self.peek(HEAD + found.length)?;
        let payload = bytes.get(HEAD..HEAD + found.length).unwrap_or(&[]);
        let whole = payload.len() == found.length && crc32fast::hash(payload) == found.checksum;
        let block = match found.head.tag {
            Tag::Chunk if whole => found.head.chunk(payload).map(Block::Chunk),
            Tag::End if whole => End::read(payload).map(Block::End),
            Tag::Chunk | Tag::End => None,
        };
        let length = bytes.len();
        self.take(length);
        Ok(block.unwrap_or(Block::Damaged { at, bytes: length as u64 }))
    }

    /// The next bytes, fewer only at the end of the file.
    fn peek(&mut self, count: usize) -> std::io::Result<&[u8]> {
        if self.held.len() - self.taken < count && !self.drained {
            self.held.drain(..self.taken);
            self.taken = 0;
            self.fill(count.max(HELD))?;
        }
        let end = self.held.len().min(self.taken + count);
        Ok(self.held.get(self.taken..end).unwrap_or(&[]))
    }

    fn fill(&mut self, wanted: usize) -> std::io::Result<()> {
        let mut filled = self.held.len();
        self.held.resize(wanted, 0);
        while filled < wanted {
            match self.from.read(self.held.get_mut(filled..).unwrap_or(&mut [])) {
                Ok(0) => {
                    self.drained = true;
                    break;
                }
                Ok(count) => filled += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => {
                    self.held.truncate(filled);
                    return Err(error);
                }
            }
        }
        self.held.truncate(filled);
        Ok(())
    }

    fn take(&mut self, count: usize) {
        self.taken += count;
        self.position += count as u64;
    }
}

/// The largest block.
const HELD: usize = HEAD + Coding::LARGEST_SECOND;
