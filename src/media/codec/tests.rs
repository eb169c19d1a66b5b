//! Each codec there and back, and what networks do to it.

use super::*;
use crate::tone::Voices;

const ALL: [Codec; 4] = [Codec::Pcma, Codec::Pcmu, Codec::G722, Codec::Opus];
const FEC: OpusWishes = OpusWishes { max_bitrate: None, inband_fec: true };

/// A tone of so many Hz at the codec's rate.
fn tone(codec: Codec, hertz: f64, ms: usize) -> Vec<i16> {
    // The generator counts at 8 kHz.
    let scale = f64::from(codec.rate().per_ms()) / 8.0;
    let mut voices = Voices::new((hertz / scale, 8_000.0), (0.0, 0.0));
    (0..ms * codec.rate().per_ms() as usize).map(|_| voices.sample()).collect()
}

/// The payloads of `samples` in packets of so many ms.
fn packets(codec: Codec, samples: &[i16], ms: u32, wishes: OpusWishes) -> Vec<Vec<u8>> {
    let mut encoder = Encoder::new(codec, wishes).unwrap();
    let size = (ms * codec.rate().per_ms()) as usize;
    samples.chunks_exact(size).map(|packet| encoder.encode(packet, &mut [0; 480]).unwrap().to_vec()).collect()
}

fn decoded(codec: Codec, packets: &[Vec<u8>]) -> Vec<i16> {
    let (mut decoder, mut samples, mut all) = (Decoder::new(codec).unwrap(), [0; LONGEST], Vec::new());
    for packet in packets {
        let count = decoder.decode(packet, &mut samples);
        all.extend_from_slice(&samples[..count]);
    }
    all
}

/// Amplitude of `hertz` in the last half second, and of all that is not it.
fn heard(codec: Codec, samples: &[i16], hertz: f64) -> (f64, f64) {
    let samples = &samples[samples.len() - 500 * codec.rate().per_ms() as usize..];
    let turn = |at: usize| std::f64::consts::TAU * hertz * at as f64 / f64::from(codec.rate().hertz());
    let part = |wave: fn(f64) -> f64| -> f64 {
        let sum: f64 = samples.iter().enumerate().map(|(at, sample)| f64::from(*sample) * wave(turn(at))).sum();
        2.0 * sum / samples.len() as f64
    };
    let (sine, cosine) = (part(f64::sin), part(f64::cos));
    let rest = samples.iter().enumerate();
    let rest = rest.map(|(at, s)| (f64::from(*s) - sine * turn(at).sin() - cosine * turn(at).cos()).powi(2));
    (sine.hypot(cosine), (2.0 * rest.sum::<f64>() / samples.len() as f64).sqrt())
}

#[test]
fn a_tone_comes_back_as_itself_through_every_codec_in_every_packet_time() {
    // SP-04. The ratio of tone to noise is what each codec's law or bits allow.
    for (codec, least_db) in [(Codec::Pcma, 36.0), (Codec::Pcmu, 36.0), (Codec::G722, 30.0), (Codec::Opus, 20.0)] {
        for wanted in [10, 20, 30, 40, 50, 60] {
            let ms = codec.packet_ms(wanted);
            let back = decoded(codec, &packets(codec, &tone(codec, 1_000.0, 1_200), ms, FEC));
            assert_eq!(back.len(), 1_200 * codec.rate().per_ms() as usize, "{codec:?} {ms} ms");
            let (level, rest) = heard(codec, &back, 1_000.0);
            let ratio = 20.0 * (level / rest).log10();
            assert!((level - 8_000.0).abs() < 800.0 && ratio > least_db, "{codec:?} {ms} ms: {level}, {ratio} dB");
        }
    }
}

#[test]
fn wide_codecs_carry_what_telephone_lines_cannot() {
    for codec in [Codec::G722, Codec::Opus] {
        let back = decoded(codec, &packets(codec, &tone(codec, 6_000.0, 1_000), 20, FEC));
        assert!(heard(codec, &back, 6_000.0).0 > 5_000.0, "{codec:?}");
    }
}

#[test]
fn rfc3551_4_5_2_g722_counts_8_khz_and_sends_64_kbit_s() {
    assert_eq!((Codec::G722.rate(), Codec::G722.clock()), (Rate::Wide, Clock::SPEECH));
    let packets = packets(Codec::G722, &tone(Codec::G722, 500.0, 100), 20, FEC);
    assert!(packets.len() == 5 && packets.iter().all(|packet| packet.len() == 160));
}

#[test]
fn rfc7587_opus_counts_48_khz_and_has_no_30_and_no_50_ms() {
    assert_eq!((Codec::Opus.rate(), Codec::Opus.clock()), (Rate::Full, Clock::OPUS));
    assert_eq!([10, 20, 30, 40, 50, 60, 120].map(|ms| Codec::Opus.packet_ms(ms)), [10, 20, 20, 40, 40, 60, 60]);
    assert_eq!([0, 10, 35, 255].map(|ms| Codec::Pcma.packet_ms(ms)), [10, 10, 30, 60]);
}

#[test]
fn rfc7587_6_1_maxaveragebitrate_is_kept_to() {
    let speech = tone(Codec::Opus, 440.0, 4_000);
    let mut dice = 1u32;
    let speech: Vec<i16> = speech
        .iter()
        .map(|sample| {
            dice = dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            sample / 2 + (dice >> 20) as i16
        })
        .collect();
    let bits = |max_bitrate| {
        let wishes = OpusWishes { max_bitrate, inband_fec: true };
        packets(Codec::Opus, &speech, 20, wishes).iter().map(|packet| packet.len() * 8).sum::<usize>() / 4
    };
    for most in [8_000, 16_000, 24_000] {
        assert!(bits(Some(most)) as f64 <= f64::from(most) * 1.1, "{most}: {}", bits(Some(most)));
    }
    assert!(bits(None) > 30_000 && bits(Some(510_000)) < 50_000, "no more than is of use to speech");
}

#[test]
fn a_lost_opus_packet_comes_back_from_the_next_one_better_than_by_guessing() {
    // RFC 6716 §2.1.7. A tone that changes its pitch in the lost packet: only a copy can know.
    let mut samples = tone(Codec::Opus, 400.0, 600);
    samples.extend(tone(Codec::Opus, 700.0, 200));
    let packets = packets(Codec::Opus, &samples, 20, FEC);
    let error = |mend: fn(&mut Decoder, &[u8], &mut [i16]) -> bool| -> f64 {
        let mut decoder = Decoder::new(Codec::Opus).unwrap();
        let (mut whole, mut out) = (Decoder::new(Codec::Opus).unwrap(), [0; LONGEST]);
        let mut right = [0; LONGEST];
        let lost = 31;
        for packet in &packets[..lost] {
            decoder.decode(packet, &mut out);
            whole.decode(packet, &mut right);
        }
        let count = whole.decode(&packets[lost], &mut right);
        assert!(mend(&mut decoder, &packets[lost + 1], &mut out[..count]));
        out[..count].iter().zip(&right).map(|(a, b)| (f64::from(*a) - f64::from(*b)).powi(2)).sum()
    };
    let copied = error(|decoder, next, out| decoder.decode_fec(next, out));
    let guessed = error(|decoder, _, out| decoder.conceal(out));
    assert!(copied * 2.0 < guessed, "{copied} {guessed}");
}

#[test]
fn codecs_without_concealment_say_so_and_touch_nothing() {
    for codec in [Codec::Pcma, Codec::Pcmu, Codec::G722] {
        let (mut decoder, mut out) = (Decoder::new(codec).unwrap(), [7; 160]);
        assert!(!decoder.conceal(&mut out) && !decoder.decode_fec(&[1; 160], &mut out));
        assert_eq!(out, [7; 160]);
    }
}

#[test]
fn hostile_payloads_are_never_a_panic_and_never_more_than_there_is_room_for() {
    let mut dice = 7u64;
    let mut roll = || {
        dice ^= dice << 13;
        dice ^= dice >> 7;
        dice ^= dice << 17;
        dice
    };
    for codec in ALL {
        let mut decoder = Decoder::new(codec).unwrap();
        let mut out = [0; LONGEST];
        for _ in 0..4_000 {
            let payload: Vec<u8> = (0..roll() % 1_500).map(|_| roll() as u8).collect();
            let room = (roll() % (LONGEST as u64 + 1)) as usize;
            assert!(decoder.decode(&payload, &mut out[..room]) <= room, "{codec:?}");
            decoder.decode_fec(&payload, &mut out[..room]);
            decoder.conceal(&mut out[..room]);
        }
        assert_eq!(decoder.decode(&[], &mut out), 0, "{codec:?}");
    }
}

#[test]
fn a_packet_that_does_not_fit_is_not_made() {
    for codec in ALL {
        let mut encoder = Encoder::new(codec, FEC).unwrap();
        assert_eq!(encoder.encode(&vec![5; codec.rate().frame()], &mut []), None, "{codec:?}");
    }
    assert_eq!(Encoder::new(Codec::Opus, FEC).unwrap().encode(&[5; 1_000], &mut [0; 480]), None, "no such frame");
}
