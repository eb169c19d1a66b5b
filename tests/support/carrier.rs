//! The far end of every call and the registrar of every extension: rings, picks up, says yes to the rest.

use std::net::{SocketAddr, UdpSocket};
use std::thread;

use bytes::Bytes;
use engine::sip::header::Name;
use engine::sip::message::{Message, Method};

use super::Host;

/// A carrier on a thread of its own, until the process ends.
#[derive(Debug)]
pub struct Carrier {
    host: Host,
}

impl Carrier {
    pub fn start() -> Carrier {
        let host = Host::claim();
        let (me, socket) = (host.sip(), UdpSocket::bind(host.sip()).expect("a host of our own"));
        thread::spawn(move || {
            let mut buffer = [0; 4_096];
            while let Ok((length, from)) = socket.recv_from(&mut buffer) {
                let Ok(request) = Message::parse(&Bytes::copy_from_slice(&buffer[..length])) else { continue };
                for answer in answers(&request, me) {
                    let _ = socket.send_to(&answer, from);
                }
            }
        });
        Carrier { host }
    }

    pub fn address(&self) -> SocketAddr {
        self.host.sip()
    }
}

/// What goes back for one request.
pub fn answers(request: &Message, me: SocketAddr) -> Vec<Bytes> {
    let answer = |status| tagged(Message::response(request, status));
    let answers = match request.method() {
        Some(Method::Invite) => vec![contacted(answer(180), me), picked_up(contacted(answer(200), me), me)],
        Some(Method::Ack) | None => Vec::new(),
        Some(Method::Register) => vec![registered(request)],
        Some(_) => vec![answer(200)],
    };
    answers.iter().map(Message::to_bytes).collect()
}

/// A registrar that asks for a password, and takes any.
pub fn registered(request: &Message) -> Message {
    if request.header(&Name::Authorization).is_none() {
        let mut challenge = tagged(Message::response(request, 401));
        challenge.push(Name::WwwAuthenticate, "Digest realm=\"bench\", nonce=\"n0\", qop=\"auth\", algorithm=MD5");
        return challenge;
    }
    let mut yes = tagged(Message::response(request, 200));
    let contact = request.header(&Name::Contact).unwrap_or_default();
    yes.push(Name::Contact, format!("{contact};expires=300"));
    yes
}

fn tagged(mut answer: Message) -> Message {
    let to = answer.to().ok().filter(|to| to.tag().is_none());
    if let Some(mut to) = to {
        to.params.set("tag", Some("carrier"));
        answer.set(Name::To, to.to_string());
    }
    answer
}

fn contacted(mut answer: Message, me: SocketAddr) -> Message {
    answer.push(Name::Contact, format!("<sip:{me}>"));
    answer
}

fn picked_up(mut answer: Message, me: SocketAddr) -> Message {
    answer.set_body("application/sdp", sdp(SocketAddr::new(me.ip(), 6_000)));
    answer
}

/// PCMA and telephone-event, as every carrier here has them, heard there.
pub fn sdp(ear: SocketAddr) -> String {
    let (ip, port) = (ear.ip(), ear.port());
    format!(
        "v=0\r\no=- 1 1 IN IP4 {ip}\r\ns=-\r\nc=IN IP4 {ip}\r\nt=0 0\r\nm=audio {port} RTP/AVP 8 101\r\n\
         a=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\n"
    )
}
