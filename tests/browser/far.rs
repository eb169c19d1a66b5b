//! The customer's telephone: says a tone without end, and keeps what it hears.

use std::net::{SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use media::codec::g711::Law;
use media::codec::{Codec, OpusWishes};
use media::order::{Feed, RtpOrder, Stream};
use media::rtp::Packet;
use media::tone::amplitude;

use crate::support::{LONG, wait_for, when};

pub struct Far {
    address: SocketAddr,
    heard: Arc<Mutex<Heard>>,
    open: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// The last packets, and what they were.
#[derive(Default)]
struct Heard {
    last: Vec<(Instant, u16, Vec<u8>)>,
    packets: u64,
}

/// What it says, in Hz.
pub const CUSTOMER_SAYS: u32 = 1_000;

impl Far {
    pub fn start(ours: SocketAddr) -> Far {
        let socket = UdpSocket::bind((ours.ip(), 0)).unwrap();
        socket.set_read_timeout(Some(Duration::from_millis(5))).unwrap();
        let address = socket.local_addr().unwrap();
        let (heard, open) = (Arc::new(Mutex::new(Heard::default())), Arc::new(AtomicBool::new(true)));
        let (keeps, runs) = (heard.clone(), open.clone());
        let thread = std::thread::spawn(move || talk(&socket, ours, &keeps, &runs));
        Far { address, heard, open, thread: Some(thread) }
    }

    pub fn order(&self, feed: Feed) -> RtpOrder {
        let stream = Stream {
            remote: self.address,
            remote_rtcp: SocketAddr::new(self.address.ip(), self.address.port().wrapping_add(1)),
            codec: Codec::Pcma,
            payload_type: 8,
            payload_type_in: 8,
            opus: OpusWishes::default(),
            telephone_event: Some(101),
            telephone_event_in: Some(101),
            ptime_ms: 20,
            may_send: true,
            may_receive: true,
        };
        RtpOrder {
            ssrc: 77,
            stream: Some(stream),
            feed,
            receive: true,
            nat: false,
            digits: Vec::new(),
            record: None,
            detect: None,
        }
    }

    /// Waits until its last second was this tone, at the least so loud.
    pub fn hears(&self, hertz: u32) {
        wait_for(LONG, &format!("the customer to hear {hertz} Hz"), || {
            let second = self.last_second();
            when(second.len() >= 7_200 && amplitude(&second, f64::from(hertz)) > 1_000.0)
        });
    }

    /// Waits until its last second was packets of silence.
    pub fn hears_silence(&self) {
        wait_for(LONG, "the customer to hear silence", || {
            let second = self.last_second();
            when(second.len() >= 7_200 && second.iter().all(|sample| sample.unsigned_abs() < 200))
        });
    }

    /// The time between the first packet with sound after `since` and then.
    pub fn sound_after(&self, since: Instant) -> Duration {
        wait_for(LONG, "sound", || {
            let heard = self.heard.lock().unwrap();
            let loud = |payload: &[u8]| samples(payload).iter().any(|sample| sample.unsigned_abs() > 2_000);
            heard.last.iter().find(|(at, _, payload)| *at > since && loud(payload)).map(|(at, _, _)| *at - since)
        })
    }

    fn last_second(&self) -> Vec<i16> {
        let heard = self.heard.lock().unwrap();
        let since = Instant::now() - Duration::from_secs(1);
        heard.last.iter().filter(|(at, _, _)| *at > since).flat_map(|(_, _, payload)| samples(payload)).collect()
    }
}

impl Drop for Far {
    fn drop(&mut self) {
        self.open.store(false, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join(); // its panic has been printed
        }
    }
}

fn samples(payload: &[u8]) -> Vec<i16> {
    let mut samples = vec![0; payload.len()];
    Law::A.decode(payload, &mut samples);
    samples
}

fn talk(socket: &UdpSocket, ours: SocketAddr, heard: &Mutex<Heard>, open: &AtomicBool) {
    let (start, mut sent) = (Instant::now(), 0_u32);
    let mut buffer = [0; 1_500];
    while open.load(Ordering::Relaxed) {
        while start.elapsed() >= Duration::from_millis(20) * sent {
            say(socket, ours, sent);
            sent += 1;
        }
        let Ok((length, from)) = socket.recv_from(&mut buffer) else { continue };
        if let (true, Ok(packet)) = (from == ours, Packet::read(&buffer[..length])) {
            let mut heard = heard.lock().unwrap();
            heard.packets += 1;
            heard.last.push((Instant::now(), packet.sequence, packet.payload.to_vec()));
            let surplus = heard.last.len().saturating_sub(1_000);
            heard.last.drain(..surplus);
        }
    }
}

fn say(socket: &UdpSocket, ours: SocketAddr, number: u32) {
    let sample = |n: u32| {
        let turn = std::f64::consts::TAU * f64::from(CUSTOMER_SAYS) * f64::from(number * 160 + n) / 8_000.0;
        (turn.sin() * 8_000.0) as i16
    };
    let samples: Vec<i16> = (0..160).map(sample).collect();
    let (mut payload, mut out) = ([0; 160], [0; 200]);
    Law::A.encode(&samples, &mut payload);
    let packet = Packet {
        marker: false,
        payload_type: 8,
        sequence: number as u16,
        timestamp: number * 160,
        ssrc: 9,
        payload: &payload,
    };
    let _ = socket.send_to(packet.write(&mut out).unwrap(), ours); // a closed port says so; the test will too
}
