//! Kamailio between a caller of ours and the carrier.

use std::net::{SocketAddr, UdpSocket};
use std::time::Duration;

use bytes::Bytes;
use engine::sip::header::Name;
use engine::sip::message::{Message, Method};

use crate::cpu;
use crate::support::Host;
use crate::support::carrier::sdp;
use crate::support::peers::Kamailio;

/// One caller, many calls at once.
#[derive(Debug)]
pub struct Relay {
    kamailio: Kamailio,
    carrier: SocketAddr,
    socket: UdpSocket,
    me: SocketAddr,
    dialled: u32,
    _host: Host,
}

impl Relay {
    pub fn start(carrier: SocketAddr) -> Relay {
        let (kamailio, host) = (Kamailio::relay(carrier), Host::claim());
        let socket = UdpSocket::bind(host.sip()).expect("a host of our own");
        socket.set_read_timeout(Some(Duration::from_secs(5))).expect("a deadline");
        Relay { kamailio, carrier, socket, me: host.sip(), dialled: 0, _host: host }
    }

    /// Makes calls through it; gives what one cost it.
    pub fn make(&mut self, calls: u32) -> f64 {
        let before = cpu::of_family(self.kamailio.pid());
        let (mut ended, mut buffer) = (0, [0; 4_096]);
        (0..calls.min(AT_ONCE)).for_each(|_| self.dial());
        let mut left = calls - calls.min(AT_ONCE);
        while ended < calls {
            let length = self.socket.recv(&mut buffer).expect("Kamailio relays");
            let answer = Message::parse(&Bytes::copy_from_slice(&buffer[..length])).expect("SIP");
            match (answer.status(), answer.method()) {
                (Some(200), Some(Method::Invite)) => self.hang_up(&answer),
                (Some(200), Some(Method::Bye)) => {
                    ended += 1;
                    if left > 0 {
                        left -= 1;
                        self.dial();
                    }
                }
                (status, _) => assert!(status.is_some_and(|status| status < 200), "{answer:?}"),
            }
        }
        (cpu::of_family(self.kamailio.pid()) - before) / f64::from(calls)
    }

    fn dial(&mut self) {
        self.dialled += 1;
        let (number, me, body) = (self.dialled, self.me, sdp(self.me));
        self.send(&format!(
            "INVITE sip:11987654321@{} SIP/2.0\r\nVia: SIP/2.0/UDP {me};branch=z9hG4bK{number}i;rport\r\n\
             From: <sip:carrier@{}>;tag=t{number}\r\nTo: <sip:11987654321@{}>\r\nCall-ID: {number}@{me}\r\n\
             CSeq: 1 INVITE\r\nContact: <sip:carrier@{me}>\r\nMax-Forwards: 70\r\nSupported: timer, 100rel\r\n\
             Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, PRACK, UPDATE\r\nContent-Type: application/sdp\r\n\
             Content-Length: {}\r\n\r\n{body}",
            self.carrier,
            self.carrier,
            self.carrier,
            body.len()
        ));
    }

    /// ACK and BYE of a call that was picked up.
    fn hang_up(&self, answer: &Message) {
        let field = |name: Name| answer.header(&name).expect("a mandatory field").into_owned();
        let (from, to, call) = (field(Name::From), field(Name::To), field(Name::CallId));
        let (route, me, carrier) = (field(Name::RecordRoute), self.me, self.carrier);
        for (method, cseq) in [("ACK", 1), ("BYE", 2)] {
            self.send(&format!(
                "{method} sip:{carrier} SIP/2.0\r\nVia: SIP/2.0/UDP {me};branch=z9hG4bK{call}{method};rport\r\n\
                 Route: {route}\r\nFrom: {from}\r\nTo: {to}\r\nCall-ID: {call}\r\nCSeq: {cseq} {method}\r\n\
                 Max-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
            ));
        }
    }

    fn send(&self, text: &str) {
        self.socket.send_to(text.as_bytes(), self.kamailio.sip()).expect("loopback");
    }
}

const AT_ONCE: u32 = 20;
