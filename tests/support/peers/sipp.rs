//! SIPp with the scenarios of `tests/interop/sipp`: as a phone, as a carrier, as a crowd.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use super::interop;
use crate::support::process::{Process, read_lossy};
use crate::support::{Folder, Host};

/// How SIPp sends.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Transport {
    #[default]
    Udp,
    Tcp,
}

/// A command line under construction: `Sipp::new("call.xml").service("600").run(target, …)`.
#[derive(Debug)]
pub struct Sipp {
    host: Host,
    folder: Folder,
    arguments: Vec<String>,
}

/// A SIPp at work; killed when dropped.
#[derive(Debug)]
pub struct Running {
    process: Process,
    sipp: Sipp,
}

/// What a SIPp run came to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Outcome {
    pub successful: u32,
    pub failed: u32,
    /// What it printed and complained about.
    pub report: String,
}

impl Sipp {
    /// With a scenario of `tests/interop/sipp`, on a host of its own.
    pub fn new(scenario: &str) -> Sipp {
        Sipp::at(Host::claim(), scenario)
    }

    /// With a scenario, on a given host; RTP from its port 6000.
    pub fn at(host: Host, scenario: &str) -> Sipp {
        let (address, port) = (host.address().to_string(), host.sip().port());
        let mut sipp = Sipp { host, folder: Folder::new("sipp"), arguments: Vec::new() };
        let scenario = interop("sipp").join(scenario);
        sipp = sipp.with("-sf", scenario.display()).with("-i", &address).with("-mi", &address).with("-mp", 6000);
        sipp.with("-p", port).flag("-nostdin").flag("-trace_err")
    }

    /// Where it listens.
    pub fn sip(&self) -> SocketAddr {
        self.host.sip()
    }

    /// Any option of SIPp's own.
    #[must_use]
    pub fn with(mut self, option: &str, value: impl ToString) -> Sipp {
        self.arguments.extend([option.to_owned(), value.to_string()]);
        self
    }

    /// Any option of SIPp's own without a value.
    #[must_use]
    pub fn flag(mut self, option: &str) -> Sipp {
        self.arguments.push(option.to_owned());
        self
    }

    /// The number it dials.
    #[must_use]
    pub fn service(self, number: &str) -> Sipp {
        self.with("-s", number)
    }

    /// So many calls in all, `per_second` new ones a second.
    #[must_use]
    pub fn calls(self, calls: u32, per_second: u32) -> Sipp {
        self.with("-m", calls).with("-r", per_second).with("-l", calls)
    }

    /// The accounts it calls from, in turn, each with password `pw` and its number.
    #[must_use]
    pub fn users(self, users: impl IntoIterator<Item = u32>) -> Sipp {
        let mut lines = String::from("SEQUENTIAL\n");
        for user in users {
            lines += &format!("{user};[authentication username={user} password=pw{user}]\n");
        }
        let file = self.folder.join("users.csv");
        std::fs::write(&file, lines).expect("SIPp's own folder can be written");
        self.with("-inf", file.display())
    }

    /// Sends back the RTP it gets.
    #[must_use]
    pub fn echo(self) -> Sipp {
        self.flag("-rtp_echo")
    }

    #[must_use]
    pub fn transport(self, transport: Transport) -> Sipp {
        match transport {
            Transport::Udp => self.with("-t", "u1"),
            Transport::Tcp => self.with("-t", "t1"),
        }
    }

    /// Calls `target` until all calls have ended; panics after `deadline`.
    pub fn run(self, target: SocketAddr, deadline: Duration) -> Outcome {
        self.start(Some(target)).finish(deadline)
    }

    /// Starts without waiting: with a target it calls, without one it is called.
    pub fn start(self, target: Option<SocketAddr>) -> Running {
        let process = Process::start("sipp", &self.folder.join("screen"), |command| {
            command.current_dir(self.folder.path()).env("TERM", "dumb").args(&self.arguments);
            if let Some(target) = target {
                command.arg(target.to_string());
            }
        });
        Running { process, sipp: self }
    }

    /// Its error file; SIPp names it after the scenario and its pid.
    fn complaints(&self) -> String {
        let entries = std::fs::read_dir(self.folder.path()).into_iter().flatten().flatten();
        let errors = entries.map(|entry| entry.path()).filter(|path| path.to_string_lossy().ends_with("_errors.log"));
        errors.map(|path: PathBuf| read_lossy(&path)).collect()
    }
}

impl Running {
    /// Where it listens.
    pub fn sip(&self) -> SocketAddr {
        self.sipp.sip()
    }

    /// Waits until all its calls have ended.
    pub fn finish(mut self, deadline: Duration) -> Outcome {
        self.process.wait(deadline);
        let screen = self.process.log();
        let (successful, failed) = (cumulative(&screen, "Successful call"), cumulative(&screen, "Failed call"));
        Outcome { successful, failed, report: format!("{screen}\n{}", self.sipp.complaints()) }
    }
}

/// The last column of the last line of SIPp's statistics that begins with `name`.
fn cumulative(screen: &str, name: &str) -> u32 {
    let line = screen.lines().rfind(|line| line.trim_start().starts_with(name));
    let last = line.and_then(|line| line.rsplit('|').next());
    last.and_then(|count| count.trim().parse().ok()).unwrap_or_else(|| panic!("SIPp printed no '{name}':\n{screen}"))
}
