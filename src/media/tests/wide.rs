//! Legs with Opus and G.722: their clocks, digits beside them, and bridges between codecs (SP-04).
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests are tests")]

mod support;

use media::codec::{Codec, Decoder, Encoder, LONGEST, OpusWishes};
use media::dtmf::{Digit, EventPayload};
use media::leg::{Broadcast, PeerSound, RtpLeg};
use media::order::{Event, Feed, LegKey, OutDigit, RtpOrder, Stream};
use media::resample::Converter;
use media::rtp::Packet;
use media::tone::{Tone, Voices, amplitude};
use media::{Frame, Rate};
use support::{Dice, address, ms, order, packet, stream, written};

/// Number 111 for us, 96 for the far end.
fn wide(codec: Codec, port: u16) -> Stream {
    let (payload_type, payload_type_in) = match codec {
        Codec::Pcma => (8, 8),
        Codec::Pcmu => (0, 0),
        Codec::G722 => (9, 9),
        Codec::Opus => (96, 111),
    };
    Stream { codec, payload_type, payload_type_in, opus: OpusWishes::default(), ..stream(port) }
}

fn ordered(ssrc: u32, codec: Codec, port: u16, feed: Feed) -> RtpOrder {
    RtpOrder { stream: Some(wide(codec, port)), ..order(ssrc, port, feed) }
}

fn ticked(leg: &mut RtpLeg, at: u64, peer: PeerSound<'_>) -> Vec<Vec<u8>> {
    let mut sent = Vec::new();
    leg.tick(ms(at), peer, |_, bytes| sent.push(bytes.to_vec()), |_, _| ());
    sent
}

/// A far end that says and hears a codec.
struct Far {
    codec: Codec,
    encoder: Encoder,
    decoder: Decoder,
    voices: Voices,
    converter: Converter,
    to_narrow: Converter,
    sent: u32,
}

impl Far {
    fn new(codec: Codec, hertz: f64) -> Far {
        Far {
            codec,
            encoder: Encoder::new(codec, OpusWishes::default()).unwrap(),
            decoder: Decoder::new(codec).unwrap(),
            voices: Voices::new((hertz, 8_000.0), (0.0, 0.0)),
            converter: Converter::new(codec.rate()),
            to_narrow: Converter::new(Rate::Narrow),
            sent: 0,
        }
    }

    fn speak(&mut self, to: &mut RtpLeg, at: u64, port: u16) {
        let frame = Frame::from_fn(Rate::Narrow, |_| self.voices.sample());
        let mut payload = [0; 480];
        let payload = self.encoder.encode(self.converter.convert(&frame).samples(), &mut payload).unwrap();
        let ours = wide(self.codec, port).payload_type_in;
        let timestamp = self.sent * self.codec.clock().ticks(20);
        let packet = Packet { payload_type: ours, payload, ..packet(9, self.sent as u16, timestamp) };
        assert!(to.handle_packet(ms(at), address(port), &written(&packet)).is_some());
        self.sent += 1;
    }

    /// At 8 kHz.
    fn hear(&mut self, packets: &[Vec<u8>]) -> Vec<i16> {
        let mut heard = Vec::new();
        for bytes in packets {
            let packet = Packet::read(bytes).unwrap();
            assert_eq!(packet.payload_type, wide(self.codec, 0).payload_type);
            let mut samples = [0; LONGEST];
            let count = self.decoder.decode(packet.payload, &mut samples);
            assert_eq!(count, self.codec.rate().frame());
            let frame = Frame::new(self.codec.rate(), &samples);
            heard.extend_from_slice(self.to_narrow.convert(&frame).samples());
        }
        heard
    }
}

#[test]
fn far_ends_of_any_two_codecs_hear_each_others_tones() {
    const ALL: [Codec; 4] = [Codec::Pcma, Codec::Pcmu, Codec::G722, Codec::Opus];
    for (one, two) in ALL.into_iter().flat_map(|one| ALL.map(|two| (one, two))).filter(|(one, two)| one != two) {
        let mut a = RtpLeg::new(ordered(1, one, 4_000, Feed::Peer(LegKey(2))), ms(0));
        let mut b = RtpLeg::new(ordered(2, two, 5_000, Feed::Peer(LegKey(1))), ms(0));
        assert!(!a.can_relay(&b) && !b.can_relay(&a), "{one:?} {two:?}");
        a.keep_samples(true);
        b.keep_samples(true);
        let (mut far_a, mut far_b) = (Far::new(one, 600.0), Far::new(two, 1_100.0));
        let (mut heard_a, mut heard_b) = (Vec::new(), Vec::new());
        for at in (0..1_200).step_by(20) {
            far_a.speak(&mut a, at, 4_000);
            far_b.speak(&mut b, at, 5_000);
            let (said_a, said_b) = (a.listen(ms(at)), b.listen(ms(at)));
            assert_eq!((said_a.rate(), said_b.rate()), (one.rate(), two.rate()));
            heard_a.extend(far_a.hear(&ticked(&mut a, at, PeerSound::Frame(&said_b))));
            heard_b.extend(far_b.hear(&ticked(&mut b, at, PeerSound::Frame(&said_a))));
        }
        let level = |heard: &[i16], hertz| amplitude(&heard[heard.len() - 4_000..], hertz);
        assert!((level(&heard_b, 600.0) - 8_000.0).abs() < 900.0, "{one:?} to {two:?}: {}", level(&heard_b, 600.0));
        assert!((level(&heard_a, 1_100.0) - 8_000.0).abs() < 900.0, "{two:?} to {one:?}: {}", level(&heard_a, 1_100.0));
        assert!(level(&heard_a, 600.0) < 100.0 && level(&heard_b, 1_100.0) < 100.0);
    }
}

#[test]
fn timestamps_count_the_clock_of_the_codec_in_every_packet_time() {
    // RFC 3551 §4.5.2: 8 a ms for G.722. RFC 7587 §4.1: 48 a ms for Opus, which has no 30 ms.
    for (codec, ptime_ms, real_ms, ticks) in [
        (Codec::G722, 10, 10, 80),
        (Codec::G722, 20, 20, 160),
        (Codec::G722, 30, 30, 240),
        (Codec::Opus, 10, 10, 480),
        (Codec::Opus, 20, 20, 960),
        (Codec::Opus, 30, 20, 960),
        (Codec::Opus, 60, 60, 2_880),
    ] {
        let stream = Stream { ptime_ms, ..wide(codec, 4_000) };
        let wanted = RtpOrder { stream: Some(stream), ..order(1, 4_000, Feed::Tone(Tone::Ringback)) };
        let mut leg = RtpLeg::new(wanted, ms(0));
        let sent: Vec<_> = (0..600).step_by(20).flat_map(|at| ticked(&mut leg, at, PeerSound::Absent)).collect();
        assert_eq!(sent.len(), 600 / real_ms, "{codec:?} {ptime_ms} ms");
        for pair in sent.windows(2) {
            let [one, next] = [&pair[0], &pair[1]].map(|bytes| Packet::read(bytes).unwrap());
            assert_eq!(next.timestamp.wrapping_sub(one.timestamp), ticks, "{codec:?} {ptime_ms} ms");
            assert_eq!(next.sequence, one.sequence.wrapping_add(1));
        }
    }
}

#[test]
fn streams_of_one_wide_codec_are_relayed_with_each_sides_own_number() {
    for (codec, number) in [(Codec::G722, 9), (Codec::Opus, 97)] {
        let to_97 = Stream { payload_type: number, ..wide(codec, 5_000) };
        let mut a = RtpLeg::new(ordered(1, codec, 4_000, Feed::Nothing), ms(0));
        let mut b =
            RtpLeg::new(RtpOrder { stream: Some(to_97.clone()), ..order(2, 5_000, Feed::Peer(LegKey(1))) }, ms(0));
        assert!(b.can_relay(&a));
        let step = codec.clock().ticks(20);
        let mut before: Option<u32> = None;
        for n in 0..5u16 {
            let timestamp = u32::from(n) * step;
            let coming = Packet { payload_type: wide(codec, 0).payload_type_in, ..packet(9, n, timestamp) };
            let bytes = written(&coming);
            let heard = a.handle_packet(ms(u64::from(n) * 20), address(4_000), &bytes).unwrap();
            let mut out = [0; 1_500];
            let (_, bytes) = b.relay(ms(u64::from(n) * 20), &heard, &mut out).unwrap();
            let sent = Packet::read(bytes).unwrap();
            assert_eq!((sent.payload_type, sent.payload), (number, coming.payload));
            assert!(before.is_none_or(|before| sent.timestamp.wrapping_sub(before) == step));
            before = Some(sent.timestamp);
        }
        b.handle_order(
            RtpOrder { stream: Some(Stream { ptime_ms: 40, ..to_97 }), ..order(2, 5_000, Feed::Peer(LegKey(1))) },
            ms(200),
        );
        assert!(!b.can_relay(&a), "another packet time");
    }
}

#[test]
fn rfc4733_2_1_digits_beside_opus_count_its_48_khz() {
    let digits = vec![OutDigit { number: 1, digit: Digit::from_char('7').unwrap(), duration_ms: 100, inband: false }];
    let mut leg = RtpLeg::new(RtpOrder { digits, ..ordered(1, Codec::Opus, 4_000, Feed::Silence) }, ms(0));
    let sent: Vec<_> = (0..160).step_by(20).flat_map(|at| ticked(&mut leg, at, PeerSound::Absent)).collect();
    let events: Vec<_> = sent
        .iter()
        .map(|bytes| Packet::read(bytes).unwrap())
        .filter(|packet| packet.payload_type == 101)
        .map(|packet| EventPayload::read(packet.payload).unwrap())
        .collect();
    let durations: Vec<u16> = events.iter().map(|event| event.duration).collect();
    assert_eq!(durations, [960, 1_920, 2_880, 3_840, 4_800, 4_800, 4_800]);

    let mut there = RtpLeg::new(ordered(2, Codec::Opus, 5_000, Feed::Silence), ms(0));
    for (n, event) in (0..).zip(&events) {
        let payload = event.write();
        let press = Packet { payload_type: 101, payload: &payload, ..packet(1, n, 48_000) };
        there.handle_packet(ms(u64::from(n) * 20), address(5_000), &written(&press));
    }
    let told: Vec<_> = std::iter::from_fn(|| there.poll_event()).collect();
    assert!(told.contains(&Event::Digit { digit: Digit::from_char('7').unwrap(), duration_ms: 100 }), "{told:?}");
}

#[test]
fn a_press_too_long_for_one_event_at_48_khz_is_cut_and_not_wrapped() {
    // RFC 4733 §2.5.1.3: the field holds 65,535.
    let digits = vec![OutDigit { number: 1, digit: Digit::from_char('1').unwrap(), duration_ms: 5_000, inband: false }];
    let mut leg = RtpLeg::new(RtpOrder { digits, ..ordered(1, Codec::Opus, 4_000, Feed::Silence) }, ms(0));
    let sent: Vec<_> = (0..2_000).step_by(20).flat_map(|at| ticked(&mut leg, at, PeerSound::Absent)).collect();
    let durations = sent.iter().map(|bytes| Packet::read(bytes).unwrap()).filter(|packet| packet.payload_type == 101);
    let durations: Vec<u16> = durations.map(|packet| EventPayload::read(packet.payload).unwrap().duration).collect();
    assert!(durations.is_sorted() && durations.last() == Some(&u16::MAX), "{durations:?}");
}

#[test]
fn vz_09_without_telephone_event_digits_cross_wide_codecs_as_tones() {
    for codec in [Codec::G722, Codec::Opus] {
        let toneless = |port| Some(Stream { telephone_event: None, telephone_event_in: None, ..wide(codec, port) });
        let digit =
            |(number, c)| OutDigit { number, digit: Digit::from_char(c).unwrap(), duration_ms: 100, inband: false };
        let digits = (1..).zip("2580".chars()).map(digit).collect();
        let mut from =
            RtpLeg::new(RtpOrder { stream: toneless(5_000), digits, ..order(1, 5_000, Feed::Silence) }, ms(0));
        let mut to = RtpLeg::new(RtpOrder { stream: toneless(4_000), ..order(2, 4_000, Feed::Silence) }, ms(0));
        let mut heard = String::new();
        for at in (0..1_500).step_by(20) {
            for bytes in ticked(&mut from, at, PeerSound::Absent) {
                to.handle_packet(ms(at), address(4_000), &bytes);
            }
            to.listen(ms(at));
            while let Some(event) = to.poll_event() {
                heard.extend(if let Event::Digit { digit, .. } = event { Some(digit.as_char()) } else { None });
            }
        }
        assert_eq!(heard, "2580", "{codec:?}");
    }
}

#[test]
fn rfc7160_a_codec_agreed_on_in_mid_call_goes_on_in_one_numbering_at_its_own_clock() {
    let mut leg = RtpLeg::new(ordered(1, Codec::Pcma, 4_000, Feed::Silence), ms(0));
    let before: Vec<_> = (0..100).step_by(20).flat_map(|at| ticked(&mut leg, at, PeerSound::Absent)).collect();
    leg.handle_order(ordered(1, Codec::Opus, 4_000, Feed::Silence), ms(100));
    let after: Vec<_> = (100..200).step_by(20).flat_map(|at| ticked(&mut leg, at, PeerSound::Absent)).collect();
    let [last, first, second] =
        [&before[4], &after[0], &after[1]].map(|bytes| Packet::read(bytes).map(|p| (p.sequence, p.timestamp)).unwrap());
    assert_eq!(first, (last.0.wrapping_add(1), last.1.wrapping_add(160)));
    assert_eq!(second, (first.0.wrapping_add(1), first.1.wrapping_add(960)));
    // And what comes in is now Opus.
    leg.keep_samples(true);
    let mut far = Far::new(Codec::Opus, 600.0);
    let mut heard = Vec::new();
    for at in (200..800).step_by(20) {
        far.speak(&mut leg, at, 4_000);
        heard.extend_from_slice(far.to_narrow.convert(&leg.listen(ms(at))).samples());
    }
    assert!(amplitude(&heard[heard.len() - 2_400..], 600.0) > 7_000.0);
}

#[test]
fn jitter_of_opus_is_told_in_milliseconds() {
    let mut leg = RtpLeg::new(ordered(1, Codec::Opus, 4_000, Feed::Silence), ms(0));
    // Every second packet 10 ms late: differences of 10 ms, so jitter goes to 10 ms (RFC 3550 A.8).
    for n in 0..2_000u32 {
        let at = u64::from(n) * 20 + u64::from(n % 2) * 10;
        let packet = Packet { payload_type: 111, ..packet(9, n as u16, n * 960) };
        leg.handle_packet(ms(at), address(4_000), &written(&packet));
    }
    let jitter = leg.quality().unwrap().jitter_ms;
    assert!((jitter - 10.0).abs() < 0.5, "{jitter}");
}

#[test]
fn a_far_end_that_sends_at_the_number_it_receives_at_is_heard_all_the_same() {
    let mut leg = RtpLeg::new(ordered(1, Codec::Opus, 4_000, Feed::Silence), ms(0));
    let mut take = |payload_type, n| {
        let packet = Packet { payload_type, ..packet(9, n, u32::from(n) * 960) };
        leg.handle_packet(ms(0), address(4_000), &written(&packet)).is_some()
    };
    assert!(take(111, 0) && take(96, 1));
    assert!(!take(97, 2), "a codec never agreed on");
}

#[test]
fn hostile_packets_never_panic_a_wide_leg() {
    for codec in [Codec::G722, Codec::Opus] {
        let mut leg = RtpLeg::new(ordered(1, codec, 4_000, Feed::Peer(LegKey(2))), ms(0));
        leg.keep_samples(true);
        let mut dice = Dice(11);
        for round in 0..6_000u64 {
            let payload = dice.bytes(1_400);
            let (sequence, timestamp) =
                (dice.roll() as u16, if dice.chance(50) { round as u32 * 960 } else { dice.roll() as u32 });
            let number = if dice.chance(80) { wide(codec, 0).payload_type_in } else { 101 };
            let packet = Packet { payload_type: number, payload: &payload, ..packet(9, sequence, timestamp) };
            leg.handle_packet(ms(round * 5), address(4_000), &written(&packet));
            if round % 4 == 0 {
                let said = leg.listen(ms(round * 5));
                ticked(&mut leg, round * 5, PeerSound::Frame(&said));
                while leg.poll_event().is_some() {}
            }
        }
    }
}

/// Numbers of each packet, and what it holds.
fn read(sent: &[Vec<u8>]) -> Vec<(u32, u16, u32, Vec<u8>)> {
    let read = sent.iter().map(|bytes| Packet::read(bytes).unwrap());
    read.map(|packet| (packet.ssrc, packet.sequence, packet.timestamp, packet.payload.to_vec())).collect()
}

#[test]
fn what_was_encoded_once_goes_out_of_each_leg_as_its_own_unbroken_stream() {
    for codec in [Codec::Pcma, Codec::G722, Codec::Opus] {
        let feed = || Feed::Mix(vec![LegKey(3), LegKey(4)]);
        let mut legs = [1, 2].map(|ssrc| RtpLeg::new(ordered(ssrc, codec, 4_000, feed()), ms(0)));
        let format = legs[0].format().unwrap();
        assert_eq!(legs[1].format(), Some(format), "one encoding serves both");
        let mut broadcast = Broadcast::new(format).unwrap();
        let (mut voices, mut far) = (Voices::new((700.0, 8_000.0), (0.0, 0.0)), Far::new(codec, 0.0));
        let (mut heard, mut last): (Vec<i16>, Option<[u32; 2]>) = (Vec::new(), None);
        for at in (0..1_200).step_by(20) {
            let frame = Frame::from_fn(Rate::Narrow, |_| voices.sample());
            broadcast.tick(&frame);
            // For a while the first leg is alone with what it hears, and encodes for itself.
            let alone = (400..500).contains(&at);
            let shared = PeerSound::Encoded(broadcast.payload().unwrap());
            let first = ticked(&mut legs[0], at, if alone { PeerSound::Frame(&frame) } else { shared });
            let second = ticked(&mut legs[1], at, shared);
            let ([one], [two]) = (&read(&first)[..], &read(&second)[..]) else { panic!("a packet each tick") };
            assert_eq!((one.0, two.0), (1, 2));
            assert!(alone || one.3 == two.3, "{codec:?}");
            let now = [one, two].map(|packet| packet.2);
            let step = codec.clock().ticks(20);
            assert!(last.is_none_or(|last| last.map(|before| before.wrapping_add(step)) == now), "{codec:?} at {at}");
            last = Some(now);
            heard.extend(far.hear(&first));
        }
        assert!(amplitude(&heard[heard.len() - 4_000..], 700.0) > 7_100.0, "{codec:?}");
    }
}

#[test]
fn nothing_is_shared_with_a_leg_that_cannot_send_it_every_tick() {
    let with = |change: fn(&mut Stream)| {
        let mut stream = wide(Codec::Opus, 4_000);
        change(&mut stream);
        RtpLeg::new(RtpOrder { stream: Some(stream), ..order(1, 4_000, Feed::Silence) }, ms(0)).format()
    };
    assert_eq!(with(|stream| stream.ptime_ms = 40), None);
    assert_eq!(with(|stream| stream.may_send = false), None);
    assert_ne!(with(|stream| stream.opus.inband_fec = true), with(|_| ()), "each as its far end wishes");
}
