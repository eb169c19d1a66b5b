//! baresip as a phone with one account: a tone for a voice, a recording for an ear, commands over its control socket.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

use super::interop;
use crate::support::process::Process;
use crate::support::{Folder, Host, wait_for};

const START: Duration = Duration::from_secs(30);
const CONTROL_PORT: u16 = 4_444;

/// What it does when it is called.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Answering {
    /// Rings until [`Baresip::accept`].
    Manual,
    Auto,
}

/// The account of a baresip and what it says.
#[derive(Clone, Debug)]
pub struct Line {
    pub user: u32,
    pub registrar: SocketAddr,
    /// `udp` or `tcp`.
    pub transport: &'static str,
    pub answering: Answering,
    /// baresip's names in order of preference, as `pcma,pcmu`.
    pub codecs: &'static str,
    /// The tone it sends, in hertz.
    pub tone: u32,
}

impl Line {
    /// UDP, answering at once, A-law first, 440 Hz.
    pub fn new(user: u32, registrar: SocketAddr) -> Line {
        Line { user, registrar, transport: "udp", answering: Answering::Auto, codecs: "pcma,pcmu", tone: 440 }
    }
}

/// Killed when dropped.
#[derive(Debug)]
pub struct Baresip {
    host: Host,
    folder: Folder,
    control: TcpStream,
    heard: Arc<Mutex<Vec<Value>>>,
    process: Process,
}

impl Baresip {
    /// Returns when the registrar has accepted it.
    pub fn start(line: &Line) -> Baresip {
        let (host, folder) = (Host::claim(), Folder::new("baresip"));
        configure(&host, folder.path(), line);
        let mut process = Process::start("baresip", &folder.join("log"), |command| {
            command.arg("-f").arg(folder.path());
        });
        let control = wait_for(START, "baresip's control socket", || {
            process.must_live();
            TcpStream::connect(host.at(CONTROL_PORT)).ok()
        });
        let heard = Arc::new(Mutex::new(Vec::new()));
        listen(control.try_clone().expect("a second handle of the control socket"), heard.clone());
        let mut baresip = Baresip { host, folder, control, heard, process };
        wait_for(START, "baresip to register", || {
            baresip.process.must_live();
            // The event may have passed before the control socket was open; the list of accounts tells too.
            baresip.command("reginfo", "").contains("OK").then_some(())
        });
        baresip
    }

    /// Where it takes SIP.
    pub fn sip(&self) -> SocketAddr {
        self.host.sip()
    }

    /// Dials a number of its registrar, or a whole URI.
    pub fn dial(&mut self, target: &str) {
        self.command("dial", target);
    }

    /// Answers what rings.
    pub fn accept(&mut self) {
        self.command("accept", "");
    }

    pub fn hang_up(&mut self) {
        self.command("hangup", "");
    }

    pub fn hold(&mut self) {
        self.command("hold", "");
    }

    pub fn resume(&mut self) {
        self.command("resume", "");
    }

    /// Presses the keys in a call, by RFC 4733.
    pub fn press(&mut self, digits: &str) {
        for digit in digits.chars() {
            self.command("sndcode", &digit.to_string());
        }
    }

    /// Any command of baresip's own; what it answers as text.
    pub fn command(&mut self, command: &str, parameters: &str) -> String {
        let message = json!({ "command": command, "params": parameters, "token": "test" }).to_string();
        let seen = self.answers().len();
        write!(self.control, "{}:{message},", message.len()).expect("baresip's control socket takes commands");
        let answer = wait_for(START, &format!("baresip's answer to {command}"), || self.answers().get(seen).cloned());
        answer["data"].as_str().unwrap_or_default().to_owned()
    }

    /// The types of its events so far, as `CALL_ESTABLISHED`, `CALL_CLOSED`.
    pub fn events(&self) -> Vec<String> {
        let heard = self.heard.lock().expect("nobody panics with the lock");
        heard.iter().filter_map(|message| message["type"].as_str().map(str::to_owned)).collect()
    }

    /// Waits for the first event of a type.
    pub fn wait_event(&self, deadline: Duration, kind: &str) -> Value {
        wait_for(deadline, &format!("baresip's event {kind}"), || {
            let heard = self.heard.lock().expect("nobody panics with the lock");
            heard.iter().find(|message| message["type"] == kind).cloned()
        })
    }

    /// What it heard in its newest call; a complete WAV once the call has ended.
    pub fn recording(&self) -> Option<PathBuf> {
        let entries = std::fs::read_dir(self.folder.path()).ok()?.flatten();
        let heard = entries.map(|entry| entry.path()).filter(|path| path.to_string_lossy().ends_with("-dec.wav"));
        heard.max()
    }

    fn answers(&self) -> Vec<Value> {
        let heard = self.heard.lock().expect("nobody panics with the lock");
        heard.iter().filter(|message| message["response"] == true).cloned().collect()
    }
}

fn configure(host: &Host, folder: &Path, line: &Line) {
    let Line { user, registrar, transport, answering, codecs, tone } = line;
    let answering = match answering {
        Answering::Manual => "manual",
        Answering::Auto => "auto",
    };
    let account = format!(
        "<sip:{user}@{registrar};transport={transport}>;auth_user={user};auth_pass=pw{user};regint=60;\
         answermode={answering};audio_codecs={codecs}\n"
    );
    let template = std::fs::read_to_string(interop("baresip/config")).expect("tests/interop/baresip/config");
    let config = template
        .replace("@ADDRESS@", &host.address().to_string())
        .replace("@CONTROL_PORT@", &CONTROL_PORT.to_string())
        .replace("@FOLDER@", &folder.display().to_string())
        .replace("@TONE@", &tone.to_string());
    for (name, text) in [("accounts", account), ("config", config), ("contacts", String::new())] {
        std::fs::write(folder.join(name), text).expect("baresip's own folder can be written");
    }
}

/// Collects netstrings of JSON until the socket closes.
fn listen(control: TcpStream, heard: Arc<Mutex<Vec<Value>>>) {
    std::thread::spawn(move || {
        let mut control = BufReader::new(control);
        loop {
            let (mut length, mut message) = (Vec::new(), Vec::new());
            if control.read_until(b':', &mut length).unwrap_or(0) == 0 {
                return;
            }
            let digits = String::from_utf8_lossy(&length);
            let Ok(length) = digits.trim_end_matches(':').parse::<u64>() else { return };
            if control.by_ref().take(length + 1).read_to_end(&mut message).is_err() {
                return;
            }
            message.pop(); // the closing comma
            if let Ok(message) = serde_json::from_slice(&message) {
                heard.lock().expect("nobody panics with the lock").push(message);
            }
        }
    });
}
