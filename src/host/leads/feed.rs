//! The bytes of a file on their way to who reads records: line ends made one, a checksum taken, no record without an end.

use std::io::{self, Read};

use sha2::{Digest, Sha256};

/// Reads `inner` through. Every line end becomes a line feed: the reader of records counts those alone.
pub(super) struct Feed<R> {
    inner: R,
    digest: Sha256,
    /// The last byte was a carriage return, which was passed on as a line feed.
    returned: bool,
    /// Bytes read, and bytes passed on.
    read: u64,
    given: u64,
    /// Bytes that may be passed on before a record ends.
    allowed: u64,
}

impl<R: Read> Feed<R> {
    pub fn new(inner: R, allowed: u64) -> Feed<R> {
        Feed { inner, digest: Sha256::new(), returned: false, read: 0, given: 0, allowed }
    }

    /// As many may be passed on by now.
    pub fn allow(&mut self, until: u64) {
        self.allowed = until;
    }

    pub fn is_exceeded(&self) -> bool {
        self.given > self.allowed
    }

    pub fn read(&self) -> u64 {
        self.read
    }

    /// Of all that was read, in hex.
    pub fn sha256(&self) -> String {
        self.digest.clone().finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// In place; gives how many are left.
    fn with_line_feeds(&mut self, bytes: &mut [u8]) -> usize {
        let mut kept = 0;
        for at in 0..bytes.len() {
            let byte = bytes[at];
            let second_half = byte == b'\n' && self.returned;
            self.returned = byte == b'\r';
            if !second_half {
                bytes[kept] = if byte == b'\r' { b'\n' } else { byte };
                kept += 1;
            }
        }
        kept
    }
}

impl<R: Read> Read for Feed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.is_exceeded() {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a record without an end"));
        }
        loop {
            let read = self.inner.read(buffer)?;
            let bytes = buffer.get_mut(..read).unwrap_or_default();
            self.digest.update(&*bytes);
            self.read += read as u64;
            let kept = self.with_line_feeds(bytes);
            self.given += kept as u64;
            // Nothing left of something is no end.
            if kept > 0 || read == 0 {
                return Ok(kept);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// However the bytes arrive.
    struct Drops<'a>(&'a [u8], usize);

    impl Read for Drops<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = self.1.min(buffer.len());
            self.0.read(&mut buffer[..count])
        }
    }

    #[test]
    fn line_ends_of_every_system_become_one() {
        for drop in 1..5 {
            let mut text = String::new();
            let mut feed = Feed::new(Drops(b"a\r\nb\rc\n\r\n\"d\r\n\"", drop), 100);
            feed.read_to_string(&mut text).unwrap();
            assert_eq!(text, "a\nb\nc\n\n\"d\n\"");
            assert_eq!(feed.read(), 14);
        }
    }
}
