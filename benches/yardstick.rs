//! rtpengine with a call for every bridge.

use std::net::SocketAddr;

use crate::cpu;
use crate::phones::Phones;
use crate::relay::measure;
use crate::support::peers::Rtpengine;

/// It forgets a call without packets after a minute; rounds come more often.
#[derive(Debug)]
pub struct Engine {
    rtpengine: Rtpengine,
    phones: Phones,
    towards: Vec<SocketAddr>,
}

impl Engine {
    pub fn start(bridges: usize) -> Engine {
        let (rtpengine, phones) = (Rtpengine::start(), Phones::new(bridges));
        let mut towards = Vec::new();
        for (number, pair) in phones.addresses().chunks(2).enumerate() {
            let call = format!("bridge-{number}");
            let for_the_called = rtpengine.offer(&call, "one", &sdp(pair[0]));
            let for_the_caller = rtpengine.answer(&call, "one", "two", &sdp(pair[1]));
            towards.extend([address(&for_the_caller), address(&for_the_called)]);
        }
        Engine { rtpengine, phones, towards }
    }

    pub fn relay(&mut self, ticks: u32) -> f64 {
        let pid = self.rtpengine.pid();
        measure(&mut self.phones, &self.towards, ticks, || cpu::of_family(pid))
    }
}

fn sdp(phone: SocketAddr) -> String {
    let (ip, port) = (phone.ip(), phone.port());
    format!("v=0\r\no=- 1 1 IN IP4 {ip}\r\ns=-\r\nc=IN IP4 {ip}\r\nt=0 0\r\nm=audio {port} RTP/AVP 8\r\n")
}

fn address(sdp: &str) -> SocketAddr {
    let after = |mark: &str| sdp.split_once(mark).and_then(|(_, rest)| rest.split_whitespace().next());
    let (ip, port) = (after("c=IN IP4 ").expect("an address"), after("m=audio ").expect("a port"));
    format!("{ip}:{port}").parse().expect("an address and a port")
}
