//! Every codec, a frame of 20 ms each way.

use std::hint::black_box;

use media::codec::{Codec, Decoder, Encoder, LONGEST, OpusWishes};
use media::tone::Voices;

use crate::report::{Goal, Row};
use crate::{Effort, cpu};

pub fn rows(effort: Effort) -> Vec<Row> {
    let mut rows = Vec::new();
    // In ns; beyond G.711 about what the codecs cost when they were chosen.
    for (codec, encode, decode) in [
        (Codec::Pcma, 40.0, 40.0),
        (Codec::Pcmu, 40.0, 40.0),
        (Codec::G722, 20_000.0, 14_000.0),
        (Codec::Opus, 300_000.0, 45_000.0),
    ] {
        let turns = if encode > 1_000.0 { effort.turns / 1_000 + 1 } else { effort.turns };
        let (mut encoder, mut decoder) = (made(Encoder::new(codec, OpusWishes::default())), made(Decoder::new(codec)));
        let mut voices = Voices::new((440.0, 6_000.0), (1_330.0, 4_000.0));
        let samples: Vec<i16> = (0..codec.rate().frame()).map(|_| voices.sample()).collect();
        let (mut payload, mut heard) = ([0; 480], [0; LONGEST]);
        let octets = encoder.encode(&samples, &mut payload).map_or(0, <[u8]>::len);
        let packet = payload;
        let mut run = || {
            cpu::of_turn(turns, || {
                black_box(encoder.encode(black_box(&samples), black_box(&mut payload)));
            })
        };
        let [encoded] = cpu::rounds(effort.rounds, [&mut run]);
        let mut run = || {
            cpu::of_turn(turns, || {
                black_box(decoder.decode(black_box(&packet[..octets]), black_box(&mut heard)));
            })
        };
        let [decoded] = cpu::rounds(effort.rounds, [&mut run]);
        for (way, ours, goal) in [("encode", encoded, encode), ("decode", decoded, decode)] {
            let what = format!("{codec:?} {way}, 20 ms");
            rows.push(Row { what, unit: "ns", ours, beside: None, goal: Goal::Figure(goal) });
        }
    }
    rows
}

fn made<T, E: std::fmt::Debug>(codec: Result<T, E>) -> T {
    codec.expect("memory for a codec")
}
