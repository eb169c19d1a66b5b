//! The playout buffer: a packet in and a frame out, without its decoder, beside the same with one packet in twenty lost.

use std::hint::black_box;

use media::codec::{Codec, Decoder};
use media::playout::Playout;
use media::rtp::Packet;
use media::time::Moment;

use crate::report::{Goal, Row};
use crate::{Effort, cpu};

pub fn rows(effort: Effort) -> Vec<Row> {
    let mut smooth = || cpu_of(effort, u32::MAX);
    let mut lossy = || cpu_of(effort, 20);
    let [smooth, lossy] = cpu::rounds(effort.rounds, [&mut smooth, &mut lossy]);
    let row = |what: &str, ours, goal| {
        let what = format!("playout, a PCMA packet in and a frame out, {what}");
        Row { what, unit: "ns", ours, beside: None, goal: Goal::Figure(goal) }
    };
    vec![row("none lost", smooth, 1_000.0), row("1 in 20 lost", lossy, 3_000.0)]
}

/// Every `lost`-th packet is.
fn cpu_of(effort: Effort, lost: u32) -> f64 {
    let (mut playout, mut n) = (Playout::new(Codec::Pcma), 0u32);
    let mut decoder = Decoder::new(Codec::Pcma).expect("memory for a decoder");
    let (payload, mut frame) = (std::array::from_fn::<u8, 160, _>(|at| at as u8), [0; 160]);
    cpu::of_turn(effort.turns, || {
        let (now, sequence, timestamp) = (Moment(u64::from(n) * 20_000_000), n as u16, n.wrapping_mul(160));
        let packet = Packet { marker: false, payload_type: 8, sequence, timestamp, ssrc: 1, payload: &payload };
        if n % lost != lost - 1 {
            playout.insert(now, black_box(&packet));
        }
        playout.pull(now, &mut decoder, black_box(&mut frame));
        n += 1;
    })
}
