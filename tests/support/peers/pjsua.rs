//! A PJSUA2 phone that calls one number or SIP URI: it sends a second re-INVITE when Asterisk answers with several codecs.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{cache, interop};
use crate::support::process::Process;
use crate::support::{Folder, Host};

/// Registers, dials, plays a file, records, hangs up.
#[derive(Debug)]
pub struct Pjsua {
    process: Process,
    folder: Folder,
    _host: Host,
}

impl Pjsua {
    /// Calls `number` as `user` of `registrar`, plays `voice` (8 kHz WAV) and hangs up `talk` after the answer.
    pub fn call(user: u32, registrar: SocketAddr, number: &str, voice: &Path, talk: Duration) -> Pjsua {
        Pjsua::start(user, registrar, number, voice, talk, 0)
    }

    /// The same, with two re-INVITEs right after the answer.
    pub fn call_and_reinvite(user: u32, registrar: SocketAddr, number: &str, voice: &Path, talk: Duration) -> Pjsua {
        Pjsua::start(user, registrar, number, voice, talk, 2)
    }

    fn start(user: u32, registrar: SocketAddr, number: &str, voice: &Path, talk: Duration, changes: u8) -> Pjsua {
        let (host, folder) = (Host::claim(), Folder::new("pjsua"));
        let python = cache().join("venv/bin/python");
        let process = Process::start(python, &folder.join("log"), |command| {
            command.arg(interop("pjsua2/call.py"));
            command.args([host.address().to_string(), registrar.to_string(), user.to_string(), number.to_owned()]);
            command.arg(voice).arg(folder.join("heard.wav")).arg(talk.as_secs_f64().to_string());
            command.arg(changes.to_string());
        });
        Pjsua { process, folder, _host: host }
    }

    /// Waits for the end; panics unless the call was answered and ended by us.
    pub fn finish(&mut self, deadline: Duration) {
        let status = self.process.wait(deadline);
        assert!(status.success(), "pjsua2 ended with {status}:\n{}", self.process.log());
    }

    /// How many of its re-INVITEs were answered with 200.
    pub fn reinvited(&self) -> usize {
        let log = self.process.log();
        log.lines().filter(|line| line.starts_with("reinvited") && line.ends_with("True")).count()
    }

    /// What it heard; complete after [`Pjsua::finish`].
    pub fn recording(&self) -> PathBuf {
        self.folder.join("heard.wav")
    }
}
