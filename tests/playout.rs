//! How good speech sounds when packets are lost: PCMU through the playout buffer, judged by PESQ.
//!
//! Four voices: two that espeak-ng speaks, and Asterisk's own recorded prompts in two pieces. PCMU alone, with nothing
//! lost, already costs: the scores without loss are printed beside those with it.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a test reports by panicking")]

#[path = "support/mod.rs"]
mod support;

use std::path::{Path, PathBuf};
use std::thread;

use media::codec::{Codec, Decoder, Encoder, OpusWishes};
use media::playout::Playout;
use media::rtp::Packet;
use media::time::Moment;
use support::{Folder, sound};

/// Packets are lost by chance, independently; each seed loses others.
const SEEDS: std::ops::RangeInclusive<u64> = 1..=6;

#[test]
fn lost_packets_are_hardly_heard() {
    let folder = Folder::new("playout");
    let voices = sound::voices(folder.path());
    let perfect = mean(&voices, |voice| score(voice, 0, 1, Playout::new(Codec::Pcmu)));
    println!("nothing lost: PESQ {perfect:.2}");
    for (percent, least) in [(3, 3.6), (5, 3.2)] {
        let concealed = over_seeds(&voices, percent, |playout| playout);
        let silenced = over_seeds(&voices, percent, Playout::without_concealment);
        println!("{percent} % lost: PESQ {concealed:.2} with concealment, {silenced:.2} without");
        assert!(concealed >= least, "{percent} %: {concealed}");
        assert!(concealed >= silenced + 0.3, "{percent} %: {concealed} and {silenced}");
    }
}

fn over_seeds(voices: &[PathBuf], percent: u64, change: fn(Playout) -> Playout) -> f64 {
    mean(voices, |voice| {
        let scores = SEEDS.map(|seed| score(voice, percent, seed, change(Playout::new(Codec::Pcmu))));
        scores.sum::<f64>() / SEEDS.count() as f64
    })
}

/// Of all voices, at a time.
fn mean(voices: &[PathBuf], score: impl Fn(&Path) -> f64 + Sync) -> f64 {
    let scores = thread::scope(|scope| {
        let score = &score;
        let running: Vec<_> = voices.iter().map(|voice| scope.spawn(move || score(voice))).collect();
        running.into_iter().map(|voice| voice.join().unwrap()).sum::<f64>()
    });
    scores / voices.len() as f64
}

/// PESQ of the voice after `percent` of its packets were lost.
fn score(voice: &Path, percent: u64, seed: u64, playout: Playout) -> f64 {
    let mut reader = hound::WavReader::open(voice).unwrap();
    let (spec, second) = (reader.spec(), vec![0; 8_000]);
    let spoken: Vec<i16> = reader.samples::<i16>().map(Result::unwrap).collect();
    let heard = carry(&[second.clone(), spoken, second].concat(), percent, seed, playout);
    let degraded = voice.with_extension(format!("{percent}.{seed}.{:?}.wav", thread::current().id()));
    let mut writer = hound::WavWriter::create(&degraded, spec).unwrap();
    heard.into_iter().for_each(|sample| writer.write_sample(sample).unwrap());
    writer.finalize().unwrap();
    sound::pesq(voice, &degraded)
}

/// Packets of 20 ms, in step with the ticks.
fn carry(sound: &[i16], percent: u64, seed: u64, mut playout: Playout) -> Vec<i16> {
    let mut encoder = Encoder::new(Codec::Pcmu, OpusWishes::default()).unwrap();
    let mut decoder = Decoder::new(Codec::Pcmu).unwrap();
    let (mut dice, mut heard) = (seed.wrapping_mul(0x9e37_79b9_7f4a_7c15), Vec::new());
    for (n, samples) in (0u32..).zip(sound.chunks_exact(160)) {
        let (now, mut payload, mut frame) = (Moment(u64::from(n) * 20_000_000), [0; 160], [0; 160]);
        let payload = encoder.encode(samples, &mut payload).unwrap();
        if !is_lost(&mut dice, percent) {
            let (sequence, timestamp) = (n as u16, n * 160);
            playout.insert(now, &Packet { marker: false, payload_type: 0, sequence, timestamp, ssrc: 1, payload });
        }
        playout.pull(now, &mut decoder, &mut frame);
        heard.extend(frame);
    }
    heard
}

/// xorshift64*.
fn is_lost(dice: &mut u64, percent: u64) -> bool {
    *dice ^= *dice >> 12;
    *dice ^= *dice << 25;
    *dice ^= *dice >> 27;
    (dice.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16) % 100 < percent
}
