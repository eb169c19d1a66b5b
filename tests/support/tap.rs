//! A place on the way between the daemon and its PBX: what passes is noted, a connection can be cut.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use super::Host;

/// Carries the datagrams of one near peer to `far` and back, for as long as the test process lives.
#[derive(Debug)]
pub struct Tap {
    host: Arc<Host>,
    requests: Arc<Mutex<Vec<Request>>>,
}

/// A request on its way from the near peer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Request {
    pub at: Instant,
    pub method: String,
    pub call_id: String,
}

impl Tap {
    pub fn start(far: SocketAddr) -> Tap {
        let host = Arc::new(Host::claim());
        let near = Arc::new(UdpSocket::bind(host.sip()).expect("a claimed address"));
        let away = Arc::new(UdpSocket::bind(host.at(0)).expect("a claimed address"));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (peer, noted) = (Arc::new(Mutex::new(None)), requests.clone());
        let (near_out, away_out, last) = (near.clone(), away.clone(), peer.clone());
        let claim = host.clone();
        std::thread::spawn(move || {
            let _claim = claim; // the address is in use for as long as this thread lives
            carry(&near_out, |from, bytes| {
                *last.lock().expect("nobody panics with the lock") = Some(from);
                noted.lock().expect("nobody panics with the lock").extend(Request::read(bytes));
                let _ = away_out.send_to(bytes, far); // while the PBX is away, nobody listens
            });
        });
        std::thread::spawn(move || {
            carry(&away, |_, bytes| {
                if let Some(peer) = *peer.lock().expect("nobody panics with the lock") {
                    let _ = near.send_to(bytes, peer); // as above
                }
            });
        });
        Tap { host, requests }
    }

    /// Where the near peer sends to.
    pub fn sip(&self) -> SocketAddr {
        self.host.sip()
    }

    /// Requests of this method so far.
    pub fn requests(&self, method: &str) -> Vec<Request> {
        let requests = self.requests.lock().expect("nobody panics with the lock");
        requests.iter().filter(|request| request.method == method).cloned().collect()
    }
}

impl Request {
    fn read(bytes: &[u8]) -> Option<Request> {
        let text = String::from_utf8_lossy(bytes);
        let first = text.lines().next().filter(|line| line.ends_with(" SIP/2.0"))?;
        let method = first.split(' ').next()?.to_owned();
        let call_id = text.lines().find_map(|line| line.strip_prefix("Call-ID: "))?.to_owned();
        Some(Request { at: Instant::now(), method, call_id })
    }
}

/// An error of a datagram socket is ICMP's word on an earlier one: nothing to a network.
fn carry(socket: &UdpSocket, mut take: impl FnMut(SocketAddr, &[u8])) {
    let mut buffer = [0; 65_536];
    loop {
        if let Ok((length, from)) = socket.recv_from(&mut buffer) {
            take(from, &buffer[..length]);
        }
    }
}

/// Carries streams to `far` and back until they are cut, for as long as the test process lives.
#[derive(Debug)]
pub struct Wire {
    host: Arc<Host>,
    streams: Arc<Mutex<Vec<[TcpStream; 2]>>>,
}

impl Wire {
    pub fn start(far: SocketAddr) -> Wire {
        let host = Arc::new(Host::claim());
        let listener = TcpListener::bind(host.sip()).expect("a claimed address");
        let streams = Arc::new(Mutex::new(Vec::new()));
        let (all, claim) = (streams.clone(), host.clone());
        std::thread::spawn(move || {
            let _claim = claim; // as above
            for near in listener.incoming().flatten() {
                let Ok(away) = TcpStream::connect(far) else { continue };
                for (from, to) in [(&near, &away), (&away, &near)] {
                    let (mut from, mut to) = (share(from), share(to));
                    std::thread::spawn(move || pass(&mut from, &mut to));
                }
                all.lock().expect("nobody panics with the lock").push([near, away]);
            }
        });
        Wire { host, streams }
    }

    /// Where the near peer connects to.
    pub fn sip(&self) -> SocketAddr {
        self.host.sip()
    }

    /// Connections so far.
    pub fn connections(&self) -> usize {
        self.streams.lock().expect("nobody panics with the lock").len()
    }

    /// Ends every connection, both ways.
    pub fn cut(&self) {
        for stream in self.streams.lock().expect("nobody panics with the lock").iter().flatten() {
            let _ = stream.shutdown(Shutdown::Both); // one cut before is cut already
        }
    }
}

fn share(stream: &TcpStream) -> TcpStream {
    stream.try_clone().expect("a second handle")
}

fn pass(from: &mut TcpStream, to: &mut TcpStream) {
    let mut buffer = [0; 16_384];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        if to.write_all(&buffer[..length]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both); // it may be cut already
}
