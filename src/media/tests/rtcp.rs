//! RTCP there and back (RFC 3550 §6).
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests are tests")]

mod support;

use media::reception::{Measured, Reception};
use media::rtcp::{Block, Sent, fuzz, read, write};
use media::time::Clock;
use support::{Dice, ms, packet};

const BLOCK: Block = Block {
    measured: Measured { ssrc: 7, fraction_lost: 12, cumulative_lost: -3, highest: 70_000, jitter: 55 },
    last_report: 0x1234_5678,
    delay: 65_536,
};
const SENT: Sent = Sent { ntp: 0x0000_00aa_bbcc_ddee, timestamp: 160, packets: 50, octets: 8_000 };

#[test]
fn a_sender_report_with_bye_comes_back_as_it_was() {
    let bytes = write(9, Some(SENT), Some(BLOCK), "a@b.invalid", true);
    assert_eq!(bytes.len() % 4, 0);
    let report = read(&bytes, 7).unwrap();
    assert_eq!((report.ssrc, report.sent_at, report.about_us, report.bye), (9, Some(0x00aa_bbcc), Some(BLOCK), true));
}

#[test]
fn who_sent_nothing_writes_a_receiver_report() {
    let bytes = write(9, None, Some(BLOCK), "a@b.invalid", false);
    assert_eq!(bytes[1], 201);
    let report = read(&bytes, 7).unwrap();
    assert_eq!((report.sent_at, report.about_us), (None, Some(BLOCK)));
    assert_eq!(read(&bytes, 8).unwrap().about_us, None, "about somebody else");
}

#[test]
fn the_round_trip_is_now_less_lsr_less_dlsr() {
    let now = ((0x1234_5678u64 + 65_536 + 6_553) << 16) & 0xffff_ffff_ffff;
    assert!((BLOCK.round_trip_ms(now).unwrap() - 100.0).abs() < 0.1);
    assert_eq!(Block { last_report: 0, ..BLOCK }.round_trip_ms(now), None);
    assert_eq!(
        Block { delay: 0x7fff_ffff, ..BLOCK }.round_trip_ms(now),
        None,
        "a delay longer than the time that passed"
    );
}

#[test]
fn every_cut_and_every_flipped_bit_is_survived() {
    let bytes = write(9, Some(SENT), Some(BLOCK), "a@b.invalid", true);
    for length in 0..bytes.len() {
        fuzz(&bytes[..length]);
    }
    for bit in 0..bytes.len() * 8 {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        fuzz(&flipped);
    }
    let mut dice = Dice(3);
    for _ in 0..100_000 {
        fuzz(&dice.bytes(200));
    }
}

#[test]
fn loss_is_counted_over_wraps_and_over_sources_and_late_packets_mend_it() {
    let mut reception = Reception::new(Clock::SPEECH);
    for (n, sequence) in [65_534u16, 65_535, 2, 1, 3].into_iter().enumerate() {
        reception.see(ms(n as u64 * 20), &packet(1, sequence, n as u32 * 160));
    }
    assert_eq!((reception.received(), reception.lost()), (5, 1));
    let report = reception.report().unwrap();
    assert_eq!((report.highest, report.cumulative_lost, report.fraction_lost), (65_536 + 3, 1, 42));
    for sequence in 30_000..30_010 {
        reception.see(ms(500), &packet(2, sequence, 0));
    }
    assert_eq!((reception.received(), reception.lost()), (15, 1));
    assert_eq!(reception.report().unwrap().fraction_lost, 0);
}

#[test]
fn bursts_are_told_from_chance() {
    let (mut chance, mut bursts) = (Reception::new(Clock::SPEECH), Reception::new(Clock::SPEECH));
    for n in 0..1_000u16 {
        if n % 10 != 5 {
            chance.see(ms(0), &packet(1, n, 0));
        }
        if n % 100 < 90 {
            bursts.see(ms(0), &packet(1, n, 0));
        }
    }
    assert!((chance.loss() - 0.1).abs() < 0.01 && chance.burst_ratio() < 1.05);
    assert!(bursts.burst_ratio() > 8.0);
}
