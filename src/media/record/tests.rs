//! Recordings as they are written and read: placed by time, repaired, and never believed.

use std::time::Duration;

use super::*;
use crate::codec::{Codec, Encoder};
use crate::order::LegKey;
use crate::rtp::Packet;
use crate::time::Moment;
use crate::tone::amplitude;
use crate::{Frame, Rate};

const CUSTOMER: (Track, LegKey) = (Track::Customer, LegKey(1));
const AGENT: (Track, LegKey) = (Track::Agent, LegKey(2));
const OTHER: (Track, LegKey) = (Track::Agent, LegKey(3));

fn ms(ms: u64) -> Moment {
    Moment(5_000_000_000) + Duration::from_millis(ms)
}

fn packet(n: u32, payload: &[u8]) -> Packet<'_> {
    Packet { marker: false, payload_type: 8, sequence: n as u16, timestamp: n * 160, ssrc: 7, payload }
}

/// What a recorder gives over a story of ticks of 20 ms.
fn story(ticks: u32, mut tick: impl FnMut(&mut Recorder, Moment, u32)) -> Vec<Chunk> {
    let mut recorder = Recorder::new(ms(0));
    let mut chunks = Vec::new();
    for n in 0..ticks {
        let now = ms(u64::from(n) * 20);
        tick(&mut recorder, now, n);
        chunks.extend(std::iter::from_fn(|| recorder.poll_chunk(now)));
    }
    recorder.finish(ms(u64::from(ticks) * 20));
    chunks.extend(std::iter::from_fn(|| recorder.poll_chunk(ms(0))));
    chunks
}

fn file(chunks: &[Chunk]) -> Vec<u8> {
    let mut bytes = Header { recording: 42, started_ms: 1_780_000_000_000 }.bytes().to_vec();
    for chunk in chunks {
        bytes.extend(chunk.head());
        bytes.extend(&chunk.payload);
    }
    bytes
}

fn seconds(bytes: &[u8]) -> (Vec<Second>, Skipped) {
    let mut seconds = Seconds::new(Reader::open(bytes).unwrap().1);
    let all = seconds.by_ref().map(Result::unwrap).collect();
    (all, seconds.skipped())
}

fn tone(hertz: f64, from: u32) -> [i16; 160] {
    std::array::from_fn(|n| {
        let at = f64::from(from) + n as f64;
        ((std::f64::consts::TAU * hertz * at / 8_000.0).sin() * 8_000.0) as i16
    })
}

fn a_law(samples: &[i16]) -> [u8; 160] {
    let mut bytes = [0; 160];
    Coding::ALaw.encode(samples, &mut bytes);
    bytes
}

#[test]
fn sp_08_customer_and_agent_are_apart_and_g711_is_kept_byte_for_byte() {
    let chunks = story(120, |recorder, now, n| {
        recorder.packet(now, CUSTOMER, Codec::Pcma, &packet(n, &[n as u8; 160]));
        recorder.frame(now, AGENT, n, &Frame::new(Rate::Narrow, &tone(440.0, n * 160)));
    });
    let (all, skipped) = seconds(&file(&chunks));
    assert_eq!((all.len(), skipped), (3, Skipped::default()));
    for (number, second) in all.iter().enumerate() {
        let chunk = second.chunk(Track::Customer).unwrap();
        let first = number as u8 * 50;
        let expected: Vec<u8> = (first..(first + 50).min(120)).flat_map(|n| [n; 160]).collect();
        assert_eq!((chunk.coding, &chunk.payload), (Coding::ALaw, &expected));
    }
    assert!(amplitude(&all[1].samples(Track::Agent).1, 440.0) > 7_500.0);
}

#[test]
fn sp_08_lost_packets_are_silence_and_late_ones_lie_where_they_were_said() {
    let chunks = story(110, |recorder, now, n| match n {
        10..15 => {}
        48 => {}
        // 160 ms late, and into the second before.
        56 => {
            recorder.packet(now, CUSTOMER, Codec::Pcma, &packet(48, &[48; 160]));
            recorder.packet(now, CUSTOMER, Codec::Pcma, &packet(56, &[56; 160]));
        }
        _ => recorder.packet(now, CUSTOMER, Codec::Pcma, &packet(n, &[n as u8; 160])),
    });
    let payload = &chunks[0].payload;
    assert_eq!((chunks[0].track, payload.len()), (Track::Customer, 8_000));
    assert!(payload[1_600..2_400].iter().all(|byte| *byte == Coding::ALaw.silence()));
    assert!(payload[48 * 160..49 * 160].iter().all(|byte| *byte == 48));
    assert!(payload[15 * 160..16 * 160].iter().all(|byte| *byte == 15));
}

#[test]
fn sp_08_a_pause_leaves_silence_to_the_byte_on_both_tracks_even_for_what_comes_late() {
    // From 610 ms to 1,430 ms; what is said has no byte of silence in it.
    let mut late = Vec::new();
    let chunks = story(150, |recorder, now, n| {
        match n {
            31 => recorder.pause(ms(610), true),
            72 => recorder.pause(ms(1_430), false),
            _ => {}
        }
        // Said in the pause, heard after it.
        if n == 71 {
            late.push(n);
        } else {
            recorder.packet(now, CUSTOMER, Codec::Pcma, &packet(n, &[1; 160]));
        }
        if n == 73 {
            recorder.packet(now, CUSTOMER, Codec::Pcma, &packet(late[0], &[1; 160]));
        }
        recorder.frame(now, AGENT, n, &Frame::new(Rate::Narrow, &[1_000; 160]));
    });
    let track = |track: Track| -> Vec<u8> {
        chunks.iter().filter(|chunk| chunk.track == track).flat_map(|chunk| chunk.payload.clone()).collect()
    };
    let (customer, agent) = (track(Track::Customer), track(Track::Agent));
    assert_eq!((customer.len(), agent.len()), (24_000, 48_000));
    for (n, byte) in customer.iter().enumerate() {
        assert_eq!(*byte == Coding::ALaw.silence(), (4_880..11_440).contains(&n), "customer, sample {n}");
    }
    // The agent's frame of 1,420 ms came in the pause: it is left out whole.
    for (n, pair) in agent.chunks_exact(2).enumerate() {
        assert_eq!(pair == [0, 0], (4_880..11_520).contains(&n), "agent, sample {n}");
    }
}

#[test]
fn sp_08_several_legs_are_one_track_by_their_sum_and_each_is_heard() {
    let chunks = story(50, |recorder, now, n| {
        recorder.packet(now, AGENT, Codec::Pcma, &packet(n, &a_law(&tone(440.0, n * 160))));
        recorder.frame(now, OTHER, n, &Frame::new(Rate::Narrow, &tone(1_000.0, n * 160)));
    });
    let (all, _) = seconds(&file(&chunks));
    let sum = all[0].samples(Track::Agent).1;
    assert!(amplitude(&sum, 440.0) > 7_500.0 && amplitude(&sum, 1_000.0) > 7_500.0);
    assert!(all[0].samples(Track::Customer).1.iter().all(|sample| *sample == 0));
}

#[test]
fn sp_08_tracks_whose_clocks_part_by_200_ppm_stay_within_20_ms_for_an_hour() {
    // Both say the same click of 5 ms every ten seconds; the customer's clock is slow, the agent's is the shard's own.
    let said = |from_ms: f64, loud: u8, quiet: u8| -> [u8; 160] {
        let clicks = |n: usize| (from_ms + n as f64 / 8.0) % 10_000.0 < 5.0;
        std::array::from_fn(|n| if clicks(n) { loud } else { quiet })
    };
    let mut sent = 0;
    let chunks = story(180_000, |recorder, now, n| {
        // What the slow sender has sent by now: each packet 4 µs later than the one before.
        while f64::from(sent) * 20.004 <= f64::from(n) * 20.0 {
            let sound = said(f64::from(sent) * 20.004, 1, Coding::ALaw.silence());
            recorder.packet(now, CUSTOMER, Codec::Pcma, &packet(sent, &sound));
            sent += 1;
        }
        let sound = said(f64::from(n) * 20.0, 100, 0).map(|sample| i16::from(sample) * 100);
        recorder.frame(now, AGENT, n, &Frame::new(Rate::Narrow, &sound));
    });
    let clicks = |track: Track| -> Vec<usize> {
        let track = chunks.iter().filter(|chunk| chunk.track == track);
        let loud = track.flat_map(|chunk| {
            let at = chunk.number as usize * 8_000;
            chunk
                .samples()
                .into_iter()
                .enumerate()
                .filter(|(_, s)| s.unsigned_abs() > 500)
                .map(move |(n, _)| at + n)
                .collect::<Vec<_>>()
        });
        let mut first: Vec<usize> = loud.collect();
        first.dedup_by(|later, earlier| *later - *earlier < 4_000);
        first
    };
    let (customer, agent) = (clicks(Track::Customer), clicks(Track::Agent));
    assert_eq!((customer.len(), agent.len()), (360, 360));
    let apart = customer.iter().zip(&agent).map(|(a, b)| a.abs_diff(*b)).max().unwrap();
    assert!(apart <= 160, "{} ms apart", apart / 8);
}

#[test]
fn sp_08_a_file_cut_anywhere_is_readable_up_to_its_last_whole_chunk() {
    let chunks = story(150, |recorder, now, n| {
        recorder.packet(now, CUSTOMER, Codec::Pcmu, &packet(n, &[n as u8; 160]));
    });
    let whole = file(&chunks);
    let mut ends = vec![header::LENGTH];
    for chunk in &chunks {
        ends.push(ends.last().unwrap() + 24 + chunk.payload.len());
    }
    for cut in (header::LENGTH..=whole.len()).step_by(61) {
        let (_, mut reader) = Reader::open(&whole[..cut]).unwrap();
        let mut read = 0;
        let mut good = header::LENGTH as u64;
        while let Some(block) = reader.next_block().unwrap() {
            if let Block::Chunk(chunk) = block {
                assert_eq!(chunk, chunks[read]);
                read += 1;
                good = reader.position();
            }
        }
        let expected = ends.iter().filter(|end| **end <= cut).count() - 1;
        assert_eq!((read, good), (expected, ends[expected] as u64), "cut at {cut}");
    }
}

#[test]
fn sp_08_a_corrupt_chunk_is_skipped_and_said_and_the_next_is_found() {
    let chunks = story(250, |recorder, now, n| {
        recorder.packet(now, CUSTOMER, Codec::Pcma, &packet(n, &[n as u8; 160]));
        recorder.frame(now, AGENT, n, &Frame::new(Rate::Narrow, &[7; 160]));
    });
    let whole = file(&chunks);
    let third = header::LENGTH + chunks[..2].iter().map(|chunk| 24 + chunk.payload.len()).sum::<usize>();
    for (at, what) in [(third + 500, "payload"), (third + 6, "length"), (third + 1, "tag"), (third + 9, "coding")] {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x10;
        let (all, skipped) = seconds(&bytes);
        assert_eq!((all.len(), skipped.damages, skipped.missing), (5, 1, 1), "{what}");
        assert_eq!(skipped.damaged_bytes, 24 + chunks[2].payload.len() as u64, "{what}");
        assert!(all[1].chunk(Track::Customer).is_none() && all[1].chunk(Track::Agent).is_some(), "{what}");
    }
}

#[test]
fn a_chunk_in_the_wrong_order_or_twice_is_counted_and_a_missing_second_is_silence() {
    let chunks = story(250, |recorder, now, n| {
        recorder.packet(now, CUSTOMER, Codec::Pcma, &packet(n, &[n as u8; 160]));
    });
    let order = [0, 1, 2, 2, 3, 8, 9, 4, 0];
    let (all, skipped) = seconds(&file(&order.map(|at| chunks[at].clone())));
    assert_eq!(all.iter().map(|second| second.number).collect::<Vec<_>>(), [0, 1, 4]);
    assert_eq!((skipped.misplaced, skipped.missing), (3, 4));
}

#[test]
fn the_end_says_how_long_it_was_and_what_was_lost() {
    let end = End { milliseconds: 61_500, chunks: 122, lost: 2 };
    let mut bytes = file(&[]);
    bytes.extend(end.bytes());
    let (_, mut reader) = Reader::open(&bytes[..]).unwrap();
    assert_eq!(reader.next_block().unwrap(), Some(Block::End(end)));
    assert_eq!(reader.next_block().unwrap(), None);
}

#[test]
fn what_is_no_recording_is_refused_in_words() {
    let good = file(&[]);
    assert_eq!(Reader::open(&good[..]).unwrap().0, Header { recording: 42, started_ms: 1_780_000_000_000 });
    let refused = |bytes: &[u8]| Reader::open(bytes).map(|_| ()).unwrap_err();
    assert_eq!(refused(b"RIFF1234WAVEfmt .............................."), NotARecording::Magic);
    assert_eq!(refused(&good[..20]), NotARecording::Damaged);
    let mut newer = good.clone();
    newer[9] = 2;
    assert_eq!(refused(&newer), NotARecording::Version(2));
    for at in 10..good.len() {
        let mut bent = good.clone();
        bent[at] ^= 1;
        assert_eq!(refused(&bent), NotARecording::Damaged, "byte {at}");
    }
}

#[test]
fn a_codec_that_changes_within_a_second_keeps_both_halves_audible() {
    let chunks = story(50, |recorder, now, n| {
        let sound = tone(500.0, n * 160);
        if n < 25 {
            recorder.packet(now, CUSTOMER, Codec::Pcma, &packet(n, &a_law(&sound)));
        } else {
            let mut bytes = [0; 160];
            Coding::MuLaw.encode(&sound, &mut bytes);
            recorder.packet(now, CUSTOMER, Codec::Pcmu, &packet(n, &bytes));
        }
    });
    assert_eq!(chunks[0].coding, Coding::ALaw);
    assert!(amplitude(&chunks[0].samples(), 500.0) > 7_500.0);
}

#[test]
fn hostile_bytes_are_stepped_over() {
    let mut dice = 0x9e37_79b9_7f4a_7c15_u64;
    let chunk = Chunk { track: Track::Agent, number: 3, coding: Coding::ALaw, key: 0, payload: vec![1; 40] };
    let good = file(&[chunk.clone(), chunk]);
    for _ in 0..20_000 {
        let mut bytes = good.clone();
        for _ in 0..4 {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let at = header::LENGTH + (dice >> 33) as usize % (bytes.len() - header::LENGTH);
            bytes[at] = (dice >> 24) as u8;
        }
        fuzz(&bytes);
    }
}

#[test]
fn sp_04_sp_08_wide_codecs_are_kept_as_samples_of_16_khz_and_fine_frames_too() {
    for codec in [Codec::G722, Codec::Opus] {
        let mut encoder = Encoder::new(codec, Default::default()).unwrap();
        let size = codec.rate().frame();
        let chunks = story(100, |recorder, now, n| {
            let at = |k: usize| f64::from(n) * 0.02 + k as f64 / f64::from(codec.rate().hertz());
            let sine = |hertz: f64, k: usize| ((std::f64::consts::TAU * hertz * at(k)).sin() * 8_000.0) as i16;
            let mut payload = [0; 1_000];
            let said: Vec<i16> = (0..size).map(|k| sine(5_000.0, k)).collect();
            let payload = encoder.encode(&said, &mut payload).unwrap();
            let packet = Packet { timestamp: n * codec.clock().ticks(20), ..packet(n, payload) };
            recorder.packet(now, CUSTOMER, codec, &packet);
            recorder.frame(now, AGENT, n, &Frame::from_fn(codec.rate(), |k| sine(3_000.0, k)));
        });
        let (all, _) = seconds(&file(&chunks));
        for (track, hertz) in [(Track::Customer, 5_000.0), (Track::Agent, 3_000.0)] {
            let (rate, samples) = all[1].samples(track);
            assert_eq!(rate, Rate::Wide, "{codec:?}");
            // Measured as if it were 8 kHz: half as high.
            let loud = amplitude(&samples, hertz / 2.0);
            assert!(loud > 6_000.0, "{codec:?} {track:?}: {loud}");
        }
    }
}
