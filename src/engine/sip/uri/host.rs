//! Hosts and ports.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::sip::message::ParseError;

/// An address or a name. IPv6 is printed in brackets.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Host {
    Ip(IpAddr),
    Name(String),
}

impl FromStr for Host {
    type Err = ParseError;

    /// IPv6 with or without brackets. Names may hold an underscore: DNS allows it and local networks use it.
    fn from_str(text: &str) -> Result<Host, ParseError> {
        let in_brackets = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        if in_brackets.is_some() || text.contains(':') {
            let address = in_brackets.unwrap_or(text).parse::<Ipv6Addr>();
            return address.map(|ip| Host::Ip(ip.into())).map_err(|_| wrong("is no IPv6 address"));
        }
        if let Ok(address) = text.parse::<Ipv4Addr>() {
            return Ok(Host::Ip(address.into()));
        }
        if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte)) {
            return Err(wrong("is neither an address nor a name"));
        }
        Ok(Host::Name(text.to_owned()))
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Host::Ip(IpAddr::V6(address)) => write!(f, "[{address}]"),
            Host::Ip(IpAddr::V4(address)) => address.fmt(f),
            Host::Name(name) => f.write_str(name),
        }
    }
}

/// `host`, `host:port`, `[v6]:port`; white space around the colon as Via allows it.
pub(crate) fn host_port(text: &str) -> Result<(Host, Option<u16>), ParseError> {
    let (host, rest) = text.split_at(text.rfind(']').map_or(0, |at| at + 1));
    let Some((before_colon, port)) = rest.split_once(':') else {
        return Ok((text.parse()?, None));
    };
    let host = if host.is_empty() { before_colon } else { host };
    let port = port.trim();
    if port.is_empty() || !port.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(wrong("has a damaged port"));
    }
    let port = port.parse().map_err(|_| wrong("has a port above 65535"))?;
    Ok((host.trim_end().parse()?, Some(port)))
}

fn wrong(why: &str) -> ParseError {
    ParseError::new("host", why)
}
