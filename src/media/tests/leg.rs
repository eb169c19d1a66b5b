//! Whole legs in virtual time: what is sent, what is told.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests are tests")]

mod support;

use media::SILENCE;
use media::codec::Codec;
use media::codec::g711::Law;
use media::dtmf::Digit;
use media::leg::{PeerSound, RtpLeg};
use media::oneway::OneWay;
use media::order::{Event, Feed, OutDigit, RtpOrder, Stream};
use media::rtp::Packet;
use media::tone::{Tone, amplitude};
use media::{rtcp, rtp};
use support::{Dice, address, ms, order, packet, stream, written};

/// Ticks from `from` to `to` ms; the RTP payload types and payload lengths sent.
fn run(leg: &mut RtpLeg, from: u64, to: u64) -> Vec<(u64, Vec<u8>)> {
    let mut sent = Vec::new();
    for at in (from..to).step_by(20) {
        leg.tick(ms(at), PeerSound::Absent, |_, bytes| sent.push((at, bytes.to_vec())), |_, _| ());
    }
    sent
}

fn events(leg: &mut RtpLeg) -> Vec<Event> {
    std::iter::from_fn(|| leg.poll_event()).collect()
}

#[test]
fn before_an_answer_nothing_is_sent_or_heard() {
    let mut leg = RtpLeg::new(RtpOrder { stream: None, ..order(1, 4_000, Feed::Silence) }, ms(0));
    assert!(run(&mut leg, 0, 1_000).is_empty());
    assert!(leg.handle_packet(ms(0), address(4_000), &written(&packet(9, 1, 0))).is_none());
    assert!(events(&mut leg).is_empty());
}

#[test]
fn the_far_end_hears_ringback_in_the_packet_time_it_asked_for() {
    for (ptime_ms, packets) in [(10, 100), (20, 50), (30, 33), (40, 25), (60, 16)] {
        let mut wanted = order(1, 4_000, Feed::Tone(Tone::Ringback));
        wanted.stream = Some(Stream { ptime_ms, codec: Codec::Pcmu, payload_type: 0, ..stream(4_000) });
        let sent = run(&mut RtpLeg::new(wanted, ms(0)), 0, 1_000);
        assert_eq!(sent.len(), packets, "{ptime_ms} ms");
        let mut heard = Vec::new();
        let mut next = None;
        for (_, bytes) in &sent {
            let packet = Packet::read(bytes).unwrap();
            assert_eq!(packet.payload.len(), usize::from(ptime_ms) * 8);
            assert!(next.is_none_or(|next| next == (packet.sequence, packet.timestamp)));
            next = Some((packet.sequence.wrapping_add(1), packet.timestamp.wrapping_add(packet.payload.len() as u32)));
            assert_eq!(packet.marker, heard.is_empty());
            let mut samples = vec![0; packet.payload.len()];
            Law::Mu.decode(packet.payload, &mut samples);
            heard.extend(samples);
        }
        assert!(amplitude(&heard, 425.0) > 4_800.0);
    }
}

#[test]
fn silence_is_told_every_five_seconds_and_forgotten_with_the_next_packet() {
    // SP-07
    let mut leg = RtpLeg::new(order(1, 4_000, Feed::Silence), ms(0));
    let silent = |events: Vec<Event>| events.iter().filter(|e| matches!(e, Event::Silent { .. })).count();
    let mut told = 0;
    for second in 0..13 {
        run(&mut leg, second * 1_000, (second + 1) * 1_000);
        told += silent(events(&mut leg));
    }
    assert_eq!(told, 2);
    leg.handle_packet(ms(13_000), address(4_000), &written(&packet(9, 1, 0)));
    assert_eq!(events(&mut leg), [Event::Receiving]);
    run(&mut leg, 13_000, 17_000);
    assert_eq!(silent(events(&mut leg)), 0);
}

#[test]
fn a_far_end_that_may_not_send_is_not_missed() {
    let mut wanted = order(1, 4_000, Feed::Silence);
    wanted.stream = Some(Stream { may_receive: false, ..stream(4_000) });
    let mut leg = RtpLeg::new(wanted, ms(0));
    run(&mut leg, 0, 12_000);
    assert!(!events(&mut leg).iter().any(|event| matches!(event, Event::Silent { .. })));
}

#[test]
fn two_legs_that_talk_measure_loss_and_round_trip_through_their_reports() {
    // RFC 3550 §6.4.1: 40 ms each way and 2 % lost on the way to the second.
    let (mut a, mut b) =
        (RtpLeg::new(order(1, 5_000, Feed::Silence), ms(0)), RtpLeg::new(order(2, 4_000, Feed::Silence), ms(0)));
    let mut wire: Vec<(u64, bool, bool, Vec<u8>)> = Vec::new();
    let (mut dice, mut qualities) = (Dice(8), [None, None]);
    for at in (0..60_000).step_by(20) {
        let (now, arrived) = (ms(at), wire.extract_if(.., |(due, ..)| *due <= at).collect::<Vec<_>>());
        for (_, to_b, control, bytes) in arrived {
            match (to_b, control) {
                (true, false) if dice.chance(2) => {}
                (true, false) => assert!(b.handle_packet(now, address(4_000), &bytes).is_some()),
                (true, true) => b.handle_rtcp(now, address(4_001), &bytes),
                (false, false) => assert!(a.handle_packet(now, address(5_000), &bytes).is_some()),
                (false, true) => a.handle_rtcp(now, address(5_001), &bytes),
            }
        }
        for (to_b, leg) in [(true, &mut a), (false, &mut b)] {
            let (mut media, mut control) = (Vec::new(), Vec::new());
            leg.tick(now, PeerSound::Absent, |_, m| media.push(m.to_vec()), |_, c| control.push(c.to_vec()));
            wire.extend(media.into_iter().map(|bytes| (at + 40, to_b, false, bytes)));
            wire.extend(control.into_iter().map(|bytes| (at + 40, to_b, true, bytes)));
            let told = events(leg)
                .into_iter()
                .filter_map(|e| if let Event::Quality(q) = e { Some(q) } else { None })
                .next_back();
            let place = &mut qualities[usize::from(!to_b)];
            *place = told.or(*place);
        }
    }
    let [Some(a), Some(b)] = qualities else { panic!("both tell") };
    for quality in [a, b] {
        assert!((quality.round_trip_ms.unwrap() - 80.0).abs() < 1.0, "{quality:?}");
    }
    let lost = b.packets_lost as f32 / b.packets_sent as f32;
    assert!((0.01..0.03).contains(&lost) && (a.remote_loss.unwrap() - lost).abs() < 0.005, "{a:?} {b:?}");
    assert!(a.packets_lost == 0 && a.mos > 4.3 && b.mos < 3.6, "{a:?} {b:?}");
}

#[test]
fn jitter_is_what_rfc3550_a8_says() {
    let mut leg = RtpLeg::new(order(1, 4_000, Feed::Silence), ms(0));
    // Every second packet 10 ms late: differences of 10 ms, so jitter goes to 10 ms.
    for n in 0..2_000u32 {
        let at = u64::from(n) * 20 + u64::from(n % 2) * 10;
        leg.handle_packet(ms(at), address(4_000), &written(&packet(9, n as u16, n * 160)));
    }
    let jitter = leg.quality().unwrap().jitter_ms;
    assert!((jitter - 10.0).abs() < 0.5, "{jitter}");
}

#[test]
fn a_digit_takes_the_place_of_relayed_sound_and_then_it_goes_on() {
    let (mut from, mut to) = (
        RtpLeg::new(order(1, 4_000, Feed::Nothing), ms(0)),
        RtpLeg::new(order(2, 5_000, Feed::Peer(media::order::LegKey(1))), ms(0)),
    );
    let digit = OutDigit { number: 1, digit: Digit::from_char('#').unwrap(), duration_ms: 60, inband: false };
    let mut types = Vec::new();
    let mut next = None;
    for n in 0..20u16 {
        let now = ms(u64::from(n) * 20);
        if n == 5 {
            to.handle_order(
                RtpOrder { digits: vec![digit], ..order(2, 5_000, Feed::Peer(media::order::LegKey(1))) },
                now,
            );
        }
        let bytes = written(&packet(9, n, u32::from(n) * 160));
        let heard = from.handle_packet(now, address(4_000), &bytes).unwrap();
        let mut sent = Vec::new();
        sent.extend(to.relay(now, &heard, &mut [0; 1_500]).map(|(_, bytes)| bytes.to_vec()));
        to.tick(now, PeerSound::Relayed, |_, bytes| sent.push(bytes.to_vec()), |_, _| ());
        for bytes in sent {
            let packet = Packet::read(&bytes).unwrap();
            assert!(next.is_none_or(|next| next == packet.sequence));
            next = Some(packet.sequence.wrapping_add(1));
            types.push(packet.payload_type);
        }
    }
    let pressed = types.iter().filter(|t| **t == 101).count();
    assert_eq!(pressed, 5, "60 ms: two that grow, three that end; {types:?}");
    assert_eq!(types.iter().rev().take(8).filter(|t| **t == 8).count(), 8, "{types:?}");
}

#[test]
fn a_held_far_end_is_not_heard_and_its_digits_still_are() {
    let held = RtpOrder { receive: false, ..order(1, 4_000, Feed::Silence) };
    let mut leg = RtpLeg::new(held, ms(0));
    leg.keep_samples(true);
    let mut loud = packet(9, 1, 0);
    loud.payload = &[0x2a; 160];
    for n in 0..10u16 {
        let heard = Packet { sequence: n, timestamp: u32::from(n) * 160, ..loud };
        assert!(leg.handle_packet(ms(u64::from(n) * 20), address(4_000), &written(&heard)).is_none());
        assert_eq!(leg.listen(ms(u64::from(n) * 20)), SILENCE);
    }
    let press = Packet { payload_type: 101, sequence: 10, payload: &[4, 0x8a, 3, 0x20], ..packet(9, 10, 1_600) };
    leg.handle_packet(ms(200), address(4_000), &written(&press));
    let digit = Event::Digit { digit: Digit::from_char('4').unwrap(), duration_ms: 100 };
    assert!(events(&mut leg).contains(&digit));
}

#[test]
fn without_telephone_event_digits_cross_g711_as_tones_once_each() {
    // VZ-09: the fallback.
    let toneless = |port| Some(Stream { telephone_event: None, telephone_event_in: None, ..stream(port) });
    let digits: Vec<OutDigit> = (1..)
        .zip("159#".chars())
        .map(|(number, c)| OutDigit { number, digit: Digit::from_char(c).unwrap(), duration_ms: 80, inband: false })
        .collect();
    let mut from = RtpLeg::new(RtpOrder { stream: toneless(5_000), digits, ..order(1, 5_000, Feed::Silence) }, ms(0));
    let mut to = RtpLeg::new(RtpOrder { stream: toneless(4_000), ..order(2, 4_000, Feed::Silence) }, ms(0));
    assert!(to.detects());
    let (mut heard, mut done) = (String::new(), Vec::new());
    for at in (0..1_500).step_by(20) {
        from.tick(
            ms(at),
            PeerSound::Absent,
            |_, bytes| assert!(to.handle_packet(ms(at), address(4_000), bytes).is_some()),
            |_, _| (),
        );
        to.listen(ms(at));
        heard.extend(
            events(&mut to)
                .iter()
                .filter_map(|e| if let Event::Digit { digit, .. } = e { Some(digit.as_char()) } else { None }),
        );
        done.extend(
            events(&mut from)
                .iter()
                .filter_map(|e| if let Event::DigitSent { number } = e { Some(*number) } else { None }),
        );
    }
    assert_eq!((heard.as_str(), done), ("159#", vec![1, 2, 3, 4]));
}

#[test]
fn behind_nat_we_send_where_the_far_end_really_is() {
    let mut leg = RtpLeg::new(RtpOrder { nat: true, ..order(1, 4_000, Feed::Silence) }, ms(0));
    let mut targets = Vec::new();
    for n in 0..6u16 {
        leg.tick(ms(u64::from(n) * 20), PeerSound::Absent, |to, _| targets.push(to.port()), |_, _| ());
        leg.handle_packet(ms(u64::from(n) * 20), address(61_000), &written(&packet(9, n, u32::from(n) * 160)));
    }
    assert_eq!(targets, [4_000, 4_000, 4_000, 4_000, 61_000, 61_000]);
    // The same order again, as with every change, forgets nothing; a new address in SDP begins anew.
    leg.handle_order(RtpOrder { nat: true, ..order(1, 4_000, Feed::Silence) }, ms(200));
    leg.handle_order(RtpOrder { nat: true, receive: false, ..order(1, 4_000, Feed::Silence) }, ms(200));
    leg.tick(ms(200), PeerSound::Absent, |to, _| assert_eq!(to.port(), 61_000), |_, _| ());
    leg.handle_order(RtpOrder { nat: true, ..order(1, 4_100, Feed::Silence) }, ms(220));
    leg.tick(ms(220), PeerSound::Absent, |to, _| assert_eq!(to.port(), 4_100), |_, _| ());
}

#[test]
fn no_bytes_from_the_network_panic_a_leg() {
    let mut dice = Dice(2_026);
    let mut wanted = order(1, 4_000, Feed::Peer(media::order::LegKey(3)));
    for round in 0..200_000u32 {
        let bytes = dice.bytes(300);
        rtp::fuzz(&bytes);
        rtcp::fuzz(&bytes);
        if round % 10_000 == 0 {
            wanted.nat = !wanted.nat;
        }
    }
    let mut leg = RtpLeg::new(wanted, ms(0));
    leg.keep_samples(true);
    for round in 0..50_000u64 {
        let bytes = dice.bytes(1_500);
        let now = ms(round);
        if let Some(heard) = leg.handle_packet(now, address(4_000), &bytes) {
            assert!(heard.packet.payload.len() <= bytes.len());
        }
        leg.handle_rtcp(now, address(4_001), &bytes);
        if round % 20 == 0 {
            leg.listen(now);
            leg.tick(now, PeerSound::Absent, |_, _| (), |_, _| ());
            while leg.poll_event().is_some() {}
        }
    }
}

#[test]
fn sp_07_a_stream_that_never_comes_and_then_does_is_named_and_cleared() {
    let mut leg = RtpLeg::new(order(1, 4_000, Feed::Silence), ms(0));
    run(&mut leg, 0, 4_500);
    let causes = |leg: &mut RtpLeg| {
        let events = events(leg).into_iter();
        events.filter_map(|event| match event {
            Event::OneWay { cause } => Some(cause),
            _ => None,
        })
    };
    assert_eq!(causes(&mut leg).collect::<Vec<_>>(), [Some(OneWay::NeverReceived)]);
    // From elsewhere: dropped, counted, and now named.
    for at in (4_500..7_000).step_by(20) {
        leg.handle_packet(ms(at), address(9_999), &written(&packet(9, at as u16, at as u32)));
        run(&mut leg, at, at + 20);
    }
    assert_eq!(causes(&mut leg).collect::<Vec<_>>(), [Some(OneWay::WrongAddress)]);
    leg.handle_packet(ms(7_000), address(4_000), &written(&packet(9, 1, 160)));
    run(&mut leg, 7_000, 7_020);
    assert_eq!(causes(&mut leg).collect::<Vec<_>>(), [None]);
}
