//! Calls' sound over loopback: real shards, real sockets, far ends made here. Nothing sleeps: every wait is for a
//! packet or for news, with a deadline.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests are tests")]

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, TrySendError, sync_channel};
use std::time::{Duration, Instant};

use media::codec::g711::Law;
use media::codec::{Codec, OpusWishes};
use media::dtmf::{Digit, EventPayload};
use media::order::{DeviceOrder, Event, Feed, LegKey, LegMedia, LegOrder, News, OutDigit, PortKey, RtpOrder, Stream};
use media::rtp::Packet;
use media::sound::Sound;
use media::tone::{Tone, Voices, amplitude};
use ramal::shards::Shards;
use ramal::sound::{DeviceKind, Devices};

const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const DEADLINE: Duration = Duration::from_secs(10);

struct House {
    shards: Shards,
    news: Receiver<News>,
}

impl House {
    /// Each test has its own ports: they run at the same time.
    fn new(first_port: u16, workers: usize, devices: Devices) -> House {
        let (sender, news) = sync_channel(1_000);
        let sink = Arc::new(move |news| {
            sender.try_send(news).map_err(|refused| match refused {
                TrySendError::Full(news) | TrySendError::Disconnected(news) => news,
            })
        });
        House { shards: Shards::start(workers, first_port..=first_port + 99, devices, sink).unwrap(), news }
    }

    fn port(&mut self) -> (PortKey, SocketAddr) {
        let (key, port) = self.shards.lend(LOOPBACK, 1).unwrap()[0];
        (key, SocketAddr::new(LOOPBACK, port))
    }

    fn rtp(&mut self, leg: u64, generation: u32, port: PortKey, order: RtpOrder) {
        let media = Some(LegMedia::Rtp { port, order });
        self.shards.order(LegOrder { leg: LegKey(leg), generation, media });
    }

    fn device(&mut self, leg: u64, generation: u32, name: &str, feed: Feed, muted: bool) {
        let media = Some(LegMedia::Device { device: name.into(), order: DeviceOrder { feed, ring: None, muted } });
        self.shards.order(LegOrder { leg: LegKey(leg), generation, media });
    }

    fn wait_for(&self, what: impl Fn(&News) -> bool) -> News {
        let deadline = Instant::now() + DEADLINE;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let news = self.news.recv_timeout(left).expect("the news before the deadline");
            if what(&news) {
                return news;
            }
        }
    }
}

/// A telephone at the other end.
struct Far {
    socket: UdpSocket,
    control: UdpSocket,
    ours: SocketAddr,
    sequence: u16,
    timestamp: u32,
}

impl Far {
    fn new(ours: SocketAddr) -> Far {
        let bind = || UdpSocket::bind((LOOPBACK, 0)).unwrap();
        let far = Far { socket: bind(), control: bind(), ours, sequence: 65_530, timestamp: 4_294_967_000 };
        far.socket.set_read_timeout(Some(DEADLINE)).unwrap();
        far.control.set_read_timeout(Some(DEADLINE)).unwrap();
        far
    }

    fn stream(&self) -> Stream {
        Stream {
            remote: self.socket.local_addr().unwrap(),
            remote_rtcp: self.control.local_addr().unwrap(),
            codec: Codec::Pcma,
            payload_type: 8,
            payload_type_in: 8,
            opus: OpusWishes::default(),
            telephone_event: Some(101),
            telephone_event_in: Some(101),
            ptime_ms: 20,
            may_send: true,
            may_receive: true,
        }
    }

    fn order(&self, ssrc: u32, feed: Feed) -> RtpOrder {
        RtpOrder {
            ssrc,
            stream: Some(self.stream()),
            feed,
            receive: true,
            nat: false,
            digits: Vec::new(),
            record: None,
            detect: None,
        }
    }

    fn send(&mut self, payload: &[u8]) {
        self.send_as(8, self.timestamp, payload);
        self.timestamp = self.timestamp.wrapping_add(160);
    }

    fn send_as(&mut self, payload_type: u8, timestamp: u32, payload: &[u8]) {
        let packet = Packet { marker: false, payload_type, sequence: self.sequence, timestamp, ssrc: 7, payload };
        let mut out = [0; 1_500];
        self.socket.send_to(packet.write(&mut out).unwrap(), self.ours).unwrap();
        self.sequence = self.sequence.wrapping_add(1);
    }

    fn receive<T>(&self, read: impl FnOnce(Packet<'_>) -> T) -> T {
        let mut buffer = [0; 1_500];
        let (length, from) = self.socket.recv_from(&mut buffer).expect("a packet before the deadline");
        assert_eq!(from, self.ours, "packets leave from the port in SDP");
        read(Packet::read(&buffer[..length]).unwrap())
    }

    /// What it hears in the next `packets`.
    fn hear(&self, packets: usize) -> Vec<i16> {
        (0..packets).flat_map(|_| self.receive(|packet| decoded(packet.payload))).collect()
    }
}

fn decoded(payload: &[u8]) -> Vec<i16> {
    let mut samples = vec![0; payload.len()];
    Law::A.decode(payload, &mut samples);
    samples
}

fn sine(hertz: f64, samples: usize) -> Vec<i16> {
    let mut voices = Voices::new((hertz, 8_000.0), (0.0, 0.0));
    (0..samples).map(|_| voices.sample()).collect()
}

fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name)
}

fn write_wav(name: &str, samples: &[i16]) -> PathBuf {
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: 8_000,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let path = file(name);
    let mut writer = hound::WavWriter::create(&path, spec).unwrap();
    samples.iter().for_each(|sample| writer.write_sample(*sample).unwrap());
    writer.finalize().unwrap();
    path
}

fn devices(name: &str, kind: DeviceKind) -> Devices {
    Devices::new(BTreeMap::from([(Arc::from(name), kind)])).unwrap()
}

/// Two far ends bridged: leg 1 to `a`, leg 2 to `b`.
fn bridged(house: &mut House) -> (Far, Far, [PortKey; 2]) {
    let ((port_a, ours_a), (port_b, ours_b)) = (house.port(), house.port());
    let (a, b) = (Far::new(ours_a), Far::new(ours_b));
    house.rtp(1, 1, port_a, a.order(11, Feed::Silence));
    house.rtp(2, 1, port_b, b.order(22, Feed::Silence));
    house.rtp(1, 2, port_a, a.order(11, Feed::Peer(LegKey(2))));
    house.rtp(2, 2, port_b, b.order(22, Feed::Peer(LegKey(1))));
    (a, b, [port_a, port_b])
}

/// Sends until the other side hears it: orders and packets travel separate ways.
fn until_relayed(from: &mut Far, to: &Far) -> u16 {
    let mark = [0x11; 160];
    to.socket.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
    let deadline = Instant::now() + DEADLINE;
    let mut buffer = [0; 1_500];
    while Instant::now() < deadline {
        from.send(&mark);
        while let Ok((length, _)) = to.socket.recv_from(&mut buffer) {
            let packet = Packet::read(&buffer[..length]).unwrap();
            if packet.payload == mark {
                to.socket.set_read_timeout(Some(DEADLINE)).unwrap();
                return packet.sequence;
            }
        }
    }
    panic!("nothing was relayed");
}

#[test]
fn a_bridge_relays_payloads_untouched_as_one_unbroken_stream() {
    // Two threads: the second leg moves to the first one's.
    let mut house = House::new(41_000, 2, Devices::default());
    let (mut a, b, _) = bridged(&mut house);
    let mut sequence = until_relayed(&mut a, &b);
    for round in 0..50u8 {
        let payload: Vec<u8> = (0..160).map(|i| i ^ round).collect();
        a.send(&payload);
        b.receive(|packet| {
            sequence = sequence.wrapping_add(1);
            assert_eq!((packet.ssrc, packet.sequence, packet.payload_type), (22, sequence, 8));
            assert_eq!(packet.payload, payload);
        });
    }
    assert!(matches!(house.wait_for(|n| n.event == Event::Receiving).leg, LegKey(1)));
    house.shards.stop();
}

#[test]
fn a_leg_bridged_to_another_goes_on_as_the_same_stream() {
    // VZ-07: what a transfer by bridging stands on. Three threads: legs move.
    let mut house = House::new(41_700, 3, Devices::default());
    let (mut a, mut b, [port_a, port_b]) = bridged(&mut house);
    until_relayed(&mut a, &b);
    until_relayed(&mut b, &a);
    let (port_c, ours_c) = house.port();
    let mut c = Far::new(ours_c);
    house.rtp(3, 1, port_c, c.order(33, Feed::Silence));
    house.rtp(2, 3, port_b, b.order(22, Feed::Silence));
    house.rtp(1, 3, port_a, a.order(11, Feed::Peer(LegKey(3))));
    house.rtp(3, 2, port_c, c.order(33, Feed::Peer(LegKey(1))));
    until_relayed(&mut a, &c);
    until_relayed(&mut c, &a);
    c.send(&[0x44; 160]);
    let deadline = Instant::now() + DEADLINE;
    while a.receive(|packet| (packet.ssrc, packet.payload[0])) != (11, 0x44) {
        assert!(Instant::now() < deadline, "the third party is heard");
    }
    // The second far end now gets our silence.
    let deadline = Instant::now() + DEADLINE;
    while b.hear(5).iter().any(|sample| sample.abs() > 8) {
        assert!(Instant::now() < deadline, "the second party hears nobody");
    }
    house.shards.stop();
}

#[test]
fn codecs_that_differ_are_translated() {
    let mut house = House::new(41_100, 1, Devices::default());
    let ((port_a, ours_a), (port_b, ours_b)) = (house.port(), house.port());
    let (mut a, b) = (Far::new(ours_a), Far::new(ours_b));
    house.rtp(1, 1, port_a, a.order(11, Feed::Nothing));
    let mut order = b.order(22, Feed::Peer(LegKey(1)));
    order.stream = Some(Stream { codec: Codec::Pcmu, payload_type: 0, ..b.stream() });
    house.rtp(2, 1, port_b, order);
    let tone = sine(600.0, 160 * 60);
    let mut heard = Vec::new();
    for frame in tone.chunks(160) {
        let mut payload = [0; 160];
        Law::A.encode(frame, &mut payload);
        a.send(&payload);
        b.receive(|packet| {
            assert_eq!((packet.payload_type, packet.ssrc), (0, 22));
            let mut samples = [0; 160];
            Law::Mu.decode(packet.payload, &mut samples);
            heard.extend(samples);
        });
    }
    // The beginning is the buffer's 60 ms; what follows is the tone.
    assert!(amplitude(&heard[160 * 10..160 * 50], 600.0) > 6_000.0);
    house.shards.stop();
}

#[test]
fn a_file_device_talks_and_records_and_mute_silences_it() {
    let play = write_wav("talks.wav", &sine(440.0, 8_000));
    let record = file("heard.wav");
    let kind = DeviceKind::File { play: Some(play), repeat: true, record: Some(record.clone()) };
    let mut house = House::new(41_200, 2, devices("desk", kind));
    let (port, ours) = house.port();
    let mut far = Far::new(ours);
    house.rtp(1, 1, port, far.order(11, Feed::Peer(LegKey(2))));
    house.device(2, 1, "desk", Feed::Peer(LegKey(1)), false);

    let deadline = Instant::now() + DEADLINE;
    while amplitude(&far.hear(10), 440.0) < 7_500.0 {
        assert!(Instant::now() < deadline, "the far end hears the file");
    }
    // One packet for each heard: the person hears 900 Hz, and the recording can be read while it grows.
    let tone = sine(900.0, 160 * 500);
    let heard_by_person = tone.chunks(160).any(|frame| {
        let mut payload = [0; 160];
        Law::A.encode(frame, &mut payload);
        far.send(&payload);
        far.receive(|_| ());
        let samples: Vec<i16> = hound::WavReader::open(&record)
            .map(|mut wav| wav.samples().map_while(Result::ok).collect())
            .unwrap_or_default();
        samples.len() > 3_200 && amplitude(&samples[samples.len() - 1_600..], 900.0) > 7_000.0
    });
    assert!(heard_by_person);

    // VZ-06: the stream goes on, silent.
    house.device(2, 2, "desk", Feed::Peer(LegKey(1)), true);
    let deadline = Instant::now() + DEADLINE;
    while amplitude(&far.hear(10), 440.0) > 50.0 {
        assert!(Instant::now() < deadline, "the far end hears silence");
    }
    house.shards.stop();
}

#[test]
fn who_is_held_hears_music_and_is_not_heard() {
    // VZ-05
    let mut house = House::new(41_300, 1, Devices::default());
    let (mut a, b, [port_a, _]) = bridged(&mut house);
    until_relayed(&mut a, &b);
    let music = Feed::Sound { sound: Sound::new(&sine(330.0, 8_000), 8_000), repeat: true };
    house.rtp(1, 3, port_a, RtpOrder { receive: false, ..a.order(11, music) });
    let deadline = Instant::now() + DEADLINE;
    while amplitude(&a.hear(25), 330.0) < 7_500.0 {
        assert!(Instant::now() < deadline, "the held party hears the music");
    }
    for _ in 0..5 {
        a.send(&[0x33; 160]);
        a.receive(|_| ());
    }
    // Everything sent is swept by now: two more ticks have passed.
    a.hear(2);
    b.socket.set_nonblocking(true).unwrap();
    assert!(b.socket.recv_from(&mut [0; 1_500]).is_err(), "the held party is not heard");
    house.shards.stop();
}

#[test]
fn digits_go_out_with_three_ends_and_come_in_once() {
    // VZ-09, RFC 4733 §2.5
    let mut house = House::new(41_400, 1, Devices::default());
    let (port, ours) = house.port();
    let mut far = Far::new(ours);
    let digit = OutDigit { number: 1, digit: Digit::from_char('5').unwrap(), duration_ms: 100, inband: false };
    house.rtp(1, 1, port, RtpOrder { digits: vec![digit], ..far.order(11, Feed::Silence) });
    // The same digit in a later order is not sent again.
    house.rtp(1, 2, port, RtpOrder { digits: vec![digit], ..far.order(11, Feed::Tone(Tone::Busy)) });
    let events: Vec<EventPayload> = (0..40)
        .filter_map(|_| far.receive(|p| (p.payload_type == 101).then(|| EventPayload::read(p.payload).unwrap())))
        .collect();
    assert_eq!(events.iter().filter(|event| event.end).count(), 3);
    assert!(events.iter().all(|event| event.event == 5));
    assert!(events.is_sorted_by_key(|event| event.duration) && events.last().unwrap().duration == 800);
    house.wait_for(|news| news.event == Event::DigitSent { number: 1 });

    let start = far.timestamp;
    for (duration, end) in [(160, false), (320, false), (480, true), (480, true), (480, true)] {
        far.send_as(101, start, &EventPayload { event: 9, end, volume: 10, duration }.write());
    }
    let heard = house.wait_for(|news| matches!(news.event, Event::Digit { .. }));
    assert_eq!(heard.event, Event::Digit { digit: Digit::from_char('9').unwrap(), duration_ms: 60 });
    assert_eq!((heard.leg, heard.generation), (LegKey(1), 2));
    house.shards.stop();
}

#[test]
fn a_stranger_is_not_relayed_and_the_end_says_goodbye() {
    // SP-09: the RTP source rule. RFC 3550 §6.6: BYE.
    let mut house = House::new(41_500, 1, Devices::default());
    let (mut a, b, _) = bridged(&mut house);
    until_relayed(&mut a, &b);
    let mut stranger = Far::new(a.ours);
    stranger.send(&[0x66; 160]);
    a.send(&[0x77; 160]);
    b.receive(|packet| assert_eq!(packet.payload, [0x77; 160]));
    house.shards.order(LegOrder { leg: LegKey(1), generation: 9, media: None });
    let last = house.wait_for(|news| news.leg == LegKey(1) && news.generation == 9);
    let Event::Quality(quality) = last.event else { panic!("{last:?}") };
    assert_eq!((quality.wrong_source, quality.packets_lost), (1, 0));
    assert!(quality.mos > 4.3);
    let mut buffer = [0; 1_500];
    let bye =
        std::iter::repeat_with(|| a.control.recv(&mut buffer).map(|n| media::rtcp::read(&buffer[..n], 7).unwrap()))
            .find(|report| report.as_ref().expect("RTCP before the deadline").bye);
    assert_eq!(bye.unwrap().unwrap().ssrc, 11);
    house.shards.stop();
}

#[test]
fn an_unknown_device_or_port_is_told_in_words() {
    let mut house = House::new(41_600, 1, Devices::default());
    house.device(1, 1, "gone", Feed::Silence, false);
    let Event::Failed { why } = house.wait_for(|news| news.leg == LegKey(1)).event else { panic!() };
    assert!(why.contains("gone"), "{why}");
    let far = Far::new(SocketAddr::new(LOOPBACK, 9));
    house.rtp(2, 1, PortKey(99), far.order(1, Feed::Silence));
    house.wait_for(|news| news.leg == LegKey(2) && matches!(news.event, Event::Failed { .. }));
    house.shards.stop();
}
