//! Far ends of many bridges, in one thread: each says one packet of G.711 every 20 ms and hears what comes.

use std::net::{SocketAddr, UdpSocket};
use std::thread;
use std::time::{Duration, Instant};

use media::rtp::Packet;

/// Two for each bridge, one after the other.
#[derive(Debug)]
pub struct Phones {
    sockets: Vec<UdpSocket>,
    sequence: u16,
    timestamp: u32,
}

impl Phones {
    pub fn new(bridges: usize) -> Phones {
        let sockets = (0..2 * bridges).map(|_| silent_socket("127.0.0.1:0".parse().unwrap())).collect();
        Phones { sockets, sequence: 0, timestamp: 0 }
    }

    pub fn addresses(&self) -> Vec<SocketAddr> {
        self.sockets.iter().map(|socket| socket.local_addr().unwrap()).collect()
    }

    /// Talks to `towards`, one for each phone, for so many packets each; gives how many were heard.
    pub fn talk(&mut self, towards: &[SocketAddr], ticks: u32) -> u32 {
        let begin = Instant::now();
        (1..=ticks).map(|tick| self.talk_until(towards, begin + TICK * tick)).sum()
    }

    /// One packet for each, and what is heard until then.
    pub fn talk_until(&mut self, towards: &[SocketAddr], then: Instant) -> u32 {
        self.say(towards);
        thread::sleep(then.saturating_duration_since(Instant::now()));
        let mut buffer = [0; 1_500];
        self.sockets.iter().map(|socket| std::iter::from_fn(|| socket.recv(&mut buffer).ok()).count() as u32).sum()
    }

    fn say(&mut self, towards: &[SocketAddr]) {
        self.sequence = self.sequence.wrapping_add(1);
        self.timestamp = self.timestamp.wrapping_add(160);
        let (sequence, timestamp) = (self.sequence, self.timestamp);
        let packet = Packet { marker: false, payload_type: 8, sequence, timestamp, ssrc: 7, payload: &[0xd5; 160] };
        let mut buffer = [0; 200];
        let bytes = packet.write(&mut buffer).expect("room for a packet");
        for (socket, to) in self.sockets.iter().zip(towards) {
            // A packet lost shows in the count of those heard.
            let _ = socket.send_to(bytes, to);
        }
    }
}

/// Never waits.
pub fn silent_socket(address: SocketAddr) -> UdpSocket {
    let socket = UdpSocket::bind(address).expect("a free port");
    socket.set_nonblocking(true).expect("a socket that does not wait");
    socket
}

pub const TICK: Duration = Duration::from_millis(20);
