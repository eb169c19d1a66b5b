//! A child process that cannot outlive its test, with its output in a file.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use super::wait_for;

/// Killed by its pid when dropped, and by the kernel when the thread that started it ends: do not share one between tests.
#[derive(Debug)]
pub struct Process {
    name: String,
    child: Child,
    log: PathBuf,
}

impl Process {
    /// Starts `program` with its output in `log`; `prepare` adds arguments and environment.
    pub fn start(program: impl AsRef<Path>, log: &Path, prepare: impl FnOnce(&mut Command)) -> Process {
        let name = program.as_ref().display().to_string();
        let output = File::options().create(true).append(true).open(log).expect("the log file of a peer");
        // The kernel ends the child with us, even when we are killed.
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL", "--"]).arg(program.as_ref());
        prepare(&mut command);
        command.stdin(Stdio::null()).stdout(output.try_clone().expect("a second handle")).stderr(output);
        let child = command.spawn().unwrap_or_else(|error| panic!("cannot start {name}: {error}"));
        Process { name, child, log: log.to_owned() }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// All it has printed so far.
    pub fn log(&self) -> String {
        read_lossy(&self.log)
    }

    /// How it ended, if it has.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("a child of ours can be waited for")
    }

    /// Panics with the log when it has ended: for use while waiting for it to come up.
    pub fn must_live(&mut self) {
        if let Some(status) = self.ended() {
            panic!("{} ended early with {status}:\n{}", self.name, self.log());
        }
    }

    /// Sends a signal by name, as `TERM` or `HUP`.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args(["-s", name, &self.pid().to_string()]).status();
        assert!(sent.is_ok_and(|status| status.success()), "cannot send {name} to {}", self.name);
    }

    /// Waits until it has ended by itself.
    pub fn wait(&mut self, deadline: Duration) -> ExitStatus {
        wait_for(deadline, &format!("the end of {}", self.name), || self.child.try_wait().ok().flatten())
    }

    /// SIGTERM, then waits.
    pub fn term(&mut self, deadline: Duration) -> ExitStatus {
        self.signal("TERM");
        self.wait(deadline)
    }

    /// SIGKILL: it gets no chance to say goodbye.
    pub fn kill9(&mut self) {
        let _ = self.child.kill(); // an ended child needs no killing
        let _ = self.child.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("--- last lines of {}:\n{}", self.name, last_lines(&self.log()));
        }
        self.kill9();
    }
}

/// The end of a log, no line longer than a screen is wide twice.
fn last_lines(log: &str) -> String {
    let lines: Vec<&str> = log.lines().collect();
    let last = lines.get(lines.len().saturating_sub(LAST_LINES)..).unwrap_or_default();
    last.iter().map(|line| line.chars().take(200).chain(['\n']).collect::<String>()).collect()
}

const LAST_LINES: usize = 40;

/// A file as text; what is no UTF-8 is replaced, what is absent is empty.
pub fn read_lossy(path: &Path) -> String {
    String::from_utf8_lossy(&std::fs::read(path).unwrap_or_default()).into_owned()
}
