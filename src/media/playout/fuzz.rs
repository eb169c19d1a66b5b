//! Any packets at any time: what the fuzz target and its saved inputs run.

use super::{Kind, Playout};
use crate::codec::{Codec, Decoder};
use crate::rtp::Packet;
use crate::time::Moment;

/// Whatever comes: no panic, every frame is filled, and sound waits no longer than the source's clock may part from ours.
///
/// The first byte chooses the codec. Each seven that follow are a packet: how many ms after the one before, steps of
/// sequence and timestamp (two each, signed), SSRC, payload length.
pub fn fuzz(bytes: &[u8]) {
    let Some((first, rest)) = bytes.split_first() else { return };
    let codec = [Codec::Pcma, Codec::G722, Codec::Opus][usize::from(*first) % 3];
    let Ok(mut decoder) = Decoder::new(codec) else { return };
    let mut playout = Playout::new(codec);
    let (mut now, mut tick, mut sequence, mut timestamp) = (0u64, 0u64, 0u16, 0u32);
    for step in rest.as_chunks::<7>().0 {
        let [wait, sequence_high, sequence_low, timestamp_high, timestamp_low, ssrc, length] = *step;
        now += u64::from(wait);
        while tick <= now {
            pull(&mut playout, &mut decoder, codec, tick);
            tick += 20;
        }
        sequence = sequence.wrapping_add(u16::from_be_bytes([sequence_high, sequence_low]));
        let units = i16::from_be_bytes([timestamp_high, timestamp_low]);
        timestamp = timestamp.wrapping_add_signed(i32::from(units) * 4);
        let payload = bytes.get(..usize::from(length) * 5).unwrap_or(bytes);
        let packet = Packet { marker: false, payload_type: 0, sequence, timestamp, ssrc: ssrc.into(), payload };
        playout.insert(at(now), &packet);
    }
}

fn pull(playout: &mut Playout, decoder: &mut Decoder, codec: Codec, tick: u64) {
    let mut frame = [0; 960];
    let out = frame.split_at_mut(codec.rate().frame()).0;
    let pulled = playout.pull(at(tick), decoder, out);
    assert_eq!(pulled.timestamp.is_some(), matches!(pulled.kind, Kind::Voice | Kind::Stretched));
    assert!(playout.delay().as_secs() < 10, "{:?}", playout.delay());
}

fn at(ms: u64) -> Moment {
    Moment((1_000 + ms) * 1_000_000)
}
