//! An Asterisk of the test's own: extensions 1001 to 1010 or more, the numbers of `tests/interop/README.md`, a trunk by address.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use super::interop;
use crate::support::process::{Process, read_lossy};
use crate::support::{Folder, Host, wait_for, when};

/// Boots in well under a second on an idle machine.
const BOOT: Duration = Duration::from_secs(60);

/// What a party held by `sendonly` hears.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum HoldMusic {
    /// Asterisk's own, 700 Hz: its default.
    #[default]
    Own,
    /// What the holder sends: `suppress_moh_on_sendonly=yes`.
    Peer,
}

/// How an Asterisk is to be started.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// On `::1` with a port of its own, instead of an IPv4 address with port 5060.
    pub ipv6: bool,
    pub hold_music: HoldMusic,
    /// How many extensions it has from 1001 on, where ten are too few.
    pub crowd: Option<u32>,
    /// Numbers `9…` go out to it, and its calls come in without a password.
    pub trunk: Option<SocketAddr>,
}

/// UDP and TCP at [`Asterisk::sip`]. Killed when dropped.
#[derive(Debug)]
pub struct Asterisk {
    host: Host,
    folder: Folder,
    options: Options,
    process: Option<Process>,
}

impl Asterisk {
    /// Returns when it has booted and listens.
    pub fn start(options: Options) -> Asterisk {
        let host = if options.ipv6 { Host::claim_ipv6() } else { Host::claim() };
        let mut asterisk = Asterisk { host, folder: Folder::new("asterisk"), options, process: None };
        asterisk.boot();
        asterisk
    }

    /// Where it takes SIP, UDP and TCP.
    pub fn sip(&self) -> SocketAddr {
        self.host.sip()
    }

    /// The password of an extension.
    pub fn password(extension: u32) -> String {
        format!("pw{extension}")
    }

    /// What its command line answers.
    pub fn cli(&self, command: &str) -> String {
        let output = Command::new(interop("asterisk/run")).arg("--cli").arg(self.folder.path()).arg(command).output();
        let output = output.expect("tests/interop/asterisk/run can be started");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Live channels by `core show channels count`.
    pub fn channels(&self) -> usize {
        let answer = self.cli("core show channels count");
        let count = answer.lines().find_map(|line| line.split_once(" active channel"));
        count
            .and_then(|(count, _)| count.trim().parse().ok())
            .unwrap_or_else(|| panic!("no count of channels in: {answer}"))
    }

    /// Extensions with a contact now, ascending; one for each contact.
    pub fn registered(&self) -> Vec<u32> {
        let answer = self.cli("pjsip show contacts");
        let contacts = answer.lines().filter_map(|line| line.trim().strip_prefix("Contact:"));
        let mut extensions: Vec<u32> =
            contacts.filter_map(|contact| contact.trim().split('/').next()?.parse().ok()).collect();
        extensions.sort_unstable();
        extensions
    }

    /// Subscriptions that phones hold at it.
    pub fn subscriptions(&self) -> usize {
        let answer = self.cli("pjsip show subscriptions inbound");
        let count = answer.lines().find_map(|line| line.split_once(" active subscription"));
        count
            .and_then(|(count, _)| count.trim().parse().ok())
            .unwrap_or_else(|| panic!("no count of subscriptions in: {answer}"))
    }

    /// Its log so far: notices, warnings, dialplan steps, DTMF; with [`Asterisk::trace_sip`], messages.
    pub fn log(&self) -> String {
        read_lossy(&self.folder.join("log/full"))
    }

    /// Waits for a line of the log that contains `text`.
    pub fn wait_log(&self, deadline: Duration, text: &str) -> String {
        wait_for(deadline, &format!("'{text}' in Asterisk's log"), || {
            self.log().lines().find(|line| line.contains(text)).map(str::to_owned)
        })
    }

    /// The digits that calls to 604 were understood to send, in order.
    pub fn digits_read(&self) -> Vec<String> {
        let log = self.log();
        let notes = log.lines().filter_map(|line| line.split_once("Ext. 604: digits read: "));
        notes.map(|(_, digits)| digits.trim().to_owned()).collect()
    }

    /// From now on every SIP message stands in the log.
    pub fn trace_sip(&self) {
        self.cli("pjsip set logger on");
    }

    /// What a call to 620 recorded.
    pub fn recording_620(&self) -> PathBuf {
        self.folder.join("spool/tmp/620.wav")
    }

    /// What was left to the machine of this digit.
    pub fn left_to_machine(&self, digit: u32) -> PathBuf {
        self.folder.join(&format!("spool/tmp/left-v{digit}.wav"))
    }

    /// What the caller of 621 sent.
    pub fn heard_621(&self) -> PathBuf {
        self.folder.join("spool/monitor/heard.wav")
    }

    /// Ends it politely: calls are hung up, sockets closed.
    pub fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.term(Duration::from_secs(30));
        }
    }

    /// Ends it as a power cut would.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill9();
        }
    }

    /// Starts it again at the same address after [`Asterisk::stop`] or [`Asterisk::kill`]; it knows its contacts.
    pub fn start_again(&mut self) {
        self.boot();
    }

    /// Starts it again with an empty astdb: it has forgotten every contact.
    pub fn start_again_empty(&mut self) {
        for file in ["lib/astdb.sqlite3", "lib/astdb.sqlite3-journal"] {
            let path = self.folder.join(file);
            if path.exists() {
                std::fs::remove_file(path).expect("the astdb of a stopped Asterisk");
            }
        }
        self.boot();
    }

    fn boot(&mut self) {
        assert!(self.process.is_none(), "stop or kill the running Asterisk first");
        let (sip, options) = (self.host.sip(), self.options);
        let mut process = Process::start(interop("asterisk/run"), &self.folder.join("console"), |command| {
            command.arg(self.folder.path());
            command.env("ADDRESS", sip.ip().to_string()).env("PORT", sip.port().to_string());
            if let Some(trunk) = options.trunk {
                command.env("TRUNK", trunk.to_string());
            }
            if let Some(crowd) = options.crowd {
                command.env("EXTENSIONS", crowd.to_string());
            }
            if options.hold_music == HoldMusic::Peer {
                command.env("HOLD_MUSIC", "peer");
            }
        });
        wait_for(BOOT, "Asterisk to boot", || {
            process.must_live();
            when(self.cli("core waitfullybooted").contains("fully booted"))
        });
        self.process = Some(process);
    }
}
