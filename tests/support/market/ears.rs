//! The customers' ears and mouths: a packet of G.711 every 20 ms towards whoever called, and a count of what comes.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use media::rtp::Packet;

pub enum Order {
    Talk { ear: usize, towards: SocketAddr },
    Hush { ear: usize, towards: SocketAddr },
}

/// Of all talks so far.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Heard {
    pub talks: u64,
    pub said: u64,
    pub packets: u64,
    /// Missing between the first and the last packet of a talk.
    pub lost: u64,
    /// Talks of which nothing was heard.
    pub silent: u64,
}

/// Sockets, each for some of the talks.
#[derive(Debug)]
pub struct Ears {
    addresses: Vec<SocketAddr>,
    orders: Sender<Order>,
    heard: Arc<Mutex<Heard>>,
}

/// One talk.
#[derive(Default)]
struct Talk {
    sequence: u16,
    /// The first and the last that came, counted on past 65,535.
    span: Option<(u64, u64)>,
    packets: u64,
}

impl Ears {
    pub fn open(host: IpAddr) -> Ears {
        let open = |_| {
            let socket = UdpSocket::bind((host, 0)).expect("a free port");
            socket.set_nonblocking(true).expect("a socket that does not wait");
            socket
        };
        let sockets: Vec<UdpSocket> = (0..SOCKETS).map(open).collect();
        let addresses = sockets.iter().map(|socket| socket.local_addr().expect("bound")).collect();
        let (orders, wanted) = channel();
        let heard = Arc::new(Mutex::new(Heard::default()));
        let shown = heard.clone();
        thread::spawn(move || serve(&sockets, &wanted, &shown));
        Ears { addresses, orders, heard }
    }

    pub fn addresses(&self) -> Vec<SocketAddr> {
        self.addresses.clone()
    }

    pub fn orders(&self) -> Sender<Order> {
        self.orders.clone()
    }

    pub fn heard(&self) -> Heard {
        *self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn serve(sockets: &[UdpSocket], wanted: &Receiver<Order>, shown: &Mutex<Heard>) {
    let mut talks: HashMap<(usize, SocketAddr), Talk> = HashMap::new();
    let (mut heard, mut next) = (Heard::default(), Instant::now());
    for turn in 0_u32.. {
        if turn.is_multiple_of(HEARD_A_TICK) {
            for ((ear, towards), talk) in &mut talks {
                talk.sequence = talk.sequence.wrapping_add(1);
                heard.said += u64::from(say(&sockets[*ear], *towards, talk.sequence));
            }
        }
        // More than once a tick: what waits in a socket is not lost for want of room.
        sockets.iter().enumerate().for_each(|(ear, socket)| hear(ear, socket, &mut talks, &mut heard));
        *shown.lock().unwrap_or_else(PoisonError::into_inner) = heard;
        next += TICK / HEARD_A_TICK;
        loop {
            match wanted.recv_timeout(next.saturating_duration_since(Instant::now())) {
                Ok(order) => obey(order, &mut talks, &mut heard),
                Err(RecvTimeoutError::Timeout) => break,
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }
}

fn obey(order: Order, talks: &mut HashMap<(usize, SocketAddr), Talk>, heard: &mut Heard) {
    match order {
        Order::Talk { ear, towards } => drop(talks.insert((ear, towards), Talk::default())),
        Order::Hush { ear, towards } => {
            let talk = talks.remove(&(ear, towards)).unwrap_or_default();
            let (first, last) = talk.span.unwrap_or((1, 0));
            heard.talks += 1;
            heard.silent += u64::from(talk.packets == 0);
            heard.lost += (last + 1).saturating_sub(first).saturating_sub(talk.packets);
        }
    }
}

fn say(socket: &UdpSocket, towards: SocketAddr, sequence: u16) -> bool {
    let timestamp = u32::from(sequence).wrapping_mul(160);
    let packet = Packet { marker: false, payload_type: 8, sequence, timestamp, ssrc: 7, payload: &[0xd5; 160] };
    let mut out = [0; 200];
    socket.send_to(packet.write(&mut out).expect("room for a packet"), towards).is_ok()
}

fn hear(ear: usize, socket: &UdpSocket, talks: &mut HashMap<(usize, SocketAddr), Talk>, heard: &mut Heard) {
    let mut buffer = [0; 1_500];
    while let Ok((length, from)) = socket.recv_from(&mut buffer) {
        let Some(talk) = talks.get_mut(&(ear, from)) else { continue };
        let Ok(packet) = Packet::read(&buffer[..length]) else { continue };
        heard.packets += 1;
        talk.packets += 1;
        let (first, last) = talk.span.unwrap_or((u64::from(packet.sequence), u64::from(packet.sequence)));
        let ahead = packet.sequence.wrapping_sub(last as u16);
        let last = if ahead < 0x8000 { last + u64::from(ahead) } else { last };
        talk.span = Some((first, last));
    }
}

const SOCKETS: usize = 64;
const TICK: Duration = Duration::from_millis(20);
const HEARD_A_TICK: u32 = 4;
