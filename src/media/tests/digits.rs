//! Digits over bad networks and in sound, in virtual time (VZ-09).
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests are tests")]

mod support;

use media::dtmf::detect::Detector;
use media::dtmf::inband::Generator;
use media::dtmf::receive::{Pressed, Receiver};
use media::dtmf::send::{Sender, Step};
use media::dtmf::{Digit, EventPayload};
use media::order::OutDigit;
use media::outgoing::Outgoing;
use media::time::Clock;
use media::tone::{Tone, Voices};
use media::{Frame, Rate, SILENCE, tone};
use support::{Dice, ms};

const ALL: &str = "0123456789*#ABCD";

fn digit(character: char) -> Digit {
    Digit::from_char(character).unwrap()
}

fn dial(digits: &str, duration_ms: u16, inband: bool) -> Vec<OutDigit> {
    let number = |(n, c)| OutDigit { number: n as u32 + 1, digit: digit(c), duration_ms, inband };
    digits.chars().enumerate().map(number).collect()
}

/// Everything sent for `digits`: when, timestamp, payload.
fn sent(digits: &[OutDigit]) -> Vec<(u64, u32, EventPayload)> {
    let (mut sender, mut outgoing) = (Sender::default(), Outgoing::new(5, Clock::SPEECH, ms(0)));
    sender.handle_order(digits);
    let mut packets = Vec::new();
    let mut at = 0;
    while sender.is_busy() {
        if let Step::Event { payload, timestamp, .. } = sender.tick(ms(at), true, &mut outgoing, &mut SILENCE.clone()) {
            packets.push((at, timestamp, EventPayload::read(&payload).unwrap()));
        }
        at += 20;
    }
    packets
}

fn received(packets: &[(u64, u32, EventPayload)]) -> Vec<Pressed> {
    let mut receiver = Receiver::new(Clock::SPEECH);
    let mut pressed = Vec::new();
    let end = packets.iter().map(|(at, ..)| *at).max().unwrap_or(0) + 1_000;
    for tick in (0..end).step_by(20) {
        for (_, timestamp, payload) in packets.iter().filter(|(at, ..)| (tick..tick + 20).contains(at)) {
            pressed.extend(receiver.handle(ms(tick), 5, *timestamp, *payload));
        }
        pressed.extend(receiver.tick(ms(tick)));
    }
    pressed
}

fn text(pressed: &[Pressed]) -> String {
    pressed.iter().map(|p| p.digit.as_char()).collect()
}

#[test]
fn a_press_grows_by_its_packets_and_ends_three_times_rfc4733_2_5_1() {
    let packets = sent(&dial("1", 100, false));
    let durations: Vec<u16> = packets.iter().map(|(_, _, payload)| payload.duration).collect();
    assert_eq!(durations, [160, 320, 480, 640, 800, 800, 800]);
    let ends: Vec<bool> = packets.iter().map(|(_, _, payload)| payload.end).collect();
    assert_eq!(ends, [false, false, false, false, true, true, true]);
    assert!(packets.iter().all(|(_, timestamp, _)| *timestamp == packets[0].1));
}

#[test]
fn all_digits_arrive_once_each_in_order_with_their_length() {
    let pressed = received(&sent(&dial(ALL, 100, false)));
    assert_eq!(text(&pressed), ALL);
    assert!(pressed.iter().all(|press| press.duration_ms == 100));
}

#[test]
fn a_doubled_digit_is_two_presses() {
    assert_eq!(text(&received(&sent(&dial("11", 60, false)))), "11");
}

#[test]
fn loss_doubling_and_disorder_change_no_digit() {
    for seed in 1..200 {
        let mut dice = Dice(seed);
        let mut packets = Vec::new();
        let mut kept_of = std::collections::BTreeMap::new();
        for (at, timestamp, payload) in sent(&dial("904*1", 100, false)) {
            // 30 % lost, but something of each digit arrives: what never came nobody can know.
            let first_kept = kept_of.entry(timestamp).or_insert(false);
            if dice.chance(30) && (*first_kept || !payload.end) {
                continue;
            }
            *first_kept = true;
            packets.push((at + dice.below(30), timestamp, payload));
            if dice.chance(20) {
                packets.push((at + dice.below(60), timestamp, payload));
            }
        }
        packets.sort_by_key(|(at, ..)| *at);
        assert_eq!(text(&received(&packets)), "904*1", "seed {seed}");
    }
}

#[test]
fn lost_end_packets_still_end_the_press() {
    let begun: Vec<_> = sent(&dial("7", 100, false)).into_iter().filter(|(_, _, payload)| !payload.end).collect();
    assert_eq!(received(&begun), [Pressed { digit: digit('7'), duration_ms: 80 }]);
}

#[test]
fn a_press_longer_than_one_event_can_count_is_one_press_rfc4733_2_5_1_3() {
    let mut receiver = Receiver::new(Clock::SPEECH);
    let payload = |duration, end| EventPayload { event: 3, end, volume: 10, duration };
    assert_eq!(receiver.handle(ms(0), 1, 1_000, payload(u16::MAX, false)), None);
    assert_eq!(receiver.handle(ms(20), 1, 1_000 + 65_535, payload(160, false)), None);
    let pressed = receiver.handle(ms(40), 1, 1_000 + 65_535, payload(8_000, true)).unwrap();
    assert_eq!((pressed.digit, pressed.duration_ms), (digit('3'), 9_191));
}

#[test]
fn a_sender_that_changes_its_ssrc_in_a_press_loses_no_digit() {
    let mut receiver = Receiver::new(Clock::SPEECH);
    let payload = |event, duration, end| EventPayload { event, end, volume: 10, duration };
    assert_eq!(receiver.handle(ms(0), 1, 900_000, payload(1, 800, false)), None);
    let first = receiver.handle(ms(20), 2, 100, payload(2, 160, false));
    assert_eq!(first, Some(Pressed { digit: digit('1'), duration_ms: 100 }));
    assert_eq!(
        receiver.handle(ms(40), 2, 100, payload(2, 320, true)),
        Some(Pressed { digit: digit('2'), duration_ms: 40 })
    );
    assert_eq!(receiver.handle(ms(60), 2, 100, payload(2, 320, true)), None);
}

#[test]
fn a_flash_is_no_digit() {
    let mut receiver = Receiver::new(Clock::SPEECH);
    assert_eq!(receiver.handle(ms(0), 1, 0, EventPayload { event: 16, end: true, volume: 0, duration: 800 }), None);
}

#[test]
fn without_telephone_event_digits_are_tones_and_are_heard_as_themselves() {
    let (mut sender, mut outgoing) = (Sender::default(), Outgoing::new(5, Clock::SPEECH, ms(0)));
    sender.handle_order(&dial(ALL, 60, false));
    let (mut detector, mut heard, mut done) = (Detector::new(), Vec::new(), 0);
    for tick in 0.. {
        let mut frame = SILENCE;
        match sender.tick(ms(tick * 20), false, &mut outgoing, &mut frame) {
            Step::Free => break,
            Step::Samples { done: number } => {
                done += usize::from(number.is_some());
                heard.extend(detector.listen(frame.samples()));
            }
            Step::Event { .. } => panic!("no events were agreed on"),
        }
    }
    heard.extend(detector.listen(&[0; 800]));
    assert_eq!((text(&heard).as_str(), done), (ALL, 16));
}

/// A digit by its two tones, then silence; what the detector says of it.
fn hear(ms: usize, (low, low_level): (f64, f64), (high, high_level): (f64, f64)) -> String {
    let mut voices = Voices::new((low, low_level), (high, high_level));
    let mut samples: Vec<i16> = (0..ms * 8).map(|_| voices.sample()).collect();
    samples.extend([0; 800]);
    let mut detector = Detector::new();
    text(&samples.chunks(160).filter_map(|frame| detector.listen(frame)).collect::<Vec<_>>())
}

#[test]
fn q24_length_level_twist_and_frequency() {
    let five = (770.0, 1336.0);
    let at = |ms, low, high| hear(ms, (five.0, low), (five.1, high));
    assert_eq!(at(40, 5_000.0, 5_000.0), "5", "40 ms must be heard");
    assert_eq!(at(20, 5_000.0, 5_000.0), "", "20 ms must not");
    assert_eq!(at(60, 1_000.0, 1_000.0), "5", "quiet, −27 dBm0");
    assert_eq!(at(60, 100.0, 100.0), "", "too quiet");
    assert_eq!(at(60, 5_000.0, 5_000.0 * 1.58), "5", "4 dB of twist");
    assert_eq!(at(60, 2_000.0, 2_000.0 * 4.0), "", "12 dB of twist");
    assert_eq!(at(60, 5_000.0 * 1.58, 5_000.0), "5", "4 dB of reverse twist");
    assert_eq!(at(60, 8_000.0, 2_000.0), "", "12 dB of reverse twist");
    for off in [0.985, 1.015] {
        assert_eq!(hear(60, (770.0 * off, 5_000.0), (1336.0 * off, 5_000.0)), "5", "±1.5 % must be heard");
    }
}

#[test]
fn a_pause_of_40_ms_parts_two_presses_and_a_dropout_of_10_ms_does_not() {
    for (pause_ms, expected) in [(40, "88"), (8, "8")] {
        let mut detector = Detector::new();
        let mut samples = Vec::new();
        for _ in 0..2 {
            let mut voices = Voices::new((852.0, 6_000.0), (1336.0, 6_000.0));
            samples.extend((0..100 * 8).map(|_| voices.sample()));
            samples.extend(vec![0; pause_ms * 8]);
        }
        samples.extend([0; 800]);
        let heard: Vec<_> = samples.chunks(160).filter_map(|frame| detector.listen(frame)).collect();
        assert_eq!(text(&heard), expected, "{pause_ms} ms");
    }
}

#[test]
fn noise_tones_and_voices_are_no_digits() {
    let mut detector = Detector::new();
    let mut dice = Dice(4);
    // 60 s of noise.
    for _ in 0..3_000 {
        let frame = Frame::from_fn(Rate::Narrow, |_| (dice.roll() as i16) / 4);
        assert_eq!(detector.listen(frame.samples()), None);
    }
    for tone in [Tone::Ringback, Tone::Busy, Tone::Ring, Tone::CallWaiting] {
        let mut player = tone::Player::new(tone);
        for _ in 0..500 {
            let mut frame = SILENCE;
            player.fill(&mut frame);
            assert_eq!(detector.listen(frame.samples()), None, "{tone:?}");
        }
    }
    // A voice: a gliding pitch with ten harmonics that meet digit tones again and again.
    let mut phase = 0.0f64;
    for n in 0..480_000 {
        phase += (150.0 + 60.0 * (f64::from(n) / 9_000.0).sin()) / 8_000.0;
        let sample: f64 =
            (1..=10).map(|h| (std::f64::consts::TAU * phase * f64::from(h)).sin() * 3_000.0 / f64::from(h)).sum();
        assert_eq!(detector.listen(&[sample as i16]), None);
    }
}

#[test]
fn digits_are_heard_through_noise() {
    for (n, character) in ALL.chars().enumerate() {
        let mut dice = Dice(n as u64 + 1);
        let mut generator = Generator::new(digit(character), 100);
        let mut detector = Detector::new();
        let mut heard = Vec::new();
        for _ in 0..10 {
            let mut frame = SILENCE;
            generator.fill(&mut frame);
            for sample in frame.samples_mut() {
                *sample += (dice.roll() as i16) / 16;
            }
            heard.extend(detector.listen(frame.samples()));
        }
        assert_eq!(text(&heard), character.to_string());
    }
}
