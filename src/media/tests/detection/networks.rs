//! What networks say by tones, and what they do not.

use std::f64::consts::TAU;

use media::codec::g711::Law;
use media::detect::{Decision, Detector, Seen, Settings, Signal, Sit, Verdict};
use media::{Frame, Rate};

use crate::support::Dice;

/// Two pitches in Hz, 0 for none, and how many ms.
type Part = (f64, f64, u32);

/// Over a little noise, through A-law.
fn line(parts: &[Part]) -> Vec<i16> {
    let (mut dice, mut at) = (Dice(4_242), 0u32);
    let mut samples = Vec::new();
    for (first, second, ms) in parts {
        for _ in 0..ms * 8 {
            let sine = |hertz: f64| (TAU * hertz * f64::from(at) / 8_000.0).sin() * 2_500.0;
            samples.push((sine(*first) + sine(*second) + dice.below(200) as f64 - 100.0) as i16);
            at += 1;
        }
    }
    samples.resize(samples.len().next_multiple_of(160), 0);
    let mut octets = vec![0; samples.len()];
    Law::A.encode(&samples, &mut octets);
    Law::A.decode(&octets, &mut samples);
    samples
}

fn decided(parts: &[Part]) -> Option<Decision> {
    let mut detector = Detector::new(Settings::default());
    line(parts).chunks_exact(160).find_map(|samples| match detector.listen(&Frame::new(Rate::Narrow, samples))? {
        Seen::Decided(decision) => Some(decision),
        Seen::GreetingOver { .. } => None,
    })
}

fn verdict(parts: &[Part]) -> Option<Verdict> {
    decided(parts).map(|decision| decision.verdict)
}

fn repeated(parts: &[Part], ms: u32) -> Vec<Part> {
    let mut left = ms;
    let parts = parts.iter().cycle().take_while(|part| {
        let more = left > 0;
        left = left.saturating_sub(part.2);
        more
    });
    std::iter::once(&(0.0, 0.0, 500)).chain(parts).copied().collect()
}

#[test]
fn gn_17_special_information_tones_say_what_is_wrong_with_the_number() {
    let (low, high, short, long) = ((913.8, 1_370.6), (985.2, 1_428.5), 274, 380);
    let kinds = [
        (low.0, short, low.1, short, Sit::Intercept),
        (high.0, long, low.1, short, Sit::VacantCode),
        (low.0, short, high.1, long, Sit::Reorder),
        (high.0, short, low.1, long, Sit::Reorder),
        (high.0, long, high.1, long, Sit::NoCircuit),
        (low.0, long, low.1, long, Sit::NoCircuit),
        (950.0, 330, 1_400.0, 330, Sit::Unspecified),
    ];
    for (first, first_ms, second, second_ms, kind) in kinds {
        for (third, gap) in [(1_776.7, 0), (1_800.0, 30)] {
            let silence = |ms| (0.0, 0.0, ms);
            let parts = [
                silence(700),
                (first, 0.0, first_ms),
                silence(gap),
                (second, 0.0, second_ms),
                silence(gap),
                (third, 0.0, 380),
                silence(500),
            ];
            assert_eq!(verdict(&parts), Some(Verdict::Sit(kind)), "{first} {second} {third}, gap {gap}");
        }
    }
}

#[test]
fn gn_17_call_progress_of_brazil_and_north_america_is_told_by_its_cadence() {
    let off = |ms| (0.0, 0.0, ms);
    let brazil = |ms| (425.0, 0.0, ms);
    let busy = |ms| (480.0, 620.0, ms);
    let cases: [(&[Part], Signal, u32); 5] = [
        (&[brazil(250), off(250)], Signal::Busy, 2_000),
        (&[brazil(250), off(250), brazil(750), off(250)], Signal::Unobtainable, 3_500),
        (&[brazil(750), off(250), brazil(250), off(250)], Signal::Unobtainable, 3_500),
        (&[busy(500), off(500)], Signal::Busy, 2_500),
        (&[busy(250), off(250)], Signal::Congestion, 2_000),
    ];
    for (turn, signal, latest) in cases {
        let decision = decided(&repeated(turn, 6_000)).expect("a verdict");
        assert_eq!(decision.verdict, Verdict::Progress(signal), "{turn:?}");
        assert!(decision.at_ms <= latest, "{turn:?}: {decision:?}");
    }
}

#[test]
fn ring_back_after_the_answer_is_told_at_the_deadline_and_silence_is_nothing() {
    let rung = decided(&repeated(&[(425.0, 0.0, 1_000), (0.0, 0.0, 4_000)], 6_000)).expect("a verdict");
    assert_eq!(rung, Decision { verdict: Verdict::Progress(Signal::Ringback), at_ms: 4_000 });
    let american = repeated(&[(440.0, 480.0, 2_000), (0.0, 0.0, 4_000)], 6_000);
    assert_eq!(verdict(&american), Some(Verdict::Progress(Signal::Ringback)));
    let silence = decided(&[(0.0, 0.0, 5_000)]).expect("a verdict");
    assert_eq!(silence, Decision { verdict: Verdict::Undecided, at_ms: 4_000 });
}

#[test]
fn gn_17_a_beep_is_one_steady_pitch_that_nothing_follows() {
    for hertz in [400.0, 620.0, 1_000.0, 1_378.0, 2_100.0] {
        for ms in [120, 300, 1_500] {
            let found = decided(&[(0.0, 0.0, 600), (hertz, 0.0, ms), (0.0, 0.0, 1_000)]).expect("a verdict");
            assert_eq!(found.verdict, Verdict::Beep, "{hertz} Hz for {ms} ms");
            assert!((600 + ms..=600 + ms + 240).contains(&found.at_ms), "{hertz} Hz for {ms} ms: {found:?}");
        }
    }
    let none: [&[Part]; 4] = [
        // What is left of the ring back.
        &[(425.0, 0.0, 400), (0.0, 0.0, 4_000)],
        // A digit.
        &[(0.0, 0.0, 500), (770.0, 1_336.0, 200), (0.0, 0.0, 4_000)],
        // Too short, too long.
        &[(0.0, 0.0, 500), (1_000.0, 0.0, 40), (0.0, 0.0, 4_000)],
        &[(0.0, 0.0, 500), (1_000.0, 0.0, 3_000), (0.0, 0.0, 1_000)],
    ];
    for parts in none {
        assert_eq!(verdict(parts), Some(Verdict::Undecided), "{parts:?}");
    }
}

#[test]
fn whatever_is_heard_nothing_breaks_and_a_verdict_falls_by_the_deadline() {
    for seed in 1..20 {
        let (mut dice, mut told) = (Dice(seed), None);
        let mut detector = Detector::new(Settings { await_end: true, ..Settings::default() });
        for n in 1..=2_000u32 {
            let kind = dice.below(4);
            let frame = Frame::from_fn(Rate::Narrow, |at| match kind {
                0 => dice.roll() as i16,
                1 => [i16::MIN, i16::MAX][at / 4 % 2],
                2 => i16::MIN,
                _ => 0,
            });
            match detector.listen(&frame) {
                Some(Seen::Decided(decision)) => told = Some((n * 20, decision.at_ms)),
                Some(Seen::GreetingOver { .. }) | None => {}
            }
        }
        let (at, said) = told.expect("a verdict");
        assert!(at == said && at <= 4_000, "seed {seed}: {told:?}");
        assert!(detector.is_done());
    }
}
