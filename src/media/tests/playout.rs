//! The playout buffer over bad networks, in virtual time.
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod support;

use media::codec::{Codec, Decoder, g711::Law};
use media::playout::{Kind, Playout};
use media::rtp::Packet;
use media::time::Moment;
use support::traces::{self, Trace};


fn at(micros: i64) -> Moment {
    Moment((10_000_000 + micros) as u64 * 1_000)
}

/// Something like speech: a gliding voice of syllables and pauses over a little noise.
fn voice(samples: usize) -> Vec<i16> {
    let mut dice = support::Dice(77);
    let mut phase = 0.0f64;
    (0..samples)
        .map(|n| {
            let seconds = n as f64 / 8_000.0;
            let pitch = 120.0 + 25.0 * (seconds * 1.7).sin() + 8.0 * (seconds * 9.0).sin();
            phase += pitch / 8_000.0;
            let loud = ((seconds * 4.0 * std::f64::consts::TAU).sin() + 0.6).max(0.0)
                * f64::from(u8::from(seconds % 3.0 < 2.0));
            let sum: f64 = (1..12).map(|h| (phase * f64::from(h) * std::f64::consts::TAU).sin() / f64::from(h)).sum();
            (sum * loud * 4_000.0 + dice.below(40) as f64 - 20.0) as i16
        })
        .collect()
}

#[derive(Default, Debug)]
struct Outcome {
    frames: u32,
    concealed: u32,
    stretched: u32,
    /// µs, over frames of the sender's sound.
    delay: f64,
}

fn run(trace: &Trace, phase: i64, swept: bool) -> Outcome {
    let sound = voice(trace.packets.len() * 160);
    let mut playout = Playout::new(Codec::Pcmu);
    let mut decoder = Decoder::new(Codec::Pcmu).unwrap();
    let mut arrivals = trace.arrivals().into_iter().peekable();
    let end = trace.packets.last().unwrap().sent;
    let fastest = trace.fastest();
    let mut out = Outcome::default();
    let mut sum = 0.0;
    let mut tick = phase;
    while tick < end {
        while let Some((time, n)) = arrivals.next_if(|(time, _)| *time <= tick) {
            let mut payload = [0; 160];
            Law::Mu.encode(&sound[n * 160..][..160], &mut payload);
            let packet = Packet {
                marker: false,
                payload_type: 0,
                sequence: n as u16,
                timestamp: n as u32 * 160,
                ssrc: 1,
                payload: &payload,
            };
            playout.insert(at(if swept { tick } else { time }), &packet);
        }
        let mut frame = [0; 160];
        let pulled = playout.pull(at(tick), &mut decoder, &mut frame);
        if std::env::var("SHOW").is_ok_and(|name| name == trace.name) {
            println!("{tick} {pulled:?} {:?}", playout.counts());
        }
        let started = out.frames > 0 || pulled.timestamp.is_some();
        out.frames += u32::from(started);
        match (pulled.timestamp, pulled.kind) {
            (Some(timestamp), kind) => {
                let sent = f64::from(timestamp) / 160.0 * trace.every;
                sum += tick as f64 - sent - fastest as f64;
                out.stretched += u32::from(kind == Kind::Stretched);
            }
            (None, _) => out.concealed += u32::from(started),
        }
        tick += 20_000;
    }
    out.delay = sum / f64::from(out.frames - out.concealed);
    out
}

#[test]
fn over_five_networks_the_delay_is_near_the_optimum() {
    for swept in [false, true] {
        for n in 0..6 {
            let (mut concealed, mut stretched, mut delay, mut optimum, mut fixed, mut fixed_missed, mut runs) =
                (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0);
            let mut name = "";
            for seed in 1..=4u64 {
                let trace = &traces::all(seed * 7_919)[n];
                name = trace.name;
                for phase in [1_000, 6_000, 11_000, 16_000] {
                    let outcome = run(trace, phase, swept);
                    concealed += f64::from(outcome.concealed) / f64::from(outcome.frames);
                    stretched += f64::from(outcome.stretched) / f64::from(outcome.frames);
                    delay += outcome.delay / 1_000.0;
                    optimum += trace.optimum(phase) / 1_000.0;
                    let (f, m) = trace.fixed(60_000, phase);
                    fixed += f / 1_000.0;
                    fixed_missed += m;
                    runs += 1.0;
                }
            }
            println!(
                "{name:14} swept {swept}: concealed {:.2} %, stretched {:.2} %, delay {:.1} ms, optimum {:.1} ms, ratio {:.2}; fixed 60 ms: {:.1} ms, {:.2} %",
                concealed / runs * 100.0,
                stretched / runs * 100.0,
                delay / runs,
                optimum / runs,
                delay / optimum,
                fixed / runs,
                fixed_missed / runs * 100.0
            );
        }
    }
}
