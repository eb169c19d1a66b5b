//! rtpengine in user space: a yardstick for the CPU of a relayed RTP packet. Driven by its "ng" protocol over UDP.

use std::net::{SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use crate::support::process::Process;
use crate::support::{Folder, Host, wait_for};

const NG_PORT: u16 = 2_223;
static NEXT_COOKIE: AtomicU32 = AtomicU32::new(0);

/// Killed when dropped.
#[derive(Debug)]
pub struct Rtpengine {
    host: Host,
    control: UdpSocket,
    process: Process,
    _folder: Folder,
}

impl Rtpengine {
    /// Returns when it answers.
    pub fn start() -> Rtpengine {
        let (host, folder) = (Host::claim(), Folder::new("rtpengine"));
        let address = host.address();
        let process = Process::start("rtpengine", &folder.join("log"), |command| {
            command.args(["--table=-1", "--foreground", "--log-stderr", "--log-level=4", "--delete-delay=0"]);
            command.arg(format!("--interface={address}")).arg(format!("--listen-ng={address}:{NG_PORT}"));
            command.args(["--port-min=22000", "--port-max=29998", "--num-threads=1"]);
            command.arg(format!("--pidfile={}", folder.join("pid").display()));
        });
        let control = UdpSocket::bind((address, 0)).unwrap();
        control.set_read_timeout(Some(Duration::from_millis(500))).unwrap();
        let mut rtpengine = Rtpengine { host, control, process, _folder: folder };
        wait_for(Duration::from_secs(30), "rtpengine to answer", || {
            rtpengine.process.must_live();
            rtpengine.ask(&[("command", "ping")]).filter(|answer| answer.contains("pong"))
        });
        rtpengine
    }

    pub fn pid(&self) -> u32 {
        self.process.pid()
    }

    /// Hands in the caller's SDP; gives the one to send to the called party.
    pub fn offer(&self, call: &str, from_tag: &str, sdp: &str) -> String {
        self.sdp(&[("command", "offer"), ("call-id", call), ("from-tag", from_tag), ("sdp", sdp)])
    }

    /// Hands in the called party's SDP; gives the one to send to the caller.
    pub fn answer(&self, call: &str, from_tag: &str, to_tag: &str, sdp: &str) -> String {
        let tags = [("from-tag", from_tag), ("to-tag", to_tag)];
        self.sdp(&[&[("command", "answer"), ("call-id", call), ("sdp", sdp)][..], &tags[..]].concat())
    }

    fn sdp(&self, pairs: &[(&str, &str)]) -> String {
        let answer = self.ask(pairs).unwrap_or_else(|| panic!("rtpengine did not answer {pairs:?}"));
        // …3:sdp<length>:<text>…
        let rest = answer.split_once("3:sdp").map(|(_, rest)| rest).unwrap_or_else(|| panic!("no SDP in {answer}"));
        let (length, text) = rest.split_once(':').expect("a bencoded string");
        text[..length.parse().expect("a length")].to_owned()
    }

    /// One command as a bencoded dictionary after a cookie; its answer without the cookie. A cookie seen before would
    /// get the answer it got before.
    fn ask(&self, pairs: &[(&str, &str)]) -> Option<String> {
        let text = |word: &str| format!("{}:{word}", word.len());
        let body: String = pairs.iter().map(|(key, value)| text(key) + &text(value)).collect();
        let cookie = format!("{} ", NEXT_COOKIE.fetch_add(1, Ordering::Relaxed));
        let to = self.host.at(NG_PORT);
        self.control.send_to(format!("{cookie}d{body}e").as_bytes(), to).ok()?;
        let mut buffer = [0; 8192];
        let (length, _) = self.control.recv_from(&mut buffer).ok()?;
        let answer = String::from_utf8_lossy(&buffer[..length]);
        answer.strip_prefix(&cookie).map(str::to_owned)
    }

    /// Where its sockets are.
    pub fn address(&self) -> SocketAddr {
        self.host.at(NG_PORT)
    }
}
