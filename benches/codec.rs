//! G.711, a frame of 20 ms each way, beside copying as many samples.

use std::hint::black_box;

use media::FRAME;
use media::codec::Codec;

use crate::report::{Goal, Row};
use crate::{Effort, cpu};

pub fn rows(effort: Effort) -> Vec<Row> {
    let samples: [i16; FRAME] = std::array::from_fn(|at| (at as i16).wrapping_mul(397));
    let (mut octets, mut frame) = ([0; FRAME], [0; FRAME]);
    let mut rows = Vec::new();
    for codec in [Codec::Pcma, Codec::Pcmu] {
        let mut encode = || cpu::of_turn(effort.turns, || codec.encode(black_box(&samples), black_box(&mut octets)));
        let [encoded] = cpu::rounds(effort.rounds, [&mut encode]);
        let mut decode = || cpu::of_turn(effort.turns, || codec.decode(black_box(&octets), black_box(&mut frame)));
        let [decoded] = cpu::rounds(effort.rounds, [&mut decode]);
        for (way, ours) in [("encode", encoded), ("decode", decoded)] {
            let what = format!("{codec:?} {way}, 20 ms");
            rows.push(Row { what, unit: "ns", ours, beside: None, goal: Goal::Figure(40.0) });
        }
    }
    rows
}
