//! What the shell itself needs: `[daemon]`, `[[listen]]`, `[media]` and `[dns]`; `[device.NAME]` has a file of its own.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::num::NonZeroU16;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::Duration;

use engine::config::{Codec, DeviceName};
use engine::sip::uri::Transport;
use serde::Serialize;

use super::Context;
use super::address::{host, ip, socket, transport};
use super::appointments::FileLimits;
use super::device::{self, Device};
use super::recordings::{self, Recordings};
use super::report::Report;
use super::table::{Keys, Read, Table};
use super::value::{choice, duration, list, number, path};
use super::web::{self, Web};
use super::webhook::{self, Webhook};

/// The shell's part of the configuration.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Shell {
    /// SIP sockets to open.
    pub listen: Vec<Listen>,
    pub media: Media,
    /// The store, recordings, the lock.
    pub data_dir: PathBuf,
    pub recordings: Recordings,
    /// Sounds that replace or add to the program's own; `None`: only its own.
    pub sounds_dir: Option<PathBuf>,
    /// The Unix socket that commands come through.
    pub control_socket: PathBuf,
    /// Always has `null`.
    pub devices: BTreeMap<DeviceName, Device>,
    pub log: LogLevel,
    /// Media threads; `None`: the shell chooses by the processors there are.
    pub shards: Option<NonZeroU16>,
    pub dns: Dns,
    /// The agent's desktop; `None`: it is not served.
    pub web: Option<Web>,
    /// Gateways that messages are handed to, by name.
    pub webhooks: BTreeMap<String, Webhook>,
    /// What is kept of files that messages of appointments carry.
    pub files: FileLimits,
    /// How long SIGTERM waits for live calls to end by themselves.
    pub drain: Duration,
}

/// One SIP socket.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
pub struct Listen {
    /// `Udp` or `Tcp`.
    pub transport: Transport,
    pub address: SocketAddr,
}

impl Listen {
    /// Whether something may be sent from `ip` through it.
    pub fn covers(&self, ip: IpAddr) -> bool {
        let own = self.address.ip();
        own == ip || (own.is_unspecified() && own.is_ipv4() == ip.is_ipv4())
    }
}

/// Where RTP is sent from and received.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Media {
    /// Empty: the address that the system's routes choose towards each registrar.
    pub ips: Vec<IpAddr>,
    /// RTP on the even ports, RTCP on the odd ones after them.
    pub ports: RangeInclusive<u16>,
    pub browser: Browser,
}

/// How pages reach us that are their persons' headsets (SP-05).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Browser {
    /// UDP; `None`: a free one.
    pub port: Option<NonZeroU16>,
    /// The one codec they are answered with; the trunk's is relayed and costs least.
    pub codec: Codec,
}

/// How names become addresses.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize)]
pub struct Dns {
    /// Empty: the system's.
    pub nameservers: Vec<SocketAddr>,
    /// Names answered from here and never asked for; lower case.
    pub hosts: BTreeMap<String, Vec<IpAddr>>,
}

/// From nothing to everything.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

pub(super) const DAEMON_KEYS: Keys = &[&[
    "data_dir",
    "sounds_dir",
    "control_socket",
    "profiles_dir",
    "log",
    "shards",
    "drain",
    "zone",
    "node",
    "product",
    "default_route",
]];
pub(super) const LISTEN_KEYS: Keys = &[&["address", "transport"]];
pub(super) const MEDIA_KEYS: Keys = &[&["ips", "ports", "browser_port", "browser_codec"]];
pub(super) const DNS_KEYS: Keys = &[&["nameservers", "hosts"]];

/// The shell's part. `daemon` is `[daemon]`.
pub(super) fn read(root: &Table<'_>, daemon: &Table<'_>, context: &Context<'_>, report: &mut Report) -> Shell {
    let data_dir =
        daemon.get(report, "data_dir", path).map_or_else(|| usual_data_dir(&context.dir), |dir| context.dir.join(dir));
    let control_socket = daemon.get(report, "control_socket", path).map(|path| context.dir.join(path));
    let control_socket = control_socket.unwrap_or_else(|| data_dir.join("control.sock"));
    if control_socket.as_os_str().len() > SOCKET_PATH_MAX {
        report.error(
            daemon.place("control_socket"),
            format!("a Unix socket's path has at most {SOCKET_PATH_MAX} bytes; give a shorter one"),
        );
    }
    Shell {
        listen: listen(root, report),
        media: media(root, report),
        recordings: recordings::read(root, &data_dir, context, report),
        web: web::read(root, &data_dir, context, report),
        webhooks: webhook::read_all(root, context, report),
        // They stand with the appointments.
        files: FileLimits::default(),
        data_dir,
        sounds_dir: daemon.get(report, "sounds_dir", |value| folder(&context.dir.join(path(value)?))),
        control_socket,
        devices: device::read_all(root, context, report),
        log: daemon.get(report, "log", choice(LOG_LEVELS)).unwrap_or(LogLevel::Info),
        shards: daemon.get(report, "shards", number(1..=256)).and_then(NonZeroU16::new),
        dns: dns(root, report),
        drain: daemon.get(report, "drain", duration(Duration::ZERO..=DAY)).unwrap_or(DRAIN),
    }
}

/// The same for the daemon and for whoever talks to it, whatever their environment.
fn usual_data_dir(dir: &Path) -> PathBuf {
    if dir.starts_with("/etc") { PathBuf::from("/var/lib/ramal") } else { dir.join("ramal-data") }
}

fn listen(root: &Table<'_>, report: &mut Report) -> Vec<Listen> {
    let mut all: Vec<Listen> = Vec::new();
    for table in root.each("listen", LISTEN_KEYS, report) {
        let transports = table.get(report, "transport", transports);
        let transports =
            if table.has("transport") { transports.unwrap_or_default() } else { vec![Transport::Udp, Transport::Tcp] };
        let Some(address) = table.required(report, "address", socket) else { continue };
        for transport in transports {
            let one = Listen { transport, address };
            if all.contains(&one) {
                report.error(table.place("address"), "is listened on already; keep one of them");
            }
            all.push(one);
        }
    }
    if all.is_empty() {
        all.extend([Transport::Udp, Transport::Tcp].map(|transport| Listen { transport, address: LISTEN }));
    }
    all
}

fn transports(value: &toml::de::DeValue<'_>) -> Read<Vec<Transport>> {
    if value.is_array() { list(value, false, transport) } else { Ok(vec![transport(value)?]) }
}

fn media(root: &Table<'_>, report: &mut Report) -> Media {
    let table = root.section("media", MEDIA_KEYS, report);
    let ips = table.get(report, "ips", |value| list(value, true, ip)).unwrap_or_default();
    if ips.iter().any(IpAddr::is_unspecified) {
        report.error(
            table.place("ips"),
            "must be addresses that others can send to; leave it out to let the routes choose",
        );
    }
    let ports = table.get(report, "ports", |value| {
        let bounds = list(value, false, number(1_024..=65_535u16))?;
        match bounds[..] {
            [first, last] if first % 2 == 0 && last > first => Ok(first..=last),
            _ => Err("must be the first, even port and the last one, such as [22000, 29999]".to_owned()),
        }
    });
    let browser = Browser {
        port: table.get(report, "browser_port", number(1_024..=65_535u16)).and_then(NonZeroU16::new),
        codec: table.get(report, "browser_codec", choice(BROWSER_CODECS)).unwrap_or(Codec::Pcma),
    };
    let ports = ports.unwrap_or(RTP_PORTS);
    if browser.port.is_some_and(|port| ports.contains(&port.get())) {
        report.error(table.place("browser_port"), "lies in ports, which RTP takes; choose one outside");
    }
    Media { ips, ports, browser }
}

fn dns(root: &Table<'_>, report: &mut Report) -> Dns {
    let table = root.section("dns", DNS_KEYS, report);
    let nameserver =
        |value: &toml::de::DeValue<'_>| ip(value).map(|ip| SocketAddr::new(ip, 53)).or_else(|_| socket(value));
    let nameservers = table.get(report, "nameservers", |value| list(value, true, nameserver)).unwrap_or_default();
    let hosts = table.get(report, "hosts", |value| {
        let names = value.as_table().ok_or("must be a section, written as [dns.hosts]")?;
        let entry = |(name, ips): (&toml::Spanned<toml::de::DeString<'_>>, &toml::Spanned<toml::de::DeValue<'_>>)| {
            let name = name.get_ref();
            let valid = host(name).ok_or_else(|| format!("\"{}\" is not a host name", name.escape_debug()))?;
            let engine::sip::uri::Host::Name(valid) = valid else { return Err("an address needs no entry".to_owned()) };
            Ok((valid, list(ips.get_ref(), false, ip).map_err(|problem| format!("{name}: {problem}"))?))
        };
        names.iter().map(entry).collect::<Read<BTreeMap<_, _>>>()
    });
    Dns { nameservers, hosts: hosts.unwrap_or_default() }
}

fn folder(path: &Path) -> Read<PathBuf> {
    if path.is_dir() { Ok(path.to_owned()) } else { Err(format!("there is no folder {}", path.display())) }
}

const LOG_LEVELS: &[(&str, LogLevel)] = &[
    ("error", LogLevel::Error),
    ("warn", LogLevel::Warn),
    ("info", LogLevel::Info),
    ("debug", LogLevel::Debug),
    ("trace", LogLevel::Trace),
];
/// G.722 is left out: where wide sound is wanted a browser has Opus.
const BROWSER_CODECS: &[(&str, Codec)] = &[("pcma", Codec::Pcma), ("pcmu", Codec::Pcmu), ("opus", Codec::Opus)];
/// Not 5060: on a machine that also runs the PBX that port is the PBX's.
const LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 5070);
/// Between Asterisk's usual range, which ends at 20000, and the system's own ports, which begin at 32768.
const RTP_PORTS: RangeInclusive<u16> = 22_000..=29_999;
const DRAIN: Duration = Duration::from_secs(300);
const DAY: Duration = Duration::from_secs(86_400);
/// `sun_path` of unix(7) less its final zero byte.
const SOCKET_PATH_MAX: usize = 107;
