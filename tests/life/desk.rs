//! A daemon with a host, a folder and a configuration of its own, and the words to command it.

use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::time::Duration;

use ramal::store::{CallStory, Page, Reader, SortBy, Store};
use serde_json::{Value, json};

use crate::support::{Daemon, Folder, Host, wait_for, when};

/// Catches hanging; measures nothing.
pub const LONG: Duration = Duration::from_secs(40);

/// A running daemon; killed when dropped.
#[derive(Debug)]
pub struct Desk {
    // Dropped in this order: the daemon ends before its folder goes.
    pub daemon: Daemon,
    pub folder: Folder,
    pub host: Host,
}

/// What a daemon shall be: TOML beside its listening address, which [`Desk`] writes.
#[derive(Debug)]
pub struct Plan {
    pub folder: Folder,
    pub host: Host,
    /// Keys of `[daemon]`.
    pub daemon: String,
    /// Every other section.
    pub sections: String,
}

impl Plan {
    pub fn new(name: &str) -> Plan {
        Plan { folder: Folder::new(name), host: Host::claim(), daemon: String::new(), sections: String::new() }
    }

    /// With keys of `[daemon]`, one a line.
    pub fn daemon(mut self, keys: &str) -> Plan {
        self.daemon += keys;
        self.daemon.push('\n');
        self
    }

    /// With further sections.
    pub fn with(mut self, sections: impl AsRef<str>) -> Plan {
        self.sections += sections.as_ref();
        self.sections.push('\n');
        self
    }

    /// The whole of `ramal.toml`.
    pub fn toml(&self) -> String {
        config(&self.host, &self.daemon, &self.sections)
    }

    pub fn start(self) -> Desk {
        let daemon = Daemon::start(&self.toml(), self.folder.path());
        Desk { daemon, folder: self.folder, host: self.host }
    }

    /// With more in its environment.
    pub fn start_in(self, environment: &[(&str, String)]) -> Desk {
        std::fs::write(self.folder.join("ramal.toml"), self.toml()).unwrap();
        let daemon = Daemon::start_in(self.folder.path(), &[], environment);
        Desk { daemon, folder: self.folder, host: self.host }
    }

    /// Recording everything the engine is told into `run.replay` of its folder.
    pub fn start_recording(self) -> (Desk, PathBuf) {
        let file = self.folder.join("run.replay");
        std::fs::write(self.folder.join("ramal.toml"), self.toml()).unwrap();
        let daemon = Daemon::start_again(self.folder.path(), &["--record", &file.display().to_string()]);
        (Desk { daemon, folder: self.folder, host: self.host }, file)
    }
}

fn config(host: &Host, daemon: &str, sections: &str) -> String {
    let (sip, ip) = (host.sip(), host.address());
    format!(
        "[daemon]\ndata_dir = \"data\"\nlog = \"debug\"\nshards = 1\n{daemon}\n\
         [[listen]]\naddress = \"{sip}\"\n[media]\nips = [\"{ip}\"]\n{sections}"
    )
}

/// An Asterisk as registrar `pbx`.
pub fn pbx(asterisk: SocketAddr) -> String {
    format!("[registrar.pbx]\nhost = \"{asterisk}\"\nprofile = \"asterisk\"\n")
}

/// Extensions of `pbx` with their passwords; `keys` are given to each.
pub fn extensions(numbers: impl IntoIterator<Item = u32>, keys: &str) -> String {
    let one = |number| format!("[extension.{number}]\nregistrar = \"pbx\"\nsecret = \"pw{number}\"\n{keys}\n");
    numbers.into_iter().map(one).collect()
}

/// A trunk that is known by its address, with a registrar section of the same name.
pub fn trunk(name: &str, peer: SocketAddr, keys: &str) -> String {
    format!(
        "[registrar.{name}]\nhost = \"{peer}\"\nprobe = false\n\
         [trunk.{name}]\nregistrar = \"{name}\"\nuser = \"551130001000\"\n{keys}\n"
    )
}

impl Desk {
    /// Waits until so many accounts are registered.
    pub fn registered(&self, count: usize) {
        wait_for(LONG, &format!("{count} registered accounts"), || {
            let all = self.daemon.ctl(&["extensions"]);
            let states = list(&all, "extensions").into_iter().map(|one| one["registration"]["state"].clone());
            when(states.filter(|state| state == "registered").count() == count)
        });
    }

    /// The live calls.
    pub fn calls(&self) -> Vec<Value> {
        list(&self.daemon.ctl(&["calls"]), "calls")
    }

    /// The live call with this id.
    pub fn call(&self, id: &str) -> Option<Value> {
        self.calls().into_iter().find(|call| call["call"] == id)
    }

    /// Dials over an account; the new call's id.
    pub fn dial(&self, route: &str, number: &str) -> String {
        text(&self.daemon.ctl(&["dial", number, "--route", route])["call"])
    }

    /// Dials what must be refused; the refusal's code and words.
    pub fn dial_refused(&self, route: &str, number: &str) -> (String, String) {
        let answer = self.ask(&[json!({ "do": "dial", "number": number, "route": route })]).remove(0);
        let error = &answer["error"];
        assert!(error.is_object(), "not refused: {answer}");
        (text(&error["code"]), text(&error["text"]))
    }

    /// Waits until a call has `state`, and gives it.
    pub fn wait_state(&self, id: &str, state: &str) -> Value {
        self.wait_call(id, state, |call| call["state"] == state)
    }

    /// Waits until a live call is as wished, and gives it.
    pub fn wait_call(&self, id: &str, what: &str, good: impl Fn(&Value) -> bool) -> Value {
        wait_for(LONG, &format!("call {id}: {what}"), || self.call(id).filter(&good))
    }

    /// Waits for a call that rings us.
    pub fn wait_ringing(&self) -> Value {
        let rings = |call: &Value| call["direction"] == "inbound" && call["state"] == "ringing";
        wait_for(LONG, "a ringing call", || self.calls().into_iter().find(rings))
    }

    /// A desk phone as it is shown.
    pub fn phone(&self, device: &str) -> Value {
        let all = list(&self.daemon.ctl(&["devices"]), "phones");
        all.into_iter().find(|phone| phone["device"] == device).unwrap_or_else(|| panic!("no phone {device}"))
    }

    /// Waits until a desk phone has `state`.
    pub fn wait_phone(&self, device: &str, state: &str) -> Value {
        wait_for(LONG, &format!("phone {device}: {state}"), || {
            Some(self.phone(device)).filter(|phone| phone["state"] == state)
        })
    }

    /// Waits until no call is left.
    pub fn wait_no_calls(&self, deadline: Duration) {
        wait_for(deadline, "the end of every call", || when(self.calls().is_empty()));
    }

    /// A call that has ended, as it was shown last.
    pub fn ended(&self, id: &str) -> Value {
        let past = |answer: Value| list(&answer, "ended").into_iter().find(|call| call["call"] == id);
        wait_for(LONG, &format!("the end of call {id}"), || past(self.daemon.ctl(&["calls", "--ended"])))
    }

    /// Many wishes over one connection of the control socket, each answered by one line.
    pub fn ask(&self, wishes: &[Value]) -> Vec<Value> {
        let mut socket = UnixStream::connect(self.folder.join("ramal.sock")).unwrap();
        socket.set_read_timeout(Some(LONG)).unwrap();
        let mut answers = BufReader::new(socket.try_clone().unwrap()).lines();
        let mut one = |wish: &Value| {
            writeln!(socket, "{wish}").unwrap();
            serde_json::from_str(&answers.next().unwrap().unwrap()).unwrap()
        };
        wishes.iter().map(&mut one).collect()
    }

    /// Messages of sources that nobody trusts.
    pub fn strangers(&self) -> u64 {
        self.daemon.ctl(&["status"])["totals"]["strangers"].as_u64().unwrap()
    }

    /// Ends the daemon politely and reads what it kept of today's calls, oldest first.
    pub fn stop_and_read(mut self) -> Vec<CallStory> {
        assert!(self.daemon.term(LONG).success());
        stories(&self.folder)
    }
}

/// What a stopped daemon kept of its calls, oldest first.
pub fn stories(folder: &Folder) -> Vec<CallStory> {
    let store = Store::open(&folder.join("data")).unwrap();
    stories_of(&store.reader().unwrap())
}

/// What is kept of the last two days' calls, oldest first.
pub fn stories_of(reader: &Reader) -> Vec<CallStory> {
    let today = chrono::Utc::now().with_timezone(&chrono_tz::America::Sao_Paulo).date_naive();
    let days = [today.pred_opt().unwrap(), today];
    let page = Page { skip: 0, take: 1_000 };
    let lines = days.iter().flat_map(|day| reader.calls_of_day(*day, SortBy::Oldest, page).unwrap());
    lines.map(|line| reader.call(line.row.call).unwrap().unwrap()).collect()
}

/// The list in an answer.
pub fn list(answer: &Value, name: &str) -> Vec<Value> {
    answer[name].as_array().unwrap_or_else(|| panic!("no list {name} in {answer}")).clone()
}

/// A value that is text.
pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}
