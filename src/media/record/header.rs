//! The beginning of a recording's file.

use super::Track;

/// What a file says of itself before its first chunk.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Header {
    pub recording: u64,
    /// Civil time of the first sample, in Unix milliseconds.
    pub started_ms: i64,
}

/// Why bytes are no recording.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NotARecording {
    #[error("it does not begin as a recording does")]
    Magic,
    #[error("a recording of version {0}, which a newer ramal wrote; this one reads version {VERSION}")]
    Version(u16),
    #[error("its header is cut short or damaged")]
    Damaged,
    #[error("it cannot be read")]
    Unreadable,
}

impl Header {
    /// As written at the beginning of a file.
    pub fn bytes(&self) -> [u8; LENGTH] {
        let mut bytes = Vec::with_capacity(LENGTH);
        bytes.extend(MAGIC);
        bytes.extend(VERSION.to_be_bytes());
        bytes.extend((LENGTH as u16).to_be_bytes());
        bytes.extend(self.recording.to_be_bytes());
        bytes.extend(self.started_ms.to_be_bytes());
        bytes.push(Track::ALL.len() as u8);
        bytes.extend(Track::ALL.map(Track::byte));
        bytes.extend(crc32fast::hash(&bytes).to_be_bytes());
        bytes.try_into().unwrap_or([0; LENGTH])
    }

    pub(super) fn read(bytes: &[u8]) -> Result<Header, NotARecording> {
        let magic = bytes.get(..MAGIC.len()).ok_or(NotARecording::Damaged)?;
        if magic != MAGIC {
            return Err(NotARecording::Magic);
        }
        match u16::from_be_bytes(at(bytes, 8)?) {
            VERSION => {}
            newer => return Err(NotARecording::Version(newer)),
        }
        let header =
            Header { recording: u64::from_be_bytes(at(bytes, 12)?), started_ms: i64::from_be_bytes(at(bytes, 20)?) };
        // Whatever a bit has done to it, it is not what we would have written.
        if bytes.get(..LENGTH) == Some(&header.bytes()[..]) { Ok(header) } else { Err(NotARecording::Damaged) }
    }
}

fn at<const N: usize>(bytes: &[u8], from: usize) -> Result<[u8; N], NotARecording> {
    bytes.get(from..).and_then(|rest| rest.first_chunk()).copied().ok_or(NotARecording::Damaged)
}

const MAGIC: [u8; 8] = *b"RAMALREC";
const VERSION: u16 = 1;
/// Magic, version, length, recording, start, two tracks with their count, checksum.
pub(super) const LENGTH: usize = 8 + 2 + 2 + 8 + 8 + 1 + 2 + 4;
