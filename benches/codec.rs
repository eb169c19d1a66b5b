//! Every codec, a frame of 20 ms each way.

use std::hint::black_box;

use media::codec::{Codec, Decoder, Encoder, LONGEST, OpusWishes};
use media::tone::Voices;

use crate::report::{Goal, Row};
use crate::{Effort, cpu};

/// Encoding and decoding, in ns: G.711 as little as tables can, the others about what they cost when they were chosen.
const GOALS: [(Codec, [f64; 2]); 4] = [
    (Codec::Pcma, [40.0, 40.0]),
    (Codec::Pcmu, [40.0, 40.0]),
    (Codec::G722, [15_000.0, 10_000.0]),
    (Codec::Opus, [280_000.0, 40_000.0]),
];

pub fn rows(effort: Effort) -> Vec<Row> {
    GOALS.into_iter().flat_map(|(codec, goals)| of_codec(codec, goals, effort)).collect()
}

fn of_codec(codec: Codec, goals: [f64; 2], effort: Effort) -> [Row; 2] {
    let mut encoder = Encoder::new(codec, OpusWishes::default()).expect("memory for an encoder");
    let mut decoder = Decoder::new(codec).expect("memory for a decoder");
    let mut voices = Voices::new((440.0, 6_000.0), (1_330.0, 4_000.0));
    let samples: Vec<i16> = (0..codec.rate().frame()).map(|_| voices.sample()).collect();
    let (mut out, mut heard) = ([0; 480], [0; LONGEST]);
    let payload = encoder.encode(&samples, &mut out).expect("a whole frame").to_vec();
    // As many nanoseconds of each.
    let turns = (effort.turns as f64 * 40.0 / goals[0]) as u32 + 1;
    let mut encode = || {
        cpu::of_turn(turns, || {
            black_box(encoder.encode(black_box(&samples), black_box(&mut out)));
        })
    };
    let mut decode = || {
        cpu::of_turn(turns, || {
            black_box(decoder.decode(black_box(&payload), black_box(&mut heard)));
        })
    };
    let [encoded, decoded] = cpu::rounds(effort.rounds, [&mut encode, &mut decode]);
    let row = |way, ours, goal| {
        let what = format!("{codec:?} {way}, 20 ms");
        Row { what, unit: "ns", ours, beside: None, goal: Goal::Figure(goal) }
    };
    [row("encode", encoded, goals[0]), row("decode", decoded, goals[1])]
}
