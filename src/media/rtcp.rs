//! RTCP on the wire (RFC 3550 §6): SR, RR, SDES and BYE written; reports read from hostile bytes.

use crate::reception::Measured;

/// What a far end's compound packet said that we use.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Report {
    /// Who sent it.
    pub ssrc: u32,
    /// Middle 32 bits of the sender report's NTP time, to be given back as LSR.
    pub sent_at: Option<u32>,
    /// The block about our stream.
    pub about_us: Option<Block>,
    pub bye: bool,
}

/// A report block (RFC 3550 §6.4.1).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Block {
    pub measured: Measured,
    /// Middle 32 bits of our last sender report; 0: none came.
    pub last_report: u32,
    /// Since that report, in 1/65536 s.
    pub delay: u32,
}

impl Block {
    /// In ms, from LSR and DLSR (RFC 3550 §6.4.1); none before both are there, or when they lie.
    pub fn round_trip_ms(&self, now_ntp: u64) -> Option<f32> {
        let now = (now_ntp >> 16) as u32;
        let trip = now.wrapping_sub(self.last_report).wrapping_sub(self.delay);
        (self.last_report != 0 && trip < LONGEST_TRIP).then_some(trip as f32 * 1000.0 / 65536.0)
    }
}

/// What we say of the stream that we send.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sent {
    pub ntp: u64,
    pub timestamp: u32,
    pub packets: u32,
    pub octets: u32,
}

/// Reads a compound packet. `None`: not RTCP, cut short, or without a report or BYE first.
pub fn read(mut bytes: &[u8], our_ssrc: u32) -> Option<Report> {
    let mut report = Report { ssrc: word(bytes, 4)?, ..Report::default() };
    let mut seen = false;
    while !bytes.is_empty() {
        let [flags, kind, high, low] = *bytes.first_chunk()?;
        if flags >> 6 != 2 {
            return None;
        }
        let length = (usize::from(u16::from_be_bytes([high, low])) + 1) * 4;
        let packet = bytes.get(..length)?;
        bytes = bytes.get(length..)?;
        match kind {
            SENDER_REPORT => {
                report.sent_at = Some((word(packet, 8)? << 16) | (word(packet, 12)? >> 16));
                read_blocks(packet, 28, flags & 0x1f, our_ssrc, &mut report);
            }
            RECEIVER_REPORT => read_blocks(packet, 8, flags & 0x1f, our_ssrc, &mut report),
            GOODBYE => report.bye = true,
            // SDES, APP, feedback: nothing in them that we use.
            _ => continue,
        }
        seen = true;
    }
    seen.then_some(report)
}

fn read_blocks(packet: &[u8], from: usize, count: u8, our_ssrc: u32, report: &mut Report) {
    for index in 0..usize::from(count) {
        let Some(block) = packet.get(from + index * BLOCK..).and_then(read_block) else { return };
        if block.measured.ssrc == our_ssrc {
            report.about_us = Some(block);
        }
    }
}

fn read_block(bytes: &[u8]) -> Option<Block> {
    let lost = word(bytes, 4)?;
    let measured = Measured {
        ssrc: word(bytes, 0)?,
        fraction_lost: (lost >> 24) as u8,
        // 24 bits with sign.
        cumulative_lost: ((lost << 8) as i32) >> 8,
        highest: word(bytes, 8)?,
        jitter: word(bytes, 12)?,
    };
    Some(Block { measured, last_report: word(bytes, 16)?, delay: word(bytes, 20)? })
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().copied().map(u32::from_be_bytes)
}

/// Writes SR (or RR, when nothing was sent), SDES with the CNAME and perhaps BYE; gives the written bytes.
pub fn write(ssrc: u32, sent: Option<Sent>, block: Option<Block>, cname: &str, bye: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(128);
    write_report(&mut out, ssrc, sent, block);
    write_description(&mut out, ssrc, cname);
    if bye {
        header(&mut out, 1, GOODBYE, 1);
        put(&mut out, ssrc);
    }
    out
}

fn write_report(out: &mut Vec<u8>, ssrc: u32, sent: Option<Sent>, block: Option<Block>) {
    let count = u8::from(block.is_some());
    let words = 1 + sent.map_or(0, |_| 5) + block.map_or(0, |_| 6);
    header(out, count, if sent.is_some() { SENDER_REPORT } else { RECEIVER_REPORT }, words);
    put(out, ssrc);
    if let Some(sent) = sent {
        put(out, (sent.ntp >> 32) as u32);
        put(out, sent.ntp as u32);
        put(out, sent.timestamp);
        put(out, sent.packets);
        put(out, sent.octets);
    }
    if let Some(block) = block {
        let measured = block.measured;
        put(out, measured.ssrc);
        put(out, (u32::from(measured.fraction_lost) << 24) | (measured.cumulative_lost as u32 & 0x00ff_ffff));
        put(out, measured.highest);
        put(out, measured.jitter);
        put(out, block.last_report);
        put(out, block.delay);
    }
}

/// RFC 3550 §6.5: one chunk, CNAME alone, closed by at least one zero byte up to a whole word.
fn write_description(out: &mut Vec<u8>, ssrc: u32, cname: &str) {
    let cname = cname.as_bytes().get(..255).unwrap_or(cname.as_bytes());
    let words = (4 + 2 + cname.len() + 1).div_ceil(4);
    header(out, 1, DESCRIPTION, words as u16);
    let end = out.len() + words * 4;
    put(out, ssrc);
    out.extend([CNAME, cname.len() as u8]);
    out.extend(cname);
    out.resize(end, 0);
}

fn header(out: &mut Vec<u8>, count: u8, kind: u8, words: u16) {
    out.extend([0x80 | count, kind]);
    out.extend(words.to_be_bytes());
}

fn put(out: &mut Vec<u8>, word: u32) {
    out.extend(word.to_be_bytes());
}

/// Whatever the bytes: no panic.
pub fn fuzz(bytes: &[u8]) {
    if let Some(report) = read(bytes, word(bytes, 8).unwrap_or(0)) {
        let trip = report.about_us.and_then(|block| block.round_trip_ms(1 << 40));
        assert!(trip.is_none_or(|ms| (0.0..=60_000.0).contains(&ms)));
    }
}

const SENDER_REPORT: u8 = 200;
const RECEIVER_REPORT: u8 = 201;
const DESCRIPTION: u8 = 202;
const GOODBYE: u8 = 203;
const CNAME: u8 = 1;
/// Octets of a report block.
const BLOCK: usize = 24;
/// In 1/65536 s: 60 s. More is a wrong LSR.
const LONGEST_TRIP: u32 = 60 << 16;
