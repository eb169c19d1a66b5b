//! A page's end of a browser's headset, made of the library that the daemon has too, with a socket of its own.

use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use media::codec::g711::Law;
use media::codec::{Codec, Encoder, OpusWishes};
use media::{Frame, tone};
use str0m::change::SdpAnswer;
use str0m::media::{Direction, MediaKind, Mid, Pt};
use str0m::net::{Protocol, Receive};
use str0m::rtp::RtpWrite;
use str0m::{Candidate, Event, Input, Output, Rtc, RtcConfig};

use crate::phones::silent_socket;

pub struct Page {
    rtc: Rtc,
    mid: Mid,
    socket: UdpSocket,
    payload_type: u8,
    said: u32,
    /// Packets.
    pub heard: u64,
    /// When the last loud one came, and the first since it was asked for; of A-law only.
    pub loud: Option<Instant>,
    pub first_loud: Option<Instant>,
    sound: Vec<u8>,
}

impl Page {
    pub fn new(codec: Codec, ip: IpAddr) -> Page {
        let socket = silent_socket(SocketAddr::new(ip, 0));
        let config =
            RtcConfig::new().set_rtp_mode(true).clear_codecs().enable_pcma(true, false).enable_opus(true, false);
        let mut rtc = config.build(Instant::now());
        let own = socket.local_addr().unwrap();
        rtc.add_local_candidate(Candidate::host(own, "udp").unwrap());
        let payload_type = if codec == Codec::Opus { 111 } else { 8 };
        Page {
            rtc,
            mid: Mid::new(),
            socket,
            payload_type,
            said: 0,
            heard: 0,
            loud: None,
            first_loud: None,
            sound: sound(codec),
        }
    }

    /// Offers by `answer`, which gives what was answered, and goes on until the connection stands.
    pub fn connect(&mut self, answer: impl FnOnce(String) -> String) {
        let mut changes = self.rtc.sdp_api();
        self.mid = changes.add_media(MediaKind::Audio, Direction::SendRecv, None, None, None);
        let (offer, pending) = changes.apply().unwrap();
        let sdp = answer(offer.to_sdp_string());
        self.rtc.sdp_api().accept_answer(pending, SdpAnswer::from_sdp_string(&sdp).unwrap()).unwrap();
        let deadline = Instant::now() + Duration::from_secs(30);
        while !self.rtc.is_connected() {
            assert!(Instant::now() < deadline, "a page does not connect");
            self.turn();
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Says 20 ms.
    pub fn tick(&mut self) {
        let number = self.said;
        self.said += 1;
        let timestamp = number * if self.payload_type == 8 { 160 } else { 960 };
        let pt = Pt::new_with_value(self.payload_type);
        let write = RtpWrite::new(pt, u64::from(number).into(), timestamp, Instant::now(), self.sound.clone());
        self.rtc.direct_api().stream_tx_by_mid(self.mid, None).unwrap().write_rtp(write);
        self.turn();
    }

    /// Takes what has come and sends what is to go.
    pub fn turn(&mut self) {
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

    fn hear(&mut self, payload: &[u8]) {
        self.heard += 1;
        let mut samples = [0; 160];
        let loud =
            |samples: &[i16]| samples.iter().map(|sample| i32::from(sample.saturating_abs())).sum::<i32>() > LOUD;
        if self.payload_type == 8 && payload.len() == samples.len() {
            Law::A.decode(payload, &mut samples);
            if loud(&samples) {
                let now = Instant::now();
                self.loud = Some(now);
                self.first_loud.get_or_insert(now);
            }
        }
    }

    fn drain(&mut self) {
        loop {
            match self.rtc.poll_output().unwrap() {
                Output::Timeout(_) => return,
                Output::Transmit(datagram) => drop(self.socket.send_to(&datagram.contents, datagram.destination)),
                Output::Event(Event::RtpPacket(packet)) => self.hear(&packet.payload),
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

/// Of the samples of a packet, together.
const LOUD: i32 = 160 * 500;
