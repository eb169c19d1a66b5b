//! Browsers' headsets: a second of a call between a page and a telephone, relayed (A-law on both sides) and transcoded (Opus
//! at the page). Beside it the same call between two telephones. What the pages themselves cost is not counted.

use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::time::{Duration, Instant};

use media::codec::{Codec, Encoder, OpusWishes};
use media::order::{DeviceOrder, Feed, LegKey, LegMedia, LegOrder, RtpOrder};
use media::{Frame, tone};
use ramal::shards::Shards;
use ramal::shards::browser::{Offer, PageKey, Settings};
use ramal::sound::Devices;
use str0m::change::SdpAnswer;
use str0m::media::{Direction, MediaKind, Mid, Pt};
use str0m::net::{Protocol, Receive};
use str0m::rtp::RtpWrite;
use str0m::{Candidate, Event, Input, Output, Rtc, RtcConfig};
use tokio::sync::oneshot;

use crate::phones::{Phones, TICK, silent_socket};
use crate::relay::{bridge, stream};
use crate::report::{Goal, Row};
use crate::support::Host;
use crate::{Effort, cpu, memory};

pub fn rows(effort: Effort) -> Vec<Row> {
    [(Codec::Pcma, "relayed", Goal::Ratio(3.0)), (Codec::Opus, "transcoded", Goal::None)]
        .into_iter()
        .flat_map(|(codec, how, goal)| {
            let mut weights = Vec::new();
            let mut ours = || {
                let (cost, kb) = by_pages(codec, effort);
                weights.push(kb);
                cost
            };
            let mut plain = || by_telephones(effort);
            let [ours, plain] = cpu::rounds(effort.rounds, [&mut ours, &mut plain]);
            let what = format!("{} calls at browsers' headsets, {how}", effort.bridges);
            let second = Row {
                what: format!("{what}: a second of one"),
                unit: "µs",
                ours,
                beside: Some(("two telephones", plain)),
                goal,
            };
            [
                second,
                Row {
                    what: format!("{what}: memory of one, the page's own end included"),
                    unit: "kB",
                    ours: weights,
                    beside: None,
                    goal: Goal::None,
                },
            ]
        })
        .collect()
}

/// Processor time of a second of one call, in µs; and the kB that the calls and the pages' connections took, by call.
fn by_pages(codec: Codec, effort: Effort) -> (f64, f64) {
    let (host, mut phones) = (Host::claim(), Phones::new(effort.bridges.div_ceil(2)));
    let mut shards = Shards::start(1, 22_000..=29_999, Devices::default(), Arc::new(|_| Ok(()))).unwrap();
    let settings = Settings { ips: vec![host.address()], port: None, codec };
    let door = shards.open_browsers(&settings).unwrap()[0];
    let mut pages: Vec<Page> = (0..effort.bridges as u64).map(|_| Page::new(codec, host.address())).collect();
    let before = memory::resident();
    for (person, page) in pages.iter_mut().enumerate() {
        page.connect(&mut shards, PageKey(person as u64), door);
    }
    let towards = calls(&mut shards, &host, &phones.addresses()[..effort.bridges]);
    talk(&mut phones, &towards, &mut pages, WARM_UP);
    let weight = (memory::resident() - before) / effort.bridges as f64;
    let spent = cpu::of_other_threads();
    talk(&mut phones, &towards, &mut pages, effort.ticks);
    let spent = cpu::of_other_threads() - spent;
    shards.stop();
    (per_second(spent, effort), weight)
}

fn by_telephones(effort: Effort) -> f64 {
    let (host, mut phones) = (Host::claim(), Phones::new(effort.bridges));
    let mut shards = Shards::start(1, 22_000..=29_999, Devices::default(), Arc::new(|_| Ok(()))).unwrap();
    let towards = bridge(&mut shards, &host, &phones.addresses());
    talk(&mut phones, &towards, &mut [], WARM_UP);
    let spent = cpu::of_other_threads();
    talk(&mut phones, &towards, &mut [], effort.ticks);
    let spent = cpu::of_other_threads() - spent;
    shards.stop();
    per_second(spent, effort)
}

fn per_second(nanoseconds: f64, effort: Effort) -> f64 {
    nanoseconds / 1_000.0 / effort.bridges as f64 / (TICK * effort.ticks).as_secs_f64()
}

/// A call of each telephone with the page of the same number; where the telephones send to.
fn calls(shards: &mut Shards, host: &Host, telephones: &[SocketAddr]) -> Vec<SocketAddr> {
    let ports = shards.lend(host.address(), telephones.len()).expect("ports");
    for (at, ((port, _), telephone)) in ports.iter().zip(telephones).enumerate() {
        let (far, near) = (LegKey(2 * at as u64), LegKey(2 * at as u64 + 1));
        let order = RtpOrder {
            ssrc: at as u32 + 1,
            stream: Some(stream(*telephone)),
            feed: Feed::Peer(near),
            receive: true,
            nat: false,
            digits: Vec::new(),
            record: None,
        };
        let device = PageKey(at as u64).device().into();
        let page = DeviceOrder { feed: Feed::Peer(far), ring: None, muted: false };
        for (leg, media) in
            [(far, LegMedia::Rtp { port: *port, order }), (near, LegMedia::Device { device, order: page })]
        {
            shards.order(LegOrder { leg, generation: 1, media: Some(media) });
        }
    }
    ports.iter().map(|(_, port)| host.at(*port)).collect()
}

/// So many ticks of everybody talking. Each page is heard and hears: a call that does not work costs nothing.
fn talk(phones: &mut Phones, towards: &[SocketAddr], pages: &mut [Page], ticks: u32) {
    let heard_before: u64 = pages.iter().map(|page| page.heard).sum();
    for _ in 0..ticks {
        pages.iter_mut().for_each(Page::tick);
        phones.talk(towards, 1);
    }
    let heard: u64 = pages.iter().map(|page| page.heard).sum::<u64>() - heard_before;
    let most = u64::from(ticks) * pages.len() as u64;
    assert!(ticks == WARM_UP || heard * 10 >= most * 9, "pages heard {heard} of {most} packets");
}

/// A page made of the library that the daemon has too, each with a socket of its own.
struct Page {
    rtc: Rtc,
    mid: Mid,
    socket: UdpSocket,
    payload_type: u8,
    said: u32,
    heard: u64,
    sound: Vec<u8>,
}

impl Page {
    fn new(codec: Codec, ip: std::net::IpAddr) -> Page {
        let socket = silent_socket(SocketAddr::new(ip, 0));
        let config =
            RtcConfig::new().set_rtp_mode(true).clear_codecs().enable_pcma(true, false).enable_opus(true, false);
        let mut rtc = config.build(Instant::now());
        let own = socket.local_addr().unwrap();
        rtc.add_local_candidate(Candidate::host(own, "udp").unwrap());
        let payload_type = if codec == Codec::Opus { 111 } else { 8 };
        Page { rtc, mid: Mid::new(), socket, payload_type, said: 0, heard: 0, sound: sound(codec) }
    }

    /// Offers, and goes on until the connection stands.
    fn connect(&mut self, shards: &mut Shards, page: PageKey, door: SocketAddr) {
        let mut changes = self.rtc.sdp_api();
        self.mid = changes.add_media(MediaKind::Audio, Direction::SendRecv, None, None, None);
        let (offer, pending) = changes.apply().unwrap();
        let (answer, answered) = oneshot::channel();
        shards.offer(Offer { page, sdp: offer.to_sdp_string(), take: true, answer });
        let sdp = answered.blocking_recv().unwrap().expect("an answer");
        assert!(sdp.contains(&door.port().to_string()));
        self.rtc.sdp_api().accept_answer(pending, SdpAnswer::from_sdp_string(&sdp).unwrap()).unwrap();
        let deadline = Instant::now() + Duration::from_secs(30);
        while !self.rtc.is_connected() {
            assert!(Instant::now() < deadline, "page {page:?} does not connect");
            self.turn();
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    fn tick(&mut self) {
        let number = self.said;
        self.said += 1;
        let timestamp = number * if self.payload_type == 8 { 160 } else { 960 };
        let pt = Pt::new_with_value(self.payload_type);
        let write = RtpWrite::new(pt, u64::from(number).into(), timestamp, Instant::now(), self.sound.clone());
        self.rtc.direct_api().stream_tx_by_mid(self.mid, None).unwrap().write_rtp(write);
        self.turn();
    }

    /// Takes what has come and sends what is to go.
    fn turn(&mut self) {
        let mut buffer = [0; 1_500];
        let own = self.socket.local_addr().unwrap();
        while let Ok((length, from)) = self.socket.recv_from(&mut buffer) {
            let Ok(received) = Receive::new(Protocol::Udp, from, own, &buffer[..length]) else { continue };
            self.rtc.handle_input(Input::Receive(Instant::now(), received)).unwrap();
            self.drain();
        }
        self.rtc.handle_input(Input::Timeout(Instant::now())).unwrap();
        self.drain();
    }

    fn drain(&mut self) {
        loop {
            match self.rtc.poll_output().unwrap() {
                Output::Timeout(_) => return,
                Output::Transmit(datagram) => drop(self.socket.send_to(&datagram.contents, datagram.destination)),
                Output::Event(Event::RtpPacket(_)) => self.heard += 1,
                Output::Event(_) => {}
            }
        }
    }
}

/// One frame of a tone as packets carry it.
fn sound(codec: Codec) -> Vec<u8> {
    let mut encoder = Encoder::new(codec, OpusWishes::default()).expect("memory for an encoder");
    let mut voices = tone::Voices::new((440.0, 2_000.0), (660.0, 2_000.0));
    let frame = Frame::from_fn(codec.rate(), |_| voices.sample());
    let mut payload = [0; 480];
    encoder.encode(frame.samples(), &mut payload).expect("a whole frame").to_vec()
}

/// In ticks: playout buffers fill, and the first packets find the way.
const WARM_UP: u32 = 25;
