//! `[webhook.NAME]`: a gateway that messages are handed to by signed HTTP, such as one for WhatsApp or SMS (AG-06), and what becomes of leads.

use std::collections::BTreeMap;
use std::fs;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use engine::config::Secret;
use engine::sip::uri::Host;
use http::Uri;
use serde::Serialize;
use toml::de::DeValue;

use super::Context;
use super::address::host;
use super::report::Report;
use super::secret;
use super::table::{Keys, Read, Table};
use super::value::{duration, path, text, user};

/// One gateway.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Webhook {
    pub url: Url,
    /// Requests are signed with it.
    pub secret: Secret,
    /// Of a whole request, from the look-up of the name on.
    pub timeout: Duration,
    /// The only authorities trusted; `None`: the system's.
    pub authorities: Option<PathBuf>,
}

/// Where a gateway is.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Url {
    /// Whether by TLS.
    pub secure: bool,
    pub host: Host,
    pub port: u16,
    /// With its query. Gateways have people write tokens into it.
    pub path: Secret,
}

pub(super) const KEYS: Keys = &[&["url", "timeout", "ca_file"], secret::KEYS];

/// All of them, by the name that people choose.
pub(super) fn read_all(root: &Table<'_>, context: &Context<'_>, report: &mut Report) -> BTreeMap<String, Webhook> {
    let tables = root.named("webhook", KEYS, report);
    tables
        .into_iter()
        .filter_map(|(name, table)| Some((name.to_owned(), read(name, &table, context, report)?)))
        .collect()
}

fn read(name: &str, table: &Table<'_>, context: &Context<'_>, report: &mut Report) -> Option<Webhook> {
    let named = user(name).map_err(|problem| report.error(table.here(), format!("its name {problem}"))).ok();
    let url = table.required(report, "url", url);
    let secret = secret::read(table, context, report);
    if !secret::is_given(table) {
        report.error(table.place("secret"), "missing; give one of secret, secret_file, secret_env, secret_credential");
    }
    let timeout = table.get(report, "timeout", duration(SECOND..=LONGEST)).unwrap_or(TIMEOUT);
    let authorities = table.get(report, "ca_file", |value| certificates(&context.dir.join(path(value)?)));
    named?;
    Some(Webhook { url: url?, secret: secret?, timeout, authorities })
}

/// Without TLS only where nobody is in between who could read along.
fn url(value: &DeValue<'_>) -> Read<Url> {
    let wanted = || "must be an address such as \"https://gateway.example.com/messages\"".to_owned();
    let given: Uri = text(value)?.parse().map_err(|_| wanted())?;
    let (scheme, authority) = (given.scheme_str().unwrap_or_default(), given.authority().ok_or_else(wanted)?);
    if authority.as_str().contains('@') {
        return Err("must have no user and no password in it; requests are signed with the secret".to_owned());
    }
    let host = host(authority.host()).ok_or_else(wanted)?;
    let secure = match (scheme, &host) {
        ("https", _) => true,
        ("http", Host::Ip(ip)) if is_near(*ip) => false,
        ("http", _) => {
            let problem = "everybody on the way could read the messages; use https://, or http:// to a loopback or private \
                           address such as \"http://127.0.0.1:8080/\"";
            return Err(problem.to_owned());
        }
        (_, _) => return Err(wanted()),
    };
    let port = authority.port_u16().unwrap_or(if secure { 443 } else { 80 });
    let path = given.path_and_query().map_or("/", |path| path.as_str());
    Ok(Url { secure, host, port, path: Secret(path.into()) })
}

/// This machine, or its own network (RFC 1918, RFC 4193).
fn is_near(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => ip.is_loopback() || ip.is_private(),
        IpAddr::V6(ip) => ip.is_loopback() || ip.is_unique_local(),
    }
}

/// What the certificates are worth is seen when they are used.
fn certificates(file: &Path) -> Read<PathBuf> {
    let pem = fs::read_to_string(file).map_err(|error| format!("cannot read {}: {error}", file.display()))?;
    match pem.contains("-----BEGIN CERTIFICATE-----") {
        true => Ok(file.to_owned()),
        false => Err(format!("{} holds no certificate in PEM", file.display())),
    }
}

const SECOND: Duration = Duration::from_secs(1);
/// The outbox waits no longer than a minute for what became of a try.
const LONGEST: Duration = Duration::from_secs(45);
const TIMEOUT: Duration = Duration::from_secs(10);
