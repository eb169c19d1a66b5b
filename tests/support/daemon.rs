//! The daemon under test as a process of its own, driven as an administrator would: command line, signals, logs.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Output};
use std::time::Duration;

use serde_json::Value;

use super::process::Process;
use super::{ServiceManager, wait_for};

const START: Duration = Duration::from_secs(60);
const RAMAL: &str = env!("CARGO_BIN_EXE_ramal");

/// Started by [`Daemon::start`], said READY; killed when dropped. Its folder outlives it, so another can start on it.
#[derive(Debug)]
pub struct Daemon {
    folder: PathBuf,
    manager: ServiceManager,
    process: Process,
}

impl Daemon {
    /// Writes `config` to `folder/ramal.toml`, runs on it and returns once the daemon is ready.
    pub fn start(config: &str, folder: &Path) -> Daemon {
        std::fs::write(folder.join("ramal.toml"), config).expect("the test's own folder can be written");
        Daemon::start_again(folder, &[])
    }

    /// Runs on what an earlier daemon left in `folder`; `arguments` follow `run --config FILE`.
    pub fn start_again(folder: &Path, arguments: &[&str]) -> Daemon {
        Daemon::start_in(folder, arguments, &[])
    }

    /// As [`Daemon::start_again`], with more in its environment.
    pub fn start_in(folder: &Path, arguments: &[&str], environment: &[(&str, String)]) -> Daemon {
        let _ = std::fs::remove_file(folder.join("notify.sock")); // of the daemon before
        let manager = ServiceManager::start(folder);
        let mut process = Process::start(RAMAL, &folder.join("daemon.log"), |command| {
            command.arg("--socket").arg(folder.join("ramal.sock"));
            command.args(["run", "--config"]).arg(folder.join("ramal.toml")).args(arguments);
            command.envs(environment.iter().map(|(name, value)| (name, value)));
            command.env("NOTIFY_SOCKET", manager.socket()).env("WATCHDOG_USEC", WATCHDOG.as_micros().to_string());
        });
        wait_for(START, "the daemon to be ready", || {
            process.must_live();
            manager.said("READY").first().map(|_| ())
        });
        Daemon { folder: folder.to_owned(), manager, process }
    }

    /// `ramal ARGUMENTS --json` against it; panics unless it succeeds with JSON.
    pub fn ctl(&self, arguments: &[&str]) -> Value {
        let output = self.try_ctl(arguments);
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "ramal {arguments:?} ended with {}: {out}{err}", output.status);
        serde_json::from_str(&out)
            .unwrap_or_else(|error| panic!("ramal {arguments:?} printed no JSON ({error}): {out}"))
    }

    /// Like [`Daemon::ctl`], for what may be refused.
    pub fn try_ctl(&self, arguments: &[&str]) -> Output {
        let socket = self.folder.join("ramal.sock");
        let output = Command::new(RAMAL).arg("--socket").arg(socket).args(arguments).arg("--json").output();
        output.expect("the binary under test can be started")
    }

    /// What a person reads, in English; and how it ended.
    pub fn told(&self, arguments: &[&str]) -> (String, Option<i32>) {
        let socket = self.folder.join("ramal.sock");
        let output = Command::new(RAMAL).arg("--socket").arg(socket).args(["--lang", "en"]).args(arguments).output();
        let output = output.expect("the binary under test can be started");
        let text = [output.stdout, output.stderr].concat();
        (String::from_utf8_lossy(&text).into_owned(), output.status.code())
    }

    /// Waits until what `arguments` answer satisfies `good`, and gives that answer.
    pub fn wait_ctl(&self, deadline: Duration, what: &str, arguments: &[&str], good: impl Fn(&Value) -> bool) -> Value {
        wait_for(deadline, what, || Some(self.ctl(arguments)).filter(&good))
    }

    pub fn pid(&self) -> u32 {
        self.process.pid()
    }

    /// What it has told the service manager.
    pub fn manager(&self) -> &ServiceManager {
        &self.manager
    }

    /// Its log so far, and those of daemons before it in the same folder.
    pub fn log(&self) -> String {
        self.process.log()
    }

    /// SIGHUP: read the configuration again.
    pub fn reload(&self) {
        self.process.signal("HUP");
    }

    /// SIGTERM without waiting: the drain begins.
    pub fn drain(&self) {
        self.process.signal("TERM");
    }

    /// Waits for its own end.
    pub fn wait(&mut self, deadline: Duration) -> ExitStatus {
        self.process.wait(deadline)
    }

    /// SIGTERM, then waits for the end of the drain.
    pub fn term(&mut self, deadline: Duration) -> ExitStatus {
        self.process.term(deadline)
    }

    /// SIGKILL.
    pub fn kill9(&mut self) {
        self.process.kill9();
    }
}

/// Short, so that a test sees several signs of life; long enough for a busy machine.
pub const WATCHDOG: Duration = Duration::from_secs(10);
