//! Ogg/Opus (RFC 7845), as recordings are kept after the call: two channels, the agent left, the customer right.

use std::fs::File;
use std::io::{self, BufReader, Write};
use std::path::Path;

use media::Rate;
use ogg::{PacketReader, PacketWriteEndInfo, PacketWriter};
use opus::{Application, Bitrate, Channels, Decoder, Encoder};

/// Writes a sound as a whole stream. `serial`: tells streams of one file apart; there is one.
pub(super) fn write(sound: super::Sound, serial: u32, out: impl Write) -> io::Result<()> {
    let mut out = PacketWriter::new(out);
    let (rate, total) = (sound.rate.hertz(), sound.samples);
    let mut encoder = encoder(rate)?;
    let unit = u64::from(FULL / rate);
    let skip = u64::from(encoder.get_lookahead().map_err(problem)?.unsigned_abs()) * unit;
    out.write_packet(head(rate, skip), serial, PacketWriteEndInfo::EndPage, 0)?;
    out.write_packet(tags(), serial, PacketWriteEndInfo::EndPage, 0)?;

    let frame = rate as usize / 50 * 2;
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
    decoder: Decoder,
    rate: Rate,
    /// Samples of each channel still to be left out at the beginning.
    skip: usize,
}

impl Sound {
    /// Rate, samples of each channel, and the sound.
    pub fn open(path: &Path) -> io::Result<(Rate, u64, Sound)> {
        let (rate, skip, mut packets) = begin(path)?;
        let mut end = 0;
        while let Some(packet) = packets.read_packet().map_err(io::Error::other)? {
            end = end.max(packet.absgp_page());
        }
        let unit = u64::from(FULL / rate.hertz());
        let (_, _, packets) = begin(path)?;
        let decoder = Decoder::new(rate.hertz(), Channels::Stereo).map_err(problem)?;
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

/// Reads both headers; rate and samples to be skipped (at 48 kHz).
fn begin(path: &Path) -> io::Result<(Rate, u64, PacketReader<BufReader<File>>)> {
    let wrong = |why: &str| io::Error::new(io::ErrorKind::InvalidData, format!("{}: {why}", path.display()));
    let mut packets = PacketReader::new(BufReader::new(File::open(path)?));
    let head = packets.read_packet().map_err(io::Error::other)?.ok_or_else(|| wrong("it is empty"))?;
    let (skip, rate) = match head.data.get(..19) {
        Some([b'O', b'p', b'u', b's', b'H', b'e', b'a', b'd', 1, 2, a, b, c, d, e, f, ..]) => {
            (u16::from_le_bytes([*a, *b]), u32::from_le_bytes([*c, *d, *e, *f]))
        }
        _ => return Err(wrong("no Ogg/Opus of two channels")),
    };
    packets.read_packet().map_err(io::Error::other)?;
    let rate = [Rate::Narrow, Rate::Wide].into_iter().find(|known| known.hertz() == rate).unwrap_or(Rate::Full);
    Ok((rate, skip.into(), packets))
}

fn encoder(rate: u32) -> io::Result<Encoder> {
    let mut encoder = Encoder::new(rate, Channels::Stereo, Application::Voip).map_err(problem)?;
    let bits = match rate {
        8_000 => 32_000,
        16_000 => 48_000,
        _ => 64_000,
    };
    encoder.set_bitrate(Bitrate::Bits(bits)).map_err(problem)?;
    encoder.set_complexity(COMPLEXITY).map_err(problem)?;
    Ok(encoder)
}

/// RFC 7845 §5.1.
fn head(rate: u32, skip: u64) -> Vec<u8> {
    let mut bytes = b"OpusHead\x01\x02".to_vec();
    bytes.extend(u16::try_from(skip).unwrap_or(u16::MAX).to_le_bytes());
    bytes.extend(rate.to_le_bytes());
    bytes.extend([0, 0, 0]);
    bytes
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
