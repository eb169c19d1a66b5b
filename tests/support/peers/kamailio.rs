//! Kamailio as a stateful relay on one process: a yardstick for the CPU of a call set up and torn down.

use std::net::{SocketAddr, UdpSocket};
use std::time::Duration;

use super::interop;
use crate::support::process::Process;
use crate::support::{Folder, Host, LONG, wait_for, when};

/// Ended when dropped.
#[derive(Debug)]
pub struct Kamailio {
    host: Host,
    process: Process,
    _folder: Folder,
}

impl Kamailio {
    /// Relays every new request to `target`; returns when it answers.
    pub fn relay(target: SocketAddr) -> Kamailio {
        let (host, folder) = (Host::claim(), Folder::new("kamailio"));
        let template = std::fs::read_to_string(interop("kamailio/relay.cfg")).unwrap();
        let config =
            template.replace("@ADDRESS@", &host.address().to_string()).replace("@TARGET@", &target.to_string());
        let file = folder.join("relay.cfg");
        std::fs::write(&file, config).unwrap();
        let mut process = Process::start("kamailio", &folder.join("log"), |command| {
            command.args(["-DD", "-E", "-m", "512", "-M", "8", "-Y"]).arg(folder.path()).arg("-f").arg(file);
        });
        let knocker = UdpSocket::bind((host.address(), 0)).unwrap();
        knocker.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
        wait_for(Duration::from_secs(30), "Kamailio to answer", || {
            process.must_live();
            knocker.send_to(knock(&host).as_bytes(), host.sip()).unwrap();
            when(knocker.recv(&mut [0; 2048]).is_ok())
        });
        Kamailio { host, process, _folder: folder }
    }

    pub fn sip(&self) -> SocketAddr {
        self.host.sip()
    }

    /// Of the main process; its workers are its children.
    pub fn pid(&self) -> u32 {
        self.process.pid()
    }
}

/// A request out of hops: 483 means that it is up, and nothing is relayed.
fn knock(host: &Host) -> String {
    let address = host.address();
    format!(
        "OPTIONS sip:{address} SIP/2.0\r\nVia: SIP/2.0/UDP {address};branch=z9hG4bKknock;rport\r\nFrom: <sip:k@{address}>;tag=k\r\n\
         To: <sip:{address}>\r\nCall-ID: knock\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 0\r\nContent-Length: 0\r\n\r\n"
    )
}

impl Drop for Kamailio {
    /// Its workers outlive a killed main process; a terminated one takes them along.
    fn drop(&mut self) {
        self.process.signal("TERM");
        if !std::thread::panicking() {
            self.process.wait(LONG);
        }
    }
}
