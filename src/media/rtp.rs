//! RTP packets on the wire (RFC 3550 §5.1): the crate `rtp` behind a reader that hostile bytes cannot panic.
//!
//! The crate reads header extensions past the end of a short packet and allocates for them and for CSRCs.
//! Audio needs neither, so both are stepped over here and the crate sees the fixed header alone.

use webrtc_util::marshal::{Marshal, Unmarshal};

/// One packet, borrowing its payload.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Packet<'a> {
    pub marker: bool,
    /// 0–127.
    pub payload_type: u8,
    pub sequence: u16,
    pub timestamp: u32,
    pub ssrc: u32,
    pub payload: &'a [u8],
}

/// What is wrong with bytes that came to an RTP port.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Malformed {
    #[error("{0} bytes: shorter than the header that they begin")]
    Short(usize),
    #[error("version {0}, not 2")]
    Version(u8),
    #[error("padding longer than the payload")]
    Padding,
}

/// The fixed header.
pub const HEADER: usize = 12;

/// The longest packet sent: 60 ms of G.711.
pub const LONGEST: usize = HEADER + 480;

impl<'a> Packet<'a> {
    /// Reads one datagram. CSRCs, header extension and padding are stepped over.
    pub fn read(bytes: &'a [u8]) -> Result<Packet<'a>, Malformed> {
        let short = Malformed::Short(bytes.len());
        let (fixed, rest) = bytes.split_first_chunk::<HEADER>().ok_or(short)?;
        let flags = fixed[0];
        if flags >> 6 != 2 {
            return Err(Malformed::Version(flags >> 6));
        }
        let mut fixed = *fixed;
        fixed[0] = 0x80;
        let header = rtp::header::Header::unmarshal(&mut &fixed[..]).map_err(|_| short)?;
        let rest = rest.get(usize::from(flags & 0x0f) * 4..).ok_or(short)?;
        let rest = if flags & 0x10 != 0 { after_extension(rest).ok_or(short)? } else { rest };
        let payload = if flags & 0x20 != 0 { without_padding(rest).ok_or(Malformed::Padding)? } else { rest };
        Ok(Packet {
            marker: header.marker,
            payload_type: header.payload_type,
            sequence: header.sequence_number,
            timestamp: header.timestamp,
            ssrc: header.ssrc,
            payload,
        })
    }

    /// Writes the packet to the front of `out`; gives the written bytes, `None` when `out` is too small.
    pub fn write<'o>(&self, out: &'o mut [u8]) -> Option<&'o [u8]> {
        let header = rtp::header::Header {
            version: 2,
            marker: self.marker,
            payload_type: self.payload_type & 0x7f,
            sequence_number: self.sequence,
            timestamp: self.timestamp,
            ssrc: self.ssrc,
            ..Default::default()
        };
        let whole = out.get_mut(..HEADER + self.payload.len())?;
        let (front, payload) = whole.split_at_mut(HEADER);
        header.marshal_to(front).ok()?;
        payload.copy_from_slice(self.payload);
        Some(whole)
    }
}

/// RFC 3550 §5.3.1: profile, length in words, words.
fn after_extension(bytes: &[u8]) -> Option<&[u8]> {
    let words = u16::from_be_bytes([*bytes.get(2)?, *bytes.get(3)?]);
    bytes.get(4 + usize::from(words) * 4..)
}

/// The last byte counts the padding, itself included.
fn without_padding(bytes: &[u8]) -> Option<&[u8]> {
    let padding = usize::from(*bytes.last()?);
    if padding == 0 {
        return None;
    }
    bytes.get(..bytes.len().checked_sub(padding)?)
}

/// Whether `a` comes before `b` in wrapping sequence numbers, and by how much; negative: after.
pub fn sequence_distance(a: u16, b: u16) -> i32 {
    i32::from(b.wrapping_sub(a) as i16)
}

/// Whatever the bytes: no panic, and what is read can be written and read again.
pub fn fuzz(bytes: &[u8]) {
    let Ok(packet) = Packet::read(bytes) else { return };
    let mut out = vec![0; HEADER + packet.payload.len()];
    let written = packet.write(&mut out).expect("the buffer was made to measure");
    assert_eq!(Packet::read(written), Ok(packet));
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: [u8; 14] = [0x80, 0x88, 0, 7, 0, 0, 0, 160, 0xde, 0xad, 0xbe, 0xef, 0xd5, 0xd5];

    #[test]
    fn a_packet_survives_the_wire() {
        let packet = Packet::read(&PLAIN).unwrap();
        assert_eq!((packet.marker, packet.payload_type, packet.sequence), (true, 8, 7));
        assert_eq!((packet.timestamp, packet.ssrc, packet.payload), (160, 0xdead_beef, &[0xd5, 0xd5][..]));
        assert_eq!(packet.write(&mut [0; 14]), Some(&PLAIN[..]));
        assert_eq!(packet.write(&mut [0; 13]), None);
    }

    #[test]
    fn csrcs_extension_and_padding_are_stepped_over() {
        let mut bytes = PLAIN[..12].to_vec();
        bytes[0] = 0xb1;
        bytes.extend([1, 2, 3, 4]);
        bytes.extend([0xbe, 0xde, 0, 1, 0x10, 9, 0, 0]);
        bytes.extend([0x55, 0, 2]);
        assert_eq!(Packet::read(&bytes).unwrap().payload, [0x55]);
    }

    #[test]
    fn an_extension_element_longer_than_the_packet_is_no_panic() {
        let mut bytes = PLAIN[..12].to_vec();
        bytes[0] = 0x90;
        bytes.extend([0xbe, 0xde, 0, 1, 0x1f, 0, 0, 0]);
        assert_eq!(Packet::read(&bytes).unwrap().payload, []);
    }

    #[test]
    fn broken_packets_are_named() {
        assert_eq!(Packet::read(&PLAIN[..11]), Err(Malformed::Short(11)));
        assert_eq!(Packet::read(&[0; 12]), Err(Malformed::Version(0)));
        let mut padded = PLAIN;
        padded[0] = 0xa0;
        assert_eq!(Packet::read(&padded), Err(Malformed::Padding));
        let mut sources = PLAIN;
        sources[0] = 0x8f;
        assert_eq!(Packet::read(&sources), Err(Malformed::Short(14)));
    }
}
