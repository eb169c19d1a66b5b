//! Ogg/Opus (RFC 7845), as recordings are kept after the call: two channels, the agent left, the customer right, each a stream
//! of its own. Coded together as stereo, a part of the one voice would come out on the other's side.

use std::fs::File;
use std::io::{self, BufReader, Write};
use std::path::Path;

use media::Rate;
use ogg::{PacketReader, PacketWriteEndInfo, PacketWriter};
use opus::{Application, Bitrate, MSDecoder, MSEncoder};

/// Writes a sound as a whole stream. `serial`: tells streams of one file apart; there is one.
pub(super) fn write(sound: super::Sound, serial: u32, out: impl Write) -> io::Result<()> {
    let mut out = PacketWriter::new(out);
    let (rate, total) = (sound.rate, sound.samples);
    let mut encoder = encoder(rate)?;
    let unit = u64::from(FULL / rate.hertz());
    let skip = u64::from(encoder.get_lookahead().map_err(problem)?.unsigned_abs()) * unit;
    let head = Head { rate, skip, streams: 2, coupled: 0 };
    out.write_packet(head.write(), serial, PacketWriteEndInfo::EndPage, 0)?;
    out.write_packet(tags(), serial, PacketWriteEndInfo::EndPage, 0)?;

    let frame = rate.hertz() as usize / 50 * 2;
    let end = skip + total * unit;
    // What the encoder holds back is pushed out with silence.
    let frames = end.div_ceil(FULL_FRAME).max(1);
    let mut waiting: Vec<i16> = Vec::with_capacity(4 * frame);
    let mut sound = sound.fuse();
    for number in 1..=frames {
        while waiting.len() < frame {
            match sound.next() {
                Some(part) => waiting.extend(part?),
                None => waiting.resize(frame, 0),
            }
        }
        let packet = encoder.encode_vec(waiting.get(..frame).unwrap_or(&[]), MOST_PACKET).map_err(problem)?;
        waiting.drain(..frame);
        let (granule, how) = match number {
            last if last == frames => (end, PacketWriteEndInfo::EndStream),
            second if second % 50 == 0 => (number * FULL_FRAME, PacketWriteEndInfo::EndPage),
            _ => (number * FULL_FRAME, PacketWriteEndInfo::NormalPacket),
        };
        out.write_packet(packet, serial, how, granule)?;
    }
    out.into_inner().flush()
}

/// A stream as it was written by us, being decoded.
pub(super) struct Sound {
    packets: PacketReader<BufReader<File>>,
    decoder: MSDecoder,
    rate: Rate,
    /// Samples of each channel still to be left out at the beginning.
    skip: usize,
}

impl Sound {
    /// Rate, samples of each channel, and the sound.
    pub fn open(path: &Path) -> io::Result<(Rate, u64, Sound)> {
        let (Head { rate, skip, .. }, mut packets) = begin(path)?;
        let mut end = 0;
        while let Some(packet) = packets.read_packet().map_err(io::Error::other)? {
            end = end.max(packet.absgp_page());
        }
        let unit = u64::from(FULL / rate.hertz());
        let (head, packets) = begin(path)?;
        let decoder = MSDecoder::new(rate.hertz(), head.streams, head.coupled, &SIDES).map_err(problem)?;
        let sound = Sound { packets, decoder, rate, skip: usize::try_from(skip / unit).unwrap_or(0) };
        Ok((rate, end.saturating_sub(skip) / unit, sound))
    }

    /// What comes next, interleaved; empty at the end.
    pub fn next_part(&mut self) -> io::Result<Vec<i16>> {
        let mut part = vec![0; LONGEST_FRAME * self.rate.per_ms() as usize * 2];
        while let Some(packet) = self.packets.read_packet().map_err(io::Error::other)? {
            let count = self.decoder.decode(&packet.data, &mut part, false).map_err(problem)?;
            let skipped = self.skip.min(count);
            self.skip -= skipped;
            if count > skipped {
                part.truncate(count * 2);
                part.drain(..skipped * 2);
                return Ok(part);
            }
        }
        Ok(Vec::new())
    }
}

impl std::fmt::Debug for Sound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Opus({:?})", self.rate)
    }
}

/// What the first packet says (RFC 7845 §5.1).
#[derive(Clone, Copy)]
struct Head {
    rate: Rate,
    /// Samples to be left out at the beginning, at 48 kHz; 16 bits of it are written.
    skip: u64,
    streams: u8,
    /// How many of them are stereo: recordings of the first versions are one such stream.
    coupled: u8,
}

impl Head {
    fn read(bytes: &[u8]) -> Option<Head> {
        let [b'O', b'p', b'u', b's', b'H', b'e', b'a', b'd', 1, 2, a, b, rate @ ..] = bytes else { return None };
        let (hertz, rest) = rate.split_first_chunk()?;
        let hertz = u32::from_le_bytes(*hertz);
        let (streams, coupled) = match rest {
            [_, _, 0, ..] => (1, 1),
            [_, _, 1, 2, 0, 0, 1, ..] => (2, 0),
            _ => return None,
        };
        let rate = [Rate::Narrow, Rate::Wide].into_iter().find(|known| known.hertz() == hertz).unwrap_or(Rate::Full);
        Some(Head { rate, skip: u16::from_le_bytes([*a, *b]).into(), streams, coupled })
    }

    /// Mapping family 1: two streams, none of them stereo, the first left and the second right.
    fn write(self) -> Vec<u8> {
        let mut bytes = b"OpusHead\x01\x02".to_vec();
        bytes.extend(u16::try_from(self.skip).unwrap_or(u16::MAX).to_le_bytes());
        bytes.extend(self.rate.hertz().to_le_bytes());
        bytes.extend([0, 0, 1, self.streams, self.coupled]);
        bytes.extend(SIDES);
        bytes
    }
}

/// Reads both headers.
fn begin(path: &Path) -> io::Result<(Head, PacketReader<BufReader<File>>)> {
    let wrong = |why: &str| io::Error::new(io::ErrorKind::InvalidData, format!("{}: {why}", path.display()));
    let mut packets = PacketReader::new(BufReader::new(File::open(path)?));
    let head = packets.read_packet().map_err(io::Error::other)?.ok_or_else(|| wrong("it is empty"))?;
    let head = Head::read(&head.data).ok_or_else(|| wrong("no Ogg/Opus of two channels"))?;
    packets.read_packet().map_err(io::Error::other)?;
    Ok((head, packets))
}

fn encoder(rate: Rate) -> io::Result<MSEncoder> {
    let mut encoder = MSEncoder::new(rate.hertz(), 2, 0, &SIDES, Application::Voip).map_err(problem)?;
    // For both sides together.
    let bits = match rate {
        Rate::Narrow => 32_000,
        Rate::Wide => 48_000,
        Rate::Full => 64_000,
    };
    encoder.set_bitrate(Bitrate::Bits(bits)).map_err(problem)?;
    encoder.set_complexity(COMPLEXITY).map_err(problem)?;
    Ok(encoder)
}

/// RFC 7845 §5.2: who wrote it, and nothing about anybody.
fn tags() -> Vec<u8> {
    let vendor = concat!("ramal ", env!("CARGO_PKG_VERSION"));
    let mut bytes = b"OpusTags".to_vec();
    bytes.extend((vendor.len() as u32).to_le_bytes());
    bytes.extend(vendor.as_bytes());
    bytes.extend(0_u32.to_le_bytes());
    bytes
}

fn problem(why: opus::Error) -> io::Error {
    io::Error::other(why)
}

/// Which stream is which channel: the agent left, the customer right.
const SIDES: [u8; 2] = [0, 1];
/// The clock of granule positions (RFC 7845 §4).
const FULL: u32 = 48_000;
/// 20 ms of it.
const FULL_FRAME: u64 = 960;
/// In ms: the longest packet there is.
const LONGEST_FRAME: usize = 120;
/// More than 20 ms ever need.
const MOST_PACKET: usize = 4_000;
/// Of 10: half the work for voices that nobody hears a difference in.
const COMPLEXITY: i32 = 5;
