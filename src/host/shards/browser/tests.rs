//! Peers in virtual time against a page made of the same library, and what becomes of offers.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use media::codec::Codec;
use media::rtp::Packet;
use media::time::Moment;
use str0m::change::{SdpAnswer, SdpPendingOffer};
use str0m::format::{Codec as Name, FormatParams};
use str0m::media::{Direction, Frequency, MediaKind, Mid, Pt};
use str0m::net::{Protocol, Receive};
use str0m::rtp::{RtpPacket, RtpWrite};
use str0m::{Candidate, Event, Input, Output, Rtc, RtcConfig};
use tokio::sync::oneshot;

use super::door::Door;
use super::peer::{Deed, Peer, Said, ufrag};
use super::{BrowserError, Offer, PageKey, PageStandings, Pages};

const OURS: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 4_000);
const THEIRS: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 5_000);

/// A page that offers A-law, Opus and telephone-events at both clocks.
struct Client {
    rtc: Rtc,
    mid: Mid,
    pending: Option<SdpPendingOffer>,
    received: Vec<RtpPacket>,
}

impl Client {
    fn offer(now: Instant) -> (Client, String) {
        let mut config =
            RtcConfig::new().set_rtp_mode(true).clear_codecs().enable_pcma(true, false).enable_opus(true, false);
        for (number, clock) in [(110, Frequency::FORTY_EIGHT_KHZ), (126, Frequency::EIGHT_KHZ)] {
            let keys = FormatParams { telephone_event_max: Some(15), ..FormatParams::default() };
            config.codec_config().add_config(number.into(), None, Name::Tele, clock, None, keys);
        }
        let mut rtc = config.build(now);
        rtc.add_local_candidate(Candidate::host(THEIRS, "udp").unwrap());
        let mut changes = rtc.sdp_api();
        let mid = changes.add_media(MediaKind::Audio, Direction::SendRecv, None, None, None);
        let (offer, pending) = changes.apply().unwrap();
        (Client { rtc, mid, pending: Some(pending), received: Vec::new() }, offer.to_sdp_string())
    }

    fn accept(&mut self, answer: &str) {
        let answer = SdpAnswer::from_sdp_string(answer).unwrap();
        self.rtc.sdp_api().accept_answer(self.pending.take().unwrap(), answer).unwrap();
    }

    /// What it sends now.
    fn drain(&mut self) -> Vec<Vec<u8>> {
        let mut datagrams = Vec::new();
        loop {
            match self.rtc.poll_output().unwrap() {
                Output::Timeout(_) => return datagrams,
                Output::Transmit(datagram) => datagrams.push(datagram.contents.into()),
                Output::Event(Event::RtpPacket(packet)) => self.received.push(packet),
                Output::Event(_) => {}
            }
        }
    }

    fn say(&mut self, number: u64, payload_type: u8, now: Instant) {
        let write = RtpWrite::new(Pt::new_with_value(payload_type), number.into(), number as u32 * 160, now, [7; 160]);
        self.rtc.direct_api().stream_tx_by_mid(self.mid, None).unwrap().write_rtp(write);
    }
}

/// Both ends and the time between them.
struct Line {
    client: Client,
    peer: Peer,
    begin: Instant,
    ms: u64,
    said: Vec<Said>,
}

impl Line {
    fn new(codec: Codec) -> Line {
        let begin = Instant::now();
        let (mut client, offer) = Client::offer(begin);
        let (peer, answer) = Peer::answer(&offer, [OURS].into_iter(), codec, (Moment(0), begin)).unwrap();
        client.accept(&answer);
        Line { client, peer, begin, ms: 0, said: Vec::new() }
    }

    fn now(&self) -> (Moment, Instant) {
        (Moment(self.ms * 1_000_000), self.begin + Duration::from_millis(self.ms))
    }

    /// 10 ms go by, in which everything arrives.
    fn step(&mut self) {
        self.ms += 10;
        let (_, instant) = self.now();
        self.client.rtc.handle_input(Input::Timeout(instant)).unwrap();
        for datagram in self.client.drain() {
            self.peer.handle_datagram(instant, [THEIRS, OURS], &datagram);
            self.drain();
        }
        self.peer.handle_timeout(instant);
        self.drain();
    }

    fn drain(&mut self) {
        let (_, instant) = self.now();
        while let Some(todo) = self.peer.poll() {
            match todo {
                Deed::Said(said) => self.said.push(said),
                Deed::Send { bytes, .. } => {
                    let received = Receive::new(Protocol::Udp, OURS, THEIRS, &bytes).unwrap();
                    self.client.rtc.handle_input(Input::Receive(instant, received)).unwrap();
                    let answers = self.client.drain();
                    for datagram in answers {
                        self.peer.handle_datagram(instant, [THEIRS, OURS], &datagram);
                    }
                }
            }
        }
    }

    fn connect(&mut self) {
        while !self.peer.is_connected() {
            self.step();
            assert!(self.ms < 5_000, "{:?}", self.peer);
        }
        (0..10).for_each(|_| self.step());
    }

    fn write(&mut self, number: u16, payload_type: u8) {
        let (now, instant) = self.now();
        let packet = Packet {
            marker: false,
            payload_type,
            sequence: number,
            timestamp: u32::from(number) * 160,
            ssrc: 3,
            payload: &[9; 160],
        };
        self.peer.write(now, instant, &packet);
        self.drain();
    }
}

#[test]
fn sp_05_packets_go_both_ways_as_they_are_with_the_events_of_their_clock() {
    for (codec, sound, keys) in [(Codec::Pcma, 8, 126), (Codec::Opus, 111, 110)] {
        let mut line = Line::new(codec);
        line.connect();
        let agreed = line.peer.agreed();
        assert_eq!((agreed.codec, agreed.telephone_event), (codec, Some(keys)));
        assert!(agreed.may_send && agreed.may_receive && agreed.payload_type == sound, "{agreed:?}");
        for number in 0..3 {
            let (_, instant) = line.now();
            line.client.say(number, sound, instant);
            line.step();
            line.write(65_535_u16.wrapping_add(number as u16), sound);
            line.step();
        }
        assert_eq!(line.said.iter().map(|said| said.sequence).collect::<Vec<_>>(), [0, 1, 2]);
        assert!(line.said.iter().all(|said| said.payload_type == sound && *said.payload == [7; 160]));
        let numbers: Vec<u64> = line.client.received.iter().map(|packet| *packet.seq_no).collect();
        assert_eq!(numbers, [1_000, 1_001, 1_002], "over the end of the leg's numbers");
        assert!(line.client.received.iter().all(|packet| *packet.payload == [9; 160]));
    }
}

#[test]
fn nothing_is_written_before_the_connection_nor_with_a_number_that_was_not_agreed_on() {
    let mut line = Line::new(Codec::Pcma);
    (0..100).for_each(|number| line.write(number, 8));
    line.connect();
    line.write(200, 0);
    line.step();
    assert!(line.client.received.is_empty(), "{:?}", line.client.received);
}

#[test]
fn a_goodbye_of_either_side_ends_the_connection() {
    let mut line = Line::new(Codec::Pcma);
    line.connect();
    line.client.rtc.close().unwrap();
    (0..10).for_each(|_| line.step());
    assert!(!line.peer.is_connected());
    let mut line = Line::new(Codec::Pcma);
    line.connect();
    line.peer.close();
    (0..10).for_each(|_| line.step());
    assert!(line.peer.is_closed() && !line.client.rtc.is_alive());
}

#[test]
fn offers_that_cannot_be_used_say_why() {
    let (_, good) = Client::offer(Instant::now());
    let refused = |sdp: &str, codec| match Peer::answer(sdp, [OURS].into_iter(), codec, (Moment(0), Instant::now())) {
        Err(BrowserError::Unusable(why)) => why,
        other => panic!("{other:?}"),
    };
    assert!(refused(&good, Codec::Pcmu).contains("Pcmu"));
    assert!(refused(&good.replace("m=audio", "m=video"), Codec::Pcma).contains("one stream, of audio"));
    assert!(
        refused(&format!("{good}m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n"), Codec::Pcma)
            .contains("one stream")
    );
    assert!(refused(&good.replace("a=fingerprint", "a=finger"), Codec::Pcma).contains("fingerprint"));
    assert!(refused(&good.repeat(20), Codec::Pcma).contains("longer"));
    assert!(!refused("", Codec::Pcma).is_empty());
    assert!(!refused("m=audio \r\n", Codec::Pcma).is_empty());
}

#[test]
fn what_is_no_check_names_nobody() {
    assert_eq!(ufrag(&[]), None);
    assert_eq!(ufrag(&[0; 20]), None);
    assert_eq!(ufrag(&[0x80; 172]), None);
}

#[test]
fn only_the_names_of_pages_are_pages() {
    assert_eq!(PageKey::of_device("browser-7"), Some(PageKey(7)));
    assert_eq!(PageKey(7).device(), "browser-7");
    assert!(["browser", "browser-", "browser-x", "headset"].iter().all(|name| PageKey::of_device(name).is_none()));
}

fn at(ms: u64) -> Moment {
    Moment(ms * 1_000_000)
}

fn pages(begin: Instant) -> Pages {
    Pages::new(Door::open(&[], None).unwrap(), Codec::Pcma, PageStandings::default(), begin)
}

fn offered(pages: &mut Pages, person: u64, now: Moment) -> Result<String, BrowserError> {
    asked(pages, person, false, now)
}

fn asked(pages: &mut Pages, person: u64, take: bool, now: Moment) -> Result<String, BrowserError> {
    let (_, sdp) = Client::offer(Instant::now());
    let (answer, mut answered) = oneshot::channel();
    pages.handle_offer(Offer { page: PageKey(person), sdp, take, answer }, now);
    answered.try_recv().unwrap()
}

#[test]
fn sp_05_who_does_not_connect_within_15_s_is_forgotten() {
    let mut pages = pages(Instant::now());
    assert!(offered(&mut pages, 1, at(0)).unwrap().contains("PCMA"));
    pages.tick(at(14_900));
    assert_eq!(pages.count(), 1);
    pages.tick(at(15_000));
    assert_eq!(pages.count(), 0);
}

#[test]
fn sp_05_one_page_a_person_and_no_more_on_the_way_than_there_is_room_for() {
    let mut pages = pages(Instant::now());
    for _ in 0..3 {
        offered(&mut pages, 1, at(0)).unwrap();
    }
    assert_eq!(pages.count(), 1, "the last offer counts");
    (2..=64).for_each(|person| drop(offered(&mut pages, person, at(0)).unwrap()));
    assert_eq!(offered(&mut pages, 65, at(0)), Err(BrowserError::Busy));
    pages.tick(at(15_000));
    assert!(offered(&mut pages, 65, at(15_000)).is_ok());
}

#[test]
fn sp_05_who_takes_the_sound_is_not_robbed_of_it_before_the_first_word() {
    let mut pages = pages(Instant::now());
    asked(&mut pages, 1, true, at(0)).unwrap();
    assert_eq!(offered(&mut pages, 1, at(4_999)), Err(BrowserError::Taken), "the other page wants it back");
    assert!(offered(&mut pages, 1, at(5_000)).is_ok(), "it never came");
    asked(&mut pages, 1, true, at(6_000)).unwrap();
    assert!(asked(&mut pages, 1, true, at(6_100)).is_ok(), "on purpose");
}
