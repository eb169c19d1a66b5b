//! When two URIs mean the same (RFC 3261 §19.1.4, RFC 3966 §4).

use std::borrow::Cow;

use super::escape::escaped_byte;
use super::{Host, Params, Scheme, Uri};

impl Uri {
    /// Equivalence of RFC 3261 §19.1.4.
    pub fn same_as(&self, other: &Uri) -> bool {
        match (&self.scheme, &other.scheme) {
            (Scheme::Sip, Scheme::Sip) | (Scheme::Sips, Scheme::Sips) => same_sip(self, other),
            (Scheme::Tel, Scheme::Tel) => same_tel(self, other),
            (Scheme::Other(one), Scheme::Other(two)) => one.eq_ignore_ascii_case(two) && self.user == other.user,
            (Scheme::Sip | Scheme::Sips | Scheme::Tel | Scheme::Other(_), _) => false,
        }
    }
}

fn same_sip(one: &Uri, two: &Uri) -> bool {
    same_part(&one.user, &two.user)
        && same_part(&one.password, &two.password)
        && same_host(&one.host, &two.host)
        && one.port == two.port
        && same_params(&one.params, &two.params)
        && same_params(&two.params, &one.params)
        && header_set(one) == header_set(two)
}

fn same_part(one: &Option<String>, two: &Option<String>) -> bool {
    one.as_deref().map(normal) == two.as_deref().map(normal)
}

fn same_host(one: &Host, two: &Host) -> bool {
    match (one, two) {
        (Host::Name(one), Host::Name(two)) => one.eq_ignore_ascii_case(two),
        (Host::Ip(one), Host::Ip(two)) => one == two,
        (Host::Name(_), Host::Ip(_)) | (Host::Ip(_), Host::Name(_)) => false,
    }
}

/// These change where a request goes or what it is, so absence is a difference too.
const NEVER_IGNORED: [&str; 5] = ["user", "ttl", "method", "maddr", "transport"];

/// Whether every parameter of `one` agrees with `two`.
fn same_params(one: &Params, two: &Params) -> bool {
    one.0.iter().all(|(name, value)| match two.get(name) {
        Some(other) => normal(value.as_deref().unwrap_or("")).eq_ignore_ascii_case(&normal(other)),
        None => !NEVER_IGNORED.iter().any(|kept| name.eq_ignore_ascii_case(kept)),
    })
}

/// The headers in an order of their own.
fn header_set(uri: &Uri) -> Vec<(String, Vec<u8>)> {
    let pair = |piece: &str| {
        let (name, value) = piece.split_once('=').unwrap_or((piece, ""));
        (name.to_ascii_lowercase(), normal(value).into_owned().into_bytes())
    };
    let mut set: Vec<_> = uri.headers.iter().flat_map(|headers| headers.split('&')).map(pair).collect();
    set.sort();
    set
}

/// Visual separators mean nothing; every parameter does, in any order (RFC 3966 §4).
fn same_tel(one: &Uri, two: &Uri) -> bool {
    let digits =
        |uri: &Uri| uri.user.iter().flat_map(|user| user.chars()).filter(|c| !"-.()".contains(*c)).collect::<String>();
    let within = |one: &Params, two: &Params| {
        one.0.iter().all(|(name, value)| {
            two.get(name).is_some_and(|other| other.eq_ignore_ascii_case(value.as_deref().unwrap_or("")))
        })
    };
    digits(one).eq_ignore_ascii_case(&digits(two))
        && within(&one.params, &two.params)
        && within(&two.params, &one.params)
}

/// Escapes undone where that changes nothing: an escaped reserved character is not the same as the bare one, and
/// what is no ASCII stays escaped. Hexadecimal digits become capitals.
fn normal(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let mut pieces = text.split('%');
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        match escaped_byte(piece) {
            Some((byte, rest)) if byte.is_ascii_graphic() && !b";/?:@&=+$,%".contains(&byte) => {
                out.push(char::from(byte));
                out.push_str(rest);
            }
            Some((byte, rest)) => {
                out.push_str(&format!("%{byte:02X}"));
                out.push_str(rest);
            }
            None => {
                out.push('%');
                out.push_str(piece);
            }
        }
    }
    Cow::Owned(out)
}
