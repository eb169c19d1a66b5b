//! A leg is told to find out who answered (GN-17): asked once, told once, and nothing is heard in vain.
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod support;

use media::codec::{Codec, Encoder, OpusWishes};
use media::detect::{Decision, Seen, Settings, Signal, Verdict};
use media::leg::RtpLeg;
use media::order::{Event, Feed, RtpOrder};
use media::rtp::Packet;
use media::tone::{Player, Tone};
use media::{Frame, SILENCE};
use support::{address, ms, order, written};

fn asked(detect: Option<Settings>) -> RtpOrder {
    RtpOrder { detect, ..order(1, 4_000, Feed::Silence) }
}

/// So many ticks of the network's busy tone; what the leg tells, each with its tick.
fn hear_busy(leg: &mut RtpLeg, ticks: std::ops::Range<u16>) -> Vec<(u16, Seen)> {
    let (mut player, mut told) = (Player::new(Tone::Busy), Vec::new());
    let mut encoder = Encoder::new(Codec::Pcma, OpusWishes::default()).unwrap();
    for n in ticks {
        let (mut frame, mut payload) = (SILENCE, [0; 160]);
        player.fill(&mut frame);
        let payload = encoder.encode(frame.samples(), &mut payload).unwrap();
        let packet =
            Packet { marker: false, payload_type: 8, sequence: n, timestamp: u32::from(n) * 160, ssrc: 9, payload };
        leg.handle_packet(ms(u64::from(n) * 20), address(4_000), &written(&packet));
        if leg.detects() {
            leg.listen(ms(u64::from(n) * 20 + 10));
        }
        let answers = std::iter::from_fn(|| leg.poll_event()).filter_map(|event| match event {
            Event::Answered(seen) => Some((n, seen)),
            _ => None,
        });
        told.extend(answers);
    }
    told
}

#[test]
fn gn_17_a_leg_says_once_who_answered() {
    let mut leg = RtpLeg::new(asked(Some(Settings::default())), ms(0));
    leg.keep_samples(false);
    assert!(leg.detects());
    let told = hear_busy(&mut leg, 0..100);
    let [(_, Seen::Decided(Decision { verdict, at_ms }))] = told[..] else { unreachable!("{told:?}") };
    assert_eq!(verdict, Verdict::Progress(Signal::Busy));
    assert!((750..1_500).contains(&at_ms), "{at_ms}");
    assert!(!leg.detects(), "nothing is left to be heard");

    // The same wish again stays answered; another one begins anew.
    leg.handle_order(asked(Some(Settings::default())), ms(2_000));
    assert!(!leg.detects());
    leg.handle_order(asked(Some(Settings { sure: 90, ..Settings::default() })), ms(2_000));
    assert_eq!(hear_busy(&mut leg, 100..200).len(), 1);
}

#[test]
fn nobody_asks_and_nothing_is_decoded() {
    let mut leg = RtpLeg::new(asked(None), ms(0));
    leg.keep_samples(false);
    assert!(!leg.detects());
    assert!(hear_busy(&mut leg, 0..100).is_empty());
    assert_eq!(leg.quality().unwrap().playout_ms, None, "no samples are kept");
    // Asked in vain, and taken back.
    leg.handle_order(asked(Some(Settings::default())), ms(2_000));
    assert!(leg.detects());
    leg.handle_order(asked(None), ms(2_020));
    assert!(!leg.detects());
    assert_eq!(leg.listen(ms(2_040)), Frame::silence(leg.rate()));
}
