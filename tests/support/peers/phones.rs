//! PJSUA2 phones that know each other and us by address alone, and do as they are told: call, send away, take over.

use std::io::Write;
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;

use super::{cache, interop};
use crate::support::process::Process;
use crate::support::{Folder, Host, LONG, sound, wait_for};

const CONTROL_PORT: u16 = 4_444;

/// One of them: its number, the tone it says in hertz, and `auto`, `ring` or the status it refuses with.
pub type Phone = (u32, u32, &'static str);

/// All in one process; killed when dropped.
#[derive(Debug)]
pub struct Phones {
    process: Process,
    control: TcpStream,
    folder: Folder,
    host: Host,
}

impl Phones {
    pub fn start(phones: &[Phone]) -> Phones {
        let (host, folder) = (Host::claim(), Folder::new("phones"));
        let process = Process::start(cache().join("venv/bin/python"), &folder.join("log"), |command| {
            command.arg(interop("pjsua2/phones.py")).arg(host.address().to_string()).arg(folder.path());
            for (number, tone, answer) in phones {
                sound::tone(&folder.join(&format!("{number}-says.wav")), *tone, 4);
                command.arg(format!("{number}={answer}"));
            }
        });
        let mut process = process;
        let control = wait_for(LONG, "the phones", || {
            process.must_live();
            TcpStream::connect(host.at(CONTROL_PORT)).ok()
        });
        Phones { process, control, folder, host }
    }

    pub fn sip(&self) -> SocketAddr {
        self.host.sip()
    }

    /// The URI of one of them.
    pub fn uri(&self, number: u32) -> String {
        format!("sip:{number}@{}", self.sip())
    }

    /// One command; see `phones.py`.
    pub fn obey(&mut self, command: &str) {
        writeln!(self.control, "{command}").expect("the phones take commands");
    }

    /// Waits for a line that begins so.
    pub fn wait(&mut self, begin: &str) -> String {
        wait_for(LONG, &format!("the phones to say {begin:?}"), || {
            self.process.must_live();
            self.process.log().lines().find(|line| line.starts_with(begin)).map(str::to_owned)
        })
    }

    /// The number of the newest call, beside the first, that has come to this: `2001 CONFIRMED`.
    pub fn wait_newest(&mut self, state: &str) -> usize {
        wait_for(LONG, &format!("the phones to say {state:?}"), || {
            self.process.must_live();
            let log = self.process.log();
            let calls = log.lines().filter_map(|line| line.strip_prefix("call ")?.split_once(' '));
            let such = calls.filter(|(_, what)| what.starts_with(state)).filter_map(|(call, _)| call.parse().ok());
            such.max().filter(|call| *call > 0)
        })
    }

    /// What a phone has heard in its call with this number.
    pub fn heard(&self, phone: u32, call: usize) -> PathBuf {
        self.folder.join(&format!("{phone}-heard-{call}.wav"))
    }
}
