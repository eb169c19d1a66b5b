//! What the demo stands on: a folder, a running exchange, and a daemon configured for it.

use std::fs::{self, DirBuilder, File};
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::os::unix::fs::DirBuilderExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::people::{self, Links};
use super::{DemoError, program, system};
use crate::exchange::{Plan, Running, Settings};
use crate::words::Language;

/// Dropped in the order of its fields: the daemon ends first, the folder goes last.
#[derive(Debug)]
pub struct Stage {
    daemon: Arc<Daemon>,
    exchange: Running,
    links: Links,
    folder: Folder,
}

impl Stage {
    /// Starts everything and returns once the daemon takes commands.
    pub fn set(language: Language) -> Result<Stage, DemoError> {
        let folder = Folder::create().map_err(system("the demo's folder"))?;
        let seed = seed().map_err(system("the system's randomness"))?;
        let accounts = [EXTENSIONS[0], EXTENSIONS[1], TRUNK].map(|name| (name.to_owned(), secret(name)));
        let settings = |address: SocketAddr| Settings::new(address, accounts.into(), Plan::demo(u64::from(seed[0])));
        let exchange = Running::start(settings, LINES, EXCHANGE_PORTS, seed).map_err(system("the test exchange"))?;
        let own = free_port().map_err(system("a free UDP port"))?;
        let web = web_address().map_err(system("a free TCP port"))?;
        let written = fs::write(folder.0.join("ramal.toml"), configuration(exchange.address(), own, web));
        written.map_err(system("the demo's configuration"))?;
        let links = people::hire(&folder.0.join(DATA), &format!("http://{web}"), language)?;
        let daemon = Arc::new(Daemon::start(&folder.0).map_err(system("the daemon"))?);
        let stage = Stage { daemon, exchange, links, folder };
        stage.wait_for_socket()?;
        Ok(stage)
    }

    pub fn daemon(&self) -> Arc<Daemon> {
        self.daemon.clone()
    }

    pub fn exchange(&self) -> &Running {
        &self.exchange
    }

    pub fn links(&self) -> &Links {
        &self.links
    }

    pub fn folder(&self) -> &Path {
        &self.folder.0
    }

    pub fn socket(&self) -> PathBuf {
        self.folder.0.join(SOCKET)
    }

    /// What the daemon said so far.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.0.join(LOG)).unwrap_or_default()
    }

    fn wait_for_socket(&self) -> Result<(), DemoError> {
        let until = Instant::now() + START;
        while std::os::unix::net::UnixStream::connect(self.socket()).is_err() {
            if self.daemon.has_ended() || Instant::now() > until {
                return Err(DemoError::Daemon { log: self.log() });
            }
            thread::sleep(POLL);
        }
        Ok(())
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.daemon.end();
    }
}

/// The daemon as a process of its own; ended at the latest with the stage.
#[derive(Debug)]
pub struct Daemon(Mutex<Child>);

impl Daemon {
    fn start(folder: &Path) -> io::Result<Daemon> {
        let log = File::create(folder.join(LOG))?;
        let mut command = Command::new(program()?);
        command.arg("--socket").arg(folder.join(SOCKET)).args(["run", "--config"]).arg(folder.join("ramal.toml"));
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        command.env_remove("NOTIFY_SOCKET").env_remove("WATCHDOG_USEC");
        // Ctrl-C in the terminal is for the demo, which then ends the daemon.
        command.process_group(0);
        Ok(Daemon(Mutex::new(command.spawn()?)))
    }

    /// Kills it: nothing of it shall stay, and the exchange it would say goodbye to goes too.
    pub fn end(&self) {
        let mut child = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Both fail only for a process that is gone.
        let _gone = child.kill().and_then(|()| child.wait());
    }

    fn has_ended(&self) -> bool {
        let mut child = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        !matches!(child.try_wait(), Ok(None))
    }
}

/// Deleted when dropped.
#[derive(Debug)]
struct Folder(PathBuf);

impl Folder {
    /// For its owner only: it holds secrets and a control socket.
    fn create() -> io::Result<Folder> {
        let path = std::env::temp_dir().join(format!("ramal-demo-{}", std::process::id()));
        DirBuilder::new().mode(0o700).create(&path)?;
        Ok(Folder(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left is the system's to clean.
        let _left = fs::remove_dir_all(&self.0);
    }
}

fn configuration(exchange: SocketAddr, own: u16, web: SocketAddr) -> String {
    let extensions = EXTENSIONS.map(|name| format!("[extension.{name}]\nsecret = \"{}\"\n", secret(name))).concat();
    let (first, last) = (DAEMON_PORTS.start(), DAEMON_PORTS.end());
    format!(
        "[daemon]\ndata_dir = \"{DATA}\"\ndefault_route = \"{}\"\n[[listen]]\naddress = \"127.0.0.1:{own}\"\n\
         [web]\nlisten = [\"{web}\"]\n[media]\nips = [\"127.0.0.1\"]\nports = [{first}, {last}]\n[profile.demo]\nrefer = false\n\
         [gate]\nhours = \"always\"\n[registrar.demo]\nhost = \"{exchange}\"\nprofile = \"demo\"\n{extensions}\
         [trunk.{TRUNK}]\nregistrar = \"demo\"\nuser = \"{TRUNK}\"\nsecret = \"{}\"\ncalls_at_once = 12\ncalls_per_minute = 600\n",
        EXTENSIONS[0],
        secret(TRUNK)
    )
}

/// Nobody but this machine's user can reach the exchange: the secret is there to show digest, not to keep anyone out.
fn secret(extension: &str) -> String {
    format!("demo-{extension}")
}

fn free_port() -> io::Result<u16> {
    Ok(UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// Of the desktop.
fn web_address() -> io::Result<SocketAddr> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()
}

fn seed() -> io::Result<[u8; 32]> {
    let mut seed = [0; 32];
    io::Read::read_exact(&mut File::open("/dev/urandom")?, &mut seed)?;
    Ok(seed)
}

/// Registered by the demo.
pub const EXTENSIONS: [&str; 2] = ["1001", "1002"];
/// What its predictive campaign dials over.
pub const TRUNK: &str = "tronco";
const DATA: &str = "data";
const SOCKET: &str = "ramal.sock";
const LOG: &str = "daemon.log";
/// Calls that the exchange carries at once.
const LINES: usize = 32;
const EXCHANGE_PORTS: std::ops::RangeInclusive<u16> = 31_000..=31_999;
const DAEMON_PORTS: std::ops::RangeInclusive<u16> = 30_000..=30_999;
/// From its start to its control socket.
const START: Duration = Duration::from_secs(20);
const POLL: Duration = Duration::from_millis(50);
