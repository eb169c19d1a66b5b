//! A recording as a WAV file: stereo, 16 bits. Written in one go, so that it can leave through a pipe.

use std::io::{self, Write};

use super::Sound;

/// Writes the whole sound.
pub(super) fn write(sound: Sound, out: &mut impl Write) -> io::Result<()> {
    out.write_all(&header(sound.rate.hertz(), sound.samples))?;
    let mut left = sound.samples;
    for part in sound {
        let part = part?;
        left = left.saturating_sub(part.len() as u64 / 2);
        let bytes: Vec<u8> = part.iter().flat_map(|sample| sample.to_le_bytes()).collect();
        out.write_all(&bytes)?;
    }
    // What the file promised and did not hold is silence.
    let silence = left.saturating_mul(FRAME.into());
    io::copy(&mut io::Read::take(io::repeat(0), silence), out)?;
    out.flush()
}

/// The format's own lengths have 32 bits; what is longer (13 hours at 48 kHz) says the most there can be, as players expect.
fn header(rate: u32, samples: u64) -> Vec<u8> {
    let data = u32::try_from(samples.saturating_mul(FRAME.into())).unwrap_or(u32::MAX - 36);
    let mut bytes = Vec::with_capacity(44);
    bytes.extend(b"RIFF");
    bytes.extend((36 + data).to_le_bytes());
    bytes.extend(b"WAVEfmt ");
    bytes.extend(16_u32.to_le_bytes());
    bytes.extend(1_u16.to_le_bytes());
    bytes.extend(2_u16.to_le_bytes());
    bytes.extend(rate.to_le_bytes());
    bytes.extend((rate * u32::from(FRAME)).to_le_bytes());
    bytes.extend(FRAME.to_le_bytes());
    bytes.extend(16_u16.to_le_bytes());
    bytes.extend(b"data");
    bytes.extend(data.to_le_bytes());
    bytes
}

/// Bytes of one sample of both channels.
const FRAME: u16 = 4;
