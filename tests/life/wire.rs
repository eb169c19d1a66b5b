//! A far end that says exactly what the test wants, byte by byte, over UDP.

use std::cell::RefCell;
use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use crate::desk::LONG;
use crate::support::Host;

/// On a host of its own. Everything it hears is kept.
#[derive(Debug)]
pub struct Wire {
    host: Host,
    socket: UdpSocket,
    heard: RefCell<Vec<(String, SocketAddr)>>,
}

impl Wire {
    pub fn new() -> Wire {
        let host = Host::claim();
        let socket = UdpSocket::bind(host.sip()).unwrap();
        Wire { host, socket, heard: RefCell::default() }
    }

    pub fn sip(&self) -> SocketAddr {
        self.host.sip()
    }

    pub fn send(&self, to: SocketAddr, bytes: impl AsRef<[u8]>) {
        self.socket.send_to(bytes.as_ref(), to).unwrap();
    }

    /// The next message that begins with `start`; what comes before it is kept too.
    pub fn expect(&self, start: &str) -> (String, SocketAddr) {
        let end = Instant::now() + LONG;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            match self.hear(left) {
                Some(message) if message.0.starts_with(start) => return message,
                Some(_) => {}
                None => panic!("waited in vain for {start}; heard {:#?}", self.heard.borrow()),
            }
        }
    }

    /// One more message within `patience`.
    pub fn hear(&self, patience: Duration) -> Option<(String, SocketAddr)> {
        let mut buffer = [0; 65_536];
        self.socket.set_read_timeout(Some(patience.max(Duration::from_millis(1)))).unwrap();
        let (length, from) = self.socket.recv_from(&mut buffer).ok()?;
        let message = (String::from_utf8_lossy(&buffer[..length]).into_owned(), from);
        self.heard.borrow_mut().push(message.clone());
        Some(message)
    }

    /// How many messages so far begin with `start`.
    pub fn count(&self, start: &str) -> usize {
        self.heard.borrow().iter().filter(|(message, _)| message.starts_with(start)).count()
    }

    /// Answers a request; `more` is header fields, a blank line and a body, or nothing.
    pub fn answer(&self, (request, from): &(String, SocketAddr), status: &str, more: &str) {
        let copied = ["Via", "From", "Call-ID", "CSeq", "Record-Route"].map(|name| fields(request, name)).concat();
        let to = fields(request, "To");
        let tag = if to.contains(";tag=") { "" } else { ";tag=far" };
        let rest = if more.is_empty() { "Content-Length: 0\r\n\r\n" } else { more };
        self.send(*from, format!("SIP/2.0 {status}\r\n{copied}{}{tag}\r\n{rest}", to.trim_end()));
    }

    /// ACK to a final response that is no 2xx (RFC 3261 §17.1.1.3).
    pub fn ack(&self, (response, from): &(String, SocketAddr)) {
        let copied = ["Via", "From", "To", "Call-ID"].map(|name| fields(response, name)).concat();
        let cseq = fields(response, "CSeq").replace("INVITE", "ACK");
        self.send(*from, format!("ACK sip:ramal@{from} SIP/2.0\r\n{copied}{cseq}Content-Length: 0\r\n\r\n"));
    }

    /// ACK to a 2xx: a request of its own in the dialog (RFC 3261 §13.2.2.4).
    pub fn confirm(&self, (response, from): &(String, SocketAddr)) {
        let copied = ["From", "To", "Call-ID"].map(|name| fields(response, name)).concat();
        let (sip, cseq) = (self.sip(), fields(response, "CSeq").replace("INVITE", "ACK"));
        let via = format!("Via: SIP/2.0/UDP {sip};branch=z9hG4bK{}\r\n", cseq.len() + copied.len());
        let head = format!("ACK sip:ramal@{from} SIP/2.0\r\n{via}Max-Forwards: 70\r\n");
        self.send(*from, format!("{head}{copied}{cseq}Content-Length: 0\r\n\r\n"));
    }

    /// 200 with SDP: A-law at our port 6000.
    pub fn accept(&self, request: &(String, SocketAddr)) {
        self.answer(request, "200 OK", &self.with_sdp());
    }

    /// Contact, Content fields and SDP.
    pub fn with_sdp(&self) -> String {
        let (sip, ip) = (self.sip(), self.host.address());
        let sdp = format!(
            "v=0\r\no=- 1 1 IN IP4 {ip}\r\ns=-\r\nc=IN IP4 {ip}\r\nt=0 0\r\nm=audio 6000 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n"
        );
        let length = sdp.len();
        format!("Contact: <sip:far@{sip}>\r\nContent-Type: application/sdp\r\nContent-Length: {length}\r\n\r\n{sdp}")
    }

    /// A request outside any dialog to `user` at `to`, from `from` as it stands; without a body unless INVITE.
    pub fn request(&self, method: &str, user: &str, to: SocketAddr, from: &[u8], transport: &str, id: &str) -> Vec<u8> {
        let sip = self.sip();
        let rest = if method == "INVITE" { self.with_sdp() } else { "Content-Length: 0\r\n\r\n".to_owned() };
        let mut bytes = format!(
            "{method} sip:{user}@{to} SIP/2.0\r\nVia: SIP/2.0/{transport} {sip};branch=z9hG4bK{method}{id};rport\r\nFrom: "
        )
        .into_bytes();
        bytes.extend_from_slice(from);
        let head = format!(
            ";tag=t{id}\r\nTo: <sip:{user}@{to}>\r\nCall-ID: {method}{id}\r\nCSeq: 1 {method}\r\nMax-Forwards: 70\r\n"
        );
        bytes.extend_from_slice(head.as_bytes());
        bytes.extend_from_slice(rest.as_bytes());
        bytes
    }
}

/// The lines of a header field, with their ends.
fn fields(message: &str, name: &str) -> String {
    let head = message.split("\r\n\r\n").next().unwrap_or_default();
    let wanted =
        head.split("\r\n").filter(|line| line.split_once(':').is_some_and(|(is, _)| is.eq_ignore_ascii_case(name)));
    wanted.map(|line| format!("{line}\r\n")).collect()
}
