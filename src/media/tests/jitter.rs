//! The jitter buffer over bad networks, in virtual time.

mod support;

use media::jitter::Jitter;
use support::{Dice, ms};

/// The samples of packet `n` are all `n`; 20 ms each.
fn insert(jitter: &mut Jitter, at: u64, n: u32) {
    jitter.insert(ms(at), 1, 50_000u32.wrapping_add(n * 160), &[n as i16; 160]);
}

fn first_of(jitter: &mut Jitter, at: u64) -> i16 {
    jitter.take(ms(at)).samples()[0]
}

#[test]
fn sixty_milliseconds_later_everything_is_in_order() {
    let mut jitter = Jitter::new();
    for (at, n) in [(0, 1), (25, 3), (30, 2), (45, 4)] {
        insert(&mut jitter, at, n);
    }
    let heard: Vec<i16> = (0..8).map(|tick| first_of(&mut jitter, 45 + tick * 20)).collect();
    assert_eq!(heard, [0, 0, 0, 1, 2, 3, 4, 0]);
}

#[test]
fn what_is_lost_is_silence_and_what_is_late_is_counted() {
    let mut jitter = Jitter::new();
    insert(&mut jitter, 0, 1);
    insert(&mut jitter, 40, 3);
    let heard: Vec<i16> = (0..6).map(|tick| first_of(&mut jitter, tick * 20)).collect();
    assert_eq!(heard, [0, 0, 0, 1, 0, 3]);
    insert(&mut jitter, 121, 2);
    assert_eq!(jitter.counts().late, 1);
    assert!(jitter.counts().missing >= 160);
}

#[test]
fn a_hold_of_100_s_and_a_new_source_begin_anew() {
    let mut jitter = Jitter::new();
    insert(&mut jitter, 0, 1);
    for tick in 0..5_000 {
        jitter.take(ms(tick * 20));
    }
    // The clock stood still meanwhile.
    for n in 2..6 {
        insert(&mut jitter, 100_000 + u64::from(n) * 20, n);
    }
    let heard: Vec<i16> = (0..6).map(|tick| first_of(&mut jitter, 100_120 + tick * 20)).collect();
    assert_eq!(heard, [0, 0, 0, 2, 3, 4]);
    jitter.insert(ms(100_300), 2, 7, &[77; 160]);
    let heard: Vec<i16> = (0..4).map(|tick| first_of(&mut jitter, 100_300 + tick * 20)).collect();
    assert_eq!(heard, [0, 0, 0, 77]);
}

#[test]
fn after_a_short_pause_without_a_clock_the_third_packet_is_no_straggler_any_more() {
    let mut jitter = Jitter::new();
    insert(&mut jitter, 0, 1);
    for tick in 0..12 {
        jitter.take(ms(tick * 20));
    }
    for n in 2..8 {
        insert(&mut jitter, 240 + u64::from(n) * 20, n);
    }
    let heard: Vec<i16> = (0..5).map(|tick| first_of(&mut jitter, 400 + tick * 20)).collect();
    assert_eq!((heard.as_slice(), jitter.counts().late), (&[0, 0, 0, 4, 5][..], 2));
}

#[test]
fn a_sender_whose_clock_is_fast_never_adds_up_to_more_than_160_ms() {
    let mut jitter = Jitter::new();
    let mut given = 0;
    for tick in 0..20_000u32 {
        // 1 % fast: every hundredth tick brings two packets.
        for _ in 0..1 + u32::from(tick % 100 == 99) {
            given += 1;
            insert(&mut jitter, u64::from(tick) * 20, given % 30_000);
        }
        let heard = first_of(&mut jitter, u64::from(tick) * 20);
        let delay = (given % 30_000) as i32 - i32::from(heard);
        assert!(heard == 0 || given % 30_000 < 20 || delay <= 9, "tick {tick}: {delay} packets behind");
    }
}

#[test]
fn under_random_delay_below_60_ms_nothing_is_missed_and_order_holds() {
    for seed in 1..50 {
        let mut dice = Dice(seed);
        let mut arrivals: Vec<(u64, u32)> = (0..500).map(|n| (u64::from(n) * 20 + dice.below(40), n)).collect();
        arrivals.sort();
        let mut arrivals = arrivals.into_iter().peekable();
        let (mut jitter, mut heard) = (Jitter::new(), Vec::new());
        for tick in 0..500 {
            while let Some((at, n)) = arrivals.next_if(|(at, _)| *at <= tick * 20) {
                insert(&mut jitter, at, n);
            }
            heard.push(first_of(&mut jitter, tick * 20));
        }
        let played: Vec<i16> = heard.into_iter().skip_while(|n| *n < 1).collect();
        assert!(played.windows(2).all(|pair| pair[1] == pair[0] + 1), "seed {seed}: {played:?}");
        assert_eq!(jitter.counts().late, 0, "seed {seed}");
    }
}

#[test]
fn packets_of_any_length_fall_into_frames() {
    let mut jitter = Jitter::new();
    jitter.insert(ms(0), 1, 0, &[1; 240]);
    jitter.insert(ms(30), 1, 240, &[2; 240]);
    let all: Vec<i16> = (0..6).flat_map(|tick| jitter.take(ms(30 + tick * 20)).samples().to_vec()).collect();
    assert!(all[480..720].iter().all(|s| *s == 1) && all[720..960].iter().all(|s| *s == 2));
}
