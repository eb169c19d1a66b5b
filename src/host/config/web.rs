//! `[web]`: the agent's desktop: where it is served, under which names, how long somebody stays signed in.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Serialize;

use super::Context;
use super::address::socket;
use super::report::Report;
use super::table::{Keys, Read, Table};
use super::value::{choice, duration, list, path, text};

/// How the desktop is served.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Web {
    pub listen: Vec<SocketAddr>,
    pub tls: Tls,
    /// Names that people type, lower case, each perhaps with a port. Addresses that are listened on need no entry.
    pub hosts: Vec<String>,
    /// Whoever does nothing for so long is signed out; an open page does something.
    pub session_idle: Duration,
    /// Whatever somebody does, a session lasts no longer.
    pub session_longest: Duration,
    /// The head of the audit log is written to it daily; outside the data directory.
    pub audit_file: Option<PathBuf>,
}

/// Where certificate and key come from.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tls {
    /// Loopback only.
    Off,
    /// From an authority of our own, made at the first start.
    Own,
    Files {
        certificate: PathBuf,
        key: PathBuf,
    },
}

pub(super) const KEYS: Keys =
    &[&["listen", "tls", "tls_certificate", "tls_key", "hosts", "session_idle", "session_longest", "audit_file"]];

/// `None`: there is no such section, and nothing is served.
pub(super) fn read(root: &Table<'_>, data_dir: &Path, context: &Context<'_>, report: &mut Report) -> Option<Web> {
    let table = root.section("web", KEYS, report);
    if !root.has("web") {
        return None;
    }
    let listen = table.get(report, "listen", |value| list(value, false, socket)).unwrap_or_else(|| vec![LISTEN]);
    let hosts = table.get(report, "hosts", |value| list(value, true, name)).unwrap_or_default();
    let tls = tls(&table, context, report);
    if let (Some(Tls::Off), Some(open)) = (&tls, listen.iter().find(|address| !address.ip().is_loopback())) {
        let problem = format!(
            "{open} can be reached from outside, which needs TLS: set tls = \"own\", or tls_certificate and tls_key; or \
             listen on 127.0.0.1"
        );
        report.error(table.place("listen"), problem);
    }
    if hosts.is_empty() && listen.iter().any(|address| address.ip().is_unspecified()) {
        let problem = "missing; on all addresses it has to be said by which names people reach it, such as \
                       [\"ramal.example.com\", \"192.168.0.10\"]";
        report.error(table.place("hosts"), problem);
    }
    let audit_file = table.get(report, "audit_file", path).map(|file| context.dir.join(file));
    if audit_file.as_ref().is_some_and(|file| file.starts_with(data_dir)) {
        let problem = "must be outside the data directory: whoever can change the log there could change this too";
        report.error(table.place("audit_file"), problem);
    }
    Some(Web {
        listen,
        tls: tls.unwrap_or(Tls::Off),
        hosts,
        session_idle: table.get(report, "session_idle", duration(MINUTE..=30 * DAY)).unwrap_or(SESSION_IDLE),
        session_longest: table.get(report, "session_longest", duration(MINUTE..=365 * DAY)).unwrap_or(SESSION_LONGEST),
        audit_file,
    })
}

/// `None` where what is said was reported.
fn tls(table: &Table<'_>, context: &Context<'_>, report: &mut Report) -> Option<Tls> {
    let file = |value: &toml::de::DeValue<'_>| readable(&context.dir.join(path(value)?));
    let own = table.get(report, "tls", choice(TLS));
    let certificate = table.get(report, "tls_certificate", file);
    let key = table.get(report, "tls_key", file);
    let [has_certificate, has_key] = ["tls_certificate", "tls_key"].map(|key| table.has(key));
    if table.has("tls") && (has_certificate || has_key) {
        report.error(table.place("tls"), "is one way, tls_certificate and tls_key are the other; keep one of them");
        return None;
    }
    match (has_certificate, has_key) {
        (true, false) => report.error(table.place("tls_key"), "missing; tls_certificate needs its key"),
        (false, true) => report.error(table.place("tls_certificate"), "missing; tls_key needs its certificate"),
        (false, false) if table.has("tls") => return own.map(|own| if own { Tls::Own } else { Tls::Off }),
        (false, false) => return Some(Tls::Off),
        (true, true) => return Some(Tls::Files { certificate: certificate?, key: key? }),
    }
    None
}

fn readable(path: &Path) -> Read<PathBuf> {
    match std::fs::File::open(path) {
        Ok(_) => Ok(path.to_owned()),
        Err(error) => Err(format!("cannot read {}: {error}", path.display())),
    }
}

/// As it stands in a browser's address bar: a name or an address, perhaps with a port.
fn name(value: &toml::de::DeValue<'_>) -> Read<String> {
    let name = text(value)?.to_ascii_lowercase();
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || ".-:[]".contains(c));
    match plain {
        true => Ok(name),
        false => Err("must be a name or an address without \"https://\", such as \"ramal.example.com\"".to_owned()),
    }
}

const TLS: &[(&str, bool)] = &[("off", false), ("own", true)];
const LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);
const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(86_400);
/// A lunch break and more.
const SESSION_IDLE: Duration = Duration::from_secs(2 * 3_600);
/// Two shifts.
const SESSION_LONGEST: Duration = Duration::from_secs(16 * 3_600);
