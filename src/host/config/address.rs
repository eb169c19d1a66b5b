//! Readers of hosts, addresses and transports.

use std::net::{IpAddr, SocketAddr};

use engine::config::{Cidr, Destination};
use engine::sip::uri::{Host, Transport};
use toml::de::DeValue;

use super::table::Read;
use super::value::{parsed, string};

pub(super) fn ip(value: &DeValue<'_>) -> Read<IpAddr> {
    parsed("an address such as \"192.168.0.10\" or \"fd00::10\"", |text| text.parse().ok())(value)
}

/// An address with a port.
pub(super) fn socket(value: &DeValue<'_>) -> Read<SocketAddr> {
    let nonzero = |text: &str| text.parse::<SocketAddr>().ok().filter(|address| address.port() != 0);
    parsed("an address with a port, such as \"192.168.0.10:5060\" or \"[fd00::10]:5060\"", nonzero)(value)
}

/// A range of addresses, or one address.
pub(super) fn cidr(value: &DeValue<'_>) -> Read<Cidr> {
    parsed("a range such as \"192.168.0.0/24\", \"fd00::/64\" or one address", parse_cidr)(value)
}

fn parse_cidr(text: &str) -> Option<Cidr> {
    let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
    let address: IpAddr = address.parse().ok()?;
    let most = if address.is_ipv4() { 32 } else { 128 };
    let bits = bits.map_or(Some(most), |bits| bits.parse().ok())?;
    (bits <= most).then_some(Cidr { address, bits })
}

pub(super) fn transport(value: &DeValue<'_>) -> Read<Transport> {
    named_transport(string(value, "\"udp\" or \"tcp\"")?)
}

pub(super) fn named_transport(name: &str) -> Read<Transport> {
    match name.to_ascii_lowercase().as_str() {
        "udp" => Ok(Transport::Udp),
        "tcp" => Ok(Transport::Tcp),
        "tls" | "ws" | "wss" => Err("this version opens UDP and TCP only; use \"udp\" or \"tcp\"".to_owned()),
        _ => Err("must be \"udp\" or \"tcp\"".to_owned()),
    }
}

/// A name of RFC 1123 or an address, IPv6 with or without brackets.
pub(super) fn host(text: &str) -> Option<Host> {
    let bare = text.strip_prefix('[').and_then(|inner| inner.strip_suffix(']')).unwrap_or(text);
    if let Ok(ip) = bare.parse() {
        return Some(Host::Ip(ip));
    }
    let label = |label: &str| {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        (1..=63).contains(&label.len()) && label.chars().all(plain) && !label.starts_with('-') && !label.ends_with('-')
    };
    // A last label of digits is an address gone wrong, e.g. 192.168.0.300.
    let numeric = |label: &str| label.chars().all(|c| c.is_ascii_digit());
    let name = text.strip_suffix('.').unwrap_or(text);
    let valid = name.len() <= 253 && name.split('.').all(label) && !name.rsplit('.').next().is_some_and(numeric);
    valid.then(|| Host::Name(name.to_ascii_lowercase()))
}

/// `pbx.example.com`, `10.0.0.1:5080`, `[fd00::1]:5060`, `sip:pbx.example.com;transport=tcp`.
pub(super) fn destination(value: &DeValue<'_>, default: Transport) -> Read<Destination> {
    destination_of(string(value, DESTINATION)?, default)
}

pub(super) fn destination_of(given: &str, default: Transport) -> Read<Destination> {
    let wanted = DESTINATION;
    if given.starts_with("sips:") {
        return Err("this version opens UDP and TCP only; write \"sip:\"".to_owned());
    }
    let given = given.strip_prefix("sip:").unwrap_or(given);
    let (place, params) = given.split_once(';').map_or((given, ""), |(place, params)| (place, params));
    let mut transport = default;
    for param in params.split(';').filter(|param| !param.is_empty() && *param != "lr") {
        match param.strip_prefix("transport=") {
            Some(name) => transport = named_transport(name)?,
            None => return Err("knows no parameter but ;transport= and ;lr".to_owned()),
        }
    }
    let (name, port) = split_port(place).ok_or_else(|| format!("must be {wanted}"))?;
    let host = host(name).ok_or_else(|| format!("must be {wanted}"))?;
    Ok(Destination { host, port, transport })
}

const DESTINATION: &str =
    "a host such as \"pbx.example.com\", \"192.168.0.10:5080\" or \"sip:pbx.example.com;transport=tcp\"";

/// A port after the last colon that is not inside an IPv6 address.
fn split_port(place: &str) -> Option<(&str, Option<u16>)> {
    if place.parse::<IpAddr>().is_ok() || place.ends_with(']') {
        return Some((place, None));
    }
    match place.rsplit_once(':') {
        Some((name, port)) => Some((name, Some(port.parse().ok().filter(|port| *port != 0)?))),
        None => Some((place, None)),
    }
}
