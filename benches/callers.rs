//! Far ends of very many calls, in one thread: they talk evenly over the tick, each packet says when it left, and the kernel
//! when it came.

use std::io::IoSliceMut;
use std::net::{SocketAddr, UdpSocket};
use std::os::fd::AsRawFd;
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use media::rtp::Packet;
use nix::sys::socket::{ControlMessageOwned, MsgFlags, recvmsg, setsockopt, sockopt};

use crate::phones::{TICK, silent_socket};

/// Two for each call, one after the other.
#[derive(Debug)]
pub struct Callers {
    sockets: Vec<UdpSocket>,
    towards: Vec<SocketAddr>,
    tick: u32,
}

/// What came of the packets of one talk.
#[derive(Debug)]
pub struct Heard {
    pub sent: usize,
    /// Of each packet that came: from the call that sent it to its arrival at the far end's socket.
    pub delays_ms: Vec<f64>,
}

impl Callers {
    pub fn new(calls: usize) -> Callers {
        let sockets = (0..2 * calls).map(|_| silent_socket("127.0.0.1:0".parse().expect("an address"))).collect();
        let callers = Callers { sockets, towards: Vec::new(), tick: 0 };
        for socket in &callers.sockets {
            setsockopt(socket, sockopt::ReceiveTimestampns, &true).expect("Linux notes arrivals");
        }
        callers
    }

    pub fn addresses(&self) -> Vec<SocketAddr> {
        self.sockets.iter().map(|socket| socket.local_addr().expect("bound")).collect()
    }

    /// One for each caller.
    pub fn towards(self, towards: Vec<SocketAddr>) -> Callers {
        Callers { towards, ..self }
    }

    /// So many packets of each, and everything that comes of them.
    pub fn talk(&mut self, ticks: u32) -> Heard {
        let (began, mut next) = (since_epoch(), Instant::now());
        let mut heard = Heard { sent: 0, delays_ms: Vec::with_capacity(self.sockets.len() * ticks as usize) };
        for tick in 0..ticks + LAST_TICKS {
            self.tick += 1;
            for group in 0..GROUPS {
                if tick < ticks {
                    heard.sent += self.say(group);
                }
                // Of those who spoke half a tick ago.
                self.hear((group + GROUPS / 2) % GROUPS, began, &mut heard.delays_ms);
                next += TICK / GROUPS as u32;
                thread::sleep(next.saturating_duration_since(Instant::now()));
            }
        }
        heard
    }

    fn say(&self, group: usize) -> usize {
        let all = self.sockets.iter().zip(&self.towards).skip(group).step_by(GROUPS);
        all.map(|(socket, to)| {
            let (mut payload, mut out) = ([0xd5; 160], [0; 200]);
            payload[..8].copy_from_slice(&(since_epoch().as_nanos() as u64).to_be_bytes());
            let (sequence, timestamp) = (self.tick as u16, self.tick.wrapping_mul(160));
            let packet = Packet { marker: false, payload_type: 8, sequence, timestamp, ssrc: 7, payload: &payload };
            // A packet lost shows in the count of those heard.
            let _ = socket.send_to(packet.write(&mut out).expect("room for a packet"), to);
        })
        .count()
    }

    /// Packets that left before `began` are another talk's; what never left from here is silence, sent until a call's other
    /// half was there.
    fn hear(&self, group: usize, began: Duration, delays_ms: &mut Vec<f64>) {
        for socket in self.sockets.iter().skip(group).step_by(GROUPS) {
            while let Some((left, came)) = times(socket) {
                if left >= began && left <= came {
                    delays_ms.push((came - left).as_secs_f64() * 1_000.0);
                }
            }
        }
    }
}

/// When the next packet left and when it came, by the civil clock.
fn times(socket: &UdpSocket) -> Option<(Duration, Duration)> {
    let (mut buffer, mut notes) = ([0; 200], nix::cmsg_space!(nix::sys::time::TimeSpec));
    let mut parts = [IoSliceMut::new(&mut buffer)];
    let message = recvmsg::<()>(socket.as_raw_fd(), &mut parts, Some(&mut notes), MsgFlags::empty()).ok()?;
    let length = message.bytes;
    let came = message.cmsgs().ok()?.find_map(|note| match note {
        ControlMessageOwned::ScmTimestampns(came) => Some(Duration::from(came)),
        _ => None,
    })?;
    let packet = Packet::read(buffer.get(..length)?).ok()?;
    let left = packet.payload.first_chunk::<8>()?;
    Some((Duration::from_nanos(u64::from_be_bytes(*left)), came))
}

fn since_epoch() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970")
}

/// Spread over a tick, one each ms.
const GROUPS: usize = 20;
/// In which nobody talks, and what is still under way arrives.
const LAST_TICKS: u32 = 5;
